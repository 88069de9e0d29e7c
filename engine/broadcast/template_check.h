/*
 * template_check.h - is a template right, before anybody gets a mail of it?
 * Any thread.
 */
#ifndef ENGINE_BROADCAST_TEMPLATE_CHECK_H
#define ENGINE_BROADCAST_TEMPLATE_CHECK_H

#include "broadcast/template.h"

/* Is there an address that it can be from: `sender`, or if that is NULL or ""
 * the template's own? */
enum sg_status template_check_sender(const struct template *template,
				     const char *sender,
				     struct sg_err *err) MUST_CHECK;
/* Better no mail than a link that leads nowhere. */
enum sg_status template_check_links(const struct template *template,
				    bool has_forward_page,
				    struct sg_err *err) MUST_CHECK;
/* The same of a mail that may confirm a form. */
enum sg_status template_check_forward(const struct template *template,
				      bool has_forward_page,
				      struct sg_err *err) MUST_CHECK;

struct template_checked {
	const char *text; /* an .eml file */
	size_t len;
	const char *sender; /* NULL = the template's */
	bool has_forward_page;
	bool confirms; /* it may be one that confirms a form */
};

/* All of it: what template_parse() refuses, and both of the above. */
enum sg_status template_check(const struct template_checked *checked,
			      const struct condition_names *names,
			      struct sg_err *err) MUST_CHECK;

#endif
