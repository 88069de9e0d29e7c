"""The disk is full: mail still flows, the pixel still answers, whoever wants
to hear that something was kept hears 503, and the status says so."""
import os

import pytest

from lib import places

pytestmark = pytest.mark.skipif(os.geteuid() != 0,
                                reason="mounting a small disk needs root")


def fill(path):
    with open(path, "wb") as out:
        try:
            for size in (1 << 20, 1 << 16, 1 << 12, 1 << 9, 1):
                while True:
                    try:
                        out.write(b"x" * size)
                        out.flush()
                    except OSError:
                        break
        finally:
            try:
                out.close()
            except OSError:
                pass


MORE = """
plugin "webhook" {
    webhook "shop" {
        unsigned = yes
        event "order.paid" { email = "/email" properties = { "text = /text" } }
    }
}
"""


def test_a_full_disk_stops_no_mail_and_no_answer(mount, make_gateway):
    gateway = make_gateway(start=False, more=MORE)
    daemon = gateway.daemon
    daemon.write_conf(daemon.conf.read_text().replace(
        f'state = "{daemon.base}/state"', f'state = "{mount.path}/state"'))
    gateway.start()
    clicks, pixel = gateway.tracked(gateway.deliver("ann@far.test"))
    daemon.public.get(pixel)
    daemon.wait_for_score("ann@far.test", 5)

    filler = mount.path / "filler"
    fill(filler)
    order = {"email": "ann@far.test", "text": "x" * 15000}
    kept = 0
    # The room that the spool has taken in advance is used up first.
    while daemon.public.post_json("/h/shop", order).status == 200:
        kept += 1
        assert kept < 10000
    answer = daemon.public.post_json("/h/shop", order)
    assert answer.status == 503 and "retry-after" in answer.headers
    answer = daemon.api("POST", "/signals", {
        "name": "order.paid", "email": "ann@far.test",
        "properties": order})
    assert answer.status == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"

    image = daemon.public.get(pixel)
    assert image.status == 200 and image.body[:3] == b"GIF"
    assert daemon.public.get(clicks[0]).status == 302
    mail = gateway.deliver("ben@far.test")
    assert "Good morning" in mail.part("text/html")
    assert daemon.run("signal", "emit", "order.paid", "--contact",
                      "ann@far.test", "text=" + order["text"]
                      ).returncode == 6
    status = daemon.run("status")
    assert status.returncode == 1
    assert status.stdout.startswith("NOT WELL: ")
    assert "the disk is full; make room" in status.stdout + status.stderr

    filler.unlink()
    places.wait_for(lambda: daemon.public.post_json("/h/shop", order).status
                    == 200, 60, "room again")
    kept += 1
    daemon.public.get(clicks[0])
    daemon.wait_for_signal("ann@far.test", "email.clicked", limit_s=60)
    found = daemon.ask("status")
    assert found["healthy"] is True, found
    # What was answered 200 is there: no more, no less.
    history, cursor = 0, ""
    while cursor is not None:
        page = daemon.api("GET", "/contacts/ann@far.test/history?limit=1000"
                          + (f"&cursor={cursor}" if cursor else "")).json()
        history += sum(i["name"] == "order.paid" for i in page["items"])
        cursor = page["next"]
    assert history == kept
