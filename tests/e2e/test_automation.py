"""Automations: what fires, what it does, and that what goes out arrives."""
import contextlib
import random
import time

import pytest
from lib import places
from lib.hooks import Hooks, is_signed
from lib.receiver import Receiver

RULES = """
rule "Click" { on = "demo.clicked" add = 10 }
automation "Hot lead" {
  on    = "score rises to 50"
  rearm = 40
  if    = "not tag 'customer'"
  do    = { "tag add 'hot'", "webhook 'crm'", "assign 'sales'" }
}
"""

MORE = """
signals {{ names = {{ "demo.clicked" }} }}
webhook "crm" {{
    url = "http://127.0.0.1:{port}/hook"
    secret = "s3cret"
    headers = {{ "X-Team: sales" }}
    timeout = 2s
}}
team "sales" {{ members = {{ "eva@far.test 2", "tom@far.test" }} notify = no }}
outbox {{ retry = 200ms retry_most = 1s tries = {tries}
         from = "Scoregate <scores@here.test>" }}
"""


@pytest.fixture
def hooks():
    made = []

    def make(**options):
        made.append(Hooks(**options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def begin(make_daemon, port, rules=RULES, tries=50):
    daemon = make_daemon(more=MORE.format(port=port, tries=tries)).start()
    path = daemon.base / "automations.conf"
    path.write_text(rules)
    daemon.do("rules", "apply", "--yes", path)
    return daemon


def add(daemon, address, points):
    daemon.api("POST", "/contacts", {"email": address})
    answer = daemon.api("POST", f"/contacts/{address}/scores/lead",
                        {"op": "add", "points": points, "because": "story"})
    assert answer.status in (200, 202), answer.text


def waiting(daemon):
    return daemon.api("GET", "/status").json()["outbox"]["waiting"]


def test_a_threshold_tags_assigns_and_calls_a_signed_webhook(make_daemon,
                                                             hooks):
    crm = hooks(answer=lambda n: 500 if n < 3 else 200)
    daemon = begin(make_daemon, crm.port)
    daemon.do("contact", "add", "ann@far.test", "first_name=Ann")
    add(daemon, "ann@far.test", 60)
    shown = daemon.ask("contact", "show", "ann@far.test")
    assert shown["tags"] == ["hot"]
    assert shown["fields"]["owner"] == "eva@far.test"
    assert shown["firings"][0]["automation"] == "Hot lead"
    places.wait_for(crm.taken, 20, "the webhook")
    places.wait_for(lambda: waiting(daemon) == 0, 20, "the outbox")
    requests = crm.all()
    assert len(requests) == 3
    assert len({r[1]["Idempotency-Key"] for r in requests}) == 1
    assert [r[1]["X-Scoregate-Try"] for r in requests] == ["1", "2", "3"]
    path, headers, body, _ = requests[-1]
    assert path == "/hook"
    assert headers["X-Team"] == "sales"
    assert is_signed(headers, body, "s3cret")
    payload = list(crm.taken().values())[0]
    assert payload["by"] == "automation Hot lead"
    assert payload["record"]["key"] == "ann@far.test"
    assert payload["record"]["fields"]["first_name"] == "Ann"
    assert payload["scores"]["lead"] == 60
    history = daemon.ask("contact", "history", "ann@far.test")
    assert any(i["actor"] == "automation Hot lead" for i in history["items"])
    fired = [i for i in history["items"] if i["name"] == "automation.fired"]
    assert fired[0]["properties"]["automation"] == "Hot lead"
    assert "Hot lead" in daemon.do("contact", "history", "ann@far.test")
    assert "Hot lead" in daemon.do("contact", "show", "ann@far.test")
    listed = daemon.ask("automation", "list")["items"][0]
    assert listed["name"] == "Hot lead" and listed["fired"] == 1
    assert daemon.ask("automation", "show", "Hot lead")["versions"]
    assert "score rises to 50 (60)" in daemon.do("automation", "history")
    metrics = daemon.private.get("/metrics").text
    assert "scoregate_automations_fired_total 1" in metrics
    assert "scoregate_outbox_waiting 0" in metrics


def test_what_keeps_failing_is_dead_and_can_be_redone(make_daemon, hooks):
    down = {"is": True}
    crm = hooks(answer=lambda n: 302 if down["is"] else 204)
    daemon = begin(make_daemon, crm.port, tries=3)
    add(daemon, "ann@far.test", 60)

    def dead():
        return daemon.ask("outbox", "list", "--state", "dead")["items"]
    places.wait_for(dead, 20, "a dead letter")
    item = dead()[0]
    assert item["tries"] == 3
    assert "redirects are not followed" in item["trouble"]
    assert "given up" in daemon.do("status")
    down["is"] = False
    daemon.do("outbox", "redo", item["id"])
    places.wait_for(crm.taken, 20, "the redo")
    places.wait_for(lambda: not dead(), 20, "no dead letter")
    assert len({r[1]["Idempotency-Key"] for r in crm.all()}) == 1
    daemon.refused(4, "outbox", "redo", item["id"])
    daemon.refused(3, "outbox", "redo", "12345")


def test_what_was_not_delivered_survives_a_restart(make_daemon, hooks):
    crm = hooks()
    port = crm.port
    crm.close()
    daemon = begin(make_daemon, port)
    add(daemon, "ann@far.test", 60)
    places.wait_for(lambda: daemon.ask("outbox", "list")["items"][0]["tries"],
                    20, "a try")
    daemon.stop()
    again = hooks()
    daemon.write_conf(daemon.conf.read_text().replace(
        f"127.0.0.1:{port}", f"127.0.0.1:{again.port}"))
    daemon.start()
    places.wait_for(again.taken, 20, "the webhook")
    assert len(again.all()) == 1


@contextlib.contextmanager
def stopped(part):
    try:
        yield part
    finally:
        part.stop()


NOTES = """
automation "Tell" {
  on = "tag.added"
  if = "signal.tag = 'vip'"
  do = { "notify 'boss@far.test' 'Grüße: call them'", "send 'thanks'" }
}
"""

TEMPLATE = """\
From: Ann <ann@here.test>
Subject: Thank you {{field.first_name}}
Content-Type: text/plain; charset=utf-8

Dear {{field.first_name}}, thank you.
"""


def test_notices_and_templates_are_mails(make_daemon, hooks):
    with stopped(Receiver()) as far:
        daemon = make_daemon(
            smtp=far.port, more=MORE.format(port=1, tries=5) +
            'template "thanks" { file = "thanks.eml" }\n')
        (daemon.base / "thanks.eml").write_text(TEMPLATE)
        daemon.start()
        path = daemon.base / "automations.conf"
        path.write_text(NOTES)
        daemon.do("rules", "apply", "--yes", path)
        daemon.do("contact", "add", "bob@far.test", "first_name=Bob")
        daemon.do("contact", "tag", "bob@far.test", "vip")
        places.wait_for(lambda: len(far.mails) == 2, 20, "two mails")
        by = {mail.recipient: mail for mail in far.mails}
        notice = by["boss@far.test"].message()
        assert notice["Subject"] == "bob@far.test: Grüße: call them"
        assert "Grüße" in notice.get_content()
        assert "automation Tell" in notice.get_content()
        assert notice["Auto-Submitted"] == "auto-generated"
        thanks = by["bob@far.test"].message()
        assert thanks["Subject"] == "Thank you Bob"
        assert "Dear Bob" in thanks.get_content()
        # Who wants no mail gets no template.
        daemon.do("contact", "suppress", "bob@far.test")
        daemon.do("contact", "untag", "bob@far.test", "vip")
        daemon.do("contact", "tag", "bob@far.test", "vip")
        places.wait_for(lambda: [
            i for i in daemon.ask("outbox", "list")["items"]
            if i["state"] == "dropped"], 20, "a dropped one")
        places.wait_for(lambda: len(far.mails) == 3, 20, "the notice")


def test_rules_check_says_which_webhook_is_missing(make_daemon):
    daemon = make_daemon(more=MORE.format(port=1, tries=5)).start()
    path = daemon.base / "automations.conf"
    path.write_text(RULES.replace("webhook 'crm'", "webhook 'crn'"))
    said = daemon.refused(4, "rules", "check", path)
    assert f"{path}:7: automation" in said and "did you mean 'crm'?" in said
    path.write_text(RULES)
    assert "1 automation" in daemon.do("rules", "check", path)
    assert '+ automation "Hot lead"' in daemon.run("rules", "apply",
                                                   path).stdout
    daemon.do("rules", "apply", "--yes", path)
    assert daemon.do("rules", "export") == path.read_text().lstrip() or \
        'automation "Hot lead"' in daemon.do("rules", "export")


def test_a_plugins_action_is_run_by_the_outbox(make_daemon):
    daemon = make_daemon(root_more='load = { "hello" }', more="""
signals { names = { "demo.clicked" } }
""").start()
    path = daemon.base / "automations.conf"
    path.write_text("""
automation "Greet" {
  on = "demo.clicked"
  do = { "run 'hello.greet' with words = 'Good day'" }
}
""")
    daemon.do("rules", "apply", "--yes", path)
    daemon.do("contact", "add", "ann@far.test", "first_name=Ann")
    daemon.do("signal", "emit", "demo.clicked", "--contact", "ann@far.test")

    def said():
        items = daemon.ask("contact", "history", "ann@far.test")["items"]
        return [i for i in items if i["name"] == "hello.said"]
    places.wait_for(said, 20, "the greeting")
    assert said()[0]["properties"]["to"] == "Good day Ann"


KILLS = 12


def test_each_firing_is_delivered_with_one_key_across_kills(make_daemon,
                                                            hooks):
    seed = random.randrange(1 << 30)
    print("seed", seed)
    chance = random.Random(seed)
    crm = hooks(answer=lambda n: 500 if chance.random() < 0.2 else 200)
    daemon = begin(make_daemon, crm.port, """
automation "Up" { on = "score rises to 10" do = { "webhook 'crm'" } }
automation "Down" { on = "score falls below 10" do = { "tag add 'fell'" } }
""")
    people = [f"p{n}@far.test" for n in range(15)]
    for person in people:
        daemon.do("contact", "add", person)
    for _ in range(KILLS):
        until = time.monotonic() + chance.random()
        while time.monotonic() < until:
            person = chance.choice(people)
            points = chance.choice((0, 20))
            daemon.api("POST", f"/contacts/{person}/scores/lead", {
                "op": "set", "points": points, "because": "story"})
        daemon.kill()
        daemon.start()
    places.wait_for(lambda: waiting(daemon) == 0, 60, "the outbox")
    fired = {}
    total = 0
    path = "/firings?automation=Up&limit=1000"
    while path:
        page = daemon.api("GET", path).json()
        for item in page["items"]:
            fired[item["key"]] = fired.get(item["key"], 0) + 1
            total += 1
        path = page.get("next") and \
            f"/firings?automation=Up&limit=1000&cursor={page['next']}"
    assert total > KILLS
    delivered = {}
    for payload in crm.taken().values():
        key = payload["record"]["key"]
        delivered[key] = delivered.get(key, 0) + 1
    # As often as the score rose, by what its history says; each one key.
    assert delivered == fired
    for person in people:
        rises, score = 0, 0
        history = []
        path = f"/contacts/{person}/history?limit=1000"
        while path:
            page = daemon.api("GET", path).json()
            history += page["items"]
            path = page.get("next") and (f"/contacts/{person}/history?limit="
                                         f"1000&cursor={page['next']}")
        for item in reversed(history):
            if item["name"] == "score.set":
                now = float(item["properties"]["points"])
                rises += score < 10 <= now
                score = now
        assert fired.get(person, 0) == rises, person
