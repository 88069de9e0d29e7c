"""Pixel and redirect against nginx's empty_gif with a buffered access log:
CPU a request, keep-alive and with a connection each. The load (wrk) has the
other core; each round asks one server for a short while, in turns. Two
numbers: the threads that answer, which is what nginx does, and the whole
daemon, which beside that syncs the spool and applies the signals to the
store. Then the latency at half of what the slower one can."""
import pathlib
import re
import shutil
import subprocess
import tempfile

from bench_aid import cpu_s, median, row, threads_cpu_s
from lib import places
from lib.processes import Process
from lib.scoregated import Scoregated

ROUNDS, SECONDS = 5, 2
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


def wrk(url, keep_alive):
    """Requests that were answered."""
    command = ["wrk", "-t1", "-c16", f"-d{SECONDS}s",
               "-H", f"User-Agent: {AGENT}"]
    if not keep_alive:
        command += ["-H", "Connection: close"]
    text = subprocess.run(on_core(1, [*command, url]), capture_output=True,
                          text=True, check=True).stdout
    requests = int(re.search(r"(\d+) requests in", text).group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if bad or not requests:
        raise RuntimeError(f"{url}: {text}")
    return requests


def ask(url, pid, keep_alive):
    """CPU microseconds a request: of the threads that answer, and of all."""
    web, whole = threads_cpu_s(pid, WEB), cpu_s(pid)
    requests = wrk(url, keep_alive)
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


def token(daemon, kind, *payload):
    return subprocess.run(
        [places.TOOLS / "make_token", daemon.base / "state" / "keys", kind,
         "ann@example.com", *payload], capture_output=True, text=True,
        check=True).stdout.strip()


def run():
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-bench-", dir="/tmp"))
    base.chmod(0o755)
    daemon = Scoregated(base / "scoregate")
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
        return rows
    finally:
        if nginx:
            nginx.stop()
        daemon.stop()
        shutil.rmtree(base, ignore_errors=True)
