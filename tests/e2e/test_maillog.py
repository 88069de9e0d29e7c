"""The plugin maillog on a real Postfix's log: what was delivered, put off and
refused, each once, over a rotation and a restart."""
import re

import pytest

from lib import places

RULES = """
rule "arrived" { on = "email.delivered" add = 1 }
rule "gone" { on = "email.bounced" when = "signal.class = 'hard'" subtract = 20 }
"""


@pytest.fixture
def gateway(make_gateway):
    gateway = make_gateway(start=False, rules=RULES)
    log = gateway.postfix.base / "log" / "mail.log"
    gateway.daemon.write_conf(
        gateway.daemon.conf.read_text() +
        f'\nplugin "maillog" {{ file = "{log}" from_start = yes }}\n')
    gateway.log = log
    return gateway.start()


def message_ids(daemon, address, name):
    return [signal["properties"] for signal in daemon.signals(address, name)]


def test_a_delivery_is_known_with_its_time(gateway):
    mail = gateway.deliver("ann@far.test")
    delivered = gateway.daemon.wait_for_signal("ann@far.test",
                                               "email.delivered")[0]
    assert delivered["properties"]["status"] == "2.0.0"
    assert delivered["properties"]["relay"] == "127.0.0.1"
    assert re.fullmatch(r"[0-9.]+", delivered["properties"]["delay"])
    assert delivered["properties"]["campaign"] == "spring"
    assert "about" not in delivered["properties"]
    sent = gateway.daemon.signals("ann@far.test", "email.sent")[0]
    assert sent["happened_at"] <= delivered["happened_at"]
    assert mail.at
    gateway.daemon.wait_for_score("ann@far.test", 1)


def test_a_refusal_and_its_report_are_one_bounce(gateway):
    gateway.receiver.refuse("gone@far.test", "550 5.1.1 No such user here")
    gateway.send("gone@far.test")
    bounced = gateway.daemon.wait_for_signal("gone@far.test",
                                             "email.bounced")[0]
    assert bounced["properties"]["class"] == "hard"
    assert bounced["properties"]["reason"] == "user-unknown"
    # Both have come: Postfix's report through the milter, and the log's line.
    gateway.postfix.wait_until_empty()
    gateway.deliver("ann@far.test")
    gateway.daemon.wait_for_signal("ann@far.test", "email.delivered")
    assert len(gateway.daemon.signals("gone@far.test", "email.bounced")) == 1
    assert gateway.daemon.score("gone@far.test") == -20
    contact = gateway.daemon.api("GET", "/contacts/gone@far.test").json()
    assert contact["suppression"]["reason"] == "hard-bounce"


def test_what_is_put_off_is_delivered_in_the_end(gateway):
    gateway.receiver.refuse("busy@far.test", "451 4.7.1 Greylisted, try later")
    gateway.send("busy@far.test")
    deferred = gateway.daemon.wait_for_signal("busy@far.test",
                                              "email.deferred")[0]
    assert deferred["properties"]["status"] == "4.7.1"
    assert deferred["properties"]["reason"] == "greylisted"
    assert gateway.daemon.score("busy@far.test") is None
    gateway.receiver.replies.clear()
    gateway.postfix.flush()
    gateway.daemon.wait_for_signal("busy@far.test", "email.delivered",
                                   limit_s=30)
    assert len(gateway.daemon.signals("busy@far.test", "email.deferred")) == 1
    assert not gateway.daemon.signals("busy@far.test", "email.bounced")


def test_each_line_counts_once_over_rotation_and_restart(gateway):
    daemon = gateway.daemon
    gateway.deliver("a@far.test")
    daemon.wait_for_signal("a@far.test", "email.delivered")
    # Queued and handed over while nobody follows the log: the milter is asked
    # before, and a mail with our bounce address needs none.
    daemon.kill()
    sender = gateway.receiver.to("a@far.test")[0].sender
    gateway.postfix.send(sender, "a@far.test", b"Subject: again\r\n\r\nx\r\n",
                         port=gateway.postfix.direct)
    gateway.receiver.wait_for("a@far.test", 2)
    places.wait_for(lambda: gateway.log.read_text().count("status=sent") == 2,
                    20, "the line in the log")
    # As `postfix logrotate` does it.
    gateway.log.rename(gateway.log.with_name("mail.log.1"))
    gateway.postfix.command("postfix", "reload")
    daemon.start()
    daemon.wait_for_signal("a@far.test", "email.delivered", 2)
    gateway.deliver("b@far.test")
    daemon.wait_for_signal("b@far.test", "email.delivered")
    daemon.stop()
    daemon.start()
    gateway.deliver("c@far.test")
    daemon.wait_for_signal("c@far.test", "email.delivered")
    assert len(daemon.signals("a@far.test", "email.delivered")) == 2
    assert len(daemon.signals("b@far.test", "email.delivered")) == 1
    gateway.daemon.do("verify")


def test_a_delivery_heals_the_budget_of_soft_bounces(gateway):
    daemon, receiver = gateway.daemon, gateway.receiver
    receiver.refuse("full@far.test", "552 5.2.2 Mailbox full")
    for n in (1, 2, 3):
        gateway.send("full@far.test",
                     headers={"Message-ID": f"<{n}@shop.example.test>"})
        daemon.wait_for_signal("full@far.test", "email.bounced", n)
    gateway.postfix.wait_until_empty()
    held = daemon.api("GET", "/contacts/full@far.test").json()["suppression"]
    assert held["reason"] == "soft-bounces"
    receiver.replies.clear()
    gateway.deliver("full@far.test")
    places.wait_for(
        lambda: not daemon.api("GET", "/contacts/full@far.test").json()
        ["suppression"], 20, "the end of the suppression")
