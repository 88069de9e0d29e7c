"""The daemon with a fresh state of its own, and the command beside it."""
import grp
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess

from . import places, terminal
from .processes import Process
from .web import Web

PUBLIC_URL = "https://track.example.test"
BOUNCE_DOMAIN = "bounces.example.test"

CONF = """\
public_url = "{public_url}"
bounce_domain = "{bounce_domain}"
unsubscribe_address = "leave@{bounce_domain}"
state = "{base}/state"
user = "{user}"
plugins = "{plugins}"
settle = {settle}
{root_more}
http {{
    public = "127.0.0.1:{public}"
    private = "127.0.0.1:{private}"
    socket = "{base}/scoregate.sock"
    requests = "{requests}"
}}
milter {{
    socket = "unix:{base}/milter.sock"
    group = "{group}"
}}
mail {{
    outbound_daemons = {{ "submission" }}
    inbound_daemons = {{ "mx" }}
    {mail}
}}
smtp {{
    host = "127.0.0.1"
    port = {smtp}
    tls = none
    {smtp_more}
}}
score "lead" {{ degrade = none }}
"""


def _group():
    """Postfix's, so that it may use the milter's socket; without root there is
    no private Postfix, and nobody to give the socket away."""
    try:
        if os.geteuid() == 0:
            return grp.getgrnam("postfix").gr_name
    except KeyError:
        pass
    return grp.getgrgid(os.getgid()).gr_name


class CommandFailed(AssertionError):
    def __init__(self, words, result):
        super().__init__(f"scoregate {' '.join(map(str, words))}: exit code "
                         f"{result.returncode}\n{result.stdout}{result.stderr}")
        self.result = result


class Scoregated:
    def __init__(self, base, more="", conf=CONF, **values):
        """base: a directory the MTA may enter. conf: the configuration, more:
        text at its end, values: other numbers and names for it."""
        self.base = pathlib.Path(base)
        self.base.mkdir(parents=True, exist_ok=True)
        self.base.chmod(0o755)
        self.conf = self.base / "scoregate.conf"
        self.socket = self.base / "scoregate.sock"
        self.milter = f"unix:{self.base}/milter.sock"
        self.values = dict(base=self.base, public=places.free_port(),
                           private=places.free_port(),
                           plugins=places.PLUGINS, public_url=PUBLIC_URL,
                           bounce_domain=BOUNCE_DOMAIN, group=_group(),
                           user=pwd.getpwuid(os.geteuid()).pw_name, smtp=25,
                           mail="", requests="off", smtp_more="", root_more="", settle="0s")
        self.values.update(values)
        if "user" in values:
            # Who is not root may not be able to enter the build's folder.
            shutil.copytree(places.PLUGINS, self.base / "plugins",
                            dirs_exist_ok=True)
            self.values["plugins"] = self.base / "plugins"
        self.public_url = self.values["public_url"]
        self.write_conf(conf.format(**self.values) + more)
        # Stories follow many links at once, and are people.
        self.write_verdicts("links = 2", "links = 0",
                            "recipients = 10", "recipients = 0")
        self.public = Web(f"127.0.0.1:{self.values['public']}")
        self.private = Web(f"127.0.0.1:{self.values['private']}")
        self.local = Web(self.socket)
        self.log = self.base / "scoregated.log"
        self.process = None

    def write_conf(self, text):
        self.conf.write_text(text)

    def write_verdicts(self, *changes):
        """The shipped verdict.conf, with these texts replaced by those."""
        text = (places.ROOT / "conf/verdict.conf").read_text()
        for old, new in zip(changes[::2], changes[1::2]):
            assert old in text, old
            text = text.replace(old, new)
        (self.base / "verdict.conf").write_text(text)

    # --- the daemon

    def command(self, *words):
        return [places.DAEMON, "--config", self.conf, *words]

    def start(self, limit_s=20):
        self.process = Process(self.command(), self.log)

        def healthy():
            if not self.process.is_running():
                raise RuntimeError("scoregated ended with "
                                   f"{self.process.popen.returncode}:\n"
                                   + self.text())
            try:
                self.local.get("/healthz")
                return self.public.get("/healthz").status == 200
            except OSError:
                return False
        places.wait_for(healthy, limit_s, "scoregated\n" + self.text())
        return self

    def check(self):
        """scoregated --check: the finished process."""
        return subprocess.run(self.command("--check"), capture_output=True,
                              text=True, timeout=60, check=False)

    def stop(self):
        """By SIGTERM, in good order; no sanitizer may have spoken."""
        if not self.process:
            return
        code = self.process.stop(20)
        self.process = None
        assert code == 0, f"scoregated stopped with {code}:\n{self.text()}"
        self.assert_no_report()

    def kill(self):
        self.process.kill()
        self.process = None
        self.assert_no_report()

    def text(self):
        try:
            return self.log.read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def assert_no_report(self):
        found = re.search(r"(AddressSanitizer|LeakSanitizer|ThreadSanitizer|"
                          r"runtime error)", self.text())
        assert not found, self.text()

    # --- the command

    def run(self, *words, text=None):
        """scoregate WORDS: the finished process, whatever it says."""
        return subprocess.run([places.COMMAND, "--socket", self.socket,
                               *map(str, words)], input=text, text=True,
                              capture_output=True, timeout=120, check=False,
                              env=dict(os.environ, NO_COLOR="1"))

    def do(self, *words, text=None):
        """scoregate WORDS, which must work: what it printed."""
        result = self.run(*words, text=text)
        if result.returncode != 0:
            raise CommandFailed(words, result)
        return result.stdout

    def ask(self, *words):
        """scoregate --json WORDS, which must work: the value."""
        return json.loads(self.do("--json", *words))

    def refused(self, code, *words, text=None):
        """scoregate WORDS, which must end with this code: what it said on
        standard error; nothing of it on standard output."""
        result = self.run(*words, text=text)
        if result.returncode != code or not result.stderr:
            raise CommandFailed(words, result)
        return result.stderr

    def run_over_tcp(self, token, *words):
        """The same from another machine: over the private listener."""
        env = dict(os.environ, NO_COLOR="1", SCOREGATE_TOKEN=token,
                   SCOREGATE_URL=f"http://127.0.0.1:{self.values['private']}")
        env.pop("SCOREGATE_SOCKET", None)
        return subprocess.run([places.COMMAND, *map(str, words)], text=True,
                              capture_output=True, timeout=120, check=False,
                              env=env)

    def on_terminal(self, *words, columns=80, answer=""):
        """scoregate WORDS before a person who types the answer."""
        return terminal.run([places.COMMAND, "--socket", self.socket, *words],
                            columns, answer)

    def api(self, method, path, value=None):
        """The API over the Unix socket: an Answer."""
        body = json.dumps(value) if value is not None else None
        return self.local.ask(method, "/api/v1" + path, body, headers={
            "Content-Type": "application/json"} if body else None)

    # --- what the stories ask

    def score(self, address, name="lead"):
        """The points, None for no score or no such contact."""
        answer = self.api("GET", f"/contacts/{address}/scores")
        if answer.status == 404:
            return None
        assert answer.status == 200, answer.text
        for item in answer.json()["items"]:
            if item["name"] == name:
                return item["score"]
        return None

    def wait_for_score(self, address, points, name="lead", limit_s=10):
        def there():
            now = self.score(address, name)
            return now is not None and abs(now - points) < 0.5
        try:
            places.wait_for(there, limit_s, "the score")
        except TimeoutError:
            raise AssertionError(f"{address} has {name} "
                                 f"{self.score(address, name)}, "
                                 f"expected {points}") from None

    def signals(self, address=None, name=None):
        query = "&".join(f"{k}={v}" for k, v in
                         (("contact", address), ("name", name),
                          ("limit", 1000)) if v)
        answer = self.api("GET", "/signals?" + query)
        if answer.status == 404:
            return []
        assert answer.status == 200, answer.text
        return answer.json()["items"]

    def wait_for_signal(self, address, name, n=1, limit_s=15):
        try:
            places.wait_for(lambda: len(self.signals(address, name)) >= n,
                            limit_s, name)
        except TimeoutError:
            raise AssertionError(
                f"{n} {name} of {address} expected, there are: "
                f"{self.signals(address)}\n{self.text()[-3000:]}") from None
        return self.signals(address, name)
