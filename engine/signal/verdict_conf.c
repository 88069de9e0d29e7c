/* verdict_conf.c - see verdict_conf.h. */
#include "signal/verdict_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/text.h"

#define HOUR_MS 3600000.0

static const struct conf_option agent_options[] = {
	{.name = "is",
	 .type = CONF_TEXT_LIST,
	 .help = "user agents that are exactly this"},
	{.name = "begins",
	 .type = CONF_TEXT_LIST,
	 .help = "what user agents begin with, in any case"},
	{.name = "contains",
	 .type = CONF_TEXT_LIST,
	 .help = "what is in user agents, in any case"},
	{.name = "verdict",
	 .type = CONF_TEXT,
	 .fallback = "machine",
	 .help = "human, proxy or machine"},
	{0},
};

static const struct conf_option burst_options[] = {
	{.name = "links",
	 .type = CONF_INT,
	 .fallback = "2",
	 .most = 1000,
	 .help = "so many different links of one message; 0 = off"},
	{.name = "window",
	 .type = CONF_DURATION,
	 .fallback = "3s",
	 .least = 1,
	 .most = HOUR_MS,
	 .help = "within so long"},
	{0},
};

static const struct conf_option sweep_options[] = {
	{.name = "recipients",
	 .type = CONF_INT,
	 .fallback = "10",
	 .most = 100,
	 .help = "so many recipients of one domain; 0 = off"},
	{.name = "window",
	 .type = CONF_DURATION,
	 .fallback = "10s",
	 .least = 1,
	 .most = HOUR_MS,
	 .help = "within so long"},
	{0},
};

static const struct conf_option delivery_options[] = {
	{.name = "before",
	 .type = CONF_BOOL,
	 .fallback = "yes",
	 .help = "a hit before the mail was taken is a machine's"},
	{.name = "margin",
	 .type = CONF_DURATION,
	 .fallback = "0s",
	 .most = HOUR_MS,
	 .help = "and so long after it"},
	{0},
};

static const struct conf_option options[] = {
	{.name = "prefetch",
	 .type = CONF_TEXT_LIST,
	 .help = "\"Header: text\" of who fetches in advance"},
	{.name = "agent", .type = CONF_TITLED, .options = agent_options},
	{.name = "bots",
	 .type = CONF_TEXT_LIST,
	 .help = "what is in the user agents of programs"},
	{.name = "bot_words",
	 .type = CONF_BOOL,
	 .fallback = "yes",
	 .help = "a word that ends in \"bot\", too"},
	{.name = "settle",
	 .type = CONF_DURATION,
	 .most = 24 * HOUR_MS,
	 .help = "hits count so long after they came; not set = as "
		 "scoregate.conf has it"},
	{.name = "burst", .type = CONF_SECTION, .options = burst_options},
	{.name = "sweep", .type = CONF_SECTION, .options = sweep_options},
	{.name = "delivery", .type = CONF_SECTION, .options = delivery_options},
	{0},
};

/* --- errors ------------------------------------------------------------- */

/* The value that a message says is wrong, else what it names first, else the
 * line's first word. */
static size_t
column_of(const char *line, const char *message)
{
	size_t len = strcspn(line, "\n"), n;
	const char *not = strstr(message, "not `");
	const char *from = strchr(not ? not : message, '`');

	n = from ? strcspn(from + 1, "`") : 0;
	for (size_t i = 0; n && i + n <= len; i++)
		if (memcmp(line + i, from + 1, n) == 0)
			return i + 1;
	return strspn(line, " \t") + 1;
}

/* conf.h says the line; people who look for a mistake want its column, too. */
static enum sg_status
say_column(const char *file_name, const char *text, struct sg_err *err)
{
	size_t len = strlen(file_name);
	char message[SG_ERR_TEXT_SIZE];
	unsigned long line;
	char *rest;

	if (!err || strncmp(err->text, file_name, len) != 0 ||
	    err->text[len] != ':')
		return SG_REFUSED;
	line = strtoul(err->text + len + 1, &rest, 10);
	if (line == 0 || *rest != ':')
		return SG_REFUSED;
	for (unsigned long i = 1; i < line; i++) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	snprintf(message, sizeof(message), "%s", rest + 1);
	return err_set(err, SG_REFUSED, "%s:%lu:%zu:%s", file_name, line,
		       column_of(text, message), message);
}

/* --- reading ------------------------------------------------------------ */

static const char *
lower(struct pool *pool, const char *text)
{
	char *copy = pool_strdup(pool, text);

	for (char *at = copy; *at; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return copy;
}

static enum sg_status
take_headers(struct verdict_conf *conf, const struct conf_section *root,
	     struct sg_err *err)
{
	size_t n = conf_list_count(root, "prefetch");

	conf->headers =
		pool_alloc(conf->pool, (n + 1) * sizeof(*conf->headers));
	for (size_t i = 0; i < n; i++) {
		const char *text = conf_list_at(root, "prefetch", i);
		const char *colon = strchr(text, ':');
		struct verdict_header *header =
			&conf->headers[conf->n_headers++];

		if (!colon || colon == text ||
		    !colon[1 + strspn(colon + 1, " ")])
			return conf_refuse(root, "prefetch", err,
					   "`%s` in `prefetch`: expected "
					   "\"Header: text\"",
					   text);
		header->name =
			pool_memdup(conf->pool, text, (size_t)(colon - text));
		header->contains = pool_strdup(
			conf->pool, colon + 1 + strspn(colon + 1, " "));
	}
	return SG_OK;
}

struct texts {
	const struct conf_section *section;
	const char *option;
	enum verdict_match match;
	enum verdict verdict;
	const char *reason;
};

static enum sg_status
take_texts(struct verdict_conf *conf, const struct texts *from,
	   struct sg_err *err)
{
	size_t n = conf_list_count(from->section, from->option);

	for (size_t i = 0; i < n; i++) {
		const char *text = conf_list_at(from->section, from->option, i);
		struct verdict_agent *agent;

		/* One character would be in every user agent. */
		if (strlen(text) < (from->match == VERDICT_IS ? 1 : 3))
			return conf_refuse(from->section, from->option, err,
					   "`%s` in `%s`: expected three "
					   "characters or more",
					   text, from->option);
		if (conf->n_agents == VERDICT_ROWS_MOST)
			return conf_refuse(from->section, from->option, err,
					   "more than %d texts of user agents",
					   VERDICT_ROWS_MOST);
		agent = &conf->agents[conf->n_agents++];
		agent->match = from->match;
		agent->text = from->match == VERDICT_IS
				      ? pool_strdup(conf->pool, text)
				      : lower(conf->pool, text);
		agent->len = strlen(text);
		agent->verdict = from->verdict;
		agent->reason = from->reason;
	}
	return SG_OK;
}

static enum sg_status
take_agent(struct verdict_conf *conf, const struct conf_section *section,
	   struct sg_err *err)
{
	static const struct {
		const char *option;
		enum verdict_match match;
	} rows[] = {{"is", VERDICT_IS},
		    {"begins", VERDICT_BEGINS},
		    {"contains", VERDICT_CONTAINS}};
	const char *name = conf_title(section);
	struct texts texts = {.section = section};
	enum sg_status status = SG_OK;

	if (!*name || strlen(name) > VERDICT_REASON_MOST)
		return conf_refuse(section, NULL, err,
				   "an `agent` needs a name of at most %d "
				   "bytes: it is the reason",
				   VERDICT_REASON_MOST);
	if (verdict_parse(conf_text(section, "verdict"), &texts.verdict,
			  NULL) != SG_OK)
		return conf_refuse(section, "verdict", err,
				   "`%s`: expected human, proxy or machine",
				   conf_text(section, "verdict"));
	texts.reason = pool_strdup(conf->pool, name);
	for (size_t i = 0; i < 3 && status == SG_OK; i++) {
		texts.option = rows[i].option;
		texts.match = rows[i].match;
		status = take_texts(conf, &texts, err);
	}
	return status;
}

static enum sg_status
take_agents(struct verdict_conf *conf, const struct conf_section *root,
	    struct sg_err *err)
{
	const struct texts bots = {root, "bots", VERDICT_CONTAINS,
				   VERDICT_MACHINE, VERDICT_BOT_REASON};
	size_t n = conf_section_count(root, "agent");
	enum sg_status status = SG_OK;

	conf->agents = pool_alloc(conf->pool,
				  VERDICT_ROWS_MOST * sizeof(*conf->agents));
	for (size_t i = 0; i < n && status == SG_OK; i++)
		status = take_agent(conf, conf_section_at(root, "agent", i),
				    err);
	return status == SG_OK ? take_texts(conf, &bots, err) : status;
}

static void
take_windows(struct verdict_windows *to, const struct conf_section *root)
{
	const struct conf_section *burst = conf_section_at(root, "burst", 0);
	const struct conf_section *sweep = conf_section_at(root, "sweep", 0);
	const struct conf_section *delivery =
		conf_section_at(root, "delivery", 0);

	to->settle_ms =
		conf_is_set(root, "settle") ? conf_int(root, "settle") : -1;
	to->burst_links = (unsigned)conf_int(burst, "links");
	to->burst_ms = conf_int(burst, "window");
	to->sweep_recipients = (unsigned)conf_int(sweep, "recipients");
	to->sweep_ms = conf_int(sweep, "window");
	to->before_delivery = conf_bool(delivery, "before");
	to->delivery_margin_ms = conf_int(delivery, "margin");
}

/* One link alone is what people follow. */
static enum sg_status
check_windows(const struct verdict_conf *conf, const struct conf_section *root,
	      struct sg_err *err)
{
	if (conf->windows.burst_links == 1)
		return conf_refuse(conf_section_at(root, "burst", 0), "links",
				   err,
				   "`links` in `burst`: expected 2 or "
				   "more, or 0");
	if (conf->windows.sweep_recipients == 1 ||
	    conf->windows.sweep_recipients == 2)
		return conf_refuse(conf_section_at(root, "sweep", 0),
				   "recipients", err,
				   "`recipients` in `sweep`: expected 3 or "
				   "more, or 0");
	return SG_OK;
}

/* From the last to the first, so that a bucket has them in order. */
static void
fill_buckets(struct verdict_conf *conf)
{
	for (size_t i = 0; i < VERDICT_BUCKETS; i++)
		conf->buckets[i] = conf->fronts[i] = -1;
	for (size_t i = conf->n_agents; i-- > 0;) {
		struct verdict_agent *agent = &conf->agents[i];
		int *buckets = agent->match == VERDICT_CONTAINS ? conf->buckets
								: conf->fronts;
		int *bucket = &buckets[verdict_bucket(
			lower(conf->pool, agent->text))];

		agent->next = *bucket;
		*bucket = (int)i;
	}
}

enum sg_status
verdict_conf_parse(const char *file_name, const char *text,
		   struct verdict_conf **conf_out, struct sg_err *err)
{
	struct conf_section *root;
	struct pool *pool;
	struct verdict_conf *conf;
	enum sg_status status =
		conf_parse(file_name, text, 1, options, &root, err);

	if (status != SG_OK)
		return status == SG_REFUSED ? say_column(file_name, text, err)
					    : status;
	pool = pool_new();
	conf = pool_alloc(pool, sizeof(*conf));
	conf->pool = pool;
	conf->bot_words = conf_bool(root, "bot_words");
	take_windows(&conf->windows, root);
	status = check_windows(conf, root, err);
	if (status == SG_OK)
		status = take_headers(conf, root, err);
	if (status == SG_OK)
		status = take_agents(conf, root, err);
	conf_free(root);
	if (status != SG_OK) {
		pool_free(pool);
		return say_column(file_name, text, err);
	}
	fill_buckets(conf);
	*conf_out = conf;
	return SG_OK;
}

static enum sg_status
read_text(const char *path, struct buf *text, struct sg_err *err)
{
	FILE *file = fopen(path, "re");
	char part[8192];
	size_t n;

	if (!file)
		return err_errno(err, SG_REFUSED, "cannot read %s", path);
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		buf_append(text, part, n);
	n = (size_t)ferror(file);
	fclose(file);
	if (n)
		return err_set(err, SG_REFUSED, "cannot read %s", path);
	if (!buf_ok(text))
		return err_set(err, SG_REFUSED, "%s is larger than %d bytes",
			       path, VERDICT_FILE_MOST);
	return SG_OK;
}

enum sg_status
verdict_conf_read(const char *path, struct verdict_conf **conf_out,
		  struct sg_err *err)
{
	struct buf text;
	enum sg_status status;

	if (!path)
		return verdict_conf_parse("verdict.conf (compiled in)",
					  verdict_default_text, conf_out, err);
	buf_init(&text, VERDICT_FILE_MOST);
	status = read_text(path, &text, err);
	if (status == SG_OK)
		status = verdict_conf_parse(path, buf_text(&text), conf_out,
					    err);
	buf_done(&text);
	return status;
}

void
verdict_conf_free(struct verdict_conf *conf)
{
	if (conf)
		pool_free(conf->pool);
}
