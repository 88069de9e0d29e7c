/* condition_aid.c - see condition_aid.h. */
#include "condition_aid.h"

#include <math.h>
#include <string.h>

/* --- a record of tables ------------------------------------------------- */

static const struct aid_record *
record_of(void *arg)
{
	return arg;
}

static const char *
view_field(void *arg, const char *name)
{
	const struct aid_pair *field = record_of(arg)->fields;

	for (; field && field->name; field++) {
		if (strcmp(field->name, name) == 0)
			return field->value;
	}
	return NULL;
}

static bool
has_name(const char *const *names, const char *name)
{
	for (; names && *names; names++) {
		if (strcmp(*names, name) == 0)
			return true;
	}
	return false;
}

static bool
view_tag(void *arg, const char *name)
{
	return has_name(record_of(arg)->tags, name);
}

static bool
view_list(void *arg, const char *name)
{
	return has_name(record_of(arg)->lists, name);
}

static bool
view_broadcast(void *arg, const char *name, const char *state)
{
	char both[128];

	snprintf(both, sizeof(both), "%s %s", name, state ? state : "any");
	return has_name(record_of(arg)->broadcasts, both);
}

static bool
view_score(void *arg, const char *name, enum score_part part, double *value_out)
{
	const struct aid_score *score = record_of(arg)->scores;

	*value_out = 0;
	for (; score && score->name; score++) {
		if (strcmp(score->name, name) == 0) {
			*value_out = part == SCORE_PERCENT ? score->percent
							   : score->value;
			return true;
		}
	}
	return part == SCORE_PERCENT;
}

static const char *
view_email(void *arg)
{
	return record_of(arg)->email;
}

static const char *
view_module(void *arg)
{
	const char *module = record_of(arg)->module;

	return module ? module : "contact";
}

static int64_t
view_created_at(void *arg)
{
	return record_of(arg)->created_at;
}

static void
view_occurrences(void *arg, const char *name, occurrence_fn *fn, void *fn_arg)
{
	const struct aid_hit *hit = record_of(arg)->hits;
	struct occurrence occurrence;
	struct signal signal;
	struct sg_err err;
	size_t i;

	for (; hit && hit->name; hit++) {
		if (strcmp(hit->name, name) != 0)
			continue;
		signal_init(&signal, name, hit->happened_at);
		for (i = 0; i < 4 && hit->props[i].name; i++)
			(void)!signal_set(&signal, hit->props[i].name,
					  hit->props[i].value, &err);
		occurrence.name = name;
		occurrence.happened_at = hit->happened_at;
		occurrence.signal = &signal;
		if (!fn(fn_arg, &occurrence))
			return;
	}
}

static bool
view_sequence(void *arg, const char *name, const char *state)
{
	return false;
}

struct record_view
aid_view(const struct aid_record *record)
{
	struct record_view view = {(void *)(uintptr_t)record,
				   view_field,
				   view_tag,
				   view_list,
				   view_score,
				   view_email,
				   view_module,
				   view_created_at,
				   view_occurrences,
				   view_broadcast,
				   view_sequence};

	return view;
}

/* --- names -------------------------------------------------------------- */

static const char *const score_names[] = {"lead", "fit", "quiz:onboarding",
					  NULL};
static const char *const signal_names[] = {"email.opened",   "email.clicked",
					   "email.bounced",  "field.changed",
					   "form.submitted", "order.paid",
					   "record.changed", "record.created",
					   "score.changed",  NULL};
static const struct aid_pair segments[] = {
	{"good", "has score >= 50 or tag 'vip'"},
	{"deep", "segment 'good' and field.country = 'DE'"},
	{"loop", "tag 'x' and segment 'loop again'"},
	{"loop again", "not segment 'loop'"},
	{"bad", "tag 'x' and\nhas score >= ten"},
	{NULL, NULL}};

static bool
known_signal(void *arg, const char *name, const char **hint_out)
{
	if (strcmp(name, "call.missed") == 0)
		*hint_out = "telephony";
	return has_name(signal_names, name);
}

static bool
known_score(void *arg, const char *name)
{
	return has_name(score_names, name);
}

static const char *
segment_text(void *arg, const char *name)
{
	const struct aid_pair *segment = segments;

	while (segment->name && strcmp(segment->name, name) != 0)
		segment++;
	return segment->value;
}

static bool
band_range(void *arg, const char *name, const char **score_out,
	   double *from_out, double *to_out)
{
	if (strcmp(name, "hot") == 0) {
		*score_out = "lead";
		*from_out = 80;
		*to_out = INFINITY;
		return true;
	}
	if (strcmp(name, "mild") != 0)
		return false;
	*score_out = "fit";
	*from_out = 20;
	*to_out = 80;
	return true;
}

static void
each_name(void *arg, enum condition_sort sort, condition_name_fn *fn,
	  void *fn_arg)
{
	static const char *const bands[] = {"hot", "mild", NULL};
	static const char *const saved[] = {"good", "deep", NULL};
	const char *const *name = sort == CONDITION_SCORES    ? score_names
				  : sort == CONDITION_SIGNALS ? signal_names
				  : sort == CONDITION_BANDS   ? bands
							      : saved;

	for (; *name; name++)
		fn(fn_arg, *name);
}

const struct condition_names *
aid_names(void)
{
	static const struct condition_names names = {
		.signal_known = known_signal,
		.score_known = known_score,
		.segment = segment_text,
		.band = band_range,
		.timezone = "Europe/Berlin",
		.each = each_name};

	return &names;
}

/* --- random expressions ------------------------------------------------- */

/* splitmix64 */
uint32_t
aid_random(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ (z >> 31)) >> 32);
}

static const char *
pick(uint64_t *seed, const char *const *from)
{
	size_t n = 0;

	while (from[n])
		n++;
	return from[aid_random(seed) % n];
}

static const char *const operands[] = {
	"field.age",	 "field.country",   "field.renewal",
	"field.zip",	 "field.vip",	    "field.none",
	"field.'Größe'", "email",	    "module",
	"created",	 "score",	    "score 'fit'",
	"percent",	 "manual",	    "positive",
	"touchpoint",	 "negative",	    "field_points 'fit'",
	"signal.url",	 "signal.campaign", NULL};
static const char *const constants[] = {"0",
					"1",
					"10",
					"-5",
					"42.5",
					"'de'",
					"'DE'",
					"'042'",
					"'straße'",
					"true",
					"false",
					"2026-01-31",
					"2026-03-01T09:00",
					"'2026-01-31'",
					NULL};
static const char *const signs[] = {"=", "!=", "<", "<=", ">", ">=", NULL};
static const char *const tests[] = {
	"list 'news'",
	"list 'sales'",
	"tag 'vip'",
	"tag 'never'",
	"segment 'good'",
	"segment 'deep'",
	"band 'hot'",
	"band 'mild'",
	"sequence 'x' active",
	"broadcast 'spring'",
	"broadcast 'spring' sent",
	"broadcast 'spring' opened",
	"broadcast 'spring' clicked",
	"has score",
	"has score 'fit'",
	"has score > 0",
	"has score >= 20",
	"has score != 30",
	"has score 'fit' between -5 and 20",
	"has score 'fit' <= 10",
	"percent >= 50",
	"percent 'fit' < 10",
	"percent = 0",
	"percent != 0",
	"score < 30",
	"score != 30",
	"score 'fit' >= -100",
	"25 <= score",
	"raw > 5",
	"negative < 0",
	"field.age > 30",
	"field.age != 30",
	"field.age + 1 >= field.zip / 2",
	"field.country in ('de', 'at', 42)",
	"field.country not in ('de', 'at', 42)",
	"field.country matches 'd*'",
	"field.'Größe' contains 'SS'",
	"field.none is empty",
	"field.age is not empty",
	"field.renewal within 30d",
	"created within 2d",
	"created < 2026-03-01",
	"email matches '*@example.com'",
	"email is empty",
	"module = 'lead'",
	"1 = 1",
	"1 / 0 = 1",
	"signal.url is empty",
	"email.opened",
	"email.clicked within 10d",
	"email.clicked within 30d at least 2 times",
	"email.clicked where (signal.url contains 'pricing')",
	"email.clicked where (signal.campaign = 'spring' and tag 'vip') "
	"within 60d",
	"email.opened where (email.clicked within 5d) at least 2 times",
	"order.paid where (signal.amount >= field.age) at least 1 times",
	"field.changed",
	"record.changed where (signal.name = 'age')",
	"record.created within 3d",
	"score.changed at least 2 times",
	NULL};

static void
calculation(uint64_t *seed, unsigned depth, struct buf *to)
{
	static const char *const arithmetic[] = {" + ", " - ", " * ", " / ",
						 NULL};

	if (depth == 0 || aid_random(seed) % 3) {
		buf_append_text(to, aid_random(seed) % 4
					    ? pick(seed, operands)
					    : pick(seed, constants));
		return;
	}
	if (aid_random(seed) % 8 == 0)
		buf_append_text(to, "-");
	buf_append_text(to, "(");
	calculation(seed, depth - 1, to);
	buf_append_text(to, pick(seed, arithmetic));
	calculation(seed, depth - 1, to);
	buf_append_text(to, ")");
}

static void
comparison(uint64_t *seed, struct buf *to)
{
	calculation(seed, 2, to);
	switch (aid_random(seed) % 8) {
	case 0:
		buf_printf(to, " %sin (%s, %s)",
			   aid_random(seed) % 2 ? "not " : "",
			   pick(seed, constants), pick(seed, constants));
		break;
	case 1:
		buf_printf(to, " is %sempty",
			   aid_random(seed) % 2 ? "not " : "");
		break;
	case 2:
		buf_printf(to, " within %ud", aid_random(seed) % 100);
		break;
	case 3:
		buf_append_text(to, " contains '4'");
		break;
	default:
		buf_printf(to, " %s ", pick(seed, signs));
		if (aid_random(seed) % 2)
			buf_append_text(to, pick(seed, constants));
		else
			calculation(seed, 2, to);
	}
}

void
aid_expression(uint64_t *seed, unsigned depth, struct buf *to)
{
	unsigned n, i;

	if (depth == 0 || aid_random(seed) % 4 == 0) {
		if (aid_random(seed) % 3)
			buf_append_text(to, pick(seed, tests));
		else
			comparison(seed, to);
		return;
	}
	if (aid_random(seed) % 3 == 0)
		buf_append_text(to, "not ");
	buf_append_text(to, "(");
	n = 1 + aid_random(seed) % 3;
	for (i = 0; i < n; i++) {
		if (i)
			buf_append_text(to, aid_random(seed) % 2 ? " and "
								 : " or ");
		aid_expression(seed, depth - 1, to);
	}
	buf_append_text(to, ")");
}
