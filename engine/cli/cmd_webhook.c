/*
 * cmd_webhook.c - scoregate webhook …: which there are, what came, and what a
 * payload would become. The daemon is asked; with --config a trial of the
 * plugin with that file, so that a mapping is tried before it is in force.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/encode.h"
#include "base/pool.h"
#include "base/text.h"
#include "cli/cli_tables.h"
#include "gate/gate_trial.h"

enum { BODY_MOST = 8 << 20 };

static enum cli_exit
webhook_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"webhook", "name", CLI_TEXT},
		{"mapping", "mapping", CLI_TEXT},
		{"signature", "signature", CLI_TEXT},
		{"kept", "kept", CLI_NUMBER},
		{"signals", "signals", CLI_NUMBER},
		{"no event", "no_event", CLI_NUMBER},
		{"unsigned", "unsigned", CLI_NUMBER},
		{"unusable", "unusable", CLI_NUMBER},
		{"last problem", "problem", CLI_TEXT},
		{0},
	};

	(void)args;
	return cli_show_list(cli, "/webhooks", columns);
}

/* --- show ---------------------------------------------------------------- */

static void
print_lines(const struct json *lines, const char *title)
{
	for (size_t i = 0; i < json_count(lines); i++) {
		struct buf text = BUF_INIT;

		if (json_scalar(json_at(lines, i), &text)) {
			printf("    %-10s ", i ? "" : title);
			cli_print(buf_text(&text));
			putchar('\n');
		}
		buf_done(&text);
	}
}

/* "name = from", each of them. */
static void
print_pairs(const struct json *pairs, const char *title)
{
	for (size_t i = 0; i < json_count(pairs); i++) {
		printf("    %-10s ", i ? "" : title);
		cli_print(json_get_text(json_at(pairs, i), "name"));
		fputs(" = ", stdout);
		cli_print(json_get_text(json_at(pairs, i), "from"));
		putchar('\n');
	}
}

static void
show_event(const struct json *event)
{
	const char *title = json_get_text(event, "event");
	const char *each = json_get_text(event, "each");

	putchar('\n');
	cli_print(json_get_text(event, "signal"));
	if (strcmp(title, json_get_text(event, "signal")) != 0) {
		fputs("  (", stdout);
		cli_print(title);
		putchar(')');
	}
	if (each) {
		fputs("  of each ", stdout);
		cli_print(each);
	}
	putchar('\n');
	print_lines(json_get(event, "when"), "when");
	print_pairs(json_get(event, "record"), "record");
	print_pairs(json_get(event, "properties"), "properties");
}

static void
show(const struct json *hook)
{
	const struct json *events = json_get(hook, "events");

	cli_details(hook, "");
	if (json_get_text(hook, "confirm_url"))
		printf("\nA subscription waits: `scoregate webhook confirm "
		       "%s` if you asked for it.\n",
		       json_get_text(hook, "name"));
	for (size_t i = 0; i < json_count(events); i++)
		show_event(json_at(events, i));
}

static enum cli_exit
webhook_show(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/webhooks/%s", cli_arg(args, 0));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		show(answer);
	buf_done(&path);
	json_free(answer);
	return code;
}

static enum cli_exit
webhook_confirm(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/webhooks/%s/confirm", cli_arg(args, 0));
	code = cli_call(cli, "POST", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts("Confirmed.");
	buf_done(&path);
	json_free(answer);
	return code;
}

/* --- test: what is asked ------------------------------------------------- */

static bool
is_header(const char *line, const char *name)
{
	size_t len = strlen(name);

	return strncasecmp(line, name, len) == 0 && line[len] == ':';
}

static const char *
value_in(const char *line)
{
	const char *colon = strchr(line, ':');

	return colon ? colon + 1 + strspn(colon + 1, " ") : "";
}

struct payload {
	const struct cli_args *args;
	struct buf body, fetched;
};

static const char *
find_header(const void *handle, const char *name)
{
	const struct payload *payload = handle;
	const char *line;

	if (strcasecmp(name, "X-Fetched") == 0)
		return payload->fetched.len ? buf_text(&payload->fetched)
					    : NULL;
	for (size_t i = 0; (line = cli_value_at(payload->args, "header", i));
	     i++)
		if (is_header(line, name))
			return value_in(line);
	return NULL;
}

static enum cli_exit
ask_trial(const struct payload *payload, struct json **answer)
{
	const struct cli_args *args = payload->args;
	struct gate_trial_request request = {
		.query = cli_value(args, "query"),
		.body = buf_text(&payload->body),
		.body_len = payload->body.len,
		.header = find_header,
		.handle = payload,
	};
	struct buf path = BUF_INIT, text = BUF_INIT;
	struct gate_trial *trial;
	struct sg_err err;
	enum sg_status status =
		gate_trial_open(cli_value(args, "config"), &trial, &err);

	if (status != SG_OK)
		return cli_fail(CLI_REFUSED, "%s", err.text);
	buf_printf(&path, "%s/test", cli_arg(args, 0));
	request.path = buf_text(&path);
	if (!request.query)
		request.query = "";
	status = gate_trial_inspect(trial, "webhook", &request, &text, &err);
	if (status == SG_OK)
		status = json_parse(buf_text(&text), text.len, answer, &err);
	gate_trial_close(trial);
	buf_done(&path);
	buf_done(&text);
	if (status == SG_OK && json_get_text(*answer, "problem"))
		return cli_fail(CLI_NOT_FOUND, "%s",
				json_get_text(*answer, "problem"));
	return status == SG_OK ? CLI_DONE
			       : cli_fail(CLI_REFUSED, "%s", err.text);
}

static void
add_headers(struct json *body, const struct cli_args *args)
{
	struct json *headers = json_new_object();
	const char *line;
	char name[128];

	for (size_t i = 0; (line = cli_value_at(args, "header", i)); i++) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, ":"),
			 line);
		json_add_text(headers, name, value_in(line));
	}
	json_add(body, "headers", headers);
}

static enum cli_exit
ask_daemon(struct cli *cli, const struct payload *payload, struct json **answer)
{
	const struct cli_args *args = payload->args;
	struct json *body = json_new_object();
	struct buf path = BUF_INIT, base64 = BUF_INIT;
	enum cli_exit code;

	if (text_is_utf8(buf_text(&payload->body), payload->body.len)) {
		json_add_text(body, "body", buf_text(&payload->body));
	} else {
		encode_base64(&base64, payload->body.data, payload->body.len);
		json_add_text(body, "body_base64", buf_text(&base64));
	}
	add_headers(body, args);
	if (cli_value(args, "query"))
		json_add_text(body, "query", cli_value(args, "query"));
	if (payload->fetched.len)
		json_add_text(body, "fetched", buf_text(&payload->fetched));
	cli_path(&path, "/webhooks/%s/test", cli_arg(args, 0));
	code = cli_call(cli, "POST", buf_text(&path), body, answer);
	buf_done(&path);
	buf_done(&base64);
	json_free(body);
	return code;
}

/* --- test: what is answered ---------------------------------------------- */

static void
print_named(const char *name, const char *value)
{
	printf("    %-14s ", name);
	cli_print(value ? value : "(nothing)");
}

/* Whether there is such a record, or what becomes of a signal without. */
static void
show_record(const struct json *event)
{
	const char *by = json_get_text(event, "record_by");
	bool known;

	if (!by) {
		puts("    record         none is named: nothing can be kept");
		return;
	}
	print_named("record", json_get_text(event, "module"));
	printf(", by %s ", by);
	cli_print(json_get_text(event, "record"));
	if (json_get_text(event, "record_problem")) {
		fputs(": ", stdout);
		cli_print(json_get_text(event, "record_problem"));
	} else if (json_get_bool(event, "known", &known)) {
		printf(known ? ": is there, "
		       : strncmp(by, "field.", 6) == 0
			       ? ": none yet, it would wait for one"
			       : ": none yet, it would be made");
		if (known)
			cli_print(json_get_text(event, "key"));
	}
	putchar('\n');
}

static bool
print_property(void *arg, const char *name, struct json *value)
{
	struct buf text = BUF_INIT;

	(void)arg;
	putchar(' ');
	cli_print(name);
	putchar('=');
	if (json_scalar(value, &text))
		cli_print(buf_text(&text));
	buf_done(&text);
	return true;
}

static void
show_fitting(const struct json *event)
{
	const struct json *signals = json_get(event, "signals");
	const struct json *pairs = json_get(event, "properties");
	bool wrong;

	show_record(event);
	print_named("id", json_get_text(event, "id"));
	fputs("\n", stdout);
	if (json_get_bool(event, "at_is_wrong", &wrong) && wrong)
		print_named("at", "cannot be read as a date: now");
	else
		print_named("at", json_get_text(event, "at")
					  ? json_get_text(event, "at")
					  : "now");
	putchar('\n');
	for (size_t i = 0; i < json_count(pairs); i++) {
		const struct json *pair = json_at(pairs, i);

		print_named(json_get_text(pair, "name"),
			    json_get_text(pair, "value"));
		fputs("   from ", stdout);
		cli_print(json_get_text(pair, "from"));
		putchar('\n');
	}
	for (size_t i = 1; i < json_count(signals); i++) {
		print_named("and", json_get_text(json_at(signals, i), "name"));
		json_each(json_get(json_at(signals, i), "properties"),
			  print_property, NULL);
		putchar('\n');
	}
}

static void
show_outcome(const struct json *event, bool fits)
{
	int64_t item;

	fputs(fits ? "\n" : "not ", stdout);
	cli_print(json_get_text(event, "signal"));
	if (strcmp(json_get_text(event, "event"),
		   json_get_text(event, "signal")) != 0) {
		fputs(" (", stdout);
		cli_print(json_get_text(event, "event"));
		putchar(')');
	}
	if (json_get_int(event, "item", &item))
		printf(", item %lld", (long long)item);
	if (fits) {
		putchar('\n');
		show_fitting(event);
		return;
	}
	fputs(": `", stdout);
	cli_print(json_get_text(event, "failed"));
	fputs("` does not hold; the value is ", stdout);
	cli_print(json_get_text(event, "value") ? json_get_text(event, "value")
						: "not there");
	putchar('\n');
}

static void
show_outcomes(const struct json *answer)
{
	const struct json *events = json_get(answer, "events");
	bool fits, any = false;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < json_count(events); i++) {
			const struct json *event = json_at(events, i);

			if (!json_get_bool(event, "fits", &fits) ||
			    fits == (pass == 1))
				continue;
			if (pass == 1 && any) {
				putchar('\n');
				any = false;
			}
			show_outcome(event, fits);
			any = any || fits;
		}
}

static enum cli_exit
show_test(const struct json *answer)
{
	const struct json *signature = json_get(answer, "signature");
	int64_t fitting = 0;
	bool right = false;

	json_get_bool(signature, "right", &right);
	printf("signature  %s: %s", json_get_text(signature, "scheme"),
	       right ? "right\n" : "it would be refused: ");
	if (!right) {
		cli_print(json_get_text(signature, "why"));
		putchar('\n');
	}
	printf("format     %s\n", json_get_text(answer, "format"));
	if (json_get_text(answer, "note")) {
		fputs("note       ", stdout);
		cli_print(json_get_text(answer, "note"));
		putchar('\n');
	}
	if (json_get_text(answer, "refused")) {
		fputs("refused    ", stdout);
		cli_print(json_get_text(answer, "refused"));
		putchar('\n');
		return CLI_DIFFERENT;
	}
	show_outcomes(answer);
	json_get_int(answer, "fitting", &fitting);
	if (fitting == 0)
		puts("\nNothing: no event's conditions hold.");
	return fitting ? CLI_DONE : CLI_DIFFERENT;
}

static enum cli_exit
webhook_test(struct cli *cli, const struct cli_args *args)
{
	struct payload payload = {
		.args = args, .body = BUF_INIT, .fetched = BUF_INIT};
	struct json *answer = NULL;
	enum cli_exit code =
		cli_read_file(cli_arg(args, 1), BODY_MOST, &payload.body);

	if (code == CLI_DONE && cli_value(args, "fetched"))
		code = cli_read_file(cli_value(args, "fetched"), BODY_MOST,
				     &payload.fetched);
	if (code == CLI_DONE)
		code = cli_value(args, "config")
			       ? ask_trial(&payload, &answer)
			       : ask_daemon(cli, &payload, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		code = show_test(answer);
	buf_done(&payload.body);
	buf_done(&payload.fetched);
	json_free(answer);
	return code;
}

static const struct cli_option test_options[] = {
	{"header", "'NAME: VALUE'",
	 "one that comes with it, as the signature; several times"},
	{"query", "TEXT", "what stands behind the ? of the URL"},
	{"fetched", "FILE",
	 "what the URL in it leads to, which is not fetched"},
	{"config", "FILE", "by this configuration, without a daemon"},
	{0},
};

const struct cli_command cli_webhook_commands[] = {
	{"webhook list", "", "the webhooks, and what came", NULL, 0, 0,
	 webhook_list},
	{"webhook show", "NAME", "its events, its last problem", NULL, 1, 1,
	 webhook_show},
	{"webhook test", "NAME FILE",
	 "what a payload would become, or why nothing", test_options, 2, 2,
	 webhook_test},
	{"webhook confirm", "NAME",
	 "confirm a subscription that Amazon SNS asked for", NULL, 1, 1,
	 webhook_confirm},
	{0},
};
