"""A broadcast of a 30 KB personalised newsletter, 4 connections: to smtp-sink
and to the private Postfix, against smtp-source with 4 sessions; and to Postfix
against Python's smtplib in one session. Postfix twice: one that discards what
it took, where handing over alone is measured; and one that delivers, on the
same two cores, so that whoever hands over faster takes them from delivery: how
much smtp-source itself gains there over smtplib is a line of its own. Rounds in
turns, each with an empty queue. Of the broadcast the time from `send` to `sent` counts, choosing the
recipients, rendering, the journal (with fdatasync) and the states included;
how much of it any broadcast takes is a line of its own."""
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

SESSIONS = 4
# Rounds, mails.
TO_SINK, TO_POSTFIX = (5, 10000), (4, 1500)
DISCARD = {"default_transport": "discard:", "relay_transport": "discard:"}


def the_template():
    mail = the_mail().replace("\r\n", "\n").replace("{{template}}", "t")
    return mail.replace("Good morning, Ann!",
                        "Good morning, {{field.name | default: 'you'}}! "
                        "{{contactScore}} points.")


def send_broadcast(daemon, name, n, to="list 'news'"):
    """Seconds, and our CPU seconds."""
    broadcasts.create(daemon, daemon.base, name, to=to,
                      template=the_template())
    cpu, began = cpu_s(daemon.process.pid), time.monotonic()
    daemon.do("broadcast", "send", name)
    # The log, not the API: that counts all recipients each time.
    places.wait_for(lambda: f"broadcast {name} is sent" in daemon.text(), 120,
                    f"{name} to be sent")
    seconds = time.monotonic() - began
    sent = broadcasts.state(daemon, name)["recipients"]["sent"]
    assert sent == n, f"{sent} of {n} sent"
    return seconds, cpu_s(daemon.process.pid) - cpu


def send_source(port, file, n):
    """-N: another recipient each time, as ours has."""
    began = time.monotonic()
    subprocess.run(["smtp-source", "-d", "-N", "-F", file,
                    "-f", "news@example.com", "-t", "ann@example.com",
                    "-m", str(n), "-s", str(SESSIONS),
                    f"127.0.0.1:{port}"], check=True)
    return n / (time.monotonic() - began)


def send_smtplib(port, mail, n):
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for i in range(n):
            smtp.sendmail("news@example.com", [f"p{i}@example.com"],
                          mail.replace(b"ann@", b"p%d@" % i, 1))
    return n / (time.monotonic() - began)


def measure(base, port, size, peers, empty=lambda: None):
    """peers: functions; empty: waits until nothing of the last turn is left.
    Our mails a second, each peer's, our CPU ms a mail, seconds for one mail."""
    rounds, n = size
    daemon = Scoregated(base, smtp=port, smtp_more=f"connections = {SESSIONS}")
    daemon.start()
    ours, theirs, cpus, fixed = [], [[] for _ in peers], [], []
    try:
        broadcasts.fill(daemon, daemon.base, broadcasts.people(n))
        for i in range(rounds):
            empty()
            fixed.append(send_broadcast(daemon, f"one{i}", 1,
                                        "email = 'person0@far.test'")[0])
            empty()
            seconds, cpu = send_broadcast(daemon, f"round{i}", n)
            ours.append(n / seconds)
            cpus.append(cpu / n * 1e3)
            for rates, peer in zip(theirs, peers):
                empty()
                rates.append(peer())
    finally:
        daemon.stop()
    return ours, theirs, cpus, fixed


def result(work, peer, ours, theirs, least):
    ratio = median([a / b for a, b in zip(ours, theirs)])
    return row(work, peer, f"{median(ours):.0f} mails/s",
               f"{median(theirs):.0f} mails/s", ratio, least)


def to_postfix(base, mta, mail, file):
    """Our mails a second, smtp-source's, smtplib's."""
    n = TO_POSTFIX[1]
    mta.start()
    try:
        ours, (source, python), _, _ = measure(
            base, mta.direct, TO_POSTFIX,
            [lambda: send_source(mta.direct, file, n),
             lambda: send_smtplib(mta.direct, mail, n)],
            lambda: mta.wait_until_empty(120))
    finally:
        mta.stop()
    return ours, source, python


def run():
    why_not = postfix.missing()
    if why_not:
        print("  " + why_not)
        return []
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-bench-", dir="/tmp"))
    base.chmod(0o755)
    sink = Sink(base)
    file = base / "mail.eml"
    mail = the_mail().encode()
    # smtp-source reads lines and makes the CRLF itself.
    file.write_bytes(mail.replace(b"\r\n", b"\n"))
    try:
        rows = []
        ours, (source,), cpus, fixed = measure(
            base / "to-sink", sink.port, TO_SINK,
            [lambda: send_source(sink.port, file, TO_SINK[1])])
        rows.append(result("broadcast of 30 KB mails to smtp-sink",
                           "smtp-source, 4 sessions", ours, source, "0.55"))
        rows.append(["  CPU of scoregated a mail", "-",
                     f"{median(cpus):.2f} ms", "-", "-", "-"])
        rows.append(["  of that, what any broadcast takes", "-",
                     f"{median(fixed) * 1e3:.0f} ms", "-", "-", "-"])
        ours, source, python = to_postfix(
            base / "to-discard",
            postfix.Postfix(base / "discards", sink.port, "", DISCARD),
            mail, file)
        rows.append(result("broadcast of 30 KB mails to Postfix, discarded "
                           "there", "smtp-source, 4 sessions", ours, source,
                           "0.75"))
        rows.append(result("  the same", "Python smtplib, 1 session", ours,
                           python, "1.5"))
        ours, source, python = to_postfix(
            base / "to-postfix",
            postfix.Postfix(base / "delivers", sink.port, ""), mail, file)
        rows.append(result("  delivered by it meanwhile",
                           "smtp-source, 4 sessions", ours, source, "0.75"))
        rows.append(result("  the same", "Python smtplib, 1 session", ours,
                           python, "1.5"))
        rows.append(result("  the same, smtp-source in our place",
                           "Python smtplib, 1 session", source, python, "-"))
        return rows
    finally:
        sink.process.stop()
        shutil.rmtree(base, ignore_errors=True)
