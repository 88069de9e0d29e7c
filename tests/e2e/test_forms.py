"""Forms in full: as people see them, on other sites, confirmed by mail."""
import concurrent.futures
import http.server
import json
import pathlib
import re
import shutil
import tempfile
import threading

import pytest

from lib import places
from lib.browser import PHONE
from lib.receiver import Receiver
from lib.scoregated import Scoregated
from lib.web import path_of

WORDING = "I want your news, and you may see what I open."
FORMS = """
plugin "form" {
    form "demo" {
        title = "Ask for a demo"
        wording = "We answer, and nothing else."
        honeypot = "website"
        field "email" { type = email help = "We answer to this address." }
        field "name" { label = "Your name" required = yes to = "first_name" }
        field "seats" { label = "How many people?" type = number least = 1 most = 500 }
        field "size" { label = "Your budget" type = choice
            option "small" { label = "Up to 1,000" points = 5 }
            option "large" { label = "More" points = 20 signal = "budget.large" } }
        field "notes" { label = "Anything else?" type = multiline to = "" }
        field "agree" { label = "I have read the notice" type = checkbox required = yes }
    }
    form "site" {
        title = "From another site"
        fields = { "first_name" }
        minimum_time = 1s
        honeypot = "fax"
        origins = { "http://shop.test:@SHOP@" }
        redirect = "http://shop.test:@SHOP@/thanks"
    }
    form "news" {
        title = "Our news"
        fields = { "first_name" }
        lists = { "news" }
        confirm = yes
        consent = { "opens" }
        wording = "@WORDING@"
    }
    form "own" {
        title = "With a template"
        confirm = yes
        template = "confirm"
    }
    form "cv" {
        field "cv" { type = file kinds = { "pdf" } largest = 100k }
    }
}
template "confirm" { file = "confirm.eml" }
outbox { retry = 200ms retry_most = 1s from = "Our house <house@here.test>" }
"""
TEMPLATE = """\
From: Letters <letters@here.test>
Subject: Is it you?
Content-Type: text/html; charset=utf-8

<html><body><p>{{title}}</p><a href="{{confirm_url}}">It is me</a></body></html>
"""
RULES = """
rule "large" { on = "budget.large" add = 100 }
rule "confirmed" { on = "form.confirmed" add = 7 }
"""


class Shop(http.server.ThreadingHTTPServer):
    """A site of somebody else's, which shows our snippet."""

    def __init__(self):
        shop = self
        self.html = ""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = shop.html if self.path == "/" else "<p>thanks from the shop"
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def world():
    if not places.DAEMON.exists():
        pytest.skip(f"{places.DAEMON} is not built")
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-", dir="/tmp"))
    receiver, shop = Receiver(), Shop()
    port = places.free_port()
    daemon = Scoregated(
        base, public=port, public_url=f"http://track.test:{port}",
        smtp=receiver.port, more=FORMS.replace(
            "@SHOP@", str(shop.server_port)).replace("@WORDING@", WORDING))
    (base / "confirm.eml").write_text(TEMPLATE)
    (base / "rules.conf").write_text(RULES)
    daemon.receiver, daemon.shop = receiver, shop
    try:
        daemon.start()
        daemon.do("list", "create", "news")
        yield daemon
        daemon.stop()
    finally:
        if daemon.process:
            daemon.process.kill()
        shop.shutdown()
        shop.server_close()
        receiver.stop()
        shutil.rmtree(base, ignore_errors=True)


def contact(world, address):
    answer = world.api("GET", f"/contacts/{address}")
    return answer.json() if answer.status == 200 else None


def wait_for_contact(world, address, holds=lambda contact: True):
    def there():
        now = contact(world, address)
        return now if now and holds(now) else None
    return places.wait_for(there, 30, f"{address}: {contact(world, address)}")


def lists(contact):
    return {one["name"]: one["state"] for one in contact["lists"]}


# --- as people see it


def test_a_person_without_scripts_is_told_field_by_field(world, browser):
    url = f"http://127.0.0.1:{world.values['public']}/f/demo"
    browser.forget()
    browser.cdp("Emulation.setScriptExecutionDisabled", value=True)
    browser.get(url)
    browser.one("[name=email]").send_keys("cleo@far.test")
    browser.one("[name=seats]").send_keys("900")
    browser.one("[name=notes]").send_keys("<b>hello</b>")
    browser.one("[value=large]").click()
    browser.one("button").click()
    trouble = browser.wait_for("[role=alert]")
    assert "Your name – Please fill this in." in trouble.text
    assert "How many people? – Please write 500 or less." in trouble.text
    assert "I have read the notice – Please tick this." in trouble.text
    # what was typed is there, and the links lead to the fields
    assert browser.one("[name=email]").get_attribute("value") == "cleo@far.test"
    assert browser.one("[name=notes]").get_attribute("value") == "<b>hello</b>"
    assert browser.one("[value=large]").is_selected()
    name = browser.one("[name=name]")
    assert name.get_attribute("aria-invalid") == "true"
    said = browser.one(f"#{name.get_attribute('aria-describedby')}")
    assert said.text == "Please fill this in."
    assert trouble.find_element("css selector", "a").get_attribute(
        "href").endswith(f"#{name.get_attribute('id')}")
    name.send_keys("Cleo")
    browser.one("[name=seats]").clear()
    browser.one("[name=agree]").click()
    browser.one("button").click()
    # between two pages there is no body: the source is looked at
    places.wait_for(lambda: "Thank you" in browser.driver.page_source, 60,
                    "thanks")
    browser.cdp("Emulation.setScriptExecutionDisabled", value=False)
    world.wait_for_score("cleo@far.test", 120)
    assert contact(world, "cleo@far.test")["fields"]["first_name"] == "Cleo"
    assert "Your budget = More" in world.do("score", "why", "cleo@far.test")


def test_it_fits_a_phone_and_speaks_german(world, browser):
    browser.forget().size(*PHONE)
    browser.headers(Accept_Language="de")
    browser.get(f"http://127.0.0.1:{world.values['public']}/f/demo?name=Zo%C3%AB")
    assert not browser.overflows()
    assert browser.run("return document.documentElement.lang") == "de"
    assert browser.one("button").text == "Senden"
    assert browser.one("[name=name]").get_attribute("value") == "Zoë"
    # every field that is seen has its label
    unnamed = browser.run("""
        return [...document.querySelectorAll(
            'input:not([type=hidden]), select, textarea')].filter(
            (one) => !one.labels.length).length""")
    assert unnamed == 0
    assert not [line for line in browser.said() if "favicon" not in line]


# Of each text its contrast with what is behind it, where that is too little
# (WCAG 2.1, 1.4.3).
FAINT = """
    const light = (c) => {
        const [r, g, b] = c.match(/[\\d.]+/g).map((v) => {
            v /= 255;
            return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
        });
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const behind = (e) => {
        for (; e; e = e.parentElement) {
            const c = getComputedStyle(e).backgroundColor;
            if (!c.startsWith("rgba(0, 0, 0, 0"))
                return c;
        }
        return "rgb(255, 255, 255)";
    };
    return [...document.querySelectorAll("main *")].filter((e) =>
        [...e.childNodes].some((n) => n.nodeType == 3 && n.data.trim())
    ).map((e) => {
        const a = light(getComputedStyle(e).color), b = light(behind(e));
        return [e.textContent.trim(),
                (Math.max(a, b) + .05) / (Math.min(a, b) + .05)];
    }).filter((row) => row[1] < 4.5)"""


def test_a_form_is_filled_by_the_keyboard_alone_and_is_seen(world, browser):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(*keys):
        for key in keys:
            ActionChains(browser.driver).send_keys(key).perform()

    def focus():
        return browser.run("""
            const e = document.activeElement, s = getComputedStyle(e);
            return [e.name || e.textContent, s.outlineStyle != 'none' &&
                    parseFloat(s.outlineWidth) >= 2]""")
    browser.forget().get(f"{world.public_url}/f/demo")
    assert browser.run("return document.title") == "Ask for a demo"
    assert not browser.run(FAINT)
    order = []
    typed = {"email": "keys@far.test", "name": "Kay", "seats": "3",
             "size": Keys.ARROW_DOWN, "notes": "by hand", "agree": Keys.SPACE}
    while "Send" not in order and len(order) < 20:
        press(Keys.TAB)
        name, is_seen = focus()
        assert is_seen, name
        order.append(name)
        if name in typed and name != "email":
            press(typed[name])
    # not the field that nobody sees
    assert order == ["email", "name", "seats", "size", "notes", "agree", "Send"]
    press(Keys.ENTER)
    browser.wait_for("[role=alert]")
    for dark in (True, False):
        browser.dark(dark)
        assert not browser.run(FAINT), dark
    press(Keys.TAB)
    assert focus()[0] == "Email – Please fill this in."
    press(Keys.ENTER)  # to the field
    press(Keys.TAB)
    assert browser.run("return location.hash") == "#field-0"
    browser.one("[name=email]").send_keys(typed["email"], Keys.ENTER)
    places.wait_for(lambda: "Thank you" in browser.driver.page_source, 60,
                    "thanks")
    world.wait_for_score("keys@far.test", 120)


def test_our_own_page_sends_what_only_listed_sites_may(world, browser):
    browser.forget().get(f"{world.public_url}/f/site")
    browser.one("[name=email]").send_keys("hosted@far.test")
    places.wait_for(lambda: browser.run("return performance.now()") > 1500, 60,
                    "the time that a person needs")
    browser.submit("button")
    assert browser.driver.current_url.endswith("/thanks")
    wait_for_contact(world, "hosted@far.test")


def test_the_snippet_works_on_another_site(world, browser):
    world.shop.html = ("<!doctype html><title>shop</title>"
                       + world.do("form", "snippet", "site"))
    browser.forget().get(f"http://shop.test:{world.shop.server_port}/")
    browser.wait_for("[name=_stamp]")  # the script found the form
    browser.one("[name=email]").send_keys("embed@far.test")
    browser.one("[name=first_name]").send_keys("Emma")

    # A program is quicker than a person: our page asks for one more press.
    def sent():
        if browser.run("return performance.now()") > 1500:
            for button in browser.all("button"):
                button.click()
        return "thanks from the shop" in browser.driver.page_source
    places.wait_for(sent, 60, "the shop's thanks")
    assert browser.driver.current_url.endswith("/thanks")
    wait_for_contact(world, "embed@far.test",
                     lambda one: one["fields"].get("first_name") == "Emma")


def test_another_site_may_not_send_it(world):
    answer = world.public.post_form(
        "/f/site", {"email": "x@far.test"},
        headers={"Origin": "http://evil.test"})
    assert answer.status == 403
    asked = world.public.ask("OPTIONS", "/f/site", headers={
        "Origin": f"http://shop.test:{world.shop.server_port}",
        "Access-Control-Request-Method": "POST"})
    assert asked.status == 204
    assert asked.headers["access-control-allow-origin"] == \
        f"http://shop.test:{world.shop.server_port}"


def test_a_script_of_a_listed_site_reads_the_answer(world, browser):
    world.shop.html = "<!doctype html><title>shop</title>"
    post = """
        const done = arguments[arguments.length - 1];
        fetch(arguments[0], {method: 'POST', headers: {
            'Content-Type': 'application/json'}, body: JSON.stringify(
            {email: 'script@far.test'})}).then((r) => r.json()).then(
            (v) => done(v.code), (e) => done(e.name));"""
    for site, wanted in (("shop", "once_more"), ("evil", "TypeError")):
        browser.forget().get(f"http://{site}.test:{world.shop.server_port}/")
        said = browser.driver.execute_async_script(
            post, f"{world.public_url}/f/site")
        assert said == wanted, site


def test_a_program_gets_json_and_problems(world):
    shown = world.public.get("/f/demo", headers={"Accept": "application/json"})
    assert [one["name"] for one in shown.json()["fields"]][:2] == [
        "email", "name"]
    answer = world.public.post_json("/f/demo", {"email": "no", "seats": "x"})
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    wrong = {one["field"]: one["code"] for one in answer.json()["errors"]}
    assert wrong == {"email": "no_email", "seats": "no_number",
                     "name": "missing", "agree": "not_ticked"}


# --- once


def test_the_same_form_by_many_connections_at_once_is_one(world):
    fields = {"email": "twice@far.test", "name": "Two", "agree": "on",
              "size": "large"}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(
            lambda _: world.public.post_form("/f/demo", fields), range(8)))
    assert {answer.status for answer in answers} == {200}
    world.wait_for_score("twice@far.test", 120)
    mark = world.public.post_form("/f/demo", dict(fields, notes="another"))
    assert mark.status == 200
    world.wait_for_score("twice@far.test", 240)
    assert len(world.signals("twice@far.test", "form.submitted")) == 2


# --- confirmed by mail


def links_in(mail, world):
    text = mail.message().get_body(("plain", "html")).get_content()
    return re.findall(world.public_url + r"/f/[^\s\"<>]+", text)


def test_double_opt_in_brings_back_who_left_and_corrects_fields(world):
    who = "dora@far.test"
    world.api("POST", "/contacts", {"email": who, "lists": ["news"],
                                    "fields": {"first_name": "Wrong"}})
    world.api("DELETE", f"/contacts/{who}/lists/news")
    world.api("PUT", f"/contacts/{who}/suppression", {"reason": "complaint"})
    answer = world.public.post_form(
        "/f/news", {"email": who, "first_name": "Dora"})
    assert answer.status == 200 and "One more step" in answer.text
    mail = world.receiver.wait_for(who)
    assert mail.message()["From"] == "Our house <house@here.test>"
    assert mail.message()["Subject"] == "Please confirm: Our news"
    assert "Dora" not in mail.message().get_body(("plain",)).get_content()
    # nothing has changed, nor does it by opening the link
    link = path_of(links_in(mail, world)[0])
    shown = world.public.get(link)
    assert shown.status == 200 and "<button>" in shown.text
    before = contact(world, who)
    assert before["fields"] == {"first_name": "Wrong"}
    assert lists(before) == {"news": "left"} and before["suppression"]
    assert before["consent"]["opens"]["state"] == "unknown"
    # the button acts, once
    for _ in range(2):
        assert world.public.post_form(link, {"how": "page"}).status == 200
    after = wait_for_contact(world, who,
                             lambda one: one["fields"]["first_name"] == "Dora")
    assert lists(after) == {"news": "joined"} and not after["suppression"]
    consent = after["consent"]["opens"]
    assert consent["state"] == "granted" and consent["wording"] == WORDING
    assert consent["source"] == "form news, confirmed by mail"
    world.wait_for_score(who, 7)
    sent = world.api("GET", "/forms/news/submissions").json()["items"][0]
    assert sent["email"] == who and sent["confirmed"] is True


def test_an_unconfirmed_form_takes_nobody_off_and_changes_nothing(world):
    who = "erik@far.test"
    world.api("POST", "/contacts", {"email": who, "lists": ["news"],
                                    "fields": {"first_name": "Erik"}})
    world.public.post_form("/f/news", {"email": who, "first_name": "Evil"})
    world.receiver.wait_for(who)
    now = contact(world, who)
    assert lists(now) == {"news": "joined"}
    assert now["fields"] == {"first_name": "Erik"}


def test_the_confirmation_is_written_by_the_operators_template(world):
    who = "tess@far.test"
    world.public.post_form("/f/own", {"email": who})
    mail = world.receiver.wait_for(who)
    assert mail.message()["From"] == "Letters <letters@here.test>"
    html = mail.message().get_body(("html",)).get_content()
    assert "With a template" in html
    link = path_of(links_in(mail, world)[0])
    assert world.public.post_form(link, {"how": "page"}).status == 200
    world.wait_for_score(who, 7)


def test_what_was_answered_is_asked_by_mail_also_after_kill_9(world):
    who = "kill@far.test"
    assert world.public.post_form("/f/news", {"email": who}).status == 200
    world.kill()
    world.start()
    link = path_of(links_in(world.receiver.wait_for(who), world)[0])
    assert world.public.post_form(link, {"how": "page"}).status == 200
    world.kill()
    world.start()
    now = wait_for_contact(world, who,
                           lambda one: lists(one) == {"news": "joined"})
    assert now["consent"]["opens"]["state"] == "granted"


# --- files


def send_cv(world, name, content=b"%PDF-1.7", who="file@far.test"):
    body = (b"--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n"
            + who.encode() + b"\r\n--b\r\nContent-Disposition: form-data; "
            b"name=\"cv\"; filename=\"" + name.encode()
            + b"\"\r\nContent-Type: application/pdf\r\n\r\n" + content
            + b"\r\n--b--\r\n")
    return world.public.ask("POST", "/f/cv", body, headers={
        "Content-Type": "multipart/form-data; boundary=b"})


def test_a_file_is_kept_beside_and_goes_with_the_person(world):
    folder = world.base / "state" / "files"
    assert send_cv(world, "run.sh").status == 422
    assert send_cv(world, "big.pdf", b"x" * 200000).status == 422
    assert not folder.exists() or not list(folder.iterdir())
    assert send_cv(world, "../../My CV.pdf").status == 200
    sent = wait_for_contact(world, "file@far.test",
                            lambda one: "cv" in one["fields"])
    name, shown = sent["fields"]["cv"].split(" ", 1)
    assert shown == "My CV.pdf"
    assert (folder / name).read_bytes() == b"%PDF-1.7"
    assert (folder / name).stat().st_mode & 0o777 == 0o600
    world.do("backup", world.base / "backup")
    assert (world.base / "backup" / "files" / name).read_bytes() == b"%PDF-1.7"
    world.do("contact", "forget", "--yes", "file@far.test")
    assert not list(folder.iterdir())


# --- hostile


def test_hostile_bodies_are_answered_and_kept_out(world):
    many = "&".join(f"f{i}=x" for i in range(300))
    header = {"Content-Type": "application/x-www-form-urlencoded"}
    for body, status in (
            (many, 400), ("email=%ff%fe", 400), ("email=%00", 400),
            ("email=a%40b.test&name=" + "x" * 20000, 422),
            ("email=a%40b.test&name=" + "x" * 70000, 400),
            ("email=a%40b.test%0d%0aBcc:%20c%40d.test&name=x&agree=on", 422)):
        answer = world.public.ask("POST", "/f/demo", body, headers=header)
        assert answer.status == status, (body[:40], answer.status)
    deep = '{"email":' * 5000
    assert world.public.ask("POST", "/f/demo", deep, headers={
        "Content-Type": "application/json"}).status == 400
    assert world.public.post_form("/f/demo", {
        "email": "bot@far.test", "name": "Bot", "agree": "on",
        "website": "http://spam.test"}).status == 200
    assert contact(world, "bot@far.test") is None


def test_the_operator_lists_them(world):
    assert "Ask for a demo" in world.do("form", "list")
    shown = json.loads(world.do("--json", "form", "show", "demo"))
    assert shown["url"] == world.public_url + "/f/demo"
    assert "cleo@far.test" in world.do("form", "submissions", "demo")
    world.refused(3, "form", "show", "nobody")
