/* random_history.c - see random_history.h. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "random_history.h"
#include "signal/record_key.h"

#define DAY CLOCK_DAY_MS

uint64_t random_seed;

uint64_t
random_below(uint64_t below)
{
	random_seed ^= random_seed << 13;
	random_seed ^= random_seed >> 7;
	random_seed ^= random_seed << 17;
	return random_seed % below;
}

const char random_rules[] =
	"rule \"Opened\" { on = \"email.opened\" add = 1 "
	"once_per = \"message\" }\n"
	"rule \"Clicked\" { on = \"email.clicked\" add = 5 degrade = \"1%\" "
	"once_per = \"2 per 3d\" }\n"
	"rule \"First\" { on = \"email.clicked\" add = 20 "
	"once_per = \"ever\" }\n"
	"rule \"Daily\" { on = \"email.opened\" subtract = 2 score = \"fit\" "
	"once_per = \"day\" }\n"
	"rule \"Seen\" { on = \"record.created\" add = 3 score = \"drift\" }\n"
	"rule \"Boss\" { when = \"field.job = 'CEO'\" add = 10 }\n"
	"rule \"Tagged\" { when = \"tag 'vip' or list 'news'\" add = 4 "
	"score = \"drift\" }\n"
	"rule \"Busy\" { when = \"email.clicked within 2d\" add = 7 "
	"score = \"fit\" }\n"
	"rule \"Left\" { on = \"list.left\" subtract = 6 score = \"drift\" }\n"
	"rule \"Hot\" { on = \"score.changed\" when = \"has score >= 15\" "
	"add = 2 score = \"fit\" once_per = \"day\" }\n"
	"rule \"Engaged\" { on = \"email.opened\" "
	"when = \"email.clicked within 5d at least 2 times and "
	"field.job is not empty\" add = 9 score = \"drift\" }\n"
	"rule \"Changed\" { on = \"field.changed\" "
	"when = \"signal.old = 'CEO'\" subtract = 1 score = \"fit\" }\n"
	"rule \"Absent\" { on = \"email.sent\" unless = \"email.clicked "
	"within 2d\" subtract = 8 because = \"no {{signal.campaign}}\" }\n"
	"rule \"Silent\" { on = \"email.opened\" unless = \"email.clicked "
	"where (signal.url = 'http://a/') within 36h at least 2 times\" "
	"subtract = 2 once_per = \"2 per 4d\" expires = \"3d\" "
	"score = \"drift\" }\n"
	"rule \"Brief\" { on = \"email.opened\" add = 11 expires = \"2d\" "
	"cap = \"25 per 6d\" }\n"
	"rule \"Capped\" { on = \"email.clicked\" add = 6 cap = 20 "
	"cap_group = \"g\" expires = \"9d\" score = \"fit\" }\n"
	"rule \"Capped too\" { on = \"score.changed\" subtract = 3 "
	"when = \"signal.score = 'lead'\" cap_group = \"g\" "
	"score = \"fit\" }\n";

const char *const random_people[RANDOM_PEOPLE] = {
	"ann@example.com", "bob@example.com", "cyd@example.com"};
static const char *const urls[] = {"http://a/", "http://b/"};
static const char *const jobs[] = {"CEO", "CTO", ""};
static const char *const numbers[] = {"5", "-3.5", "40", "0"};
const char *const random_scores[] = {"lead", "fit", "drift"};

static void
make_change(struct signal *s)
{
	switch (random_below(8)) {
	case 0:
	case 1:
	case 2:
		s->kind = SIGNAL_FIELD_SET;
		s->name = "field.changed";
		applier_set(s, "name", "job");
		applier_set(s, "value", jobs[random_below(3)]);
		break;
	case 3:
		s->kind = random_below(2) ? SIGNAL_TAG_ADD : SIGNAL_TAG_REMOVE;
		s->name =
			s->kind == SIGNAL_TAG_ADD ? "tag.added" : "tag.removed";
		applier_set(s, "tag", "vip");
		break;
	case 4:
		s->kind =
			random_below(2) ? SIGNAL_LIST_JOIN : SIGNAL_LIST_LEAVE;
		s->name = s->kind == SIGNAL_LIST_JOIN ? "list.joined"
						      : "list.left";
		applier_set(s, "list", "news");
		break;
	case 5:
	case 6:
		s->kind = random_below(3) ? SIGNAL_SCORE_ADD : SIGNAL_SCORE_SET;
		s->name = s->kind == SIGNAL_SCORE_ADD ? "score.added"
						      : "score.set";
		applier_set(s, "score", random_scores[random_below(3)]);
		applier_set(s, "points", numbers[random_below(4)]);
		break;
	default:
		s->kind = SIGNAL_SCORE_ERASE;
		s->name = "score.erased";
		applier_set(s, "score", random_scores[random_below(3)]);
	}
}

void
random_history(struct signal *signals, int64_t base)
{
	size_t i;

	for (i = 0; i < RANDOM_SIGNALS; i++) {
		const char *who = random_people[random_below(RANDOM_PEOPLE)];
		struct signal *s = &signals[i];

		/* no two at one moment: those go by arrival */
		*s = applier_signal(
			"email.opened", who,
			base + (int64_t)(i * DAY / 3 + random_below(DAY / 4)));
		s->received_at = base + 100 * DAY;
		s->external_id = i + 1;
		if (random_below(3) == 0) {
			make_change(s);
			continue;
		}
		s->message_id = random_below(4);
		if (s->message_id && random_below(9) == 0) {
			s->kind = SIGNAL_JUDGE;
			s->name = "signal.judged";
			s->verdict = random_below(3);
			if (random_below(2))
				applier_set(s, "signal", "email.clicked");
			continue;
		}
		if (random_below(2)) {
			s->name = "email.clicked";
			applier_set(s, "url", urls[random_below(2)]);
		}
		if (random_below(4) == 0) { /* known by the token only */
			s->record_key =
				record_key_hash(applier_secret, "contact", who);
			s->key = "";
		}
		if (s->message_id && random_below(4) == 0) {
			s->name = random_below(3) ? "email.sent"
						  : "email.bounced";
			applier_set(s, "campaign", "spring");
		}
		if (random_below(8) == 0)
			s->verdict = random_below(2) ? VERDICT_MACHINE
						     : VERDICT_PROXY;
	}
	/* Everybody is known in the end. */
	for (i = 0; i < RANDOM_PEOPLE; i++) {
		struct signal *s = &signals[RANDOM_SIGNALS + i];

		*s = applier_change(SIGNAL_TAG_ADD, "tag.added",
				    random_people[i],
				    base + 90 * DAY + (int64_t)i);
		s->received_at = base + 100 * DAY;
		applier_set(s, "tag", "known");
	}
}

/* Both ways, under a cap, for a time, against an absence, by the score. */
const char random_also_rules[] =
	"rule \"Theirs\" { on = \"email.clicked\" add = 4 also = \"account\" "
	"score = \"fit\" }\n"
	"rule \"Theirs capped\" { on = \"email.opened\" add = 3 "
	"also = \"account\" cap = \"8 per 5d\" degrade = \"1%\" }\n"
	"rule \"Theirs for a time\" { on = \"email.clicked\" add = 2 "
	"also = \"account\" expires = \"4d\" }\n"
	"rule \"Theirs silent\" { on = \"email.sent\" subtract = 5 "
	"unless = \"email.clicked within 2d\" also = \"account\" }\n"
	"rule \"Theirs hot\" { on = \"email.opened\" "
	"when = \"has score >= 10\" add = 6 also = \"account\" "
	"score = \"drift\" }\n"
	"rule \"Ours\" { on = \"order.paid\" module = \"account\" add = 9 "
	"also = \"contact\" }\n"
	"rule \"Ours grown\" { on = \"score.changed\" module = \"account\" "
	"when = \"signal.score = 'fit' and has score 'fit' > 8\" add = 1 "
	"score = \"drift\" }\n";

const char *const random_accounts[RANDOM_ACCOUNTS] = {"ACME", "Initech"};

static void
make_link(struct signal *s, const char *module, const char *end)
{
	s->kind = random_below(3) ? SIGNAL_LINK : SIGNAL_UNLINK;
	s->name = s->kind == SIGNAL_LINK ? "record.linked" : "record.unlinked";
	s->n_props = 0;
	s->verdict = VERDICT_HUMAN;
	s->message_id = 0;
	applier_set(s, "relation", module);
	applier_set(s, "module", module);
	applier_set(s, "key", end);
}

void
random_linked_history(struct signal *signals, int64_t base)
{
	size_t i;

	random_history(signals, base);
	for (i = 0; i < RANDOM_SIGNALS; i++) {
		struct signal *s = &signals[i];
		const char *account =
			random_accounts[random_below(RANDOM_ACCOUNTS)];
		const char *who = random_people[random_below(RANDOM_PEOPLE)];

		switch (i < 4 ? 0 : random_below(8)) {
		case 0: /* all that happens later may go along it */
			s->key = who;
			s->record_key = 0;
			make_link(s, "account", account);
			break;
		case 1:
			s->key = account;
			s->record_key = 0;
			s->module = "account";
			make_link(s, "contact", who);
			break;
		case 2:
			*s = applier_signal("order.paid", account,
					    s->happened_at);
			s->module = "account";
			s->received_at = base + 100 * DAY;
			s->external_id = i + 1;
			break;
		default:
			break;
		}
	}
}

void
random_shuffle(struct signal *signals, size_t n)
{
	while (n > 1) {
		size_t i = random_below(n--);
		struct signal swap = signals[i];

		signals[i] = signals[n];
		signals[n] = swap;
	}
}
