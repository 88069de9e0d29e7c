/* signal.c - see signal.h: the struct itself, its bounds, its properties. */
#include "signal/signal.h"

#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/text.h"
#include "signal/signal_codec.h"

void
signal_init(struct signal *signal, const char *name, int64_t now)
{
	memset(signal, 0, offsetof(struct signal, props));
	signal->kind = SIGNAL_HAPPENED;
	signal->name = name;
	signal->happened_at = now;
	signal->received_at = now;
	signal->module = signal->key = "";
	signal->source = signal->actor = signal->because = "";
	signal->verdict = VERDICT_HUMAN;
	signal->verdict_reason = "";
}

/* --- bounds ------------------------------------------------------------- */

static const bool in_names[256] = {
	['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1,
	['g'] = 1, ['h'] = 1, ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1,
	['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1, ['r'] = 1,
	['s'] = 1, ['t'] = 1, ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1,
	['y'] = 1, ['z'] = 1, ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1,
	['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1,
	['_'] = 1, ['.'] = 1};

static bool
is_name(const char *text, bool dash)
{
	const char *at = text;

	while (in_names[(unsigned char)*at] || (dash && *at == '-'))
		at++;
	return at > text && !*at;
}

static enum sg_status
check_prop(const char *name, const char *value, struct sg_err *err)
{
	size_t len = strlen(value);

	if (strlen(name) > SIGNAL_NAME_MOST || !is_name(name, false))
		return err_set(err, SG_REFUSED,
			       "property \"%.64s\": expected 1 to %d of "
			       "a-z 0-9 _ . as its name",
			       name, SIGNAL_NAME_MOST);
	if (len > SIGNAL_VALUE_MOST)
		return err_set(err, SG_REFUSED,
			       "property %s has %zu bytes, %d is the most",
			       name, len, SIGNAL_VALUE_MOST);
	if (!text_is_utf8(value, len))
		return err_set(err, SG_REFUSED, "property %s is not UTF-8",
			       name);
	return SG_OK;
}

enum sg_status
signal_set(struct signal *signal, const char *name, const char *value,
	   struct sg_err *err)
{
	enum sg_status status = check_prop(name, value, err);
	size_t i;

	if (status != SG_OK)
		return status;
	for (i = 0; i < signal->n_props; i++)
		if (strcmp(signal->props[i].name, name) == 0)
			break;
	if (i == SIGNAL_PROPS_MOST)
		return err_set(err, SG_REFUSED,
			       "property %s: a signal has at most %d", name,
			       SIGNAL_PROPS_MOST);
	signal->props[i].name = name;
	signal->props[i].value = value;
	if (i == signal->n_props)
		signal->n_props++;
	return SG_OK;
}

const char *
signal_get(const struct signal *signal, const char *name)
{
	size_t i;

	for (i = 0; i < signal->n_props; i++)
		if (strcmp(signal->props[i].name, name) == 0)
			return signal->props[i].value;
	return NULL;
}

static enum sg_status
check_text(const char *what, const char *text, size_t most, struct sg_err *err)
{
	size_t len = strlen(text);

	if (len > most)
		return err_set(err, SG_REFUSED,
			       "a signal's %s has %zu bytes, %zu is the most",
			       what, len, most);
	if (!text_is_utf8(text, len))
		return err_set(err, SG_REFUSED, "a signal's %s is not UTF-8",
			       what);
	return SG_OK;
}

static enum sg_status
check_head(const struct signal *signal, struct sg_err *err)
{
	const struct {
		const char *what, *text;
		size_t most;
	} texts[] = {
		{"module", signal->module, SIGNAL_NAME_MOST},
		{"key", signal->key, SIGNAL_KEY_MOST},
		{"source", signal->source, SIGNAL_NAME_MOST},
		{"actor", signal->actor, SIGNAL_TEXT_MOST},
		{"explanation", signal->because, SIGNAL_TEXT_MOST},
		{"verdict reason", signal->verdict_reason, SIGNAL_TEXT_MOST},
	};
	enum sg_status status = SG_OK;
	size_t i;

	if (signal->kind < SIGNAL_HAPPENED || signal->kind > SIGNAL_KIND_LAST)
		return err_set(err, SG_REFUSED, "a signal of unknown kind %d",
			       (int)signal->kind);
	if ((int)signal->verdict < VERDICT_HUMAN ||
	    signal->verdict > VERDICT_MACHINE)
		return err_set(err, SG_REFUSED, "an unknown verdict %d",
			       (int)signal->verdict);
	if (strlen(signal->name) > SIGNAL_NAME_MOST ||
	    !is_name(signal->name, true))
		return err_set(err, SG_REFUSED,
			       "signal \"%.64s\": expected 1 to %d of "
			       "a-z 0-9 _ . - as its name",
			       signal->name, SIGNAL_NAME_MOST);
	for (i = 0; status == SG_OK && i < sizeof(texts) / sizeof(*texts); i++)
		status = check_text(texts[i].what, texts[i].text, texts[i].most,
				    err);
	return status;
}

enum sg_status
signal_check(const struct signal *signal, struct sg_err *err)
{
	enum sg_status status = check_head(signal, err);
	size_t i, size;

	if (status != SG_OK)
		return status;
	if (signal->n_props > SIGNAL_PROPS_MOST)
		return err_set(err, SG_REFUSED,
			       "a signal has %zu properties, %d is the most",
			       signal->n_props, SIGNAL_PROPS_MOST);
	for (i = 0; status == SG_OK && i < signal->n_props; i++)
		status = check_prop(signal->props[i].name,
				    signal->props[i].value, err);
	if (status != SG_OK)
		return status;
	size = signal_encoded_size(signal);
	if (size > SIGNAL_BYTES_MOST)
		return err_set(err, SG_REFUSED,
			       "a signal of %zu bytes, %d is the most", size,
			       SIGNAL_BYTES_MOST);
	return SG_OK;
}

void
signal_copy(struct signal *to, const struct signal *from, struct pool *pool)
{
	size_t i;

	memcpy(to, from, offsetof(struct signal, props));
	to->name = pool_strdup(pool, from->name);
	to->module = pool_strdup(pool, from->module);
	to->key = pool_strdup(pool, from->key);
	to->source = pool_strdup(pool, from->source);
	to->actor = pool_strdup(pool, from->actor);
	to->because = pool_strdup(pool, from->because);
	to->verdict_reason = pool_strdup(pool, from->verdict_reason);
	for (i = 0; i < from->n_props; i++) {
		to->props[i].name = pool_strdup(pool, from->props[i].name);
		to->props[i].value = pool_strdup(pool, from->props[i].value);
	}
}

/* --- properties as JSON -------------------------------------------------- */

void
signal_props_to_json(const struct signal *signal, struct buf *to)
{
	size_t i;

	buf_append_char(to, '{');
	for (i = 0; i < signal->n_props; i++) {
		if (i)
			buf_append_char(to, ',');
		escape_json(to, signal->props[i].name);
		buf_append_char(to, ':');
		escape_json(to, signal->props[i].value);
	}
	buf_append_char(to, '}');
}

struct prop_reader {
	struct signal *signal;
	struct pool *pool;
	enum sg_status status;
	struct sg_err *err;
};

static bool
read_prop(void *arg, const char *name, struct json *value)
{
	struct prop_reader *reader = arg;
	struct buf text = BUF_INIT;

	if (!value) /* null */
		return true;
	if (json_scalar(value, &text) && buf_ok(&text))
		reader->status = signal_set(
			reader->signal, pool_strdup(reader->pool, name),
			pool_strdup(reader->pool, buf_text(&text)),
			reader->err);
	else
		reader->status = err_set(
			reader->err, SG_REFUSED,
			"property \"%.64s\": expected text, a number, true, "
			"false or null",
			name);
	buf_done(&text);
	return reader->status == SG_OK;
}

enum sg_status
signal_props_from_json(struct signal *signal, const char *json,
		       struct pool *pool, struct sg_err *err)
{
	struct prop_reader reader = {signal, pool, SG_OK, err};
	struct json *root;
	enum sg_status status;

	if (strcmp(json, "{}") == 0)
		return SG_OK;
	status = json_parse(json, strlen(json), &root, err);
	if (status != SG_OK)
		return status;
	if (json_is_object(root))
		json_each(root, read_prop, &reader);
	else
		reader.status = err_set(err, SG_REFUSED,
					"properties: expected a JSON object");
	json_free(root);
	return reader.status;
}

/* --- verdicts ----------------------------------------------------------- */

static const char *const verdict_names[] = {"human", "proxy", "machine"};

const char *
verdict_name(enum verdict verdict)
{
	if ((unsigned)verdict > VERDICT_MACHINE)
		return "unknown";
	return verdict_names[verdict];
}

enum sg_status
verdict_parse(const char *text, enum verdict *verdict_out, struct sg_err *err)
{
	int i;

	for (i = VERDICT_HUMAN; i <= VERDICT_MACHINE; i++) {
		if (strcmp(text, verdict_names[i]) == 0) {
			*verdict_out = (enum verdict)i;
			return SG_OK;
		}
	}
	return err_set(err, SG_REFUSED,
		       "verdict \"%.32s\": expected human, proxy or machine",
		       text);
}
