#include "tests/tools/aid/milter_wire.h"

#include "tests/tools/aid/milter_reply.h"

#include <stdlib.h>
#include <string.h>

/* The text at `at`, "" past the end; *at moves behind its NUL. */
static const char *
next_text(const struct buf *packet, size_t *at)
{
	const char *text = *at < packet->len ? packet->data + *at : "";

	*at += strnlen(text, packet->len - (*at < packet->len ? *at : 0)) + 1;
	return text;
}

/* Control bytes as \n, \t, \r, \xHH, so that a reply stays one line. */
static void
escaped(struct buf *line, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n')
			buf_append_text(line, "\\n");
		else if (c == '\r')
			buf_append_text(line, "\\r");
		else if (c == '\t')
			buf_append_text(line, "\\t");
		else if (c == '\\')
			buf_append_text(line, "\\\\");
		else if (c < 0x20 || c == 0x7f)
			buf_printf(line, "\\x%02x", c);
		else
			buf_append_char(line, (char)c);
	}
}

static void
header(struct buf *line, const struct buf *packet, size_t at)
{
	const char *name = next_text(packet, &at);
	const char *value = next_text(packet, &at);

	escaped(line, name, strlen(name));
	buf_append_text(line, ": ");
	escaped(line, value, strlen(value));
}

static void
texts(struct buf *line, const struct buf *packet)
{
	for (size_t at = 1; at < packet->len;) {
		const char *text = next_text(packet, &at);

		buf_append_char(line, ' ');
		escaped(line, text, strlen(text));
	}
}

void
milter_reply_line(const struct buf *packet, struct buf *line)
{
	static const struct {
		char reply;
		const char *word;
	} words[] = {
		{'c', "continue"},	{'a', "accept"},
		{'d', "discard"},	{'r', "reject"},
		{'t', "tempfail"},	{'s', "skip"},
		{'f', "shutdown"},	{'p', "progress"},
		{'y', "reply"},		{'+', "add-recipient"},
		{'2', "add-recipient"}, {'-', "remove-recipient"},
		{'e', "sender"},	{'q', "quarantine"},
	};
	char reply = packet->data[0];

	if (reply == 'h') {
		buf_append_text(line, "add-header ");
		header(line, packet, 1);
		return;
	}
	if ((reply == 'i' || reply == 'm') && packet->len > 5) {
		buf_printf(line, "%s-header %u ",
			   reply == 'i' ? "insert" : "change",
			   wire_number(packet->data + 1));
		header(line, packet, 5);
		return;
	}
	if (reply == 'b') {
		buf_printf(line, "body %zu ", packet->len - 1);
		escaped(line, packet->data + 1, packet->len - 1);
		return;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (words[i].reply == reply) {
			buf_append_text(line, words[i].word);
			texts(line, packet);
			return;
		}
	}
	buf_printf(line, "unknown '%c' %zu bytes", reply, packet->len - 1);
}

void
milter_steps_line(uint32_t steps, struct buf *line)
{
	static const char *const names[] = {
		"no-connect", "no-helo",  "no-mail", "no-rcpt", "no-body",
		"no-headers", "no-eoh",	  "nr-hdr",  "no-unkn", "no-data",
		"skip",	      "rcpt-rej", "nr-conn", "nr-helo", "nr-mail",
		"nr-rcpt",    "nr-data",  "nr-unkn", "nr-eoh",	"nr-body",
		"leadspc",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (steps & (1u << i))
			buf_printf(line, " %s", names[i]);
}
