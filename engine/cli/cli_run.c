/* cli_run.c - see cli_run.h. */
#include "cli/cli_run.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static size_t
read_all(int fd, char bytes[CLI_RUN_MOST])
{
	char rest[CLI_RUN_MOST];
	size_t len = 0;
	ssize_t got;

	while (len < CLI_RUN_MOST &&
	       (got = read(fd, bytes + len, CLI_RUN_MOST - len)) > 0)
		len += (size_t)got;
	while (len == CLI_RUN_MOST && read(fd, rest, sizeof(rest)) > 0)
		;
	return len;
}

/* What it says and what it complains of come to the pipe, the latter first. */
static bool
spawn(char **words, const int ends[2], pid_t *pid_out)
{
	posix_spawn_file_actions_t actions;
	bool done;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	done = posix_spawnp(pid_out, words[0], &actions, NULL, words,
			    environ) == 0;
	posix_spawn_file_actions_destroy(&actions);
	return done;
}

int
cli_run(char **words, char value[CLI_RUN_MOST], size_t *len_out)
{
	int ends[2], status = -1;
	bool started;
	pid_t pid;

	if (pipe(ends) != 0)
		return -1;
	started = spawn(words, ends, &pid);
	close(ends[1]);
	*len_out = started ? read_all(ends[0], value) : 0;
	close(ends[0]);
	if (started && waitpid(pid, &status, 0) != pid)
		status = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
