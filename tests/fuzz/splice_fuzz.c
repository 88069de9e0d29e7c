/*
 * splice_fuzz.c - any message through header reading, part map and splicer:
 * no byte outside the reported splices changes, no encoded line grows over 76,
 * and the new body still decodes.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "mail/protect.h"
#include "mail/splice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
map_link(void *arg, struct pool *pool, const char *target)
{
	(void)arg;
	if (strncmp(target, "https://t.example/", 18) == 0)
		return NULL;
	/* As long as it is, so that lengths vary; "=" needs quotes. */
	return pool_printf(pool, "https://t.example/?c=%zu.%.*s",
			   strlen(target), (int)(strlen(target) % 900),
			   "aHR0cHM6Ly9leGFtcGxlLmNvbS9kaXIvbmV4dC5odG1s");
}

static void
check(const char *body, size_t len, const struct splice_result *result)
{
	size_t i, at = 0, new_at = 0, run;
	const struct splice *splice;

	for (i = 0; i < result->n_splices; i++) {
		splice = &result->splices[i];
		assert(splice->start >= at && splice->end >= splice->start);
		run = splice->start - at;
		assert(splice->new_start == new_at + run);
		assert(memcmp(body + at, result->body + new_at, run) == 0);
		at = splice->end;
		new_at = splice->new_end;
		assert(at <= len && new_at <= result->body_len);
	}
	assert(len - at == result->body_len - new_at);
	assert(memcmp(body + at, result->body + new_at, len - at) == 0);
}

/* The parts are still where they were, as many and of the same kinds. */
static void
check_parts(struct pool *pool, const struct header_list *headers,
	    const struct part_map *before, const struct splice_result *result)
{
	struct part_map after;
	size_t i;

	assert(part_map_build(pool, headers, result->body, result->body_len,
			      &after, NULL) == SG_OK);
	assert(after.n_parts == before->n_parts);
	for (i = 0; i < after.n_parts; i++)
		assert(strcmp(after.parts[i].type, before->parts[i].type) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct splice_wish WISH = {
		.map_link = map_link,
		.map_text = map_link,
		.append_html = "<img src=\"https://t.example/o/a=b.gif\">",
	};
	const char *text = (const char *)data;
	struct pool *pool = pool_new();
	struct header_list headers;
	struct part_map map;
	struct splice_result result;
	size_t start;

	mail_start();
	header_list_init(&headers, pool);
	if (header_list_read(&headers, text, size, &start, NULL) == SG_OK &&
	    part_map_build(pool, &headers, text + start, size - start, &map,
			   NULL) == SG_OK) {
		(void)protect_message(&headers, &map, text + start, true);
		if (splice_body(pool, &map, text + start, size - start, 0,
				&WISH, &result, NULL) == SG_OK &&
		    result.changed) {
			check(text + start, size - start, &result);
			check_parts(pool, &headers, &map, &result);
		}
	}
	pool_free(pool);
	return 0;
}
