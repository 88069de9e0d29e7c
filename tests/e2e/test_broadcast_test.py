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
    first = mta.to("ann@far.test")[0].message()["Message-ID"]
    del mta.mails[:]
    daemon.do("broadcast", "resume", "spring", "--resend-doubtful", "--wait")
    assert [m.recipients for m in mta.mails] == [["ann@far.test"]]
    # A double can be told by it.
    assert mta.mails[0].message()["Message-ID"] == first
    end = broadcasts.state(daemon)
    assert end["state"] == "sent"
    assert end["recipients"]["sent"] == 1
    assert end["recipients"]["doubtful"] == 0


def test_a_name_that_leads_nowhere_is_told_of(daemon):
    """A list that is not there holds for nobody, and may be made later."""
    def said(*words):
        result = daemon.run(*words)
        assert result.returncode == 0, result.stderr
        return result.stderr
    path = daemon.base / "spring.eml"
    path.write_text(broadcasts.TEMPLATE)
    create = ("--template", path, "--to")
    warning = said("broadcast", "create", "one", *create,
                   "list 'nwes' or broadcast 'on' clicked "
                   "or sequence 'Welcom' active")
    assert "warning: there is no list `nwes`; did you mean `news`?" in warning
    assert "no broadcast `on`; did you mean `one`?" in warning
    assert "no sequence `Welcom`" in warning
    assert "no list `nwes`" in said("broadcast", "preview", "one")
    assert said("broadcast", "create", "two", *create,
                "list 'news' and not list '*'") == ""
    assert "no list `nwes`" in said("segment", "count", "--where",
                                    "list 'nwes'")
    assert "no list `nwes`" in said("segment", "save", "some", "--where",
                                    "not list 'nwes'")
    # In a segment it is found, too.
    assert "no list `nwes`" in said("broadcast", "create", "three", *create,
                                    "segment 'some'")
    rules = daemon.base / "some.conf"
    rules.write_text(
        'rule "R" { when = "list \'nwes\'" add = 1 }\n'
        'automation "A" { on = "email.clicked" if = "broadcast \'x\'"'
        ' do = { "tag add \'t\'" } }\n')
    warning = said("rules", "check", rules)
    assert 'rule "R": there is no list `nwes`' in warning
    assert 'automation "A": there is no broadcast `x`' in warning
    daemon.do("list", "create", "nwes")
    assert "list" not in said("rules", "apply", "--yes", rules)
