"""What goes out: links, pixel, bounce address and List-Unsubscribe are put in;
every other byte is the one that came."""
import difflib
import email
import html
import re

import pytest

from lib import newsletter


def without_received(data):
    """The header lines that Postfix put on top are its own."""
    return re.sub(rb"\A(?:Received:[^\r]*\r\n(?:[ \t][^\r]*\r\n)*)+", b"", data)


def raw_part(data, boundary, number):
    """The bytes of a part, its header included, as they stand in the mail."""
    return data.split(b"--" + boundary.encode())[number]


@pytest.mark.parametrize("encoding", newsletter.ENCODINGS)
def test_links_and_pixel_are_put_in_and_the_rest_stays(gateway, encoding):
    sent = newsletter.newsletter("ann@far.test", encoding=encoding)
    mail = gateway.deliver("ann@far.test", encoding=encoding)
    clicks, pixel = gateway.tracked(mail)
    assert len(clicks) == len(newsletter.LINKS) and pixel

    # The decoded HTML with the changes taken back is the one that was sent.
    text = mail.part("text/html").replace("\r\n", "\n")
    image = re.search(r'<img src="%s" width="1" height="1" alt="">' %
                      re.escape(pixel), text)
    assert image and text[image.end():].lstrip().startswith("</body>")
    text = text.replace(image.group(), "")
    originals = iter(newsletter.LINKS)
    back = re.sub(re.escape(gateway.daemon.public_url) + r"/c/[\w-]+",
                  lambda _: html.escape(next(originals)), text)
    want = newsletter.html(encoding=encoding)
    # An attribute without quotes may get them, base64 may get padding.
    def tidy(some):
        return re.sub(r"""(["']) +(?=[ >])""", r"\1", some.replace(
            'href="http://www.example.test/"',
            "href=http://www.example.test/"))

    assert tidy(back) == tidy(want)

    # Outside that part each byte is the one that was sent.
    boundary = newsletter.BOUNDARY
    body = mail.body
    for number in (0, 1, 3):
        assert raw_part(body, boundary, number) == raw_part(
            sent.partition(b"\r\n\r\n")[2], boundary, number)
    # And inside it the lines without a link are.
    before = raw_part(sent, boundary + "\r\n", 2).split(b"\r\n")
    after = raw_part(mail.data, boundary + "\r\n", 2).split(b"\r\n")
    if encoding != "base64":
        lost = [line for line in difflib.ndiff(
            [l.decode() for l in before], [l.decode() for l in after])
            if line.startswith("- ") and "href" not in line
            and "</body>" not in line]
        assert len(lost) <= 6, lost
    assert max(len(line) for line in after) <= (
        76 if encoding in ("quoted-printable", "base64") else 998)


def test_the_envelope_sender_is_a_bounce_address_of_its_own(gateway):
    first = gateway.deliver("ann@far.test")
    second = gateway.deliver("ben@far.test")
    form = r"bounce\+[a-z2-7]{45}@bounces\.example\.test"
    assert re.fullmatch(form, first.sender), first.sender
    assert re.fullmatch(form, second.sender)
    assert first.sender != second.sender
    assert len(first.sender.partition("@")[0]) <= 64


def test_list_unsubscribe_is_added_and_our_headers_are_removed(gateway):
    mail = gateway.deliver("ann@far.test")
    message = mail.message()
    assert "/u/" in message["List-Unsubscribe"]
    assert message["List-Unsubscribe"].startswith(
        "<" + gateway.daemon.public_url)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not [k for k in message.keys() if k.lower().startswith("x-scoregate")]
    assert message["List-Id"] == "News <news.example.test>"
    assert message["Subject"] == "Spring offers"
    assert b"X-Odd: folded in\r\n\ttwo lines\r\n" in mail.data
    for line in mail.header.split(b"\r\n"):
        assert len(line) <= 998


def test_mail_without_a_campaign_is_left_alone(gateway):
    sent = newsletter.newsletter("ann@far.test", headers={
        "X-Scoregate-Campaign": None, "X-Scoregate-List": None})
    gateway.postfix.send("news@example.test", "ann@far.test", sent)
    mail = gateway.receiver.wait_for("ann@far.test")
    assert without_received(mail.data) == sent
    assert mail.sender == "news@example.test"


def test_incoming_mail_is_left_alone_and_our_headers_in_it_ignored(gateway):
    sent = newsletter.newsletter("ann@far.test")
    gateway.postfix.send("news@example.test", "ann@far.test", sent,
                         port=gateway.postfix.mx)
    mail = gateway.receiver.wait_for("ann@far.test")
    assert gateway.tracked(mail) == ([], None)
    assert mail.body == sent.partition(b"\r\n\r\n")[2]


def test_several_recipients_share_a_body_and_are_not_tracked(gateway):
    sent = newsletter.newsletter("ann@far.test")
    gateway.postfix.send("news@example.test", ["ann@far.test", "ben@far.test"],
                         sent)
    mail = gateway.receiver.wait_for("ann@far.test")
    assert mail.body == sent.partition(b"\r\n\r\n")[2]
    assert "ben@far.test" in mail.recipients


PROTECTED = {
    "signed": b"""\
From: a@example.test\r
To: ann@far.test\r
Subject: signed\r
X-Scoregate-Campaign: spring\r
MIME-Version: 1.0\r
Content-Type: multipart/signed; micalg=pgp-sha256;\r
 protocol="application/pgp-signature"; boundary="s"\r
\r
--s\r
Content-Type: text/html\r
\r
<html><body><a href="https://shop.example.test/">x</a></body></html>\r
--s\r
Content-Type: application/pgp-signature\r
\r
-----BEGIN PGP SIGNATURE-----\r
\r
iQEzBAEBCAAdFiEE\r
-----END PGP SIGNATURE-----\r
--s--\r
""",
    "encrypted": b"""\
From: a@example.test\r
To: ann@far.test\r
Subject: encrypted\r
X-Scoregate-Campaign: spring\r
MIME-Version: 1.0\r
Content-Type: multipart/encrypted;\r
 protocol="application/pgp-encrypted"; boundary="s"\r
\r
--s\r
Content-Type: application/pgp-encrypted\r
\r
Version: 1\r
--s\r
Content-Type: application/octet-stream\r
\r
-----BEGIN PGP MESSAGE-----\r
\r
hQEMA\r
-----END PGP MESSAGE-----\r
--s--\r
""",
    "s/mime": b"""\
From: a@example.test\r
To: ann@far.test\r
Subject: s/mime\r
X-Scoregate-Campaign: spring\r
MIME-Version: 1.0\r
Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r
Content-Transfer-Encoding: base64\r
\r
MIIBHgYJKoZIhvcNAQcDoIIBDzCCAQsCAQAxgcAwgb0CAQAwJjASMRAwDgYDVQQDEwdDYXJs\r
""",
    "dkim": b"""\
DKIM-Signature: v=1; a=rsa-sha256; d=example.test; s=s; c=simple/simple;\r
 h=from:subject; bh=abc=; b=abc=\r
From: a@example.test\r
To: ann@far.test\r
Subject: dkim\r
X-Scoregate-Campaign: spring\r
MIME-Version: 1.0\r
Content-Type: text/html\r
\r
<html><body><a href="https://shop.example.test/">x</a></body></html>\r
""",
}


@pytest.mark.parametrize("kind", PROTECTED)
def test_the_body_of_protected_mail_is_untouched(gateway, kind):
    sent = PROTECTED[kind]
    gateway.postfix.send("a@example.test", "ann@far.test", sent)
    mail = gateway.receiver.wait_for("ann@far.test")
    assert mail.body == sent.partition(b"\r\n\r\n")[2]


def test_track_none_in_a_mail_leaves_its_body_alone(gateway):
    mail = gateway.deliver("ann@far.test",
                           headers={"X-Scoregate-Track": "none"})
    assert gateway.tracked(mail) == ([], None)
    assert mail.sender.startswith("bounce+")


def test_a_long_mail_arrives_whole(gateway):
    sent = newsletter.newsletter("ann@far.test", encoding="8bit")
    tail = b"".join(b"<p>line %d of a long mail</p>\r\n" % i
                    for i in range(40000))
    sent = sent.replace(b"</body>", tail + b"</body>")
    assert len(sent) > 1_000_000
    gateway.postfix.send("news@example.test", "ann@far.test", sent)
    mail = gateway.receiver.wait_for("ann@far.test")
    clicks, pixel = gateway.tracked(mail)
    assert len(clicks) == 4 and pixel
    assert mail.data.count(b"of a long mail") == 40000


def test_email_sent_is_known_of_each(gateway):
    gateway.deliver("ann@far.test")
    sent = gateway.daemon.wait_for_signal("ann@far.test", "email.sent")
    assert len(sent) == 1
    assert sent[0]["properties"]["campaign"] == "spring"
    # The same mail again, as after an answer that got lost: the same message.
    gateway.deliver("ann@far.test")
    gateway.deliver("ben@far.test")
    gateway.daemon.wait_for_signal("ben@far.test", "email.sent")
    assert len(gateway.daemon.signals("ann@far.test", "email.sent")) == 1


def test_parsed_by_others_it_is_a_good_message(gateway):
    mail = gateway.deliver("ann@far.test")
    message = email.message_from_bytes(mail.data)
    assert not message.defects
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "text/html"]
