"""The web console: a person filters, reads why, changes rules and contacts in
a real browser; what it refuses, and what its answers say, without one."""
import re
import sqlite3

import pytest
from lib import places
from lib.browser import PHONE
from lib.console import PASSWORD, POLICY, Person, links

RULES = '''
rule "Ordered" { on = "order.paid" add = 30 degrade = "3%" because = "paid {{signal.amount}}" }
rule "Refunded" { on = "order.refunded" subtract = 50 }
rule "Rome" { when = "field.city = 'Rome'" add = 5 }
automation "Hot" { on = "score rises to 60" do = { "webhook 'crm'" } }
'''
CONF = """
score "fit" {{ }}
band "hot" {{ score = "lead" from = 50 }}
signals {{ names = {{ "order.paid", "order.refunded" }} }}
webhook "crm" {{ url = "http://127.0.0.1:9/" }}
outbox {{ tries = 1 }}
plugin "console" {{ }}
"""
HOSTILE = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>&amp;"
PAGES = ["/", "/contacts", "/contacts/new", "/contacts/bob@example.com",
         "/contacts/bob@example.com/why/lead",
         "/contacts/bob@example.com/history", "/contacts/evil@example.com",
         "/rules", "/rules/edit", "/rules/history", "/rules/run",
         "/rules/Ordered", "/scores",
         "/scores/compare", "/scores/compare?a=bob@example.com&b=ann@example.com",
         "/automations", "/automations/firings", "/automations/outbox",
         "/verdicts", "/lists", "/segments", "/bulk", "/import", "/export",
         "/suppressions", "/forms", "/surveys", "/webhooks", "/unmatched",
         "/kinds", "/broadcasts", "/sequences", "/system/keys", "/system",
         "/system/plugins", "/system/audit", "/system/split",
         "/system/backup", "/system/verify", "/contacts/ACME?module=account",
         "/contacts?module=account",
         "/system/users", "/system/tokens", "/password"]


def add_user(daemon, name, role):
    answer = daemon.api("POST", "/users", {"name": name, "role": role,
                                           "password": PASSWORD})
    assert answer.status == 201, answer.text


@pytest.fixture(scope="module")
def daemon(make_shared):
    daemon = make_shared(more=CONF.replace("{{", "{").replace("}}", "}"))
    (daemon.base / "rules").write_text(RULES)
    daemon.do("rules", "apply", daemon.base / "rules", "--yes")
    daemon.api("POST", "/lists", {"name": "news", "title": "The News"})
    for name, city in (("bob", "Rome"), ("ann", "Bonn"), ("evil", HOSTILE)):
        daemon.api("POST", "/contacts", {
            "email": f"{name}@example.com", "fields": {"city": city},
            "tags": ["vip"] if name == "bob" else [], "lists": ["news"]})
    for i, name in enumerate(("order.paid", "order.paid", "order.refunded",
                              "order.paid")):
        daemon.api("POST", "/signals", {
            "name": name, "email": "bob@example.com", "id": f"b{i}",
            "properties": {"amount": 10 * i}})
    daemon.api("PUT", "/contacts/ann@example.com/links/account/ACME")
    daemon.api("POST", "/signals", {"name": "order.paid", "id": "a",
                                    "email": "ann@example.com"})
    add_user(daemon, "otto", "operator")
    add_user(daemon, "rita", "reader")
    return daemon


@pytest.fixture(scope="module")
def manager(daemon):
    """The first user is made on the server; the password comes on standard
    input."""
    said = daemon.do("user", "add", "maria", "--role", "manager",
                     text=PASSWORD + "\n")
    assert "/console" in said
    return Person(daemon, "maria")


@pytest.fixture(scope="module")
def reader(daemon):
    return Person(daemon, "rita")


@pytest.fixture(scope="module")
def operator(daemon):
    return Person(daemon, "otto")


@pytest.fixture
def here(daemon, manager, browser):
    """A browser in which maria is signed in."""
    base = f"http://127.0.0.1:{daemon.values['private']}/console"
    browser.forget().get(base + "/sign-in")
    browser.driver.add_cookie({
        "name": "scoregate_session", "path": "/console",
        "value": manager.cookies["scoregate_session"], "httpOnly": True,
        "sameSite": "Strict"})
    browser.base_url = base
    yield browser
    assert not [line for line in browser.said() if "favicon" not in line
                and "status of 4" not in line and "[DOM]" not in line]


# --- in a browser

def test_who_comes_first_signs_in_filters_and_reads_why(daemon, manager,
                                                        browser):
    base = f"http://127.0.0.1:{daemon.values['private']}/console"
    browser.forget().get(base + "/contacts")
    browser.one("[name=name]").send_keys("maria")
    browser.one("[name=password]").send_keys("not my password")
    browser.submit("button.main")
    assert "Name or password is wrong." in browser.text
    assert browser.one("[name=name]").get_attribute("value") == "maria"
    browser.one("[name=password]").send_keys(PASSWORD)
    browser.submit("button.main")
    # Where they wanted to go.
    assert browser.one("h1").text == "Contacts"
    assert "3 in all" in browser.text

    browser.one("[name=where]").send_keys("has scor > 1")
    browser.submit("form.filter button.main")
    assert "did you mean 'score'?\n  has scor > 1\n      ^" in \
        browser.one(".problem").get_attribute("textContent")
    browser.one("[name=where]").clear()
    browser.one("[name=where]").send_keys("list 'news' and field.city = 'rome'")
    browser.submit("form.filter button.main")
    assert "1 of 3" in browser.text
    assert "hot" not in browser.one("table").text.split()  # under 50

    browser.submit("tbody th a")
    assert browser.one("h1").text == "bob@example.com"
    shown = browser.one("#scores .big .points").text
    browser.submit("#scores .card a.button")
    assert browser.one("#score .points").text == shown
    left = [float(cell.text.replace("−", "-")) for cell in
            browser.all("#why tbody td.today .points")]
    assert len(left) == 5
    total = float(browser.one("#why tfoot .points").text.replace("−", "-"))
    assert round(sum(left), 2) == total
    assert round(total) == int(shown.replace("−", "-"))
    # The same as the command says.
    why = daemon.ask("score", "why", "bob@example.com")
    assert abs(why["summary"]["score"] - total) < 0.01
    assert "paid 10" in browser.text
    # At one glance: which rule, how often, how much, the weightiest first.
    sources = [re.sub(r"\s+", " ", row.text) for row in
               browser.all("#sources tbody tr")]
    assert re.match(r"[−-]?[\d.]+ (Ordered|Refunded)", sources[0])
    assert any(row.endswith(" Ordered 3 ×") for row in sources), sources
    assert browser.one("#sources a").get_attribute("href").split(
        "/console")[1] in ("/rules/Ordered", "/rules/Refunded")


def test_a_rule_is_changed_after_its_difference_was_seen(daemon, here):
    here.get(here.base_url + "/rules/edit")
    text = here.one("textarea").get_attribute("value")
    assert text == daemon.do("rules", "export")
    here.run("arguments[0].value = arguments[1]", here.one("textarea"),
             text.replace("subtract = 50", "subtrct = 40"))
    here.submit("button.main")
    assert "did you mean `subtract`?" in here.one(".problem").text
    assert "subtrct = 40" in here.one("textarea").get_attribute("value")

    here.run("arguments[0].value = arguments[1]", here.one("textarea"),
             text.replace("subtract = 50", "subtract = 40"))
    here.submit("[formaction$=simulate]")
    assert "bob@example.com" in here.one("#movers").text
    assert "−50 → −40" in here.one("#movers").text.replace("Refunded: ", "")
    here.screenshot("simulate")
    here.submit("button.main")
    assert "Refunded" in here.one(".difference h2").text
    assert "subtract = 50" in here.one(".removed").text
    assert "subtract = 40" in here.one(".added").text
    here.screenshot("difference")
    assert "subtract = 50" in daemon.do("rules", "export")
    here.submit("button.main")
    assert "Applied." in here.text
    assert "subtract = 40" in daemon.do("rules", "export")
    assert "−40" in here.one("#rules").text

    here.get(here.base_url + "/rules/Refunded")
    assert "version 2" in here.text and "by maria" in here.text
    # Somebody who began before does not undo it.
    here.get(here.base_url + "/rules/edit")
    daemon.do("rules", "apply", daemon.base / "rules", "--yes")
    here.run("arguments[0].value += '\\nrule \"New\" { on = \"order.paid\" "
             "add = 1 }'", here.one("textarea"))
    here.submit("button.main")
    assert "changed" in here.text
    assert "New" not in daemon.do("rules", "export")


def test_a_contact_is_linked_to_its_account_and_back(daemon, here):
    here.get(here.base_url + "/contacts/bob@example.com")
    assert "Linked to no other record." in here.one("#links").text
    here.click("#links summary")
    here.one("#links [name=other]").send_keys("Juniper & <Sons>")
    here.submit("#links form.row button")
    assert "account Juniper & <Sons>" in here.one("#links tbody").text
    links = daemon.api("GET", "/contacts/bob@example.com").json()["links"]
    assert [(one["relation"], one["key"]) for one in links] == [
        ("account", "Juniper & <Sons>")]
    # From the account to its people, with what they are worth.
    here.submit("#links tbody th a")
    assert here.one("h1").text == "Juniper & <Sons>"
    row = here.one("#links tbody").text
    assert row.startswith("contact bob@example.com") and "lead" in row
    assert not here.all("#mail"), "an account has no address"
    here.screenshot("account")
    here.submit("#links tbody td a")
    assert here.one("#why")
    here.driver.back()
    here.submit("#links tbody button")
    assert "Linked to no other record." in here.one("#links").text
    assert not daemon.api("GET", "/contacts/bob@example.com").json()["links"]
    here.submit(".crumbs a")
    assert "ACME" in here.one("table").text
    assert "bob@example.com" not in here.one("table").text


def test_todays_rules_run_over_all_history_by_a_button(daemon, here):
    here.get(here.base_url + "/rules/run")
    here.submit("button.main")

    def is_over():
        return not daemon.api("GET", "/rules/run").json()["running"]
    places.wait_for(is_over, 60, "the run's end")
    here.get(here.base_url + "/rules/run")
    assert "in force are of run 2" in here.text
    entry = daemon.api("GET", "/audit?action=rules.run").json()["items"][0]
    assert (entry["actor"], entry["origin"]) == ("maria", "127.0.0.1")


def test_a_contact_is_changed_and_the_change_has_a_name(daemon, here):
    before = daemon.score("ann@example.com")
    here.get(here.base_url + "/contacts/ann@example.com")
    here.click("#scores > details > summary")
    here.one("[name=points]").send_keys("2,5")
    here.one("[name=because]").send_keys("met at the fair")
    here.submit("#scores form button")
    assert "Saved." in here.text
    assert abs(daemon.score("ann@example.com") - before - 2.5) < 0.1
    here.one("#tags [name=tag]").send_keys("fair")
    here.submit("#tags form.row button")
    assert "fair" in here.one("#tags").text
    here.click("#fields-of summary")
    here.one("[name='field.city']").clear()
    here.one("[name='field.city']").send_keys("Rome")
    here.one("[name=new_name]").send_keys("company")
    here.one("[name=new_value]").send_keys("ACME & Sons")
    here.submit("#fields-of form button")
    assert "ACME & Sons" in here.one("#fields-of dl").text
    here.submit("#lists tbody button")
    assert "left" in here.one("#lists").text
    contact = daemon.api("GET", "/contacts/ann@example.com").json()
    assert contact["fields"] == {"city": "Rome", "company": "ACME & Sons"}
    assert contact["tags"] == ["fair"]
    here.get(here.base_url + "/contacts/ann@example.com/why/lead")
    assert "met at the fair" in here.text
    entries = daemon.api("GET", "/audit?actor=maria&object=ann@example.com")
    said = {(e["action"], e["origin"]) for e in entries.json()["items"]}
    assert said == {(action, "127.0.0.1") for action in
                    ("score.change", "contact.tag", "contact.change",
                     "contact.unsubscribe")}


def test_hostile_values_are_text_on_every_page(daemon, here):
    here.before_each_page("window.alert = () => { window.hit = true; };")
    for path in ("/contacts?columns=email&columns=field.city",
                 "/contacts/evil@example.com", "/contacts?where=" + "%3Cb%3E",
                 "/contacts/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
                 "/system/audit?actor=%22%3E%3Cscript%3Ealert(1)</script>",
                 "/sign-in?to=javascript:alert(1)"):
        here.get(here.base_url + path)
        assert not here.run("return window.hit"), path
        assert here.run("return document.querySelectorAll('script').length "
                        "+ document.querySelectorAll('img').length") == 1
    here.get(here.base_url + "/contacts/evil@example.com")
    assert HOSTILE in here.one("#fields-of dd").get_attribute("textContent")


def test_each_page_fits_a_phone_and_has_one_heading(here):
    here.size(*PHONE)
    for path in PAGES:
        here.get(here.base_url + path)
        assert not here.overflows(), path
        assert len(here.all("h1")) == 1, path
        # Each field says what it is.
        assert here.run(
            "return [...document.querySelectorAll('input:not([type=hidden]),"
            "select,textarea:not([hidden])')].filter(f => !f.labels.length)"
            ".length") == 0, path
        if path in PAGES[:4]:
            here.screenshot("phone" + re.sub(r"\W+", "-", path))


# --- without one

def test_every_answer_says_what_it_may_do(daemon, manager):
    for path in [*PAGES, "/nothing", "/contacts?where=has+scor"]:
        answer = manager.get(path)
        assert answer.headers["content-security-policy"] == POLICY, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "style=" not in answer.text
        assert not re.search(r"<script(?! defer src=\"/console/)", answer.text)
    assert manager.get("/nothing").status == 404
    assert daemon.public.get("/console/").status == 404
    assert daemon.local.get("/console/").status == 303
    assert manager.web.get("/console").headers["location"] == "/console/"


def test_static_files_never_change_under_their_name(manager):
    page = manager.page("/")
    for name, kind in (("console.css", "text/css"), ("icon.svg", "image/svg"),
                       ("console.js", "text/javascript")):
        path = re.search(rf'"/console(/static/{name}\?v=[^"]+)"', page)[1]
        answer = manager.get(path)
        assert answer.status == 200 and kind in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]
        again = manager.get(path, headers={
            "If-None-Match": answer.headers["etag"]})
        assert (again.status, again.body) == (304, b"")
    assert manager.get("/static/../console.c").status == 404


def test_a_get_changes_nothing(daemon, manager):
    def entries():
        return daemon.api("GET", "/audit?limit=1").json()["items"][0]["id"]
    before, seen, todo = entries(), set(), ["/"]
    while todo and len(seen) < 70:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        todo += links(manager.get(path).text) - seen
    assert len(seen) > 30, seen
    for path in ("/rules/apply", "/rules/difference", "/sign-out"):
        assert manager.get(path).status in (404, 405), path
    assert entries() == before
    assert manager.get("/").status == 200


def test_a_form_of_another_site_is_refused(daemon, manager):
    change = {"do": "tag", "tag": "stolen"}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"},
                    {"Origin": None}, {"Sec-Fetch-Site": "cross-site"},
                    {"Origin": f"http://{manager.web.at}.evil.example"}):
        answer = manager.post("/contacts/bob@example.com", change,
                              headers=headers)
        assert answer.status == 403, headers
    for token in ("", "x" * 32, manager.token()[:-1]):
        answer = manager.post("/contacts/bob@example.com", change, token=token)
        assert answer.status == 403, token
    tags = daemon.api("GET", "/contacts/bob@example.com").json()["tags"]
    assert "stolen" not in tags
    assert manager.post("/contacts/bob@example.com",
                        change | {"tag": "own"}).status == 303


def test_a_reader_changes_nothing(daemon, reader, operator):
    page = reader.page("/contacts/bob@example.com")
    assert len(re.findall('<form method="post"', page)) == 1  # sign out
    assert "Apply" not in reader.page("/rules/edit")
    assert "Show the difference" not in reader.page("/rules/edit")
    for person, path, fields in (
            (reader, "/contacts/bob@example.com", {"do": "tag", "tag": "no"}),
            (reader, "/rules/apply", {"rules": ""}),
            (reader, "/rules/run", {"do": "begin"}),
            (operator, "/rules/apply", {"rules": ""}),
            (operator, "/system/users", {"do": "add", "name": "x"})):
        assert person.post(path, fields).status == 403, (path, fields)
    assert reader.get("/system/audit").status == 403
    assert "Ordered" in daemon.do("rules", "export")
    assert operator.post("/contacts/bob@example.com",
                         {"do": "tag", "tag": "by-otto"}).status == 303
    # A role that was changed holds at once.
    daemon.do("user", "role", "otto", "reader")
    assert operator.post("/contacts/bob@example.com",
                         {"do": "tag", "tag": "no"}).status == 403
    daemon.do("user", "role", "otto", "operator")


def test_what_could_not_be_delivered_is_tried_again(daemon, manager):
    def dead():
        return daemon.api("GET", "/outbox?state=dead").json()["items"]
    daemon.api("POST", "/contacts/ann@example.com/scores/lead",
               {"op": "set", "points": 90})
    places.wait_for(dead, 30, "a dead letter")
    page = manager.page("/automations/outbox")
    assert "crm" in page and "could not be made" in manager.page("/")
    number = dead()[0]["id"]
    answer = manager.post("/automations/outbox", {"id": number, "do": "redo"})
    assert answer.status == 303
    places.wait_for(lambda: daemon.api("GET", f"/outbox/{number}")
                    .json()["state"] == "dead", 30, "given up once more")
    answer = manager.post("/automations/outbox", {"id": number, "do": "drop"})
    assert daemon.api("GET", f"/outbox/{number}").json()["state"] == "dropped"


def test_users_and_tokens_are_made_by_a_manager(daemon, manager):
    assert manager.post("/system/users", {
        "do": "add", "name": "nina", "role": "reader",
        "password": "short"}).status == 400
    assert manager.post("/system/users", {
        "do": "add", "name": "nina", "role": "reader",
        "password": PASSWORD}).status == 303
    assert "nina" in daemon.do("user", "list")
    answer = manager.post("/system/tokens", {"do": "make", "name": "crm",
                                             "role": "reader"})
    token = re.search(r'id="token">([^<]+)<', answer.text)[1]
    assert daemon.run_over_tcp(token, "contact", "list").returncode == 0
    assert token not in manager.page("/system/tokens")
    manager.post("/system/tokens", {"do": "revoke", "name": "crm"})
    assert daemon.run_over_tcp(token, "contact", "list").returncode != 0
    assert manager.post("/system/users", {
        "do": "remove", "name": "nina", "sure": "yes"}).status == 303
    assert "nina" not in daemon.do("user", "list")


# --- sessions

def test_a_session_ends_when_it_should(daemon):
    cookies = []
    person = Person(daemon)
    answer = person.sign_in("rita", to="//evil.example/")
    assert answer.headers["location"] == "/console/"
    cookies.append(answer.headers["set-cookie"])
    for word in ("HttpOnly", "SameSite=Strict", "Path=/console"):
        assert word in cookies[0]
    assert "Secure" not in cookies[0]
    behind_tls = Person(daemon)
    answer = behind_tls.sign_in("rita", headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["set-cookie"]

    assert person.get("/").status == 200
    assert person.post("/sign-out", {}).status == 303
    assert person.get("/").headers["location"].startswith("/console/sign-in")
    # The cookie is of no use either.
    person.cookies["scoregate_session"] = \
        cookies[0].split("=", 1)[1].split(";")[0]
    assert person.get("/").status == 303
    assert behind_tls.get("/").status == 200

    store = sqlite3.connect(daemon.base / "state/scoregate.db", timeout=30)
    with store:  # half a day later
        store.execute("UPDATE console_session SET seen_at = seen_at - ? "
                      "WHERE user_id = (SELECT id FROM console_user WHERE "
                      "name = 'rita')", (12 * 3600 * 1000 + 1000,))
    store.close()
    assert behind_tls.get("/").status == 303


def test_a_new_password_or_a_removal_ends_the_sessions(daemon):
    add_user(daemon, "tina", "reader")
    one, other = Person(daemon, "tina"), Person(daemon, "tina")
    new = "another horse battery"
    answer = one.post("/password", {"old": "wrong", "password": new,
                                    "again": new})
    assert answer.status == 400 and "old password is wrong" in answer.text
    answer = one.post("/password", {"old": PASSWORD, "password": new,
                                    "again": new})
    assert answer.status == 303
    assert one.get("/").status == other.get("/").status == 303
    third = Person(daemon, "tina", new)
    assert third.get("/").status == 200
    daemon.do("user", "remove", "tina")
    assert third.get("/").status == 303
    assert Person(daemon).sign_in("tina", new).status == 403


def test_who_guesses_waits_and_nobody_learns_who_there_is(daemon):
    guess = Person(daemon, source="127.0.0.9")
    wrong = guess.sign_in("rita", "wrong")
    unknown = guess.sign_in("nobody", "wrong")
    assert wrong.status == unknown.status == 403
    assert wrong.text.replace("rita", "nobody") == unknown.text
    for _ in range(9):
        last = guess.sign_in("gustav", "wrong")
    assert "Name or password is wrong." in last.text
    for _ in range(60):
        last = guess.sign_in("gustav", "wrong")
        if "Too many attempts." in last.text:
            break
    assert "Too many attempts." in last.text
    # Others are not held up by that.
    assert Person(daemon, source="127.0.0.8").sign_in("otto").status == 303


def test_sessions_outlive_a_restart_and_no_password_is_told(daemon, manager):
    daemon.stop()
    daemon.start()
    assert "maria" in manager.page("/")
    log = daemon.text()
    assert PASSWORD not in log and "wrong" not in \
        "".join(line for line in log.splitlines() if "password" not in line)
    store = (daemon.base / "state/scoregate.db").read_bytes() + \
        (daemon.base / "state/scoregate.db-wal").read_bytes()
    assert PASSWORD.encode() not in store and b"$argon2id$" in store
    assert manager.cookies["scoregate_session"].encode() not in store
    actions = {entry["action"] for entry in daemon.api(
        "GET", "/audit?actor=maria&limit=1000").json()["items"]}
    assert {"console.sign_in", "rules.apply", "rules.run"} <= actions
