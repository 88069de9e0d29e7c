"""Each resource of the API called once at least, in an order in which each can
answer: (method, resource, path, body). A dict is sent as JSON, a str as the
type that the resource takes. In paths and bodies {NAME} is what an answer
before gave: `remember`."""

RULES = '''
rule "Ordered" { on = "order.paid" add = 10 }
rule "Rome" { when = "field.city = 'Rome'" add = 5 }
automation "Hot" {
  on = "score rises to 5"
  do = { "tag add 'hot'", "webhook 'crm'" }
}
sequence "Welcome" {
  start = "list 'news'"
  step "first" { after = 1d  template = "welcome" }
}
'''
CONF = """
score "fit" {{ }}
signals {{ names = {{ "order.paid" }} }}
webhook "crm" {{ url = "http://127.0.0.1:9/" }}
outbox {{ tries = 1 }}
template "welcome" {{ file = "{base}/welcome.eml" }}
plugin "page" {{ origins = {{ "https://www.example.test" }} }}
plugin "form" {{ form "demo" {{ fields = {{ "email", "name" }} }} }}
plugin "survey" {{
    survey "quiz" {{
        title = "Is it for you?"
        question "team" {{ label = "How large?"
            answer "one" {{ label = "Just me" points = 1 }}
            answer "many" {{ label = "More" points = 5 }} }}
        outcome "later" {{ title = "Not yet" message = "Come back." }}
    }}
}}
plugin "webhook" {{
    webhook "shop" {{
        unsigned = yes
        event "order.paid" {{ email = "/email" }}
    }}
}}
"""
TEMPLATE = "From: a@example.com\nSubject: Spring\n\nHello {{email}}\n"
LETTER = ("From: News <news@example.com>\nSubject: Spring\n"
          "Content-Type: text/html\n\n"
          "<p><a href=\"https://shop.example/a\">Look</a></p>\n")
BOUNCE = """From: MAILER-DAEMON@far.test
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It is not known here.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; far.test

Final-Recipient: rfc822; bob@far.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--b--
"""
BOB, ANN = "/contacts/bob@example.com", "/contacts/ann@example.com"

CALLS = [
    ("GET", "", "", None),
    ("GET", "/openapi.json", "/openapi.json", None),
    ("POST", "/lists", "/lists", {"name": "news", "title": "The News"}),
    ("POST", "/lists", "/lists", {"name": "old"}),
    ("GET", "/lists", "/lists", None),
    ("GET", "/lists/{name}", "/lists/news", None),
    ("PATCH", "/lists/{name}", "/lists/old", {"title": "Old"}),
    ("DELETE", "/lists/{name}", "/lists/old", None),
    ("POST", "/rules/check", "/rules/check?file=x.conf", RULES),
    ("PUT", "/rules", "/rules?dry_run=1", RULES),
    ("PUT", "/rules", "/rules", RULES),
    ("GET", "/rules", "/rules", None),
    ("POST", "/contacts", "/contacts",
     {"email": "bob@example.com", "fields": {"city": "Rome"},
      "tags": ["vip"], "lists": ["news"]}),
    ("POST", "/contacts", "/contacts", {"email": "ann@example.com"}),
    ("POST", "/contacts", "/contacts?module=account", {"key": "ACME"}),
    ("POST", "/contacts/bulk", "/contacts/bulk",
     [{"email": "ann@example.com"}, {"email": "nonsense"},
      {"email": "new@example.com", "fields": {"city": "Bonn"}}]),
    ("POST", "/signals/bulk", "/signals/bulk",
     [{"name": "order.paid", "email": "new@example.com", "id": "b-1"},
      {"name": "order"}]),
    ("POST", "/signals", "/signals",
     {"name": "order.paid", "email": "bob@example.com", "id": "o-1",
      "properties": {"amount": 99.5}}),
    ("POST", "/signals", "/signals",
     {"name": "order.paid", "external_id": {"source": "crm", "id": "77"}}),
    ("POST", "/signals", "/signals",
     {"name": "email.opened", "email": "bob@example.com"}),
    ("GET", "/signals", "/signals?contact=bob@example.com", None),
    ("GET", "/signals/{id}/verdict", "/signals/{hit}/verdict", None),
    ("GET", "/verdicts", "/verdicts?by=day&since=7d", None),
    ("GET", "/signals/unmatched", "/signals/unmatched", None),
    ("GET", "/signals/kinds", "/signals/kinds", None),
    ("POST", "/signals/{id}/verdict", "/signals/{signal}/verdict",
     {"verdict": "machine", "because": "a scanner"}),
    ("POST", "/contacts/{key}/scores/{name}", BOB + "/scores/lead",
     {"op": "add", "points": 20, "because": "met"}),
    ("GET", "/contacts", "/contacts?where=has%20score%20%3E%3D%201&sort=-score"
     "&columns=email,score,tags", None),
    ("GET", "/contacts/{key}", BOB, None),
    ("PATCH", "/contacts/{key}", BOB,
     {"fields": {"city": "Bonn"}, "tags": ["hot", "vip"]}),
    ("PATCH", "/contacts/{key}", BOB, {"tags": ["hot", "vip"]}),
    ("PUT", "/contacts/{key}/tags/{tag}", BOB + "/tags/new", None),
    ("DELETE", "/contacts/{key}/tags/{tag}", BOB + "/tags/new", None),
    ("PUT", "/contacts/{key}/lists/{list}", ANN + "/lists/news", None),
    ("DELETE", "/contacts/{key}/lists/{list}", ANN + "/lists/news", None),
    ("PUT", "/contacts/{key}/suppression", ANN + "/suppression",
     {"reason": "asked", "evidence": "by phone", "expires_at": "2090-01-01"}),
    ("GET", "/suppressions", "/suppressions", None),
    ("DELETE", "/contacts/{key}/suppression", ANN + "/suppression", None),
    ("PUT", "/contacts/{key}/consent/{what}", ANN + "/consent/opens",
     {"state": "denied", "source": "letter", "wording": "No"}),
    ("GET", "/contacts/{key}/consent", ANN + "/consent", None),
    ("PUT", "/contacts/{key}/links/{relation}/{other}",
     ANN + "/links/account/ACME", None),
    ("GET", "/contacts/{key}", "/contacts/ACME?module=account", None),
    ("GET", "/contacts/{key}", ANN, None),
    ("DELETE", "/contacts/{key}/links/{relation}/{other}",
     ANN + "/links/account/ACME", None),
    ("GET", "/contacts/{key}/history", BOB + "/history?limit=50", None),
    ("GET", "/contacts/{key}/scores", BOB + "/scores", None),
    ("GET", "/contacts/{key}/scores/{name}/why",
     BOB + "/scores/lead/why?threshold=5", None),
    ("GET", "/contacts/{key}/scores/{name}/history",
     BOB + "/scores/lead/history?limit=2", None),
    ("GET", "/contacts/{key}/data", BOB + "/data", None),
    ("GET", "/scores", "/scores", None),
    ("GET", "/scores/{name}/top", "/scores/lead/top?n=5", None),
    ("GET", "/scores/{name}/histogram", "/scores/lead/histogram?bins=4", None),
    ("GET", "/scores/{name}/compare",
     "/scores/lead/compare?a=bob@example.com&b=ann@example.com", None),
    ("GET", "/scores/{name}/summary", "/scores/lead/summary", None),
    ("GET", "/modules", "/modules", None),
    ("GET", "/fields", "/fields", None),
    ("POST", "/rules/simulate", "/rules/simulate?threshold=5", RULES),
    ("POST", "/rules/simulate", "/rules/simulate?record=bob@example.com",
     RULES),
    ("GET", "/recent", "/recent?n=3", None),
    ("GET", "/rules/uses", "/rules/uses", None),
    ("GET", "/rules/history", "/rules/history?name=Rome", None),
    ("GET", "/rules/{name}", "/rules/Rome", None),
    ("GET", "/rules/{name}/test", "/rules/Rome/test?record=bob@example.com",
     None),
    ("POST", "/rules/run", "/rules/run", None),
    ("GET", "/rules/run", "/rules/run", None),
    ("GET", "/automations", "/automations", None),
    ("GET", "/automations/{name}", "/automations/Hot", None),
    ("GET", "/sequences", "/sequences", None),
    ("GET", "/sequences/{name}", "/sequences/Welcome", None),
    ("GET", "/sequences/{name}/records", "/sequences/Welcome/records", None),
    ("GET", "/sequences/{name}/clicks", "/sequences/Welcome/clicks?step=first",
     None),
    ("PUT", "/contacts/{key}/sequences/{name}",
     "/contacts/new@example.com/sequences/Welcome", None),
    ("DELETE", "/contacts/{key}/sequences/{name}",
     "/contacts/new@example.com/sequences/Welcome", None),
    ("GET", "/firings", "/firings?limit=5", None),
    ("GET", "/outbox", "/outbox", None),
    ("GET", "/outbox/{id}", "/outbox/{dead}", None),
    ("POST", "/outbox/{id}/redo", "/outbox/{dead}/redo", None),
    ("DELETE", "/outbox/{id}", "/outbox/{dead}", None),
    ("POST", "/bulk", "/bulk?dry_run=1",
     {"where": "has score >= 1", "actions": ["tag add 'x'"]}),
    ("POST", "/bulk", "/bulk",
     {"where": "has score >= 1", "actions": ["tag add 'x'"]}),
    ("GET", "/bulk", "/bulk", None),
    ("GET", "/bulk/{id}", "/bulk/{bulk}", None),
    ("POST", "/segments", "/segments",
     {"name": "warm", "where": "has score >= 5"}),
    ("GET", "/segments", "/segments", None),
    ("GET", "/segments/{name}", "/segments/warm", None),
    ("PATCH", "/segments/{name}", "/segments/warm",
     {"where": "has score >= 6"}),
    ("POST", "/segments/count", "/segments/count",
     {"where": "segment 'warm'"}),
    ("DELETE", "/segments/{name}", "/segments/warm", None),
    ("POST", "/import", "/import?dry_run=1",
     "email,city\ncat@example.com,Rome\nbad,\n"),
    ("POST", "/import", "/import", "email,city\ncat@example.com,Rome\n"),
    ("POST", "/imports", "/imports",
     {"name": "people.csv", "header": "E-Mail,City\n",
      "map": {"E-Mail": "email"}, "scores": "add"}),
    ("PUT", "/imports/{id}/chunks/{n}", "/imports/{import}/chunks/0?last=1",
     "dan@example.com,Bonn\nbad,\n"),
    ("GET", "/imports", "/imports", None),
    ("GET", "/imports/{id}", "/imports/{import}", None),
    ("DELETE", "/imports/{id}", "/imports/{import}", None),
    ("GET", "/export", "/export?format=ndjson", None),
    ("GET", "/export", "/export", None),
    ("POST", "/broadcasts", "/broadcasts",
     {"name": "spring", "template": TEMPLATE, "where": "has score >= 5",
      "from": "News <news@example.com>"}),
    ("GET", "/broadcasts", "/broadcasts", None),
    ("GET", "/broadcasts/{name}/preview",
     "/broadcasts/spring/preview?for=bob@example.com", None),
    ("GET", "/broadcasts/{name}/preview",
     "/broadcasts/spring/preview?explain=bob@example.com", None),
    ("POST", "/broadcasts/{name}/{action}", "/broadcasts/spring/send",
     {"at": "2090-12-01T09:00"}),
    ("POST", "/broadcasts/{name}/{action}", "/broadcasts/spring/cancel", None),
    ("GET", "/broadcasts/{name}", "/broadcasts/spring", None),
    ("GET", "/broadcasts/{name}/recipients", "/broadcasts/spring/recipients",
     None),
    ("GET", "/broadcasts/{name}/clicks", "/broadcasts/spring/clicks", None),
    ("GET", "/broadcasts/{name}/links", "/broadcasts/spring/links", None),
    ("GET", "/broadcasts/{name}/compare",
     "/broadcasts/spring/compare?with=spring", None),
    ("POST", "/broadcasts/{name}/test", "/broadcasts/spring/test",
     {"to": "me@example.com", "as": "bob@example.com"}),
    ("POST", "/broadcasts", "/broadcasts",
     {"name": "old", "template": TEMPLATE, "where": "has score >= 5"}),
    ("DELETE", "/broadcasts/{name}", "/broadcasts/old", None),
    ("GET", "/templates", "/templates", None),
    ("POST", "/templates/check", "/templates/check", {"template": TEMPLATE}),
    ("POST", "/templates/render", "/templates/render",
     {"template": TEMPLATE, "to": "bob@example.com"}),
    ("POST", "/mail/classify", "/mail/classify", BOUNCE),
    ("POST", "/mail/instrument", "/mail/instrument?to=bob@example.com"
     "&campaign=spring", LETTER),
    ("POST", "/mail/token", "/mail/token", {"token": "{link}"}),
    ("GET", "/split", "/split", None),
    ("POST", "/split/redo", "/split/redo", None),
    ("DELETE", "/split/{id}", "/split/1", None),
    ("GET", "/plugins", "/plugins", None),
    ("POST", "/plugins/check", "/plugins/check", {"path": "{plugin}"}),
    ("GET", "/forms", "/forms", None),
    ("GET", "/forms/{name}", "/forms/demo", None),
    ("GET", "/forms/{name}/snippet", "/forms/demo/snippet", None),
    ("GET", "/forms/{name}/submissions", "/forms/demo/submissions", None),
    ("GET", "/surveys", "/surveys", None),
    ("GET", "/surveys/{name}", "/surveys/quiz", None),
    ("GET", "/surveys/{name}/results", "/surveys/quiz/results", None),
    ("GET", "/page/snippet", "/page/snippet", None),
    ("GET", "/webhooks", "/webhooks", None),
    ("GET", "/webhooks/{name}", "/webhooks/shop", None),
    ("POST", "/webhooks/{name}/test", "/webhooks/shop/test",
     {"body": "{\"email\": \"bob@example.com\"}"}),
    ("POST", "/webhooks/{name}/confirm", "/webhooks/shop/confirm", None),
    ("GET", "/keys", "/keys", None),
    ("POST", "/keys", "/keys", None),
    ("GET", "/keys", "/keys", None),
    ("DELETE", "/keys/{id}", "/keys/1?dry_run=1", None),
    ("DELETE", "/keys/{id}", "/keys/1", None),
    ("GET", "/status", "/status", None),
    ("POST", "/verify", "/verify", {"refold": True}),
    ("POST", "/reload", "/reload", None),
    ("POST", "/backup", "/backup", {"path": "{base}/backup"}),
    ("POST", "/tokens", "/tokens",
     {"name": "crm", "role": "reader", "expires_at": "2090-01-01"}),
    ("GET", "/tokens", "/tokens", None),
    ("DELETE", "/tokens/{name}", "/tokens/crm", None),
    ("POST", "/users", "/users", {"name": "ann", "role": "reader",
                                  "password": "correct horse battery"}),
    ("GET", "/users", "/users", None),
    ("PATCH", "/users/{name}", "/users/ann", {"role": "operator"}),
    ("DELETE", "/users/{name}", "/users/ann", None),
    # Who is not signed in to the console has no password.
    ("POST", "/password", "/password",
     {"old": "correct horse battery", "password": "another horse battery"}),
    ("GET", "/audit", "/audit?limit=1000", None),
    ("POST", "/contacts/{key}/rename", ANN + "/rename",
     {"to": "anna@example.com"}),
    ("DELETE", "/contacts/{key}/data", "/contacts/anna@example.com/data",
     None),
    ("DELETE", "/contacts/{key}", BOB, None),
    ("DELETE", "/rules/run", "/rules/run", None),
]
