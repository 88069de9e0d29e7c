/* An operator's template and catalogue, whatever they hold: refused with file,
 * line and column, or a page that comes out whole. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "page/page_template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct catalogue *catalogue = catalogue_new(pool, "xx");
	struct page_template *template = NULL;
	struct page_parse options = {.pool = pool,
				     .from = "fuzz.html",
				     .name = "fuzz",
				     .is_layout = size && data[0] == 'L'};
	char *text = pool_memdup(pool, data, size);
	struct sg_err err = {.text = ""};

	if (page_template_parse(&options, text, size, &template, &err) != SG_OK)
		assert(strncmp(err.text, "fuzz.html:", 10) == 0);
	if (catalogue_read(catalogue, "fuzz.conf", text, size, NULL, &err) !=
	    SG_OK)
		assert(strncmp(err.text, "fuzz.conf:", 10) == 0);
	pool_free(pool);
	return 0;
}
