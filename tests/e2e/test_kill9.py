"""kill -9 at any moment: each signal that was answered is in the ledger, once;
none is there twice."""
import itertools
import random
import threading

from lib import places
from lib.web import Web

KILLS = 25
ADDRESSES = [f"person{n}@far.test" for n in range(40)]


MORE = """
plugin "webhook" {
    webhook "shop" {
        unsigned = yes
        event "order.paid" { email = "/email" properties = { "id = /id" } }
    }
}
"""


class Shop(threading.Thread):
    """Posts signals with ids of its own; keeps those that were answered. By
    the API, which answers when it is applied, or by a webhook, which answers
    when it is on the disk."""

    def __init__(self, daemon, number, stop):
        super().__init__(daemon=True)
        self.daemon_, self.number, self.stop = daemon, number, stop
        self.answered, self.unsure = [], []
        self.error = None

    def run(self):
        if self.number % 2:
            web = Web(self.daemon_.public.at, timeout=20)
        else:
            web = Web(self.daemon_.socket, timeout=20)
        for n in itertools.count():
            if self.stop.is_set():
                return
            signal = f"{self.number}-{n}"
            address = ADDRESSES[(self.number * 7 + n) % len(ADDRESSES)]
            try:
                if self.number % 2:
                    answer = web.post_json("/h/shop", {
                        "email": address, "id": signal})
                else:
                    answer = web.post_json("/api/v1/signals", {
                        "name": "order.paid", "email": address, "id": signal,
                        "properties": {"id": signal}})
            except OSError:
                self.unsure.append((address, signal))
                self.stop.wait(0.005)
                continue
            except Exception as error:  # a torn answer
                self.unsure.append((address, signal))
                if "IncompleteRead" not in repr(error) and \
                        "BadStatusLine" not in repr(error) and \
                        "RemoteDisconnected" not in repr(error):
                    self.error = error
                continue
            if answer.status in (200, 202):
                self.answered.append((address, signal))
            elif answer.status == 503:
                self.unsure.append((address, signal))
            else:
                self.error = AssertionError(answer.text)
                return


def found_in_history(daemon):
    """(address, id) -> how often, and the points of each address."""
    found, points = {}, {}
    for address in ADDRESSES:
        path = f"/contacts/{address}/history?limit=1000"
        while path:
            answer = daemon.api("GET", path)
            if answer.status == 404:
                break
            page = answer.json()
            for item in page["items"]:
                if item["name"] == "order.paid":
                    key = (address, item["properties"]["id"])
                    found[key] = found.get(key, 0) + 1
            following = page.get("next")
            path = following and (f"/contacts/{address}/history?limit=1000"
                                  f"&cursor={following}")
        points[address] = daemon.score(address) or 0
    return found, points


def test_every_answered_signal_counts_exactly_once(make_daemon):
    seed = random.randrange(1 << 30)
    print("seed", seed)
    chance = random.Random(seed)
    daemon = make_daemon(more=MORE)
    daemon.start()
    rules = daemon.base / "rules.conf"
    rules.write_text('rule "bought" { on = "order.paid" add = 1 }\n')
    daemon.do("rules", "apply", "--yes", rules)
    stop = threading.Event()
    shops = [Shop(daemon, n, stop) for n in range(6)]
    for shop in shops:
        shop.start()
    for _ in range(KILLS):
        before = sum(len(s.answered) for s in shops)
        more = chance.randrange(1, 400)
        places.wait_for(lambda b=before, m=more: sum(
            len(s.answered) for s in shops) > b + m, 60, "signals")
        stop.wait(chance.random() * 0.05)
        daemon.kill()
        daemon.start()
    stop.set()
    for shop in shops:
        shop.join(60)
        assert shop.error is None, shop.error

    answered = {a for shop in shops for a in shop.answered}
    unsure = {u for shop in shops for u in shop.unsure}
    # One more through the whole way: all before it is applied.
    daemon.api("POST", "/signals", {"name": "order.paid",
                                    "email": "last@far.test"})
    places.wait_for(lambda: daemon.score("last@far.test") == 1, 20, "the last")
    found, points = found_in_history(daemon)
    assert len(answered) > KILLS
    assert not answered - set(found), "answered and lost"
    assert not [k for k, n in found.items() if n > 1], "applied twice"
    assert not set(found) - answered - unsure, "out of nowhere"
    # The ledger agrees: a point for each.
    for address in ADDRESSES:
        n = sum(1 for a, _ in found if a == address)
        assert points[address] == n, address
    daemon.do("verify")


def test_opens_and_clicks_that_were_answered_are_kept(make_gateway):
    gateway = make_gateway(rules='rule "o" { on = "email.opened" add = 1 }\n')
    daemon = gateway.daemon
    pixels = {}
    for n in range(4):
        address = f"reader{n}@far.test"
        pixels[address] = gateway.tracked(gateway.deliver(address))[1]
    answered = dict.fromkeys(pixels, 0)
    for _ in range(3):
        for address, pixel in pixels.items():
            for _ in range(5):
                assert daemon.public.get(pixel).status == 200
                answered[address] += 1
        daemon.kill()
        daemon.start()
    for address, n in answered.items():
        daemon.wait_for_score(address, n)
