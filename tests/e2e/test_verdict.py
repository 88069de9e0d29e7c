"""Who opened and clicked: people or machines. Bursts that counted already,
lists that are reloaded, what is kept of a reader, and how all of it is told."""
import sqlite3
import subprocess

import pytest

from lib import places
from lib.scoregated import CONF

RULES = """
rule "Opened" { on = "email.opened" add = 10 }
rule "Clicked" { on = "email.clicked" add = 100 }
automation "Hot" { on = "score rises to 100" do = { "tag add 'hot'" } }
automation "Cold" { on = "score falls below 50" do = { "tag add 'cold'" } }
"""
PRIVACY = "privacy { do_not_track = no-score }\n"


@pytest.fixture(scope="module", name="daemon")
def _daemon(make_shared):
    daemon = make_shared(more=PRIVACY, conf=CONF.replace(
        "    private =", '    trusted = "127.0.0.1/32"\n    private ='))
    daemon.write_verdicts("window = 3s", "window = 60s",
                          "recipients = 10", "recipients = 3",
                          "window = 10s", "window = 60s")
    daemon.do("reload")
    (daemon.base / "rules").write_text(RULES)
    daemon.do("rules", "apply", daemon.base / "rules", "--yes")
    return daemon


def path_of(daemon, who, message, url=None):
    token = subprocess.run(
        [places.TOOLS / "make_token", daemon.base / "state/keys",
         "click" if url is not None else "open", who, url or "",
         str(message)], capture_output=True, text=True, check=True)
    token = token.stdout.strip()
    return f"/c/{token}" if url is not None else f"/o/{token}.gif"


def hit(daemon, who, message, url=None, **more):
    answer = daemon.public.get(path_of(daemon, who, message, url), **more)
    assert answer.status == (200 if url is None else 302 if url else 404)


def wait_for_none(daemon, who):
    places.wait_for(lambda: daemon.score(who) is None, 30, "no score")


def the(daemon, who, name, n=1):
    daemon.wait_for_signal(who, name, n)
    return daemon.signals(who, name)


def explained(daemon, signal):
    answer = daemon.ask("verdict", "explain", signal["id"])
    return answer, {t["test"]: t for t in answer["tests"]}


def test_a_burst_takes_back_what_counted(daemon):
    who = "ann@one.test"
    daemon.do("contact", "add", who)
    hit(daemon, who, 7, "https://shop.test/a")
    # Who clicks has opened, once.
    daemon.wait_for_score(who, 110)
    assert [s["source"] for s in daemon.signals(who, "email.opened")] == [
        "engine"]
    assert "hot" in daemon.do("contact", "show", who)
    hit(daemon, who, 7, "https://shop.test/b")
    wait_for_none(daemon, who)
    first, second = the(daemon, who, "email.clicked", 2)
    for signal in (first, second):
        assert signal["verdict"] == "machine"
        assert signal["verdict_reason"] == \
            "burst: 2 links of one message within 60 s"
    assert not daemon.signals(who, "email.opened")[0]["effective"]
    daemon.do("verify", "--refold")
    daemon.do("rules", "run", "--wait")
    assert daemon.score(who) is None
    answer, tests = explained(daemon, second)  # the one that came first
    assert tests["burst"]["result"] == "machine"
    assert "2 different links" in tests["burst"]["evidence"]
    assert "https://shop.test/a" in tests["burst"]["evidence"]
    assert tests["user agent"] == {
        "test": "user agent", "result": "passed",
        "evidence": "Firefox on Linux"}
    assert tests["delivery"]["result"] == "unknown"
    assert [j["by"] for j in answer["judged"]] == ["engine"]
    assert answer["hit"]["verdict"] == "human"
    # What a person says stands over it.
    daemon.do("signal", "judge", second["id"], "human", "--because", "me")
    daemon.wait_for_score(who, 110)
    assert "me" in daemon.do("verdict", "explain", second["id"])
    daemon.refused(3, "verdict", "explain", "17")


def test_all_that_tells_a_score_agrees_about_what_was_taken_back(daemon):
    who = "all@six.test"
    daemon.do("contact", "add", who)
    daemon.do("score", "add", who, "5", "--because", "met")
    hit(daemon, who, 20, "https://shop.test/a")
    daemon.wait_for_score(who, 115)
    hit(daemon, who, 20, "https://shop.test/b")
    daemon.wait_for_score(who, 5)
    places.wait_for(lambda: "cold" in daemon.do("contact", "show", who), 30,
                    "what the fall does")

    def fired():
        return [f["automation"] for f in daemon.api(
            "GET", f"/firings?contact={who}").json()["items"]]
    assert sorted(fired()) == ["Cold", "Hot"]
    for _ in range(2):
        why = daemon.api("GET", f"/contacts/{who}/scores/lead/why").json()
        assert [e["left"] for e in why["entries"] if e["left"]] == [5], why
        moved = daemon.local.ask(
            "POST", "/api/v1/rules/simulate?threshold=50,100", RULES).json()
        assert not moved["movers"], moved
        assert {s["verdict"] for s in daemon.signals(who, "email.clicked")
                } == {"machine"}
        assert not any(s["effective"]
                       for s in daemon.signals(who, "email.opened"))
        daemon.do("verify", "--refold")
        daemon.do("rules", "run", "--wait")  # and once more behind it
        assert daemon.score(who) == 5
    assert sorted(fired()) == ["Cold", "Hot"]


def test_one_source_at_many_people_of_a_domain_is_a_sweep(daemon):
    people = [f"{name}@two.test" for name in ("a", "b", "c", "d")]
    for who in people:
        daemon.do("contact", "add", who)
        hit(daemon, who, 8)
    for who in people:
        wait_for_none(daemon, who)
        places.wait_for(lambda w=who: the(daemon, w, "email.opened")[0][
            "verdict"] == "machine", 30, "the verdict")
    signal = the(daemon, people[0], "email.opened")[0]
    assert signal["verdict_reason"].startswith("sweep: 3 recipients of two.")
    assert explained(daemon, signal)[1]["sweep"]["result"] == "machine"
    # Through a proxy that many use it is none.
    for who in people:
        hit(daemon, who, 9, agent="Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko"
            " Firefox/11.0 (via ggpht.com GoogleImageProxy)")
        daemon.wait_for_score(who, 10)


def test_the_link_that_nobody_sees_condemns_its_source(daemon):
    who, scanner = "cyd@three.test", "Scan Tool 3"
    daemon.do("contact", "add", who)
    hit(daemon, who, 10, agent=scanner)
    daemon.wait_for_score(who, 10)
    hit(daemon, who, 10, "", agent=scanner)
    wait_for_none(daemon, who)
    signal = the(daemon, who, "email.opened")[0]
    assert signal["verdict_reason"] == "honeypot link"
    assert explained(daemon, signal)[1]["honeypot"]["result"] == "machine"
    hit(daemon, who, 10)  # somebody else
    daemon.wait_for_score(who, 10)
    # The same source is known again after a restart.
    daemon.stop()
    daemon.start()
    hit(daemon, who, 10, "https://shop.test/c", agent=scanner)
    clicked = the(daemon, who, "email.clicked")[0]
    assert clicked["verdict_reason"] == "honeypot link"
    assert daemon.score(who) == 10


def test_lists_are_reloaded_and_a_mistake_changes_nothing(daemon):
    who, agent = "dot@four.test", "Acme Reader 1.0"
    daemon.do("contact", "add", who)
    hit(daemon, who, 11, agent=agent)
    daemon.wait_for_score(who, 10)
    conf = daemon.base / "verdict.conf"
    good = conf.read_text()
    conf.write_text(good + 'agent "acme" {\n  contains = { "acme" }\n'
                    '  verdict = robot\n}\n')
    said = daemon.refused(4, "reload")
    line = good.count("\n") + 3
    assert f"verdict.conf:{line}:13: " in str(said)
    hit(daemon, who, 12, agent=agent)
    daemon.wait_for_score(who, 20)
    conf.write_text(good + 'agent "acme" { contains = { "acme" } }\n')
    daemon.do("reload")
    hit(daemon, who, 13, agent=agent)
    signal = the(daemon, who, "email.opened", 3)[0]
    assert signal["verdict_reason"] == "acme"
    assert daemon.score(who) == 20
    assert explained(daemon, signal)[1]["user agent"]["result"] == "machine"
    conf.write_text(good + "settle = 1h\n")
    daemon.do("reload")
    hit(daemon, who, 15, agent=agent)
    assert "settles_at" in the(daemon, who, "email.opened", 4)[0]
    conf.write_text(good)
    daemon.do("reload")


def test_each_list_and_window_is_reloaded(daemon):
    who = "lists@eight.test"
    daemon.do("contact", "add", who)
    conf = daemon.base / "verdict.conf"
    good = conf.read_text()
    lists = [
        ('"X-Moz: prefetch"', '"X-Moz: prefetch", "X-Robot: yes"',
         {"headers": {"X-Robot": "yes"}}, ["human", "machine"]),
        ('"pingdom"', '"pingdom", "teapot"',
         {"agent": "Mozilla/5.0 (a Teapot) Firefox/120.0"},
         ["human", "machine"]),
        ("bot_words = yes", "bot_words = no", {"agent": "Acmebot/1.0"},
         ["machine", "human"]),
        ('is = { "Mozilla/5.0" }\n  verdict = proxy',
         'is = { "Mozilla/5.0" }\n  verdict = human',
         {"agent": "Mozilla/5.0"}, ["proxy", "human"]),
        ('"barracuda", ', "", {"agent": "A Barracuda"}, ["machine", "human"]),
        ('"curl/", ', "", {"agent": "curl/8.1"}, ["machine", "human"]),
    ]
    for n, (before, after, how, verdicts) in enumerate(lists):
        assert before in good, before
        hit(daemon, who, 40 + n, **how)
        conf.write_text(good.replace(before, after))
        daemon.do("reload")
        hit(daemon, who, 60 + n, **how)
        newest = the(daemon, who, "email.opened", 2 * n + 2)[:2]
        assert [s["verdict"] for s in newest[::-1]] == verdicts, after
        conf.write_text(good)
        daemon.do("reload")
    # So many links, so many people: no burst and no sweep any more.
    conf.write_text(good.replace("links = 2", "links = 3").replace(
        "recipients = 3", "recipients = 0"))
    daemon.do("reload")
    for url in ("https://shop.test/a", "https://shop.test/b"):
        hit(daemon, who, 80, url)
    people = [f"{name}@nine.test" for name in ("a", "b", "c", "d")]
    for person in people:
        daemon.do("contact", "add", person)
        hit(daemon, person, 81)
        daemon.wait_for_score(person, 10)
    assert {s["verdict"] for s in the(daemon, who, "email.clicked", 2)} == {
        "human"}
    assert {the(daemon, person, "email.opened")[0]["verdict"]
            for person in people} == {"human"}
    conf.write_text(good)
    daemon.do("reload")


def test_who_does_not_want_to_be_tracked_does_not_count(daemon):
    who = "eve@five.test"
    daemon.do("contact", "add", who)
    for header in ("DNT", "Sec-GPC"):
        hit(daemon, who, 14, headers={header: "1"})
    for signal in the(daemon, who, "email.opened", 2):
        assert signal["verdict"] == "human" and not signal["effective"]
    assert daemon.score(who) is None
    daemon.do("verify", "--refold")


def test_no_more_is_kept_of_a_reader_than_is_said(daemon):
    with sqlite3.connect(f"file:{daemon.base}/state/scoregate.db?mode=ro",
                         uri=True) as store:
        kept = store.execute("SELECT address, agent FROM hit").fetchall()
    assert kept
    for address, agent in kept:
        assert address == "127.0.0.0/24"
        assert "Gecko" not in agent
    spool = b"".join(path.read_bytes() for path in
                     (daemon.base / "state/spool").iterdir()
                     if path.is_file())
    assert b"hit.agent" in spool  # of the segment that is being written
    assert b"127.0.0.1" not in spool and b"Gecko" not in spool


def test_nothing_raw_of_a_reader_is_anywhere(daemon):
    """Store, spool, logs, and all that tells of it."""
    who, raw = "raw@seven.test", ("203.0.113.77", "Zebra")
    daemon.do("contact", "add", who)
    hit(daemon, who, 30, agent="Mozilla/5.0 (Zebra 77; X11) Firefox/120.0",
        headers={"X-Forwarded-For": raw[0]})
    signal = the(daemon, who, "email.opened")[0]
    answer, _ = explained(daemon, signal)
    assert "203.0.113.0/24" in str(answer)
    told = [str(answer), daemon.do("contact", "data", who),
            daemon.do("export"), daemon.api("GET", "/audit").text,
            daemon.api("GET", f"/signals?contact={who}").text,
            daemon.do("verdict", "report", "--by", "network")]
    for text in told:
        assert not any(word in text for word in raw), text
    for path in daemon.base.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert not any(word.encode() in held for word in raw), path


def test_the_report_counts_them(daemon):
    total = daemon.ask("verdict", "report", "--since", "1h")["total"]
    assert total["hits"] == sum(
        total[verdict] for verdict in ("human", "proxy", "machine"))
    for by in ("reason", "campaign", "network", "day"):
        answer = daemon.ask("verdict", "report", "--by", by)
        assert sum(i["hits"] for i in answer["items"]) == total["hits"]
        assert sum(i["machine"] for i in answer["items"]) == total["machine"]
    names = {i["name"]: i for i in
             daemon.ask("verdict", "report")["items"]}
    # Of the first story one is human again.
    assert names["burst"]["machine"] == 3
    assert names["sweep"]["machine"] == 4
    assert "honeypot link" in names
    text = daemon.do("verdict", "report", "--by", "network")
    assert "127.0.0.0/24" in text and "machine" in text
    daemon.refused(4, "verdict", "report", "--by", "moon")
