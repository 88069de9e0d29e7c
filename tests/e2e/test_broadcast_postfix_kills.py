"""A broadcast through a real Postfix whose programs, all at once or one of
them, are killed by -9, and so are the daemon and its store, at random moments
under full pace. What the far side got, beside the recipient table: nobody was
handed over twice, nobody is missing but the few that are listed.

Postfix itself may deliver a mail once more when it dies between the far side's
answer and its own note: the same queue id twice. That is told apart, for it is
Postfix's and not ours: ours would be two queue ids.

SCOREGATE_KILLS=60 makes it as long as you like, SCOREGATE_SEED another one."""
import collections
import os
import pathlib
import random
import re
import signal
import time

from lib import broadcasts, places
from lib.deeds import cut_checkpoint, kill_daemon, lock_store

KILLS = int(os.environ.get("SCOREGATE_KILLS", "5"))
SEED = int(os.environ.get("SCOREGATE_SEED", "4711"))
PEOPLE = 120 * KILLS
CONNECTIONS = 4
PROGRAMS = ("smtpd", "cleanup", "qmgr", "smtp", "master")
SETTINGS = {"enable_long_queue_ids": "yes",  # no id comes twice
            "service_throttle_time": "1s", "notify_classes": ""}


class Log:
    """Of each mail what tells it apart, instead of the mail."""

    def __init__(self, receiver):
        self.got = []
        receiver.after_data = self.keep

    def keep(self, mail):
        if not mail.recipient.endswith("@far.test"):
            return "250 2.0.0 kept"  # Postfix tells its postmaster of troubles
        queue = re.search(rb"with E?SMTPS?\s+id\s+(\w+)", mail.header)[1]
        message = re.search(rb"(?im)^message-id: *(\S+)", mail.header)[1]
        self.got.append((mail.recipient, queue, message))
        return "250 2.0.0 kept"

    def of(self, part):
        """Person -> their queue ids, or Message-IDs."""
        found = collections.defaultdict(set)
        for line in self.got:
            found[line[0]].add(line[part])
        return found


def kill_postfix(gateway, chance):
    gateway.postfix.kill()
    time.sleep(chance.random() * 0.3)
    gateway.postfix.start()


def kill_one_program(gateway, chance):
    """Of those that are at work; a master that lost its own is started anew."""
    group, name = gateway.postfix.group(), chance.choice(PROGRAMS)
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, rest = path.read_text().partition(" (")
        except OSError:
            continue  # it ended meanwhile
        comm, _, fields = rest.rpartition(") ")
        if comm == name and int(fields.split()[2]) == group:
            os.kill(int(pid), signal.SIGKILL)
            break
    if name == "master":  # the others go on for a while without it
        time.sleep(chance.random() * 0.3)
        gateway.postfix.kill()
        gateway.postfix.start()


def kill_both(gateway, chance):
    first, second = (gateway.daemon, gateway.postfix)
    if chance.random() < 0.5:
        first, second = second, first
    first.kill()
    second.kill()
    gateway.postfix.start()
    gateway.daemon.start()


DEEDS = (kill_postfix, kill_postfix, kill_one_program, kill_one_program,
         kill_both,
         lambda g, chance: kill_daemon(g.daemon, None, chance),
         lambda g, chance: lock_store(g.daemon, None, chance),
         lambda g, chance: cut_checkpoint(g.daemon, None, chance))


def is_over(daemon):
    return broadcasts.state(daemon)["state"] != "sending"


def do_deeds(gateway, log, chance):
    done = 0
    while done < KILLS and not is_over(gateway.daemon):
        wanted = len(log.got) + chance.randrange(1, 90)
        places.wait_for(lambda: len(log.got) >= wanted or
                        is_over(gateway.daemon), 120,
                        "more mails\n" + gateway.daemon.text()[-2000:])
        # The first is Postfix as a whole, whatever the seed.
        deed = chance.choice(DEEDS) if done else kill_postfix
        deed(gateway, chance)
        done += 1
    return done


def test_nobody_is_handed_over_twice_and_nobody_is_missing(make_gateway):
    gateway = make_gateway(
        smtp_more="retry = 1s\n tries = 99\n"
        f" connections = {CONNECTIONS}\n", settings=SETTINGS, rules="")
    daemon, log = gateway.daemon, Log(gateway.receiver)
    people = broadcasts.people(PEOPLE)
    broadcasts.fill(daemon, daemon.base, people)
    broadcasts.create(daemon, daemon.base)
    daemon.do("broadcast", "send", "spring")
    done = do_deeds(gateway, log, random.Random(SEED))
    assert done, "it was over before anything was done"
    end = broadcasts.wait_for_state(daemon, "sent", limit_s=180)
    gateway.postfix.flush()
    gateway.postfix.wait_until_empty(120)

    got = {person for person, _, _ in log.got}
    by_state = {s: set(broadcasts.recipients(daemon, s))
                for s in ("sent", "doubtful")}
    own = len(log.got) - len(set(log.got))
    said = (f"{PEOPLE} people, {done} deeds, {len(by_state['doubtful'])} "
            f"doubtful, {len(people) - len(got)} of them without a mail; "
            f"{own} delivered by Postfix once more")
    print(said)
    twice = {p: q for p, q in log.of(1).items() if len(q) > 1}
    assert not twice, (twice, said)
    assert all(len(ids) == 1 for ids in log.of(2).values()), said
    assert by_state["sent"] <= got, (sorted(by_state["sent"] - got), said)
    assert set(people) - got <= by_state["doubtful"], said
    assert by_state["sent"] | by_state["doubtful"] == set(people), (end, said)
    assert got <= set(people)
    assert len(by_state["doubtful"]) <= 2 * CONNECTIONS * done, said
