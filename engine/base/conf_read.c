/*
 * conf_read.c - from text to struct conf_section, through libconfuse.
 *
 * libconfuse gets every option as a text: values are ours to check, so that
 * each complaint has the same form and a line. It keeps no lines; a callback
 * after each value notes them. Its lexer is one for the whole process, hence
 * the lock.
 */
#include <confuse.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/conf_scan.h"
#include "base/conf_tree.h"
#include "base/suggest.h"

enum { FILE_MOST = 1 << 20, SHOWN_MOST = 60 };

struct set_line {
	struct set_line *next;
	const void *of; /* a cfg_opt_t, or the cfg_t of a section */
	unsigned line;
};

struct reader {
	struct conf_scan scan;
	struct set_line *lines;
	size_t n_closed; /* sections */
	struct sg_err *err;
	bool refused;
};

static pthread_mutex_t lexer_lock = PTHREAD_MUTEX_INITIALIZER;
static struct reader *current; /* libconfuse has no room for an argument */

static unsigned
line_now(const cfg_t *cfg)
{
	return (unsigned)cfg->line + current->scan.first_line - 1;
}

static void PRINTF_LIKE(2, 3)
	complain(const cfg_t *cfg, const char *format, ...)
{
	char text[SG_ERR_TEXT_SIZE];
	va_list args;

	if (current->refused)
		return; /* the first is the cause */
	current->refused = true;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	err_set(current->err, SG_REFUSED, "%s:%u: %s", current->scan.file,
		line_now(cfg), text);
}

static void
append_one(struct buf *to, struct suggestion *near, const char *name)
{
	buf_printf(to, "%s%s", to->len ? ", " : "", name);
	suggest_offer(near, name);
}

/* Options of this section, as people may write them. */
static void
append_known(struct buf *to, struct suggestion *near, const cfg_t *cfg)
{
	bool is_root = strcmp(cfg->name, "root") == 0;

	for (const cfg_opt_t *opt = cfg->opts; opt->name; opt++)
		append_one(to, near, opt->name);
	for (const struct conf_option *o = current->scan.options;
	     is_root && o->name; o++)
		if (o->type == CONF_RAW)
			append_one(to, near, o->name);
}

static void
complain_unknown(const cfg_t *cfg, const char *message)
{
	const char *name = strchr(message, '\'');
	bool is_root = strcmp(cfg->name, "root") == 0;
	struct buf known = BUF_INIT;
	char wanted[SUGGEST_NAME_MOST + 1];
	struct suggestion near = {.wanted = wanted};

	name = name ? name + 1 : message;
	snprintf(wanted, sizeof(wanted), "%.*s", (int)strcspn(name, "'"), name);
	append_known(&known, &near, cfg);
	if (!known.len) /* as of a plugin without a setting */
		buf_append_text(&known, "none");
	complain(cfg, "unknown option `%s`%s%s%s%s%s%s", wanted,
		 is_root ? "" : " in `", is_root ? "" : cfg->name,
		 is_root ? "" : "`",
		 near.name[0] ? "; did you mean `" : " (known: ",
		 near.name[0] ? near.name : buf_text(&known),
		 near.name[0] ? "`?" : ")");
	buf_done(&known);
}

static void
on_error(cfg_t *cfg, const char *format, va_list args)
{
	char message[SG_ERR_TEXT_SIZE];

	vsnprintf(message, sizeof(message), format, args);
	if (strncmp(message, "no such option", 14) == 0)
		complain_unknown(cfg, message);
	else
		complain(cfg, "%s", message);
}

static struct set_line *
find_line(const void *of)
{
	struct set_line *line = current->lines;

	while (line && line->of != of)
		line = line->next;
	return line;
}

/* libconfuse takes `a|b` as b in the section a; we do not. */
static bool
is_own(const cfg_t *cfg, const cfg_opt_t *opt)
{
	for (const cfg_opt_t *own = cfg->opts; own->name; own++)
		if (own == opt)
			return true;
	return false;
}

static void
note_line(const void *of, unsigned at)
{
	struct set_line *line = pool_alloc(current->scan.pool, sizeof(*line));

	line->of = of;
	line->line = at;
	line->next = current->lines;
	current->lines = line;
}

/* After each value; for a list also at its closing brace. */
static int
on_value(cfg_t *cfg, cfg_opt_t *opt)
{
	struct set_line *line = find_line(opt);

	if (!is_own(cfg, opt)) {
		complain(cfg, "`|` cannot stand in the name of an option");
		return -1;
	}
	if (line && !(opt->flags & CFGF_LIST)) {
		complain(cfg, "`%s` is set in line %u already", opt->name,
			 line->line);
		return -1;
	}
	if (!line)
		note_line(opt, line_now(cfg));
	return 0;
}

/* When a section closes; the scan knows where it opened. */
static int
on_section(cfg_t *cfg, cfg_opt_t *opt)
{
	struct set_line *line = find_line(opt);
	size_t i = current->n_closed++;
	unsigned opened = i < current->scan.n_sections
				  ? current->scan.open_lines[i]
				  : line_now(cfg);
	const cfg_t *section = opt->values[opt->nvalues - 1]->section;

	if (!is_own(cfg, opt)) {
		complain(cfg, "`|` cannot stand in the name of an option");
		return -1;
	}
	if (line && !(opt->flags & CFGF_MULTI)) {
		complain(cfg, "`%s` stands in line %u already", opt->name,
			 line->line);
		return -1;
	}
	note_line(opt, opened);
	note_line(section, opened);
	return 0;
}

static cfg_opt_t *
make_options(struct pool *pool, const struct conf_option *options)
{
	size_t n = 0, i = 0;
	cfg_opt_t *made;

	while (options[n].name)
		n++;
	made = pool_alloc(pool, (n + 1) * sizeof(*made));
	for (const struct conf_option *o = options; o->name; o++) {
		cfg_opt_t *opt = &made[i];

		if (o->type == CONF_RAW)
			continue;
		i++;
		opt->name = o->name;
		opt->type = CFGT_STR;
		opt->flags = CFGF_NODEFAULT;
		opt->validcb = on_value;
		if (o->type == CONF_TEXT_LIST)
			opt->flags |= CFGF_LIST;
		if (o->type != CONF_SECTION && o->type != CONF_TITLED)
			continue;
		opt->type = CFGT_SEC;
		opt->validcb = on_section;
		opt->subopts = make_options(pool, o->options);
		if (o->type == CONF_TITLED)
			opt->flags |=
				CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES;
	}
	return made;
}

static enum sg_status take_options(struct conf_section *section, cfg_t *cfg);

static enum sg_status
take_value(struct conf_section *section, size_t i, const cfg_opt_t *opt)
{
	const struct conf_option *option = &section->options[i];
	struct conf_value *value = &section->values[i];
	const struct set_line *line = find_line(opt);
	const char *in = *section->name ? " in `" : "";
	const char *text;
	struct sg_err why;

	if (!line && !(opt->flags & CFGF_MODIFIED)) /* not even `= { }` */
		return SG_OK;
	value->line = line ? line->line : section->line;
	if (option->type == CONF_TEXT_LIST) {
		value->n_items = 0; /* not the fallback's */
		for (unsigned n = 0; n < opt->nvalues; n++)
			conf_value_push(value, section->pool,
					pool_strdup(section->pool,
						    opt->values[n]->string));
		return SG_OK;
	}
	text = pool_strdup(section->pool, opt->values[0]->string);
	if (conf_value_set(value, option, text, &why) == SG_OK)
		return SG_OK;
	return err_set(current->err, SG_REFUSED,
		       "%s:%u: `%s`%s%s%s: %s, not `%.*s`", section->file,
		       value->line, option->name, in, section->name,
		       *in ? "`" : "", why.text, SHOWN_MOST, text);
}

static enum sg_status
take_sections(struct conf_section *section, size_t i, const cfg_opt_t *opt)
{
	const struct conf_option *option = &section->options[i];

	for (unsigned n = 0; n < opt->nvalues; n++) {
		cfg_t *cfg = opt->values[n]->section;
		const struct set_line *line = find_line(cfg);
		struct conf_section *child;

		if (option->type == CONF_SECTION) {
			child = section->values[i].sections[0];
		} else {
			child = conf_section_new(section->pool, section->file,
						 option->name, option->options);
			conf_section_push(section, i, child);
		}
		child->line = line ? line->line : 0;
		child->title = cfg->title
				       ? pool_strdup(section->pool, cfg->title)
				       : NULL;
		if (!section->values[i].line)
			section->values[i].line = child->line;
		if (take_options(child, cfg) != SG_OK)
			return SG_REFUSED;
	}
	return SG_OK;
}

static enum sg_status
take_options(struct conf_section *section, cfg_t *cfg)
{
	size_t n = 0;

	for (size_t i = 0; section->options[i].name; i++) {
		const cfg_opt_t *opt = &cfg->opts[n];
		enum sg_status status;

		if (section->options[i].type == CONF_RAW)
			continue;
		n++;
		status = opt->type == CFGT_SEC ? take_sections(section, i, opt)
					       : take_value(section, i, opt);
		if (status != SG_OK)
			return SG_REFUSED;
	}
	return SG_OK;
}

static void
take_raws(struct conf_section *root, const struct conf_scan *scan)
{
	const struct conf_scan_raw *raw;

	for (raw = scan->raws; raw; raw = raw->next) {
		struct conf_section *child = conf_section_new(
			root->pool, root->file, raw->option->name, NULL);

		child->title = raw->title;
		child->raw = raw->text;
		child->line = raw->line;
		conf_section_push(root, (size_t)(raw->option - root->options),
				  child);
	}
}

static enum sg_status
read_locked(struct reader *reader, struct conf_section *root)
{
	cfg_opt_t *options = make_options(root->pool, root->options);
	cfg_t *cfg = cfg_init(options, CFGF_NONE);
	enum sg_status status = SG_REFUSED;
	int code;

	if (!cfg)
		return err_set(reader->err, SG_FAILED, "out of memory");
	cfg_set_error_function(cfg, on_error);
	code = cfg_parse_buf(cfg, reader->scan.text);
	if (code == CFG_SUCCESS && !reader->refused)
		status = take_options(root, cfg);
	else if (!reader->refused)
		err_set(reader->err, SG_REFUSED, "%s: cannot be read",
			root->file);
	cfg_free(cfg);
	return status;
}

enum sg_status
conf_parse(const char *file_name, const char *text, unsigned first_line,
	   const struct conf_option *options, struct conf_section **root_out,
	   struct sg_err *err)
{
	struct pool *pool = pool_new();
	const char *file = pool_strdup(pool, file_name);
	struct conf_section *root = conf_section_new(pool, file, "", options);
	struct reader reader = {.scan = {.file = file,
					 .first_line = first_line,
					 .options = options,
					 .pool = pool},
				.err = err};
	enum sg_status status = conf_scan(&reader.scan, text, err);

	root->line = first_line;
	if (status == SG_OK) {
		pthread_mutex_lock(&lexer_lock);
		current = &reader;
		status = read_locked(&reader, root);
		current = NULL;
		pthread_mutex_unlock(&lexer_lock);
	}
	if (status != SG_OK) {
		pool_free(pool);
		return status;
	}
	take_raws(root, &reader.scan);
	*root_out = root;
	return SG_OK;
}

static enum sg_status
read_text(int fd, const char *path, char *text, struct sg_err *err)
{
	size_t len = 0;
	ssize_t done;

	while ((done = read(fd, text + len, FILE_MOST + 1 - len)) > 0)
		len += (size_t)done;
	if (done < 0)
		return err_errno(err, SG_FAILED, "cannot read %s", path);
	if (len > FILE_MOST)
		return err_set(err, SG_REFUSED, "%s is larger than %d bytes",
			       path, FILE_MOST);
	if (strlen(text) != len)
		return err_set(err, SG_REFUSED, "%s holds a NUL byte", path);
	return SG_OK;
}

enum sg_status
conf_parse_file(const char *path, const struct conf_option *options,
		struct conf_section **root_out, struct sg_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum sg_status status;
	char *text;

	if (fd < 0)
		return err_errno(err, SG_FAILED, "cannot open %s", path);
	text = calloc(1, FILE_MOST + 2);
	status = text ? read_text(fd, path, text, err)
		      : err_set(err, SG_FAILED, "out of memory");
	close(fd);
	if (status == SG_OK)
		status = conf_parse(path, text, 1, options, root_out, err);
	free(text);
	return status;
}
