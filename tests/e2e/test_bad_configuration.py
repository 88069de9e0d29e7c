"""A mistake in the configuration: a line number, a reason, no start."""
import re
import subprocess

import pytest

from lib import places

MISTAKES = {
    "an unknown option": ("lisen = 3\n", "lisen"),
    "an unknown option in a section": ("http { prt = 3 }\n", "prt"),
    "a percentage that is none": ('score "fit" { degrade = much }\n',
                                     "degrade"),
    "a socket without a path": ('milter { socket = "relative.sock" }\n',
                                "relative.sock"),
    "a group that is not there": (
        'milter { socket = "BASE/x.sock" group = "nonesuch" }\n', "nonesuch"),
    "a plugin's unknown option": ('plugin "click" { colour = red }\n',
                                  "colour"),
    "a plugin that is not there": ('plugin "nonesuch" { }\n', "nonesuch"),
    "a plugin with a slip in its name": (
        'plugin "forwrad" { }\n', 'did you mean "forward"?'),
    "a port that there is not": (
        'http { public = "127.0.0.1:99999" }\n', "127.0.0.1:99999"),
    "a header that no mail can have": (
        'mail { match_headers = { "X-Our Campaign" } }\n', "X-Our Campaign"),
    "a folder of pages that is not there": (
        'pages { dir = "/nonesuch" }\n', "/nonesuch"),
    "a rules file that is not there": ('rules = "nonesuch.conf"\n',
                                       "nonesuch.conf"),
    "a brace that does not close": ("contacts {\n", "never closed"),
    "a password for whoever answers": (
        'smtp { host = "mail.example.com" user = "x" password = "y" }\n',
        "mail.example.com"),
    "a way of TLS that there is not": ('smtp { tls = "maybe" }\n', "maybe"),
    "a duration that is none": ("checkpoint = often\n", "checkpoint"),
    "a form's points for a score that is not there": (
        'plugin "form" { form "x" { score = "fitt" } }\n', '"fitt"'),
    "a form's template that is not there": (
        'plugin "form" { form "x" { confirm = yes template = "no" } }\n',
        '"no"'),
    "a webhook's field by which nobody is found": (
        'plugin "webhook" { webhook "x" { unsigned = yes event "a.b" { '
        'email = "/a" match = "field.phone" } } }\n',
        'field "phone" { unique = yes }'),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_it_is_named_with_its_line_and_nothing_starts(make_daemon, mistake):
    text, word = MISTAKES[mistake]
    daemon = make_daemon()
    text = text.replace("BASE", str(daemon.base))
    good = daemon.conf.read_text()
    section = text.split()[0]
    good = re.sub(rf"^{section} \{{.*?^\}}\n", "", good, flags=re.M | re.S)
    if section == "rules":
        good = re.sub(r"^rules = .*\n", "", good, flags=re.M)
    daemon.write_conf(good + text)
    line = daemon.conf.read_text().count("\n")
    result = daemon.check()
    assert result.returncode not in (0, -6, -11), result.stdout + result.stderr
    assert word in result.stderr, result.stderr
    assert f"scoregate.conf:{line}" in result.stderr or \
        f"scoregate.conf:{line + 1}" in result.stderr, result.stderr
    started = subprocess.run(daemon.command(), capture_output=True, text=True,
                             timeout=60, check=False)
    assert started.returncode not in (0, -6, -11)
    assert word in started.stderr
    assert not (daemon.base / "x.sock").exists()


def test_a_good_one_is_said_to_be_good(make_daemon):
    result = make_daemon().check()
    assert result.returncode == 0, result.stderr


def test_an_address_without_a_port_is_refused_by_the_check(make_daemon):
    daemon = make_daemon()
    daemon.write_conf(re.sub(r"private += .*", 'private = "127.0.0.1"',
                             daemon.conf.read_text()))
    result = daemon.check()
    assert result.returncode not in (0, -6, -11)
    assert "`127.0.0.1` is not an address to listen on" in result.stderr


def test_a_template_that_is_not_there_yet_is_said(make_daemon):
    daemon = make_daemon(more='template "hello" { file = "later.eml" }\n')
    result = daemon.check()
    assert result.returncode == 0, result.stderr
    assert 'not there yet: template "hello"' in result.stdout


def test_a_missing_file_is_named(tmp_path):
    path = tmp_path / "none.conf"
    result = subprocess.run([places.DAEMON, "--config", path, "--check"],
                            capture_output=True, text=True, timeout=60,
                            check=False)
    assert result.returncode != 0
    assert str(path) in result.stderr


def test_a_port_that_is_taken_is_named(make_daemon, daemon):
    second = make_daemon(public=daemon.values["public"])
    result = subprocess.run(second.command(), capture_output=True, text=True,
                            timeout=60, check=False)
    assert result.returncode not in (0, -6, -11)
    assert str(daemon.values["public"]) in result.stderr


def test_a_reload_says_what_waits_for_the_next_start(daemon):
    good = daemon.conf.read_text()
    assert daemon.do("reload") == "Reloaded.\n"
    daemon.write_conf(good.replace("degrade = none", "degrade = 1%") + (
        'log { level = debug }\nplugin "webhook" { webhook "x" { '
        'unsigned = yes event "a.b" { email = "/a" } } }\n'))
    assert daemon.do("reload").splitlines()[1].endswith(
        ': score, plugin "webhook"')
    daemon.write_conf(good)
    assert daemon.do("reload") == "Reloaded.\n"


def test_bad_rules_are_refused_and_the_old_ones_stay(daemon):
    good = daemon.base / "good.conf"
    good.write_text('rule "a" { on = "email.opened" add = 1 }\n')
    daemon.do("rules", "apply", "--yes", good)
    bad = daemon.base / "bad.conf"
    bad.write_text('rule "a" { on = "email.opened" add = 2 }\n'
                   'rule "b" { on = "call.missed" add = 2 }\n')
    result = daemon.run("rules", "apply", "--yes", bad)
    assert result.returncode == 4
    assert "bad.conf:2" in result.stderr and "call.missed" in result.stderr
    bad.write_text('rule "b" { when = "field.x = = 3" add = 2 }\n')
    result = daemon.run("rules", "check", bad)
    assert result.returncode == 4 and "^" in result.stderr
    assert "add = 1" in daemon.do("rules", "export")
