"""A year in some seconds: the clock is moved, signals happen, and every firing
of an automation, every move of a sequence and every mail is compared with a
plain model that looks at everybody whenever the clock moves. The year has 365
days, or YEAR_DAYS=; YEAR_SEED= runs one again."""
import collections
import datetime
import json
import os
import random
import subprocess
import tempfile
import zoneinfo

from lib import places
from model import DAY, HOUR, Absence, Condition, Entry, Record, Rule, Ruleset
from model import Score

PEOPLE = [f"person{n}@far.test" for n in range(12)]
DAYS = int(os.environ.get("YEAR_DAYS", "365"))
EVENTS = 30 * DAYS / 365  # of each in the year, about
STEP = 12 * HOUR         # the clock moves so far at once
BEGIN = 1767225600000    # 2026-01-01T00:00Z
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
KINDS = {"field.changed": 4, "tag.added": 5, "list.joined": 7}

RULES = [
    Rule("Visit", 10, "page.visited", once="day", expires=60 * 24),
    Rule("Order", 40, "order.paid"),
    Rule("Refund", -30, "order.refunded"),
    Rule("Silent", -10, "email.sent", unless=Absence("email.clicked", 7 * 24)),
    Rule("Click", 12, "email.clicked", degrade=1),
    Rule("Boss", 5, when=Condition(
        "field.title = 'CEO'",
        lambda v: v.fields.get("title", "").lower() == "ceo")),
]
# name: on, threshold, rearm (None: never)
AUTOMATIONS = {"Hot": ("rises", 50, 40), "Once": ("rises", 30, None),
               "Cold": ("falls", 10, 10), "Cooling": ("falls", 20, 30)}
DOES = {"Hot": "tag add 'hot'", "Once": "notify 'boss@far.test'",
        "Cold": "sequence start 'Win back'", "Cooling": "tag add 'cooling'"}
SEQUENCES = """
sequence "Welcome" {
  start = "list 'news'"
  stop  = "tag 'customer'"
  at    = "09:00-17:00 Mon-Fri Europe/Berlin"
  step "Hello" { template = "hello" }
  step "Offer" { after = "3d" if = "has score >= 20" template = "offer" }
  step "Last" { after = "7d" if = "not email.clicked within 7d"
                else = "wait 2d" template = "last" }
}
sequence "Win back" {
  restart = yes
  step "Miss you" { after = "1d" if = "has score < 10" else = "stop"
                    template = "miss" }
}
sequence "New" {
  start = "not list 'news'"
  step "Nice to meet you" { template = "new" }
}
"""


def rules_text():
    text = "".join(rule.text() for rule in RULES)
    for name, (way, points, rearm) in AUTOMATIONS.items():
        on = f"rises to {points}" if way == "rises" else \
            f"falls below {points}"
        again = '"never"' if rearm is None else rearm
        text += (f'automation "{name}" {{ on = "score {on}" rearm = {again} '
                 f'do = {{ "{DOES[name]}" }} }}\n')
    return text + SEQUENCES


def office_hours(at):
    """The first moment of them, at or after."""
    there = datetime.datetime.fromtimestamp(at / 1000, BERLIN)
    for days in range(9):
        day = there.date() + datetime.timedelta(days)
        begin, end = (
            round(datetime.datetime(day.year, day.month, day.day, hour,
                                    tzinfo=BERLIN).timestamp()) * 1000
            for hour in (9, 17))
        if day.weekday() < 5 and at < end:
            return max(at, begin)
    raise AssertionError("no office hours in a week")


class Enrolment:
    def __init__(self, sequence, due):
        self.sequence, self.due, self.step = sequence, due, 0
        self.active = True


class Person:
    """What the engine must do for one record, done the slow way."""

    def __init__(self, key, ruleset, said):
        self.key, self.ruleset, self.said = key, ruleset, said
        self.record = Record("contact", {"lead": Score("lead", 5)})
        self.now = BEGIN
        self.number = 0
        self.armed = {name: way == "rises"
                      for name, (way, _, _) in AUTOMATIONS.items()}
        self.enrolments = {}
        self.clicks = []

    def score(self, at):
        return self.record.parts("lead", at)["score"]

    # --- automations

    def judge(self, at):
        value = self.score(at)
        for name, (way, points, rearm) in AUTOMATIONS.items():
            beyond = value is not None and value >= points
            if way == "rises":
                if self.armed[name] and beyond:
                    self.armed[name] = False
                    self.fire(name, at)
                elif not self.armed[name] and rearm is not None and \
                        (value is None or value < rearm):
                    self.armed[name] = True
            elif self.armed[name] and value is not None and not beyond:
                self.armed[name] = False
                self.fire(name, at)
            elif not self.armed[name] and value is not None and \
                    value >= (points if not self.seen(name) else rearm):
                self.armed[name] = True

    def seen(self, name):
        return any(line[0] == "firing" and line[1] == name and
                   line[2] == self.key for line in self.said)

    def fire(self, name, at):
        self.said.append(("firing", name, self.key, at))
        if name == "Once":
            self.said.append(("mail", "boss@far.test", self.key, at))
        elif name == "Cold":
            self.enrol("Win back", at, at + DAY)

    # --- sequences

    def enrol(self, name, at, due):
        before = self.enrolments.get(name)
        if before and (before.active or name != "Win back"):
            return
        self.enrolments[name] = Enrolment(name, due)
        self.move("sequence.started", at)

    def move(self, name, at, step="", what=""):
        self.said.append(("move", name, self.key, at, step, what))

    def leave(self, enrolment, how, at):
        enrolment.active = False
        self.move(f"sequence.{how}", at)

    def mail(self, step, template, at):
        self.said.append(("mail", template, self.key, at))
        self.move("sequence.stepped", at, step, "sent")

    def welcome(self, one, at):
        allowed = office_hours(at)
        if allowed > at:
            one.due = allowed
            return
        step, template = (("Hello", "hello"), ("Offer", "offer"),
                          ("Last", "last"))[one.step]
        score = self.score(at)
        if step == "Offer" and (score is None or score < 20):
            self.move("sequence.stepped", at, step, "skipped")
        elif step == "Last" and any(at - click <= 7 * DAY
                                    for click in self.clicks):
            self.move("sequence.stepped", at, step, "waits")
            one.due = at + 2 * DAY
            return
        else:
            self.mail(step, template, at)
        one.step += 1
        if one.step == 3:
            self.leave(one, "finished", at)
        else:
            one.due = office_hours(at + (3 * DAY, 7 * DAY)[one.step - 1])

    def win_back(self, one, at):
        score = self.score(at)
        if score is None or score >= 10:
            self.leave(one, "stopped", at)
            return
        self.mail("Miss you", "miss", at)
        self.leave(one, "finished", at)

    def met(self, one, at):
        self.mail("Nice to meet you", "new", at)
        self.leave(one, "finished", at)

    def due(self, at):
        waiting = [one for one in self.enrolments.values()
                   if one.active and one.due <= at]
        for one in sorted(waiting, key=lambda one: one.due):
            {"Welcome": self.welcome, "Win back": self.win_back,
             "New": self.met}[one.sequence](one, at)
        if any(one.active and one.due <= at
               for one in self.enrolments.values()):
            self.due(at)

    # --- time and what happens

    def tick(self, at):
        if self.record.moments(self.ruleset, self.now, at) is not None:
            self.judge(at)
            self.now = self.record.advance(self.now, at, self.ruleset)
        self.now = at
        self.judge(at)
        self.due(at)

    def happen(self, at, name, properties, message):
        self.judge(at)
        self.number += 1
        self.record.step(Entry(self.number, at, name, properties,
                               self.ruleset, 0, message), self.ruleset)
        if name == "email.clicked":
            self.clicks.append(at)
        self.judge(at)
        if name == "list.joined":
            self.enrol("Welcome", at, office_hours(at))
        elif self.number == 1:  # a new one who is not on the list
            self.enrol("New", at, at)
        one = self.enrolments.get("Welcome")
        if "customer" in self.record.tags and one and one.active:
            self.leave(one, "stopped", at)
        self.due(at)


def any_event(chance, sent):
    what = chance.random()
    if what < 0.3:
        return "page.visited", {"url": "/pricing"}, 0
    if what < 0.4:
        return "order.paid", {"amount": "10"}, 0
    if what < 0.47:
        return "order.refunded", {}, 0
    if what < 0.65:
        sent.append(chance.randrange(1, 1 << 40))
        return "email.sent", {"tracking": "opens,clicks"}, sent[-1]
    if what < 0.8 and sent:
        return "email.clicked", {"url": "/a"}, chance.choice(sent)
    if what < 0.87:
        return "field.changed", {
            "name": "title", "value": chance.choice(("CEO", "clerk"))}, 0
    if what < 0.97:
        return "list.joined", {"list": "news"}, 0
    return "tag.added", {"tag": "customer"}, 0


def story(chance):
    """(at, key or None, name, properties, message), in order of time."""
    year = [(BEGIN + n * STEP, None, "", {}, 0)
            for n in range(1, DAYS * DAY // STEP)]
    sent = collections.defaultdict(list)
    # A sweep every ten seconds: so far apart, each move of the clock has one.
    moments = sorted(BEGIN + 20000 + 40000 * n for n in chance.sample(
        range(DAYS * DAY // 40000), round(EVENTS * len(PEOPLE))))
    for at in moments:
        key = chance.choice(PEOPLE)
        year.append((at, key, *any_event(chance, sent[key])))
    return sorted(year, key=lambda event: event[0])


def by_model(year):
    said = []
    ruleset = Ruleset(BEGIN, RULES)
    people = {key: Person(key, ruleset, said) for key in PEOPLE}
    for at, key, name, properties, message in year:
        for person in people.values():
            person.tick(at)
        if key:
            people[key].happen(at, name, properties, message)
    end = year[-1][0]
    return said, {key: person.score(end) for key, person in people.items()}


def by_engine(year, chance, folder):
    lines = [{"directory": folder, "now": BEGIN}, {"rules": rules_text()}]
    for at, key, name, properties, message in year:
        lines.append({"now": at})
        if key:
            lines.append({"kind": KINDS.get(name, 1), "name": name,
                          "key": key, "message": message,
                          "properties": properties})
        if chance.random() < 0.003:
            lines.append({"restart": True})
    lines.append({"end": True})
    result = subprocess.run(
        [places.TOOLS / "apply_year"], text=True, capture_output=True,
        input="".join(json.dumps(line) + "\n" for line in lines),
        timeout=300, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    said, scores = [], {}
    for line in map(json.loads, result.stdout.splitlines()):
        if "score" in line:
            scores[line["key"]] = line.get("points")
        elif "firing" in line:
            said.append(("firing", line["firing"], line["key"], line["at"]))
        elif "mail" in line:
            said.append(("mail", line["mail"], line["key"], line["at"]))
        else:
            said.append(("move", line["move"], line["key"], line["at"],
                         line["step"], line["what"]))
    return said, scores


def test_a_year_of_firings_is_that_of_the_model():
    seed = int(os.environ.get("YEAR_SEED", random.randrange(1 << 30)))
    print("YEAR_SEED", seed)
    year = story(random.Random(seed))
    wanted, scores = by_model(year)
    with tempfile.TemporaryDirectory() as folder:
        got, got_scores = by_engine(year, random.Random(seed), folder)
    assert len(wanted) > DAYS / 2
    missing = collections.Counter(wanted)
    missing.subtract(got)
    wrong = sorted((line[3], times, line) for line, times in missing.items()
                   if times)
    assert not wrong, "\n".join(
        f"{'only the model' if times > 0 else 'only the engine'}: {line}"
        for _, times, line in wrong[:20])
    for key, score in scores.items():
        if score is None:
            assert got_scores.get(key) is None
        else:
            assert abs(got_scores[key] - score) < 1e-6 + 1e-9 * abs(score)
