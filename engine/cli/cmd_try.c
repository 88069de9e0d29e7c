/*
 * cmd_try.c - scoregate mail instrument and mail token: what would happen to a
 * mail that goes out, and what stands in one of our links. Works on a file,
 * with the configuration and, where it may be read, the key of this machine;
 * without a daemon.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli_diff.h"
#include "cli/cli_tables.h"
#include "gate/gate_trial.h"
#include "mail/address.h"
#include "mail/html_tokenizer.h"
#include "mail/part_map.h"

enum { MESSAGE_MOST = 64 << 20 };

static const struct cli_option instrument_options[] = {
	{"to", "ADDRESS", "whom it goes to"},
	{"campaign", "NAME", "its campaign; else as X-Scoregate-Campaign says"},
	{"from", "ADDRESS", "the envelope's sender; else as From says"},
	{"diff", NULL, "show what changes instead of the message"},
	{"config", "FILE", "of the daemon, as /etc/scoregate/scoregate.conf"},
	{0},
};

static const struct cli_option token_options[] = {
	{"config", "FILE", "of the daemon, as /etc/scoregate/scoregate.conf"},
	{0},
};

/* NULL: none, and none was asked for. */
static const char *
conf_path(const struct cli_args *args)
{
	static const char usual[] = SCOREGATE_SYSCONFDIR "/scoregate.conf";
	const char *path = cli_value(args, "config");

	if (path)
		return path;
	return access(usual, R_OK) == 0 ? usual : NULL;
}

/* What was tried, and what it was tried on. */
struct
try {
	struct cli *cli;
	struct gate_trial *trial;
	struct pool *pool;
	struct gate_trial_mail mail;
	struct gate_trial_result result;
};

/* --- what changed -------------------------------------------------------- */

/* The value of the index-th such header of the message as given. */
static const char *
old_value(const struct try *try, const char *name, unsigned index)
{
	struct header_list headers;
	const char *value = NULL;
	size_t start;

	header_list_init(&headers, try->pool);
	if (header_list_read(&headers, try->mail.text, try->mail.len, &start,
			     NULL) == SG_OK)
		value = header_unfold(try->pool,
				      header_get_index(&headers, name, index));
	return value;
}

typedef void header_fn(void *arg, char sign, const char *name,
		       const char *value);

static void
each_header(const struct try *try, header_fn *fn, void *arg)
{
	const struct sg_mail_edit *edit;
	const char *value;

	for (size_t i = 0; i < try->result.n_edits; i++) {
		edit = &try->result.edits[i];
		if (edit->kind == SG_EDIT_HEADER_CHANGE) {
			value = old_value(try, edit->name, edit->index);
			if (value)
				fn(arg, '-', edit->name, value);
		}
		if (edit->value && (edit->kind == SG_EDIT_HEADER_CHANGE ||
				    edit->kind == SG_EDIT_HEADER_ADD))
			fn(arg, '+', edit->name,
			   header_unfold(try->pool, edit->value));
	}
}

typedef void link_fn(void *arg, const struct gate_trial_token *token,
		     const char *url);

static void
each_token_in(const struct try *try, const char *text, link_fn *fn, void *arg)
{
	static const char ends[] = "\"' \t\r\n<>";
	struct gate_trial_token token;
	const char *at = text, *start;
	size_t len;
	char *url;

	while ((at = strstr(at, "://"))) {
		for (start = at; start > text && !strchr(ends, start[-1]);)
			start--;
		len = (size_t)(at - start) + strcspn(at, ends);
		url = pool_memdup(try->pool, start, len);
		at = start + len;
		if (gate_trial_token(try->trial, url, &token, NULL) == SG_OK)
			fn(arg, &token, url);
	}
}

/* Our links and images, of each part with HTML in order. */
static void
each_link(const struct try *try, link_fn *fn, void *arg)
{
	const char *message = try->result.message, *body;
	struct header_list headers;
	struct part_map map;
	struct buf text = BUF_INIT;
	size_t start;

	header_list_init(&headers, try->pool);
	if (header_list_read(&headers, message, try->result.message_len, &start,
			     NULL) != SG_OK)
		return;
	body = message + start;
	if (part_map_build(try->pool, &headers, body,
			   try->result.message_len - start, &map,
			   NULL) != SG_OK)
		return;
	for (size_t i = 0; i < map.n_parts; i++) {
		buf_reset(&text);
		if (strcmp(map.parts[i].type, "text/html") == 0 &&
		    part_decode(&map.parts[i], body, &text, NULL) == SG_OK)
			each_token_in(try, buf_text(&text), fn, arg);
	}
	buf_done(&text);
}

/* --- for people ---------------------------------------------------------- */

static void
show_header(void *arg, char sign, const char *name, const char *value)
{
	struct try *try = arg;
	const char *line = pool_printf(try->pool, "%s: %s", name, value);

	cli_diff_line(try->cli->terminal, sign, line, strlen(line));
}

static void
show_link(void *arg, const struct gate_trial_token *token, const char *url)
{
	struct try *try = arg;
	const char *line;

	if (strcmp(token->kind, "click") == 0) {
		cli_diff_line(try->cli->terminal, '-', token->payload,
			      strlen(token->payload));
		cli_diff_line(try->cli->terminal, '+', url, strlen(url));
	} else if (strcmp(token->kind, "open") == 0) {
		line = pool_printf(try->pool, "image %s", url);
		cli_diff_line(try->cli->terminal, '+', line, strlen(line));
	}
}

static void
title(const struct try *try, const char *text)
{
	cli_diff_line(try->cli->terminal, ' ', text, strlen(text));
}

static void
show_diff(struct try *try)
{
	const struct gate_trial_result *result = &try->result;
	size_t start = result->body_start, now = result->new_body_start;

	if (result->sender) {
		title(try, "envelope sender");
		cli_diff_line(try->cli->terminal, '-', try->mail.from,
			      strlen(try->mail.from));
		cli_diff_line(try->cli->terminal, '+', result->sender,
			      strlen(result->sender));
	}
	if (result->n_edits == 0)
		return; /* say_notes() says why */
	title(try, "header");
	each_header(try, show_header, try);
	title(try, "links and image");
	each_link(try, show_link, try);
	title(try, "body, as it is on the wire");
	cli_diff(try->cli->terminal, try->mail.text + start,
		 try->mail.len - start, result->message + now,
		 result->message_len - now);
}

/* --- for programs -------------------------------------------------------- */

struct changes {
	struct json *removed, *added, *links;
	bool image;
};

static void
add_header(void *arg, char sign, const char *name, const char *value)
{
	struct changes *changes = arg;
	struct json *header = json_new_object();

	json_add_text(header, "name", name);
	json_add_text(header, "value", value);
	json_push(sign == '-' ? changes->removed : changes->added, header);
}

static void
add_link(void *arg, const struct gate_trial_token *token, const char *url)
{
	struct changes *changes = arg;
	struct json *link;

	changes->image = changes->image || strcmp(token->kind, "open") == 0;
	if (strcmp(token->kind, "click") != 0)
		return;
	link = json_new_object();
	json_add_text(link, "target", token->payload);
	json_add_text(link, "url", url);
	json_push(changes->links, link);
}

static void
show_json(struct try *try)
{
	struct changes changes = {json_new_array(), json_new_array(),
				  json_new_array(), false};
	struct json *answer = json_new_object();

	each_header(try, add_header, &changes);
	each_link(try, add_link, &changes);
	json_add_bool(answer, "changed", try->result.n_edits > 0);
	json_add_text(answer, "sender",
		      try->result.sender ? try->result.sender : try->mail.from);
	json_add(answer, "headers_removed", changes.removed);
	json_add(answer, "headers_added", changes.added);
	json_add(answer, "links", changes.links);
	json_add_bool(answer, "image", changes.image);
	json_add_text(answer, "note", gate_trial_note(try->trial));
	cli_print_json(try->cli, answer);
	json_free(answer);
}

/* --- mail instrument ----------------------------------------------------- */

/* Why nothing changed: the milter would say so, or was not asked. */
static void
say_notes(const struct try *try)
{
	const char *note = gate_trial_note(try->trial);

	if (*note && !try->cli->json)
		fprintf(stderr, "scoregate: %s\n", note);
	if (try->result.n_edits == 0)
		fprintf(stderr, "scoregate: it goes out as it is: %s\n",
			try->result.line[0]
				? try->result.line
				: "nothing of `mail { match_… }` fits it "
				  "(--campaign NAME does)");
}

static const char *
sender_of(struct try *try, const struct cli_args *args)
{
	const char *from = cli_value(args, "from"), *address;

	if (from)
		return from;
	from = old_value(try, "From", 1);
	return from && address_from_header(try->pool, from, &address, NULL) ==
				       SG_OK
		       ? address
		       : "sender@example.com";
}

static enum cli_exit
run_instrument(struct try *try, const struct cli_args *args)
{
	struct sg_err err;

	try->mail.to = cli_value(args, "to");
	try->mail.campaign = cli_value(args, "campaign");
	try->mail.from = sender_of(try, args);
	if (gate_trial_run(try->trial, &try->mail, &try->result, &err) != SG_OK)
		return cli_fail(CLI_REFUSED, "%s: %s", cli_arg(args, 0),
				err.text);
	if (try->cli->json)
		show_json(try);
	else if (cli_value(args, "diff"))
		show_diff(try);
	else
		fwrite(try->result.message, 1, try->result.message_len, stdout);
	say_notes(try);
	return CLI_DONE;
}

static enum cli_exit
open_trial(const struct cli_args *args, struct gate_trial **trial)
{
	struct sg_err err;

	mail_start();
	if (gate_trial_open(conf_path(args), trial, &err) == SG_OK)
		return CLI_DONE;
	return cli_fail(CLI_REFUSED, "%s", err.text);
}

static enum cli_exit
mail_instrument(struct cli *cli, const struct cli_args *args)
{
	struct try try = {.cli = cli};
	struct buf text = BUF_INIT;
	enum cli_exit code;

	if (!cli_value(args, "to"))
		return cli_fail(CLI_USAGE, "mail instrument needs --to ADDRESS "
					   "(a token names one record)");
	code = cli_read_file(cli_arg(args, 0), MESSAGE_MOST, &text);
	if (code == CLI_DONE)
		code = open_trial(args, &try.trial);
	if (code == CLI_DONE) {
		try.pool = pool_new();
		try.mail.text = buf_text(&text);
		try.mail.len = text.len;
		code = run_instrument(&try, args);
		pool_free(try.pool);
		gate_trial_close(try.trial);
	}
	buf_done(&text);
	return code;
}

/* --- mail token ---------------------------------------------------------- */

static void
show_token(struct cli *cli, const struct gate_trial_token *token)
{
	struct json *json = json_new_object();

	gate_token_json(token, json);
	if (!cli_print_json(cli, json))
		cli_details(json, "");
	json_free(json);
}

/* The token is never logged: whoever has it can click. */
static enum cli_exit
mail_token(struct cli *cli, const struct cli_args *args)
{
	struct gate_trial *trial = NULL;
	struct gate_trial_token token;
	struct sg_err err;
	enum cli_exit code = open_trial(args, &trial);

	if (code != CLI_DONE)
		return code;
	if (gate_trial_token(trial, cli_arg(args, 0), &token, &err) == SG_OK)
		show_token(cli, &token);
	else if (*gate_trial_note(trial))
		code = cli_fail(CLI_REFUSED,
				"the key cannot be read, and without it "
				"nothing is known of a token; run this as the "
				"daemon's user or as root");
	else
		code = cli_fail(CLI_REFUSED, "%s", err.text);
	gate_trial_close(trial);
	return code;
}

const struct cli_command cli_try_commands[] = {
	{"mail instrument", "FILE",
	 "a mail as it would go out; without a daemon", instrument_options, 1,
	 1, mail_instrument},
	{"mail token", "URL|ADDRESS",
	 "what stands in one of our links or bounce addresses", token_options,
	 1, 1, mail_token},
	{0},
};
