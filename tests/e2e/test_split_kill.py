"""Private copies under kill -9, at random moments and under full pace: of the
daemon, of the whole Postfix that is both the way in and the target, and of both
at once. Nobody's copy is lost; what comes twice is in one of two windows."""
import collections
import random
import re
import smtplib
import threading
import time

import pytest

from lib import newsletter, places

SPLIT = "multi_recipient = split\n    reinject = \"127.0.0.1:DIRECT\""
KILLS = 3
CONNECTIONS = 4  # of ours to the target
VICTIMS = {
    "scoregated": lambda g: (g.daemon.kill(), g.daemon.start()),
    "postfix": lambda g: (g.postfix.kill(), g.postfix.restart()),
    "both": lambda g: (g.postfix.kill(), g.daemon.kill(), g.daemon.start(),
                       g.postfix.restart()),
}


def message_id(mail):
    return re.search(rb"(?im)^message-id: *(\S+)", mail.header)[1].decode()


class Sender(threading.Thread):
    """A mail system: what is refused is sent again, all of it."""

    def __init__(self, gateway, number, stop):
        super().__init__(daemon=True)
        self.gateway, self.number, self.stop = gateway, number, stop
        self.accepted, self.refused, self.n = set(), 0, 0

    def send(self, name, people):
        self.gateway.postfix.send(
            "news@example.test", people, newsletter.newsletter(
                people[0], headers={"To": ", ".join(people), "Message-ID":
                                    f"<{name}@shop.example.test>"}))

    def run(self):
        while not self.stop.is_set():
            name = f"{self.number}-{self.n}"
            people = [f"to-{name}-{i}@far.test" for i in range(3)]
            try:
                self.send(name, people)
            except (smtplib.SMTPException, OSError):
                self.refused += 1
                self.stop.wait(0.02)
                continue
            self.accepted.update(people)
            self.n += 1


def queue_id(mail):
    """Postfix's: of two with one id it has sent the same mail twice, because it
    died between the far side's answer and its own note."""
    return re.search(rb"\(Postfix\)[^;]*\sid\s+(\w+)", mail.header)[1]


def came_in_twice(mails):
    """Of each of these persons: how often more than once into Postfix."""
    ids = collections.defaultdict(set)
    for mail in mails:
        ids[mail.recipient].add(queue_id(mail))
    return sum(len(found) - 1 for found in ids.values())


def wait_until_all_is_sent(gateway):
    places.wait_for(lambda: not gateway.daemon.ask("status")["mail"]
                    ["split_waiting"], 60, "the private copies to be sent")
    gateway.postfix.wait_until_empty(60)


@pytest.mark.parametrize("victim", VICTIMS)
def test_kill_9_loses_no_copy_and_retries_double_none(make_gateway, victim):
    gateway = make_gateway(mail=SPLIT)
    stop, moments = threading.Event(), random.Random(victim)
    senders = [Sender(gateway, n, stop) for n in range(3)]
    for sender in senders:
        sender.start()
    for _ in range(KILLS):
        done = sum(s.n for s in senders)
        places.wait_for(lambda n=done: sum(s.n for s in senders) > n + 4, 30,
                        "mail to flow")
        time.sleep(moments.uniform(0, 0.3))
        VICTIMS[victim](gateway)
    stop.set()
    for sender in senders:
        sender.join(60)
    wait_until_all_is_sent(gateway)
    mails = gateway.receiver.mails
    accepted = set().union(*(s.accepted for s in senders))
    seen = {(m.recipient, message_id(m)) for m in mails}
    assert accepted <= {person for person, _ in seen}, "a copy was lost"
    assert len({person for person, _ in seen}) == len(seen), \
        "two messages for one"
    # The first recipient has no copy of ours: there it is the sender's answer
    # that was on its way, one of each of them.
    first = [m for m in mails if "-0@" in m.recipient]
    copies = [m for m in mails if "-0@" not in m.recipient]
    assert came_in_twice(copies) <= CONNECTIONS * KILLS
    assert came_in_twice(first) <= len(senders) * KILLS
    for mail in mails:
        assert mail.sender.startswith("bounce+"), "a mail went out unmarked"
