"""scoregate mail classify: what files are, without a daemon."""
import json
import subprocess

from lib import places

GOLDEN = places.ROOT / "tests" / "unit" / "golden" / "classify"


def classify(*arguments, text=None):
    return subprocess.run(
        [places.BUILD / "scoregate", "--socket", "/nonexistent", "mail",
         "classify", *arguments],
        input=text, capture_output=True, text=True, timeout=60)


def test_each_file_is_a_line_of_json():
    names = ["qmail.eml", "exim-delay.eml", "out-of-office.eml"]
    done = classify("--json", *[GOLDEN / name for name in names])
    assert done.returncode == 0, done.stderr
    bounce, delay, away = map(json.loads, done.stdout.splitlines())
    assert list(bounce) == ["file", "kind", "confidence", "evidence",
                            "recipients", "message_id"]
    assert bounce["file"].endswith("qmail.eml")
    assert bounce["kind"] == "bounce"
    assert bounce["message_id"] == "<q1@near.test>"
    assert 0.5 < bounce["confidence"] <= 1
    assert bounce["recipients"][0] == {
        "address": "ann@far.test", "class": "hard", "status": "5.1.1",
        "reason": "user-unknown",
        "diagnostic": "Sorry, no mailbox here by that name. (#5.1.1)"}
    assert bounce["recipients"][1]["class"] == "soft"
    assert delay["kind"] == "delay"
    assert away["kind"] == "autoreply"


def test_it_reads_standard_input_and_writes_for_people():
    done = classify("-", text=(GOLDEN / "yahoo.eml").read_text())
    assert done.returncode == 0, done.stderr
    assert "bounce" in done.stdout
    assert "mailbox-full" in done.stdout


def test_a_file_that_is_not_there_does_not_stop_the_others():
    done = classify("--json", "/nonexistent.eml", GOLDEN / "reply.eml")
    assert done.returncode == 2
    assert "/nonexistent.eml cannot be read" in done.stderr
    assert json.loads(done.stdout)["kind"] == "reply"
