/* broadcast_new.c - a new broadcast: the mail, to whom, from whom; nothing is
 * sent by it. */
#include "broadcast.h"

#include <string.h>

static const char example[] =
	"Subject: {{field.first_name | default: 'Friend'}}, the news of May\n"
	"\n"
	"<p>Dear {{field.first_name | default: 'friend'}},</p>\n"
	"<p>… <a href=\"https://www.example.com/\">read on</a></p>\n"
	"<p><a href=\"{{unsubscribe_url}}\">No more mail</a></p>\n";

static const char *
or_else(struct page *page, const char *name, const char *value)
{
	bool is_post = strcmp(page->request->method, "POST") == 0;

	return is_post ? form_text(page, name) : value;
}

static void
write_split(struct page *page)
{
	html(page,
	     "<details%s><summary>Two versions, to see which does better"
	     "</summary>\n<label>The second version"
	     "<textarea name=\"template_b\" class=\"code\" rows=\"10\" "
	     "spellcheck=\"false\">%s</textarea></label>\n"
	     "<div class=\"row\"><label>Percent who get each "
	     "<input name=\"split\" placeholder=\"10/10\" value=\"%s\" "
	     "size=\"8\"></label>\n<label>Decided by <select name=\"winner\">",
	     *form_text(page, "template_b") ? " open" : "",
	     form_text(page, "template_b"), form_text(page, "split"));
	show_option(page, "clicks", "human clicks", form_text(page, "winner"));
	show_option(page, "opens", "human opens", form_text(page, "winner"));
	html(page,
	     "</select></label>\n<label>After <input name=\"after\" "
	     "placeholder=\"4h\" value=\"%s\" size=\"6\"></label></div>"
	     "</details>\n",
	     form_text(page, "after"));
}

static enum sg_status
show_new(struct page *page, const struct sg_told *trouble)
{
	page_begin(page, "New broadcast");
	if (trouble)
		page_trouble(page, trouble);
	form_begin(page, "/console/broadcasts/new", "stack");
	html(page,
	     "<label>Name, which is the campaign's, too <input name=\"name\" "
	     "required autocapitalize=\"none\" value=\"%s\"></label>\n"
	     "<label>To those for whom this holds when it is sent "
	     "<input name=\"where\" required class=\"code wide\" "
	     "spellcheck=\"false\" autocapitalize=\"none\" value=\"%s\" "
	     "placeholder=\"list 'news' and has score &gt;= 50\"></label>\n"
	     "<label class=\"check\"><input type=\"checkbox\" "
	     "name=\"unknown\" value=\"include\"%s> also those who have no "
	     "score</label>\n"
	     "<label>From; without it, as the mail says "
	     "<input name=\"from\" value=\"%s\" "
	     "placeholder=\"News &lt;news@example.com&gt;\"></label>\n"
	     "<label>The mail: its headers, an empty line, text or HTML; or a "
	     "whole .eml <textarea name=\"template\" required class=\"code\" "
	     "rows=\"18\" spellcheck=\"false\">%s</textarea></label>\n",
	     form_text(page, "name"), form_text(page, "where"),
	     *form_text(page, "unknown") ? " checked" : "",
	     form_text(page, "from"), or_else(page, "template", example));
	write_split(page);
	html(page, "<p class=\"quiet\">Nothing is sent yet: the next page "
		   "shows who gets it and the mail as one of them gets it."
		   "</p>\n<button class=\"main\">Make</button></form>\n");
	return page_end(page, trouble ? trouble->status : 200);
}

enum sg_status
broadcast_new(struct page *page)
{
	return show_new(page, NULL);
}

/* A browser's lines end in CR LF, and a text's first line is no header. */
static const char *
template_of(struct page *page, const char *name)
{
	const char *text = form_text(page, name);
	const char *end = strstr(text, "\r\n\r\n");
	bool is_html = end && end[4] == '<';

	if (!is_html || strstr(text, "Content-Type:"))
		return text;
	return text_of(page,
		       "MIME-Version: 1.0\r\n"
		       "Content-Type: text/html; charset=utf-8\r\n"
		       "Content-Transfer-Encoding: 8bit\r\n%s",
		       text);
}

static void
write_member(struct page *page, struct sg_text *json, const char *name)
{
	const char *text = form_text(page, name);

	if (*text)
		write_to(page->host, json, ",%j:%j", name, text);
}

enum sg_status
broadcast_make(struct page *page)
{
	struct sg_text *json = page->host->text(page->call);
	bool has_b = *form_text(page, "template_b");
	struct sg_told told;

	write_to(page->host, json, "{\"name\":%j,\"where\":%j,\"template\":%j",
		 form_text(page, "name"), form_text(page, "where"),
		 template_of(page, "template"));
	write_member(page, json, "from");
	write_member(page, json, "unknown");
	if (has_b) {
		write_to(page->host, json, ",\"template_b\":%j",
			 template_of(page, "template_b"));
		write_member(page, json, "split");
		write_member(page, json, "winner");
		write_member(page, json, "after");
	}
	write_to(page->host, json, "}");
	if (!ask(page, "POST", "/broadcasts", page->host->text_value(json),
		 &told))
		return show_new(page, &told);
	return page_go(page,
		       text_of(page, "/console/broadcasts/%u/preview",
			       form_text(page, "name")),
		       "made");
}
