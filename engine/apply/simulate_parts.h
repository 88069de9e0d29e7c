/* simulate_parts.h - the inside of a simulation, for simulate*.c only. */
#ifndef ENGINE_APPLY_SIMULATE_PARTS_H
#define ENGINE_APPLY_SIMULATE_PARTS_H

#include "apply/fold.h"
#include "apply/simulate.h"
#include "base/record_set.h"
#include "signal/signal_props.h"

enum { SIMULATE_BUCKETS = 256, SIMULATE_TEXT_MOST = 2048 };

/* An entry of the history, as small as it goes. */
struct simulate_entry {
	int64_t at, id;
	uint64_t message_id;
	uint32_t record_id;
	uint32_t shape; /* index */
};

/* A signal's name, and what of it is looked at. */
struct simulate_name {
	char *text;
	bool used; /* it can change something */
};

struct simulate_head {
	uint16_t name; /* index */
	uint8_t kind, verdict;
};

/* What many entries have in common, each such thing once. */
struct simulate_shape {
	struct simulate_head head;
	uint32_t n_props;
	const struct signal_prop *props;
	size_t len; /* of the text they were made from */
	const char *text;
};

/* A shape to be: of each property name NUL value NUL. */
struct simulate_text {
	struct simulate_head head;
	size_t len;
	char bytes[SIMULATE_TEXT_MOST];
};

struct simulate_chunk;
struct simulate_bucket {
	size_t n;
	struct simulate_chunk *first, *last;
};

/* The history of some records, in memory. */
struct simulate_part {
	struct pool *pool; /* of the properties */
	uint32_t first, last;
	unsigned shift; /* record - first >> shift: its bucket */
	struct simulate_bucket buckets[SIMULATE_BUCKETS];
	uint32_t opened; /* the bucket that is in order, */
	size_t sorted_cap;
	struct simulate_entry *sorted; /* by record, then id */
	uint32_t *starts; /* … and where each of its records begins */
	size_t n_shapes, shapes_cap;
	struct simulate_shape *shapes;
	size_t table_size;
	uint32_t *table; /* hash to index + 1; 0 = free */
};

/* Points that go along a link. */
struct simulate_roll {
	uint32_t to, from;
	int64_t at, history_id;
	const char *rule;
	double points, of;
};

struct simulate_rolls {
	struct simulate_roll *items;
	size_t n, cap;
};

struct simulation {
	struct apply *apply;
	struct store *store;
	const struct simulate_options *options;
	struct fold_world world;
	int64_t now;
	struct pool *pool; /* as long as the simulation */
	size_t n_names, names_size;
	struct simulate_name *names; /* [0] is not used */
	uint16_t *name_table;
	/* properties that some condition asks about */
	size_t n_asked;
	struct signal_span *asked;
	struct simulate_part part;
	struct simulate_rolls given; /* by the records folded until now */
	struct simulate_rolls got;   /* by what they are folded with, sorted */
	const struct record_set *only; /* these are folded; NULL = all */
	uint32_t last_record;
	double *before, *after; /* by record; NAN = no score */
	uint64_t n_signals;
};

/* simulate.c: a world in which only these rules ever were; borrowed. Done with
 * also when it could not be made. */
enum sg_status simulate_world(struct apply *apply, struct ruleset *rules,
			      struct fold_world *world,
			      struct sg_err *err) MUST_CHECK;
void simulate_world_done(struct fold_world *world);

/* simulate_part.c */
void simulate_part_init(struct simulate_part *part);
void simulate_part_done(struct simulate_part *part);
/* Nothing is in it now, and these records belong to it. */
void simulate_part_begin(struct simulate_part *part, uint32_t first,
			 uint32_t last);
/* In order of history id. */
struct simulate_entry *simulate_part_add(struct simulate_part *part,
					 uint32_t record_id);
/* Those of a record, in order of time; until the next call. */
const struct simulate_entry *
simulate_part_of(struct simulate_part *part, uint32_t record_id, size_t *n_out);
uint32_t simulate_part_shape(struct simulate_part *part,
			     const struct simulate_text *text);
/* A new one, to be filled; not found by its text. */
struct simulate_shape *simulate_part_add_shape(struct simulate_part *part,
					       uint32_t *index_out);

/* simulate_read.c */
enum sg_status simulate_read(struct simulation *simulation, uint32_t first,
			     uint32_t last, struct sg_err *err) MUST_CHECK;
/* An entry as a signal; its strings are the part's. `out` is the one before,
 * or signal_init(). */
void simulate_signal(const struct simulation *simulation,
		     const struct simulate_entry *entry, struct signal *out);
bool simulate_given_up(const struct simulation *simulation);

/* simulate_link.c */
enum { SIMULATE_NUMBER_SIZE = 32, SIMULATE_PASSES_MOST = 9 };
bool simulate_has_links(const struct simulation *simulation);
void simulate_keep_rolls(struct simulation *simulation, uint32_t from,
			 const struct fold_out *out);
/* Who must be folded again, with what it gets now; NULL: nobody. */
struct record_set *simulate_next_pass(struct simulation *simulation);
/* What came to one record, in order of time. */
struct simulate_incoming {
	const struct simulation *simulation;
	size_t i, end;
};
struct simulate_incoming simulate_incoming(const struct simulation *simulation,
					   uint32_t to);
/* Steps for what came before that moment and was not taken yet. */
void simulate_take_before(struct simulate_incoming *incoming, int64_t before,
			  struct fold_record *fold, struct fold_out *out);

/* simulate_report.c */
enum sg_status simulate_summarise(struct simulation *simulation,
				  struct pool *pool,
				  struct simulate_report *out,
				  struct sg_err *err) MUST_CHECK;

#endif
