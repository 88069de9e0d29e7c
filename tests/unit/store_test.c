/* store_test.c - opening, migrations, ids, readers, backup. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "store/migration.h"
#include "store/store.h"
#include "store/store_history.h"
#include "store/store_record.h"

static struct scratch scratch;
static struct sg_err err;

static int
set_up(void **state)
{
	scratch_make(&scratch);
	return 0;
}

static int
tear_down(void **state)
{
	scratch_remove(&scratch);
	return 0;
}

static const char *
path(void)
{
	return scratch_file(&scratch, "store.db");
}

static struct store *
open_store(enum db_mode mode)
{
	struct store *store = NULL;

	if (store_open(path(), mode, &store, &err) != SG_OK)
		fail_msg("%s", err.text);
	return store;
}

static uint32_t
add_record(struct store *store, uint64_t key)
{
	uint32_t id = 0;

	assert_int_equal(
		store_record_create(store, key, "", "", 1000, &id, &err),
		SG_OK);
	return id;
}

static void
an_empty_file_gets_the_schema(void **state)
{
	char schema[8];
	struct store *store = open_store(DB_READ_WRITE);
	struct stat about;

	assert_int_equal(
		store_meta_get(store, "schema", schema, sizeof(schema), &err),
		SG_OK);
	assert_string_equal(schema, "4");
	assert_int_equal(store_n_migrations, STORE_SCHEMA);
	store_close(store);
	assert_int_equal(stat(path(), &about), 0);
	assert_int_equal(about.st_mode & 07, 0); /* not for others */
	/* A second time changes nothing. */
	store = open_store(DB_READ_WRITE);
	add_record(store, 1);
	store_close(store);
	store_close(NULL);
}

static void
set_schema(const char *schema)
{
	struct store *store = open_store(DB_READ_WRITE);

	assert_int_equal(store_meta_set(store, "schema", schema, &err), SG_OK);
	store_close(store);
}

static void
a_newer_schema_is_refused_in_words(void **state)
{
	struct store *store = NULL;

	set_schema("7");
	assert_int_equal(store_open(path(), DB_READ_WRITE, &store, &err),
			 SG_REFUSED);
	assert_non_null(strstr(err.text, "schema 7"));
	assert_non_null(strstr(err.text, "run the newer version"));
	assert_int_equal(store_open(path(), DB_READ_ONLY, &store, &err),
			 SG_REFUSED);
	assert_null(store);
}

static void
write_file(const char *text, size_t len)
{
	int fd = open(path(), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static void
a_file_that_is_not_sqlite_is_refused_and_left_alone(void **state)
{
	char text[2000], after[2000];
	struct store *store = NULL;
	int fd;

	memset(text, 'a', sizeof(text));
	write_file(text, sizeof(text));
	assert_int_equal(store_open(path(), DB_READ_WRITE, &store, &err),
			 SG_REFUSED);
	assert_non_null(strstr(err.text, "is not a SQLite database"));
	assert_int_equal(store_open(path(), DB_READ_ONLY, &store, &err),
			 SG_REFUSED);
	fd = open(path(), O_RDONLY);
	assert_int_equal(read(fd, after, sizeof(after)), sizeof(after));
	assert_memory_equal(text, after, sizeof(text));
	close(fd);
}

static void
somebody_elses_database_is_refused(void **state)
{
	struct store *store = NULL;
	struct db *db;

	assert_int_equal(db_open(path(), DB_READ_WRITE, &db, &err), SG_OK);
	assert_int_equal(db_script(db, "CREATE TABLE cats (name)", &err),
			 SG_OK);
	db_close(db);
	assert_int_equal(store_open(path(), DB_READ_WRITE, &store, &err),
			 SG_REFUSED);
	assert_non_null(strstr(err.text, "another program"));
}

static void
a_reader_refuses_what_has_no_schema_or_is_not_there(void **state)
{
	struct store_readers *readers = NULL;
	struct store *store = NULL;

	assert_int_equal(store_open(path(), DB_READ_ONLY, &store, &err),
			 SG_FAILED);
	assert_int_equal(access(path(), F_OK), -1);
	assert_int_equal(store_readers_open(path(), 2, &readers, &err),
			 SG_FAILED);
	write_file("", 0);
	assert_int_equal(store_open(path(), DB_READ_ONLY, &store, &err),
			 SG_REFUSED);
	assert_non_null(strstr(err.text, "start scoregated"));
	assert_int_equal(
		store_open("/nowhere/store.db", DB_READ_WRITE, &store, &err),
		SG_FAILED);
	assert_non_null(strstr(err.text, "No such file"));
}

/* Root may write everything but what is mounted read-only. */
static void
a_read_only_file_is_busy(void **state)
{
	struct store *store = open_store(DB_READ_WRITE);
	char directory[SCRATCH_PATH_SIZE];

	store_close(store);
	store = NULL;
	snprintf(directory, sizeof(directory), "%s", scratch.path);
	if (mount(directory, directory, NULL, MS_BIND, NULL) != 0) {
		print_message("nothing can be mounted here: skipped\n");
		skip();
	}
	assert_int_equal(mount(NULL, directory, NULL,
			       MS_REMOUNT | MS_BIND | MS_RDONLY, NULL),
			 0);
	assert_int_equal(store_open(path(), DB_READ_WRITE, &store, &err),
			 SG_BUSY);
	assert_non_null(strstr(err.text, "read-only"));
	assert_int_equal(umount(directory), 0);
	store = open_store(DB_READ_WRITE);
	store_close(store);
}

static void
fill_up(const char *file)
{
	static const char block[4096];
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	while (write(fd, block, sizeof(block)) > 0)
		;
	close(fd);
}

static void
a_full_disk_is_busy_and_the_batch_comes_again(void **state)
{
	enum sg_status status = SG_OK;
	struct store *store;
	uint64_t key, count = 0;
	uint32_t id;

	if (mount("tmpfs", scratch.path, "tmpfs", 0, "size=2m") != 0) {
		print_message("no tmpfs can be mounted here: skipped\n");
		skip();
	}
	store = open_store(DB_READ_WRITE);
	add_record(store, 1);
	fill_up(scratch_file(&scratch, "filler"));
	assert_int_equal(store_begin(store, &err), SG_OK);
	for (key = 2; status == SG_OK && key < 100000; key++)
		status = store_record_create(store, key, "", "some key", 1, &id,
					     &err);
	if (status == SG_OK)
		status = store_commit(store, &err);
	assert_int_equal(status, SG_BUSY);
	assert_non_null(strstr(err.text, "disk is full"));
	store_rollback(store);
	unlink(scratch_file(&scratch, "filler"));
	assert_int_equal(store_record_count(store, &count, &err), SG_OK);
	assert_int_equal(count, 1);
	add_record(store, 2);
	store_close(store);
	assert_int_equal(umount(scratch.path), 0);
}

static void
ids_only_rise_whatever_the_clock_does(void **state)
{
	struct store_history_place place = {0, 1, 0, true, 0, 0};
	struct store *store = open_store(DB_READ_WRITE);
	int64_t now = INT64_C(1790000000000), id, last = 0;
	struct signal signal;
	int i;

	for (i = 0; i < 100; i++) {
		id = store_new_id(store, now - i * 1000);
		assert_true(id > last);
		last = id;
	}
	assert_true(store_id_time(last) == now);
	assert_true(store_new_id(store, INT64_MIN) > last);
	assert_true(store_new_id(store, INT64_MAX) > last);
	/* Also over a restart. */
	signal_init(&signal, "a.b", now);
	place.id = store_new_id(store, now);
	assert_int_equal(store_history_append(store, &place, &signal, &err),
			 SG_OK);
	store_close(store);
	store = open_store(DB_READ_WRITE);
	assert_true(store_new_id(store, 0) > place.id);
	store_close(store);
}

static void
a_transaction_that_is_not_committed_leaves_nothing(void **state)
{
	struct store *store = open_store(DB_READ_WRITE);
	uint64_t count = 9;

	assert_int_equal(store_begin(store, &err), SG_OK);
	add_record(store, 1);
	store_rollback(store);
	assert_int_equal(store_record_count(store, &count, &err), SG_OK);
	assert_int_equal(count, 0);
	assert_int_equal(store_begin(store, &err), SG_OK);
	add_record(store, 1);
	assert_int_equal(store_commit(store, &err), SG_OK);
	store_close(store);
	store = open_store(DB_READ_ONLY);
	assert_int_equal(store_record_count(store, &count, &err), SG_OK);
	assert_int_equal(count, 1);
	store_close(store);
}

static void
a_reader_cannot_write(void **state)
{
	struct store *store = open_store(DB_READ_WRITE), *reader;
	uint32_t id = 7;

	reader = open_store(DB_READ_ONLY);
	assert_int_equal(store_record_create(reader, 1, "", "", 1, &id, &err),
			 SG_BUSY);
	assert_int_equal(id, 7);
	store_close(reader);
	store_close(store);
}

static void
a_snapshot_is_of_one_moment(void **state)
{
	struct store *store = open_store(DB_READ_WRITE), *reader;
	uint64_t count = 0;

	add_record(store, 1);
	reader = open_store(DB_READ_ONLY);
	assert_int_equal(store_snapshot(reader, &err), SG_OK);
	assert_int_equal(store_record_count(reader, &count, &err), SG_OK);
	assert_int_equal(count, 1);
	add_record(store, 2);
	assert_int_equal(store_record_count(reader, &count, &err), SG_OK);
	assert_int_equal(count, 1);
	store_snapshot_end(reader);
	assert_int_equal(store_record_count(reader, &count, &err), SG_OK);
	assert_int_equal(count, 2);
	store_close(reader);
	store_close(store);
}

/* --- readers ------------------------------------------------------------ */

static void *
read_often(void *arg)
{
	struct store_readers *readers = arg;
	struct store *store;
	uint64_t count;
	int i;

	for (i = 0; i < 50; i++) {
		assert_int_equal(store_readers_take(readers, &store, NULL),
				 SG_OK);
		assert_int_equal(store_record_count(store, &count, NULL),
				 SG_OK);
		assert_true(count >= 1);
		store_readers_give(readers, store);
	}
	return NULL;
}

static void
more_threads_than_readers_take_turns(void **state)
{
	struct store *store = open_store(DB_READ_WRITE);
	struct store_readers *readers;
	pthread_t threads[6];
	uint64_t key;
	int i;

	add_record(store, 1);
	assert_int_equal(store_readers_open(path(), 2, &readers, &err), SG_OK);
	for (i = 0; i < 6; i++)
		pthread_create(&threads[i], NULL, read_often, readers);
	for (key = 2; key < 50; key++)
		add_record(store, key);
	for (i = 0; i < 6; i++)
		pthread_join(threads[i], NULL);
	store_readers_give(readers, NULL);
	store_readers_close(readers);
	store_readers_close(NULL);
	store_close(store);
}

/* --- backup ------------------------------------------------------------- */

static void
a_backup_is_a_whole_store(void **state)
{
	struct store *store = open_store(DB_READ_WRITE), *copy;
	const char *backup = scratch_file(&scratch, "backup.db");
	uint64_t count = 0;

	add_record(store, 1);
	assert_int_equal(db_backup(store_db(store), backup, &err), SG_OK);
	add_record(store, 2);
	assert_int_equal(store_open(backup, DB_READ_WRITE, &copy, &err), SG_OK);
	assert_int_equal(store_record_count(copy, &count, &err), SG_OK);
	assert_int_equal(count, 1);
	assert_int_equal(store_check(copy, &err), SG_OK);
	store_close(copy);
	/* Never over something that is there. */
	assert_int_equal(db_backup(store_db(store), backup, &err), SG_REFUSED);
	assert_int_equal(db_backup(store_db(store), path(), &err), SG_REFUSED);
	assert_true(db_backup(store_db(store), "/nowhere/x.db", &err) != SG_OK);
	store_close(store);
}

static void
a_damaged_file_is_found(void **state)
{
	struct store *store = open_store(DB_READ_WRITE);
	static const char rubbish[8192] = "rubbish";
	uint64_t key;
	int fd;

	for (key = 1; key < 300; key++)
		add_record(store, key);
	store_close(store);
	fd = open(path(), O_WRONLY);
	assert_int_equal(pwrite(fd, rubbish, sizeof(rubbish), 4096),
			 sizeof(rubbish));
	close(fd);
	if (store_open(path(), DB_READ_WRITE, &store, &err) == SG_OK) {
		assert_int_equal(store_check(store, &err), SG_FAILED);
		store_close(store);
	}
	assert_non_null(strstr(err.text, "restore a backup"));
}

/* --- failure at call 1, 2, 3 … of a migration ----------------------------- */

static void
a_migration_happens_whole_or_not_at_all(void **state)
{
	struct store *store;
	int code;
	pid_t child;

	/* Killed in the middle: a child that opens and never commits. */
	child = fork();
	if (child == 0) {
		struct db *db;

		if (db_open(path(), DB_READ_WRITE, &db, NULL) != SG_OK ||
		    db_begin(db, NULL) != SG_OK ||
		    db_script(db, store_migrations[0], NULL) != SG_OK)
			_exit(1);
		_exit(0); /* as if killed: no close, no commit */
	}
	assert_int_equal(waitpid(child, &code, 0), child);
	assert_true(WIFEXITED(code) && WEXITSTATUS(code) == 0);
	store = open_store(DB_READ_WRITE);
	add_record(store, 1);
	store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_gets_the_schema),
		cmocka_unit_test(a_newer_schema_is_refused_in_words),
		cmocka_unit_test(
			a_file_that_is_not_sqlite_is_refused_and_left_alone),
		cmocka_unit_test(somebody_elses_database_is_refused),
		cmocka_unit_test(
			a_reader_refuses_what_has_no_schema_or_is_not_there),
		cmocka_unit_test(a_read_only_file_is_busy),
		cmocka_unit_test(a_full_disk_is_busy_and_the_batch_comes_again),
		cmocka_unit_test(ids_only_rise_whatever_the_clock_does),
		cmocka_unit_test(
			a_transaction_that_is_not_committed_leaves_nothing),
		cmocka_unit_test(a_reader_cannot_write),
		cmocka_unit_test(a_snapshot_is_of_one_moment),
		cmocka_unit_test(more_threads_than_readers_take_turns),
		cmocka_unit_test(a_backup_is_a_whole_store),
		cmocka_unit_test(a_damaged_file_is_found),
		cmocka_unit_test(a_migration_happens_whole_or_not_at_all),
	};
	struct CMUnitTest each[sizeof(tests) / sizeof(*tests)];
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		each[i] = tests[i];
		each[i].setup_func = set_up;
		each[i].teardown_func = tear_down;
	}
	return cmocka_run_group_tests(each, NULL, NULL);
}
