"""The JavaScript API in a real browser: pages of somebody's own sites, under a
strict Content-Security-Policy, on other origins than ours."""
import email
import gzip
import json
import re
import urllib.parse

import pytest
from lib import places
from lib.site import Site

LETTER = """\
From: News <news@example.test>
To: {address}
Subject: Spring
X-Scoregate-Campaign: spring
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><p><a href="{target}">Have a look</a></p></body></html>
"""
RULES = """
rule "Looked at prices" {
  on = "page.visited"
  when = "signal.url matches '*/prices*'"
  add = 10
}
rule "Asked for a demo" { on = "demo.requested" add = 25 }
"""


class Sites:
    """The daemon, whose pages are told, and the sites."""

    def __init__(self, make_shared):
        port = places.free_port()
        self.site = Site(f"http://127.0.0.1:{port}")
        shop, blog = self.site.origin(), self.site.origin("blog.test")
        self.daemon = make_shared(public=port, more=f"""
plugin "page" {{
    origins = {{ "{shop}", "{blog}" }}
    score_origins = {{ "{shop}" }}
    events = {{ "demo.requested" }}
    rate = 100000
}}
plugin "click" {{ identify = {{ "{shop}" }} }}
plugin "form" {{ form "signup" {{ title = "Sign up"
    origins = {{ "{shop}" }} minimum_time = 0s }} }}
""")
        rules = self.daemon.base / "page-rules.conf"
        rules.write_text(RULES)
        self.daemon.do("rules", "apply", rules, "--yes")

    def click(self, address, path="/landing"):
        """The link in a mail to that address, as it is followed."""
        letter = self.daemon.base / "letter.eml"
        letter.write_text(LETTER.format(address=address,
                                        target=self.site.origin() + path))
        made = email.message_from_string(self.daemon.do(
            "mail", "instrument", letter, "--to", address, "--config",
            self.daemon.conf))
        html = made.get_payload(decode=True).decode()
        link = re.search(r'href="([^"]*/c/[^"]*)"', html).group(1)
        return link.replace(self.daemon.public_url, self.site.tracker)

    def applied(self):
        """All that was told is applied."""
        self.daemon.do("contact", "set", "marker@far.test", "x=1")


@pytest.fixture(scope="module")
def sites(make_shared):
    made = Sites(make_shared)
    made.daemon.do("contact", "add", "marker@far.test")
    yield made
    made.site.close()


def ready(browser):
    """t.js is there: it has taken the place of the queue."""
    places.wait_for(lambda: browser.run(
        "return typeof scoregate == 'function' && "
        "!String(scoregate).includes('scoregate.q')"), 60, "t.js")


def told(browser):
    """Nothing waits to be sent any more, as far as the page can know."""
    browser.driver.execute_async_script(
        "setTimeout(arguments[0], 700)")


def unmatched(sites):
    return sites.daemon.do("signal", "unmatched")


def kept(browser):
    return json.loads(browser.storage()[1].get("scoregate", "{}"))


def test_who_was_nobody_is_known_after_a_click(sites, browser):
    daemon, site = sites.daemon, sites.site
    site.page("/prices").page("/landing")
    daemon.do("contact", "add", "ann@far.test")
    browser.forget().get(site.origin() + "/prices?plan=a#top")
    ready(browser)
    places.wait_for(lambda: kept(browser).get("v"), 60, "a visitor's number")
    visitor = kept(browser)["v"]
    places.wait_for(lambda: visitor in unmatched(sites), 60,
                    "the visit of who is not known yet")
    assert not daemon.signals("ann@far.test", "page.visited")

    browser.get(sites.click("ann@far.test", "/landing?a=1#there"))
    ready(browser)
    # The token is out of the address at once, and nothing else is.
    assert browser.driver.current_url == (site.origin() +
                                          "/landing?a=1#there")
    daemon.wait_for_signal("ann@far.test", "visitor.identified", limit_s=60)
    visits = daemon.wait_for_signal("ann@far.test", "page.visited", 2, 60)
    assert {v["properties"]["url"].split("/", 3)[3] for v in visits} == {
        "prices?plan=a", "landing?a=1"}
    assert {v["properties"]["title"] for v in visits} == {"Page /prices",
                                                          "Page /landing"}
    assert {v["verdict"] for v in visits} == {"human"}
    daemon.wait_for_score("ann@far.test", 10, limit_s=30)
    assert visitor not in unmatched(sites)
    # The click itself is that of the link as it was signed.
    clicked = daemon.signals("ann@far.test", "email.clicked")
    assert clicked[0]["properties"]["url"].endswith("/landing?a=1#there")

    # From now on the browser is known without a click.
    places.wait_for(lambda: kept(browser).get("w"), 60, "a token to keep")
    browser.get(site.origin() + "/prices")
    daemon.wait_for_signal("ann@far.test", "page.visited", 3, 60)
    daemon.wait_for_score("ann@far.test", 20, limit_s=30)
    assert set(kept(browser)) == {"v", "w"}
    cookies, local, session = browser.storage()
    assert cookies == "" and set(local) == {"scoregate"} and session == {}
    # Nothing of it met the site's policy.
    assert not [said for said in browser.said() if "Security" in said]

    # Leaving tells how long the page was in sight.
    browser.driver.execute_async_script("setTimeout(arguments[0], 1200)")
    browser.get("about:blank")
    places.wait_for(lambda: any(
        int(d["properties"]["total"]) >= 1
        for d in daemon.signals("ann@far.test", "page.dwelled")), 60,
        "a second in sight")


def identified(sites, browser, address, path="/landing"):
    sites.daemon.do("contact", "add", address)
    sites.site.page(path)
    browser.forget().get(sites.click(address, path))
    ready(browser)
    places.wait_for(lambda: kept(browser).get("w"), 60, "a token to keep")


def test_events_and_downloads_are_told(sites, browser):
    daemon = sites.daemon
    sites.site.page("/files", '<a id=a href="/guide.pdf?x=1">Guide</a>'
                              '<a id=b download href="/site.js">Code</a>')
    identified(sites, browser, "bob@far.test", "/files2")
    browser.get(sites.site.origin() + "/files")
    ready(browser)
    browser.run("scoregate('event', 'demo.requested', {plan: 'pro', seats: 3})")
    asked = daemon.wait_for_signal("bob@far.test", "demo.requested",
                                   limit_s=60)
    assert asked[0]["properties"]["plan"] == "pro"
    assert asked[0]["properties"]["seats"] == "3"
    daemon.wait_for_score("bob@far.test", 25, limit_s=30)
    browser.run("document.querySelector('#b').click()")
    daemon.wait_for_signal("bob@far.test", "file.downloaded", limit_s=60)
    browser.run("document.querySelector('#a').click()")
    files = daemon.wait_for_signal("bob@far.test", "file.downloaded", 2, 60)
    assert {f["properties"]["file"].rpartition("/")[2] for f in files} == {
        "guide.pdf", "site.js"}
    # What the configuration does not name is not kept.
    browser.get(sites.site.origin() + "/files")
    ready(browser)
    browser.run("scoregate('event', 'order.paid', {amount: 1000})")
    told(browser)
    sites.applied()
    assert not daemon.signals("bob@far.test", "order.paid")


def test_nothing_is_stored_or_sent_before_consent(sites, browser):
    daemon, site = sites.daemon, sites.site
    daemon.do("contact", "add", "cat@far.test")
    tag = site.tag.replace("<script", '<script data-consent="required"')
    site.page("/asks", tag=tag)
    browser.forget().get(sites.click("cat@far.test", "/asks"))
    ready(browser)
    assert "sgi" not in browser.driver.current_url
    browser.run("scoregate('event', 'demo.requested', {})")
    told(browser)
    assert browser.storage() == ["", {}, {}]
    sent = "return performance.getEntriesByType('resource').filter(" \
        "e => new URL(e.name).pathname == '/e').length"
    assert browser.run(sent) == 0
    browser.run("scoregate('consent', true)")
    daemon.wait_for_signal("cat@far.test", "demo.requested", limit_s=60)
    assert len(daemon.signals("cat@far.test", "page.visited")) == 1
    assert kept(browser)["c"] == 1
    # On the next page it still holds; taken back, only that is remembered.
    places.wait_for(lambda: kept(browser).get("w"), 60, "a token to keep")
    browser.get(site.origin() + "/asks")
    daemon.wait_for_signal("cat@far.test", "page.visited", 2, 60)
    ready(browser)
    browser.run("scoregate('consent', false)")
    assert kept(browser) == {"c": 0}
    browser.run("scoregate('event', 'demo.requested', {})")
    told(browser)
    sites.applied()
    assert len(daemon.signals("cat@far.test", "demo.requested")) == 1


@pytest.mark.parametrize("signal", ["globalPrivacyControl", "doNotTrack"])
def test_do_not_track_is_heeded(sites, browser, signal):
    daemon, site = sites.daemon, sites.site
    address = f"{signal.lower()}@far.test"
    daemon.do("contact", "add", address)
    site.page("/quiet")
    browser.forget()
    undo = browser.before_each_page(
        f"Object.defineProperty(navigator, '{signal}', {{value: "
        + ("true" if signal.startswith("global") else "'1'") + "})")
    try:
        browser.get(sites.click(address, "/quiet"))
        ready(browser)
        browser.run("scoregate('event', 'demo.requested', {})")
        told(browser)
        assert "sgi" not in browser.driver.current_url
        assert browser.storage() == ["", {}, {}]
        sites.applied()
        assert {s["name"] for s in daemon.signals(address)} <= {
            "email.clicked", "email.opened", "record.created"}
    finally:
        undo()


def test_a_policy_of_nonces_lets_it_work_and_a_closed_tab_is_told(sites,
                                                                  browser):
    daemon, driver = sites.daemon, browser.driver
    identified(sites, browser, "gus@far.test", "/landing")
    sites.site.nonced("/nonce")
    browser.said()
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")
    browser.get(sites.site.origin() + "/nonce?in=tab")
    ready(browser)
    # The site's own file has no nonce, and is the one that is kept out.
    assert {"site.js" in said for said in browser.said()} == {True}
    visible = "return document.visibilityState"
    assert browser.run(visible) == "visible"
    driver.execute_async_script("setTimeout(arguments[0], 1200)")
    driver.close()
    driver.switch_to.window(first)
    places.wait_for(lambda: any(
        "in=tab" in d["properties"]["url"] and
        int(d["properties"]["total"]) >= 1
        for d in daemon.signals("gus@far.test", "page.dwelled")), 60,
        "what the closed tab told")


def score_of(browser):
    return browser.driver.execute_async_script(
        "scoregate('score', arguments[0])")


def test_a_score_is_told_to_its_owner_on_listed_sites_only(sites, browser):
    identified(sites, browser, "dan@far.test", "/scored")
    sites.daemon.do("score", "add", "dan@far.test", 42)
    assert score_of(browser) == 42
    assert browser.driver.execute_async_script(
        "scoregate('score', 'fit', arguments[0])") is None, "not listed"
    # The same browser on another site of ours is nobody yet, and asks in vain.
    sites.site.page("/blog")
    browser.get(sites.site.origin("blog.test") + "/blog")
    ready(browser)
    assert score_of(browser) is None


def test_who_comes_by_a_link_is_told_the_score_at_once(sites, browser):
    sites.daemon.do("contact", "add", "fay@far.test")
    sites.daemon.do("score", "add", "fay@far.test", 7)
    # As soon as the page is there, and maybe before the script is.
    sites.site.page("/asks-score")
    browser.forget().get(sites.click("fay@far.test", "/asks-score"))
    assert browser.driver.execute_async_script(
        "window.scoregate('score', arguments[0])") == 7
    sites.daemon.wait_for_signal("fay@far.test", "visitor.identified",
                                 limit_s=60)
    sites.applied()
    assert len(sites.daemon.signals("fay@far.test",
                                    "visitor.identified")) == 1


def test_a_site_that_is_not_listed_is_not_listened_to(sites, browser):
    sites.site.page("/evil")
    browser.forget().get(sites.site.origin("evil.test") + "/evil")
    ready(browser)
    told(browser)
    visitor = kept(browser)["v"]
    sites.applied()
    assert visitor not in unmatched(sites)


def test_a_form_says_whose_visits_these_were(sites, browser):
    daemon, site = sites.daemon, sites.site
    site.page("/prices").page("/signup", (
        f'<form method=post action="{site.tracker}/f/signup">'
        '<input name=email value="eve@far.test"><button>Go</button></form>'))
    browser.forget().get(site.origin() + "/prices")
    ready(browser)
    places.wait_for(lambda: kept(browser).get("v"), 60, "a visitor's number")
    browser.get(site.origin() + "/signup")
    ready(browser)
    browser.click("button")
    daemon.wait_for_signal("eve@far.test", "form.submitted", limit_s=60)
    visits = daemon.wait_for_signal("eve@far.test", "page.visited", 2, 60)
    assert len(visits) >= 2
    daemon.wait_for_score("eve@far.test", 10, limit_s=30)


def test_the_script_is_small_and_meets_any_policy(sites):
    answer = sites.daemon.public.get("/t.js")
    assert answer.status == 200
    assert len(gzip.compress(answer.body, 9)) < 4096
    for word in ("eval(", "Function(", "innerHTML", "document.write",
                 "cookie"):
        assert word not in answer.text
    again = sites.daemon.public.get("/t.js", headers={
        "If-None-Match": answer.headers["etag"]})
    assert again.status == 304 and again.body == b""


def test_the_tag_that_is_printed_is_one_that_works(sites, browser):
    daemon = sites.daemon
    tag = daemon.do("page", "snippet").strip().replace(
        daemon.public_url, sites.site.tracker)
    assert re.search(r'integrity="sha256-[^"]+" crossorigin="anonymous"', tag)
    sites.site.page("/tagged", tag=tag)
    browser.forget().get(sites.site.origin() + "/tagged")
    ready(browser)
    places.wait_for(lambda: kept(browser).get("v"), 60, "a visitor's number")
    # Of another content the browser takes nothing.
    sites.site.page("/forged", tag=re.sub("sha256-.{8}", "sha256-AAAAAAAA",
                                          tag))
    browser.forget().get(sites.site.origin() + "/forged")
    places.wait_for(lambda: [s for s in browser.said() if "integrity" in s],
                    60, "the browser's refusal")
    assert not kept(browser)
    source = urllib.parse.urlsplit(re.search('src="([^"]+)"', tag).group(1))
    answer = daemon.public.get(f"{source.path}?{source.query}")
    assert "immutable" in answer.headers["cache-control"]
