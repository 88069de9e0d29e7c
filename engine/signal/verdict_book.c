/* verdict_book.c - the lists in force, and those that were: a hit that is
 * being judged may still hold them, so they are freed long after. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "signal/verdict_conf.h"

struct page {
	struct verdict_conf *conf;
	int64_t replaced_at;
	struct page *next;
};

struct reason {
	struct reason *next;
	char text[];
};

struct verdict_book {
	_Atomic(struct verdict_conf *) now;
	struct page *old;	/* newest first */
	struct reason *reasons; /* of all that were: signals borrow them */
};

static void *
must(void *memory)
{
	if (!memory) {
		log_error("out of memory");
		abort();
	}
	return memory;
}

static const char *
keep_reason(struct verdict_book *book, const char *text)
{
	struct reason *reason;

	for (reason = book->reasons; reason; reason = reason->next)
		if (strcmp(reason->text, text) == 0)
			return reason->text;
	reason = must(malloc(sizeof(*reason) + strlen(text) + 1));
	memcpy(reason->text, text, strlen(text) + 1);
	reason->next = book->reasons;
	book->reasons = reason;
	return reason->text;
}

static void
keep_reasons(struct verdict_book *book, struct verdict_conf *conf)
{
	const char *last = NULL, *kept = NULL;

	for (size_t i = 0; i < conf->n_agents; i++) {
		if (conf->agents[i].reason != last)
			kept = keep_reason(book, conf->agents[i].reason);
		last = conf->agents[i].reason;
		conf->agents[i].reason = kept;
	}
}

struct verdict_book *
verdict_book_new(struct verdict_conf *conf)
{
	struct verdict_book *book = must(calloc(1, sizeof(*book)));

	keep_reasons(book, conf);
	atomic_init(&book->now, conf);
	return book;
}

const struct verdict_conf *
verdict_book_get(struct verdict_book *book)
{
	return atomic_load_explicit(&book->now, memory_order_acquire);
}

static void
free_before(struct page **at, int64_t moment)
{
	while (*at) {
		struct page *page = *at;

		if (page->replaced_at > moment) {
			at = &page->next;
			continue;
		}
		*at = page->next;
		verdict_conf_free(page->conf);
		free(page);
	}
}

void
verdict_book_put(struct verdict_book *book, struct verdict_conf *conf,
		 int64_t now)
{
	struct page *page = must(malloc(sizeof(*page)));

	keep_reasons(book, conf);
	page->conf = atomic_exchange(&book->now, conf);
	page->replaced_at = now;
	page->next = book->old;
	book->old = page;
	free_before(&page->next, now - VERDICT_OLD_MS);
}

void
verdict_book_free(struct verdict_book *book)
{
	struct reason *reason;

	if (!book)
		return;
	free_before(&book->old, INT64_MAX);
	while ((reason = book->reasons)) {
		book->reasons = reason->next;
		free(reason);
	}
	verdict_conf_free(atomic_load(&book->now));
	free(book);
}
