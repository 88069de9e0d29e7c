"""What came of a sequence's mails, step by step: two steps may send the same
template. They are instrumented here, so that what we send is what arrives."""
import pytest

from lib import broadcasts, places
from lib.receiver import Receiver

HELLO = broadcasts.TEMPLATE.replace("MIME-Version",
                                    "X-Scoregate-List: news\nMIME-Version")
RULES = """
rule "clicked" { on = "email.clicked" add = 10 because = "followed a link" }
sequence "Twice/Welcome" {
  step "one" { template = "hello" }
  step "two" { after = "1s" template = "hello" }
}
sequence "Once" { step "one" { template = "hello" } }
sequence "Long" { step "one" { template = "hello" }
                  step "two" { after = "2s" template = "hello" } }
"""


@pytest.fixture(scope="module")
def relay():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="module")
def daemon(make_shared, relay):
    daemon = make_shared(
        smtp=relay.port, smtp_more="instrument = here",
        more='template "hello" { file = "hello.eml" }\n'
             'outbox { retry = 1s\n tries = 100 }\n')
    (daemon.base / "hello.eml").write_text(HELLO)
    rules = daemon.base / "rules.conf"
    rules.write_text(RULES)
    daemon.do("rules", "apply", "--yes", rules)
    daemon.do("list", "create", "news")
    return daemon


def steps(daemon, name):
    return {s["name"]: s for s in daemon.ask("sequence", "show", name)["steps"]}


def put_in(daemon, name, address):
    daemon.do("contact", "add", address)
    daemon.do("sequence", "start", name, address)


def test_each_step_has_its_own_results(daemon, relay):
    for name in ("ann", "ben"):
        put_in(daemon, "Twice/Welcome", f"{name}@far.test")
    put_in(daemon, "Once", "ann@far.test")
    places.wait_for(lambda: len(relay.to("ann@far.test")) == 3
                    and len(relay.to("ben@far.test")) == 2, 30, "all mails")
    places.wait_for(
        lambda: [steps(daemon, "Twice/Welcome")[s]["sent"]
                 for s in ("one", "two")] == [2, 2], 30, "all are noted")
    by_id = {m.message()["Message-ID"]: m for m in relay.to("ann@far.test")}
    assert len(by_id) == 3
    second = relay.to("ben@far.test")[1]
    click, image = broadcasts.assert_instrumented_once(second, daemon)
    for _ in range(2):
        daemon.public.get(click)
    daemon.wait_for_signal("ben@far.test", "email.clicked", 2)
    first = relay.to("ben@far.test")[0]
    image = broadcasts.assert_instrumented_once(first, daemon)[1]
    daemon.public.get(image, headers={"Purpose": "prefetch"})
    daemon.wait_for_signal("ben@far.test", "email.opened", 2)
    found = steps(daemon, "Twice/Welcome")
    assert (found["one"]["opened"], found["one"]["clicked"]) == (0, 0)
    assert [h for h in found["one"]["hits"] if h["signal"] == "email.opened"] \
        == [{"signal": "email.opened", "people": 0, "hits": 0,
             "machine_people": 1, "machine_hits": 1}]
    assert (found["two"]["opened"], found["two"]["clicked"]) == (1, 1)
    assert found["two"]["results"]["email.clicked"] == 1
    assert [h["hits"] for h in found["two"]["hits"]
            if h["signal"] == "email.clicked"] == [2]
    assert found["two"]["points"] == [
        {"score": "lead", "points": 20, "people": 1}]
    assert steps(daemon, "Once")["one"]["clicked"] == 0
    text = daemon.do("sequence", "show", "Twice/Welcome")
    assert "clicked" in text


def test_who_is_forgotten_still_counts(daemon, relay):
    put_in(daemon, "Once", "cem@far.test")
    mail = relay.wait_for("cem@far.test")
    click = broadcasts.assert_instrumented_once(mail, daemon)[0]
    daemon.public.get(click)
    daemon.wait_for_signal("cem@far.test", "email.clicked")
    before = steps(daemon, "Once")["one"]
    daemon.do("contact", "forget", "--yes", "cem@far.test")
    after = steps(daemon, "Once")["one"]
    assert after["clicked"] == before["clicked"] >= 1
    assert after["points"] == before["points"]
    assert after["sent"] == before["sent"]


def test_email_sent_is_told_when_the_mail_is_handed_over(daemon, relay):
    relay.refuse("dan@far.test", "450 4.2.0 Greylisted")
    put_in(daemon, "Once", "dan@far.test")

    def tried():
        rows = daemon.ask("outbox", "list", "--state", "waiting")["items"]
        return [r for r in rows if "Greylisted" in r["trouble"]]
    places.wait_for(tried, 30, "a try")
    assert daemon.signals("dan@far.test", "email.sent") == []
    assert steps(daemon, "Once")["one"]["queued"] == 1
    relay.replies.clear()
    relay.wait_for("dan@far.test", limit_s=30)
    daemon.wait_for_signal("dan@far.test", "email.sent")
    assert len(daemon.signals("dan@far.test", "email.sent")) == 1


def test_a_recipient_whom_the_mta_refuses_has_bounced(daemon, relay):
    """Then no more mail goes there, and the sequence is over for it."""
    relay.refuse("eva@far.test")
    put_in(daemon, "Long", "eva@far.test")
    bounce = daemon.wait_for_signal("eva@far.test", "email.bounced",
                                    limit_s=30)[0]
    assert bounce["properties"]["class"] == "hard"
    assert bounce["properties"]["status"] == "5.1.1"
    assert bounce["properties"]["campaign"] == "hello"
    relay.replies.clear()

    def over():
        rows = daemon.ask("sequence", "members", "Long", "--where",
                          "email = 'eva@far.test'")["items"]
        return rows and (rows[0]["state"], rows[0]["reason"])
    places.wait_for(lambda: over() == ("stopped", "suppressed"), 30,
                    "the sequence to stop")
    assert relay.to("eva@far.test") == []
    found = steps(daemon, "Long")["one"]
    assert (found["sent"], found["failed"]) == (0, 1)
    assert found["results"]["email.bounced"] == 1
    text = daemon.do("sequence", "show", "Long", "--versions")
    assert text.count('sequence "Long"') == 2


def test_a_record_of_another_module_is_put_in_and_taken_out(daemon):
    daemon.do("contact", "add", "fay@far.test", "--module", "lead")
    assert "for contacts" in daemon.refused(
        4, "sequence", "start", "Long", "fay@far.test", "--module", "lead")
    assert "no contact" in daemon.refused(3, "sequence", "start", "Long",
                                          "fay@far.test")
