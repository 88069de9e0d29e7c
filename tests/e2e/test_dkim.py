"""A DKIM signer behind us: its strictest signature (simple/simple) of the mail
that we changed verifies at the far side."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import pytest

from lib import places
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


def test_a_signature_made_after_us_verifies(make_gateway, signer):
    gateway = make_gateway(start=False)
    main = gateway.postfix.base / "etc" / "main.cf"
    text = main.read_text()
    ours = gateway.daemon.milter
    main.write_text(text.replace(
        f"smtpd_milters = {ours}",
        f"smtpd_milters = {ours}, unix:{signer.base}/dkim.sock", 1))
    past = time.time() - 3600
    os.utime(main, (past, past))
    gateway.start()
    for encoding in ("quoted-printable", "base64", "8bit", "7bit"):
        mail = gateway.deliver(f"{encoding}@far.test", encoding=encoding)
        clicks, pixel = gateway.tracked(mail)
        assert clicks and pixel
        assert b"c=simple/simple" in mail.data
        assert "dkim=pass" in verify(signer.base, mail.data)
        # And a byte changed does not verify: the check can fail.
        assert "dkim=fail" in verify(signer.base, mail.data.replace(
            b"A preamble", b"a preamble"))
