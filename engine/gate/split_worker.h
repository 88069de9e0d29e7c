/*
 * split_worker.h - the thread that hands private copies to the MTA over SMTP,
 * to `reinject`: a listener with the signer and without this milter. What it
 * cannot hand over now is tried again, later each time; what the MTA refuses
 * for good, or has not taken in SPLIT_DAYS, is given up and listed.
 */
#ifndef ENGINE_GATE_SPLIT_WORKER_H
#define ENGINE_GATE_SPLIT_WORKER_H

#include "gate/gate.h"
#include "gate/split_queue.h"

struct split_worker;

enum sg_status split_worker_start(struct sg_gate *gate,
				  struct split_queue *queue,
				  struct split_worker **worker_out,
				  struct sg_err *err) MUST_CHECK;
/* What is under way is told to stop; at most a second. */
void split_worker_stop(struct split_worker *worker);

/* "127.0.0.1:10026", "[::1]:10026", "mail.example.com:26"; SG_REFUSED. */
enum sg_status split_address_parse(const char *text, char host[256],
				   unsigned *port_out,
				   struct sg_err *err) MUST_CHECK;

/* After so many tries: 1 s, 2 s, 4 s … 10 min, a fifth more or less by
 * `chance`, so that what failed together does not come together. */
int64_t split_back_off_ms(unsigned tries, uint64_t chance);

/* While the MTA is away nothing is handed over: 1 s, 2 s, 4 s … 32 s, then it
 * is tried again. Starts as all zero. */
struct split_rest {
	unsigned n_in_a_row;
	int64_t until;
};
/* It is found to be away; false: that is known, from another connection, and
 * does not count again. */
bool split_rest_begin(struct split_rest *rest, int64_t now, uint64_t chance);

#endif
