"""The store cannot be written: mail flows, hits are answered and kept; when it
can be written again they count."""
import os
import sqlite3
import threading

import pytest

from lib import places


def store_files(daemon):
    return [p for p in (daemon.base / "state").rglob("*")
            if p.is_file() and ".db" in p.name or p.name.endswith("sqlite")]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_on_a_read_only_mount_it_refuses_to_start_with_a_reason(mount,
                                                                make_daemon):
    daemon = make_daemon(base=mount.path)
    daemon.start()
    daemon.do("contact", "add", "ann@far.test")
    daemon.stop()
    log = daemon.log
    daemon.log = mount.outside / "scoregated.log"
    mount.remount("ro")
    with pytest.raises(RuntimeError) as refused:
        daemon.start()
    daemon.process = None
    assert "ead-only" in str(refused.value) or "readonly" in str(
        refused.value), refused.value
    mount.remount("rw")
    daemon.log = log
    daemon.start()
    assert daemon.api("GET", "/contacts/ann@far.test").status == 200


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_while_somebody_else_locks_the_store_nothing_is_lost(gateway):
    """The same from outside: no write succeeds for a while."""
    daemon = gateway.daemon
    clicks, pixel = gateway.tracked(gateway.deliver("ann@far.test"))
    store = [p for p in store_files(daemon)
             if not p.name.endswith(("-wal", "-shm"))]
    other = sqlite3.connect(store[0], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert daemon.public.get(pixel).status == 200
    assert daemon.public.get(clicks[0]).status == 302
    mail = gateway.deliver("ben@far.test")
    assert gateway.tracked(mail)[1], "mail is marked without the store"
    assert daemon.score("ann@far.test") is None
    other.execute("ROLLBACK")
    other.close()
    daemon.wait_for_score("ann@far.test", 15, limit_s=30)
    places.wait_for(lambda: daemon.signals("ben@far.test", "email.sent"), 20,
                    "what happened meanwhile")


def test_while_it_is_locked_nobody_waits_for_all_who_came_before(daemon):
    """Each try to write takes 5 s: eight in turn would be past any limit of a
    client. Who only reads waits for none of them."""
    token = daemon.api("POST", "/tokens", {"name": "t", "role": "reader"}
                       ).json()["token"]
    store = [p for p in store_files(daemon)
             if not p.name.endswith(("-wal", "-shm"))]
    other = sqlite3.connect(store[0], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answers = []

    def write(i):
        answers.append(daemon.api("POST", "/lists", {"name": f"l{i}"}).status)

    def read():
        answers.append(daemon.private.ask(
            "GET", "/api/v1/status",
            headers={"Authorization": f"Bearer {token}"}).status)

    threads = [threading.Thread(target=write, args=(i,)) for i in range(8)]
    threads += [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 8 + [503] * 8
    assert "is locked by another program" in daemon.api("GET", "/status").text
    other.execute("ROLLBACK")
    other.close()
    places.wait_for(lambda: daemon.api("POST", "/lists", {"name": "later"}
                                       ).status in (201, 409), 30,
                    "a list once it can be written")
