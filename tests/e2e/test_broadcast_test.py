"""Before a broadcast: who has no score, a mail to look at, a draft that goes;
after it: the doubtful once more."""
import pytest

from lib import broadcasts
from lib.receiver import Receiver


@pytest.fixture(scope="module")
def mta():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def daemon(make_daemon, mta):
    del mta.mails[:]
    daemon = make_daemon(smtp=mta.port, smtp_more="retry = 1s\n").start()
    broadcasts.fill(daemon, daemon.base, ["ann@far.test", "bob@far.test"], 60)
    daemon.do("score", "subtract", "bob@far.test", "50")
    daemon.do("contact", "add", "new@far.test")
    daemon.do("contact", "subscribe", "new@far.test", "news")
    return daemon


def test_who_has_no_score_is_included_where_asked(daemon, mta):
    wanted = "list 'news' and has score >= 50"
    broadcasts.create(daemon, daemon.base, to=wanted)
    broadcasts.create(daemon, daemon.base, "wide", to=wanted,
                      unknown="include")
    assert broadcasts.state(daemon, "wide")["where"] == \
        "list 'news' and (has score >= 50 or not has score)"
    for name, people in (("spring", {"ann@far.test"}),
                         ("wide", {"ann@far.test", "new@far.test"})):
        del mta.mails[:]
        daemon.do("broadcast", "send", name, "--wait")
        assert {m.recipients[0] for m in mta.mails} == people
    assert "include or skip" in daemon.refused(4, 
        "broadcast", "create", "x", "--template", daemon.base / "spring.eml",
        "--to", wanted, "--unknown", "perhaps")


def test_a_test_mail_counts_nowhere(daemon, mta):
    broadcasts.create(daemon, daemon.base, to="has score >= 50")
    daemon.do("broadcast", "test", "spring", "--to", "me@office.test")
    daemon.do("broadcast", "test", "spring", "--to", "me@office.test",
              "--as", "bob@far.test")
    first, second = mta.mails
    assert first.recipients == second.recipients == ["me@office.test"]
    assert "Your score is 60." in first.part("text/html")
    assert "Your score is 10." in second.part("text/html")
    for mail in mta.mails:
        assert "Subject: [Test] For you, friend" in mail.header.decode()
        assert "To: me@office.test" in mail.header.decode()
        assert "X-Scoregate-Track: none" in mail.header.decode()
        assert "X-Scoregate-Message" not in mail.header.decode()
        assert "X-Scoregate-Campaign" not in mail.header.decode()
    now = broadcasts.state(daemon)
    assert now["state"] == "draft" and now["recipients"]["total"] == 0
    assert "no contact" in daemon.refused(4, "broadcast", "test", "spring", "--to",
                                       "me@office.test", "--as", "who@far.test")
    assert "no address" in daemon.refused(4, "broadcast", "test", "spring", "--to",
                                       "me\nBcc: all@far.test")
    mta.refuse("me@office.test", "550 5.1.1 Who?")
    assert "550 5.1.1 Who?" in daemon.refused(4, "broadcast", "test", "spring",
                                           "--to", "me@office.test")


def test_a_draft_goes_and_what_was_sent_stays(daemon):
    broadcasts.create(daemon, daemon.base)
    daemon.do("broadcast", "delete", "spring")
    assert "no broadcast" in daemon.refused(3, "broadcast", "status", "spring")
    broadcasts.create(daemon, daemon.base)
    daemon.do("broadcast", "send", "spring", "--wait")
    assert "is kept" in daemon.refused(4, "broadcast", "delete", "spring")


def test_the_doubtful_are_sent_to_again_where_asked(daemon, mta):
    mta.hang_up = lambda verb: verb == "."
    broadcasts.create(daemon, daemon.base, to="has score >= 50")
    daemon.do("broadcast", "send", "spring", "--wait")
    mta.hang_up = None
    assert list(broadcasts.recipients(daemon, "doubtful")) == ["ann@far.test"]
    del mta.mails[:]
    daemon.do("broadcast", "resume", "spring", "--resend-doubtful", "--wait")
    assert [m.recipients for m in mta.mails] == [["ann@far.test"]]
    end = broadcasts.state(daemon)
    assert end["state"] == "sent"
    assert end["recipients"]["sent"] == 1
    assert end["recipients"]["doubtful"] == 0
