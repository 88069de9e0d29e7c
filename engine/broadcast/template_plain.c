/* template_plain.c - see template_plain.h. */
#include "broadcast/template_plain.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "broadcast/template_unseen.h"
#include "mail/html_reference.h"
#include "mail/html_tokenizer.h"

enum { URL_MOST = 2000 };

struct plain {
	const char *html;
	struct buf *to;
	size_t at; /* what comes before it is written */
	struct unseen_names names;
	/* The element that is open and shows nothing of what is in it; len 0:
	 * none. Of its name so many are open, and tables and lists in it. */
	size_t unseen, unseen_len, nested, frames;
	size_t sheet_at;   /* where the text of a <style> began */
	unsigned newlines; /* that the text ends with; at its start many */
	bool space;	   /* one is owed before the next word */
	bool in_link;
	size_t link_start; /* of its words in `to` */
	char url[URL_MOST];
};

static bool
is_name(const struct plain *plain, const struct html_tag_info *tag,
	const char *name)
{
	size_t len = tag->name_end - tag->name_start;

	return strlen(name) == len &&
	       !strncasecmp(plain->html + tag->name_start, name, len);
}

static bool
is_one_of(const struct plain *plain, const struct html_tag_info *tag,
	  const char *const *names)
{
	while (*names && !is_name(plain, tag, *names))
		names++;
	return *names != NULL;
}

static void
break_line(struct plain *plain, unsigned n)
{
	plain->space = false;
	for (; plain->newlines < n; plain->newlines++)
		buf_append_char(plain->to, '\n');
}

/* Words, with one space for any number of blanks. */
static void
add_words(struct plain *plain, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (isspace((unsigned char)text[i])) {
			plain->space = true;
			continue;
		}
		if (plain->space && plain->newlines == 0)
			buf_append_char(plain->to, ' ');
		plain->space = false;
		plain->newlines = 0;
		buf_append_char(plain->to, text[i]);
	}
}

static void
add_decoded(struct plain *plain, const char *text, size_t len)
{
	struct buf words = BUF_INIT;

	if (html_decode_references(&words, text, len) == SG_OK)
		add_words(plain, buf_text(&words), words.len);
	else
		add_words(plain, text, len);
	buf_done(&words);
}

static const char *
find(const char *at, const char *stop, const char *what)
{
	size_t len = strlen(what);

	for (; (size_t)(stop - at) >= len; at++) {
		at = memchr(at, what[0], (size_t)(stop - at) - len + 1);
		if (!at)
			return NULL;
		if (!strncmp(at, what, len))
			return at;
	}
	return NULL;
}

/* The text between two tags, less its comments. */
static void
add_text(struct plain *plain, size_t end)
{
	const char *at = plain->html + plain->at, *stop = plain->html + end;
	const char *open, *close;

	while (!plain->unseen_len && at < stop) {
		open = find(at, stop, "<!");
		add_decoded(plain, at, (size_t)((open ? open : stop) - at));
		if (!open)
			break;
		/* <!-- … -->, <!doctype …> */
		close = strncmp(open, "<!--", 4) != 0
				? memchr(open, '>', (size_t)(stop - open))
				: find(open, stop, "-->");
		at = !close ? stop : *close == '>' ? close + 1 : close + 3;
	}
}

/* The value of an attribute as its reader sees it; "" = none. */
static void
read_attribute(const struct plain *plain, const struct html_tag_info *tag,
	       const char *name, struct buf *to)
{
	size_t i;

	for (i = 0; i < tag->n_attributes; i++) {
		const struct html_attribute *a = &tag->attributes[i];

		if (a->name_end - a->name_start != strlen(name) ||
		    strncasecmp(plain->html + a->name_start, name,
				strlen(name)) != 0)
			continue;
		if (html_decode_references(to, plain->html + a->value_start,
					   a->value_end - a->value_start) !=
		    SG_OK)
			buf_append(to, plain->html + a->value_start,
				   a->value_end - a->value_start);
		return;
	}
}

static void
open_link(struct plain *plain, const struct html_tag_info *tag)
{
	struct buf url = BUF_INIT;

	read_attribute(plain, tag, "href", &url);
	plain->in_link = url.len > 0 && url.len < URL_MOST &&
			 (!strncasecmp(buf_text(&url), "http", 4) ||
			  !strncasecmp(buf_text(&url), "mailto:", 7));
	if (plain->in_link)
		memcpy(plain->url, buf_text(&url), url.len + 1);
	plain->link_start = plain->to->len;
	buf_done(&url);
}

static void
close_link(struct plain *plain)
{
	const char *words = buf_text(plain->to) + plain->link_start;

	if (!plain->in_link)
		return;
	plain->in_link = false;
	if (strstr(words, plain->url))
		return;
	plain->space = true;
	add_words(plain, "<", 1);
	add_words(plain, plain->url, strlen(plain->url));
	add_words(plain, ">", 1);
}

static const char *const blocks[] = {"p",     "h1", "h2",  "h3",	 "h4",
				     "h5",    "h6", "ul",  "ol",	 "hr",
				     "table", "dl", "pre", "blockquote", NULL};
static const char *const lines[] = {"div",     "tr",	  "li",	    "br",
				    "section", "article", "header", "footer",
				    "dt",      "dd",	  NULL};

static void
on_shown_tag(struct plain *plain, const struct html_tag_info *tag)
{
	struct buf alt = BUF_INIT;

	if (is_one_of(plain, tag, blocks))
		break_line(plain, 2);
	else if (is_name(plain, tag, "br") && plain->newlines == 1)
		break_line(plain, 2);
	else if (is_one_of(plain, tag, lines))
		break_line(plain, 1);
	else if (is_name(plain, tag, "td") || is_name(plain, tag, "th"))
		plain->space = true;
	if (is_name(plain, tag, "li") && !tag->is_end_tag)
		add_words(plain, "- ", 2);
	if (is_name(plain, tag, "a") && tag->is_end_tag)
		close_link(plain);
	else if (is_name(plain, tag, "a"))
		open_link(plain, tag);
	if (is_name(plain, tag, "img") && !tag->is_end_tag) {
		read_attribute(plain, tag, "alt", &alt);
		add_words(plain, buf_text(&alt), alt.len);
	}
	buf_done(&alt);
}

/* --- what is not seen ------------------------------------------------------
 */

static bool
is_unseen(const struct plain *plain, const struct html_tag_info *tag)
{
	static const char *const never_seen[] = {
		"head", "style", "script", "title", "select", "template", NULL};
	static const char *const empty[] = {
		"area", "base",	 "br",	 "col", "embed", "hr", "img",
		"link", "input", "meta", "wbr", "track", NULL};

	if (is_one_of(plain, tag, never_seen))
		return true;
	return !is_one_of(plain, tag, empty) &&
	       unseen_element(&plain->names, plain->html, tag);
}

/* Some have no end tag: what begins or ends then is not in them. */
static bool
ends_it_anyway(const struct plain *plain, const struct html_tag_info *tag)
{
	static const char *const in_head[] = {
		"title", "style",    "script",	 "meta", "link",
		"base",	 "template", "noscript", "head", NULL};
	static const char *const cells[] = {"td", "th", "tr", "tbody", NULL};
	static const char *const tables[] = {"table", "thead", "tbody", "tfoot",
					     NULL};
	const struct html_tag_info open = {.name_start = plain->unseen,
					   .name_end = plain->unseen +
						       plain->unseen_len};

	if (is_name(plain, &open, "head"))
		return !is_one_of(plain, tag, in_head);
	if (is_name(plain, &open, "p"))
		return is_one_of(plain, tag, blocks) ||
		       is_one_of(plain, tag, lines) ||
		       is_one_of(plain, tag, cells);
	if (is_name(plain, &open, "li"))
		return is_name(plain, tag, "li");
	if (is_name(plain, &open, "tr"))
		return is_name(plain, tag, "tr") ||
		       is_name(plain, tag, "tbody");
	if (is_one_of(plain, &open, tables))
		return false;
	return is_one_of(plain, tag, cells) &&
	       (tag->is_end_tag || is_one_of(plain, &open, cells));
}

static void
close_unseen(struct plain *plain)
{
	plain->unseen_len = plain->nested = plain->frames = 0;
}

/* A tag inside of what is not seen. Whether that ends there, and the tag is
 * one of what follows. */
static bool
ends_unseen(struct plain *plain, const struct html_tag_info *tag)
{
	static const char *const framing[] = {"table", "ul", "ol", NULL};
	size_t len = tag->name_end - tag->name_start;
	bool same = len == plain->unseen_len &&
		    !strncasecmp(plain->html + tag->name_start,
				 plain->html + plain->unseen, len);

	if (is_name(plain, tag, "body"))
		return true;
	if (plain->frames == 0 && same && tag->is_end_tag) {
		if (plain->nested-- == 0)
			close_unseen(plain);
		return false;
	}
	if (plain->frames == 0 && ends_it_anyway(plain, tag))
		return true;
	if (is_one_of(plain, tag, framing) && tag->is_end_tag)
		return plain->frames == 0 || plain->frames-- == 0;
	plain->frames += is_one_of(plain, tag, framing);
	plain->nested += plain->frames == 0 && same;
	return false;
}

static void
open_unseen(struct plain *plain, const struct html_tag_info *tag)
{
	plain->unseen = tag->name_start;
	plain->unseen_len = tag->name_end - tag->name_start;
}

/* A <style> may stand in the head, which is not seen by itself. */
static void
read_sheet(struct plain *plain, const struct html_tag_info *tag)
{
	if (!tag->is_end_tag)
		plain->sheet_at = tag->end;
	else if (plain->sheet_at)
		unseen_read_sheet(&plain->names, plain->html + plain->sheet_at,
				  tag->start - plain->sheet_at);
	if (tag->is_end_tag)
		plain->sheet_at = 0;
}

static void
on_tag(void *arg, const struct html_tag_info *tag)
{
	struct plain *plain = arg;

	if (tag->in_comment)
		return; /* Outlook's; the text skips the whole comment */
	add_text(plain, tag->start);
	plain->at = tag->end;
	if (is_name(plain, tag, "style"))
		read_sheet(plain, tag);
	if (plain->unseen_len) {
		if (!ends_unseen(plain, tag))
			return;
		close_unseen(plain);
	}
	if (!tag->is_end_tag && is_unseen(plain, tag))
		open_unseen(plain, tag);
	else
		on_shown_tag(plain, tag);
}

void
template_plain_from_html(const char *html, size_t len, struct buf *to)
{
	struct plain plain = {.html = html, .to = to, .newlines = 2};

	html_each_tag(html, len, on_tag, &plain);
	add_text(&plain, len);
	break_line(&plain, 1);
}
