/* postfix_table.c - see postfix_table.h. */
#include "cli/postfix_table.h"

#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"

enum { VALUE_MOST = 4096, FILE_MOST = 1 << 20 };

extern char **environ;

bool
postfix_table_is_one(const char *item)
{
	return item[0] == '/' || (strchr(item, ':') && item[0] != '[');
}

/* What needs a server may keep us waiting, and is not ours to load. */
static bool
is_near(const char *table)
{
	static const char *const near[] = {
		"hash:",   "btree:",	"lmdb:",     "cdb:",	 "dbm:",
		"sdbm:",   "texthash:", "regexp:",   "pcre:",	 "cidr:",
		"inline:", "static:",	"unionmap:", "pipemap:", "randmap:"};

	if (text_starts_ascii(table, "proxy:"))
		table += 6;
	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++)
		if (text_starts_ascii(table, near[i]))
			return true;
	return false;
}

/* --- a file of words ----------------------------------------------------- */

static enum sg_status
find_word(const char *path, const char *word)
{
	struct buf text = BUF_INIT;
	const char *at, *end;
	bool found = false;

	if (cli_read_file(path, FILE_MOST, &text) != CLI_DONE)
		return SG_FAILED;
	for (at = buf_text(&text); *at && !found; at = end) {
		at += strspn(at, ", \t\r\n");
		end = at + strcspn(at, *at == '#' ? "\n" : ", \t\r\n");
		found = (size_t)(end - at) == strlen(word) &&
			strncasecmp(at, word, strlen(word)) == 0;
	}
	buf_done(&text);
	return found ? SG_OK : SG_NONE;
}

/* --- a table ------------------------------------------------------------- */

static size_t
read_all(int fd, char bytes[VALUE_MOST])
{
	char rest[VALUE_MOST];
	size_t len = 0;
	ssize_t got;

	while (len < VALUE_MOST &&
	       (got = read(fd, bytes + len, VALUE_MOST - len)) > 0)
		len += (size_t)got;
	while (len == VALUE_MOST && read(fd, rest, sizeof(rest)) > 0)
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

static int
run(char **words, char value[VALUE_MOST], size_t *len_out)
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

static const char *
last_line(struct pool *pool, const char *text, size_t len)
{
	size_t start;

	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	for (start = len; start && text[start - 1] != '\n';)
		start--;
	return pool_memdup(pool, text + start, len - start);
}

enum sg_status
postfix_table_ask(struct pool *pool, const char *folder, const char *table,
		  const char *key, const char **value_out)
{
	char value[VALUE_MOST];
	char *words[] = {pool_strdup(pool, "postmap"),
			 pool_strdup(pool, "-c"),
			 pool_strdup(pool, folder),
			 pool_strdup(pool, "-q"),
			 pool_strdup(pool, key),
			 pool_strdup(pool, table),
			 NULL};
	const char *said;
	size_t len = 0;
	int code;

	*value_out = "";
	if (table[0] == '/')
		return find_word(table, key);
	if (!is_near(table))
		return SG_REFUSED;
	code = run(words, value, &len);
	/* 1: it is not in there, or the table cannot be read, which it says;
	 * main.cf may have warnings, too. */
	said = pool_memdup(pool, value, len);
	if (code != 0)
		return code == 1 && !strstr(said, "fatal:") &&
				       !strstr(said, "error:")
			       ? SG_NONE
			       : SG_FAILED;
	*value_out = last_line(pool, value, len);
	return SG_OK;
}
