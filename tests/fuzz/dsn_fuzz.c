/*
 * dsn_fuzz.c - any message through the classifier: results within the bounds
 * of classify.h, whatever the report says.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "classify/classify.h"
#include "mail/part_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct classify_result *result)
{
	const struct classify_recipient *recipient;
	size_t i;

	assert(result->n_recipients <= CLASSIFY_RECIPIENTS_MOST);
	assert(result->confidence >= 0 && result->confidence <= 1);
	assert(strlen(result->evidence) <= CLASSIFY_TEXT_MOST);
	assert(strlen(result->message_id) <= CLASSIFY_TEXT_MOST);
	assert(result->queue_id && result->sender && result->user_agent);
	assert(*classify_kind_name(result->kind));
	for (i = 0; i < result->n_recipients; i++) {
		recipient = &result->recipients[i];
		assert(strchr(recipient->address, '@'));
		assert(recipient->final && recipient->status);
		assert(strlen(recipient->diagnostic) <= CLASSIFY_TEXT_MOST);
		assert((recipient->kind == CLASSIFY_BOUNCE) ==
		       (recipient->class != BOUNCE_CLASS_NONE));
		assert(*bounce_reason_name(recipient->reason));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct pool *pool = pool_new();
	struct classify_result result;
	struct header_list headers;
	struct classify_mail mail = {.headers = &headers, .sender = ""};
	size_t start;

	mail_start();
	if (classify_text(pool, text, size, &result, NULL) == SG_OK)
		check(&result);
	/* As the gate hands it over: the null sender, whoever wrote it. */
	header_list_init(&headers, pool);
	if (header_list_read(&headers, text, size, &start, NULL) == SG_OK) {
		mail.body = text + start;
		mail.body_len = size - start;
		if (classify_message(pool, &mail, &result, NULL) == SG_OK)
			check(&result);
	}
	pool_free(pool);
	return 0;
}
