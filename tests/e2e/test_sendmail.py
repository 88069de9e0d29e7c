"""Sendmail as the second MTA, with the lines of contrib/sendmail as they stand:
a newsletter is instrumented, split, and its bounce understood.

Sendmail conflicts with Postfix, so its packages are fetched and unpacked into
the build folder, not installed; without them this file is skipped."""
import os
import pathlib
import re
import shutil
import smtplib
import subprocess
import tempfile

import pytest

from lib import newsletter, places
from lib.processes import Process
from lib.receiver import Receiver
from lib.scoregated import Scoregated

PACKAGES = ["sendmail-bin", "sendmail-base", "sendmail-cf", "m4", "libsigsegv2",
            "libwrap0", "liblockfile1", "libnsl2"]
ROOT = places.ROOT / "build" / "unpacked" / "sendmail"
CONTRIB = places.ROOT / "contrib" / "sendmail" / "scoregate.mc"

MC = """\
include(`{root}/usr/share/sendmail/cf/m4/cf.m4')dnl
OSTYPE(linux)dnl
define(`confDOMAIN_NAME', `gw.sm.test')dnl
define(`QUEUE_DIR', `{base}/queue')dnl
define(`confPID_FILE', `{base}/sendmail.pid')dnl
define(`STATUS_FILE', `')dnl
define(`ALIAS_FILE', `')dnl
define(`confCW_FILE', `')dnl
define(`confSERVICE_SWITCH_FILE', `{base}/services')dnl
define(`confTO_IDENT', `0s')dnl
define(`confREFUSE_LA', `1000')dnl
define(`confQUEUE_LA', `1000')dnl
define(`confDELAY_LA', `0')dnl
define(`confMIN_QUEUE_AGE', `0')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {relay}')dnl
FEATURE(`promiscuous_relay')dnl
FEATURE(`accept_unqualified_senders')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`nocanonify')dnl
{ours}
MAILER(local)dnl
MAILER(smtp)dnl
"""


def unpack():
    """Why Sendmail cannot be had here, or None."""
    if (ROOT / "done").exists():
        return None
    if os.geteuid() != 0:
        return "Sendmail needs root"
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    try:
        fetched = subprocess.run(["apt-get", "download", *PACKAGES], cwd=ROOT,
                                 capture_output=True, text=True, timeout=120,
                                 check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"Sendmail's packages cannot be fetched: {error}"
    if fetched.returncode != 0:
        return f"Sendmail's packages cannot be fetched: {fetched.stderr[-200:]}"
    for package in ROOT.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, ROOT], check=True)
        package.unlink()
    # Set-group-id, it would not be told where its libraries are.
    (ROOT / "usr/libexec/sendmail/sendmail").chmod(0o755)
    (ROOT / "done").touch()
    return None


class Sendmail:
    def __init__(self, base, relay, milter):
        self.base = pathlib.Path(base)
        self.relay = relay
        for name in ("queue", "log"):
            (self.base / name).mkdir(parents=True)
        (self.base / "queue").chmod(0o700)
        self.base.chmod(0o755)
        (self.base / "services").write_text("hosts files\n")
        self.mta, self.submission, self.bounces = (
            places.free_port() for _ in range(3))
        self.env = dict(os.environ, LD_LIBRARY_PATH=":".join(
            str(ROOT / p) for p in ("usr/lib/x86_64-linux-gnu",
                                    "lib/x86_64-linux-gnu", "usr/lib",
                                    "usr/lib/aarch64-linux-gnu")))
        self.process = None
        self._configure(milter)

    def _our_lines(self, milter):
        """contrib's, with this test's socket and ports, without the signer
        that is not there and the password that nobody has."""
        text = CONTRIB.read_text()
        for old, new in (
                ("unix:/run/scoregate/milter.sock", milter),
                ("`scoregate, opendkim'", "`scoregate'"),
                ("Port=smtp", f"Addr=127.0.0.1, Port={self.mta}"),
                ("Port=submission, M=Ea",
                 f"Addr=127.0.0.1, Port={self.submission}, M=E"),
                ("Port=10026", f"Port={self.bounces}"),
                ("TCP $h 10026", f"TCP $h {self.bounces}"),
                ("hash -o /etc/mail/mailertable",
                 f"hash {self.base}/mailertable")):
            assert old in text, f"{CONTRIB} has no {old} any more"
            text = text.replace(old, new)
        return re.sub(r"(?m)^INPUT_MAIL_FILTER\(`opendkim'.*\n", "", text)

    def _configure(self, milter):
        mc = MC.format(root=ROOT, base=self.base, relay=self.relay,
                       ours=self._our_lines(milter))
        (self.base / "t.mc").write_text(mc)
        cf = ROOT / "usr/share/sendmail/cf"
        made = subprocess.run([ROOT / "usr/bin/m4", f"-I{cf}", "-D",
                               f"_CF_DIR_={cf}/", self.base / "t.mc"],
                              env=self.env, capture_output=True, text=True,
                              check=True)
        (self.base / "sendmail.cf").write_text(made.stdout)
        (self.base / "mailertable").write_text(
            "bounces.example.test\tbounced:[127.0.0.1]\n")
        subprocess.run([ROOT / "usr/libexec/sendmail/makemap", "-C",
                        self.base / "sendmail.cf", "hash",
                        self.base / "mailertable.db"], env=self.env,
                       input=(self.base / "mailertable").read_bytes(),
                       check=True)

    def start(self):
        self.process = Process(
            ["unshare", "-u", "sh", "-c",
             'hostname gw.sm.test; exec "$@"', "sh",
             ROOT / "usr/libexec/sendmail/sendmail", "-C",
             self.base / "sendmail.cf", "-bD", "-q1s", "-X",
             self.base / "log/dialogue"], self.base / "log/sendmail",
            env=self.env)

        def listens():
            if not self.process.is_running():
                raise RuntimeError(self.process.text())
            try:
                with smtplib.SMTP("127.0.0.1", self.submission, timeout=10):
                    return True
            except OSError:
                return False
        places.wait_for(listens, 30, "Sendmail")
        return self

    def stop(self):
        if self.process:
            self.process.stop(10)
            self.process = None

    def logs(self):
        path = self.base / "log/dialogue"
        return path.read_text(errors="replace") if path.exists() else ""

    def send(self, people, mail):
        with smtplib.SMTP("127.0.0.1", self.submission, timeout=60) as smtp:
            smtp.sendmail("news@example.test", people, mail)


class World:
    def __init__(self, base):
        self.base = pathlib.Path(base)
        self.receiver = Receiver()
        self.daemon = Scoregated(
            self.base / "gw", mail='multi_recipient = split\n'
            f'    reinject = "127.0.0.1:{self.receiver.port}"')
        text = self.daemon.conf.read_text()
        self.daemon.write_conf(text.replace('{ "submission" }', '{ "MSA" }')
                               .replace('{ "mx" }', '{ "MTA", "bounces" }'))
        self.sendmail = Sendmail(self.base / "sm", self.receiver.port,
                                 self.daemon.milter)

    def logs(self):
        return {"scoregated": self.daemon.text(),
                "sendmail": self.sendmail.logs()}


@pytest.fixture
def world(request, needs_daemon):
    why_not = unpack()
    if why_not:
        pytest.skip(why_not)
    # Sendmail trusts no socket below a folder that all may write to.
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-", dir="/run"))
    base.chmod(0o755)
    made = World(base)
    request.node.made = [made]
    try:
        made.daemon.start()
        made.sendmail.start()
        yield made
        made.sendmail.stop()
        made.receiver.stop()
        made.daemon.stop()
    finally:
        made.sendmail.stop()
        if made.daemon.process:
            made.daemon.process.kill()
        shutil.rmtree(base, ignore_errors=True)


def test_a_newsletter_is_instrumented_and_its_bounce_understood(world):
    world.sendmail.send(["ann@far.test"],
                        newsletter.newsletter("ann@far.test"))
    mail = world.receiver.wait_for("ann@far.test", limit_s=60)
    clicks, pixel = newsletter.tracked(mail.part("text/html"),
                                       world.daemon.public_url)
    assert pixel and len(clicks) == 4
    assert mail.sender.startswith("bounce+")
    assert b"List-Unsubscribe-Post:" in mail.header
    assert b"X-Scoregate" not in mail.header
    world.daemon.wait_for_signal("ann@far.test", "email.sent")
    # Refused by the far side: Sendmail's own report goes round by mailertable.
    world.receiver.refuse("gone@far.test")
    world.sendmail.send(["gone@far.test"],
                        newsletter.newsletter("gone@far.test"))
    bounced = world.daemon.wait_for_signal("gone@far.test", "email.bounced",
                                           limit_s=60)
    assert bounced[0]["properties"]["class"] == "hard"


def test_recipients_are_removed_and_get_private_copies(world):
    people = ["ann@far.test", "bob@far.test", "cid@far.test"]
    world.sendmail.send(people, newsletter.newsletter("all@far.test"))
    pixels = set()
    for person in people:
        mail = world.receiver.wait_for(person, limit_s=60)
        assert mail.recipients == [person]
        pixels.add(newsletter.tracked(mail.part("text/html"),
                                      world.daemon.public_url)[1])
    assert len(pixels) == 3 and None not in pixels


def test_a_daemon_that_is_gone_is_try_again(world):
    world.daemon.kill()
    with pytest.raises(smtplib.SMTPException) as refused:
        world.sendmail.send(["ann@far.test"],
                            newsletter.newsletter("ann@far.test"))
    error = refused.value
    code = getattr(error, "smtp_code", 0) or \
        list(error.recipients.values())[0][0]
    assert 400 <= code < 500
    world.daemon.start()
    world.sendmail.send(["ann@far.test"],
                        newsletter.newsletter("ann@far.test"))
    world.receiver.wait_for("ann@far.test", limit_s=60)
