"""The public listener on addresses, sockets and with TLS; whose a request is
behind proxies; what one address may have; sockets that somebody else opened;
how it stops."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

import pytest

from lib import certificates, places
from lib.processes import Process
from lib.scoregated import CONF, Scoregated
from lib.web import BROWSER, Web

WHO = "ann@far.test"
HOST = "track.example.test"
MORE = """
plugin "form" { form "demo" { fields = { "email" } } }
"""
LISTENERS = """    public = "127.0.0.1:{public}, [::1]:{six}, {base}/public.sock"
    tls = "127.0.0.1:{tls}"
    certificate = {{ "{base}/one.pem", "{base}/two.pem" }}
    key = {{ "{base}/one.key", "{base}/two.key" }}
    trusted = {{ "127.0.0.1/32", "unix" }}
"""


def token_of(daemon, kind, *payload, who=WHO):
    return subprocess.run(
        [places.TOOLS / "make_token", daemon.base / "state/keys", kind, who,
         *payload], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def daemon():
    if not places.DAEMON.exists():
        pytest.skip(f"{places.DAEMON} is not built")
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-", dir="/tmp"))
    certificates.make(base, "one")
    certificates.make(base, "two", hosts=("other.example.test",))
    made = Scoregated(base, more=MORE, conf=CONF.replace(
        '    public = "127.0.0.1:{public}"\n', LISTENERS),
        tls=places.free_port(), six=places.free_port(), requests="5/1h")
    try:
        made.start().do("contact", "add", WHO)
        yield made
        made.stop()
    finally:
        if made.process:
            made.process.kill()
        shutil.rmtree(base, ignore_errors=True)


def asked_for(web, client, n, path="/f/demo"):
    """The statuses of n requests that a proxy brings for that client."""
    return [web.get(path, headers={"X-Forwarded-For": client}).status
            for _ in range(n)]


# --- whose a request is


def test_a_trusted_proxy_says_for_whom_it_asks(daemon):
    assert asked_for(daemon.public, "203.0.113.1", 6) == [200] * 5 + [429]
    assert asked_for(daemon.public, "203.0.113.2", 5) == [200] * 5
    refused = daemon.public.get("/f/demo", headers={
        "X-Forwarded-For": "203.0.113.1"})
    assert int(refused.headers["retry-after"]) > 600
    # What the client itself put there, before what the proxy wrote.
    assert asked_for(daemon.public, "6.6.6.6, 203.0.113.1", 1) == [429]
    # A /64 is one subscriber.
    assert asked_for(daemon.public, "2001:db8::1", 5) == [200] * 5
    assert asked_for(daemon.public, "2001:db8::ffff:2", 1) == [429]
    assert daemon.public.get("/healthz", headers={
        "X-Forwarded-For": "203.0.113.1"}).status == 200


def test_whom_nobody_trusts_speaks_for_himself(daemon):
    six = Web(f"[::1]:{daemon.values['six']}")
    assert [asked_for(six, f"203.0.113.{i}", 1) for i in range(20, 26)] == [
        [200]] * 5 + [[429]]


def test_a_unix_socket_and_tls_know_the_client_too(daemon):
    local = Web(daemon.base / "public.sock")
    assert asked_for(local, "203.0.113.30", 6) == [200] * 5 + [429]
    context = ssl.create_default_context(cafile=daemon.base / "one.pem")
    with tls_to(daemon, context) as connection:
        connection.sendall(b"GET /f/demo HTTP/1.1\r\nHost: h\r\nConnection: "
                           b"close\r\nX-Forwarded-For: 203.0.113.30\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 429 ")


def test_opens_past_the_limit_are_answered_and_leave_no_signal(daemon):
    pixel = f"/o/{token_of(daemon, 'open')}.gif"
    # Somebody else's: who clicks has opened, and that would count here.
    other = "click@far.test"
    daemon.do("contact", "add", other)
    click = token_of(daemon, "click", "https://shop.test/", who=other)
    context = ssl.create_default_context(cafile=daemon.base / "one.pem")
    for _ in range(8):
        got = daemon.public.get(pixel, headers={
            "X-Forwarded-For": "203.0.113.40"})
        assert got.status == 200 and got.body.startswith(b"GIF89a")
        got = daemon.public.get(f"/c/{click}", headers={
            "X-Forwarded-For": "203.0.113.40"})
        assert got.headers["location"] == "https://shop.test/"
    with tls_to(daemon, context) as connection:  # the other lane
        connection.sendall(f"GET {pixel} HTTP/1.1\r\nHost: h\r\nConnection: "
                           "close\r\nUser-Agent: {BROWSER}\r\n"
                           "X-Forwarded-For: 203.0.113.40\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
    # The same link for another reader's address counts by itself.
    daemon.public.get(pixel, headers={"X-Forwarded-For": "203.0.113.41"})
    daemon.wait_for_signal(WHO, "email.opened", 6)
    daemon.wait_for_signal(other, "email.clicked", 5)
    assert len(daemon.signals(WHO, "email.opened")) == 6
    assert len(daemon.signals(other, "email.clicked")) == 5
    assert daemon.ask("status")["web"]["limited"] >= 7


def test_a_proxy_header_comes_first_where_it_is_wanted(make_daemon):
    daemon = make_daemon(more=MORE, conf=CONF.replace(
        "    private =", '    trusted = "127.0.0.2/32"\n'
        "    proxy_protocol = yes\n    private ="), requests="2/1h").start()
    ask = (b"GET /f/demo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    v2 = (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + socket.inet_aton(
        "203.0.113.50") + socket.inet_aton("192.0.2.1") + b"\0\1\0\2")

    def heard(first, source="127.0.0.2"):
        with socket.create_connection(
                ("127.0.0.1", daemon.values["public"]), timeout=60,
                source_address=(source, 0)) as connection:
            try:
                for piece in first:
                    connection.sendall(piece)
                got = connection.makefile("rb").read()
            except (ConnectionResetError, BrokenPipeError):
                return 0
            return int(got[9:12]) if got else 0

    line = b"PROXY TCP4 203.0.113.50 192.0.2.1 1 2\r\n"
    assert heard([line + ask]) == 200
    assert heard([line[:9], line[9:], ask[:20], ask[20:]]) == 200
    assert heard([v2, ask]) == 429
    assert heard([b"PROXY UNKNOWN\r\n" + ask]) == 200  # the proxy's own
    assert heard([ask]) == 0  # it must be there
    assert heard([line + ask], "127.0.0.3") == 400  # and from nobody else
    assert daemon.ask("status")["web"]["refused"] >= 1


def test_a_proxy_header_comes_before_tls_too(make_daemon):
    """As HAProxy or nginx's stream send it: in the clear, then the client's
    own handshake. Limits go by the client's address, of opens too."""
    daemon = make_daemon(more=MORE, conf=CONF.replace(
        "    private =", """    tls = "127.0.0.1:{tls}"
    certificate = "{base}/one.pem"
    key = "{base}/one.key"
    trusted = "127.0.0.2/32"
    proxy_protocol = yes
    private ="""), tls=places.free_port(), requests="2/1h")
    certificates.make(daemon.base, "one")
    daemon.start().do("contact", "add", WHO)
    context = ssl.create_default_context(cafile=daemon.base / "one.pem")
    pixel = f"/o/{token_of(daemon, 'open')}.gif"

    def heard(first, path, source="127.0.0.2"):
        with socket.create_connection(
                ("127.0.0.1", daemon.values["tls"]), timeout=60,
                source_address=(source, 0)) as plain:
            try:
                for piece in first:
                    plain.sendall(piece)
                with context.wrap_socket(plain,
                                         server_hostname=HOST) as secret:
                    secret.sendall(
                        f"GET {path} HTTP/1.1\r\nHost: h\r\nUser-Agent: "
                        f"{BROWSER}\r\nConnection: close\r\n\r\n".encode())
                    return int(secret.makefile("rb").read()[9:12])
            except (ssl.SSLError, ConnectionResetError, BrokenPipeError,
                    socket.timeout):
                return 0

    line = b"PROXY TCP4 203.0.113.60 192.0.2.1 1 2\r\n"
    assert heard([line], "/f/demo") == 200
    assert heard([line[:9], line[9:]], "/f/demo") == 200
    assert heard([line], "/f/demo") == 429
    assert heard([line.replace(b".60", b".61")], "/f/demo") == 200
    assert heard([], "/f/demo") == 0  # it must be there
    assert heard([line], "/f/demo", "127.0.0.3") == 0  # from nobody else
    assert heard([], "/f/demo", "127.0.0.3") == 200
    # The same link of two clients: two each of them are kept.
    for client in (b".62", b".63"):
        for _ in range(3):
            assert heard([line.replace(b".60", client)], pixel) == 200
    daemon.wait_for_signal(WHO, "email.opened", 4)
    assert len(daemon.signals(WHO, "email.opened")) == 4


def test_one_address_keeps_so_many_connections_and_is_still_answered(
        make_daemon):
    daemon = make_daemon(conf=CONF.replace(
        "    private =", "    connections_per_address = 4\n    idle = 600s\n"
        "    private =")).start()
    pixel = f"GET /o/{token_of(daemon, 'open')}.gif HTTP/1.1\r\nHost: h\r\n\r\n"
    held = [socket.create_connection(("127.0.0.1", daemon.values["public"]),
                                     timeout=60) for _ in range(4)]
    for connection in held:
        connection.sendall(pixel.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    with socket.create_connection(("127.0.0.1", daemon.values["public"]),
                                  timeout=60) as fifth:
        fifth.sendall(pixel.encode())
        got = fifth.makefile("rb").read()  # to its end: it is closed
        assert got.startswith(b"HTTP/1.1 200 ") and b"close" in got
    with socket.create_connection(("127.0.0.1", daemon.values["public"]),
                                  timeout=60) as idle:
        idle.sendall(b"GET /f/")
        with contextlib.suppress(ConnectionResetError):
            assert idle.recv(10) == b""
    assert daemon.ask("status")["web"]["crowded"] >= 1
    for connection in held:
        connection.close()


# --- TLS


def tls_to(daemon, context, name=HOST):
    return context.wrap_socket(
        socket.create_connection(("127.0.0.1", daemon.values["tls"]),
                                 timeout=60), server_hostname=name)


def certificate_of(daemon, name=HOST):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with tls_to(daemon, context, name) as connection:
        return ssl.DER_cert_to_PEM_cert(connection.getpeercert(True))


def same(pem, path):
    return "".join(pem.split()) == "".join(path.read_text().split())


def test_new_certificates_are_taken_by_a_reload(daemon):
    one, two = daemon.base / "one.pem", daemon.base / "two.pem"
    assert same(certificate_of(daemon), one)
    assert same(certificate_of(daemon, "other.example.test"), two)
    assert same(certificate_of(daemon, "unknown.example.test"), one)
    before = one.read_text()
    certificates.make(daemon.base, "one")
    assert not same(certificate_of(daemon), one)
    daemon.do("reload")
    assert same(certificate_of(daemon), one) and one.read_text() != before
    # What is wrong is said, and what was there stays.
    right = one.read_text()
    for wrong in ("", "nonsense\n", two.read_text()):
        one.write_text(wrong)
        assert "one.pem" in daemon.refused(4, "reload")
        assert "".join(certificate_of(daemon).split()) == "".join(
            right.split())
    one.write_text(right)
    (daemon.base / "one.key").chmod(0o644)
    assert "chmod" in daemon.refused(4, "reload")
    (daemon.base / "one.key").chmod(0o600)
    daemon.do("reload")
    assert daemon.check().returncode == 0


def test_no_tls_below_1_2(daemon):
    for version, code in (("-tls1_1", 1), ("-tls1_2", 0), ("-tls1_3", 0)):
        result = subprocess.run(
            ["openssl", "s_client", "-connect",
             f"127.0.0.1:{daemon.values['tls']}", version, "-cipher",
             "ALL:@SECLEVEL=0"], stdin=subprocess.DEVNULL,
            capture_output=True, timeout=60, check=False)
        assert result.returncode == code, (version, result.stdout[-500:])


# --- sockets that somebody else opened


def test_a_socket_that_was_handed_over_loses_nobody_in_a_restart(make_daemon):
    """As systemd does it: the socket outlives the daemon."""
    daemon = make_daemon(more=MORE)
    public = socket.create_server(("127.0.0.1", 0), backlog=64)
    at = Web(f"127.0.0.1:{public.getsockname()[1]}")
    local = socket.socket(socket.AF_UNIX)
    local.bind(str(daemon.socket))
    local.listen()
    words = " ".join(map(str, daemon.command()))

    def start():
        # 3 and 4, and the process id of who takes them.
        return Process(["bash", "-c", f"exec 3<&{public.fileno()} "
                        f"4<&{local.fileno()}; LISTEN_PID=$$ LISTEN_FDS=2 "
                        f"LISTEN_FDNAMES=public:socket exec {words}"],
                       daemon.log, pass_fds=(public.fileno(),
                                             local.fileno()))

    waiting = socket.create_connection(public.getsockname(), timeout=60)
    waiting.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
    daemon.process = start()
    try:
        assert waiting.recv(100).startswith(b"HTTP/1.1 200 ")
        assert daemon.ask("status")["healthy"]
        # While nobody is there, clients wait in the socket.
        assert daemon.process.stop(30) == 0
        waiting = socket.create_connection(public.getsockname(), timeout=60)
        waiting.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
        daemon.process = start()
        assert waiting.recv(100).startswith(b"HTTP/1.1 200 ")
        assert at.get("/f/demo").status == 200
        # The address that the configuration has is nobody's.
        with pytest.raises(OSError):
            daemon.public.get("/healthz")
        assert daemon.socket.exists()
    finally:
        waiting.close()
        public.close()
        local.close()


def test_systemd_starts_us_with_the_first_connection(make_daemon):
    activate = shutil.which("systemd-socket-activate")
    if not activate:
        pytest.skip("systemd-socket-activate is not installed")
    daemon = make_daemon(more=MORE)
    port = places.free_port()
    daemon.process = Process(
        [activate, "-l", f"127.0.0.1:{port}", "--fdname=public",
         *daemon.command()], daemon.log)
    web = Web(f"127.0.0.1:{port}")

    def answers():
        try:
            return web.get("/healthz").status == 200
        except OSError:
            return False
    places.wait_for(answers, 30, "scoregated behind systemd's socket")


def test_a_socket_with_a_strange_name_is_refused(make_daemon):
    daemon = make_daemon()
    with socket.create_server(("127.0.0.1", 0)) as public:
        result = subprocess.run(
            ["bash", "-c", f"exec 3<&{public.fileno()}; LISTEN_PID=$$ "
             "LISTEN_FDS=1 LISTEN_FDNAMES=http exec "
             + " ".join(map(str, daemon.command()))], check=False,
            pass_fds=(public.fileno(),), capture_output=True, text=True,
            timeout=60)
    assert result.returncode == 2
    assert "FileDescriptorName=public" in result.stderr


# --- the end


def test_a_request_under_way_is_answered_when_we_stop(make_daemon):
    daemon = make_daemon(more=MORE).start()
    with socket.create_connection(("127.0.0.1", daemon.values["public"]),
                                  timeout=60) as connection:
        connection.sendall(
            b"POST /f/demo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 20\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        daemon.process.popen.send_signal(signal.SIGTERM)

        def refuses():
            try:
                socket.create_connection(
                    ("127.0.0.1", daemon.values["public"])).close()
                return False
            except OSError:
                return True
        places.wait_for(refuses, 30, "the end of listening")
        connection.sendall(b"email=bob%40far.test")
        got = connection.makefile("rb").read()
        assert re.match(rb"HTTP/1\.1 [23]", got), got[:200]
    assert daemon.process.popen.wait(60) == 0
    daemon.process = None
    daemon.start()
    daemon.wait_for_signal("bob@far.test", "form.submitted")


# --- keys


def test_old_links_lead_on_after_a_rotation_and_die_with_their_key(
        make_daemon):
    daemon = make_daemon().start()
    old = f"/c/{token_of(daemon, 'click', 'https://shop.test/')}"
    assert daemon.ask("key", "rotate")["id"] == 2
    new = f"/c/{token_of(daemon, 'click', 'https://shop.test/')}"
    assert old[:6] != new[:6]
    for link in (old, new):
        assert daemon.public.get(link).status == 302
    assert (daemon.base / "state/keys").stat().st_mode & 0o777 == 0o600
    assert [key["current"] for key in daemon.ask("key", "list")["items"]] == [
        False, True]
    assert "rotate first" in daemon.refused(4, "key", "retire", 2, "--yes")
    assert "0 mails" in daemon.refused(2, "key", "retire", 1)
    assert daemon.public.get(old).status == 302
    assert "Retired" in daemon.do("key", "retire", 1, "--yes")
    assert daemon.public.get(old).status == 404
    assert daemon.public.get(new).status == 302
    log = daemon.api("GET", "/audit").json()["items"]
    assert ["key.retire", "key.rotate"] == [
        item["action"] for item in log if item["action"].startswith("key.")]
    # Nobody asks who it was: for who said no, and who is forgotten, too.
    daemon.do("contact", "add", WHO)
    daemon.do("contact", "consent", WHO, "clicks", "denied")
    assert daemon.public.get(new).headers["location"] == "https://shop.test/"
    daemon.do("contact", "forget", WHO, "--yes")
    assert daemon.public.get(new).headers["location"] == "https://shop.test/"
    # Another node's rotation comes as a file.
    keys = daemon.base / "state/keys"
    os.utime(keys)
    daemon.do("reload")
    daemon.stop()
    daemon.start()
    assert daemon.public.get(new).status == 302


def test_an_old_mail_s_links_lead_on_and_say_nothing_when_they_expire(
        make_daemon):
    daemon = make_daemon(more="tokens { expire = 1ms }\n"
                         'signals { names = { "order.paid" } }\n').start()
    daemon.do("contact", "add", WHO)
    click = f"/c/{token_of(daemon, 'click', 'https://shop.test/')}"
    pixel = f"/o/{token_of(daemon, 'open')}.gif"
    time.sleep(0.02)  # longer than that
    assert daemon.public.get(click).headers["location"] == "https://shop.test/"
    assert daemon.public.get(pixel).body.startswith(b"GIF89a")
    daemon.do("signal", "emit", "order.paid", "--contact", WHO)
    daemon.wait_for_signal(WHO, "order.paid")
    assert daemon.signals(WHO, "email.clicked") == []
    assert daemon.signals(WHO, "email.opened") == []
