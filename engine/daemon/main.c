/* main.c - scoregated: its options, and which of its jobs they mean. */
#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/log.h"
#include "daemon/daemon.h"

static const char usage[] =
	"scoregated - a milter and web server that scores contacts\n"
	"\n"
	"  scoregated [--config FILE] [--foreground]   serve until stopped\n"
	"  scoregated [--config FILE] --check          is everything right?\n"
	"  scoregated [--config FILE] --restore PATH   put a backup back\n"
	"\n"
	"  -c, --config FILE  " SCOREGATE_SYSCONFDIR
	"/scoregate.conf unless given\n"
	"  -f, --foreground   log for a terminal (it never forks)\n"
	"      --check        configuration, plugins and rules file, then "
	"exit\n"
	"      --restore PATH from scoregate backup; no daemon may run\n"
	"      --version, --help\n"
	"\n"
	"Exit: 0 stopped as asked, 1 failed, 2 configuration, rules or a "
	"plugin\n"
	"refused, 3 another daemon is running, 64 usage. See scoregated(8).\n";

struct arguments {
	const char *config, *restore;
	bool check, foreground, done;
};

enum { OPT_CHECK = 256, OPT_RESTORE, OPT_VERSION };

static const struct option long_options[] = {
	{"config", required_argument, NULL, 'c'},
	{"foreground", no_argument, NULL, 'f'},
	{"check", no_argument, NULL, OPT_CHECK},
	{"restore", required_argument, NULL, OPT_RESTORE},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static enum daemon_exit
read_arguments(int argc, char **argv, struct arguments *arguments)
{
	int option;

	arguments->config = SCOREGATE_SYSCONFDIR "/scoregate.conf";
	while ((option = getopt_long(argc, argv, "c:fh", long_options, NULL)) !=
	       -1)
		switch (option) {
		case 'c':
			arguments->config = optarg;
			break;
		case 'f':
			arguments->foreground = true;
			break;
		case OPT_CHECK:
			arguments->check = true;
			break;
		case OPT_RESTORE:
			arguments->restore = optarg;
			break;
		case OPT_VERSION:
			puts("scoregated " SCOREGATE_VERSION);
			arguments->done = true;
			return DAEMON_DONE;
		case 'h':
			fputs(usage, stdout);
			arguments->done = true;
			return DAEMON_DONE;
		default:
			fputs("scoregated --help explains\n", stderr);
			return DAEMON_USAGE;
		}
	if (optind < argc) {
		fprintf(stderr,
			"scoregated: what is \"%s\"? scoregated --help "
			"explains\n",
			argv[optind]);
		return DAEMON_USAGE;
	}
	return DAEMON_DONE;
}

static enum daemon_exit
exit_of(enum sg_status status)
{
	switch (status) {
	case SG_OK:
		return DAEMON_DONE;
	case SG_REFUSED:
		return DAEMON_REFUSED;
	case SG_BUSY:
		return DAEMON_BUSY;
	default:
		return DAEMON_FAILED;
	}
}

/* For a person at a terminal: the result, or the one line that says why. */
static enum daemon_exit
tell(enum sg_status status, struct buf *report, const struct sg_err *err)
{
	fputs(buf_text(report), stdout);
	if (status != SG_OK)
		fprintf(stderr, "scoregated: %s\n", err->text);
	buf_done(report);
	return exit_of(status);
}

static enum daemon_exit
check(const struct arguments *arguments)
{
	struct buf report = BUF_INIT;
	struct sg_err err = {0};
	enum sg_status status = daemon_check(arguments->config, &report, &err);

	if (status == SG_OK)
		buf_printf(&report, "%s is fine\n", arguments->config);
	return tell(status, &report, &err);
}

static enum daemon_exit
restore(const struct arguments *arguments)
{
	struct buf report = BUF_INIT;
	struct daemon_conf *conf = NULL;
	struct sg_err err = {0};
	enum sg_status status =
		daemon_conf_read(arguments->config, &conf, &err);

	if (status == SG_OK)
		status =
			daemon_restore(conf, arguments->restore, &report, &err);
	daemon_conf_free(conf);
	return tell(status, &report, &err);
}

static enum daemon_exit
serve(const struct arguments *arguments)
{
	struct daemon daemon;
	struct daemon_conf *conf = NULL;
	struct sg_err err = {0};
	enum sg_status status;

	daemon_block_signals();
	log_open(LOG_LEVEL_INFO,
		 arguments->foreground ? LOG_FORM_TERMINAL : LOG_FORM_AUTO);
	status = daemon_conf_read(arguments->config, &conf, &err);
	if (status == SG_OK)
		status = daemon_conf_records(conf, &err);
	if (status == SG_OK) {
		log_open(conf->log_level, arguments->foreground
						  ? LOG_FORM_TERMINAL
						  : conf->log_form);
		status = daemon_start(&daemon, arguments->config, conf, &err);
	}
	if (status != SG_OK) {
		log_error("not started: %s", err.text);
		return exit_of(status);
	}
	daemon_wait(&daemon);
	daemon_stop(&daemon);
	return DAEMON_DONE;
}

int
main(int argc, char **argv)
{
	struct arguments arguments = {0};
	enum daemon_exit code = read_arguments(argc, argv, &arguments);

	if (code != DAEMON_DONE || arguments.done)
		return code;
	umask(0077);
	if (arguments.check)
		return check(&arguments);
	if (arguments.restore)
		return restore(&arguments);
	return serve(&arguments);
}
