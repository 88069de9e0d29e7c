"""Mail to several recipients: each gets a private copy. Whoever dies when,
nobody's is lost, and what comes twice is the same message."""
import collections
import re

import pytest

from lib import newsletter, places
from lib.console import PASSWORD, Person
from lib.receiver import Receiver

SPLIT = "multi_recipient = split\n    reinject = \"127.0.0.1:DIRECT\""
# The same, past Postfix: the far side takes the copies itself.
TO_THE_FAR_SIDE = SPLIT.replace("DIRECT", "RECEIVER")
PEOPLE = ["ann@far.test", "bob@far.test", "cid@far.test"]


def send(gateway, name, people=None, **headers):
    people = people or PEOPLE
    mail = newsletter.newsletter(people[0], headers={
        "To": ", ".join(people), "Message-ID": f"<{name}@shop.example.test>",
        **headers})
    gateway.postfix.send("news@example.test", people, mail)


def message_id(mail):
    return re.search(rb"(?im)^message-id: *(\S+)", mail.header)[1].decode()


def person(daemon, name, role):
    daemon.do("user", "add", name, "--role", role, text=PASSWORD + "\n")
    return Person(daemon, name)


def split_status(gateway):
    return gateway.daemon.ask("status")["mail"]


def wait_until_sent(gateway, limit_s=30):
    places.wait_for(lambda: split_status(gateway)["split_waiting"] == 0,
                    limit_s, "the private copies to be sent")


def test_each_recipient_gets_a_copy_with_links_of_their_own(make_gateway):
    gateway = make_gateway(mail=SPLIT)
    send(gateway, "one")
    mails = {p: gateway.receiver.wait_for(p) for p in PEOPLE}
    pixels, senders = set(), set()
    for person, mail in mails.items():
        assert mail.recipients == [person]
        clicks, pixel = gateway.tracked(mail)
        assert pixel and len(clicks) == 4
        assert b"X-Scoregate" not in mail.header
        assert b"List-Unsubscribe-Post:" in mail.header
        assert message_id(mail) == "<one@shop.example.test>"
        pixels.add(pixel)
        senders.add(mail.sender)
        gateway.daemon.public.get(pixel.replace(gateway.daemon.public_url, ""))
        gateway.daemon.wait_for_signal(person, "email.opened")
        gateway.daemon.wait_for_score(person, 5)
    assert len(pixels) == len(senders) == 3
    assert all(s.startswith("bounce+") for s in senders)
    # Byte for byte the same but for what is each one's own.
    parts = [re.sub(rb"track\.example\.test[^\"]*", b"", re.sub(
        rb"=\r\n", b"", m.body)) for m in mails.values()]
    assert parts[0] == parts[1] == parts[2]


def test_message_counts_for_the_campaign_and_for_nobody(make_gateway):
    gateway = make_gateway(mail="multi_recipient = message")
    send(gateway, "one")
    mails = [gateway.receiver.wait_for(p) for p in PEOPLE]
    assert mails[0].body == mails[1].body == mails[2].body
    assert mails[0].sender == "news@example.test"
    clicks, pixel = gateway.tracked(mails[0])
    assert pixel and len(clicks) == 4
    gateway.daemon.public.get(pixel.replace(gateway.daemon.public_url, ""))
    opened = gateway.daemon.wait_for_signal(None, "email.opened")
    assert opened[0]["properties"]["campaign"] == "spring"
    for person in PEOPLE:
        assert gateway.daemon.signals(person, "email.opened") == []


def test_a_copy_that_is_refused_is_listed_and_redone(make_gateway):
    gateway = make_gateway(mail=TO_THE_FAR_SIDE,
                           more='plugin "console" { }\n')
    gateway.receiver.refuse("bob@far.test")
    send(gateway, "one")
    gateway.receiver.wait_for("cid@far.test")
    places.wait_for(lambda: split_status(gateway)["split_dead"] == 1, 10,
                    "a copy to be given up")
    listed = gateway.daemon.ask("split", "list", "--dead")["items"]
    assert [i["recipient"] for i in listed] == ["bob@far.test"]
    assert "550 5.1.1" in listed[0]["reason"]
    assert "bob@far.test" in gateway.daemon.do("split", "list")
    assert "split list --dead" in gateway.daemon.do("status")
    metrics = gateway.daemon.private.get("/metrics").text
    assert 'scoregate_split_copies{state="dead"} 1' in metrics
    gateway.daemon.stop()
    gateway.daemon.start()
    otto, rita = (person(gateway.daemon, *who) for who in
                  (("otto", "operator"), ("rita", "reader")))
    page = rita.page("/system/split")
    assert "bob@far.test" in page and "550 5.1.1" in page
    assert "Try again" not in page and "Try again" in otto.page("/system/split")
    assert "1 private copy</a>" in rita.page("/")
    one = {"do": "drop", "id": listed[0]["id"]}
    assert rita.post("/system/split", one).status == 403
    gateway.receiver.replies.clear()
    gateway.daemon.do("split", "redo", listed[0]["id"])
    gateway.receiver.wait_for("bob@far.test")
    wait_until_sent(gateway)
    assert gateway.daemon.ask("split", "list")["items"] == []
    gateway.daemon.refused(3, "split", "drop", listed[0]["id"])
    assert otto.post("/system/split", one).status == 404
    assert "None: the MTA has every copy." in otto.page("/system/split")


def test_refused_copies_are_redone_and_dropped_by_console(make_gateway):
    gateway = make_gateway(mail=TO_THE_FAR_SIDE,
                           more='plugin "console" { }\n')
    otto = person(gateway.daemon, "otto", "operator")
    for name in PEOPLE[1:]:
        gateway.receiver.refuse(name)
    send(gateway, "one")

    def dead():
        return gateway.daemon.ask("split", "list", "--dead")["items"]
    places.wait_for(lambda: len(dead()) == 2, 30, "both to be given up")
    bob = next(i for i in dead() if i["recipient"] == "bob@far.test")
    assert otto.post("/system/split", {"do": "drop", "id": bob["id"]}
                     ).status == 303
    assert [i["recipient"] for i in dead()] == ["cid@far.test"]
    gateway.receiver.replies.clear()
    assert otto.post("/system/split", {"do": "redo"}).status == 303
    gateway.receiver.wait_for("cid@far.test")
    wait_until_sent(gateway)
    assert gateway.receiver.to("bob@far.test") == []


@pytest.fixture
def target():
    made = Receiver()
    yield made
    made.stop()


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA", None])
def test_a_target_that_hangs_up_gets_it_later_and_once(make_gateway, target,
                                                       verb):
    gateway = make_gateway(mail=SPLIT.replace("DIRECT", str(target.port)))
    left = [3]

    def hang_up(said):
        if said == verb and left[0]:
            left[0] -= 1
            return True
        return False
    if verb:
        target.hang_up = hang_up
    else:
        target.data_reply = "451 4.3.0 not now"
    send(gateway, "one")
    if not verb:
        places.wait_for(lambda: "not now" in split_status(gateway).get(
            "split_trouble", ""), 20, "the trouble to be said")
        target.data_reply = None
    for person in PEOPLE[1:]:
        target.wait_for(person)
    wait_until_sent(gateway)
    assert collections.Counter(m.recipient for m in target.mails) \
        == dict.fromkeys(PEOPLE[1:], 1)


def test_what_waits_outlives_the_daemon_and_postfix(make_gateway):
    gateway = make_gateway(mail=SPLIT)
    gateway.receiver.data_reply = "451 4.3.0 not now"
    send(gateway, "one")
    gateway.daemon.kill()
    gateway.postfix.stop()
    gateway.daemon.start()
    gateway.postfix.restart()
    send(gateway, "two")
    gateway.postfix.stop()
    gateway.daemon.kill()
    gateway.receiver.data_reply = None
    gateway.daemon.start()
    gateway.postfix.restart()
    for person in PEOPLE:
        gateway.receiver.wait_for(person, 2, limit_s=60)
    wait_until_sent(gateway)
    gateway.postfix.wait_until_empty(60)
    seen = collections.Counter((m.recipient, message_id(m))
                               for m in gateway.receiver.mails)
    assert len(seen) == 6
    # Killed at most once between an answer and its note, of each of two.
    assert sum(seen.values()) <= 8
