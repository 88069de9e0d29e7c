"""What no client that means well sends, byte by byte, to the public listener:
to the quick lane (/o/) and to the other one (/f/, /u/), and through TLS. It is
refused and the connection closed, so that nothing behind it is ever taken for
a request; it leaves no signal; the daemon goes on."""
import contextlib
import pathlib
import re
import resource
import shutil
import socket
import ssl
import subprocess
import tempfile

import pytest

from lib import certificates, places
from lib.scoregated import CONF, Scoregated

WHO = "ann@far.test"
NEXT = b"GET /healthz HTTP/1.1\r\nHost: next\r\n\r\n"
FORM = (b"POST /f/demo HTTP/1.1\r\nHost: h\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n")
BODY = b"email=hostile%40far.test"
MORE = """
plugin "form" { form "demo" { fields = { "email", "note" } } }
"""

# What is asked for in the head is `@`: an open's path, and one of the slow
# lane. Each of these is refused with one of the codes, or closed upon (0).
HEADS = [
    ("no Host", b"GET @ HTTP/1.1\r\n\r\n", {400}),
    ("two Hosts", b"GET @ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", {400}),
    ("two Hosts alike", b"GET @ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
     {400}),
    ("bare LF after a field", b"GET @ HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
     {400}),
    ("bare LF after the request line", b"GET @ HTTP/1.1\nHost: a\r\n\r\n",
     {400}),
    ("bare LF everywhere", b"GET @ HTTP/1.1\nHost: a\n\n", {400}),
    ("bare CR in a value", b"GET @ HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n",
     {400}),
    ("NUL in a value", b"GET @ HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n",
     {0, 400}),
    ("NUL in a name", b"GET @ HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n",
     {0, 400}),
    ("NUL in the target", b"GET @\0x HTTP/1.1\r\nHost: a\r\n\r\n", {0, 400}),
    ("obs-fold", b"GET @ HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", {400}),
    ("obs-fold by a tab", b"GET @ HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n",
     {400}),
    ("obs-fold first", b"GET @ HTTP/1.1\r\n Host: a\r\n\r\n", {400}),
    ("blank before the colon", b"GET @ HTTP/1.1\r\nHost : a\r\n\r\n", {400}),
    ("no name", b"GET @ HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", {400}),
    ("no name first", b"GET @ HTTP/1.1\r\n: b\r\nHost: a\r\n\r\n", {400}),
    ("no colon", b"GET @ HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", {400}),
    ("a name with bytes", b"GET @ HTTP/1.1\r\nHost: a\r\nX\xff: b\r\n\r\n",
     {400}),
    ("TE and CL", b"GET @ HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    ("two CL", b"GET @ HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
     b"Content-Length: 5\r\n\r\n", {400}),
    ("two CL alike", b"GET @ HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
     b"Content-Length: 0\r\n\r\n", {400}),
    ("CL list", b"GET @ HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\n",
     {400}),
    ("CL negative", b"GET @ HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n"
     b"\r\n", {400}),
    ("CL plus", b"GET @ HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
     {400}),
    ("CL hex", b"GET @ HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx",
     {400}),
    ("CL past 64 bits", b"GET @ HTTP/1.1\r\nHost: a\r\n"
     b"Content-Length: 18446744073709551617\r\n\r\nx", {400, 413}),
    ("CL huge", b"POST @ HTTP/1.1\r\nHost: a\r\n"
     b"Content-Length: 99999999999\r\n\r\nx", {413}),
    ("TE identity", b"GET @ HTTP/1.1\r\nHost: a\r\n"
     b"Transfer-Encoding: identity\r\n\r\n", {400, 501}),
    ("TE list", b"GET @ HTTP/1.1\r\nHost: a\r\n"
     b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", {400, 501}),
    ("TE twice", b"GET @ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked"
     b"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    ("TE with a vertical tab", b"GET @ HTTP/1.1\r\nHost: a\r\n"
     b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", {400, 501}),
    ("TE in 1.0", b"POST @ HTTP/1.0\r\nHost: a\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    ("HTTP/0.9", b"GET @\r\n\r\n", {0, 400, 505}),
    ("HTTP/2.0 in text", b"GET @ HTTP/2.0\r\nHost: a\r\n\r\n", {400, 505}),
    ("HTTP/1.2", b"GET @ HTTP/1.2\r\nHost: a\r\n\r\n", {400, 505}),
    ("a version with more", b"GET @ HTTP/1.1x\r\nHost: a\r\n\r\n", {400, 505}),
    ("a version in small letters", b"GET @ http/1.1\r\nHost: a\r\n\r\n",
     {400, 505}),
    ("two blanks", b"GET  @ HTTP/1.1\r\nHost: a\r\n\r\n", {0, 400}),
    ("a blank in the target", b"GET @ x HTTP/1.1\r\nHost: a\r\n\r\n",
     {0, 400, 505}),
    ("a tab for a blank", b"GET\t@\tHTTP/1.1\r\nHost: a\r\n\r\n", {0, 400}),
    ("bytes in the target", b"GET @\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
     {400}),
    ("a small method", b"get @ HTTP/1.1\r\nHost: a\r\n\r\n", {400, 501}),
    ("CONNECT", b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", {400, 501}),
    ("TRACE", b"TRACE @ HTTP/1.1\r\nHost: a\r\n\r\n", {501}),
    ("PRI", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505, 501}),
    ("a target without a slash", b"GET x@ HTTP/1.1\r\nHost: a\r\n\r\n",
     {400}),
    ("absolute without a path", b"GET ftp://a@ HTTP/1.1\r\nHost: a\r\n\r\n",
     {400}),
    ("a head without end", b"GET @ HTTP/1.1\r\nHost: a\r\n"
     + b"X: " + b"y" * 70000 + b"\r\n\r\n", {0, 400, 413, 414, 431}),
    ("a target without end", b"GET @" + b"y" * 70000
     + b" HTTP/1.1\r\nHost: a\r\n\r\n", {0, 400, 413, 414, 431}),
    ("fields without end", b"GET @ HTTP/1.1\r\nHost: a\r\n"
     + b"".join(b"X%d: y\r\n" % i for i in range(9000)) + b"\r\n",
     {0, 400, 413, 414, 431}),
    ("a PROXY line that nobody trusts",
     b"PROXY TCP4 203.0.113.9 192.0.2.1 1 2\r\nGET @ HTTP/1.1\r\nHost: a"
     b"\r\n\r\n", {0, 400, 501, 505}),
    ("TLS on the plain port", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03"
     + b"\0" * 160 + b"\r\n\r\n", {0, 400}),
]

# Bodies of a form that must not be kept.
BODIES = [
    ("TE and CL, CL first", FORM + b"Content-Length: 4\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n18\r\n" + BODY + b"\r\n0\r\n\r\n",
     {400}),
    ("two CL", FORM + b"Content-Length: 24\r\nContent-Length: 0\r\n\r\n"
     + BODY, {400}),
    ("a chunk that is no number", FORM + b"Transfer-Encoding: chunked\r\n\r\n"
     b"zz\r\n" + BODY + b"\r\n0\r\n\r\n", {400, 411}),
    ("a negative chunk", FORM + b"Transfer-Encoding: chunked\r\n\r\n"
     b"-18\r\n" + BODY + b"\r\n0\r\n\r\n", {400, 411}),
    ("a chunk in 0x", FORM + b"Transfer-Encoding: chunked\r\n\r\n"
     b"0x18\r\n" + BODY + b"\r\n0\r\n\r\n", {400, 411}),
    ("a chunk with blanks", FORM + b"Transfer-Encoding: chunked\r\n\r\n"
     b" 18\r\n" + BODY + b"\r\n0\r\n\r\n", {400, 411}),
    ("a chunk past 64 bits", FORM + b"Transfer-Encoding: chunked\r\n\r\n"
     b"10000000000000018\r\n" + BODY + b"\r\n0\r\n\r\n", {400, 411}),
    ("a chunk without its end", FORM + b"Transfer-Encoding: chunked\r\n\r\n"
     b"18\r\n" + BODY + b"0\r\n\r\n", {400, 411}),
    ("a chunk size without end", FORM + b"Transfer-Encoding: chunked\r\n\r\n"
     + b"0" * 5000 + b"18\r\n" + BODY + b"\r\n0\r\n\r\n", {400, 411}),
    ("bare LF in the chunks", FORM + b"Transfer-Encoding: chunked\r\n\r\n"
     b"18\n" + BODY + b"\n0\n\n", {400, 411}),
    ("bare LF behind one chunk size", FORM
     + b"Transfer-Encoding: chunked\r\n\r\n18\n" + BODY + b"\r\n0\r\n\r\n",
     {400, 411}),
    ("bare CR behind a chunk size", FORM
     + b"Transfer-Encoding: chunked\r\n\r\n18\r" + BODY + b"\r\n0\r\n\r\n",
     {400, 411}),
    ("a chunk extension", FORM + b"Transfer-Encoding: chunked\r\n\r\n"
     b"18;a=b\r\n" + BODY + b"\r\n0\r\n\r\n", {400, 411}),
    ("a trailer", FORM + b"Transfer-Encoding: chunked\r\n\r\n"
     b"18\r\n" + BODY + b"\r\n0\r\nHost: b\r\n\r\n", {400, 411}),
    ("a body larger than all", FORM + b"Content-Length: 2000000\r\n\r\n"
     + b"note=" + b"x" * 1999995, {0, 413}),
]


# --- stories


class Wire:
    """A connection that says just the bytes it is given."""

    def __init__(self, connection):
        self.connection = connection
        self.connection.settimeout(60)

    def say(self, data):
        with contextlib.suppress(OSError):  # it may be closed by now
            self.connection.sendall(data)

    def hear(self):
        """All that comes until the other side closes."""
        heard = b""
        with contextlib.suppress(ConnectionResetError, ssl.SSLError):
            while piece := self.connection.recv(65536):
                heard += piece
        return heard


@pytest.fixture(scope="module")
def daemon():
    if not places.DAEMON.exists():
        pytest.skip(f"{places.DAEMON} is not built")
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-", dir="/tmp"))
    certificate, key = certificates.make(base, "own")
    made = Scoregated(base, more=MORE, conf=CONF.replace(
        '    private =', f"""    tls = "127.0.0.1:{{tls}}"
    certificate = "{certificate}"
    key = "{key}"
    idle = 1s
    private ="""), tls=places.free_port())
    try:
        made.start().do("contact", "add", WHO)
        yield made
        made.stop()
    finally:
        if made.process:
            made.process.kill()
        shutil.rmtree(base, ignore_errors=True)


def plain(daemon):
    return Wire(socket.create_connection(
        ("127.0.0.1", daemon.values["public"])))


def through_tls(daemon):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return Wire(context.wrap_socket(socket.create_connection(
        ("127.0.0.1", daemon.values["tls"]))))


def check(connect, daemon, name, sent, codes):
    """Refused, closed, and what came behind it was never read."""
    wire = connect(daemon)
    wire.say(sent + NEXT)
    heard = wire.hear()
    wire.connection.close()
    code = int(heard[9:12]) if heard.startswith(b"HTTP/1.1 ") else 0
    assert code in codes and b" 200 OK\r\n" not in heard, (
        name, sent[:200], heard[:600])


def open_of(daemon):
    token = subprocess.run(
        [places.TOOLS / "make_token", daemon.base / "state/keys", "open",
         WHO], capture_output=True, text=True, check=True).stdout
    return b"/o/" + token.strip().encode() + b".gif"


@pytest.mark.parametrize("connect", [plain, through_tls])
def test_a_head_that_is_not_beyond_doubt_is_refused(daemon, connect):
    for path in (open_of(daemon), b"/f/demo", b"/u/x", b"/healthz"):
        for name, sent, codes in HEADS:
            check(connect, daemon, f"{name} {path}", sent.replace(b"@", path),
                  codes)
    assert daemon.signals(WHO, "email.opened") == []


@pytest.mark.parametrize("connect", [plain, through_tls])
def test_a_body_whose_end_is_in_doubt_is_refused(daemon, connect):
    for name, sent, codes in BODIES:
        check(connect, daemon, name, sent, codes)
    assert daemon.signals("hostile@far.test") == []


@pytest.mark.parametrize("connect", [plain, through_tls])
def test_a_body_in_chunks_is_taken_in_one_form_only(daemon, connect):
    """As .NET's and other senders of webhooks do it; nothing behind it is a
    request."""
    head = (b"POST /f/demo HTTP/1.1\r\nHost: h\r\nContent-Type: "
            b"application/x-www-form-urlencoded\r\n"
            b"Transfer-Encoding: chunked\r\n")
    name = connect.__name__.encode()
    first, rest = b"email=", name + b"%d%%40far.test&note=" + b"x" * 150
    for n, expects in enumerate((b"", b"Expect: 100-continue\r\n")):
        second = rest % n
        body = b"%x\r\n%s\r\n%X\r\n%s\r\n0\r\n\r\n" % (
            len(first), first, len(second), second)
        wire = connect(daemon)
        wire.say(head + expects + b"\r\n")
        if expects:
            assert wire.connection.recv(4096) == \
                b"HTTP/1.1 100 Continue\r\n\r\n"
        for at in range(0, len(body), 40):
            wire.say(body[at:at + 40])
        wire.say(NEXT)
        heard = wire.hear()
        wire.connection.close()
        assert heard.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 303 ")), heard
        assert heard.count(b"HTTP/1.1 ") == 1
        assert b"\r\nConnection: close\r\n" in heard
        daemon.wait_for_signal(f"{name.decode()}{n}@far.test",
                               "form.submitted")
    for name, sent, _ in BODIES:
        if "chunk" in name:
            check(connect, daemon, name, sent, {400})
    check(connect, daemon, "too many chunks", head + b"\r\n"
          + b"8000\r\n" + b"x" * 32768 + b"\r\n" * 1
          + (b"8000\r\n" + b"x" * 32768 + b"\r\n") * 40, {413})


@pytest.mark.parametrize("connect", [plain, through_tls])
def test_what_is_too_much_is_refused_in_words_that_can_be_read(daemon,
                                                               connect):
    """By us, before libmicrohttpd says it in a page of its own, or takes a
    header without a name for none at all; to its end, whatever still comes."""
    refused = daemon.ask("status")["web"]["refused"]
    head = b"GET /f/demo HTTP/1.1\r\nHost: a\r\n"
    requests = [
        (400, head + b": b\r\n\r\n"),
        (414, b"GET /f/demo?" + b"y" * 300000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
        (431, head + b"X: " + b"y" * 300000 + b"\r\n\r\n"),
        (431, head + b"".join(b"X%d: y\r\n" % i for i in range(9000)) + b"\r\n"),
        (431, head + b"".join(b"X%d: y\r\n" % i for i in range(100)) + b"\r\n"),
    ]
    for code, sent in requests:
        wire = connect(daemon)
        wire.say(sent)
        heard = wire.hear()
        wire.connection.close()
        assert heard.startswith(b"HTTP/1.1 %d " % code), (code, heard[:300])
        assert b"\r\nContent-Type: text/plain; charset=utf-8\r\n" in heard
        assert b"\r\nConnection: close\r\n" in heard and b"<" not in heard
    assert daemon.ask("status")["web"]["refused"] >= refused + len(requests)


@pytest.mark.parametrize("connect", [plain, through_tls])
def test_a_head_that_is_long_but_not_too_long_is_answered(daemon, connect):
    for fields in (b"X: " + b"y" * 14000 + b"\r\n",
                   b"".join(b"X%d: %s\r\n" % (i, b"y" * 120)
                            for i in range(95))):
        wire = connect(daemon)
        wire.say(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                 + fields + b"\r\n")
        heard = wire.hear()
        wire.connection.close()
        assert heard.startswith(b"HTTP/1.1 200 "), heard[:300]


def test_the_absolute_form_is_read_as_the_standard_has_it(daemon):
    for connect in (plain, through_tls):
        wire = connect(daemon)
        wire.say(b"GET http://any.test/healthz HTTP/1.1\r\nHost: a\r\n"
                 b"Connection: close\r\n\r\n")
        assert wire.hear().startswith(b"HTTP/1.1 200 ")


def test_who_is_slow_is_let_go_and_holds_nobody_up(daemon):
    """A byte now and then, in the head, in the body, in a handshake."""
    slow = [plain(daemon) for _ in range(7)]
    sent = [b"G", b"GET /o/x HTTP/1.1\r\nHo", b"POST /f/demo HTTP/1.1\r\n",
            FORM + b"Content-Length: 24\r\n\r\nemail=", b"",
            FORM + b"Transfer-Encoding: chunked\r\n\r\n18\r\nemail=",
            b"\x16\x03\x01"]
    for wire, data in zip(slow, sent):
        wire.say(data)
    handshake = socket.create_connection(
        ("127.0.0.1", daemon.values["tls"]))
    handshake.sendall(b"\x16\x03\x01\x02")
    for _ in range(5):
        assert daemon.public.get("/healthz").status == 200
    for wire in [*slow, Wire(handshake)]:
        assert b" 200 " not in wire.hear()
        wire.connection.close()


def memory_of(daemon):
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])


def test_ten_thousand_idle_connections_cost_next_to_nothing(make_daemon):
    """Half a head each, so that they are really there; then one that asks."""
    n = 10000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < n + 2000:
        pytest.skip(f"no more than {hard} open files here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (n + 1500, hard))
    daemon = make_daemon(conf=CONF.replace(
        "    private =", "    connections = 11000\n    idle = 600s\n"
        "    connections_per_address = 0\n    private =")).start()
    held = []
    try:
        daemon.public.get(open_of(daemon).decode())
        before = memory_of(daemon)
        for _ in range(n):
            held.append(socket.create_connection(
                ("127.0.0.1", daemon.values["public"])))
            held[-1].sendall(b"GET /o/x HTTP/1.1\r\nHost")
        places.wait_for(lambda: daemon.ask("status")["web"]["connections"]
                        >= n, 60, "all connections")
        assert daemon.public.get("/healthz").status == 200
        held[n // 2].sendall(b": h\r\nConnection: close\r\n\r\n")
        assert Wire(held[n // 2]).hear().startswith(b"HTTP/1.1 200 ")
        if not places.is_instrumented():
            assert memory_of(daemon) - before < 20 * 1024
    finally:
        for connection in held:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_daemon_is_as_well_as_before(daemon):
    daemon.public.get(open_of(daemon).decode())
    daemon.wait_for_signal(WHO, "email.opened")
