/* form.c - see form.h; multipart is in form_multipart.c. */
#include "gate/form.h"

#include "base/encode.h"
#include "base/json.h"
#include "base/text.h"
#include "gate/form_parts.h"
#include "mail/header.h"

enum sg_status
form_add(struct pool *pool, struct sg_form *form, const struct buf *name,
	 const struct buf *value, struct sg_err *err)
{
	struct sg_prop *field;

	if (name->len == 0)
		return SG_OK;
	if (form->n_fields == FORM_FIELDS_MOST)
		return err_set(err, SG_REFUSED, "more than %d form fields",
			       FORM_FIELDS_MOST);
	if (!buf_ok(name) || !buf_ok(value) || name->len > FORM_NAME_MOST ||
	    value->len > FORM_VALUE_MOST)
		return err_set(err, SG_REFUSED,
			       "a form field is longer than %d bytes",
			       FORM_VALUE_MOST);
	if (!text_is_utf8(buf_text(name), name->len) ||
	    !text_is_utf8(buf_text(value), value->len) ||
	    memchr(buf_text(value), '\0', value->len) ||
	    memchr(buf_text(name), '\0', name->len))
		return err_set(err, SG_REFUSED, "a form field is not UTF-8");
	field = &form->fields[form->n_fields++];
	field->name = pool_strdup(pool, buf_text(name));
	field->value = pool_strdup(pool, buf_text(value));
	return SG_OK;
}

static enum sg_status
read_pair(struct pool *pool, const char *text, size_t len, struct sg_form *form,
	  struct sg_err *err)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals ? (size_t)(equals - text) : len;
	struct buf name = BUF_INIT, value = BUF_INIT;
	enum sg_status status;

	status = decode_form_value(&name, text, name_len, err);
	if (status == SG_OK && equals)
		status = decode_form_value(&value, equals + 1,
					   len - name_len - 1, err);
	if (status == SG_OK)
		status = form_add(pool, form, &name, &value, err);
	buf_done(&name);
	buf_done(&value);
	return status;
}

enum sg_status
form_read_pairs(struct pool *pool, const char *text, size_t len,
		struct sg_form *form, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	const char *end = text + len, *stop;

	while (status == SG_OK && text < end) {
		stop = memchr(text, '&', (size_t)(end - text));
		if (!stop)
			stop = end;
		status =
			read_pair(pool, text, (size_t)(stop - text), form, err);
		text = stop + 1;
	}
	return status;
}

struct json_walk {
	struct pool *pool;
	struct sg_form *form;
	struct sg_err *err;
	enum sg_status status;
};

static bool
add_scalar(struct json_walk *walk, const char *name, const struct json *json)
{
	struct buf key = BUF_INIT, value = BUF_INIT;

	buf_append_text(&key, name);
	if (!json) /* null: the same as an empty field */
		walk->status = form_add(walk->pool, walk->form, &key, &value,
					walk->err);
	else if (json_scalar(json, &value))
		walk->status = form_add(walk->pool, walk->form, &key, &value,
					walk->err);
	else
		walk->status = err_set(walk->err, SG_REFUSED,
				       "a form field is an object; text, "
				       "numbers, true and false can be");
	buf_done(&key);
	buf_done(&value);
	return walk->status == SG_OK;
}

static bool
add_member(void *arg, const char *name, struct json *value)
{
	struct json_walk *walk = arg;

	if (!value || !json_is_array(value))
		return add_scalar(walk, name, value);
	for (size_t i = 0; i < json_count(value); i++)
		if (!add_scalar(walk, name, json_at(value, i)))
			return false;
	return true;
}

static enum sg_status
read_json(struct pool *pool, const char *body, size_t len, struct sg_form *form,
	  struct sg_err *err)
{
	struct json_walk walk = {pool, form, err, SG_OK};
	struct json *root;
	enum sg_status status = json_parse(body, len, &root, err);

	if (status != SG_OK)
		return status;
	if (json_is_object(root))
		json_each(root, add_member, &walk);
	else
		walk.status = err_set(err, SG_REFUSED,
				      "the body is JSON, but not an object");
	json_free(root);
	return walk.status;
}

enum sg_status
form_read(struct pool *pool, const char *content_type, const char *body,
	  size_t len, struct sg_form **form_out, struct sg_err *err)
{
	struct sg_form *form = pool_alloc(pool, sizeof(*form));
	const char *type = header_keyword(pool, content_type);
	enum sg_status status;

	if (!body)
		body = "";
	if (len > FORM_BODY_MOST)
		return err_set(err, SG_REFUSED, "the form is over %d bytes",
			       FORM_BODY_MOST);
	if (strcmp(type, "application/x-www-form-urlencoded") == 0)
		status = form_read_pairs(pool, body, len, form, err);
	else if (strcmp(type, "application/json") == 0)
		status = read_json(pool, body, len, form, err);
	else if (strcmp(type, "multipart/form-data") == 0)
		status = form_read_multipart(pool, content_type, body, len,
					     form, err);
	else
		return err_set(err, SG_REFUSED,
			       "a form is application/x-www-form-urlencoded, "
			       "multipart/form-data or application/json");
	if (status == SG_OK)
		*form_out = form;
	return status;
}

const char *
form_find(const struct sg_form *form, const char *name)
{
	for (size_t i = 0; i < form->n_fields; i++)
		if (strcmp(form->fields[i].name, name) == 0)
			return form->fields[i].value;
	return NULL;
}
