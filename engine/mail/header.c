/* header.c - see header.h. */
#include "mail/header.h"

#include <string.h>
#include <strings.h>

void
header_list_init(struct header_list *list, struct pool *pool)
{
	memset(list, 0, sizeof(*list));
	list->pool = pool;
}

static enum sg_status
add(struct header_list *list, const char *name, size_t name_len,
    const char *value, size_t value_len, struct sg_err *err)
{
	struct header_field *grown;

	if (list->n_fields == HEADER_FIELDS_MOST)
		return err_set(err, SG_REFUSED, "more than %d header fields",
			       HEADER_FIELDS_MOST);
	if (name_len + value_len > HEADER_BYTES_MOST - list->bytes)
		return err_set(err, SG_REFUSED, "more than %d bytes of header",
			       HEADER_BYTES_MOST);
	if (list->n_fields == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 32;
		grown = pool_alloc(list->pool, list->cap * sizeof(*grown));
		if (list->n_fields)
			memcpy(grown, list->fields,
			       list->n_fields * sizeof(*grown));
		list->fields = grown;
	}
	list->fields[list->n_fields].name =
		pool_memdup(list->pool, name, name_len);
	list->fields[list->n_fields].value =
		pool_memdup(list->pool, value, value_len);
	list->n_fields++;
	list->bytes += name_len + value_len;
	return SG_OK;
}

enum sg_status
header_add(struct header_list *list, const char *name, const char *value,
	   struct sg_err *err)
{
	return add(list, name, strlen(name), value, strlen(value), err);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Length of a field's name at text, 0: this line is no field. */
static size_t
name_len_at(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && text[i] > 0x20 && text[i] < 0x7f && text[i] != ':')
		i++;
	return i;
}

/* Offset after the line end that ends the line at `at`. */
static size_t
next_line(const char *text, size_t len, size_t at)
{
	const char *newline = memchr(text + at, '\n', len - at);

	return newline ? (size_t)(newline - text) + 1 : len;
}

/* The value in text[from, to), without CRs before LF, NULs and the last LF. */
static enum sg_status
add_raw(struct header_list *list, const char *name, size_t name_len,
	const char *text, size_t len, struct sg_err *err)
{
	char *value = pool_memdup(list->pool, text, len);
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		if (text[i] == '\0' ||
		    (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n'))
			continue;
		value[n++] = text[i];
	}
	while (n && (value[n - 1] == '\n' || value[n - 1] == '\r'))
		n--;
	return add(list, name, name_len, value, n, err);
}

enum sg_status
header_list_read(struct header_list *list, const char *text, size_t len,
		 size_t *body_start_out, struct sg_err *err)
{
	size_t at = 0, end, name_len, colon;
	enum sg_status status;

	while (at < len) {
		if (text[at] == '\n' || (text[at] == '\r' && at + 1 < len &&
					 text[at + 1] == '\n')) {
			at = next_line(text, len, at);
			break;
		}
		name_len = name_len_at(text + at, len - at);
		colon = at + name_len;
		while (colon < len && is_blank(text[colon]))
			colon++;
		end = next_line(text, len, at);
		if (name_len == 0 || colon >= end || text[colon] != ':') {
			at = end; /* an mbox "From " line, a broken field */
			continue;
		}
		while (end < len && is_blank(text[end]))
			end = next_line(text, len, end);
		status = add_raw(list, text + at, name_len, text + colon + 1,
				 end - colon - 1, err);
		if (status != SG_OK)
			return status;
		at = end;
	}
	*body_start_out = at;
	return SG_OK;
}

const char *
header_get_index(const struct header_list *list, const char *name,
		 unsigned index)
{
	size_t i;

	for (i = 0; i < list->n_fields; i++) {
		if (strcasecmp(list->fields[i].name, name) == 0 && --index == 0)
			return list->fields[i].value;
	}
	return NULL;
}

const char *
header_get(const struct header_list *list, const char *name)
{
	return header_get_index(list, name, 1);
}

unsigned
header_count(const struct header_list *list, const char *name)
{
	unsigned count = 0;
	size_t i;

	for (i = 0; i < list->n_fields; i++)
		count += strcasecmp(list->fields[i].name, name) == 0;
	return count;
}

const char *
header_unfold(struct pool *pool, const char *value)
{
	char *text;
	size_t i, n = 0;

	if (!value)
		return NULL;
	while (*value && strchr(" \t\r\n", *value))
		value++;
	text = pool_strdup(pool, value);
	for (i = 0; value[i]; i++) {
		if (value[i] != '\n' && value[i] != '\r')
			text[n++] = value[i];
	}
	while (n && is_blank(text[n - 1]))
		n--;
	text[n] = '\0';
	return text;
}

const char *
header_text(struct pool *pool, const struct header_list *list, const char *name)
{
	return header_unfold(pool, header_get(list, name));
}
