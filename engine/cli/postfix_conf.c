/* postfix_conf.c - see postfix_conf.h. */
#include "cli/postfix_conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

enum { FILE_MOST = 4 << 20, EXPAND_DEPTH = 8, FIELDS = 8 };

static const struct postfix_setting defaults[] = {
	{"queue_directory", "/var/spool/postfix"},
	{"milter_default_action", "tempfail"},
	{"milter_protocol", "6"},
	{"mydestination", "$myhostname, localhost.$mydomain, localhost"},
	{"relay_domains", ""},
};

/* --- files --------------------------------------------------------------- */

static enum sg_status
read_file(const char *folder, const char *name, struct buf *to,
	  struct sg_err *err)
{
	char path[4096], chunk[8192];
	FILE *file;
	size_t got;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		return err_errno(err, errno == ENOENT ? SG_NONE : SG_FAILED,
				 "cannot read %s", path);
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_append(to, chunk, got);
	fclose(file);
	return buf_ok(to) ? SG_OK
			  : err_set(err, SG_FAILED, "%s is too large", path);
}

/* A logical line: what follows with blanks in front belongs to it, comments
 * and empty lines between do not. NULL: no more. */
static char *
next_line(struct pool *pool, const char **at)
{
	struct buf line = BUF_INIT;
	char *copy = NULL;
	size_t len;

	for (; **at; *at += len + ((*at)[len] == '\n')) {
		const char *start = *at + strspn(*at, " \t\r");

		len = strcspn(*at, "\n");
		if (*start == '#' || *start == '\n' || !*start)
			continue;
		if (line.len && start == *at)
			break;
		if (line.len)
			buf_append_char(&line, ' ');
		buf_append(&line, start, len - (size_t)(start - *at));
	}
	while (line.len && isspace((unsigned char)line.data[line.len - 1]))
		line.data[--line.len] = '\0';
	if (line.len)
		copy = pool_strdup(pool, buf_text(&line));
	buf_done(&line);
	return copy;
}

/* "name = value"; false: it is none. */
static bool
split(char *line, struct postfix_setting *setting)
{
	char *equals = strchr(line, '='), *end;

	if (!equals)
		return false;
	for (end = equals; end > line && isspace((unsigned char)end[-1]);)
		end--;
	*end = '\0';
	setting->name = line;
	setting->value = equals + 1 + strspn(equals + 1, " \t");
	return true;
}

static void
read_main(struct postfix_conf *conf, const char *text)
{
	char *line;

	while ((line = next_line(conf->pool, &text)))
		if (conf->n_settings < POSTFIX_SETTINGS_MOST &&
		    split(line, &conf->settings[conf->n_settings]))
			conf->n_settings++;
}

/* --- master.cf ----------------------------------------------------------- */

/* The next word, or what stands in { } as one. */
static char *
next_word(char **at)
{
	char *start = *at + strspn(*at, " \t"), *end;

	if (!*start)
		return NULL;
	if (*start == '{') {
		end = strchr(++start, '}');
		start += strspn(start, " \t");
	} else {
		end = start + strcspn(start, " \t");
	}
	if (!end)
		end = start + strlen(start);
	*at = *end ? end + 1 : end;
	*end = '\0';
	return start;
}

/* "-o name=value", "-oname=value" */
static void
read_options(struct postfix_conf *conf, struct postfix_service *service,
	     char *rest)
{
	size_t most = strlen(rest) / 3 + 1;
	char *word;

	service->settings =
		pool_alloc(conf->pool, most * sizeof(*service->settings));
	while ((word = next_word(&rest))) {
		if (strncmp(word, "-o", 2) != 0)
			continue;
		word = word[2] ? word + 2 : next_word(&rest);
		if (word && service->n_settings < most &&
		    split(word, &service->settings[service->n_settings]))
			service->n_settings++;
	}
}

static void
read_master(struct postfix_conf *conf, const char *text)
{
	struct postfix_service *service;
	char *line, *words[FIELDS];
	int n;

	while ((line = next_line(conf->pool, &text)) &&
	       conf->n_services < POSTFIX_SERVICES_MOST) {
		for (n = 0; n < FIELDS && (words[n] = next_word(&line));)
			n++;
		if (n < FIELDS)
			continue;
		service = &conf->services[conf->n_services++];
		service->name = words[0];
		service->type = words[1];
		/* "-" is the default: yes before 3.0, no since. */
		service->chroot = strcmp(words[4], "y") == 0;
		service->command = words[7];
		read_options(conf, service, line);
	}
}

enum sg_status
postfix_conf_read(struct pool *pool, const char *folder,
		  struct postfix_conf **conf_out, struct sg_err *err)
{
	struct postfix_conf *conf = pool_alloc(pool, sizeof(*conf));
	struct buf text;
	enum sg_status status;

	conf->pool = pool;
	buf_init(&text, FILE_MOST);
	status = read_file(folder, "main.cf", &text, err);
	if (status == SG_OK) {
		read_main(conf, buf_text(&text));
		buf_reset(&text);
		if (read_file(folder, "master.cf", &text, NULL) == SG_OK)
			read_master(conf, buf_text(&text));
		*conf_out = conf;
	}
	buf_done(&text);
	return status;
}

/* --- values -------------------------------------------------------------- */

/* The last one counts. */
static const char *
find(const struct postfix_setting *settings, size_t n, const char *name)
{
	while (n--)
		if (strcmp(settings[n].name, name) == 0)
			return settings[n].value;
	return NULL;
}

static const char *
raw_value(const struct postfix_conf *conf,
	  const struct postfix_service *service, const char *name)
{
	const char *value = NULL;

	if (service)
		value = find(service->settings, service->n_settings, name);
	if (!value)
		value = find(conf->settings, conf->n_settings, name);
	if (!value)
		value = find(defaults, sizeof(defaults) / sizeof(defaults[0]),
			     name);
	return value ? value : "";
}

static void expand(const struct postfix_conf *conf,
		   const struct postfix_service *service, const char *value,
		   int depth, struct buf *to);

/* What follows a `$`; returns behind it. */
static const char *
expand_name(const struct postfix_conf *conf,
	    const struct postfix_service *service, const char *at, int depth,
	    struct buf *to)
{
	bool braced = *at == '{' || *at == '(';
	size_t len = 0;
	char *name;

	at += braced;
	while (isalnum((unsigned char)at[len]) || at[len] == '_')
		len++;
	name = pool_memdup(conf->pool, at, len);
	at += len;
	if (depth < EXPAND_DEPTH)
		expand(conf, service, raw_value(conf, service, name), depth + 1,
		       to);
	if (braced)
		at += strcspn(at, "})") + (at[strcspn(at, "})")] != '\0');
	return at;
}

static void
expand(const struct postfix_conf *conf, const struct postfix_service *service,
       const char *value, int depth, struct buf *to)
{
	while (*value && to->len < FILE_MOST / 4) {
		if (value[0] == '$' && value[1] == '$') {
			buf_append_char(to, '$');
			value += 2;
		} else if (*value == '$') {
			value = expand_name(conf, service, value + 1, depth,
					    to);
		} else {
			buf_append_char(to, *value++);
		}
	}
}

const char *
postfix_conf_get(const struct postfix_conf *conf,
		 const struct postfix_service *service, const char *name)
{
	struct buf text;
	const char *copy;

	buf_init(&text, FILE_MOST);
	expand(conf, service, raw_value(conf, service, name), 0, &text);
	copy = pool_strdup(conf->pool, buf_text(&text));
	buf_done(&text);
	return copy;
}

const char *
postfix_conf_item(const struct postfix_conf *conf, const char **list)
{
	const char *start = *list + strspn(*list, ", \t\r\n"), *end;
	int depth = 0;

	if (!*start)
		return NULL;
	for (end = start; *end; end++) {
		depth += *end == '{' ? 1 : *end == '}' ? -1 : 0;
		if (depth <= 0 && strchr(", \t\r\n", *end))
			break;
	}
	*list = end;
	return pool_memdup(conf->pool, start, (size_t)(end - start));
}
