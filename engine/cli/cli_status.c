/* cli_status.c - see cli_status.h. First line: well or what is wrong. */
#include "cli/cli_status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LATE_MS = 60000 };

/* One figure of the answer, 0 when it is not there. */
static long long
figure(const struct json *status, const char *pointer)
{
	struct buf text = BUF_INIT;
	struct json *value = json_pointer(status, pointer);
	long long n = 0;

	if (value && json_scalar(value, &text))
		sscanf(buf_text(&text), "%lld", &n);
	buf_done(&text);
	return n;
}

/* What does not stop the work, and should be looked at. */
static void
print_warnings(const struct json *status)
{
	const char *trouble =
		json_get_text(json_get(status, "apply"), "trouble");
	const char *split_trouble =
		json_get_text(json_get(status, "mail"), "split_trouble");
	const char *automation =
		json_get_text(json_get(status, "apply"), "automation");
	long long lag_ms = figure(status, "/apply/lag_ms");
	long long syncs = figure(status, "/spool/sync_failures");
	long long passed = figure(status, "/mail/passed_on_trouble");

	if (trouble) {
		fputs("! the applier: ", stdout);
		cli_print(trouble);
		putchar('\n');
	}
	if (lag_ms > LATE_MS)
		printf("! scores are %lld s behind what happened\n",
		       lag_ms / 1000);
	if (syncs)
		printf("! the disk failed to keep the spool %lld times since "
		       "the start\n",
		       syncs);
	if (figure(status, "/mail/split_dead"))
		printf("! %lld private copies were refused for good; "
		       "`scoregate split list --dead`\n",
		       figure(status, "/mail/split_dead"));
	if (split_trouble && figure(status, "/mail/split_waiting")) {
		printf("! %lld private copies wait: ",
		       figure(status, "/mail/split_waiting"));
		cli_print(split_trouble);
		putchar('\n');
	}
	if (automation) {
		fputs("! automations: ", stdout);
		cli_print(automation);
		putchar('\n');
	}
	if (figure(status, "/outbox/dead"))
		printf("! %lld deliveries were given up; `scoregate outbox "
		       "list --state dead`\n",
		       figure(status, "/outbox/dead"));
	if (passed)
		printf("! %lld mails went out without their links and image "
		       "after a failure; the log says which\n",
		       passed);
}

static void line(const char *title, const char *format, ...) PRINTF_LIKE(2, 3);

static void
line(const char *title, const char *format, ...)
{
	va_list args;

	printf("%-10s ", title);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void
print_figures(const struct json *status)
{
	struct buf since = BUF_INIT;
	const char *version = json_get_text(status, "version");

	cli_format(&since, json_get(status, "started_at"), CLI_TIME);
	line("scoregated", "%s, runs since %s UTC", version ? version : "?",
	     buf_text(&since));
	line("records", "%lld; scores in %.1f MB of memory; rules version %lld",
	     figure(status, "/apply/records"),
	     (double)figure(status, "/scoreboard_bytes") / 1e6,
	     figure(status, "/apply/ruleset"));
	line("signals",
	     "since the start %lld kept, %lld applied; %lld ms behind",
	     figure(status, "/spool/appended"),
	     figure(status, "/apply/applied"), figure(status, "/apply/lag_ms"));
	line("spool", "%.1f MB in %lld files",
	     (double)figure(status, "/spool/bytes") / 1e6,
	     figure(status, "/spool/segments"));
	line("mail",
	     "%lld out, %lld of them instrumented; %lld in, %lld "
	     "bounces",
	     figure(status, "/mail/messages_out"),
	     figure(status, "/mail/instrumented"),
	     figure(status, "/mail/messages_in"),
	     figure(status, "/mail/bounces"));
	line("outbox", "%lld wait, %lld of them after a failure; %lld given up",
	     figure(status, "/outbox/waiting"),
	     figure(status, "/outbox/retrying"),
	     figure(status, "/outbox/dead"));
	line("web", "%lld requests, %lld refused; %lld connections open",
	     figure(status, "/web/requests"), figure(status, "/web/refused"),
	     figure(status, "/web/connections"));
	buf_done(&since);
}

/* Their names, and which of them do not do. */
static void
print_plugins(const struct json *items)
{
	struct buf names = BUF_INIT;
	size_t i;

	for (i = 0; i < json_count(items); i++) {
		const struct json *one = json_at(items, i);
		const char *name = json_get_text(one, "name");
		const char *state = json_get_text(one, "state");
		int64_t failures = 0;

		buf_printf(&names, "%s%s", i ? ", " : "", name ? name : "?");
		if (state && strcmp(state, "running") != 0)
			buf_printf(&names, " (%s!)", state);
		if (json_get_int(one, "failures", &failures) && failures)
			buf_printf(&names, " (failed %lld times)",
				   (long long)failures);
	}
	if (names.len)
		line("plugins", "%s", buf_text(&names));
	buf_done(&names);
}

static void
print_well(struct cli *cli, const struct json *status, bool healthy)
{
	const char *what = json_get_text(status, "status");
	struct json *plugins = NULL;

	fputs(healthy ? "All is well." : "NOT WELL: ", stdout);
	cli_print(healthy || !what ? "" : what);
	putchar('\n');
	print_warnings(status);
	putchar('\n');
	print_figures(status);
	if (cli_call(cli, "GET", "/plugins", NULL, &plugins) == CLI_DONE)
		print_plugins(json_get(plugins, "items"));
	json_free(plugins);
}

enum cli_exit
cli_status(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	enum cli_exit code = cli_call(cli, "GET", "/status", NULL, &answer);
	bool healthy = false;

	(void)args;
	if (code != CLI_DONE)
		return code;
	if (!json_get_bool(answer, "healthy", &healthy))
		healthy = false;
	if (!cli_print_json(cli, answer))
		print_well(cli, answer, healthy);
	json_free(answer);
	return healthy ? CLI_DONE : CLI_DIFFERENT;
}
