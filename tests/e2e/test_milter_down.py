"""The milter goes away: the sender keeps its mail, and nothing is lost, doubled
or sent out unmarked."""
import smtplib
import threading

from lib import places

TEMPORARY = (smtplib.SMTPException, OSError)


class Sender(threading.Thread):
    """Sends as a mail system does: what is refused is sent again, later."""

    def __init__(self, gateway, number, stop):
        super().__init__(daemon=True)
        self.gateway, self.number, self.stop = gateway, number, stop
        self.accepted, self.refused, self.n = set(), 0, 0

    def run(self):
        while not self.stop.is_set():
            address = f"to-{self.number}-{self.n}@far.test"
            try:
                self.gateway.send(address)
            except TEMPORARY:
                self.refused += 1
                self.stop.wait(0.02)
                continue
            self.accepted.add(address)
            self.n += 1


def test_kill_9_in_the_middle_of_mail_loses_and_doubles_nothing(gateway):
    stop = threading.Event()
    senders = [Sender(gateway, n, stop) for n in range(4)]
    for sender in senders:
        sender.start()
    for _ in range(2):
        done = sum(len(s.accepted) for s in senders)
        places.wait_for(lambda n=done: sum(len(s.accepted) for s in senders)
                        > n + 15, 30, "mail to flow")
        refused = sum(s.refused for s in senders)
        gateway.daemon.kill()
        places.wait_for(lambda n=refused: sum(s.refused for s in senders) > n,
                        30, "a refusal while the milter is away")
        gateway.daemon.start()
    done = sum(len(s.accepted) for s in senders)
    places.wait_for(lambda: sum(len(s.accepted) for s in senders) > done + 15,
                    30, "mail to flow again")
    stop.set()
    for sender in senders:
        sender.join(60)
    accepted = set().union(*(s.accepted for s in senders))
    gateway.postfix.wait_until_empty(60)
    delivered = [m.recipient for m in gateway.receiver.mails]
    assert len(delivered) == len(set(delivered)), "a mail came twice"
    assert set(delivered) == accepted
    for mail in gateway.receiver.mails:
        clicks, pixel = gateway.tracked(mail)
        assert pixel and len(clicks) == 4, "a mail went out unmarked"
        assert mail.sender.startswith("bounce+")


def test_a_bounce_waits_for_the_milter_and_is_seen_later(gateway):
    gateway.receiver.refuse("gone@far.test")
    gateway.receiver.refuse("slow@far.test", "451 4.3.0 try again")
    gateway.send("slow@far.test")
    gateway.daemon.stop()
    # The mail is in the queue; its bounce is made while nobody listens.
    gateway.receiver.refuse("slow@far.test", "550 5.1.1 No such user here")
    gateway.postfix.flush()
    places.wait_for(lambda: "bounce failed" in gateway.postfix.log(), 30,
                    "a bounce that cannot be made")
    gateway.daemon.start()
    gateway.postfix.flush()
    gateway.daemon.wait_for_signal("slow@far.test", "email.bounced",
                                   limit_s=30)


def test_a_stop_in_good_order_under_load_takes_a_second(gateway):
    stop = threading.Event()
    senders = [Sender(gateway, n, stop) for n in range(8)]
    for sender in senders:
        sender.start()
    places.wait_for(lambda: sum(len(s.accepted) for s in senders) > 20, 30,
                    "mail to flow")
    gateway.daemon.stop()
    gateway.daemon.start()
    stop.set()
    for sender in senders:
        sender.join(60)
    accepted = set().union(*(s.accepted for s in senders))
    gateway.postfix.wait_until_empty(60)
    assert {m.recipient for m in gateway.receiver.mails} == accepted
