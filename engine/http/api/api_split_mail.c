/* api_split_mail.c - two versions of a broadcast's mail: asked for, and shown.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/api/api_call.h"
#include "store/store_broadcast.h"

/* "10/10": percent of each. */
static enum sg_status
read_shares(const char *text, double shares[2], struct sg_err *err)
{
	char more;

	if (text &&
	    sscanf(text, "%lf/%lf%c", &shares[0], &shares[1], &more) == 2)
		return SG_OK;
	return err_set(err, SG_REFUSED,
		       "`split` is two shares in percent: 10/10");
}

enum sg_status
api_draft_split(struct api_call *call, struct broadcast_draft *draft,
		struct sg_err *err)
{
	const char *split = NULL, *winner = NULL, *after = NULL;
	enum sg_status status = api_body_text(call, "template_b", false,
					      &draft->other_template, err);

	if (status == SG_OK)
		status = api_body_text(call, "split", false, &split, err);
	if (status == SG_OK)
		status = api_body_text(call, "winner", false, &winner, err);
	if (status == SG_OK)
		status = api_body_text(call, "after", false, &after, err);
	if (status != SG_OK)
		return status;
	if (!draft->other_template)
		return split || winner || after
			       ? err_set(err, SG_REFUSED,
					 "a split needs `template_b`, the "
					 "second version of the mail")
			       : SG_OK;
	draft->other_len = strlen(draft->other_template);
	draft->by_opens = winner && !strcmp(winner, "opens");
	if (winner && !draft->by_opens && strcmp(winner, "clicks"))
		return err_set(err, SG_REFUSED,
			       "`winner` is clicks or opens, not %s", winner);
	if (after &&
	    clock_parse_duration(after, &draft->after_ms, err) != SG_OK) {
		err_prefix(err, "`after`");
		return SG_REFUSED;
	}
	return read_shares(split, draft->split, err);
}

static int64_t
count_of(const struct json *counted, const char *name)
{
	int64_t n = 0;

	return json_get_int(counted, name, &n) ? n : 0;
}

static void
add_version(size_t version, double percent, const struct json *counted,
	    struct json *to)
{
	static const char *const names[] = {"sent", "opened", "clicked"};
	struct json *item = json_new_object();

	json_add_text(item, "version", version ? "B" : "A");
	json_add_number(item, "percent", percent);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		json_add_int(item, names[i], count_of(counted, names[i]));
	json_push(to, item);
}

void
api_add_split(struct api_call *call, const struct store_broadcast *broadcast,
	      const struct json *versions)
{
	struct json *object, *items;
	struct broadcast_split split;

	broadcast_get_split(broadcast->settings, &split);
	if (split.percent[0] <= 0)
		return;
	object = json_new_object();
	items = json_new_array();
	json_add(api_answer(call), "split", object);
	json_add_text(object, "by", split.by_opens ? "opens" : "clicks");
	if (split.decide_at)
		json_add_time(object, "decide_at", split.decide_at);
	if (split.winner)
		json_add_text(object, "winner", split.winner == 1 ? "A" : "B");
	json_add(object, "versions", items);
	for (size_t i = 0; i < 2; i++)
		add_version(i, split.percent[i], json_at(versions, i), items);
}
