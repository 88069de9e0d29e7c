/* template_fuzz.c - templates of broadcasts, parsed and rendered. */
#include <assert.h>
#include <string.h>

#include "broadcast/template.h"
#include "mail/part_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const char *
a_field(void *arg, const char *name)
{
	(void)arg;
	return *name == 'n' ? NULL : "v\r\n.\r\n\"<&>\xc3\xbc";
}

static bool
yes(void *arg, const char *name)
{
	(void)arg;
	return *name == 'y';
}

static bool
a_score(void *arg, const char *name, enum score_part part, double *out)
{
	(void)arg;
	*out = (double)part * 10;
	return *name != 'n';
}

static const char *
a_text(void *arg)
{
	(void)arg;
	return "ann@example.com";
}

static int64_t
a_time(void *arg)
{
	(void)arg;
	return 0;
}

static void
no_occurrence(void *arg, const char *name, occurrence_fn *fn, void *fn_arg)
{
	(void)arg;
	(void)name;
	(void)fn;
	(void)fn_arg;
}

static bool
a_broadcast(void *arg, const char *name, const char *what)
{
	(void)what;
	return yes(arg, name);
}

static const struct record_view view = {
	.field = a_field,
	.tag = yes,
	.list = yes,
	.score = a_score,
	.email = a_text,
	.module = a_text,
	.created_at = a_time,
	.occurrences = no_occurrence,
	.broadcast = a_broadcast,
	.sequence = a_broadcast,
};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct template_values values = {
		.view = &view, .now = 1, .unsubscribe_url = "https://x/u/y"};
	static const struct template_envelope envelope = {.from = "a@b.c",
							  .to = "d@e.f",
							  .message_id = "<1@2>",
							  .campaign = "c",
							  .message_token = "t",
							  .date = 1};
	struct condition_names names = {0};
	struct template *template;
	struct buf mail = BUF_INIT;
	size_t i;

	mail_start();
	if (template_parse((const char *)bytes, len, &names, &template, NULL) !=
	    SG_OK)
		return 0;
	if (template_render(template, &values, &envelope, &mail, NULL) == SG_OK)
		for (i = 0; i < mail.len; i++) {
			/* No bare line end: nothing that speaks SMTP. */
			if (mail.data[i] == '\n')
				assert(i && mail.data[i - 1] == '\r');
			if (mail.data[i] == '\r')
				assert(i + 1 < mail.len &&
				       mail.data[i + 1] == '\n');
		}
	buf_done(&mail);
	template_free(template);
	return 0;
}
