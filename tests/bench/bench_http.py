"""Pixel and redirect against nginx's empty_gif with a buffered access log:
CPU a request, keep-alive and with a connection each. Both servers have one
core and one thread for it, the load (wrk) has the other core; each round asks
one server for a short while, in turns. Two numbers: the threads that answer,
which is what nginx does, and the whole daemon, which beside that syncs the
spool and applies the signals to the store. Then the same with `sync = answer`,
where each answer waits until the disk has its signal: there the threads that
sync count, too, and so many ask at once that there is a group to sync. Then
the wait for a pixel at half of that load."""
import pathlib
import re
import shutil
import subprocess
import tempfile

from bench_aid import cpu_s, median, row, threads_cpu_s
from lib import places
from lib.processes import Process
from lib.scoregated import CONF, Scoregated

ROUNDS, SECONDS, PAUSE_MS = 5, 2, 5
WEB = ("web-lane", "MHD")
SYNC = (*WEB, "spool-sync")
NGINX = """\
worker_processes 1;
daemon off;
pid {base}/nginx.pid;
error_log {base}/nginx.err;
events {{ worker_connections 2048; }}
http {{
    access_log {base}/access.log combined buffer=64k flush=5s;
    keepalive_requests 1000000000;
    client_body_temp_path {base}/b; proxy_temp_path {base}/p;
    fastcgi_temp_path {base}/f; uwsgi_temp_path {base}/u; scgi_temp_path {base}/s;
    server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ empty_gif; }} }}
}}
"""
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"


def on_core(core, command):
    return ["taskset", "-c", str(core), *map(str, command)]


def wrk(url, *more):
    """Requests that were answered, and the 99th percentile of the wait, us."""
    text = subprocess.run(
        on_core(1, ["wrk", "-t1", f"-d{SECONDS}s", "--latency",
                    "-H", f"User-Agent: {AGENT}", *more, url]),
        capture_output=True, text=True, check=True).stdout
    requests = int(re.search(r"(\d+) requests in", text).group(1))
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", text).groups()
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if bad or not requests:
        raise RuntimeError(f"{url}: {text}")
    return requests, float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


def ask(url, pid, keep_alive, n=16, answering=WEB):
    """CPU microseconds a request: of the threads that answer, and of all."""
    some, whole = threads_cpu_s(pid, answering), cpu_s(pid)
    requests, _ = wrk(url, f"-c{n}",
                      *([] if keep_alive else ["-H", "Connection: close"]))
    return ((threads_cpu_s(pid, answering) - some) / requests * 1e6,
            (cpu_s(pid) - whole) / requests * 1e6)


def compare(name, ours, theirs, keep_alive, least, **how):
    pairs = [(ask(*ours, keep_alive, **how), ask(*theirs, keep_alive, **how))
             for _ in range(ROUNDS)]
    their = median([pair[1][1] for pair in pairs])
    way = "keep-alive" if keep_alive else "a connection each"
    rows = []
    for i, what in enumerate(("answering", "all the daemon")):
        our = median([pair[0][i] for pair in pairs])
        rows.append(row(f"{name}, {way}, {what}", "nginx empty_gif",
                        f"{our:.1f} us CPU", f"{their:.1f} us CPU",
                        their / our, least if i == 0 else "-"))
    return rows


def compare_waits(ours, theirs, base):
    """Each client asks, waits, and asks again, so many of them that it comes
    to half of what our server answers at its most."""
    pause = base / "pause.lua"
    pause.write_text(f"function delay() return {PAUSE_MS} end\n")
    most = median([wrk(ours, "-c16")[0] for _ in range(3)]) / SECONDS
    load = ["-s", pause, f"-c{max(1, round(most / 2 * PAUSE_MS / 1000))}"]
    pairs = [(wrk(ours, *load)[1], wrk(theirs, *load)[1])
             for _ in range(ROUNDS)]
    our, their = (median([pair[i] for pair in pairs]) for i in (0, 1))
    return row("pixel at half load, 99th percentile of the wait "
               "(ours / nginx's, at most)", "nginx empty_gif",
               f"{our:.0f} us", f"{their:.0f} us", our / their, "1.5 (1.0)")


def token(daemon, kind, *payload):
    return subprocess.run(
        [places.TOOLS / "make_token", daemon.base / "state" / "keys", kind,
         "ann@example.com", *payload], capture_output=True, text=True,
        check=True).stdout.strip()


def start(base, more=""):
    """A daemon on the first core, with one lane: nginx has one worker."""
    daemon = Scoregated(base, requests="1000000/s", more=more,
                        conf=CONF.replace("    requests =",
                                          "    threads = 1\n    requests ="))
    daemon.start()
    subprocess.run(["taskset", "-a", "-p", "-c", "0",
                    str(daemon.process.pid)], check=True,
                   stdout=subprocess.DEVNULL)
    return daemon


def urls(daemon):
    web = f"http://127.0.0.1:{daemon.values['public']}"
    return (f"{web}/o/{token(daemon, 'open')}.gif",
            f"{web}/c/{token(daemon, 'click', 'https://www.example.com/a')}")


def compare_answers(daemon, theirs):
    """At least, and in brackets what is aimed at."""
    pixel, link = urls(daemon)
    rows = []
    for keep_alive, least in ((True, "0.75 (1.3)"), (False, "0.9 (1.4)")):
        for name, url in (("pixel", pixel), ("redirect", link)):
            rows += compare(name, (url, daemon.process.pid), theirs,
                            keep_alive, least)
    return rows


def compare_synced(daemon, theirs):
    ours = (urls(daemon)[0], daemon.process.pid)
    rows = []
    for keep_alive, least in ((True, "0.5 (0.85)"), (False, "0.8 (1.15)")):
        rows += compare("pixel, fdatasync before the answer", ours, theirs,
                        keep_alive, least, n=64, answering=SYNC)
    return rows


def run():
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-bench-", dir="/tmp"))
    base.chmod(0o755)
    daemon = nginx = None
    try:
        port = places.free_port()
        (base / "nginx.conf").write_text(NGINX.format(base=base, port=port))
        nginx = Process(on_core(0, ["nginx", "-p", base, "-c",
                                    base / "nginx.conf"]), base / "nginx.log")
        gif = f"http://127.0.0.1:{port}/"
        places.wait_for(lambda: subprocess.run(
            ["curl", "-sf", "-o", "/dev/null", gif]).returncode == 0, 10, "nginx")
        daemon = start(base / "scoregate")
        rows = compare_answers(daemon, (gif, nginx.pid))
        waits = compare_waits(urls(daemon)[0], gif, base)
        daemon.stop()
        daemon = start(base / "synced", "spool { sync = answer }\n")
        return rows + compare_synced(daemon, (gif, nginx.pid)) + [waits]
    finally:
        if nginx:
            nginx.stop()
        if daemon:
            daemon.stop()
        shutil.rmtree(base, ignore_errors=True)
