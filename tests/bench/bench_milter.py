"""A 35 KB newsletter through the same Postfix: without a milter, and with
ours, which rewrites it (40 links, pixel, VERP, headers). smtp-source sends,
smtp-sink counts; rounds in turns."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from bench_aid import cpu_s, median, row
from lib import places, postfix
from lib.newsletter import newsletter
from lib.processes import Process
from lib.scoregated import Scoregated

ROUNDS, MAILS, SESSIONS = 5, 300, 4


def the_mail():
    """About 35 KB and 40 links on the wire."""
    mail = newsletter("ann@example.com")
    text = mail if isinstance(mail, str) else bytes(mail).decode()
    filler = "".join(
        f'<p>Item {i}: <a href=3D"https://www.example.com/item/{i}?a=3D1">'
        f"read on</a> {'and so it goes on, line by line ' * 20}=\n</p>\n"
        for i in range(36))
    place = text.rindex("</body>")
    return text[:place] + filler + text[place:]


class Sink:
    def __init__(self, base):
        self.port = places.free_port()
        self.process = Process(["smtp-sink", "-u", "postfix", "-c",
                                f"127.0.0.1:{self.port}", "200"],
                               base / "sink.log")

    def count(self):
        numbers = re.findall(r"\d+", self.process.text()[-200:])
        return int(numbers[-1]) if numbers else 0


def one_round(port, file, sink):
    """Mails a second until the last one is at the next hop."""
    before = sink.count()
    began = time.monotonic()
    subprocess.run(["smtp-source", "-d", "-F", file, "-f", "news@example.com",
                    "-t", "ann@example.com", "-m", str(MAILS), "-s",
                    str(SESSIONS), f"127.0.0.1:{port}"], check=True)
    places.wait_for(lambda: sink.count() - before >= MAILS, 120,
                    f"{MAILS} mails at the sink")
    return MAILS / (time.monotonic() - began)


def run():
    why_not = postfix.missing()
    if why_not:
        print("  " + why_not)
        return []
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-bench-", dir="/tmp"))
    base.chmod(0o755)
    sink = Sink(base)
    daemon = Scoregated(base / "scoregate")
    mta = postfix.Postfix(base / "postfix", sink.port, daemon.milter)
    try:
        daemon.start()
        mta.start()
        file = base / "mail.eml"
        # smtp-source reads lines and makes the CRLF itself.
        file.write_bytes(the_mail().replace("\r\n", "\n").encode())
        ours, none, cpu = [], [], []
        for _ in range(ROUNDS):
            none.append(one_round(mta.direct, file, sink))
            before = cpu_s(daemon.process.pid)
            ours.append(one_round(mta.submission, file, sink))
            cpu.append((cpu_s(daemon.process.pid) - before) / MAILS * 1e3)
        ratio = median([a / b for a, b in zip(ours, none)])
        return [row("newsletter through Postfix, rewritten", "no milter",
                    f"{median(ours):.0f} mails/s", f"{median(none):.0f} mails/s",
                    ratio, "-"),
                ["  CPU of scoregated a mail", "-", f"{median(cpu):.2f} ms",
                 "-", "-", "-"]]
    finally:
        mta.stop()
        daemon.stop()
        sink.process.stop()
        shutil.rmtree(base, ignore_errors=True)
