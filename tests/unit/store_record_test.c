/* store_record_test.c - what the store promises about records and lists. */
#include "store_aid.h"

#include <string.h>

#include "base/buf.h"
#include "store/store_list.h"
#include "store/store_record.h"

/* --- records ------------------------------------------------------------ */

static void
a_record_is_found_by_record_key_and_by_key(void **state)
{
	struct store_record record;
	uint64_t key = UINT64_C(0x8000000000000001);
	uint32_t id = store_aid_add(key, "a@x.org");

	assert_int_equal(id, 1);
	OK(store_record_find(aid_store, key, aid_pool, &record, &aid_err));
	assert_int_equal(record.id, id);
	assert_true(record.record_key == key);
	assert_string_equal(record.module, "contact");
	assert_string_equal(record.key, "a@x.org");
	assert_true(record.created_at == aid_now && record.deleted_at == 0);
	OK(store_record_find_key(aid_store, "", "a@x.org", aid_pool, &record,
				 &aid_err));
	assert_int_equal(record.id, id);
	NONE(store_record_find_key(aid_store, "lead", "a@x.org", aid_pool,
				   &record, &aid_err));
	NONE(store_record_find(aid_store, 5, aid_pool, &record, &aid_err));
	NONE(store_record_get(aid_store, 5, aid_pool, &record, &aid_err));
}

static void
a_record_key_belongs_to_one_record(void **state)
{
	uint32_t id = 77;

	store_aid_add(1, "a@x.org");
	assert_int_equal(store_record_create(aid_store, 1, "lead", "b", aid_now,
					     &id, &aid_err),
			 SG_REFUSED);
	assert_int_equal(id, 77);
}

static void
an_alias_leads_to_the_record(void **state)
{
	struct store_record record;
	uint32_t id = store_aid_add(1, "a@x.org"),
		 other = store_aid_add(2, "b@x.org");

	OK(store_record_add_alias(aid_store, 9, id, &aid_err));
	OK(store_record_find(aid_store, 9, aid_pool, &record, &aid_err));
	assert_int_equal(record.id, id);
	OK(store_record_add_alias(aid_store, 9, other, &aid_err));
	OK(store_record_find(aid_store, 9, aid_pool, &record, &aid_err));
	assert_int_equal(record.id, other);
}

static void
a_record_that_came_by_token_gets_its_key_later(void **state)
{
	struct store_record record;
	uint32_t id = store_aid_add(1, "");

	NONE(store_record_find_key(aid_store, "", "", aid_pool, &record,
				   &aid_err));
	OK(store_record_set_key(aid_store, id, "a@x.org", &aid_err));
	OK(store_record_find_key(aid_store, "", "a@x.org", aid_pool, &record,
				 &aid_err));
	NONE(store_record_set_key(aid_store, 99, "a@x.org", &aid_err));
}

static void
a_deleted_record_leaves_its_id_and_nothing_of_itself(void **state)
{
	struct store_member member = {"news", 1, LIST_JOINED, aid_now, "form"};
	struct store_record record;
	struct store_fields fields;
	struct store_members members;
	struct store_names tags;
	uint32_t id = store_aid_add(1, "a@x.org"), again;

	OK(store_field_set(aid_store, id, "name", "Ann", &aid_err));
	OK(store_tag_add(aid_store, id, "vip", &aid_err));
	OK(store_member_set(aid_store, &member, &aid_err));
	OK(store_record_add_alias(aid_store, 9, id, &aid_err));
	OK(store_record_delete(aid_store, id, aid_now + 5, &aid_err));
	NONE(store_record_delete(aid_store, id, aid_now + 6, &aid_err));
	NONE(store_record_find(aid_store, 1, aid_pool, &record, &aid_err));
	NONE(store_record_find(aid_store, 9, aid_pool, &record, &aid_err));
	NONE(store_record_find_key(aid_store, "", "a@x.org", aid_pool, &record,
				   &aid_err));
	OK(store_record_get(aid_store, id, aid_pool, &record, &aid_err));
	assert_true(record.deleted_at == aid_now + 5);
	assert_string_equal(record.key, "");
	OK(store_fields_of(aid_store, id, aid_pool, &fields, &aid_err));
	OK(store_tags_of(aid_store, id, aid_pool, &tags, &aid_err));
	OK(store_members_of(aid_store, id, aid_pool, &members, &aid_err));
	assert_int_equal(fields.n_rows + tags.n_names + members.n_rows, 0);
	/* The same address comes again: a new record. */
	again = store_aid_add(1, "a@x.org");
	assert_int_equal(again, id + 1);
}

static enum sg_status
count_record(void *arg, const struct store_record *record, struct sg_err *error)
{
	unsigned *n = arg;
	struct store_fields fields;

	/* A callback may ask the aid_store, this very table as well. */
	if (store_fields_of(aid_store, record->id, aid_pool, &fields, error) !=
	    SG_OK)
		return SG_FAILED;
	return ++*n == 3 ? SG_REFUSED : SG_OK;
}

static void
all_records_can_be_walked_in_slices_or_at_once(void **state)
{
	struct record_set *set = record_set_new();
	struct store_records slice;
	uint64_t key, count = 0;
	uint32_t last = 0;
	unsigned n = 0;

	for (key = 1; key <= 10; key++)
		store_aid_add(key, "");
	OK(store_record_delete(aid_store, 2, aid_now, &aid_err));
	OK(store_record_slice(aid_store, 0, 4, aid_pool, &slice, &aid_err));
	assert_int_equal(slice.n_rows, 4);
	assert_int_equal(slice.rows[1].id, 3);
	OK(store_record_slice(aid_store, 5, 100, aid_pool, &slice, &aid_err));
	assert_int_equal(slice.n_rows, 5);
	OK(store_record_slice(aid_store, 10, 100, aid_pool, &slice, &aid_err));
	assert_int_equal(slice.n_rows, 0);
	OK(store_record_count(aid_store, &count, &aid_err));
	assert_int_equal(count, 9);
	OK(store_record_last_id(aid_store, &last, &aid_err));
	assert_int_equal(last, 10);
	OK(store_record_select(aid_store, "contact", set, &aid_err));
	OK(store_record_select(aid_store, NULL, set, &aid_err));
	assert_int_equal(record_set_count(set), 9);
	record_set_free(set);
	assert_int_equal(
		store_record_each(aid_store, count_record, &n, &aid_err),
		SG_REFUSED);
	assert_int_equal(n, 3);
}

static enum sg_status
join_values(void *arg, uint32_t record_id, const char *value,
	    struct sg_err *error)
{
	buf_printf(arg, "%u=%s;", record_id, value);
	return SG_OK;
}

static void
records_are_found_by_module_and_whether_they_have_an_address(void **state)
{
	struct record_set *set = record_set_new();
	const char *module = "";
	uint32_t id, ann = store_aid_add(1, "ann@x.org"),
		     nobody = store_aid_add(2, "");

	OK(store_record_create(aid_store, 3, "lead", "ben@x.org", aid_now, &id,
			       &aid_err));
	OK(store_record_next_module(aid_store, module, aid_pool, &module,
				    &aid_err));
	assert_string_equal(module, "contact");
	OK(store_record_next_module(aid_store, module, aid_pool, &module,
				    &aid_err));
	assert_string_equal(module, "lead");
	NONE(store_record_next_module(aid_store, module, aid_pool, &module,
				      &aid_err));
	OK(store_record_in_module(aid_store, "contact", true, set, &aid_err));
	assert_int_equal(record_set_count(set), 1);
	assert_true(record_set_has(set, nobody));
	OK(store_record_in_module(aid_store, "contact", false, set, &aid_err));
	assert_int_equal(record_set_count(set), 2);
	assert_true(record_set_has(set, ann));
	record_set_free(set);
}

static void
fields_are_set_replaced_and_removed(void **state)
{
	struct buf joined = BUF_INIT;
	struct store_fields fields;
	struct store_names names;
	const char *value;
	uint32_t id = store_aid_add(1, ""), other = store_aid_add(2, "");

	OK(store_field_set(aid_store, id, "b", "1", &aid_err));
	OK(store_field_set(aid_store, id, "a", "2", &aid_err));
	OK(store_field_set(aid_store, id, "b", "3", &aid_err));
	OK(store_field_set(aid_store, other, "b", "4", &aid_err));
	OK(store_fields_of(aid_store, id, aid_pool, &fields, &aid_err));
	assert_int_equal(fields.n_rows, 2);
	assert_string_equal(fields.rows[0].name, "a");
	assert_string_equal(fields.rows[1].value, "3");
	OK(store_field_get(aid_store, id, "b", aid_pool, &value, &aid_err));
	assert_string_equal(value, "3");
	OK(store_field_each(aid_store, "b", join_values, &joined, &aid_err));
	assert_string_equal(buf_text(&joined), "1=3;2=4;");
	buf_done(&joined);
	OK(store_field_set(aid_store, id, "b", "", &aid_err));
	OK(store_field_set(aid_store, id, "b", "", &aid_err));
	NONE(store_field_get(aid_store, id, "b", aid_pool, &value, &aid_err));
	OK(store_field_names(aid_store, aid_pool, &names, &aid_err));
	assert_int_equal(names.n_names, 2);
	assert_string_equal(names.names[1], "b");
}

static void
tags_are_added_once_and_removed(void **state)
{
	struct record_set *set = record_set_new();
	struct store_names tags;
	uint32_t id = store_aid_add(1, ""), other = store_aid_add(2, "");
	bool has = false;

	OK(store_tag_add(aid_store, id, "vip", &aid_err));
	OK(store_tag_add(aid_store, id, "vip", &aid_err));
	OK(store_tag_add(aid_store, id, "a", &aid_err));
	OK(store_tag_add(aid_store, other, "vip", &aid_err));
	OK(store_tags_of(aid_store, id, aid_pool, &tags, &aid_err));
	assert_int_equal(tags.n_names, 2);
	assert_string_equal(tags.names[0], "a");
	OK(store_tag_has(aid_store, id, "vip", &has, &aid_err));
	assert_true(has);
	OK(store_tag_select(aid_store, "vip", set, &aid_err));
	store_aid_set(set, id, other, 2);
	OK(store_tag_remove(aid_store, id, "vip", &aid_err));
	OK(store_tag_remove(aid_store, id, "vip", &aid_err));
	OK(store_tag_has(aid_store, id, "vip", &has, &aid_err));
	assert_false(has);
	OK(store_tag_names(aid_store, aid_pool, &tags, &aid_err));
	assert_int_equal(tags.n_names, 2);
}

/* --- lists -------------------------------------------------------------- */

static void
a_list_is_created_once_and_its_name_comes_back(void **state)
{
	struct store_list list;
	struct store_lists all;

	OK(store_list_create(aid_store, "news", "The news", aid_now, &aid_err));
	assert_int_equal(
		store_list_create(aid_store, "news", "", aid_now, &aid_err),
		SG_REFUSED);
	OK(store_list_get(aid_store, "news", aid_pool, &list, &aid_err));
	assert_string_equal(list.title, "The news");
	OK(store_list_delete(aid_store, "news", aid_now, &aid_err));
	NONE(store_list_delete(aid_store, "news", aid_now, &aid_err));
	NONE(store_list_get(aid_store, "news", aid_pool, &list, &aid_err));
	OK(store_list_create(aid_store, "news", "Again", aid_now, &aid_err));
	OK(store_lists_all(aid_store, aid_pool, &all, &aid_err));
	assert_int_equal(all.n_rows, 1);
	assert_string_equal(all.rows[0].title, "Again");
}

static void
members_have_a_state(void **state)
{
	struct store_member member = {"news", 0, LIST_JOINED, aid_now, "form"};
	struct record_set *set = record_set_new();
	uint64_t counts[LIST_N_STATES];
	struct store_members rows;
	struct store_member out;

	OK(store_list_create(aid_store, "news", "", aid_now, &aid_err));
	for (member.record_id = 1; member.record_id <= 5; member.record_id++)
		OK(store_member_set(aid_store, &member, &aid_err));
	member.record_id = 3;
	member.state = LIST_LEFT;
	member.how = "one-click";
	OK(store_member_set(aid_store, &member, &aid_err));
	OK(store_member_get(aid_store, "news", 3, aid_pool, &out, &aid_err));
	assert_int_equal(out.state, LIST_LEFT);
	assert_string_equal(out.how, "one-click");
	OK(store_list_counts(aid_store, "news", counts, &aid_err));
	assert_int_equal(counts[LIST_JOINED], 4);
	assert_int_equal(counts[LIST_LEFT], 1);
	OK(store_list_select(aid_store, "news", LIST_LEFT, set, &aid_err));
	store_aid_set(set, 3, 0, 1);
	OK(store_member_slice(aid_store, "news", 3, 10, aid_pool, &rows,
			      &aid_err));
	assert_int_equal(rows.n_rows, 2);
	assert_int_equal(rows.rows[0].record_id, 4);
	OK(store_member_remove(aid_store, "news", 3, &aid_err));
	NONE(store_member_get(aid_store, "news", 3, aid_pool, &out, &aid_err));
	OK(store_list_delete(aid_store, "news", aid_now, &aid_err));
	OK(store_members_of(aid_store, 1, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 0);
	assert_string_equal(list_state_name(LIST_UNCONFIRMED), "unconfirmed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_record_is_found_by_record_key_and_by_key),
		STORE_TEST(a_record_key_belongs_to_one_record),
		STORE_TEST(an_alias_leads_to_the_record),
		STORE_TEST(a_record_that_came_by_token_gets_its_key_later),
		STORE_TEST(
			a_deleted_record_leaves_its_id_and_nothing_of_itself),
		STORE_TEST(all_records_can_be_walked_in_slices_or_at_once),
		STORE_TEST(
			records_are_found_by_module_and_whether_they_have_an_address),
		STORE_TEST(fields_are_set_replaced_and_removed),
		STORE_TEST(tags_are_added_once_and_removed),
		STORE_TEST(a_list_is_created_once_and_its_name_comes_back),
		STORE_TEST(members_have_a_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
