/* cmd_broadcast.c - scoregate broadcast …: to those who have the score. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli_mail.h"
#include "cli/cli_rules.h"
#include "cli/cli_tables.h"

enum { TEMPLATE_MOST = 32 << 20, POLL_MS = 200 };

/* "200/s" or "200" as `name`; false: the complaint was printed. */
static bool
add_pace(const struct cli_args *args, const char *option, const char *name,
	 struct json *body)
{
	const char *text = cli_value(args, option);
	char *end = NULL;
	double pace;

	if (!text)
		return true;
	pace = strtod(text, &end);
	if (end != text && (!*end || !strcmp(end, "/s")) && pace > 0) {
		json_add_number(body, name, pace);
		return true;
	}
	cli_fail(CLI_USAGE, "--%s: expected mails a second, as 200/s, not %s",
		 option, text);
	return false;
}

/* What the API has by the same name. */
static void
add_texts(const struct cli_args *args, struct json *body)
{
	static const char *const names[] = {"unknown", "split", "winner",
					    "after", NULL};

	for (size_t i = 0; names[i]; i++)
		if (cli_value(args, names[i]))
			json_add_text(body, names[i],
				      cli_value(args, names[i]));
}

static enum cli_exit
broadcast_create(struct cli *cli, const struct cli_args *args)
{
	const char *other = cli_value(args, "template-b");
	struct json *body, *answer = NULL;
	struct buf other_text = BUF_INIT;
	enum cli_exit code;

	if (!cli_value(args, "to"))
		return cli_fail(CLI_USAGE, "broadcast create needs --template "
					   "FILE.eml and --to EXPR");
	body = json_new_object();
	code = cli_add_template(args, cli_value(args, "template"), body);
	if (code == CLI_DONE && other)
		code = cli_read_file(other, TEMPLATE_MOST, &other_text);
	if (code != CLI_DONE) {
		json_free(body);
		return code;
	}
	json_add_text(body, "name", cli_arg(args, 0));
	json_add_text(body, "where", cli_value(args, "to"));
	if (cli_value(args, "from"))
		json_add_text(body, "from", cli_value(args, "from"));
	if (other)
		json_add_text(body, "template_b", buf_text(&other_text));
	add_texts(args, body);
	code = CLI_USAGE;
	if (add_pace(args, "pace", "pace", body) &&
	    add_pace(args, "domain-pace", "domain_pace", body))
		code = cli_call(cli, "POST", "/broadcasts", body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		printf("Broadcast %s is ready; look at it with "
		       "\"scoregate broadcast preview %s\".\n",
		       cli_arg(args, 0), cli_arg(args, 0));
	json_free(answer);
	json_free(body);
	buf_done(&other_text);
	return code;
}

static bool
print_reason(void *arg, const char *name, struct json *value)
{
	bool *any = arg;
	struct buf n = BUF_INIT;

	if (json_scalar(value, &n)) {
		fputs(*any ? ", " : ": ", stdout);
		cli_print(buf_text(&n));
		putchar(' ');
		cli_print(name);
		*any = true;
	}
	buf_done(&n);
	return true;
}

/* ": 2 suppressed, 1 paused" */
static void
print_reasons(struct json *reasons)
{
	bool any = false;

	if (reasons)
		json_each(reasons, print_reason, &any);
}

static void
print_preview(const struct cli *cli, const struct json *preview)
{
	static const struct cli_column recipients[] = {
		{"email", "email", CLI_TEXT},
		{"score", "score", CLI_POINTS},
		{0},
	};
	static const struct cli_column skipped[] = {
		{"email", "email", CLI_TEXT},
		{"score", "score", CLI_POINTS},
		{"why not", "reason", CLI_TEXT},
		{0},
	};
	int64_t n = 0, not = 0;

	if (!json_get_int(preview, "n_recipients", &n))
		n = 0;
	if (!json_get_int(preview, "n_skipped", &not ))
		not = 0;
	printf("As of now %lld would get it", (long long)n);
	printf(not ? ", and %lld must not" : "", (long long)not );
	print_reasons(json_get(preview, "reasons"));
	puts(".");
	if (json_count(json_get(preview, "recipients"))) {
		puts("\nThe first who get it:");
		cli_table(cli, json_get(preview, "recipients"), recipients);
	}
	if (json_count(json_get(preview, "skipped"))) {
		puts("\nWho does not, and why:");
		cli_table(cli, json_get(preview, "skipped"), skipped);
	}
	if (json_get(preview, "mail")) {
		puts("\nThe mail as one of them gets it (--html, --raw show "
		     "more):\n");
		cli_print_mail(preview);
	}
}

/* Would that contact get it, and why? */
static void
print_explanation(const struct json *explain)
{
	const char *email = json_get_text(explain, "email");
	const char *objection = json_get_text(explain, "objection");
	bool holds = false;

	json_get_bool(explain, "holds", &holds);
	cli_print(email ? email : "");
	if (holds && objection && *objection) {
		fputs(" would be one of them, but gets none: ", stdout);
		cli_print(objection);
		puts("");
	} else {
		puts(holds ? " is one of them:" : " is none of them:");
	}
	cli_print_parts(json_get(explain, "parts"), "  ");
}

static enum cli_exit
broadcast_preview(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/broadcasts/%s/preview", cli_arg(args, 0));
	cli_query(&path, "for", cli_value(args, "for"));
	cli_query(&path, "explain", cli_value(args, "explain"));
	cli_query(&path, "version", cli_value(args, "version"));
	if (cli_value(args, "raw")) {
		struct cli_call call = {.method = "GET",
					.path = buf_text(&path)};

		code = cli_save_mail(cli, &call);
		buf_done(&path);
		return code;
	}
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		if (cli_value(args, "explain"))
			print_explanation(json_get(answer, "explain"));
		else if (cli_wants_part(args))
			code = cli_print_part(args, answer);
		else
			print_preview(cli, answer);
	}
	json_free(answer);
	return code;
}

static enum cli_exit
get_status(struct cli *cli, const char *name, struct json **answer_out)
{
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/broadcasts/%s", name);
	code = cli_call(cli, "GET", buf_text(&path), NULL, answer_out);
	buf_done(&path);
	return code;
}

static int64_t
count_of(const struct json *status, const char *name)
{
	int64_t n = 0;

	return json_get_int(json_get(status, "recipients"), name, &n) ? n : 0;
}

static void
write_left(double rate, double seconds, char *to, size_t size)
{
	if (seconds < 120)
		snprintf(to, size, ", %.0f/s, %.0f s left ", rate, seconds);
	else if (seconds < 7200)
		snprintf(to, size, ", %.0f/s, %.0f min left ", rate,
			 seconds / 60);
	else
		snprintf(to, size, ", %.0f/s, %.0f h left ", rate,
			 seconds / 3600);
}

static void
draw_bar(const struct json *status)
{
	int64_t total = count_of(status, "total");
	int64_t left = count_of(status, "queued");
	const char *state = json_get_text(status, "state");
	double rate = 0;
	char more[64] = "";

	if (json_get_text(status, "waits")) /* what a server says is long */
		snprintf(more, sizeof(more), ", waits: see its status ");
	else if (state && strcmp(state, "sending") != 0)
		snprintf(more, sizeof(more), ", %s ", state);
	else if (json_get_number(status, "rate", &rate) && rate > 0)
		write_left(rate, (double)left / rate, more, sizeof(more));
	cli_progress(total - left, total, more);
}

static void
print_counts(const struct json *status)
{
	static const char *const states[] = {
		"sent",	   "queued",   "handing-over", "failed",
		"skipped", "doubtful", "waiting",      NULL};
	bool any = false;
	size_t i;

	if (!count_of(status, "total"))
		return;
	printf("%-22s %lld", "recipients",
	       (long long)count_of(status, "total"));
	for (i = 0; states[i]; i++) {
		int64_t n = count_of(status, states[i]);

		if (n)
			printf("%s%lld %s", any ? ", " : ": ", (long long)n,
			       states[i]);
		any |= n != 0;
	}
	putchar('\n');
}

static void
print_split(const struct cli *cli, const struct json *split)
{
	static const struct cli_column columns[] = {
		{"version", "version", CLI_TEXT},
		{"percent", "percent", CLI_NUMBER},
		{"sent", "sent", CLI_NUMBER},
		{"opened", "opened", CLI_NUMBER},
		{"clicked", "clicked", CLI_NUMBER},
		{0},
	};

	putchar('\n');
	cli_table(cli, json_get(split, "versions"), columns);
	cli_detail("", "decided", json_get(split, "decide_at"), CLI_TIME);
	cli_detail("", "better", json_get(split, "winner"), CLI_TEXT);
}

/* Of a big one: what follows is as of then. */
static void
print_counted(const struct json *status)
{
	if (json_get_text(status, "counted_at"))
		cli_detail("", "results of", json_get(status, "counted_at"),
			   CLI_TIME);
	else
		printf("%-22s are being counted\n", "results");
}

static void
print_status(const struct cli *cli, const struct json *status)
{
	static const struct cli_column columns[] = {
		{"signal", "signal", CLI_TEXT},
		{"people", "people", CLI_NUMBER},
		{"hits", "hits", CLI_NUMBER},
		{"machines", "machine_people", CLI_NUMBER},
		{"their hits", "machine_hits", CLI_NUMBER},
		{0},
	};
	static const struct cli_column points[] = {
		{"score", "score", CLI_TEXT},
		{"points", "points", CLI_NUMBER},
		{"people", "people", CLI_NUMBER},
		{0},
	};
	double rate = 0;

	cli_detail("", "broadcast", json_get(status, "name"), CLI_TEXT);
	cli_detail("", "state", json_get(status, "state"), CLI_TEXT);
	cli_detail("", "trouble", json_get(status, "trouble"), CLI_TEXT);
	cli_detail("", "waits", json_get(status, "waits"), CLI_TEXT);
	cli_detail("", "to", json_get(status, "where"), CLI_TEXT);
	cli_detail("", "from", json_get(status, "from"), CLI_TEXT);
	cli_detail("", "made by", json_get(status, "author"), CLI_TEXT);
	cli_detail("", "made", json_get(status, "created_at"), CLI_TIME);
	cli_detail("", "to be sent", json_get(status, "scheduled_at"),
		   CLI_TIME);
	cli_detail("", "started", json_get(status, "started_at"), CLI_TIME);
	cli_detail("", "finished", json_get(status, "finished_at"), CLI_TIME);
	print_counts(status);
	if (json_get_number(status, "rate", &rate) && rate > 0)
		printf("%-22s %.1f mails a second\n", "rate", rate);
	if (json_has(status, "counted_at"))
		print_counted(status);
	if (json_count(json_get(status, "hits"))) {
		putchar('\n');
		cli_table(cli, json_get(status, "hits"), columns);
	}
	if (json_get(status, "split"))
		print_split(cli, json_get(status, "split"));
	if (json_count(json_get(status, "points"))) {
		putchar('\n');
		cli_table(cli, json_get(status, "points"), points);
	}
}

/* For people on a terminal, for programs otherwise. */
static void
print_one(const struct cli *cli, const struct json *status)
{
	struct cli as = *cli;

	as.json = cli->json || !cli->terminal;
	if (!cli_print_json(&as, status))
		print_status(cli, status);
}

static bool
is_under_way(const struct json *status)
{
	const char *state = json_get_text(status, "state");

	return state &&
	       (!strcmp(state, "sending") || !strcmp(state, "scheduled") ||
		!strcmp(state, "testing"));
}

/* Follow it until it is no longer sending; prints the end. */
static enum cli_exit
follow(struct cli *cli, const char *name)
{
	const struct timespec pause = {0, POLL_MS * 1000000L};
	struct json *status = NULL;
	enum cli_exit code;

	while ((code = get_status(cli, name, &status)) == CLI_DONE) {
		draw_bar(status);
		if (!is_under_way(status))
			break;
		json_free(status);
		status = NULL;
		nanosleep(&pause, NULL);
	}
	cli_progress_end();
	if (code == CLI_DONE)
		print_one(cli, status);
	json_free(status);
	return code;
}

static enum cli_exit
broadcast_status(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"broadcast", "name", CLI_TEXT},
		{"state", "state", CLI_TEXT},
		{"to", "where", CLI_TEXT},
		{"created", "created_at", CLI_TIME},
		{0},
	};
	struct json *answer = NULL;
	enum cli_exit code;

	if (cli_arg(args, 0) && cli_value(args, "wait"))
		return follow(cli, cli_arg(args, 0));
	if (cli_arg(args, 0))
		code = get_status(cli, cli_arg(args, 0), &answer);
	else
		code = cli_call(cli, "GET", "/broadcasts", NULL, &answer);
	if (code == CLI_DONE && cli_arg(args, 0))
		print_one(cli, answer);
	else if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_table(cli, json_get(answer, "items"), columns);
	json_free(answer);
	return code;
}

static enum cli_exit
act(struct cli *cli, const struct cli_args *args, const char *action,
    const char *sentence)
{
	struct json *answer = NULL, *body = json_new_object();
	struct buf path = BUF_INIT;
	enum cli_exit code = CLI_USAGE;

	if (cli_value(args, "at"))
		json_add_text(body, "at", cli_value(args, "at"));
	if (cli_value(args, "timezone"))
		json_add_text(body, "timezone", cli_value(args, "timezone"));
	if (cli_value(args, "resend-doubtful"))
		json_add_bool(body, "resend_doubtful", true);
	cli_path(&path, "/broadcasts/%s/%s", cli_arg(args, 0), action);
	if (add_pace(args, "pace", "pace", body) &&
	    add_pace(args, "domain-pace", "domain_pace", body))
		code = cli_call(cli, "POST", buf_text(&path), body, &answer);
	buf_done(&path);
	json_free(body);
	if (code == CLI_DONE && !cli_value(args, "wait") &&
	    !cli_print_json(cli, answer))
		puts(sentence);
	json_free(answer);
	if (code == CLI_DONE && cli_value(args, "wait"))
		return follow(cli, cli_arg(args, 0));
	return code;
}

static enum cli_exit
broadcast_send(struct cli *cli, const struct cli_args *args)
{
	if (cli_value(args, "at"))
		return act(cli, args, "send",
			   "It waits for its time; \"scoregate broadcast "
			   "cancel\" calls it off.");
	return act(cli, args, "send",
		   "Sending; \"scoregate broadcast status NAME --wait\" "
		   "follows it.");
}

static enum cli_exit
broadcast_pause(struct cli *cli, const struct cli_args *args)
{
	return act(cli, args, "pause", "Paused.");
}

static enum cli_exit
broadcast_resume(struct cli *cli, const struct cli_args *args)
{
	return act(cli, args, "resume", "Goes on.");
}

static enum cli_exit
broadcast_cancel(struct cli *cli, const struct cli_args *args)
{
	return act(cli, args, "cancel", "Cancelled.");
}

static enum cli_exit
broadcast_delete(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/broadcasts/%s", cli_arg(args, 0));
	code = cli_call(cli, "DELETE", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts("Deleted.");
	json_free(answer);
	return code;
}

static enum cli_exit
broadcast_test(struct cli *cli, const struct cli_args *args)
{
	struct json *body, *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	if (!cli_value(args, "to"))
		return cli_fail(CLI_USAGE, "broadcast test needs --to ADDRESS");
	body = json_new_object();
	json_add_text(body, "to", cli_value(args, "to"));
	if (cli_value(args, "as"))
		json_add_text(body, "as", cli_value(args, "as"));
	if (cli_value(args, "version"))
		json_add_text(body, "version", cli_value(args, "version"));
	cli_path(&path, "/broadcasts/%s/test", cli_arg(args, 0));
	code = cli_call(cli, "POST", buf_text(&path), body, &answer);
	buf_done(&path);
	json_free(body);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		printf("A test mail is on its way to %s.\n",
		       cli_value(args, "to"));
	json_free(answer);
	return code;
}

static const struct cli_option create_options[] = {
	{"template", "FILE.eml", "the mail, with {{variables}}"},
	CLI_PARTS_OPTIONS,
	{"to", "EXPR", "who gets it, evaluated when it is sent"},
	{"from", "ADDRESS", "From; without it, the template's"},
	{"unknown", "include|skip", "who has no score; skip"},
	{"template-b", "FILE.eml",
	 "a second version, to see which does better"},
	{"split", "A/B", "percent who get each version: 10/10"},
	{"winner", "clicks|opens", "what decides for the rest; clicks"},
	{"after", "TIME", "when it is decided: 4h after those were sent"},
	{"pace", "N/s", "mails a second"},
	{"domain-pace", "N/s", "mails a second to one recipient domain"},
	{0},
};
static const struct cli_option preview_options[] = {
	{"for", "ADDRESS", "show this contact's mail"},
	CLI_MAIL_OPTIONS,
	{"version", "a|b", "of two versions, that one; a"},
	{"explain", "ADDRESS", "would this contact get it, and why?"},
	{0},
};
static const struct cli_option send_options[] = {
	{"at", "TIME", "later: 2026-12-01T09:00, or with +01:00"},
	{"timezone", "ZONE", "of --at; without it, the daemon's"},
	{"pace", "N/s", "mails a second"},
	{"domain-pace", "N/s", "mails a second to one recipient domain"},
	{"wait", NULL, "show progress until it is over"},
	{0},
};
static const struct cli_option resume_options[] = {
	{"pace", "N/s", "mails a second"},
	{"domain-pace", "N/s", "mails a second to one recipient domain"},
	{"resend-doubtful", NULL, "also to those who may have it already"},
	{"wait", NULL, "show progress until it is over"},
	{0},
};
static const struct cli_option test_options[] = {
	{"to", "ADDRESS", "who is to look at it"},
	{"as", "CONTACT", "whose mail; the first recipient's"},
	{"version", "a|b", "of two versions, that one; a"},
	{0},
};
static const struct cli_option wait_option[] = {
	{"wait", NULL, "show progress until it is over"},
	{0},
};
const struct cli_command cli_broadcast_commands[] = {
	{"broadcast create", "NAME --template FILE.eml --to EXPR",
	 "prepare a broadcast", create_options, 1, 1, broadcast_create},
	{"broadcast preview", "NAME", "who gets it, who not, and the mail",
	 preview_options, 1, 1, broadcast_preview},
	{"broadcast test", "NAME --to ADDRESS", "one mail to look at",
	 test_options, 1, 1, broadcast_test},
	{"broadcast send", "NAME", "send it, now or later", send_options, 1, 1,
	 broadcast_send},
	{"broadcast status", "[NAME]", "all broadcasts, or how one goes",
	 wait_option, 0, 1, broadcast_status},
	{"broadcast pause", "NAME", "stop for now", NULL, 1, 1,
	 broadcast_pause},
	{"broadcast resume", "NAME", "go on", resume_options, 1, 1,
	 broadcast_resume},
	{"broadcast cancel", "NAME", "stop for good", NULL, 1, 1,
	 broadcast_cancel},
	{"broadcast delete", "NAME", "forget one that nobody got yet", NULL, 1,
	 1, broadcast_delete},
	{0},
};
