"""Keys of links, in real mail: a rotation is taken up at once by the milter
and by the web; retiring one says of how many mails the links die."""
from lib import places


def keys_of(daemon):
    return {key["id"]: key for key in daemon.ask("key", "list")["items"]}


def test_each_mail_has_links_of_the_key_of_its_day(gateway):
    daemon = gateway.daemon
    old_clicks, old_pixel = gateway.tracked(gateway.deliver("ann@far.test"))
    gateway.deliver("ben@far.test")
    places.wait_for(lambda: keys_of(daemon)[1]["mails"] == 2, 30,
                    "two mails of the first key")
    daemon.do("key", "rotate")
    new_clicks, _ = gateway.tracked(gateway.deliver("cid@far.test"))
    places.wait_for(lambda: keys_of(daemon)[2]["mails"] == 1, 30,
                    "a mail of the second key")
    assert keys_of(daemon)[1]["mails"] == 2
    for link in (old_clicks[0], new_clicks[0]):
        assert daemon.public.get(link).status == 302
    daemon.wait_for_signal("ann@far.test", "email.clicked")

    said = daemon.run("key", "retire", "1", "--yes")
    assert said.returncode == 0 and "2 mails lose their links" in said.stderr
    assert daemon.public.get(old_clicks[0]).status == 404
    assert daemon.public.get(old_pixel).body.startswith(b"GIF89a")
    assert daemon.public.get(new_clicks[1]).status == 302
    daemon.wait_for_signal("cid@far.test", "email.clicked", 2)
    daemon.stop()
    daemon.start()
    assert list(keys_of(daemon)) == [2]
    assert daemon.public.get(new_clicks[0]).status == 302
