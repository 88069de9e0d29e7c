/*
 * mail_about.c - which message of ours may an incoming mail be about? The
 * Message-IDs that it names are for the applier, which has the store: here
 * nothing is asked but the mail itself. A token of ours in a report, or in
 * what is passed on, says it at once: whoever quotes it got that mail.
 */
#include "base/encode.h"
#include "classify/answer.h"
#include "classify/classify.h"
#include "gate/mail_parts.h"
#include "mail/address.h"
#include "mail/part_map.h"

enum {
	IDS_MOST = 20,
	ID_MOST = 998,
	TEXT_MOST = 8000, /* of one property */
	ADDRESSES_MOST = 100,
	TOKENS_TRIED_MOST = 64
};

/* --- is it worth a look? ------------------------------------------------- */

static const char *const NAMING[] = {"In-Reply-To", "References",
				     "X-Forwarded-Message-Id"};

static bool
is_report(const struct sg_mail *mail)
{
	return strcmp(header_keyword(mail->pool, header_get(&mail->headers,
							    "Content-Type")),
		      "multipart/report") == 0;
}

static bool
is_forward(const struct sg_mail *mail)
{
	const char *subject = header_decode(
		mail->pool, header_get(&mail->headers, "Subject"));

	return (subject && answer_is_forward(subject)) ||
	       header_get(&mail->headers, "X-Forwarded-Message-Id");
}

bool
mail_about_may(const struct sg_mail *mail)
{
	if (is_report(mail))
		return true;
	if (!mail->sender[0])
		return false; /* nobody answers so */
	for (size_t i = 0; i < sizeof(NAMING) / sizeof(NAMING[0]); i++)
		if (header_get(&mail->headers, NAMING[i]))
			return true;
	return is_forward(mail);
}

bool
mail_about_needs_body(const struct sg_mail *mail)
{
	return is_report(mail) || is_forward(mail);
}

/* --- the Message-IDs ----------------------------------------------------- */

struct ids {
	const char *ids[IDS_MOST];
	size_t n;
};

/* The next <…> without a blank in it; NULL: no more. */
static const char *
next_id(const char *text, size_t *len_out)
{
	const char *open, *close;

	for (; (open = strchr(text, '<')); text = open + 1) {
		close = open + 1 + strcspn(open + 1, "<> \t\r\n");
		if (*close != '>' || close == open + 1 ||
		    close - open > ID_MOST)
			continue;
		*len_out = (size_t)(close + 1 - open);
		return open;
	}
	return NULL;
}

static void
add_id(struct ids *ids, struct pool *pool, const char *id, size_t len)
{
	const char *copy = pool_memdup(pool, id, len);

	for (size_t i = 0; i < ids->n; i++)
		if (strcmp(ids->ids[i], copy) == 0)
			return;
	if (ids->n < IDS_MOST)
		ids->ids[ids->n++] = copy;
}

static void
add_ids(struct ids *ids, struct pool *pool, const char *text)
{
	size_t len;

	while (text && (text = next_id(text, &len))) {
		add_id(ids, pool, text, len);
		text += len;
	}
}

/* The nearest stands last in References. */
static void
add_ids_backwards(struct ids *ids, struct pool *pool, const char *text)
{
	const char *found[IDS_MOST] = {NULL};
	size_t lens[IDS_MOST], n = 0, len;

	while (text && (text = next_id(text, &len))) {
		found[n % IDS_MOST] = text;
		lens[n++ % IDS_MOST] = len;
		text += len;
	}
	for (size_t i = 0; i < n && i < IDS_MOST; i++)
		add_id(ids, pool, found[(n - 1 - i) % IDS_MOST],
		       lens[(n - 1 - i) % IDS_MOST]);
}

/* Of a message that is passed on as an attachment: its header is in plain
 * text whatever its body is in. */
static void
add_attached_ids(struct ids *ids, const struct sg_mail *mail)
{
	const char *at = buf_text(&mail->body);
	const char *end;

	while (ids->n < IDS_MOST && (at = strchr(at, '\n'))) {
		at++;
		if (strncasecmp(at, "Message-ID:", 11) != 0)
			continue;
		end = strchr(at, '\n');
		if (end && (end[1] == ' ' || end[1] == '\t'))
			end = strchr(end + 1, '\n');
		if (!end)
			return;
		add_ids(ids, mail->pool,
			pool_memdup(mail->pool, at, (size_t)(end - at)));
	}
}

static const char *
about_of(struct sg_mail *mail, const struct classify_result *result)
{
	const struct header_list *headers = &mail->headers;
	struct ids ids = {.n = 0};
	struct buf text;
	const char *copy;

	add_ids(&ids, mail->pool, header_get(headers, "In-Reply-To"));
	add_ids(&ids, mail->pool,
		header_get(headers, "X-Forwarded-Message-Id"));
	add_ids(&ids, mail->pool, result->message_id);
	add_ids_backwards(&ids, mail->pool, header_get(headers, "References"));
	if (result->kind == CLASSIFY_FORWARD)
		add_attached_ids(&ids, mail);
	buf_init(&text, 0);
	for (size_t i = 0; i < ids.n; i++)
		if (text.len + strlen(ids.ids[i]) < TEXT_MOST)
			buf_printf(&text, "%s%s", text.len ? " " : "",
				   ids.ids[i]);
	copy = pool_strdup(mail->pool, buf_text(&text));
	buf_done(&text);
	return copy;
}

/* --- who, to whom -------------------------------------------------------- */

static void
add_address(struct buf *to, const char *address)
{
	if (address && to->len + strlen(address) < TEXT_MOST)
		buf_printf(to, "%s%s", to->len ? ", " : "", address);
}

static const char *
to_of(struct sg_mail *mail)
{
	static const char *const names[] = {"To", "Cc"};
	const char *addresses[ADDRESSES_MOST], *value, *copy;
	struct buf to;
	size_t n;

	buf_init(&to, 0);
	for (size_t i = 0; i < mail->n_recipients; i++)
		add_address(&to, mail->recipients[i].address);
	for (size_t i = 0; i < 2; i++) {
		value = header_get(&mail->headers, names[i]);
		n = value ? address_list(mail->pool, value, addresses,
					 ADDRESSES_MOST)
			  : 0;
		for (size_t k = 0; k < n; k++)
			add_address(&to, addresses[k]);
	}
	copy = pool_strdup(mail->pool, buf_text(&to));
	buf_done(&to);
	return copy;
}

static const char *
from_of(struct sg_mail *mail)
{
	const char *value = header_get(&mail->headers, "From"), *address;

	if (!value ||
	    address_from_header(mail->pool, value, &address, NULL) != SG_OK)
		return "";
	return address;
}

/* --- a token that it quotes ---------------------------------------------- */

struct search {
	const struct sg_mail *mail;
	struct buf scratch;
	unsigned n_tried;
	struct token found; /* kind 0: none yet */
};

static bool
is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* What follows `prefix`, wherever that stands, up to what ends a token. */
static void
search_after(struct search *search, const char *text, const char *prefix)
{
	size_t len, skip = strlen(prefix);

	while (!search->found.kind && search->n_tried < TOKENS_TRIED_MOST &&
	       (text = strstr(text, prefix))) {
		text += skip;
		for (len = 0; is_token_char(text[len]);)
			len++;
		if (len < TOKEN_FIXED_SIZE || len > TOKEN_TEXT_MOST)
			continue;
		search->n_tried++;
		if (token_read_any(search->mail->gate->keys, text, len,
				   &search->scratch, &search->found,
				   NULL) != SG_OK)
			search->found.kind = 0;
	}
}

static void
search_text(struct search *search, const char *text)
{
	static const char *const paths[] = {"/o/", "/c/", "/u/"};
	const struct sg_gate *gate = search->mail->gate;

	if (gate->bounce_domain[0])
		search_after(search, text, "bounce+");
	for (size_t i = 0; gate->public_url[0] && i < 3; i++)
		search_after(search, text,
			     pool_printf(search->mail->pool, "%s%s",
					 gate->public_url, paths[i]));
}

/* Raw, but with the lines joined that quoted-printable broke. */
static void
search_raw(struct search *search)
{
	const char *at = buf_text(&search->mail->body), *soft;
	struct buf text;

	buf_init(&text, MAIL_LOOK_MOST + 1);
	while ((soft = strchr(at, '=')) &&
	       text.len + (size_t)(soft - at) < MAIL_LOOK_MOST) {
		if (soft[1 + (soft[1] == '\r')] == '\n') {
			buf_append(&text, at, (size_t)(soft - at));
			at = soft + 2 + (soft[1] == '\r');
		} else {
			buf_append(&text, at, (size_t)(soft + 1 - at));
			at = soft + 1;
		}
	}
	if (text.len < MAIL_LOOK_MOST)
		buf_append(&text, at, strnlen(at, MAIL_LOOK_MOST - text.len));
	search_text(search, buf_text(&text));
	buf_done(&text);
}

static void
search_parts(struct search *search)
{
	const struct sg_mail *mail = search->mail;
	const char *body = buf_text(&mail->body);
	struct part_map map;
	struct buf text;

	if (part_map_build(mail->pool, &mail->headers, body, mail->body.len,
			   &map, NULL) != SG_OK)
		return;
	buf_init(&text, MAIL_LOOK_MOST);
	for (size_t i = 0; i < map.n_parts && !search->found.kind; i++) {
		if (map.parts[i].encoding != PART_BASE64 ||
		    strncmp(map.parts[i].type, "text/", 5) != 0)
			continue;
		buf_reset(&text);
		if (part_decode(&map.parts[i], body, &text, NULL) == SG_OK)
			search_text(search, buf_text(&text));
	}
	buf_done(&text);
}

static struct sg_token
quoted_in(struct sg_mail *mail)
{
	struct search search = {.mail = mail, .scratch = BUF_INIT};
	struct sg_token token = {.payload = ""};

	search_raw(&search);
	if (!search.found.kind)
		search_parts(&search);
	if (search.found.kind) {
		token.kind = (enum sg_token_kind)search.found.kind;
		token.message_id = search.found.message_id;
		token.record_key = search.found.record_key;
		token.payload = pool_memdup(mail->pool, search.found.payload,
					    search.found.payload_len);
		token.payload_len = search.found.payload_len;
	}
	buf_done(&search.scratch);
	return token;
}

void
mail_about_read(struct sg_mail *mail, const struct classify_result *result,
		struct sg_incoming *incoming)
{
	const char *id = header_text(mail->pool, &mail->headers, "Message-ID");

	if (result->kind == CLASSIFY_REPLY)
		incoming->answer = SG_ANSWER_REPLY;
	if (result->kind == CLASSIFY_FORWARD)
		incoming->answer = SG_ANSWER_FORWARD;
	incoming->from = from_of(mail);
	incoming->to = to_of(mail);
	incoming->rfc_id = id && strlen(id) <= ID_MOST ? id : "";
	incoming->about = about_of(mail, result);
	if (mail_about_needs_body(mail))
		incoming->quoted = quoted_in(mail);
	else
		incoming->quoted.payload = "";
}
