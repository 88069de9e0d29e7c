/* unsubscribe_wishes.c - what holds for a reader now, read from the store. */
#include "unsubscribe.h"

#include <string.h>

enum { POINTER_SIZE = 80, DAY_LEN = 10 };

static const char *
text_at(const struct sg_call *call, const struct sg_json *json,
	const char *pointer)
{
	const struct sg_host *host = call->host;
	const char *text =
		host->json_text(call, host->json_pointer(json, pointer));

	return text ? text : "";
}

/* Is the record on it, was it ever? */
static const char *
state_of(const struct sg_call *call, const struct sg_json *look,
	 const char *name)
{
	const struct sg_host *host = call->host;
	const struct sg_json *lists =
		host->json_pointer(look, "/contact/lists");

	for (size_t i = 0; i < host->json_count(lists); i++)
		if (strcmp(text_at(call, host->json_at(lists, i), "/name"),
			   name) == 0)
			return text_at(call, host->json_at(lists, i), "/state");
	return "";
}

/* A list that nobody named is offered to who is or was on it. */
static bool
is_offered(const struct sg_call *call, const char *name, const char *state)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	size_t n = host->setting_list_count(settings, "lists");

	for (size_t i = 0; i < n; i++)
		if (strcmp(host->setting_list_at(settings, "lists", i), name) ==
		    0)
			return true;
	return n == 0 && state[0];
}

static void
read_lists(const struct sg_call *call, const struct sg_json *look,
	   struct wishes *wishes)
{
	const struct sg_host *host = call->host;
	const struct sg_json *all = host->json_pointer(look, "/lists"), *one;
	const char *name, *title, *state;

	for (size_t i = 0;
	     i < host->json_count(all) && wishes->n_lists < WISHES_LISTS_MOST;
	     i++) {
		one = host->json_at(all, i);
		name = text_at(call, one, "/name");
		title = text_at(call, one, "/title");
		state = state_of(call, look, name);
		if (!is_offered(call, name, state))
			continue;
		wishes->lists[wishes->n_lists++] = (struct wish_list){
			.name = name,
			.title = title[0] ? title : name,
			.joined = strcmp(state, "joined") == 0};
	}
}

/* A break that is over is none. */
static const char *
day_to_come(const struct sg_call *call, const char *text)
{
	int64_t at;

	if (call->host->time_parse(text, NULL, &at, NULL) != SG_OK ||
	    at <= call->now)
		return "";
	return text;
}

/* One question for opens and clicks; where they differ it is open. */
static void
read_tracking(const struct sg_call *call, const struct sg_json *look,
	      struct wishes *wishes)
{
	const char *opens = text_at(call, look, "/consent/opens/state");
	const char *clicks = text_at(call, look, "/consent/clicks/state");
	struct sg_text *day = call->host->text(call);
	const char *since = text_at(call, look, "/consent/opens/since");

	if (strcmp(opens, clicks) != 0 || strcmp(opens, "unknown") == 0)
		return;
	wishes->tracking = opens;
	call->host->append(day, since,
			   strlen(since) < DAY_LEN ? strlen(since) : DAY_LEN);
	wishes->asked = call->host->text_value(day);
}

void
wishes_read(const struct sg_call *call, const struct sg_token *token,
	    struct wishes *wishes)
{
	const struct sg_host *host = call->host;
	const struct sg_json *look = NULL;
	struct sg_err *err = NULL;

	memset(wishes, 0, sizeof(*wishes));
	wishes->paused_until = wishes->tracking = wishes->asked = "";
	if (!token->record_key ||
	    !host->setting_bool(host->settings(call), "preferences") ||
	    host->look(call, token->record_key, &look, err) != SG_OK)
		return;
	wishes->read = true;
	wishes->known = text_at(call, look, "/contact/key")[0] != '\0';
	if (wishes->known)
		read_lists(call, look, wishes);
	wishes->paused_until = day_to_come(
		call, text_at(call, look, "/contact/fields/paused_until"));
	read_tracking(call, look, wishes);
}
