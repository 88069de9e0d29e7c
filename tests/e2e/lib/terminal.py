"""A command on a terminal of its own: what a person would see."""
import fcntl
import os
import pty
import struct
import subprocess
import termios

import pytest


class Seen:
    def __init__(self, code, text):
        self.returncode = code
        self.raw = text
        self.text = text.replace("\r\n", "\n")

    @property
    def lines(self):
        return self.text.split("\n")


def run(words, columns=80, answer="", env=None):
    """Standard input, output and error are one terminal of that width; what
    is typed is there from the start."""
    try:
        ours, theirs = pty.openpty()
    except OSError as trouble:  # a container without /dev/pts
        pytest.skip(f"no terminal to be had: {trouble}")
    fcntl.ioctl(theirs, termios.TIOCSWINSZ,
                struct.pack("HHHH", 24, columns, 0, 0))
    said = dict(os.environ, TERM="xterm", NO_COLOR="1")
    said.update(env or {})
    with subprocess.Popen([str(w) for w in words], stdin=theirs,
                          stdout=theirs, stderr=theirs, env=said,
                          start_new_session=True) as process:
        os.close(theirs)
        if answer:
            os.write(ours, answer.encode())
        heard = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # EIO: the other side is closed
                break
            if not piece:
                break
            heard += piece
        code = process.wait(60)
    os.close(ours)
    return Seen(code, heard.decode("utf-8", "replace"))
