/* maillog_fuzz.c - any line of a log; what is read lies within it. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/maillog/maillog_line.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	struct maillog_line out;

	if (!line || size > MAILLOG_LINE_MOST) {
		free(line);
		return 0;
	}
	memcpy(line, data, size);
	line[size] = '\0';
	if (maillog_line_read(line, INT64_C(1795300000000), &out)) {
		assert(strlen(out.queue_id) <= MAILLOG_QUEUE_ID_MOST);
		assert(out.kind != MAILLOG_OTHER);
		assert(strlen(out.to) + strlen(out.orig_to) +
			       strlen(out.text) <=
		       size);
	}
	assert(strlen(maillog_line_handed_on(&out)) <= MAILLOG_QUEUE_ID_MOST);
	assert(strlen(maillog_line_said(out.text)) <= size);
	free(line);
	return 0;
}
