/* simulate_read.c - history into memory, small and in order of record; see
 * simulate.h. */
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"
#include "apply/simulate_parts.h"
#include "base/hash.h"
#include "signal/signal_props.h"
#include "store/store_history_scan.h"

enum { TEXT_MOST = 2048, ASK_EVERY = 65536, NAMES_MOST = 65535, FEW_NAMES = 6 };

struct reading {
	struct simulation *simulation;
	struct simulate_part *part;
	uint64_t n;
};

bool
simulate_given_up(const struct simulation *simulation)
{
	const struct simulate_options *options = simulation->options;

	return options->given_up && options->given_up(options->given_up_arg);
}

/* --- names --------------------------------------------------------------- */

/* Can a signal of that name change anything? */
static bool
is_used(const struct fold_world *world, const char *name)
{
	const struct fold_ruleset *ruleset = world->rulesets[world->base];
	size_t i = fold_ruleset_first(ruleset, name);

	for (; i != NO_RULE; i = ruleset->all[i].next_on)
		if (strcmp(ruleset->all[i].rule->on, name) == 0)
			return true;
	for (i = 0; i < ruleset->n_rules; i++)
		if (ruleset->all[i].rule->absence &&
		    strcmp(ruleset->all[i].rule->absent.name, name) == 0)
			return true;
	return fold_world_kept(world, name) >= 0 ||
	       strncmp(name, "email.", 6) == 0;
}

static uint16_t
add_name(struct simulation *simulation, const char *name)
{
	struct simulate_name *added;

	if (simulation->n_names > NAMES_MOST / 2)
		return 0; /* nobody has so many; they are taken for unused */
	added = &simulation->names[++simulation->n_names];
	added->text = pool_strdup(simulation->pool, name);
	added->used = is_used(&simulation->world, name);
	return (uint16_t)simulation->n_names;
}

static uint16_t
find_name(struct simulation *simulation, const char *name)
{
	uint16_t *place;
	size_t i;

	/* Most entries have one of few names. */
	for (i = 1; i <= simulation->n_names && i <= FEW_NAMES; i++)
		if (strcmp(simulation->names[i].text, name) == 0)
			return (uint16_t)i;
	i = hash_text(name) & NAMES_MOST;

	for (;; i = (i + 1) & NAMES_MOST) {
		place = &simulation->name_table[i];
		if (!*place)
			return *place = add_name(simulation, name);
		if (strcmp(simulation->names[*place].text, name) == 0)
			return *place;
	}
}

/* --- properties ---------------------------------------------------------- */

static bool
is_asked(const struct simulation *simulation, const struct signal_span *name)
{
	size_t i;

	if (name->len == strlen(SIGNAL_UNSCORED) &&
	    memcmp(name->text, SIGNAL_UNSCORED, name->len) == 0)
		return true; /* the fold asks */
	for (i = 0; i < simulation->n_asked; i++)
		if (strncmp(simulation->asked[i], name->text, name->len) == 0 &&
		    !simulation->asked[i][name->len])
			return true;
	return false;
}

/* name NUL value NUL …; the length, or TEXT_MOST + 1: not simple, too long. */
static size_t
write_asked(const struct simulation *simulation,
	    const struct store_history_lean *row, char *text)
{
	struct signal_prop_span prop;
	const char *at = row->props;
	size_t len = 0;

	while (signal_props_next(&at, &prop)) {
		size_t size = prop.name.len + prop.value.len + 2;

		if (row->kind == SIGNAL_HAPPENED &&
		    !is_asked(simulation, &prop.name))
			continue;
		if (len + size > TEXT_MOST)
			return TEXT_MOST + 1;
		memcpy(text + len, prop.name.text, prop.name.len);
		text[len + prop.name.len] = '\0';
		len += prop.name.len + 1;
		memcpy(text + len, prop.value.text, prop.value.len);
		text[len + prop.value.len] = '\0';
		len += prop.value.len + 1;
	}
	return *at ? TEXT_MOST + 1 : len;
}

static struct simulate_props *
add_props(struct simulate_part *part)
{
	if (part->n_props == part->props_cap) {
		part->props_cap = part->props_cap ? 2 * part->props_cap : 1024;
		part->props = fold_must(realloc(
			part->props, part->props_cap * sizeof(*part->props)));
	}
	return &part->props[part->n_props++];
}

static void
fill_props(struct simulate_part *part, struct simulate_props *props,
	   const char *text, size_t len)
{
	const char *kept = (const char *)pool_memdup(part->pool, text, len);
	struct signal_prop all[SIGNAL_PROPS_MOST];
	const char *at = kept;
	size_t n = 0;

	while (at < kept + len && n < SIGNAL_PROPS_MOST) {
		all[n].name = at;
		at += strlen(at) + 1;
		all[n++].value = at;
		at += strlen(at) + 1;
	}
	props->text = kept;
	props->len = len;
	props->n = n;
	props->props = (const struct signal_prop *)pool_memdup(
		part->pool, all, n * sizeof(*all));
}

static void
grow_table(struct simulate_part *part)
{
	size_t i, place;

	if (2 * (part->n_props + 1) <= part->table_size)
		return;
	part->table_size = part->table_size ? 2 * part->table_size : 4096;
	free(part->table);
	part->table = fold_must(calloc(part->table_size, sizeof(*part->table)));
	for (i = 1; i < part->n_props; i++) {
		if (!part->props[i].text)
			continue; /* read in full: not shared */
		place = hash_crc32c(0, part->props[i].text,
				    part->props[i].len) &
			(part->table_size - 1);
		while (part->table[place])
			place = (place + 1) & (part->table_size - 1);
		part->table[place] = (uint32_t)i;
	}
}

static uint32_t
intern(struct simulate_part *part, const char *text, size_t len)
{
	size_t place;
	uint32_t *at;

	grow_table(part);
	place = hash_crc32c(0, text, len) & (part->table_size - 1);
	for (;; place = (place + 1) & (part->table_size - 1)) {
		const struct simulate_props *props;

		at = &part->table[place];
		if (!*at)
			break;
		props = &part->props[*at];
		if (props->len == len && memcmp(props->text, text, len) == 0)
			return *at;
	}
	*at = (uint32_t)part->n_props;
	fill_props(part, add_props(part), text, len);
	return *at;
}

/* With escapes, or long: by the JSON library, all of them. */
static enum sg_status
read_in_full(struct simulate_part *part, const struct store_history_lean *row,
	     uint32_t *index_out, struct sg_err *err)
{
	struct simulate_props *props;
	struct signal signal;
	enum sg_status status;

	signal_init(&signal, row->name, row->happened_at);
	status = signal_props_from_json(&signal, row->props, part->pool, err);
	if (status != SG_OK)
		return status;
	*index_out = (uint32_t)part->n_props;
	props = add_props(part);
	*props = (struct simulate_props){.n = signal.n_props};
	props->props = (const struct signal_prop *)pool_memdup(
		part->pool, signal.props,
		signal.n_props * sizeof(*signal.props));
	return SG_OK;
}

static enum sg_status
read_props(struct reading *reading, const struct store_history_lean *row,
	   uint32_t *index_out, struct sg_err *err)
{
	char text[TEXT_MOST];
	size_t len = write_asked(reading->simulation, row, text);

	*index_out = 0;
	if (len > TEXT_MOST)
		return read_in_full(reading->part, row, index_out, err);
	if (len)
		*index_out = intern(reading->part, text, len);
	return SG_OK;
}

/* --- entries ------------------------------------------------------------- */

static enum sg_status
read_row(void *arg, const struct store_history_lean *row, struct sg_err *err)
{
	struct reading *reading = arg;
	struct simulate_part *part = reading->part;
	struct simulate_entry *entry;
	uint16_t name;

	if (row->record_id > part->last)
		return SG_OK;
	name = find_name(reading->simulation, row->name);

	if (++reading->n % ASK_EVERY == 0 &&
	    simulate_given_up(reading->simulation))
		return err_set(err, SG_BUSY, "nobody waits for it any more");
	if (row->kind == SIGNAL_HAPPENED)
		reading->simulation->n_signals++;
	if (!name || (row->kind == SIGNAL_HAPPENED &&
		      !reading->simulation->names[name].used))
		return SG_OK;
	if (part->n == part->cap) {
		part->cap = part->cap ? part->cap + part->cap / 2 : 65536;
		part->entries = fold_must(realloc(
			part->entries, part->cap * sizeof(*part->entries)));
	}
	entry = &part->entries[part->n++];
	entry->at = row->happened_at;
	entry->id = row->id;
	entry->message_id = row->message_id;
	entry->record_id = row->record_id;
	entry->name = name;
	entry->kind = (uint8_t)row->kind;
	entry->verdict = (uint8_t)row->verdict;
	return read_props(reading, row, &entry->props, err);
}

/* They come in order of id, so that a stable sort by record keeps that; most
 * histories are in order of time then. */
static void
put_in_order(struct simulate_part *part)
{
	size_t n_records = part->last - part->first + 1, i;
	uint32_t *next = fold_must(calloc(n_records + 1, sizeof(*next)));

	free(part->starts);
	free(part->order);
	part->starts = fold_must(calloc(n_records + 1, sizeof(*next)));
	part->order = fold_must(calloc(part->n + 1, sizeof(*next)));
	for (i = 0; i < part->n; i++)
		part->starts[part->entries[i].record_id - part->first + 1]++;
	for (i = 0; i < n_records; i++)
		part->starts[i + 1] += part->starts[i];
	memcpy(next, part->starts, (n_records + 1) * sizeof(*next));
	for (i = 0; i < part->n; i++)
		part->order[next[part->entries[i].record_id - part->first]++] =
			(uint32_t)i;
	free(next);
}

void
simulate_part_init(struct simulate_part *part)
{
	memset(part, 0, sizeof(*part));
	part->pool = pool_new();
}

void
simulate_part_done(struct simulate_part *part)
{
	free(part->entries);
	free(part->order);
	free(part->starts);
	free(part->props);
	free(part->table);
	pool_free(part->pool);
	memset(part, 0, sizeof(*part));
}

enum sg_status
simulate_read(struct simulation *simulation, uint32_t first, uint32_t last,
	      struct sg_err *err)
{
	struct simulate_part *part = &simulation->part;
	struct reading reading = {simulation, part, 0};
	enum sg_status status;

	pool_clear(part->pool);
	part->first = first;
	part->last = last;
	part->n = part->n_props = 0;
	if (part->table_size)
		memset(part->table, 0, part->table_size * sizeof(*part->table));
	*add_props(part) = (struct simulate_props){.n = 0};
	if (first == 1 && last == simulation->last_record)
		last = UINT32_MAX; /* there are no others */
	status = store_history_scan(simulation->store, first, last, read_row,
				    &reading, err);
	if (status == SG_OK)
		put_in_order(part);
	return status;
}

void
simulate_signal(const struct simulation *simulation,
		const struct simulate_entry *entry, struct signal *out)
{
	const struct simulate_props *props =
		&simulation->part.props[entry->props];

	signal_init(out, simulation->names[entry->name].text, entry->at);
	out->kind = (enum signal_kind)entry->kind;
	out->verdict = (enum verdict)entry->verdict;
	out->message_id = entry->message_id;
	out->n_props = props->n;
	if (props->n)
		memcpy(out->props, props->props,
		       props->n * sizeof(*props->props));
}
