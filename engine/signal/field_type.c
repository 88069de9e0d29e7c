/* field_type.c - see field_type.h: the table, and values of each type. */
#include "signal/field_type.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/pool.h"
#include "base/text.h"

enum { PHONE_LEAST = 7, PHONE_MOST = 15, COUNTRY_MOST = 3 };

static struct pool *pool;
static struct field_info *table; /* in the pool */
static size_t n_fields;

static const char *const type_names[] = {"text",    "number", "date",
					 "boolean", "choice", "many"};

const char *
field_type_name(enum field_type type)
{
	return type_names[type];
}

int
field_type_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(type_names) / sizeof(*type_names); i++)
		if (strcmp(name, type_names[i]) == 0)
			return (int)i;
	return -1;
}

/* --- the table ---------------------------------------------------------- */

const struct field_info *
field_find(const char *name)
{
	size_t i;

	for (i = 0; i < n_fields; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

size_t
field_count(void)
{
	return n_fields;
}

const struct field_info *
field_at(size_t i)
{
	return i < n_fields ? &table[i] : NULL;
}

bool
field_is_unique(const char *name)
{
	const struct field_info *info = field_find(name);

	return (info && info->unique) ||
	       (strncmp(name, FIELD_EXTERNAL_ID, strlen(FIELD_EXTERNAL_ID)) ==
			0 &&
		name[strlen(FIELD_EXTERNAL_ID)]);
}

bool
field_is_many(const char *name)
{
	const struct field_info *info = field_find(name);

	return info && info->type == FIELD_MANY;
}

static enum sg_status
check_choices(const struct field_info *info, struct sg_err *err)
{
	size_t i;

	if (info->n_choices && info->type != FIELD_CHOICE &&
	    info->type != FIELD_MANY)
		return err_set(err, SG_REFUSED,
			       "`choices` go with `type = choice` or many");
	if (!info->n_choices && info->type == FIELD_CHOICE)
		return err_set(err, SG_REFUSED,
			       "`type = choice` needs `choices = { … }`");
	if (info->n_choices > FIELD_CHOICES_MOST)
		return err_set(err, SG_REFUSED, "more than %d choices",
			       FIELD_CHOICES_MOST);
	for (i = 0; i < info->n_choices; i++)
		if (!*info->choices[i] || strchr(info->choices[i], ';'))
			return err_set(err, SG_REFUSED,
				       "a choice is not empty and has no ;");
	return SG_OK;
}

enum sg_status
field_check(const struct field_info *info, struct sg_err *err)
{
	size_t len =
		strspn(info->name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (len == 0 || len > FIELD_NAME_MOST || info->name[len] ||
	    (info->name[0] >= '0' && info->name[0] <= '9'))
		return err_set(err, SG_REFUSED,
			       "a field's name is 1 to %d of a-z, 0-9 and _, "
			       "not beginning with a digit",
			       FIELD_NAME_MOST);
	if (field_find(info->name))
		return err_set(err, SG_REFUSED,
			       "field \"%s\" is declared already", info->name);
	if (n_fields == FIELDS_MOST)
		return err_set(err, SG_REFUSED, "more than %d fields",
			       FIELDS_MOST);
	if (info->unique &&
	    (info->type == FIELD_BOOLEAN || info->type == FIELD_CHOICE ||
	     info->type == FIELD_MANY))
		return err_set(err, SG_REFUSED,
			       "`unique` goes with text, number and date");
	if (info->phone && info->type != FIELD_TEXT)
		return err_set(err, SG_REFUSED,
			       "`format = phone` goes with `type = text`");
	len = strspn(info->country, "0123456789");
	if (len > COUNTRY_MOST || info->country[len])
		return err_set(err, SG_REFUSED,
			       "`country` is a calling code, as 49");
	return check_choices(info, err);
}

enum sg_status
field_declare(const struct field_info *info, struct sg_err *err)
{
	enum sg_status status = field_check(info, err);
	struct field_info *to;
	const char **choices;
	size_t i;

	if (status != SG_OK)
		return status;
	if (!pool) {
		pool = pool_new();
		table = pool_alloc(pool, FIELDS_MOST * sizeof(*table));
	}
	to = &table[n_fields++];
	*to = *info;
	to->name = pool_strdup(pool, info->name);
	to->title = pool_strdup(pool, info->title && *info->title ? info->title
								  : info->name);
	to->country = pool_strdup(pool, info->country);
	choices = pool_alloc(pool, (info->n_choices + 1) * sizeof(*choices));
	for (i = 0; i < info->n_choices; i++)
		choices[i] = pool_strdup(pool, info->choices[i]);
	to->choices = choices;
	return SG_OK;
}

void
field_forget_declared(void)
{
	pool_free(pool);
	pool = NULL;
	table = NULL;
	n_fields = 0;
}

/* --- values ------------------------------------------------------------- */

typedef enum sg_status normalise_fn(const struct field_info *info,
				    const char *value, struct buf *out,
				    struct sg_err *err);

static enum sg_status
refuse(const struct field_info *info, const char *value, const char *expected,
       struct sg_err *err)
{
	return err_set(err, SG_REFUSED, "field %s: `%.64s` is not %s",
		       info->name, value, expected);
}

/* "+49 (0)30 123-45" is +493012345 (ITU-T E.164); "00" before a country is
 * its +, a single 0 before a number of our own country goes. */
static enum sg_status
normalise_phone(const struct field_info *info, const char *value,
		struct buf *out, struct sg_err *err)
{
	char digits[PHONE_MOST + 1];
	bool abroad = *value == '+';
	size_t n = 0;

	for (; *value; value++) {
		if (abroad && strncmp(value, "(0)", 3) == 0)
			value += 2;
		else if (*value >= '0' && *value <= '9' && n < PHONE_MOST + 1)
			digits[n++] = *value;
		else if (!strchr(" -./()+", *value) || n > PHONE_MOST ||
			 (*value == '+' && n))
			return refuse(info, value, "part of a phone number",
				      err);
	}
	if (!abroad && n > 2 && digits[0] == '0' && digits[1] == '0') {
		memmove(digits, digits + 2, n -= 2);
		abroad = true;
	}
	if (!abroad && !*info->country)
		return err_set(err, SG_REFUSED,
			       "field %s: expected a phone number with its "
			       "country, as +49 30 12345",
			       info->name);
	if (n < PHONE_LEAST - (abroad ? 0 : strlen(info->country)) ||
	    n + (abroad ? 0 : strlen(info->country)) > PHONE_MOST + 1)
		return err_set(err, SG_REFUSED,
			       "field %s: a phone number has %d to %d digits",
			       info->name, PHONE_LEAST, PHONE_MOST);
	buf_append_char(out, '+');
	if (!abroad)
		buf_append_text(out, info->country);
	if (!abroad && digits[0] == '0')
		buf_append(out, digits + 1, n - 1);
	else
		buf_append(out, digits, n);
	return SG_OK;
}

static enum sg_status
normalise_text(const struct field_info *info, const char *value,
	       struct buf *out, struct sg_err *err)
{
	if (info->phone)
		return normalise_phone(info, value, out, err);
	buf_append_text(out, value);
	return SG_OK;
}

static enum sg_status
normalise_number(const struct field_info *info, const char *value,
		 struct buf *out, struct sg_err *err)
{
	double number;

	if (!text_to_number(value, &number))
		return refuse(info, value, "a number, as 12.5", err);
	buf_append_text(out, value);
	return SG_OK;
}

static enum sg_status
normalise_date(const struct field_info *info, const char *value,
	       struct buf *out, struct sg_err *err)
{
	struct sg_err unused;
	int64_t at;

	if (clock_parse(value, NULL, &at, &unused) != SG_OK)
		return refuse(info, value,
			      "a date, as 2026-01-31 or 2026-01-31T09:00", err);
	buf_append_text(out, value);
	return SG_OK;
}

static enum sg_status
normalise_boolean(const struct field_info *info, const char *value,
		  struct buf *out, struct sg_err *err)
{
	static const char *const words[] = {"true",  "yes", "on",  "1",
					    "false", "no",  "off", "0"};
	size_t i;

	for (i = 0; i < 8; i++)
		if (text_equal_ascii(value, words[i])) {
			buf_append_text(out, words[i / 4 * 4]);
			return SG_OK;
		}
	return refuse(info, value, "true or false", err);
}

static enum sg_status
normalise_choice(const struct field_info *info, const char *value,
		 struct buf *out, struct sg_err *err)
{
	struct buf known = BUF_INIT;
	enum sg_status status;
	size_t i;

	for (i = 0; i < info->n_choices; i++)
		if (text_equal_fold(info->choices[i], value)) {
			buf_append_text(out, info->choices[i]);
			return SG_OK;
		}
	if (info->type == FIELD_MANY && !info->n_choices) {
		buf_append_text(out, value);
		return SG_OK;
	}
	buf_append_text(&known, "one of ");
	for (i = 0; i < info->n_choices && known.len < 400; i++)
		buf_printf(&known, "%s%s", i ? ", " : "", info->choices[i]);
	status = refuse(info, value, buf_text(&known), err);
	buf_done(&known);
	return status;
}

struct many {
	const struct field_info *info;
	struct buf *out;
	struct sg_err *err;
	enum sg_status status;
	bool any;
};

static void
take_item(void *arg, const char *item, size_t len)
{
	struct many *many = arg;
	struct buf one = BUF_INIT, normal = BUF_INIT;

	if (many->status != SG_OK)
		return;
	buf_append(&one, item, len);
	many->status = normalise_choice(many->info, buf_text(&one), &normal,
					many->err);
	if (many->status == SG_OK &&
	    !field_many_has(buf_text(many->out), buf_text(&normal)))
		buf_printf(many->out, "%s%s", many->out->len ? ";" : "",
			   buf_text(&normal));
	buf_done(&one);
	buf_done(&normal);
}

static enum sg_status
normalise_many(const struct field_info *info, const char *value,
	       struct buf *out, struct sg_err *err)
{
	struct buf items = BUF_INIT;
	struct many many = {info, &items, err, SG_OK, false};

	field_many_each(value, take_item, &many);
	if (many.status == SG_OK)
		buf_append(out, items.data, items.len);
	buf_done(&items);
	return many.status;
}

enum sg_status
field_normalise_as(const struct field_info *info, const char *value,
		   struct buf *out, struct sg_err *err)
{
	static normalise_fn *const by_type[] = {
		normalise_text,	   normalise_number, normalise_date,
		normalise_boolean, normalise_choice, normalise_many};
	const char *end = value + strlen(value);
	struct buf trimmed = BUF_INIT;
	enum sg_status status;

	value += strspn(value, " \t\r\n");
	while (end > value && strchr(" \t\r\n", end[-1]))
		end--;
	if (end == value)
		return SG_OK;
	buf_append(&trimmed, value, (size_t)(end - value));
	status = by_type[info->type](info, buf_text(&trimmed), out, err);
	buf_done(&trimmed);
	return status;
}

enum sg_status
field_normalise(const char *name, const char *value, struct buf *out,
		struct sg_err *err)
{
	const struct field_info *info = field_find(name);

	if (info)
		return field_normalise_as(info, value, out, err);
	buf_append_text(out, value);
	return SG_OK;
}

void
field_many_each(const char *value,
		void (*fn)(void *arg, const char *item, size_t len), void *arg)
{
	while (*value) {
		size_t len = strcspn(value, ";"), end = len, at = 0;

		while (at < end && value[at] == ' ')
			at++;
		while (end > at && value[end - 1] == ' ')
			end--;
		if (end > at)
			fn(arg, value + at, end - at);
		value += len;
		if (*value)
			value++;
	}
}

struct wanted {
	const char *item;
	bool found;
};

static void
look_at(void *arg, const char *item, size_t len)
{
	struct wanted *wanted = arg;
	struct buf one = BUF_INIT;

	buf_append(&one, item, len);
	wanted->found |= text_equal_fold(buf_text(&one), wanted->item);
	buf_done(&one);
}

bool
field_many_has(const char *value, const char *item)
{
	struct wanted wanted = {item, false};

	field_many_each(value, look_at, &wanted);
	return wanted.found;
}
