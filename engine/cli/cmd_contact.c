/* cmd_contact.c - scoregate contact …: the records themselves. */
#include <stdio.h>
#include <string.h>

#include "cli/cli_rows.h"
#include "cli/cli_tables.h"

/* {"fields": {…}} from the words FIELD=VALUE from `first` on. */
static enum cli_exit
fields_of(const struct cli_args *args, size_t first, struct json *body)
{
	struct json *fields = json_new_object();
	size_t i;

	json_add(body, "fields", fields);
	for (i = first; i < cli_count(args); i++) {
		const char *word = cli_arg(args, i);
		size_t len = strcspn(word, "=");
		char name[128];

		if (!word[len] || len == 0 || len >= sizeof(name))
			return cli_fail(CLI_USAGE, "\"%s\" is not FIELD=VALUE",
					word);
		memcpy(name, word, len);
		name[len] = '\0';
		if (word[len + 1])
			json_add_text(fields, name, word + len + 1);
		else
			json_add_null(fields, name);
	}
	return CLI_DONE;
}

static struct json *
all_values(const struct cli_args *args, const char *option)
{
	struct json *array = json_new_array();
	const char *value;
	size_t i;

	for (i = 0; (value = cli_value_at(args, option, i)); i++)
		json_push(array, json_text(value));
	return array;
}

/* Make the call and say what was done, in a sentence. */
static enum cli_exit
do_and_say(struct cli *cli, const char *method, struct buf *path,
	   const struct json *body, const char *sentence)
{
	struct json *answer = NULL;
	enum cli_exit code =
		cli_call(cli, method, buf_text(path), body, &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_print(sentence);
		putchar('\n');
	}
	json_free(answer);
	buf_done(path);
	return code;
}

static enum cli_exit
contact_add(struct cli *cli, const struct cli_args *args)
{
	const char *module = cli_value(args, "module");
	struct json *body = json_new_object();
	struct buf path = BUF_INIT, said = BUF_INIT;
	enum cli_exit code;

	if (!module)
		module = "contact";
	json_add_text(body, "key", cli_arg(args, 0));
	json_add(body, "tags", all_values(args, "tag"));
	json_add(body, "lists", all_values(args, "list"));
	code = fields_of(args, 1, body);
	if (code == CLI_DONE) {
		cli_path(&path, "/contacts");
		cli_query(&path, "module", cli_value(args, "module"));
		buf_printf(&said, "%s is %s %s.", cli_arg(args, 0),
			   *module && strchr("aeio", *module) ? "an" : "a",
			   module);
		code = do_and_say(cli, "POST", &path, body, buf_text(&said));
	}
	buf_done(&said);
	json_free(body);
	return code;
}

static enum cli_exit
contact_set(struct cli *cli, const struct cli_args *args)
{
	struct json *body = json_new_object();
	struct buf path = BUF_INIT;
	enum cli_exit code = fields_of(args, 1, body);

	if (code == CLI_DONE) {
		cli_path(&path, "/contacts/%s", cli_arg(args, 0));
		cli_query(&path, "module", cli_value(args, "module"));
		code = do_and_say(cli, "PATCH", &path, body, "Set.");
	}
	json_free(body);
	return code;
}

static enum cli_exit
contact_delete(struct cli *cli, const struct cli_args *args)
{
	struct buf path = BUF_INIT;
	char question[400];

	snprintf(question, sizeof(question),
		 "Delete %s with fields, tags, lists and scores?",
		 cli_arg(args, 0));
	if (!cli_value(args, "yes") && !cli_ask(question))
		return cli_fail(CLI_USAGE,
				"nothing deleted (say --yes to not be asked)");
	cli_path(&path, "/contacts/%s", cli_arg(args, 0));
	cli_query(&path, "module", cli_value(args, "module"));
	return do_and_say(cli, "DELETE", &path, NULL, "Deleted.");
}

/* A tag or a list of a contact: ADDRESS and its name are the arguments. */
static enum cli_exit
change_member(struct cli *cli, const struct cli_args *args, const char *method,
	      const char *of, const char *sentence)
{
	struct buf path = BUF_INIT;

	cli_path(&path, "/contacts/%s/%s/%s", cli_arg(args, 0), of,
		 cli_arg(args, 1));
	cli_query(&path, "module", cli_value(args, "module"));
	return do_and_say(cli, method, &path, NULL, sentence);
}

static enum cli_exit
contact_tag(struct cli *cli, const struct cli_args *args)
{
	return change_member(cli, args, "PUT", "tags", "Tagged.");
}

static enum cli_exit
contact_untag(struct cli *cli, const struct cli_args *args)
{
	return change_member(cli, args, "DELETE", "tags", "Tag removed.");
}

static enum cli_exit
contact_subscribe(struct cli *cli, const struct cli_args *args)
{
	return change_member(cli, args, "PUT", "lists", "Subscribed.");
}

static enum cli_exit
contact_unsubscribe(struct cli *cli, const struct cli_args *args)
{
	return change_member(cli, args, "DELETE", "lists", "Unsubscribed.");
}

/* All of it is one JSON value, made to be handed over. */
static enum cli_exit
contact_data(struct cli *cli, const struct cli_args *args)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	struct json *data = NULL;
	enum cli_exit code;

	cli_path(&path, "/contacts/%s/data", cli_arg(args, 0));
	cli_query(&path, "module", cli_value(args, "module"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &data);
	if (code == CLI_DONE && !cli_print_json(cli, data)) {
		json_write_pretty(data, &text);
		cli_print_lines(stdout, buf_text(&text));
		putchar('\n');
	}
	json_free(data);
	buf_done(&text);
	buf_done(&path);
	return code;
}

static enum cli_exit
contact_forget(struct cli *cli, const struct cli_args *args)
{
	struct buf path = BUF_INIT;
	char question[400];

	snprintf(question, sizeof(question),
		 "Forget %s for good: history, points, fields, messages, all "
		 "of it?",
		 cli_arg(args, 0));
	if (!cli_value(args, "yes") && !cli_ask(question))
		return cli_fail(CLI_USAGE,
				"nothing forgotten (say --yes to not be "
				"asked)");
	cli_path(&path, "/contacts/%s/data", cli_arg(args, 0));
	cli_query(&path, "module", cli_value(args, "module"));
	return do_and_say(cli, "DELETE", &path, NULL,
			  "Forgotten. Backups made until now still hold what "
			  "was; see scoregate(1).");
}

static bool
print_field(void *arg, const char *name, struct json *value)
{
	struct buf text = BUF_INIT;

	(void)arg;
	for (size_t i = 0; i < json_count(value); i++) {
		if (i)
			buf_append_text(&text, "; ");
		cli_format(&text, json_at(value, i), CLI_TEXT);
	}
	if (!json_count(value))
		cli_format(&text, value, CLI_TEXT);
	fputs("  ", stdout);
	cli_print(name);
	printf("%*s ", strlen(name) < 20 ? (int)(20 - strlen(name)) : 0, "");
	cli_print(buf_text(&text));
	putchar('\n');
	buf_done(&text);
	return true;
}

/* Only what was said: silence needs no lines. */
static void
print_consent(const struct json *contact)
{
	static const char *const whats[] = {"opens", "clicks"};
	const struct json *all = json_get(contact, "consent");
	size_t i;

	for (i = 0; i < sizeof(whats) / sizeof(whats[0]); i++) {
		const struct json *one = json_get(all, whats[i]);

		if (!json_get_text(one, "since"))
			continue;
		printf("consent to %s\n", whats[i]);
		cli_details(one, "  ");
	}
}

/* The last automations that fired for it. */
static void
print_firings(const struct cli *cli, const struct json *contact)
{
	static const struct cli_column firings[] = {
		{"fired", "at", CLI_TIME},
		{"automation", "automation", CLI_TEXT},
		{"because", "cause", CLI_TEXT},
		{"trouble", "trouble", CLI_TEXT},
		{0},
	};

	if (!json_count(json_get(contact, "firings")))
		return;
	putchar('\n');
	cli_table(cli, json_get(contact, "firings"), firings);
}

static void
print_contact(const struct cli *cli, const struct json *contact)
{
	static const struct cli_column scores[] = {
		{"score", "name", CLI_TEXT},
		{"points", "score", CLI_POINTS},
		{"percent", "percent", CLI_POINTS},
		{"positive", "positive", CLI_POINTS},
		{"negative", "negative", CLI_POINTS},
		{0},
	};
	static const struct cli_column lists[] = {
		{"list", "name", CLI_TEXT},
		{"state", "state", CLI_TEXT},
		{"since", "since", CLI_TIME},
		{0},
	};

	static const struct cli_column links[] = {
		{"linked by", "relation", CLI_TEXT},
		{"to", "key", CLI_TEXT},
		{"module", "module", CLI_TEXT},
		{"since", "since", CLI_TIME},
		{0},
	};
	static const struct cli_column linked_from[] = {
		{"linked from", "key", CLI_TEXT},
		{"module", "module", CLI_TEXT},
		{"by", "relation", CLI_TEXT},
		{"since", "since", CLI_TIME},
		{0},
	};

	cli_details(contact, "");
	if (json_count(json_get(contact, "fields"))) {
		puts("fields");
		json_each(json_get(contact, "fields"), print_field, NULL);
	}
	if (json_is_object(json_get(contact, "suppression"))) {
		puts("suppressed");
		cli_details(json_get(contact, "suppression"), "  ");
	}
	print_consent(contact);
	if (json_count(json_get(contact, "lists"))) {
		putchar('\n');
		cli_table(cli, json_get(contact, "lists"), lists);
	}
	if (json_count(json_get(contact, "links"))) {
		putchar('\n');
		cli_table(cli, json_get(contact, "links"), links);
	}
	if (json_count(json_get(contact, "linked_from"))) {
		putchar('\n');
		cli_table(cli, json_get(contact, "linked_from"), linked_from);
	}
	if (json_count(json_get(contact, "scores"))) {
		putchar('\n');
		cli_table(cli, json_get(contact, "scores"), scores);
	}
	print_firings(cli, contact);
}

static enum cli_exit
contact_show(struct cli *cli, const struct cli_args *args)
{
	struct json *contact = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/contacts/%s", cli_arg(args, 0));
	cli_query(&path, "module", cli_value(args, "module"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &contact);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, contact))
		print_contact(cli, contact);
	json_free(contact);
	return code;
}

static bool
append_property(void *arg, const char *name, struct json *value)
{
	struct buf *text = arg;

	if (text->len)
		buf_append_text(text, ", ");
	buf_printf(text, "%s ", name);
	if (!value || !json_scalar(value, text))
		buf_append_char(text, '-');
	return true;
}

/* "field city, new Rome", and in doubt the verdict with its reason. */
static void
append_what(const struct json *signal, struct buf *text)
{
	const char *verdict = json_get_text(signal, "verdict");
	const char *reason = json_get_text(signal, "verdict_reason");
	const char *because = json_get_text(signal, "because");

	if (verdict && strcmp(verdict, "human") != 0) {
		buf_printf(text, "%s", verdict);
		buf_printf(text, reason ? " (%s)" : "%s", reason ? reason : "");
	}
	if (because)
		append_property(text, "because", json_get(signal, "because"));
	json_each(json_get(signal, "properties"), append_property, text);
}

static void
print_history(const struct cli *cli, const struct json *items)
{
	static const struct cli_column columns[] = {
		{"when", "at", CLI_TIME},
		{"signal", "name", CLI_TEXT},
		{"from", "source", CLI_TEXT},
		{"what", "what", CLI_TEXT},
		{0},
	};
	struct json *rows = json_new_array();
	struct buf what = BUF_INIT;
	size_t i;

	for (i = 0; i < json_count(items); i++) {
		const struct json *signal = json_at(items, i);
		struct json *row = json_new_object();
		const char *at = json_get_text(signal, "happened_at");
		const char *source = json_get_text(signal, "source");

		buf_reset(&what);
		append_what(signal, &what);
		json_add_text(row, "at", at ? at : "");
		json_add_text(row, "name", json_get_text(signal, "name"));
		json_add_text(row, "source", source ? source : "");
		json_add_text(row, "what", buf_text(&what));
		json_push(rows, row);
	}
	cli_table(cli, rows, columns);
	json_free(rows);
	buf_done(&what);
}

static enum cli_exit
contact_history(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/contacts/%s/history", cli_arg(args, 0));
	cli_query(&path, "module", cli_value(args, "module"));
	cli_query(&path, "limit", cli_value(args, "limit"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		print_history(cli, json_get(answer, "items"));
	json_free(answer);
	return code;
}

static const struct cli_option add_options[] = {
	{"tag", "TAG", "give this tag (may be repeated)"},
	{"list", "LIST", "subscribe to this list (may be repeated)"},
	CLI_MODULE_OPTION,
	{0},
};
static const struct cli_option module_option[] = {CLI_MODULE_OPTION, {0}};
static const struct cli_option row_options[] = {CLI_ROW_OPTIONS, {0}};
static const struct cli_option yes_option[] = {
	{"yes", NULL, "do not ask"},
	CLI_MODULE_OPTION,
	{0},
};
static const struct cli_option forget_options[] = {
	{"yes", NULL, "do not ask"},
	{"module", "NAME", "another record than a contact"},
	{0},
};
static const struct cli_option data_options[] = {
	{"module", "NAME", "another record than a contact"},
	{0},
};
static const struct cli_option limit_option[] = {
	{"limit", "N", "at most N entries, the newest first"},
	CLI_MODULE_OPTION,
	{0},
};

const struct cli_command cli_contact_commands[] = {
	{"contact add", "ADDRESS [FIELD=VALUE…]", "add or complete a contact",
	 add_options, 1, -1, contact_add},
	{"contact show", "ADDRESS", "fields, tags, lists, scores",
	 module_option, 1, 1, contact_show},
	{"contact list", "", "contacts with the columns you ask for",
	 row_options, 0, 0, cli_rows},
	{"contact history", "ADDRESS", "what happened to a contact",
	 limit_option, 1, 1, contact_history},
	{"contact set", "ADDRESS FIELD=VALUE…",
	 "set fields; FIELD= removes one", module_option, 2, -1, contact_set},
	{"contact tag", "ADDRESS TAG", "give a tag", module_option, 2, 2,
	 contact_tag},
	{"contact untag", "ADDRESS TAG", "take a tag away", module_option, 2, 2,
	 contact_untag},
	{"contact subscribe", "ADDRESS LIST", "put on a list", module_option, 2,
	 2, contact_subscribe},
	{"contact unsubscribe", "ADDRESS LIST", "take off a list",
	 module_option, 2, 2, contact_unsubscribe},
	{"contact delete", "ADDRESS", "delete a contact", yes_option, 1, 1,
	 contact_delete},
	{"contact data", "ADDRESS", "everything that is held about a person",
	 data_options, 1, 1, contact_data},
	{"contact forget", "ADDRESS", "erase a person; counts stay",
	 forget_options, 1, 1, contact_forget},
	{0},
};
