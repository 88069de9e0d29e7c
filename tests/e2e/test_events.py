"""GET /events: what happens is told as it does, to each who wants it, and who
comes again misses nothing."""
import contextlib
import json
import socket
import threading

import pytest
from lib import places

RULES = """
rule "Paid" { on = "order.paid" add = 10 }
automation "Hot" { on = "score rises to 20" do = { "tag add 'hot'" } }
"""


class Listener:
    """One stream, read by a thread of its own."""

    def __init__(self, daemon, query="", since=None, token=None):
        web = daemon.private if token else daemon.local
        headers = {"Last-Event-ID": since} if since else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.connection = web.connection()
        self.connection.request("GET", "/api/v1/events" + query,
                                headers=headers)
        self.answer = self.connection.getresponse()
        self.events, self.ended, self.last_id = [], False, None
        self.beats = 0
        self.thread = threading.Thread(target=self.read, daemon=True)
        if self.answer.status == 200:
            self.thread.start()
            # From here on it misses nothing.
            places.wait_for(lambda: self.last_id, 30, "the stream")

    def read(self):
        event = {}
        try:
            for line in self.answer:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "id":
                    self.last_id = value
                self.beats += line == b": alive\n"
                if name in ("id", "event", "data"):
                    event[name] = value
                elif not name and event.get("data"):
                    self.events.append((event["event"],
                                        json.loads(event["data"]),
                                        event.get("id")))
                    event = {}
                elif not name:
                    event = {}
        except (OSError, ValueError, AttributeError):
            pass
        self.ended = True

    def wait_for(self, n, limit_s=60):
        places.wait_for(lambda: len(self.events) >= n or self.ended, limit_s,
                        f"{n} events, there are {self.events}")
        return self.events

    def close(self):
        with contextlib.suppress(OSError, AttributeError):
            self.connection.sock.shutdown(socket.SHUT_RDWR)


def order(daemon, address, n=1):
    for _ in range(n):
        assert daemon.api("POST", "/signals", {
            "name": "order.paid", "email": address}).status == 202


@pytest.fixture(scope="module")
def ruled(shared):
    assert shared.local.ask("PUT", "/api/v1/rules", RULES).status == 200
    shared.quiet = Listener(shared, "?kind=broadcast")
    yield shared
    shared.quiet.close()


def test_each_hears_what_it_wants(ruled):
    scores = Listener(ruled, "?kind=score")
    vips = Listener(ruled, "?kind=signal&name=order.paid"
                    "&where=tag%20%27vip%27")
    one = Listener(ruled, "?kind=signal,fired,threshold&threshold=15,25")
    ruled.api("POST", "/contacts", {"email": "bob@far.test",
                                    "tags": ["vip"]})
    order(ruled, "ann@far.test")
    order(ruled, "bob@far.test", 3)
    told = scores.wait_for(4)
    assert {kind for kind, _, _ in told} == {"score"}
    assert [(data["key"], data["points"]) for _, data, _ in told] == [
        ("ann@far.test", 10)] + 3 * [("bob@far.test", 10)]
    assert [data["balance"] for _, data, _ in told[1:]] == [10, 20, 30]
    assert all(data["rule"] == "Paid" for _, data, _ in told)
    assert [data["key"] for _, data, _ in vips.wait_for(3)] == 3 * [
        "bob@far.test"]

    def has(kind, n):
        return len([1 for k, _, _ in one.events if k == kind]) >= n
    places.wait_for(lambda: has("fired", 1) and has("threshold", 2), 60,
                    f"firing and crossings: {one.events}")
    crossed = [data for kind, data, _ in one.events if kind == "threshold"]
    assert [(c["key"], c["threshold"], c["how"]) for c in crossed] == [
        ("bob@far.test", 15, "rises"), ("bob@far.test", 25, "rises")]
    fired = [data for kind, data, _ in one.events if kind == "fired"]
    assert fired[0]["automation"] == "Hot"
    # And down again.
    ruled.api("POST", "/contacts/bob@far.test/scores/lead",
              {"op": "set", "points": 20})
    places.wait_for(lambda: has("threshold", 3), 60, "the fall")
    assert [d["how"] for k, d, _ in one.events if k == "threshold"][2] == \
        "falls"
    for listener in (scores, vips, one):
        listener.close()


def test_who_comes_again_goes_on_where_it_was(ruled):
    first = Listener(ruled, "?kind=score")
    order(ruled, "eve@far.test", 3)
    told = first.wait_for(3)
    first.close()
    order(ruled, "eve@far.test", 2)
    again = Listener(ruled, "?kind=score&contact=eve@far.test",
                     since=told[0][2])
    order(ruled, "eve@far.test")
    heard = again.wait_for(5)
    assert [data["balance"] for _, data, _ in heard] == [20, 30, 40, 50, 60]
    assert heard[0][2] == told[1][2]
    ids = [int(id) for _, _, id in heard]
    assert ids == sorted(set(ids))
    again.close()


def test_many_hear_the_same(ruled):
    listeners = [Listener(ruled, "?kind=score") for _ in range(40)]
    order(ruled, "many@far.test", 5)
    heard = [listener.wait_for(5)[:5] for listener in listeners]
    assert all(h == heard[0] for h in heard)
    assert ruled.api("GET", "/status").json()["healthy"]
    for listener in listeners:
        listener.close()


def test_who_may_not_listen_is_told_so(ruled):
    assert Listener(ruled, "?kind=nonsense").answer.status == 400
    assert Listener(ruled, "?where=(").answer.status == 400
    assert Listener(ruled, "?threshold=high").answer.status == 400
    assert Listener(ruled, since="yesterday").answer.status == 400
    assert Listener(ruled, token="sg_nonsense").answer.status == 401
    token = ruled.api("POST", "/tokens", {
        "name": "listener", "role": "reader"}).json()["token"]
    reader = Listener(ruled, token=token)
    assert reader.answer.status == 200
    assert reader.answer.getheader("Content-Type") == "text/event-stream"
    order(ruled, "tok@far.test")
    assert reader.wait_for(1)
    reader.close()


def test_who_hears_nothing_is_told_that_all_is_well(ruled):
    places.wait_for(lambda: ruled.quiet.beats > 1, 60, "a sign of life")
    assert not ruled.quiet.events and not ruled.quiet.ended


def test_who_reads_slowly_is_told_so_and_misses_nothing(ruled):
    slow = ruled.local.connection()
    slow.request("GET", "/api/v1/events?name=order.paid")
    stream = slow.getresponse()
    while not stream.readline().startswith(b"id: "):
        pass
    # It reads no more: behind what the kernel holds is what the ring holds.
    lines = "".join(json.dumps({"name": "order.paid",
                                "email": f"slow{n % 50}@far.test",
                                "properties": {"x": "y" * 200}}) + "\n"
                    for n in range(7000))
    told = ruled.local.ask("POST", "/api/v1/signals/bulk", lines,
                           {"Content-Type": "application/x-ndjson"})
    assert told.json()["bad"] == 0, told.text
    other = Listener(ruled, "?kind=score")
    order(ruled, "last@far.test")
    assert other.wait_for(1)  # the others hear as ever
    other.close()
    kinds, ids = [], []
    for line in stream:
        if line.startswith(b"event: "):
            kinds.append(line[7:-1].decode())
        if line.startswith(b"id: "):
            ids.append(int(line[4:]))
        if kinds.count("signal") == 7001 and line == b"\n":
            break
    slow.close()
    assert "behind" in kinds and kinds.count("signal") == 7001
    assert ids == sorted(ids) and len(set(ids)) >= 7001


def test_broadcasts_are_told_and_streams_end_with_the_daemon(make_daemon):
    daemon = make_daemon().start()
    listener = Listener(daemon, "?kind=broadcast")
    daemon.api("POST", "/contacts", {"email": "bob@far.test"})
    assert daemon.api("POST", "/broadcasts", {
        "name": "spring", "template": "From: a@far.test\nSubject: S\n\nHello\n",
        "where": "email matches '*'"}).status == 201
    listener.wait_for(1)
    assert daemon.api("POST", "/broadcasts/spring/send", {
        "at": "2090-01-01T09:00"}).status == 200
    assert daemon.api("POST", "/broadcasts/spring/cancel").status == 200
    told = listener.wait_for(2)
    assert {data["name"] for _, data, _ in told} == {"spring"}
    places.wait_for(lambda: listener.events[-1][1]["state"] == "cancelled", 60,
                    "the end of it")
    daemon.stop()
    places.wait_for(lambda: listener.ended, 30, "the end of the stream")
