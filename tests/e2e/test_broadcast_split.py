"""Two versions of one mail: each to its share, the rest waits for the one that
people click more; machines have no vote."""
from lib import broadcasts

OTHER = broadcasts.TEMPLATE.replace("For you", "Last chance")


def subjects(gateway):
    found = {}
    for mail in gateway.receiver.mails:
        found[mail.recipient] = "B" if b"Last chance" in mail.header else "A"
    return found


def click(gateway, address):
    mail = next(m for m in gateway.receiver.mails if m.recipient == address)
    clicks, _ = gateway.tracked(mail)
    assert gateway.daemon.public.get(clicks[0]).status == 302


def test_the_better_version_goes_to_the_rest(make_gateway):
    gateway = make_gateway()
    daemon, people = gateway.daemon, broadcasts.people(20)
    broadcasts.fill(daemon, gateway.base, people)
    other = gateway.base / "other.eml"
    other.write_text(OTHER)
    broadcasts.create(daemon, gateway.base, template_b=other, split="20/20",
                      after="20s")
    for version, subject in (("a", "For you"), ("b", "Last chance")):
        seen = daemon.ask("broadcast", "preview", "spring", "--version",
                          version)
        assert subject in seen["subject"]
    daemon.do("broadcast", "send", "spring")
    broadcasts.wait_for_state(daemon, "testing")
    gateway.receiver.wait_for_count(8)
    first = subjects(gateway)
    assert sorted(first.values()) == ["A"] * 4 + ["B"] * 4
    now = broadcasts.state(daemon)
    assert now["recipients"]["waiting"] == 12
    assert now["split"]["by"] == "clicks" and "decide_at" in now["split"]
    voter = next(p for p, version in first.items() if version == "B")
    click(gateway, voter)
    daemon.wait_for_signal(voter, "email.clicked", limit_s=30)
    # It goes on after a restart, too.
    daemon.stop()
    daemon.start()
    end = broadcasts.wait_for_state(daemon, "sent")
    gateway.postfix.wait_until_empty()
    broadcasts.assert_once_each(gateway.receiver, people)
    assert end["split"]["winner"] == "B"
    assert [(v["version"], v["sent"]) for v in end["split"]["versions"]] == \
        [("A", 4), ("B", 16)]
    last = subjects(gateway)
    assert all(last[p] == "B" for p in people if p not in first)
    assert "better" in daemon.on_terminal(
        "broadcast", "status", "spring").text


def test_what_is_wrong_with_a_split_is_said(make_daemon):
    daemon = make_daemon().start()
    path = daemon.base / "a.eml"
    path.write_text(broadcasts.TEMPLATE)
    daemon.do("list", "create", "news")
    for words, said in ((("--split", "10/10"), "template_b"),
                        (("--template-b", path, "--split", "x"), "10/10"),
                        (("--template-b", path, "--split", "60/60"), "100"),
                        (("--template-b", path, "--split", "10/10"), "after"),
                        (("--template-b", path, "--split", "50/50",
                          "--winner", "luck"), "clicks or opens")):
        assert said in daemon.refused(
            4, "broadcast", "create", "x", "--template", path, "--to",
            "list 'news'", *words)
