/* signal_kinds_test.c - the catalogue of declared signals. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "signal/signal_kinds.h"

static void
it_begins_with_the_engines_own_in_order(void **state)
{
	static const char *const own[] = {
		"broadcast.sent",   "consent.changed",	"email.sent",
		"field.changed",    "list.confirmed",	"list.joined",
		"list.left",	    "record.changed",	"record.created",
		"record.deleted",   "score.changed",	"sequence.finished",
		"sequence.started", "sequence.stopped", "tag.added",
		"tag.removed",
	};
	struct signal_kinds *kinds = signal_kinds_new();
	struct signal_kind_info info;
	const char *before = "";
	size_t i;

	for (i = 0; i < sizeof(own) / sizeof(*own); i++)
		assert_true(signal_kinds_has(kinds, own[i]));
	for (i = 0; i < signal_kinds_count(kinds); i++) {
		info = signal_kinds_at(kinds, i);
		assert_true(strcmp(before, info.name) < 0);
		assert_string_equal(info.plugin, "engine");
		before = info.name;
	}
	signal_kinds_free(kinds);
}

static void
a_name_belongs_to_who_declared_it_first(void **state)
{
	struct signal_kinds *kinds = signal_kinds_new();
	struct signal_kind_info info = {"order.paid", "webhook", "amount",
					"An order was paid"};
	struct sg_err err;

	assert_int_equal(signal_kinds_add(kinds, &info, &err), SG_OK);
	assert_int_equal(signal_kinds_add(kinds, &info, &err), SG_OK);
	/* The same in the same words is learned in two ways. */
	info.plugin = "shop";
	assert_int_equal(signal_kinds_add(kinds, &info, &err), SG_OK);
	info.summary = "Somebody paid";
	assert_int_equal(signal_kinds_add(kinds, &info, &err), SG_REFUSED);
	assert_string_equal(err.text,
			    "signal order.paid is declared by webhook already");
	info.name = "tag.added";
	assert_int_equal(signal_kinds_add(kinds, &info, &err), SG_REFUSED);
	signal_kinds_free(kinds);
}

/* A webhook may tell what a plugin declares, loaded before it or after. */
static void
what_the_configuration_names_yields_to_a_plugin(void **state)
{
	struct signal_kinds *kinds = signal_kinds_new();
	struct signal_kind_info named = {"email.bounced", "webhook", "class",
					 "From a webhook"};
	struct signal_kind_info own = {"email.bounced", "bounce",
				       "class, status", "It came back"};
	size_t i;

	(void)state;
	assert_int_equal(signal_kinds_name(kinds, &named, NULL), SG_OK);
	assert_int_equal(signal_kinds_add(kinds, &own, NULL), SG_OK);
	assert_int_equal(signal_kinds_name(kinds, &named, NULL), SG_OK);
	for (i = 0; i < signal_kinds_count(kinds); i++)
		if (strcmp(signal_kinds_at(kinds, i).name, own.name) == 0)
			assert_string_equal(signal_kinds_at(kinds, i).plugin,
					    "bounce");
	named.name = "tag.added"; /* the engine's */
	assert_int_equal(signal_kinds_name(kinds, &named, NULL), SG_REFUSED);
	signal_kinds_free(kinds);
}

static void
a_bad_name_is_refused(void **state)
{
	static const char *const bad[] = {"",	    "paid",	  ".paid",
					  "order.", "Order.paid", "order paid"};
	struct signal_kinds *kinds = signal_kinds_new();
	struct signal_kind_info info = {NULL, "webhook", "", ""};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		info.name = bad[i];
		assert_int_equal(signal_kinds_add(kinds, &info, NULL),
				 SG_REFUSED);
	}
	signal_kinds_free(kinds);
}

static void
it_says_which_plugin_would_declare_a_signal(void **state)
{
	assert_string_equal(signal_kinds_who_would("call.missed"), "telephony");
	assert_string_equal(signal_kinds_who_would("email.opened"), "open");
	assert_null(signal_kinds_who_would("email.openedx"));
	assert_null(signal_kinds_who_would("nobody.knows"));
}

static void *
add_many(void *arg)
{
	struct signal_kinds *kinds = arg;
	struct signal_kind_info info = {NULL, "webhook", "", ""};
	char name[32];
	int i;

	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "order.n%d", i);
		info.name = name;
		assert_int_equal(signal_kinds_add(kinds, &info, NULL), SG_OK);
		assert_true(signal_kinds_has(kinds, name));
	}
	return NULL;
}

static void
what_no_loaded_plugin_declares_is_off(void **state)
{
	struct signal_kinds *kinds = signal_kinds_new();
	struct signal_kind_info info, opened = {"email.opened", "open", "", ""};
	size_t before = 0, after = 0;

	(void)state;
	while (signal_kinds_off_at(kinds, before, &info) == SG_OK)
		before++;
	assert_int_equal(signal_kinds_add(kinds, &opened, NULL), SG_OK);
	for (; signal_kinds_off_at(kinds, after, &info) == SG_OK; after++)
		assert_string_not_equal(info.name, "email.opened");
	assert_int_equal(after + 1, before);
	signal_kinds_free(kinds);
}

static void
several_threads_may_add_and_look(void **state)
{
	struct signal_kinds *kinds = signal_kinds_new();
	size_t own = signal_kinds_count(kinds);
	pthread_t threads[4];
	int i;

	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, add_many, kinds);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(signal_kinds_count(kinds), own + 200);
	signal_kinds_free(kinds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_begins_with_the_engines_own_in_order),
		cmocka_unit_test(a_name_belongs_to_who_declared_it_first),
		cmocka_unit_test(
			what_the_configuration_names_yields_to_a_plugin),
		cmocka_unit_test(a_bad_name_is_refused),
		cmocka_unit_test(it_says_which_plugin_would_declare_a_signal),
		cmocka_unit_test(what_no_loaded_plugin_declares_is_off),
		cmocka_unit_test(several_threads_may_add_and_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
