"""An MTA as a process of its own, to be killed by -9 at any moment. Its log has
a line for each mail that it took, written before that is answered: what it
took is what stands there, whatever became of its answer."""
import os
import pathlib
import socket
import sys
import threading

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from lib import places  # noqa: E402
from lib.processes import Process  # noqa: E402
from lib.receiver import Receiver  # noqa: E402


class MtaProcess:
    def __init__(self, base):
        self.port = places.free_port()
        self.log = pathlib.Path(base) / "mta.log"
        self.log.touch()
        self._said = pathlib.Path(base) / "mta.out"
        self.process = None

    def start(self):
        self.process = Process([sys.executable, __file__, self.port, self.log],
                               self._said)

        def answers():
            assert self.process.is_running(), self.process.text()
            try:
                with socket.create_connection(("127.0.0.1", self.port),
                                              5) as there:
                    return there.recv(3) == b"220"
            except OSError:
                return False
        places.wait_for(answers, 30, "the MTA")
        return self

    def kill(self):
        if self.process:
            self.process.kill()
        self.process = None

    def taken(self):
        """The recipient of each mail, in order."""
        return self.log.read_text().split()

    def count(self):
        return self.log.stat().st_size // LINE


LINE = 32  # so that counting is one look at the size


def main(port, log):
    out = os.open(log, os.O_WRONLY | os.O_APPEND)

    class Logged(Receiver):
        def after_data(self, mail):
            os.write(out, mail.recipient.ljust(LINE - 1).encode() + b"\n")
            return "250 2.0.0 ok"
    Logged(int(port))
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
