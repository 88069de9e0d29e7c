"""The browser of the stories itself: it shows our pages, keeps no company
outside this machine, and leaves nothing behind."""
from lib.browser import PHONE


def test_it_shows_a_page_and_takes_its_picture(shared, browser):
    browser.forget().get(f"http://{shared.public.at}/u/AAAA")
    assert "mail" in browser.text
    browser.size(*PHONE)
    assert not browser.overflows()
    picture = browser.screenshot("not-valid").read_bytes()
    assert picture.startswith(b"\x89PNG")


def test_names_lead_to_this_machine_or_nowhere(shared, browser):
    port = shared.values["public"]
    browser.forget().get(f"http://shop.test:{port}/u/AAAA")
    assert browser.run("return location.hostname") == "shop.test"
    there = browser.driver.execute_async_script(
        "const done = arguments[0];"
        "fetch('http://example.com/', {mode: 'no-cors'})"
        ".then(() => done(true), () => done(false))")
    assert there is False


def test_it_is_gone_when_closed(tmp_path):
    from lib.browser import Browser
    own = Browser(tmp_path)
    try:
        own.get("about:blank")
        assert own._pids()
    finally:
        own.close()
    assert not own._pids() and not own.profile.exists()
