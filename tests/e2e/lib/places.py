"""Where things are built, free ports, and waiting for a condition."""
import os
import pathlib
import socket
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("SCOREGATE_BUILD", "build/release"))
if not BUILD.is_absolute():
    BUILD = ROOT / BUILD
TOOLS = BUILD / "tools"
DAEMON = BUILD / "scoregated"
COMMAND = BUILD / "scoregate"
PLUGINS = BUILD / "plugins"


def is_instrumented():
    """Built with a sanitizer: slower, and its reports are to be looked for."""
    return BUILD.name in ("dev", "tsan")


def free_port():
    """A TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, limit_s, what):
    """Asks until it is true; what it returned last. Never sleeps blindly."""
    end = time.monotonic() + limit_s * (4 if is_instrumented() else 1)
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"waited {limit_s} s for {what}")
        time.sleep(0.01)
