"""scoregate import: lines a second of a CSV with four columns, against what a
script would do: sqlite3's own .import into a table of text and, from there,
look-up and insert row by row; each row a transaction that is on the disk, as
the peers have it, or all in one that is lost whole when it breaks off."""
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time

from bench_aid import median, row
from lib.scoregated import Scoregated

LINES = 40000
ROUNDS = 3
NAIVE = 1500  # rows of the slow peer

SCHEMA = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
CREATE TABLE contact (id INTEGER PRIMARY KEY, email TEXT UNIQUE, created TEXT);
CREATE TABLE field (contact INTEGER, name TEXT, value TEXT,
                    PRIMARY KEY (contact, name));
CREATE TABLE points (id INTEGER PRIMARY KEY, contact INTEGER, delta REAL,
                     at TEXT, why TEXT);
CREATE INDEX points_by_contact ON points (contact);
"""


def write(path, n, start):
    with open(path, "w", encoding="utf-8") as out:
        out.write("email,first_name,city,score:lead\n")
        for i in range(start, start + n):
            out.write(f"person{i}@example{i % 97}.test,Name{i},"
                      f"City {i % 500},{i % 40}\n")


def ours(daemon, path):
    began = time.monotonic()
    daemon.do("import", path)
    return LINES / (time.monotonic() - began)


def take(db, line):
    email, name, city, points = line
    found = db.execute("SELECT id FROM contact WHERE email = ?",
                       (email,)).fetchone()
    contact = found[0] if found else db.execute(
        "INSERT INTO contact (email, created) VALUES (?, 'now')",
        (email,)).lastrowid
    for field, value in (("first_name", name), ("city", city)):
        db.execute("INSERT INTO field VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
                   " SET value = excluded.value", (contact, field, value))
    db.execute("INSERT INTO points (contact, delta, at, why)"
               " VALUES (?, ?, 'now', 'import')", (contact, points))


def theirs(base, path, n, each):
    """.import, then row by row; each: a transaction a row."""
    file = base / f"peer-{time.monotonic_ns()}.db"
    db = sqlite3.connect(file, isolation_level=None)
    db.executescript(SCHEMA)
    began = time.monotonic()
    subprocess.run(["sqlite3", str(file), ".mode csv",
                    f".import {path} sheet"], check=True)
    loaded = (time.monotonic() - began) * n / LINES
    rows = db.execute("SELECT * FROM sheet LIMIT ?", (n,)).fetchall()
    began = time.monotonic()
    if not each:
        db.execute("BEGIN")
    for line in rows:
        if each:
            db.execute("BEGIN")
        take(db, line)
        if each:
            db.execute("COMMIT")
    if not each:
        db.execute("COMMIT")
    rate = n / (time.monotonic() - began + loaded)
    db.close()
    return rate


def run():
    if not shutil.which("sqlite3"):
        print("  sqlite3 is not installed")
        return []
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-bench-", dir="/tmp"))
    daemon = Scoregated(base / "ours").start()
    mine, each, whole = [], [], []
    try:
        for n in range(ROUNDS):
            path = base / f"people{n}.csv"
            write(path, LINES, n * LINES)
            mine.append(ours(daemon, path))
            each.append(theirs(base, path, NAIVE, True))
            whole.append(theirs(base, path, LINES, False))
    finally:
        daemon.stop()
        shutil.rmtree(base, ignore_errors=True)

    def result(work, peer, rates):
        ratio = median([a / b for a, b in zip(mine, rates)])
        return row(work, peer, f"{median(mine):.0f} lines/s",
                   f"{median(rates):.0f} lines/s", ratio, "-")
    return [result("import CSV, 4 columns, exactly once",
                   ".import and SQL, a transaction a row", each),
            result("  the same", ".import and SQL, one transaction", whole)]
