"""The lines of contrib/postfix as they stand there: a socket inside the queue
directory, a bounce domain of its own, mail out and a bounce back."""
import os
import re
import shutil
import time

from lib import places

CONTRIB = places.ROOT / "contrib" / "postfix"


def lines_of(name, without):
    """The file without the parts that need other programs."""
    text = (CONTRIB / name).read_text()
    for word in without:
        assert word in text, f"{name} has no {word} any more"
        text = text.replace(word, "")
    return text


def test_the_lines_of_main_cf_work_as_they_stand(make_gateway):
    gateway = make_gateway(start=False, bounce_domain="bounces.example.com")
    queue = gateway.postfix.base / "spool"
    folder = queue / "scoregate"
    folder.mkdir()
    shutil.chown(folder, group="postfix")
    folder.chmod(0o2750)
    daemon = gateway.daemon
    daemon.write_conf(daemon.conf.read_text().replace(
        f"unix:{daemon.base}/milter.sock", f"unix:{folder}/milter.sock"))
    main = gateway.postfix.base / "etc" / "main.cf"
    names = re.findall(r"(?m)^(\w+) *=", lines_of("main.cf", ()))
    kept = [l for l in main.read_text().splitlines()
            if l.split(" ")[0] not in names]
    main.write_text("\n".join(kept) + "\n" + lines_of(
        "main.cf", [", unix:opendkim/opendkim.sock"]))
    past = time.time() - 3600
    os.utime(main, (past, past))
    gateway.start()
    checked = gateway.postfix.command("postconf", "-n")
    assert "warning" not in checked.stderr, checked.stderr
    assert oct((folder / "milter.sock").stat().st_mode)[-4:] == "0660"

    mail = gateway.deliver("ann@far.test")
    assert gateway.tracked(mail)[1]
    assert mail.sender.endswith("@bounces.example.com")
    gateway.receiver.refuse("gone@far.test")
    gateway.send("gone@far.test")
    daemon.wait_for_signal("gone@far.test", "email.bounced")
    # A person's answer to that address goes to the sender of the newsletter.
    gateway.postfix.send("someone@far.test", mail.sender,
                         b"Subject: hello\r\n\r\nhello\r\n",
                         port=gateway.postfix.mx)
    gateway.receiver.wait_for("news@example.test")
    gateway.postfix.wait_until_empty()
    assert len(gateway.receiver.mails) == 2


def test_every_line_of_master_cf_is_one_postfix_knows(make_gateway):
    gateway = make_gateway(start=False, rules=None)
    master = gateway.postfix.base / "etc" / "master.cf"
    text = re.sub(r"(?m)^(smtp|submission|127\.0\.0\.1:10587) +inet n - y",
                  lambda m: f"127.0.0.1:{places.free_port()} inet n - n",
                  lines_of("master.cf", ()))
    assert text.count(" inet n - n") == 3
    master.write_text(master.read_text() + text)
    past = time.time() - 3600
    os.utime(master, (past, past))
    gateway.start()
    for option in ("-M", "-P"):
        result = gateway.postfix.command("postconf", option)
        assert result.returncode == 0 and not result.stderr, result.stderr
    assert "fatal" not in gateway.postfix.log()
