"""What a person sees: tables that fit, questions, and nothing a contact wrote
that could steer the terminal."""
import pytest

from lib.terminal import run
from lib import places

ESCAPE = "\x1b]0;owned\x07\x1b[2J\u009b31m\u202etxt"


def width(line):
    return sum(2 if ord(c) > 0x2e80 else 1 for c in line)


@pytest.fixture(scope="module")
def people(shared):
    shared.do("contact", "add", "long@people.test", "--tag", "people",
              "company=Acme, Incorporated, of the Very Long Name with Many "
              "Words that Goes on and on and does not end soon")
    shared.do("contact", "add", "wide@people.test", "company=日本語株式会社",
              "--tag", "people")
    for i in range(12):
        shared.do("contact", "tag", "long@people.test", f"a-long-tag-{i}")
    shared.do("score", "add", "long@people.test", "12.5")
    return ("contact", "list", "--where", "tag 'people'", "--columns",
            "email,score,field.company,tags,created", "--sort", "-score")


@pytest.mark.parametrize("columns", [80, 120])
def test_tables_fit_the_terminal(shared, people, columns):
    for words in (people, ["signal", "kinds"], ["plugin", "list"],
                  ["contact", "history", "long@people.test"],
                  ["score", "why", "long@people.test"], ["status"]):
        seen = shared.on_terminal(*words, columns=columns)
        assert seen.returncode == 0
        assert max(map(width, seen.lines)) <= columns, seen.text
    table = shared.on_terminal(*people, columns=columns)
    assert "…" in table.text and "long@people.test" in table.text
    assert all(line == line.rstrip() for line in table.lines)


def test_wide_characters_take_two_columns(shared, people):
    lines = shared.on_terminal(*people[:-2], "--sort", "email",
                               columns=120).lines
    at = lines[0].index("field.company")
    assert lines[2][at:].startswith("日本語株式会社")
    tags = lines[0].index("tags")
    assert width(lines[2][:lines[2].index("people", at)]) == tags


def test_what_people_look_for_is_there_in_eighty_columns(shared, people):
    seen = shared.on_terminal("signal", "list", "--contact",
                              "long@people.test", columns=80)
    assert "record.created" in seen.text and "long@people.test" in seen.text
    assert max(map(width, seen.lines)) <= 80, seen.text
    assert "yes" in shared.on_terminal("key", "list").text
    doctor = shared.on_terminal("doctor", "--config", shared.conf, "--offline",
                                "--postfix", "/nonesuch", columns=80)
    short = [line for line in doctor.lines if str(shared.base) not in line]
    assert max(map(width, short)) <= 80, doctor.text
    mend = [line for line in doctor.lines if line.lstrip().startswith("mend:")]
    assert mend and all(line.startswith(" " * 19) for line in mend)


def test_into_a_pipe_nothing_is_cut(shared, people):
    assert "does not end soon" in shared.do(*people)
    assert "a-long-tag-9" in shared.do(*people)


def test_what_a_contact_wrote_cannot_steer_the_terminal(shared, tmp_path):
    who = "evil@people.test"
    shared.api("POST", "/contacts", {"email": who, "tags": ["evil"],
                                     "fields": {"company": ESCAPE}})
    shared.api("POST", f"/contacts/{who}/scores/lead",
               {"op": "add", "points": 3, "because": ESCAPE})
    template = tmp_path / "t.eml"
    template.write_text("From: a@example.test\nSubject: x\n\n"
                        "{{field.company}}\n")
    shared.do("broadcast", "create", "evil", "--template", template, "--to",
              "tag 'evil'", "--from", "a@example.test")
    sheet = tmp_path / "evil.csv"
    sheet.write_text(f"email,lists\n{who},\"{ESCAPE}\"\n{ESCAPE}@x,\n")
    rules = tmp_path / "r.conf"
    rules.write_text(f'rule "{ESCAPE}" {{ on = "form.submitted" add = 1 }}\n')
    for words in (["contact", "show", who], ["contact", "history", who],
                  ["contact", "list", "--columns", "email,field.company"],
                  ["score", "why", who], ["broadcast", "preview", "evil"],
                  ["import", str(sheet)], ["rules", "apply", str(rules)],
                  ["contact", "list", "--where", f"tag '{ESCAPE}' or"],
                  ["contact", "show", ESCAPE + "@x.test"],
                  ["export", "--where", "tag 'evil'"],
                  ["--json", "contact", "show", who],
                  ["--json", "score", "why", who]):
        seen = shared.on_terminal(*words, columns=120)
        for steering in ("\x1b]", "\x1b[2", "\x07", "\u009b", "\u202e"):
            assert steering not in seen.text, (words, seen.text)
    # As data it is all there.
    assert shared.ask("contact", "show", who)["fields"]["company"] == ESCAPE


def test_it_asks_before_it_deletes(shared):
    shared.do("contact", "add", "asked@people.test")
    said = shared.on_terminal("contact", "delete", "asked@people.test",
                              answer="n\n")
    assert said.returncode == 2 and "[y/N]" in said.text
    shared.do("contact", "show", "asked@people.test")
    said = shared.on_terminal("contact", "delete", "asked@people.test",
                              answer="y\n")
    assert said.returncode == 0 and "Deleted." in said.text
    shared.refused(3, "contact", "show", "asked@people.test")


def test_it_asks_before_it_applies_rules(shared, tmp_path):
    rules = tmp_path / "r.conf"
    rules.write_text('rule "Asked" { on = "form.submitted" add = 1 }\n')
    said = shared.on_terminal("rules", "apply", str(rules), answer="n\n")
    assert said.returncode == 2 and '+ rule "Asked" {' in said.text
    assert "Asked" not in shared.do("rules", "export")
    said = shared.on_terminal("rules", "apply", str(rules), answer="y\n")
    assert said.returncode == 0 and "Applied: 1 added" in said.text
    assert "Asked" in shared.do("rules", "export")


def test_titles_are_bold_where_colour_is_wanted(shared):
    words = [places.COMMAND, "--socket", shared.socket, "plugin", "list"]
    assert "\x1b[1mplugin" in run(words, env={"NO_COLOR": ""}).raw
    assert "\x1b[" not in run(words, env={"NO_COLOR": "", "TERM": "dumb"}).raw
    assert "\x1b[" not in run(words).raw
