/* broadcast_settings.c - what is said of one broadcast, as JSON. */
#include <string.h>

#include "base/json.h"
#include "broadcast/broadcast_parts.h"

static struct json *
parse(const char *text)
{
	struct json *json;
	struct sg_err err;

	if (json_parse(text, strlen(text), &json, &err) == SG_OK)
		return json;
	return json_new_object();
}

void
broadcast_settings_read(const char *text,
			struct broadcast_settings *settings_out)
{
	struct json *json = parse(text);
	int64_t winner;

	memset(settings_out, 0, sizeof(*settings_out));
	json_get_number(json, "pace", &settings_out->pace);
	json_get_number(json, "domain_pace", &settings_out->domain_pace);
	json_get_int(json, "at", &settings_out->at);
	json_get_number(json, "split_a", &settings_out->split[0]);
	json_get_number(json, "split_b", &settings_out->split[1]);
	json_get_bool(json, "by_opens", &settings_out->by_opens);
	json_get_int(json, "after_ms", &settings_out->after_ms);
	json_get_int(json, "decide_at", &settings_out->decide_at);
	if (json_get_int(json, "winner", &winner))
		settings_out->winner = (int)winner;
	json_free(json);
}

int64_t
broadcast_scheduled_at(const char *settings)
{
	struct broadcast_settings read;

	broadcast_settings_read(settings, &read);
	return read.at;
}

void
broadcast_settings_write(const struct broadcast_settings *settings,
			 struct buf *to)
{
	struct json *json = json_new_object();

	if (settings->pace > 0)
		json_add_number(json, "pace", settings->pace);
	if (settings->domain_pace > 0)
		json_add_number(json, "domain_pace", settings->domain_pace);
	if (settings->at)
		json_add_int(json, "at", settings->at);
	if (settings->split[0] > 0) {
		json_add_number(json, "split_a", settings->split[0]);
		json_add_number(json, "split_b", settings->split[1]);
		json_add_bool(json, "by_opens", settings->by_opens);
		json_add_int(json, "after_ms", settings->after_ms);
	}
	if (settings->decide_at)
		json_add_int(json, "decide_at", settings->decide_at);
	if (settings->winner)
		json_add_int(json, "winner", settings->winner);
	json_write(json, to);
	json_free(json);
}

enum sg_status
broadcast_settings_put(struct store *store, const char *name,
		       const struct broadcast_settings *settings,
		       struct sg_err *err)
{
	struct buf text = BUF_INIT;
	enum sg_status status;

	broadcast_settings_write(settings, &text);
	status =
		store_broadcast_set_settings(store, name, buf_text(&text), err);
	buf_done(&text);
	return status;
}

void
broadcast_get_split(const char *settings, struct broadcast_split *out)
{
	struct broadcast_settings read;

	broadcast_settings_read(settings, &read);
	*out = (struct broadcast_split){
		.percent = {read.split[0], read.split[1]},
		.by_opens = read.by_opens,
		.decide_at = read.decide_at,
		.winner = read.winner};
}
