/* simulate_parts.h - the inside of a simulation, for simulate*.c only. */
#ifndef ENGINE_APPLY_SIMULATE_PARTS_H
#define ENGINE_APPLY_SIMULATE_PARTS_H

#include "apply/fold.h"
#include "apply/simulate.h"
#include "base/record_set.h"

/* An entry of the history, as small as it goes. */
struct simulate_entry {
	int64_t at, id;
	uint64_t message_id;
	uint32_t record_id;
	uint32_t props; /* index; 0 = none */
	uint16_t name;
	uint8_t kind, verdict;
};

/* A signal's name, and what of it is looked at. */
struct simulate_name {
	char *text;
	bool used; /* it can change something */
};

/* Properties, each distinct set once. */
struct simulate_props {
	size_t n;
	const struct signal_prop *props;
	size_t len; /* of the text they were made from */
	const char *text;
};

/* The history of some records, in memory. */
struct simulate_part {
	struct pool *pool; /* of the properties */
	uint32_t first, last;
	size_t n, cap;
	struct simulate_entry *entries; /* as they were read */
	uint32_t *order;		/* by record, then time, then id */
	uint32_t *starts;		/* by record - first: into `order` */
	size_t n_props, props_cap;
	struct simulate_props *props; /* [0] is none */
	size_t table_size;
	uint32_t *table; /* hash to index; 0 = free */
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
	const char **asked;
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

/* simulate_read.c */
void simulate_part_init(struct simulate_part *part);
void simulate_part_done(struct simulate_part *part);
enum sg_status simulate_read(struct simulation *simulation, uint32_t first,
			     uint32_t last, struct sg_err *err) MUST_CHECK;
/* Entry i of the part, as a signal; its strings are the part's. */
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
