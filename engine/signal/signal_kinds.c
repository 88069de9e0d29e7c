/* signal_kinds.c - see signal_kinds.h. */
#include "signal/signal_kinds.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "signal/signal.h"

/* One that only the configuration names so far. */
struct named {
	struct named *next;
	const struct signal_kind_info *info;
};

/*
 * Entries are pointers into the pool, so that one that was handed out stays
 * good while the table grows.
 */
struct signal_kinds {
	pthread_mutex_t lock; /* guards all */
	struct pool *pool;
	const struct signal_kind_info **infos; /* in order of name */
	size_t n_infos, room;
	struct named *named;
};

/* The engine's own; score.changed is one per ledger entry, record.changed one
 * per effective field change. */
static const struct signal_kind_info own[] = {
	{"broadcast.sent", "engine", "broadcast",
	 "A broadcast was handed over for this record"},
	{"consent.changed", "engine", "what, state, source, wording",
	 "The record consented to being tracked, or not"},
	{"email.sent", "engine",
	 "campaign, subject, rfc_id, sender, reply_to, list, broadcast, "
	 "tracking",
	 "An instrumented mail went out to this record"},
	{"field.changed", "engine", "name, value, old, new",
	 "A field got another value"},
	{"list.confirmed", "engine", "list, how, source, wording",
	 "Joining a list was confirmed"},
	{"list.joined", "engine", "list, how, source, wording",
	 "The record joined a list"},
	{"list.left", "engine", "list, how", "The record left a list"},
	{"mail.requested", "engine", "template, title, language, path, id",
	 "A mail was asked for, as the confirmation of a form"},
	{"record.changed", "engine", "name, old, new",
	 "Something of the record changed"},
	{"record.created", "engine", "", "The record was seen first"},
	{"record.deleted", "engine", "", "The record was deleted"},
	{"record.linked", "engine", "relation, module, key",
	 "The record was linked to another"},
	{"record.renamed", "engine", "old, new",
	 "The record's address or other key changed"},
	{"record.rolled_up", "engine", "rule, score, points",
	 "A linked record's rule gave it points"},
	{"record.suppressed", "engine", "reason, evidence",
	 "The record gets no mail any more"},
	{"record.unlinked", "engine", "relation, module, key",
	 "A link to another record ended"},
	{"record.unsuppressed", "engine", "reason",
	 "The record may get mail again"},
	{"score.added", "engine", "score, points",
	 "Points were added or subtracted by hand"},
	{"score.changed", "engine", "score, points, old, new, rule",
	 "A score changed, whatever the cause"},
	{"score.erased", "engine", "score", "A score was erased by hand"},
	{"score.set", "engine", "score, points", "A score was set by hand"},
	{"sequence.finished", "engine", "sequence",
	 "A sequence came to its end"},
	{"sequence.started", "engine", "sequence", "A sequence began"},
	{"sequence.stepped", "engine", "sequence, step, what",
	 "A step of a sequence was due: sent, skipped, or waits on"},
	{"sequence.stopped", "engine", "sequence, reason",
	 "A sequence was stopped"},
	{"tag.added", "engine", "tag", "The record got a tag"},
	{"tag.removed", "engine", "tag", "The record lost a tag"},
};

/* Signals of plugins that there are; a name that ends in '.' stands for all
 * that begin so. */
static const struct {
	const char *name, *plugin;
} known[] = {
	{"email.opened", "open"},
	{"email.clicked", "click"},
	{"email.trapped", "click"},
	{"email.bounced", "bounce"},
	{"email.complained", "bounce"},
	{"email.unsubscribed", "unsubscribe"},
	{"email.replied", "reply"},
	{"email.auto_replied", "reply"},
	{"email.forwarded", "reply"},
	{"email.read", "reply"},
	{"email.delivered", "maillog"},
	{"email.deferred", "maillog"},
	{"form.", "form"},
	{"page.", "page"},
	{"survey.", "survey"},
	{"call.", "telephony"},
	{"sms.", "telephony"},
	{"order.", "webhook"},
	{"payment.", "webhook"},
	{"booking.", "webhook"},
	{"course.", "webhook"},
	{"event.", "webhook"},
	{"social.", "webhook"},
	{"support.", "webhook"},
	{"subscription.", "webhook"},
	{"site.", "webhook"},
	{"community.", "webhook"},
};

/* Where the name is, or would go. Locked. */
static size_t
place_of(const struct signal_kinds *kinds, const char *name, bool *found_out)
{
	size_t low = 0, high = kinds->n_infos, middle;
	int order;

	*found_out = false;
	while (low < high && !*found_out) {
		middle = low + (high - low) / 2;
		order = strcmp(name, kinds->infos[middle]->name);
		if (order == 0) {
			*found_out = true;
			low = middle;
		} else if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return low;
}

/* Locked; infos are borrowed by the table. */
static void
insert(struct signal_kinds *kinds, size_t at,
       const struct signal_kind_info *info)
{
	const struct signal_kind_info **more;

	if (kinds->n_infos == kinds->room) {
		kinds->room = kinds->room ? 2 * kinds->room : 64;
		more = pool_alloc(kinds->pool, kinds->room * sizeof(*more));
		if (kinds->n_infos)
			memcpy(more, kinds->infos,
			       kinds->n_infos * sizeof(*more));
		kinds->infos = more;
	}
	memmove(kinds->infos + at + 1, kinds->infos + at,
		(kinds->n_infos - at) * sizeof(*kinds->infos));
	kinds->infos[at] = info;
	kinds->n_infos++;
}

struct signal_kinds *
signal_kinds_new(void)
{
	struct pool *pool = pool_new();
	struct signal_kinds *kinds = calloc(1, sizeof(*kinds));
	bool found;
	size_t i;

	if (!kinds)
		abort();
	kinds->pool = pool;
	pthread_mutex_init(&kinds->lock, NULL);
	for (i = 0; i < sizeof(own) / sizeof(*own); i++)
		insert(kinds, place_of(kinds, own[i].name, &found), &own[i]);
	return kinds;
}

void
signal_kinds_free(struct signal_kinds *kinds)
{
	if (!kinds)
		return;
	pthread_mutex_destroy(&kinds->lock);
	pool_free(kinds->pool);
	free(kinds);
}

static bool
is_kind_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-");

	return len > 0 && !name[len] && len <= SIGNAL_NAME_MOST &&
	       strchr(name, '.') && name[0] != '.' && name[len - 1] != '.';
}

static const struct signal_kind_info *
copy_info(struct pool *pool, const struct signal_kind_info *info)
{
	struct signal_kind_info *copy = pool_alloc(pool, sizeof(*copy));

	copy->name = pool_strdup(pool, info->name);
	copy->plugin = pool_strdup(pool, info->plugin ? info->plugin : "");
	copy->properties =
		pool_strdup(pool, info->properties ? info->properties : "");
	copy->summary = pool_strdup(pool, info->summary ? info->summary : "");
	return copy;
}

/* Two plugins may learn the same thing in two ways. */
static bool
is_same(const struct signal_kind_info *a, const struct signal_kind_info *b)
{
	return b->properties && *b->properties && b->summary &&
	       strcmp(a->properties, b->properties) == 0 &&
	       strcmp(a->summary, b->summary) == 0;
}

/* Locked. */
static bool
is_named(const struct signal_kinds *kinds, const struct signal_kind_info *info)
{
	const struct named *named = kinds->named;

	while (named && named->info != info)
		named = named->next;
	return named;
}

/* Locked. */
static void
add_new(struct signal_kinds *kinds, size_t at,
	const struct signal_kind_info *info, bool by_name)
{
	struct named *named;

	insert(kinds, at, copy_info(kinds->pool, info));
	if (!by_name)
		return;
	named = pool_alloc(kinds->pool, sizeof(*named));
	named->info = kinds->infos[at];
	named->next = kinds->named;
	kinds->named = named;
}

/* Locked. */
static enum sg_status
add(struct signal_kinds *kinds, const struct signal_kind_info *info,
    bool by_name, struct sg_err *err)
{
	const char *plugin = info->plugin ? info->plugin : "";
	const struct signal_kind_info *there;
	bool found;
	size_t at = place_of(kinds, info->name, &found);

	if (!found) {
		add_new(kinds, at, info, by_name);
		return SG_OK;
	}
	there = kinds->infos[at];
	if (!by_name && is_named(kinds, there)) {
		kinds->infos[at] = copy_info(kinds->pool, info);
		return SG_OK;
	}
	if (strcmp(there->plugin, plugin) == 0 || is_same(there, info) ||
	    (by_name && strcmp(there->plugin, "engine") != 0))
		return SG_OK;
	return err_set(err, SG_REFUSED, "signal %s is declared by %s already",
		       info->name, there->plugin);
}

static enum sg_status
check_and_add(struct signal_kinds *kinds, const struct signal_kind_info *info,
	      bool by_name, struct sg_err *err)
{
	enum sg_status status;

	if (!is_kind_name(info->name))
		return err_set(
			err, SG_REFUSED,
			"signal \"%.64s\": expected a name like "
			"source.verb, of a-z 0-9 _ - and at most %d bytes",
			info->name, SIGNAL_NAME_MOST);
	pthread_mutex_lock(&kinds->lock);
	status = add(kinds, info, by_name, err);
	pthread_mutex_unlock(&kinds->lock);
	return status;
}

enum sg_status
signal_kinds_add(struct signal_kinds *kinds,
		 const struct signal_kind_info *info, struct sg_err *err)
{
	return check_and_add(kinds, info, false, err);
}

enum sg_status
signal_kinds_name(struct signal_kinds *kinds,
		  const struct signal_kind_info *info, struct sg_err *err)
{
	return check_and_add(kinds, info, true, err);
}

bool
signal_kinds_has(struct signal_kinds *kinds, const char *name)
{
	bool found;

	pthread_mutex_lock(&kinds->lock);
	place_of(kinds, name, &found);
	pthread_mutex_unlock(&kinds->lock);
	return found;
}

size_t
signal_kinds_count(struct signal_kinds *kinds)
{
	size_t n_infos;

	pthread_mutex_lock(&kinds->lock);
	n_infos = kinds->n_infos;
	pthread_mutex_unlock(&kinds->lock);
	return n_infos;
}

struct signal_kind_info
signal_kinds_at(struct signal_kinds *kinds, size_t i)
{
	static const struct signal_kind_info nothing = {"", "", "", ""};
	struct signal_kind_info info;

	pthread_mutex_lock(&kinds->lock);
	info = i < kinds->n_infos ? *kinds->infos[i] : nothing;
	pthread_mutex_unlock(&kinds->lock);
	return info;
}

const char *
signal_kinds_who_would(const char *name)
{
	size_t i, len;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		len = strlen(known[i].name);
		if (known[i].name[len - 1] == '.'
			    ? strncmp(name, known[i].name, len) == 0
			    : strcmp(name, known[i].name) == 0)
			return known[i].plugin;
	}
	return NULL;
}

enum sg_status
signal_kinds_off_at(struct signal_kinds *kinds, size_t i,
		    struct signal_kind_info *out)
{
	size_t k;

	for (k = 0; k < sizeof(known) / sizeof(*known); k++) {
		if (known[k].name[strlen(known[k].name) - 1] == '.' ||
		    signal_kinds_has(kinds, known[k].name))
			continue;
		if (i-- > 0)
			continue;
		*out = (struct signal_kind_info){
			.name = known[k].name,
			.plugin = known[k].plugin,
			.properties = "",
			.summary = "Off: its plugin is not loaded"};
		return SG_OK;
	}
	return SG_NONE;
}
