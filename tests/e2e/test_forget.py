"""A person may see all that is held, and be forgotten: nothing that says who
it was is left, what others counted stays, and old links make nothing."""
import json
import sqlite3
import subprocess

from lib import places

from test_broadcast import create, prepare


def clicks_of(gateway, address):
    mail = next(m for m in gateway.receiver.mails if m.recipient == address)
    return gateway.tracked(mail)


def holds(daemon, text):
    """Does the store's file, or anything beside it, hold this text?"""
    return [file.name for file in (daemon.base / "state").rglob("*")
            if file.is_file() and text.encode() in file.read_bytes()]


def results(daemon, name="spring"):
    show = daemon.api("GET", f"/broadcasts/{name}").json()
    return {"recipients": show.get("recipients"), "hits": show.get("hits"),
            "points": show.get("points")}


def test_who_is_forgotten_leaves_numbers_and_no_traces(make_gateway):
    gateway = make_gateway()
    daemon = gateway.daemon
    template = prepare(gateway)
    create(gateway, template)
    daemon.do("broadcast", "send", "spring", "--wait")
    gateway.receiver.wait_for_count(3)
    gateway.postfix.wait_until_empty()
    for address in ("ann@far.test", "eve@far.test"):
        clicks, pixel = clicks_of(gateway, address)
        assert daemon.public.get(pixel).status == 200
        assert daemon.public.get(clicks[0]).status == 302
        daemon.wait_for_signal(address, "email.clicked")
    daemon.do("contact", "set", "ann@far.test", "city=Unmistakable")
    daemon.do("contact", "suppress", "ann@far.test", "--reason", "asked",
              "--evidence", "letter of ann@far.test")

    data = daemon.ask("contact", "data", "ann@far.test")
    assert data["fields"] == [{"name": "city", "value": "Unmistakable"}]
    assert data["lists"][0]["list"] == "news"
    names = {row["name"] for row in data["history"]}
    assert {"email.sent", "email.opened", "email.clicked", "field.changed",
            "broadcast.sent"} <= names
    assert data["messages"][0]["subject"].startswith("For you")
    assert data["broadcasts"][0]["broadcast"] == "spring"
    assert data["suppression"][0]["evidence"].startswith("letter")
    assert data["scores"][0]["name"] == "lead"
    assert sum(row["points"] for row in data["ledger"]) > 0
    # Ids as everywhere else: all their digits, and the ledger's lead to them.
    history = {row["id"]: row for row in data["history"]}
    assert len(history) == len(data["history"])
    assert {row["history_id"] for row in data["ledger"]} & set(history)
    assert {row["verdict"] for row in history.values()} <= {
        "human", "proxy", "machine"}
    assert all(row["effective"] in (True, False) for row in history.values())
    before = results(daemon)

    assert "nothing forgotten" in daemon.refused(
        2, "contact", "forget", "ann@far.test")
    said = daemon.do("contact", "forget", "ann@far.test", "--yes")
    assert "Backups" in said
    assert results(daemon) == before
    daemon.refused(3, "contact", "show", "ann@far.test")
    after = daemon.ask("contact", "data", "ann@far.test")
    assert set(k for k, v in after.items() if v) == {
        "key", "module", "as_of", "suppression"}
    assert "evidence" not in after["suppression"][0]

    # What still comes with a link of before makes nothing, and tells nothing.
    clicks, pixel = clicks_of(gateway, "ann@far.test")
    assert daemon.public.get(clicks[0]).status == 302
    assert daemon.public.get(pixel).status == 200
    token = subprocess.run(
        [places.BUILD / "tools/make_token", daemon.base / "state/keys",
         "open", "ann@far.test"], capture_output=True, text=True, check=False)
    if token.returncode == 0:
        daemon.public.get("/o/" + token.stdout.strip() + ".gif")
    daemon.do("contact", "set", "eve@far.test", "city=Rome")  # all applied
    assert daemon.ask("segment", "count", "--where",
                      "email matches '*'")["total"] == 4
    audit = daemon.api("GET", "/audit").json()["items"]
    entry = next(a for a in audit if a["action"] == "contact.forget")
    assert "ann" not in json.dumps(entry)
    assert daemon.ask("verify", "--refold")["differences"] == 0

    daemon.stop()
    with sqlite3.connect(daemon.base / "state/scoregate.db") as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for table in ("history", "ledger", "field", "message"):
            said = store.execute(f"SELECT * FROM {table}").fetchall()
            assert "ann@far.test" not in str(said)
            assert "Unmistakable" not in str(said)
    assert not [name for name in holds(daemon, "Unmistakable")
                if name.startswith("scoregate.db")]
    assert not [name for name in holds(daemon, "ann@far.test")
                if name.startswith("scoregate.db")]

    # Anew, by address: a record like any other, from nothing; the old link is
    # still nobody's.
    daemon.start()
    daemon.do("contact", "add", "ann@far.test")
    daemon.public.get(clicks[0])
    daemon.do("contact", "set", "ann@far.test", "city=Bonn")
    history = daemon.ask("contact", "history", "ann@far.test")["items"]
    assert sorted(row["name"] for row in history) == [
        "field.changed", "record.created"]
    assert daemon.score("ann@far.test") is None
    # She said she wanted no mail, and that outlasts both.
    assert daemon.ask("contact", "show", "ann@far.test")["suppression"]


def test_somebody_who_is_no_contact_can_be_forgotten(make_daemon):
    daemon = make_daemon().start()
    daemon.do("contact", "suppress", "nobody@far.test", "--evidence", "phone")
    data = daemon.ask("contact", "data", "nobody@far.test")
    assert data["suppression"][0]["evidence"] == "phone"
    daemon.do("contact", "forget", "nobody@far.test", "--yes")
    daemon.refused(3, "contact", "data", "never@far.test")
    listed = daemon.api("GET", "/suppressions").json()["items"]
    assert len(listed) == 1 and "phone" not in str(listed)


def test_kill_9_while_forgetting_forgets_all_or_nothing(make_daemon, tmp_path):
    daemon = make_daemon().start()
    people = tmp_path / "people.csv"
    people.write_text("email,city,score:lead\n" + "".join(
        f"f{i}@gone.test,City{i},{i}\n" for i in range(60)))
    daemon.do("import", people)
    for i in range(0, 60, 6):
        running = [subprocess.Popen(
            [places.COMMAND, "--socket", str(daemon.socket), "contact",
             "forget", f"f{n}@gone.test", "--yes"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for n in range(i, i + 6)]
        daemon.kill()
        for process in running:
            process.wait(30)
        daemon.start()
    left = 0
    for i in range(60):
        answer = daemon.api("GET", f"/contacts/f{i}@gone.test/data")
        if answer.status == 404:
            continue
        left += 1
        data = answer.json()
        assert data["fields"] and data["history"] and data["ledger"] \
            or not data["records"]
    assert daemon.ask("segment", "count", "--where",
                      "has score")["count"] == left
    assert daemon.ask("verify", "--refold")["differences"] == 0
