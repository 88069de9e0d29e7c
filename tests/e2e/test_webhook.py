"""Events of other programs: the ready mappings, signed, matched, and shown."""
import base64
import hashlib
import hmac
import http.server
import json
import shutil
import subprocess
import threading
import time
import urllib.parse

import pytest

from lib import places

MAPPINGS = places.ROOT / "conf/webhooks"
SAMPLES = places.ROOT / "tests/unit/golden/webhook"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail"
CONF = f"""
field "phone" {{ unique = yes  format = phone  country = 49 }}
plugin "webhook" {{
    webhook "stripe" {{
        mapping = "{MAPPINGS}/stripe.conf"
        secret = "whsec_1"
    }}
    webhook "twilio" {{
        mapping = "{MAPPINGS}/twilio.conf"
        secret = "authtoken"
        url = "https://hooks.example.com/h/twilio"
    }}
    webhook "postmark" {{
        mapping = "{MAPPINGS}/postmark.conf"
        user = "u"
        password = "p"
    }}
    webhook "mailgun" {{
        mapping = "{MAPPINGS}/mailgun.conf"
        secret = "whsec_1"
    }}
    webhook "erp" {{
        mapping = "{MAPPINGS}/orders-xml.conf"
        bearer = "long"
    }}
    webhook "ses" {{
        mapping = "{MAPPINGS}/ses.conf"
        topics = {{ "arn:aws:sns:eu-west-1:*:mail" }}
        certificate_hosts = {{ "127.0.0.1:*" }}
    }}
}}
"""
RULES = """
rule "order"    { on = "order.placed" add = 30 }
rule "refund"   { on = "order.refunded" subtract = 30 }
rule "dispute"  { on = "order.charged_back" subtract = 60 }
rule "answer"   { on = "sms.received" add = 12 }
rule "returned" { on = "email.bounced" subtract = 5 }
rule "opened"   { on = "email.opened" add = 2 }
"""


@pytest.fixture(scope="module")
def house(make_shared):
    daemon = make_shared(more=CONF)
    (daemon.base / "webhook-rules.conf").write_text(RULES)
    daemon.do("rules", "apply", "--yes", daemon.base / "webhook-rules.conf")
    daemon.do("list", "create", "news")
    return daemon


def sample(name, **changes):
    value = json.loads((SAMPLES / f"{name}.json").read_text())
    value.update(changes)
    return value


def stripe_header(body, secret=b"whsec_1", age_s=0):
    now = int(time.time()) - age_s
    signed = hmac.new(secret, b"%d.%s" % (now, body), hashlib.sha256)
    return f"t={now},v1={signed.hexdigest()}"


def stripe(house, value, **how):
    body = json.dumps(value).encode()
    return house.public.ask("POST", "/h/stripe", body, headers={
        "Content-Type": "application/json",
        "Stripe-Signature": stripe_header(body, **how)})


def postmark(house, value):
    return house.public.ask("POST", "/h/postmark", json.dumps(value), headers={
        "Content-Type": "application/json",
        "Authorization": "Basic " + base64.b64encode(b"u:p").decode()})


def test_an_order_scores_once_and_a_refund_takes_it_back(house):
    order = sample("stripe-order")
    for _ in range(3):
        assert stripe(house, order).status == 200
    house.wait_for_score("ann@example.com", 30)
    assert len(house.signals("ann@example.com", "order.placed")) == 1
    fields = house.api("GET", "/contacts/ann@example.com").json()["fields"]
    assert fields["external_id_stripe"] == "cus_TV1"
    refund = sample("stripe-refund")
    refund["data"]["object"]["billing_details"]["email"] = None
    assert stripe(house, refund).status == 200  # found by the customer's id
    house.wait_for_score("ann@example.com", 0)
    assert stripe(house, sample("stripe-chargeback")).status == 200
    house.wait_for_score("ann@example.com", -60)


def test_a_dispute_of_an_older_order_finds_who_placed_it(house):
    """It names nobody but the payment; the field has that of the last one."""
    for n in (1, 2):
        order = sample("stripe-order", id=f"evt_twice{n}")
        order["data"]["object"].update(
            payment_intent=f"pi_twice{n}", customer=None,
            customer_details={"email": "twice@far.test"})
        assert stripe(house, order).status == 200
        house.wait_for_signal("twice@far.test", "order.placed", n)
    contact = house.api("GET", "/contacts/twice@far.test").json()
    assert contact["fields"]["external_id_stripe_payment"] == "pi_twice2"
    for n in (1, 2):
        dispute = sample("stripe-chargeback-unnamed", id=f"evt_dispute{n}")
        dispute["data"]["object"]["payment_intent"] = f"pi_twice{n}"
        assert stripe(house, dispute).status == 200
        house.wait_for_signal("twice@far.test", "order.charged_back", n)
    house.do("contact", "forget", "twice@far.test", "--yes")
    dispute["id"] = "evt_dispute3"
    dispute["data"]["object"]["payment_intent"] = "pi_twice1"
    assert stripe(house, dispute).status == 200


def test_what_is_not_signed_so_or_too_old_is_refused(house):
    order = sample("stripe-order", id="evt_no")
    assert stripe(house, order, secret=b"guess").status == 401
    assert stripe(house, order, age_s=900).status == 401
    assert house.public.post_json("/h/stripe", order).status == 401
    assert "signed" in stripe(house, order, age_s=900).text
    hook = house.ask("webhook", "show", "stripe")
    assert hook["unsigned"] >= 4
    assert "replay_window" in hook["problem"]


def sms(house, number, sid, text="Yes"):
    fields = {"MessageSid": sid, "From": number, "To": "+4930555010",
              "Body": text, "NumMedia": "0"}
    signed = "https://hooks.example.com/h/twilio" + "".join(
        k + fields[k] for k in sorted(fields))
    digest = hmac.new(b"authtoken", signed.encode(), hashlib.sha1).digest()
    return house.public.ask(
        "POST", "/h/twilio", urllib.parse.urlencode(fields), headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": base64.b64encode(digest).decode()})


def test_a_text_message_waits_until_somebody_has_the_number(house):
    answer = sms(house, "+493099887", "SM1")
    assert answer.status == 200 and answer.text == "<Response></Response>"

    def waits():
        return [row for row in house.ask("signal", "unmatched")["items"]
                if row["name"] == "sms.received"]
    places.wait_for(waits, 30, "the message among the unmatched")
    assert waits()[0]["key"] == "field.phone=+493099887"
    house.do("contact", "add", "pam@example.com", "phone=030 99887")
    house.wait_for_score("pam@example.com", 12)
    assert not waits()
    assert sms(house, "+493099887", "SM2").status == 200
    house.wait_for_score("pam@example.com", 24)


def test_what_a_relay_says_does_what_our_own_bounces_do(house):
    house.do("contact", "add", "nell@example.com")
    assert postmark(house, sample("postmark-open")).status == 200
    house.wait_for_signal("nell@example.com", "email.opened")
    assert postmark(house, sample("postmark-bounce")).status == 200
    bounce = house.wait_for_signal("nell@example.com", "email.bounced")[0]
    assert bounce["properties"]["class"] == "hard"
    assert bounce["properties"]["reason"] == "user-unknown"
    contact = house.api("GET", "/contacts/nell@example.com").json()
    assert contact["suppression"]["reason"] == "hard-bounce"
    assert contact["suppression"]["source"] == "engine"


def test_a_complaint_to_a_relay_suppresses_and_leaves_the_lists(house):
    house.do("contact", "add", "mia@example.com", "--list", "news")
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
    assert postmark(house, sample("postmark-complaint", BouncedAt=now,
                                  Email="mia@example.com")).status == 200
    house.wait_for_signal("mia@example.com", "email.complained")
    contact = house.api("GET", "/contacts/mia@example.com").json()
    assert contact["suppression"]["reason"] == "complaint"
    assert {l["state"] for l in contact["lists"]} == {"left"}


def xml(house, body, bearer="long"):
    return house.public.ask("POST", "/h/erp", body, headers={
        "Content-Type": "application/xml",
        "Authorization": "Bearer " + bearer})


def test_orders_as_xml_and_hostile_xml(house):
    orders = (SAMPLES / "orders-xml.xml").read_bytes()
    assert xml(house, orders, "short").status == 401
    assert xml(house, orders).status == 200
    house.wait_for_score("tom@example.com", 30)
    passwd = (b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
              b"<orders><order>&x;</order></orders>")
    assert xml(house, passwd).status == 400
    laughs = b"<!DOCTYPE l [<!ENTITY a 'ha'>" + b"".join(
        b"<!ENTITY %c '%s'>" % (98 + i, b"&%c;" % (97 + i) * 10)
        for i in range(9)) + b"]><l>&j;</l>"
    assert xml(house, laughs).status == 400
    assert "DOCTYPE" in house.ask("webhook", "show", "erp")["problem"]
    assert xml(house, b"<a>" * 100000).status == 400
    assert "too deep" in house.ask("webhook", "show", "erp")["problem"]


# --- Amazon ------------------------------------------------------------------

class Amazon:
    """A topic's server: its certificate, and where subscriptions end."""

    def __init__(self, folder):
        self.key, self.pem = folder / "topic.key", folder / "topic.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-days", "2", "-subj", "/CN=sns.amazonaws.com", "-keyout",
             self.key, "-out", self.pem], check=True, capture_output=True)
        self.asked = asked = []
        pem = self.pem.read_bytes()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Length", str(len(pem)))
                self.end_headers()
                self.wfile.write(pem)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def signed(self, value):
        value = dict(value, SigningCertURL=self.url + "/topic.pem",
                     SignatureVersion="2", Timestamp=time.strftime(
                         "%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()))
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token",
                 "TopicArn", "Type"]
        text = "".join(f"{n}\n{value[n]}\n" for n in names if n in value)
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", self.key],
            input=text.encode(), capture_output=True, check=True).stdout
        value["Signature"] = base64.b64encode(signature).decode()
        return value


@pytest.fixture(scope="module")
def amazon(tmp_path_factory):
    made = Amazon(tmp_path_factory.mktemp("amazon"))
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_subscription_is_confirmed_by_the_operator_only(house, amazon):
    value = sample("sns-subscription")
    value["SubscribeURL"] = amazon.url + "/?Action=ConfirmSubscription"
    assert house.public.post_json("/h/ses", amazon.signed(
        value)).status == 200
    assert amazon.asked == ["/topic.pem"]  # nothing is confirmed yet
    assert house.ask("webhook", "show", "ses")["confirm_topic"] == TOPIC
    assert "scoregate webhook confirm ses" in house.do("webhook", "show",
                                                       "ses")
    assert house.do("webhook", "confirm", "ses") == "Confirmed.\n"
    assert amazon.asked[-1] == "/?Action=ConfirmSubscription"
    house.refused(3, "webhook", "confirm", "ses")
    value["SubscribeURL"] = "http://169.254.169.254/latest"
    assert house.public.post_json("/h/ses", amazon.signed(
        value)).status == 422
    assert house.public.post_json("/h/ses", amazon.signed(
        sample("ses-complaint"))).status == 200
    house.wait_for_signal("jan@example.com", "email.complained")
    forged = dict(amazon.signed(sample("ses-complaint")), Message="{}")
    assert house.public.post_json("/h/ses", forged).status == 401
    assert amazon.asked.count("/topic.pem") == 1  # it is remembered


# --- contrib/webhook/send ------------------------------------------------------

def send(house, scheme, file, *more):
    return subprocess.run(
        [places.ROOT / "contrib/webhook/send", scheme,
         f"http://127.0.0.1:{house.values['public']}/h/{more[0]}", file,
         *more[1:]], capture_output=True, text=True, timeout=60, check=False)


def test_a_payload_is_sent_as_its_sender_would(house):
    order, text = SAMPLES / "stripe-order.json", SAMPLES / "twilio-sms.form"
    kept = send(house, "stripe", order, "stripe", "--secret", "whsec_1")
    assert kept.stdout == "200 kept\n", kept.stderr
    old = send(house, "stripe", order, "stripe", "--secret", "whsec_1",
               "--age", "900")
    assert old.returncode == 1 and old.stderr.startswith("401")
    url = "https://hooks.example.com/h/twilio"
    kept = subprocess.run(
        [places.ROOT / "contrib/webhook/send", "twilio", url, text, "--secret",
         "authtoken", "--to",
         f"http://127.0.0.1:{house.values['public']}/h/twilio"],
        capture_output=True, text=True, timeout=60, check=True)
    assert kept.stdout == "200 <Response></Response>\n"
    assert send(house, "basic", SAMPLES / "postmark-soft.json", "postmark",
                "--secret", "u:p").stdout == "200 kept\n"
    assert send(house, "bearer", SAMPLES / "orders-xml.xml", "erp",
                "--secret", "long").stdout == "200 kept\n"


# --- what a payload would become ---------------------------------------------

def test_a_payload_is_explained_before_it_is_sent(house, tmp_path):
    path = tmp_path / "order.json"
    order = sample("stripe-order", id="evt_test")
    order["data"]["object"]["customer_details"]["email"] = "zoe@example.com"
    path.write_text(json.dumps(order))
    header = stripe_header(path.read_bytes())
    text = house.do("webhook", "test", "stripe", path, "--header",
                    f"Stripe-Signature: {header}")
    assert "signature  stripe: right" in text
    assert "zoe@example.com: none yet, it would be made" in text
    assert "amount         49.9   from /data/object/amount_total / 100" in text
    assert "field.changed name=external_id_stripe value=cus_TV1" in text
    assert ("not order.refunded: `/type = charge.refunded` does not hold; the "
            "value is checkout.session.completed") in text
    assert house.score("zoe@example.com") is None  # nothing was kept


def test_a_payload_that_becomes_nothing_says_why(house, tmp_path):
    path = tmp_path / "sms"
    path.write_text("From=%2B4930123&MessageSid=SM9")
    result = house.run("webhook", "test", "twilio", path, "--header",
                       "Content-Type: application/x-www-form-urlencoded")
    assert result.returncode == 1
    assert "it would be refused: the header X-Twilio-Signature" in \
        result.stdout
    assert "not sms.received: `/Body` does not hold; the value is not there" \
        in result.stdout
    assert "Nothing: no event's conditions hold." in result.stdout
    house.refused(3, "webhook", "test", "nonesuch", path)


def test_a_mapping_is_tried_before_it_is_in_force(house, tmp_path):
    conf = tmp_path / "new.conf"
    conf.write_text(f"""
plugins = "{places.PLUGINS}"
load = {{ }}
plugin "webhook" {{
    webhook "new" {{
        unsigned = yes
        event "call.missed" {{
            each = "/calls"
            when = {{ "./seconds < 5" }}
            record = {{ "field.phone = ./from" }}
            properties = {{ "seconds = ./seconds" }}
            at = "date(./at, '%d.%m.%Y %H:%M', 'Europe/Berlin')"
        }}
    }}
}}
""")
    path = tmp_path / "calls.json"
    path.write_text(json.dumps({"calls": [
        {"from": "030 1", "seconds": 3, "at": "05.07.2026 10:00"},
        {"from": "030 2", "seconds": 60, "at": "05.07.2026 10:01"}]}))
    answer = house.ask("webhook", "test", "--config", conf, "new", path)
    first, second = answer["events"]
    assert first["fits"] and first["at"] == "2026-07-05T08:00:00.000Z"
    assert first["record_by"] == "field.phone" and first["item"] == 0
    assert second["failed"] == "./seconds < 5" and second["value"] == "60"
    conf.write_text(conf.read_text().replace("./seconds < 5", "./seconds ? 5"))
    assert f"{conf}:9: `when`" in house.refused(
        4, "webhook", "test", "--config", conf, "new", path)


def test_a_mapping_beside_the_configuration_goes_by_its_name(house, tmp_path):
    (tmp_path / "webhooks").mkdir()
    shutil.copy(MAPPINGS / "stripe.conf", tmp_path / "webhooks")
    conf = tmp_path / "new.conf"
    conf.write_text(f"""
plugins = "{places.PLUGINS}"
load = {{ }}
plugin "webhook" {{
    webhook "new" {{
        mapping = "stripe"
        secret = "whsec_1"
        event "order.placed" {{ email = "/data/object/customer_details/email" }}
    }}
}}
""")
    answer = house.ask("webhook", "test", "--config", conf, "new",
                       SAMPLES / "stripe-order.json")
    fitting = [event for event in answer["events"] if event["fits"]]
    # Its own event of that title, which has no properties, went before.
    assert [event["event"] for event in fitting] == ["order.placed"]
    assert fitting[0]["properties"] == []
    conf.write_text(conf.read_text().replace('"stripe"', '"nonesuch"'))
    assert "webhooks/nonesuch.conf is neither beside" in house.refused(
        4, "webhook", "test", "--config", conf, "new",
        SAMPLES / "stripe-order.json")


def test_the_webhooks_are_listed_with_what_came(house):
    assert stripe(house, sample("stripe-other")).status == 200
    rows = {row["name"]: row for row in house.ask("webhook", "list")["items"]}
    assert set(rows) == {"stripe", "twilio", "postmark", "mailgun", "erp",
                         "ses"}
    assert rows["stripe"]["no_event"] >= 1
    assert rows["stripe"]["signature"] == "stripe"
    assert rows["postmark"]["signature"] == "basic"
    assert rows["erp"]["signature"] == "bearer"
    text = house.do("webhook", "show", "stripe")
    assert "order.placed" in text and "whsec_1" not in text
    house.refused(3, "webhook", "show", "nonesuch")


def test_a_captured_pair_of_mailgun_is_no_other_event_s(house):
    """It signs a time and a token, not what it says; over a kill -9, too."""
    at = str(int(time.time()))
    text = (SAMPLES / "mailgun-unsubscribed.json").read_text().replace(
        "@TIMESTAMP@", at)
    token = json.loads(text)["signature"]["token"]
    text = text.replace("@SIGNATURE@", hmac.new(
        b"whsec_1", (at + token).encode(), hashlib.sha256).hexdigest())
    who = json.loads(text)["event-data"]["recipient"]
    forged = text.replace(who, "victim@far.test")

    def send(body):
        return house.public.ask("POST", "/h/mailgun", body, headers={
            "Content-Type": "application/json"}).status

    assert send(text) == 200 and send(forged) == 401
    house.wait_for_signal(who, "email.unsubscribed")
    house.kill()
    house.start()
    assert send(forged) == 401
    assert send(text) == 200  # as when its answer was lost
    assert "used for another event" in house.do("webhook", "show", "mailgun")
    assert house.signals("victim@far.test") == []
    assert len(house.signals(who, "email.unsubscribed")) == 1
