/* host_form.c - what a form or a survey needs beside its request: limits,
 * "the same twice", values of a type, files. */
#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "base/text.h"
#include "gate/form.h"
#include "gate/gate_call.h"
#include "gate/gate_host.h"
#include "signal/field_type.h"
#include "signal/record_key.h"
#include "store/store_files.h"
#include "token/token.h"

enum { NETWORK_BITS_4 = 24, NETWORK_BITS_6 = 48 };

uint64_t
host_new_id(const struct sg_call *call)
{
	return message_id_new(call->now);
}

/* The same word of two plugins is two limits. */
static const char *
own_key(struct gate_call *call, const char *what, const char *who)
{
	return pool_printf(gate_call_pool(call), "%s\n%s\n%s",
			   call->plugin->descriptor.name, what, who);
}

bool
host_rate(const struct sg_call *call, const char *what, const char *who,
	  unsigned times, int64_t per_ms)
{
	struct gate_call *ours = gate_call_of(call);
	struct rate *rates = ours->plugin->gate->rates;
	struct rate_limit limit = {times, per_ms};
	const char *key = own_key(ours, what, who);

	return rate_take(rates, &limit, rate_key(rates, key, strlen(key)),
			 call->now, NULL);
}

enum sg_status
host_rate_read(const char *text, unsigned *times_out, int64_t *per_ms_out,
	       struct sg_err *err)
{
	struct rate_limit limit;
	enum sg_status status = rate_parse(text, &limit, err);

	if (status != SG_OK)
		return status;
	*times_out = limit.times;
	*per_ms_out = limit.per_ms;
	return SG_OK;
}

static void
write_network(struct sg_text *to, int family, unsigned char *address,
	      unsigned bits)
{
	char text[INET6_ADDRSTRLEN];

	memset(address + bits / 8, 0, (family == AF_INET ? 4 : 16) - bits / 8);
	inet_ntop(family, address, text, sizeof(text));
	buf_printf(&to->buf, "%s/%u", text, bits);
}

void
host_network(const struct sg_call *call, const struct sg_request *request,
	     struct sg_text *to)
{
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0,	   0,
						 0, 0, 0, 0, 0xff, 0xff};
	unsigned char address[16];
	const char *peer = request->peer ? request->peer : "";

	(void)call;
	if (inet_pton(AF_INET, peer, address) == 1)
		write_network(to, AF_INET, address, NETWORK_BITS_4);
	else if (inet_pton(AF_INET6, peer, address) != 1)
		buf_append_text(&to->buf, "local");
	else if (memcmp(address, mapped, sizeof(mapped)) == 0)
		write_network(to, AF_INET, address + sizeof(mapped),
			      NETWORK_BITS_4);
	else
		write_network(to, AF_INET6, address, NETWORK_BITS_6);
}

/* --- values ------------------------------------------------------------- */

/* An http(s) URL with a host, on one line. */
static enum sg_status
take_url(const char *value, struct buf *to, struct sg_err *err)
{
	size_t scheme = text_starts_ascii(value, "https://")  ? 8
			: text_starts_ascii(value, "http://") ? 7
							      : 0;
	const char *c = value + scheme;

	if (scheme)
		while ((unsigned char)*c > ' ' && *c != 127 &&
		       !strchr("<>\"\\^`{|}", *c))
			c++;
	if (!scheme || *c || strcspn(value + scheme, "/?#") == 0)
		return err_set(err, SG_REFUSED,
			       "expected an address like https://example.com");
	buf_append_text(to, value);
	return SG_OK;
}

static enum sg_status
take_typed(enum sg_value type, const char *country, const char *value,
	   struct buf *to, struct sg_err *err)
{
	static const enum field_type types[] = {
		[SG_VALUE_TEXT] = FIELD_TEXT,
		[SG_VALUE_NUMBER] = FIELD_NUMBER,
		[SG_VALUE_DATE] = FIELD_DATE,
		[SG_VALUE_PHONE] = FIELD_TEXT,
	};
	struct field_info info = {.name = "",
				  .country = country ? country : "",
				  .phone = type == SG_VALUE_PHONE};

	if (type == SG_VALUE_EMAIL)
		return record_key_normalise("contact", value, to, err);
	if (type == SG_VALUE_URL)
		return take_url(value, to, err);
	if (type < SG_VALUE_TEXT || type > SG_VALUE_PHONE)
		return err_set(err, SG_FAILED, "no value is of type %d",
			       (int)type);
	info.type = types[type];
	return field_normalise_as(&info, value, to, err);
}

enum sg_status
host_value(const struct sg_call *call, enum sg_value type, const char *country,
	   const char *value, struct sg_text *to, struct sg_err *err)
{
	(void)call;
	return take_typed(type, country, value, &to->buf, err);
}

enum sg_status
host_field_value(const struct sg_call *call, const char *field,
		 const char *value, struct sg_text *to, struct sg_err *err)
{
	(void)call;
	return field_normalise(field, value, &to->buf, err);
}

/* --- once --------------------------------------------------------------- */

static uint64_t
once_key(const struct sg_call *call, const char *text)
{
	const char *key = own_key(gate_call_of(call), "once", text);

	return crypto_hash64(key, strlen(key));
}

enum sg_status
host_once_begin(const struct sg_call *call, const char *text, int64_t ms,
		struct sg_err *err)
{
	return once_begin(gate_call_of(call)->plugin->gate->once,
			  once_key(call, text), call->now, ms, err);
}

void
host_once_end(const struct sg_call *call, const char *text, bool done)
{
	once_end(gate_call_of(call)->plugin->gate->once, once_key(call, text),
		 done);
}

/* --- files -------------------------------------------------------------- */

const struct sg_file *
host_form_file(const struct sg_form *form, size_t i)
{
	return i < form->n_files ? &form->files[i] : NULL;
}

enum sg_status
host_keep_file(const struct sg_call *call, uint64_t record_key,
	       const void *bytes, size_t len, struct sg_text *name_out,
	       struct sg_err *err)
{
	const struct sg_gate *gate = gate_call_of(call)->plugin->gate;
	char name[STORE_FILE_NAME_SIZE];
	enum sg_status status;

	if (!gate->files)
		return err_set(err, SG_BUSY, "there is no folder for files");
	status = store_files_keep(gate->files, record_key, bytes, len, name,
				  err);
	if (status == SG_OK)
		buf_append_text(&name_out->buf, name);
	return status;
}

void
host_drop_file(const struct sg_call *call, const char *name)
{
	const struct sg_gate *gate = gate_call_of(call)->plugin->gate;

	if (gate->files)
		store_files_drop(gate->files, name);
}

/* --- scores ------------------------------------------------------------- */

enum sg_status
host_declare_score(const struct sg_call *call, const char *name,
		   struct sg_err *err)
{
	struct gate_plugin *plugin = gate_call_of(call)->plugin;
	struct sg_gate *gate = plugin->gate;

	if (!plugin->starting)
		return err_set(err, SG_FAILED,
			       "plugin %s declares a score after its start",
			       plugin->descriptor.name);
	if (!*name || strlen(name) >= sizeof(gate->scores[0]))
		return err_set(err, SG_REFUSED,
			       "a score's name has 1 to %zu characters",
			       sizeof(gate->scores[0]) - 1);
	for (size_t i = 0; i < gate->n_scores; i++)
		if (strcmp(gate->scores[i], name) == 0)
			return SG_OK;
	if (gate->n_scores == GATE_SCORES_MOST)
		return err_set(err, SG_REFUSED,
			       "plugins declare more than %d scores",
			       GATE_SCORES_MOST);
	snprintf(gate->scores[gate->n_scores++], sizeof(gate->scores[0]), "%s",
		 name);
	return SG_OK;
}

/* A plugin's score may be declared after this one asks. */
bool
host_is_named(const struct sg_call *call, enum sg_named what, const char *name)
{
	const struct gate_plugin *plugin = gate_call_of(call)->plugin;
	const struct sg_gate *gate = plugin->gate;

	assert(plugin->starting);
	if (what == SG_NAMED_SCORE && strncmp(name, "quiz:", 5) == 0)
		return true;
	return !gate->is_named ||
	       gate->is_named(gate->is_named_arg, what, name);
}

const char *
gate_score_at(const struct sg_gate *gate, size_t i)
{
	return i < gate->n_scores ? gate->scores[i] : NULL;
}
