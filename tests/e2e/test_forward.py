"""Send to a friend: the page of {{forward_url}} says that a mail was passed
on, once, and learns nothing of to whom."""
import html
import json
import re
import urllib.parse

from lib import broadcasts

PLUGIN = """
plugin "forward" {
    subject = "Have a look"
    link = "https://shop.example.test/offer"
}
"""
RULES = """
rule "Passed a mail on" {
    on = "email.forwarded"
    when = "signal.how = 'page' and signal.campaign = 'spring'"
    add = 30
}
"""
TEMPLATE = broadcasts.TEMPLATE.replace(
    "</body>", '<a href="{{forward_url}}">tell a friend</a></body>')
FRIEND = "friend-of-ann@nowhere.test"


def holds(daemon, text):
    """Files of the store, the spool and the log that hold this text."""
    files = [*(daemon.base / "state").rglob("*"), daemon.log]
    return [file.name for file in files
            if file.is_file() and text.encode() in file.read_bytes()]


def sent(make_gateway):
    """The gateway, and the link in the mail that Ann got."""
    gateway = make_gateway(more=PLUGIN, rules=RULES)
    daemon = gateway.daemon
    broadcasts.fill(daemon, gateway.base, ["ann@far.test"])
    broadcasts.create(daemon, gateway.base, template=TEMPLATE)
    daemon.do("broadcast", "send", "spring", "--wait")
    mail = gateway.receiver.wait_for("ann@far.test")
    mail = mail[0] if isinstance(mail, list) else mail
    links = re.findall(r'href="([^"]*/w/[^"]*)"', mail.part("text/html"))
    assert len(links) == 1, "our own link is no click to count"
    assert links[0].startswith(daemon.public_url + "/w/")
    return gateway, links[0]


def test_getting_the_page_changes_nothing(make_gateway):
    gateway, link = sent(make_gateway)
    daemon = gateway.daemon
    for _ in range(3):
        page = daemon.public.get(link)
        assert page.status == 200 and '<form method="post">' in page.text
        assert "<script" not in page.text
        assert daemon.public.ask("HEAD", link).status == 200
    daemon.do("contact", "set", "ann@far.test", "city=Rome")  # all applied
    assert not daemon.signals("ann@far.test", "email.forwarded")


def test_the_button_counts_once_and_no_address_is_kept(make_gateway):
    gateway, link = sent(make_gateway)
    daemon = gateway.daemon
    token = json.loads(daemon.do("mail", "token", link, "--config",
                                 daemon.conf, "--json"))
    assert (token["kind"], token["campaign"]) == ("forward", "spring")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"',
                             daemon.public.get(link).text))
    for _ in range(3):
        answer = daemon.public.post_form(link, {
            **fields, "to": FRIEND, "email": FRIEND})
        assert answer.status == 200
        assert "set-cookie" not in answer.headers
    mailto = html.unescape(re.search(r'href="(mailto:[^"]+)"',
                                     answer.text).group(1))
    parts = urllib.parse.urlsplit(mailto)
    said = urllib.parse.parse_qs(parts.query, strict_parsing=True)
    assert parts.path == "", "to whom is for the reader to say"
    assert said["subject"] == ["Have a look"]
    assert said["body"][0].endswith(
        "\r\n\r\nhttps://shop.example.test/offer\r\n")

    daemon.wait_for_score("ann@far.test", 50)
    daemon.do("contact", "set", "ann@far.test", "city=Rome")  # all applied
    forwarded = daemon.signals("ann@far.test", "email.forwarded")
    assert len(forwarded) == 1
    assert forwarded[0]["properties"] == {"how": "page", "campaign": "spring"}
    assert daemon.score("ann@far.test") == 50
    daemon.stop()
    assert holds(daemon, "email.forwarded")
    assert not holds(daemon, FRIEND)
    assert not holds(daemon, urllib.parse.quote(FRIEND))


def test_a_link_of_nobody_s_is_not_found(make_gateway):
    gateway, link = sent(make_gateway)
    daemon = gateway.daemon
    middle = len(link) - 20
    other = link[:middle] + ("A" if link[middle] != "A" else "B") \
        + link[middle + 1:]
    for bad in (other, daemon.public_url + "/w/AAAA",
                link.replace("/w/", "/u/")):
        assert daemon.public.get(bad).status == 404
        assert daemon.public.post_form(bad, {"how": "page"}).status == 404
    daemon.do("contact", "set", "ann@far.test", "city=Rome")  # all applied
    assert not daemon.signals("ann@far.test", "email.forwarded")


def test_without_the_page_a_template_with_its_link_is_refused(daemon,
                                                              tmp_path):
    template = tmp_path / "template.eml"
    template.write_text(TEMPLATE)
    said = daemon.refused(4, "broadcast", "create", "spring", "--template",
                          template, "--to", "has score")
    assert "{{forward_url}}" in said and 'plugin "forward"' in said
