"""Pixel and redirect against nginx's empty_gif with a buffered access log:
CPU a request, keep-alive and with a connection each. The load (wrk) has the
other core; each round asks one server for a short while, in turns. Two
numbers: the threads that answer, which is what nginx does, and the whole
daemon, which beside that syncs the spool and applies the signals to the
store. Then the wait for a pixel at half of that load."""
import pathlib
import re
import shutil
import subprocess
import tempfile

from bench_aid import cpu_s, median, row, threads_cpu_s
from lib import places
from lib.processes import Process
from lib.scoregated import Scoregated

ROUNDS, SECONDS, PAUSE_MS = 5, 2, 5
WEB = ("web-lane", "MHD")
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


def ask(url, pid, keep_alive):
    """CPU microseconds a request: of the threads that answer, and of all."""
    web, whole = threads_cpu_s(pid, WEB), cpu_s(pid)
    requests, _ = wrk(url, "-c16",
                      *([] if keep_alive else ["-H", "Connection: close"]))
    return ((threads_cpu_s(pid, WEB) - web) / requests * 1e6,
            (cpu_s(pid) - whole) / requests * 1e6)


def compare(name, ours, theirs, keep_alive, least):
    pairs = [(ask(*ours, keep_alive), ask(*theirs, keep_alive))
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
               f"{our:.0f} us", f"{their:.0f} us", our / their, "1.5")


def token(daemon, kind, *payload):
    return subprocess.run(
        [places.TOOLS / "make_token", daemon.base / "state" / "keys", kind,
         "ann@example.com", *payload], capture_output=True, text=True,
        check=True).stdout.strip()


def run():
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-bench-", dir="/tmp"))
    base.chmod(0o755)
    daemon = Scoregated(base / "scoregate", requests="1000000/s")
    nginx = None
    try:
        daemon.start()
        subprocess.run(["taskset", "-a", "-p", "-c", "0",
                        str(daemon.process.pid)], check=True,
                       stdout=subprocess.DEVNULL)
        port = places.free_port()
        (base / "nginx.conf").write_text(NGINX.format(base=base, port=port))
        nginx = Process(on_core(0, ["nginx", "-p", base, "-c",
                                    base / "nginx.conf"]), base / "nginx.log")
        web = f"http://127.0.0.1:{daemon.values['public']}"
        gif = f"http://127.0.0.1:{port}/"
        places.wait_for(lambda: subprocess.run(
            ["curl", "-sf", "-o", "/dev/null", gif]).returncode == 0, 10, "nginx")
        pid = daemon.process.pid
        pixel = f"{web}/o/{token(daemon, 'open')}.gif"
        link = f"{web}/c/{token(daemon, 'click', 'https://www.example.com/a')}"
        rows = []
        for keep_alive, least in ((True, "0.75"), (False, "0.9")):
            for name, url in (("pixel", pixel), ("redirect", link)):
                rows += compare(name, (url, pid), (gif, nginx.pid),
                                    keep_alive, least)
        rows.append(compare_waits(pixel, gif, base))
        return rows
    finally:
        if nginx:
            nginx.stop()
        daemon.stop()
        shutil.rmtree(base, ignore_errors=True)
