/*
 * api_rules_uses.c - what all rules did, in one look at the whole ledger. Who
 * looks again gets what was found, until it is as old as 20 times what the look
 * took: of a small store that is at once, and many who look at a large one
 * cost a twentieth of a core.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/api/api_call.h"
#include "store/store_rule_use.h"

enum { KEPT_TIMES = 20 };

struct rule_uses {
	pthread_mutex_t lock; /* held over a look: the others wait for it */
	char *text;	      /* the items as JSON; NULL = nothing is kept */
	int64_t until;	      /* monotonic ms */
};

struct rule_uses *
rule_uses_new(void)
{
	struct rule_uses *uses = calloc(1, sizeof(*uses));

	if (uses)
		pthread_mutex_init(&uses->lock, NULL);
	return uses;
}

void
rule_uses_free(struct rule_uses *uses)
{
	if (!uses)
		return;
	pthread_mutex_destroy(&uses->lock);
	free(uses->text);
	free(uses);
}

static struct json *
sums_json(const struct store_rule_sums *sums)
{
	struct json *items = json_new_array();

	for (size_t i = 0; i < sums->n_rows; i++) {
		const struct store_rule_sum *sum = &sums->rows[i];
		struct json *item = json_new_object();

		json_add_text(item, "name", sum->name);
		json_add_int(item, "fired", sum->fired);
		json_add_number(item, "given", sum->given);
		if (sum->last_at)
			json_add_time(item, "last_at", sum->last_at);
		else
			json_add_null(item, "last_at");
		json_push(items, item);
	}
	return items;
}

/* Under the lock. */
static enum sg_status
look(struct api_call *call, struct rule_uses *uses, struct sg_err *err)
{
	int64_t begun = clock_monotonic_ms(), ended;
	struct store_rule_sums sums;
	struct buf text = BUF_INIT;
	struct json *items;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_rule_sums(call->store, call->pool, &sums, err);
	if (status != SG_OK)
		return status;
	items = sums_json(&sums);
	json_write(items, &text);
	json_free(items);
	free(uses->text);
	uses->text = strdup(buf_text(&text));
	buf_done(&text);
	ended = clock_monotonic_ms();
	uses->until = ended + (ended - begun) * KEPT_TIMES;
	return uses->text ? SG_OK : err_set(err, SG_FAILED, "out of memory");
}

enum sg_status
api_rules_uses(struct api_call *call, struct sg_err *err)
{
	struct rule_uses *uses = call->api->rule_uses;
	enum sg_status status = SG_OK;
	struct json *items = NULL;

	pthread_mutex_lock(&uses->lock);
	if (!uses->text || clock_monotonic_ms() >= uses->until)
		status = look(call, uses, err);
	if (status == SG_OK)
		status =
			json_parse(uses->text, strlen(uses->text), &items, err);
	pthread_mutex_unlock(&uses->lock);
	if (status != SG_OK)
		return status;
	json_add(api_answer(call), "items", items);
	json_add_null(call->answer, "next");
	return SG_OK;
}
