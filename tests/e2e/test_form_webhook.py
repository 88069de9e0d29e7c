"""What other pages and programs send: forms and webhooks."""
import hashlib
import hmac
import json

import pytest

from lib import places

PLUGINS = """
plugin "form" {
    form "brochure" {
        title = "Our brochure"
        fields = { "first_name = name", "job_title" }
        required = { "name" }
        lists = { "news" }
        tags = { "brochure" }
        honeypot = "website"
        origins = { "https://www.example.test" }
    }
}
plugin "webhook" {
    webhook "shop" {
        secret = "s3cret"
        signature_header = "X-Shop-Signature"
        event "order.paid" {
            when = { "/type = order.paid" }
            email = "/customer/email"
            properties = { "order = /id", "total = /total" }
            id = "/id"
        }
    }
}
"""
RULES = """
rule "form"  { on = "form.submitted" add = 15 because = "asked for {{signal.form}}" }
rule "order" { on = "order.paid" add = 30 }
rule "big"   { on = "order.paid" when = "signal.total >= 100" add = 7 }
rule "chief" { when = "field.job_title = 'CEO'" add = 10 }
"""


@pytest.fixture
def house(make_daemon):
    daemon = make_daemon(more=PLUGINS)
    (daemon.base / "rules.conf").write_text(RULES)
    daemon.start()
    daemon.do("list", "create", "news")
    return daemon


def filled(**more):
    return {"email": "Cleo@Far.test", "name": "Cleo", "job_title": "CEO",
            **more}


def test_a_form_makes_a_contact_that_scores(house):
    answer = house.public.post_form("/f/brochure", filled())
    assert answer.status in (200, 303), answer.text
    house.wait_for_score("cleo@far.test", 25)
    contact = house.api("GET", "/contacts/cleo@far.test").json()
    assert contact["fields"] == {"first_name": "Cleo", "job_title": "CEO"}
    assert contact["tags"] == ["brochure"]
    assert [l["name"] for l in contact["lists"]] == ["news"]
    why = house.do("score", "why", "cleo@far.test")
    assert "asked for brochure" in why and "chief" in why


def test_a_form_by_json_and_by_multipart(house):
    assert house.public.post_json("/f/brochure", filled(
        email="json@far.test")).status in (200, 303)
    body = "".join(f"--b\r\nContent-Disposition: form-data; name=\"{k}\""
                   f"\r\n\r\n{v}\r\n" for k, v in
                   filled(email="multi@far.test").items()) + "--b--\r\n"
    assert house.public.ask("POST", "/f/brochure", body, headers={
        "Content-Type": "multipart/form-data; boundary=b"}).status in (200, 303)
    house.wait_for_score("json@far.test", 25)
    house.wait_for_score("multi@far.test", 25)


def test_the_hosted_page_shows_the_form_and_changes_nothing(house):
    page = house.public.get("/f/brochure")
    assert page.status == 200
    assert "Our brochure" in page.text and "<form" in page.text
    assert house.public.get("/f/nonesuch").status == 404


def test_a_robot_in_the_honeypot_is_thanked_and_forgotten(house):
    assert house.public.post_form("/f/brochure", filled(
        website="http://spam.test")).status in (200, 303)
    house.public.post_form("/f/brochure", filled(email="real@far.test"))
    house.wait_for_score("real@far.test", 25)
    assert house.score("cleo@far.test") is None


@pytest.mark.parametrize("wrong", [
    {"email": "no address"}, {"email": ""}, {"name": ""}])
def test_a_form_filled_wrongly_says_so(house, wrong):
    answer = house.public.post_form("/f/brochure", filled(**wrong))
    assert answer.status in (400, 422), answer.text
    assert house.score("cleo@far.test") is None


def order(number="A-1", total=120, kind="order.paid", email="ben@far.test"):
    return {"id": number, "type": kind, "total": total,
            "customer": {"email": email}}


def post(house, value, secret=b"s3cret"):
    body = json.dumps(value).encode()
    signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return house.public.ask("POST", "/h/shop", body, headers={
        "Content-Type": "application/json", "X-Shop-Signature": signature})


def test_a_signed_order_scores(house):
    assert post(house, order()).status == 200
    house.wait_for_score("ben@far.test", 37)
    assert house.signals("ben@far.test", "order.paid")[0]["properties"][
        "order"] == "A-1"


def test_the_same_order_twice_counts_once(house):
    for _ in range(3):
        assert post(house, order()).status == 200
    assert post(house, order("A-2", 10)).status == 200
    house.wait_for_score("ben@far.test", 67)
    assert len(house.signals("ben@far.test", "order.paid")) == 2


def test_a_bad_signature_is_refused(house):
    assert post(house, order(), b"wrong").status in (401, 403)
    answer = house.public.post_json("/h/shop", order())
    assert answer.status in (401, 403)
    assert post(house, order("A-9")).status == 200
    house.wait_for_score("ben@far.test", 37)
    assert len(house.signals("ben@far.test", "order.paid")) == 1


def test_an_event_that_fits_no_mapping_is_no_signal(house):
    answer = post(house, order(kind="order.viewed"))
    assert answer.status in (200, 202, 204), answer.text
    assert post(house, order()).status == 200
    house.wait_for_score("ben@far.test", 37)


def test_broken_json_is_refused(house):
    body = b'{"id": '
    signature = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    answer = house.public.ask("POST", "/h/shop", body, headers={
        "Content-Type": "application/json", "X-Shop-Signature": signature})
    assert answer.status == 400


def test_what_was_answered_200_is_kept_over_kill_9(house):
    for n in range(10):
        assert post(house, order(f"K-{n}", 1)).status == 200
    house.kill()
    house.start()
    house.wait_for_score("ben@far.test", 300)
    places.wait_for(lambda: len(house.signals("ben@far.test", "order.paid"))
                    == 10, 10, "ten orders")
