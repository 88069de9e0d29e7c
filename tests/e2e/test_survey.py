"""Surveys and quizzes: step by step without a script, scored apart."""
import json
import pathlib
import shutil
import tempfile

import pytest

from lib import places
from lib.browser import PHONE
from lib.scoregated import Scoregated

SURVEYS = """
plugin "survey" {
    survey "fit" {
        title = "Is it for you?"
        intro = "Three questions."
        steps = yes
        question "team" { label = "How large is your team?"
            answer "one" { label = "Just me" points = 1 }
            answer "many" { label = "More" points = 5 signal = "team.large" } }
        question "ways" { label = "How do you reach people?" type = multiple
            answer "mail" { label = "By mail" points = 2 }
            answer "web" { label = "On our site" points = 1 } }
        question "urgent" { label = "How soon?" type = scale to = "urgency"
            low = "some day" high = "now" }
        outcome "later" { title = "Not yet" message = "Come back." }
        outcome "yes" { from = 6 title = "Yes, it is" message = "Let us talk."
            link = "https://shop.example.test/talk" }
    }
    survey "best" {
        repeat = best
        question "n" { type = scale }
    }
    survey "first" {
        repeat = first
        question "n" { type = scale }
    }
    survey "open" {
        identify = no
        question "why" { type = text }
        question "n" { type = scale up_to = 3 }
    }
}
"""
RULES = """
rule "quiz" { on = "survey.completed" when = "signal.outcome = 'yes'" add = 15
              because = "fits: {{signal.score}}" }
rule "team" { on = "team.large" add = 3 }
"""


@pytest.fixture(scope="module")
def world():
    if not places.DAEMON.exists():
        pytest.skip(f"{places.DAEMON} is not built")
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-", dir="/tmp"))
    daemon = Scoregated(base, more=SURVEYS)
    (base / "rules.conf").write_text(RULES)
    try:
        yield daemon.start()
        daemon.stop()
    finally:
        if daemon.process:
            daemon.process.kill()
        shutil.rmtree(base, ignore_errors=True)


def test_a_person_goes_through_it_without_scripts(world, browser):
    browser.forget().size(*PHONE)
    browser.cdp("Emulation.setScriptExecutionDisabled", value=True)
    browser.get(f"http://127.0.0.1:{world.values['public']}/s/fit")
    assert "Question 1 of 3" in browser.text and not browser.overflows()
    browser.one("button").click()
    assert "Please answer this." in browser.wait_for("[role=alert]").text
    browser.one("[value=many]").click()
    browser.one("button").click()
    browser.wait_for("[name=ways]")
    browser.one("[value=mail]").click()
    browser.one("[value=web]").click()
    browser.one("button").click()
    browser.wait_for("[name=urgent]")
    # back: what was answered is still there
    browser.one("[name=_back]").click()
    browser.wait_for("[name=ways]")
    assert browser.one("[value=mail]").is_selected()
    browser.one("[value=web]").click()
    browser.one("button:not([name])").click()
    browser.wait_for("[name=urgent]")
    assert not browser.overflows()
    browser.one("[value='4']").click()
    browser.one("[name=_email]").send_keys("nobody")
    browser.one("button").click()
    assert "E-mail address" in browser.wait_for("[role=alert]").text
    assert browser.one("[value='4']").is_selected()
    browser.one("[name=_email]").clear()
    browser.one("[name=_email]").send_keys("Quiz@Far.test")
    browser.one("button").click()
    # between two pages there is no body: the source is looked at
    places.wait_for(lambda: "Yes, it is" in browser.driver.page_source, 60,
                    "the outcome")
    assert "You have 11 of 13 points." in browser.text
    assert browser.one("a.button").get_attribute("href") == \
        "https://shop.example.test/talk"
    browser.cdp("Emulation.setScriptExecutionDisabled", value=False)
    # a score of its own, and what a rule carries over
    world.wait_for_score("quiz@far.test", 11, "quiz:fit")
    world.wait_for_score("quiz@far.test", 18)
    assert "fits: 11" in world.do("score", "why", "quiz@far.test")
    contact = world.api("GET", "/contacts/quiz@far.test").json()
    assert contact["fields"] == {"urgency": "4"}
    answers = {one["properties"]["question"]: one["properties"]["answer"]
               for one in world.signals("quiz@far.test", "survey.answered")}
    assert answers == {"team": "many", "ways": "mail", "urgent": "4"}


def fill(world, survey, who, **answers):
    return world.public.post_form(f"/s/{survey}",
                                  {"_email": who, "_step": "9", **answers})


def test_the_last_the_first_or_the_best_answers_count(world):
    for survey, wanted in (("best", 5), ("first", 2)):
        who = f"{survey}@far.test"
        for number in (2, 5, 3):
            answer = fill(world, survey, who, n=str(number))
            assert answer.status == 200, answer.text
        places.wait_for(lambda: len(world.signals(who, "survey.completed"))
                        == 3, 30, "three visits")
        world.wait_for_score(who, wanted, f"quiz:{survey}")


def test_steps_cannot_be_jumped_over(world):
    answer = fill(world, "fit", "jump@far.test", urgent="5")
    assert answer.status == 422 and "How large is your team?" in answer.text
    answer = fill(world, "fit", "jump@far.test", team="forged", urgent="5",
                  ways="mail")
    assert answer.status == 422
    answer = fill(world, "fit", "jump@far.test", team="one", ways="mail",
                  urgent="99")
    assert answer.status == 422
    assert world.api("GET", "/contacts/jump@far.test").status == 404


def test_a_program_hears_field_by_field_in_json(world):
    """Errors as RFC 9457, wherever people would get a page."""
    def problem(answer, status):
        assert answer.status == status
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.json()

    web = world.public
    said = problem(web.post_json("/s/fit", {"team": "forged", "urgent": 99,
                                            "_email": "no address"}), 422)
    assert {e["field"]: e["code"] for e in said["errors"]} == {
        "team": "no_choice", "ways": "missing", "urgent": "no_choice",
        "_email": "no_email"}, said
    assert all(e["message"] for e in said["errors"]) and said["detail"]
    accept = {"Accept": "application/json"}
    problem(web.get("/s/nonesuch", headers=accept), 404)
    problem(web.get("/u/AAAA", headers=accept), 404)
    problem(web.get("/f/nonesuch", headers=accept), 404)
    problem(web.post_json("/u/AAAA", {"how": "page"}), 404)
    problem(web.post_json("/nobody/here", {}), 404)
    assert web.get("/u/AAAA").headers["content-type"].startswith("text/html")


def test_results_count_answers_and_outcomes(world):
    for why, number in (("<b>because</b>", 1), ("why not", 3), ("so", 3)):
        answer = world.public.post_form("/s/open", {"why": why, "n": number})
        assert answer.status == 200 and "Thank you" in answer.text

    def results():
        now = world.api("GET", "/surveys/open/results").json()
        return now if now["completed"] == 3 else None
    now = places.wait_for(results, 30, "three answers")
    assert now["anonymous"] == 3 and now["people"] == 0
    assert abs(now["mean"] - 7 / 3) < 1e-9
    why, number = now["questions"]
    assert sorted(why["texts"]) == ["<b>because</b>", "so", "why not"]
    assert {one["value"]: one["n"] for one in number["answers"]} == {
        "1": 1, "2": 0, "3": 2}
    shown = world.do("survey", "results", "open")
    assert "completed" in shown and "##" in shown
    listed = json.loads(world.do("--json", "survey", "list"))
    assert {one["score"] for one in listed["items"]} == {
        "quiz:fit", "quiz:best", "quiz:first", "quiz:open"}
    assert "How soon?" in world.do("survey", "show", "fit")
    world.refused(3, "survey", "results", "nobody")
