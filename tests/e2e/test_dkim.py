"""A DKIM signer behind us: its strictest signature (simple/simple) of the mail
that we changed verifies at the far side."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import pytest

from lib import newsletter, places
from lib.processes import Process

pytestmark = pytest.mark.skipif(not shutil.which("opendkim"),
                                reason="opendkim is not installed")


def conf(base, **more):
    lines = {"Syslog": "no", "Background": "no", "UMask": "000",
             "PidFile": base / "opendkim.pid", "UserID": "root",
             "RequireSafeKeys": "no", **more}
    path = base / f"opendkim-{more['Mode']}.conf"
    path.write_text("".join(f"{k} {v}\n" for k, v in lines.items()))
    return path


@pytest.fixture
def signer():
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-", dir="/tmp"))
    base.chmod(0o755)
    subprocess.run(["openssl", "genrsa", "-out", base / "key.pem", "2048"],
                   check=True, capture_output=True)
    public = subprocess.run(
        ["openssl", "rsa", "-in", base / "key.pem", "-pubout", "-outform",
         "PEM"], check=True, capture_output=True, text=True).stdout
    record = "v=DKIM1; k=rsa; p=" + "".join(public.splitlines()[1:-1])
    (base / "keys").write_text(f"s._domainkey.example.test {record}\n")
    (base / "signing").write_text("*@example.test one\n")
    (base / "table").write_text(f"one example.test:s:{base}/key.pem\n")
    (base / "hosts").write_text("127.0.0.1\n0.0.0.0/0\n")
    process = Process(["opendkim", "-f", "-x", conf(
        base, Mode="s", Socket=f"local:{base}/dkim.sock",
        SigningTable=f"refile:{base}/signing", KeyTable=f"file:{base}/table",
        Canonicalization="simple/simple",
        # RFC 8058 §4: both must be signed for one-click to be shown.
        SignHeaders="*,+list-unsubscribe,+list-unsubscribe-post",
        InternalHosts=f"file:{base}/hosts")], base / "log")
    places.wait_for((base / "dkim.sock").exists, 10, "opendkim")
    process.base = base
    yield process
    process.stop()
    shutil.rmtree(base)


def verify(base, data):
    mail = base / "received.eml"
    mail.write_bytes(data)
    result = subprocess.run(
        ["opendkim", "-x", conf(base, Mode="v",
                                TestPublicKeys=base / "keys"),
         "-t", mail, "-vv"], capture_output=True, text=True, timeout=30,
        check=False)
    return result.stdout + result.stderr


def put_signer_behind_us(gateway, signer):
    """In the submission service, and alone where private copies come in."""
    etc = gateway.postfix.base / "etc"
    ours, theirs = gateway.daemon.milter, f"unix:{signer.base}/dkim.sock"
    for name, old, new in (
            ("main.cf", f"smtpd_milters = {ours}",
             f"smtpd_milters = {ours}, {theirs}"),
            ("master.cf", "-o smtpd_milters=", f"-o smtpd_milters={theirs}")):
        text = (etc / name).read_text()
        assert old in text
        (etc / name).write_text(text.replace(old, new, 1))
        past = time.time() - 3600
        os.utime(etc / name, (past, past))


def signed_headers(mail):
    value = re.search(rb"(?is)^dkim-signature:.*?\bh=([^;]*);", mail.header,
                      re.M)[1]
    return [h.strip() for h in re.sub(rb"\s", b"", value).lower()
            .decode().split(":")]


def test_a_signature_made_after_us_verifies(make_gateway, signer):
    gateway = make_gateway(start=False)
    put_signer_behind_us(gateway, signer)
    gateway.start()
    for encoding in ("quoted-printable", "base64", "8bit", "7bit"):
        mail = gateway.deliver(f"{encoding}@far.test", encoding=encoding)
        clicks, pixel = gateway.tracked(mail)
        assert clicks and pixel
        assert b"c=simple/simple" in mail.data
        assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(
            signed_headers(mail))
        assert "dkim=pass" in verify(signer.base, mail.data)
        # And a byte changed does not verify: the check can fail.
        for old, new in ((b"A preamble", b"a preamble"),
                         (b"List-Unsubscribe=One", b"List-Unsubscribe=Two")):
            assert old in mail.data
            assert "dkim=fail" in verify(signer.base,
                                         mail.data.replace(old, new))


def test_private_copies_are_signed_where_they_come_in_again(make_gateway,
                                                            signer):
    gateway = make_gateway(start=False, mail="multi_recipient = split\n"
                           "    reinject = \"127.0.0.1:DIRECT\"")
    put_signer_behind_us(gateway, signer)
    gateway.start()
    people = ["ann@far.test", "bob@far.test"]
    gateway.postfix.send("news@example.test", people,
                         newsletter.newsletter(people[0]))
    pixels = set()
    for person in people:
        mail = gateway.receiver.wait_for(person)
        pixels.add(gateway.tracked(mail)[1])
        assert "list-unsubscribe-post" in signed_headers(mail)
        assert "dkim=pass" in verify(signer.base, mail.data)
    assert len(pixels) == 2


def test_mail_that_is_signed_already_is_left_alone(make_gateway, signer):
    gateway = make_gateway(start=False)
    put_signer_behind_us(gateway, signer)
    gateway.start()
    # Signed on the way in that has only the signer: no word of ours.
    gateway.send("first@far.test", port=gateway.postfix.direct)
    first = gateway.receiver.wait_for("first@far.test")
    assert b"DKIM-Signature:" in first.header
    trusted = gateway.daemon.conf.read_text()
    assert "already_signed" not in trusted
    # A signer that signs once more would hide what happened to the first.
    signer.stop()
    main = gateway.postfix.base / "etc" / "main.cf"
    text = main.read_text()
    main.write_text(text.replace(f", unix:{signer.base}/dkim.sock", ""))
    past = time.time() - 3600
    os.utime(main, (past, past))
    gateway.postfix.restart()
    gateway.postfix.send("news@example.test", "second@far.test", first.data)
    second = gateway.receiver.wait_for("second@far.test")
    assert second.body == first.body
    assert gateway.tracked(second) == ([], None)
    assert second.sender.startswith("bounce+")
    assert "dkim=pass" in verify(signer.base, second.data)
