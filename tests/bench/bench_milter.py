"""A 35 KB newsletter through the same Postfix: without a milter, with one that
takes the body and changes nothing, with OpenDKIM signing, and with ours, which
rewrites it (40 links, pixel, VERP, headers). smtp-source sends, smtp-sink
counts; rounds in turns, all over Unix sockets. Then the milter alone: one
connection and many, its memory, and how long a stop takes under load."""
import pathlib
import quopri
import re
import shutil
import signal
import subprocess
import tempfile
import time

from bench_aid import cpu_s, median, row, threads_cpu_s
from lib import places, postfix
from lib.newsletter import newsletter
from lib.processes import Process
from lib.scoregated import Scoregated

ROUNDS, MAILS, SESSIONS = 9, 300, 4
STOPS, CROWD = 50, 256


def the_mail():
    """35 KB and 40 links on the wire, in the short lines of quoted-printable.
    Without a Message-ID, or each after the first would pass for a retry, of
    which no email.sent is kept."""
    mail = newsletter("ann@example.com", headers={"Message-ID": None})
    text = mail if isinstance(mail, str) else bytes(mail).decode()
    filler = "".join(
        f'<p>Item {i}: <a href="https://www.example.com/item/{i}?a=1">'
        f"read on</a> {'and so it goes on, line by line ' * 26}</p>\n"
        for i in range(36))
    place = text.rindex("</body>")
    return (text[:place] + quopri.encodestring(filler.encode()).decode() +
            text[place:])


class Sink:
    def __init__(self, base):
        self.port = places.free_port()
        self.process = Process(["smtp-sink", "-u", "postfix", "-c",
                                f"127.0.0.1:{self.port}", "200"],
                               base / "sink.log")

    def count(self):
        numbers = re.findall(r"\d+", self.process.text()[-200:])
        return int(numbers[-1]) if numbers else 0


def null_milter(base):
    """libmilter as it comes, asked for what we ask for, and nothing behind it."""
    process = Process([places.TOOLS / "milter_null", base / "null.sock",
                       "--mode", "0666"], base / "null.log")
    process.wait_for_text("ready\n", 10)
    return process


def opendkim(base):
    """Signs with RSA-2048; None when it is not installed."""
    if not shutil.which("opendkim"):
        return None
    subprocess.run(["openssl", "genrsa", "-out", base / "key.pem", "2048"],
                   check=True, capture_output=True)
    (base / "hosts").write_text("127.0.0.1\n0.0.0.0/0\n")
    (base / "dkim.conf").write_text(
        f"Syslog no\nBackground no\nUMask 000\nUserID root\nMode s\n"
        f"PidFile {base}/dkim.pid\nRequireSafeKeys no\nDomain example.test\n"
        f"Selector s\nKeyFile {base}/key.pem\nSocket local:{base}/dkim.sock\n"
        f"Canonicalization relaxed/relaxed\nInternalHosts file:{base}/hosts\n")
    process = Process(["opendkim", "-f", "-x", base / "dkim.conf"],
                      base / "dkim.log")
    places.wait_for((base / "dkim.sock").exists, 10, "opendkim")
    return process


def one_round(port, file, sink):
    """Mails a second until the last one is at the next hop. -N: another
    recipient each time, as a newsletter has: the same one a thousand times in
    a few seconds is what nobody sends."""
    before = sink.count()
    began = time.monotonic()
    subprocess.run(["smtp-source", "-d", "-N", "-F", file,
                    "-f", "news@example.com", "-t", "ann@example.com",
                    "-m", str(MAILS), "-s", str(SESSIONS),
                    f"127.0.0.1:{port}"], check=True)
    places.wait_for(lambda: sink.count() - before >= MAILS, 120,
                    f"{MAILS} mails at the sink")
    return MAILS / (time.monotonic() - began)


class Way:
    """One way through Postfix: its rate and its milter's CPU a mail; of ours
    also what applying email.sent takes, which others have not to do."""

    def __init__(self, port, process=None):
        self.port, self.process = port, process
        self.rates, self.cpu_ms, self.applying_ms = [], [], []

    def run(self, file, sink):
        pid = self.process.pid if self.process else None
        before = self.spent(pid)
        self.rates.append(one_round(self.port, file, sink))
        whole, applying = (b - a for a, b in zip(before, self.spent(pid)))
        self.cpu_ms.append(whole / MAILS * 1e3)
        self.applying_ms.append(applying / MAILS * 1e3)

    @staticmethod
    def spent(pid):
        return (cpu_s(pid), threads_cpu_s(pid, "applier")) if pid else (0, 0)


def compare(ours, theirs, peer, least):
    ratio = median([a / b for a, b in zip(ours.rates, theirs.rates)])
    return row("newsletter through Postfix, rewritten", peer,
               f"{median(ours.rates):.0f} mails/s",
               f"{median(theirs.rates):.0f} mails/s", ratio, least)


def cpu_row(work, ours_ms, theirs, most):
    ours_ms, theirs_ms = median(ours_ms), median(theirs.cpu_ms)
    return row(work, "OpenDKIM's, less is better", f"{ours_ms:.2f} ms",
               f"{theirs_ms:.2f} ms", ours_ms / theirs_ms, most)


def through_postfix(base, daemon):
    sink, null = Sink(base), null_milter(base)
    signer = opendkim(base)
    more = {"null": f"unix:{base}/null.sock"}
    if signer:
        more["dkim"] = f"unix:{base}/dkim.sock"
    mta = postfix.Postfix(base / "postfix", sink.port, daemon.milter, more=more)
    try:
        mta.start()
        file = base / "mail.eml"
        # smtp-source reads lines and makes the CRLF itself.
        file.write_bytes(the_mail().replace("\r\n", "\n").encode())
        ways = {"none": Way(mta.direct), "null": Way(mta.port_of["null"], null),
                "ours": Way(mta.submission, daemon.process)}
        if signer:
            ways["dkim"] = Way(mta.port_of["dkim"], signer)
        for _ in range(ROUNDS):
            for way in ways.values():
                way.run(file, sink)
        ours = ways["ours"]
        rows = [compare(ours, ways["none"], "no milter", "-"),
                compare(ours, ways["null"], "a milter that changes nothing",
                        "0.85")]
        if not signer:
            return rows + [["  against OpenDKIM", "-", "not installed", "-",
                            "-", "1.3"]]
        signing = ways["dkim"]
        return rows + [
            compare(ours, signing, "OpenDKIM signing, RSA-2048", "1.3"),
            cpu_row("milter CPU a rewritten mail, the spool's sync included",
                    [whole - applying for whole, applying in
                     zip(ours.cpu_ms, ours.applying_ms)], signing, "<= 0.25"),
            cpu_row("  all of scoregated, applying included", ours.cpu_ms,
                    signing, "-")]
    finally:
        mta.stop()
        for process in (sink.process, null, signer):
            if process:
                process.stop()


def play(daemon, file, connections, messages):
    """milter_client's words on it: {"per_second": …, "p99_ms": …}"""
    result = subprocess.run(
        [places.TOOLS / "milter_client", "--bench", daemon.milter, file,
         "--connections", str(connections), "--messages", str(messages),
         "--sender", "<news@example.com>", "--recipient", "<ann@example.com>"],
        capture_output=True, text=True, timeout=120, check=True)
    return dict(word.split("=") for word in result.stdout.split())


def resident_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


def alone(base, daemon):
    file = base / "mail.eml"
    file.write_bytes(the_mail().replace("\r\n", "\n").encode())
    rows = []
    for connections, messages in ((1, 2000), (4, 1000), (CROWD, 16)):
        before = cpu_s(daemon.process.pid)
        said = play(daemon, file, connections, messages)
        cpu = (cpu_s(daemon.process.pid) - before) / connections / messages
        rows.append([f"the milter alone, {connections} connections", "-",
                     f"{said['per_second']} mails/s, {cpu * 1e3:.2f} ms CPU",
                     "-", f"p99 {float(said['p99_ms']):.0f} ms", "-"])
    sizes = [resident_mb(daemon.process.pid)]
    for _ in range(3):
        play(daemon, file, CROWD, 8)
        sizes.append(resident_mb(daemon.process.pid))
    rows.append([f"memory after each {CROWD} connections", "-",
                 ", ".join(f"{s:.0f}" for s in sizes) + " MB", "-", "-",
                 "flat"])
    return rows


def stops(base):
    """SIGTERM in the midst of what 64 connections send."""
    file = base / "mail.eml"
    took = []
    for n in range(STOPS):
        daemon = Scoregated(base / f"stop{n}")
        daemon.start()
        load = Process([places.TOOLS / "milter_client", "--bench",
                        daemon.milter, file, "--connections", "64",
                        "--messages", "1000000"], base / "load.log")
        time.sleep(0.2)
        daemon.process.signal(signal.SIGTERM)
        began = time.monotonic()
        code = daemon.process.wait(30)
        took.append(time.monotonic() - began if code == 0 else 99)
        load.kill()
        shutil.rmtree(daemon.base, ignore_errors=True)
    good = sum(t <= 1 for t in took)
    return [[f"stop under load, {STOPS} times", "-",
             f"median {median(took):.2f} s, most {max(took):.2f} s", "-",
             f"{good} of {STOPS}", "all <= 1 s"]]


def run():
    why_not = postfix.missing()
    if why_not:
        print("  " + why_not)
        return []
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-bench-", dir="/tmp"))
    base.chmod(0o755)
    daemon = Scoregated(base / "scoregate")
    try:
        daemon.start()
        rows = through_postfix(base, daemon)
        rows += alone(base, daemon)
        daemon.stop()
        return rows + stops(base)
    finally:
        daemon.stop()
        shutil.rmtree(base, ignore_errors=True)
