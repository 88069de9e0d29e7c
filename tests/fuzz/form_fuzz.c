/* Form bodies from outside: the first byte chooses the Content-Type. What comes
 * out is UTF-8 without NUL and within its bounds. */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "gate/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const types[] = {
	"application/x-www-form-urlencoded",
	"application/json; charset=utf-8",
	"multipart/form-data; boundary=x",
	"multipart/form-data; boundary=\"a b\"",
};

static void
check_text(const char *text, size_t most)
{
	assert(strlen(text) <= most && text_is_utf8(text, strlen(text)));
}

/* It lies in the body, and its name leads nowhere. */
static void
check_file(const struct sg_file *file, const uint8_t *data, size_t size)
{
	const uint8_t *bytes = (const uint8_t *)file->bytes;

	assert(bytes >= data && bytes + file->len <= data + size);
	check_text(file->name, FORM_NAME_MOST);
	check_text(file->filename, FORM_FILENAME_MOST);
	assert(*file->filename && !strpbrk(file->filename, "/\\\r\n"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct sg_form *form;
	struct sg_err err;

	if (size > 0 &&
	    form_read(pool, types[data[0] % 4], (const char *)data + 1,
		      size - 1, &form, &err) == SG_OK) {
		assert(form->n_fields <= FORM_FIELDS_MOST);
		for (size_t i = 0; i < form->n_fields; i++) {
			check_text(form->fields[i].name, FORM_NAME_MOST);
			check_text(form->fields[i].value, FORM_VALUE_MOST);
		}
		assert(form->n_files <= FORM_FILES_MOST);
		for (size_t i = 0; i < form->n_files; i++)
			check_file(&form->files[i], data, size);
	}
	pool_free(pool);
	return 0;
}
