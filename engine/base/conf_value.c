/* conf_value.c - the texts of a configuration as values; see conf_tree.h. */
#include "base/conf_tree.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static enum sg_status
set_bool(struct conf_value *value, const char *text, struct sg_err *err)
{
	static const char *const words[] = {"no", "yes",   "off",
					    "on", "false", "true"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (text_equal_ascii(text, words[i])) {
			value->boolean = i % 2;
			return SG_OK;
		}
	return err_set(err, SG_REFUSED, "expected yes or no");
}

static enum sg_status
set_size(struct conf_value *value, const char *text, struct sg_err *err)
{
	static const char units[] = "kKmMgG";
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits;
	long long number = 0;
	char copy[16];

	if (digits == 0 || digits > 12 || (*unit && unit[1]) ||
	    (*unit && !strchr(units, *unit)))
		return err_set(err, SG_REFUSED,
			       "expected a size as 500, 64K, 30M or 2G");
	memcpy(copy, text, digits);
	copy[digits] = '\0';
	if (!text_to_int(copy, &number))
		return err_set(err, SG_REFUSED, "the size is too large");
	value->integer = number;
	if (*unit)
		value->integer =
			(int64_t)((uint64_t)number
				  << 10 * (1 +
					   (strchr(units, *unit) - units) / 2));
	return SG_OK;
}

static enum sg_status
set_percent(struct conf_value *value, const char *text, struct sg_err *err)
{
	size_t len = strlen(text);
	char copy[32];

	if (text_equal_ascii(text, "none")) {
		value->number = 0;
		return SG_OK;
	}
	if (len > 0 && text[len - 1] == '%')
		len--;
	if (len < sizeof(copy)) {
		memcpy(copy, text, len);
		copy[len] = '\0';
		if (text_to_number(copy, &value->number))
			return SG_OK;
	}
	return err_set(err, SG_REFUSED,
		       "expected a percentage as 5%%, 0.5%% "
		       "or none");
}

static enum sg_status
set_number(struct conf_value *value, enum conf_type type, const char *text,
	   struct sg_err *err)
{
	long long integer;

	switch (type) {
	case CONF_NUMBER:
		if (text_to_number(text, &value->number))
			return SG_OK;
		return err_set(err, SG_REFUSED, "expected a number");
	case CONF_INT:
		if (!text_to_int(text, &integer))
			return err_set(err, SG_REFUSED,
				       "expected a whole number");
		value->integer = integer;
		return SG_OK;
	case CONF_DURATION:
		return clock_parse_duration(text, &value->integer, err);
	case CONF_SIZE:
		return set_size(value, text, err);
	case CONF_PERCENT:
		return set_percent(value, text, err);
	default:
		assert(!"a number type");
		return SG_FAILED;
	}
}

/* A bound in the unit people wrote in: a duration's is in ms. */
static void
append_bound(struct buf *to, enum conf_type type, double bound)
{
	if (type == CONF_DURATION && bound >= 1000) {
		text_append_number(to, bound / 1000);
		buf_append_text(to, "s");
		return;
	}
	text_append_number(to, bound);
	if (type == CONF_DURATION)
		buf_append_text(to, "ms");
	if (type == CONF_PERCENT)
		buf_append_text(to, "%");
}

static enum sg_status
check_bounds(const struct conf_value *value, const struct conf_option *option,
	     struct sg_err *err)
{
	bool whole = option->type == CONF_INT ||
		     option->type == CONF_DURATION || option->type == CONF_SIZE;
	double number = whole ? (double)value->integer : value->number;
	struct buf text = BUF_INIT;

	if (option->least == 0 && option->most == 0)
		return SG_OK;
	if (number >= option->least && number <= option->most)
		return SG_OK;
	append_bound(&text, option->type, option->least);
	buf_append_text(&text, " and ");
	append_bound(&text, option->type, option->most);
	err_set(err, SG_REFUSED, "expected something between %s",
		buf_text(&text));
	buf_done(&text);
	return SG_REFUSED;
}

enum sg_status
conf_value_set(struct conf_value *value, const struct conf_option *option,
	       const char *text, struct sg_err *err)
{
	struct conf_value set = {.line = value->line, .text = text};
	enum sg_status status = SG_OK;

	if (option->type == CONF_BOOL)
		status = set_bool(&set, text, err);
	else if (option->type != CONF_TEXT)
		status = set_number(&set, option->type, text, err);
	if (status == SG_OK && option->type != CONF_TEXT &&
	    option->type != CONF_BOOL)
		status = check_bounds(&set, option, err);
	if (status == SG_OK)
		*value = set;
	return status;
}

void
conf_value_push(struct conf_value *value, struct pool *pool, const char *item)
{
	size_t n = value->n_items;

	if ((n & (n - 1)) == 0) { /* full at each power of two */
		const char **items =
			pool_alloc(pool, (n ? n * 2 : 1) * sizeof(*items));

		if (n)
			memcpy(items, value->items, n * sizeof(*items));
		value->items = items;
	}
	value->items[value->n_items++] = item;
}

void
conf_value_set_list(struct conf_value *value, struct pool *pool,
		    const char *text)
{
	while (*(text += strspn(text, " {},\t\n"))) {
		size_t len;

		if (*text == '"') {
			len = strcspn(++text, "\"");
			conf_value_push(value, pool,
					pool_memdup(pool, text, len));
			len += text[len] == '"';
		} else {
			len = strcspn(text, " {},\t\n");
			conf_value_push(value, pool,
					pool_memdup(pool, text, len));
		}
		text += len;
	}
}
