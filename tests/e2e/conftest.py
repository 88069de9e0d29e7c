"""Fixtures of the stories. `gateway` is everything; `daemon` scoregated alone.
Both start fresh and must stop in good order; SCOREGATE_BUILD says which
build (build/release)."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from lib import places, postfix  # noqa: E402
from lib.browser import Browser  # noqa: E402
from lib.gateway import Gateway  # noqa: E402
from lib.scoregated import Scoregated  # noqa: E402


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    setattr(item, "report_" + report.when, report)
    for made in getattr(item, "made", ()):
        if report.failed:
            for name, text in made.logs().items():
                report.sections.append((f"log of {name}", text[-6000:]))


@pytest.fixture
def needs_daemon():
    if not places.DAEMON.exists():
        pytest.skip(f"{places.DAEMON} is not built")


@pytest.fixture
def make_gateway(request, needs_daemon):
    """Makes and starts gateways; each is stopped and removed."""
    why_not = postfix.missing()
    if why_not:
        pytest.skip(why_not)
    request.node.made = made = []

    def make(start=True, **options):
        gateway = Gateway(**options)
        made.append(gateway)
        return gateway.start() if start else gateway

    yield make
    failed = getattr(request.node, "report_call", None)
    try:
        for gateway in made:
            if not failed or not failed.failed:
                gateway.stop()
    finally:
        for gateway in made:
            gateway.remove()


@pytest.fixture
def gateway(make_gateway):
    return make_gateway()


class _Logged(Scoregated):
    def logs(self):
        return {"scoregated": self.text()}


@pytest.fixture
def make_daemon(request, needs_daemon):
    """Makes daemons that are not started yet."""
    request.node.made = made = []
    bases = []

    def make(base=None, **options):
        if base is None:
            base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-",
                                                 dir="/tmp"))
            bases.append(base)
        made.append(_Logged(base, **options))
        return made[-1]

    yield make
    failed = getattr(request.node, "report_call", None)
    try:
        for daemon in made:
            if not failed or not failed.failed:
                daemon.stop()
    finally:
        for daemon in made:
            if daemon.process:
                daemon.process.kill()
        for base in bases:
            shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def daemon(make_daemon):
    return make_daemon().start()


@pytest.fixture(scope="module")
def shared():
    """One daemon for all stories of a file, which do not disturb each other;
    scores lead, fit, and capped (5 % a day, at most 50)."""
    if not places.DAEMON.exists():
        pytest.skip(f"{places.DAEMON} is not built")
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-", dir="/tmp"))
    daemon = Scoregated(base, more="""
score "fit" { degrade = none }
score "capped" { degrade = 5% ceiling = 50 }
signals { names = { "order.paid" } }
""")
    try:
        yield daemon.start()
        daemon.stop()
    finally:
        if daemon.process:
            daemon.process.kill()
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="module")
def make_shared():
    """Makes one started daemon for a file, with more of a configuration."""
    if not places.DAEMON.exists():
        pytest.skip(f"{places.DAEMON} is not built")
    made = []

    def make(**options):
        base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-", dir="/tmp"))
        made.append(Scoregated(base, **options))
        return made[-1].start()

    try:
        yield make
        for daemon in made:
            daemon.stop()
    finally:
        for daemon in made:
            if daemon.process:
                daemon.process.kill()
            shutil.rmtree(daemon.base, ignore_errors=True)


@pytest.fixture(scope="module")
def browser():
    """A Chromium for all stories of a file, each beginning with forget()."""
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-", dir="/tmp"))
    made = Browser(base)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(base, ignore_errors=True)


class _Mount:
    """A small file system of its own."""

    def __init__(self, size):
        self.outside = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-",
                                                     dir="/tmp"))
        self.outside.chmod(0o755)
        self.path = self.outside / "disk"
        self.path.mkdir()
        self.is_mounted = self._run("mount", "-t", "tmpfs", "-o",
                                    f"size={size},mode=0755", "tmpfs",
                                    self.path)

    @staticmethod
    def _run(*words):
        return subprocess.run(words, capture_output=True,
                              check=False).returncode == 0

    def remount(self, how):
        assert self._run("mount", "-o", f"remount,{how}", self.path)

    def remove(self):
        if self.is_mounted:
            self._run("umount", "-l", self.path)
        shutil.rmtree(self.outside, ignore_errors=True)


@pytest.fixture
def mount():
    """A tmpfs of 256 MB: room for a spool segment, the store and its log."""
    made = _Mount("256M")
    if not made.is_mounted:
        made.remove()
        pytest.skip("no tmpfs can be mounted here")
    yield made
    made.remove()
