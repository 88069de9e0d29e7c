/* template_text_render.c - values in their places; see template_text.h. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/encode.h"
#include "base/text.h"
#include "broadcast/template_node.h"

/* The value as plain text, appended; nothing when there is none. */
static void
append_value(const struct node *node, const struct template_values *values,
	     struct buf *to)
{
	const struct record_view *view = values->view;
	const char *text = NULL;
	double number;

	switch (node->kind) {
	case NODE_SCORE:
	case NODE_PERCENT:
		if (view->score(view->arg, node->text,
				node->kind == NODE_SCORE ? SCORE_SCORE
							 : SCORE_PERCENT,
				&number))
			text_append_rounded(to, number);
		return;
	case NODE_EMAIL:
		text = view->email(view->arg);
		break;
	case NODE_FIELD:
		text = view->field(view->arg, node->text);
		break;
	case NODE_UNSUBSCRIBE:
		text = values->unsubscribe_url;
		break;
	case NODE_FORWARD:
		text = values->forward_url;
		break;
	case NODE_CONFIRM:
		text = values->confirm_url;
		break;
	case NODE_TITLE:
		text = values->title;
		break;
	default:
		break;
	}
	if (text)
		buf_append_text(to, text);
}

/* A whole URL may be of these kinds; anything else is no URL. */
static bool
is_good_url(const char *value)
{
	static const char *const schemes[] = {"https://", "http://",
					      "mailto:", "tel:"};
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (!strncasecmp(value, schemes[i], strlen(schemes[i])))
			return true;
	return false;
}

/* Where no quotes hold a value together, nothing in it ends it. */
static void
escape_bare(struct buf *to, const char *value)
{
	char one[2] = "";

	for (; *value; value++) {
		one[0] = *value;
		if (isspace((unsigned char)*value) || strchr("=`/", *value))
			buf_printf(to, "&#%d;", *value);
		else
			escape_html(to, one);
	}
}

static void
append_escaped(struct buf *to, enum template_place place,
	       const struct node *node, const char *value)
{
	if (node->url == URL_PART ||
	    (node->url == URL_WHOLE && !is_good_url(value))) {
		escape_url(to, value);
		return;
	}
	if (place == TEMPLATE_HTML) {
		if (node->bare)
			escape_bare(to, value);
		else
			escape_html(to, value);
		return;
	}
	if (place == TEMPLATE_TEXT)
		buf_append_text(to, value);
	else
		template_escape_header(to, place, value);
}

static void
render_value(const struct template_text *text, const struct node *node,
	     const struct template_values *values, struct buf *to)
{
	struct buf value = BUF_INIT;

	append_value(node, values, &value);
	if (value.len)
		append_escaped(to, text->place, node, buf_text(&value));
	else if (node->fallback)
		append_escaped(to, text->place, node, node->fallback);
	buf_done(&value);
}

void
template_text_render(const struct template_text *text,
		     const struct template_values *values, struct buf *to)
{
	size_t i = 0;

	while (i < text->n_nodes) {
		const struct node *node = &text->nodes[i++];

		switch (node->kind) {
		case NODE_LITERAL:
			buf_append(to, node->text, node->len);
			break;
		case NODE_IF:
			if (!condition_test(node->condition, values->view, NULL,
					    values->now))
				i = node->jump;
			break;
		case NODE_ELSE: /* reached from the IF's part: it is over */
			i = node->jump;
			break;
		case NODE_END:
			break;
		default:
			render_value(text, node, values, to);
		}
	}
}
