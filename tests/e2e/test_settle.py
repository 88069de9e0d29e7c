"""Hits settle before they count, across a kill -9; a later verdict puts points
right; absence and expiry show in `score why`."""
import datetime
import subprocess

from lib import places

WHO = "ann@far.test"
MORE = 'signals { names = { "brochure.sent", "order.placed" } }\n'
RULES = """
rule "Opened" { on = "email.opened" add = 5 expires = "90d" }
rule "No order" { on = "brochure.sent" unless = "order.placed within 3d"
  subtract = 4 because = "no order after {{signal.name}}" }
"""


def pixel_of(daemon):
    token = subprocess.run(
        [places.BUILD / "tools/make_token", daemon.base / "state/keys",
         "open", WHO], capture_output=True, text=True, check=True).stdout
    return f"/o/{token.strip()}.gif"


def days_ago(days):
    moment = datetime.datetime.now(datetime.timezone.utc)
    return (moment - datetime.timedelta(days=days)).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


def apply_rules(daemon):
    (daemon.base / "rules").write_text(RULES)
    daemon.do("rules", "apply", daemon.base / "rules", "--yes")


def hits(daemon):
    return daemon.ask("signal", "list", "--contact", WHO, "--name",
                      "email.opened")["items"]


def test_a_hit_settles_and_a_kill_in_between_loses_nothing(make_daemon):
    daemon = make_daemon(settle="2s", more=MORE).start()
    apply_rules(daemon)
    daemon.do("contact", "add", WHO)
    daemon.public.get(pixel_of(daemon))
    places.wait_for(lambda: hits(daemon), 10, "the hit")
    assert "settles_at" in hits(daemon)[0]
    assert not hits(daemon)[0]["effective"]
    # Who looks now learns that it is on its way (unless it has just come in).
    assert "1 more signal is settling" in (
        said := daemon.do("score", "why", WHO)) or "Opened" in said
    daemon.kill()
    daemon.start()
    daemon.wait_for_score(WHO, 5)
    assert "settles_at" not in hits(daemon)[0]
    daemon.do("verify", "--refold")
    # … and then it turns out to be a scanner.
    daemon.do("signal", "judge", hits(daemon)[0]["id"], "machine", "--because",
              "a scanner")
    assert daemon.score(WHO) is None
    assert hits(daemon)[0]["verdict"] == "machine"
    assert hits(daemon)[0]["verdict_reason"] == "a scanner"
    assert "scanner" in daemon.do("signal", "list", "--contact", WHO)
    daemon.do("verify", "--refold")
    daemon.refused(3, "signal", "judge", "17", "machine")


def test_absence_and_expiry_stand_in_why(make_daemon):
    daemon = make_daemon(more=MORE).start()
    apply_rules(daemon)
    daemon.do("signal", "emit", "brochure.sent", "--contact", WHO, "--at",
              days_ago(5), "name=Spring")
    assert daemon.score(WHO) == -4
    text = daemon.do("score", "why", WHO)
    assert "no order after Spring" in text
    # It came in time, and late to us: as if the wait had ended then.
    daemon.do("signal", "emit", "order.placed", "--contact", WHO, "--at",
              days_ago(3))
    assert daemon.score(WHO) is None
    daemon.public.get(pixel_of(daemon))
    daemon.wait_for_score(WHO, 5)
    assert "expires" in daemon.do("score", "why", WHO)
    daemon.do("verify", "--refold")
