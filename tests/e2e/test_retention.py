"""Retention: older history is folded while the daemon works, and under kill -9
at any moment no score changes."""
import json
import random
import sqlite3
import time

from lib import places

DAY = 86400
RULES = """\
rule "Form" { on = "form.submitted" add = 20 once_per = "ever" }
rule "Opened" { on = "email.opened" add = 3 degrade = "1%" cap = 30 }
rule "Boss" { when = "field.job = 'CEO'" add = 10 }
"""


def history(path, people):
    chance = random.Random(7)
    now = time.time()
    with open(path, "w", encoding="utf-8") as out:
        for n in range(people):
            for _ in range(6):
                name, props = chance.choice([
                    ("form.submitted", {"form": "demo"}),
                    ("email.opened", {"campaign": "x"}),
                    ("field.changed", {"name": "job", "value": "CEO"}),
                    ("score.added", {"points": 5})])
                at = now - chance.uniform(1, 300) * DAY
                out.write(json.dumps({
                    "email": f"r{n}@keep.test", "name": name,
                    "time": time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                          time.gmtime(at)),
                    "properties": props}) + "\n")


def scores(daemon):
    rows = daemon.do("export", "--columns", "email,score,field.job",
                     "--sort", "email", "--format", "ndjson").splitlines()
    return [json.loads(row) for row in rows]


def older(daemon):
    with sqlite3.connect(f"file:{daemon.base}/state/scoregate.db?mode=ro",
                         uri=True) as db:
        day = int((time.time() - 30 * DAY) // DAY * DAY * 1000)
        return db.execute("SELECT count(*) FROM history WHERE happened_at < ?"
                          " AND kind <> 22", (day,)).fetchone()[0]


def test_history_is_folded_under_kill_9_and_no_score_changes(
        make_daemon, tmp_path):
    daemon = make_daemon()
    daemon.write_conf(daemon.conf.read_text().replace(
        "degrade = none", "degrade = 5%"))
    daemon.start()
    (tmp_path / "rules.conf").write_text(RULES)
    daemon.do("rules", "apply", tmp_path / "rules.conf", "--yes")
    history(tmp_path / "old.ndjson", 1500)
    daemon.do("import", tmp_path / "old.ndjson", "--signals")
    before = scores(daemon)
    signal = min(daemon.ask("signal", "list", "--contact", "r1@keep.test",
                            "--limit", "1000")["items"],
                 key=lambda item: item["happened_at"])["id"]
    assert "folded away" not in daemon.do("rules", "run", "--status")
    daemon.stop()
    count = older(daemon)
    daemon.write_conf("retention = 30d\n" + daemon.conf.read_text())
    chance = random.Random(3)
    for _ in range(6):
        daemon.start()
        time.sleep(chance.uniform(0, 0.15))
        daemon.kill()
    daemon.start()
    places.wait_for(lambda: older(daemon) == 0, 60, "all is folded")
    assert count > 5000
    after = scores(daemon)
    assert [row["email"] for row in after] == [row["email"] for row in before]
    for old, new in zip(before, after):
        assert old["field.job"] == new["field.job"]
        assert abs(old["score"] - new["score"]) < 0.05  # a minute's fading
    assert daemon.ask("verify", "--refold")["differences"] == 0
    why = daemon.ask("score", "why", "r1@keep.test")
    assert any(e["explanation"].startswith("before 20")
               for e in why["entries"])
    assert abs(sum(e["left"] for e in why["entries"])
               - why["summary"]["score"]) < 1e-6
    assert "folded away" in daemon.do("rules", "run", "--status")
    # A verdict on one of those comes too late, and that is said.
    assert "folded away" in daemon.refused(3, "signal", "judge", signal,
                                           "machine")
    assert "folded" not in daemon.refused(3, "signal", "judge", "x", "machine")
