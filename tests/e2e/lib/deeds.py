"""What is done to a daemon, its store and its MTA at random moments, of which
nobody may get a mail twice or not at all."""
import sqlite3
import time


def kill_daemon(daemon, _mta, chance):
    daemon.kill()
    if chance.random() < 0.3:
        daemon.start()  # and once more, while it reads its journal
        time.sleep(chance.random() * 0.05)
        daemon.kill()
    daemon.start()


def lock_store(daemon, _mta, chance):
    """Another program writes: what the daemon wants to write waits; half the
    time it is killed with all of that in its hands."""
    other = sqlite3.connect(next((daemon.base / "state").glob("*.db")),
                            isolation_level=None, timeout=20)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(0.2 + chance.random())
    if chance.random() < 0.5:
        daemon.kill()
        other.execute("ROLLBACK")
        other.close()
        daemon.start()
    else:
        other.execute("ROLLBACK")
        other.close()


def cut_checkpoint(daemon, _mta, chance):
    """Killed while much is written, and goes from the store's log into its
    file: at some moment of a change of all records."""
    verb = "add" if chance.random() < 0.5 else "remove"
    daemon.api("POST", "/bulk", {"where": "list 'news'",
                                 "actions": [f"tag {verb} 'cut'"]})
    time.sleep(chance.random() * 0.4)
    daemon.kill()
    daemon.start()
