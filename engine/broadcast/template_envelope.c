/* template_envelope.c - see template_envelope.h. */
#include "broadcast/template_envelope.h"

#include <ctype.h>
#include <string.h>

#include "base/idn.h"
#include "broadcast/template_mime.h"
#include "broadcast/template_write.h"

/* What every list is called that has no name. */
static const char everybody[] = "all";

void
template_ascii_domain(const char *address, struct buf *to)
{
	const char *at = strrchr(address, '@'), *after;
	struct buf domain = BUF_INIT, ascii = BUF_INIT;

	after = at ? at + 1 + strcspn(at + 1, ">") : NULL;
	if (!at || template_is_ascii(at, (size_t)(after - at))) {
		buf_append_text(to, address);
		return;
	}
	buf_append(&domain, at + 1, (size_t)(after - at - 1));
	if (idn_to_ascii(&ascii, buf_text(&domain), NULL) == SG_OK) {
		buf_append(to, address, (size_t)(at + 1 - address));
		buf_append(to, ascii.data, ascii.len);
		buf_append_text(to, after);
	} else {
		buf_append_text(to, address);
	}
	buf_done(&domain);
	buf_done(&ascii);
}

static void
write_address(const char *name, const char *value, struct buf *to)
{
	struct buf ascii = BUF_INIT;

	template_ascii_domain(value, &ascii);
	template_write_header(to, name, buf_text(&ascii));
	buf_done(&ascii);
}

/* Of a name what may stand in a label and between colons. */
static void
append_label(struct buf *to, const char *name)
{
	for (; *name; name++)
		buf_append_char(to, isalnum((unsigned char)*name) ||
						    strchr("-_.", *name)
					    ? *name
					    : '_');
}

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && !strcmp(text + len - end_len, end);
}

/* <news.example.com>; a list that is called so already, as it is. */
static void
write_list_id(const char *list, const char *domain, struct buf *to)
{
	buf_append_text(to, "List-Id: <");
	append_label(to, *list ? list : everybody);
	if (!ends_with(list, domain))
		buf_printf(to, ".%s", domain);
	buf_append_text(to, ">\n");
}

/* CAMPAIGN:LIST:KIND:SENDER, as Gmail's feedback loop reads it. */
static void
write_feedback_id(const char *campaign, const char *list, struct buf *to)
{
	buf_append_text(to, "Feedback-ID: ");
	append_label(to, campaign);
	buf_append_char(to, ':');
	append_label(to, *list ? list : everybody);
	buf_append_text(to, ":broadcast:scoregate\n");
}

static void
write_list(const struct template_envelope *envelope,
	   const struct header_list *theirs, const char *list, struct buf *to)
{
	/* It is the milter's, which would take the List-Id for the list. */
	if (*list && !header_get(theirs, "X-Scoregate-List"))
		template_write_header(to, "X-Scoregate-List", list);
	if (!header_get(theirs, "List-Id"))
		write_list_id(list, envelope->domain, to);
	if (envelope->campaign && !header_get(theirs, "Feedback-ID"))
		write_feedback_id(envelope->campaign, list, to);
}

void
template_write_envelope(const struct template_envelope *envelope,
			const struct header_list *theirs, const char *list,
			struct buf *to)
{
	template_write_date(to, envelope->date);
	if (envelope->from)
		write_address("From", envelope->from, to);
	if (envelope->to)
		write_address("To", envelope->to, to);
	if (envelope->message_id)
		template_write_header(to, "Message-ID", envelope->message_id);
	if (envelope->campaign)
		template_write_header(to, "X-Scoregate-Campaign",
				      envelope->campaign);
	if (envelope->message_token)
		template_write_header(to, "X-Scoregate-Message",
				      envelope->message_token);
	if (envelope->domain)
		write_list(envelope, theirs, list, to);
}
