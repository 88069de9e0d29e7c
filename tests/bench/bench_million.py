"""One broadcast to a million recipients (PEOPLE=1000000): the daemon's memory
from the first mail to the last, ten times on the way; nobody missing, nobody
twice; and how long a glance at it takes, while it is sent and after. Not one of
the benchmarks that run by themselves: it takes minutes."""
import os
import pathlib
import shutil
import tempfile
import time

from bench_aid import cpu_s, median, row
from lib import broadcasts, places
from lib.processes import Process
from lib.scoregated import Scoregated

PEOPLE, SHEET = int(os.environ.get("PEOPLE", "1000000")), 50000


class Log:
    """tests/tools/mail_log: an SMTP server that keeps who got a mail."""
    LINE = 48

    def __init__(self, base):
        self.port, self.path = places.free_port(), base / "got"
        self.path.touch()
        self.process = Process([places.TOOLS / "mail_log", self.port,
                                self.path], base / "sink.log")

    def count(self):
        return self.path.stat().st_size // self.LINE

    def numbers(self):
        """Of person123@far.test, 123."""
        with self.path.open("rb") as file:
            return [int(line[6:line.index(b"@")]) for line in file]


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


def glance_ms(daemon, what=""):
    began = time.monotonic()
    answer = daemon.api("GET", f"/broadcasts/spring{what}")
    assert answer.status == 200, answer.text
    return (time.monotonic() - began) * 1e3


def watch(daemon, sink, pid):
    """MB at each tenth, until it is sent, and ms of glances."""
    sizes, glances, at = [], [], 1
    while "broadcast spring is sent" not in daemon.text():
        time.sleep(0.2)
        if sink.count() >= at:
            sizes.append(resident_mb(pid))
            glances.append(glance_ms(daemon))
            print(f"  {sink.count():8} mails {sizes[-1]:7.0f} MB"
                  f" {glances[-1]:6.1f} ms a glance", flush=True)
            at += PEOPLE // 10
    return sizes + [resident_mb(pid)], glances


def assert_each_once(daemon, sink):
    got = sink.numbers()
    assert len(got) == PEOPLE, f"{len(got)} mails for {PEOPLE}"
    assert len(set(got)) == PEOPLE, "somebody got it twice"
    found = broadcasts.state(daemon)["recipients"]
    assert found["sent"] == found["total"] == PEOPLE, found


def wait_until_counted(daemon):
    places.wait_for(lambda: broadcasts.state(daemon)["results"].get(
        "broadcast.sent") == PEOPLE, 600, "its results to be counted")


def run():
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-bench-", dir="/tmp"))
    base.chmod(0o755)
    sink = Log(base)
    daemon = Scoregated(base / "daemon", smtp=sink.port)
    daemon.start()
    pid = daemon.process.popen.pid
    try:
        fill(daemon)
        broadcasts.create(daemon, daemon.base)
        before, cpu, began = resident_mb(pid), cpu_s(pid), time.monotonic()
        daemon.do("broadcast", "send", "spring")
        chosen = time.monotonic() - began
        sizes, during = watch(daemon, sink, pid)
        seconds = time.monotonic() - began
        cpu = cpu_s(pid) - cpu
        assert_each_once(daemon, sink)
        print("  nobody missing, nobody twice", flush=True)
        after = [glance_ms(daemon) for _ in range(9)]
        wait_until_counted(daemon)
        counted = time.monotonic() - began - seconds
        known = [glance_ms(daemon) for _ in range(9)]
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
             f"{cpu / PEOPLE * 1e3:.2f} ms", "-", "-", "-"],
            ["  its recipients chosen and stored", "-", f"{chosen:.1f} s",
             "-", "-", "-"],
            ["  a glance at it while it is sent; when it is", "-",
             f"{median(during):.1f} ms; {median(after):.1f} ms", "-", "-",
             "50 ms"],
            ["  when it is counted, which took", "-",
             f"{median(known):.1f} ms; {counted:.0f} s", "-", "-", "50 ms"]]
