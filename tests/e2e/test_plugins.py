"""Plugins as the operator sees them."""
import pathlib

import pytest

from lib import places

# Its start() fails; another plugin has its route.
ONLY_LOADING_SHOWS = {"start_fails", "failing_start", "taken_route"}
SHIPPED = ("open", "click", "bounce", "reply", "unsubscribe", "form", "webhook",
           "console")


def test_the_shipped_ones_are_loaded_and_listed(daemon):
    listed = {p["name"]: p for p in daemon.ask("plugin", "list")["items"]}
    assert set(SHIPPED) <= set(listed)
    text = daemon.do("plugin", "list")
    for name in SHIPPED:
        assert name in text


@pytest.mark.parametrize("name", SHIPPED)
def test_a_good_one_is_checked(daemon, name):
    text = daemon.do("plugin", "check", places.PLUGINS / f"{name}.so")
    assert name in text


def test_each_that_is_to_be_refused_is_refused_with_a_reason(daemon):
    folder = places.ROOT / "build" / "dev" / "refused"
    refused = sorted(folder.glob("*.so"))
    if not refused:
        pytest.skip(f"{folder} is not built")
    for path in refused:
        result = daemon.run("plugin", "check", path)
        # Only running it shows, or another plugin beside it.
        if path.stem in ("failing_start", "always_fails", "taken_route"):
            continue
        assert result.returncode != 0, f"{path.name}: {result.stdout}"
        assert result.stdout + result.stderr, path.name


def test_what_is_no_plugin_is_refused(daemon, tmp_path):
    path = tmp_path / "text.so"
    path.write_text("hello")
    result = daemon.run("plugin", "check", path)
    assert result.returncode != 0
    result = daemon.run("plugin", "check", "/nonexistent/x.so")
    assert result.returncode != 0
    library = next(iter(pathlib.Path("/lib").rglob("libz.so.1")), None)
    if library:
        assert daemon.run("plugin", "check", library).returncode != 0


def test_a_plugin_that_is_not_loaded_does_nothing(make_gateway):
    gateway = make_gateway(rules=None,
                           root_more='load = { "open", "bounce" }')
    mail = gateway.deliver("ann@far.test")
    clicks, pixel = gateway.tracked(mail)
    assert pixel and not clicks
    assert mail.sender.startswith("bounce+")
    assert mail.message()["List-Unsubscribe"] is None
    assert gateway.daemon.public.get("/c/AAAA").status == 404


def test_the_teaching_plugin_can_be_loaded(make_daemon):
    if not (places.PLUGINS / "hello.so").exists():
        pytest.skip("hello is not built")
    daemon = make_daemon(root_more='load = { "hello" }').start()
    listed = {p["name"] for p in daemon.ask("plugin", "list")["items"]}
    assert listed == {"hello"}


def test_rules_may_name_only_what_a_plugin_declares(make_daemon):
    daemon = make_daemon(root_more='load = { "click" }').start()
    rules = daemon.base / "rules.conf"
    rules.write_text('rule "o" { on = "email.opened" add = 1 }\n')
    result = daemon.run("rules", "check", rules)
    assert result.returncode != 0
    assert "email.opened" in result.stderr
