"""Answers to a newsletter, and copies of it that are passed on: they reach who
they are for, byte for byte, and are signals of the record."""
import email


def mail(sender, to, subject, answered=None, body="Thank you!", more=""):
    headers = [f"From: {sender}", f"To: {to}", f"Subject: {subject}",
               f"Message-ID: <{abs(hash((sender, to, subject, body)))}@far.test>",
               "Date: Sat, 21 Nov 2026 12:00:00 +0000"]
    if answered:
        headers += [f"In-Reply-To: {answered}", f"References: {answered}"]
    return ("\r\n".join(headers) + f"\r\n{more}\r\n{body}\r\n").encode()


def sent(gateway, recipient="ann@far.test"):
    got = gateway.deliver(recipient, headers={
        "Message-ID": f"<spring-{recipient}>",
        "From": "News <news@shop.test>"})
    return email.message_from_bytes(got.data)["Message-ID"], got


def comes_in(gateway, sender, recipient, message):
    gateway.postfix.send(sender, recipient, message, port=gateway.postfix.mx)
    return gateway.receiver.wait_for(recipient)


def test_a_reply_is_a_signal_of_who_got_the_mail(gateway):
    answered, _ = sent(gateway)
    reply = mail("ann@far.test", "news@shop.test", "Re: Spring", answered)
    got = comes_in(gateway, "ann@far.test", "news@shop.test", reply)
    assert got.data.endswith(b"Thank you!\r\n")
    signal = gateway.daemon.wait_for_signal("ann@far.test", "email.replied")[0]
    assert signal["properties"] == {"subject": "Re: Spring",
                                    "campaign": "spring"}
    # The same once more is the same.
    comes_in(gateway, "ann@far.test", "bob@shop.test", reply)
    comes_in(gateway, "ann@far.test", "news@shop.test",
             mail("ann@far.test", "news@shop.test", "Re: once more", answered))
    gateway.daemon.wait_for_signal("ann@far.test", "email.replied", 2)
    assert not gateway.daemon.signals("ann@far.test", "email.forwarded")


def test_the_record_s_answer_to_others_is_a_forward(gateway):
    answered, _ = sent(gateway)
    comes_in(gateway, "ann@far.test", "bob@shop.test",
             mail("ann@far.test", "bob@shop.test", "Fwd: Spring", answered))
    gateway.daemon.wait_for_signal("ann@far.test", "email.forwarded")
    assert not gateway.daemon.signals("ann@far.test", "email.replied")


def test_a_copy_that_comes_from_somebody_else_is_a_forward(gateway):
    _, got = sent(gateway)
    inline = mail("eve@other.test", "bob@shop.test", "Fwd: Spring",
                  body=got.part("text/html"),
                  more="MIME-Version: 1.0\r\n"
                       "Content-Type: text/html; charset=utf-8\r\n"
                       "Content-Transfer-Encoding: 8bit\r\n")
    comes_in(gateway, "eve@other.test", "bob@shop.test", inline)
    gateway.daemon.wait_for_signal("ann@far.test", "email.forwarded")
    assert gateway.daemon.api("GET", "/contacts/eve@other.test").status == 404


def test_an_answer_to_something_else_is_nothing(gateway):
    sent(gateway)
    comes_in(gateway, "eve@other.test", "bob@shop.test",
             mail("eve@other.test", "bob@shop.test", "Re: lunch",
                  "<lunch@shop.test>"))
    answered, _ = sent(gateway, "ben@far.test")
    comes_in(gateway, "ben@far.test", "news@shop.test",
             mail("ben@far.test", "news@shop.test", "Re: Spring", answered))
    gateway.daemon.wait_for_signal("ben@far.test", "email.replied")
    assert gateway.daemon.api("GET", "/contacts/eve@other.test").status == 404


def test_an_answer_to_the_bounce_address_is_a_reply_too(gateway):
    answered, got = sent(gateway)
    gateway.postfix.send("ann@far.test", got.sender,
                         mail("ann@far.test", got.sender, "Re: Spring",
                              answered), port=gateway.postfix.mx)
    answer = gateway.receiver.wait_for("news@example.test")
    assert b"Thank you!" in answer.data
    gateway.daemon.wait_for_signal("ann@far.test", "email.replied")
