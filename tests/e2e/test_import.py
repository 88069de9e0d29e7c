"""Imports of any size: columns by a map, lines of JSON, a history brought
along, and each chunk once, whoever is killed in between."""
import json
import random
import signal
import subprocess
import time

from lib import places


def counts(daemon, number):
    answer = daemon.ask("import", "status", number)
    return {name: answer[name] for name in
            ("state", "lines", "created", "updated", "bad_lines")}


def test_a_map_says_what_the_columns_mean(shared, tmp_path):
    file = tmp_path / "mautic.csv"
    file.write_text("E-Mail;Vorname;Notizen;Punkte\n"
                    "map1@map.test;Änne;x;3\nmap2@map.test;;y;\n")
    shared.do("import", file, "--map",
              "E-Mail=email,Vorname=field.first_name,Notizen=-,"
              "Punkte=score:lead")
    contact = shared.ask("contact", "show", "map1@map.test")
    assert contact["fields"] == {"first_name": "Änne"}
    assert shared.score("map1@map.test") == 3
    assert "the header has none" in shared.refused(
        4, "import", file, "--map", "Email=email")
    assert "not COLUMN=MEANING" in shared.refused(
        2, "import", file, "--map", "email")
    assert "the map of `Punkte`" in shared.refused(
        4, "import", file, "--map", "E-Mail=email,Punkte=score:none")


def test_a_bad_line_is_named_with_its_column_and_what_was_expected(
        shared, tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text("email,score:lead,lists,created\n"
                    "e1@bad2.test,many,,\n"
                    "e2@bad2.test,,nolist,\n"
                    "e3@bad2.test,,,yesterday\n")
    result = shared.run("--json", "import", file)
    assert result.returncode == 1
    errors = json.loads(result.stdout)["errors"]
    assert [(e["line"], e["column"]) for e in errors] == [
        (2, "score:lead"), (3, "lists"), (4, "created")]
    assert all("expect" in e["text"] or "make it first" in e["text"]
               for e in errors), errors


def test_one_quote_that_is_not_closed_spoils_one_line(shared, tmp_path):
    file = tmp_path / "quote.csv"
    rows = [f"q{i}@quote.test,x" for i in range(5000)]
    rows[2500] = 'q2500@quote.test,"open'
    file.write_text("email,note\n" + "\n".join(rows) + "\n")
    result = shared.run("import", file)
    assert result.stdout == "5000 lines: 4999 new, 0 updated, 1 refused.\n"
    assert result.stderr.startswith("line 2502: ")


def test_consent_comes_and_goes_in_columns(shared, tmp_path):
    file = tmp_path / "consent.csv"
    file.write_text("email,consent.opens,consent.clicks\n"
                    "c1@con.test,granted,denied\nc2@con.test,,granted\n"
                    "c3@con.test,perhaps,\n")
    result = shared.run("import", file)
    assert result.stdout == "3 lines: 2 new, 0 updated, 1 refused.\n"
    assert "line 4: column consent.opens: " in result.stderr
    columns = "email,consent.opens,consent.clicks"
    assert shared.do("export", "--where", "email matches '*@con.test'",
                     "--columns", columns, "--sort", "email") == (
        columns + "\nc1@con.test,granted,denied\n"
        "c2@con.test,,granted\n")
    assert "consent.opens,consent.clicks" in shared.do("export").split("\n")[0]


def test_lines_of_json_as_the_api_has_them_and_as_an_export_writes_them(
        shared, tmp_path):
    shared.do("list", "create", "ndj")
    file = tmp_path / "people.ndjson"
    file.write_text("\n".join(map(json.dumps, [
        {"email": "j1@json.test", "fields": {"city": "Rome"},
         "tags": ["a", "b;c"], "lists": ["ndj"], "scores": {"lead": 7}},
        {"email": "j2@json.test", "field.city": "Bonn", "score:lead": 2.5,
         "tags": [], "created": "2024-05-01T10:00:00Z", "field.x": None},
        {"fields": {"city": "nobody"}},
        ["email"],
    ])) + "\n")
    result = shared.run("import", file)
    assert result.stdout == "4 lines: 2 new, 0 updated, 2 refused.\n"
    assert [line.split(":")[0] for line in
            result.stderr.rstrip().split("\n")] == ["line 3", "line 4"]
    one = shared.ask("contact", "show", "j1@json.test")
    assert one["fields"] == {"city": "Rome"}
    assert one["tags"] == ["a", "b;c"]
    assert shared.score("j1@json.test") == 7
    two = shared.ask("contact", "show", "j2@json.test")
    assert two["created_at"].startswith("2024-05-01T10:00:00")
    assert shared.score("j2@json.test") == 2.5


def test_a_history_comes_along_at_its_own_time(make_daemon, tmp_path):
    daemon = make_daemon()
    daemon.write_conf(daemon.conf.read_text().replace(
        "degrade = none", "degrade = 10%"))
    daemon.start()
    rules = tmp_path / "rules.conf"
    rules.write_text('rule "Paid" { on = "form.submitted" add = 100 }\n')
    daemon.do("rules", "apply", rules, "--yes")
    past = time.strftime("%Y-%m-%dT%H:%M:%SZ",
                         time.gmtime(time.time() - 7 * 86400))
    lines = [
        {"email": "h@his.test", "name": "form.submitted", "time": past,
         "id": "f1", "properties": {"form": "demo"}},
        {"email": "h@his.test", "name": "form.submitted", "time": past,
         "id": "f1", "properties": {"form": "demo"}},
        {"email": "h@his.test", "name": "score.added", "time": past,
         "because": "met at the fair", "properties": {"points": 5}},
        {"email": "h@his.test", "name": "tag.added", "time": past,
         "properties": {"tag": "old"}},
        {"email": "h@his.test", "name": "email.opened", "time": "never"},
        {"email": "h@his.test", "name": "score.added", "time": past},
        {"email": "h@his.test", "name": "record.deleted", "time": past},
    ]
    random.Random(1).shuffle(lines)
    file = tmp_path / "signals.ndjson"
    file.write_text("\n".join(map(json.dumps, lines)))
    result = daemon.run("import", file, "--signals")
    assert result.stdout == "7 lines: 1 new, 3 updated, 3 refused.\n"
    # What is received now scores by today's rules: 100 points, 7 days old.
    assert abs(daemon.score("h@his.test") - (47.82969 + 5)) < 1e-3
    assert daemon.ask("contact", "show", "h@his.test")["tags"] == ["old"]
    entries = daemon.ask("score", "why", "h@his.test")["entries"]
    assert {e["explanation"] for e in entries} >= {"met at the fair"}
    csv = tmp_path / "signals.csv"
    csv.write_text(f"email,name,time,form\nh@his.test,form.submitted,{past},x\n")
    daemon.do("import", csv, "--signals")
    assert abs(daemon.score("h@his.test") - (2 * 47.82969 + 5)) < 1e-3
    assert daemon.ask("verify", "--refold")["differences"] == 0


def sheet(path, n):
    with open(path, "w", encoding="utf-8") as out:
        out.write("email,city,score:lead\n")
        for i in range(n):
            out.write(f"k{i}@kill.test,City {i % 50},1\n")
    return path


def test_an_import_goes_on_where_it_was_and_nothing_is_there_twice(
        make_daemon, tmp_path):
    """kill -9 of the command or of the daemon at random moments, until it is
    through."""
    n = 30000
    file = sheet(tmp_path / "many.csv", n)
    daemon = make_daemon().start()
    chance = random.Random(4)
    words = ["import", file]
    number = None
    for turn in range(12):
        process = subprocess.Popen(
            [places.COMMAND, "--socket", daemon.socket, *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(chance.uniform(0.02, 0.25))
        if turn % 2:
            daemon.kill()
        else:
            process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        if turn % 2:
            daemon.start()
        begun = daemon.ask("import", "list")["items"]
        if not begun:
            continue
        number = begun[-1]["id"]
        words = ["import", "--resume", number]
    result = daemon.run(*words)
    assert result.returncode == 0, result.stderr
    assert counts(daemon, number) == {
        "state": "done", "lines": n, "created": n, "updated": 0,
        "bad_lines": 0}
    total = daemon.ask("score", "summary")
    assert (total["records"], total["top"], total["median"]) == (n, 1, 1)
    assert "30000 lines: 30000 new" in daemon.do(*words)
    assert daemon.ask("verify", "--refold")["differences"] == 0


def test_another_file_is_not_gone_on_with(shared, tmp_path):
    file = sheet(tmp_path / "one.csv", 10)
    answer = shared.api("POST", "/imports", {
        "name": str(file), "header": "email,city,score:lead\n",
        "digest": "00"}).json()
    assert "is not the file that import" in shared.refused(
        4, "import", "--resume", answer["id"])
    assert shared.api("DELETE", f"/imports/{answer['id']}").status == 204
    shared.refused(3, "import", "status", answer["id"])
    shared.refused(3, "import", "--resume", answer["id"])


def test_a_chunk_is_taken_once_and_in_its_turn(shared):
    begun = shared.api("POST", "/imports", {
        "name": "x", "header": "email,score:lead\n"}).json()
    assert [c["means"] for c in begun["columns"]] == ["email", "score:lead"]
    path = f"/api/v1/imports/{begun['id']}/chunks/"

    def put(n, text, query=""):
        return shared.local.ask("PUT", path + str(n) + query, text,
                                headers={"Content-Type": "text/csv"})
    assert put(1, "t1@turn.test,1\n").status == 400
    first = put(0, "t1@turn.test,1\nbad,1\n").json()
    assert (first["already"], first["next_chunk"], first["bad_lines"]) == (
        False, 1, 1)
    assert first["errors"][0]["line"] == 3
    again = put(0, "t1@turn.test,1\n").json()
    assert (again["already"], again["next_chunk"]) == (True, 1)
    last = put(1, "t2@turn.test,x\nt2@turn.test,4\n", "?last=1").json()
    assert (last["state"], last["lines"], last["errors"][0]["line"]) == (
        "done", 4, 4)
    assert put(2, "t3@turn.test,1\n").status == 400
    assert put(3, "x" * (2 << 20)).status == 400
    assert shared.score("t1@turn.test") == 1
    assert shared.score("t2@turn.test") == 4
