"""The templates that the configuration names: in one file or in parts, looked
at before anybody is to get a mail of them; and a sequence's mail that meets a
pause, or a reader who clicks."""
import subprocess

import pytest

from lib import broadcasts, places
from lib.receiver import Receiver

MORE = """
template "hello" { file = "hello.eml" }
template "parts" {
  subject = "Hi {{field.first_name | default: 'you'}}"
  text_file = "parts.txt"
  html_file = "parts.html"
  from = "News <news@far.test>"
}
outbox { retry = 1s  retry_most = 2s  tries = 1000 }
"""
RULES = """
sequence "Welcome" {
  step "one" { template = "parts" }
  step "two" { after = "30d" template = "hello" }
}
sequence "Again" { restart = yes step "one" { template = "hello" } }
"""
HTML = ('<p>Dear {{field.first_name}}</p>'
        '<a href="https://shop.test/?who={{email}}">shop</a>')


@pytest.fixture(scope="module")
def relay():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="module")
def daemon(make_shared, relay):
    daemon = make_shared(smtp=relay.port, smtp_more="instrument = here",
                         more=MORE)
    write(daemon)
    daemon.do("rules", "apply", "--yes", rules(daemon, RULES))
    return daemon


def write(daemon):
    for name, text in (("hello.eml", broadcasts.TEMPLATE),
                       ("parts.txt", "Dear {{field.first_name}}\n"),
                       ("parts.html", HTML)):
        (daemon.base / name).write_text(text)


def rules(daemon, text):
    path = daemon.base / "rules.conf"
    path.write_text(text)
    return path


def test_a_mail_of_parts_says_the_same_in_both(daemon, relay):
    daemon.do("contact", "add", "ann@far.test", "first_name=<Ann> & Co")
    daemon.do("sequence", "start", "Welcome", "ann@far.test")
    mail = relay.wait_for("ann@far.test", limit_s=30)
    assert mail.message()["Subject"] == "Hi <Ann> & Co"
    assert mail.message()["From"] == "News <news@far.test>"
    assert mail.part("text/plain").strip() == "Dear <Ann> & Co"
    html = mail.part("text/html")
    assert "<p>Dear &lt;Ann&gt; &amp; Co</p>" in html
    click, _ = broadcasts.assert_instrumented_once(mail, daemon)
    assert daemon.public.get(click).headers["location"] == \
        "https://shop.test/?who=ann%40far.test"
    daemon.wait_for_signal("ann@far.test", "email.clicked")
    clicks = daemon.ask("sequence", "clicks", "Welcome")["items"]
    assert [(c["email"], c["step"], c["verdict"], c["url"]) for c in clicks] \
        == [("ann@far.test", "one", "human",
             "https://shop.test/?who=ann%40far.test")]
    assert daemon.ask("sequence", "clicks", "Welcome", "--step",
                      "two")["items"] == []
    assert daemon.ask("sequence", "clicks", "Welcome", "--link",
                      "https://other.test/")["items"] == []
    assert "ann@far.test" in daemon.do("sequence", "clicks", "Welcome")
    assert "no sequence" in daemon.refused(3, "sequence", "clicks", "Nope")


def test_what_is_wrong_in_a_template_is_said_before_anybody_gets_it(daemon):
    sample = rules(daemon, RULES)
    wrong = [
        ("hello.eml", "From: a@far.test\nSubject: {{oops}}\n\nHi\n",
         "hello.eml: template, Subject, line 2, column 12: unknown variable"),
        ("hello.eml", "From: a@far.test\nSubject: x\n\nHi\n{{#if score >}}",
         "hello.eml: template, the text/plain part, line 5, column 7: "),
        ("hello.eml", "Subject: x\n\nHi\n", "hello.eml: the mail needs a From"),
        ("hello.eml", "From: a@far.test\nSubject: x\n\n{{confirm_url}}\n",
         "is for the mail that confirms a form"),
        ("parts.txt", "Hi\n\n {{#if score > 1}}\n",
         "parts.txt: template, the text/plain part (decoded), line 3, "
         "column 2: {{#if}} without {{/if}}"),
        ("parts.html", "<p>\n{{score 'nope'}}",
         "parts.html: template, the text/html part (decoded), line 2, "
         "column 9: unknown score nope"),
    ]
    for name, text, says in wrong:
        write(daemon)
        (daemon.base / name).write_text(text)
        refused = daemon.refused(4, "rules", "apply", "--yes", sample)
        assert says in refused and "rules.conf:" in refused, refused
        assert says in daemon.refused(4, "rules", "check", sample)
    (daemon.base / "parts.html").unlink()
    assert "parts.html: No such file" in daemon.refused(
        4, "rules", "apply", "--yes", sample)
    listed = {t["name"]: t for t in daemon.ask("template", "list")["items"]}
    assert listed["hello"]["good"] and not listed["parts"]["good"]
    assert "parts.html" in listed["parts"]["trouble"]
    assert "parts.html" in daemon.refused(4, "reload")
    doctor = daemon.run("doctor", "--offline", "--config", daemon.conf)
    assert 'fail  templates    template "parts" cannot be sent' in doctor.stdout
    (daemon.base / "parts.html").write_text("{{nope}}")
    checked = subprocess.run(daemon.command("--check"), capture_output=True,
                             text=True, check=False)
    assert checked.returncode == 2
    assert "parts.html: template, the text/html part" in checked.stderr
    write(daemon)
    daemon.do("rules", "apply", "--yes", sample)
    daemon.do("reload")


def test_an_automation_and_a_bulk_deed_are_told_as_well(daemon):
    (daemon.base / "hello.eml").write_text("Subject: {{oops}}\n\nHi\n")
    action = """do = { "send 'hello'" }"""
    path = rules(daemon, RULES.replace('template = "hello"',
                                       'template = "parts"')
                 + f'automation "A" {{ on = "tag.added" {action} }}\n')
    assert "hello.eml: template, Subject, line 1" in daemon.refused(
        4, "rules", "apply", "--yes", path)
    assert "hello.eml: template, Subject, line 1" in daemon.refused(
        4, "segment", "do", "--yes", "--where", "tag 'x'", "send 'hello'")
    write(daemon)


def test_a_reload_brings_new_templates_and_keeps_those_in_use(daemon):
    before = daemon.conf.read_text()
    daemon.conf.write_text(before + 'template "late" { file = "late.eml" }\n')
    path = rules(daemon, RULES.replace('after = "30d" template = "hello"',
                                       'after = "30d" template = "late"'))
    assert "there is no template `late`" in daemon.refused(
        4, "rules", "apply", "--yes", path)
    assert "late.eml" in daemon.refused(4, "reload")
    (daemon.base / "late.eml").write_text(broadcasts.TEMPLATE)
    daemon.do("reload")
    daemon.do("rules", "apply", "--yes", path)
    daemon.conf.write_text(before)
    assert 'sequence "Welcome" needs the template "late"' in daemon.refused(
        4, "reload")
    assert "late" in [t["name"] for t in daemon.ask("template",
                                                    "list")["items"]]
    daemon.do("rules", "apply", "--yes", rules(daemon, RULES))
    daemon.do("reload")


def waiting(daemon, address):
    return [row for row in daemon.ask("outbox", "list", "--state",
                                      "waiting")["items"]
            if daemon.ask("contact", "show", address)["email"] == address
            and row["target"] == "hello"]


def test_a_pause_puts_off_what_is_on_its_way_out(daemon, relay):
    relay.refuse("ben@far.test", "450 4.2.0 Greylisted")
    daemon.do("contact", "add", "ben@far.test")
    daemon.do("sequence", "start", "Again", "ben@far.test")
    places.wait_for(lambda: [r for r in waiting(daemon, "ben@far.test")
                             if "Greylisted" in r["trouble"]], 30, "a try")
    daemon.do("contact", "set", "ben@far.test", "paused_until=2099-01-01")
    relay.replies.clear()
    row = places.wait_for(
        lambda: [r for r in waiting(daemon, "ben@far.test")
                 if r["trouble"].startswith("paused until 2099-01-01")], 30,
        "it waits for the end of the pause")[0]
    assert relay.to("ben@far.test") == []
    steps = daemon.ask("sequence", "show", "Again")["steps"]
    assert (steps[0]["queued"], steps[0]["dropped"]) == (1, 0)
    tries = row["tries"]
    daemon.do("contact", "set", "ben@far.test", "paused_until=")
    relay.wait_for("ben@far.test", limit_s=30)
    places.wait_for(lambda: not waiting(daemon, "ben@far.test"), 30, "its end")
    sent = daemon.ask("outbox", "list", "--state", "delivered")["items"]
    assert tries + 1 in [r["tries"] for r in sent if r["id"] == row["id"]]


def test_who_leaves_does_not_get_what_is_on_its_way_out(daemon, relay):
    relay.refuse("cem@far.test", "450 4.2.0 Greylisted")
    daemon.do("contact", "add", "cem@far.test")
    daemon.do("sequence", "start", "Again", "cem@far.test")
    places.wait_for(lambda: [r for r in waiting(daemon, "cem@far.test")
                             if "Greylisted" in r["trouble"]], 30, "a try")
    daemon.do("contact", "suppress", "cem@far.test")
    relay.replies.clear()
    places.wait_for(lambda: not waiting(daemon, "cem@far.test"), 30, "its end")
    assert relay.to("cem@far.test") == []
    dropped = daemon.ask("outbox", "list", "--state", "dropped")["items"]
    assert any(r["trouble"].startswith("suppressed") for r in dropped)


HOSTILE = ["a\r\nBcc: evil@far.test\r\n\r\nbody", "{{score}}{{#if has score}}",
           "\u202elive", '"><script>alert(1)</script>', "x" * 16000,
           "=?utf-8?q?a=0D=0ABcc:_evil@far.test?=", "J\u00fcrgen \U0001f600",
           "a\r\n.\r\nMAIL FROM:<evil@far.test>", "--=_scoregate_text--"]


def test_no_value_breaks_out_of_a_mail_of_a_sequence(daemon, relay):
    for i, value in enumerate(HOSTILE):
        made = daemon.api("POST", "/contacts", {
            "email": f"h{i}@far.test", "fields": {"first_name": value}})
        assert made.status == 201, made.text
        daemon.do("sequence", "start", "Welcome", f"h{i}@far.test")
    for i, value in enumerate(HOSTILE):
        mail = relay.wait_for(f"h{i}@far.test", limit_s=30)
        message = mail.message()
        assert message["Bcc"] is None
        assert [p.get_content_type() for p in message.walk()] == [
            "multipart/alternative", "text/plain", "text/html"]
        shown = " ".join(f"Dear {value}".split())
        assert " ".join(mail.part("text/plain").split()) == shown
        html = mail.part("text/html")
        assert "<script" not in html and html.count("<img") == 1
        assert max(len(line) for line in mail.data.split(b"\r\n")) <= 998
    assert relay.to("evil@far.test") == []
