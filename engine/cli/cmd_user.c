/* cmd_user.c - scoregate user …: who may sign in to the console. A password is
 * asked for on the terminal, or read from standard input; never an argument,
 * which everybody on the machine can see. */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/crypto.h"
#include "cli/cli_tables.h"

enum { LINE_SIZE = 300 };

/* One line without its end; false: there is none, or it is too long. */
static bool
read_line(char line[LINE_SIZE])
{
	size_t len;

	if (!fgets(line, LINE_SIZE, stdin))
		return false;
	len = strlen(line);
	if (len == 0 || (line[len - 1] != '\n' && !feof(stdin)))
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	return true;
}

/* Typed without being seen. */
static bool
ask_line(const char *question, char line[LINE_SIZE])
{
	struct termios as_it_was, silent;
	bool is_terminal = tcgetattr(STDIN_FILENO, &as_it_was) == 0;
	bool there;

	if (is_terminal) {
		silent = as_it_was;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		fputs(question, stderr);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	}
	there = read_line(line);
	if (is_terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &as_it_was);
		fputc('\n', stderr);
	}
	return there;
}

static enum cli_exit
ask_password(char password[LINE_SIZE])
{
	char again[LINE_SIZE] = "";
	bool same;

	if (!ask_line("Password: ", password))
		return cli_fail(CLI_USAGE,
				"no password: type it, or send it as one line "
				"on standard input");
	if (!isatty(STDIN_FILENO))
		return CLI_DONE;
	same = ask_line("Once more: ", again) && strcmp(password, again) == 0;
	crypto_wipe(again, sizeof(again));
	return same ? CLI_DONE
		    : cli_fail(CLI_USAGE, "the two are not the same");
}

static enum cli_exit
send_user(struct cli *cli, const char *method, const char *path,
	  struct json *body, const char *done)
{
	char password[LINE_SIZE] = "";
	struct json *answer = NULL;
	enum cli_exit code = ask_password(password);

	json_add_text(body, "password", password);
	crypto_wipe(password, sizeof(password));
	if (code == CLI_DONE)
		code = cli_call(cli, method, path, body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts(done);
	json_free(answer);
	return code;
}

static enum cli_exit
user_add(struct cli *cli, const struct cli_args *args)
{
	const char *role = cli_value(args, "role");
	struct json *body = json_new_object();
	enum cli_exit code;

	json_add_text(body, "name", cli_arg(args, 0));
	json_add_text(body, "role", role ? role : "reader");
	code = send_user(cli, "POST", "/users", body,
			 "Added. They sign in at /console of the private "
			 "listener.");
	json_free(body);
	return code;
}

static enum cli_exit
user_password(struct cli *cli, const struct cli_args *args)
{
	struct json *body = json_new_object();
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/users/%s", cli_arg(args, 0));
	code = send_user(cli, "PATCH", buf_text(&path), body,
			 "Set. Whoever was signed in with the old one is not "
			 "any more.");
	buf_done(&path);
	json_free(body);
	return code;
}

static enum cli_exit
user_role(struct cli *cli, const struct cli_args *args)
{
	struct json *body = json_new_object(), *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/users/%s", cli_arg(args, 0));
	json_add_text(body, "role", cli_arg(args, 1));
	code = cli_call(cli, "PATCH", buf_text(&path), body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts("Set. It holds from now on.");
	buf_done(&path);
	json_free(answer);
	json_free(body);
	return code;
}

static enum cli_exit
user_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"user", "name", CLI_TEXT},
		{"role", "role", CLI_TEXT},
		{"created", "created_at", CLI_TIME},
		{"password", "password_at", CLI_TIME},
		{"last seen", "seen_at", CLI_TIME},
		{"sessions", "sessions", CLI_NUMBER},
		{0},
	};

	return cli_show_list(cli, "/users", columns);
}

static enum cli_exit
user_remove(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/users/%s", cli_arg(args, 0));
	code = cli_call(cli, "DELETE", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts("Removed.");
	json_free(answer);
	return code;
}

static const struct cli_option add_options[] = {
	{"role", "ROLE", "reader (default), operator or manager"},
	{0},
};

const struct cli_command cli_user_commands[] = {
	{"user add", "NAME", "one more who may sign in to the console",
	 add_options, 1, 1, user_add},
	{"user password", "NAME", "another password; the sessions end", NULL, 1,
	 1, user_password},
	{"user role", "NAME ROLE", "reader, operator or manager", NULL, 2, 2,
	 user_role},
	{"user list", "", "who may sign in", NULL, 0, 0, user_list},
	{"user remove", "NAME", "one who may no more; the sessions end", NULL,
	 1, 1, user_remove},
	{0},
};
