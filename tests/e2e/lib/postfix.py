"""A Postfix of our own: configuration, queue and ports in one directory, no
change to the machine's own mail. Needs root, as Postfix does.

Three ways in: `submission` (our milter takes it for outgoing mail), `mx` (for
incoming mail) and `direct` (no milter). Whatever goes out goes to the relay.
"""
import os
import pathlib
import shutil
import signal
import smtplib
import subprocess
import time

from . import places, processes

MASTER = "/usr/lib/postfix/sbin/master"

GUARD = """\
"$@" & master=$!
# Not cat alone: a master that ends by itself ends the guard too.
(cat >/dev/null; kill $master 2>/dev/null) <&3 & reader=$!
wait $master
kill $reader 2>/dev/null
"""

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {base}/spool
data_directory = {base}/data
maillog_file = {base}/log/mail.log
maillog_file_prefixes = {base}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = gw.test
mydestination = local.test
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
# Empty: smtpd takes unknown local users, so that local(8) bounces them.
local_recipient_maps =
mail_spool_directory = {base}/mail/
biff = no
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_peername_lookup = no
in_flow_delay = 0
# After one refused connection a destination would rest for 300 s.
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
transport_retry_time = 1s
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtp_tls_security_level = none
relayhost = [127.0.0.1]:{relay}
smtpd_milters = {milter}
non_smtpd_milters = {milter}
internal_mail_filter_classes = bounce
milter_default_action = tempfail
milter_connect_timeout = 5s
"""

MASTER_CF = """\
127.0.0.1:{submission} inet n - n - - smtpd
  -o milter_macro_daemon_name=submission
127.0.0.1:{mx} inet n - n - - smtpd
  -o milter_macro_daemon_name=mx
127.0.0.1:{direct} inet n - n - - smtpd
  -o smtpd_milters=
pickup     unix n - n 60 1 pickup
cleanup    unix n - n - 0 cleanup
qmgr       unix n - n 300 1 qmgr
rewrite    unix - - n - - trivial-rewrite
bounce     unix - - n - 0 bounce
defer      unix - - n - 0 bounce
trace      unix - - n - 0 bounce
verify     unix - - n - 1 verify
flush      unix n - n 1000? 0 flush
proxymap   unix - - n - - proxymap
smtp       unix - - n - - smtp
relay      unix - - n - - smtp
showq      unix n - n - - showq
error      unix - - n - - error
retry      unix - - n - - error
discard    unix - - n - - discard
local      unix - n n - - local
anvil      unix - - n - 1 anvil
scache     unix - - n - 1 scache
postlog    unix-dgram n - n - 1 postlogd
"""


def missing():
    """Why a private Postfix cannot run here, or None."""
    if os.geteuid() != 0:
        return "a private Postfix needs root"
    if not os.path.exists(MASTER):
        return "Postfix is not installed"
    return None


class Postfix:
    def __init__(self, base, relay, milter, settings=None, more=None):
        """base: a fresh directory whose parents others may enter. relay: the
        port all mail goes to. milter: an address, or "" for none. more: a
        name and a milter for each further way in, port_of[name]."""
        self.base = pathlib.Path(base)
        self.submission = places.free_port()
        self.mx = places.free_port()
        self.direct = places.free_port()
        self.guard = None
        self._make_directories()
        values = dict(base=self.base, relay=relay, milter=milter,
                      submission=self.submission, mx=self.mx,
                      direct=self.direct)
        main = MAIN_CF.format(**values)
        for name, value in (settings or {}).items():
            main += f"{name} = {value}\n"
        self._write("main.cf", main)
        self.port_of = {name: places.free_port() for name in more or {}}
        self._write("master.cf", MASTER_CF.format(**values) + "".join(
            f"127.0.0.1:{self.port_of[name]} inet n - n - - smtpd\n"
            f"  -o smtpd_milters={address}\n"
            for name, address in (more or {}).items()))

    def _make_directories(self):
        for name in ("etc", "spool", "data", "log", "mail"):
            (self.base / name).mkdir(parents=True)
        self.base.chmod(0o755)
        (self.base / "mail").chmod(0o1777)
        # Every program of Postfix writes the log, postsuper without postlogd:
        # it would end with what it cannot say, and no start after it.
        (self.base / "log/mail.log").touch()
        for name in ("data", "log", "log/mail.log"):
            shutil.chown(self.base / name, "postfix")

    def _write(self, name, text):
        path = self.base / "etc" / name
        path.write_text(text)
        # A file younger than a second makes each Postfix program sleep.
        past = time.time() - 3600
        os.utime(path, (past, past))

    def start(self):
        check = self.command("postfix", "check")  # makes the queue
        if check.returncode != 0:
            raise RuntimeError("postfix check:\n" + check.stderr)
        # A guard starts master and ends it when our end of its standard input
        # closes: also when we are killed. (master takes another user for a
        # moment, so the kernel's death signal does not reach it.)
        with open(self.base / "log" / "start.log", "ab") as log:
            self.guard = subprocess.Popen(
                ["sh", "-c", "exec 3<&0\n" + GUARD, "postfix-guard", MASTER, "-c",
                 self.base / "etc", "-s"], stdin=subprocess.PIPE, stdout=log,
                stderr=log, start_new_session=True)

        def listens():
            if self.guard.poll() is not None:
                raise RuntimeError("Postfix did not start:\n" + self.log())
            try:
                with smtplib.SMTP("127.0.0.1", self.direct, timeout=10):
                    return True
            except OSError:
                return False
        places.wait_for(listens, 20, "Postfix")

    def command(self, *words):
        return subprocess.run([words[0], "-c", self.base / "etc", *words[1:]],
                              capture_output=True, text=True, timeout=30,
                              check=False)

    def group(self):
        """Of its programs: master's process id; 0: not started."""
        try:
            return int((self.base / "spool/pid/master.pid").read_text())
        except (OSError, ValueError):
            return 0

    def stop(self):
        """Until the last program ended: each holds ports or the queue, and one
        that master had just begun to start holds master's own lock."""
        if not self.guard:
            return
        master = self.group()
        self.guard.stdin.close()
        self.guard.wait(20)
        self.guard = None
        if master and not processes.group_ends(master, 5):
            os.killpg(master, signal.SIGKILL)
            assert processes.group_ends(master, 10), "Postfix does not end"

    def kill(self):
        """kill -9 of master and all its programs at once: as when power fails,
        but for what the kernel has not written yet."""
        os.killpg(self.group(), signal.SIGKILL)
        self.stop()

    def restart(self):
        self.stop()
        self.start()

    def log(self):
        texts = []
        for name in ("start.log", "mail.log"):
            path = self.base / "log" / name
            if path.exists():
                texts.append(path.read_text(errors="replace"))
        return "".join(texts)

    def queue(self):
        """What waits: the lines of postqueue -j."""
        return self.command("postqueue", "-j").stdout.splitlines()

    def flush(self):
        self.command("postqueue", "-f")

    def wait_until_empty(self, limit_s=30):
        places.wait_for(lambda: not self.queue(), limit_s, "an empty queue")

    def send(self, sender, recipients, message, port=None, login=None,
             client=None):
        """Over SMTP. login: as if authenticated. Raises smtplib's errors."""
        if isinstance(recipients, str):
            recipients = [recipients]
        with smtplib.SMTP("127.0.0.1", port or self.submission,
                          local_hostname="client.test", timeout=60) as smtp:
            smtp.ehlo()
            if login or client:
                smtp.docmd("XCLIENT", " ".join(
                    ([f"LOGIN={login}"] if login else []) +
                    [f"ADDR={client or '192.0.2.5'}", "NAME=client.test"]))
                smtp.ehlo()
            return smtp.sendmail(sender, recipients, message,
                                 mail_options=["BODY=8BITMIME"])
