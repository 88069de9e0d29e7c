"""Stopping and starting again changes nothing that is known."""
import os
import pwd
import shutil
import subprocess

import pytest

from lib import places


def test_scores_rules_and_links_survive(gateway):
    daemon = gateway.daemon
    clicks, pixel = gateway.tracked(gateway.deliver("ann@far.test"))
    daemon.public.get(pixel)
    daemon.wait_for_score("ann@far.test", 5)
    daemon.do("score", "add", "ann@far.test", "3", "--because", "met at a fair")
    daemon.stop()
    daemon.start()
    assert daemon.score("ann@far.test") == 8
    daemon.public.get(clicks[0])
    daemon.wait_for_score("ann@far.test", 18)
    daemon.do("verify")


def test_what_was_answered_before_a_stop_is_there_after_it(gateway):
    daemon = gateway.daemon
    _, pixel = gateway.tracked(gateway.deliver("ann@far.test"))
    for _ in range(20):
        daemon.public.get(pixel)
    daemon.stop()
    daemon.start()
    daemon.wait_for_score("ann@far.test", 100)


def test_a_second_daemon_on_the_same_state_is_refused(daemon, make_daemon):
    second = make_daemon()
    second.write_conf(second.conf.read_text().replace(
        f'state = "{second.base}/state"',
        f'state = "{daemon.base}/state"'))
    with pytest.raises(RuntimeError) as refused:
        second.start()
    assert "ended with 0" not in str(refused.value)
    second.process = None
    assert daemon.public.get("/healthz").status == 200


def test_the_command_says_what_to_do_when_nothing_runs(daemon):
    daemon.stop()
    result = daemon.run("status")
    assert result.returncode == 5
    assert "systemctl start scoregated" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("spool_is_there", [True, False])
def test_backup_and_restore(daemon, spool_is_there):
    daemon.do("contact", "add", "ann@far.test")
    daemon.do("score", "add", "ann@far.test", "7", "--because", "why not")
    # A file that a form took, as the store names it; and what is no state.
    files = daemon.base / "state" / "files"
    files.mkdir(mode=0o700)
    (files / "0123").write_bytes(b"%PDF")
    kept = daemon.base / "kept"
    daemon.do("backup", kept)
    assert {path.name for path in kept.iterdir()} == {
        "scoregate.db", "keys", "files"}
    (files / "0123").unlink()
    daemon.do("list", "create", "made-later")
    daemon.do("score", "add", "ann@far.test", "1", "--because", "after it")
    running = subprocess.run(daemon.command("--restore", kept),
                             capture_output=True, text=True, timeout=60,
                             check=False)
    assert running.returncode != 0, "not while a daemon runs"
    daemon.stop()
    if not spool_is_there:
        shutil.rmtree(daemon.base / "state" / "spool")
    result = subprocess.run(daemon.command("--restore", kept),
                            capture_output=True, text=True, timeout=60,
                            check=False)
    assert result.returncode == 0, result.stderr
    assert (files / "0123").read_bytes() == b"%PDF"
    daemon.start()
    assert daemon.run("list", "show", "made-later").returncode == 3
    # What came after the backup counts again when the spool still has it.
    daemon.wait_for_score("ann@far.test", 8 if spool_is_there else 7)
    daemon.do("verify")


def test_links_of_before_work_after_a_restore_elsewhere(gateway):
    daemon = gateway.daemon
    clicks, _ = gateway.tracked(gateway.deliver("ann@far.test"))
    daemon.wait_for_signal("ann@far.test", "email.sent")
    kept = daemon.base / "kept"
    daemon.do("backup", kept)
    daemon.stop()
    shutil.rmtree(daemon.base / "state")
    result = subprocess.run(daemon.command("--restore", kept),
                            capture_output=True, text=True, timeout=60,
                            check=False)
    assert result.returncode == 0, result.stderr
    daemon.start()
    assert daemon.public.get(clicks[0]).status == 302
    daemon.wait_for_score("ann@far.test", 15)  # with the open it implies


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another")
@pytest.mark.skipif(places.is_instrumented(), reason="release build only")
def test_started_as_root_it_becomes_its_own_user(make_daemon):
    daemon = make_daemon(user="nobody", group="nogroup")
    os.chown(daemon.base, pwd.getpwnam("nobody").pw_uid, -1)
    daemon.start()
    status = open(f"/proc/{daemon.process.pid}/status").read()
    uids = [l.split()[1:] for l in status.splitlines() if l.startswith("Uid")]
    assert set(uids[0]) == {str(pwd.getpwnam("nobody").pw_uid)}
    daemon.do("contact", "add", "ann@far.test")  # root is a manager there
    for path in (daemon.base / "state").rglob("*"):
        assert path.stat().st_uid == pwd.getpwnam("nobody").pw_uid, path
        assert path.stat().st_mode & 0o077 == 0 or path.is_dir(), path
    # Root looks at what is that user's, and puts its backup back.
    kept = daemon.base / "kept"
    daemon.do("backup", kept)
    daemon.stop()

    def run(*words):
        return subprocess.run(daemon.command(*words), capture_output=True,
                              text=True, timeout=60, check=False)

    assert run("--check").returncode == 0, run("--check").stderr
    restored = run("--restore", kept)
    assert restored.returncode == 0, restored.stderr
    daemon.start()
    daemon.do("contact", "show", "ann@far.test")
    daemon.stop()
    # A copy that root made by hand: the daemon could not read it.
    os.chown(daemon.base / "state" / "keys", 0, 0)
    refused = run("--check")
    assert refused.returncode == 2
    assert "chown -R nobody: " in refused.stderr
