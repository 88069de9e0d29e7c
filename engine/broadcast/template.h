/*
 * template.h - a broadcast's mail: an .eml file whose headers and text parts
 * hold {{variables}}. What has none goes out byte for byte; a text part with
 * variables goes out in UTF-8, quoted-printable. A template that is HTML alone
 * gets a text/plain part made from it. Parsed once, then rendered
 * per recipient, any thread.
 */
#ifndef ENGINE_BROADCAST_TEMPLATE_H
#define ENGINE_BROADCAST_TEMPLATE_H

#include "broadcast/template_text.h"

enum { TEMPLATE_MOST = 32 << 20, TEMPLATE_MAIL_MOST = 40 << 20 };

struct template;

/* SG_REFUSED: no headers, no body, a text part in a charset that cannot be
 * converted, or what template_text_parse() says. Copies `text`. */
enum sg_status template_parse(const char *text, size_t len,
			      const struct condition_names *names,
			      struct template **template_out,
			      struct sg_err *err) MUST_CHECK;
void template_free(struct template *template);

/* From of the template, unfolded; "" = none. */
const char *template_from(const struct template *template);
/* X-Scoregate-List, else the identifier in List-Id; "" = none. */
const char *template_list(const struct template *template);
/* Does {{forward_url}} stand in it? */
bool template_forwards(const struct template *template);

/* And {{confirm_url}}? That is of the mail that confirms a form. */
bool template_confirms(const struct template *template);

/* The headers that we set; NULL = leave it out. */
struct template_envelope {
	const char *from;	   /* "News <news@example.com>" */
	const char *to;		   /* the recipient's address */
	const char *message_id;	   /* "<…@…>" */
	const char *campaign;	   /* X-Scoregate-Campaign */
	const char *message_token; /* X-Scoregate-Message */
	const char *domain;	   /* of List-Id; NULL: to one person alone, no
				      List-Id and no Feedback-ID */
	int64_t date;		   /* ms UTC */
};

/* The whole mail with CRLF line ends. SG_REFUSED: over TEMPLATE_MAIL_MOST. */
enum sg_status template_render(const struct template *template,
			       const struct template_values *values,
			       const struct template_envelope *envelope,
			       struct buf *to, struct sg_err *err) MUST_CHECK;

#endif
