/* daemon_templates.c - see daemon_templates.h. */
#include "daemon/daemon_templates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "broadcast/template_check.h"
#include "broadcast/template_parts.h"
#include "daemon/daemon_file.h"
#include "rule/rule.h"

/* --- reading --------------------------------------------------------------
 */

static enum sg_status
read_part(const char *path, struct buf *to, const char **text_out,
	  struct sg_err *err)
{
	enum sg_status status;

	if (!path)
		return SG_OK;
	status = daemon_file_read(path, to, err);
	if (status == SG_OK && memchr(buf_text(to), '\0', to->len))
		return err_set(err, SG_REFUSED, "%s: a template is text", path);
	if (status == SG_OK)
		*text_out = buf_text(to);
	return status;
}

static enum sg_status
read_parts(const struct outbox_template *template, struct buf *to,
	   struct sg_err *err)
{
	struct template_parts parts = {.subject = template->subject};
	struct buf text, html;
	enum sg_status status;

	buf_init(&text, TEMPLATE_MOST);
	buf_init(&html, TEMPLATE_MOST);
	status = read_part(template->text_path, &text, &parts.text, err);
	if (status == SG_OK)
		status =
			read_part(template->html_path, &html, &parts.html, err);
	if (status == SG_OK)
		status = template_from_parts(&parts, to, err);
	buf_done(&text);
	buf_done(&html);
	return status;
}

enum sg_status
daemon_template_read(const struct outbox_template *template, struct buf *to,
		     struct sg_err *err)
{
	return template->path ? daemon_file_read(template->path, to, err)
			      : read_parts(template, to, err);
}

/* --- looking --------------------------------------------------------------
 */

static enum sg_status
look_at(const struct outbox_template *template, struct template_checked checked,
	const struct condition_names *names, struct sg_err *err)
{
	struct buf text;
	enum sg_status status;

	buf_init(&text, TEMPLATE_MOST);
	status = daemon_template_read(template, &text, err);
	checked.text = buf_text(&text);
	checked.len = text.len;
	if (status == SG_OK)
		status = template_check(&checked, names, err);
	buf_done(&text);
	return status;
}

/* In which of its files is what is wrong? The subject is in the
 * configuration. */
static const char *
find_culprit(const struct outbox_template *template,
	     struct template_checked checked,
	     const struct condition_names *names)
{
	const char *paths[2] = {template->text_path, template->html_path};
	struct sg_err unused;

	checked.sender = "a@example.com";

	for (size_t i = 0; i < 2; i++) {
		struct outbox_template alone = {
			.subject = "-",
			.text_path = i == 0 ? paths[0] : NULL,
			.html_path = i == 1 ? paths[1] : NULL};

		if (paths[i] &&
		    look_at(&alone, checked, names, &unused) != SG_OK)
			return paths[i];
	}
	return NULL;
}

enum sg_status
daemon_template_check(void *arg, const struct outbox_template *template,
		      const struct condition_names *names, bool confirms,
		      struct sg_err *err)
{
	const struct template_checked checked = {
		.sender = template->from,
		.has_forward_page = gate_has_plugin(arg, "forward"),
		.confirms = confirms};
	enum sg_status status = look_at(template, checked, names, err);
	const char *path = template->path;

	if (status == SG_OK || strncmp(err->text, "cannot ", 7) == 0)
		return status; /* which names the file */
	if (!path)
		path = find_culprit(template, checked, names);
	return path ? err_prefix(err, "%s", path)
		    : err_prefix(err, "%s:%u", template->conf_file,
				 template->conf_line);
}

/* --- all there are --------------------------------------------------------
 */

struct look {
	struct daemon *daemon;
	const struct outbox_conf *conf;
	const struct condition_names *names;
	enum sg_status status;
	struct sg_err *err; /* the first */
};

static void
say(struct look *look, const char *text)
{
	log_error("a template cannot be sent: %s", text);
	if (look->status == SG_OK)
		look->status = err_set(look->err, SG_REFUSED, "%s", text);
}

static void
look_at_all(struct look *look)
{
	const struct outbox_templates *all =
		atomic_load(&look->conf->templates);

	for (size_t i = 0; i < all->n; i++) {
		struct sg_err err;
		char text[SG_ERR_TEXT_SIZE];

		if (daemon_template_check(look->daemon->gate, &all->items[i],
					  look->names, true, &err) == SG_OK)
			continue;
		snprintf(text, sizeof(text), "template \"%.64s\": %.900s",
			 all->items[i].name, err.text);
		say(look, text);
	}
}

static void
look_for(struct look *look, const char *kind, const char *by, const char *name)
{
	char text[SG_ERR_TEXT_SIZE];

	if (outbox_conf_template(look->conf, name))
		return;
	snprintf(text, sizeof(text),
		 "%s \"%.64s\" needs the template \"%.64s\", which is not in "
		 "the configuration",
		 kind, by, name);
	say(look, text);
}

static void
look_for_used(struct look *look)
{
	struct apply *apply = look->daemon->apply;
	const struct ruleset *sequences = apply_sequences_get(apply);
	const struct ruleset *automations = apply_automations_get(apply);

	for (size_t i = 0; i < sequences->n_sequences; i++) {
		const struct sequence *one = &sequences->sequences[i];

		for (size_t k = 0; k < one->n_steps; k++)
			look_for(look, "sequence", one->name,
				 one->steps[k].template);
	}
	for (size_t i = 0; i < automations->n_automations; i++) {
		const struct automation *one = &automations->automations[i];

		for (size_t k = 0; k < one->n_actions; k++)
			if (one->actions[k].verb == AUTOMATION_SEND)
				look_for(look, "automation", one->name,
					 one->actions[k].name);
	}
}

static enum sg_status
look_through(struct daemon *daemon, const struct outbox_conf *conf,
	     struct sg_err *err)
{
	struct apply_names *names = calloc(1, sizeof(*names));
	struct look look = {.daemon = daemon, .conf = conf, .err = err};
	struct store *store;

	if (!names)
		return err_set(err, SG_FAILED, "out of memory");
	look.status = store_readers_take(daemon->readers, &store, err);
	if (look.status == SG_OK) {
		apply_names_init(names, daemon->apply, store);
		look.names = &names->names;
		look_at_all(&look);
		look_for_used(&look);
		store_readers_give(daemon->readers, store);
	}
	free(names);
	return look.status;
}

enum sg_status
daemon_templates_start(struct daemon *daemon, struct sg_err *err)
{
	enum sg_status status = look_through(daemon, daemon->conf->outbox, err);

	return status == SG_REFUSED ? SG_OK : status;
}

enum sg_status
daemon_templates_reload(struct daemon *daemon, const struct daemon_conf *fresh,
			struct sg_err *err)
{
	enum sg_status status = look_through(daemon, fresh->outbox, err);

	if (status == SG_OK)
		outbox_conf_take_templates(daemon->conf->outbox, fresh->outbox);
	return status;
}
