/*
 * form_multipart.c - multipart/form-data (RFC 7578): each part's name and
 * value; files apart, where they stand in the body.
 */
#include "base/text.h"
#include "gate/form_parts.h"
#include "mail/header.h"

enum { BOUNDARY_MOST = 70 }; /* RFC 2046 §5.1.1 */

/* A name for people: without a path, without what could steer anything. */
static const char *
clean_filename(struct pool *pool, const char *given)
{
	struct buf name = BUF_INIT;
	const char *kept, *c;

	for (c = given; *c; c++)
		if (*c == '/' || *c == '\\')
			given = c + 1;
	if (text_is_utf8(given, strlen(given)))
		text_append_harmless(&name, given);
	kept = buf_ok(&name) && name.len && name.len <= FORM_FILENAME_MOST
		       ? pool_strdup(pool, buf_text(&name))
		       : "file";
	buf_done(&name);
	return kept;
}

static enum sg_status
add_file(struct pool *pool, struct sg_form *form, const struct sg_file *file,
	 struct sg_err *err)
{
	/* A browser sends the input in which nothing was chosen like this. */
	if (!file->filename[0] && !file->len)
		return SG_OK;
	if (form->n_files == FORM_FILES_MOST)
		return err_set(err, SG_REFUSED, "more than %d files",
			       FORM_FILES_MOST);
	if (strlen(file->name) > FORM_NAME_MOST ||
	    !text_is_utf8(file->name, strlen(file->name)))
		return err_set(err, SG_REFUSED, "a form field is not UTF-8");
	form->files[form->n_files] = *file;
	form->files[form->n_files++].filename =
		clean_filename(pool, file->filename);
	return SG_OK;
}

static enum sg_status
read_file(struct pool *pool, const struct header_list *headers,
	  struct sg_file *file, struct sg_form *form, struct sg_err *err)
{
	const char *disposition = header_get(headers, "Content-Disposition");
	const char *type = header_get(headers, "Content-Type");
	const char *name = header_parameter(pool, disposition, "name");
	const char *filename = header_parameter(pool, disposition, "filename");

	if (!filename)
		filename = header_parameter(pool, disposition, "filename*");
	file->size = sizeof(*file);
	file->name = name ? name : "";
	file->filename = filename ? filename : "";
	file->type = header_keyword(pool, type);
	return add_file(pool, form, file, err);
}

static enum sg_status
read_part(struct pool *pool, const char *text, size_t len, struct sg_form *form,
	  struct sg_err *err)
{
	struct buf name = BUF_INIT, value = BUF_INIT;
	struct header_list headers;
	const char *disposition, *given;
	size_t body_start;
	enum sg_status status;

	header_list_init(&headers, pool);
	status = header_list_read(&headers, text, len, &body_start, err);
	if (status != SG_OK)
		return status;
	disposition = header_get(&headers, "Content-Disposition");
	if (!disposition)
		return err_set(err, SG_REFUSED,
			       "a part of the form has no name");
	if (header_parameter(pool, disposition, "filename") ||
	    header_parameter(pool, disposition, "filename*")) {
		struct sg_file file = {.bytes = text + body_start,
				       .len = len - body_start};

		return read_file(pool, &headers, &file, form, err);
	}
	given = header_parameter(pool, disposition, "name");
	buf_append_text(&name, given ? given : "");
	buf_append(&value, text + body_start, len - body_start);
	status = form_add(pool, form, &name, &value, err);
	buf_done(&name);
	buf_done(&value);
	return status;
}

/* The line end before a boundary belongs to the boundary. */
static size_t
trim_line_end(const char *text, size_t len)
{
	if (len && text[len - 1] == '\n')
		len--;
	if (len && text[len - 1] == '\r')
		len--;
	return len;
}

static const char *
after_line(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	return newline ? newline + 1 : end;
}

/* The next "--boundary" that begins a line, from a line's beginning on; NULL =
 * none. */
static const char *
find_mark(const char *from, const char *end, const char *mark)
{
	size_t len = strlen(mark);

	for (; from < end; from = after_line(from, end))
		if ((size_t)(end - from) >= len && memcmp(from, mark, len) == 0)
			return from;
	return NULL;
}

enum sg_status
form_read_multipart(struct pool *pool, const char *content_type,
		    const char *body, size_t len, struct sg_form *form,
		    struct sg_err *err)
{
	const char *boundary = header_parameter(pool, content_type, "boundary");
	const char *end = body + len, *at, *next, *mark;
	enum sg_status status;

	if (!boundary || !boundary[0] || strlen(boundary) > BOUNDARY_MOST)
		return err_set(err, SG_REFUSED,
			       "multipart/form-data without a boundary");
	mark = pool_printf(pool, "--%s", boundary);
	at = find_mark(body, end, mark);
	while (at) {
		at += strlen(mark);
		if (end - at >= 2 && memcmp(at, "--", 2) == 0)
			return SG_OK;
		at = after_line(at, end);
		next = find_mark(at, end, mark);
		if (!next)
			break;
		status = read_part(pool, at,
				   trim_line_end(at, (size_t)(next - at)), form,
				   err);
		if (status != SG_OK)
			return status;
		at = next;
	}
	return err_set(err, SG_REFUSED, "multipart/form-data ends too early");
}
