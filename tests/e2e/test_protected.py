"""Mail that somebody signed or encrypted, by S/MIME or PGP, passes byte for
byte: it verifies and opens at the far side. The envelope is still ours."""
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

HEAD = ("From: News <news@example.test>\r\nTo: ann@far.test\r\n"
        "Subject: {subject}\r\nMessage-ID: <{subject}@example.test>\r\n"
        "X-Scoregate-Campaign: spring\r\nMIME-Version: 1.0\r\n")
HTML = ("Content-Type: text/html; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        "<p>Gr=C3=BC=C3=9Fe <a href=3D\"https://shop.example.test/\">x</a> \r\n"
        "A line that goes on for more than seventy-six characters, so that it =\r\n"
        "is broken.</p></body>\r\n")


def run(*words, **more):
    result = subprocess.run(list(map(str, words)), capture_output=True,
                            timeout=60, check=False, **more)
    assert result.returncode == 0, (words, result.stderr)
    return result.stdout


@pytest.fixture
def folder():
    made = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-", dir="/tmp"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def certificate(folder):
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
        folder / "key.pem", "-out", folder / "cert.pem", "-days", "2", "-subj",
        "/CN=News/emailAddress=news@example.test")
    return folder


@pytest.fixture
def gpg(folder):
    if not shutil.which("gpg"):
        pytest.skip("gpg is not installed")
    home = folder / "gnupg"
    home.mkdir(mode=0o700)
    env = dict(os.environ, GNUPGHOME=str(home))

    def command(*words, **more):
        return run("gpg", "--batch", "--yes", "--quiet", "--trust-model",
                   "always", "--pinentry-mode", "loopback", "--passphrase",
                   "", *words, env=env, **more)
    command("--quick-generate-key", "news@example.test", "default", "default",
            "never")
    yield command
    subprocess.run(["gpgconf", "--kill", "all"], env=env, check=False,
                   capture_output=True)


def pass_through(gateway, subject, entity):
    """The entity is header fields and body of a part; what came out."""
    mail = HEAD.format(subject=subject).encode() + entity
    gateway.postfix.send("news@example.test", "ann@far.test", mail)
    n = len(gateway.receiver.to("ann@far.test"))
    got = gateway.receiver.wait_for("ann@far.test", max(n, 1))
    got = got[-1] if isinstance(got, list) else got
    assert got.body == mail.partition(b"\r\n\r\n")[2]
    assert got.sender.startswith("bounce+")
    assert b"X-Scoregate" not in got.header
    assert b"List-Unsubscribe-Post" in got.header
    gateway.receiver.clear()
    return got.data


def crlf(data):
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def test_s_mime_verifies_and_opens(gateway, certificate):
    part = certificate / "part"
    part.write_bytes(HTML.encode())
    key = ("-signer", certificate / "cert.pem", "-inkey",
           certificate / "key.pem")
    for subject, more in (("detached", ()), ("opaque", ("-nodetach",))):
        signed = crlf(run("openssl", "smime", "-sign", "-binary", "-in", part,
                          *key, *more))
        got = certificate / "got.eml"
        signed = signed.replace(b"MIME-Version: 1.0\r\n", b"", 1)
        got.write_bytes(pass_through(gateway, subject, signed))
        assert run("openssl", "smime", "-verify", "-in", got, "-CAfile",
                   certificate / "cert.pem").startswith(b"Content-Type: text")
        spoilt = subprocess.run(
            ["openssl", "smime", "-verify", "-CAfile",
             str(certificate / "cert.pem")], capture_output=True, check=False,
            input=got.read_bytes().replace(b"is broken", b"is brokem")
            if not more else b"")
        assert spoilt.returncode != 0
    sealed = crlf(run("openssl", "smime", "-encrypt", "-aes256", "-binary",
                      "-in", part, certificate / "cert.pem"))
    sealed = sealed.replace(b"MIME-Version: 1.0\r\n", b"", 1)
    got.write_bytes(pass_through(gateway, "sealed", sealed))
    assert run("openssl", "smime", "-decrypt", "-in", got, "-recip",
               certificate / "cert.pem", "-inkey",
               certificate / "key.pem") == HTML.encode()


def test_pgp_mime_verifies_and_opens(gateway, gpg, folder):
    part = HTML.encode()
    (folder / "part").write_bytes(part)
    signature = crlf(gpg("--armor", "--detach-sign", "--output", "-",
                         folder / "part"))
    entity = (b"Content-Type: multipart/signed; micalg=pgp-sha512;\r\n"
              b" protocol=\"application/pgp-signature\"; boundary=\"b=1\"\r\n"
              b"\r\n--b=1\r\n" + part + b"\r\n--b=1\r\n"
              b"Content-Type: application/pgp-signature\r\n\r\n" + signature +
              b"\r\n--b=1--\r\n")
    data = pass_through(gateway, "signed", entity)
    parts = data.split(b"\r\n--b=1\r\n")
    (folder / "got").write_bytes(parts[1])
    (folder / "got.asc").write_bytes(
        parts[2].partition(b"\r\n\r\n")[2].partition(b"\r\n--b=1--")[0])
    gpg("--verify", folder / "got.asc", folder / "got")
    (folder / "got").write_bytes(parts[1] + b" ")
    with pytest.raises(AssertionError):
        gpg("--verify", folder / "got.asc", folder / "got")

    sealed = crlf(gpg("--armor", "--encrypt", "--recipient",
                      "news@example.test", "--output", "-", folder / "part"))
    entity = (b"Content-Type: multipart/encrypted; boundary=x;\r\n"
              b" protocol=\"application/pgp-encrypted\"\r\n\r\n--x\r\n"
              b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
              b"\r\n--x\r\nContent-Type: application/octet-stream\r\n\r\n" +
              sealed + b"\r\n--x--\r\n")
    data = pass_through(gateway, "sealed", entity)
    (folder / "got.asc").write_bytes(
        data[data.index(b"-----BEGIN PGP"):].partition(b"\r\n--x--")[0])
    assert gpg("--decrypt", folder / "got.asc") == part

    inline = crlf(gpg("--clearsign", "--output", "-", folder / "part"))
    data = pass_through(gateway, "inline",
                        b"Content-Type: text/html\r\n\r\n" + inline)
    (folder / "got.asc").write_bytes(data.partition(b"\r\n\r\n")[2])
    gpg("--verify", folder / "got.asc")
