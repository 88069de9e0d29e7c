"""scoregate doctor: against a real Postfix's configuration that works, and
against made-up ones with one thing wrong in each."""
import json
import os
import pathlib
import pwd
import re
import subprocess

import pytest

from lib import places

CONTRIB = pathlib.Path(places.COMMAND).resolve().parents[2] / "contrib"


def look(daemon, *words, config=None):
    result = daemon.run("doctor", "--json", "--config", config or daemon.conf,
                        "--offline", *words)
    answer = json.loads(result.stdout)
    return result.returncode, answer


def said(answer, about):
    return [item for item in answer["items"] if item["about"] == about]


def level(answer, about):
    items = said(answer, about)
    assert items, (about, answer)
    return max((i["level"] for i in items),
               key=["ok", "warn", "fail"].index)


def test_a_gateway_that_works_is_well(make_gateway):
    gateway = make_gateway(settings={
        "relay_domains": "bounces.example.test"})
    code, answer = look(gateway.daemon, "--postfix",
                        gateway.postfix.base / "etc")
    bad = [i for i in answer["items"] if i["level"] == "fail"]
    assert code == 0 and not bad, bad
    for about in ("public_url", "keys", "socket", "Postfix", "order",
                  "bounces", "when away", "domain", "daemon"):
        assert level(answer, about) == "ok", about
    service = said(answer, "Postfix")[0]["text"]
    assert f"127.0.0.1:{gateway.postfix.submission}" in service
    assert f"not in 127.0.0.1:{gateway.postfix.direct}" in service
    # What it says is what this Postfix says itself.
    own = gateway.postfix.command("postconf", "-h", "milter_default_action")
    assert own.stdout.strip() == "tempfail"


def test_people_get_a_line_each_with_how_to_mend_it(make_gateway):
    gateway = make_gateway()
    result = gateway.daemon.run("doctor", "--config", gateway.daemon.conf,
                                "--offline", "--postfix",
                                gateway.postfix.base / "etc")
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert all(line.split()[0] in ("ok", "warn", "fail") for line in lines)
    wrong = [line for line in lines if line.startswith("fail")]
    assert len(wrong) == 1 and "relay_domains = bounces" in wrong[0]
    assert "; mend: " in wrong[0]


@pytest.fixture
def folder(tmp_path):
    """The lines of contrib/postfix, around this daemon's socket."""
    def make(daemon, main="", drop=(), master=None, queue=None):
        queue = queue or daemon.base.parent
        name = os.path.relpath(daemon.base / "milter.sock", queue)
        text = (CONTRIB / "postfix" / "main.cf").read_text().replace(
            "unix:scoregate/milter.sock", f"unix:{name}").replace(
            "bounces.example.com", "bounces.example.test")
        text = "".join(line for line in text.splitlines(True)
                       if not any(line.startswith(d) for d in drop))
        (tmp_path / "main.cf").write_text(
            text + f"queue_directory = {queue}\n" + main)
        (tmp_path / "master.cf").write_text(
            master or (CONTRIB / "postfix" / "master.cf").read_text() +
            "cleanup unix n - y - 0 cleanup\n")
        return tmp_path
    return make


def test_the_lines_of_contrib_are_well(shared, folder):
    _, answer = look(shared, "--postfix", folder(shared))
    for about in ("Postfix", "order", "bounces", "when away", "domain"):
        assert level(answer, about) == "ok", said(answer, about)
    assert "smtp, submission; not in 127.0.0.1:10587" in said(
        answer, "Postfix")[0]["text"]


@pytest.mark.parametrize("about, want, change", [
    ("Postfix", "fail", dict(drop=["smtpd_milters"])),
    ("bounces", "fail", dict(drop=["non_smtpd_milters"])),
    ("bounces", "fail", dict(drop=["internal_mail_filter"])),
    ("when away", "warn", dict(main="milter_default_action = accept\n")),
    ("when away", "fail", dict(main="milter_default_action = reject\n")),
    ("protocol", "fail", dict(main="milter_protocol = 4\n")),
    ("domain", "fail", dict(main="relay_domains = example.net\n")),
    ("domain", "warn", dict(main="relay_domains = hash:/etc/postfix/r\n")),
    ("domain", "warn", dict(main="relay_domains = ldap:/etc/postfix/r\n")),
    ("domain", "fail", dict(main="relay_domains = static:no\nrelay_domains ="
                                 " inline:{ {a.test=x} }\n")),
    ("domain", "fail", dict(main="transport_maps = inline:{ {"
                                 "bounces.example.test=error:5.1.1 no} }\n")),
])
def test_one_thing_that_is_wrong_is_found(shared, folder, about, want, change):
    _, answer = look(shared, "--postfix", folder(shared, **change))
    assert level(answer, about) == want, said(answer, about)
    assert all("mend" in i for i in said(answer, about)
               if i["level"] == "fail")


@pytest.mark.parametrize("kind", ["hash", "texthash", "regexp", "file"])
def test_a_domain_in_a_table_is_found(shared, folder, tmp_path, kind):
    table = tmp_path / "domains"
    table.write_text({
        "hash": "bounces.example.test yes\n",
        "texthash": "other.test yes\nbounces.example.test yes\n",
        "regexp": "/^bounces\\.example\\.test$/ yes\n",
        "file": "# bounces.other.test\nother.test\nBounces.Example.Test\n",
    }[kind])
    name = str(table) if kind == "file" else f"{kind}:{table}"
    etc = folder(shared, main=f"relay_domains = other.example, {name}\n"
                              "transport_maps = inline:{ "
                              "{bounces.example.test=discard:} }\n")
    if kind == "hash":
        subprocess.run(["postmap", "-c", etc, name], check=True)
    _, answer = look(shared, "--postfix", etc)
    assert level(answer, "domain") == "ok", said(answer, "domain")
    assert "relay_domains, and goes by discard:" in said(
        answer, "domain")[0]["text"]


def test_a_signer_before_us_is_found(shared, folder):
    main = ("signer = unix:opendkim/opendkim.sock\n"
            "smtpd_milters = ${signer},\n"
            "    { unix:%s, default_action=accept }\n" %
            os.path.relpath(shared.base / "milter.sock", shared.base.parent))
    _, answer = look(shared, "--postfix", folder(shared, main=main))
    assert level(answer, "Postfix") == "ok"
    assert level(answer, "order") == "warn"
    assert "unix:opendkim/opendkim.sock" in said(answer, "order")[0]["text"]


def test_a_signer_is_known_by_its_port_too(shared, folder):
    main = "smtpd_milters = inet:127.0.0.1:8891, unix:%s\n" % \
        os.path.relpath(shared.base / "milter.sock", shared.base.parent)
    _, answer = look(shared, "--postfix", folder(shared, main=main))
    assert level(answer, "order") == "warn"


def test_a_folder_without_master_cf_is_said(shared, folder):
    etc = folder(shared)
    (pathlib.Path(etc) / "master.cf").unlink()
    _, answer = look(shared, "--postfix", etc)
    assert "master.cf cannot be read" in said(answer, "Postfix")[0]["text"]


def test_a_configuration_that_is_refused_is_found(shared, tmp_path):
    good, bad = tmp_path / "good.conf", tmp_path / "bad.conf"
    text = pathlib.Path(shared.conf).read_text()
    good.write_text(re.sub('user = "[a-z]*"', 'user = "nosuchuser"', text))
    bad.write_text(re.sub("settle = .*", "settle = never", text))
    code, answer = look(shared, "--postfix", tmp_path, config=bad)
    assert code == 1 and level(answer, "config") == "fail"
    assert "bad.conf:" in said(answer, "config")[0]["text"]
    _, answer = look(shared, "--postfix", tmp_path, config=good)
    assert level(answer, "config") == "warn"
    assert "nosuchuser" in said(answer, "config")[0]["text"]


def test_a_socket_outside_the_jail_is_found(shared, folder):
    main = f"smtpd_milters = unix:{shared.base}/milter.sock\n"
    _, answer = look(shared, "--postfix",
                     folder(shared, main=main, queue="/var/spool/postfix"))
    assert level(answer, "Postfix") == "fail"
    assert "chrooted" in said(answer, "Postfix")[0]["text"]


def test_keys_that_others_can_read_are_found(daemon, tmp_path):
    (daemon.base / "state" / "keys").chmod(0o644)
    code, answer = look(daemon, "--postfix", tmp_path)
    assert code == 1
    assert level(answer, "keys") == "fail"
    assert "chmod 600" in said(answer, "keys")[0]["mend"]
    (daemon.base / "state" / "keys").chmod(0o600)


def has_postfix_user():
    try:
        return pwd.getpwnam("postfix") and os.geteuid() == 0
    except KeyError:
        return False


@pytest.mark.skipif(not has_postfix_user(), reason="no user postfix, no root")
def test_a_socket_that_postfix_may_not_use_is_found(daemon, tmp_path):
    socket = daemon.base / "milter.sock"
    socket.chmod(0o600)
    os.chown(socket, 0, 0)
    _, answer = look(daemon, "--postfix", tmp_path)
    assert "may not write" in said(answer, "socket")[0]["text"]
    daemon.base.chmod(0o700)
    _, answer = look(daemon, "--postfix", tmp_path)
    assert f"may not enter {daemon.base}" in said(answer, "socket")[0]["text"]
    daemon.base.chmod(0o755)


def test_a_daemon_that_is_away_is_found(make_daemon, tmp_path):
    daemon = make_daemon().start()
    daemon.stop()
    code, answer = look(daemon, "--postfix", tmp_path)
    assert code == 1
    assert level(answer, "daemon") == "fail"
    assert level(answer, "socket") == "fail"
    # Without a mail server that is said, and is no failure.
    assert level(answer, "mail server") == "warn"


def test_sendmail_is_asked_for_its_filter(daemon, tmp_path):
    mc = tmp_path / "sendmail.mc"
    text = (CONTRIB / "sendmail" / "scoregate.mc").read_text()
    mc.write_text(text)
    _, answer = look(daemon, "--postfix", tmp_path, "--sendmail", mc)
    assert level(answer, "Sendmail") == "fail"
    mc.write_text(text.replace("/run/scoregate/milter.sock",
                               f"{daemon.base}/milter.sock"))
    _, answer = look(daemon, "--postfix", tmp_path, "--sendmail", mc)
    assert level(answer, "Sendmail") == "ok"
    assert "as scoregate" in said(answer, "Sendmail")[0]["text"]


def test_a_name_that_is_nowhere_is_found(daemon, tmp_path):
    """`.test` is in no DNS (RFC 6761): whether a resolver answers here or
    not, it is said and nothing hangs."""
    result = daemon.run("doctor", "--json", "--config", daemon.conf,
                        "--postfix", tmp_path)
    answer = json.loads(result.stdout)
    names = said(answer, "DNS")
    assert len(names) == 2 and all(i["level"] != "ok" for i in names)
    assert said(answer, "way in")[0]["level"] == "warn"
