/* api_verdicts.c - how many hits were a machine's, and why: counted by reason,
 * campaign, network or day. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "http/api/api_call.h"
#include "store/store_hit.h"

enum { GROUPS_MOST = 1000, BUCKETS = 4096 };
#define MONTH_MS (INT64_C(30) * CLOCK_DAY_MS)

enum by { BY_REASON, BY_CAMPAIGN, BY_NETWORK, BY_DAY };

struct group {
	const char *name;
	uint64_t hits[3]; /* by verdict */
	struct group *next;
};

struct counting {
	struct api_call *call;
	enum by by;
	const char *timezone;
	struct group *groups[BUCKETS];
	size_t n_groups;
	struct group others; /* past the most */
};

static struct group *
group_of(struct counting *counting, const char *name)
{
	struct group **at = &counting->groups[hash_text(name) % BUCKETS];

	for (; *at; at = &(*at)->next)
		if (strcmp((*at)->name, name) == 0)
			return *at;
	if (counting->n_groups == GROUPS_MOST)
		return &counting->others;
	*at = pool_alloc(counting->call->pool, sizeof(**at));
	(*at)->name = pool_strdup(counting->call->pool, name);
	counting->n_groups++;
	return *at;
}

/* "burst: 3 links …" is "burst". */
static void
name_reason(const struct store_any_hit *hit, struct buf *name)
{
	if (!*hit->reason)
		buf_append_text(name, hit->verdict == VERDICT_HUMAN
					      ? "nothing against it"
					      : "no reason given");
	else
		buf_append(name, hit->reason, strcspn(hit->reason, ":"));
}

static void
name_campaign(const struct store_any_hit *hit, struct buf *name)
{
	struct json *props = NULL;
	const char *campaign = NULL;

	if (json_parse(hit->props, strlen(hit->props), &props, NULL) == SG_OK)
		campaign = json_get_text(props, "campaign");
	buf_append_text(name, campaign ? campaign : "no campaign");
	json_free(props);
}

static void
count(void *arg, const struct store_any_hit *hit)
{
	struct counting *counting = arg;
	char day[CLOCK_TEXT_SIZE];
	struct buf name = BUF_INIT;

	switch (counting->by) {
	case BY_REASON:
		name_reason(hit, &name);
		break;
	case BY_CAMPAIGN:
		name_campaign(hit, &name);
		break;
	case BY_NETWORK:
		buf_append_text(&name,
				*hit->address ? hit->address : "not kept");
		break;
	case BY_DAY:
		clock_format(CLOCK_DAY_MS * clock_day(hit->happened_at,
						      counting->timezone),
			     day);
		buf_append(&name, day, 10);
		break;
	}
	if (buf_ok(&name) && hit->verdict <= VERDICT_MACHINE)
		group_of(counting, buf_text(&name))->hits[hit->verdict]++;
	buf_done(&name);
}

static uint64_t
sum(const struct group *group)
{
	return group->hits[0] + group->hits[1] + group->hits[2];
}

/* The largest first; days in their order, the newest first. */
static int
by_hits(const void *one, const void *other)
{
	const struct group *a = *(struct group *const *)one;
	const struct group *b = *(struct group *const *)other;

	if (sum(a) != sum(b))
		return sum(a) > sum(b) ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int
by_name(const void *one, const void *other)
{
	return -strcmp((*(struct group *const *)one)->name,
		       (*(struct group *const *)other)->name);
}

static struct json *
group_json(const struct group *group)
{
	struct json *item = json_new_object();

	json_add_text(item, "name", group->name);
	json_add_int(item, "hits", (int64_t)sum(group));
	json_add_int(item, "human", (int64_t)group->hits[VERDICT_HUMAN]);
	json_add_int(item, "proxy", (int64_t)group->hits[VERDICT_PROXY]);
	json_add_int(item, "machine", (int64_t)group->hits[VERDICT_MACHINE]);
	return item;
}

static void
answer(struct counting *counting)
{
	struct api_call *call = counting->call;
	struct group **all = pool_alloc(
		call->pool, (counting->n_groups + 1) * sizeof(struct group *));
	struct json *items = json_new_array();
	struct group total = {.name = "all"};
	size_t n = 0;

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct group *at = counting->groups[i]; at; at = at->next)
			all[n++] = at;
	qsort(all, n, sizeof(*all), counting->by == BY_DAY ? by_name : by_hits);
	if (sum(&counting->others))
		all[n++] = &counting->others;
	for (size_t i = 0; i < n; i++) {
		json_push(items, group_json(all[i]));
		for (int k = 0; k < 3; k++)
			total.hits[k] += all[i]->hits[k];
	}
	json_add(api_answer(call), "items", items);
	json_add(api_answer(call), "total", group_json(&total));
}

/* A moment, or so long ago: "7d". */
static enum sg_status
read_moment(struct api_call *call, const char *name, int64_t *at,
	    struct sg_err *err)
{
	const char *text = api_param(call, name);
	const char *timezone = call->api->options.timezone;
	int64_t ago;

	if (!text)
		return SG_OK;
	if (clock_parse_duration(text, &ago, NULL) != SG_OK)
		return clock_parse(text, timezone ? timezone : "UTC", at, err);
	*at = call->now - ago;
	return SG_OK;
}

static enum sg_status
read_by(struct counting *counting, struct sg_err *err)
{
	static const char *const names[] = {"reason", "campaign", "network",
					    "day"};
	const char *by = api_param(counting->call, "by");

	for (int i = 0; i < 4; i++)
		if (!by || strcmp(by, names[i]) == 0) {
			counting->by = (enum by)i;
			return SG_OK;
		}
	return err_set(err, SG_REFUSED,
		       "by: expected reason, campaign, network or day, not "
		       "`%s`",
		       by);
}

enum sg_status
api_verdicts(struct api_call *call, struct sg_err *err)
{
	struct counting *counting = pool_alloc(call->pool, sizeof(*counting));
	int64_t since = call->now - MONTH_MS, until = call->now + 1;
	enum sg_status status;

	counting->call = call;
	counting->others.name = "others";
	counting->timezone = call->api->options.timezone
				     ? call->api->options.timezone
				     : "UTC";
	status = read_by(counting, err);
	if (status == SG_OK)
		status = read_moment(call, "since", &since, err);
	if (status == SG_OK)
		status = read_moment(call, "until", &until, err);
	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK)
		status = store_any_hits(call->store, since, until, count,
					counting, err);
	if (status == SG_OK)
		answer(counting);
	return status;
}
