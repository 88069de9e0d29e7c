"""Whatever the MTA, the disk or the daemon does in the midst of a broadcast:
nobody gets it twice, nobody is missing but those who are listed as doubtful."""
import os
import random

import pytest

from lib import broadcasts, places
from lib.receiver import Receiver
from test_disk_full import fill as fill_disk

FAST = "retry = 1s\n connections = 4\n"


@pytest.fixture
def mta():
    """A receiving server that is the MTA."""
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def sender(make_daemon, mta):
    """daemon(n, more): started, with n people on the list."""
    def make(people, more="", **options):
        daemon = make_daemon(smtp=mta.port, smtp_more=FAST + more, **options)
        daemon.start()
        broadcasts.fill(daemon, daemon.base, people)
        return daemon
    return make


def test_killed_again_and_again_under_full_pace(sender, mta):
    people = broadcasts.people(4000)
    # Not faster than a few kills a second can follow.
    daemon = sender(people, "pace = 1000\n")
    broadcasts.create(daemon, daemon.base)
    daemon.do("broadcast", "send", "spring")
    chance, kills = random.Random(4711), 0
    while kills < 12 and len(mta.mails) < 3800:
        mta.wait_for_count(len(mta.mails) + chance.randrange(1, 110))
        daemon.kill()
        daemon.start()
        kills += 1
    assert kills >= 6
    end = broadcasts.wait_for_state(daemon, "sent")
    doubtful = broadcasts.recipients(daemon, "doubtful")
    broadcasts.assert_once_each(mta, people, doubtful)
    assert len(doubtful) <= 4 * kills, "one for each connection at most"
    assert end["recipients"]["sent"] + len(doubtful) == len(people)
    # Each that is noted as sent has its signal, once.
    for address in chance.sample(people, 40):
        if address not in doubtful:
            daemon.wait_for_signal(address, "broadcast.sent")
            assert len(daemon.signals(address, "broadcast.sent")) == 1


def test_postfix_away_in_the_midst(make_gateway):
    gateway = make_gateway(smtp_more=FAST + "pace = 100\n")
    people = broadcasts.people(200)
    broadcasts.fill(gateway.daemon, gateway.base, people)
    broadcasts.create(gateway.daemon, gateway.base)
    gateway.daemon.do("broadcast", "send", "spring")
    gateway.receiver.wait_for_count(40)
    gateway.postfix.stop()
    places.wait_for(lambda: "broadcast spring waits" in gateway.daemon.text(),
                    20, "the broadcast to wait")
    assert broadcasts.state(gateway.daemon)["state"] == "sending"
    gateway.postfix.start()
    broadcasts.wait_for_state(gateway.daemon, "sent")
    gateway.postfix.wait_until_empty()
    doubtful = broadcasts.recipients(gateway.daemon, "doubtful")
    broadcasts.assert_once_each(
        gateway.receiver, people, doubtful,
        broadcasts.handed_over(gateway.receiver.mails))
    assert len(doubtful) <= 4
    assert "improper command pipelining" not in gateway.postfix.log()
    assert not broadcasts.recipients(gateway.daemon, "failed")


def test_a_flood_of_4xx_is_waited_out(sender, mta):
    people = broadcasts.people(120)
    daemon = sender(people, "tries = 2\n")
    mta.data_reply = "452 4.3.1 Insufficient system storage"
    broadcasts.create(daemon, daemon.base)
    daemon.do("broadcast", "send", "spring")
    places.wait_for(lambda: "452 4.3.1" in daemon.text(), 20, "the flood")
    now = broadcasts.state(daemon)
    assert now["recipients"]["failed"] == 0
    assert now["waits"] == "452 4.3.1 Insufficient system storage"
    mta.data_reply = None
    broadcasts.wait_for_state(daemon, "sent")
    broadcasts.assert_once_each(mta, people)


def test_one_who_is_put_off_is_tried_again_and_given_up(sender, mta):
    people = broadcasts.people(10)
    daemon = sender(people, "tries = 3\n")
    mta.refuse(people[3], "450 4.2.0 Greylisted")
    mta.refuse(people[7], "450 4.2.0 Greylisted")
    broadcasts.create(daemon, daemon.base)
    daemon.do("broadcast", "send", "spring")
    mta.wait_for_count(8)
    places.wait_for(lambda: "tried again" in broadcasts.state(daemon).get(
        "waits", ""), 30, "it to say what it waits for")
    del mta.replies[people[3]]
    end = broadcasts.wait_for_state(daemon, "sent")
    assert end["recipients"]["sent"] == 9
    failed = broadcasts.recipients(daemon, "failed")
    assert list(failed) == [people[7]] and "450 4.2.0" in failed[people[7]]
    assert not daemon.signals(people[7], "email.bounced"), "that is no bounce"


def test_no_such_user_at_rcpt_is_a_bounce(sender, mta):
    people = broadcasts.people(5)
    daemon = sender(people)
    mta.refuse(people[1], "550 5.1.1 No such user here")
    mta.refuse(people[2], "554 5.7.1 Relay access denied")
    broadcasts.create(daemon, daemon.base)
    daemon.do("broadcast", "send", "spring", "--wait")
    bounce = daemon.wait_for_signal(people[1], "email.bounced")[0]
    assert bounce["properties"]["class"] == "hard"
    assert bounce["properties"]["status"] == "5.1.1"
    other = daemon.wait_for_signal(people[2], "email.bounced")[0]
    assert other["properties"]["class"] == "soft", "the address may be good"
    mta.replies.clear()
    broadcasts.create(daemon, daemon.base, "again")
    daemon.do("broadcast", "send", "again", "--wait")
    assert broadcasts.recipients(daemon, "skipped", "again") == {
        people[1]: "suppressed"}
    assert len(mta.to(people[2])) == 1


def test_a_refused_sender_is_nobody_s_bounce(sender, mta):
    people = broadcasts.people(30)
    daemon = sender(people)
    mta.sender_reply = "553 5.1.8 Sender address rejected"
    broadcasts.create(daemon, daemon.base)
    daemon.do("broadcast", "send", "spring")
    end = broadcasts.wait_for_state(daemon, "failed")
    assert "5.1.8" in end["trouble"] and end["recipients"]["queued"] == 30
    assert not any(daemon.signals(a, "email.bounced") for a in people)
    mta.sender_reply = None
    daemon.do("broadcast", "resume", "spring")
    broadcasts.wait_for_state(daemon, "sent")
    broadcasts.assert_once_each(mta, people)


def test_the_mta_hangs_up_wherever_it_likes(sender, mta):
    people = broadcasts.people(150)
    daemon = sender(people, "tries = 50\n")
    chance = random.Random(42)
    # Only before the dot: so nobody may be doubtful.
    mta.hang_up = lambda verb: verb != "." and chance.random() < 0.05
    broadcasts.create(daemon, daemon.base)
    daemon.do("broadcast", "send", "spring")
    mta.wait_for_count(100, 60)
    mta.hang_up = None
    end = broadcasts.wait_for_state(daemon, "sent")
    broadcasts.assert_once_each(mta, people)
    assert end["recipients"]["sent"] == 150


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_disk_hands_nothing_over(mount, mta, make_daemon):
    daemon = make_daemon(smtp=mta.port, smtp_more=FAST + "pace = 40\n")
    daemon.write_conf(daemon.conf.read_text().replace(
        f'state = "{daemon.base}/state"', f'state = "{mount.path}/state"'))
    daemon.start()
    people = broadcasts.people(300)
    broadcasts.fill(daemon, daemon.base, people)
    broadcasts.create(daemon, daemon.base)
    daemon.do("broadcast", "send", "spring")
    mta.wait_for_count(20)
    filler = mount.path / "filler"
    fill_disk(filler)
    places.wait_for(lambda: "No space left" in daemon.text(), 30,
                    "the full disk to be seen")
    before = len(mta.mails)
    seen = daemon.text().count("broadcast spring waits")
    places.wait_for(lambda: daemon.text().count("broadcast spring waits")
                    > seen, 30, "another try")
    assert len(mta.mails) <= before + 4
    filler.unlink()
    end = broadcasts.wait_for_state(daemon, "sent", limit_s=120)
    broadcasts.assert_once_each(mta, people)
    assert end["recipients"]["sent"] == 300
    for address in people[::10]:
        daemon.wait_for_signal(address, "broadcast.sent")
