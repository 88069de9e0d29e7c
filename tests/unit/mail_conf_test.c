/* mail_conf_test.c - the section `mail` and its networks. */
#include "gate/mail_conf.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gate/gate.h"

static void
an_address_is_trusted_by_its_network(void **state)
{
	static const struct {
		const char *address;
		bool trusted;
	} rows[] = {
		{"127.0.0.1", true},
		{"128.0.0.1", false},
		{"10.1.2.3", true},
		{"10.1.2.4", false},
		{"192.0.2.191", true},
		{"192.0.2.192", false},
		{"2001:db8:1::9", true},
		{"2001:db8:2::9", false},
		{"::1", false},
		{"somewhere", false},
		{"", false},
	};
	struct conf_section *section;
	struct mail_conf conf;
	struct sg_err err;

	(void)state;
	assert_int_equal(
		conf_parse("x",
			   "trusted = { \"127.0.0.0/8\", \"10.1.2.3\",\n"
			   "\"192.0.2.128/26\", \"2001:db8:1::/48\" }",
			   1, gate_mail_options, &section, &err),
		SG_OK);
	assert_int_equal(mail_conf_init(&conf, section, &err), SG_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (mail_conf_trusts(&conf, rows[i].address) != rows[i].trusted)
			fail_msg("%s", rows[i].address);
	mail_conf_done(&conf);
	conf_free(section);
}

static void
without_a_section_the_defaults_hold(void **state)
{
	struct mail_conf conf;
	struct sg_err err;

	(void)state;
	assert_int_equal(mail_conf_init(&conf, NULL, &err), SG_OK);
	assert_int_equal(conf.track, SG_TRACK_OPENS | SG_TRACK_CLICKS);
	assert_false(conf.tempfail_on_trouble);
	assert_true(conf.skip_signed);
	assert_false(conf.keep_bounces);
	assert_int_equal(conf.verp_ms, 30 * INT64_C(86400000));
	assert_true(mail_conf_trusts(&conf, "127.0.0.1"));
	assert_true(mail_conf_trusts(&conf, "::1"));
	mail_conf_done(&conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_trusted_by_its_network),
		cmocka_unit_test(without_a_section_the_defaults_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
