/* outbox_conf.c - see outbox_conf.h. */
#include "outbox/outbox_conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "signal/record_key.h"

#define HOUR_MS 3600000.0

const struct conf_option outbox_options_table[] = {
	{.name = "from",
	 .type = CONF_TEXT,
	 .help = "From of notices; not set = scoregate at this host"},
	{.name = "tries",
	 .type = CONF_INT,
	 .fallback = "20",
	 .least = 1,
	 .most = 1000,
	 .help = "so often a delivery is tried before it is dead"},
	{.name = "retry",
	 .type = CONF_DURATION,
	 .fallback = "10s",
	 .least = 100,
	 .most = 24 * HOUR_MS,
	 .help = "after the first try that failed; then doubled"},
	{.name = "retry_most",
	 .type = CONF_DURATION,
	 .fallback = "1h",
	 .least = 100,
	 .most = 7 * 24 * HOUR_MS,
	 .help = "at most so long between two tries"},
	{.name = "threads",
	 .type = CONF_INT,
	 .fallback = "4",
	 .least = 1,
	 .most = OUTBOX_THREADS_MOST,
	 .help = "deliveries at once; one target never takes them all"},
	{.name = "keep",
	 .type = CONF_DURATION,
	 .fallback = "7d",
	 .least = HOUR_MS,
	 .most = 3650 * 24 * HOUR_MS,
	 .help = "how long what was delivered can still be looked at"},
	{0},
};

const struct conf_option outbox_webhook_options[] = {
	{.name = "url",
	 .type = CONF_TEXT,
	 .help = "where to POST, as https://crm.example.com/hook"},
	{.name = "secret",
	 .type = CONF_TEXT,
	 .help = "key of the signature in X-Scoregate-Signature"},
	{.name = "headers",
	 .type = CONF_TEXT_LIST,
	 .help = "more headers, as \"Authorization: Bearer …\""},
	{.name = "timeout",
	 .type = CONF_DURATION,
	 .fallback = "10s",
	 .least = 100,
	 .most = 120000,
	 .help = "of one try"},
	{0},
};

const struct conf_option outbox_team_options[] = {
	{.name = "members",
	 .type = CONF_TEXT_LIST,
	 .help = "addresses, as \"ann@example.com\"; with a weight behind, "
		 "\"bob@example.com 3\", so often for each of the others"},
	{.name = "notify",
	 .type = CONF_BOOL,
	 .fallback = "yes",
	 .help = "tell whom a record is assigned to"},
	{0},
};

const struct conf_option outbox_template_options[] = {
	{.name = "file",
	 .type = CONF_TEXT,
	 .help = "an .eml file, as for a broadcast; beside this file"},
	{.name = "subject",
	 .type = CONF_TEXT,
	 .help = "instead of a file: this, and a text, HTML or both"},
	{.name = "text_file",
	 .type = CONF_TEXT,
	 .help = "the text, with a subject; made of the HTML if not set"},
	{.name = "html_file", .type = CONF_TEXT, .help = "the HTML"},
	{.name = "from", .type = CONF_TEXT, .help = "not set = the file's"},
	{0},
};

struct reading {
	struct outbox_conf *conf;
	const struct conf_section *root;
	struct sg_err *err;
};

/* --- webhooks ----------------------------------------------------------- */

static bool
is_printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	return true;
}

static bool
is_url(const char *url)
{
	size_t scheme = text_starts_ascii(url, "https://")  ? 8
			: text_starts_ascii(url, "http://") ? 7
							    : 0;

	return scheme && url[scheme] && url[scheme] != '/' && is_printable(url);
}

/* "Name: value" on one line */
static bool
is_header(const char *header)
{
	const char *colon = strchr(header, ':'), *c;

	if (!colon || colon == header || colon[1] != ' ')
		return false;
	for (c = header; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f ||
		    (c < colon && *c == ' '))
			return false;
	return true;
}

static enum sg_status
read_headers(struct reading *reading, const struct conf_section *section,
	     struct outbox_webhook *webhook)
{
	size_t n = conf_list_count(section, "headers"), i;

	if (n > OUTBOX_HEADERS_MOST)
		return conf_refuse(section, "headers", reading->err,
				   "webhook \"%.64s\": at most %d headers",
				   webhook->name, OUTBOX_HEADERS_MOST);
	for (i = 0; i < n; i++) {
		const char *header = conf_list_at(section, "headers", i);

		if (!is_header(header))
			return conf_refuse(section, "headers", reading->err,
					   "webhook \"%.64s\": expected "
					   "\"Name: value\"",
					   webhook->name);
		webhook->headers[i] = pool_strdup(reading->conf->pool, header);
	}
	webhook->n_headers = n;
	return SG_OK;
}

static enum sg_status
read_webhook(struct reading *reading, size_t i)
{
	const struct conf_section *section =
		conf_section_at(reading->root, "webhook", i);
	struct outbox_webhook *webhook = &reading->conf->webhooks[i];
	struct pool *pool = reading->conf->pool;
	const char *url = conf_text(section, "url");
	const char *secret = conf_text(section, "secret");

	webhook->name = pool_strdup(pool, conf_title(section));
	if (!url || !is_url(url))
		return conf_refuse(section, url ? "url" : NULL, reading->err,
				   "webhook \"%.64s\": expected a `url` like "
				   "https://crm.example.com/hook",
				   webhook->name);
	webhook->url = pool_strdup(pool, url);
	webhook->secret = secret ? pool_strdup(pool, secret) : NULL;
	webhook->timeout_ms = conf_int(section, "timeout");
	return read_headers(reading, section, webhook);
}

/* --- teams and templates ------------------------------------------------ */

static bool
read_member(struct pool *pool, const char *text, struct apply_member *member)
{
	size_t len = strcspn(text, " ");
	struct buf normal = BUF_INIT;
	long long weight = 1;
	bool right;

	member->address = pool_memdup(pool, text, len);
	right = record_key_normalise("contact", member->address, &normal,
				     NULL) == SG_OK;
	buf_done(&normal);
	if (text[len] && !text_to_int(text + len + 1, &weight))
		return false;
	member->weight = (unsigned)weight;
	return right && weight >= 1 && weight <= APPLY_WEIGHT_MOST;
}

static enum sg_status
read_team(struct reading *reading, size_t i)
{
	const struct conf_section *section =
		conf_section_at(reading->root, "team", i);
	struct apply_team *team = &reading->conf->teams[i];
	size_t n = conf_list_count(section, "members"), k;
	struct apply_member *members;

	team->name = pool_strdup(reading->conf->pool, conf_title(section));
	if (n < 1 || n > APPLY_MEMBERS_MOST)
		return conf_refuse(section, "members", reading->err,
				   "team \"%.64s\": expected 1 to %d members",
				   team->name, APPLY_MEMBERS_MOST);
	members = pool_alloc(reading->conf->pool, n * sizeof(*members));
	for (k = 0; k < n; k++)
		if (!read_member(reading->conf->pool,
				 conf_list_at(section, "members", k),
				 &members[k]))
			return conf_refuse(section, "members", reading->err,
					   "team \"%.64s\": expected an "
					   "address, or one and a weight of 1 "
					   "to %d",
					   team->name, APPLY_WEIGHT_MOST);
	team->n_members = n;
	team->members = members;
	team->notify = conf_bool(section, "notify");
	return SG_OK;
}

static const char *
beside(struct pool *pool, const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');

	if (*name == '/' || !slash)
		return pool_strdup(pool, name);
	return pool_printf(pool, "%.*s/%s", (int)(slash - file), file, name);
}

static const char *
file_beside(struct pool *pool, const struct conf_section *section,
	    const char *option)
{
	const char *name = conf_text(section, option);

	return name ? beside(pool, conf_file(section), name) : NULL;
}

static enum sg_status
read_template(struct reading *reading, size_t i, struct outbox_template *to)
{
	const struct conf_section *section =
		conf_section_at(reading->root, "template", i);
	struct pool *pool = reading->conf->pool;
	const char *from = conf_text(section, "from");
	const char *subject = conf_text(section, "subject");

	to->name = pool_strdup(pool, conf_title(section));
	to->path = file_beside(pool, section, "file");
	to->text_path = file_beside(pool, section, "text_file");
	to->html_path = file_beside(pool, section, "html_file");
	to->subject = subject ? pool_strdup(pool, subject) : NULL;
	to->from = from ? pool_strdup(pool, from) : NULL;
	to->conf_file = pool_strdup(pool, conf_file(section));
	to->conf_line = conf_line(section);
	if (to->path ? !to->subject && !to->text_path && !to->html_path
		     : to->subject && (to->text_path || to->html_path))
		return SG_OK;
	return conf_refuse(section, NULL, reading->err,
			   "template \"%.64s\": expected `file`, an .eml "
			   "file, or `subject` with `text_file`, `html_file` "
			   "or both",
			   to->name);
}

static enum sg_status
read_templates(struct reading *reading)
{
	struct pool *pool = reading->conf->pool;
	struct outbox_templates *all = pool_alloc(pool, sizeof(*all));
	enum sg_status status = SG_OK;
	size_t i;

	all->n = conf_section_count(reading->root, "template");
	all->items = pool_alloc(pool, (all->n + 1) * sizeof(*all->items));
	for (i = 0; i < all->n && status == SG_OK; i++)
		status = read_template(reading, i, &all->items[i]);
	atomic_store(&reading->conf->templates, all);
	return status;
}

static const char *
copy_text(struct pool *pool, const char *text)
{
	return text ? pool_strdup(pool, text) : NULL;
}

void
outbox_conf_take_templates(struct outbox_conf *conf,
			   const struct outbox_conf *fresh)
{
	const struct outbox_templates *theirs = atomic_load(&fresh->templates);
	struct pool *pool = conf->pool;
	struct outbox_templates *all = pool_alloc(pool, sizeof(*all));
	size_t i;

	all->n = theirs->n;
	all->items = pool_alloc(pool, (all->n + 1) * sizeof(*all->items));
	for (i = 0; i < all->n; i++) {
		const struct outbox_template *from = &theirs->items[i];
		struct outbox_template *to = &all->items[i];

		to->name = copy_text(pool, from->name);
		to->path = copy_text(pool, from->path);
		to->subject = copy_text(pool, from->subject);
		to->text_path = copy_text(pool, from->text_path);
		to->html_path = copy_text(pool, from->html_path);
		to->from = copy_text(pool, from->from);
		to->conf_file = copy_text(pool, from->conf_file);
		to->conf_line = from->conf_line;
	}
	atomic_store(&conf->templates, all);
}

/* --- what automations may name ------------------------------------------ */

const struct outbox_webhook *
outbox_conf_webhook(const struct outbox_conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->n_webhooks; i++)
		if (strcmp(conf->webhooks[i].name, name) == 0)
			return &conf->webhooks[i];
	return NULL;
}

const struct outbox_template *
outbox_conf_template(const struct outbox_conf *conf, const char *name)
{
	const struct outbox_templates *all = atomic_load(&conf->templates);
	size_t i;

	for (i = 0; i < all->n; i++)
		if (strcmp(all->items[i].name, name) == 0)
			return &all->items[i];
	return NULL;
}

static void
each(void *arg, enum automation_sort sort, condition_name_fn *fn, void *fn_arg)
{
	const struct outbox_conf *conf = arg;
	const struct outbox_templates *templates =
		atomic_load(&conf->templates);
	size_t i;

	for (i = 0; sort == AUTOMATION_WEBHOOKS && i < conf->n_webhooks; i++)
		fn(fn_arg, conf->webhooks[i].name);
	for (i = 0; sort == AUTOMATION_TEAMS && i < conf->n_teams; i++)
		fn(fn_arg, conf->teams[i].name);
	for (i = 0; sort == AUTOMATION_TEMPLATES && i < templates->n; i++)
		fn(fn_arg, templates->items[i].name);
}

struct search {
	const char *name;
	bool found;
};

static void
compare(void *arg, const char *name)
{
	struct search *search = arg;

	search->found |= strcmp(name, search->name) == 0;
}

static bool
known(void *arg, enum automation_sort sort, const char *name)
{
	const struct outbox_conf *conf = arg;
	struct search search = {.name = name};

	if (sort == AUTOMATION_SEQUENCES)
		return true; /* any, as long as there are none */
	if (sort == AUTOMATION_PLUGIN_ACTIONS)
		return conf->has_action &&
		       conf->has_action(conf->action_arg, name);
	each(arg, sort, compare, &search);
	return search.found;
}

static enum sg_status
check(void *arg, enum automation_sort sort, const char *name,
      const struct condition_names *names, struct sg_err *err)
{
	const struct outbox_conf *conf = arg;
	const struct outbox_template *template;

	if ((sort != AUTOMATION_TEMPLATES &&
	     sort != AUTOMATION_FORM_TEMPLATES) ||
	    !conf->check_template)
		return SG_OK;
	template = outbox_conf_template(conf, name);
	return template ? conf->check_template(
				  conf->template_arg, template, names,
				  sort == AUTOMATION_FORM_TEMPLATES, err)
			: err_set(err, SG_NONE, "there is no template `%.64s`",
				  name);
}

/* --- all of it ---------------------------------------------------------- */

static void
read_settings(struct outbox_conf *conf, const struct conf_section *section)
{
	const char *from = conf_text(section, "from");

	conf->from = from ? pool_strdup(conf->pool, from) : NULL;
	conf->retry_ms = conf_int(section, "retry");
	conf->retry_most_ms = conf_int(section, "retry_most");
	conf->keep_ms = conf_int(section, "keep");
	conf->tries = (unsigned)conf_int(section, "tries");
	conf->threads = (unsigned)conf_int(section, "threads");
}

enum sg_status
outbox_conf_read(const struct conf_section *root, struct outbox_conf **conf_out,
		 struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct outbox_conf *conf = pool_alloc(pool, sizeof(*conf));
	struct reading reading = {conf, root, err};
	enum sg_status status = SG_OK;
	size_t i;

	conf->pool = pool;
	conf->n_webhooks = conf_section_count(root, "webhook");
	conf->n_teams = conf_section_count(root, "team");
	conf->webhooks = pool_alloc(pool, (conf->n_webhooks + 1) *
						  sizeof(*conf->webhooks));
	conf->teams =
		pool_alloc(pool, (conf->n_teams + 1) * sizeof(*conf->teams));
	conf->targets = (struct automation_names){conf, known, each, check};
	read_settings(conf, conf_section_at(root, "outbox", 0));
	for (i = 0; i < conf->n_webhooks && status == SG_OK; i++)
		status = read_webhook(&reading, i);
	for (i = 0; i < conf->n_teams && status == SG_OK; i++)
		status = read_team(&reading, i);
	if (status == SG_OK)
		status = read_templates(&reading);
	if (status != SG_OK)
		pool_free(pool);
	else
		*conf_out = conf;
	return status;
}

void
outbox_conf_free(struct outbox_conf *conf)
{
	if (conf)
		pool_free(conf->pool);
}
