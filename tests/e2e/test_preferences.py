"""The page behind an unsubscribe link, in a real browser: lists, a break, what
may be tracked, leaving; in English and German, on a phone and a desk."""
import datetime
import email
import html
import re

import pytest
from lib import broadcasts, newsletter, places
from lib.browser import DESKTOP, PHONE

MORE = """
plugin "unsubscribe" { lists = { "news", "offers" } }
"""


@pytest.fixture(scope="module")
def site(make_shared):
    daemon = make_shared(more=MORE)
    daemon.do("list", "create", "news", "--title", "Weekly <News> & more")
    daemon.do("list", "create", "offers", "--title", "Offers")
    daemon.do("list", "create", "internal", "--title", "Top secret")
    return daemon


def link_of(daemon, address, mailing_list="news"):
    """The link in a mail to that address, on the daemon's own port."""
    letter = daemon.base / "letter.eml"
    letter.write_bytes(newsletter.newsletter(address, "Ann", "7bit", None))
    text = letter.read_text()
    text = re.sub(r"(?im)^(List-Id|X-Scoregate-List):.*\r?\n", "", text)
    if mailing_list:
        text = f"X-Scoregate-List: {mailing_list}\r\n" + text
    letter.write_text(text)
    made = email.message_from_string(daemon.do(
        "mail", "instrument", letter, "--to", address, "--config",
        daemon.conf))
    link = re.search(r"<(https?://[^>]+/u/[^>]+)>",
                     re.sub(r"\s+", "", made["List-Unsubscribe"])).group(1)
    return link.replace(daemon.public_url, f"http://{daemon.public.at}")


def lists_of(daemon, address):
    contact = daemon.api("GET", f"/contacts/{address}").json()
    return {one["name"]: one["state"] for one in contact["lists"]}


def fields_of(daemon, address):
    return daemon.api("GET", f"/contacts/{address}").json()["fields"]


def reader(daemon, address):
    daemon.do("contact", "add", address, "first_name=Ann", "--list", "news",
              "--list", "internal")
    return link_of(daemon, address)


def look(browser, name):
    """Both widths, light and dark: nothing sticks out; a picture of each."""
    for width, size in (("phone", PHONE), ("desk", DESKTOP)):
        browser.size(*size)
        assert not browser.overflows(), name
        browser.screenshot(f"{name}-{width}")
    browser.dark()
    browser.screenshot(f"{name}-dark")
    browser.dark(False)


@pytest.mark.parametrize("language,title,save", [
    ("en-GB,en;q=0.9", "Unsubscribe", "Save"),
    ("de-AT,de;q=0.9,en;q=0.5", "Abmelden", "Speichern"),
    ("fr", "Unsubscribe", "Save")])
def test_the_page_speaks_the_reader_s_language(site, browser, language, title,
                                               save):
    short = language[:2]
    link = reader(site, f"reads-{short}@far.test")
    browser.forget().headers(Accept_Language=language)
    browser.get(link)
    assert browser.one("h1").text == title == browser.driver.title
    assert browser.all("button")[1].text == save
    assert browser.one("html").get_attribute("lang") == (
        "de" if short == "de" else "en")
    assert "Weekly <News> & more" in browser.text
    assert "Top secret" not in browser.text, "nobody offers that list"
    assert not browser.all("script")
    look(browser, f"preferences-{short}")
    # The policy keeps nothing of the page from working.
    assert not [said for said in browser.said() if "Security" in said]


def test_who_looks_changes_nothing(site, browser):
    link = reader(site, "looks@far.test")
    for _ in range(3):
        browser.get(link)
    site.do("contact", "set", "looks@far.test", "city=Rome")  # all applied
    assert lists_of(site, "looks@far.test") == {"news": "joined",
                                                "internal": "joined"}
    assert not site.signals("looks@far.test", "email.unsubscribed")
    assert "city" in fields_of(site, "looks@far.test")


def test_lists_a_break_and_tracking_are_saved(site, browser):
    address = "saves@far.test"
    link = reader(site, address)
    browser.forget().get(link)
    browser.click("#list-news")
    browser.click("#list-offers")
    browser.one("#pause").find_elements("css selector", "option")[1].click()
    browser.click("#tracking-no")
    browser.submit("form:has(#tracking-no) button")
    assert "Saved." in browser.text
    # The page says it at once, whatever the applier has still to do.
    assert not browser.one("#list-news").is_selected()
    assert browser.one("#list-offers").is_selected()
    assert browser.one("#tracking-no").is_selected()
    look(browser, "preferences-saved")

    places.wait_for(lambda: lists_of(site, address).get("offers") == "joined",
                    30, "the new list")
    assert lists_of(site, address) == {"news": "left", "offers": "joined",
                                       "internal": "joined"}
    until = datetime.date.fromisoformat(
        fields_of(site, address)["paused_until"])
    days = (until - datetime.datetime.now(datetime.timezone.utc).date()).days
    assert 29 <= days <= 30
    consent = site.api("GET", f"/contacts/{address}").json()["consent"]
    for what in ("opens", "clicks"):
        assert consent[what]["state"] == "denied"
        assert consent[what]["source"] == "preference page"
        assert consent[what]["wording"].startswith("No, do not track")
        assert consent[what]["since"].startswith("20")
    assert [s["properties"]["list"] for s in
            site.signals(address, "email.unsubscribed")] == ["news"]
    assert len(site.signals(address, "email.paused")) == 1

    # On again: the list that was left, mailings, tracking.
    browser.get(link)
    assert browser.one("h1").text == "You are not on this list"
    assert len(browser.all("form")) == 2, "there is nothing to leave"
    assert f"No mailings until {until}" in browser.text
    browser.click("#list-news")
    browser.one("#pause").find_elements("css selector", "option")[1].click()
    browser.click("#tracking-yes")
    browser.submit("form:has(#tracking-no) button")
    places.wait_for(lambda: lists_of(site, address)["news"] == "joined",
                    30, "the list again")
    assert "paused_until" not in fields_of(site, address)
    assert len(site.signals(address, "email.resumed")) == 1
    consent = site.api("GET", f"/contacts/{address}").json()["consent"]
    assert consent["opens"]["state"] == "granted"


def test_the_button_leaves_with_a_reason_and_the_other_leaves_all(site,
                                                                  browser):
    address = "leaves@far.test"
    link = reader(site, address)
    browser.forget().headers(Accept_Language="de")
    browser.get(link)
    browser.one("#reason").find_elements("css selector", "option")[1].click()
    browser.submit("form button")
    assert browser.one("h1").text == "Sie sind abgemeldet"
    look(browser, "unsubscribed-de")
    left = site.wait_for_signal(address, "email.unsubscribed")
    said = left[0]["properties"]
    assert (said["list"], said["how"], said["reason"]) == ("news", "page",
                                                           "often")
    places.wait_for(lambda: lists_of(site, address)["news"] == "left", 30,
                    "the list without her")
    assert lists_of(site, address)["internal"] == "joined"
    browser.submit("button.quiet")
    site.wait_for_signal(address, "email.unsubscribed", 2)
    places.wait_for(lambda: lists_of(site, address)["internal"] == "left", 30,
                    "no list at all")


def form_of(page):
    return html.unescape(re.search(r'name="form" value="([^"]+)"',
                                   page.text).group(1))


def test_hostile_tokens_and_replays_change_nothing(site):
    address, other = "target@far.test", "mallory@far.test"
    link, others = reader(site, address), reader(site, other)
    form = form_of(site.public.get(link))
    wish = {"how": "preferences", "shown": "offers", "list": "offers",
            "tracking": "granted", "pause": "90"}
    # Without the stamp of the page, with another's, with one of another kind:
    # nothing. It is bound to the reader and the mail.
    token = link.rpartition("/")[2]
    for bad in ("", "x", token, form_of(site.public.get(others)),
                form_of(site.public.get(link_of(site, address)))):
        answer = site.public.post_form(link, {**wish, "form": bad})
        assert answer.status == 400 and 'name="form"' in answer.text
    middle = len(link) - 20
    broken = link[:middle] + ("A" if link[middle] != "A" else "B") \
        + link[middle + 1:]
    for bad in (broken, link[:-3], link.replace("/u/", "/u/x"),
                f"http://{site.public.at}/u/" + form,
                f"http://{site.public.at}/u/" + "A" * 5000):
        for method in ("GET", "POST"):
            got = site.public.ask(method, bad, headers={
                "Content-Type": "application/x-www-form-urlencoded"},
                body="how=page" if method == "POST" else None)
            assert got.status in (404, 414, 431), bad
    # A list that is not offered cannot be joined by this page.
    assert site.public.post_form(link, {
        "how": "preferences", "form": form, "shown": "internal",
        "tracking": "x", "pause": "9999999"}).status == 200
    site.do("contact", "set", address, "city=Rome")  # all applied
    assert lists_of(site, address) == {"news": "joined", "internal": "joined"}
    assert "paused_until" not in fields_of(site, address)
    # The same twice is the same once.
    for _ in range(2):
        answer = site.public.post_form(link, {**wish, "form": form})
        assert answer.status == 200 and "set-cookie" not in answer.headers
        places.wait_for(lambda: lists_of(site, address).get("offers") ==
                        "joined", 30, "the list")
        site.do("contact", "set", address, "city=Oslo")
    paused = site.signals(address, "email.paused")
    assert len(paused) == len({one["properties"]["until"] for one in paused})
    assert len(site.signals(address, "consent.changed")) == 2


def test_one_click_is_answered_as_the_rfc_says(site):
    link = reader(site, "oneclick@far.test")
    answer = site.public.post_form(link, {"List-Unsubscribe": "One-Click"},
                                   agent=None)
    assert answer.status == 200
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy and "script" not in policy
    places.wait_for(lambda: lists_of(site, "oneclick@far.test")["news"] ==
                    "left", 30, "the list without her")


def test_who_takes_a_break_gets_no_broadcast_and_is_told_why(site):
    address = "rests@far.test"
    reader(site, address)
    template = site.base / "rest.eml"
    template.write_text(broadcasts.TEMPLATE)
    site.do("broadcast", "create", "rest", "--template", template, "--to",
            f"email = '{address}'", "--from", "news@example.test")
    site.do("contact", "set", address, "paused_until=2999-12-24")
    preview = site.ask("broadcast", "preview", "rest")
    assert [p["reason"] for p in preview["skipped"]] == ["paused"]
    said = site.do("broadcast", "preview", "rest", "--explain", address)
    assert "paused" in said
    # A break that is over is none, and neither is what is no day.
    for value in ("2001-01-01", "soon"):
        site.do("contact", "set", address, f"paused_until={value}")
        assert not site.ask("broadcast", "preview", "rest")["skipped"]


def test_what_is_not_there_is_said_in_the_same_layout(site, browser):
    browser.forget().headers(Accept_Language="de")
    for path, heading in (("/u/AAAA", "Dieser Link ist nicht gültig"),
                          ("/nowhere", "Nicht gefunden")):
        browser.get(f"http://{site.public.at}{path}")
        assert browser.one("h1").text == heading
        look(browser, "notice-de" + path.replace("/", "-"))
