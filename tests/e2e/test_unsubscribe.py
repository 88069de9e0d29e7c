"""Leaving a list: GET changes nothing, a POST acts (RFC 8058)."""
import re

from lib import places


def link_of(mail):
    return re.search(r"<(https?://[^>]+/u/[^>]+)>",
                     mail.message()["List-Unsubscribe"]).group(1)


def state(daemon, address, name="news"):
    answer = daemon.api("GET", f"/contacts/{address}")
    if answer.status == 404:
        return None
    return {l["name"]: l["state"] for l in answer.json()["lists"]}.get(name)


def subscribed(gateway, address="ann@far.test"):
    daemon = gateway.daemon
    daemon.do("list", "create", "news")
    daemon.do("contact", "add", address)
    daemon.do("contact", "subscribe", address, "news")
    assert state(daemon, address) == "joined"
    return gateway.deliver(address)


def test_get_changes_nothing(gateway):
    daemon = gateway.daemon
    link = link_of(subscribed(gateway))
    before = state(daemon, "ann@far.test")
    for _ in range(3):
        page = daemon.public.get(link)
        assert page.status == 200 and "<form" in page.text
        assert daemon.public.ask("HEAD", link).status == 200
    _, pixel = gateway.tracked(gateway.receiver.to("ann@far.test")[0])
    daemon.public.get(pixel)
    daemon.wait_for_signal("ann@far.test", "email.opened")
    assert state(daemon, "ann@far.test") == before
    assert not daemon.signals("ann@far.test", "email.unsubscribed")


def test_one_click_acts_without_redirect_or_cookie(gateway):
    daemon = gateway.daemon
    link = link_of(subscribed(gateway))
    answer = daemon.public.post_form(link, {"List-Unsubscribe": "One-Click"},
                                     agent=None)
    assert answer.status == 200
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    daemon.wait_for_signal("ann@far.test", "email.unsubscribed")
    places.wait_for(lambda: state(daemon, "ann@far.test") == "left",
                    10, "the list without her")


def test_one_click_as_multipart(gateway):
    link = link_of(subscribed(gateway))
    body = ("--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\""
            "\r\n\r\nOne-Click\r\n--b--\r\n")
    answer = gateway.daemon.public.ask("POST", link, body, headers={
        "Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status == 200
    gateway.daemon.wait_for_signal("ann@far.test", "email.unsubscribed")


def test_the_button_of_the_page_acts(gateway):
    daemon = gateway.daemon
    link = link_of(subscribed(gateway))
    page = daemon.public.get(link).text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"',
                             page))
    assert daemon.public.post_form(link, fields).status == 200
    daemon.wait_for_signal("ann@far.test", "email.unsubscribed")


def test_a_post_that_says_nothing_changes_nothing(gateway):
    daemon = gateway.daemon
    link = link_of(subscribed(gateway))
    assert daemon.public.post_form(link, {"x": "y"}).status == 400
    assert daemon.public.post_form(daemon.public_url + "/u/AAAA", {
        "List-Unsubscribe": "One-Click"}).status == 404
    assert not daemon.signals("ann@far.test", "email.unsubscribed")


def test_a_mail_to_the_unsubscribe_address_acts(gateway):
    mail = subscribed(gateway)
    address = re.search(r"<mailto:([^>?]+)",
                        mail.message()["List-Unsubscribe"]).group(1)
    gateway.postfix.send("ann@far.test", address,
                         b"From: ann@far.test\r\nSubject: leave\r\n\r\n\r\n",
                         port=gateway.postfix.mx)
    gateway.daemon.wait_for_signal("ann@far.test", "email.unsubscribed")


def test_who_is_on_no_list_can_leave_everything(gateway):
    daemon = gateway.daemon
    daemon.do("contact", "add", "ann@far.test")
    daemon.do("score", "add", "ann@far.test", 50)
    mail = gateway.deliver("ann@far.test", headers={"X-Scoregate-List": None,
                                                    "List-Id": None})
    assert daemon.public.post_form(
        link_of(mail), {"List-Unsubscribe": "One-Click"}).status == 200
    daemon.wait_for_signal("ann@far.test", "email.unsubscribed")
    template = gateway.base / "template.eml"
    template.write_text("From: news@example.test\nSubject: x\n\nHello\n")
    daemon.do("broadcast", "create", "all", "--template", template,
              "--to", "has score >= 1")
    preview = daemon.ask("broadcast", "preview", "all")
    assert [p["reason"] for p in preview["skipped"]] == ["unsubscribed"]
    daemon.do("list", "create", "news")
    daemon.do("contact", "subscribe", "ann@far.test", "news")
    assert not daemon.ask("broadcast", "preview", "all")["skipped"]


def test_a_list_that_is_deleted_is_left_by_all(daemon):
    daemon.do("list", "create", "news")
    for i in range(3):
        daemon.do("contact", "add", f"c{i}@far.test", "--list", "news")
    daemon.do("contact", "unsubscribe", "c2@far.test", "news")
    daemon.do("list", "delete", "news", "--yes")
    for i in range(3):
        left = daemon.signals(f"c{i}@far.test", "list.left")
        assert len(left) == 1
    assert daemon.ask("verify", "--refold")["differences"] == 0
