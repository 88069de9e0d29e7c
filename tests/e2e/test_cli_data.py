"""scoregate import and export: bad lines by number, slices, and everything
that goes out comes in again."""
import csv
import io
import json

import pytest


@pytest.fixture
def sheet(tmp_path):
    def write(text):
        file = tmp_path / "sheet.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file
    return write


def test_bad_lines_are_named_and_the_others_go_in(shared, sheet):
    shared.do("list", "create", "news")
    file = sheet('email,First Name,tags,lists,score:lead,score:fit\r\n'
                 'a1@bad.test,Ann,vip;eu,news,42.5,3\r\n'
                 'no address\r\n'
                 'a2@bad.test,"Two\r\nlines",,,,\r\n'
                 'a3@bad.test,x,,nolist,1,\r\n'
                 'a4@bad.test,x,,,abc,\r\n'
                 'a5@bad.test,"open" x,,,,\r\n'
                 'a6@bad.test,Fay,,,,-7\r\n')
    result = shared.run("import", file)
    assert result.returncode == 1
    assert result.stdout == "7 lines: 3 new, 0 updated, 4 refused.\n"
    lines = result.stderr.rstrip().split("\n")
    assert [line.split(":")[0] for line in lines] == [
        "line 3", "line 6", "line 7", "line 8"]
    assert "scoregate list create 'nolist'" in lines[1]
    assert shared.score("a1@bad.test") == 42.5
    assert shared.score("a6@bad.test", "fit") == -7
    assert shared.score("a6@bad.test") is None
    assert shared.score("a3@bad.test") is None
    contact = shared.ask("contact", "show", "a2@bad.test")
    assert contact["fields"] == {"first_name": "Two\r\nlines"}
    value = shared.run("--json", "import", file)
    assert value.returncode == 1 and value.stderr == ""
    value = json.loads(value.stdout)
    assert (value["created"], value["updated"], value["bad_lines"]) == (0, 3, 4)
    assert [e["line"] for e in value["errors"]] == [3, 6, 7, 8]


def test_scores_are_added_or_set(shared, sheet):
    file = sheet("email,score:lead\nadd@set.test,10\n")
    shared.do("import", file)
    shared.do("import", file, "--scores", "add")
    assert shared.score("add@set.test") == 20
    shared.do("import", file, "--scores", "set")
    assert shared.score("add@set.test") == 10
    assert "add or set" in shared.refused(4, "import", file, "--scores", "max")


def test_a_dry_run_says_the_same_and_changes_nothing(shared, sheet):
    file = sheet("email,score:lead,tags\ndry1@dry.test,10,dry\n"
                 "dry2@dry.test,x,dry\n")
    result = shared.run("import", file, "--dry-run")
    assert result.returncode == 1 and "line 3:" in result.stderr
    assert result.stdout == ("Dry run, nothing changed. "
                             "2 lines: 1 new, 0 updated, 1 refused.\n")
    shared.refused(3, "contact", "show", "dry1@dry.test")


@pytest.mark.parametrize("text, says", [
    (b"", "the file is empty"),
    (b"name\nAnn\n", "one column `email`"),
    (b"name\n", "one column `email`"),
    (b"email,score:noscore\n", "noscore"),
    (b"email,score\nx@y.test,1\n", "score:lead"),
    (b"email,na\0me\n", ""),
    (b"\xff\xfee\0m\0a\0i\0l\0\n\0", ""),
])
def test_a_wrong_header_is_refused_before_anything_goes_in(
        shared, sheet, text, says):
    assert says in shared.refused(4, "import", sheet(text))


def test_a_big_file_goes_in_slices_and_lines_are_the_files(shared, sheet):
    rows = ["email,note,score:lead,tags"]
    for i in range(5200):
        note = f'"two\nlines {i}"' if i % 100 == 0 else f"n{i}"
        rows.append(f"b{i}@big.test,{note},{i % 50},big")
    rows[4001] = "nothing"
    rows[5101] = 'b@big.test,5" pipe,1,big'
    text = "\n".join(rows) + "\n"
    bad = [text[:text.index(part)].count("\n") + 1
           for part in ("nothing\n", 'b@big.test,5"')]
    result = shared.run("import", sheet(text))
    assert result.returncode == 1
    assert result.stdout == "5200 lines: 5198 new, 0 updated, 2 refused.\n"
    assert [line.split(":")[0] for line in
            result.stderr.strip().split("\n")] == [f"line {n}" for n in bad]
    assert shared.ask("segment", "count", "--where",
                      "tag 'big'")["count"] == 5198
    note = shared.ask("contact", "show", "b1200@big.test")["fields"]["note"]
    assert note == "two\nlines 1200"


def test_many_bad_lines_are_cut_short_for_people(shared, sheet):
    file = sheet("email\n" + "nobody\n" * 1500)
    result = shared.run("import", file)
    assert result.stderr.count("\n") == 21
    assert "and 1480 more; --json lists them" in result.stderr
    assert "1500 refused" in result.stdout


def test_it_reads_standard_input_semicolons_and_a_byte_order_mark(shared):
    shared.do("import", "-", text="\ufeffE-Mail;city\nin@put.test;Köln\n")
    assert shared.ask("contact", "show",
                      "in@put.test")["fields"] == {"city": "Köln"}


NASTY = ['a "quoted" word', "comma, semicolon; tab\t", "two\nlines", " blank ",
         "=1+1", "日本語", "x" * 3000, "'", "\\", "0"]


def test_what_goes_out_comes_in_again(shared, make_daemon, tmp_path):
    shared.do("list", "create", "round")
    for i, note in enumerate(NASTY):
        shared.do("contact", "add", f"r{i}@round.test", f"note={note}",
                  "--tag", "round", "--tag", f"t{i}", "--list", "round")
        if i % 3:
            shared.do("score", "add", f"r{i}@round.test", f"{i * 1.25 - 5}")
        if i % 4 == 0:
            shared.do("score", "set", f"r{i}@round.test", "0", "--score",
                      "fit")
    said = ("export", "--where", "tag 'round'", "--sort", "email",
            "--columns", "email,field.note,tags,lists,score:lead,score:fit")
    # A field of that name is not the address.
    shared.do("contact", "set", "r1@round.test", "email=other@round.test")
    said = said[:-1] + (said[-1] + ",field.email",)
    first = tmp_path / "first.csv"
    assert shared.do(*said, "--output", first) == ""
    rows = list(csv.DictReader(io.StringIO(
        first.read_bytes().decode(), newline="")))
    # A formula is written as text, and is one again after the import.
    assert [row["field.note"] for row in rows] == [
        "'" + note if note.startswith("=") else note for note in NASTY]
    assert [row["score:fit"] for row in rows][:2] == ["0", ""]

    other = make_daemon(more='score "fit" { degrade = none }\n').start()
    other.do("list", "create", "round")
    other.do("import", first, "--scores", "set")
    assert other.run(*said).stdout == shared.run(*said).stdout
    assert other.do(*said, "--json") == shared.do(*said, "--json")
    lines = shared.do(*said, "--format", "ndjson").rstrip("\n").split("\n")
    assert [json.loads(x)["field.note"] for x in lines] == NASTY
    assert json.loads(lines[0])["score:lead"] is None


def test_a_refused_export_leaves_its_file_alone(shared, tmp_path):
    file = tmp_path / "kept.csv"
    file.write_text("kept")
    shared.refused(4, "export", "--where", "has", "--output", file)
    assert file.read_text() == "kept"
    said = shared.refused(7, "export", "--output", tmp_path / "no" / "file")
    assert "cannot be written: No such file or directory" in said
    empty = tmp_path / "empty"
    shared.do("export", "--where", "tag 'nowhere'", "--format", "ndjson",
              "--output", empty)
    assert empty.read_bytes() == b""


def test_what_is_mistyped_is_said(shared):
    assert "nothing is held about nobody@never.test" in shared.refused(
        3, "contact", "forget", "nobody@never.test", "--yes")
    emitted = shared.run("signal", "emit", "email.clickd", "--contact",
                         "hint@far.test")
    assert emitted.returncode == 0
    assert "no rule can name it; did you mean `email.clicked`" in emitted.stderr
    row = shared.ask("signal", "list", "--name", "email.clickd")["items"][0]
    assert (row["key"], row["module"]) == ("hint@far.test", "contact")
    assert "hint@far.test" in shared.do("signal", "list", "--limit", "50")
    plain = shared.run("signal", "emit", "form.submitted", "--contact",
                       "hint@far.test", "form=x")
    assert "no rule" not in plain.stderr
