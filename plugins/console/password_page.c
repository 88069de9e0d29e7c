/* password_page.c - one's own password. */
#include "console.h"

#include <string.h>

static enum sg_status
show(struct page *page, const char *trouble)
{
	page_begin(page, "Your password");
	if (trouble)
		html(page, "<pre class=\"problem\" role=\"alert\">%s</pre>\n",
		     trouble);
	form_begin(page, "/console/password", "stack narrow");
	html(page,
	     "<input type=\"hidden\" name=\"username\" "
	     "autocomplete=\"username\" value=\"%s\">\n"
	     "<label>The old one <input type=\"password\" name=\"old\" "
	     "autocomplete=\"current-password\" required></label>\n"
	     "<label>The new one <input type=\"password\" name=\"password\" "
	     "autocomplete=\"new-password\" minlength=\"10\" required>"
	     "</label>\n"
	     "<label>Once more <input type=\"password\" name=\"again\" "
	     "autocomplete=\"new-password\" required></label>\n"
	     "<button class=\"main\">Change</button></form>\n"
	     "<p class=\"quiet\">All your sessions end, this one, too.</p>\n",
	     page->user->name);
	return page_end(page, trouble ? 400 : 200);
}

enum sg_status
password_page(struct page *page)
{
	return show(page, NULL);
}

enum sg_status
password_change(struct page *page)
{
	const char *password = form_text(page, "password");
	struct sg_told told;

	if (strcmp(password, form_text(page, "again")) != 0)
		return show(page, "The new one and its repetition differ.");
	if (!ask(page, "POST", "/password",
		 text_of(page, "{\"old\":%j,\"password\":%j}",
			 form_text(page, "old"), password),
		 &told))
		return told.status == 401
			       ? page_told(page, &told)
			       : show(page, told_detail(page, &told));
	return page_go(page, "/console/sign-in", "password");
}
