"""Every line of engine/http/api/README.md does what it says."""
import re
import shutil
import subprocess

import pytest

from lib import places

README = places.ROOT / "engine/http/api/README.md"


def lines():
    """The examples in order, as many as a line has."""
    found = []
    for line in re.findall(r"^    (api .*)$", README.read_text(), re.M):
        line = re.sub(r"\s+# .*$", "", line)
        found += [part for part in re.split(r" ; ", line)]
    return found


@pytest.fixture
def place(make_daemon, tmp_path):
    (tmp_path / "rules.conf").write_text(
        'rule "R" { on = "form.submitted" add = 1 }\n')
    (tmp_path / "people.csv").write_text("email,city\nann@example.com,Rome\n")
    (tmp_path / "spring.eml").write_text(
        "From: News <news@example.com>\nSubject: Spring\n\n"
        "Hello {{email}}\n")
    daemon = make_daemon(
        more='score "fit" { }\nsignals { names = { "order.paid" } }\n').start()
    return daemon, tmp_path


def curl(place, line):
    """The answer's status and text."""
    daemon, folder = place
    line = line.replace("/usr/local/lib/scoregate", str(places.PLUGINS))
    line = line.replace("/var/backups/scoregate", str(daemon.base))
    script = (f"api() {{ curl -s -w '\\n%{{http_code}}' --unix-socket "
              f"{daemon.socket} \"http://x/api/v1$1\" \"${{@:2}}\"; }}\n{line}")
    result = subprocess.run(["bash", "-c", script], cwd=folder, text=True,
                            capture_output=True, check=False)
    text, _, status = result.stdout.rpartition("\n")
    assert status.isdigit(), (line, result)
    return int(status), text


def test_the_examples_of_the_readme_work(place):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    daemon, _ = place
    daemon.do("list", "create", "news")
    examples = lines()
    assert len(examples) > 40
    for line in examples:
        if "jq" in line and "/broadcasts" not in line and \
                not shutil.which("jq"):
            continue
        if "jq" in line and not shutil.which("jq"):
            line = ("api /broadcasts -d '" + '{"name": "spring", "template": '
                    '"Subject: Spring\\n\\nHello {{email}}\\n", "where": '
                    '"has score >= 50", "from": "News <news@example.com>"}\'')
        if line.startswith("api /lists -d"):
            daemon.do("list", "delete", "news", "--yes")
        if "bob@" in line:
            daemon.api("POST", "/contacts",
                       {"email": "bob@example.com", "lists": ["news"]})
        if "ann@" in line:
            daemon.api("POST", "/contacts", {"email": "ann@example.com"})
        if "broadcasts/spring/send" in line:
            assert curl(place, line)[0] in (200, 400)  # nobody has 50
            continue
        if "broadcasts/spring/test" in line:
            assert curl(place, line)[0] == 400  # no MTA listens here
            continue
        status, text = curl(place, line)
        assert 200 <= status < 300, (line, status, text)
        if "lists/news -X DELETE" in line and "contacts" not in line:
            daemon.do("list", "create", "news")


def test_every_resource_of_the_index_answers(place):
    """None is only listed; what is not there says so."""
    daemon, _ = place
    listed = daemon.api("GET", "").json()["resources"]
    assert len(listed) > 40
    for item in listed:
        path = re.sub(r"\{\w+\}", "none@far.test", item["path"])
        path = path.removeprefix("/api/v1")
        if item["method"] == "GET":
            # A stream has no end.
            answer = daemon.api("HEAD" if path == "/events" else "GET", path)
            assert answer.status in (200, 400, 404), (path, answer.text)
        wrong = daemon.api("BREW", path)
        assert wrong.status in (405, 501, 400), (path, wrong.status)
