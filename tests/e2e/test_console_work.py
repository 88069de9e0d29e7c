"""The console at work, without a browser: files in and out, many at once, what
comes from forms, surveys and webhooks, keys, and what the pictures show."""
import datetime
import hashlib
import hmac
import json
import re
import zoneinfo

import pytest
from lib import places
from lib.console import PASSWORD, Person

ZONE = "Asia/Kolkata"
CONF = """
timezone = "Asia/Kolkata"
band "hot" { score = "lead" from = 50 }
field "phone" { unique = yes }
signals { names = { "order.paid" } }
load = { form, survey, webhook, console }
plugin "console" { }
plugin "form" {
  form "brochure" {
    title = "Our <brochure>"
    fields = { "first_name" }
    lists = { "news" }
  }
}
plugin "survey" {
  survey "ready" {
    title = "Are you ready?"
    question "size" {
      label = "How many?"
      answer "One" { points = 0 }
      answer "Ten" { points = 5 }
    }
    outcome "cold" { title = "Not yet" }
    outcome "go" { from = 4 title = "Ready" }
  }
}
plugin "webhook" {
  webhook "shop" {
    secret = "demo"
    signature_header = "X-Shop-Signature"
    event "order.paid" {
      email = "/customer/email"
      properties = { "total = /total" }
    }
  }
}
"""
RULES = '''
rule "Ordered" { on = "order.paid" add = 30 degrade = "3%" }
automation "Hot" { on = "score rises to 50" do = { "tag add 'hot'" } }
'''


@pytest.fixture(scope="module")
def daemon(make_shared):
    daemon = make_shared(more=CONF)
    (daemon.base / "rules").write_text(RULES)
    daemon.do("rules", "apply", daemon.base / "rules", "--yes")
    daemon.api("POST", "/lists", {"name": "news", "title": "The News"})
    for i in range(30):
        daemon.api("POST", "/contacts", {"email": f"p{i}@example.com",
                                         "lists": ["news"]})
    for i in range(3):
        daemon.api("POST", "/signals", {
            "name": "order.paid", "email": "p0@example.com", "id": str(i)})
    for name, role in (("maria", "manager"), ("otto", "operator"),
                       ("rita", "reader")):
        daemon.do("user", "add", name, "--role", role, text=PASSWORD + "\n")
    return daemon


@pytest.fixture(scope="module")
def manager(daemon):
    return Person(daemon, "maria")


@pytest.fixture(scope="module")
def operator(daemon):
    return Person(daemon, "otto")


@pytest.fixture(scope="module")
def reader(daemon):
    return Person(daemon, "rita")


def text_of(page):
    """As people read it: without markup, blanks as one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).strip()


def follow(person, answer):
    """Where the answer to a form leads; waits while that says it is busy."""
    assert answer.status == 303, answer.text
    path = answer.headers["location"].removeprefix("/console")

    def is_over():
        return "refresh" not in person.get(path).headers
    places.wait_for(is_over, 60, path)
    return path, person.page(path)


def kept_files(daemon):
    return list((daemon.base / "state").glob("console-import-*"))


# --- files

def test_a_file_is_looked_at_then_imported(daemon, operator):
    lines = "".join(f'f{i}@example.com,"Rome, at\nhome",{i}\n'
                    for i in range(6000))
    content = ("E-Mail,Ort,score:lead\n" + lines + "nonsense,X,1\n"
               + "g@example.com,Y,many\n").encode()
    path, page = follow(operator, operator.upload(
        "/import", "people.csv", content, {"what": "records",
                                           "scores": "add"}))
    text = text_of(page)
    assert "lines 6,002" in text and "would be new 6,000" in text
    assert "bad, left out 2" in text
    assert "12002 E-Mail" in text and "12003 score:lead" in text
    assert 'value="field.ort"' in page
    assert daemon.api("GET", "/contacts/f1@example.com").status == 404
    # What a column means is said, and it is looked at again.
    first = path
    path, page = follow(operator, operator.post(path, {
        "do": "check", "title.0": "E-Mail", "map.0": "email",
        "title.1": "Ort", "map.1": "field.city",
        "title.2": "score:lead", "map.2": "-"}))
    assert "bad, left out 1" in text_of(page)
    assert 'value="field.city"' in page
    assert operator.get(first).status == 404
    assert len(kept_files(daemon)) == 1
    path, page = follow(operator, operator.post(path, {"do": "import"}))
    assert "new 6,001" in text_of(page)
    contact = daemon.api("GET", "/contacts/f5999@example.com").json()
    assert contact["fields"] == {"city": "Rome, at\nhome"}
    assert contact["scores"] == []
    places.wait_for(lambda: not kept_files(daemon), 30, "no file")
    assert "people.csv" in operator.page("/import")
    actions = [e["action"] for e in daemon.api(
        "GET", "/audit?actor=otto&limit=100").json()["items"]]
    assert actions.count("import.begin") == 3
    assert operator.post(path, {"do": "forget"}).status == 303
    assert operator.get(path).status == 404


def test_a_header_that_means_nothing_is_asked_about(daemon, operator):
    answer = operator.upload("/import", "x.csv",
                             b"Adresse;Name\nq@example.com;Q\n")
    assert answer.status == 400 and "email" in answer.text
    name = re.search(r'name="upload" value="([0-9a-f]{16})"', answer.text)[1]
    path, page = follow(operator, operator.post("/import", {
        "upload": name, "name": "x.csv", "what": "records", "scores": "add",
        "module": "", "title.0": "Adresse", "map.0": "email",
        "title.1": "Name", "map.1": ""}))
    assert "would be new 1" in text_of(page)
    follow(operator, operator.post(path, {"do": "import"}))
    assert daemon.api("GET", "/contacts/q@example.com").json()["fields"] == \
        {"name": "Q"}


def test_what_stopped_goes_on_where_it_was(daemon, operator):
    """As after a restart: the import is there, and nobody feeds it."""
    path, _ = follow(operator, operator.upload(
        "/import", "late.csv", b"email\nlate1@example.com\n"
        b"late2@example.com\n"))
    look = daemon.api("GET", "/imports/" + path.split("/")[2]).json()
    made = daemon.api("POST", "/imports", {
        "name": "late.csv", "header": "email\n", "size": look["size"],
        "digest": look["digest"]}).json()
    daemon.local.ask("PUT", f"/api/v1/imports/{made['id']}/chunks/0",
                     "late1@example.com\n", {"Content-Type": "text/csv"})
    path = f"/import/{made['id']}"
    page = operator.page(path)
    assert "It stopped there" in page and "1 line," in text_of(page)
    _, page = follow(operator, operator.post(path, {"do": "go"}))
    assert "new 2" in text_of(page)
    assert daemon.api("GET", "/contacts/late2@example.com").status == 200
    # A file that is gone is said to be.
    lost = daemon.api("POST", "/imports", {
        "name": "lost.csv", "header": "email\n",
        "digest": "console:0123456789abcdef"}).json()
    assert "choose the file again" in operator.page(f"/import/{lost['id']}")


def test_what_is_no_file_of_lines_is_refused(daemon, operator, reader):
    places.wait_for(lambda: not kept_files(daemon), 30, "no file")
    for name, content in (("a.csv", b""), ("a.csv", b"email\n\xff\xfe\n"),
                          ("a.csv", b"\xff\xfeemail\n")):
        answer = operator.upload("/import", name, content)
        assert answer.status in (303, 400), name
        if answer.status == 303:  # one bad line, not a bad file
            path, page = follow(operator, answer)
            assert "bad, left out 1" in text_of(page)
            assert operator.post(path, {"do": "forget"}).status == 303
    for name in ("../../scoregate", "0" * 16, "x", ""):
        answer = operator.post("/import", {"upload": name, "name": "x",
                                           "what": "records",
                                           "scores": "add"})
        assert answer.status == 400
    assert not [f.read_bytes() for f in kept_files(daemon)]
    assert reader.upload("/import", "a.csv", b"email\n").status == 403
    assert operator.upload("/import", "a.csv", b"email\n",
                           token="x").status == 403
    assert reader.get("/import").status == 403


def test_lines_of_json_and_signals_are_imported_too(daemon, operator):
    line = {"email": "p9@example.com", "name": "order.paid",
            "time": "2026-01-31", "id": "json-1"}
    path, page = follow(operator, operator.upload(
        "/import", "old.ndjson", (json.dumps(line) + "\n").encode(),
        {"what": "signals", "scores": "add"}))
    assert "lines 1" in text_of(page)
    follow(operator, operator.post(path, {"do": "import"}))
    assert daemon.signals("p9@example.com", "order.paid")


def test_an_export_has_the_columns_that_were_chosen(daemon, reader):
    page = reader.page("/export?where=tag%20'hot'")
    assert "1 of " in text_of(page)
    for column in ("email", "score", "field.phone", "consent.opens"):
        assert f'value="{column}"' in page
    answer = reader.get("/contacts/export?where=tag%20'hot'&columns=email"
                        "&columns=tags&sort=email&format=csv")
    assert answer.text == "email,tags\r\np0@example.com,hot\r\n"
    assert "attachment" in answer.headers["content-disposition"]
    answer = reader.get("/contacts/export?where=tag%20'hot'&columns=email"
                        "&format=ndjson")
    assert json.loads(answer.text) == {"email": "p0@example.com"}
    assert "expected" in reader.page("/export?where=tag")
    assert reader.get("/contacts/export?where=tag").status == 400


# --- many at once

def test_many_are_changed_after_a_question(daemon, operator, reader):
    where = "list 'news' and not has score"
    fields = {"where": where, "actions": "tag add 'asleep'\r\n\r\nadd 1\r\n"}
    page = operator.post("/bulk", fields)
    assert page.status == 200
    question = text_of(page.text)
    found = int(re.search(r"Do this to (\d+) records", question)[1])
    assert found == daemon.api("POST", "/segments/count",
                               {"where": where}).json()["count"] > 20
    examples = re.search(r'id="examples".*?</table>', page.text, re.S)[0]
    assert examples.count('scope="row"') == 20
    assert daemon.api("POST", "/segments/count", {
        "where": "tag 'asleep'"}).json()["count"] == 0
    _, page = follow(operator, operator.post("/bulk", fields
                                             | {"do": "begin"}))
    assert f"{found} of {found}" in text_of(page)
    assert daemon.api("POST", "/segments/count", {
        "where": "tag 'asleep' and has score = 1"}).json()["count"] == found
    assert where.replace("'", "&#39;") in operator.page("/bulk") or \
        where in operator.page("/bulk")
    answer = operator.post("/bulk", {"where": "has scor", "actions": "delete"})
    assert answer.status == 400 and "did you mean" in answer.text
    assert reader.post("/bulk", fields | {"do": "begin"}).status == 403


def test_the_examples_of_actions_are_right(operator, manager):
    page = operator.page("/bulk")
    examples = re.findall(r"<li><code>(.*?)</code></li>", page)
    assert len(examples) > 8
    for text in examples:
        import html
        answer = operator.post("/bulk", {"where": "tag 'nobody'",
                                         "actions": html.unescape(text)})
        assert answer.status == 200, answer.text


def test_who_gets_no_mail_is_listed(daemon, operator, reader):
    assert operator.post("/suppressions", {
        "do": "add", "email": "p3@example.com",
        "reason": "by <phone>"}).status == 303
    page = reader.page("/suppressions")
    assert "p3@example.com" in page and "by &lt;phone&gt;" in page
    assert "Mail again" not in page
    assert operator.post("/suppressions", {
        "do": "remove", "email": "p3@example.com"}).status == 303
    assert "p3@example.com" not in reader.page("/suppressions")
    assert operator.post("/suppressions", {
        "do": "add", "email": "no address"}).status == 400


# --- what comes in

def test_a_form_shows_its_snippet_and_what_was_sent(daemon, reader):
    daemon.public.ask("POST", "/f/brochure",
                      "email=zoe@example.com&first_name=%3CZoe%3E",
                      {"Content-Type": "application/x-www-form-urlencoded"})
    daemon.wait_for_signal("zoe@example.com", "form.submitted")
    assert "Our &lt;brochure&gt;" in reader.page("/forms")
    page = reader.page("/forms/brochure")
    assert "first_name = &lt;Zoe&gt;" in page
    snippet = daemon.do("form", "snippet", "brochure")
    import html
    shown = re.search(r"readonly[^>]*>\n(.*?)</textarea>", page, re.S)[1]
    assert html.unescape(shown).strip() == snippet.strip()
    german = daemon.api("GET", "/forms/brochure/snippet?lang=de").json()
    assert german["html"] != snippet
    assert german["html"].split("<button>")[1].split("<")[0] in \
        reader.page("/forms/brochure?lang=de")
    assert reader.get("/forms/nothing").status == 404


def test_a_survey_shows_its_answers(daemon, reader):
    assert "Nobody has completed it" in reader.page("/surveys/ready")
    daemon.public.ask("POST", "/s/ready",
                      "_email=zoe@example.com&_step=9&size=Ten",
                      {"Content-Type": "application/x-www-form-urlencoded"})
    daemon.wait_for_signal("zoe@example.com", "survey.completed")
    text = text_of(reader.page("/surveys/ready"))
    assert "times completed 1" in text and "How many?" in text
    assert "Ready 1" in text and "Ten 1" in text
    assert "Are you ready?" in reader.page("/surveys")


def test_a_webhook_says_what_came_and_what_a_payload_becomes(
        daemon, operator, reader):
    def post(body, secret):
        signature = hmac.new(secret, body.encode(), hashlib.sha256).hexdigest()
        return daemon.public.ask("POST", "/h/shop", body, {
            "Content-Type": "application/json",
            "X-Shop-Signature": signature}).status
    body = json.dumps({"total": 7, "customer": {"email": "p1@example.com"}})
    assert "nothing since the daemon" in operator.page("/webhooks/shop")
    assert post(body, b"demo") == 200 and post(body, b"wrong") == 401
    page = reader.page("/webhooks")
    assert "shop" in page and '<time datetime="20' in page
    assert reader.get("/webhooks/shop").status == 403
    assert "nothing since the daemon" not in operator.page("/webhooks/shop")

    before = len(daemon.wait_for_signal("p1@example.com", "order.paid"))
    answer = operator.post("/webhooks/shop", {
        "do": "test", "type": "application/json", "body": body})
    text = text_of(answer.text)
    assert answer.status == 200 and "fits" in text
    assert "total = 7" in text and "p1@example.com" in text
    answer = operator.post("/webhooks/shop", {
        "do": "test", "type": "application/json", "body": "<b>no JSON"})
    assert "&lt;b&gt;no JSON" in answer.text and "problem" in answer.text
    assert len(daemon.signals("p1@example.com", "order.paid")) == before


def test_what_belongs_to_nobody_yet_is_listed(daemon, reader):
    assert "Nothing waits" in reader.page("/unmatched")
    daemon.api("POST", "/signals", {
        "name": "order.paid", "id": "u1",
        "match": {"field": "phone", "value": "+4930123456"}})
    page = reader.page("/unmatched")
    assert "order.paid" in page and "+4930123456" in page
    assert "<code>order.paid</code>" in reader.page("/kinds")


# --- keys, pictures, times, ways

def test_keys_are_rotated_and_retired_after_a_question(
        daemon, manager, operator):
    assert operator.get("/system/keys").status == 403
    assert operator.post("/system/keys", {}).status == 403
    first = daemon.api("GET", "/keys").json()["items"][0]["id"]
    assert "Make a new key first" in manager.page(f"/system/keys/{first}")
    assert manager.post("/system/keys", {}).status == 303
    keys = daemon.api("GET", "/keys").json()["items"]
    assert len(keys) == 2
    page = manager.page(f"/system/keys/{first}")
    assert "0 mails" in text_of(page) and "cannot be undone" in page
    assert manager.post(f"/system/keys/{first}", {}).status == 400
    assert len(daemon.api("GET", "/keys").json()["items"]) == 2
    assert manager.post(f"/system/keys/{first}", {"sure": "yes"}).status == 303
    assert [key["id"] for key in daemon.api("GET", "/keys").json()["items"]] \
        != [key["id"] for key in keys]
    assert manager.get(f"/system/keys/{first}").status == 404


def test_a_backup_is_made_and_what_is_wrong_with_its_folder_is_said(
        daemon, manager, operator):
    assert operator.get("/system/backup").status == 403
    folder = daemon.base / "state" / "a <backup>"
    assert "None yet" in manager.page("/system/backup")
    answer = manager.post("/system/backup", {"path": "here"})
    assert answer.status == 400 and "must be absolute" in answer.text
    assert 'value="here"' in answer.text, "what was typed is kept"
    answer = manager.post("/system/backup", {"path": "/nowhere/at/all"})
    assert answer.status == 400 and "cannot make the folder" in answer.text
    assert operator.post("/system/backup",
                         {"path": str(folder)}).status == 403
    assert not folder.exists()
    assert manager.post("/system/backup", {"path": str(folder)}).status == 303
    assert (folder / "scoregate.db").exists()
    page = manager.page("/system/backup")
    assert f"{daemon.base}/state/a &lt;backup&gt;" in page
    assert "maria" in re.search(r'id="backups".*?</table>', page, re.S)[0]


def test_scores_are_verified_from_their_ledger_and_their_history(
        daemon, operator, reader):
    assert reader.get("/system/verify").status == 403
    assert reader.post("/system/verify", {}).status == 403
    page = operator.page("/system/verify")
    assert "Nothing is changed" in page and 'id="report"' not in page
    known = daemon.api("POST", "/verify", {}).json()
    for fields, source in (({}, "ledger"), ({"refold": "yes"}, "history")):
        text = text_of(operator.post("/system/verify", fields).text)
        assert f"Every score is what its {source} says." in text
        assert f"{known['records']:,} records" in text
        assert f"{known['entries']:,} entries" in text


def test_a_record_is_renamed_and_all_of_it_is_downloaded(
        daemon, operator, reader):
    daemon.api("POST", "/contacts", {"email": "old@example.com"})
    path = "/contacts/old@example.com"
    assert "Download all" not in reader.page(path)
    assert reader.get(path + "/data").status == 403
    answer = operator.get(path + "/data")
    assert "attachment" in answer.headers["content-disposition"]
    told = [json.loads(answer.text), daemon.api("GET", path + "/data").json()]
    assert [one.pop("as_of") for one in told] and told[0] == told[1]
    answer = operator.post(path, {"do": "rename", "to": "p1@example.com"})
    assert answer.status == 400 and "two are not merged" in answer.text
    answer = operator.post(path, {"do": "rename", "to": "new@example.com"})
    assert answer.headers["location"].startswith(
        "/console/contacts/new%40example.com")
    assert daemon.api("GET", path).json()["key"] == "new@example.com"


def test_a_contact_and_an_account_are_made(daemon, operator):
    answer = operator.post("/contacts/new", {"email": "no address",
                                             "module": "contact"})
    assert answer.status == 400 and 'value="no address"' in answer.text
    for key, module in (("made@example.com", "contact"), ("ACME", "account")):
        answer = operator.post("/contacts/new", {"email": key,
                                                 "module": module})
        assert answer.status == 303, answer.text
        path = answer.headers["location"].removeprefix("/console")
        assert f"<h1>{key}</h1>" in operator.page(path)
        assert daemon.api("GET", f"/contacts/{key}?module={module}"
                          ).json()["module"] == module


def test_mail_that_is_not_split_is_said_to_be_so(operator):
    assert "multi_recipient = split" in operator.page("/system/split")


def test_a_simulation_is_shown_as_a_picture(daemon, reader):
    page = reader.post("/rules/simulate", {
        "rules": RULES.replace("add = 30", "add = 60"), "version": ""}).text
    chart = re.search(r'<figure class="chart">.*?</figure>', page, re.S)[0]
    assert "before" in chart and "after" in chart
    assert chart.count('class="bar series-0"') == \
        chart.count('class="bar series-1"') > 1
    # The numbers of the bars are those of the table beside it.
    rows = re.findall(r"<tr>(.*?)</tr>", re.search(
        r'id="spread".*?</table>', page, re.S)[0], re.S)[1:]
    cells = [text_of(row).replace(",", "").split() for row in rows]
    shown = [re.findall(rf"<title>{name}: .*?: (\S+)</title>", chart)
             for name in ("before", "after")]
    assert [c[1] for c in cells] == shown[0]
    assert [c[2] for c in cells] == shown[1]
    assert shown[0] != shown[1]


def test_today_shows_what_matters_and_leads_to_why(daemon, reader):
    page = reader.page("/")
    text = text_of(page)
    known = daemon.api("GET", "/scores/lead/summary").json()["records"]
    for words in ("All is well.", f"contacts {known:,}", "Hot contacts",
                  "Thresholds crossed", "score rises to 50",
                  "How the score is spread"):
        assert words in text, words
    # One click from the hottest contact to why.
    way = re.search(r'href="/console(/contacts/p0[^"]*/why/lead)"', page)[1]
    why = text_of(reader.page(way))
    assert "Ordered" in why and "falls below 50 on" in why
    # Two for anybody: find, then the button.
    found = reader.get("/find?q=p0@example.com").headers["location"]
    assert "/why/lead" in reader.page(found.removeprefix("/console"))
    many = reader.get("/find?q=o'x").headers["location"]
    assert "Nobody" in reader.page(many.removeprefix("/console")) or \
        "holds for nobody" in reader.page(many.removeprefix("/console"))
    assert "p1@example.com" in reader.page(reader.get(
        "/find?q=p1").headers["location"].removeprefix("/console"))


def test_a_score_over_time_has_each_change_of_it(daemon, reader):
    page = reader.page("/contacts/p0@example.com/points/lead")
    rows = re.findall(r"<tr>(.*?)</tr>", re.search(
        r'id="points".*?</table>', page, re.S)[0], re.S)[1:]
    entries = daemon.ask("score", "history", "p0@example.com")["items"]
    assert len(rows) == len(entries) == 3
    assert [entry["points"] for entry in entries] == [30, 30, 30]
    assert [round(entry["balance"]) for entry in entries] == [90, 60, 30]
    assert all(entry["rule"] == "Ordered" for entry in entries)
    assert "score after" in daemon.do("score", "history", "p0@example.com",
                                      "--limit", "1")
    chart = re.search(r'<figure class="chart">.*?</figure>', page, re.S)[0]
    assert 'class="line ahead"' in chart and ">50</text>" in chart
    # Two pages of it, and what is ahead.
    first = daemon.api("GET", "/contacts/p0@example.com/scores/lead/history"
                       "?limit=2").json()
    rest = daemon.api("GET", "/contacts/p0@example.com/scores/lead/history"
                      f"?limit=2&cursor={first['next']}").json()
    assert first["items"] + rest["items"] == entries and not rest["next"]
    card = text_of(reader.page("/contacts/p0@example.com"))
    assert "if nothing happens" in card and "falls below 50 on" in card
    daemon.api("POST", "/contacts/p2@example.com/scores/lead",
               {"op": "set", "points": 42})
    assert "8 more to hot" in text_of(reader.page("/contacts/p2@example.com"))


def test_times_are_those_of_the_installation(daemon, manager):
    entry = daemon.api("GET", "/audit?limit=1").json()["items"][0]["at"]
    there = datetime.datetime.fromisoformat(entry).astimezone(
        zoneinfo.ZoneInfo(ZONE))
    page = manager.page("/system/audit")
    assert there.strftime(">%Y-%m-%d %H:%M</time>") in page
    assert f"times of {ZONE}" in page
    # What is typed is of that zone, too.
    day = there.strftime("%Y-%m-%d")
    before = (there - datetime.timedelta(minutes=1)).strftime(
        "%Y-%m-%dT%H:%M")
    after = (there + datetime.timedelta(minutes=5)).strftime(
        "%Y-%m-%dT%H:%M")
    assert day in text_of(manager.page(f"/system/audit?since={before}"))
    assert "Nobody did" in manager.page(f"/system/audit?since={after}")


def test_what_is_refused_leads_back_to_its_form(operator):
    for path, fields, back in (
            ("/contacts/p0@example.com",
             {"do": "score", "op": "add", "points": "many"},
             "/contacts/p0@example.com"),
            ("/contacts/p0@example.com?module=contact",
             {"do": "link", "relation": "?", "other": "x"},
             "/contacts/p0@example.com?module=contact"),
            ("/system/split", {"do": "drop", "id": "none"}, "/system/split"),
            ("/automations/outbox", {"id": "99999", "do": "redo"},
             "/automations/outbox")):
        answer = operator.post(path, fields)
        assert answer.status in (400, 404), (path, answer.status)
        way = re.search(r'href="/console([^"]*)" data-back', answer.text)[1]
        assert way == back
    page = operator.get("/contacts/nobody@example.com").text
    assert 'href="/console/contacts" data-back' in page


def test_each_page_has_a_title_and_the_way_to_it(manager):
    page = manager.page("/contacts/p0@example.com/why/lead")
    assert "· Contacts · Scoregate</title>" in page
    crumbs = re.search(r'class="crumbs".*?</nav>', page, re.S)[0]
    assert re.findall(r'href="/console([^"]*)"', crumbs) == [
        "/contacts", "/contacts/p0@example.com"]
    assert 'aria-current="true">Contacts' in page
    tabs = re.search(r'class="tabs".*?</nav>', page, re.S)[0]
    assert "/console/import" in tabs
    module = manager.page("/contacts/p0@example.com/history?module=contact")
    assert "/contacts/p0@example.com?module=contact" in module
