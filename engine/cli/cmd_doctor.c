/* cmd_doctor.c - scoregate doctor: is everything around the daemon as it has
 * to be? */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli_tables.h"
#include "cli/doctor.h"

static const struct cli_option options[] = {
	{"config", "FILE", "of the daemon, as /etc/scoregate/scoregate.conf"},
	{"postfix", "FOLDER", "with main.cf; else /etc/postfix"},
	{"sendmail", "FILE", "sendmail.mc; else /etc/mail/sendmail.mc"},
	{"offline", NULL,
	 "ask for no name and open no connection but to the "
	 "daemon"},
	{0},
};

static const struct conf_option milter_options[] = {
	{.name = "socket", .type = CONF_TEXT},
	{0},
};
static const struct conf_option http_options[] = {
	{.name = "socket",
	 .type = CONF_TEXT,
	 .fallback = SCOREGATE_RUNDIR "/scoregate.sock"},
	{0},
};
static const struct conf_option conf_options[] = {
	{.name = "public_url", .type = CONF_TEXT},
	{.name = "bounce_domain", .type = CONF_TEXT},
	{.name = "unsubscribe_address", .type = CONF_TEXT},
	{.name = "state", .type = CONF_TEXT, .fallback = SCOREGATE_STATEDIR},
	{.name = "user", .type = CONF_TEXT, .fallback = "scoregate"},
	{.name = "milter", .type = CONF_SECTION, .options = milter_options},
	{.name = "http", .type = CONF_SECTION, .options = http_options},
	{0},
};

/* Where what is said begins. */
enum { INDENT = 19 };

static const char *const level_names[] = {"ok", "warn", "fail"};

static void
print_line(struct doctor *doctor, enum doctor_level level, const char *about,
	   const char *text, const char *mend)
{
	static const char *const colours[] = {"\033[32m", "\033[33m",
					      "\033[31m"};
	bool terminal = doctor->cli->terminal;
	bool colour = terminal && !getenv("NO_COLOR");
	struct buf line = BUF_INIT;

	printf("%s%-5s%s %-12s ", colour ? colours[level] : "",
	       level_names[level], colour ? "\033[0m" : "", about);
	buf_append_text(&line, text);
	if (mend && terminal) { /* a line of its own, to be found */
		cli_wrap(doctor->cli, INDENT, buf_text(&line));
		buf_reset(&line);
		printf("%*s", INDENT, "");
	}
	if (mend)
		buf_printf(&line, "%smend: %s", terminal ? "" : "; ", mend);
	cli_wrap(doctor->cli, INDENT, buf_text(&line));
	buf_done(&line);
}

void
doctor_say(struct doctor *doctor, enum doctor_level level, const char *about,
	   const char *mend, const char *format, ...)
{
	struct json *item = json_new_object();
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	json_add_text(item, "level", level_names[level]);
	json_add_text(item, "about", about);
	json_add_text(item, "text", text);
	if (mend)
		json_add_text(item, "mend", mend);
	json_push(doctor->items, item);
	if (level > doctor->worst)
		doctor->worst = level;
	if (!doctor->cli->json)
		print_line(doctor, level, about, text, mend);
}

const char *
doctor_state_path(const struct doctor *doctor, const char *name)
{
	return pool_printf(doctor->pool, "%s/%s",
			   conf_text(doctor->conf, "state"), name);
}

const char *
doctor_milter_path(const struct doctor *doctor)
{
	const char *socket =
		conf_text(conf_section_at(doctor->conf, "milter", 0), "socket");

	if (!socket)
		return NULL;
	if (text_starts_ascii(socket, "unix:"))
		return socket + 5;
	if (text_starts_ascii(socket, "local:"))
		return socket + 6;
	return socket[0] == '/' ? socket : NULL;
}

/* The command may be told another place than the configuration has. */
static void
find_daemon(struct doctor *doctor)
{
	const char *socket =
		conf_text(conf_section_at(doctor->conf, "http", 0), "socket");
	struct cli *cli = doctor->cli;

	if (cli->socket_path &&
	    strcmp(cli->socket_path, SCOREGATE_RUNDIR "/scoregate.sock") == 0)
		cli->socket_path = socket;
}

static void
look(struct doctor *doctor)
{
	doctor_names(doctor);
	doctor_keys(doctor);
	doctor_disk(doctor);
	doctor_socket(doctor);
	doctor_mta(doctor);
	if (!doctor->offline) {
		doctor_dns(doctor);
		doctor_public(doctor);
	}
	doctor_daemon(doctor);
	doctor_clock(doctor);
}

static enum cli_exit
sum_up(struct doctor *doctor)
{
	struct json *answer;

	if (doctor->cli->json) {
		answer = json_new_object();
		json_add_text(answer, "worst", level_names[doctor->worst]);
		json_add(answer, "items", doctor->items);
		cli_print_json(doctor->cli, answer);
		json_free(answer);
	} else {
		json_free(doctor->items);
	}
	return doctor->worst == DOCTOR_FAIL ? CLI_DIFFERENT : CLI_DONE;
}

static const char *
or_usual(const char *given, const char *usual)
{
	return given ? given : usual;
}

static enum cli_exit
doctor_run(struct cli *cli, const struct cli_args *args)
{
	const char *path = or_usual(cli_value(args, "config"),
				    SCOREGATE_SYSCONFDIR "/scoregate.conf");
	const char *folder = getenv("MAIL_CONFIG");
	struct doctor doctor = {
		.cli = cli,
		.postfix = or_usual(cli_value(args, "postfix"),
				    or_usual(folder, "/etc/postfix")),
		.sendmail = or_usual(cli_value(args, "sendmail"),
				     "/etc/mail/sendmail.mc"),
		.offline = cli_value(args, "offline") != NULL,
	};
	struct conf_section *conf;
	struct sg_err err;
	enum cli_exit code;

	if (conf_parse_file_part(path, conf_options, &conf, &err) != SG_OK)
		return cli_fail(CLI_REFUSED, "%s; scoregated --check says more",
				err.text);
	doctor.conf = conf;
	doctor.pool = pool_new();
	doctor.items = json_new_array();
	find_daemon(&doctor);
	doctor_check(&doctor, path);
	look(&doctor);
	code = sum_up(&doctor);
	pool_free(doctor.pool);
	conf_free(conf);
	return code;
}

const struct cli_command cli_doctor_commands[] = {
	{"doctor", "", "is everything around the daemon as it has to be?",
	 options, 0, 0, doctor_run},
	{0},
};
