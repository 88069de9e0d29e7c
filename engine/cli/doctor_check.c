/* doctor_check.c - the configuration itself: what scoregated --check says. */
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli_run.h"
#include "cli/doctor.h"

/* Beside the command, as it is built; where both are installed; in PATH. */
static char *
find_daemon(struct pool *pool)
{
	static const char *const places[] = {"scoregated",
					     "../sbin/scoregated"};
	char own[PATH_MAX] = "";
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash = len > 0 ? strrchr(own, '/') : NULL;
	char *path;

	for (size_t i = 0; slash && i < 2; i++) {
		path = pool_printf(pool, "%.*s/%s", (int)(slash - own), own,
				   places[i]);
		if (access(path, X_OK) == 0)
			return path;
	}
	return pool_strdup(pool, "scoregated");
}

static void
say_line(struct doctor *doctor, const char *line, int code)
{
	static const char before[] = "scoregated: ",
			  later[] = "not there yet: ";
	bool said = text_starts_ascii(line, before);

	if (said)
		line += sizeof(before) - 1;
	if (code == 0 && text_starts_ascii(line, later))
		doctor_say(doctor, DOCTOR_WARN, "config", NULL, "%s", line);
	else if (code != 0 && (said || *line == ' ')) /* it, its caret */
		doctor_say(doctor, DOCTOR_FAIL, "config",
			   "correct that, then scoregated --check", "%s", line);
}

void
doctor_check(struct doctor *doctor, const char *config)
{
	char said[CLI_RUN_MOST];
	char *words[] = {find_daemon(doctor->pool),
			 pool_strdup(doctor->pool, "--config"),
			 pool_strdup(doctor->pool, config),
			 pool_strdup(doctor->pool, "--check"), NULL};
	size_t len = 0;
	int code = cli_run(words, said, &len);
	char *line, *next;

	if (code != 0 && code != 2) /* not here, or not for this user to see */
		return;
	for (line = pool_memdup(doctor->pool, said, len); line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		say_line(doctor, line, code);
	}
	if (code == 0)
		doctor_say(doctor, DOCTOR_OK, "config", NULL,
			   "%s can be started with", config);
}
