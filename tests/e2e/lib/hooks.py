"""Somebody's CRM: keeps each webhook that comes in, and answers as told."""
import hashlib
import hmac
import http.server
import json
import threading


class Hooks:
    def __init__(self, answer=lambda n: 200):
        """answer: the status for the n-th request, from 1."""
        self.requests = []
        self.lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.lock:
                    status = answer(len(outer.requests) + 1)
                    outer.requests.append((self.path, dict(self.headers),
                                           body, status))
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "http://127.0.0.1:1/else")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def all(self):
        with self.lock:
            return list(self.requests)

    def taken(self):
        """Key -> body of those that were answered with 2xx."""
        return {headers["Idempotency-Key"]: json.loads(body)
                for _, headers, body, status in self.all()
                if 200 <= status < 300}


def is_signed(headers, body, secret):
    want = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(headers["X-Scoregate-Signature"],
                               "sha256=" + want)
