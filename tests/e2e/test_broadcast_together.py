"""Several broadcasts, sequence mail and mails to look at, at the same time:
each at its own pace, none held up by another that waits."""
import contextlib
import datetime
import sqlite3
import threading

import pytest

from lib import broadcasts, places
from lib.receiver import Receiver

MORE = 'template "hello" { file = "hello.eml" }\n'
SEQUENCE = """
sequence "Welcome" {
  start = "tag 'welcome'"
  step "Hello" { template = "hello" }
}
"""


@pytest.fixture(scope="module")
def mta():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="module")
def daemon(make_shared, mta):
    daemon = make_shared(smtp=mta.port, more=MORE,
                         smtp_more="retry = 1s\nconnections = 4\n")
    (daemon.base / "hello.eml").write_text(
        "From: News <news@far.test>\nSubject: Hello\n\nHello.\n")
    path = daemon.base / "sequences.conf"
    path.write_text(SEQUENCE)
    daemon.do("rules", "apply", "--yes", path)
    return daemon


def make_list(daemon, name, people, **options):
    """And a broadcast to it."""
    daemon.do("list", "create", name)
    sheet = daemon.base / f"{name}.csv"
    sheet.write_text("email,lists,score:lead\n" + "".join(
        f"{address},{name},20\n" for address in people))
    daemon.do("import", sheet)
    broadcasts.create(daemon, daemon.base, name, to=f"list '{name}'", **options)


def send(daemon, name, people, **options):
    make_list(daemon, name, people, **options)
    daemon.do("broadcast", "send", name)


def mails_to(mta, domain):
    return [m for m in mta.mails if m.recipient.endswith("@" + domain)]


def assert_each_once(mta, people, domain):
    assert sorted(m.recipient for m in mails_to(mta, domain)) == sorted(people)


@contextlib.contextmanager
def held(mta, people):
    """Their RCPT hears nothing until the end."""
    event = threading.Event()
    mta.held.update({address: event for address in people})
    try:
        yield
    finally:
        mta.held.clear()
        event.set()


def test_one_that_waits_holds_up_nobody(daemon, mta):
    slow, flood, fast = (broadcasts.people(n, f"{name}.test") for name, n in
                         (("slow", 40), ("flood", 40), ("fast", 300)))
    for address in flood:
        mta.refuse(address, "421 4.3.2 Too much mail from you")
    send(daemon, "flood", flood)
    places.wait_for(lambda: "broadcast flood waits" in daemon.text(), 30,
                    "the flood to be waited out")
    send(daemon, "slow", slow, pace="0.5/s")
    mta.wait_for_count(1)
    sessions = mta.n_sessions
    send(daemon, "fast", fast)
    # While three are under way: a mail to look at, and one of a sequence.
    daemon.do("broadcast", "test", "slow", "--to", "me@office.test")
    daemon.do("contact", "add", "new@sequence.test")
    daemon.do("contact", "tag", "new@sequence.test", "welcome")
    broadcasts.wait_for_state(daemon, "sent", "fast")
    assert mta.wait_for("new@sequence.test").message()["Subject"] == "Hello"
    assert mta.to("me@office.test")
    assert_each_once(mta, fast, "fast.test")
    # Each connection is used for many mails; some go down with the flood.
    assert mta.n_sessions - sessions < 100
    for name in ("slow", "flood"):
        now = broadcasts.state(daemon, name)
        assert now["state"] == "sending" and now["running"], name
    assert 1 <= len(mails_to(mta, "slow.test")) < 40
    assert not mails_to(mta, "flood.test")
    assert not broadcasts.state(daemon, "flood")["recipients"]["failed"]
    mta.replies.clear()
    broadcasts.wait_for_state(daemon, "sent", "flood")
    assert_each_once(mta, flood, "flood.test")
    # The pace was held: it is far from its end. Paused, it rests alone.
    daemon.do("broadcast", "pause", "slow")
    places.wait_for(lambda: not broadcasts.state(daemon, "slow")["running"],
                    30, "the slow one to end")
    daemon.do("broadcast", "resume", "slow", "--pace", "1000/s", "--wait")
    assert_each_once(mta, slow, "slow.test")


def test_what_takes_its_time_at_a_beginning_holds_up_nobody(daemon, mta):
    """Another program has the store: the scheduled one cannot store whom it
    chose."""
    first, second = (broadcasts.people(n, f"{name}.test") for name, n in
                     (("first", 400), ("second", 50)))
    soon = datetime.datetime.now(datetime.timezone.utc) + \
        datetime.timedelta(seconds=2)
    send(daemon, "first", first, pace="60/s")
    make_list(daemon, "second", second)
    daemon.do("broadcast", "send", "second", "--at",
              soon.isoformat(timespec="milliseconds"))
    store = sqlite3.connect(next((daemon.base / "state").glob("*.db")),
                            isolation_level=None, timeout=20)
    store.execute("BEGIN IMMEDIATE")
    try:
        places.wait_for(
            lambda: datetime.datetime.now(datetime.timezone.utc) > soon, 30,
            "its moment")
        n = len(mails_to(mta, "first.test"))
        places.wait_for(lambda: len(mails_to(mta, "first.test")) > n + 60, 30,
                        "the first to go on")
        assert not mails_to(mta, "second.test")
    finally:
        store.execute("ROLLBACK")
        store.close()
    broadcasts.wait_for_state(daemon, "sent", "second")
    broadcasts.wait_for_state(daemon, "sent", "first")
    assert_each_once(mta, first, "first.test")
    assert_each_once(mta, second, "second.test")


def test_each_connection_waits_for_its_own_answer(daemon, mta):
    """The work of an MTA is at the end of a mail: four ends at a time."""
    people = broadcasts.people(12, "ends.test")
    mta.end_held = threading.Event()
    try:
        send(daemon, "ends", people)
        mta.wait_until_held(4)
    finally:
        mta.end_held.set()
        mta.end_held = None
    broadcasts.wait_for_state(daemon, "sent", "ends")
    assert_each_once(mta, people, "ends.test")


def test_mails_that_take_long_leave_a_connection_to_the_others(daemon, mta):
    stuck, others = (broadcasts.people(n, f"{name}.test") for name, n in
                     (("stuck", 12), ("others", 60)))
    with held(mta, stuck):
        send(daemon, "others", others, pace="20/s")
        send(daemon, "stuck", stuck)
        mta.wait_until_held(3)
        broadcasts.wait_for_state(daemon, "sent", "others")
        assert broadcasts.state(daemon, "stuck")["recipients"]["sent"] == 0
    broadcasts.wait_for_state(daemon, "sent", "stuck")
    assert_each_once(mta, stuck, "stuck.test")
    assert_each_once(mta, others, "others.test")


def test_who_was_prepared_when_the_machine_crashed_is_doubtful(daemon, mta):
    """As after a crash of the machine: the journal is of another boot, and of
    what had not been synced nothing is there."""
    people = broadcasts.people(200, "crash.test")
    send(daemon, "crash", people, pace="60/s")
    places.wait_for(lambda: len(mails_to(mta, "crash.test")) > 50, 30, "some")
    daemon.kill()
    journal = daemon.base / "state/broadcasts/crash.journal"
    lines = journal.read_text().splitlines()
    assert any(line.startswith("P ") for line in lines)
    kept = [line for line in lines if line.startswith("P ")]
    journal.write_text("M 00000000-0000-0000-0000-000000000000\n"
                       + "".join(line + "\n" for line in kept))
    daemon.start()
    broadcasts.wait_for_state(daemon, "sent", "crash")
    doubtful = broadcasts.recipients(daemon, "doubtful", "crash")
    got = [m.recipient for m in mails_to(mta, "crash.test")]
    assert len(set(got)) == len(got), "somebody got it twice"
    assert set(people) - set(got) <= set(doubtful)
    assert doubtful and len(set(people) - set(got)) <= 64


def test_killed_with_several_under_way(daemon, mta):
    names = ("one", "two", "three")
    people = {name: broadcasts.people(150, f"{name}.test") for name in names}
    for name in names:
        send(daemon, name, people[name], pace="150/s")
    before = len(mta.mails)
    for n in (60, 120):
        mta.wait_for_count(min(before + n, before + 200))
        daemon.kill()
        daemon.start()
    n_doubtful = 0
    for name in names:
        end = broadcasts.wait_for_state(daemon, "sent", name)
        doubtful = broadcasts.recipients(daemon, "doubtful", name)
        got = [m.recipient for m in mails_to(mta, f"{name}.test")]
        assert len(set(got)) == len(got), "somebody got it twice"
        assert set(people[name]) - set(got) <= set(doubtful)
        assert end["recipients"]["sent"] + len(doubtful) == 150
        n_doubtful += len(doubtful)
    assert n_doubtful <= 8, "one for each connection and kill at most"
