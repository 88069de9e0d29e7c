"""`instrument = here`: a broadcast's mail is instrumented before it is sent,
for a relay without our milter."""
import pytest

from lib import broadcasts
from lib.receiver import Receiver

TEMPLATE = """\
From: Shop News <news@example.test>
Subject: For you
X-Scoregate-List: news
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><p>Your score is {{contactScore}}.</p>
<a href="https://shop.example.test/vip">vip</a></body></html>
"""
RULES = """\
rule "opened"  { on = "email.opened"  add = 5  because = "read it" }
rule "clicked" { on = "email.clicked" add = 10 because = "followed a link" }
"""
HERE = "instrument = here\nretry = 1s\n"


@pytest.fixture(scope="module")
def relay():
    """The receiving server as the relay: what we send is what arrives."""
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="module")
def direct(make_shared, relay):
    daemon = make_shared(smtp=relay.port, smtp_more=HERE)
    rules = daemon.base / "rules.conf"
    rules.write_text(RULES)
    daemon.do("rules", "apply", "--yes", rules)
    daemon.do("list", "create", "news")
    return daemon


def add(daemon, *addresses):
    for address in addresses:
        daemon.do("contact", "add", address)
        daemon.do("contact", "subscribe", address, "news")
        daemon.do("score", "add", address, 20, "--because", "test")


def send_to(daemon, name, *addresses):
    people = " or ".join(f"email = '{a}'" for a in addresses)
    broadcasts.create(daemon, daemon.base, name, to=people, template=TEMPLATE)
    daemon.do("broadcast", "send", name, "--wait")
    assert broadcasts.state(daemon, name)["state"] == "sent"


def test_a_relay_without_our_milter(direct, relay):
    add(direct, "ann@far.test", "ben@far.test")
    send_to(direct, "spring", "ann@far.test", "ben@far.test")
    for address in ("ann@far.test", "ben@far.test"):
        mail = relay.wait_for(address)
        click, image = broadcasts.assert_instrumented_once(mail, direct)
        names = [n for n in mail.message().keys() if n.startswith("X-Score")]
        assert names == ["X-Scoregate-Instrumented"]
        direct.public.get(image)
        direct.wait_for_signal(address, "email.opened")
        direct.public.get(click)
        direct.wait_for_score(address, 35)
        # What the milter would have told, and once.
        sent = direct.wait_for_signal(address, "email.sent")
        assert len(sent) == 1
        assert sent[0]["properties"]["campaign"] == "spring"
        assert sent[0]["properties"]["sender"] == "news@example.test"
        direct.wait_for_signal(address, "broadcast.sent")
    item = direct.api("GET", "/broadcasts/spring").json()
    assert item["recipients"]["sent"] == 2


def test_no_email_sent_of_a_mail_that_was_refused(direct, relay):
    add(direct, "cem@far.test", "dan@far.test")
    relay.refuse("cem@far.test")
    send_to(direct, "summer", "cem@far.test", "dan@far.test")
    direct.wait_for_signal("cem@far.test", "email.bounced")
    direct.wait_for_signal("dan@far.test", "email.sent")
    assert direct.signals("cem@far.test", "email.sent") == []


def test_put_off_and_sent_again_is_told_once(direct, relay):
    add(direct, "eve@far.test")
    relay.data_reply = "451 4.3.0 not now"
    refused = []

    def later(mail, really=relay.after_data):
        refused.append(mail)
        relay.data_reply = None if len(refused) > 1 else relay.data_reply
        return really(mail)
    relay.after_data = later
    try:
        send_to(direct, "autumn", "eve@far.test")
    finally:
        del relay.after_data
    first, last = refused[0], relay.wait_for("eve@far.test")
    assert len(refused) > 1
    assert first.message()["Message-ID"] == last.message()["Message-ID"]
    direct.wait_for_signal("eve@far.test", "broadcast.sent")
    assert len(direct.signals("eve@far.test", "email.sent")) == 1
