"""The command from another machine: a token on the private listener, and
what each role may do."""
import datetime
import re
import subprocess

import pytest

from lib import places


@pytest.fixture(scope="module")
def tokens(shared):
    made = {}
    for role in ("reader", "operator", "manager"):
        result = shared.run("token", "create", "t-" + role, "--role", role)
        assert result.returncode == 0 and "shown once" in result.stderr
        made[role] = result.stdout.strip()
        assert result.stdout == made[role] + "\n"
    return made


@pytest.fixture
def rules(tmp_path):
    file = tmp_path / "rules.conf"
    file.write_text('rule "R" { on = "form.submitted" add = 1 }\n')
    return file


def test_a_reader_reads_and_does_not_write(shared, tokens, rules):
    shared.do("contact", "add", "read@access.test")
    for words in (["contact", "show", "read@access.test"], ["status"],
                  ["contact", "list"], ["export"], ["rules", "export"],
                  ["segment", "count", "--where", "has score"]):
        result = shared.run_over_tcp(tokens["reader"], *words)
        assert result.returncode == 0, result.stderr
    for words in (["contact", "add", "x@access.test"],
                  ["score", "add", "read@access.test", "1"],
                  ["contact", "delete", "read@access.test", "--yes"],
                  ["list", "create", "x"], ["token", "list"],
                  ["rules", "apply", rules, "--yes"], ["verify"]):
        result = shared.run_over_tcp(tokens["reader"], *words)
        assert result.returncode == 4, (words, result)
        assert result.stderr.count("\n") == 1
        assert "operator" in result.stderr or "manager" in result.stderr
    assert shared.score("read@access.test") is None


def test_who_looks_at_a_mail_cannot_act_for_its_reader(shared, tokens,
                                                       tmp_path):
    shared.do("list", "create", "looked-at")
    shared.do("contact", "add", "seen@access.test")
    shared.do("contact", "subscribe", "seen@access.test", "looked-at")
    eml = tmp_path / "news.eml"
    eml.write_text("From: us@access.test\nTo: {{email}}\nSubject: News\n"
                   "X-Scoregate-List: looked-at\n\n{{unsubscribe_url}}\n")
    shared.do("broadcast", "create", "look", "--template", eml,
              "--to", "list 'looked-at'", "--unknown", "include")
    for words in (["template", "render", eml, "--to", "seen@access.test",
                   "--raw"],
                  ["broadcast", "preview", "look", "--raw"]):
        result = shared.run_over_tcp(tokens["reader"], *words)
        assert result.returncode == 0, result.stderr
        mail = result.stdout.replace("=\r\n", "").replace("=\n", "")
        path = re.search(r"/u/[\w-]+", mail).group()
        assert re.search(r"X-Scoregate-Message: [\w-]+preview-only\s", mail)
        assert shared.public.post_form(
            path, {"List-Unsubscribe": "One-Click"}).status == 404
    lists = shared.api("GET", "/contacts/seen@access.test").json()["lists"]
    assert [one["state"] for one in lists] == ["joined"]


def test_an_operator_changes_contacts_and_not_rules(shared, tokens, rules):
    for words in (["contact", "add", "op@access.test"],
                  ["score", "add", "op@access.test", "-5"]):
        result = shared.run_over_tcp(tokens["operator"], *words)
        assert result.returncode == 0, result.stderr
    assert shared.score("op@access.test") == -5
    for words in (["rules", "apply", rules, "--yes"], ["token", "list"],
                  ["reload"], ["backup", "/tmp/never"]):
        result = shared.run_over_tcp(tokens["operator"], *words)
        assert result.returncode == 4 and "manager" in result.stderr
    history = shared.ask("contact", "history", "op@access.test")["items"]
    assert {item["actor"] for item in history} >= {"t-operator"}


def test_a_manager_does_all_and_a_revoked_token_nothing(shared, tokens, rules):
    result = shared.run_over_tcp(tokens["manager"], "rules", "apply", rules,
                                 "--yes")
    assert result.returncode == 0, result.stderr
    listed = shared.run_over_tcp(tokens["manager"], "token", "list").stdout
    assert "t-manager" in listed and tokens["manager"] not in listed
    shared.do("token", "create", "gone", "--role", "manager")
    token = shared.ask("token", "create", "gone2", "--role",
                       "manager")["token"]
    assert shared.run_over_tcp(token, "status").returncode == 0
    shared.do("token", "revoke", "gone2")
    assert shared.run_over_tcp(token, "status").returncode == 4


def test_no_token_a_wrong_one_and_an_expired_one(shared):
    assert "past" in shared.refused(4, "token", "create", "old", "--expires",
                                    "2020-01-01")
    soon = datetime.datetime.now(datetime.timezone.utc) \
        + datetime.timedelta(seconds=2)
    token = shared.ask("token", "create", "old", "--expires",
                       soon.strftime("%Y-%m-%dT%H:%M:%SZ"))["token"]
    places.wait_for(lambda: shared.run_over_tcp(token, "status").returncode,
                    10, "a token to expire")
    for wrong in ("", "nonsense", token, "x" * 5000):
        result = shared.run_over_tcp(wrong, "status")
        assert result.returncode == 4, wrong
        assert "token" in result.stderr and result.stderr.count("\n") == 1


def test_nobody_at_the_url_ends_with_5(tmp_path):
    for url in ("http://127.0.0.1:1", "http://nowhere.invalid"):
        result = subprocess.run(
            [places.COMMAND, "status"], capture_output=True, text=True,
            check=False, env={"SCOREGATE_URL": url, "SCOREGATE_TOKEN": "x"})
        assert result.returncode == 5
        assert "SCOREGATE_URL" in result.stderr
        assert result.stderr.count("\n") == 1


def test_the_socket_that_is_named_wins(shared):
    result = subprocess.run(
        [places.COMMAND, "status", "--socket", shared.socket],
        capture_output=True, text=True, check=False,
        env={"SCOREGATE_URL": "https://127.0.0.1:1", "SCOREGATE_TOKEN": "x"})
    assert result.returncode == 0, result.stderr


def test_a_slash_at_the_end_of_the_url_is_no_matter(shared, tokens):
    result = subprocess.run(
        [places.COMMAND, "status"], capture_output=True, text=True,
        check=False, env={
            "SCOREGATE_URL": f"http://127.0.0.1:{shared.values['private']}/",
            "SCOREGATE_TOKEN": tokens["reader"]})
    assert result.returncode == 0, result.stderr


def test_every_resource_refuses_a_role_that_is_too_small(shared, tokens):
    """As the index says: nothing is done, whatever is sent."""
    order = ["reader", "operator", "manager"]
    resources = shared.api("GET", "").json()["resources"]
    assert {r["role"] for r in resources} == set(order)
    for resource in resources:
        path = re.sub(r"\{\w+\}", "none", resource["path"])
        for role in order[:order.index(resource["role"])] + [None]:
            answer = shared.private.ask(resource["method"], path, headers={
                "Authorization": f"Bearer {tokens[role]}"} if role else {})
            assert answer.status == (403 if role else 401), (path, role)
            assert answer.headers["content-type"] == "application/problem+json"
            assert shared.public.ask(resource["method"],
                                     path).status in (404, 405)
