"""contrib/nginx/scoregate.conf in a real nginx: TLS, the reader's address, and
each repeated open, even through a cache."""
import http.client
import pathlib
import re
import shutil
import ssl
import subprocess
import tempfile

import pytest

from lib import certificates, places
from lib.console import PASSWORD, Person
from lib.processes import Process
from lib.scoregated import Scoregated
from lib.web import BROWSER, Web

WHO = "ann@far.test"
HOST = "track.example.test"
CONSOLE = "score.example.com"
MORE = """
plugin "form" { form "demo" { fields = { "email" } } }
"""
AROUND = """\
worker_processes 1;
daemon off;
pid {base}/nginx.pid;
error_log {base}/nginx.err;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {base}/b; proxy_temp_path {base}/p;
    fastcgi_temp_path {base}/f; uwsgi_temp_path {base}/u;
    scgi_temp_path {base}/s;
    access_log off;
    proxy_cache_path {base}/cache keys_zone=all:1m;
{conf}
    server {{
        listen 127.0.0.1:{cached};
        proxy_cache all;
        proxy_cache_valid any 10m;
        proxy_cache_key $request_uri;
        location / {{
            proxy_pass http://scoregate;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            add_header X-Cache $upstream_cache_status;
        }}
        # What a cache would do with answers that it may keep.
        location = /kept {{
            proxy_pass http://127.0.0.1:{cached}/plain;
            add_header X-Cache $upstream_cache_status;
        }}
        location = /plain {{ proxy_cache off; return 200 "plain"; }}
    }}
}}
"""


class Front:
    """A daemon, and nginx before it."""

    def __init__(self, base):
        self.base = base
        self.nginx = None
        certificates.make(base, "front")
        self.daemon = Scoregated(base / "scoregate", requests="3/1h", more=MORE,
                                 root_more="")
        text = self.daemon.conf.read_text().replace(
            "    requests =", '    trusted = { "127.0.0.1/32" }\n'
            "    requests =")
        self.daemon.write_conf(text)
        self.tls, self.cached = places.free_port(), places.free_port()
        self.file = base / "nginx.conf"
        self.file.write_text(AROUND.format(base=base, cached=self.cached,
                                           conf=self.shipped()))

    def shipped(self):
        """The file as it is, but for ports and names of this machine."""
        text = "".join((places.ROOT / "contrib/nginx" / name).read_text()
                       for name in ("scoregate.conf", "console.conf"))
        text = re.sub(r"\n *listen \[::\]:443.*", "", text)
        for old, new in (("listen 443", f"listen 127.0.0.1:{self.tls}"),
                         ("127.0.0.1:8025",
                          f"127.0.0.1:{self.daemon.values['public']}"),
                         ("127.0.0.1:8026",
                          f"127.0.0.1:{self.daemon.values['private']}"),
                         ("score.example.com/", "track.example.com/"),
                         ("track.example.com;", f"{HOST};"),
                         ("/etc/letsencrypt/live/track.example.com/"
                          "fullchain.pem", f"{self.base}/front.pem"),
                         ("/etc/letsencrypt/live/track.example.com/"
                          "privkey.pem", f"{self.base}/front.key")):
            assert old in text, old
            text = text.replace(old, new)
        return text

    def start(self):
        self.daemon.start().do("contact", "add", WHO)
        subprocess.run(["nginx", "-t", "-q", "-p", self.base, "-c", self.file],
                       check=True, timeout=60)
        self.nginx = Process(["nginx", "-p", self.base, "-c", self.file],
                             self.base / "nginx.log")
        places.wait_for(lambda: self.answers(), 30, "nginx")
        return self

    def answers(self):
        try:
            return self.ask("/healthz").status == 200
        except OSError:
            return False

    def ask(self, path, source="127.0.0.1", **headers):
        """Over TLS, from one of our many addresses."""
        context = ssl.create_default_context(cafile=self.base / "front.pem")
        context.check_hostname = False
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.tls, timeout=60, context=context,
            source_address=(source, 0))
        try:
            connection.request("GET", path, headers={
                "Host": HOST, "User-Agent": BROWSER, **headers})
            got = connection.getresponse()
            got.text = got.read()
            return got
        finally:
            connection.close()

    def path_of(self, kind, *payload):
        token = subprocess.run(
            [places.TOOLS / "make_token", self.daemon.base / "state/keys",
             kind, WHO, *payload], capture_output=True, text=True,
            check=True).stdout.strip()
        return {"open": f"/o/{token}.gif", "click": f"/c/{token}"}[kind]

    def stop(self):
        if self.nginx:
            self.nginx.stop(20)
        self.daemon.stop()


@pytest.fixture(scope="module")
def front():
    if not places.DAEMON.exists():
        pytest.skip(f"{places.DAEMON} is not built")
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed")
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-", dir="/tmp"))
    base.chmod(0o755)
    made = Front(base)
    try:
        yield made.start()
        made.stop()
    finally:
        for process in (made.nginx, made.daemon.process):
            if process:
                process.kill()
        shutil.rmtree(base, ignore_errors=True)


def test_only_the_public_paths_are_passed_on(front):
    assert front.ask("/f/demo").status == 200
    assert front.ask("/u/nonsense").status in (400, 404)
    for path in ("/api/v1/status", "/metrics", "/console/", "/"):
        assert front.ask(path).status == 404, path


def test_each_reader_has_his_own_limit_behind_the_proxy(front):
    for source in ("127.0.0.5", "127.0.0.6"):
        assert [front.ask("/f/demo", source).status for _ in range(4)] == [
            200, 200, 200, 429]
    # What the reader says of himself changes nothing.
    lie = {"X-Forwarded-For": "198.51.100.9", "Forwarded": "for=198.51.100.9"}
    assert front.ask("/f/demo", "127.0.0.5", **lie).status == 429


def test_a_repeated_open_reaches_us_through_a_cache(front):
    cached = Web(f"127.0.0.1:{front.cached}")
    pixel = front.path_of("open")
    click = front.path_of("click", "https://shop.test/")
    # The cache is one: the same answer, had it been allowed to keep it.
    kept = [cached.get("/kept").headers["x-cache"] for _ in range(2)]
    assert kept == ["MISS", "HIT"]
    for _ in range(3):
        for path in (pixel, click):
            got = cached.get(path)
            assert got.headers["x-cache"] == "MISS"
            for word in ("no-store", "no-cache", "private", "max-age=0"):
                assert word in got.headers["cache-control"]
            assert got.headers["pragma"] == "no-cache"
            assert got.headers["expires"] == "Thu, 01 Jan 1970 00:00:00 GMT"
    front.daemon.wait_for_signal(WHO, "email.opened", 3)
    front.daemon.wait_for_signal(WHO, "email.clicked", 3)
    assert front.ask(pixel, "127.0.0.7").status == 200
    front.daemon.wait_for_signal(WHO, "email.opened", 4)


def test_the_console_has_a_name_of_its_own_over_tls(front):
    front.daemon.do("user", "add", "ann", "--role", "operator",
                    text=PASSWORD + "\n")
    ann = Person(front.daemon)
    context = ssl.create_default_context(cafile=front.base / "front.pem")
    context.check_hostname = False
    ann.web.connection = lambda: http.client.HTTPSConnection(
        "127.0.0.1", front.tls, timeout=60, context=context,
        source_address=("127.0.0.8", 0))
    ann.headers = {"Host": CONSOLE}
    ann.origin = f"https://{CONSOLE}"
    assert ann.get("/").status == 303
    assert "Secure" in ann.sign_in("ann").headers["set-cookie"]
    assert ann.post(f"/contacts/{WHO}", {"do": "tag", "tag": "vip"},
                    headers={"Origin": f"https://{HOST}"}).status == 403
    assert ann.post(f"/contacts/{WHO}",
                    {"do": "tag", "tag": "vip"}).status == 303
    entry = front.daemon.api("GET", "/audit?action=contact.tag").json()
    assert (entry["items"][0]["actor"], entry["items"][0]["origin"]) == (
        "ann", "127.0.0.8")
    for path in ("/api/v1/status", "/metrics", "/healthz"):
        assert ann.web.get(path, headers=ann.headers).status == 404, path
