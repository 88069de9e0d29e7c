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

	memset(settings_out, 0, sizeof(*settings_out));
	json_get_number(json, "pace", &settings_out->pace);
	json_get_number(json, "domain_pace", &settings_out->domain_pace);
	json_get_int(json, "at", &settings_out->at);
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
	json_write(json, to);
	json_free(json);
}
