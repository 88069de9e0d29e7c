/* record_ref.c - see record_ref.h. */
#include "signal/record_ref.h"

#include <string.h>

#include "signal/field_type.h"
#include "signal/record_key.h"

enum { MARK = 0x1f }; /* ASCII's unit separator */

enum sg_status
record_ref_write(const char *field, const char *value, struct buf *out,
		 struct sg_err *err)
{
	struct buf normal = BUF_INIT;
	enum sg_status status;

	if (!field_is_unique(field))
		return err_set(err, SG_REFUSED,
			       "field %.64s is not unique, so it names no "
			       "record: field \"%.64s\" { unique = yes }",
			       field, field);
	status = field_normalise(field, value, &normal, err);
	if (status == SG_OK && !normal.len)
		status = err_set(err, SG_REFUSED,
				 "field %s: expected the value that names the "
				 "record",
				 field);
	if (status == SG_OK &&
	    strlen(field) + normal.len + 2 > RECORD_KEY_TEXT_MOST)
		status = err_set(err, SG_REFUSED,
				 "field %s: a value that is too long", field);
	if (status == SG_OK)
		buf_printf(out, "%c%s%c%s", MARK, field, MARK,
			   buf_text(&normal));
	buf_done(&normal);
	return status;
}

bool
record_ref_read(const char *key, char field_out[RECORD_REF_NAME_SIZE],
		const char **value_out)
{
	const char *end;
	size_t len;

	if (key[0] != MARK)
		return false;
	end = strchr(key + 1, MARK);
	len = end ? (size_t)(end - key - 1) : 0;
	if (len == 0 || len >= RECORD_REF_NAME_SIZE)
		return false;
	memcpy(field_out, key + 1, len);
	field_out[len] = '\0';
	*value_out = end + 1;
	return true;
}

void
record_ref_show(const char *key, struct buf *out)
{
	char field[RECORD_REF_NAME_SIZE];
	const char *value;

	if (record_ref_read(key, field, &value))
		buf_printf(out, "field.%s=%s", field, value);
	else
		buf_append_text(out, key);
}
