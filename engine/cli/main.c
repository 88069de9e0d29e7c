/* main.c - scoregate: find the command, read its arguments, run it. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "cli/cli.h"
#include "cli/cli_args.h"
#include "cli/cli_help.h"
#include "net/net_http.h"

/* The command whose words lead argv; *words_out is how many they are. */
static const struct cli_command *
find_command(int argc, char **argv, int *words_out)
{
	const struct cli_command *command;
	char two[128];
	size_t i;

	snprintf(two, sizeof(two), "%s %s", argc > 0 ? argv[0] : "",
		 argc > 1 ? argv[1] : "");
	for (i = 0; cli_tables[i]; i++)
		for (command = cli_tables[i]; command->name; command++) {
			*words_out = strchr(command->name, ' ') ? 2 : 1;
			if (!strcmp(command->name,
				    *words_out == 2 ? two : argv[0]))
				return command;
		}
	return NULL;
}

static enum cli_exit
unknown(int argc, char **argv)
{
	bool asked = argc > 1 &&
		     (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
	struct suggestion near = {.wanted = argv[0]};

	if (!cli_help_is_group(argv[0])) {
		cli_help_offer(&near, NULL);
		if (near.name[0])
			return cli_fail(CLI_USAGE,
					"no command \"%s\"; did you mean "
					"\"%s\"?",
					argv[0], near.name);
		return cli_fail(CLI_USAGE,
				"no command \"%s\"; scoregate help lists them",
				argv[0]);
	}
	if (asked) {
		cli_help_group(stdout, argv[0]);
		return CLI_DONE;
	}
	if (argc > 1) {
		near.wanted = argv[1];
		cli_help_offer(&near, argv[0]);
		if (near.name[0])
			return cli_fail(CLI_USAGE,
					"no command \"%s %s\"; did you mean "
					"\"%s %s\"?",
					argv[0], argv[1], argv[0], near.name);
		cli_fail(CLI_USAGE, "no command \"%s %s\"; there are:", argv[0],
			 argv[1]);
	} else
		cli_fail(CLI_USAGE, "%s what? There are:", argv[0]);
	cli_help_group(stderr, argv[0]);
	return CLI_USAGE;
}

static enum cli_exit
help(int argc, char **argv)
{
	const struct cli_command *command;
	int words;

	if (argc == 0) {
		cli_help_all();
		return CLI_DONE;
	}
	command = find_command(argc, argv, &words);
	if (command)
		cli_help_command(command);
	else if (argc == 1 && cli_help_is_group(argv[0]))
		cli_help_group(stdout, argv[0]);
	else
		return unknown(argc, argv);
	return CLI_DONE;
}

static void
use_socket(struct cli *cli, const char *path)
{
	cli->socket_path = path;
	cli->url = "http://localhost";
	cli->token = NULL;
}

static enum cli_exit
run(struct cli *cli, const struct cli_command *command, int argc, char **argv)
{
	struct cli_args args;
	struct sg_err err;
	enum cli_exit code;

	if (cli_args_read(&args, command, argc, argv, &err) != SG_OK)
		return cli_fail(CLI_USAGE, "%s (scoregate %s --help explains)",
				err.text, command->name);
	if (args.help) {
		cli_help_command(command);
		code = CLI_DONE;
	} else {
		cli->json = cli->json || args.json;
		if (args.socket_path)
			use_socket(cli, args.socket_path);
		code = command->run(cli, &args);
	}
	cli_args_done(&args);
	return code;
}

static void
where_the_daemon_is(struct cli *cli)
{
	const char *url = getenv("SCOREGATE_URL");
	const char *path = getenv("SCOREGATE_SOCKET");

	use_socket(cli,
		   path && *path ? path : SCOREGATE_RUNDIR "/scoregate.sock");
	if (url && *url && !(path && *path)) {
		cli->url = url;
		cli->socket_path = NULL;
		cli->token = getenv("SCOREGATE_TOKEN");
	}
}

/* --json and --socket may also stand before the command. */
static int
global_options(struct cli *cli, int argc, char **argv)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--json"))
			cli->json = true;
		else if (!strcmp(argv[i], "--socket") && i + 1 < argc)
			use_socket(cli, argv[++i]);
		else if (!strncmp(argv[i], "--socket=", 9))
			use_socket(cli, argv[i] + 9);
		else
			break;
	}
	return i;
}

int
main(int argc, char **argv)
{
	const struct cli_command *command;
	struct cli cli = {0};
	struct sg_err err;
	enum cli_exit code;
	int first, words;

	setlocale(LC_CTYPE, "");
	cli.terminal = isatty(STDOUT_FILENO);
	where_the_daemon_is(&cli);
	first = global_options(&cli, argc, argv);
	argc -= first;
	argv += first;
	if (argc > 0 && !strcmp(argv[0], "--version")) {
		puts("scoregate " SCOREGATE_VERSION);
		return CLI_DONE;
	}
	if (argc == 0 || !strcmp(argv[0], "help") ||
	    !strcmp(argv[0], "--help") || !strcmp(argv[0], "-h"))
		return help(argc ? argc - 1 : 0, argv + 1);
	command = find_command(argc, argv, &words);
	if (!command)
		return unknown(argc, argv);
	if (crypto_start(&err) != SG_OK ||
	    net_client_new(&cli.client, &err) != SG_OK)
		return cli_fail(CLI_FAILED, "%s", err.text);
	code = run(&cli, command, argc - words, argv + words);
	net_client_free(cli.client);
	if (fflush(stdout) != 0 && code == CLI_DONE)
		code = cli_fail(CLI_FAILED,
				"standard output cannot be written");
	return code;
}
