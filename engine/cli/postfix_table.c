/* postfix_table.c - see postfix_table.h. */
#include "cli/postfix_table.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/cli_run.h"

enum { FILE_MOST = 1 << 20 };

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
	char value[CLI_RUN_MOST];
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
	code = cli_run(words, value, &len);
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
