"""A small web client that hides nothing: no redirects followed, no cookies,
every header ours. Public URLs go to the daemon's own port."""
import http.client
import json
import socket
import urllib.parse
from dataclasses import dataclass

BROWSER = ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
           "Firefox/128.0")


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def path_of(url):
    parts = urllib.parse.urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")


class Web:
    """at: "host:port", or the path of a Unix socket. A new connection each
    time, as mail clients do."""

    def __init__(self, at, timeout=30):
        self.at = str(at)
        self.timeout = timeout

    def connection(self):
        if self.at.startswith("/"):
            return _UnixConnection(self.at, self.timeout)
        return http.client.HTTPConnection(self.at, timeout=self.timeout)

    def ask(self, method, url, body=None, headers=None, agent=BROWSER):
        connection = self.connection()
        sent = {"User-Agent": agent} if agent else {}
        sent.update(headers or {})
        try:
            connection.request(method, path_of(url), body=body, headers=sent)
            got = connection.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in
                                       got.getheaders()}, got.read())
        finally:
            connection.close()

    def get(self, url, **more):
        return self.ask("GET", url, **more)

    def post_form(self, url, fields, **more):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers.update(more.pop("headers", {}))
        return self.ask("POST", url, urllib.parse.urlencode(fields),
                        headers=headers, **more)

    def post_json(self, url, value, **more):
        headers = {"Content-Type": "application/json"}
        headers.update(more.pop("headers", {}))
        return self.ask("POST", url, json.dumps(value), headers=headers,
                        **more)
