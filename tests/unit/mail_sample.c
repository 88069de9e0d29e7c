/* mail_sample.c - see mail_sample.h. */
#include "mail_sample.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/encode.h"

static const char OWN[] = "https://t.example/c/";

const struct splice_wish SAMPLE_WISH = {
	.map_link = sample_map_link,
	.append_html = "<img src=\"https://t.example/o/AAECAwQFBgcICQ.gif\" "
		       "width=\"1\" height=\"1\" alt=\"\">",
};

char *
sample_read_file(struct pool *pool, const char *path, size_t *len_out)
{
	FILE *file = fopen(path, "rb");
	struct buf text = BUF_INIT;
	char block[65536], *copy = NULL;
	size_t n;

	if (!file)
		return NULL;
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		buf_append(&text, block, n);
	fclose(file);
	if (buf_ok(&text)) {
		copy = pool_memdup(pool, buf_text(&text), text.len);
		*len_out = text.len;
	}
	buf_done(&text);
	return copy;
}

bool
sample_parse(struct mail_sample *sample, struct pool *pool, const char *text,
	     size_t len)
{
	struct sg_err err;

	mail_start();
	memset(sample, 0, sizeof(*sample));
	sample->pool = pool;
	sample->text = text;
	sample->len = len;
	header_list_init(&sample->headers, pool);
	if (header_list_read(&sample->headers, text, len, &sample->body_start,
			     &err) != SG_OK)
		return false;
	sample->body = text + sample->body_start;
	sample->body_len = len - sample->body_start;
	return part_map_build(pool, &sample->headers, sample->body,
			      sample->body_len, &sample->map, &err) == SG_OK;
}

const char *
sample_map_link(void *arg, struct pool *pool, const char *target)
{
	struct buf url = BUF_INIT;
	const char *copy;

	(void)arg;
	if (strncmp(target, OWN, sizeof(OWN) - 1) == 0)
		return NULL;
	buf_append_text(&url, OWN);
	encode_base64url(&url, target, strlen(target));
	copy = pool_strdup(pool, buf_text(&url));
	buf_done(&url);
	return copy;
}

const char *
sample_check_splices(const struct mail_sample *sample,
		     const struct splice_result *result)
{
	size_t i, at = 0, new_at = 0, len;
	const struct splice *splice;

	if (!result->changed)
		return result->body || result->n_splices || result->n_mapped ||
				       result->appended
			       ? "nothing changed, yet there is something"
			       : NULL;
	for (i = 0; i <= result->n_splices; i++) {
		splice = &result->splices[i];
		len = (i < result->n_splices ? splice->start
					     : sample->body_len) -
		      at;
		if (len > sample->body_len || new_at + len > result->body_len)
			return "splices are not in order";
		if (memcmp(sample->body + at, result->body + new_at, len) != 0)
			return "a byte outside the splices changed";
		if (i == result->n_splices)
			return new_at + len == result->body_len
				       ? NULL
				       : "the new body is too long";
		if (splice->new_start != new_at + len ||
		    splice->end < splice->start ||
		    splice->new_end < splice->new_start)
			return "a splice does not say where it is";
		at = splice->end;
		new_at = splice->new_end;
	}
	return NULL;
}

const char *
sample_corpora(const char *test)
{
	static const char PATH[] = "../shared/corpora";
	struct stat info;

	if (stat(PATH, &info) == 0)
		return PATH;
	printf("skipped: %s: no corpora at %s\n", test, PATH);
	return NULL;
}
