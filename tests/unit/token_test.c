#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "token/keys.h"
#include "token/token.h"

static char folder[] = "/tmp/scoregate-token-XXXXXX";
static char path[64];

static int
begin(void **state)
{
	struct sg_err err;

	if (crypto_start(&err) != SG_OK || !mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/keys", folder);
	return 0;
}

static int
end(void **state)
{
	unlink(path);
	return rmdir(folder);
}

static struct keys *
opened(void)
{
	struct keys *keys = NULL;
	struct sg_err err = {0};

	if (keys_open(path, 1, &keys, &err) != SG_OK)
		fail_msg("%s", err.text);
	return keys;
}

static void
write_file(const char *text, mode_t mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
keys_are_made_once_and_read_again(void **state)
{
	unsigned char secret[RECORD_SECRET_SIZE];
	struct keys *keys = opened();
	struct stat st;
	uint8_t id;

	memcpy(secret, keys_record_secret(keys), sizeof(secret));
	assert_non_null(keys_current(keys, &id));
	assert_int_equal(id, 1);
	assert_null(keys_find(keys, 0));
	assert_null(keys_find(keys, 2));
	keys_close(keys);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	keys = opened();
	assert_memory_equal(secret, keys_record_secret(keys), sizeof(secret));
	keys_close(keys);
}

static void
assert_keys_refused(const char *want)
{
	struct keys *keys = NULL;
	struct sg_err err = {0};

	assert_int_not_equal(keys_open(path, 0, &keys, &err), SG_OK);
	assert_null(keys);
	if (!strstr(err.text, want))
		fail_msg("'%s' is not in '%s'", want, err.text);
}

#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
keys_others_can_read_are_refused(void **state)
{
	write_file("record " HEX64 "\ntag 1 " HEX64 "\n", 0640);
	assert_keys_refused("chmod 600");
}

static uint8_t
rotated(struct keys *keys, int64_t now)
{
	struct sg_err err;
	uint8_t id = 0;

	if (keys_rotate(keys, now, &id, &err) != SG_OK)
		fail_msg("%s", err.text);
	return id;
}

static bool
is_read(const struct keys *keys, const struct buf *text)
{
	struct buf scratch = BUF_INIT;
	struct token token;
	bool is = token_read(keys, TOKEN_OPEN, text->data, text->len, &scratch,
			     &token, NULL) == SG_OK;

	buf_done(&scratch);
	return is;
}

static void
make_open(const struct keys *keys, struct buf *text)
{
	struct token token = {.kind = TOKEN_OPEN, .message_id = 7};

	buf_reset(text);
	assert_int_equal(token_make(keys, &token, text, NULL), SG_OK);
}

static void
after_a_rotation_old_links_are_read_and_new_ones_have_the_new_key(void **state)
{
	struct buf old = BUF_INIT, new = BUF_INIT;
	struct keys *keys, *again;
	struct keys_info infos[KEYS_IDS];
	uint8_t id;

	unlink(path);
	keys = opened();
	make_open(keys, &old);
	assert_int_equal(rotated(keys, 1000), 2);
	make_open(keys, &new);
	assert_int_equal(new.data[0], 'A');
	assert_int_not_equal(memcmp(old.data, new.data, 4), 0);
	assert_true(is_read(keys, &old) && is_read(keys, &new));

	again = opened(); /* the file says the same */
	assert_true(is_read(again, &old) && is_read(again, &new));
	keys_current(again, &id);
	assert_int_equal(id, 2);
	assert_int_equal(keys_list(again, infos), 2);
	assert_int_equal(infos[0].made_at, 0);
	assert_int_equal(infos[0].until, 1000);
	assert_int_equal(infos[1].made_at, 1000);
	assert_true(infos[1].current && infos[1].until == INT64_MAX);
	keys_close(again);
	keys_close(keys);
	buf_done(&old);
	buf_done(&new);
}

static void
a_retired_key_s_links_are_dead_and_its_id_never_comes_back(void **state)
{
	struct buf old = BUF_INIT;
	struct keys_info infos[KEYS_IDS];
	struct keys *keys, *again;
	struct sg_err err;

	unlink(path);
	keys = opened();
	make_open(keys, &old);
	assert_int_equal(keys_retire(keys, 1, 5, &err), SG_REFUSED);
	rotated(keys, 1000);
	rotated(keys, 2000);
	assert_int_equal(keys_retire(keys, 9, 5, &err), SG_NONE);
	assert_int_equal(keys_retire(keys, 2, 2500, &err), SG_OK);
	assert_int_equal(keys_list(keys, infos), 2);
	assert_int_equal(infos[0].until, 1000);
	assert_true(is_read(keys, &old));
	assert_int_equal(keys_retire(keys, 1, 3000, &err), SG_OK);
	assert_false(is_read(keys, &old));
	assert_int_equal(keys_retire(keys, 1, 3000, &err), SG_NONE);
	again = opened();
	assert_false(is_read(again, &old));
	assert_int_equal(rotated(again, 4000), 4);
	keys_close(again);
	keys_close(keys);
	buf_done(&old);
}

static void
what_another_node_rotated_is_taken_by_a_reload(void **state)
{
	struct buf text = BUF_INIT;
	struct keys *keys, *other;
	struct sg_err err;

	unlink(path);
	keys = opened();
	other = opened();
	rotated(other, 1000);
	make_open(other, &text);
	assert_false(is_read(keys, &text));
	assert_int_equal(keys_reload(keys, &err), SG_OK);
	assert_true(is_read(keys, &text));
	assert_int_equal(keys_retire(other, 1, 2000, &err), SG_OK);
	assert_int_equal(keys_reload(keys, &err), SG_OK);
	assert_null(keys_find(keys, 1));

	unlink(path); /* another installation's */
	keys_close(other);
	other = opened();
	assert_int_equal(keys_reload(keys, &err), SG_REFUSED);
	assert_non_null(strstr(err.text, "another record key"));
	assert_true(is_read(keys, &text));
	keys_close(other);
	keys_close(keys);
	buf_done(&text);
}

static void
there_are_255_keys_in_a_life(void **state)
{
	struct sg_err err;
	struct keys *keys;
	uint8_t id;

	unlink(path);
	keys = opened();
	for (int i = 2; i <= 255; i++)
		assert_int_equal(rotated(keys, i), i);
	assert_int_equal(keys_rotate(keys, 1, &id, &err), SG_REFUSED);
	keys_close(keys);
	unlink(path);
}

static void
broken_key_files_are_refused_with_the_line(void **state)
{
	write_file("", 0600);
	assert_keys_refused("the record key is missing");
	write_file("record " HEX64 "\n", 0600);
	assert_keys_refused("the tag key is missing");
	write_file("\nrecord 00\n", 0600);
	assert_keys_refused("keys:2: a key is 64 hex digits, not 2");
	write_file("record " HEX64 "\ntag 0 " HEX64 "\n", 0600);
	assert_keys_refused("keys:2: expected: tag 1");
	write_file("record " HEX64 "\ntag 1\n", 0600);
	assert_keys_refused("keys:2: expected: tag 1");
	write_file("record " HEX64 "\ntag 1 " HEX64 "\ntag 1 " HEX64, 0600);
	assert_keys_refused("keys:3: tag key 1 stands twice");
	write_file("rcord " HEX64 "\n", 0600);
	assert_keys_refused("keys:1: expected one `record` line");
	unlink(path);
	assert_keys_refused("cannot open the keys");
}

static void
old_keys_verify_and_the_last_one_signs(void **state)
{
	struct token token = {TOKEN_OPEN, 1, 2, NULL, 0}, back;
	struct buf old = BUF_INIT, new = BUF_INIT, scratch = BUF_INIT;
	struct sg_err err;
	struct keys *keys;

	write_file("record " HEX64 "\ntag 1 " HEX64 "\n", 0600);
	keys = opened();
	assert_int_equal(token_make(keys, &token, &old, &err), SG_OK);
	keys_close(keys);
	write_file("record " HEX64 "\ntag 1 " HEX64 "\ntag 7 ff112233445566"
		   "778899aabbccddeeff00112233445566778899aabbccddeeff\n",
		   0600);
	keys = opened();
	assert_int_equal(token_make(keys, &token, &new, &err), SG_OK);
	assert_string_not_equal(buf_text(&old), buf_text(&new));
	assert_int_equal(token_read(keys, TOKEN_OPEN, old.data, old.len,
				    &scratch, &back, &err),
			 SG_OK);
	assert_int_equal(token_read(keys, TOKEN_OPEN, new.data, new.len,
				    &scratch, &back, &err),
			 SG_OK);
	keys_close(keys);
	write_file("record " HEX64 "\ntag 7 ff112233445566"
		   "778899aabbccddeeff00112233445566778899aabbccddeeff\n",
		   0600);
	keys = opened();
	assert_int_equal(token_read(keys, TOKEN_OPEN, old.data, old.len,
				    &scratch, &back, &err),
			 SG_REFUSED);
	keys_close(keys);
	unlink(path);
	buf_done(&old);
	buf_done(&new);
	buf_done(&scratch);
}

static void
derived_keys_differ_by_purpose(void **state)
{
	unsigned char a[TAG_KEY_SIZE], b[TAG_KEY_SIZE], c[TAG_KEY_SIZE];
	struct keys *keys = opened();

	keys_derive(keys, "session", a);
	keys_derive(keys, "csrf", b);
	keys_derive(keys, "session", c);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_memory_equal(a, c, sizeof(a));
	keys_close(keys);
}

static void
a_token_says_what_was_put_in(void **state)
{
	const char *url = "https://example.com/?a=1&b=2";
	struct token token = {TOKEN_CLICK, 0x0102030405060708,
			      0xf1f2f3f4f5f6f7f8, url, strlen(url)};
	struct buf text = BUF_INIT, scratch = BUF_INIT;
	struct keys *keys = opened();
	struct token back;
	struct sg_err err;

	assert_int_equal(token_make(keys, &token, &text, &err), SG_OK);
	assert_null(strpbrk(buf_text(&text), "+/=&?."));
	assert_int_equal(token_read(keys, TOKEN_CLICK, text.data, text.len,
				    &scratch, &back, &err),
			 SG_OK);
	assert_true(back.message_id == token.message_id);
	assert_true(back.record_key == token.record_key);
	assert_int_equal(back.payload_len, strlen(url));
	assert_memory_equal(back.payload, url, strlen(url));
	assert_int_equal(token_read(keys, TOKEN_OPEN, text.data, text.len,
				    &scratch, &back, &err),
			 SG_REFUSED);
	keys_close(keys);
	buf_done(&text);
	buf_done(&scratch);
}

static void
a_token_of_one_kind_is_refused_as_every_other(void **state)
{
	struct buf text = BUF_INIT, scratch = BUF_INIT;
	struct keys *keys = opened();
	struct token token = {.message_id = 5, .record_key = 6}, back;
	struct sg_err err;

	for (int made = TOKEN_OPEN; made <= TOKEN_STAMP; made++) {
		token.kind = (enum token_kind)made;
		buf_reset(&text);
		assert_int_equal(token_make(keys, &token, &text, &err), SG_OK);
		for (int read = TOKEN_OPEN; read <= TOKEN_STAMP; read++)
			assert_int_equal(token_read(keys, (enum token_kind)read,
						    text.data, text.len,
						    &scratch, &back, &err),
					 read == made ? SG_OK : SG_REFUSED);
		assert_int_equal(token_read_any(keys, text.data, text.len,
						&scratch, &back, &err),
				 SG_OK);
		assert_int_equal(back.kind, made);
	}
	keys_close(keys);
	buf_done(&text);
	buf_done(&scratch);
}

static void
a_token_with_any_bit_changed_is_refused(void **state)
{
	struct token token = {TOKEN_OPEN, 5, 6, "pay", 3}, back;
	struct buf text = BUF_INIT, scratch = BUF_INIT;
	struct keys *keys = opened();
	struct sg_err err;

	assert_int_equal(token_make(keys, &token, &text, &err), SG_OK);
	for (size_t i = 0; i < text.len; i++) {
		char was = text.data[i];

		text.data[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(token_read(keys, TOKEN_OPEN, text.data,
					    text.len, &scratch, &back, &err),
				 SG_REFUSED);
		assert_string_equal(err.text, "not a token of ours");
		text.data[i] = was;
		assert_int_equal(token_read(keys, TOKEN_OPEN, text.data, i,
					    &scratch, &back, &err),
				 SG_REFUSED);
	}
	keys_close(keys);
	buf_done(&text);
	buf_done(&scratch);
}

static void
an_address_token_survives_a_change_of_case(void **state)
{
	struct token token = {TOKEN_BOUNCE, 77, 88, NULL, 0}, back;
	struct buf text = BUF_INIT;
	struct keys *keys = opened();
	struct sg_err err;

	assert_int_equal(token_make_base32(keys, &token, &text, &err), SG_OK);
	assert_int_equal(text.len, TOKEN_BASE32_LEN);
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] >= 'a' && text.data[i] <= 'z')
			text.data[i] = (char)(text.data[i] - 'a' + 'A');
	assert_int_equal(token_read_base32(keys, TOKEN_BOUNCE, text.data,
					   text.len, &back, &err),
			 SG_OK);
	assert_true(back.message_id == 77 && back.record_key == 88);
	text.data[3] = text.data[3] == 'A' ? 'B' : 'A';
	assert_int_equal(token_read_base32(keys, TOKEN_BOUNCE, text.data,
					   text.len, &back, &err),
			 SG_REFUSED);
	token.payload_len = 1;
	assert_int_equal(token_make_base32(keys, &token, &text, &err),
			 SG_REFUSED);
	keys_close(keys);
	buf_done(&text);
}

static void
payloads_have_a_most(void **state)
{
	static char payload[TOKEN_PAYLOAD_MOST + 1];
	struct token token = {TOKEN_CLICK, 1, 1, payload, TOKEN_PAYLOAD_MOST};
	struct token back;
	struct buf text = BUF_INIT, scratch = BUF_INIT;
	struct keys *keys = opened();
	struct sg_err err;

	assert_int_equal(token_make(keys, &token, &text, &err), SG_OK);
	assert_true(text.len <= TOKEN_TEXT_MOST);
	assert_int_equal(token_read(keys, TOKEN_CLICK, text.data, text.len,
				    &scratch, &back, &err),
			 SG_OK);
	assert_int_equal(back.payload_len, TOKEN_PAYLOAD_MOST);
	token.payload_len++;
	assert_int_equal(token_make(keys, &token, &text, &err), SG_REFUSED);
	keys_close(keys);
	buf_done(&text);
	buf_done(&scratch);
}

static void
message_ids_differ_and_know_their_time(void **state)
{
	int64_t now = 1790000000123;
	uint64_t a = message_id_new(now), b = message_id_new(now);

	assert_true(a != b);
	assert_int_equal(message_id_time(a), now);
	assert_int_equal(message_id_time(b), now);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_made_once_and_read_again),
		cmocka_unit_test(derived_keys_differ_by_purpose),
		cmocka_unit_test(a_token_says_what_was_put_in),
		cmocka_unit_test(a_token_of_one_kind_is_refused_as_every_other),
		cmocka_unit_test(a_token_with_any_bit_changed_is_refused),
		cmocka_unit_test(an_address_token_survives_a_change_of_case),
		cmocka_unit_test(payloads_have_a_most),
		cmocka_unit_test(message_ids_differ_and_know_their_time),
		cmocka_unit_test(keys_others_can_read_are_refused),
		cmocka_unit_test(broken_key_files_are_refused_with_the_line),
		cmocka_unit_test(
			after_a_rotation_old_links_are_read_and_new_ones_have_the_new_key),
		cmocka_unit_test(
			a_retired_key_s_links_are_dead_and_its_id_never_comes_back),
		cmocka_unit_test(
			what_another_node_rotated_is_taken_by_a_reload),
		cmocka_unit_test(there_are_255_keys_in_a_life),
		cmocka_unit_test(old_keys_verify_and_the_last_one_signs),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
