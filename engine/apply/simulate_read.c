/* simulate_read.c - history into memory, small and in order of record; see
 * simulate.h. */
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"
#include "apply/simulate_parts.h"
#include "base/hash.h"
#include "store/store_history_scan.h"

enum { ASK_EVERY = 65536, NAMES_MOST = 65535, FEW_NAMES = 6 };

struct reading {
	struct simulation *simulation;
	uint64_t n;
	struct simulate_text text;
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
	size_t i;

	if (fold_trigger_find(ruleset->triggers, name))
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

	for (i = 0; i < simulation->n_asked; i++)
		if (simulation->asked[i].len == name->len &&
		    memcmp(simulation->asked[i].text, name->text, name->len) ==
			    0)
			return true;
	return false;
}

static char *
put(char *to, const struct signal_span *text)
{
	memcpy(to, text->text, text->len);
	to[text->len] = '\0';
	return to + text->len + 1;
}

/* Those that are asked about; false: not simple, or too long. */
static bool
write_asked(const struct simulation *simulation,
	    const struct store_history_lean *row, struct simulate_text *text)
{
	const char *at = row->props, *end = text->bytes + sizeof(text->bytes);
	bool all = row->kind != SIGNAL_HAPPENED;
	struct signal_prop_span prop;
	char *to = text->bytes;

	while (signal_props_next(&at, &prop)) {
		if (!all && !is_asked(simulation, &prop.name))
			continue;
		if (prop.name.len + prop.value.len + 2 > (size_t)(end - to))
			return false;
		to = put(put(to, &prop.name), &prop.value);
	}
	text->len = (size_t)(to - text->bytes);
	return !*at;
}

/* With escapes, or long: by the JSON library, all of them. */
static enum sg_status
read_in_full(struct simulate_part *part, const struct store_history_lean *row,
	     const struct simulate_head *head, uint32_t *index_out,
	     struct sg_err *err)
{
	struct simulate_shape *shape;
	struct signal signal;
	enum sg_status status;

	signal_init(&signal, row->name, row->happened_at);
	status = signal_props_from_json(&signal, row->props, part->pool, err);
	if (status != SG_OK)
		return status;
	shape = simulate_part_add_shape(part, index_out);
	shape->head = *head;
	shape->n_props = (uint32_t)signal.n_props;
	shape->props = (const struct signal_prop *)pool_memdup(
		part->pool, signal.props,
		signal.n_props * sizeof(*signal.props));
	return SG_OK;
}

/* --- entries ------------------------------------------------------------- */

static enum sg_status
read_row(void *arg, const struct store_history_lean *row, struct sg_err *err)
{
	struct reading *reading = arg;
	struct simulation *simulation = reading->simulation;
	struct simulate_part *part = &simulation->part;
	struct simulate_text *text = &reading->text;
	struct simulate_entry *entry;

	if (row->record_id > part->last)
		return SG_OK;
	if (++reading->n % ASK_EVERY == 0 && simulate_given_up(simulation))
		return err_set(err, SG_BUSY, "nobody waits for it any more");
	simulation->n_signals += row->kind == SIGNAL_HAPPENED;
	text->head =
		(struct simulate_head){.name = find_name(simulation, row->name),
				       .kind = (uint8_t)row->kind,
				       .verdict = (uint8_t)row->verdict};
	if (!text->head.name || (row->kind == SIGNAL_HAPPENED &&
				 !simulation->names[text->head.name].used))
		return SG_OK;
	entry = simulate_part_add(part, row->record_id);
	entry->at = row->happened_at;
	entry->id = row->id;
	entry->message_id = row->message_id;
	if (!write_asked(simulation, row, text))
		return read_in_full(part, row, &text->head, &entry->shape, err);
	entry->shape = simulate_part_shape(part, text);
	return SG_OK;
}

enum sg_status
simulate_read(struct simulation *simulation, uint32_t first, uint32_t last,
	      struct sg_err *err)
{
	struct reading *reading = fold_must(malloc(sizeof(*reading)));
	enum sg_status status;

	reading->simulation = simulation;
	reading->n = 0;
	simulate_part_begin(&simulation->part, first, last);
	if (first == 1 && last == simulation->last_record)
		last = UINT32_MAX; /* there are no others */
	status = store_history_scan(simulation->store, first, last, read_row,
				    reading, err);
	free(reading);
	return status;
}

void
simulate_signal(const struct simulation *simulation,
		const struct simulate_entry *entry, struct signal *out)
{
	const struct simulate_shape *shape =
		&simulation->part.shapes[entry->shape];

	out->name = simulation->names[shape->head.name].text;
	out->kind = (enum signal_kind)shape->head.kind;
	out->verdict = (enum verdict)shape->head.verdict;
	out->happened_at = out->received_at = entry->at;
	out->message_id = entry->message_id;
	out->n_props = shape->n_props;
	if (shape->n_props)
		memcpy(out->props, shape->props,
		       shape->n_props * sizeof(*shape->props));
}
