/* broadcast_draft.c - a broadcast before anybody gets it: checked, made. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "broadcast/broadcast_parts.h"
#include "broadcast/template_check.h"

enum { NAME_MOST = 64 };

/* A name is a file's name, too. */
static enum sg_status
check_name(const char *name, struct sg_err *err)
{
	size_t len = strlen(name), i;
	bool good = len >= 1 && len <= NAME_MOST && name[0] != '.';

	for (i = 0; good && i < len; i++)
		good = isalnum((unsigned char)name[i]) ||
		       strchr("_.-", name[i]);
	if (good)
		return SG_OK;
	return err_set(err, SG_REFUSED,
		       "a broadcast's name has 1 to %d letters, digits, "
		       "_ . -, and begins with no dot",
		       NAME_MOST);
}

enum sg_status
broadcast_check_template(struct broadcasts *broadcasts,
			 const struct broadcast_draft *draft,
			 struct sg_err *err)
{
	struct template *template = NULL;
	struct store *store;
	enum sg_status status =
		store_readers_take(broadcasts->readers, &store, err);

	if (status != SG_OK)
		return status;
	status = broadcast_template(broadcasts, store, draft->template,
				    draft->template_len, &template, err);
	store_readers_give(broadcasts->readers, store);
	if (status == SG_OK) {
		status = template_check_forward(
			template, broadcasts->has_forward_page, err);
		template_free(template);
	}
	return status;
}

static enum sg_status
check_split(struct broadcasts *broadcasts, struct store *store,
	    const struct broadcast_draft *draft, struct sg_err *err)
{
	double all = draft->split[0] + draft->split[1];
	struct template *other = NULL;
	enum sg_status status;

	if (!draft->other_template)
		return SG_OK;
	if (draft->split[0] <= 0 || draft->split[1] <= 0 || all > 100)
		return err_set(err, SG_REFUSED,
			       "a split is two shares in percent, together at "
			       "most 100: 10/10");
	if (all < 100 && draft->after_ms <= 0)
		return err_set(err, SG_REFUSED,
			       "a split that leaves some over needs a time "
			       "after which they get the better version");
	status = broadcast_template(broadcasts, store, draft->other_template,
				    draft->other_len, &other, err);
	if (status == SG_OK)
		status = template_check_links(
			other, broadcasts->has_forward_page, err);
	template_free(other);
	if (status != SG_OK)
		err_prefix(err, "the second version");
	return status;
}

static enum sg_status
check_draft(struct broadcasts *broadcasts, struct store *store,
	    const struct broadcast_draft *draft, struct sg_err *err)
{
	struct apply_names *names;
	struct template *template = NULL;
	struct condition *condition = NULL;
	enum sg_status status = check_name(draft->name, err);

	if (status != SG_OK)
		return status;
	status = broadcast_template(broadcasts, store, draft->template,
				    draft->template_len, &template, err);
	if (status == SG_OK)
		status = template_check_sender(template, draft->sender, err);
	if (status == SG_OK)
		status = template_check_links(
			template, broadcasts->has_forward_page, err);
	template_free(template);
	if (status != SG_OK)
		return status;
	status = check_split(broadcasts, store, draft, err);
	if (status != SG_OK)
		return status;
	names = calloc(1, sizeof(*names));
	if (!names)
		return err_set(err, SG_FAILED, "out of memory");
	apply_names_init(names, broadcasts->apply, store);
	status = condition_parse(draft->condition, &names->names, &condition,
				 err);
	condition_free(condition);
	free(names);
	return status;
}

/* The condition as it is stored: what --unknown includes stands in it. */
static enum sg_status
write_unknown(struct broadcasts *broadcasts, struct store *store,
	      const char *text, struct buf *to, struct sg_err *err)
{
	struct apply_names *names = calloc(1, sizeof(*names));
	struct condition *condition = NULL;
	enum sg_status status;

	if (!names)
		return err_set(err, SG_FAILED, "out of memory");
	apply_names_init(names, broadcasts->apply, store);
	status = condition_parse(text, &names->names, &condition, err);
	if (status == SG_OK)
		status = condition_include_unknown(condition, err);
	if (status == SG_OK)
		condition_write(condition, to);
	condition_free(condition);
	free(names);
	return status;
}

static enum sg_status
create_call(void *arg, struct store *store, struct sg_err *err)
{
	const struct broadcast_draft *draft = arg;
	const struct broadcast_settings said = {
		.pace = draft->pace,
		.domain_pace = draft->domain_pace,
		.split = {draft->split[0], draft->split[1]},
		.by_opens = draft->by_opens,
		.after_ms = draft->after_ms};
	struct buf settings = BUF_INIT;
	enum sg_status status;
	struct store_broadcast row;

	broadcast_settings_write(&said, &settings);
	row = (struct store_broadcast){
		.name = draft->name,
		.template = draft->template,
		.template_len = draft->template_len,
		.condition = draft->condition,
		.sender = draft->sender ? draft->sender : "",
		.settings = buf_text(&settings),
		.author = draft->author,
		.created_at = clock_now(),
	};

	status = store_broadcast_create(store, &row, err);
	if (status == SG_OK && draft->other_template)
		status = store_broadcast_put_variant(store, draft->name,
						     draft->other_template,
						     draft->other_len, err);
	buf_done(&settings);
	return status;
}

enum sg_status
broadcast_create(struct broadcasts *broadcasts,
		 const struct broadcast_draft *draft, struct sg_err *err)
{
	struct broadcast_draft copy = *draft;
	struct buf condition = BUF_INIT;
	struct store *store;
	enum sg_status status =
		store_readers_take(broadcasts->readers, &store, err);

	if (status != SG_OK)
		return status;
	status = check_draft(broadcasts, store, draft, err);
	if (status == SG_OK && draft->include_unknown) {
		status = write_unknown(broadcasts, store, draft->condition,
				       &condition, err);
		copy.condition = buf_text(&condition);
	}
	store_readers_give(broadcasts->readers, store);
	if (status == SG_OK)
		status = apply_call_also(broadcasts->apply, create_call, &copy,
					 draft->also, err);
	buf_done(&condition);
	return status;
}
