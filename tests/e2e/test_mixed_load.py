"""Everything at once for some seconds, then a stop in good order. Run with
ThreadSanitizer (make tsan) and LeakSanitizer too: no report, no leak."""
import random
import threading
import time

from lib import newsletter, places

SECONDS = 6


def test_everything_at_once(gateway):
    daemon = gateway.daemon
    daemon.do("list", "create", "news")
    pixels, links, unsubscribe = [], [], []
    for n in range(6):
        mail = gateway.deliver(f"reader{n}@far.test",
                               encoding=newsletter.ENCODINGS[n % 4])
        clicks, pixel = gateway.tracked(mail)
        pixels.append(pixel)
        links += clicks
    errors = []
    end = time.monotonic() + SECONDS * (2 if places.is_instrumented() else 1)

    def worker(work, seed):
        chance = random.Random(seed)
        while time.monotonic() < end and not errors:
            try:
                work(chance)
            except Exception as error:
                errors.append(error)

    def expect(answer, *statuses):
        assert answer.status in statuses, answer.text

    def read(chance):
        expect(daemon.public.get(chance.choice(pixels)), 200)
        expect(daemon.public.get(chance.choice(links)), 302)
        expect(daemon.public.get("/healthz"), 200)
        expect(daemon.public.get("/nothing"), 404)

    def send(chance):
        gateway.send(f"load{chance.randrange(50)}@far.test",
                     encoding=chance.choice(newsletter.ENCODINGS))

    def operate(chance):
        address = f"load{chance.randrange(50)}@far.test"
        expect(daemon.api("POST", "/contacts", {
            "email": address, "fields": {"n": "1"}, "tags": ["t"]}), 200, 201)
        expect(daemon.api("POST", f"/contacts/{address}/scores/lead", {
            "op": "add", "points": 1, "because": "load"}), 200)
        expect(daemon.api("GET", "/contacts?where=has%20score%20%3E%3D%205"
                                 "&columns=email,score&sort=-score"), 200)
        expect(daemon.api("GET", f"/contacts/{address}/scores/lead/why"), 200)

    def look(chance):
        expect(daemon.private.get("/metrics"), 200)
        expect(daemon.api("GET", "/status"), 200)
        expect(daemon.api("GET", "/scores/lead/summary"), 200)
        gateway.apply_rules(gateway.rules.replace(
            "add = 5", f"add = {chance.randrange(1, 9)}"))

    works = [read, read, send, send, operate, operate, look]
    threads = [threading.Thread(target=worker, args=(work, n), daemon=True)
               for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not errors, errors[0]
    gateway.postfix.wait_until_empty(60)
    daemon.do("verify")
