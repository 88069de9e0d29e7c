"""A broadcast to many, to smtp-sink: what it takes does not grow with them."""
import os
import pathlib
import shutil

import pytest

from lib import broadcasts, places
from lib.processes import Process

FEW, MANY = 500, 10000
# What would be kept of MANY is far more than what is allowed.
TEMPLATE = broadcasts.TEMPLATE.replace(
    "</body>", "<p>And so it goes on, line by line.</p>\n" * 120 + "</body>")


@pytest.fixture
def sink(tmp_path):
    if not shutil.which("smtp-sink"):
        pytest.skip("smtp-sink is not installed (postfix)")
    port = places.free_port()
    other = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = Process(["smtp-sink", *other, f"127.0.0.1:{port}", "50"],
                      tmp_path / "sink.log")
    yield port
    process.stop()


def peak_kb(daemon):
    pid = daemon.process.popen.pid
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def send(daemon, name, condition, n):
    broadcasts.create(daemon, daemon.base, name, to=condition,
                      template=TEMPLATE)
    daemon.do("broadcast", "send", name)
    end = broadcasts.wait_for_state(daemon, "sent", name, 120)
    assert end["recipients"]["sent"] == n


def test_many_recipients_in_flat_memory(make_daemon, sink):
    daemon = make_daemon(smtp=sink, smtp_more="connections = 4\n").start()
    people = broadcasts.people(MANY)
    broadcasts.fill(daemon, daemon.base, people)
    sheet = daemon.base / "few.csv"
    sheet.write_text("email,lists\n" + "".join(
        f"{address},few\n" for address in people[:FEW]))
    daemon.do("list", "create", "few")
    daemon.do("import", sheet)
    send(daemon, "few", "list 'few'", FEW)
    before = peak_kb(daemon)
    send(daemon, "many", "list 'news'", MANY)
    if not places.is_instrumented():
        grown = peak_kb(daemon) - before
        assert grown < 24 << 10, f"{before} KB and {grown} KB more"
