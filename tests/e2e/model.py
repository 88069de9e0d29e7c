"""A plain model of how scores come about: a record is a list of history
entries, its scores are found by going through all of them, one by one, and
adding up. Nothing is kept from one look to the next, nothing is fast.
test_model.py holds the engine against it.

Times are milliseconds since 1970, as in the engine."""
import datetime
import fnmatch
import zoneinfo
from dataclasses import dataclass, field

VERDICTS = ("human", "proxy", "any")
DAY = 86400000
HOUR = DAY // 24
PARTS = ("score", "raw", "positive", "negative", "touchpoint",
         "positive_touchpoint", "negative_touchpoint", "manual",
         "field_points", "automatic")


# --- conditions: each has its text, and says by itself whether it holds


class Condition:
    """text: as in a rule. holds(view): is it so? times(view): the moments
    after which it may be otherwise although nothing happens."""

    def __init__(self, text, holds, times=lambda view: ()):
        self.text, self.holds, self.times = text, holds, times

    def __and__(self, other):
        return Condition(f"({self.text}) and ({other.text})",
                         lambda v: self.holds(v) and other.holds(v),
                         lambda v: [*self.times(v), *other.times(v)])

    def __or__(self, other):
        return Condition(f"({self.text}) or ({other.text})",
                         lambda v: self.holds(v) or other.holds(v),
                         lambda v: [*self.times(v), *other.times(v)])

    def __invert__(self):
        return Condition(f"not ({self.text})", lambda v: not self.holds(v),
                         self.times)


COMPARE = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b,
           "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
           ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}


def _number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _compare(got, sign, wanted):
    if got in (None, ""):
        return sign == "!="
    if isinstance(wanted, str):
        return COMPARE[sign](got.lower(), wanted.lower())
    number = _number(got)
    return number is not None and COMPARE[sign](number, wanted)


def _literal(value):
    return f"'{value}'" if isinstance(value, str) else f"{value}"


def field_is(name, sign, wanted):
    return Condition(f"field.{name} {sign} {_literal(wanted)}",
                     lambda v: _compare(v.fields.get(name), sign, wanted))


def field_in(name, wanted):
    return Condition(
        f"field.{name} in ({', '.join(map(_literal, wanted))})",
        lambda v: any(_compare(v.fields.get(name), "=", w) for w in wanted))


def field_empty(name):
    return Condition(f"field.{name} is empty",
                     lambda v: not v.fields.get(name))


def field_within(name, days):
    """A date of UTC (the installation's timezone is another matter)."""
    def when(view):
        text = view.fields.get(name)
        if not text:
            return None
        moment = datetime.datetime.fromisoformat(text)
        return int(moment.timestamp() * 1000)

    def holds(view):
        at = when(view)
        return at is not None and abs(at - view.now) <= days * DAY

    def times(view):
        at = when(view)
        return () if at is None else (at - days * DAY, at + days * DAY + 1)
    return Condition(f"field.{name} within {days}d", holds, times)


def signal_is(name, sign, wanted):
    return Condition(f"signal.{name} {sign} {_literal(wanted)}",
                     lambda v: _compare(v.signal.get(name), sign, wanted))


def signal_matches(name, glob):
    return Condition(
        f"signal.{name} matches '{glob}'",
        lambda v: v.signal.get(name) is not None and
        fnmatch.fnmatchcase(v.signal[name].lower(), glob.lower()))


def tag(name):
    return Condition(f"tag '{name}'", lambda v: name in v.tags)


def on_list(name):
    return Condition(f"list '{name}'", lambda v: v.lists.get(name, False))


def happened(name, where=None, within_h=None, at_least=1):
    text = name
    if where:
        text += f" where ({where.text})"
    if within_h:
        text += f" within {within_h}h"
    if at_least != 1:
        text += f" at least {at_least} times"

    def fitting(view):
        return [at for n, at, properties in view.happened
                if n == name and
                (where is None or where.holds(view.looking_at(properties)))]

    def holds(view):
        return sum(1 for at in fitting(view)
                   if within_h is None or
                   view.now - at <= within_h * HOUR) >= at_least

    def times(view):
        return [at + within_h * HOUR + 1 for at in fitting(view)] \
            if within_h else ()
    return Condition(text, holds, times)


def has_score(name, sign=None, points=None):
    text = f"has score '{name}'"
    if sign:
        text += f" {sign} {points}"

    def holds(view):
        value = view.score(name)["score"]
        return value is not None and \
            (sign is None or COMPARE[sign](value, points))
    return Condition(text, holds)


def part_is(part, name, sign, points):
    def holds(view):
        value = view.score(name)[part]
        return sign == "!=" if value is None else COMPARE[sign](value, points)
    return Condition(f"{part} '{name}' {sign} {points}", holds)


# --- rules and scores


@dataclass(frozen=True)
class Absence:
    """`unless`: gives points when so many hours are over without it."""
    name: str
    hours: int
    where: Condition = None
    at_least: int = 1

    def text(self):
        return happened(self.name, self.where, self.hours, self.at_least).text


@dataclass(frozen=True)
class Rule:
    name: str
    points: float
    on: str = None
    when: Condition = None
    once: object = None      # "ever", "message", "link", "day", (n, hours)
    degrade: float = None    # None: the score's
    score: str = "lead"
    module: str = "contact"
    enabled: bool = True
    verdict: str = "human"
    unless: Absence = None
    expires: int = None      # hours
    cap: tuple = None        # (points, hours; None: ever)
    cap_group: str = None

    def text(self):
        lines = []
        if self.on:
            lines.append(f'on = "{self.on}"')
        if self.when:
            lines.append(f'when = "{self.when.text}"')
        if self.points < 0:
            lines.append(f"subtract = {-self.points}")
        else:
            lines.append(f"add = {self.points}")
        if isinstance(self.once, tuple):
            lines.append(f'once_per = "{self.once[0]} per {self.once[1]}h"')
        elif self.once:
            lines.append(f'once_per = "{self.once}"')
        if self.degrade is not None:
            lines.append(f'degrade = "{self.degrade}%"' if self.degrade
                         else "degrade = none")
        lines.append(f'score = "{self.score}"')
        lines.append(f'module = "{self.module}"')
        if not self.enabled:
            lines.append("enabled = no")
        if self.verdict != "human":
            lines.append(f'verdict = "{self.verdict}"')
        if self.unless:
            lines.append(f'unless = "{self.unless.text()}"')
        if self.expires:
            lines.append(f'expires = "{self.expires}h"')
        if self.cap:
            points, hours = self.cap
            lines.append(f'cap = "{points}' +
                         (f' per {hours}h"' if hours else '"'))
        if self.cap_group:
            lines.append(f'cap_group = "{self.cap_group}"')
        return f'rule "{self.name}" {{\n  ' + "\n  ".join(lines) + "\n}\n"


@dataclass
class Ruleset:
    at: int          # holds from then on
    rules: list
    take_back: bool = False

    def named(self, name):
        for rule in self.rules:
            if rule.name == name:
                return rule
        return None


@dataclass
class Score:
    name: str
    degrade: float = 0
    degrade_negative: bool = True
    default: float = None
    floor: float = None
    ceiling: float = None

    def text(self):
        lines = [f"degrade = {self.degrade}%" if self.degrade
                 else "degrade = none"]
        if not self.degrade_negative:
            lines.append("degrade_negative = no")
        for name in ("default", "floor", "ceiling"):
            if getattr(self, name) is not None:
                lines.append(f"{name} = {getattr(self, name)}")
        return f'score "{self.name}" {{\n  ' + "\n  ".join(lines) + "\n}\n"


@dataclass
class Entry:
    """Of a record's history. rules: those in force when it was received."""
    id: int
    at: int
    name: str
    properties: dict
    rules: Ruleset
    verdict: int = 0         # of VERDICTS
    message: int = 0         # 0: none
    effective: bool = True   # found by the fold
    implied: bool = False    # an open that a click implies


@dataclass
class Points:
    score: str
    kind: str                # "field", "touch" or "manual"
    delta: float
    at: int
    rate: float = 0
    rule: str = None

    def worth(self, at):
        if self.kind != "touch" or not self.rate:
            return self.delta
        return self.delta * (1 - self.rate / 100) ** ((at - self.at) / DAY)


@dataclass
class Wait:
    """A rule with `unless` that has had its signal."""
    rule: Rule
    rules: Ruleset
    properties: dict
    message: int
    due: int
    missing: int
    depth: int
    proxy: bool = False      # has a privacy proxy seen the mail,
    person: bool = False     # or a person?


@dataclass
class View:
    """What a condition sees."""
    now: int
    fields: dict
    tags: set
    lists: dict
    happened: list
    signal: dict
    score: object

    def looking_at(self, properties):
        return View(self.now, self.fields, self.tags, self.lists,
                    self.happened, properties, self.score)


DEPTH_MOST = 8


@dataclass
class Record:
    """The fold of one record's history."""
    module: str
    scores: dict                     # name -> Score
    timezone: str = "UTC"
    fields: dict = field(default_factory=dict)
    tags: set = field(default_factory=set)
    lists: dict = field(default_factory=dict)      # name -> is it on it?
    happened: list = field(default_factory=list)   # (name, at, properties)
    points: list = field(default_factory=list)     # those that still count
    scored: set = field(default_factory=set)
    erased: set = field(default_factory=set)
    fired: dict = field(default_factory=dict)      # by rule
    paid: dict = field(default_factory=dict)       # field rule -> Points
    waiting: set = field(default_factory=set)      # erased: must be untrue once
    waits: list = field(default_factory=list)
    expiries: list = field(default_factory=list)   # (due, points, depth)
    capped: list = field(default_factory=list)     # (cap, points)
    seen: bool = False
    created: bool = False                          # has its own entry
    opened: set = field(default_factory=set)       # messages
    clicked: set = field(default_factory=set)      # (message, at), by people

    # --- reading

    def parts(self, name, at):
        """Each part's value, None without a score."""
        score = self.scores[name]
        if name not in self.scored:
            nothing = None if score.default is None or name in self.erased \
                else 0.0
            return {part: nothing for part in PARTS} | {
                "score": None if nothing is None else score.default}
        worth = [(p, p.worth(at)) for p in self.points if p.score == name]

        def total(fits):
            return sum(w for p, w in worth if fits(p))
        raw = total(lambda p: True)
        shown = raw
        if score.floor is not None:
            shown = max(shown, score.floor)
        if score.ceiling is not None:
            shown = min(shown, score.ceiling)
        manual = total(lambda p: p.kind == "manual")
        return {
            "score": shown, "raw": raw,
            "positive": total(lambda p: p.delta > 0),
            "negative": total(lambda p: p.delta < 0),
            "touchpoint": total(lambda p: p.kind == "touch"),
            "positive_touchpoint":
                total(lambda p: p.kind == "touch" and p.delta > 0),
            "negative_touchpoint":
                total(lambda p: p.kind == "touch" and p.delta < 0),
            "manual": manual,
            "field_points": total(lambda p: p.kind == "field"),
            "automatic": raw - manual}

    def view(self, now, signal=None):
        return View(now, self.fields, self.tags, self.lists, self.happened,
                    signal or {}, lambda name: self.parts(name, now))

    # --- giving and taking points

    def give(self, points, rules, depth):
        before = self.parts(points.score, points.at)["raw"] or 0.0
        self.points.append(points)
        self.scored.add(points.score)
        self.erased.discard(points.score)
        self.tell(points, before, rules, depth)

    def tell(self, points, before, rules, depth):
        after = self.parts(points.score, points.at)["raw"] or 0.0
        properties = {"score": points.score, "old": repr(before),
                      "new": repr(after), "rule": points.rule or ""}
        self.happened.append(("score.changed", points.at, properties))
        if depth < DEPTH_MOST:
            self.fire("score.changed", points.at, properties, rules, depth + 1)

    def fire(self, name, at, properties, rules, depth=0, entry=None):
        """The signal rules of those received under."""
        for rule in rules.rules:
            if rule.on != name or not rule.enabled or \
                    rule.module != self.module:
                continue
            if entry and entry.verdict > VERDICTS.index(rule.verdict):
                continue
            if rule.when and not rule.when.holds(self.view(at, properties)):
                continue
            message = entry.message if entry else 0
            if not rule.unless:
                self.award(rule, at, properties, message, rules, depth)
            elif self.is_tracked(rule.unless.name, properties):
                self.waits.append(Wait(
                    rule, rules, properties, message,
                    at + rule.unless.hours * HOUR, rule.unless.at_least,
                    depth))

    def award(self, rule, at, properties, message, rules, depth):
        """The points, as far as once_per and cap let them."""
        firing = (at, message, properties.get("url"), rule.score)
        # Another once_per counts anew.
        limit = rule.once[1] if isinstance(rule.once, tuple) else rule.once
        before = self.fired.setdefault((rule.name, limit), [])
        if not self.may_fire(rule, before, *firing[:3]):
            return
        given = self.trimmed(rule, at)
        if given is None:
            return
        before.append(firing)
        score = self.scores[rule.score]
        rate = score.degrade if rule.degrade is None else rule.degrade
        if rule.points < 0 and not score.degrade_negative:
            rate = 0
        points = Points(rule.score, "touch", given, at, rate, rule.name)
        if rule.cap:
            self.capped.append((rule.cap_group or "rule " + rule.name, points))
        if rule.expires:
            self.expiries.append((at + rule.expires * HOUR, points, depth))
        self.give(points, rules, depth)

    # --- cap: the most a rule may give

    def trimmed(self, rule, at):
        """None: there is no room for any."""
        if not rule.cap:
            return rule.points
        room, hours = rule.cap
        name = rule.cap_group or "rule " + rule.name
        given = [points for cap, points in self.capped if cap == name and
                 (points.delta < 0) == (rule.points < 0) and
                 (hours is None or points.at > at - hours * HOUR)]
        room -= sum(abs(points.delta) for points in given)
        if room < 1e-9:
            return None
        # What has left the window is out for good, whatever becomes of it.
        self.capped = [(cap, points) for cap, points in self.capped
                       if cap != name or hours is None or
                       points.at > at - hours * HOUR]
        return max(-room, min(room, rule.points))

    # --- unless: what did not happen

    @staticmethod
    def is_tracked(name, properties):
        word = {"email.opened": "opens", "email.clicked": "clicks"}.get(name)
        return word is None or "tracking" not in properties or \
            word in properties["tracking"].split(",")

    def see(self, name, at, properties, verdict=0, message=0):
        """It has happened: does a wait end?"""
        for wait in list(self.waits):
            same = wait.message and wait.message == message
            if same and verdict == 0 and name in (
                    "email.opened", "email.clicked", "email.replied"):
                wait.person = True
            elif same and verdict == 1:
                wait.proxy = True
            unless = wait.rule.unless
            if verdict == 0 and name == unless.name and \
                    (same or not wait.message or not message) and \
                    (unless.where is None or
                     unless.where.holds(self.view(at, properties))):
                wait.missing -= 1
            if not wait.missing or (same and name == "email.bounced"):
                self.waits.remove(wait)

    def run_due(self, at, ruleset):
        """What expires goes first."""
        for due in sorted((e for e in self.expiries if e[0] <= at),
                          key=lambda e: e[0]):
            self.expiries.remove(due)
            _, points, depth = due
            self.capped = [c for c in self.capped if c[1] is not points]
            if not any(p is points for p in self.points):
                continue
            before = self.parts(points.score, at)["raw"] or 0.0
            self.points = [p for p in self.points if p is not points]
            self.tell(Points(points.score, "touch", -points.worth(at), at),
                      before, ruleset, depth)
        for wait in sorted((w for w in self.waits if w.due <= at),
                           key=lambda w: w.due):
            self.waits.remove(wait)
            rules = ruleset if ruleset.at > wait.rules.at else wait.rules
            rule = rules.named(wait.rule.name)
            if rule and rule.enabled and rule.unless and \
                    (wait.person or not wait.proxy):
                self.award(wait.rule, at, wait.properties, wait.message, rules,
                           wait.depth)

    def may_fire(self, rule, before, at, message, url):
        if rule.once == "ever":
            return not before
        if rule.once == "message":
            return not message or message not in [m for _, m, _, _ in before]
        if rule.once == "link":
            return not message and not url or \
                (message, url) not in [(m, u) for _, m, u, _ in before]
        if rule.once == "day":
            return self.day_of(at) not in [self.day_of(b) for b, *_ in before]
        if rule.once:
            times, hours = rule.once
            return sum(1 for b, *_ in before
                       if b > at - hours * HOUR) < times
        return True

    def day_of(self, at):
        return datetime.datetime.fromtimestamp(
            at / 1000, zoneinfo.ZoneInfo(self.timezone)).date()

    def close(self, fits, at, rules, by_rule=True):
        for points in [p for p in self.points if fits(p)]:
            before = self.parts(points.score, at)["raw"] or 0.0
            self.points.remove(points)
            self.tell(Points(points.score, points.kind, -points.worth(at), at,
                             0, points.rule if by_rule else None), before,
                      rules, 0)

    # --- what happens

    def field_rules(self, at, ruleset, rules):
        """ruleset: that of the moment; rules: of what caused it."""
        for rule in ruleset.rules:
            if rule.on or rule.module != self.module:
                continue
            holds = rule.enabled and rule.when.holds(self.view(at))
            if not holds:
                self.waiting.discard(rule.name)
            if holds and rule.name not in self.paid and \
                    rule.name not in self.waiting:
                points = Points(rule.score, "field", rule.points, at, 0,
                                rule.name)
                self.paid[rule.name] = points
                self.give(points, rules, 0)
            elif not holds and rule.name in self.paid:
                points = self.paid.pop(rule.name)
                self.close(lambda p, mine=points: p is mine, at, rules)

    def new_rules(self, old, new):
        if not self.seen:
            return
        for name, points in list(self.paid.items()):
            before, after = old.named(name), new.named(name)
            if after == before:
                continue
            del self.paid[name]
            if after is not None or new.take_back:
                self.close(lambda p, mine=points: p is mine, new.at, new)
        # One that was changed into a signal rule holds no more.
        self.waiting -= {r.name for r in new.rules if r.on}
        if new.take_back:
            gone = {r.name for r in old.rules} - {r.name for r in new.rules}
            self.waiting -= gone
            self.waits = [w for w in self.waits if w.rule.name not in gone]
            self.capped = [c for c in self.capped if c[1].rule not in gone]
            self.close(lambda p: p.rule in gone, new.at, new, False)
        self.hide({r.score for r in old.rules if r.module == self.module} -
                  {r.score for r in new.rules if r.module == self.module},
                  new)
        self.field_rules(new.at, new, new)

    def hide(self, scores, new):
        """No rule of this module is left for them: what rules gave goes."""
        self.close(lambda p: p.score in scores and p.kind != "manual",
                   new.at, new, False)
        self.paid = {name: points for name, points in self.paid.items()
                     if points.score not in scores}
        self.waits = [w for w in self.waits if w.rule.score not in scores]
        self.expiries = [e for e in self.expiries
                         if e[1].score not in scores]

    def step(self, entry, ruleset):
        at, name, properties = entry.at, entry.name, dict(entry.properties)
        if not self.seen:      # first sight: before all else of its moment
            self.seen = True
            self.see("record.created", at, {})
            self.happened.append(("record.created", at, {}))
            self.field_rules(at, ruleset, entry.rules)
            self.fire("record.created", at, {}, entry.rules)
        if name == "record.created":
            entry.effective, self.created = not self.created, True
            return
        change = getattr(self, "on_" + name.replace(".", "_"), None)
        if change:
            entry.effective = change(entry, properties)
        elif entry.implied:
            entry.effective = (entry.message, at) in self.clicked and \
                entry.message not in self.opened
        elif "unscored" in properties:
            entry.effective = False
        if not entry.effective:
            return
        if entry.verdict == 0 and name == "email.opened":
            self.opened.add(entry.message)
        if entry.verdict == 0 and name == "email.clicked":
            self.clicked.add((entry.message, at))
        self.see(name, at, properties, entry.verdict, entry.message)
        if entry.verdict == 0:
            self.happened.append((name, at, properties))
        if name == "field.changed":
            self.see("record.changed", at, properties)
            self.happened.append(("record.changed", at, properties))
        self.field_rules(at, ruleset, entry.rules)
        self.fire(name, at, properties, entry.rules, 0, entry)
        if name == "field.changed":
            self.fire("record.changed", at, properties, entry.rules)

    def on_field_changed(self, entry, properties):
        name, value = properties["name"], properties.get("value", "")
        properties["old"] = self.fields.get(name, "")
        properties["new"] = value
        self.fields.pop(name, None)
        if value:
            self.fields[name] = value
        return value != properties["old"]

    def on_tag_added(self, entry, properties):
        was = properties["tag"] in self.tags
        self.tags.add(properties["tag"])
        return not was

    def on_tag_removed(self, entry, properties):
        was = properties["tag"] in self.tags
        self.tags.discard(properties["tag"])
        return was

    def on_list_joined(self, entry, properties):
        was = self.lists.get(properties["list"])
        self.lists[properties["list"]] = True
        return was is not True

    def on_list_left(self, entry, properties):
        """Who never was on it can refuse it, too."""
        was = self.lists.get(properties["list"])
        self.lists[properties["list"]] = False
        return was is not False

    def on_score_added(self, entry, properties):
        self.give(Points(properties["score"], "manual",
                         float(properties["points"]), entry.at),
                  entry.rules, 0)
        return True

    def on_score_set(self, entry, properties):
        name = properties["score"]
        self.close(lambda p: p.score == name and p.kind != "field", entry.at,
                   entry.rules)
        rest = sum(p.delta for p in self.points if p.score == name)
        self.give(Points(name, "manual", float(properties["points"]) - rest,
                         entry.at), entry.rules, 0)
        return True

    def on_score_erased(self, entry, properties):
        name = properties["score"]
        self.close(lambda p: p.score == name, entry.at, entry.rules)
        for rule, points in list(self.paid.items()):
            if points.score == name:
                del self.paid[rule]
                self.waiting.add(rule)
        for before in self.fired.values():
            before[:] = [firing for firing in before if firing[3] != name]
        self.waits = [w for w in self.waits if w.rule.score != name]
        self.capped = [c for c in self.capped if c[1].score != name]
        self.scored.discard(name)
        self.erased.add(name)
        return True

    def moments(self, ruleset, after, until):
        """When something may change by itself, the next one first."""
        times = [t for r in ruleset.rules if not r.on
                 for t in r.when.times(self.view(after)) if after < t]
        times += [w.due for w in self.waits] + [e[0] for e in self.expiries]
        return min((t for t in times if t <= until), default=None)

    def advance(self, now, until, ruleset):
        while self.seen and \
                (at := self.moments(ruleset, now, until)) is not None:
            self.run_due(at, ruleset)
            self.field_rules(at, ruleset, ruleset)
            now = at
        return until

    def fold(self, entries, rulesets, until):
        """rulesets: in order of time, the first one empty and of ever."""
        current, now = rulesets[0], -1
        steps = [(r.at, 0, r) for r in rulesets[1:]]
        steps += [(e.at, 1, e) for e in
                  sorted(entries, key=lambda e: (e.at, e.id))]
        for at, _, what in sorted(steps, key=lambda s: s[:2]):
            now = self.advance(now, at, current)
            if isinstance(what, Ruleset):
                self.new_rules(current, what)
                current = what
            else:
                self.step(what, current)
        self.advance(now, until, current)
        return self
