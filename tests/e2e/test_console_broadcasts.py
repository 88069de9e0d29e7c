"""The console's lists, segments, broadcasts and sequences, by people in a real
browser, and as those may who only read."""
import re

import pytest

from lib import broadcasts, places
from lib.browser import DESKTOP, PHONE
from lib.receiver import Receiver
from lib.web import Web

NEW_LIST = "form[action='/console/lists']"
NEW_SEGMENT = "form[action='/console/segments']"
PASSWORD = "correct horse battery staple"
RULES = """
rule "Opened" { on = "email.opened" add = 5 }
sequence "Welcome" {
  start = "tag 'new'"
  step "Hello" { template = "hello" }
  step "Later" { after = "3d"  if = "has score >= 20"  template = "hello" }
}
"""
HELLO = """\
From: News <news@example.test>
Subject: Hello
Content-Type: text/plain; charset=utf-8

Hello {{email}}
"""


@pytest.fixture(scope="module")
def mta():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="module")
def daemon(make_shared, mta, tmp_path_factory):
    hello = tmp_path_factory.mktemp("templates") / "hello.eml"
    hello.write_text(HELLO)
    hello.parent.chmod(0o755)
    daemon = make_shared(
        smtp=mta.port, more=f"""
plugin "console" {{ }}
template "hello" {{ file = "{hello}" }}
outbox {{ from = "news@example.test" }}
""")
    rules = daemon.base / "more.conf"
    rules.write_text(RULES)
    daemon.do("rules", "apply", rules, "--yes")
    broadcasts.fill(daemon, daemon.base, broadcasts.people(3))
    for name, role in (("olga", "operator"), ("rob", "reader")):
        daemon.do("user", "add", name, "--role", role, text=PASSWORD + "\n")
    return daemon


def base_of(daemon):
    return f"http://127.0.0.1:{daemon.values['private']}"


def sign_in(browser, daemon, name):
    browser.forget().get(base_of(daemon) + "/console/")
    browser.one("[name=name]").send_keys(name)
    browser.one("[name=password]").send_keys(PASSWORD)
    browser.submit("main button")
    return browser


def look(browser, name):
    """Nothing runs out of the window, nothing was refused by the policy."""
    for width, size in (("wide", DESKTOP), ("phone", PHONE)):
        browser.size(*size)
        assert not browser.overflows(), name
        browser.screenshot(f"console-{name}-{width}")
    browser.size(*DESKTOP)
    said = [line for line in browser.said() if "status of 40" not in line]
    assert not said, name


def go(browser, daemon, path):
    browser.get(base_of(daemon) + "/console" + path)


def fill(browser, form="", **values):
    for name, value in values.items():
        field = browser.one(f"main {form} [name={name}]")
        field.clear()
        field.send_keys(value)


def test_a_list_and_a_segment_are_made_changed_and_deleted(daemon, browser):
    sign_in(browser, daemon, "olga")
    go(browser, daemon, "/lists")
    fill(browser, NEW_LIST, name="offers", title="Our <b>Offers</b>")
    browser.submit(NEW_LIST + " button")
    assert "Made." in browser.text and "Our <b>Offers</b>" in browser.text
    look(browser, "lists")
    fill(browser, NEW_LIST, name="offers")
    browser.submit(NEW_LIST + " button")
    assert "offers" in browser.one(".problem").text, "the name is taken"
    go(browser, daemon, "/segments")
    fill(browser, NEW_SEGMENT, name="warm", where="has score >=")
    browser.submit(NEW_SEGMENT + " button")
    assert "^" in browser.one(".problem").text, "a caret under the place"
    assert browser.one(NEW_SEGMENT + " [name=where]").get_attribute(
        "value") == "has score >="
    fill(browser, NEW_SEGMENT, where="has score >= 10")
    browser.submit(NEW_SEGMENT + " button")
    assert re.search(r"warm\s+has score >= 10\s+3", browser.text)
    look(browser, "segments")
    browser.click("main summary")
    browser.click("main details details summary")
    browser.submit("main button.danger")
    assert "Removed." in browser.text and "has score >= 10" not in browser.text
    assert daemon.api("GET", "/segments").json()["items"] == []


def test_a_broadcast_from_the_form_to_its_results(daemon, browser, mta):
    mta.clear()
    sign_in(browser, daemon, "olga")
    go(browser, daemon, "/broadcasts/new")
    fill(browser, name="may", where="list 'news'",
         template="Subject: For {{nobody}}\n\nHello\n")
    browser.submit("main button.main")
    assert re.search(r"line 1, column \d+", browser.one(".problem").text)
    fill(browser, **{"from": "News <news@example.test>"},
         template="Subject: For {{email}}\n\n<p>Hello {{email}}, "
         "<a href=\"https://shop.example.test/\">look</a></p>\n")
    look(browser, "broadcast-new")
    browser.submit("main button.main")
    assert "Who gets it: 3" in browser.text and not mta.mails
    assert "For person0@far.test" in browser.text
    assert "Hello person0@far.test, look" in browser.text, "text from HTML"
    look(browser, "broadcast-preview")
    fill(browser, explain="nobody@far.test")
    browser.submit("form:has([name=explain]) button")
    assert browser.one(".problem")
    go(browser, daemon, "/broadcasts/may/preview")
    browser.click("main summary")
    browser.submit("button[value=send]")
    assert "Sending has begun." in browser.text
    broadcasts.wait_for_state(daemon, "sent", "may")
    broadcasts.assert_once_each(mta, broadcasts.people(3))
    assert b"<p>Hello person1@far.test," in mta.to("person1@far.test")[0].data
    go(browser, daemon, "/broadcasts/may")
    assert re.search(r"Sent\s+3", browser.one("#results").text)
    assert "maillog" in browser.text, "who would know what was delivered"
    look(browser, "broadcast")
    go(browser, daemon, "/broadcasts/may/recipients?state=sent")
    assert browser.text.count("@far.test") == 3
    broadcasts.create(daemon, daemon.base, "june")
    go(browser, daemon, "/broadcasts")
    browser.click("[name=name][value=may]")
    browser.click("[name=name][value=june]")
    browser.submit("main form button")
    assert browser.one("h1").text == "Broadcasts side by side"
    assert re.search(r"may .* 3 – 0 0", browser.text)
    assert "june" in browser.text
    look(browser, "broadcasts-compared")
    audit = daemon.api("GET", "/audit?limit=50").json()["items"]
    assert any(a["actor"] == "olga" and a["action"].startswith("broadcast")
               for a in audit)


def test_who_is_in_a_sequence_is_put_there_and_taken_out(daemon, browser, mta):
    sign_in(browser, daemon, "olga")
    go(browser, daemon, "/sequences")
    browser.submit("h2 a")
    fill(browser, key="person1@far.test")
    browser.submit("button[value=start]")
    places.wait_for(lambda: any(b"Subject: Hello" in m.data for m in
                                mta.to("person1@far.test")), 30,
                    "the first mail of the sequence")
    go(browser, daemon, "/sequences/Welcome")
    assert re.search(r"person1@far.test\s+active", browser.text)
    look(browser, "sequence")
    browser.submit("button[value=stop]")
    assert re.search(r"person1@far.test\s+stopped", browser.text)


def test_who_only_reads_has_no_buttons_and_no_way_round_them(daemon, browser):
    sign_in(browser, daemon, "rob")
    for path in ("/lists", "/segments", "/broadcasts", "/broadcasts/may",
                 "/broadcasts/may/preview", "/sequences/Welcome"):
        go(browser, daemon, path)
        assert browser.one("h1").text, path
        assert not browser.all("main form[method=post]"), path
    cookie = "; ".join(f"{c['name']}={c['value']}"
                       for c in browser.driver.get_cookies())
    token = browser.one("[name=form_token]").get_attribute("value")
    web = Web(base_of(daemon).removeprefix("http://"))
    for path, words in (("/lists", {"name": "x"}),
                        ("/lists/news", {"do": "delete"}),
                        ("/segments", {"name": "x", "where": "true = true"}),
                        ("/broadcasts/new", {"name": "x"}),
                        ("/broadcasts/may", {"do": "delete"}),
                        ("/sequences/Welcome", {"do": "start"})):
        answer = web.post_form("/console" + path,
                               dict(words, form_token=token),
                               headers={"Cookie": cookie,
                                        "Origin": base_of(daemon)})
        assert answer.status == 403, (path, answer.text)
    assert [i["name"] for i in daemon.api("GET", "/lists").json()["items"]
            ].count("news") == 1
