"""What comes back from other servers: Postfix's own report to our bounce
address passes the milter, which takes it."""
import smtplib

import pytest

from lib import places

HARD = "550 5.1.1 No such user here"
RULES = """
rule "gone" { on = "email.bounced" when = "signal.class = 'hard'" subtract = 20 }
"""


@pytest.fixture
def gateway(make_gateway):
    return make_gateway(rules=RULES)


def test_a_hard_bounce_is_taken_scored_and_suppresses(gateway):
    daemon, receiver = gateway.daemon, gateway.receiver
    receiver.refuse("gone@far.test", HARD)
    gateway.send("gone@far.test")
    bounced = daemon.wait_for_signal("gone@far.test", "email.bounced")[0]
    assert bounced["properties"]["class"] == "hard"
    assert bounced["properties"]["status"] == "5.1.1"
    assert bounced["properties"]["reason"] == "user-unknown"
    daemon.wait_for_score("gone@far.test", -20)
    contact = daemon.api("GET", "/contacts/gone@far.test").json()
    assert contact["suppression"], contact
    # The report itself went no further.
    gateway.postfix.wait_until_empty()
    assert receiver.mails == []
    assert "milter-discard" in gateway.postfix.log()


def test_a_soft_bounce_does_not_suppress(gateway):
    gateway.receiver.refuse("full@far.test", "552 5.2.2 Mailbox full")
    gateway.send("full@far.test")
    bounced = gateway.daemon.wait_for_signal("full@far.test",
                                             "email.bounced")[0]
    assert bounced["properties"]["class"] == "soft"
    assert bounced["properties"]["reason"] == "mailbox-full"
    contact = gateway.daemon.api("GET", "/contacts/full@far.test").json()
    assert not contact["suppression"]


def suppression(daemon, address):
    return daemon.api("GET", f"/contacts/{address}").json()["suppression"]


def test_three_soft_bounces_suppress_until_a_later_mail_is_opened(gateway):
    daemon, receiver = gateway.daemon, gateway.receiver
    receiver.refuse("full@far.test", "552 5.2.2 Mailbox full")
    for n in (1, 2, 3):
        if n > 1:
            assert not suppression(daemon, "full@far.test")
        gateway.send("full@far.test",
                     headers={"Message-ID": f"<{n}@shop.example.test>"})
        daemon.wait_for_signal("full@far.test", "email.bounced", n)
    held = suppression(daemon, "full@far.test")
    assert held["reason"] == "soft-bounces"
    assert "3 soft bounces" in held["evidence"]
    assert "Mailbox full" in held["evidence"]
    assert held["until"] > held["since"]
    # It is history that says so, not what is in memory.
    daemon.stop()
    daemon.start()
    assert suppression(daemon, "full@far.test") == held
    # The mailbox was emptied: a mail comes through, and is opened.
    receiver.replies.clear()
    mail = gateway.deliver("full@far.test")
    assert suppression(daemon, "full@far.test")
    daemon.public.get(gateway.tracked(mail)[1])
    daemon.wait_for_signal("full@far.test", "email.opened")
    places.wait_for(lambda: not suppression(daemon, "full@far.test"), 10,
                    "the end of the suppression")
    assert daemon.api("GET", "/suppressions").json()["items"] == []


def test_a_local_user_that_is_not_there_bounces_too(gateway):
    gateway.send("nosuch@local.test")
    bounced = gateway.daemon.wait_for_signal("nosuch@local.test",
                                             "email.bounced")[0]
    assert bounced["properties"]["class"] == "hard"


def report(sender, recipient, action="failed", status="5.1.1"):
    return f"""\
From: MAILER-DAEMON@mx.far.test\r
To: {sender}\r
Subject: Undelivered Mail Returned to Sender\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="r"\r
\r
--r\r
Content-Type: text/plain\r
\r
<{recipient}>: no such user\r
--r\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.far.test\r
\r
Final-Recipient: rfc822; {recipient}\r
Action: {action}\r
Status: {status}\r
Diagnostic-Code: smtp; 550 5.1.1 no such user\r
--r\r
Content-Type: text/rfc822-headers\r
\r
Subject: Spring offers\r
--r--\r
""".encode()


def test_a_report_from_another_server_comes_in_by_the_mx(gateway):
    mail = gateway.deliver("ann@far.test")
    gateway.postfix.send("", mail.sender.upper(),
                         report(mail.sender, "ann@far.test"),
                         port=gateway.postfix.mx)
    bounced = gateway.daemon.wait_for_signal("ann@far.test", "email.bounced")
    assert bounced[0]["properties"]["class"] == "hard"


def test_a_delay_is_no_bounce(gateway):
    mail = gateway.deliver("ann@far.test")
    gateway.postfix.send("", mail.sender, report(
        mail.sender, "ann@far.test", "delayed", "4.4.1"),
        port=gateway.postfix.mx)
    gateway.postfix.wait_until_empty()
    second = gateway.deliver("ben@far.test")
    gateway.postfix.send("", second.sender, report(
        second.sender, "ben@far.test"), port=gateway.postfix.mx)
    gateway.daemon.wait_for_signal("ben@far.test", "email.bounced")
    assert not gateway.daemon.signals("ann@far.test", "email.bounced")
    assert gateway.daemon.score("ann@far.test") is None


def test_a_forged_bounce_address_is_refused_at_once(gateway):
    mail = gateway.deliver("ann@far.test")
    local, _, domain = mail.sender.partition("@")
    last = "a" if local[-1] != "a" else "b"
    forged = f"{local[:-1]}{last}@{domain}"
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        gateway.postfix.send("", forged, report(forged, "ann@far.test"),
                             port=gateway.postfix.mx)
    assert list(refused.value.recipients.values())[0][0] == 550
    assert not gateway.daemon.signals("ann@far.test", "email.bounced")


def answer_to(gateway, mail):
    gateway.postfix.send(
        "ann@far.test", mail.sender,
        b"From: ann@far.test\r\nSubject: Re: Spring offers\r\n\r\nThank you!\r\n",
        port=gateway.postfix.mx)


def test_a_person_s_answer_goes_to_the_sender(gateway):
    mail = gateway.deliver("ann@far.test")
    answer_to(gateway, mail)
    answer = gateway.receiver.wait_for("news@example.test")
    assert b"Thank you!" in answer.data
    assert not gateway.daemon.signals("ann@far.test", "email.bounced")


def test_a_person_s_answer_goes_where_the_operator_wants_it(make_gateway):
    gateway = make_gateway(rules=RULES,
                           mail='verp_fallback = "care@example.test"')
    mail = gateway.deliver("ann@far.test")
    # Only the keys are left: nobody knows the sender of that mail any more.
    gateway.daemon.stop()
    state = gateway.daemon.base / "state"
    for path in [*state.glob("scoregate.db*"), *(state / "spool").iterdir()]:
        path.unlink()
    gateway.daemon.start()
    answer_to(gateway, mail)
    answer = gateway.receiver.wait_for("care@example.test")
    assert b"Thank you!" in answer.data


def test_bounces_are_delivered_on_where_that_is_asked_for(make_gateway):
    gateway = make_gateway(rules=RULES, more="\nbounces { keep = yes }\n")
    mail = gateway.deliver("ann@far.test")
    gateway.postfix.send("", mail.sender,
                         report(mail.sender, "ann@far.test"),
                         port=gateway.postfix.mx)
    gateway.daemon.wait_for_signal("ann@far.test", "email.bounced")
    places.wait_for(lambda: [m for m in gateway.receiver.mails
                             if m.recipient.startswith("bounce+")
                             or m.recipient == "news@example.test"],
                    20, "the report")
