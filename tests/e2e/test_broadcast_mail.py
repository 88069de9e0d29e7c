"""What a broadcast's mail is on the wire: attachments, names and addresses
outside ASCII, the headers that are ours."""
import base64
import email.utils

import pytest

from lib import broadcasts, places
from lib.receiver import Receiver

LOGO = bytes(range(256)) * 3
TEMPLATE = """\
From: B\u00fccher News <news@b\u00fccher.test>
Subject: Gr\u00fc\u00dfe, {{field.first_name | default: 'friend'}}
X-Scoregate-List: news
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=mixed

--mixed
Content-Type: multipart/related; boundary=related

--related
Content-Type: text/html; charset=utf-8

<html><body><p>{{field.first_name}}</p><img src="cid:logo@shop"></body></html>
--related
Content-Type: image/png
Content-ID: <logo@shop>
Content-Transfer-Encoding: base64

LOGO
--related--
--mixed
Content-Type: text/csv; charset=iso-8859-1
Content-Disposition: attachment; filename="Preise \u20ac.csv"
Content-Transfer-Encoding: 8bit

a;{{b}};c  \t
.leading dot

--mixed--
""".replace("LOGO", base64.encodebytes(LOGO).decode().strip())


@pytest.fixture(scope="module")
def relay():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="module")
def daemon(make_shared, relay):
    daemon = make_shared(smtp=relay.port, smtp_more="retry = 1s")
    daemon.do("list", "create", "news")
    return daemon


def send(daemon, name, address, **fields):
    daemon.do("list", "create", name)
    daemon.do("contact", "add", address, "--list", name,
              *(f"{k}={v}" for k, v in fields.items()))
    broadcasts.create(daemon, daemon.base, name, to=f"list '{name}'",
                      template=TEMPLATE)
    daemon.do("broadcast", "send", name, "--wait")
    return broadcasts.state(daemon, name)


def is_ascii(text):
    return all(byte < 128 for byte in text)


def test_attachments_and_images_arrive_byte_for_byte(daemon, relay):
    send(daemon, "parts", "ann@far.test", first_name="Ann")
    mail = relay.wait_for("ann@far.test")
    image = base64.encodebytes(LOGO).strip()
    assert image.replace(b"\n", b"\r\n") in mail.data
    assert b"\r\n\r\na;{{b}};c  \t\r\n.leading dot\r\n\r\n--mixed--" in mail.data
    named = [p for p in mail.message().walk() if p.get_filename()]
    assert [p.get_filename() for p in named] == ["Preise \u20ac.csv"]
    assert b"filename*=utf-8''Preise%20%E2%82%AC.csv" in mail.data
    assert b'src=3D"cid:logo@shop"' in mail.data


def test_the_headers_that_are_ours(daemon, relay):
    send(daemon, "headers", "ben@far.test", first_name="J\u00fcrgen")
    mail = relay.wait_for("ben@far.test")
    message = mail.message()
    assert is_ascii(mail.header)
    assert str(message["Subject"]) == "Gr\u00fc\u00dfe, J\u00fcrgen"
    name, address = email.utils.parseaddr(str(message["From"]))
    assert name == "B\u00fccher News"
    assert address == mail.sender == "news@xn--bcher-kva.test"
    assert message["List-Id"] == "<news.xn--bcher-kva.test>"
    assert message["Feedback-ID"] == "headers:news:broadcast:scoregate"
    assert message["Message-ID"].endswith("@xn--bcher-kva.test>")
    assert message["X-Scoregate-Campaign"] == "headers"
    assert abs(email.utils.parsedate_to_datetime(message["Date"]).timestamp()
               - mail.at) < 3600
    for ours in ("Date", "Message-ID", "List-Id", "Feedback-ID", "From", "To"):
        assert len(message.get_all(ours)) == 1


def test_a_domain_outside_ascii_needs_no_smtputf8(daemon, relay):
    relay.withheld = ("SMTPUTF8",)
    try:
        state = send(daemon, "idn", "cem@gr\u00fcn.test")
    finally:
        relay.withheld = ()
    assert state["recipients"]["sent"] == 1
    mail = relay.wait_for("cem@xn--grn-ioa.test")
    assert "SMTPUTF8" not in mail.sender_arguments
    assert is_ascii(mail.header)
    assert mail.message()["To"] == "cem@xn--grn-ioa.test"


def test_a_local_part_outside_ascii_goes_by_smtputf8(daemon, relay):
    state = send(daemon, "utf8", "j\u00f6rg@far.test")
    assert state["recipients"]["sent"] == 1
    mail = relay.wait_for("j\u00f6rg@far.test")
    assert "SMTPUTF8" in mail.sender_arguments
    assert "To: j\u00f6rg@far.test\r\n".encode() in mail.header


def test_where_smtputf8_is_not_offered_it_is_refused_with_the_reason(daemon,
                                                                     relay):
    relay.withheld = ("SMTPUTF8",)
    try:
        state = send(daemon, "old", "k\u00f6ln@far.test")
    finally:
        relay.withheld = ()
    assert state["state"] == "sent"
    failed = broadcasts.recipients(daemon, "failed", "old")
    assert "SMTPUTF8" in failed["k\u00f6ln@far.test"]
    assert relay.to("k\u00f6ln@far.test") == []
    places.wait_for(lambda: any(
        s["name"] == "email.bounced" for s in daemon.signals()), 30,
        "what is told of it")
    bounce = [s for s in daemon.signals() if s["name"] == "email.bounced"]
    # The address may be good: another way may lead to it.
    assert bounce[0]["properties"]["class"] == "soft", bounce
