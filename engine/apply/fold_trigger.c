/* fold_trigger.c - see fold_trigger.h. */
#include "apply/fold_trigger.h"

#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"
#include "base/hash.h"
#include "base/text.h"

struct rules {
	const struct fold_rule **items;
	size_t n, cap;
};

/* Those that want one text of the property. */
struct text {
	char *folded;
	struct rules rules;
};

struct fold_trigger {
	const char *name;
	struct rules all;
	const char *property; /* NULL: there is no need */
	struct rules always;  /* they do not want any text of it */
	size_t n_texts, size; /* a power of two */
	struct text *texts;   /* open addressing; folded NULL = free */
};

struct fold_triggers {
	size_t n, cap, size;
	struct fold_trigger *items;
	uint32_t *table; /* 0 = free */
};

enum { FEW_RULES = 3 }; /* that many are looked at sooner than looked up */

static void
add_rule(struct rules *to, const struct fold_rule *rule)
{
	const struct fold_rule **place =
		fold_grow(to->items, &to->n, &to->cap, sizeof(*to->items));

	to->items = place;
	place[to->n - 1] = rule;
}

/* --- by text -------------------------------------------------------------- */

/* Of plain text, in either case; false: it is not plain. */
static bool
hash_plain(const char *text, uint64_t *hash_out)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c & 0x80)
			return false;
		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		hash = (hash ^ c) * UINT64_C(0x100000001b3);
	}
	*hash_out = hash ^ hash >> 32;
	return true;
}

static struct text *
find_text(const struct fold_trigger *trigger, const char *text, uint64_t hash)
{
	size_t i = hash & (trigger->size - 1);

	while (trigger->texts[i].folded &&
	       !text_equal_fold(trigger->texts[i].folded, text))
		i = (i + 1) & (trigger->size - 1);
	return &trigger->texts[i];
}

static void
grow_texts(struct fold_trigger *trigger)
{
	struct text *old = trigger->texts;
	size_t n = trigger->size, i;
	uint64_t hash;

	if (2 * (trigger->n_texts + 1) <= n)
		return;
	trigger->size = n ? 2 * n : 8;
	trigger->texts = fold_must(calloc(trigger->size, sizeof(*old)));
	for (i = 0; i < n; i++)
		if (old[i].folded && hash_plain(old[i].folded, &hash))
			*find_text(trigger, old[i].folded, hash) = old[i];
	free(old);
}

/* A plain text is equal to none whose folding is not plain: such a rule is
 * found among all, when the signal's text is not plain either. */
static void
add_text(struct fold_trigger *trigger, const char *text,
	 const struct fold_rule *rule)
{
	struct buf folded = BUF_INIT;
	struct text *place;
	uint64_t hash;

	text_fold(&folded, text);
	if (hash_plain(buf_text(&folded), &hash)) {
		grow_texts(trigger);
		place = find_text(trigger, buf_text(&folded), hash);
		if (!place->folded) {
			place->folded = fold_must(strdup(buf_text(&folded)));
			trigger->n_texts++;
		}
		/* `in ('x', 'X')` is one */
		if (!place->rules.n ||
		    place->rules.items[place->rules.n - 1] != rule)
			add_rule(&place->rules, rule);
	}
	buf_done(&folded);
}

/* --- which property ------------------------------------------------------- */

struct wish {
	const char *property;
	size_t n;
};

struct wishes {
	struct wish *items;
	size_t n, cap;
};

static void
count_wish(void *arg, const struct condition_wanted *wanted)
{
	struct wishes *wishes = arg;
	size_t i;

	for (i = 0; i < wishes->n; i++)
		if (strcmp(wishes->items[i].property, wanted->property) == 0)
			break;
	if (i == wishes->n)
		fold_add(wishes)->property = wanted->property;
	wishes->items[i].n++;
}

static const char *
most_wanted(const struct rules *rules)
{
	struct wishes wishes = {0};
	const char *property = NULL;
	size_t most = 0, i;

	for (i = 0; i < rules->n; i++)
		if (rules->items[i]->rule->condition)
			condition_each_wanted(rules->items[i]->rule->condition,
					      count_wish, &wishes);
	for (i = 0; i < wishes.n; i++)
		if (wishes.items[i].n > most) {
			most = wishes.items[i].n;
			property = wishes.items[i].property;
		}
	free(wishes.items);
	return most > FEW_RULES ? property : NULL;
}

struct placing {
	struct fold_trigger *trigger;
	const struct fold_rule *rule;
	bool placed;
};

static void
place_by_text(void *arg, const struct condition_wanted *wanted)
{
	struct placing *placing = arg;
	size_t i;

	/* Any of them says enough: of `and` both must hold. */
	if (placing->placed ||
	    strcmp(wanted->property, placing->trigger->property) != 0)
		return;
	for (i = 0; i < wanted->n_texts; i++)
		add_text(placing->trigger, condition_wanted_text(wanted, i),
			 placing->rule);
	placing->placed = true;
}

static void
sort_by_text(struct fold_trigger *trigger)
{
	size_t i;

	trigger->property = most_wanted(&trigger->all);
	for (i = 0; trigger->property && i < trigger->all.n; i++) {
		struct placing placing = {trigger, trigger->all.items[i],
					  false};

		if (placing.rule->rule->condition)
			condition_each_wanted(placing.rule->rule->condition,
					      place_by_text, &placing);
		if (!placing.placed)
			add_rule(&trigger->always, placing.rule);
	}
}

/* --- by name ---------------------------------------------------------------
 */

static uint32_t *
find_place(const struct fold_triggers *from, const char *name)
{
	size_t i = hash_text(name) & (from->size - 1);

	while (from->table[i] &&
	       strcmp(from->items[from->table[i] - 1].name, name) != 0)
		i = (i + 1) & (from->size - 1);
	return &from->table[i];
}

struct fold_triggers *
fold_triggers_new(const struct fold_ruleset *ruleset)
{
	struct fold_triggers *made = fold_must(calloc(1, sizeof(*made)));
	size_t i;

	made->size = 16;
	while (made->size < 2 * ruleset->n_rules)
		made->size *= 2;
	made->table = fold_must(calloc(made->size, sizeof(*made->table)));
	for (i = 0; i < ruleset->n_rules; i++) {
		const struct fold_rule *rule = &ruleset->all[i];
		uint32_t *place;

		if (!rule->rule->on || !rule->rule->enabled || !rule->score_id)
			continue;
		place = find_place(made, rule->rule->on);
		if (!*place) {
			fold_add(made)->name = rule->rule->on;
			*place = (uint32_t)made->n;
		}
		add_rule(&made->items[*place - 1].all, rule);
	}
	for (i = 0; i < made->n; i++)
		sort_by_text(&made->items[i]);
	return made;
}

void
fold_triggers_free(struct fold_triggers *triggers)
{
	size_t i, k;

	if (!triggers)
		return;
	for (i = 0; i < triggers->n; i++) {
		struct fold_trigger *trigger = &triggers->items[i];

		for (k = 0; k < trigger->size; k++) {
			free(trigger->texts[k].folded);
			free(trigger->texts[k].rules.items);
		}
		free(trigger->texts);
		free(trigger->always.items);
		free(trigger->all.items);
	}
	free(triggers->items);
	free(triggers->table);
	free(triggers);
}

const struct fold_trigger *
fold_trigger_find(const struct fold_triggers *from, const char *signal_name)
{
	uint32_t at = *find_place(from, signal_name);

	return at ? &from->items[at - 1] : NULL;
}

struct fold_candidates
fold_candidates(const struct fold_trigger *trigger, const struct signal *signal)
{
	const struct rules *always = &trigger->all, *of_text = NULL;
	struct fold_candidates found = {0};
	const char *text;
	uint64_t hash;

	if (trigger->property) {
		text = signal_get(signal, trigger->property);
		if (!text || hash_plain(text, &hash))
			always = &trigger->always;
		if (text && trigger->n_texts && always != &trigger->all)
			of_text = &find_text(trigger, text, hash)->rules;
	}
	found.always = always->items;
	found.always_end = always->items + always->n;
	if (of_text && of_text->n) {
		found.of_text = of_text->items;
		found.of_text_end = of_text->items + of_text->n;
	}
	return found;
}

const struct fold_rule *
fold_candidates_next(struct fold_candidates *left)
{
	bool text = left->of_text != left->of_text_end;

	if (left->always == left->always_end)
		return text ? *left->of_text++ : NULL;
	/* They lie in one array, in file order. */
	if (text && *left->of_text < *left->always)
		return *left->of_text++;
	return *left->always++;
}
