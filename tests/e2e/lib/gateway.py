"""The whole picture: Postfix, scoregated between, and the far side."""
import pathlib
import shutil
import tempfile

from . import newsletter, processes
from .postfix import Postfix
from .receiver import Receiver
from .scoregated import Scoregated

RULES = """\
rule "opened"  { on = "email.opened"  add = 5  because = "read it" }
rule "clicked" { on = "email.clicked" add = 10 because = "followed a link" }
"""


class Gateway:
    def __init__(self, more="", settings=None, rules=RULES, **values):
        """more, values: for the daemon's configuration, with DIRECT and
        RECEIVER as ports in `mail`; settings: for main.cf."""
        processes.adopt_orphans()
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-",
                                                  dir="/tmp"))
        self.base.chmod(0o755)
        self.receiver = Receiver()
        self.postfix = Postfix(self.base / "postfix", self.receiver.port,
                               f"unix:{self.base}/gw/milter.sock", settings)
        values.setdefault("smtp", self.postfix.submission)
        for name, port in (("DIRECT", self.postfix.direct),
                           ("RECEIVER", self.receiver.port)):
            if "mail" in values:
                values["mail"] = values["mail"].replace(name, str(port))
        self.daemon = Scoregated(self.base / "gw", more, **values)
        self.rules = rules

    def start(self):
        self.daemon.start()
        if self.rules:
            self.apply_rules(self.rules)
        self.postfix.start()
        return self

    def apply_rules(self, text):
        path = self.base / "rules.conf"
        path.write_text(text)
        self.daemon.do("rules", "apply", "--yes", path)

    def stop(self):
        """Mail first, so that nothing waits for the milter; then the daemon,
        which must stop in good order."""
        try:
            self.postfix.stop()
            self.receiver.stop()
        finally:
            self.daemon.stop()

    def remove(self):
        """Whatever state it is in: nothing stays behind."""
        self.postfix.stop()
        if self.daemon.process:
            self.daemon.process.kill()
        processes.reap_orphans(())
        shutil.rmtree(self.base, ignore_errors=True)

    def logs(self):
        return {"scoregated": self.daemon.text(), "postfix": self.postfix.log()}

    def send(self, recipient, name="Ann", encoding="quoted-printable",
             headers=None, sender="news@example.test", **more):
        """A newsletter by submission; what was sent."""
        mail = newsletter.newsletter(recipient, name, encoding, headers)
        self.postfix.send(sender, recipient, mail, **more)
        return mail

    def deliver(self, recipient, **more):
        """The same, and the mail as the far side got it."""
        before = len(self.receiver.to(recipient))
        self.send(recipient, **more)
        mails = self.receiver.wait_for(recipient, before + 1)
        return mails[-1] if isinstance(mails, list) else mails

    def tracked(self, mail):
        return newsletter.tracked(mail.part("text/html"),
                                  self.daemon.public_url)
