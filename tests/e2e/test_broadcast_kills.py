"""Daemon, MTA and store are killed, and the store is taken away, at random
moments under full pace: the log of the MTA beside the recipient table says
that nobody got it twice and nobody is missing but the few that are listed.

SCOREGATE_KILLS=60 makes it as long as you like, SCOREGATE_SEED another one."""
import os
import pwd
import random
import time

import pytest

from lib import broadcasts, places
from lib.deeds import cut_checkpoint, kill_daemon, lock_store
from lib.mta_process import MtaProcess

KILLS = int(os.environ.get("SCOREGATE_KILLS", "12"))
SEED = int(os.environ.get("SCOREGATE_SEED", "4711"))
PEOPLE = 500 * KILLS
CONNECTIONS = 4


@pytest.fixture
def mta(tmp_path):
    mta = MtaProcess(tmp_path).start()
    yield mta
    mta.kill()


def kill_mta(_daemon, mta, chance):
    mta.kill()
    time.sleep(chance.random() * 0.3)
    mta.start()


def kill_both(daemon, mta, chance):
    first, second = (daemon, mta) if chance.random() < 0.5 else (mta, daemon)
    first.kill()
    second.kill()
    mta.start()
    daemon.start()


DEEDS = (kill_daemon, kill_daemon, kill_mta, kill_both, lock_store,
         cut_checkpoint)


def is_over(daemon):
    return broadcasts.state(daemon)["state"] != "sending"


def test_nobody_twice_nobody_missing(make_daemon, mta):
    daemon = make_daemon(smtp=mta.port, smtp_more="retry = 1s\n tries = 99\n"
                         f" connections = {CONNECTIONS}\n")
    daemon.start()
    people = broadcasts.people(PEOPLE)
    broadcasts.fill(daemon, daemon.base, people)
    broadcasts.create(daemon, daemon.base)
    daemon.do("broadcast", "send", "spring")
    chance, done = random.Random(SEED), []
    while len(done) < KILLS and not is_over(daemon):
        wanted = mta.count() + chance.randrange(1, 400)
        places.wait_for(lambda: mta.count() >= wanted or is_over(daemon), 120,
                        f"more mails after {done[-1:]}\n{daemon.text()[-2000:]}")
        deed = chance.choice(DEEDS) if done else kill_both
        deed(daemon, mta, chance)
        done.append(deed.__name__)
    assert len(done) >= 2, done  # how many there are is the machine's speed
    end = broadcasts.wait_for_state(daemon, "sent", limit_s=180)

    taken = mta.taken()
    by_state = {s: set(broadcasts.recipients(daemon, s))
                for s in ("sent", "doubtful", "failed", "skipped", "queued",
                          "handing-over", "waiting")}
    said = f"{len(done)} deeds, {len(by_state['doubtful'])} doubtful: {done}"
    print(said)
    assert len(taken) == len(set(taken)), (
        sorted({a for a in taken if taken.count(a) > 1}), said)
    assert by_state["sent"] <= set(taken), (
        sorted(by_state["sent"] - set(taken)), said)
    assert set(people) - set(taken) <= by_state["doubtful"], said
    assert by_state["sent"] | by_state["doubtful"] == set(people), end
    assert not set(taken) - set(people)
    assert len(by_state["doubtful"]) <= 2 * CONNECTIONS * len(done), said
    # Each that is noted as sent has its signal, once.
    for address in chance.sample(sorted(by_state["sent"]), 20):
        daemon.wait_for_signal(address, "broadcast.sent", limit_s=30)
        assert len(daemon.signals(address, "broadcast.sent")) == 1
    answer = daemon.ask("verify")
    assert answer["differences"] == 0, answer


@pytest.mark.skipif(os.geteuid() != 0, reason="another user needs root")
def test_a_folder_that_is_read_only_for_a_while_costs_nothing(make_daemon, mta):
    """The daemon is not root here: it can make no file then."""
    daemon = make_daemon(smtp=mta.port, user="nobody", group="nogroup",
                         smtp_more="retry = 1s\n")
    os.chown(daemon.base, pwd.getpwnam("nobody").pw_uid, -1)
    daemon.start()
    people = broadcasts.people(400)
    broadcasts.fill(daemon, daemon.base, people)
    broadcasts.create(daemon, daemon.base)
    folders = [f for f in [daemon.base / "state",
                           *(daemon.base / "state").rglob("*")] if f.is_dir()]
    modes = [f.stat().st_mode & 0o777 for f in folders]
    for folder in folders:
        folder.chmod(0o555)
    try:
        daemon.do("broadcast", "send", "spring")
        places.wait_for(lambda: "ermission denied" in daemon.text(), 30,
                        "the folder to be missed")
        assert mta.count() == 0, "what cannot be noted is not sent"
        assert broadcasts.state(daemon)["recipients"]["queued"] == 400
    finally:
        for folder, mode in zip(folders, modes):
            folder.chmod(mode)
    end = broadcasts.wait_for_state(daemon, "sent")
    assert end["recipients"]["sent"] == 400
    assert sorted(mta.taken()) == sorted(people)
