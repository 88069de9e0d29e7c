"""Actions to all for whom a condition holds: shown first, done once, gone on
with after a kill."""
from lib import places

PEOPLE = 2000


def fill(daemon, n=PEOPLE):
    text = "email,score:lead\n" + "".join(
        f"p{i}@far.test,{i % 10}\n" for i in range(n))
    path = daemon.base / "people.csv"
    path.write_text(text)
    daemon.do("import", path)


def count(daemon, where):
    return int(daemon.do("segment", "count", "--where", where).split()[0]
               .replace(",", ""))


def test_those_under_a_score_are_shown_and_after_yes_deleted(daemon):
    fill(daemon, 50)
    shown = daemon.on_terminal("segment", "do", "--where", "has score < 3",
                               "delete", answer="n\n")
    assert "15 records" in shown.text
    assert "p0@far.test" in shown.text
    assert count(daemon, "has score >= 0") == 50
    said = daemon.do("segment", "do", "--where", "has score < 3", "--yes",
                     "delete")
    assert "Done: 15 records." in said
    assert count(daemon, "has score >= 0") == 35
    audit = daemon.api("GET", "/audit").json()["items"]
    done = [item for item in audit if item["action"] == "segment.do"]
    assert len(done) == 1 and done[0]["object"] == "has score < 3"


def test_it_is_done_to_those_that_were_shown(daemon):
    """Contacts, where no module is said; others are another order."""
    fill(daemon, 3)
    daemon.do("contact", "add", "acme", "--module", "account")
    daemon.do("score", "add", "acme", "50", "--module", "account")
    shown = daemon.on_terminal("segment", "do", "--where", "has score >= 0",
                               "tag add 'x'", answer="y\n")
    assert "3 records" in shown.text and "Done: 3 records." in shown.text
    order = ("segment", "do", "--where", "has score >= 0", "--module",
             "account", "tag add 'y'")
    shown = daemon.on_terminal(*order, answer="n\n")
    assert "1 record" in shown.text and "acme" in shown.text
    assert "Done: 1 record." in daemon.do(*order, "--yes")
    assert daemon.ask("contact", "show", "acme", "--module",
                      "account")["tags"] == ["y"]
    assert count(daemon, "tag 'x'") == 3 and count(daemon, "tag 'y'") == 0


def test_what_is_wrong_is_said_before_anything_is_done(daemon):
    fill(daemon, 5)
    said = daemon.refused(4, "segment", "do", "--where", "has score >= 0",
                          "--yes", "tag add 'a'", "tga add 'x'")
    assert "expected an action" in said and "^" in said
    said = daemon.refused(4, "segment", "do", "--where", "has score >=",
                          "--yes", "tag add 'a'")
    assert "expected a number" in said
    assert count(daemon, "tag 'a'") == 0


def test_a_kill_in_the_midst_does_nobody_twice_and_forgets_none(make_daemon):
    daemon = make_daemon().start()
    fill(daemon)
    answer = daemon.api("POST", "/bulk", {
        "where": "has score >= 0",
        "actions": ["add 100 because 'a present'", "tag add 'given'"]})
    assert answer.status == 202 and answer.json()["total"] == PEOPLE
    work = f"/bulk/{answer.json()['id']}"
    for _ in range(4):
        daemon.kill()
        daemon.start()
    places.wait_for(lambda: daemon.api("GET", work).json()["finished_at"], 60,
                    "the work's end")
    assert daemon.api("GET", work).json()["done"] == PEOPLE
    assert count(daemon, "tag 'given'") == PEOPLE
    assert count(daemon, "has score between 100 and 109") == PEOPLE
    why = daemon.do("score", "why", "p7@far.test")
    assert "a present" in why
    daemon.do("verify", "--refold")
