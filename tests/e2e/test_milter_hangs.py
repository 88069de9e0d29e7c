"""The daemon hangs, is slow, or is gone: with tempfail nothing is lost, doubled
or bounced and mail flows as soon as it answers; with accept it flows all the
time."""
import signal
import smtplib
import threading

from lib import places
from test_milter_down import Sender

# Postfix waits so long for an answer, not five minutes.
SOON = {"milter_command_timeout": "2s", "milter_content_timeout": "2s",
        "milter_connect_timeout": "2s"}


class Stutter(threading.Thread):
    """Lets the daemon work for a moment now and then."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.over = process, threading.Event()

    def run(self):
        while not self.over.wait(0.03):
            self.process.signal(signal.SIGSTOP)
            self.over.wait(0.25)
            self.process.signal(signal.SIGCONT)

    def end(self):
        self.over.set()
        self.join()
        self.process.signal(signal.SIGCONT)


def start_senders(gateway, n=3):
    stop = threading.Event()
    senders = [Sender(gateway, i, stop) for i in range(n)]
    for sender in senders:
        sender.start()

    def end():
        stop.set()
        for sender in senders:
            sender.join(60)
        return set().union(*(s.accepted for s in senders))
    return senders, end


def flows(senders, more, limit_s=60):
    done = sum(s.n for s in senders)
    places.wait_for(lambda: sum(s.n for s in senders) > done + more, limit_s,
                    "mail to flow")


def assert_each_once(gateway, accepted):
    gateway.postfix.wait_until_empty(60)
    delivered = [m.recipient for m in gateway.receiver.mails]
    assert len(delivered) == len(set(delivered)), "a mail came twice"
    assert set(delivered) == accepted
    assert "status=bounced" not in gateway.postfix.log()


def test_a_daemon_that_hangs_loses_and_bounces_nothing(make_gateway):
    gateway = make_gateway(settings=SOON)
    senders, end = start_senders(gateway)
    flows(senders, 10)
    refused = sum(s.refused for s in senders)
    gateway.daemon.process.signal(signal.SIGSTOP)
    try:
        places.wait_for(lambda: sum(s.refused for s in senders) > refused + 2,
                        60, "refusals while it hangs")
    finally:
        gateway.daemon.process.signal(signal.SIGCONT)
    flows(senders, 10)
    assert_each_once(gateway, end())
    for mail in gateway.receiver.mails:
        assert mail.sender.startswith("bounce+"), "a mail went out unmarked"


def test_a_slow_daemon_slows_mail_and_no_more(make_gateway):
    gateway = make_gateway()
    senders, end = start_senders(gateway, 2)
    slow = Stutter(gateway.daemon.process)
    slow.start()
    try:
        flows(senders, 6)
    finally:
        slow.end()
    flows(senders, 6)
    assert sum(s.refused for s in senders) == 0
    assert_each_once(gateway, end())


def test_with_accept_mail_flows_unmarked_while_it_hangs_or_is_gone(
        make_gateway):
    gateway = make_gateway(settings={**SOON,
                                     "milter_default_action": "accept"})
    senders, end = start_senders(gateway, 2)
    flows(senders, 6)
    gateway.daemon.process.signal(signal.SIGSTOP)
    try:
        flows(senders, 3)
    finally:
        gateway.daemon.process.signal(signal.SIGCONT)
    gateway.daemon.kill()
    flows(senders, 6)
    gateway.daemon.start()
    flows(senders, 6)
    refused = sum(s.refused for s in senders)
    accepted = end()
    assert refused == 0
    assert_each_once(gateway, accepted)
    marked = [m.sender.startswith("bounce+") for m in gateway.receiver.mails]
    assert any(marked) and not all(marked)
    assert marked[-1], "it is asked again once it is there"


def test_a_person_hears_try_again_and_nothing_worse(make_gateway):
    gateway = make_gateway(settings=SOON)
    gateway.daemon.process.signal(signal.SIGSTOP)
    try:
        gateway.send("ann@far.test")
        raise AssertionError("it was accepted")
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as e:
        code = getattr(e, "smtp_code", 0) or \
            list(e.recipients.values())[0][0]
        assert 400 <= code < 500
    finally:
        gateway.daemon.process.signal(signal.SIGCONT)
    gateway.deliver("ann@far.test")
