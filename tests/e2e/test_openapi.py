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
    (base / "welcome.eml").write_text(
        "From: a@example.com\nSubject: Welcome\n\nHello\n")
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

    def call(self, method, path, body, key):
        if "{dead}" in path and not self.known["dead"]:
            self.wait_for_dead()
        kind = "text/plain" if isinstance(body, str) else "application/json"
        if isinstance(body, dict):
            body = {k: self.fill(v) if isinstance(v, str) else v
                    for k, v in body.items()}
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        return self.daemon.local.ask(
            method, "/api/v1" + self.fill(path), body,
            headers={"Content-Type": kind, "Idempotency-Key": key})

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
        elif (method, resource) == ("POST", "/mail/instrument"):
            self.known["link"] = re.search(
                r'href="([^"]+/c/[^"]+)"', answer.json()["html"]).group(1)
        elif (method, resource) == ("POST", "/imports"):
            self.known["import"] = str(answer.json()["id"])

    def newest(self):
        items = self.daemon.api("GET", "/audit?limit=20").json()["items"]
        return items[0]["id"] if items else "0", items


# Of a fixed few: a score's best, and what was named in the call.
NO_PAGES = {"/scores/{name}/top", "/broadcasts/{name}/compare"}


def lists_of(document):
    found = set()
    for (method, path), operation in operations(document).items():
        answer = operation["responses"].get("200", {}).get("content", {}).get(
            "application/json", {}).get("schema", {})
        if "$ref" in answer:
            answer = document["components"]["schemas"][
                answer["$ref"].rpartition("/")[2]]
        if method == "GET" and "next" in answer.get("properties", {}):
            found.add(path)
    return found - NO_PAGES


def walk(daemon, path, i):
    """What a list says as a whole, and page by page while it grows."""
    path = re.sub(r"(?<=[?&])(limit|n)=\d+", "", path)

    def page(limit, cursor=""):
        mark = "&" if "?" in path else "?"
        return daemon.api("GET", f"{path}{mark}limit={limit}" + (
            f"&cursor={cursor}" if cursor else "")).json()

    def named(items):
        return [[item.get(part) for part in (
            "id", "name", "version", "email", "key", "url", "signal", "at")]
            for item in items]
    whole, paged, cursor = named(page(1000)["items"]), [], ""
    while cursor is not None:
        got = page(1, cursor)
        paged += named(got["items"])
        if cursor == "":
            daemon.api("POST", "/signals", {
                "name": "order.paid", "email": f"page-{i}@example.com"})
        cursor = got["next"]
    return whole, paged


@pytest.fixture(scope="module")
def told(daemon, document):
    """Every call with its answer, and the entries of the audit it left."""
    story, told, lists = Story(daemon), [], lists_of(document)
    for i, (method, resource, path, body) in enumerate(api_calls.CALLS):
        before = int(story.newest()[0])
        answer = story.call(method, path, body, f"call-{i}")
        answer.again = story.call(method, path, body, f"call-{i}") \
            if method == "POST" else None
        story.remember(method, resource, answer)
        entries = [entry for entry in story.newest()[1]
                   if int(entry["id"]) > before]
        if method == "GET" and resource in lists:
            answer.walked = walk(daemon, path, i)
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


# What OpenAPI 3.1.0 (4.8) lets stand in each object, beside x-….
MAY_STAND = {
    "document": "openapi info jsonSchemaDialect servers paths webhooks "
                "components security tags externalDocs",
    "operation": "tags summary description externalDocs operationId "
                 "parameters requestBody responses callbacks deprecated "
                 "security servers",
    "parameter": "name in description required deprecated allowEmptyValue "
                 "style explode allowReserved schema example examples content",
    "body": "description content required",
    "response": "description headers content links",
}


def odd(kind, value):
    return {name for name in value if not name.startswith("x-")} - {
        *MAY_STAND[kind].split()}


def test_the_document_is_openapi_and_nothing_else(document):
    assert not odd("document", document)
    assert {"title", "version"} <= set(document["info"])
    for (method, path), operation in operations(document).items():
        where = (method, path)
        assert path.startswith("/") and method in (
            "GET", "PUT", "POST", "DELETE", "PATCH"), where
        assert not odd("operation", operation), where
        parameters = operation["parameters"]
        for parameter in parameters:
            assert not odd("parameter", parameter), where
            assert parameter["in"] in ("query", "header", "path"), where
            assert parameter["in"] != "path" or parameter["required"], where
        names = [(p["in"], p["name"]) for p in parameters]
        assert len(names) == len(set(names)), where
        if "requestBody" in operation:
            assert not odd("body", operation["requestBody"]), where
            assert operation["requestBody"]["content"], where
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"[1-5]\d\d|default", status), where
            assert response["description"], where
            assert not odd("response", response), where


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


def test_every_post_that_acts_acts_once(document, told):
    """Each was sent twice with one key; its audit has one entry, above."""
    for method, resource, path, answer, _ in told:
        if method != "POST" or answer.status >= 300:
            continue
        operation = operations(document)[(method, path_of(resource))]
        named = {p["name"] for p in operation["parameters"]}
        acts = not operation.get("x-reads")
        assert ("Idempotency-Key" in named) == acts, path
        if acts:
            assert answer.again.headers["idempotent-replayed"] == "true", path
            assert answer.again.status == answer.status, path
            if resource != "/tokens":  # what is shown once
                assert answer.again.body == answer.body, path


def test_every_list_has_pages(document, told):
    """One at a time each comes once, though others are added meanwhile."""
    lists = lists_of(document)
    assert len(lists) > 25
    for path in lists:
        named = {p["name"] for p in operations(document)[("GET", path)][
            "parameters"]}
        assert {"limit", "cursor"} <= named, path
    for method, resource, path, answer, _ in told:
        if method == "GET" and resource in lists:
            whole, paged = answer.walked
            assert [paged.count(one) for one in whole] == [
                whole.count(one) for one in whole], path


def test_what_a_mail_is_can_be_asked(told):
    said = {resource: answer.json() for _, resource, _, answer, _ in told
            if resource.startswith("/mail/")}
    assert said["/mail/classify"]["kind"] == "bounce"
    assert said["/mail/classify"]["recipients"][0]["address"] == "bob@far.test"
    assert "<bounce+" in "<" + said["/mail/instrument"]["sender"]
    assert said["/mail/token"]["kind"] == "click"
    assert said["/mail/token"]["target"] == "https://shop.example/a"


def test_every_command_has_its_resource(daemon, document):
    said = daemon.do("help").split("Everywhere:")[0]
    commands = set(re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", said, re.M))
    assert commands == set(api_commands.COMMANDS), \
        "lib/api_commands.py says which resource does it"
    for command, resource in api_commands.COMMANDS.items():
        if resource is not api_commands.LOCAL:
            assert resource in operations(document), command
    done = {(m, path_of(p)) for m, p in {
        *filter(None, api_commands.COMMANDS.values()), *api_commands.BESIDE}}
    assert done == set(operations(document)), \
        "which command does it, or what is it for?"
    assert not set(api_commands.BESIDE) & set(api_commands.COMMANDS.values())


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
