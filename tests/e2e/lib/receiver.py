"""The far side: an SMTP server that keeps each mail, byte for byte as it came
over the wire, with its envelope."""
import base64
import email
import email.policy
import socketserver
import threading
import time
from dataclasses import dataclass, field

from . import places

EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES",
              "SIZE 104857600")


@dataclass
class Received:
    sender: str
    sender_arguments: str
    recipients: list
    data: bytes = b""
    secret: bool = False  # it came over TLS
    user: str = ""        # who had logged in
    at: float = field(default_factory=time.time)

    @property
    def recipient(self):
        return self.recipients[0]

    @property
    def body(self):
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def header(self):
        return self.data.partition(b"\r\n\r\n")[0] + b"\r\n"

    def message(self):
        return email.message_from_bytes(self.data, policy=email.policy.default)

    def part(self, content_type):
        """The decoded text of the first part of that type."""
        for part in self.message().walk():
            if part.get_content_type() == content_type:
                return part.get_content()
        return None


class _Session(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    timeout = 120

    def say(self, *lines):
        self.wfile.write("".join(line + "\r\n" for line in lines).encode())

    def setup(self):
        super().setup()
        receiver = self.server.receiver
        with receiver.change:
            receiver.n_sessions += 1
        self.secret, self.user = False, ""
        if receiver.tls_at_once:
            self.go_secret()

    def go_secret(self):
        self.connection = self.server.receiver.tls.wrap_socket(
            self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.secret = True

    def handle(self):
        try:
            self.converse()
        except OSError:
            pass  # they hung up, or do not like our certificate

    def converse(self):
        self.mail = None
        self.say("220 receiver.test ESMTP")
        while True:
            line = self.rfile.readline(65536)
            if not line:
                return
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            verb, _, rest = text.partition(" ")
            hang_up = self.server.receiver.hang_up
            if hang_up and hang_up(verb.upper()):
                return
            method = getattr(self, "do_" + verb.upper(), None)
            if not method:
                self.say("500 5.5.2 what?")
            elif method(rest) == "quit":
                return

    def do_EHLO(self, _rest):
        receiver = self.server.receiver
        offers = [e for e in EXTENSIONS if e not in receiver.withheld]
        if receiver.tls and not self.secret:
            offers.append("STARTTLS")
        if receiver.password:
            offers.append("AUTH PLAIN")
        self.say("250-receiver.test", *["250-" + e for e in offers[:-1]],
                 "250 " + offers[-1])

    def do_STARTTLS(self, _rest):
        self.say("220 2.0.0 go on")
        self.go_secret()

    def do_AUTH(self, rest):
        words = rest.split()
        if len(words) == 1:
            self.say("334 ")
            words.append(self.rfile.readline().decode().strip())
        name, password = base64.b64decode(words[1]).decode().split("\0")[1:]
        if (name, password) == self.server.receiver.password:
            self.user = name
            self.say("235 2.7.0 ok")
        else:
            self.say("535 5.7.8 no")

    def do_HELO(self, _rest):
        self.say("250 receiver.test")

    def do_NOOP(self, _rest):
        self.say("250 2.0.0 ok")

    def do_RSET(self, _rest):
        self.mail = None
        self.say("250 2.0.0 ok")

    def do_QUIT(self, _rest):
        self.say("221 2.0.0 bye")
        return "quit"

    def do_MAIL(self, rest):
        address, _, arguments = rest.partition(">")
        self.mail = Received(address.partition("<")[2], arguments.strip(), [],
                             secret=self.secret, user=self.user)
        self.say(self.server.receiver.sender_reply or "250 2.1.0 ok")

    def do_RCPT(self, rest):
        address = rest.partition("<")[2].partition(">")[0]
        self.server.receiver.hold(address)
        reply = self.server.receiver.reply_to(address)
        if reply:
            self.say(reply)
        elif not self.mail:
            self.say("503 5.5.1 MAIL first")
        else:
            self.mail.recipients.append(address)
            self.say("250 2.1.5 ok")

    def do_DATA(self, _rest):
        if not self.mail or not self.mail.recipients:
            self.say("554 5.5.1 no valid recipients")
            return None
        self.say("354 go on")
        data = []
        while True:
            line = self.rfile.readline()
            if not line:
                return "quit"
            if line == b".\r\n":
                break
            data.append(line[1:] if line.startswith(b".") else line)
        self.mail.data = b"".join(data)
        receiver = self.server.receiver
        reply = receiver.after_data(self.mail)
        self.mail = None
        # "." is the end of the data: kept, and cut off without an answer.
        if receiver.hang_up and receiver.hang_up("."):
            return "quit"
        self.say(reply)
        return None


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


class Receiver:
    def __init__(self, port=0):
        self.mails = []
        self.replies = {}      # address -> what RCPT hears
        self.held = {}         # address -> the event that its RCPT waits for
        self.end_held = None   # the event that the answer to DATA waits for
        self.n_held = 0        # so many wait
        self.data_reply = None  # what DATA hears instead of 250
        self.sender_reply = None  # what MAIL hears
        self.tls = None  # the SSLContext for STARTTLS; offered with it
        self.tls_at_once = False  # TLS from the first byte
        self.password = None  # (name, password) for AUTH
        self.n_sessions = 0
        self.withheld = ()  # of EXTENSIONS
        self.hang_up = None  # asked with each verb: cut it off here?
        self.change = threading.Condition()
        self._server = _Server(("127.0.0.1", port), _Session)
        self._server.receiver = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever,
                                        args=(0.05,), daemon=True)
        self._thread.start()

    def refuse(self, address, reply="550 5.1.1 No such user here"):
        self.replies[address] = reply

    def hold(self, address):
        self.wait_while(self.held.get(address))

    def wait_while(self, event):
        if event:
            with self.change:
                self.n_held += 1
            event.wait(100)
            with self.change:
                self.n_held -= 1

    def wait_until_held(self, n, limit_s=30):
        places.wait_for(lambda: self.n_held >= n, limit_s, f"{n} to wait")

    def reply_to(self, address):
        return self.replies.get(address)

    def after_data(self, mail):
        self.wait_while(self.end_held)
        if self.data_reply:
            return self.data_reply
        with self.change:
            self.mails.append(mail)
            number = len(self.mails)
            self.change.notify_all()
        return f"250 2.0.0 kept as {number}"

    def to(self, address):
        with self.change:
            return [m for m in self.mails if address in m.recipients]

    def wait_for(self, address, n=1, limit_s=30):
        """The mails to that address, once there are n."""
        places.wait_for(lambda: len(self.to(address)) >= n, limit_s,
                        f"mail {n} to {address}")
        return self.to(address)[:n] if n > 1 else self.to(address)[0]

    def wait_for_count(self, n, limit_s=30):
        places.wait_for(lambda: len(self.mails) >= n, limit_s, f"{n} mails")

    def clear(self):
        with self.change:
            self.mails.clear()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
