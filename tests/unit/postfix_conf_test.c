/* postfix_conf_test.c - main.cf and master.cf as people write them. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cli/postfix_conf.h"
#include "scratch.h"

#include "engine/cli/postfix_conf.c"

static const char main_cf[] =
	"# a comment\n"
	"myhostname = mx.example.com\n"
	"mydomain=example.com\n"
	"smtpd_milters =\n"
	"  # between the lines\n"
	"\n"
	"  unix:spf/spf.sock,\n"
	"\tunix:scoregate/milter.sock\n"
	"non_smtpd_milters = $smtpd_milters\n"
	"relay_domains = bounces.${mydomain} ${missing} $$x\n"
	"loop = $loop\n"
	"smtpd_banner = first\n"
	"smtpd_banner = last\n"
	"no equals here\n";

static const char master_cf[] =
	"# service type private unpriv chroot wakeup maxproc command\n"
	"smtp      inet  n       -       y       -       -       smtpd\n"
	"  -o milter_macro_daemon_name=mx\n"
	"submission inet n - n - - smtpd\n"
	"  -o smtpd_milters=unix:other.sock\n"
	"  -o { smtpd_banner = $myhostname says }\n"
	"short line\n"
	"cleanup   unix  n       -       y       -       0       cleanup\n";

static struct scratch scratch;
static struct pool *pool;

static void
write_file(const char *name, const char *text, size_t len)
{
	FILE *out = fopen(scratch_file(&scratch, name), "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, len, out), len);
	fclose(out);
}

static int
make_files(void **state)
{
	(void)state;
	scratch_make(&scratch);
	pool = pool_new();
	write_file("main.cf", main_cf, strlen(main_cf));
	write_file("master.cf", master_cf, strlen(master_cf));
	return 0;
}

static int
remove_files(void **state)
{
	(void)state;
	pool_free(pool);
	scratch_remove(&scratch);
	return 0;
}

static struct postfix_conf *
read_it(void)
{
	struct postfix_conf *conf;
	struct sg_err err;

	assert_int_equal(postfix_conf_read(pool, scratch.path, &conf, &err),
			 SG_OK);
	return conf;
}

static void
values_are_expanded_and_lines_continued(void **state)
{
	struct postfix_conf *conf = read_it();

	(void)state;
	assert_string_equal(postfix_conf_get(conf, NULL, "non_smtpd_milters"),
			    "unix:spf/spf.sock, unix:scoregate/milter.sock");
	assert_string_equal(postfix_conf_get(conf, NULL, "relay_domains"),
			    "bounces.example.com  $x");
	assert_string_equal(postfix_conf_get(conf, NULL, "smtpd_banner"),
			    "last");
	assert_string_equal(postfix_conf_get(conf, NULL, "milter_protocol"),
			    "6");
	assert_string_equal(postfix_conf_get(conf, NULL, "mydestination"),
			    "mx.example.com, localhost.example.com, localhost");
	assert_string_equal(postfix_conf_get(conf, NULL, "loop"), "");
}

static void
a_service_has_its_own_settings(void **state)
{
	struct postfix_conf *conf = read_it();

	(void)state;
	assert_int_equal(conf->n_services, 3);
	assert_string_equal(conf->services[0].name, "smtp");
	assert_true(conf->services[0].chroot);
	assert_string_equal(conf->services[0].command, "smtpd");
	assert_string_equal(postfix_conf_get(conf, &conf->services[0],
					     "milter_macro_daemon_name"),
			    "mx");
	assert_false(conf->services[1].chroot);
	assert_string_equal(
		postfix_conf_get(conf, &conf->services[1], "smtpd_milters"),
		"unix:other.sock");
	assert_string_equal(
		postfix_conf_get(conf, &conf->services[1], "smtpd_banner"),
		"mx.example.com says ");
	assert_string_equal(conf->services[2].command, "cleanup");
}

static void
a_list_has_items_of_which_braces_are_one(void **state)
{
	struct postfix_conf *conf = read_it();
	const char *list = " a, { unix:b, default_action=accept },c\td ";

	(void)state;
	assert_string_equal(postfix_conf_item(conf, &list), "a");
	assert_string_equal(postfix_conf_item(conf, &list),
			    "{ unix:b, default_action=accept }");
	assert_string_equal(postfix_conf_item(conf, &list), "c");
	assert_string_equal(postfix_conf_item(conf, &list), "d");
	assert_null(postfix_conf_item(conf, &list));
}

static void
no_file_is_no_postfix(void **state)
{
	struct postfix_conf *conf;
	struct sg_err err;

	(void)state;
	assert_int_equal(postfix_conf_read(pool,
					   scratch_file(&scratch, "nowhere"),
					   &conf, &err),
			 SG_NONE);
}

static void
files_that_are_cut_do_no_harm(void **state)
{
	struct postfix_conf *conf;

	(void)state;
	for (size_t len = 0; len < sizeof(main_cf); len += 3) {
		pool_clear(pool);
		write_file("main.cf", main_cf, len);
		write_file("master.cf", master_cf,
			   len < strlen(master_cf) ? len : 0);
		conf = read_it();
		(void)postfix_conf_get(conf, NULL, "relay_domains");
	}
}

int
main(void)
{
#define CONF_TEST(f) \
	cmocka_unit_test_setup_teardown(f, make_files, remove_files)
	const struct CMUnitTest tests[] = {
		CONF_TEST(values_are_expanded_and_lines_continued),
		CONF_TEST(a_service_has_its_own_settings),
		CONF_TEST(a_list_has_items_of_which_braces_are_one),
		CONF_TEST(no_file_is_no_postfix),
		CONF_TEST(files_that_are_cut_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
