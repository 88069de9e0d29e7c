"""Sequences: joining a list starts one, its mails come in their order, what
stops it stops it, people put in and take out, and the command shows it all."""
import contextlib

from lib import places
from lib.receiver import Receiver

MORE = ('template "hello" { file = "hello.eml" }\n'
        'template "offer" { file = "offer.eml" }\n')
RULES = """
sequence "Welcome" {
  start = "list 'news'"
  stop = "tag 'customer'"
  step "Hello" { template = "hello" }
  step "Offer" { after = "2s" if = "has score >= 20" template = "offer" }
}
sequence "By hand" {
  restart = yes
  step "Hello" { template = "hello" }
  step "Much later" { after = "30d" template = "offer" }
}
"""


@contextlib.contextmanager
def stopped(receiver):
    try:
        yield receiver
    finally:
        receiver.stop()


def eml(subject):
    return (f"From: News <news@far.test>\nSubject: {subject} "
            "{{field.first_name | default: 'friend'}}\n\nHello.\n")


def ready(make_daemon, far):
    daemon = make_daemon(smtp=far.port, more=MORE)
    (daemon.base / "hello.eml").write_text(eml("Hello"))
    (daemon.base / "offer.eml").write_text(eml("An offer for"))
    daemon.start()
    path = daemon.base / "sequences.conf"
    path.write_text(RULES)
    daemon.do("rules", "apply", "--yes", path)
    daemon.do("list", "create", "news")
    return daemon


def subjects(far, address):
    return [mail.message()["Subject"] for mail in far.mails
            if mail.recipient == address]


def test_joining_a_list_starts_it_and_the_score_decides_a_step(make_daemon):
    with stopped(Receiver()) as far:
        daemon = ready(make_daemon, far)
        for name in ("ann", "bob", "cleo"):
            daemon.do("contact", "add", f"{name}@far.test",
                      f"first_name={name.title()}")
        daemon.do("score", "set", "ann@far.test", "50")
        daemon.do("score", "set", "cleo@far.test", "50")
        for name in ("ann", "bob", "cleo"):
            daemon.do("contact", "subscribe", f"{name}@far.test", "news")
        daemon.do("contact", "tag", "cleo@far.test", "customer")
        places.wait_for(lambda: len(subjects(far, "ann@far.test")) == 2, 20,
                        "both mails")
        places.wait_for(
            lambda: daemon.ask("sequence", "show", "Welcome")["active"] == 0,
            20, "all are through")
        assert subjects(far, "ann@far.test") == ["Hello Ann",
                                                 "An offer for Ann"]
        assert subjects(far, "bob@far.test") == ["Hello Bob"]
        assert "An offer for Cleo" not in subjects(far, "cleo@far.test")
        shown = daemon.ask("sequence", "show", "Welcome")
        assert (shown["finished"], shown["stopped"]) == (2, 1)

        def counted():
            offer = daemon.ask("sequence", "show", "Welcome")["steps"][1]
            return (offer["sent"], offer["skipped"]) == (1, 1)
        places.wait_for(counted, 20, "the offer to be counted")
        out = daemon.ask("sequence", "members", "Welcome", "--state",
                             "stopped")["items"]
        assert [(i["key"], i["reason"]) for i in out] == [
            ("cleo@far.test", "tag 'customer'")]
        assert daemon.ask("segment", "count", "--where",
                          "sequence 'Welcome' finished")["count"] == 2
        names = [i["name"] for i in
                 daemon.ask("contact", "history", "ann@far.test")["items"]]
        assert names.count("sequence.stepped") == 2
        assert "sequence.finished" in names


def test_people_put_in_and_take_out(make_daemon):
    with stopped(Receiver()) as far:
        daemon = ready(make_daemon, far)
        daemon.do("contact", "add", "ann@far.test")
        assert "ann@far.test starts By hand" in daemon.do(
            "sequence", "start", "By hand", "ann@far.test")
        places.wait_for(lambda: subjects(far, "ann@far.test"), 20, "a mail")
        assert "`ann@far.test` is in sequence `By hand`" in daemon.refused(
            4, "sequence", "start", "By hand", "ann@far.test")
        daemon.do("sequence", "stop", "By hand", "ann@far.test")
        daemon.do("sequence", "start", "By hand", "ann@far.test")
        places.wait_for(lambda: len(subjects(far, "ann@far.test")) == 2, 20,
                        "the mail again")
        assert "no sequence `Unknown`" in daemon.refused(
            3, "sequence", "start", "Unknown", "ann@far.test")
        listed = daemon.ask("sequence", "list")["items"]
        assert [(i["name"], i["active"]) for i in listed] == [
            ("Welcome", 0), ("By hand", 1)]
        assert 'sequence "Welcome"' in daemon.do("rules", "export")
        # As it is exported, so it is applied: nothing differs.
        path = daemon.base / "again.conf"
        path.write_text(daemon.do("rules", "export"))
        assert "sequence" not in daemon.do("rules", "apply", "--yes", path)


def test_a_step_whose_mail_dies_in_the_outbox_has_failed(make_daemon):
    with stopped(Receiver()) as far:
        far.refuse("gone@far.test", "554 5.7.1 Relay access denied")
        daemon = ready(make_daemon, far)
        for name in ("gone", "here"):
            daemon.do("contact", "add", f"{name}@far.test")
            daemon.do("sequence", "start", "By hand", f"{name}@far.test")

        def dead():
            return daemon.ask("outbox", "list", "--state", "dead")["items"]
        places.wait_for(dead, 30, "a dead letter")
        places.wait_for(lambda: subjects(far, "here@far.test"), 30,
                        "the other's mail")

        def counted():
            step = daemon.ask("sequence", "show", "By hand")["steps"][0]
            return (step["sent"], step["failed"]) == (1, 1)
        places.wait_for(counted, 20, "both to be counted")
        members = {row["key"]: row["failed"] for row in
                   daemon.ask("sequence", "members", "By hand")["items"]}
        assert members == {"gone@far.test": "Hello", "here@far.test": ""}
        far.replies.clear()
        daemon.do("outbox", "redo", dead()[0]["id"])
        places.wait_for(lambda: subjects(far, "gone@far.test"), 30,
                        "its mail, after all")
        places.wait_for(lambda: daemon.ask(
            "sequence", "show", "By hand")["steps"][0]["sent"] == 2, 30,
            "the step is sent")


def test_a_sequence_goes_on_after_kill_9(make_daemon):
    """Mail of the outbox arrives at least once, with the same Message-ID on
    each try: it may have died between the server's answer and its note."""
    with stopped(Receiver()) as far:
        daemon = ready(make_daemon, far)
        daemon.do("contact", "add", "ann@far.test")
        daemon.do("score", "set", "ann@far.test", "50")
        daemon.do("contact", "subscribe", "ann@far.test", "news")
        daemon.kill()
        daemon.start()
        places.wait_for(lambda: "An offer for friend" in
                        subjects(far, "ann@far.test"), 30, "both mails")
        mails = {mail.message()["Message-ID"]: mail.message()["Subject"]
                 for mail in far.mails if mail.recipient == "ann@far.test"}
        assert list(mails.values()) == ["Hello friend", "An offer for friend"]


def test_the_score_that_rules_run_made_decides_a_step(make_daemon):
    paid = 'rule "Paid" {{ on = "order.paid" add = {} }}\n'
    later = RULES.replace("2s", "20d")
    with stopped(Receiver()) as far:
        daemon = make_daemon(smtp=far.port, more=MORE
                             + 'signals { names = { "order.paid" } }\n')
        for name in ("hello", "offer"):
            (daemon.base / f"{name}.eml").write_text(eml(name))
        daemon.start()
        path = daemon.base / "sequences.conf"
        path.write_text(paid.format(30) + later)
        daemon.do("rules", "apply", "--yes", path)
        daemon.do("list", "create", "news")
        for name in ("ann", "bob"):
            daemon.do("contact", "add", f"{name}@far.test")
            daemon.do("signal", "emit", "order.paid", "--contact",
                      f"{name}@far.test")
        daemon.do("score", "add", "bob@far.test", "40")
        path.write_text(paid.format(5) + later)
        daemon.do("rules", "apply", "--yes", path)
        for name in ("ann", "bob"):
            daemon.do("contact", "subscribe", f"{name}@far.test", "news")
        # Ann had 30 points when it began, and has 5 when the offer is due.
        daemon.do("rules", "run", "--wait")
        assert daemon.score("ann@far.test") == 5
        # Another time for the step is for those who wait for it, too.
        path.write_text(paid.format(5) + RULES.replace("2s", "0"))
        daemon.do("rules", "apply", "--yes", path)
        places.wait_for(lambda: daemon.ask(
            "sequence", "show", "Welcome")["finished"] == 2, 40, "the end")
        places.wait_for(lambda: len(subjects(far, "bob@far.test")) == 2, 30,
                        "both mails")
        assert len(subjects(far, "ann@far.test")) == 1
