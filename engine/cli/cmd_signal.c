/* cmd_signal.c - scoregate signal …: what can happen, and making it happen. */
#include <stdio.h>
#include <string.h>

#include "cli/cli_tables.h"

static enum cli_exit
properties_of(const struct cli_args *args, struct json *body)
{
	struct json *properties = json_new_object();
	size_t i;

	json_add(body, "properties", properties);
	for (i = 1; i < cli_count(args); i++) {
		const char *word = cli_arg(args, i);
		size_t len = strcspn(word, "=");
		char name[128];

		if (!word[len] || len == 0 || len >= sizeof(name))
			return cli_fail(CLI_USAGE,
					"\"%s\" is not PROPERTY=VALUE", word);
		memcpy(name, word, len);
		name[len] = '\0';
		json_add_text(properties, name, word + len + 1);
	}
	return CLI_DONE;
}

/* "phone=+49…" into {"field", "value"}; "crm=4711" into {"source", "id"}. */
static enum cli_exit
add_pair(struct json *body, const char *member, const char *pair,
	 const char *left, const char *right)
{
	struct json *object = json_new_object();
	size_t len = strcspn(pair, "=");
	char name[128];

	json_add(body, member, object);
	if (!pair[len] || len == 0 || len >= sizeof(name))
		return cli_fail(CLI_USAGE, "\"%s\" is not %s=%s", pair, left,
				right);
	memcpy(name, pair, len);
	name[len] = '\0';
	json_add_text(object, left, name);
	json_add_text(object, right, pair + len + 1);
	return CLI_DONE;
}

/* Whose signal it is. */
static enum cli_exit
subject_of(const struct cli_args *args, struct json *body)
{
	const char *contact = cli_value(args, "contact");
	const char *key = cli_value(args, "key");
	const char *match = cli_value(args, "match");
	const char *external = cli_value(args, "external-id");

	if (!contact + !key + !match + !external != 3)
		return cli_fail(CLI_USAGE,
				"signal emit needs one of --contact ADDRESS, "
				"--key KEY, --match FIELD=VALUE, "
				"--external-id SOURCE=ID");
	if (cli_value(args, "module"))
		json_add_text(body, "module", cli_value(args, "module"));
	if (contact)
		json_add_text(body, "email", contact);
	if (key)
		json_add_text(body, "key", key);
	if (match)
		return add_pair(body, "match", match, "field", "value");
	if (external)
		return add_pair(body, "external_id", external, "source", "id");
	return CLI_DONE;
}

static enum cli_exit
signal_emit(struct cli *cli, const struct cli_args *args)
{
	struct json *body = json_new_object(), *answer = NULL;
	enum cli_exit code = subject_of(args, body);

	json_add_text(body, "name", cli_arg(args, 0));
	if (cli_value(args, "at"))
		json_add_text(body, "happened_at", cli_value(args, "at"));
	if (cli_value(args, "id"))
		json_add_text(body, "id", cli_value(args, "id"));
	if (code == CLI_DONE)
		code = properties_of(args, body);
	if (code == CLI_DONE)
		code = cli_call(cli, "POST", "/signals", body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		puts("Kept.");
		if (json_get_text(answer, "hint"))
			fprintf(stderr, "scoregate: %s\n",
				json_get_text(answer, "hint"));
	}
	json_free(answer);
	json_free(body);
	return code;
}

static enum cli_exit
signal_unmatched(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"when", "happened_at", CLI_TIME},
		{"signal", "name", CLI_TEXT},
		{"from", "source", CLI_TEXT},
		{"module", "module", CLI_TEXT},
		{"waits for", "key", CLI_TEXT},
		{0},
	};
	struct buf path = BUF_INIT;
	enum cli_exit code;

	buf_append_text(&path, "/signals/unmatched");
	cli_query(&path, "limit", cli_value(args, "limit"));
	code = cli_show_list(cli, buf_text(&path), columns);
	buf_done(&path);
	return code;
}

static enum cli_exit
signal_kinds(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"signal", "name", CLI_TEXT},
		{"from", "plugin", CLI_TEXT},
		{"on", "on", CLI_TEXT},
		{"properties", "properties", CLI_TEXT},
		{"what it is", "summary", CLI_TEXT},
		{0},
	};

	(void)args;
	return cli_show_list(cli, "/signals/kinds", columns);
}

/* Rows as people read them: whose hit it was stands there when it was not a
 * person's. */
static void
print_signals(const struct cli *cli, const struct json *items)
{
	static const struct cli_column columns[] = {
		{"id", "id", CLI_TEXT},
		{"when", "happened_at", CLI_TIME},
		{"signal", "name", CLI_TEXT},
		{"who", "key", CLI_TEXT},
		{"not a person", "verdict", CLI_TEXT},
		{"counts from", "settles_at", CLI_TIME},
		{0},
	};
	static const char *const same[] = {"id", "happened_at", "name", "key",
					   "settles_at"};
	struct json *rows = json_new_array();
	size_t i, k;

	for (i = 0; i < json_count(items); i++) {
		const struct json *item = json_at(items, i);
		const char *verdict = json_get_text(item, "verdict");
		const char *reason = json_get_text(item, "verdict_reason");
		struct json *row = json_new_object();
		struct buf text = BUF_INIT;

		for (k = 0; k < sizeof(same) / sizeof(same[0]); k++)
			if (json_get_text(item, same[k]))
				json_add_text(row, same[k],
					      json_get_text(item, same[k]));
		if (verdict && strcmp(verdict, "human") != 0)
			buf_printf(&text, "%s%s%s", verdict,
				   reason && *reason ? ": " : "",
				   reason ? reason : "");
		json_add_text(row, "verdict", buf_text(&text));
		buf_done(&text);
		json_push(rows, row);
	}
	cli_table(cli, rows, columns);
	json_free(rows);
}

static enum cli_exit
signal_list(struct cli *cli, const struct cli_args *args)
{
	static const char *const params[] = {"contact", "module", "name",
					     "limit"};
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;
	size_t i;

	buf_append_text(&path, "/signals");
	for (i = 0; i < sizeof(params) / sizeof(params[0]); i++)
		cli_query(&path, params[i], cli_value(args, params[i]));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		print_signals(cli, json_get(answer, "items"));
	buf_done(&path);
	json_free(answer);
	return code;
}

static enum cli_exit
signal_judge(struct cli *cli, const struct cli_args *args)
{
	struct json *body = json_new_object(), *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	json_add_text(body, "verdict", cli_arg(args, 1));
	if (cli_value(args, "because"))
		json_add_text(body, "because", cli_value(args, "because"));
	cli_path(&path, "/signals/%s/verdict", cli_arg(args, 0));
	code = cli_call(cli, "POST", buf_text(&path), body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		printf("%s is %s now.\n", cli_arg(args, 0), cli_arg(args, 1));
	buf_done(&path);
	json_free(answer);
	json_free(body);
	return code;
}

static const struct cli_option list_options[] = {
	{"contact", "ADDRESS", "of this contact"},
	CLI_MODULE_OPTION,
	{"name", "NAME", "of this kind"},
	{"limit", "N", "so many (100)"},
	{0},
};

static const struct cli_option judge_options[] = {
	{"because", "TEXT", "why"},
	{0},
};

static const struct cli_option emit_options[] = {
	{"contact", "ADDRESS", "who it happened to"},
	{"key", "KEY", "the key of another record than a contact"},
	{"match", "FIELD=VALUE", "the record whose unique field has it"},
	{"external-id", "SOURCE=ID", "the record's id in another system"},
	CLI_MODULE_OPTION,
	{"at", "TIME", "when it happened (now)"},
	{"id", "ID", "your own id: the same one again is dropped"},
	{0},
};

static const struct cli_option limit_option[] = {
	{"limit", "N", "at most N entries, the newest first"},
	{0},
};

const struct cli_command cli_signal_commands[] = {
	{"signal emit", "NAME --contact ADDRESS [PROPERTY=VALUE…]",
	 "say that something happened", emit_options, 1, -1, signal_emit},
	{"signal list", "", "what happened, newest first", list_options, 0, 0,
	 signal_list},
	{"signal judge", "ID human|proxy|machine",
	 "a later verdict on one signal", judge_options, 2, 2, signal_judge},
	{"signal unmatched", "", "what belongs to no record (yet)",
	 limit_option, 0, 0, signal_unmatched},
	{"signal kinds", "", "every signal that rules may name", NULL, 0, 0,
	 signal_kinds},
	{0},
};
