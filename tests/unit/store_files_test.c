/* store_files_test.c - files of forms: names of ours, gone with the person. */
#include "store/store_files.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char parent[64], folder[80];

static int
in_a_folder(void **state)
{
	(void)state;
	snprintf(parent, sizeof(parent), "/tmp/scoregate-files-XXXXXX");
	assert_non_null(mkdtemp(parent));
	snprintf(folder, sizeof(folder), "%s/files", parent);
	return 0;
}

static int
out_of_it(void **state)
{
	(void)state;
	rmdir(folder);
	rmdir(parent);
	return 0;
}

static bool
is_there(const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static void
a_file_is_kept_for_nobody_else_to_read(void **state)
{
	char name[STORE_FILE_NAME_SIZE], path[200];
	struct stat info;
	struct sg_err err;

	(void)state;
	assert_int_equal(store_files_keep(folder, 7, "bytes", 5, name, &err),
			 SG_OK);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(info.st_size, 5);
	assert_int_equal(strncmp(name, "0000000000000007-", 17), 0);
	assert_int_equal(stat(folder, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	store_files_drop(folder, name);
	assert_false(is_there(name));
}

static void
a_persons_files_go_and_no_others(void **state)
{
	char one[STORE_FILE_NAME_SIZE], two[STORE_FILE_NAME_SIZE];
	char other[STORE_FILE_NAME_SIZE];
	struct sg_err err;

	(void)state;
	assert_int_equal(store_files_forget(folder, 7, &err), SG_OK);
	assert_int_equal(store_files_keep(folder, 7, "a", 1, one, &err), SG_OK);
	assert_int_equal(store_files_keep(folder, 7, "", 0, two, &err), SG_OK);
	assert_int_equal(store_files_keep(folder, 8, "b", 1, other, &err),
			 SG_OK);
	assert_int_equal(store_files_forget(folder, 7, &err), SG_OK);
	assert_false(is_there(one) || is_there(two));
	assert_true(is_there(other));
	store_files_drop(folder, other);
}

static void
no_name_leads_out_of_the_folder(void **state)
{
	char path[200];
	struct sg_err err;
	char name[STORE_FILE_NAME_SIZE];
	FILE *file;

	(void)state;
	assert_int_equal(store_files_keep(folder, 7, "a", 1, name, &err),
			 SG_OK);
	snprintf(path, sizeof(path), "%s/precious", parent);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	store_files_drop(folder, "../precious");
	store_files_drop(folder, "");
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	store_files_drop(folder, name);
}

int
main(void)
{
#define FILES_TEST(f) cmocka_unit_test_setup_teardown(f, in_a_folder, out_of_it)
	const struct CMUnitTest tests[] = {
		FILES_TEST(a_file_is_kept_for_nobody_else_to_read),
		FILES_TEST(a_persons_files_go_and_no_others),
		FILES_TEST(no_name_leads_out_of_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
