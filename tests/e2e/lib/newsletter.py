"""Newsletters to instrument: one text, in each transfer encoding."""
import base64
import quopri
import re

LINKS = [
    "https://shop.example.test/offers?item=1&colour=green",
    "http://www.example.test/",
    "https://shop.example.test/map",
    "https://shop.example.test/outlook",
]

# What must be rewritten is in LINKS, in this order; nothing else may be.
HTML = """\
<!DOCTYPE html>
<html>
<head><title>Spring</title><link rel="stylesheet" href="https://shop.example.test/x.css"></head>
<body style="margin:0">
<p>Good morning, {name}! {umlaut}</p>
<p><a href="https://shop.example.test/offers?item=1&amp;colour=green">Offers</a> and
<a class=big href=http://www.example.test/>home</a></p>
<img src="https://shop.example.test/logo.png" alt="logo"><img src="cid:one@example.test" alt="">
<map name="m"><area shape="rect" href='https://shop.example.test/map' alt="map"></map>
<!--[if mso]><a href="https://shop.example.test/outlook">Outlook</a><![endif]-->
<p><a href="mailto:shop@example.test">mail</a> <a href="tel:+4930123">call</a> <a href="#top">up</a>
<a href="https://shop.example.test/{{{{template}}}}">template</a>
<a data-scoregate="off" href="https://shop.example.test/private">private</a>
A rather long line of plain prose that goes on for more than seventy-six characters, so that quoted-printable has to break it.</p>
</body>
</html>
"""

TEXT = """\
Good morning, {name}! {umlaut}

Offers: https://shop.example.test/offers?item=1&colour=green
"""

ENCODINGS = ("7bit", "8bit", "quoted-printable", "base64")
BOUNDARY = "=_spring_42"


def encode(text, encoding):
    raw = text.replace("\n", "\r\n").encode("utf-8")
    if encoding == "base64":
        return base64.encodebytes(raw).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        coded = quopri.encodestring(raw.replace(b"\r\n", b"\n"))
        return coded.replace(b"\n", b"\r\n")
    return raw


def html(name="Ann", encoding="quoted-printable"):
    return HTML.format(name=name, umlaut=_umlaut(encoding))


def text(name="Ann", encoding="quoted-printable"):
    return TEXT.format(name=name, umlaut=_umlaut(encoding))


def _umlaut(encoding):
    return "Gruesse" if encoding == "7bit" else "Gr\u00fc\u00dfe \u2013 \u201esch\u00f6n\u201c"


def newsletter(recipient, name="Ann", encoding="quoted-printable",
               headers=None, subject="Spring offers"):
    """A whole mail with CRLF. headers: more of them, or None to remove one."""
    charset = "us-ascii" if encoding == "7bit" else "utf-8"
    fields = {
        "From": "Shop News <news@example.test>",
        "To": f"{name} <{recipient}>",
        "Subject": subject,
        "Message-ID": f"<{recipient}.{encoding}@shop.example.test>",
        "Date": "Fri, 20 Nov 2026 09:00:00 +0100",
        "X-Odd":  "folded in\r\n\ttwo lines",
        "X-Scoregate-Campaign": "spring",
        "List-Id": "News <news.example.test>",
        "X-Scoregate-List": "news",
        "MIME-Version": "1.0",
        "Content-Type": "multipart/alternative;\r\n\tboundary=\"%s\"" % BOUNDARY,
    }
    fields.update(headers or {})
    lines = [f"{k}: {v}\r\n" for k, v in fields.items() if v is not None]

    def part(kind, content):
        return (f"--{BOUNDARY}\r\nContent-Type: {kind}; charset={charset}\r\n"
                f"Content-Transfer-Encoding: {encoding}\r\n\r\n").encode() + \
            encode(content, encoding) + b"\r\n"

    return ("".join(lines) + "\r\nA preamble nobody reads.  \r\n").encode() + \
        part("text/plain", text(name, encoding)) + \
        part("text/html", html(name, encoding)) + \
        f"--{BOUNDARY}--\r\nAn epilogue, too.\r\n".encode()


def tracked(html_text, public_url):
    """The rewritten targets, in order, and the pixel's URL or None."""
    clicks = re.findall(re.escape(public_url) + r"/c/[A-Za-z0-9_-]+",
                        html_text)
    pixels = re.findall(re.escape(public_url) + r"/o/[A-Za-z0-9_-]+\.gif",
                        html_text)
    assert len(pixels) <= 1, "one pixel at most"
    return clicks, pixels[0] if pixels else None
