"""What strangers send to the pages that people see, and what other sites make
browsers send: it is text and nothing else, leads nowhere, and acts for nobody."""
import html
import json
import re
import socket
import urllib.parse

import pytest
from lib import places
from lib.receiver import Receiver

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
ELSEWHERE = ("//evil.test/", "https://evil.test/", "/\\evil.test",
             "https:evil.test", "javascript:alert(1)", "\thttps://evil.test",
             "https://t.example.com@evil.test/", "https://shop.test.evil.test/")
MORE = """
plugin "form" {{ form "demo" {{ fields = {{ "email", "name" }}
    redirects = {{ "http://shop.test/thanks" }} minimum_time = 0s
    per_address = off per_network = off }} }}
plugin "survey" {{ survey "fit" {{ identify = optional
    question "team" {{ answer "one" {{ points = 1 }}
        answer "more" {{ }} }} }} }}
plugin "page" {{ origins = {{ "http://shop.test" }} }}
plugin "forward" {{ link = "https://shop.example.test/offer" }}
plugin "unsubscribe" {{ lists = {{ "news" }} }}
"""
TEMPLATE = ("From: news@example.test\nSubject: {{field.first_name}}\n"
            "Content-Type: text/html; charset=utf-8\n\n"
            "<a href=\"{{unsubscribe_url}}\">leave</a> "
            "<a href=\"{{forward_url}}\">pass on</a>")


class World:
    def __init__(self, daemon, receiver):
        self.daemon = daemon
        daemon.do("list", "create", "news", "--title", f"News {SCRIPT}")
        daemon.do("contact", "add", "ann@far.test", f"first_name={SCRIPT}",
                  "--list", "news")
        template = daemon.base / "hostile.eml"
        template.write_text(TEMPLATE)
        daemon.do("broadcast", "create", "spring", "--template", template,
                  "--to", "list 'news'", "--from", "news@example.test")
        # The links of a preview do not work.
        daemon.do("broadcast", "test", "spring", "--to", "tester@far.test",
                  "--as", "ann@far.test")
        mail = receiver.wait_for("tester@far.test").part("text/html")
        self.paths = ["/f/demo", "/s/fit"] + [
            urllib.parse.urlsplit(html.unescape(url)).path
            for url in re.findall(r'href="([^"]+/[uw]/[^"]+)"', mail)]
        assert len(self.paths) == 4, mail

    def joined(self):
        lists = self.daemon.api("GET", "/contacts/ann@far.test").json()["lists"]
        return [one["state"] for one in lists] == ["joined"]


@pytest.fixture(scope="module")
def world(make_shared):
    receiver = Receiver()
    yield World(make_shared(more=MORE.format(), smtp=receiver.port), receiver)
    receiver.stop()


def raw(daemon, path, headers=""):
    """A request whose path no client would send; its answer as a text."""
    with socket.create_connection(("127.0.0.1", daemon.values["public"]),
                                  timeout=30) as peer:
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}"
                     "Connection: close\r\n\r\n".encode())
        got = b""
        while data := peer.recv(65536):
            got += data
    return got.decode(errors="replace")


def check(answer):
    """No tag of theirs, and a policy that would run none."""
    text = answer if isinstance(answer, str) else answer.text
    assert not re.search(r"<(script|img)|onerror=[^&]*>", text), text
    if isinstance(answer, str):
        return
    location = answer.headers.get("location", "/")
    assert re.match(r"/(?![/\\])", location), location
    assert "set-cookie" not in answer.headers
    if answer.headers.get("content-type", "").startswith("text/html"):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] in ("no-referrer",
                                                     "same-origin")


def test_what_is_sent_comes_back_as_text_alone(world):
    public, quoted = world.daemon.public, urllib.parse.quote(SCRIPT, safe="")
    names = ("email", "name", "team", "how", "list", "reason", "form", "step",
             "lang", "website", "text", "heading", "title", "to")
    said = {name: SCRIPT for name in names}
    for path in world.paths:
        check(public.get(path + "?" + urllib.parse.urlencode(said)))
        check(public.get(path, headers={
            "Accept-Language": SCRIPT, "Referer": SCRIPT, "Origin": SCRIPT,
            "Host": "evil.test", "X-Forwarded-Host": "evil.test"}))
        check(raw(world.daemon, f"{path}?name={SCRIPT.replace(' ', '/')}"))
        check(public.post_form(path, said))
        check(public.post_json(path, said))
        check(public.post_json(path, [SCRIPT]))
        check(public.ask("POST", path, f"--x\r\nContent-Disposition: form-data;"
                         f" name=\"{SCRIPT}\"; filename=\"{SCRIPT}\"\r\n\r\n"
                         f"{SCRIPT}\r\n--x--\r\n", headers={
                             "Content-Type": "multipart/form-data; boundary=x"}))
    for prefix in ("/", "/o/", "/c/", "/u/", "/w/", "/f/", "/s/", "/h/", "/e",
                   "/t.js/", "//", "/api/v1/"):
        check(public.get(prefix + quoted))
        check(raw(world.daemon, prefix + SCRIPT.replace(" ", "/")))
    assert world.joined()


def test_nobody_is_led_elsewhere(world):
    public = world.daemon.public
    for to in ELSEWHERE:
        quoted = urllib.parse.quote(to, safe="")
        for path in world.paths:
            for name in ("_redirect", "redirect", "next", "to", "url", "u"):
                check(public.get(f"{path}?{name}={quoted}"))
        for fields in ({"_redirect": to}, {"_redirect": to, "email": "x"},
                       {"redirect": to}, {"next": to}):
            answer = public.post_form("/f/demo", {
                "email": "bob@far.test", **fields})
            assert "evil" not in answer.headers.get("location", "")
            check(answer)
        for path in ("/c/" + quoted, f"/c/AAAA?u={quoted}", "/c/?url=" + quoted,
                     "/o/?u=" + quoted, to if to[0] == "/" else "/" + quoted):
            answer = public.get(path)
            assert answer.status in (200, 400, 404), path
            assert "location" not in answer.headers
    # A list of addresses is the operator's to make.
    good = public.post_form("/f/demo", {
        "email": "bob@far.test", "_redirect": "http://shop.test/thanks"})
    assert good.headers["location"] == "http://shop.test/thanks"


def test_no_site_acts_for_a_visitor(world):
    """There is nothing that a browser would send along: no cookie, no leave
    for a reading script; what acts needs what stands in the mail."""
    public, private = world.daemon.public, world.daemon.private
    evil = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site",
            "Cookie": "scoregate_session=x; scoregate_form=x"}
    for path in (*world.paths, "/e", "/t.js"):
        for method in ("GET", "OPTIONS"):
            headers = {**evil, "Access-Control-Request-Method": "POST"}
            answer = public.ask(method, path, headers=headers)
            allowed = answer.headers.get("access-control-allow-origin")
            assert allowed is None or (path == "/t.js" and allowed == "*")
            assert "access-control-allow-credentials" not in answer.headers
            assert "set-cookie" not in answer.headers
    assert public.post_json("/e", {"id": "0" * 32}, headers=evil).status == 403
    # As a form of another site would: any type, no preflight.
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        for path, value in (("/api/v1/contacts", {"email": "eve@evil.test"}),
                            ("/api/v1/tokens", {"name": "x",
                                                "role": "manager"})):
            answer = private.ask("POST", path, json.dumps(value), headers={
                **evil, "Content-Type": kind})
            assert answer.status == 401
            assert "access-control-allow-origin" not in answer.headers
        answer = private.ask("POST", "/console/sign-in", "name=x&password=y",
                             headers={**evil, "Content-Type": kind})
        assert answer.status == 403
    for path in ("/console/", "/console/contacts"):
        answer = private.get(path, headers=evil)
        assert answer.headers["location"].startswith("/console/sign-in")
    # What a page would change needs its stamp, which another site cannot read.
    leave = next(path for path in world.paths if path.startswith("/u/"))
    answer = public.post_form(leave, {"how": "preferences", "shown": "news"},
                              headers=evil)
    assert answer.status == 400
    world.daemon.do("contact", "set", "ann@far.test", "city=Rome")
    assert world.joined()
    assert world.daemon.api("GET", "/contacts/eve@evil.test").status == 404
    assert not world.daemon.api("GET", "/tokens").json()["items"]


def test_what_is_injected_stays_a_value(world):
    """SQL, header lines, log lines, paths: of forms and of the API."""
    daemon = world.daemon
    for i, text in enumerate((
            "'; DROP TABLE record; --", "x' OR '1'='1", "%27%20OR%201=1",
            "a\r\nBcc: eve@evil.test", "a\nlevel=error msg=forged",
            "../../etc/passwd", "${7*7}{{7*7}}", "a\u202eb", "=1+1")):
        daemon.public.post_form("/f/demo", {"email": f"i{i}@far.test",
                                            "name": text})
        places.wait_for(lambda: daemon.api(
            "GET", f"/contacts/i{i}@far.test").status == 200, 30, "the contact")
        fields = daemon.api("GET", f"/contacts/i{i}@far.test").json()["fields"]
        assert " ".join(fields["name"].split()) == " ".join(text.split())
        quoted = urllib.parse.quote(text, safe="")
        for path in (f"/contacts/{quoted}", f"/lists/{quoted}",
                     f"/contacts?where={quoted}", f"/contacts?sort={quoted}",
                     f"/contacts?columns={quoted}", f"/rules/{quoted}",
                     f"/scores/lead/top?by={quoted}", f"/audit?actor={quoted}"):
            assert daemon.api("GET", path).status in (200, 400, 404), path
    assert daemon.api("GET", "/contacts/i0@far.test").status == 200
    log = daemon.log.read_text()
    assert not re.search(r"^level=error msg=forged", log, re.M)
    # A file that is asked of the daemon is not one that it serves.
    for path in ("/../etc/passwd", "/t.js/../../etc/passwd",
                 "/f/..%2f..%2fetc%2fpasswd", "/console/static/..%2f..%2fx"):
        assert "root:" not in raw(daemon, path)
