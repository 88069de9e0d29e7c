"""To the MTA in secret: STARTTLS, TLS from the first byte, and a password."""
import base64
import ssl

import pytest

from lib import broadcasts, certificates, places
from lib.receiver import Receiver


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    certificate, key = certificates.make(tmp_path_factory.mktemp("tls"), "mta",
                                         hosts=("localhost",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@pytest.fixture
def mta():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def send(make_daemon, mta):
    """To three people, by such an `smtp`; the daemon."""
    def make(more, host="127.0.0.1"):
        daemon = make_daemon(smtp=mta.port)
        daemon.write_conf(daemon.conf.read_text().replace(
            "    tls = none\n", "    retry = 1s\n" + more).replace(
                'host = "127.0.0.1"', f'host = "{host}"'))
        daemon.start()
        broadcasts.fill(daemon, daemon.base, broadcasts.people(3))
        broadcasts.create(daemon, daemon.base)
        daemon.do("broadcast", "send", "spring")
        return daemon
    return make


def test_starttls_and_a_password(send, mta, context):
    mta.tls, mta.password = context, ("shop", "s3cret")
    daemon = send('tls = "need"\nuser = "shop"\npassword = "s3cret"\n')
    broadcasts.wait_for_state(daemon, "sent")
    broadcasts.assert_once_each(mta, broadcasts.people(3))
    assert all(m.secret and m.user == "shop" for m in mta.mails)
    assert "s3cret" not in daemon.text()
    assert base64.b64encode(b"s3cret").decode() not in daemon.text()


def test_a_wrong_password_is_said_where_people_look(send, mta, context):
    mta.tls, mta.password = context, ("shop", "s3cret")
    daemon = send('tls = "need"\nuser = "shop"\npassword = "wr0ng"\n')
    now = places.wait_for(lambda: broadcasts.state(daemon).get("waits") and
                          broadcasts.state(daemon), 30, "it to wait")
    assert now["state"] == "sending" and "535 5.7.8" in now["waits"], now
    assert "log-in" in now["waits"]
    assert not mta.mails and now["recipients"]["queued"] == 3
    text = daemon.on_terminal("broadcast", "status", "spring").text
    assert "535 5.7.8" in text and "wr0ng" not in text + daemon.text()
    mta.password = ("shop", "wr0ng")  # their side is mended
    end = broadcasts.wait_for_state(daemon, "sent")
    assert "waits" not in end and end["recipients"]["sent"] == 3


def test_tls_from_the_first_byte(send, mta, context):
    mta.tls, mta.tls_at_once = context, True
    daemon = send('tls = "implicit"\n')
    broadcasts.wait_for_state(daemon, "sent")
    broadcasts.assert_once_each(mta, broadcasts.people(3))
    assert all(m.secret for m in mta.mails)


def test_a_certificate_that_nobody_vouches_for_gets_no_mail(send, mta,
                                                            context):
    mta.tls = context
    daemon = send('tls = "need"\nverify = yes\n', host="localhost")
    places.wait_for(lambda: "broadcast spring waits" in daemon.text(), 30,
                    "it to wait")
    assert not mta.mails
    assert broadcasts.state(daemon)["recipients"]["queued"] == 3
