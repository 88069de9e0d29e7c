#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "http/api/csv.h"

/* Every row as "line:cell|cell\n", a malformed one as "line!text\n". */
static void
read_all(const char *text, size_t len, struct buf *out)
{
	struct pool *pool = pool_new();
	struct csv_row row;
	struct csv csv;
	struct sg_err err;
	enum sg_status status;

	csv_init(&csv, text, len);
	while ((status = csv_next(&csv, pool, &row, &err)) != SG_NONE) {
		buf_printf(out, "%u%c", row.line, status == SG_OK ? ':' : '!');
		for (size_t i = 0; status == SG_OK && i < row.n_cells; i++)
			buf_printf(out, "%s%s", i ? "|" : "", row.cells[i]);
		buf_printf(out, "%s\n", status == SG_OK ? "" : err.text);
	}
	pool_free(pool);
}

static void
assert_rows(const char *text, const char *want)
{
	struct buf got = BUF_INIT;

	read_all(text, strlen(text), &got);
	assert_string_equal(buf_text(&got), want);
	buf_done(&got);
}

static void
rows_are_read_as_rfc_4180_says(void **state)
{
	assert_rows("", "");
	assert_rows("a,b\r\n1,2\r\n", "1:a|b\n2:1|2\n");
	assert_rows("a,b\n1,2", "1:a|b\n2:1|2\n");
	assert_rows("a,\n,b\n,\n", "1:a|\n2:|b\n3:|\n");
	assert_rows("\"a,b\",\"c\"\"d\"\n", "1:a,b|c\"d\n");
	assert_rows("\"\",x\n", "1:|x\n");
	assert_rows("a\rb,c\n", "1:a\rb|c\n");
}

static void
line_ends_inside_quotes_belong_to_the_cell(void **state)
{
	assert_rows("a,b\n\"x\r\ny\",2\nz,3\n", "1:a|b\n2:x\r\ny|2\n4:z|3\n");
}

static void
empty_lines_are_no_rows_but_count(void **state)
{
	assert_rows("a\n\n\r\nb\n\n", "1:a\n4:b\n");
}

static void
the_separator_is_what_the_header_uses(void **state)
{
	assert_rows("a;b\n1,5;2\n", "1:a|b\n2:1,5|2\n");
	assert_rows("a\tb\n1\t2\n", "1:a|b\n2:1|2\n");
	assert_rows("\"x;y\",b\n1;2,3\n", "1:x;y|b\n2:1;2|3\n");
	assert_rows("a;b,c\n", "1:a;b|c\n");
}

static void
a_byte_order_mark_is_no_part_of_the_first_name(void **state)
{
	assert_rows("\xef\xbb\xbf"
		    "email,b\n",
		    "1:email|b\n");
}

static void
a_malformed_row_is_named_and_the_next_is_read(void **state)
{
	assert_rows("a\n5\" pipe\nb\n",
		    "1:a\n2!a quote inside a cell that does not begin with "
		    "one\n3:b\n");
	assert_rows("\"a\"x\nb\n",
		    "1!text after a closing quote (write \"\" for a quote "
		    "inside quotes)\n2:b\n");
	assert_rows("a\n\"b\nc\n",
		    "1:a\n2!the quote that opens on line 2 is not closed\n");
}

static void
nul_bytes_and_too_many_cells_are_refused(void **state)
{
	struct buf text = BUF_INIT, got = BUF_INIT;

	read_all("a\0b\nc\n", 6, &got);
	assert_string_equal(buf_text(&got), "1!a NUL byte\n2:c\n");
	for (int i = 0; i < CSV_CELLS_MOST; i++)
		buf_append_text(&text, "x,");
	buf_append_text(&text, "x\nlast\n");
	buf_reset(&got);
	read_all(buf_text(&text), text.len, &got);
	assert_string_equal(buf_text(&got), "1!more than 512 cells\n2:last\n");
	buf_done(&text);
	buf_done(&got);
}

static void
what_is_written_reads_back_the_same(void **state)
{
	static const char *const cells[] = {
		"plain",	"",	  "a,b",  "a;b",      "say \"hi\"",
		"two\r\nlines", " edge ", "=1+1", "\xc3\xa4", "a\tb",
		"\"",
	};
	size_t n = sizeof(cells) / sizeof(cells[0]);
	struct pool *pool = pool_new();
	struct buf text = BUF_INIT;
	struct csv_row row;
	struct csv csv;

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_append_char(&text, ',');
		csv_write_cell(&text, cells[i]);
	}
	csv_init(&csv, buf_text(&text), text.len);
	assert_int_equal(csv_next(&csv, pool, &row, NULL), SG_OK);
	assert_int_equal(row.n_cells, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(row.cells[i], cells[i]);
	pool_free(pool);
	buf_done(&text);
}

static void
no_cell_of_an_export_is_a_formula(void **state)
{
	static const struct {
		const char *text, *written;
	} rows[] = {
		{"=1+1", "'=1+1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
		{"-2+A1", "'-2+A1"},
		{"'=1", "''=1"},
		{"-5", "-5"},
		{"-1.5e-07", "-1.5e-07"},
		{"+49 (30) 12-34", "+49 (30) 12-34"},
		{"it's", "it's"},
		{"'tis", "'tis"},
		{"", ""},
	};
	struct buf text = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_reset(&text);
		csv_write_guarded(&text, rows[i].text);
		assert_string_equal(buf_text(&text), rows[i].written);
		assert_string_equal(csv_unguard(rows[i].written), rows[i].text);
	}
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_read_as_rfc_4180_says),
		cmocka_unit_test(line_ends_inside_quotes_belong_to_the_cell),
		cmocka_unit_test(empty_lines_are_no_rows_but_count),
		cmocka_unit_test(the_separator_is_what_the_header_uses),
		cmocka_unit_test(
			a_byte_order_mark_is_no_part_of_the_first_name),
		cmocka_unit_test(a_malformed_row_is_named_and_the_next_is_read),
		cmocka_unit_test(nul_bytes_and_too_many_cells_are_refused),
		cmocka_unit_test(what_is_written_reads_back_the_same),
		cmocka_unit_test(no_cell_of_an_export_is_a_formula),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
