/* cmd_operate.c - verify, reload, backup, restore. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli_status.h"
#include "cli/cli_tables.h"

static enum cli_exit
verify(struct cli *cli, const struct cli_args *args)
{
	struct json *body = json_new_object(), *answer = NULL;
	int64_t differences = 0;
	enum cli_exit code;

	json_add_bool(body, "refold", cli_value(args, "refold") != NULL);
	code = cli_call(cli, "POST", "/verify", body, &answer);
	json_free(body);
	if (code != CLI_DONE)
		return code;
	if (!json_get_int(answer, "differences", &differences))
		code = cli_fail(CLI_FAILED, "the daemon did not say what it "
					    "found");
	else if (differences)
		code = CLI_DIFFERENT;
	if (!cli_print_json(cli, answer)) {
		puts(differences ? "The scores are NOT the sum of their ledger."
				 : "Every score is the sum of its ledger.");
		cli_details(answer, "  ");
	}
	json_free(answer);
	return code;
}

static enum cli_exit
reload(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	enum cli_exit code = cli_call(cli, "POST", "/reload", NULL, &answer);

	(void)args;
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		puts("Reloaded.");
		if (*json_get_text(answer, "at_restart"))
			printf("Changed, and in force at the next start of "
			       "scoregated only: %s\n",
			       json_get_text(answer, "at_restart"));
	}
	json_free(answer);
	return code;
}

static enum cli_exit
backup(struct cli *cli, const struct cli_args *args)
{
	struct json *body, *answer = NULL;
	char here[PATH_MAX], path[PATH_MAX * 2];
	enum cli_exit code;

	/* The daemon writes it: a relative path is meant from here. */
	if (cli_arg(args, 0)[0] == '/')
		snprintf(path, sizeof(path), "%s", cli_arg(args, 0));
	else if (getcwd(here, sizeof(here)))
		snprintf(path, sizeof(path), "%s/%s", here, cli_arg(args, 0));
	else
		return cli_fail(CLI_FAILED, "the current folder is unknown: %s",
				strerror(errno));
	body = json_new_object();
	json_add_text(body, "path", path);
	code = cli_call(cli, "POST", "/backup", body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		printf("Backup written to %s\n", path);
	json_free(answer);
	json_free(body);
	return code;
}

/* The daemon must not run meanwhile, so this is the daemon's own work. */
static enum cli_exit
restore(struct cli *cli, const struct cli_args *args)
{
	const char *config = cli_value(args, "config");
	char beside[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", beside, sizeof(beside) - 16);
	char *name;

	(void)cli;
	if (!config)
		config = SCOREGATE_SYSCONFDIR "/scoregate.conf";
	fflush(stdout);
	execlp("scoregated", "scoregated", "--config", config, "--restore",
	       cli_arg(args, 0), (char *)NULL);
	/* Not in PATH (sbin often is not): beside us, as in a build folder. */
	if (len > 0) {
		beside[len] = '\0';
		name = strrchr(beside, '/');
		memcpy(name, "/scoregated", sizeof("/scoregated"));
		execl(beside, "scoregated", "--config", config, "--restore",
		      cli_arg(args, 0), (char *)NULL);
	}
	return cli_fail(CLI_FAILED, "scoregated cannot be run: %s",
			strerror(errno));
}

static const struct cli_option verify_options[] = {
	{"refold", NULL, "compare every ledger with its history too"},
	{0},
};
static const struct cli_option restore_options[] = {
	{"config", "FILE", "the daemon's configuration"},
	{0},
};

const struct cli_command cli_operate_commands[] = {
	{"status", "", "is everything well?", NULL, 0, 0, cli_status},
	{"verify", "", "recompute every score from the ledger", verify_options,
	 0, 0, verify},
	{"reload", "", "make the daemon reread its configuration", NULL, 0, 0,
	 reload},
	{"backup", "PATH", "a consistent copy of store and keys", NULL, 1, 1,
	 backup},
	{"restore", "PATH", "put a backup back (daemon stopped)",
	 restore_options, 1, 1, restore},
	{0},
};
