"""scoregated itself: its exit codes, what it tells systemd, signals, reload,
and the order in which it stops."""
import os
import pwd
import shutil
import signal
import socket
import subprocess

import pytest

from lib import places
from lib.processes import Process


def run(*words):
    return subprocess.run([places.DAEMON, *map(str, words)], check=False,
                          capture_output=True, text=True, timeout=60)


def test_it_says_what_it_is(needs_daemon):
    assert run("--version").stdout.startswith("scoregated ")
    result = run("--help")
    assert result.returncode == 0 and "--restore PATH" in result.stdout


@pytest.mark.parametrize("words", [["--nonsense"], ["--config"], ["stop"]])
def test_a_wrong_command_line_has_an_exit_code_of_its_own(needs_daemon, words):
    result = run(*words)
    assert result.returncode == 64
    assert "--help explains" in result.stderr


def test_a_wrong_configuration_ends_with_2(make_daemon):
    daemon = make_daemon(more="nonsense = 1\n")
    assert daemon.check().returncode == 2
    assert run("--config", daemon.conf).returncode == 2


def test_a_second_daemon_ends_with_3_and_harms_nothing(daemon):
    result = run("--config", daemon.conf)
    assert result.returncode == 3
    assert f"another scoregated uses {daemon.base}/state" in result.stderr
    assert run("--config", daemon.conf, "--restore", "/tmp").returncode != 0
    assert daemon.public.get("/healthz").status == 200
    daemon.do("contact", "add", "ann@far.test")


def test_a_daemon_on_a_copy_of_the_state_is_refused_while_the_first_runs(
        daemon, make_daemon):
    daemon.do("contact", "add", "ann@far.test")
    daemon.stop()
    second = make_daemon()
    shutil.rmtree(second.base / "state", ignore_errors=True)
    subprocess.run(["cp", "-a", daemon.base / "state", second.base / "state"],
                   check=True)
    daemon.start()
    result = run("--config", second.conf)
    assert result.returncode == 3
    assert "a copy of the other" in result.stderr
    for segment in (second.base / "state/spool").glob("*.segment"):
        segment.unlink()
    second.start().do("contact", "show", "ann@far.test")


def test_restoring_under_a_running_daemon_is_refused(daemon):
    kept = daemon.base / "kept"
    daemon.do("backup", kept)
    result = run("--config", daemon.conf, "--restore", kept)
    assert result.returncode == 3
    assert "stop it first" in result.stderr
    daemon.do("contact", "add", "ann@far.test")


def test_a_backup_never_writes_over_anything(daemon):
    kept = daemon.base / "kept"
    daemon.do("backup", kept)
    before = (kept / "keys").read_bytes()
    assert daemon.run("backup", kept).returncode == 4
    assert (kept / "keys").read_bytes() == before
    assert (kept / "keys").stat().st_mode & 0o777 == 0o600
    assert kept.stat().st_mode & 0o777 == 0o700


def test_what_is_no_backup_is_not_restored(daemon, tmp_path):
    daemon.do("contact", "add", "ann@far.test")
    daemon.stop()
    (tmp_path / "keys").write_text("nonsense\n")
    (tmp_path / "keys").chmod(0o600)
    result = run("--config", daemon.conf, "--restore", tmp_path)
    assert result.returncode in (1, 2)
    assert str(tmp_path) in result.stderr
    daemon.start()
    daemon.do("contact", "show", "ann@far.test")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT,
                                    signal.SIGHUP])
def test_each_of_these_signals_stops_it_in_order(make_daemon, number):
    daemon = make_daemon().start()
    daemon.process.signal(number)
    assert daemon.process.wait(20) == 0
    daemon.process = None
    assert daemon.text().rstrip().endswith("info stopped")
    assert not daemon.socket.exists()
    daemon.assert_no_report()


def test_without_a_milter_it_stops_too(make_daemon):
    daemon = make_daemon()
    text = daemon.conf.read_text()
    begin, end = text.index("milter {"), text.index("}", text.index("milter {"))
    daemon.write_conf(text[:begin] + text[end + 1:])
    daemon.start()
    daemon.stop()
    assert "milter=none" in daemon.text()


def test_systemd_hears_when_it_is_ready_lives_and_stops(make_daemon):
    daemon = make_daemon()
    path = str(daemon.base / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        systemd.settimeout(20)
        process = Process(daemon.command(), daemon.log, env=dict(
            os.environ, NOTIFY_SOCKET=path, WATCHDOG_USEC="200000"))
        try:
            said = systemd.recv(4096).decode()
            assert "READY=1" in said
            assert daemon.public.get("/healthz").status == 200
            assert systemd.recv(4096) == b"WATCHDOG=1"
            assert systemd.recv(4096) == b"WATCHDOG=1"
            daemon.do("reload")
            heard = set()
            while not any("READY=1" in line for line in heard):
                heard.add(systemd.recv(4096).decode())
            assert any("RELOADING=1" in line for line in heard)
            process.signal(signal.SIGTERM)
            while "STOPPING=1" not in said:
                said = systemd.recv(4096).decode()
        finally:
            assert process.stop(20) == 0


def test_a_reload_takes_the_log_level_over(daemon):
    daemon.write_conf(daemon.conf.read_text() + "log { level = error }\n")
    daemon.do("reload")
    size = len(daemon.text())
    daemon.do("reload")
    assert len(daemon.text()) == size


def test_a_bad_configuration_is_not_reloaded(daemon):
    good = daemon.conf.read_text()
    daemon.write_conf(good + "log { level = loud }\n")
    result = daemon.run("reload")
    assert result.returncode == 4
    assert "scoregate.conf:" in result.stderr and "loud" in result.stderr
    assert daemon.public.get("/healthz").status == 200


def test_the_rules_file_goes_into_an_empty_store_only(make_daemon):
    daemon = make_daemon()
    rules = daemon.base / "rules.conf"
    rules.write_text('rule "a" { on = "email.opened" add = 7 }\n')
    daemon.start()
    assert "add = 7" in daemon.do("rules", "export").replace("  ", " ")
    daemon.stop()
    rules.write_text('rule "a" { on = "email.opened" add = 8 }\n')
    daemon.start()
    assert "8" not in daemon.do("rules", "export")


def test_a_bad_rules_file_is_refused_at_the_first_start(make_daemon):
    daemon = make_daemon()
    (daemon.base / "rules.conf").write_text(
        '\nrule "a" { on = "call.missed" add = 7 }\n')
    for words in ([], ["--check"]):
        result = run("--config", daemon.conf, *words)
        assert result.returncode == 2
        assert "rules.conf:2" in result.stderr
        assert "call.missed" in result.stderr


def test_what_it_makes_is_for_nobody_else(daemon):
    for path in (daemon.base / "state").rglob("*"):
        mode = path.stat().st_mode & 0o777
        assert mode & 0o077 == 0, (path, oct(mode))
    assert (daemon.base / "state").stat().st_mode & 0o007 == 0
    assert daemon.socket.stat().st_mode & 0o777 == 0o660


def test_keys_that_others_can_read_are_refused(daemon):
    daemon.stop()
    keys = daemon.base / "state" / "keys"
    keys.chmod(0o644)
    result = run("--config", daemon.conf)
    assert result.returncode == 2
    assert f"chmod 600 {keys}" in result.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another")
def test_root_restores_for_the_daemon_s_user_on_a_new_machine(make_daemon):
    old = make_daemon().start()
    old.do("contact", "add", "ann@far.test")
    kept = old.base / "kept"
    old.do("backup", kept)
    old.stop()
    daemon = make_daemon(user="nobody")
    os.chown(daemon.base, pwd.getpwnam("nobody").pw_uid, -1)
    result = run("--config", daemon.conf, "--restore", kept)
    assert result.returncode == 0, result.stderr
    assert "Restored" in result.stdout
    daemon.start()
    daemon.do("contact", "show", "ann@far.test")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another")
def test_root_follows_no_link_that_the_daemon_s_user_left(make_daemon, tmp_path):
    old = make_daemon().start()
    kept = old.base / "kept"
    old.do("backup", kept)
    old.stop()
    daemon = make_daemon(user="nobody")
    nobody = pwd.getpwnam("nobody").pw_uid
    secret = tmp_path / "secret"
    secret.write_text("root's\n")
    spool = daemon.base / "state" / "spool"
    spool.mkdir(parents=True, exist_ok=True)
    (spool / "lock").symlink_to(secret)
    for path in (daemon.base, spool.parent, spool):
        os.chown(path, nobody, -1)
    run("--config", daemon.conf, "--restore", kept)
    assert secret.stat().st_uid == 0
    assert secret.read_text() == "root's\n"
