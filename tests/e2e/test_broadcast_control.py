"""Pause, resume, cancel, schedule, pace, the second look, who clicked."""
import datetime
import email
import email.policy
import json
import os
import pty
import subprocess
import threading
import time

import pytest

from lib import broadcasts, places
from lib.receiver import Receiver


@pytest.fixture
def mta():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def sender(make_daemon, mta):
    def make(people, more=""):
        daemon = make_daemon(smtp=mta.port, smtp_more="retry = 1s\n" + more)
        daemon.start()
        broadcasts.fill(daemon, daemon.base, people)
        return daemon
    return make


def test_paused_restarted_resumed(sender, mta):
    people = broadcasts.people(60)
    daemon = sender(people)
    broadcasts.create(daemon, daemon.base, pace="40/s")
    daemon.do("broadcast", "send", "spring")
    mta.wait_for_count(10)
    daemon.do("broadcast", "pause", "spring")
    assert broadcasts.state(daemon)["state"] == "paused"
    places.wait_for(lambda: not broadcasts.state(daemon)["running"], 10,
                    "what is under way to end")
    n = len(mta.mails)
    assert n < 60
    daemon.stop()
    daemon.start()
    assert broadcasts.state(daemon)["state"] == "paused"
    assert broadcasts.state(daemon)["recipients"]["sent"] == n
    assert len(mta.mails) == n
    daemon.do("broadcast", "resume", "spring", "--pace", "1000/s", "--wait")
    assert broadcasts.state(daemon)["state"] == "sent"
    broadcasts.assert_once_each(mta, people)


def test_pause_and_resume_in_quick_turns(sender, mta):
    people = broadcasts.people(200)
    daemon = sender(people)
    broadcasts.create(daemon, daemon.base, pace="200/s")
    daemon.do("broadcast", "send", "spring")
    for _ in range(8):
        if daemon.run("broadcast", "pause", "spring").returncode:
            break
        daemon.do("broadcast", "resume", "spring")
    broadcasts.wait_for_state(daemon, "sent")
    broadcasts.assert_once_each(mta, people)


def test_what_is_only_begun_when_it_is_paused_stays(sender, mta):
    """The next mail's commands are with the MTA already, behind the one whose
    answer is awaited; nothing of it follows."""
    people = broadcasts.people(40)
    daemon = sender(people, "connections = 4\n")
    broadcasts.create(daemon, daemon.base)
    mta.end_held = threading.Event()
    try:
        daemon.do("broadcast", "send", "spring")
        mta.wait_until_held(4)
        daemon.do("broadcast", "pause", "spring")
    finally:
        mta.end_held.set()
        mta.end_held = None
    places.wait_for(lambda: not broadcasts.state(daemon)["running"], 30,
                    "what is under way to end")
    now = broadcasts.state(daemon)["recipients"]
    assert (now["sent"], now["queued"], now["doubtful"]) == (4, 36, 0)
    assert len(mta.mails) == 4
    daemon.do("broadcast", "resume", "spring", "--wait")
    broadcasts.assert_once_each(mta, people)


def test_cancelled_is_for_good(sender, mta):
    people = broadcasts.people(60)
    daemon = sender(people)
    broadcasts.create(daemon, daemon.base, pace="20/s")
    daemon.do("broadcast", "send", "spring")
    mta.wait_for_count(5)
    daemon.do("broadcast", "cancel", "spring")
    places.wait_for(lambda: not broadcasts.state(daemon)["running"], 10,
                    "the end")
    n = len(mta.mails)
    assert daemon.run("broadcast", "resume", "spring").returncode == 4
    assert daemon.run("broadcast", "send", "spring").returncode == 4
    daemon.stop()
    daemon.start()
    now = broadcasts.state(daemon)
    assert now["state"] == "cancelled" and now["recipients"]["sent"] == n
    assert len(mta.mails) == n < 60


def test_who_fell_below_or_left_meanwhile_is_skipped(sender, mta):
    people = broadcasts.people(30)
    daemon = sender(people, "recheck = 0s\n connections = 1\n")
    broadcasts.create(daemon, daemon.base, to="list 'news' and has score >= 20",
                      pace="8/s")
    daemon.do("broadcast", "send", "spring")
    daemon.do("score", "subtract", people[-1], 5, "--because", "test")
    daemon.do("contact", "unsubscribe", people[-2], "news")
    daemon.do("contact", "unsubscribe", people[-3], "*")  # from everything
    broadcasts.wait_for_state(daemon, "sent")
    skipped = broadcasts.recipients(daemon, "skipped")
    assert skipped == {people[-1]: "the condition holds no longer",
                       people[-2]: "unsubscribed",
                       people[-3]: "unsubscribed"}
    broadcasts.assert_once_each(mta, people[:-3])


def test_one_address_in_two_modules_gets_one_mail(sender, mta):
    daemon = sender(["ann@far.test"])
    for address in ("ann@far.test", "ben@far.test"):
        answer = daemon.api("POST", "/signals", {
            "name": "form.submitted", "module": "lead", "key": address})
        assert answer.status in (200, 202), answer.text
    broadcasts.create(daemon, daemon.base,
                      to="list 'news' or form.submitted")
    found = daemon.ask("broadcast", "preview", "spring")
    assert found["n_recipients"] == 2 and found["n_skipped"] == 1
    daemon.do("broadcast", "send", "spring", "--wait")
    broadcasts.assert_once_each(mta, ["ann@far.test", "ben@far.test"])


def test_who_may_not_get_it_in_one_module_may_not_in_another(sender, mta):
    """An address is suppressed, or left, not a record: also when the record
    that left is none of those for whom the condition holds."""
    people = broadcasts.people(3)
    daemon = sender(people)
    for address in people:
        daemon.do("contact", "add", address, "--module", "lead")
    daemon.do("contact", "suppress", people[0])
    daemon.do("contact", "unsubscribe", people[1], "*")
    broadcasts.create(daemon, daemon.base, to="module = 'lead'")
    found = daemon.ask("broadcast", "preview", "spring")
    assert [r["email"] for r in found["recipients"]] == [people[2]]
    assert found["reasons"] == {"suppressed": 1, "unsubscribed": 1}
    daemon.do("broadcast", "send", "spring", "--wait")
    broadcasts.assert_once_each(mta, people[2:])


def test_only_modules_keyed_by_addresses_get_mail(sender, mta):
    """An account may be called like an address: it is none."""
    daemon = sender(["ann@far.test"])
    daemon.do("contact", "add", "ben@far.test", "--module", "account")
    broadcasts.create(daemon, daemon.base,
                      to="list 'news' or module = 'account'")
    found = daemon.ask("broadcast", "preview", "spring")
    assert found["n_recipients"] == 1 and found["n_skipped"] == 1
    daemon.do("broadcast", "send", "spring", "--wait")
    broadcasts.assert_once_each(mta, ["ann@far.test"])


def test_preview_for_one_contact_shows_that_contact_s_mail(sender, mta):
    people = broadcasts.people(3)
    daemon = sender(people)
    daemon.do("contact", "set", people[2], "first_name=Zo\u00eb")
    broadcasts.create(daemon, daemon.base)
    text = daemon.do("broadcast", "preview", "spring", "--for", people[2])
    assert f"To: {people[2]}" in text and "Your score is 20." in text
    assert "Subject: For you, Zo\u00eb" in text
    found = daemon.ask("broadcast", "preview", "spring", "--for", people[2])
    assert found["subject"] == "For you, Zo\u00eb"
    assert "Your score is 20." in found["text"]
    assert "<p>Your score is 20.</p>" in found["html"]

    def part(option):
        return daemon.do("broadcast", "preview", "spring", "--for", people[2],
                         option)
    assert part("--text").strip() == found["text"].strip()
    assert part("--html").strip() == found["html"].strip()
    raw = email.message_from_bytes(
        part("--raw").encode(), policy=email.policy.default)
    assert raw["Subject"] == "For you, Zo\u00eb" and raw["To"] == people[2]
    assert raw["X-Scoregate-Campaign"] == "spring"
    answer = daemon.api("GET", f"/broadcasts/spring/preview?for={people[2]}"
                        "&format=raw")
    assert answer.headers["content-type"] == "message/rfc822"
    assert b"\r\nTo: " + people[2].encode() + b"\r\n" in answer.body
    assert daemon.api("GET", "/broadcasts/spring/preview?version=c").status \
        == 400
    assert "no version b" in daemon.refused(
        4, "broadcast", "preview", "spring", "--version", "b")
    # Why one gets it and another does not: each part, with what is there.
    broadcasts.create(daemon, daemon.base, "hot",
                      to="list 'news' and has score >= 50")
    for points, holds in ((20, False), (60, True)):
        daemon.do("score", "set", people[1], points)
        why = daemon.ask("broadcast", "preview", "hot", "--explain",
                         people[1])["explain"]
        assert why["holds"] == holds and why["objection"] == ""
        parts = {p["part"]: p for p in why["parts"]}
        assert parts["list 'news'"]["passed"]
        assert parts["has score >= 50"]["passed"] == holds
        text = daemon.do("broadcast", "preview", "hot", "--explain", people[1])
        assert ("is one of them" in text) == holds and str(points) in text
    wrong = daemon.run("broadcast", "preview", "spring", "--for", "x@y.test")
    assert wrong.returncode == 4 and "x@y.test" in wrong.stderr
    assert not mta.mails


def test_a_template_is_checked_and_rendered_without_a_broadcast(sender, mta):
    people = broadcasts.people(1)
    daemon = sender(people)
    path = daemon.base / "some.eml"
    path.write_text(broadcasts.TEMPLATE)
    assert "is right" in daemon.do("template", "check", path)
    text = daemon.do("template", "render", path, "--to", people[0])
    assert "Your score is 20." in text

    def part(option):
        return daemon.do("template", "render", path, "--to", people[0], option)
    assert "<p>Your score is 20.</p>" in part("--html")
    assert "<p>" not in part("--text")
    assert f"To: {people[0]}\n" in part("--raw")
    path.write_text(broadcasts.TEMPLATE.replace("contactScore", "nope"))
    wrong = daemon.run("template", "check", path)
    assert wrong.returncode == 4 and "line 6" in wrong.stderr
    assert daemon.run("template", "render", path).returncode == 2
    assert not mta.mails


def test_a_template_of_parts_needs_no_eml_file(sender, mta):
    people = broadcasts.people(1)
    daemon = sender(people)
    text, html = daemon.base / "text", daemon.base / "html"
    text.write_text("Gr\u00fc\u00dfe!\nYour score is {{score}}.\n")
    html.write_text("<p>Your score is <b>{{score}}</b>.</p>")
    parts = ("--subject", "Hi {{field.name | default: 'you'}}",
             "--text-file", text, "--html-file", html)
    assert "is right" in daemon.do("template", "check", *parts)
    found = daemon.ask("template", "render", *parts, "--to", people[0],
                       "--from", "News <news@example.test>")
    assert found["subject"] == "Hi you"
    assert found["text"].strip() == "Gr\u00fc\u00dfe!\nYour score is 20."
    assert found["html"].strip() == "<p>Your score is <b>20</b>.</p>"
    daemon.do("broadcast", "create", "spring", *parts, "--to", "list 'news'",
              "--from", "News <news@example.test>")
    daemon.do("broadcast", "send", "spring", "--wait")
    mail = mta.to(people[0])[0]
    assert mail.part("text/html").strip() == found["html"].strip()
    assert mail.part("text/plain").split() == found["text"].split()
    html.write_text("<p>\n{{nope}}</p>")
    assert "line 2" in daemon.refused(4, "template", "check", *parts)
    assert ".eml" in daemon.refused(2, "template", "check")
    both = daemon.api("POST", "/templates/check",
                      {"template": "Subject: a\n\nb", "subject": "a"})
    assert both.status == 400


def test_a_scheduled_one_waits_survives_a_restart_and_takes_who_is_in_then(
        sender, mta):
    people = broadcasts.people(3)
    daemon = sender(people)
    broadcasts.create(daemon, daemon.base)
    past = daemon.run("broadcast", "send", "spring", "--at", "2020-01-01")
    assert past.returncode == 4 and "over" in past.stderr
    daemon.do("broadcast", "send", "spring", "--at", "2099-07-01T09:00",
              "--timezone", "Europe/Berlin")
    now = broadcasts.state(daemon)
    assert now["state"] == "scheduled"
    assert now["scheduled_at"].startswith("2099-07-01T07:00:00")
    daemon.do("broadcast", "send", "spring", "--at", "2099-01-01T09:00",
              "--timezone", "Europe/Berlin")
    assert broadcasts.state(daemon)["scheduled_at"].startswith(
        "2099-01-01T08:00:00"), "no summer time in January"
    soon = datetime.datetime.now(datetime.timezone.utc) + \
        datetime.timedelta(seconds=4)
    daemon.do("broadcast", "send", "spring", "--at", soon.isoformat(
        timespec="milliseconds").replace("+00:00", "Z"))
    daemon.stop()
    daemon.start()
    assert broadcasts.state(daemon)["state"] == "scheduled" and not mta.mails
    daemon.do("contact", "unsubscribe", people[0], "news")
    broadcasts.wait_for_state(daemon, "sent")
    assert datetime.datetime.now(datetime.timezone.utc) >= soon
    broadcasts.assert_once_each(mta, people[1:])


def test_a_scheduled_one_can_be_called_off(sender, mta):
    daemon = sender(broadcasts.people(1))
    broadcasts.create(daemon, daemon.base)
    daemon.do("broadcast", "send", "spring", "--at", "2099-01-01")
    daemon.do("broadcast", "cancel", "spring")
    assert broadcasts.state(daemon)["state"] == "cancelled"


def test_the_pace_to_one_domain_leaves_the_others_alone(sender, mta):
    slow, others = broadcasts.people(8, "slow.test"), [
        f"p@d{i}.test" for i in range(40)]
    daemon = sender(slow + others)
    broadcasts.create(daemon, daemon.base, domain_pace="4/s")
    begin = time.monotonic()
    daemon.do("broadcast", "send", "spring")
    mta.wait_for_count(40)
    assert sum(m.recipient.endswith("@slow.test") for m in mta.mails) < 8
    broadcasts.wait_for_state(daemon, "sent")
    assert time.monotonic() - begin > 1.5, "8 at 4 a second"
    broadcasts.assert_once_each(mta, slow + others)


def test_a_domain_that_must_wait_steps_aside(sender, mta):
    """Also one with more people than are read at once."""
    slow, others = broadcasts.people(600, "slow.test"), [
        f"p@d{i}.test" for i in range(300)]
    daemon = sender(slow + others)
    broadcasts.create(daemon, daemon.base, domain_pace="2/s")
    daemon.do("broadcast", "send", "spring")
    places.wait_for(lambda: sum(not m.recipient.endswith("@slow.test")
                                for m in mta.mails) == 300, 60, "the others")
    assert len(mta.mails) < 900
    daemon.do("broadcast", "pause", "spring")
    daemon.do("broadcast", "resume", "spring", "--domain-pace", "5000/s",
              "--wait")
    broadcasts.assert_once_each(mta, slow + others)


def test_a_terminal_sees_the_progress(sender, mta):
    people = broadcasts.people(40)
    daemon = sender(people)
    broadcasts.create(daemon, daemon.base, pace="12/s")
    outer, inner = pty.openpty()
    with subprocess.Popen([places.COMMAND, "--socket", daemon.socket,
                           "broadcast", "send", "spring", "--wait"],
                          stdout=subprocess.DEVNULL, stderr=inner) as command:
        os.close(inner)
        seen = b""
        try:
            while chunk := os.read(outer, 4096):
                seen += chunk
        except OSError:
            pass  # the other end is closed
        assert command.wait(30) == 0
    os.close(outer)
    assert b"of 40" in seen and b"\r" in seen and b"/s" in seen, seen


def test_who_clicked_what_and_what_it_scored(gateway):
    daemon = gateway.daemon
    people = broadcasts.people(3)
    broadcasts.fill(daemon, gateway.base, people)
    two = broadcasts.TEMPLATE.replace(
        "</body>", '<a href="https://shop.example.test/b">b</a></body>')
    broadcasts.create(daemon, gateway.base, template=two)
    daemon.do("broadcast", "send", "spring", "--wait")
    clicks = {a: gateway.tracked(gateway.receiver.wait_for(a))[0]
              for a in people}
    daemon.public.get(clicks[people[0]][0])
    daemon.public.get(clicks[people[0]][0])
    daemon.public.get(clicks[people[1]][1])
    daemon.public.get(clicks[people[2]][0], headers={"Purpose": "prefetch"})
    daemon.wait_for_signal(people[0], "email.clicked", 2)
    daemon.wait_for_signal(people[1], "email.clicked")
    daemon.wait_for_signal(people[2], "email.clicked")
    found = daemon.ask("broadcast", "clicks", "spring")["items"]
    assert sorted((i["email"], i["url"][-4:], i["verdict"]) for i in found) \
        == [(people[0], "/vip", "human")] * 2 + [
            (people[1], "st/b", "human"), (people[2], "/vip", "machine")]
    one = daemon.ask("broadcast", "clicks", "spring", "--link",
                     "https://shop.example.test/b")["items"]
    assert [i["email"] for i in one] == [people[1]]
    result = broadcasts.state(daemon)
    clicked = [h for h in result["hits"] if h["signal"] == "email.clicked"][0]
    assert (clicked["people"], clicked["hits"]) == (2, 3)
    assert (clicked["machine_people"], clicked["machine_hits"]) == (1, 1)
    assert [(p["score"], p["points"], p["people"])
            for p in result["points"]] == [
                ("lead", 40, 2)]  # with the opens that clicks imply
    assert json.loads(daemon.do("broadcast", "status", "spring")) == result
    text = daemon.on_terminal("broadcast", "status", "spring").text
    assert "machines" in text and "points" in text
    links = daemon.ask("broadcast", "links", "spring")["items"]
    assert [(i["url"][-4:], i["people"], i["hits"], i["machine_people"],
             i["machine_hits"]) for i in links] == [
        ("/vip", 1, 2, 1, 1), ("st/b", 1, 1, 0, 0)]
    assert "st/b" in daemon.do("broadcast", "links", "spring")
    # Beside one that nobody got.
    broadcasts.create(daemon, gateway.base, "empty")
    both = daemon.ask("broadcast", "compare", "spring", "empty")["items"]
    assert [i["name"] for i in both] == ["spring", "empty"]
    spring, empty = both
    assert (spring["sent"], empty["sent"]) == (3, 0)
    assert spring["clicked"] == {
        "people": 2, "hits": 3, "machine_people": 1, "machine_hits": 1,
        "rate": 2 / 3}
    assert spring["clicked_of_opened"] == 1, "a click implies the open"
    assert spring["points"] == {"lead": 40}
    assert empty["clicked"]["rate"] is None and empty["points"] == {}
    text = daemon.do("broadcast", "compare", "spring", "empty")
    assert "2 (66.7 %)" in text and "points of lead" in text
    assert "no broadcast" in daemon.refused(3, "broadcast", "compare",
                                            "spring", "nope")
    who = daemon.ask("broadcast", "recipients", "spring", "--state", "sent")
    assert sorted(i["email"] for i in who["items"]) == sorted(people)
    assert people[0] in daemon.do("broadcast", "recipients", "spring",
                                  "--where", f"email = '{people[0]}'")
