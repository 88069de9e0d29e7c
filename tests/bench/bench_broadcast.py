"""A broadcast of a 30 KB personalised newsletter, 4 connections: to smtp-sink
and to the private Postfix, against smtp-source with 4 sessions; and to Postfix
against Python's smtplib in one session. Rounds in turns. Of the broadcast the
time from `send` to `sent` counts, choosing the recipients, rendering, the
journal (with fdatasync) and the states included."""
import pathlib
import shutil
import smtplib
import subprocess
import tempfile
import time

from bench_aid import cpu_s, median, row
from bench_milter import Sink, the_mail
from lib import broadcasts, places, postfix
from lib.scoregated import Scoregated

ROUNDS, MAILS, SESSIONS = 5, 1000, 4


def the_template():
    mail = the_mail().replace("\r\n", "\n").replace("{{template}}", "t")
    return mail.replace("Good morning, Ann!",
                        "Good morning, {{field.name | default: 'you'}}! "
                        "{{contactScore}} points.")


def send_broadcast(daemon, name, cpus):
    broadcasts.create(daemon, daemon.base, name, template=the_template())
    cpu, began = cpu_s(daemon.process.pid), time.monotonic()
    daemon.do("broadcast", "send", name)
    broadcasts.wait_for_state(daemon, "sent", name, 120)
    seconds = time.monotonic() - began
    cpus.append((cpu_s(daemon.process.pid) - cpu) / MAILS * 1e3)
    sent = broadcasts.state(daemon, name)["recipients"]["sent"]
    assert sent == MAILS, f"{sent} of {MAILS} sent"
    return MAILS / seconds


def send_source(port, file):
    began = time.monotonic()
    subprocess.run(["smtp-source", "-d", "-F", file, "-f", "news@example.com",
                    "-t", "ann@example.com", "-m", str(MAILS), "-s",
                    str(SESSIONS), f"127.0.0.1:{port}"], check=True)
    return MAILS / (time.monotonic() - began)


def send_smtplib(port, mail, n=MAILS // 4):
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for i in range(n):
            smtp.sendmail("news@example.com", [f"p{i}@example.com"],
                          mail.replace(b"ann@", b"p%d@" % i, 1))
    return n / (time.monotonic() - began)


def measure(base, port, peers):
    """peers: functions. Our mails a second, each peer's, our CPU ms a mail."""
    daemon = Scoregated(base, smtp=port, smtp_more=f"connections = {SESSIONS}")
    daemon.start()
    ours, theirs, cpus = [], [[] for _ in peers], []
    try:
        broadcasts.fill(daemon, daemon.base, broadcasts.people(MAILS))
        for n in range(ROUNDS):
            ours.append(send_broadcast(daemon, f"round{n}", cpus))
            for rates, peer in zip(theirs, peers):
                rates.append(peer())
    finally:
        daemon.stop()
    return ours, theirs, cpus


def result(work, peer, ours, theirs, least):
    ratio = median([a / b for a, b in zip(ours, theirs)])
    return row(work, peer, f"{median(ours):.0f} mails/s",
               f"{median(theirs):.0f} mails/s", ratio, least)


def run():
    why_not = postfix.missing()
    if why_not:
        print("  " + why_not)
        return []
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-bench-", dir="/tmp"))
    base.chmod(0o755)
    sink = Sink(base)
    mta = postfix.Postfix(base / "postfix", sink.port, "")
    file = base / "mail.eml"
    mail = the_mail().encode()
    # smtp-source reads lines and makes the CRLF itself.
    file.write_bytes(mail.replace(b"\r\n", b"\n"))
    try:
        rows = []
        ours, (source,), cpus = measure(
            base / "to-sink", sink.port,
            [lambda: send_source(sink.port, file)])
        rows.append(result("broadcast of 30 KB mails to smtp-sink",
                           "smtp-source, 4 sessions", ours, source, "0.55"))
        rows.append(["  CPU of scoregated a mail", "-",
                     f"{median(cpus):.2f} ms", "-", "-", "-"])
        mta.start()
        ours, (source, python), _ = measure(
            base / "to-postfix", mta.direct,
            [lambda: send_source(mta.direct, file),
             lambda: send_smtplib(mta.direct, mail)])
        rows.append(result("broadcast of 30 KB mails to Postfix",
                           "smtp-source, 4 sessions", ours, source, "0.75"))
        rows.append(result("  the same", "Python smtplib, 1 session", ours,
                           python, "1.5"))
        return rows
    finally:
        mta.stop()
        sink.process.stop()
        shutil.rmtree(base, ignore_errors=True)
