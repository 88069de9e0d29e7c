"""The milter with the real engine behind it, by an MTA that is played: many
messages on a connection, hung up and aborted at each stage, larger than every
bound, 256 connections at once, and stopped in the midst of it."""
import pathlib
import signal
import subprocess
import time

import pytest

from lib import newsletter, places
from lib.processes import Process

CLIENT = places.TOOLS / "milter_client"
HEAD = ["open", "connect mx.test 127.0.0.1", "mail <news@example.test>",
        "rcpt <ann@far.test>", "header From: News <news@example.test>",
        "header X-Scoregate-Campaign: spring", "header Message-ID: <{id}@x>",
        "header Content-Type: text/html", "eoh",
        r"body <a href='https://shop.example.test/'>x</a></body>\r\n", "eom"]


@pytest.fixture
def base(tmp_path):
    if not CLIENT.exists():
        pytest.skip(f"{CLIENT} is not built")
    return tmp_path


def play(daemon, base, lines):
    """What the milter said to each, as milter_client prints it."""
    dialogue = base / "a.dialogue"
    dialogue.write_text("\n".join(lines) + "\n")
    result = subprocess.run([CLIENT, "--print", daemon.milter, dialogue],
                            capture_output=True, text=True, timeout=120,
                            check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def message(name, **instead):
    """HEAD, with some lines replaced: by number, or left out (None)."""
    lines = [line.replace("{id}", name) for line in HEAD]
    for number, new in instead.items():
        lines[int(number[1:])] = new
    return [line for line in lines if line]


def bench(daemon, base, connections, messages):
    mail = base / "mail.eml"
    mail.write_bytes(newsletter.newsletter("ann@far.test")
                     .replace(b"\r\n", b"\n"))
    result = subprocess.run(
        [CLIENT, "--bench", daemon.milter, mail, "--connections",
         str(connections), "--messages", str(messages), "--sender",
         "<news@example.test>", "--recipient", "<ann@far.test>"],
        capture_output=True, text=True, timeout=300, check=True)
    return dict(word.split("=") for word in result.stdout.split())


def resident_kb(daemon):
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def assert_well(daemon, base, name):
    said = play(daemon, base, message(name) + ["quit"])
    assert "body " in said and "bounce+" in said, said


def test_a_thousand_messages_on_one_connection(daemon, base):
    said = bench(daemon, base, 1, 1000)
    assert said["changed"] == said["messages"] == "1000"
    assert said["failed_connections"] == "0"


def test_hung_up_and_aborted_at_each_stage(daemon, base):
    assert_well(daemon, base, "before")
    for end in ("drop", "abort"):
        for stage in range(1, len(HEAD)):
            said = message(f"{end}-{stage}")[:stage]
            rest = ["quit"] if end == "abort" else []
            play(daemon, base, said + [end] + rest)
            if end == "abort" and stage >= 2:
                # and the same connection goes on with another message
                again = message(f"again-{stage}")[2:]
                out = play(daemon, base, said + [end] + again + ["quit"])
                assert "/c/" in out or "body " in out, out
    assert_well(daemon, base, "after")
    # What never reached its end was never sent.
    n = 2 + len(range(2, len(HEAD)))
    sent = daemon.wait_for_signal("ann@far.test", "email.sent", n)
    assert len(sent) == n


def test_larger_than_every_bound_passes(make_daemon, base):
    daemon = make_daemon(mail="max_message = 1M").start()
    deep = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\\r\\n\\r\\n--b{n}\\r\\n"
        for n in range(60))
    parts = "--b\\r\\nContent-Type: text/html\\r\\n\\r\\n<p>x\\r\\n" * 1100
    links = "<a href='https://shop.example.test/'>x</a>\\r\\n" * 2100
    wide = "header Content-Type: multipart/mixed; boundary=b"
    # Past a bound of the headers nothing more of the mail is wanted.
    large = {
        "a body": message("a", _9="body-bytes 1100000"),
        "header fields": message("b")[:8] + [
            f"header X-{n}: x" for n in range(1001)] + ["eoh"],
        "header bytes": message("c")[:8] + [
            f"header X-{n}: " + "x" * 60000 for n in range(9)] + ["eoh"],
        "recipients": message("d")[:4] + [
            f"rcpt <r{n}@far.test>" for n in range(1001)] +
        message("d")[4:9],
        "depth": message("e", _7=wide, _9="body --b\\r\\n" + deep),
        "parts": message("f", _7=wide, _9="body " + parts[:60000]),
    }
    for what, lines in large.items():
        said = play(daemon, base, lines + ["quit"])
        assert "reject" not in said and "tempfail" not in said, (what, said)
        if what not in ("depth", "parts"):
            assert "/c/" not in said and "body " not in said, (what, said)
    said = play(daemon, base, message("g")[:9] + [
        "body " + links[:46000], "body " + links[46000:92000], "eom", "quit"])
    assert "reject" not in said and "tempfail" not in said
    assert_well(daemon, base, "after")


def test_many_connections_take_no_more_memory_each_time(daemon, base):
    def crowd():
        said = bench(daemon, base, 256, 4)
        assert said["messages"] == "1024", said
        assert said["failed_connections"] == "0"
        return resident_kb(daemon)
    if places.is_instrumented():
        crowd()  # a sanitizer keeps what was freed
        return
    sizes = [crowd() for _ in range(5)]
    # The first ones make threads, their arenas and the applier's cache.
    assert sizes[4] < sizes[1] + 8192, sizes


def test_it_stops_within_a_second_under_load(make_daemon, base):
    mail = base / "mail.eml"
    mail.write_bytes(newsletter.newsletter("ann@far.test")
                     .replace(b"\r\n", b"\n"))
    for _ in range(3):
        daemon = make_daemon().start()
        load = Process([CLIENT, "--bench", daemon.milter, mail,
                        "--connections", "64", "--messages", "1000000"],
                       base / "load.log")
        places.wait_for(
            lambda d=daemon: d.ask("status")["mail"]["instrumented"] > 50,
            30, "mail to flow")
        began = time.monotonic()
        daemon.process.signal(signal.SIGTERM)
        code = daemon.process.wait(20)
        took = time.monotonic() - began
        daemon.process = None
        load.kill()
        assert code == 0
        # A second on an idle machine; no more than thrice that on a busy one.
        assert took < (3 if not places.is_instrumented() else 20), took
