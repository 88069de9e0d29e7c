"""What the demo shows: steps, sentences and quotes, in colour on a terminal
(NO_COLOR is respected)."""
import os
import shutil
import sys
import textwrap

WIDTH = max(78, min(110, shutil.get_terminal_size((100, 24)).columns - 1))
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
        lines = textwrap.wrap(sentence, min(WIDTH, 90) - len(head),
                              break_on_hyphens=False)
        print(bold(cyan(head)) + bold(lines[0]))
        for line in lines[1:]:
            print(" " * len(head) + bold(line))
        sys.stdout.flush()

    def say(self, text):
        for line in textwrap.wrap(text, WIDTH - 4, break_on_hyphens=False):
            print("    " + line)
        sys.stdout.flush()

    def run(self, command):
        print("    " + dim("$ ") + command)

    def quote(self, text, mark=None, cut=False):
        """Lines as they are; those for which mark(line) is true stand out.
        cut: not longer than a line of the terminal."""
        for line in text.rstrip("\n").split("\n"):
            is_long = cut and len(line) > WIDTH - 4
            shown = line[:WIDTH - 5] + "…" if is_long else line
            new = mark and mark(line)
            print(("    " if IN_COLOUR or not new else "  + ")
                  + (green(shown) if new else shown))
        sys.stdout.flush()

    def done(self, text):
        print("    " + green("✓ ") + text)
        sys.stdout.flush()

    def item(self, good, text):
        print("    " + (green("✓ ") if good else red("✗ ")) + text)
        sys.stdout.flush()
