"""The classifier against a peer in the same run: flufl.bounce, Mailman's, on
the same messages in turns, from bytes to who bounced; and how many of those
labelled as bounces each finds. (sisimai, the other one worth a comparison, is
not packaged for Debian.) Without a labelled folder a made-up set takes its
place, of which the messages a second say something and the findings little."""
import csv
import json
import pathlib
import shutil
import subprocess
import tempfile
import time

from bench_aid import median, row
from lib import places

FOLDER = places.ROOT / ".." / "shared" / "corpora" / "bounces"
ROUNDS, MADE = 5, 300

MADE_UP = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx{n}.example.net>
To: news@example.com
Subject: Undelivered Mail Returned to Sender
Date: Fri, 20 Nov 2026 09:00:00 +0100
Message-ID: <{n}.bounce@mx{n}.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b{n}"

--b{n}
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

<user{n}@example.org>: host mail.example.org[192.0.2.1] said: {reply}

--b{n}
Content-Type: message/delivery-status

Reporting-MTA: dns; mx{n}.example.net

Final-Recipient: rfc822; user{n}@example.org
Action: failed
Status: {status}
Diagnostic-Code: smtp; {reply}

--b{n}
Content-Type: message/rfc822

From: news@example.com
To: user{n}@example.org
Subject: Spring offers
Message-ID: <{n}@example.com>

{text}
--b{n}--
"""

REPLIES = [("5.1.1", "550 5.1.1 No such user"),
           ("5.2.2", "552 5.2.2 Mailbox full"),
           ("5.7.1", "554 5.7.1 Message refused by policy")]


def make_up(folder):
    """Bounces as RFC 3464 has them."""
    found, folder = {}, folder / "raw" / "made"
    folder.mkdir(parents=True)
    for n in range(MADE):
        status, reply = REPLIES[n % len(REPLIES)]
        path = folder / f"{n:03}.eml"
        path.write_text(MADE_UP.format(n=n, status=status, reply=reply,
                                       text="So it goes on.\n" * 150))
        found[path] = {f"user{n}@example.org"}
    return found


def labelled(folder):
    """{file: addresses that bounced, or None for what is no bounce}."""
    found = {}
    with open(folder / "labels.tsv", newline="", encoding="utf-8") as lines:
        for label in csv.DictReader(lines, delimiter="\t",
                                    quoting=csv.QUOTE_NONE):
            addresses = set(label["recipients"].lower().split(";")) - {""}
            found[folder / label["file"]] = \
                addresses if label["kind"] == "bounce" else None
    return found


def theirs(texts):
    """CPU seconds over all, and what they find in each."""
    import email

    from flufl.bounce import all_failures
    found = {}
    began = time.process_time()
    for path, text in texts.items():
        try:
            soft, hard = all_failures(email.message_from_bytes(text))
        except Exception:  # it raises on some real mail: nothing found
            soft, hard = (), ()
        found[path] = {a if isinstance(a, str) else a.decode("latin-1")
                       for a in {*soft, *hard}}
    return time.process_time() - began, found


def our_rate(folder):
    """Messages a second of CPU time, as classify_bench has them."""
    said = subprocess.run([places.BUILD / "bench" / "classify_bench", folder],
                          capture_output=True, text=True, check=True).stdout
    return float(said.split("\t")[3].split()[0])


def ours(paths):
    """What the command finds in each."""
    said = subprocess.run([places.COMMAND, "mail", "classify", "--json",
                           *paths], capture_output=True, text=True,
                          check=True).stdout
    found = {}
    for line in said.splitlines():
        one = json.loads(line)
        found[pathlib.Path(one["file"])] = {
            r["address"] for r in one["recipients"]} \
            if one["kind"] == "bounce" else None
    return found


def tell(found, labels):
    """Of the labelled bounces: how many are taken for one, and of how many
    the addresses are right."""
    bounces = {p: want for p, want in labels.items() if want is not None}
    known = {p: want for p, want in bounces.items() if want}
    taken = sum(bool(found.get(p)) for p in known)
    right = sum({a.lower() for a in found.get(p) or ()} == want
                for p, want in known.items())
    return f"{100 * taken / len(known):.1f} %", \
        f"{100 * right / len(known):.1f} %"


def compare(folder, labels, what):
    texts = {path: path.read_bytes() for path in labels}
    spent, peer_spent = [], []
    for _ in range(ROUNDS):
        spent.append(our_rate(folder))
        seconds, peer_found = theirs(texts)
        peer_spent.append(len(texts) / seconds)
    found = ours(list(texts))
    rows = [row(f"classify {len(texts)} {what}", "flufl.bounce 4",
                f"{median(spent):.0f} /s", f"{median(peer_spent):.0f} /s",
                median([a / b for a, b in zip(spent, peer_spent)]), "10")]
    for name, mine, its in zip(("bounces found", "addresses right"),
                               tell(found, labels), tell(peer_found, labels)):
        rows.append([f"  {name}, of the labelled", "flufl.bounce 4", mine, its,
                     "-", "-"])
    return rows


def run():
    print("  sisimai is not packaged for Debian, so not compared here")
    try:
        import flufl.bounce  # noqa: F401
    except ImportError:
        print("  skipped: python3-flufl.bounce is not installed")
        return []
    if (FOLDER / "labels.tsv").exists():
        return compare(FOLDER, labelled(FOLDER), "real messages")
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-bench-", dir="/tmp"))
    try:
        return compare(base, make_up(base), "made-up bounces")
    finally:
        shutil.rmtree(base, ignore_errors=True)
