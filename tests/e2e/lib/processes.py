"""One process started by us, with its output in a file. It dies with us."""
import ctypes
import os
import pathlib
import signal
import subprocess

from . import places

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    """Even when we are killed by -9, nothing stays behind."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans():
    """Postfix's programs outlive their master by a moment and are not waited
    for by it: they come to us, and reap_orphans() ends the matter."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)


def reap_orphans(ours, limit_s=10):
    """Waits for every child that is not in `ours` (process ids)."""
    def none_left():
        children = pathlib.Path(f"/proc/self/task/{os.getpid()}/children")
        left = set(map(int, children.read_text().split())) - set(ours)
        for child in left:
            try:
                os.waitpid(child, os.WNOHANG)
            except ChildProcessError:
                pass
        return not left
    places.wait_for(none_left, limit_s, "the last of Postfix's programs")


def group_ends(group, limit_s):
    """Whether the last process of that group ends in time; adopted orphans
    among them are waited for."""
    def is_gone():
        try:
            while os.waitpid(-group, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
        try:
            os.killpg(group, 0)
            return False
        except ProcessLookupError:
            return True
    try:
        return places.wait_for(is_gone, limit_s, "the end of a group")
    except TimeoutError:
        return False


class Process:
    def __init__(self, command, log, env=None, cwd=None, pass_fds=()):
        self.log = log
        self.command = [str(word) for word in command]
        with open(log, "ab") as out:
            self.popen = subprocess.Popen(
                self.command, stdout=out, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, env=env, cwd=cwd,
                pass_fds=pass_fds, start_new_session=True,
                preexec_fn=_die_with_parent)
        self.pid = self.popen.pid

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def is_running(self):
        return self.popen.poll() is None

    def wait_for_text(self, text, limit_s):
        def there():
            if text in self.text():
                return True
            if not self.is_running():
                raise RuntimeError(f"{self.command[0]} ended with "
                                   f"{self.popen.returncode}:\n{self.text()}")
            return False
        places.wait_for(there, limit_s, f"{text!r} from {self.command[0]}")

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self, limit_s):
        """The exit code; killed and -9 when it does not end in time."""
        try:
            return self.popen.wait(limit_s * (4 if places.is_instrumented()
                                              else 1))
        except subprocess.TimeoutExpired:
            self.kill()
            return -9

    def stop(self, limit_s=10):
        if self.is_running():
            self.signal(signal.SIGTERM)
        return self.wait(limit_s)

    def kill(self):
        if self.is_running():
            self.popen.kill()
        self.popen.wait()
