/*
 * html_bench.c - the mail path against its peers in the same run: the HTML
 * tokenizer against libxml2's SAX parser; the whole way of one outgoing
 * newsletter (part map, protection, splicing) and of one inbound report
 * against GMime, which only parses them, and decodes and encodes the
 * newsletter.
 */
#include <gmime/gmime.h>
#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "classify/classify.h"
#include "mail/html_tokenizer.h"
#include "mail/protect.h"
#include "mail/splice.h"

/* Rounds of A and B in turn; the median of each counts. */
enum { ROUNDS = 7, ROUND_MS = 200, LINKS = 40 };

typedef void (*work_fn)(const void *arg);

struct message {
	const struct buf *text; /* header and body */
	struct header_list headers;
	const char *body;
	size_t body_len;
};

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Calls a second in one round. */
static double
rate(work_fn work, const void *arg)
{
	int64_t start = clock_monotonic_ms(), now;
	unsigned n = 0;

	do {
		work(arg);
		n++;
		now = clock_monotonic_ms();
	} while (now - start < ROUND_MS);
	return n * 1000.0 / (double)(now - start);
}

static void
alternate(work_fn a, work_fn b, const void *arg, double *a_out, double *b_out)
{
	double as[ROUNDS], bs[ROUNDS];
	int i;

	for (i = 0; i < ROUNDS; i++) {
		as[i] = rate(a, arg);
		bs[i] = rate(b, arg);
	}
	qsort(as, ROUNDS, sizeof(double), compare_doubles);
	qsort(bs, ROUNDS, sizeof(double), compare_doubles);
	*a_out = as[ROUNDS / 2];
	*b_out = bs[ROUNDS / 2];
}

static void
report(const char *work, const char *peer, const char *unit, double ours,
       double theirs, const char *least)
{
	printf("RESULT\t%s\t%s\t%.0f %s/s\t%.0f %s/s\t%.2f\t%s\n", work, peer,
	       ours, unit, theirs, unit, ours / theirs, least);
}

/* A newsletter of about 28 KB with tables, styles and 40 links. */
static void
make_html(struct buf *html)
{
	unsigned i;

	buf_append_text(html, "<!DOCTYPE html>\r\n<html><head><title>News"
			      "</title>\r\n<style>td { padding: 0 }</style>"
			      "</head>\r\n<body>\r\n");
	for (i = 0; i < LINKS; i++)
		buf_printf(
			html,
			"<table role=\"presentation\" width=\"600\" "
			"cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
			"style=\"border-collapse: collapse; width: 100%%\">"
			"\r\n<tr><td align=\"center\" style=\"font-family: "
			"Helvetica, Arial, sans-serif; color: #333333\">\r\n"
			"<p>A paragraph about offer %u, which says what there "
			"is to be said of it and then goes on a little.</p>"
			"\r\n<a href=\"https://shop.example.com/offers/%u?utm_"
			"source=news&amp;utm_campaign=spring\" style=\"color: "
			"#0066cc; text-decoration: none\">Read more</a>\r\n"
			"<img src=\"https://cdn.example.com/i/%u.png\" "
			"width=\"200\" height=\"100\" alt=\"Offer\"></td></tr>"
			"</table>\r\n",
			i, i, i);
	buf_append_text(html, "</body></html>\r\n");
}

static void
ignore_tag(void *arg, const struct html_tag_info *tag)
{
	*(size_t *)arg += tag->n_attributes;
}

static void
tokenize_by_us(const void *arg)
{
	const struct buf *html = arg;
	size_t count = 0;

	html_each_tag(html->data, html->len, ignore_tag, &count);
	if (count == 0)
		abort();
}

static void
on_element(void *arg, const xmlChar *name, const xmlChar **attributes)
{
	(void)name;
	(void)attributes;
	++*(size_t *)arg;
}

static void
tokenize_by_libxml2(const void *arg)
{
	const struct buf *html = arg;
	htmlSAXHandler handler;
	htmlParserCtxtPtr parser;
	size_t count = 0;

	memset(&handler, 0, sizeof(handler));
	handler.startElement = on_element;
	parser = htmlCreatePushParserCtxt(&handler, &count, NULL, 0, NULL,
					  XML_CHAR_ENCODING_UTF8);
	htmlParseChunk(parser, html->data, (int)html->len, 1);
	htmlFreeParserCtxt(parser);
	if (count == 0)
		abort();
}

static const char *
map_link(void *arg, struct pool *pool, const char *target)
{
	struct buf url = BUF_INIT;
	const char *copy;

	(void)arg;
	buf_append_text(&url, "https://t.example.com/c/");
	encode_base64url(&url, target, strlen(target));
	copy = pool_strdup(pool, buf_text(&url));
	buf_done(&url);
	return copy;
}

static void
instrument(const void *arg)
{
	static const struct splice_wish WISH = {
		.map_link = map_link,
		.append_html = "<img src=\"https://t.example.com/o/x.gif\">",
	};
	const struct message *message = arg;
	struct pool *pool = pool_new();
	struct part_map map;
	struct splice_result result;

	if (part_map_build(pool, &message->headers, message->body,
			   message->body_len, &map, NULL) != SG_OK ||
	    protect_message(&message->headers, &map, message->body, true) !=
		    PROTECT_NONE ||
	    splice_body(pool, &map, message->body, message->body_len, 0, &WISH,
			&result, NULL) != SG_OK ||
	    result.n_mapped != LINKS)
		abort();
	pool_free(pool);
}

static GMimeMessage *
parse_by_gmime(const struct message *message)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(
		message->text->data, message->text->len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *parsed = g_mime_parser_construct_message(parser, NULL);

	g_object_unref(parser);
	g_object_unref(stream);
	return parsed;
}

static void
gmime_parse(const void *arg)
{
	GMimeMessage *parsed = parse_by_gmime(arg);

	if (!parsed)
		abort();
	g_object_unref(parsed);
}

/* What a rewriter that re-serialises does, without looking for a link. */
static void
gmime_recode(const void *arg)
{
	GMimeMessage *parsed = parse_by_gmime(arg);
	GMimeStream *text = g_mime_stream_mem_new();
	GMimeStream *out = g_mime_stream_mem_new();
	GMimeDataWrapper *content;
	GMimeObject *html;

	if (!parsed)
		abort();
	html = g_mime_multipart_get_part(
		GMIME_MULTIPART(g_mime_message_get_mime_part(parsed)), 1);
	g_mime_data_wrapper_write_to_stream(
		g_mime_part_get_content(GMIME_PART(html)), text);
	g_mime_stream_reset(text);
	content = g_mime_data_wrapper_new_with_stream(
		text, GMIME_CONTENT_ENCODING_DEFAULT);
	g_mime_part_set_content(GMIME_PART(html), content);
	if (g_mime_object_write_to_stream(GMIME_OBJECT(parsed), NULL, out) < 0)
		abort();
	g_object_unref(content);
	g_object_unref(text);
	g_object_unref(out);
	g_object_unref(parsed);
}

static void
classify_one(const void *arg)
{
	const struct message *message = arg;
	struct pool *pool = pool_new();
	struct classify_result result;

	if (classify_message(
		    pool,
		    &(struct classify_mail){.headers = &message->headers,
					    .body = message->body,
					    .body_len = message->body_len},
		    &result, NULL) != SG_OK ||
	    result.n_recipients != 1)
		abort();
	pool_free(pool);
}

static void
read_message(struct message *message, struct pool *pool, const struct buf *text)
{
	size_t start;

	message->text = text;
	header_list_init(&message->headers, pool);
	if (header_list_read(&message->headers, text->data, text->len, &start,
			     NULL) != SG_OK)
		abort();
	message->body = text->data + start;
	message->body_len = text->len - start;
}

static void
append_quoted(struct buf *to, const struct buf *text)
{
	size_t i, column = 0;

	for (i = 0; i < text->len; i++) {
		if (column > 72 && text->data[i] != '\r') {
			buf_append_text(to, "=\r\n");
			column = 0;
		}
		column = text->data[i] == '\n' ? 0 : column + 1;
		if (text->data[i] == '=')
			buf_append_text(to, "=3D");
		else
			buf_append_char(to, text->data[i]);
	}
}

static void
bench_newsletter(struct pool *pool, const struct buf *html)
{
	struct buf text = BUF_INIT;
	struct message message;
	double ours, theirs;

	buf_append_text(&text,
			"Content-Type: multipart/alternative; boundary=b\r\n"
			"\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
			"--b\r\nContent-Type: text/html; charset=utf-8\r\n"
			"Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	append_quoted(&text, html);
	buf_append_text(&text, "\r\n--b--\r\n");
	read_message(&message, pool, &text);
	alternate(instrument, gmime_recode, &message, &ours, &theirs);
	report("instrument a newsletter", "GMime, decode and encode",
	       "messages", ours, theirs, "-");
	buf_done(&text);
}

static void
bench_report(struct pool *pool)
{
	struct buf text = BUF_INIT;
	struct message message;
	double ours, theirs;
	unsigned i;

	buf_append_text(
		&text,
		"Content-Type: multipart/report; boundary=b\r\n\r\n"
		"--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to "
		"inform you that your message could not be delivered.\r\n"
		"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
		"Reporting-MTA: dns; mx.example.com\r\n\r\n"
		"Final-Recipient: rfc822; ann@example.net\r\nAction: failed\r\n"
		"Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User "
		"unknown\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
		"Message-ID: <1@example.com>\r\n\r\n");
	for (i = 0; i < 50; i++)
		buf_append_text(&text, "A line of the message that did not "
				       "arrive, given back in full.\r\n");
	buf_append_text(&text, "--b--\r\n");
	read_message(&message, pool, &text);
	alternate(classify_one, gmime_parse, &message, &ours, &theirs);
	report("classify a report", "GMime, parse", "messages", ours, theirs,
	       "-");
	buf_done(&text);
}

int
main(void)
{
	struct buf html = BUF_INIT;
	struct pool *pool = pool_new();
	double ours, theirs, size;

	mail_start();
	make_html(&html);
	alternate(tokenize_by_us, tokenize_by_libxml2, &html, &ours, &theirs);
	size = (double)html.len / 1e6;
	report("HTML tokenizer", "libxml2 SAX", "MB", ours * size,
	       theirs * size, "8");
	bench_newsletter(pool, &html);
	bench_report(pool);
	buf_done(&html);
	pool_free(pool);
	return 0;
}
