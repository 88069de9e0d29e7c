/*
 * milter_client - plays the MTA to a milter.
 *
 *   milter_client ADDRESS DIALOGUE            play a dialogue, compare
 *   milter_client --print ADDRESS DIALOGUE    print what the milter says
 *   milter_client --bench ADDRESS MAIL [--connections N] [--messages M]
 *                 [--reconnect] [--sender A] [--recipient B]
 *
 * A dialogue is one command a line; after it, "= ..." lines say what the
 * milter must answer, each edit and reply a line, in order. Without any the
 * answer is read and ignored. Blank lines and lines with # are skipped.
 *
 *   open [VERSION ACTIONS STEPS]   connect to the milter and negotiate
 *   macro COMMAND NAME=VALUE ...   as SMFIC_MACRO before COMMAND (C M R E ...)
 *   connect NAME ADDRESS|-         helo NAME
 *   mail ARG ...    rcpt ARG ...   data    unknown TEXT
 *   header NAME: VALUE             eoh
 *   body TEXT      body-file PATH  body-bytes N
 *   eom             abort          quit (QUIT and close)   drop (close only)
 *
 * Texts know \r \n \t \\. Exit code: 0 as expected, 1 not, 2 wrong usage.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/aid/milter_bench.h"
#include "tests/tools/aid/milter_reply.h"
#include "tests/tools/aid/milter_wire.h"

enum { MOST_ARGS = 32, MOST_LINE = 65536 };

struct play {
	const char *address;
	const char *file;
	unsigned line;	   /* number of the line read last */
	unsigned asked_at; /* of the command under way */
	bool is_print;
	bool is_open;
	bool is_over; /* the final reply is in */
	struct milter_wire wire;
	struct buf said; /* the answer: lines, each ended by \n */
	struct buf want;
};

static bool
complain(const struct play *play, const char *what)
{
	fprintf(stderr, "%s:%u: %s\n", play->file, play->asked_at, what);
	return false;
}

/* In place: \r \n \t \\ become what they mean. Returns the length. */
static size_t
unescape(char *text)
{
	char *out = text;

	for (char *in = text; *in; in++) {
		if (*in == '\\' && in[1]) {
			static const char from[] = "rnt\\";
			static const char to[] = "\r\n\t\\";
			const char *hit = strchr(from, in[1]);

			if (hit) {
				*out++ = to[hit - from];
				in++;
				continue;
			}
		}
		*out++ = *in;
	}
	*out = '\0';
	return (size_t)(out - text);
}

static size_t
split(char *text, char **args)
{
	size_t n = 0;
	char *rest = NULL;

	for (char *word = strtok_r(text, " ", &rest); word && n < MOST_ARGS;
	     word = strtok_r(NULL, " ", &rest))
		args[n++] = word;
	return n;
}

/* Reads the whole answer to what was sent. */
static bool
hear(struct play *play, char command)
{
	buf_reset(&play->said);
	if (!wire_is_answered(&play->wire, command)) {
		buf_append_text(&play->said, "no reply\n");
		return true;
	}
	do {
		if (!wire_read(&play->wire)) {
			buf_append_text(&play->said, "closed\n");
			return true;
		}
		milter_reply_line(&play->wire.in, &play->said);
		buf_append_char(&play->said, '\n');
	} while (!wire_is_final(play->wire.in.data[0]));
	return true;
}

static bool
send_one(struct play *play, char command, const struct buf *data)
{
	if (!play->is_open)
		return complain(play, "no connection: 'open' comes first");
	wire_put(&play->wire, command, data->data, data->len);
	return hear(play, command);
}

static bool
do_open(struct play *play, char *rest)
{
	char *args[MOST_ARGS];
	size_t n = split(rest, args);
	uint32_t number[3] = {6, WIRE_ALL_ACTIONS, WIRE_ALL_STEPS};

	for (size_t i = 0; i < n && i < 3; i++)
		number[i] = (uint32_t)strtoul(args[i], NULL, 0);
	if (play->is_open)
		wire_close(&play->wire);
	play->is_open = wire_open(&play->wire, play->address);
	if (!play->is_open)
		return complain(play, strerror(errno));
	buf_reset(&play->said);
	if (!wire_negotiate(&play->wire, number[0], number[1], number[2])) {
		buf_append_text(&play->said, "closed\n");
		return true;
	}
	buf_append_text(&play->said, "steps");
	milter_steps_line(play->wire.steps, &play->said);
	buf_append_char(&play->said, '\n');
	return true;
}

static bool
do_macro(struct play *play, char *rest)
{
	char *args[MOST_ARGS];
	size_t n = split(rest, args);
	struct buf data = BUF_INIT;

	if (n == 0 || !play->is_open)
		return complain(play, "macro COMMAND NAME=VALUE ...");
	buf_append_char(&data, args[0][0]);
	for (size_t i = 1; i < n; i++) {
		char *value = strchr(args[i], '=');

		if (value)
			*value++ = '\0';
		wire_header_data(&data, args[i], value ? value : "");
	}
	wire_put(&play->wire, 'D', data.data, data.len);
	buf_done(&data);
	buf_reset(&play->said);
	return true;
}

static bool
do_connect(struct play *play, char *rest)
{
	char *args[MOST_ARGS];
	struct buf data = BUF_INIT;
	bool is_done;

	if (split(rest, args) != 2)
		return complain(play, "connect NAME ADDRESS|-");
	wire_connect_data(&data, args[0], *args[1] == '-' ? NULL : args[1]);
	is_done = send_one(play, 'C', &data);
	buf_done(&data);
	return is_done;
}

static bool
do_words(struct play *play, char command, char *rest)
{
	char *args[MOST_ARGS];
	const char *words[MOST_ARGS];
	struct buf data = BUF_INIT;
	size_t n = split(rest, args);
	bool is_done;

	for (size_t i = 0; i < n; i++)
		words[i] = strcmp(args[i], "\"\"") ? args[i] : "";
	wire_args_data(&data, words, n);
	is_done = send_one(play, command, &data);
	buf_done(&data);
	return is_done;
}

static bool
do_mail(struct play *play, char *rest)
{
	return do_words(play, 'M', rest);
}

static bool
do_rcpt(struct play *play, char *rest)
{
	return do_words(play, 'R', rest);
}

static bool
do_helo(struct play *play, char *rest)
{
	return do_words(play, 'H', rest);
}

static bool
do_unknown(struct play *play, char *rest)
{
	return do_words(play, 'U', rest);
}

static bool
do_header(struct play *play, char *rest)
{
	char *value = strchr(rest, ':');
	struct buf data = BUF_INIT;
	bool is_done;

	if (!value)
		return complain(play, "header NAME: VALUE");
	*value++ = '\0';
	if (*value == ' ')
		value++;
	unescape(value);
	wire_header_data(&data, rest, value);
	is_done = send_one(play, 'L', &data);
	buf_done(&data);
	return is_done;
}

static bool
send_body(struct play *play, const char *bytes, size_t len)
{
	enum { CHUNK = 65535 };
	struct buf data = BUF_INIT;
	bool is_done = true;

	while (is_done && len > 0) {
		size_t n = len < CHUNK ? len : CHUNK;

		buf_reset(&data);
		buf_append(&data, bytes, n);
		is_done = send_one(play, 'B', &data);
		bytes += n;
		len -= n;
		/* As an MTA does: after anything but continue, no more. */
		if (strcmp(buf_text(&play->said), "continue\n") &&
		    strcmp(buf_text(&play->said), "no reply\n"))
			break;
	}
	buf_done(&data);
	return is_done;
}

static bool
do_body(struct play *play, char *rest)
{
	return send_body(play, rest, unescape(rest));
}

static bool
do_body_file(struct play *play, char *rest)
{
	struct buf bytes = BUF_INIT;
	bool is_done = milter_bench_read_file(rest, &bytes) &&
		       send_body(play, bytes.data, bytes.len);

	if (!is_done)
		complain(play, strerror(errno));
	buf_done(&bytes);
	return is_done;
}

static bool
do_body_bytes(struct play *play, char *rest)
{
	size_t len = strtoul(rest, NULL, 10);
	struct buf bytes = BUF_INIT;
	bool is_done;

	for (size_t i = 0; i < len; i++)
		buf_append_text(&bytes, i % 72 == 71 ? "\r\n" : "x");
	is_done = send_body(play, bytes.data, bytes.len);
	buf_done(&bytes);
	return is_done;
}

static bool
do_plain(struct play *play, char command)
{
	struct buf none = BUF_INIT;

	return send_one(play, command, &none);
}

static bool
do_data(struct play *play, char *rest)
{
	return do_plain(play, 'T');
}

static bool
do_eoh(struct play *play, char *rest)
{
	return do_plain(play, 'N');
}

static bool
do_eom(struct play *play, char *rest)
{
	return do_plain(play, 'E');
}

static bool
do_abort(struct play *play, char *rest)
{
	return do_plain(play, 'A');
}

static bool
do_close(struct play *play, bool is_polite)
{
	if (!play->is_open)
		return complain(play, "no connection");
	if (is_polite)
		wire_put(&play->wire, 'Q', NULL, 0);
	wire_flush(&play->wire);
	wire_close(&play->wire);
	play->is_open = false;
	buf_reset(&play->said);
	return true;
}

static bool
do_quit(struct play *play, char *rest)
{
	return do_close(play, true);
}

static bool
do_drop(struct play *play, char *rest)
{
	return do_close(play, false);
}

static const struct {
	const char *name;
	bool (*run)(struct play *play, char *rest);
} commands[] = {
	{"open", do_open},
	{"macro", do_macro},
	{"connect", do_connect},
	{"helo", do_helo},
	{"mail", do_mail},
	{"rcpt", do_rcpt},
	{"data", do_data},
	{"unknown", do_unknown},
	{"header", do_header},
	{"eoh", do_eoh},
	{"body", do_body},
	{"body-file", do_body_file},
	{"body-bytes", do_body_bytes},
	{"eom", do_eom},
	{"abort", do_abort},
	{"quit", do_quit},
	{"drop", do_drop},
};

static bool
run_command(struct play *play, char *line)
{
	char *rest = strchr(line, ' ');

	play->asked_at = play->line;
	if (rest)
		*rest++ = '\0';
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(commands[i].name, line))
			return commands[i].run(play,
					       rest ? rest : (char[]){""});
	return complain(play, "no such command");
}

/* What was said to the last command against its "=" lines. */
static bool
compare(struct play *play)
{
	bool is_same = play->want.len == 0 ||
		       !strcmp(buf_text(&play->want), buf_text(&play->said));

	if (play->is_print && play->said.len > 0)
		fputs(buf_text(&play->said), stdout);
	if (!is_same && !play->is_print)
		fprintf(stderr, "%s:%u: expected\n%s%s:%u: heard\n%s",
			play->file, play->asked_at, buf_text(&play->want),
			play->file, play->asked_at, buf_text(&play->said));
	buf_reset(&play->want);
	buf_reset(&play->said);
	return is_same || play->is_print;
}

static bool
play_all(struct play *play, FILE *in)
{
	static char line[MOST_LINE];

	while (fgets(line, sizeof(line), in)) {
		play->line++;
		line[strcspn(line, "\n")] = '\0';
		if (*line == '\0' || *line == '#')
			continue;
		if (*line == '=') {
			buf_append_text(&play->want,
					line + (line[1] == ' ' ? 2 : 1));
			buf_append_char(&play->want, '\n');
			continue;
		}
		if (!compare(play) || !run_command(play, line))
			return false;
	}
	return compare(play);
}

static int
run_dialogue(const char *address, const char *file, bool is_print)
{
	static struct play play;
	FILE *in = fopen(file, "r");
	bool is_good;

	if (!in) {
		fprintf(stderr, "%s: %s\n", file, strerror(errno));
		return 2;
	}
	play.address = address;
	play.file = file;
	play.is_print = is_print;
	play.wire.fd = -1;
	is_good = play_all(&play, in);
	fclose(in);
	wire_close(&play.wire);
	buf_done(&play.said);
	buf_done(&play.want);
	return is_good ? 0 : 1;
}

int
main(int argc, char **argv)
{
	if (argc >= 4 && !strcmp(argv[1], "--bench"))
		return milter_bench(argv[2], argv[3], argv + 4);
	if (argc == 4 && !strcmp(argv[1], "--print"))
		return run_dialogue(argv[2], argv[3], true);
	if (argc == 3)
		return run_dialogue(argv[1], argv[2], false);
	fputs("usage: milter_client [--print] ADDRESS DIALOGUE\n"
	      "       milter_client --bench ADDRESS MAIL [--connections N]\n"
	      "           [--messages M] [--reconnect] [--sender A]\n"
	      "           [--recipient B]\n",
	      stderr);
	return 2;
}
