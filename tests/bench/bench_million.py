"""One broadcast to a million recipients (PEOPLE=1000000) to smtp-sink: the
daemon's memory from the first mail to the last, ten times on the way. Not one
of the benchmarks that run by themselves: it takes minutes."""
import os
import pathlib
import shutil
import tempfile
import time

from bench_aid import cpu_s, row
from bench_milter import Sink
from lib import broadcasts
from lib.scoregated import Scoregated

PEOPLE, SHEET = int(os.environ.get("PEOPLE", "1000000")), 50000


def resident_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


def fill(daemon):
    daemon.do("list", "create", "news")
    sheet = daemon.base / "people.csv"
    began = time.monotonic()
    for first in range(0, PEOPLE, SHEET):
        with sheet.open("w", encoding="ascii") as file:
            file.write("email,lists\n")
            file.writelines(f"person{i}@far.test,news\n" for i in
                            range(first, min(first + SHEET, PEOPLE)))
        daemon.do("import", sheet)
    print(f"  {PEOPLE} contacts imported in {time.monotonic() - began:.0f} s",
          flush=True)


def watch(daemon, sink, pid):
    """MB at each tenth, until it is sent."""
    sizes, at = [], 1
    while "broadcast spring is sent" not in daemon.text():
        time.sleep(0.2)
        if sink.count() >= at:
            sizes.append(resident_mb(pid))
            print(f"  {sink.count():8} mails {sizes[-1]:7.0f} MB", flush=True)
            at += PEOPLE // 10
    return sizes + [resident_mb(pid)]


def run():
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-bench-", dir="/tmp"))
    base.chmod(0o755)
    sink = Sink(base)
    daemon = Scoregated(base / "daemon", smtp=sink.port)
    daemon.start()
    pid = daemon.process.popen.pid
    try:
        fill(daemon)
        broadcasts.create(daemon, daemon.base)
        before, cpu, began = resident_mb(pid), cpu_s(pid), time.monotonic()
        daemon.do("broadcast", "send", "spring")
        sizes = watch(daemon, sink, pid)
        seconds = time.monotonic() - began
        cpu = cpu_s(pid) - cpu
        assert f"broadcast spring is sent: mails={PEOPLE}" in daemon.text()
    finally:
        daemon.stop()
        sink.process.stop()
        shutil.rmtree(base, ignore_errors=True)
    return [row(f"memory, a broadcast to {PEOPLE}", "at its first tenth",
                f"{sizes[-1]:.0f} MB", f"{sizes[0]:.0f} MB",
                sizes[-1] / sizes[0], "-"),
            [f"  ({before:.0f} MB before), mails a second", "-",
             f"{PEOPLE / seconds:.0f}", "-", "-", "-"],
            ["  CPU of scoregated a mail", "-",
             f"{cpu / PEOPLE * 1e3:.2f} ms", "-", "-", "-"]]
