"""The command: each subcommand, for people and as JSON, and every exit code
that scoregate(1) promises."""
import contextlib
import json
import re
import sqlite3
import subprocess

import pytest

from lib import places

RULES = """\
rule "Paid" {
  on      = "form.submitted"
  add     = 10
  degrade = "5%"
  because = "sent form {{signal.form}}"
}
rule "Big" {
  when  = "field.company contains 'acme'"
  add   = 7
  score = "fit"
}
"""
TEMPLATE = """\
From: News <news@example.test>
Subject: Hello {{field.first_name | default: 'friend'}}

You have {{contactScore}}, {{email}}.
"""


@pytest.fixture
def rules(shared, tmp_path):
    """A file of rules that are in force."""
    file = tmp_path / "rules.conf"
    file.write_text(RULES)
    shared.do("rules", "apply", "--yes", file)
    return file


# --- help, and the words on the command line


def commands():
    text = subprocess.run([places.COMMAND, "help"], capture_output=True,
                          text=True, check=True).stdout
    found = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  +\S", text, re.M)
    return [words.split() for words in found if not
            words.startswith("scoregate")]


def test_help_names_every_command_and_each_has_a_help(shared):
    assert len(commands()) > 40
    for words in commands():
        said = shared.do(*words, "--help")
        assert said.startswith("scoregate " + " ".join(words))
        assert said == shared.do("help", *words)
        assert max(map(len, said.split("\n"))) <= 80


def test_the_manual_has_every_command_and_option(shared):
    manual = (places.ROOT / "engine/cli/scoregate.1").read_text()
    plain = re.sub(r"\.(It Cm|Op|Oo|Oc|Ns|Ar|Fl|Pq|Cm) ?|Oo |Oc ?", "", manual)
    for words in commands():
        assert ".It Cm " + " ".join(words) in manual, words
        for option in re.findall(r"^  --([a-z-]+)", shared.do(
                *words, "--help"), re.M):
            assert "Fl -" + option in manual, (words, option)
    assert plain


def test_the_manual_has_every_signal_with_its_properties(shared):
    manual = (places.ROOT / "conf/rules.conf.5").read_text()
    section = manual.split(".Sh SIGNALS")[1].split(".Sh ")[0]
    page = " ".join(section.replace("\\(aq", "'").split())
    for kind in shared.ask("signal", "kinds")["items"]:
        if not kind["on"] or kind["plugin"] in ("configuration", "webhook"):
            continue
        said = re.search(r"\.It Ic " + re.escape(kind["name"]) +
                         r" (.*?)\. From ([^:.]*)(?:: (.*?))?\. \.", page)
        assert said, kind
        assert said[1] == kind["summary"] and kind["plugin"] in said[2]
        assert (said[3] or "") == kind["properties"]


def test_a_group_alone_is_a_mistake_that_shows_its_commands(shared):
    said = shared.refused(2, "contact")
    assert "scoregate contact add ADDRESS" in said
    assert "scoregate contact add ADDRESS" in shared.do("contact", "--help")
    assert shared.do("help", "contact") == shared.do("contact", "--help")


@pytest.mark.parametrize("words, says", [
    (["cont"], 'no command "cont"; scoregate help lists them'),
    (["contact", "ad"], 'no command "contact ad"; did you mean "contact add"?'),
    (["scoer", "top"], 'no command "scoer"; did you mean "score"?'),
    (["contact", "add"], "contact add needs ADDRESS"),
    (["contact", "show", "a@b.test", "c"], '"c" is one word too many'),
    (["contact", "list", "--colums", "x"], "unknown option --colums"),
    (["contact", "list", "--where"], "--where needs a EXPR"),
    (["contact", "list", "--limit", "0"], "--limit needs a number from 1"),
    (["contact", "list", "--limit", "many"], "--limit needs a number from 1"),
    (["contact", "set", "a@b.test", "city"], '"city" is not FIELD=VALUE'),
    (["contact", "set", "a@b.test", "=Rome"], '"=Rome" is not FIELD=VALUE'),
    (["score", "add", "a@b.test", "ten"], '"ten" is not a number of points'),
    (["score", "add", "a@b.test", "1e999"], "is not a number of points"),
    (["score", "add", "a@b.test", "0x10"], "is not a number of points"),
    (["score", "add", "a@b.test", " "], "is not a number of points"),
    (["contact", "show", ""], "an argument is empty"),
    (["contact", "untag", "a@b.test", ""], "an argument is empty"),
    (["score", "erase", "a@b.test", "5"], "one word too many"),
    (["signal", "emit", "order.paid"], "needs one of --contact ADDRESS"),
    (["segment", "count"], "needs --where EXPR"),
    (["segment", "save", "x"], "needs --where EXPR"),
    (["broadcast", "create", "x"], "needs --template"),
    (["rules", "check", "/nonexistent"], "/nonexistent cannot be read"),
    (["rules", "check", "/tmp"], "/tmp cannot be read: Is a directory"),
    (["import", "/nonexistent"], "/nonexistent cannot be read"),
    (["--nonsense", "status"], "--nonsense"),
])
def test_a_wrong_command_line_ends_with_2_and_says_why(shared, words, says):
    said = shared.refused(2, *words)
    assert says in said
    assert "ad" in words or said.count("\n") == 1


@pytest.mark.parametrize("words, says", [
    (["contact", "show", "no@far.test"], "no contact no@far.test"),
    (["contact", "set", "no@far.test", "a=b"], "no contact no@far.test"),
    (["contact", "delete", "no@far.test", "--yes"], "no contact no@far.test"),
    (["contact", "history", "no@far.test"], "no contact no@far.test"),
    (["score", "show", "no@far.test"], "no contact no@far.test"),
    (["score", "why", "no@far.test"], "no contact no@far.test"),
    (["score", "add", "no@far.test", "1"], "no contact no@far.test"),
    (["list", "show", "nolist"], "nolist"),
    (["list", "delete", "nolist", "--yes"], "nolist"),
    (["segment", "delete", "nosegment"], "nosegment"),
    (["broadcast", "status", "nosuch"], "nosuch"),
    (["broadcast", "preview", "nosuch"], "nosuch"),
    (["broadcast", "send", "nosuch"], "nosuch"),
    (["token", "revoke", "nosuch"], "nosuch"),
    (["score", "summary", "--score", "noscore"], "noscore"),
    (["score", "top", "--score", "noscore"], "noscore"),
])
def test_what_is_not_there_ends_with_3_and_one_line(shared, words, says):
    said = shared.refused(3, *words)
    assert says in said and said.count("\n") == 1
    problem = shared.run("--json", *words)
    assert problem.returncode == 3 and problem.stderr == ""
    assert json.loads(problem.stdout)["status"] == 404


@pytest.mark.parametrize("words", [
    ["contact", "list", "--where", "has score >= "],
    ["segment", "count", "--where", "has score >= "],
    ["segment", "save", "bad", "--where", "has score >= "],
    ["segment", "list", "--where", "has score >= "],
    ["export", "--where", "has score >= "],
])
def test_a_bad_expression_keeps_its_caret_under_the_place(shared, words):
    lines = shared.refused(4, *words).split("\n")
    assert lines[0].endswith("line 1, column 14: expected a number after "
                             "'>='")
    assert lines[1].strip() == "has score >="
    place = lines[1].index("has") + 13
    assert lines[2] == " " * place + "^"


def test_what_a_condition_names_must_be_there(shared):
    for name in ("segment 'nosegment'", "has score 'noscore'"):
        assert name.split("'")[1] in shared.refused(
            4, "segment", "count", "--where", name)


@pytest.mark.parametrize("words, says", [
    (["contact", "add", "nobody"], '"nobody" is not an e-mail address'),
    (["contact", "list", "--columns", "colour"], "colour"),
    (["contact", "list", "--sort", "colour"], "colour"),
    (["contact", "list", "--sort", "-tags"], "cannot sort by"),
    (["score", "top", "many"], "many"),
    (["score", "top", "--by", "colour"], "colour"),
    (["signal", "emit", "paid", "--contact", "a@b.test"], "source.verb"),
    (["signal", "emit", "tag.added", "--contact", "a@b.test"], "engine's own"),
    (["signal", "emit", "order.paid", "--contact", "a@b.test", "--at",
      "yesterday"], "happened_at"),
    (["token", "create", "t", "--role", "king"], "king"),
    (["token", "create", "t", "--expires", "soon"], "expires_at"),
    (["export", "--format", "xml"], "csv or ndjson"),
    (["list", "create", ".."], "cannot be named .."),
    (["backup", "/nonexistent/deeper/copy"], "/nonexistent"),
    (["plugin", "check", "/nonexistent.so"], "/nonexistent.so"),
])
def test_what_cannot_be_ends_with_4_and_says_why(shared, words, says):
    assert says in shared.refused(4, *words)


def test_without_a_daemon_it_ends_with_5_and_one_line_to_act_on(
        shared, tmp_path):
    result = subprocess.run(
        [places.COMMAND, "--socket", tmp_path / "none.sock", "contact",
         "list"], capture_output=True, text=True, check=False)
    assert result.returncode == 5 and result.stdout == ""
    assert "systemctl start scoregated" in result.stderr
    assert result.stderr.count("\n") == 1


# --- contacts and lists


def test_a_contact_from_first_to_last(shared):
    who = "first@far.test"
    shared.do("list", "create", "letters", "--title", "The Letters")
    assert shared.do("contact", "add", who, "city=Rome", "name=Ann Bee",
                     "--tag", "vip", "--tag", "eu", "--list", "letters")
    seen = shared.do("contact", "show", who)
    for part in (who, "Rome", "Ann Bee", "eu, vip", "letters  joined", "UTC"):
        assert part in seen
    shared.do("contact", "set", who, "city=", "age=5")
    shared.do("contact", "untag", who, "eu")
    shared.do("contact", "tag", who, "new one")
    shared.do("contact", "unsubscribe", who, "letters")
    contact = shared.ask("contact", "show", who)
    assert contact["fields"] == {"name": "Ann Bee", "age": "5"}
    assert sorted(contact["tags"]) == ["new one", "vip"]
    assert contact["lists"][0]["state"] == "left"
    shared.do("contact", "subscribe", who, "letters")
    history = shared.do("contact", "history", who)
    assert "list.left" in history and "city" in history
    assert len(shared.ask("contact", "history", who, "--limit",
                          "2")["items"]) == 2
    assert "nothing deleted" in shared.refused(2, "contact", "delete", who)
    shared.do("contact", "delete", who, "--yes")
    shared.refused(3, "contact", "show", who)


def suppressed(shared):
    return {row["email"]: row for row in
            shared.ask("contact", "suppressions")["items"]}


def test_an_address_is_suppressed_whether_it_is_a_contact_or_not(shared):
    shared.do("contact", "add", "ivy@example.com")
    assert shared.do("contact", "suppress", "Ivy@Example.com", "--reason",
                     "asked us to", "--evidence", "ticket 4711",
                     "--until", "2090-01-31") == (
        "Ivy@Example.com gets no mail.\n")
    row = suppressed(shared)["ivy@example.com"]
    assert (row["reason"], row["evidence"], row["source"]) == (
        "asked us to", "ticket 4711", "cli")
    assert row["until"].startswith("2090-01-31")
    assert "asked us to" in shared.do("contact", "show", "ivy@example.com")
    assert "asked us to" in shared.do("contact", "suppressions")
    # Said again it is that from now on.
    shared.do("contact", "suppress", "ivy@example.com")
    row = suppressed(shared)["ivy@example.com"]
    assert (row["reason"], row["until"]) == ("manual", None)
    # It outlives the contact.
    shared.do("contact", "delete", "ivy@example.com", "--yes")
    assert "ivy@example.com" not in suppressed(shared)
    assert suppressed(shared)[None]["reason"] == "manual"
    shared.do("contact", "add", "ivy@example.com")
    assert suppressed(shared)["ivy@example.com"]["reason"] == "manual"
    assert shared.do("contact", "unsuppress", "ivy@example.com") == (
        "ivy@example.com may get mail again.\n")
    assert suppressed(shared) == {}
    shared.do("contact", "suppress", "nobody@example.com")
    shared.refused(3, "contact", "show", "nobody@example.com")
    shared.do("contact", "unsuppress", "nobody@example.com")
    said = shared.refused(3, "contact", "unsuppress", "nobody@example.com")
    assert "nobody@example.com is not suppressed" in said
    said = shared.refused(4, "contact", "suppress", "ivy@example.com",
                          "--until", "2001-01-01")
    assert "not in the future" in said


def test_an_address_is_the_same_in_any_case_and_in_a_url(shared):
    shared.do("contact", "add", "Odd+tag/x@Far.Test")
    assert "far.test" in shared.do("contact", "show", "odd+tag/x@far.test")


def test_a_tag_named_like_a_folder_above_is_not_the_contact(shared):
    who = "dots@far.test"
    shared.do("contact", "add", who, "--tag", "a/b", "--tag", "a%2Fb")
    for tag in ("..", "../..", ".", "a/b"):
        shared.run("contact", "untag", who, tag)
    assert shared.ask("contact", "show", who)["tags"] == ["a%2Fb"]
    shared.run("list", "delete", "..", "--yes")
    assert "cannot be named" in shared.refused(4, "contact", "tag", who, "..")


@pytest.mark.parametrize("points", ["1e308", "-1e16", "1000000000000001"])
def test_points_that_no_sum_could_hold_are_refused(shared, points):
    who = "huge@far.test"
    shared.do("contact", "add", who)
    for op in ("add", "subtract", "set"):
        assert "at most 1000000000000000" in shared.refused(4, "score", op, who,
                                                      points)
    result = shared.run("import", "-", text=f"email,score:lead\n{who},{points}")
    assert result.returncode == 1 and "more than 1000000000000000" in result.stderr
    shared.do("score", "add", who, "1e15")
    shared.do("score", "subtract", who, "1e15")
    shared.do("score", "add", who, "7")
    assert shared.score(who) == 7
    shared.do("contact", "delete", who, "--yes")


def test_lists_are_counted(shared):
    shared.do("list", "create", "counted")
    for who in ("one", "two"):
        shared.do("contact", "add", f"{who}@lists.test", "--list", "counted")
    shared.do("contact", "unsubscribe", "two@lists.test", "counted")
    one = shared.ask("list", "show", "counted")
    assert (one["joined"], one["left"]) == (1, 1)
    assert "counted" in shared.do("list", "show")
    assert "joined" in shared.do("list", "show", "counted")
    assert "nothing deleted" in shared.refused(2, "list", "delete", "counted")
    shared.do("list", "delete", "counted", "--yes")
    shared.refused(3, "list", "show", "counted")
    assert "nolist" in shared.refused(3, "contact", "subscribe",
                                      "one@lists.test", "nolist")


def rows(text):
    return [line.split() for line in text.rstrip("\n").split("\n")[1:]]


def test_who_has_no_score_comes_last_whichever_way_it_is_sorted(shared):
    for name, points in (("a", 5), ("b", None), ("c", -7), ("d", 99.6)):
        shared.do("contact", "add", f"{name}@sort.test", "--tag", "sort")
        if points is not None:
            shared.do("score", "add", f"{name}@sort.test", points)
    said = ("contact", "list", "--where", "tag 'sort'", "--columns",
            "email,score", "--sort")
    assert rows(shared.do(*said, "-score")) == [
        ["d@sort.test", "100"], ["a@sort.test", "5"], ["c@sort.test", "-7"],
        ["b@sort.test"]]
    assert [row[0][0] for row in rows(shared.do(*said, "score"))] == \
        ["c", "a", "d", "b"]
    exact = shared.ask(*said, "-score")["items"]
    assert exact[0]["score"] == 99.6 and exact[3]["score"] is None
    assert shared.ask("segment", "count", "--where",
                      "tag 'sort' and has score >= 100")["count"] == 0
    assert shared.do(*said, "-score").split("\n")[0].split() == ["email",
                                                                 "score"]


def test_no_contact_is_said_so(shared):
    assert shared.do("contact", "list", "--where", "tag 'nowhere'") == "none\n"


def test_more_than_a_page_is_one_table_and_one_json_value(shared, tmp_path):
    sheet = tmp_path / "many.csv"
    sheet.write_text("email,tags,score:lead\n" + "".join(
        f"p{i:04}@pages.test,pages,{i % 700 if i % 7 else ''}\n"
        for i in range(2300)))
    shared.do("import", sheet)
    said = ("contact", "list", "--where", "tag 'pages'", "--columns",
            "email,score", "--sort", "-score", "--limit")
    every = shared.ask(*said, "5000")
    assert len({i["email"] for i in every["items"]}) == 2300
    assert every["next"] is None
    scores = [i["score"] for i in every["items"]]
    have = [s for s in scores if s is not None]
    assert have == sorted(have, reverse=True)
    assert scores[len(have):] == [None] * (2300 - len(have))
    result = shared.run(*said, "1500")
    assert result.stdout.count("email") == 1
    assert result.stdout.count("\n") == 1501
    assert "The first 1500; --limit N shows more." in result.stderr
    part = shared.ask(*said, "1500")
    assert part["items"] == every["items"][:1500] and part["next"]


# --- scores


def test_points_by_hand_of_any_sign_and_by_name(shared):
    who = "hand@far.test"
    shared.do("contact", "add", who)
    assert shared.do("score", "show", who) == f"{who} has no score.\n"
    assert "no score" in shared.do("score", "why", who)
    assert shared.do("score", "add", who, "-5") == f"{who}: lead is -5\n"
    assert shared.do("score", "subtract", who, "-15.5",
                     "--because", "a gift").endswith("lead is 11\n")
    assert shared.do("score", "add", who, "-.25").endswith("lead is 10\n")
    assert shared.do("score", "set", who, "3", "--score",
                     "fit").endswith("fit is 3\n")
    assert shared.score(who, "fit") == 3 and shared.score(who) == 10.25
    assert "fit" in shared.do("score", "show", who)
    assert "10.25" in shared.do("score", "show", who, "--exact")
    why = shared.do("score", "why", who)
    assert "a gift" in why and "(by hand)" in why
    assert shared.do("score", "erase", who,
                     "--because", "gone").endswith("lead is no score\n")
    assert shared.score(who) is None and shared.score(who, "fit") == 3
    shared.refused(3, "score", "add", who, "1", "--score", "noscore")


def adds_up(text):
    """The column `left`, and the score it must come to."""
    table = text.split("\n\n")[1].split("\n")
    left = [line.rsplit(None, 1)[1] for line in table[1:] if line]
    return [round(float(x) * 100) for x in left]


def test_why_adds_up_to_the_score_that_is_shown(shared, rules):
    who = "why@far.test"
    shared.do("contact", "add", who, "company=Acme Ltd")
    for day in ("02", "03", "05", "08", "11", "14", "17"):
        shared.do("signal", "emit", "form.submitted", "--contact", who,
                  f"form=f{day}", "--at", f"2026-01-{day}T08:00:00Z"
                  if day == "02" else f"2026-11-{day}T08:00:00Z")
    shared.do("score", "subtract", who, "3.3", "--because", "was rude")
    text = shared.do("score", "why", who)
    numbers = adds_up(text)
    assert len(numbers) >= 8 and sum(numbers[:-1]) == numbers[-1]
    assert "sent form f17" in text and "Paid" in text
    assert re.search(r"If nothing happens: \d+ in 7 days, \d+ in 30 days", text)
    shown = int(re.search(r"^  score +(-?\d+)$", text, re.M).group(1))
    assert shown == round(numbers[-1] / 100)
    exact = shared.ask("score", "why", who)
    total = sum(entry["left"] for entry in exact["entries"])
    assert abs(total - exact["summary"]["score"]) < 1e-6
    assert "Big" in shared.do("score", "why", who, "--score", "fit")
    assert shared.do("score", "why", who, "--score", "fit").count(".00") == 0


def test_why_and_the_summary_say_what_the_ceiling_took(shared):
    who = "ceiling@far.test"
    shared.do("contact", "add", who)
    shared.do("score", "add", who, "80", "--score", "capped")
    text = shared.do("score", "why", who, "--score", "capped")
    assert re.search(r"limited by ceiling +-30\n +.*= the score +50", text)
    assert re.search(r"^  limited by ceiling +-30$",
                     shared.do("score", "show", who), re.M)


def test_why_says_that_what_is_shown_is_rounded(shared):
    who = "rounded@far.test"
    shared.do("contact", "add", who)
    shared.do("score", "add", who, "99.6")
    assert "Shown as 100; conditions compare the exact value" in shared.do(
        "score", "why", who)


def test_top_and_summary(shared):
    for name, points in (("x", 1000), ("y", 2000)):
        shared.do("contact", "add", f"{name}@top.test")
        shared.do("score", "add", f"{name}@top.test", points)
    assert rows(shared.do("score", "top", "2")) == [
        ["y@top.test", "2000", "100"], ["x@top.test", "1000",
                                        rows(shared.do("score", "top",
                                                       "2"))[1][2]]]
    top = shared.ask("score", "top", "1", "--by", "manual", "--columns",
                     "email,manual")
    assert top["items"] == [{"email": "y@top.test", "manual": 2000}]
    summary = shared.ask("score", "summary")
    assert summary["top"] == 2000 and summary["histogram"]
    shown = shared.do("score", "summary")
    assert shown.startswith("score lead\n") and "█" in shown
    assert ["highest", "2000"] in rows(shown)
    for who in "xy":
        shared.do("score", "erase", f"{who}@top.test")


# --- rules, segments, signals


def test_rules_are_shown_line_by_line_before_they_are_applied(
        shared, rules, tmp_path):
    other = tmp_path / "other.conf"
    other.write_text(RULES.replace("= 10", "= 12").split("rule \"Big\"")[0])
    result = shared.run("rules", "apply", other)
    assert result.returncode == 2 and "say --yes" in result.stderr
    assert '- rule "Big" {' in result.stdout
    assert "-   add     = 10\n+   add     = 12\n" in result.stdout
    assert '\n  rule "Paid" {\n' in result.stdout
    assert "0 added, 1 changed, 1 removed." in result.stdout
    value = shared.run("--json", "rules", "apply", other)
    assert value.returncode == 2
    assert len(json.loads(value.stdout)["differences"]) == 2
    assert "as in the file already" in shared.do("rules", "apply", rules)
    assert shared.do("rules", "apply", "--yes", other) == \
        "Applied: 0 added, 1 changed, 1 removed.\n"
    kept = tmp_path / "kept.conf"
    shared.do("rules", "export", kept)
    assert kept.read_text() == shared.do("rules", "export")
    assert "as in the file already" in shared.do("rules", "apply", kept)
    assert "2 rules, all fine" in shared.do("rules", "check", rules)
    assert "as in the file already" in shared.do(
        "rules", "apply", "-", text=kept.read_text())


def test_a_wrong_rules_file_is_refused_with_file_line_and_caret(
        shared, tmp_path):
    bad = tmp_path / "bad.conf"
    bad.write_text('rule "x" {\n  on = "form.submitted"\n  add = 3\n'
                   '  when = "has score >="\n}\n')
    for words in (["check"], ["apply"], ["apply", "--yes"]):
        lines = shared.refused(4, "rules", *words, bad).split("\n")
        assert f"{bad}:4: rule \"x\"" in lines[0]
        assert lines[2].endswith("^")


def test_a_segment_is_saved_used_and_forgotten(shared):
    shared.do("contact", "add", "seg@far.test", "--tag", "seg")
    assert "segment 'segs'" in shared.do("segment", "save", "segs", "--where",
                                         "tag 'seg'")
    assert shared.do("segment", "count", "--where",
                     "segment 'segs'").startswith("1 of ")
    assert "seg@far.test" in shared.do("segment", "list", "--where",
                                       "segment 'segs'", "--columns", "email")
    assert "tag 'seg'" in shared.do("segment", "list")
    shared.do("segment", "save", "segs", "--where", "tag 'other'")
    assert shared.ask("segment", "list")["items"][0]["where"] == "tag 'other'"
    shared.do("segment", "delete", "segs")
    assert "segs" in shared.refused(4, "segment", "count", "--where",
                                    "segment 'segs'")


def test_a_signal_is_kept_once_and_scores_at_its_own_time(shared, rules):
    who = "sig@far.test"
    shared.do("contact", "add", who)
    said = ("signal", "emit", "form.submitted", "--contact", who,
            "form=late", "--at", "2026-11-01T08:00:00Z", "--id", "sig-1")
    shared.do(*said)
    shared.do(*said)
    assert len(shared.signals(who, "form.submitted")) == 1
    entry = shared.ask("score", "why", who)["entries"]
    assert entry[0]["at"].startswith("2026-11-01T08:00:00")
    assert entry[0]["left"] < entry[0]["given"] == 10
    kinds = shared.ask("signal", "kinds")["items"]
    assert {"form.submitted", "email.opened"} <= {k["name"] for k in kinds}
    assert "form.submitted" in shared.do("signal", "kinds")
    on = {kind["name"]: kind["on"] for kind in kinds}
    assert on["email.opened"] and on["email.delivered"] is False


# --- broadcasts


def test_a_broadcast_that_is_not_sent(shared, tmp_path):
    template = tmp_path / "spring.eml"
    template.write_text(TEMPLATE)
    shared.do("contact", "add", "bc@far.test", "--tag", "bc")
    shared.do("score", "add", "bc@far.test", "41")
    assert shared.do("broadcast", "status")
    said = ("broadcast", "create", "spring", "--template", template, "--to",
            "tag 'bc' and has score >= 40")
    shared.do(*said)
    assert "spring" in shared.refused(4, *said)
    preview = shared.do("broadcast", "preview", "spring")
    assert preview.startswith("As of now 1 would get it")
    assert "Hello friend" in preview and "You have 41" in preview
    for action, says in (("pause", "paused"), ("resume", "resumed"),
                         ("cancel", "cancelled")):
        assert f"spring is draft; it cannot be {says}" in shared.refused(
            4, "broadcast", action, "spring")
    assert "draft" in shared.do("broadcast", "status", "spring")
    assert "draft" in shared.do("broadcast", "status")
    assert shared.ask("broadcast", "status",
                      "spring")["recipients"]["total"] == 0
    assert "line 1" in shared.refused(
        4, "broadcast", "create", "bad", "--template", template, "--to", "has")
    shared.refused(2, "broadcast", "create", "bad", "--template",
                   tmp_path / "none.eml", "--to", "has score")


# --- operation


def test_status_begins_with_whether_all_is_well(shared):
    text = shared.do("status")
    assert text.split("\n")[0] == "All is well."
    assert "plugins    open, click, bounce" in text
    assert shared.ask("status")["healthy"] is True


def test_verify_recomputes_everything(shared):
    assert "Every score is the sum of its ledger" in shared.do("verify")
    assert shared.ask("verify", "--refold")["differences"] == 0


def test_verify_ends_with_1_when_the_ledger_was_tampered_with(make_daemon):
    daemon = make_daemon().start()
    daemon.do("contact", "add", "ann@far.test")
    daemon.do("score", "add", "ann@far.test", "7")
    daemon.stop()
    with contextlib.closing(sqlite3.connect(
            daemon.base / "state/scoregate.db")) as db:
        db.execute("UPDATE ledger SET delta = delta + 1")
        db.commit()
    daemon.start()
    result = daemon.run("verify", "--refold")
    assert result.returncode == 1
    assert "NOT the sum" in result.stdout
    assert daemon.run("--json", "verify", "--refold").returncode == 1


def test_plugins_are_listed_and_checked(shared):
    assert "running" in shared.do("plugin", "list")
    assert "it can be loaded" in shared.do("plugin", "check",
                                           places.PLUGINS / "hello.so")
    refused = shared.run("--json", "plugin", "check", "/nonexistent.so")
    assert refused.returncode == 4
    assert json.loads(refused.stdout)["loadable"] is False


def test_a_backup_here_and_a_reload(shared, tmp_path):
    assert "Reloaded" in shared.do("reload")
    said = shared.do("backup", shared.base / "copy")
    assert str(shared.base / "copy") in said
    assert (shared.base / "copy" / "keys").exists()
    # The daemon has its state: it says so, and puts nothing back.
    result = shared.run("restore", shared.base / "copy", "--config",
                        shared.conf)
    assert result.returncode == 3 and "stop it first" in result.stderr


def test_a_reader_that_leaves_early_is_no_trouble(shared):
    for words in (["help"], ["contact", "list", "--limit", "1000"],
                  ["export"], ["signal", "kinds"]):
        line = " ".join(map(str, [places.COMMAND, "--socket", shared.socket,
                                  *words]))
        result = subprocess.run(["bash", "-c", f"{line} | head -1"],
                                capture_output=True, text=True, check=False)
        assert result.returncode == 0 and result.stderr.count("\n") <= 1
        assert "Broken pipe" not in result.stderr


def test_a_full_disk_under_the_output_is_said(shared):
    for words in (["signal", "kinds"], ["export"]):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run(
                [places.COMMAND, "--socket", shared.socket, *words],
                stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert result.returncode == 7
        assert "cannot be written" in result.stderr


# --- completion


@pytest.mark.parametrize("line, offers", [
    ("scoregate con", {"contact"}),
    ("scoregate contact un", {"untag", "unsubscribe", "unsuppress",
                                 "unlink"}),
    ("scoregate --json score s", {"show", "subtract", "set", "summary"}),
    ("scoregate help rules e", {"export"}),
    ("scoregate contact list --so", {"--sort", "--socket"}),
    ("scoregate import --dr", {"--dry-run"}),
    ("scoregate token create x --role m", {"manager"}),
    ("scoregate import st", {"status"}),
    ("scoregate segment d", {"delete", "do"}),
    ("scoregate automation h", {"history"}),
    ("scoregate sequence start --", {"--module", "--json", "--socket",
                                     "--help"}),
    ("scoregate mail token --c", {"--config"}),
    ("scoregate rules simulate /etc/pass", {"/etc/passwd", "/etc/passwd-"}),
    ("scoregate outbox list --state d", {"delivered", "dead", "dropped"}),
    ("scoregate import /etc/pass", {"/etc/passwd", "/etc/passwd-"}),
    ("scoregate nonsense x", set()),
])
def test_bash_completes_commands_options_and_files(needs_daemon, line, offers):
    script = (f". {places.ROOT}/contrib/completion/scoregate\n"
              f"PATH={places.BUILD}:$PATH\nCOMP_WORDS=({line})\n"
              "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_scoregate\n"
              'printf "%s\\n" "${COMPREPLY[@]}"\n')
    result = subprocess.run(["bash", "-c", script], capture_output=True,
                            text=True, check=True)
    assert set(result.stdout.split()) <= offers | {"/etc/passwd-"}
    assert bool(result.stdout.split()) == bool(offers)
    assert result.stderr == ""
