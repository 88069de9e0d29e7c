"""Records that are no contacts, links between them, and who is who: by the
command, as the manual has it."""
import json

import pytest

MORE = """
score "fit" { degrade = none }
signals { names = { "order.paid", "call.held" } }
module "ticket" { title = "Tickets" }
field "phone" { unique = yes country = 49 }
field "size" { type = choice choices = { "S", "M" } }
field "interests" { type = many }
"""
RULES = """
rule "Paid" { on = "order.paid" add = 10 score = "fit" also = "account" }
rule "Called" { on = "call.held" add = 3 score = "fit" }
rule "Big" { when = "field.employees > 100" add = 7 score = "fit" module = "account" }
"""


@pytest.fixture
def house(make_daemon):
    daemon = make_daemon(more=MORE)
    (daemon.base / "rules.conf").write_text(RULES)
    return daemon.start()


def test_an_account_gets_what_its_contacts_earn(house):
    house.do("contact", "add", "ACME", "employees=120", "--module", "account")
    house.do("contact", "add", "ann@example.test")
    house.do("contact", "link", "ann@example.test", "account", "ACME")
    house.do("signal", "emit", "order.paid", "--contact", "ann@example.test")
    house.do("signal", "emit", "order.paid", "--key", "ACME",
             "--module", "account")
    why = house.do("score", "why", "ACME", "--module", "account",
                   "--score", "fit")
    assert "Paid, of a linked contact: ann@example.test" in why
    shown = house.do("contact", "show", "ACME", "--module", "account")
    assert "linked from" in shown and "ann@example.test" in shown
    shown = house.do("contact", "show", "ann@example.test")
    assert "linked by" in shown and "ACME" in shown
    top = house.do("score", "top", "--score", "fit", "--module", "account")
    assert "ACME" in top and "17" in top
    listed = house.do("contact", "list", "--module", "*",
                      "--columns", "module,key,score:fit")
    assert listed.count("ACME") == 1 and "ann@example.test" in listed
    house.do("contact", "unlink", "ann@example.test", "account", "ACME")
    house.do("signal", "emit", "order.paid", "--contact", "ann@example.test")
    summary = json.loads(house.do("score", "show", "ACME", "--module",
                                  "account", "--json"))
    assert summary["items"][0]["score"] == 17
    assert house.do("verify", "--refold")


def test_a_record_is_found_by_more_than_its_address(house):
    house.do("signal", "emit", "call.held", "--match", "phone=030 12345")
    house.do("signal", "emit", "call.held", "--external-id", "crm=4711")
    waiting = house.do("signal", "unmatched")
    assert "field.phone=+493012345" in waiting
    assert "field.external_id_crm=4711" in waiting
    house.do("contact", "add", "ann@example.test", "phone=+49 30 12345",
             "external_id_crm=4711")
    house.wait_for_score("ann@example.test", 6, name="fit")
    assert "field.phone" not in house.do("signal", "unmatched")
    house.refused(4, "contact", "add", "bob@example.test", "phone=03012345")
    house.refused(4, "contact", "set", "ann@example.test", "size=XL")
    house.do("contact", "set", "ann@example.test", "interests=golf; chess")
    assert house.do("segment", "count", "--where",
                    "field.interests contains 'chess'").startswith("1")
    fields = house.do("field", "list")
    assert "phone" in fields and "choice" in fields
    assert "ticket" in house.do("module", "list")
    house.refused(4, "contact", "list", "--module", "tickets")


def test_a_renamed_contact_is_the_same(house):
    house.do("contact", "add", "ann@old.test")
    house.do("contact", "add", "bob@new.test")
    house.do("signal", "emit", "order.paid", "--contact", "ann@old.test")
    house.do("contact", "suppress", "ann@old.test")
    said = house.do("contact", "rename", "ann@old.test", "ann@new.test")
    assert "ann@new.test" in said and "unsuppress" in said
    house.do("signal", "emit", "order.paid", "--contact", "ann@old.test")
    assert house.score("ann@new.test", "fit") == 20
    refused = house.refused(4, "contact", "rename", "ann@new.test",
                            "bob@new.test")
    assert "not merged" in refused


def test_two_of_the_same_total_side_by_side(house):
    for address in ("ann@example.test", "bob@example.test"):
        house.do("contact", "add", address)
    house.do("signal", "emit", "order.paid", "--contact", "ann@example.test")
    house.do("score", "add", "bob@example.test", "10", "--score", "fit")
    table = house.do("score", "compare", "ann@example.test",
                     "bob@example.test", "--score", "fit")
    assert "from touch points" in table and "by hand" in table
    assert "order.paid" in table
    drawn = house.do("score", "histogram", "fit")
    assert "█" in drawn
    bins = json.loads(house.do("score", "histogram", "fit", "--bins", "3",
                               "--json"))
    assert sum(b["count"] for b in bins["histogram"]) == 2
    assert "with a score" in house.do("score", "summary", "--score", "fit",
                                "--module", "*")


def test_a_dry_run_sees_a_unique_value_twice_across_chunks(house, tmp_path):
    file = tmp_path / "twice.csv"
    filler = "".join(f"dry{n}@far.test,,{'x' * 20}\n" for n in range(5000))
    file.write_text("email,phone,note\none@far.test,+49301111,\n" + filler +
                    "two@far.test,+49301111,\n")
    result = house.run("import", file, "--dry-run")
    assert result.returncode == 1
    assert "5002 lines: 5001 new, 0 updated, 1 refused." in result.stdout
    assert "line 5003" in result.stderr
