"""scoregate mail instrument and mail token: what would happen to a mail that
goes out, and what stands in a link, with the daemon's own key and without."""
import email
import json
import re

import pytest

from lib import newsletter


@pytest.fixture
def letter(tmp_path):
    path = tmp_path / "letter.eml"
    path.write_bytes(newsletter.newsletter("ann@far.test", "Ann",
                                           "quoted-printable", None))
    return path


def instrument(daemon, letter, *words, config=True):
    more = ("--config", daemon.conf) if config else ()
    return daemon.run("mail", "instrument", letter, "--to", "ann@far.test",
                      *more, *words)


def test_the_message_is_as_it_would_go_out(daemon, letter):
    result = instrument(daemon, letter)
    assert result.returncode == 0 and result.stderr == ""
    mail = email.message_from_string(result.stdout)
    before = email.message_from_bytes(letter.read_bytes())
    assert mail["X-Scoregate-Campaign"] is None
    assert mail["List-Unsubscribe"].startswith(f"<{daemon.public_url}/u/")
    assert mail["Subject"] == before["Subject"]
    assert f"{daemon.public_url}/c/" in result.stdout.replace("=\n", "")


def test_it_works_while_no_daemon_runs(daemon, letter):
    daemon.stop()
    result = instrument(daemon, letter, "--json")
    answer = json.loads(result.stdout)
    assert answer["changed"] and answer["image"]
    assert answer["note"] == ""
    assert answer["sender"].endswith("@bounces.example.test")
    assert {h["name"] for h in answer["headers_removed"]} >= {
        "X-Scoregate-Campaign"}
    assert [h["name"] for h in answer["headers_added"]] == [
        "List-Unsubscribe", "List-Unsubscribe-Post"]
    assert len(answer["links"]) == 4
    # Each of ours is explained by the key it was made with.
    for link in answer["links"]:
        token = json.loads(daemon.do("mail", "token", link["url"], "--config",
                                     daemon.conf, "--json"))
        assert token["kind"] == "click"
        assert token["target"] == link["target"]
        assert token["key"] == 1
    token = json.loads(daemon.do("mail", "token", f"<{answer['sender']}>",
                                 "--config", daemon.conf, "--json"))
    assert token["kind"] == "bounce"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", token["sent_at"])
    assert token["record_key"] == json.loads(daemon.do(
        "mail", "token", answer["links"][0]["url"], "--config", daemon.conf,
        "--json"))["record_key"]
    daemon.start()


def test_what_changes_is_shown_in_words_and_lines(daemon, letter):
    shown = instrument(daemon, letter, "--diff").stdout
    assert "- news@example.test\n+ bounce+" in shown
    assert "- X-Scoregate-Campaign: spring" in shown
    assert "+ List-Unsubscribe-Post: List-Unsubscribe=One-Click" in shown
    assert f"+ image {daemon.public_url}/o/" in shown
    assert "\033[" not in shown
    seen = daemon.on_terminal("mail", "instrument", letter, "--to",
                              "ann@far.test", "--config", daemon.conf,
                              "--diff")
    assert "\033[32m+ image" in seen.raw


def test_without_a_key_it_says_that_links_lead_nowhere(daemon, letter,
                                                      tmp_path):
    conf = tmp_path / "other.conf"
    conf.write_text(re.sub(r'^state = .*$', f'state = "{tmp_path}"',
                           daemon.conf.read_text(), flags=re.M))
    result = daemon.run("mail", "instrument", letter, "--to", "ann@far.test",
                        "--config", conf)
    assert result.returncode == 0
    assert "key that is thrown away" in result.stderr
    assert "/c/" in result.stdout
    daemon.refused(4, "mail", "token", f"{daemon.public_url}/c/abc",
                   "--config", conf)


def test_a_mail_that_nothing_fits_goes_out_as_it_is(daemon, tmp_path):
    plain = tmp_path / "plain.eml"
    plain.write_bytes(b"From: a@b.test\nSubject: hi\n\n<p>hello</p>\n")
    result = instrument(daemon, plain)
    assert result.stdout == plain.read_text()
    assert "goes out as it is" in result.stderr
    # A campaign given on the line is enough.
    result = instrument(daemon, plain, "--campaign", "spring")
    assert "List-Unsubscribe" in result.stdout


def test_a_forged_link_is_not_explained(daemon, letter):
    url = json.loads(instrument(daemon, letter, "--json").stdout)["links"][0][
        "url"]
    at = url.index("/c/") + 20
    forged = url[:at] + ("A" if url[at] != "A" else "B") + url[at + 1:]
    daemon.refused(4, "mail", "token", forged, "--config", daemon.conf)
    assert url.rpartition("/")[2] not in daemon.text()


def test_a_mistake_is_a_sentence(daemon, letter, tmp_path):
    daemon.refused(2, "mail", "instrument", letter)
    bad = tmp_path / "bad.conf"
    bad.write_text("public_url = 5\nmail { track = sometimes }\n")
    said = daemon.refused(4, "mail", "instrument", letter, "--to",
                          "ann@far.test", "--config", bad)
    assert f"{bad}:2:" in said and "sometimes" in said
