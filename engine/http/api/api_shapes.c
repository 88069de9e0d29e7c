/* api_shapes.c - the shapes that bodies and answers have, by name, and the
 * parameters of queries: what openapi.json calls components. */
#include <stddef.h>

#include "http/api/api_shape.h"

/* A shape that is long stands once; "\" would hide a missing blank. */
/* clang-format off */
const struct api_shape api_shapes[] = {
	{"Problem", "{type:text title:text status:int detail:text}",
	 "what was wrong, RFC 9457; `detail` says what to do"},
	{"Kept", "{kept:bool applied:bool detail?:text hint?:text}",
	 "it is on the disk, and will be applied if it is not yet"},
	{"Resource", "{method:text path:text role:Role summary:text}", NULL},
	{"Role", "'reader'|'operator'|'manager'", NULL},

	{"Contact",
	 "{email:text|null key:text module:text id:int created_at:time"
	 " fields:Fields tags:text[] lists:Membership[] links:Link[]"
	 " linked_from:Link[] suppression:Suppression|null"
	 " consent:Consents scores:Score[] firings:Firing[]"
	 " sequences:Enrolment[]}", "a record with all that is its own"},
	{"Fields", "map(text|number|bool|text[]|null)", "by name"},
	{"Membership", "{name:text state:'joined'|'unconfirmed'|'left'"
	 " since:time how:text}", "of a list"},
	{"Link", "{relation:text module:text key:text since:time}", NULL},
	{"NewContact", "{email?:text key?:text fields?:Fields tags?:text[]"
	 " lists?:text[]}", "`email`, or `key` where keys are no addresses"},
	{"ContactPatch", "{fields?:Fields tags?:text[]|null"
	 " lists?:text[]|null}",
	 "a merge patch (RFC 7396): null removes, an array is the whole of it"},
	{"Row", "map(any)", "the columns that were asked for"},
	{"Suppression", "{reason:text evidence:text source:text since:time"
	 " until:time|null email?:text|null}", "no mail to this address"},
	{"NewSuppression", "{reason?:text evidence?:text expires_at?:text}",
	 NULL},
	{"Consent", "{state:'granted'|'denied'|'unknown' since:time|null"
	 " source:text wording:text}", NULL},
	{"Consents", "{opens:Consent clicks:Consent email?:text}", NULL},
	{"NewConsent", "{state:'granted'|'denied'|'unknown' source?:text"
	 " wording?:text at?:text}", NULL},
	{"Person", "{key:text module:text as_of:time ...}",
	 "everything that is held about one person, a member a kind"},
	{"Forgotten", "{forgotten:bool record?:int}", NULL},

	{"Score",
	 "{name:text score:number|null percent:number|null raw:number|null"
	 " manual:number|null field_points:number|null"
	 " automatic:number|null positive:number|null negative:number|null"
	 " touchpoint:number|null positive_touchpoint:number|null"
	 " negative_touchpoint:number|null bands:text[]}",
	 "a score with its parts"},
	{"ScoreChange", "{op:'add'|'subtract'|'set'|'erase' points?:number"
	 " because?:text}", NULL},
	{"ScoreSettings", "{name:text degrade:number degrade_negative:bool"
	 " default?:number floor?:number ceiling?:number bands:Band[]}", NULL},
	{"Band", "{name:text from?:number|null to?:number|null ...}", NULL},
	{"Why", "{name:text email:text module:text summary?:Score"
	 " entries:WhyEntry[] note?:text in_7_days?:number in_30_days?:number"
	 " crossings?:Crossing[] settling?:{signals:int until:time}}",
	 "every entry that a score is made of; `settling`: opens and clicks that"
	 " do not count yet"},
	{"WhyEntry", "{at:time given:number left:number class:text"
	 " degrade?:number expires_at?:time rule:text|null explanation:text"
	 " from?:{module:text key:text}}", NULL},
	{"LedgerEntry", "{id:text at:time points:number balance:number"
	 " kind:'given'|'corrected'|'closed'|'erased' class:text"
	 " degrade?:number rule:text|null explanation:text}",
	 "one change of a score; `balance` is the score after it, at its time"},
	{"Crossing", "{threshold:number how:text at:time in_days:number}",
	 NULL},
	{"Bin", "{from:number to:number count:int}", NULL},
	{"Histogram", "{name:text module:text scored:int histogram:Bin[]}",
	 NULL},
	{"Summary", "{name:text records:int scored:int counted:int"
	 " top?:number median?:number mean?:number lowest?:number"
	 " histogram?:Bin[]}", NULL},
	{"Comparison", "{name:text module:text a:text b:text"
	 " parts:{part:text a:number|null b:number|null}[]"
	 " rules:{rule:text class:text a:number b:number a_times:int"
	 " b_times:int}[] signals:{signal:text a:int b:int}[]}", NULL},

	{"List", "{name:text title:text created_at:time joined:int"
	 " unconfirmed:int left:int}", NULL},
	{"NewList", "{name:text title?:text}", NULL},
	{"ListPatch", "{title?:text|null}", "a merge patch"},
	{"Segment", "{name:text where:text author:text created_at:time}",
	 NULL},
	{"NewSegment", "{name:text where:text}", NULL},
	{"SegmentPatch", "{where?:text}", "a merge patch"},
	{"Where", "{where:text}", NULL},
	{"Module", "{name:text title:text key:text one:bool}", NULL},
	{"Field", "{name:text title:text type:text unique:bool format:text"
	 " choices:text[] declared:bool}", NULL},

	{"VerdictExplained", "{signal:Signal hit?:{address:text agent:text"
	 " verdict:text reason:text} tests:{test:text result:text"
	 " evidence:text}[] judged:{received_at:time by:text verdict:text"
	 " reason:text}[]}",
	 "what each test saw, in order, and what was said of it later"},
	{"VerdictCount", "{name:text hits:int human:int proxy:int machine:int}",
	 NULL},
	{"VerdictCounts", "{items:VerdictCount[] total:VerdictCount}", NULL},
	{"Signal", "{id:text happened_at:time received_at:time name:text"
	 " source:text actor?:text because?:text verdict?:text"
	 " verdict_reason?:text settles_at?:time effective:bool"
	 " properties?:map(text) record?:int module?:text key?:text|null}",
	 "an entry of a record's history"},
	{"SignalKind", "{name:text plugin:text properties:text summary:text"
	 " on:bool}", NULL},
	{"NewSignal", "{name:text email?:text key?:text module?:text"
	 " match?:{field:text value:text|number|bool}"
	 " external_id?:{source:text id:text|number}"
	 " id?:text|number happened_at?:text properties?:map(text|number|bool"
	 "|null)}", "whose it is: `email`, `key`, `match` or `external_id`"},
	{"Verdict", "{verdict:'human'|'proxy'|'machine' because?:text}", NULL},

	{"Rule", "{name:text version:int module:text score:text on:text|null"
	 " when:text|null unless?:text|null points:number degrade?:number|null"
	 " verdict:text enabled:bool source:text ...}", NULL},
	{"Rules", "{items:Rule[] next:text|null automations:Automation[]"
	 " ruleset:int}", NULL},
	{"RulesChecked", "{rules:int automations:int sequences:int}", NULL},
	{"RulesPut", "{differences:{change:text kind?:text name:text"
	 " before:text|null after:text|null}[]"
	 " hides:{module:text score:text}[] ruleset?:int ...}", NULL},
	{"RulesRun", "{generation:int ruleset:int|null running:bool"
	 " removing:bool making?:int with_ruleset?:int done?:int"
	 " records?:int author?:text started_at?:time history_from?:time}",
	 NULL},
	{"RuleUse", "{name:text in_force:bool source:text fired:int"
	 " given:number worth_today:number last_at:time|null"
	 " versions:RuleVersion[]}", NULL},
	{"RuleVersion", "{name:text version:int ruleset:int author:text"
	 " created_at:time note:text ended_at:time|null ended_by?:text"
	 " taken_back?:bool source:text}", NULL},
	{"RuleTrials", "{email:text rules:{name:text on:text|null score:text"
	 " points:number trials:Trial[]}[] ...}", NULL},
	{"Trial", "{at:time signal:text|null holds:bool because:text"
	 " parts:Part[]}", NULL},
	{"Part", "{depth:int part:text passed:bool value:text}", NULL},
	{"Simulation", "{score:text records:int signals:int changed:int"
	 " from:number to:number before:Spread after:Spread"
	 " thresholds:{automation:text band?:text at:number before:int after:int"
	 " rise:int fall:int}[] movers:Mover[] history_from?:time ...}", NULL},
	{"Spread", "{scored:int total:number mean:number median:number"
	 " lowest:number top:number histogram:number[]}", NULL},
	{"Mover", "{email:text before:number|null after:number|null"
	 " reasons:{rule:text before:number after:number}[]}", NULL},

	{"Automation", "{name:text version:int module:text on:text"
	 " when?:text|null enabled:bool do:text[] source:text ...}", NULL},
	{"AutomationLine", "{name:text version:int module:text on:text"
	 " when?:text|null enabled:bool do:text[] source:text fired:int"
	 " troubled:int last_at:time|null author?:text changed_at?:time ...}",
	 NULL},
	{"AutomationUse", "{name:text automation?:Automation|null fired:int"
	 " troubled:int last_at:time|null versions:Version[]}", NULL},
	{"Version", "{version:int author:text created_at:time"
	 " ended_at?:time|null ended_by?:text source:text}", NULL},
	{"Firing", "{at:time automation:text version:int key:text cause:text"
	 " chain:text trouble:text}", NULL},
	{"Sequence", "{name:text version:int module:text enabled:bool"
	 " restart:bool steps:Step[] source:text versions?:Version[] ...}",
	 NULL},
	{"Step", "{name:text after_s:int template:text sent:int queued:int"
	 " failed:int dropped:int skipped:int waits:int opened:int clicked:int"
	 " results:map(int) hits:Hits[] points:Points[] ...}", NULL},
	{"Enrolment", "{sequence:text key:text state:text since:time"
	 " reason:text step:text failed:text due_at:time|null}", NULL},
	{"Delivery", "{id:text action:text target:text state:text tries:int"
	 " created_at:time due_at:time|null done_at:time|null trouble:text"
	 " key:text payload?:any ...}", NULL},
	{"Deliveries", "{items:Delivery[] next:text|null waiting:int"
	 " retrying:int dead:int}", NULL},
	{"State", "{state:text}", NULL},
	{"NewBulk", "{where:text actions:text[]}", NULL},
	{"Bulk", "{id:int where:text actions:text[] actor:text"
	 " created_at:time total:int done:int refused:int"
	 " finished_at:time|null trouble:text}", NULL},
	{"BulkBegun", "{id?:int total:int"
	 " examples?:{key:text score:number|null}[]}", NULL},
	{"BulkResults", "{items:BulkResult[] good:int bad:int}",
	 "what became of each, in the order they came"},
	{"BulkResult", "{status:int id?:text|int error?:text}", NULL},

	{"BadLine", "{line:int column?:text text:text}", NULL},
	{"Imported", "{errors:BadLine[] lines:int created:int updated:int"
	 " bad_lines:int}", NULL},
	{"NewImport", "{name?:text format?:'csv'|'ndjson'"
	 " what?:'records'|'signals' header?:text map?:map(text)"
	 " scores?:'add'|'set' dry_run?:bool size?:int digest?:text}", NULL},
	{"Import", "{id:int name:text state:text author:text"
	 " created_at:time changed_at:time finished_at?:time next_chunk:int"
	 " offset:int size?:int digest?:text lines:int created:int"
	 " updated:int bad_lines:int errors?:BadLine[] settings?:object"
	 " columns?:{name:text means:text}[] chunk_bytes?:int"
	 " chunk_lines?:int chunk?:int already?:bool}", NULL},

	{"NewBroadcast", "{name:text template?:text subject?:text text?:text"
	 " html?:text where:text from?:text"
	 " unknown?:text pace?:number domain_pace?:number template_b?:text"
	 " split?:text winner?:text after?:text ...}", NULL},
	{"BroadcastOrder", "{at?:text timezone?:text pace?:number"
	 " domain_pace?:number resend_doubtful?:bool ...}", NULL},
	{"BroadcastTest", "{to:text as?:text version?:text ...}", NULL},
	{"BroadcastTested", "{to:text ...}", NULL},
	{"BroadcastLine", "{name:text state:text where:text from:text"
	 " author:text created_at:time started_at?:time finished_at?:time"
	 " scheduled_at?:time trouble?:text ...}", NULL},
	{"Broadcast", "{name:text state:text where:text from:text"
	 " author:text created_at:time started_at?:time finished_at?:time"
	 " scheduled_at?:time trouble?:text running:bool rate:number"
	 " waits?:text"
	 " recipients:map(int) results:map(int) hits:Hits[]"
	 " points:Points[] counted_at?:time|null"
	 " split?:{by:text decide_at?:time winner?:text versions:SplitVersion[]}"
	 " ...}", NULL},
	{"SplitVersion", "{version:text percent:number sent:int opened:int"
	 " clicked:int}", NULL},
	{"LinkHits", "{url:text people:int hits:int machine_people:int"
	 " machine_hits:int}", NULL},
	{"BroadcastResult", "{name:text state:text started_at:time|null"
	 " counted_at?:time|null"
	 " sent:int failed:int skipped:int doubtful:int delivered:Rated"
	 " opened:Rated clicked:Rated replied:Rated bounced:Rated"
	 " complained:Rated unsubscribed:Rated clicked_of_opened:number|null"
	 " points:map(number)}", NULL},
	{"Rated", "{people:int hits:int machine_people:int machine_hits:int"
	 " rate:number|null}", "the rate is of those sent to"},
	{"Points", "{score:text points:number people:int}", NULL},
	{"Hits", "{signal:text people:int hits:int machine_people:int"
	 " machine_hits:int}", NULL},
	{"Preview", "{name:text n_recipients:int n_skipped:int"
	 " reasons:map(int) recipients:Whom[] skipped:Whom[] mail?:text"
	 " to?:text subject?:text text?:text|null html?:text|null"
	 " explain?:Explanation ...}", NULL},
	{"Whom", "{email:text score:number|null reason?:text}", NULL},
	{"Explanation", "{email:text holds:bool parts:Part[]"
	 " objection?:text|null}", NULL},
	{"Recipient", "{email?:text state:text reason?:text"
	 " changed_at:time}", NULL},
	{"Click", "{email:text|null url:text|null happened_at:time"
	 " verdict:text reason?:text step?:text}", NULL},
	{"TemplateLine", "{name:text good:bool trouble:text}", NULL},
	{"Template", "{template?:text subject?:text text?:text html?:text"
	 " from?:text to?:text ...}", "an .eml file, or its parts"},
	{"Mail", "{mail:text to:text subject:text text:text|null"
	 " html:text|null ...}", NULL},
	{"Good", "{good:bool ...}", NULL},
	{"Classified", "{kind:text confidence:number evidence:text"
	 " recipients:{address:text class:text status:text reason:text"
	 " diagnostic:text}[] message_id:text}", "as scoregate mail classify"},
	{"TokenSaid", "{kind:text key:int message_id:text sent_at:time"
	 " record_key:text target?:text list?:text campaign?:text"
	 " payload?:text}", NULL},

	{"Split", "{id:text recipient:text sender:text state:text since:time"
	 " tries:int next_at:time|null reason:text}", NULL},
	{"SplitOne", "{id?:text}", "without `id`, all of them"},
	{"Plugin", "{name:text version:text summary:text path:text abi:text"
	 " signals:int routes:int calls:int failures:int state:text ...}",
	 NULL},
	{"FormSummary", "{name:text title:text n_fields:int confirm:bool"
	 " lists:text[] url:text}", NULL},
	{"Form", "{name:text title:text confirm:bool stamp?:text"
	 " fields:FormField[] url:text lists:text[] tags:text[]"
	 " consent:text[] wording:text|null redirect:text|null"
	 " honeypot:text|null minimum_time_ms:int per_address:text"
	 " per_network:text}", NULL},
	{"FormField", "{name:text label:text type:text required:bool"
	 " longest:int options?:FormOption[] help?:text}", NULL},
	{"FormOption", "{value:text label:text}", NULL},
	{"Submission", "{submission:text at:time email:text|null"
	 " confirmed?:bool confirmed_at?:time fields:map(text)}",
	 "one form as it was sent"},
	{"SurveySummary", "{name:text title:text url:text score:text"
	 " least:number most:number n_questions:int}", NULL},
	{"Survey", "{name:text title:text url:text score:text least:number"
	 " most:number repeat:text identify:text questions:object[]"
	 " outcomes:object[]}", NULL},
	{"SurveyResults", "{survey:text completed:int people:int anonymous:int"
	 " mean?:number lowest?:number highest?:number"
	 " outcomes:AnswerCount[] questions:QuestionResult[]"
	 " histogram:object[]}", NULL},
	{"QuestionResult", "{name:text label:text type:text"
	 " answers:AnswerCount[] texts?:text[]}", NULL},
	{"AnswerCount", "{value:text label:text n:int}", NULL},
	{"Webhook", "{name:text mapping:text|null signature:text"
	 " replay_window_s:int format:text url:text signals:int kept:int"
	 " no_event:int unusable:int unsigned:int not_kept:int"
	 " received_at:time|null"
	 " problem:text|null problem_at:time|null confirm_topic:text|null"
	 " confirm_url?:text|null events?:object[]}", NULL},
	{"WebhookPayload", "{body?:text body_base64?:text headers?:map(text)"
	 " query?:text fetched?:text}", "as the sender would send it"},
	{"WebhookTested", "{format:text signature:{scheme:text right:bool"
	 " why:text|null} note?:text refused?:text fitting?:int"
	 " without_record?:int events?:WebhookOutcome[]}", NULL},
	{"WebhookOutcome", "{event:text signal:text item?:int fits:bool"
	 " failed?:text value?:text|null there?:bool module?:text"
	 " record_by?:text|null record?:text|null known?:bool key?:text"
	 " record_problem?:text id?:text|null at?:time|null at_is_wrong?:bool"
	 " properties?:object[] signals?:object[]}",
	 "what one event makes of one item, or the condition that failed"},
	{"Path", "{path:text}", "on the daemon's machine, absolute"},
	{"PluginChecked", "{loadable:bool report:text refused?:text}", NULL},
	{"Status", "{status:text healthy:bool version:text started_at:time"
	 " now:time scoreboard_bytes:int apply:object spool:object"
	 " mail:object web:object outbox:object|null ...}", NULL},
	{"Verified", "{records:int entries:int differences:int"
	 " first_difference?:text}", NULL},
	{"AuditEntry", "{id:text at:time actor:text origin:text action:text"
	 " object:text detail:text}", "who did what to what, from where"},
	{"Key", "{id:int current:bool made_at:time|null mails:int"
	 " last_mail_at:time|null}",
	 "a key of links, and how many mails carry links of it"},
	{"Token", "{name:text role:Role state:'active'|'expired'|'revoked'"
	 " created_at:time expires_at:time|null revoked_at:time|null"
	 " last_used_at:time|null}", NULL},
	{"User", "{name:text role:Role created_at:time password_at:time"
	 " seen_at:time|null sessions:int}",
	 "somebody who may sign in to the console"},
	{"NewUser", "{name:text role:Role password:text}", NULL},
	{"UserPatch", "{role?:Role password?:text}", NULL},
	{"NewToken", "{name:text role:Role expires_at?:text}", NULL},
	{"MadeToken", "{name:text role:Role expires_at:time|null token?:text}",
	 "the only time that `token` is shown"},
	{0},
};

const struct api_shape api_params[] = {
	{"lang", "text", "of what is shown to people: en, de"},
	{"where", "text", "a condition: those for whom it holds"},
	{"columns", "text", "what to show, with commas between"},
	{"sort", "text", "by this column; - before it turns it round"},
	{"limit", "int", "at most so many (100; at most 1000)"},
	{"cursor", "text", "`next` of the page before"},
	{"module", "text", "records of this module (contact); * where a list"
	 " is asked for: of all"},
	{"to_module", "text", "of the other end of a link"},
	{"threshold", "text", "numbers with commas between"},
	{"by", "text", "a part of a score, as percent; verdicts by reason,"
	 " campaign, network or day"},
	{"n", "int", "how many"},
	{"bins", "int", "about so many bars"},
	{"a", "text", "a key"},
	{"b", "text", "another key"},
	{"contact", "text", "only of this one"},
	{"name", "text", "only of this name"},
	{"file", "text", "what messages call the file"},
	{"about", "text", "only those bound to a list, form or campaign"},
	{"format", "text", "which of the formats there are"},
	{"dry_run", "bool", "say what it would do"},
	{"take_back", "bool", "points of removed rules are taken back"},
	{"record", "text", "for this one alone"},
	{"score", "text", "the score's name (lead)"},
	{"movers", "int", "so many of those that move most"},
	{"signal", "text", "only this one"},
	{"automation", "text", "only of this one"},
	{"state", "text", "only those in this state"},
	{"scores", "text", "add to scores, or set them"},
	{"signals", "bool", "the lines are signals, not records"},
	{"last", "bool", "this chunk is the last"},
	{"offset", "int", "bytes of the file before the chunk"},
	{"for", "text", "as this contact gets it"},
	{"explain", "text", "each part of the condition for this contact"},
	{"version", "text", "of a split broadcast: a or b"},
	{"with", "text", "the other broadcast"},
	{"link", "text", "only clicks on this address"},
	{"step", "text", "only the mails of this step"},
	{"actor", "text", "only by this one"},
	{"action", "text", "only this, or what begins with it and a dot"},
	{"object", "text", "only to this"},
	{"origin", "text", "only from there"},
	{"since", "text", "from this moment on"},
	{"until", "text", "before this moment"},
	{"kind", "text", "of these kinds, with commas between"},
	{"to", "text", "whom it goes to"},
	{"from", "text", "the envelope's sender"},
	{"campaign", "text", "its campaign"},
	{0},
};
/* clang-format on */
