"""The API is what its own document says, resource by resource; every command
has its resource, and every change leaves one entry of the audit."""
import copy
import json
import os
import pathlib
import re
import shutil
import tempfile

import jsonschema
import pytest
from lib import api_calls, api_commands, places
from lib.scoregated import Scoregated

# There is nothing to do these to here: what they answer is a problem.
MAY_BE_MISSING = {("POST", "/broadcasts/{name}/test"),
                  ("DELETE", "/rules/run"), ("DELETE", "/split/{id}"),
                  ("POST", "/webhooks/{name}/confirm"),
                  ("POST", "/password")}
# Asked elsewhere: it never ends.
STREAMS = {("GET", "/events")}


@pytest.fixture(scope="module")
def daemon():
    if not places.DAEMON.exists():
        pytest.skip(f"{places.DAEMON} is not built")
    base = pathlib.Path(tempfile.mkdtemp(prefix="scoregate-", dir="/tmp"))
    (base / "welcome.eml").write_text("Subject: Welcome\n\nHello\n")
    made = Scoregated(base, more=api_calls.CONF.format(base=base))
    try:
        yield made.start()
        made.stop()
    finally:
        if made.process:
            made.process.kill()
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="module")
def document(daemon):
    return daemon.api("GET", "/openapi.json").json()


def close(schema):
    """With STRICT=1: what is not in the document is not in the answer."""
    if not os.environ.get("STRICT"):
        return schema
    if isinstance(schema, dict):
        if "properties" in schema and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
        for value in schema.values():
            close(value)
    elif isinstance(schema, list):
        for value in schema:
            close(value)
    return schema


def path_of(resource):
    return resource or "/"


def operations(document):
    return {(method.upper(), path): operation
            for path, item in document["paths"].items()
            for method, operation in item.items()}


def expected(operation, status):
    responses = operation["responses"]
    return responses.get(str(status), responses["default"])


def problems_of(document, operation, answer):
    """What an answer has that the document does not say, or the other way."""
    response = expected(operation, answer.status)
    if "content" not in response:
        return ["a body"] if answer.body else []
    kind = answer.headers.get("content-type", "").split(";")[0]
    if kind not in response["content"]:
        return [f"{kind} is not in {list(response['content'])}"]
    if not kind.endswith("json") or kind == "application/x-ndjson":
        return []
    strict = document["strict"]
    validator = jsonschema.Draft202012Validator(
        close(copy.deepcopy(response["content"][kind]["schema"])),
        resolver=jsonschema.RefResolver.from_schema(strict))
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
            for error in validator.iter_errors(answer.json())]


class Story:
    """The calls in order, with what they told."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.known = {"plugin": str(places.PLUGINS / "open.so"),
                      "base": str(daemon.base), "dead": ""}

    def fill(self, text):
        for name, value in self.known.items():
            text = text.replace("{%s}" % name, value)
        return text

    def wait_for_dead(self):
        def dead():
            return self.daemon.api("GET", "/outbox?state=dead").json()["items"]
        self.known["dead"] = places.wait_for(dead, 60, "a dead delivery")[0][
            "id"]

    def call(self, method, path, body):
        if "{dead}" in path and not self.known["dead"]:
            self.wait_for_dead()
        if isinstance(body, str):
            return self.daemon.local.ask(
                method, "/api/v1" + self.fill(path), body,
                headers={"Content-Type": "text/plain"})
        if body is not None:
            body = json.loads(json.dumps(body)) if not isinstance(
                body, dict) else {k: self.fill(v) if isinstance(v, str) else v
                                  for k, v in body.items()}
        return self.daemon.api(method, self.fill(path), body)

    def remember(self, method, resource, answer):
        if answer.status >= 300 or "json" not in answer.headers.get(
                "content-type", ""):
            return
        if (method, resource) == ("GET", "/signals"):
            self.known["signal"] = next(
                item["id"] for item in answer.json()["items"]
                if item["name"] == "order.paid")
            self.known["hit"] = next(
                item["id"] for item in answer.json()["items"]
                if item["name"] == "email.opened")
        elif (method, resource) == ("POST", "/bulk"):
            self.known["bulk"] = str(answer.json().get("id", ""))
        elif (method, resource) == ("POST", "/imports"):
            self.known["import"] = str(answer.json()["id"])

    def newest(self):
        items = self.daemon.api("GET", "/audit?limit=20").json()["items"]
        return items[0]["id"] if items else "0", items


@pytest.fixture(scope="module")
def told(daemon, document):
    """Every call with its answer, and the entries of the audit it left."""
    story, told = Story(daemon), []
    for method, resource, path, body in api_calls.CALLS:
        before = int(story.newest()[0])
        answer = story.call(method, path, body)
        story.remember(method, resource, answer)
        entries = [entry for entry in story.newest()[1]
                   if int(entry["id"]) > before]
        told.append((method, resource, path, answer, entries))
    return told


def test_the_document_has_every_route_and_no_other(daemon, document):
    assert document["openapi"].startswith("3.1.")
    index = {(item["method"], item["path"].removeprefix("/api/v1"))
             for item in daemon.api("GET", "").json()["resources"]}
    listed = set(operations(document))
    assert {(m, path_of(p)) for m, p in index} == listed
    called = {(m, path_of(r)) for m, r, _, _ in api_calls.CALLS}
    assert listed - STREAMS - called == set(), "add them to lib/api_calls.py"
    ids = [o["operationId"] for o in operations(document).values()]
    assert len(ids) == len(set(ids))
    for (method, path), operation in operations(document).items():
        named = {p["name"] for p in operation["parameters"]
                 if p["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path))
        assert operation["x-role"] in ("reader", "operator", "manager")
        # Of whatever has an answer the document says what it is.
        for status, response in operation["responses"].items():
            for content in response.get("content", {}).values():
                assert content["schema"] != {}, (method, path, status)


def test_every_schema_of_the_document_is_one(document):
    for name, schema in document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema, name
        for reference in re.findall(r'"#/components/schemas/(\w+)"',
                                    json.dumps(schema)):
            assert reference in document["components"]["schemas"]


def test_every_answer_is_as_the_document_says(document, told):
    document["strict"] = close(copy.deepcopy(document))
    wrong = []
    for method, resource, path, answer, _ in told:
        operation = operations(document)[(method, path_of(resource))]
        if answer.status >= 400 and (method, resource) not in MAY_BE_MISSING:
            wrong.append((method, path, answer.status, answer.text))
        for problem in problems_of(document, operation, answer):
            wrong.append((method, path, answer.status, problem))
    assert not wrong, "\n".join(map(str, wrong))


def test_every_change_leaves_one_entry_of_the_audit(document, told):
    wrong = []
    for method, resource, path, answer, entries in told:
        operation = operations(document)[(method, path_of(resource))]
        changes = method != "GET" and not operation.get("x-reads") and \
            "dry_run" not in path and answer.status < 300
        if len(entries) != (1 if changes else 0):
            wrong.append((method, path, answer.status, entries))
        for entry in entries:
            assert entry["actor"] and entry["origin"].startswith("uid ")
    assert not wrong, "\n".join(map(str, wrong))


def test_every_command_has_its_resource(daemon, document):
    said = daemon.do("help").split("Everywhere:")[0]
    commands = set(re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", said, re.M))
    assert commands == set(api_commands.COMMANDS), \
        "lib/api_commands.py says which resource does it"
    for command, resource in api_commands.COMMANDS.items():
        if resource is not api_commands.LOCAL:
            assert resource in operations(document), command


def test_a_token_that_calls_too_often_waits(make_daemon):
    slow = make_daemon()
    slow.write_conf(slow.conf.read_text().replace(
        "http {", 'http {\n    api_calls = "3/1h"'))
    slow.start()
    token = slow.api("POST", "/tokens", {"name": "crm", "role": "reader"})
    headers = {"Authorization": f"Bearer {token.json()['token']}"}
    answers = [slow.private.get("/api/v1/lists", headers=headers)
               for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert int(answers[3].headers["retry-after"]) > 0
    assert answers[3].headers["content-type"] == "application/problem+json"
    assert slow.api("GET", "/lists").status == 200
