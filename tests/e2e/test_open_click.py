"""What comes back from readers: opens and clicks, people and machines."""
from lib import newsletter


def test_an_open_and_a_click_score(gateway):
    daemon = gateway.daemon
    mail = gateway.deliver("ann@far.test")
    clicks, pixel = gateway.tracked(mail)

    image = daemon.public.get(pixel)
    assert image.status == 200
    assert image.headers["content-type"] == "image/gif"
    assert image.body[:6] in (b"GIF87a", b"GIF89a")
    assert "no-store" in image.headers["cache-control"]
    daemon.wait_for_score("ann@far.test", 5)

    answer = daemon.public.get(clicks[0])
    assert answer.status == 302
    assert answer.headers["location"] == newsletter.LINKS[0]
    assert answer.headers["referrer-policy"] == "no-referrer"
    daemon.wait_for_score("ann@far.test", 15)
    assert [s["properties"]["url"] for s in
            daemon.signals("ann@far.test", "email.clicked")] == [
                newsletter.LINKS[0]]


def test_every_link_leads_where_the_sender_wanted(gateway):
    mail = gateway.deliver("ann@far.test")
    clicks, _ = gateway.tracked(mail)
    assert [gateway.daemon.public.get(c).headers["location"]
            for c in clicks] == newsletter.LINKS


def test_the_hit_is_the_reader_s_it_was_sent_to(gateway):
    ann = gateway.tracked(gateway.deliver("ann@far.test"))
    gateway.tracked(gateway.deliver("ben@far.test"))
    gateway.daemon.public.get(ann[1])
    gateway.daemon.wait_for_score("ann@far.test", 5)
    assert gateway.daemon.score("ben@far.test") is None


def test_machines_are_answered_and_do_not_score(gateway):
    daemon = gateway.daemon
    clicks, pixel = gateway.tracked(gateway.deliver("ann@far.test"))
    assert daemon.public.ask("HEAD", pixel).status == 200
    assert daemon.public.ask("HEAD", clicks[0]).status == 302
    for headers in ({"Purpose": "prefetch"}, {"Sec-Purpose": "prefetch"},
                    {"X-Moz": "prefetch"}):
        assert daemon.public.get(pixel, headers=headers).status == 200
    for agent in ("Mozilla/5.0", "Googlebot/2.1 (+http://www.google.com/bot.html)"):
        assert daemon.public.get(clicks[0], agent=agent).status == 302
    daemon.public.get(pixel)  # the reader, at last
    daemon.wait_for_score("ann@far.test", 5)
    verdicts = [s["verdict"] for s in daemon.signals("ann@far.test")
                if s["name"] in ("email.opened", "email.clicked")]
    assert verdicts.count("human") == 1
    assert verdicts.count("proxy") == 1
    assert verdicts.count("machine") == 4  # HEAD leaves no signal at all


def test_a_bad_token_tells_nothing_and_leaves_no_signal(gateway):
    daemon = gateway.daemon
    clicks, pixel = gateway.tracked(gateway.deliver("ann@far.test"))
    daemon.wait_for_signal("ann@far.test", "email.sent")
    forged = pixel[:-10] + ("A" if pixel[-10] != "A" else "B") + pixel[-9:]
    good, bad = daemon.public.get(pixel), daemon.public.get(forged)
    assert (bad.status, bad.body) == (good.status, good.body)
    daemon.wait_for_score("ann@far.test", 5)
    # A click's token is no open's, and the other way round.
    wrong = daemon.public.get(clicks[0].replace("/c/", "/o/") + ".gif")
    assert wrong.status == 200
    assert daemon.public.get(pixel.replace("/o/", "/c/")[:-4]).status == 404
    assert daemon.public.get(daemon.public_url + "/c/AAAA").status == 404
    assert len(daemon.signals("ann@far.test", "email.opened")) == 1
    assert not daemon.signals("ann@far.test", "email.clicked")


def test_no_address_stands_in_what_the_world_sees(gateway):
    mail = gateway.deliver("ann@far.test")
    clicks, pixel = gateway.tracked(mail)
    for url in [*clicks, pixel, mail.sender]:
        assert "ann" not in url.lower() or "far.test" not in url


def test_a_repeated_open_counts_by_the_rule(make_gateway):
    gateway = make_gateway(rules="""
rule "once" { on = "email.opened" add = 5 once_per = "message" }
""")
    _, pixel = gateway.tracked(gateway.deliver("ann@far.test"))
    for _ in range(3):
        gateway.daemon.public.get(pixel)
    gateway.daemon.wait_for_signal("ann@far.test", "email.opened", 3)
    gateway.daemon.wait_for_score("ann@far.test", 5)
