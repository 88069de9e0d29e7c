"""A web site of somebody's own: pages with a strict Content-Security-Policy
under as many names as a story wants (shop.test, blog.test: the browser brings
them here). One thread; it also notes what was asked of it."""
import http.server
import threading

# Calls may come before the script is there; the site's own file, since the
# policy lets no code stand in a page.
SITE_JS = """\
window.scoregate = window.scoregate || function () {
  (scoregate.q = scoregate.q || []).push(arguments);
};
"""


class Site:
    def __init__(self, tracker):
        """tracker: "http://127.0.0.1:PORT"."""
        self.tracker = tracker
        self.pages = {}
        self.policies = {}
        self.tag = f'<script async src="{tracker}/t.js"></script>'
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.split("?")[0]
                if path == "/site.js":
                    self.answer("text/javascript", SITE_JS)
                elif path.endswith(".pdf"):
                    self.answer("application/pdf", "%PDF-1.4")
                elif path in site.pages:
                    self.answer("text/html; charset=utf-8", site.pages[path])
                else:
                    self.send_error(404)

            def answer(self, kind, text):
                body = text.encode()
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", site.policies.get(
                    self.path.split("?")[0], site.policy()))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def policy(self):
        return ("default-src 'none'; "
                f"script-src 'self' {self.tracker}; "
                f"connect-src {self.tracker}; form-action {self.tracker}; "
                "img-src 'self' data:; base-uri 'none'; "
                "require-trusted-types-for 'script'")

    def nonced(self, path, nonce="k3J"):
        """A page whose scripts are known by a nonce alone."""
        self.page(path, tag=self.tag.replace("<script",
                                             f"<script nonce={nonce}"))
        self.policies[path] = self.policy().replace(
            f"script-src 'self' {self.tracker}",
            f"script-src 'nonce-{nonce}' 'strict-dynamic'")
        return self

    def origin(self, name="shop.test"):
        return f"http://{name}:{self.port}"

    def page(self, path, body="", tag=None):
        self.pages[path] = (
            "<!doctype html><html lang=en><meta charset=utf-8>"
            f"<title>Page {path}</title><link rel=icon href=data:,>"
            f"<script src=/site.js></script>{tag or self.tag}"
            f"<h1>Page {path}</h1>{body}</html>")
        return self

    def close(self):
        self.server.shutdown()
        self.server.server_close()
