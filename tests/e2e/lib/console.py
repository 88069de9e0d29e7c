"""A person at the console without a script: a web client that keeps cookies
and sends the forms that pages have."""
import html
import re

from .web import Web

PASSWORD = "correct horse battery"
POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; img-src "
          "'self' data:; form-action 'self'; frame-ancestors 'none'; "
          "base-uri 'none'")


class Person:
    def __init__(self, daemon, name=None, password=PASSWORD, source=None):
        """source: an address of this machine to come from."""
        self.web = Web(f"127.0.0.1:{daemon.values['private']}")
        if source:
            plain = self.web.connection

            def connection():
                made = plain()
                made.source_address = (source, 0)
                return made
            self.web.connection = connection
        self.origin = f"http://{self.web.at}"
        self.headers = {}  # sent with each request
        self.cookies = {}
        if name:
            answer = self.sign_in(name, password)
            assert answer.status == 303, answer.text

    def _ask(self, method, path, body=None, headers=None):
        sent = self.headers | (headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in
                                       self.cookies.items())
        answer = self.web.ask(method, path, body, sent)
        cookie = answer.headers.get("set-cookie")
        if cookie:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return answer

    def get(self, path, **more):
        return self._ask("GET", "/console" + path, **more)

    def page(self, path):
        """The text of a page that must be there."""
        answer = self.get(path)
        assert answer.status == 200, (path, answer.status, answer.text)
        return answer.text

    def token(self, path="/password"):
        """The form token of a page."""
        found = re.search(r'name="form_token" value="([^"]*)"',
                          self.get(path).text)
        return found.group(1) if found else ""

    def post(self, path, fields, token=None, headers=None):
        """As the page's own form: with its token, from its origin."""
        pairs = [("form_token", self.token() if token is None else token)]
        pairs += fields.items() if isinstance(fields, dict) else fields
        own = {"Content-Type": "application/x-www-form-urlencoded",
               "Origin": self.origin}
        own.update(headers or {})
        from urllib.parse import urlencode
        return self._ask("POST", "/console" + path, urlencode(pairs),
                         {k: v for k, v in own.items() if v is not None})

    def upload(self, path, name, content, fields=None, token=None):
        """A form with a file in it, as browsers send it."""
        mark = "----a-line-that-stands-in-no-file"
        parts = [("form_token", self.token() if token is None else token),
                 *(fields or {}).items()]
        body = "".join(f'--{mark}\r\nContent-Disposition: form-data; name='
                       f'"{key}"\r\n\r\n{value}\r\n'
                       for key, value in parts).encode()
        body += (f'--{mark}\r\nContent-Disposition: form-data; name="file"; '
                 f'filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
                 ).encode() + content + f"\r\n--{mark}--\r\n".encode()
        return self._ask("POST", "/console" + path, body, {
            "Content-Type": f"multipart/form-data; boundary={mark}",
            "Origin": self.origin})

    def sign_in(self, name, password=PASSWORD, to="/console/", **more):
        return self.post("/sign-in", {"name": name, "password": password,
                                      "to": to},
                         token=self.token("/sign-in"), **more)


def links(text):
    """The console's own pages that this one leads to."""
    return {html.unescape(found) for found in
            re.findall(r'href="/console(/[^"#]*)"', text)
            if not found.startswith("/static/")}
