"""What the benchmarks share: CPU seconds of a process tree, medians, rows."""
import os
import pathlib
import statistics

TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid):
    """The process and all its descendants."""
    pids = [pid]
    for one in pids:
        try:
            for task in pathlib.Path(f"/proc/{one}/task").iterdir():
                pids += map(int, (task / "children").read_text().split())
        except OSError:
            pass
    return pids


def cpu_s(pid):
    """User and system CPU seconds of the tree so far."""
    total = 0
    for one in tree(pid):
        try:
            stat = pathlib.Path(f"/proc/{one}/stat").read_text()
            fields = stat.rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / TICKS


def threads_cpu_s(pid, names):
    """The same of those threads of one process whose names begin so."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        stat = (task / "stat").read_text()
        if stat[stat.index("(") + 1:].startswith(names):
            fields = stat.rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def median(values):
    return statistics.median(values)


def row(work, peer, ours, theirs, ratio, least):
    return [work, peer, ours, theirs, f"{ratio:.2f}", least]
