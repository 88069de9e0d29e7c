"""The milter alone, by dialogues: an MTA played by tests/tools/milter_client,
a stub in the engine's place. What each dialogue shows is its file's name."""
import grp
import os
import pathlib
import re
import signal
import socket
import subprocess

import pytest

from lib import places
from lib.processes import Process

DIALOGUES = sorted((pathlib.Path(__file__).parent / "dialogues").iterdir())


@pytest.fixture
def stub(tmp_path):
    """Starts a stub; at the end it must stop in time, with nothing left."""
    started = []

    def start(*options, address=None):
        address = address or str(tmp_path / "milter.sock")
        process = Process([places.TOOLS / "milter_stub", address, "--trace",
                           *options], tmp_path / f"stub.{len(started)}.log")
        started.append(process)
        process.wait_for_text("ready\n", 10)
        process.address = address
        return process

    yield start
    for process in started:
        if process.is_running():
            assert process.stop(10) == 0, process.text()
            assert " left=0" in process.text(), process.text()
        assert "Sanitizer" not in process.text(), process.text()


def play(stub, dialogue):
    return subprocess.run([places.TOOLS / "milter_client", stub.address,
                           dialogue], capture_output=True, text=True,
                          timeout=30, check=False)


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda d: d.stem)
def test_dialogue(stub, dialogue):
    process = stub()
    result = play(process, dialogue)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("dialogue", [d for d in DIALOGUES if "unix" not in
                                      d.stem and "waits" not in d.stem],
                         ids=lambda d: d.stem)
def test_dialogue_over_tcp_where_everything_is_answered(stub, dialogue):
    process = stub(address=f"inet:{places.free_port()}@127.0.0.1")
    result = play(process, dialogue)
    assert result.returncode == 0, result.stderr


def test_over_tcp_no_reply_is_left_out_and_a_header_answered_at_once(stub, tmp_path):
    process = stub(address=f"inet:{places.free_port()}@127.0.0.1")
    script = tmp_path / "tcp.dialogue"
    script.write_text("open\n= steps no-helo no-unkn no-data skip\n"
                      "connect a 192.0.2.1\n= continue\n"
                      "mail <reject@b.test>\n"
                      "= reply 550 5.1.1 No such address here\n"
                      "mail <a@b.test>\n= continue\nrcpt <c@d.test>\n"
                      "header X-Answer: header tempfail\n"
                      "= reply 451 4.3.0 Not now\nquit\n")
    result = play(process, script)
    assert result.returncode == 0, result.stderr


def test_the_engine_hears_macros_folding_and_who_the_client_is(stub, tmp_path):
    process = stub()
    script = tmp_path / "x.dialogue"
    script.write_text(
        "open\nmacro C {daemon_name}=submission\nconnect mx.test 2001:db8::1\n"
        "macro M {auth_authen}=bob\nmail <a@b.test> SIZE=100\n"
        "rcpt <c@d.test>\nheader Subject: one\\n\\ttwo\neoh\n"
        "macro E i=4ABC\neom\n= continue\n"
        # The macro of the previous message is not this one's.
        "macro M {mail_addr}=x\nmail \"\"\nrcpt <c@d.test>\nabort\n"
        "quit\n")
    result = play(process, script)
    assert result.returncode == 0, result.stderr
    process.stop(10)
    assert process.text().split("counts")[0] == (
        "ready\ndaemon submission\nclient 2001:db8::1\nauth bob\n"
        "sender <a@b.test>\nrecipient <c@d.test>\nSubject one\n\ttwo\n"
        "end 4ABC\nlog 4ABC: seen body_bytes=0\n"
        "daemon submission\nclient 2001:db8::1\nauth (none)\nsender \n"
        "recipient <c@d.test>\n")


def test_a_client_that_leaves_the_brackets_out_is_still_a_client(stub, tmp_path):
    """Or mail from anywhere would pass for our own, links signed."""
    process = stub()
    script = tmp_path / "x.dialogue"
    script.write_text("open\nconnect evil.test 192.0.2.66\nmail a@b.test\n"
                      "rcpt <c@d.test>\nabort\nquit\n"
                      "open\nconnect localhost 127.0.0.1\nmail a@b.test\n"
                      "rcpt <c@d.test>\nabort\nquit\n")
    result = play(process, script)
    assert result.returncode == 0, result.stderr
    process.stop(10)
    clients = [line for line in process.text().splitlines()
               if line.startswith("client")]
    assert clients == ["client 192.0.2.66", "client (none)"]


def test_messages_are_counted(stub):
    process = stub()
    for dialogue in DIALOGUES:
        if dialogue.stem in ("answers_at_each_stage",
                             "a_sender_s_answer_waits_for_the_end_of_the_"
                             "headers"):
            play(process, dialogue)
    process.stop(10)
    counts = dict(re.findall(r"(\w+)=(\d+)", process.text().split("counts")[1]))
    assert counts["rejected"] == "2" and counts["tempfails"] == "4"
    assert counts["taken"] == "2" and counts["changed"] == "1"
    assert counts["trouble"] == "0"


def test_the_socket_has_the_mode_and_the_group_asked_for(stub, tmp_path):
    group = "daemon" if os.geteuid() == 0 else grp.getgrgid(os.getgid()).gr_name
    stub("--mode", "0620", "--group", group)
    found = os.stat(tmp_path / "milter.sock")
    assert found.st_mode & 0o7777 == 0o620
    assert grp.getgrgid(found.st_gid).gr_name == group


def test_a_stale_socket_is_replaced_and_a_live_one_is_not(stub, tmp_path):
    first = stub()
    second = subprocess.run([places.TOOLS / "milter_stub", first.address],
                            capture_output=True, text=True, timeout=10,
                            check=False)
    assert second.returncode == 2
    assert "another milter listens there" in second.stderr
    first.kill()
    assert os.path.exists(first.address), "left behind by kill -9"
    third = stub()
    assert third.stop(10) == 0
    assert not os.path.exists(third.address), "removed at the stop"


@pytest.mark.parametrize("address,words", [
    ("relative.sock", "the path must begin with '/'"),
    ("inet:nothing", "expected unix:/path or inet:port@host"),
    ("/" + "x" * 120, "a path has at most 107 bytes"),
    ("/nonexistent/milter.sock", "cannot listen there"),
    ("", "nothing given"),
])
def test_a_wrong_address_is_refused_with_a_sentence(address, words):
    result = subprocess.run([places.TOOLS / "milter_stub", address],
                            capture_output=True, text=True, timeout=10,
                            check=False)
    assert result.returncode == 2
    assert words in result.stderr


def test_a_file_that_is_no_socket_is_left_alone(tmp_path):
    path = tmp_path / "milter.sock"
    path.write_text("precious")
    result = subprocess.run([places.TOOLS / "milter_stub", path],
                            capture_output=True, text=True, timeout=10,
                            check=False)
    assert result.returncode == 2 and "no socket is there" in result.stderr
    assert path.read_text() == "precious"


def test_an_unknown_group_is_refused(tmp_path):
    result = subprocess.run([places.TOOLS / "milter_stub",
                             tmp_path / "milter.sock", "--group", "no-such"],
                            capture_output=True, text=True, timeout=10,
                            check=False)
    assert result.returncode == 2 and "no such group" in result.stderr


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT,
                                           signal.SIGHUP])
def test_a_signal_stops_it_in_good_order(stub, signal_number):
    process = stub()
    with socket.socket(socket.AF_UNIX) as idle:
        idle.connect(process.address)
        process.signal(signal_number)
        assert process.wait(10) == 0


def test_it_stops_under_load(stub, tmp_path):
    mail = tmp_path / "mail.eml"
    mail.write_text("Subject: x\nX-Body: 9000\nX-Edit: add X-A 0 b\n\n"
                    + ("x" * 70 + "\n") * 100)
    process = stub()
    load = Process([places.TOOLS / "milter_client", "--bench", process.address,
                    mail, "--connections", "16", "--messages", "1000000"],
                   tmp_path / "load.log")
    places.wait_for(lambda: process.text().count("log ") > 50, 10,
                    "some messages")
    assert process.stop(10) == 0
    load.kill()
