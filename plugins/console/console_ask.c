/* console_ask.c - the API as the person who is signed in, and reading what it
 * says. */
#include "console.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct pair {
	const char *name, *value;
	size_t name_len, value_len;
};

bool
ask_with(struct page *page, struct sg_ask *more, struct sg_told *told)
{
	more->size = sizeof(*more);
	more->user = page->user;
	more->request = page->request;
	if (more->body && !more->body_len)
		more->body_len = strlen(more->body);
	page->host->ask(page->call, more, told);
	return told->status >= 200 && told->status < 300;
}

bool
ask(struct page *page, const char *method, const char *path, const char *json,
    struct sg_told *told)
{
	struct sg_ask of = {.method = method, .path = path, .body = json};

	return ask_with(page, &of, told);
}

bool
ask_get(struct page *page, const char *path, struct sg_told *told)
{
	return ask(page, "GET", path, NULL, told);
}

const char *
told_detail(struct page *page, const struct sg_told *told)
{
	const char *detail = text_at(page, told->json, "detail");

	return *detail ? detail : "The daemon's log says more.";
}

/* --- JSON ----------------------------------------------------------------- */

/* A member's name as a JSON pointer (RFC 6901). */
const struct sg_json *
json_of(struct page *page, const struct sg_json *json, const char *name)
{
	const struct sg_host *host = page->host;
	struct sg_text *pointer;

	if (name[0] == '/')
		return host->json_pointer(json, name);
	pointer = host->text(page->call);
	host->append(pointer, "/", 1);
	for (; *name; name++)
		if (*name == '~')
			host->append(pointer, "~0", 2);
		else if (*name == '/')
			host->append(pointer, "~1", 2);
		else
			host->append(pointer, name, 1);
	return host->json_pointer(json, host->text_value(pointer));
}

const char *
text_at(struct page *page, const struct sg_json *json, const char *name)
{
	const char *text =
		page->host->json_text(page->call, json_of(page, json, name));

	return text ? text : "";
}

bool
is_at(struct page *page, const struct sg_json *json, const char *name)
{
	return strcmp(text_at(page, json, name), "true") == 0;
}

bool
has_number(struct page *page, const struct sg_json *json, const char *name)
{
	const char *text = text_at(page, json, name);
	char *end;

	strtod(text, &end);
	return *text && !*end;
}

double
number_at(struct page *page, const struct sg_json *json, const char *name)
{
	return strtod(text_at(page, json, name), NULL);
}

const struct sg_json *
items_of(struct page *page, const struct sg_told *told)
{
	return json_of(page, told->json, "items");
}

/* --- what the person sent --------------------------------------------------
 */

const char *
page_text(struct page *page, const char *format, ...)
{
	struct sg_text *text = page->host->text(page->call);
	va_list args;

	va_start(args, format);
	text_write_args(page->host, text, format, &args);
	va_end(args);
	return page->host->text_value(text);
}

const char *
page_slice(struct page *page, const char *from, size_t len)
{
	char *copy = page->host->alloc(page->call, len + 1);

	memcpy(copy, from, len);
	return copy;
}

/* One "name=value" of `text`, which goes on behind it; false: no more. */
static bool
next_pair(const char **text, struct pair *pair)
{
	const char *at = *text;
	size_t len = strcspn(at, "&");

	if (!*at)
		return false;
	pair->name = at;
	pair->name_len = strcspn(at, "=&");
	pair->value = at + pair->name_len + (at[pair->name_len] == '=');
	pair->value_len = (size_t)(at + len - pair->value);
	*text = at + len + (at[len] == '&');
	return true;
}

/* The i-th value of that name; NULL: no more. */
static const char *
find_pair(struct page *page, const char *text, const char *name, size_t i)
{
	struct pair pair;

	while (next_pair(&text, &pair)) {
		const char *is =
			page_decode(page, pair.name, pair.name_len, true);

		if (is && strcmp(is, name) == 0 && i-- == 0)
			return page_decode(page, pair.value, pair.value_len,
					   true);
	}
	return NULL;
}

const char *
form_text(struct page *page, const char *name)
{
	const char *text = NULL;

	if (page->form)
		text = page->host->form_get(page->form, name);
	else if (page->body)
		text = find_pair(page, page->body, name, 0);
	return text ? text : "";
}

const char *
form_each(struct page *page, const char *name, size_t i)
{
	return page->body ? find_pair(page, page->body, name, i) : NULL;
}

const char *
form_name(struct page *page, size_t i)
{
	const char *text = page->body;
	struct pair pair;

	if (page->form)
		return page->host->form_name(page->form, i);
	while (text && next_pair(&text, &pair))
		if (i-- == 0)
			return page_decode(page, pair.name, pair.name_len,
					   true);
	return NULL;
}

const char *
form_lines(struct page *page, const char *name)
{
	char *text = page->host->copy(page->call, form_text(page, name));
	char *to = text;

	for (const char *from = text; *from; from++)
		if (from[0] != '\r' || from[1] != '\n')
			*to++ = *from;
	*to = '\0';
	return text;
}

const char *
query_each(struct page *page, const char *name, size_t i)
{
	return find_pair(page, page->request->query, name, i);
}

const char *
query_text(struct page *page, const char *name)
{
	const char *text = query_each(page, name, 0);

	return text ? text : "";
}
