"""PostgreSQL asked the scoreboard's question: who has a score of at least N,
when the score is an expression over sums that fade; one process, the table in
memory. A server of our own in a folder of its own; skipped with a sentence
where PostgreSQL is not installed. (DuckDB is no package of Debian's.)"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from bench_aid import median, row
from lib import places

RECORDS = 3_000_000
ROUNDS = 5
WHERE = ("fixed + touch * power(0.95, (1771156800 - as_of) / 86400) >= "
         "{least}")
TABLE = f"""
CREATE UNLOGGED TABLE record (id integer, fixed float8, touch float8,
                              as_of float8);
INSERT INTO record SELECT i, floor(random() * 20), floor(random() * 200),
    1771156800 - 86400 * floor(random() * 30)
    FROM generate_series(1, {RECORDS}) AS i;
VACUUM ANALYZE record;
"""


class Server:
    def __init__(self, programs):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-pg-",
                                                  dir="/var/tmp"))
        self.programs = programs
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self.user:
            shutil.chown(self.base, "postgres")
        self.run("initdb", "-D", self.base / "data", "-A", "trust", "-U",
                 "postgres", "--no-sync")
        options = (f"-c listen_addresses= -k {self.base} -c shared_buffers=1GB"
                   " -c max_parallel_workers_per_gather=0 -c fsync=off")
        self.run("pg_ctl", "-D", self.base / "data", "-o", options, "-w", "-l",
                 self.base / "log", "start")

    def run(self, program, *arguments):
        return subprocess.run(
            [*self.user, str(self.programs / program), *map(str, arguments)],
            check=True, stdout=subprocess.PIPE, cwd="/", text=True).stdout

    def ask(self, sql):
        return self.run("psql", "-h", self.base, "-U", "postgres", "-XAtq",
                        "-v", "ON_ERROR_STOP=1", "-c", sql)

    def stop(self):
        self.run("pg_ctl", "-D", self.base / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.base, ignore_errors=True)


def find_programs():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def ours_ms():
    """filter_bench's median for as many records."""
    said = subprocess.run(
        [str(places.BUILD / "bench" / "filter_bench"), str(RECORDS), "5"],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    return float(re.search(r"to a set of ids\t[^\t]*\t([0-9.]+) ms", said)[1])


def theirs_ms(server, least):
    said = server.ask("EXPLAIN (ANALYZE, TIMING OFF) SELECT id FROM record "
                      "WHERE " + WHERE.format(least=least))
    return float(re.search(r"Execution Time: ([0-9.]+) ms", said)[1])


def run():
    programs = find_programs()
    if not programs:
        print("  PostgreSQL is not installed: apt-get install postgresql")
        return []
    server = Server(programs)
    mine, theirs = [], []
    try:
        for statement in filter(str.strip, TABLE.split(";")):
            server.ask(statement)
        least = server.ask(
            "SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY fixed + touch"
            " * power(0.95, (1771156800 - as_of) / 86400)) FROM record")
        theirs_ms(server, least.strip())  # the first one reads
        for _ in range(ROUNDS):
            mine.append(ours_ms())
            theirs.append(theirs_ms(server, least.strip()))
    finally:
        server.stop()
    ratio = median([a / b for a, b in zip(theirs, mine)])
    return [row(f"has score >= N, {RECORDS // 1000000} M, to a set of ids",
                "PostgreSQL, scan of the expression",
                f"{median(mine):.1f} ms", f"{median(theirs):.0f} ms", ratio,
                "40")]
