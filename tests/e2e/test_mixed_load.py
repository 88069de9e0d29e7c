"""Everything at once for some seconds, then a stop in good order. Run with
ThreadSanitizer (make tsan) and LeakSanitizer too: no report, no leak."""
import random
import threading
import time

from lib import newsletter, places

SECONDS = 6


# Private copies too: their worker, its queue and its SMTP.
SPLIT = "multi_recipient = split\n    reinject = \"127.0.0.1:DIRECT\""


def test_everything_at_once(make_gateway):
    gateway = make_gateway(mail=SPLIT)
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

    def send_to_three(chance):
        n = chance.randrange(1 << 40)
        people = [f"load{(n + i) % 50}@far.test" for i in range(3)]
        mail = newsletter.newsletter(
            people[0], headers={"To": ", ".join(people),
                                "Message-ID": f"<{n}@shop.example.test>"})
        gateway.postfix.send("news@example.test", people, mail)

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

    works = [read, read, send, send_to_three, operate, operate, look]
    threads = [threading.Thread(target=worker, args=(work, n), daemon=True)
               for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not errors, errors[0]
    places.wait_for(lambda: not daemon.ask("status")["mail"]["split_waiting"],
                    60, "the private copies to be sent")
    gateway.postfix.wait_until_empty(60)
    daemon.do("verify")
