"""`rules run` over all history: killed again and again it goes on where it was,
beside live traffic, and nobody ever sees old and new scores mixed."""
import datetime
import random
import threading
import time

from lib import places

PEOPLE = 1500
KILLS = 6
OLD, NEW = 2, 50

MORE = ('signals { names = { "order.paid" } }\n'
        'band "warm" { score = "lead" from = 45 }\n')


def rules(points):
    return (f'rule "Paid" {{ on = "order.paid" add = {points} '
            'degrade = "none" }\n')


def fill(daemon, tmp_path):
    """Two orders each, the second a year before the first."""
    lines = ["email,city"] + [f"p{n}@far.test,Rome" for n in range(PEOPLE)]
    (tmp_path / "people.csv").write_text("\n".join(lines) + "\n")
    daemon.do("import", tmp_path / "people.csv")
    signals = []
    for when in ("2026-01-31T10:00:00Z", "2025-01-31T10:00:00Z"):
        signals += ['{"email": "p%d@far.test", "name": "order.paid", '
                    '"time": "%s"}' % (n, when) for n in range(PEOPLE)]
    (tmp_path / "orders.ndjson").write_text("\n".join(signals) + "\n")
    daemon.do("import", "--signals", tmp_path / "orders.ndjson")


class Watcher(threading.Thread):
    """Asks for the highest and the lowest score in one answer: both are old
    ones or both are new ones."""

    def __init__(self, daemon, stop):
        super().__init__(daemon=True)
        self.daemon_, self.stop, self.mixed = daemon, stop, []

    def run(self):
        while not self.stop.is_set():
            try:
                answer = self.daemon_.api(
                    "GET", "/contacts?where=has%20score&columns=score"
                    "&limit=1000")
                if answer.status != 200:
                    continue
                scores = {round(item["score"])
                          for item in answer.json()["items"]}
            except Exception:  # killed just now
                time.sleep(0.02)
                continue
            if scores & {OLD, 2 * OLD} and scores & {NEW, 2 * NEW}:
                self.mixed.append(scores)


def running(daemon):
    return daemon.api("GET", "/rules/run").json()["running"]


def test_a_run_that_is_killed_goes_on_and_switches_at_once(make_daemon,
                                                           tmp_path):
    daemon = make_daemon(more=MORE).start()
    (tmp_path / "old.conf").write_text(rules(OLD))
    (tmp_path / "new.conf").write_text(rules(NEW))
    daemon.do("rules", "apply", "--yes", tmp_path / "old.conf")
    fill(daemon, tmp_path)
    daemon.wait_for_score(f"p{PEOPLE - 1}@far.test", 2 * OLD)
    daemon.do("rules", "apply", "--yes", tmp_path / "new.conf")
    stop, chance = threading.Event(), random.Random(7)
    watcher = Watcher(daemon, stop)
    watcher.start()
    daemon.do("rules", "run")
    for _ in range(KILLS):
        time.sleep(chance.random() * 0.1)
        daemon.kill()
        daemon.start()
    # To wait for one is to wait for that which goes on.
    assert "over all history" in daemon.do("rules", "run", "--wait")
    assert not running(daemon)
    stop.set()
    watcher.join()
    assert not watcher.mixed, watcher.mixed[0]
    for n in (0, PEOPLE // 2, PEOPLE - 1):
        assert daemon.score(f"p{n}@far.test") == 2 * NEW
    answer = daemon.ask("verify", "--refold")
    assert answer["differences"] == 0
    daemon.kill()  # and so it is read again
    daemon.start()
    assert daemon.score("p3@far.test") == 2 * NEW
    assert daemon.ask("verify", "--refold")["differences"] == 0


def test_the_command_shows_a_run_a_simulation_and_a_rule(make_daemon, tmp_path):
    daemon = make_daemon(more=MORE).start()
    (tmp_path / "old.conf").write_text(rules(OLD))
    (tmp_path / "new.conf").write_text(rules(NEW))
    daemon.do("rules", "apply", "--yes", tmp_path / "old.conf")
    daemon.do("contact", "add", "ann@far.test", "city=Rome")
    daemon.do("signal", "emit", "order.paid", "--contact", "ann@far.test")
    said = daemon.do("rules", "simulate", "--threshold", "40",
                     tmp_path / "new.conf")
    assert "1 of 1 records would have another score" in said
    assert "1 would rise to it" in said
    assert "45 or more, band warm: 0 before, 1 after; 1 would rise" in said
    assert "ann@far.test         2     50  Paid +48" in said
    said = daemon.do("rules", "test", "Paid", "--record", "ann@far.test")
    assert "yes, at order.paid" in said
    said = daemon.do("rules", "run", "--wait")
    assert "rules version" in said
    said = daemon.do("rules", "show", "Paid")
    assert "fired" in said and "worth today" in said
    assert "Paid" in daemon.do("rules", "list")
    assert "Paid" in daemon.do("rules", "history")
    daemon.refused(3, "rules", "show", "Nothing")
    daemon.refused(3, "rules", "run", "--cancel")
    (tmp_path / "fit.conf").write_text("")
    shown = daemon.run("rules", "apply", tmp_path / "fit.conf")
    assert "No rule is left for the score lead" in shown.stdout


def test_why_says_shortly_what_has_faded_and_when_it_falls(make_daemon,
                                                           tmp_path):
    """Many entries that show as 0 are one line; a crossing within the day is
    told in hours."""
    daemon = make_daemon(more=MORE).start()
    (tmp_path / "fades.conf").write_text(
        'rule "Paid" { on = "order.paid" add = 50 degrade = "30%" }\n')
    daemon.do("rules", "apply", "--yes", tmp_path / "fades.conf")
    now = datetime.datetime.now(datetime.timezone.utc)
    (tmp_path / "old.ndjson").write_text("".join(
        '{"email": "old@far.test", "name": "order.paid", '
        f'"time": "{now - datetime.timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}"}}\n'
        for day in range(60, 68)))
    daemon.do("import", "--signals", tmp_path / "old.ndjson")
    daemon.do("signal", "emit", "order.paid", "--contact", "old@far.test")
    daemon.wait_for_score("old@far.test", 50)
    said = daemon.do("score", "why", "old@far.test")
    assert "8 more that have faded" in said
    assert said.count("Paid") == 1
    assert "It falls below 45 on " in said and " hours." in said
    exact = daemon.do("score", "why", "old@far.test", "--exact")
    assert exact.count("Paid") == 9 and "have faded" not in exact
    assert len(daemon.ask("score", "why", "old@far.test")["entries"]) == 9
