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
broadcast_settings_read(const struct broadcasts *broadcasts, const char *text,
			struct broadcast_settings *settings_out)
{
	struct json *json = parse(text);

	settings_out->pace = broadcasts->pace;
	settings_out->domain_pace = broadcasts->domain_pace;
	settings_out->at = 0;
	json_get_number(json, "pace", &settings_out->pace);
	json_get_number(json, "domain_pace", &settings_out->domain_pace);
	json_get_int(json, "at", &settings_out->at);
	json_free(json);
}

int64_t
broadcast_scheduled_at(const char *settings)
{
	struct json *json = parse(settings);
	int64_t at = 0;

	json_get_int(json, "at", &at);
	json_free(json);
	return at;
}

static void
write_all(double pace, double domain_pace, int64_t at, struct buf *to)
{
	struct json *json = json_new_object();

	if (pace > 0)
		json_add_number(json, "pace", pace);
	if (domain_pace > 0)
		json_add_number(json, "domain_pace", domain_pace);
	if (at)
		json_add_int(json, "at", at);
	json_write(json, to);
	json_free(json);
}

void
broadcast_settings_write(const struct broadcast_draft *draft, struct buf *to)
{
	write_all(draft->pace, draft->domain_pace, 0, to);
}

void
broadcast_settings_with_at(const char *text, int64_t at, struct buf *to)
{
	struct json *json = parse(text);
	double pace = 0, domain_pace = 0;

	json_get_number(json, "pace", &pace);
	json_get_number(json, "domain_pace", &domain_pace);
	write_all(pace, domain_pace, at, to);
	json_free(json);
}
