/* template_check.c - see template_check.h. */
#include "broadcast/template_check.h"

#include <string.h>

#include "mail/address.h"

enum sg_status
template_check_sender(const struct template *template, const char *sender,
		      struct sg_err *err)
{
	const char *from = sender && *sender ? sender : template_from(template);
	struct pool *pool = pool_new();
	const char *address;
	bool good = strpbrk(from, "\r\n") == NULL &&
		    address_from_header(pool, from, &address, NULL) == SG_OK;

	pool_free(pool);
	if (good)
		return SG_OK;
	return err_set(err, SG_REFUSED,
		       *from ? "From is no address: %s"
			     : "the mail needs a From%s: give one, or put it "
			       "into the template",
		       from);
}

enum sg_status
template_check_links(const struct template *template, bool has_forward_page,
		     struct sg_err *err)
{
	if (template_confirms(template))
		return err_set(err, SG_REFUSED,
			       "template: {{confirm_url}} is for the mail that "
			       "confirms a form");
	return template_check_forward(template, has_forward_page, err);
}

enum sg_status
template_check_forward(const struct template *template, bool has_forward_page,
		       struct sg_err *err)
{
	if (has_forward_page || !template_forwards(template))
		return SG_OK;
	return err_set(err, SG_REFUSED,
		       "template: {{forward_url}} leads nowhere: it needs "
		       "public_url and a section plugin \"forward\" in "
		       "scoregate.conf");
}

enum sg_status
template_check(const struct template_checked *checked,
	       const struct condition_names *names, struct sg_err *err)
{
	struct template *template = NULL;
	enum sg_status status = template_parse(checked->text, checked->len,
					       names, &template, err);

	if (status == SG_OK)
		status = template_check_sender(template, checked->sender, err);
	if (status == SG_OK)
		status = checked->confirms
				 ? template_check_forward(
					   template, checked->has_forward_page,
					   err)
				 : template_check_links(
					   template, checked->has_forward_page,
					   err);
	template_free(template);
	return status;
}
