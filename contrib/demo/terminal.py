"""What the demo shows: steps, sentences and quotes, in colour on a terminal
(NO_COLOR is respected)."""
import os
import sys
import textwrap

WIDTH = 78
IN_COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if IN_COLOUR else text


def bold(text):
    return paint("1", text)


def dim(text):
    return paint("2", text)


def green(text):
    return paint("32", text)


def red(text):
    return paint("31", text)


def cyan(text):
    return paint("36", text)


class Story:
    def __init__(self):
        self.number = 0

    def title(self, text, below):
        print()
        print("  " + bold(text))
        self.say(below)

    def step(self, sentence):
        """A numbered sentence: what happens now."""
        self.number += 1
        print()
        head = f"{self.number:2}  "
        lines = textwrap.wrap(sentence, WIDTH - len(head))
        print(bold(cyan(head)) + bold(lines[0]))
        for line in lines[1:]:
            print(" " * len(head) + bold(line))
        sys.stdout.flush()

    def say(self, text):
        for line in textwrap.wrap(text, WIDTH - 4):
            print("    " + line)
        sys.stdout.flush()

    def run(self, command):
        print("    " + dim("$ ") + command)

    def quote(self, text, mark=None):
        """Lines as they are; those for which mark(line) is true stand out."""
        for line in text.rstrip("\n").split("\n"):
            shown = line if len(line) <= WIDTH - 4 else line[:WIDTH - 5] + "…"
            if mark and mark(line):
                shown = green(shown)
            print("    " + shown)
        sys.stdout.flush()

    def done(self, text):
        print("    " + green("✓ ") + text)
        sys.stdout.flush()

    def item(self, good, text):
        print("    " + (green("✓ ") if good else red("✗ ")) + text)
        sys.stdout.flush()
