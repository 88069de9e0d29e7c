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


def test_a_full_disk_stops_no_mail_and_no_answer(mount, make_gateway):
    gateway = make_gateway(start=False)
    daemon = gateway.daemon
    daemon.write_conf(daemon.conf.read_text().replace(
        f'state = "{daemon.base}/state"',
        f'state = "{mount.path}/state"')
        + 'signals { names = { "order.paid" } }\n')
    gateway.start()
    clicks, pixel = gateway.tracked(gateway.deliver("ann@far.test"))
    daemon.public.get(pixel)
    daemon.wait_for_score("ann@far.test", 5)

    filler = mount.path / "filler"
    fill(filler)

    def refused():
        """Until preallocated room is used up something may still be kept."""
        answer = daemon.api("POST", "/signals", {
            "name": "order.paid", "email": "ann@far.test",
            "properties": {"text": "x" * 15000}})
        return answer if answer.status == 503 else None
    answer = places.wait_for(refused, 60, "503 from the API")
    assert answer.headers["content-type"] == "application/problem+json"

    assert daemon.public.get(pixel).status == 200
    assert daemon.public.get(pixel).body[:3] == b"GIF"
    assert daemon.public.get(clicks[0]).status == 302
    mail = gateway.deliver("ben@far.test")
    assert mail.part("text/html")
    status = daemon.run("status")
    assert "full" in (status.stdout + status.stderr).lower() or \
        "space" in (status.stdout + status.stderr).lower(), status.stdout

    filler.unlink()
    places.wait_for(lambda: daemon.api("POST", "/signals", {
        "name": "order.paid", "email": "ann@far.test"}).status in (200, 202),
        60, "room again")
    daemon.public.get(clicks[0])
    daemon.wait_for_signal("ann@far.test", "email.clicked", limit_s=30)
