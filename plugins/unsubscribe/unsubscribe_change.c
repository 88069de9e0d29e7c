/*
 * unsubscribe_change.c - what a reader changed on the page: lists, a break,
 * what may be tracked. Only what differs from what holds is emitted, all of it
 * in one write; the same form sent again changes nothing more.
 */
#include "unsubscribe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHANGES_MOST = 2 * WISHES_LISTS_MOST + 8,
	PROPS = 4,
	DAYS_MOST = 366,
	DAY_LEN = 10
};
static const int64_t day_ms = 86400000;

struct changes {
	const struct sg_call *call;
	const struct sg_token *token;
	struct sg_signal signals[CHANGES_MOST];
	struct sg_prop props[CHANGES_MOST][PROPS];
	size_t n;
};

static void
add(struct changes *changes, enum sg_signal_kind kind, const char *name,
    const struct sg_prop *props, size_t n_props)
{
	struct sg_signal *signal = &changes->signals[changes->n];

	memcpy(changes->props[changes->n], props, n_props * sizeof(*props));
	*signal = (struct sg_signal){.size = sizeof(*signal),
				     .kind = kind,
				     .name = name,
				     .record_key = changes->token->record_key,
				     .message_id = changes->token->message_id,
				     .props = changes->props[changes->n],
				     .n_props = n_props};
	changes->n++;
}

/* Is there a field of that name with that value? */
static bool
has(const struct sg_call *call, const struct sg_form *form, const char *name,
    const char *value)
{
	const struct sg_host *host = call->host;

	for (size_t i = 0; i < host->form_count(form); i++)
		if (strcmp(host->form_name(form, i), name) == 0 &&
		    strcmp(host->form_value(form, i), value) == 0)
			return true;
	return false;
}

/* What was not shown when the page was made stays as it is. */
static void
change_lists(struct changes *changes, const struct sg_form *form,
	     struct wishes *wishes)
{
	for (size_t i = 0; i < wishes->n_lists; i++) {
		struct wish_list *list = &wishes->lists[i];
		const struct sg_prop props[] = {{"list", list->name},
						{"how", "page"}};
		bool wanted = has(changes->call, form, "list", list->name);

		if (wanted == list->joined ||
		    !has(changes->call, form, "shown", list->name))
			continue;
		if (!wanted)
			add(changes, SG_SIGNAL_HAPPENED, "email.unsubscribed",
			    props, 2);
		add(changes, wanted ? SG_LIST_JOIN : SG_LIST_LEAVE, NULL, props,
		    2);
		list->joined = wanted;
	}
}

static void
change_pause(struct changes *changes, const struct sg_form *form,
	     struct wishes *wishes)
{
	const struct sg_host *host = changes->call->host;
	const char *value = host->form_get(form, "pause");
	struct sg_prop props[] = {{"name", "paused_until"}, {"value", ""}};
	struct sg_prop until = {"until", ""};
	struct sg_text *day;
	long days;

	if (!wishes->known || !value || strcmp(value, "keep") == 0)
		return;
	days = strtol(value, NULL, 10);
	if (days > 0 && days <= DAYS_MOST) {
		day = host->text(changes->call);
		host->append(
			day,
			host->time_text(changes->call,
					changes->call->now + days * day_ms),
			DAY_LEN);
		props[1].value = until.value = host->text_value(day);
	} else if (value[0] || !wishes->paused_until[0]) {
		return;
	}
	if (strcmp(until.value, wishes->paused_until) == 0)
		return;
	add(changes, SG_FIELD_SET, NULL, props, 2);
	add(changes, SG_SIGNAL_HAPPENED,
	    until.value[0] ? "email.paused" : "email.resumed", &until,
	    until.value[0] ? 1 : 0);
	wishes->paused_until = until.value;
}

/* In the words that were read. */
static void
change_tracking(struct changes *changes, const struct sg_request *request,
		const struct sg_form *form, struct wishes *wishes)
{
	const struct sg_host *host = changes->call->host;
	const char *state = host->form_get(form, "tracking");
	struct sg_prop props[] = {{"what", "opens"},
				  {"state", ""},
				  {"source", "preference page"},
				  {"wording", ""}};
	bool yes = state && strcmp(state, "granted") == 0;
	struct sg_text *day;

	if ((!yes && (!state || strcmp(state, "denied") != 0)) ||
	    strcmp(state, wishes->tracking) == 0)
		return;
	props[1].value = yes ? "granted" : "denied";
	props[3].value = host->page_say(
		host->page(changes->call, request, "unsubscribe"),
		yes ? "unsubscribe.tracking_yes" : "unsubscribe.tracking_no");
	add(changes, SG_CONSENT, NULL, props, PROPS);
	props[0].value = "clicks";
	add(changes, SG_CONSENT, NULL, props, PROPS);
	wishes->tracking = props[1].value;
	day = host->text(changes->call);
	host->append(day, host->time_text(changes->call, changes->call->now),
		     DAY_LEN);
	wishes->asked = host->text_value(day);
}

/* Made for this reader and mail, and not long ago. */
static bool
is_fresh(const struct sg_call *call, const struct sg_token *token,
	 const struct sg_form *form)
{
	const struct sg_host *host = call->host;
	const char *text = host->form_get(form, "form");
	struct sg_text *when = host->text(call);
	struct sg_token shown;
	long long at;

	if (!text || host->token_read(call, SG_TOKEN_STAMP, SG_TOKEN_URL, text,
				      strlen(text), &shown, NULL) != SG_OK)
		return false;
	if (shown.record_key != token->record_key ||
	    shown.message_id != token->message_id)
		return false;
	host->append(when, shown.payload, shown.payload_len);
	if (strncmp(host->text_value(when), WISHES_FORM, strlen(WISHES_FORM)) !=
	    0)
		return false;
	at = strtoll(host->text_value(when) + strlen(WISHES_FORM), NULL, 10);
	return at <= call->now && at > call->now - WISHES_FORM_MS;
}

enum sg_status
wishes_change(const struct sg_call *call, const struct sg_request *request,
	      const struct sg_token *token, const struct sg_form *form,
	      struct wishes *wishes, struct sg_err *err)
{
	struct changes *changes = call->host->alloc(call, sizeof(*changes));

	if (!is_fresh(call, token, form))
		return SG_REFUSED;
	if (!wishes->read)
		return call->host->fail(err, SG_BUSY, "the store is away");
	changes->call = call;
	changes->token = token;
	change_lists(changes, form, wishes);
	change_pause(changes, form, wishes);
	change_tracking(changes, request, form, wishes);
	if (changes->n == 0)
		return SG_OK;
	return call->host->emit(call, changes->signals, changes->n, SG_SYNCED,
				err);
}
