"""`instrument = here` with our own milter behind: instrumented once."""
from lib import broadcasts

TEMPLATE = broadcasts.TEMPLATE.replace(
    "MIME-Version", "X-Scoregate-List: news\nMIME-Version")
RULES = """\
rule "clicked" { on = "email.clicked" add = 10 because = "followed a link" }
"""


def test_the_milter_leaves_what_was_instrumented_before(make_gateway):
    # All that the sender sends is to be instrumented, campaign or not.
    gateway = make_gateway(
        smtp_more="instrument = here\n", rules=RULES,
        mail='match_senders = { "*" }\n    match_headers = { "From" }')
    daemon = gateway.daemon
    broadcasts.fill(daemon, gateway.base, ["ann@far.test"])
    broadcasts.create(daemon, gateway.base, template=TEMPLATE)
    daemon.do("broadcast", "send", "spring", "--wait")
    mail = gateway.receiver.wait_for("ann@far.test")
    click, _ = broadcasts.assert_instrumented_once(mail, daemon)
    assert not [n for n in mail.message().keys() if n.startswith("X-Score")]
    daemon.public.get(click)
    daemon.wait_for_score("ann@far.test", 30)
    assert len(daemon.signals("ann@far.test", "email.sent")) == 1
