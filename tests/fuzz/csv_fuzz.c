/* Rows come out or a reason does; what is written of them reads back. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "http/api/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_back(const struct csv_row *row, struct pool *pool)
{
	struct buf text = BUF_INIT;
	struct csv_row again;
	struct csv csv;
	struct sg_err err;
	enum sg_status status;

	/* A comma in the first cell's place makes the comma the separator. */
	buf_append_text(&text, "x,");
	for (size_t i = 0; i < row->n_cells && i < CSV_CELLS_MOST - 1; i++) {
		csv_write_guarded(&text, row->cells[i]);
		buf_append_char(&text, i + 1 < row->n_cells ? ',' : '\n');
	}
	csv_init(&csv, buf_text(&text), text.len);
	status = csv_next(&csv, pool, &again, &err);
	if (row->n_cells < CSV_CELLS_MOST) {
		assert(status == SG_OK && again.n_cells == row->n_cells + 1);
		for (size_t i = 0; i < row->n_cells; i++)
			assert(!strcmp(csv_unguard(again.cells[i + 1]),
				       row->cells[i]));
	}
	buf_done(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct csv_row row;
	struct csv csv;
	struct sg_err err;
	enum sg_status status;
	size_t before;

	csv_init(&csv, (const char *)data, size);
	do {
		before = csv.at;
		status = csv_next(&csv, pool, &row, &err);
		assert(status == SG_NONE || csv.at > before);
		if (status == SG_OK)
			read_back(&row, pool);
	} while (status != SG_NONE);
	pool_free(pool);
	return 0;
}
