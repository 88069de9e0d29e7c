"""The demo tells its story, ends by itself, and leaves nothing behind: also
when it is interrupted."""
import os
import pathlib
import re
import signal

import pytest

from lib import places, postfix
from lib.processes import Process

DEMO = places.ROOT / "contrib" / "demo" / "demo"
pytestmark = pytest.mark.skipif(bool(postfix.missing()),
                                reason=str(postfix.missing()))


@pytest.fixture
def start(needs_daemon, tmp_path):
    started = []

    def begin(**environment):
        process = Process([DEMO, places.BUILD], tmp_path / "demo.out",
                          env=dict(os.environ, **environment))
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()


def left_of(process):
    """Processes and folders of that demo which are still there."""
    base = re.search(r"/tmp/scoregate-demo-\w+", process.text())
    if not base:
        return []
    left = [p for p in pathlib.Path("/proc").glob("[0-9]*")
            if base.group().encode() in _command_line(p)]
    return left + ([base.group()] if os.path.exists(base.group()) else [])


def _command_line(process):
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def test_it_tells_the_whole_story_and_ends(start):
    demo = start()
    assert demo.wait(120) == 0, demo.text()
    text = demo.text()
    for words in ("MAIL FROM:<bounce+", "List-Unsubscribe-Post:",
                  "302 → https://shop.juniper.example/teas?season=spring",
                  "hard bounce, 5.1.1, user-unknown",
                  "sales@juniper.example got “ben@harbour.example: score",
                  "ben@harbour.example got “Thank you, Ben”", "3 of 3 sent",
                  "Eve   no score   got nothing"):
        assert words in text, text
    assert "\033" not in text, "no colours into a file"
    assert not left_of(demo)


@pytest.mark.parametrize("step", [1, 4, 9])
def test_interrupted_it_leaves_nothing_behind(start, step):
    demo = start()
    demo.wait_for_text(f"\n{step:2}  ", 60)
    demo.signal(signal.SIGINT)
    assert demo.wait(60) in (0, 130), demo.text()
    assert not left_of(demo)


def test_kept_it_runs_on_until_it_is_stopped(start):
    demo = start(KEEP="1")
    demo.wait_for_text("from elsewhere", 120)
    assert demo.is_running()
    assert left_of(demo)
    demo.signal(signal.SIGTERM)
    assert demo.wait(60) == 0
    assert not left_of(demo)
