/*
 * mail_sample.h - aids for the tests of engine/mail: messages out of files,
 * a link mapping that can be read back, and the promises of the splicer.
 */
#ifndef TESTS_UNIT_MAIL_SAMPLE_H
#define TESTS_UNIT_MAIL_SAMPLE_H

#include "base/buf.h"
#include "mail/header.h"
#include "mail/part_map.h"
#include "mail/splice.h"

/* A message in its parts; all in the pool. */
struct mail_sample {
	struct pool *pool;
	const char *text;
	size_t len;
	size_t body_start;
	struct header_list headers;
	const char *body;
	size_t body_len;
	struct part_map map;
};

/* The whole file, NUL after it; NULL when it cannot be read. */
char *sample_read_file(struct pool *pool, const char *path, size_t *len_out);
/* false when the part map is refused. */
bool sample_parse(struct mail_sample *sample, struct pool *pool,
		  const char *text, size_t len);

/* https://t.example/c/ + base64url of the target; own links are left. */
const char *sample_map_link(void *arg, struct pool *pool, const char *target);
/* sample_map_link() and a pixel. */
extern const struct splice_wish SAMPLE_WISH;

/*
 * What splice.h promises of any result: splices ascending, all bytes between
 * them the same in the old and the new body. NULL or what is broken.
 */
const char *sample_check_splices(const struct mail_sample *sample,
				 const struct splice_result *result);

/* Where the corpora lie, NULL (and a line that says so) when they do not. */
const char *sample_corpora(const char *test);

#endif
