"""A broadcast with an MTA that does as it is told: the receiving server itself
is the MTA, so that every answer and every mail is under the story's control."""
import re

from . import places

TEMPLATE = """\
From: Shop News <news@example.test>
Subject: For you, {{field.first_name | default: 'friend'}}
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><p>Your score is {{contactScore}}.</p>
<a href="https://shop.example.test/vip">vip</a></body></html>
"""
OVER = ("sent", "paused", "cancelled", "failed")


def people(n, domain="far.test"):
    return [f"person{i}@{domain}" for i in range(n)]


def fill(daemon, base, addresses, points=20):
    """Contacts on the list news, each with that many points."""
    daemon.do("list", "create", "news")
    sheet = base / "people.csv"
    sheet.write_text("email,lists,score:lead\n" + "".join(
        f"{address},news,{points}\n" for address in addresses))
    daemon.do("import", sheet)


def create(daemon, base, name="spring", to="list 'news'", template=TEMPLATE,
           **options):
    path = base / f"{name}.eml"
    path.write_text(template)
    words = [w for k, v in options.items()
             for w in ("--" + k.replace("_", "-"), v)]
    daemon.do("broadcast", "create", name, "--template", path, "--to", to,
              *words)


def state(daemon, name="spring"):
    answer = daemon.api("GET", f"/broadcasts/{name}")
    assert answer.status == 200, answer.text
    return answer.json()


def wait_for_state(daemon, wanted, name="spring", limit_s=60):
    def there():
        now = state(daemon, name)
        return now if now["state"] == wanted else None
    return places.wait_for(there, limit_s, f"{name} to be {wanted}")


def recipients(daemon, which, name="spring"):
    """Address -> reason of those in that state."""
    found, cursor = {}, ""
    while cursor is not None:
        page = daemon.api("GET", f"/broadcasts/{name}/recipients?state={which}"
                          f"&limit=1000" + (f"&cursor={cursor}" if cursor
                                            else "")).json()
        found.update((i["email"], i.get("reason", "")) for i in page["items"])
        cursor = page["next"]
    return found


def handed_over(mails):
    """Those of Postfix, once for each that it took: one that is stopped after
    its mail was taken, and before it noted that, delivers it again."""
    taken = {}
    for mail in mails:
        number = re.search(rb"with E?SMTPS?\s+id\s+(\w+)", mail.header)
        taken[mail.recipient, number and number[1]] = mail
    return list(taken.values())


def assert_once_each(receiver, wanted, doubtful=(), mails=None):
    """Nobody twice; nobody missing but the listed doubtful."""
    got = [m.recipient for m in mails or receiver.mails]
    twice = sorted({a for a in got if got.count(a) > 1})
    assert not twice, f"got it twice: {twice}"
    missing = set(wanted) - set(got)
    assert missing <= set(doubtful), f"missing: {sorted(missing)[:20]}"
    assert set(got) <= set(wanted)


def assert_instrumented_once(mail, daemon):
    """The two URLs: of the link and of the image."""
    html = mail.part("text/html")
    clicks = re.findall(re.escape(daemon.public_url) + r"/c/[\w-]+", html)
    images = re.findall(re.escape(daemon.public_url) + r"/o/[\w-]+\.gif", html)
    assert len(clicks) == 1 and len(images) == 1, html
    message = mail.message()
    assert len(message.get_all("List-Unsubscribe")) == 1
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.sender.startswith("bounce+")
    assert mail.sender.count("+") == 1
    return clicks[0], images[0]
