/* gate_load_test.c - which plugins are taken, and why one is refused. */
#include "gate_aid.h"

#include <elf.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct gate_aid *aid;

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	return 0;
}

static int
close_gate(void **state)
{
	(void)state;
	gate_aid_close(aid);
	return 0;
}

static void
assert_refused(const char *name, const char *why)
{
	struct sg_err err = {.text = ""};

	if (gate_aid_load(aid, name, NULL, &err) == SG_OK)
		fail_msg("%s was loaded", name);
	if (!strstr(err.text, why))
		fail_msg("%s: said `%s`, not `%s`", name, err.text, why);
	assert_int_equal(gate_plugin_count(aid->gate), 0);
}

static void
a_descriptor_that_differs_is_refused_and_the_field_is_named(void **state)
{
	(void)state;
	assert_refused("wrong_magic",
		       "field `magic` of its descriptor is 0x12345678");
	assert_refused("wrong_size", "field `size` of its descriptor is 96");
	assert_refused("wrong_major",
		       "field `abi_major` of its descriptor is 2, 1 was");
	assert_refused("newer_minor",
		       "field `abi_minor` of its descriptor is ");
	assert_refused("wrong_name",
		       "field `name` of its descriptor is `another`");
}

/* wrong_major.so has a constructor that would end this program. */
static void
no_code_of_a_refused_plugin_runs(void **state)
{
	struct buf report = BUF_INIT;
	struct sg_err err;

	(void)state;
	assert_int_equal(
		gate_check(BUILD_DIR "/refused/wrong_major.so", &report, &err),
		SG_REFUSED);
	assert_non_null(strstr(buf_text(&report), "wrong_major"));
	assert_non_null(strstr(buf_text(&report), "2."));
	buf_done(&report);
}

static void
a_file_without_the_symbol_is_refused(void **state)
{
	(void)state;
	assert_refused("missing_symbol",
		       "does not export sg_plugin_missing_symbol");
	assert_refused("other_symbol", "exports sg_plugin_first_name");
}

static void
a_plugin_whose_start_fails_is_not_loaded(void **state)
{
	(void)state;
	assert_refused("failing_start", "the moon is not full");
}

/* 65,000 symbol tables that are each the whole file: minutes, if believed. */
static void
a_file_of_boundless_tables_is_refused_soon(void **state)
{
	enum { TABLES = 65000, FILE_LEN = 8 << 20 };
	const char *path = pool_printf(aid->pool, "%s/wide.so", aid->directory);
	char *bytes = calloc(1, FILE_LEN);
	Elf64_Ehdr *head = (void *)bytes;
	Elf64_Shdr *tables = (void *)(bytes + sizeof(*head));
	struct sg_err err;
	FILE *file;

	(void)state;
	file = fopen(BUILD_DIR "/plugins/click.so", "rb");
	assert_int_equal(fread(head, sizeof(*head), 1, file), 1);
	fclose(file);
	head->e_shoff = sizeof(*head);
	head->e_shnum = TABLES;
	for (size_t i = 0; i < TABLES; i++) {
		tables[i].sh_type = SHT_DYNSYM;
		tables[i].sh_size = FILE_LEN;
	}
	file = fopen(path, "wb");
	assert_int_equal(fwrite(bytes, FILE_LEN, 1, file), 1);
	fclose(file);
	free(bytes);
	assert_int_equal(gate_load(aid->gate, path, NULL, &err), SG_REFUSED);
	assert_non_null(strstr(err.text, "larger than any plugin's"));
}

static void
a_file_that_is_no_shared_object_is_refused(void **state)
{
	struct sg_err err;

	(void)state;
	assert_int_equal(
		mkfifo(pool_printf(aid->pool, "%s/pipe.so", aid->directory),
		       0600),
		0);
	assert_int_equal(gate_load(aid->gate, "/etc/passwd", NULL, &err),
			 SG_REFUSED);
	assert_int_equal(gate_load(aid->gate, "/nowhere/x.so", NULL, &err),
			 SG_REFUSED);
	assert_int_equal(gate_load(aid->gate, "Makefile", NULL, &err),
			 SG_REFUSED);
	assert_int_equal(
		gate_load(aid->gate,
			  pool_printf(aid->pool, "%s/pipe.so", aid->directory),
			  NULL, &err),
		SG_REFUSED);
}

/* Every prefix of a good file, and that file with one byte turned. */
static void
a_damaged_file_never_breaks_the_reader(void **state)
{
	char *path = pool_printf(aid->pool, "%s/open.so", aid->directory);
	static char bytes[1 << 20];
	FILE *from = fopen(BUILD_DIR "/plugins/open.so", "rb"), *to;
	size_t len = fread(bytes, 1, sizeof(bytes), from), cut;
	struct buf report = BUF_INIT;
	struct sg_err err;

	(void)state;
	fclose(from);
	for (size_t i = 0; i < 400; i++) {
		cut = i < 200 ? len * i / 200 : len;
		to = fopen(path, "wb");
		if (i >= 200)
			bytes[(i - 200) * 7 % 4096] ^= (char)0xff;
		fwrite(bytes, 1, cut, to);
		fclose(to);
		if (i >= 200)
			bytes[(i - 200) * 7 % 4096] ^= (char)0xff;
		buf_reset(&report);
		(void)!gate_check(path, &report, &err);
	}
	buf_done(&report);
}

static void
check_says_what_is_in_a_plugin(void **state)
{
	struct buf report = BUF_INIT;
	struct sg_err err;

	(void)state;
	assert_int_equal(
		gate_check(BUILD_DIR "/plugins/click.so", &report, &err),
		SG_OK);
	assert_non_null(strstr(buf_text(&report), "email.clicked (url)"));
	assert_non_null(strstr(buf_text(&report), "/c/"));
	assert_non_null(strstr(buf_text(&report), "it can be loaded"));
	buf_done(&report);
}

static void
all_our_plugins_load_and_declare_their_signals(void **state)
{
	static const char *const names[] = {"open",	   "click", "bounce",
					    "unsubscribe", "form",  "webhook",
					    "hello"};
	struct gate_plugin_info info;

	(void)state;
	for (size_t i = 0; i < 7; i++)
		gate_aid_must_load(aid, names[i], NULL);
	assert_int_equal(gate_plugin_count(aid->gate), 7);
	gate_plugin_at(aid->gate, 1, &info);
	assert_string_equal(info.name, "click");
	assert_int_equal(info.n_signals, 2);
	assert_int_equal(info.n_routes, 1);
	assert_int_equal(info.abi_major, SCOREGATE_ABI_MAJOR);
	assert_true(signal_kinds_has(aid->kinds, "email.opened"));
	assert_true(signal_kinds_has(aid->kinds, "email.unsubscribed"));
	assert_true(signal_kinds_has(aid->kinds, "form.submitted"));
}

static void
a_plugin_is_loaded_once_and_a_route_has_one_owner(void **state)
{
	struct sg_err err;

	(void)state;
	gate_aid_must_load(aid, "open", NULL);
	assert_int_equal(gate_aid_load(aid, "open", NULL, &err), SG_REFUSED);
	assert_non_null(strstr(err.text, "loaded already"));
	assert_int_equal(gate_aid_load(aid, "taken_route", NULL, &err),
			 SG_REFUSED);
	assert_non_null(strstr(err.text, "already plugin open's"));
}

static void
an_unknown_setting_is_refused_with_its_line(void **state)
{
	struct sg_err err = {.text = ""};

	(void)state;
	assert_int_equal(gate_aid_load(aid, "hello",
				       "greeting = \"Hi\"\nvolume = 3", &err),
			 SG_REFUSED);
	assert_non_null(strstr(err.text, "test.conf:3"));
	assert_int_equal(gate_aid_load(aid, "hello", "\ngreeting = \"\"", &err),
			 SG_REFUSED);
	assert_non_null(strstr(err.text, "test.conf:3"));
	assert_non_null(strstr(err.text, "must not be empty"));
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(
			a_descriptor_that_differs_is_refused_and_the_field_is_named),
		GATE_TEST(no_code_of_a_refused_plugin_runs),
		GATE_TEST(a_file_without_the_symbol_is_refused),
		GATE_TEST(a_plugin_whose_start_fails_is_not_loaded),
		GATE_TEST(a_file_that_is_no_shared_object_is_refused),
		GATE_TEST(a_file_of_boundless_tables_is_refused_soon),
		GATE_TEST(a_damaged_file_never_breaks_the_reader),
		GATE_TEST(check_says_what_is_in_a_plugin),
		GATE_TEST(all_our_plugins_load_and_declare_their_signals),
		GATE_TEST(a_plugin_is_loaded_once_and_a_route_has_one_owner),
		GATE_TEST(an_unknown_setting_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
