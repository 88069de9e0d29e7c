/*
 * fold_pack.c - see fold_pack.h. Structs are packed as they lie in memory,
 * eight bytes at a time, for most of these are 0 and the others small: of each
 * eight words (groups) a bit a word that is not 0, how many bytes each of those
 * has, and these. So a new number in a struct needs no line here. A new vector
 * does, and what its items point at.
 */
#include "apply/fold_pack.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"

enum {
	WORD = 8,
	GROUP = 8 * WORD,
	GROUP_MOST = 1 + 4 + GROUP, /* bits, lengths, bytes */
	TEXTS_MOST = 2,
	ITEM_MOST = 128 /* of those whose parts are elsewhere */
};

/* --- words -------------------------------------------------------------- */

static uint64_t
load(const unsigned char *from, size_t len)
{
	uint64_t word = 0;

	memcpy(&word, from, len < WORD ? len : WORD);
	return word;
}

static unsigned
n_bytes(uint64_t word)
{
	return word ? (unsigned)(71 - __builtin_clzll(word)) / 8 : 0;
}

/* The low bytes of a word, which are the first on the machines we know. */
static unsigned char *
store(unsigned char *to, uint64_t word)
{
	for (; word; word >>= 8)
		*to++ = (unsigned char)word;
	return to;
}

static unsigned char *
put_group(unsigned char *to, const unsigned char *from, size_t len)
{
	uint64_t words[GROUP / WORD];
	unsigned char *bits = to++;
	size_t i, at, n = 0;

	*bits = 0;
	for (i = at = 0; at < len; i++, at += WORD) {
		uint64_t word = load(from + at, len - at);

		if (!word)
			continue;
		*bits |= (unsigned char)(1u << i);
		words[n++] = word;
	}
	for (i = 0; i < n; i += 2)
		*to++ = (unsigned char)(n_bytes(words[i]) |
					(i + 1 < n ? n_bytes(words[i + 1]) << 4
						   : 0));
	for (i = 0; i < n; i++)
		to = store(to, words[i]);
	return to;
}

static void
put(struct buf *to, const void *bytes, size_t len)
{
	unsigned char *start = (unsigned char *)buf_reserve(
			      to, (len / GROUP + 1) * GROUP_MOST),
		      *end = start;
	size_t at;

	if (!start)
		return;
	for (at = 0; at < len; at += GROUP)
		end = put_group(end, (const unsigned char *)bytes + at,
				len - at < GROUP ? len - at : GROUP);
	buf_commit(to, (size_t)(end - start));
}

static uint64_t
take_word(const unsigned char **from, unsigned n)
{
	uint64_t word = 0;
	unsigned i;

	for (i = 0; i < n; i++)
		word |= (uint64_t) * (*from)++ << 8 * i;
	return word;
}

static const unsigned char *
take_group(const unsigned char *from, unsigned char *to, size_t len)
{
	unsigned bits = *from++;
	const unsigned char *lengths = from;
	size_t i, at, n = 0;

	from += (__builtin_popcount(bits) + 1) / 2;
	for (i = at = 0; at < len; i++, at += WORD) {
		uint64_t word = 0;

		if (bits >> i & 1) {
			word = take_word(&from,
					 lengths[n / 2] >> n % 2 * 4 & 0xf);
			n++;
		}
		memcpy(to + at, &word, len - at < WORD ? len - at : WORD);
	}
	return from;
}

static void
take(const unsigned char **from, void *bytes, size_t len)
{
	size_t at;

	for (at = 0; at < len; at += GROUP)
		*from = take_group(*from, (unsigned char *)bytes + at,
				   len - at < GROUP ? len - at : GROUP);
}

/* --- texts -------------------------------------------------------------- */

static void
put_number(struct buf *to, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		buf_append_char(to, (char)(number | 0x80));
	buf_append_char(to, (char)number);
}

static uint64_t
take_number(const unsigned char **from)
{
	uint64_t number = 0;
	unsigned shift;

	for (shift = 0; **from & 0x80; shift += 7)
		number |= (uint64_t)(*(*from)++ & 0x7f) << shift;
	return number | (uint64_t) * (*from)++ << shift;
}

static void
put_bytes(struct buf *to, const void *bytes, size_t len)
{
	put_number(to, bytes ? len + 1 : 0);
	if (bytes)
		buf_append(to, bytes, len);
}

static void
put_text(struct buf *to, const char *text)
{
	put_bytes(to, text, text ? strlen(text) : 0);
}

static void *
take_bytes(const unsigned char **from)
{
	size_t len = (size_t)take_number(from);
	char *bytes;

	if (!len--)
		return NULL;
	bytes = fold_must(malloc(len + 1));
	memcpy(bytes, *from, len);
	bytes[len] = '\0';
	*from += len;
	return bytes;
}

/* --- vectors ------------------------------------------------------------ */

/* As FOLD_VECTOR() makes them all. */
struct vector {
	void *items;
	size_t n, cap;
};

/* Where in a record; and where in an item there are texts, and bytes with
 * their length. NOTHING: there are none. */
struct shape {
	size_t at, size;
	size_t texts[TEXTS_MOST];
	size_t bytes, len;
};

#define NOTHING SIZE_MAX
#define VECTOR(member)                        \
	offsetof(struct fold_record, member), \
		sizeof(*((struct fold_record *)NULL)->member.items)
#define PLAIN(member)                                                \
	{                                                            \
		VECTOR(member), {NOTHING, NOTHING}, NOTHING, NOTHING \
	}
#define TEXTS(member, one, other)                              \
	{                                                      \
		VECTOR(member), {one, other}, NOTHING, NOTHING \
	}
#define OF_BYTES(type)                                    \
	{NOTHING, NOTHING}, offsetof(struct type, bytes), \
		offsetof(struct type, len)

static const struct shape shapes[] = {
	PLAIN(soft),
	PLAIN(sent),
	TEXTS(fields, offsetof(struct fold_field, name),
	      offsetof(struct fold_field, value)),
	TEXTS(tags, 0, NOTHING),
	TEXTS(lists, offsetof(struct fold_list, name),
	      offsetof(struct fold_list, how)),
	TEXTS(sequences, offsetof(struct fold_sequence, name), NOTHING),
	TEXTS(links, offsetof(struct fold_link, relation), NOTHING),
	PLAIN(held),
	PLAIN(given),
	PLAIN(times),
	{VECTOR(seen), OF_BYTES(fold_seen)},
	TEXTS(folded, offsetof(struct fold_folded, name),
	      offsetof(struct fold_folded, campaign)),
	PLAIN(capped),
	PLAIN(clicks),
};

/* Who adds a member looks here: is it a vector, or does it point at something?
 */
_Static_assert(sizeof(void *) != 8 || sizeof(struct fold_record) == 512,
	       "fold_pack.c knows all that hangs on a record");
_Static_assert(sizeof(struct fold_wait) <= ITEM_MOST, "the largest item");

enum { N_SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

static void
get_vector(const struct fold_record *record, const struct shape *shape,
	   struct vector *vector_out)
{
	memcpy(vector_out, (const char *)record + shape->at,
	       sizeof(*vector_out));
}

static void
set_vector(struct fold_record *record, const struct shape *shape,
	   const struct vector *vector)
{
	memcpy((char *)record + shape->at, vector, sizeof(*vector));
}

/* One whose parts are elsewhere: without their addresses, and then the parts.
 */
static void
put_item(struct buf *to, const struct shape *shape, const void *item)
{
	unsigned char copy[ITEM_MOST];
	void *pointers[TEXTS_MOST] = {NULL}, *bytes = NULL;
	size_t len = 0, i;

	memcpy(copy, item, shape->size);
	for (i = 0; i < TEXTS_MOST && shape->texts[i] != NOTHING; i++) {
		memcpy(&pointers[i], copy + shape->texts[i], sizeof(void *));
		memset(copy + shape->texts[i], 0, sizeof(void *));
	}
	if (shape->bytes != NOTHING) {
		memcpy(&bytes, copy + shape->bytes, sizeof(void *));
		memset(copy + shape->bytes, 0, sizeof(void *));
		memcpy(&len, copy + shape->len, sizeof(len));
	}
	put(to, copy, shape->size);
	for (i = 0; i < TEXTS_MOST && shape->texts[i] != NOTHING; i++)
		put_text(to, pointers[i]);
	if (shape->bytes != NOTHING)
		put_bytes(to, bytes, len);
}

static void
take_item(const unsigned char **from, const struct shape *shape, char *item)
{
	void *pointer;
	size_t i;

	take(from, item, shape->size);
	for (i = 0; i < TEXTS_MOST && shape->texts[i] != NOTHING; i++) {
		pointer = take_bytes(from);
		memcpy(item + shape->texts[i], &pointer, sizeof(pointer));
	}
	if (shape->bytes == NOTHING)
		return;
	pointer = take_bytes(from);
	memcpy(item + shape->bytes, &pointer, sizeof(pointer));
}

static bool
has_more(const struct shape *shape)
{
	return shape->texts[0] != NOTHING || shape->bytes != NOTHING;
}

static void
put_vector(struct buf *to, const struct shape *shape,
	   const struct vector *vector)
{
	size_t i;

	if (!has_more(shape))
		put(to, vector->items, vector->n * shape->size);
	for (i = 0; has_more(shape) && i < vector->n; i++)
		put_item(to, shape,
			 (const char *)vector->items + i * shape->size);
}

static void
take_vector(const unsigned char **from, const struct shape *shape,
	    struct vector *vector)
{
	size_t i;

	vector->items = fold_must(malloc(vector->n * shape->size));
	if (!has_more(shape))
		take(from, vector->items, vector->n * shape->size);
	for (i = 0; has_more(shape) && i < vector->n; i++)
		take_item(from, shape, (char *)vector->items + i * shape->size);
}

/* --- what is waited for -------------------------------------------------- */

static const struct shape wait_shape = {0, sizeof(struct fold_wait),
					OF_BYTES(fold_wait)};

/* In the order in which they began; how they are found is made anew. */
static void
put_waits(struct buf *to, const struct fold_waits *waits)
{
	const struct fold_wait **list = fold_waits_list(waits);
	size_t n = list ? waits->n : 0, i;

	put_number(to, n);
	for (i = 0; i < n; i++) {
		struct fold_wait wait = *list[i];

		wait.no = 0;
		wait.same = wait.before = wait.after = 0;
		put_item(to, &wait_shape, &wait);
	}
	free(list);
}

static void
take_waits(const unsigned char **from, struct fold_record *record)
{
	uint64_t n = take_number(from);
	struct fold_wait wait;

	if (n)
		record->waits = fold_must(calloc(1, sizeof(*record->waits)));
	for (; n; n--) {
		take_item(from, &wait_shape, (char *)&wait);
		fold_waits_add(record->waits, &wait);
	}
}

static void
put_expiries(struct buf *to, const struct fold_expiries *expiries)
{
	const struct fold_expiry **list = fold_expiries_list(expiries);
	size_t n = list ? expiries->n : 0, i;

	put_number(to, n);
	for (i = 0; i < n; i++) {
		struct fold_expiry expiry = *list[i];

		expiry.no = 0;
		put(to, &expiry, sizeof(expiry));
	}
	free(list);
}

static void
take_expiries(const unsigned char **from, struct fold_record *record)
{
	uint64_t n = take_number(from);
	struct fold_expiry expiry;

	for (; n; n--) {
		take(from, &expiry, sizeof(expiry));
		(void)fold_expiry_put(record, &expiry);
	}
}

/* --- all of it ---------------------------------------------------------- */

/* The record without what is elsewhere, and without room to grow. */
static struct fold_record
head_of(const struct fold_record *record)
{
	struct fold_record head = *record;
	struct vector vector;
	size_t i;

	head.module = head.key = NULL;
	head.scores = NULL;
	head.once = NULL;
	head.waits = NULL;
	head.expiries = NULL;
	if (!head.n_once)
		head.once_cap = 0;
	for (i = 0; i < N_SHAPES; i++) {
		get_vector(record, &shapes[i], &vector);
		vector.items = NULL;
		vector.cap = vector.n;
		set_vector(&head, &shapes[i], &vector);
	}
	return head;
}

void
fold_pack(const struct fold_record *record, struct buf *to)
{
	struct fold_record head = head_of(record);
	struct vector vector;
	size_t i;

	put(to, &head, sizeof(head));
	put_text(to, record->module);
	put_text(to, record->key);
	put(to, record->scores, head.n_scores * sizeof(*record->scores));
	put(to, record->once, head.once_cap * sizeof(*record->once));
	for (i = 0; i < N_SHAPES; i++) {
		get_vector(record, &shapes[i], &vector);
		if (vector.n)
			put_vector(to, &shapes[i], &vector);
	}
	put_waits(to, record->waits);
	put_expiries(to, record->expiries);
}

struct fold_record *
fold_unpack(const void *bytes)
{
	const unsigned char *from = bytes;
	struct fold_record *record = fold_must(malloc(sizeof(*record)));
	struct vector vector;
	size_t size, i;

	take(&from, record, sizeof(*record));
	record->module = take_bytes(&from);
	record->key = take_bytes(&from);
	if (record->n_scores) {
		size = record->n_scores * sizeof(*record->scores);
		record->scores = fold_must(malloc(size));
		take(&from, record->scores, size);
	}
	if (record->once_cap) {
		size = record->once_cap * sizeof(*record->once);
		record->once = fold_must(malloc(size));
		take(&from, record->once, size);
	}
	for (i = 0; i < N_SHAPES; i++) {
		get_vector(record, &shapes[i], &vector);
		if (!vector.n)
			continue;
		take_vector(&from, &shapes[i], &vector);
		set_vector(record, &shapes[i], &vector);
	}
	take_waits(&from, record);
	take_expiries(&from, record);
	return record;
}
