/*
 * milter_stub - the milter with a stub in the engine's place, for the tests of
 * milter/ alone: what is done is written in the mail itself.
 *
 *   milter_stub SOCKET [--trace] [--mode 0660] [--group NAME] [--limit MS]
 *
 * Sender or recipient "ANSWER@..." gives that answer, and so does a header
 * "X-Answer: STAGE ANSWER" (header, eoh, body, end). A header "X-Edit: KIND
 * NAME INDEX VALUE" asks for an edit (add, change, delete, sender, rcpt-add,
 * rcpt-remove; "-" = not given); "X-Body: N" for a new body of N bytes.
 * --trace prints what arrives. TERM stops; the exit code is 0 when the stop
 * was in time and no message was left over.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "milter/milter.h"

enum { MOST_EDITS = 32 };

struct sg_mail {
	struct sg_mail_edit edits[MOST_EDITS];
	size_t n_edits;
	char *strings[2 * MOST_EDITS];
	size_t n_strings;
	size_t body_len;
	bool is_asked[4];
	struct sg_mail_reply at[4];
	char log_line[96];
};

static bool is_trace;
static atomic_long n_mails;

static const char *const stages[4] = {"header", "eoh", "body", "end"};
static const struct sg_mail_reply answers[] = {
	{SG_MAIL_CONTINUE, NULL, NULL, NULL},
	{SG_MAIL_ACCEPT, NULL, NULL, NULL},
	{SG_MAIL_SKIP, NULL, NULL, NULL},
	{SG_MAIL_REJECT, "550", "5.1.1", "No such address here"},
	{SG_MAIL_TEMPFAIL, "451", "4.3.0", "Not now"},
	{SG_MAIL_DISCARD, NULL, NULL, NULL},
};
static const char *const words[] = {"continue", "accept",   "skip",
				    "reject",	"tempfail", "discard"};

static void
trace(const char *what, const char *text)
{
	if (is_trace)
		printf("%s %s\n", what, text ? text : "(none)");
}

static struct sg_mail_reply
answer_of(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == len && !strncmp(words[i], word, len))
			return answers[i];
	return answers[0];
}

static struct sg_mail_reply
by_address(const char *address)
{
	address += *address == '<';
	return answer_of(address, strcspn(address, "@"));
}

static char *
keep(struct sg_mail *mail, const char *text)
{
	if (mail->n_strings == 2 * MOST_EDITS || !strcmp(text, "-"))
		return NULL;
	return mail->strings[mail->n_strings++] = strdup(text);
}

struct sg_mail *
sg_mail_new(struct sg_gate *gate, const struct sg_mail_connection *from)
{
	trace("daemon", from->daemon_name);
	trace("client", from->client_addr);
	trace("auth", from->auth_authen);
	atomic_fetch_add(&n_mails, 1);
	return calloc(1, sizeof(struct sg_mail));
}

void
sg_mail_free(struct sg_mail *mail)
{
	if (!mail)
		return;
	for (size_t i = 0; i < mail->n_strings; i++)
		free(mail->strings[i]);
	for (size_t i = 0; i < mail->n_edits; i++)
		if (mail->edits[i].kind == SG_EDIT_BODY)
			free((char *)(uintptr_t)mail->edits[i].bytes);
	free(mail);
	atomic_fetch_sub(&n_mails, 1);
}

struct sg_mail_reply
sg_mail_sender(struct sg_mail *mail, const char *address)
{
	trace("sender", address);
	return by_address(address);
}

struct sg_mail_reply
sg_mail_recipient(struct sg_mail *mail, const char *address)
{
	trace("recipient", address);
	return by_address(address);
}

static void
add_edit(struct sg_mail *mail, const char *text)
{
	static const char *const kinds[] = {"add", "change", "sender",
					    "rcpt-add", "rcpt-remove"};
	char kind[16] = "", name[64] = "", index[8] = "", value[256] = "";
	struct sg_mail_edit *edit = &mail->edits[mail->n_edits];

	if (mail->n_edits == MOST_EDITS ||
	    sscanf(text, "%15s %63s %7s %255[^\n]", kind, name, index, value) <
		    4)
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i], kind))
			edit->kind = (enum sg_mail_edit_kind)i;
	edit->name = keep(mail, name);
	edit->index = (unsigned)strtoul(index, NULL, 10);
	edit->value = keep(mail, value);
	mail->n_edits++;
}

static void
add_body(struct sg_mail *mail, size_t len)
{
	struct sg_mail_edit *edit = &mail->edits[mail->n_edits];
	char *bytes = malloc(len + 1);

	if (!bytes || mail->n_edits == MOST_EDITS) {
		free(bytes);
		return;
	}
	for (size_t i = 0; i < len; i++)
		bytes[i] = i % 72 == 71 ? '\n' : 'y';
	edit->kind = SG_EDIT_BODY;
	edit->bytes = bytes;
	edit->len = len;
	mail->n_edits++;
}

static struct sg_mail_reply
at_stage(struct sg_mail *mail, size_t stage)
{
	return mail->is_asked[stage] ? mail->at[stage] : answers[0];
}

struct sg_mail_reply
sg_mail_header(struct sg_mail *mail, const char *name, const char *value)
{
	char stage[16] = "", word[16] = "";

	trace(name, value);
	if (!strcasecmp(name, "X-Edit"))
		add_edit(mail, value);
	if (!strcasecmp(name, "X-Body"))
		add_body(mail, strtoul(value, NULL, 10));
	if (!strcasecmp(name, "X-Answer") &&
	    sscanf(value, "%15s %15s", stage, word) == 2)
		for (size_t i = 0; i < 4; i++)
			if (!strcmp(stages[i], stage)) {
				mail->is_asked[i] = true;
				mail->at[i] = answer_of(word, strlen(word));
			}
	return at_stage(mail, 0);
}

struct sg_mail_reply
sg_mail_end_of_headers(struct sg_mail *mail)
{
	return at_stage(mail, 1);
}

struct sg_mail_reply
sg_mail_body(struct sg_mail *mail, const void *bytes, size_t len)
{
	mail->body_len += len;
	return at_stage(mail, 2);
}

struct sg_mail_reply
sg_mail_end(struct sg_mail *mail, const char *queue_id,
	    const struct sg_mail_edit **edits_out, size_t *n_edits_out)
{
	trace("end", queue_id);
	snprintf(mail->log_line, sizeof(mail->log_line),
		 "%.32s: seen body_bytes=%zu", queue_id ? queue_id : "-",
		 mail->body_len);
	*edits_out = mail->edits;
	*n_edits_out = mail->n_edits;
	return at_stage(mail, 3);
}

const char *
sg_mail_log_line(const struct sg_mail *mail)
{
	return *mail->log_line ? mail->log_line : NULL;
}

static void
print_log(void *arg, bool trouble, const char *line)
{
	if (is_trace)
		printf("%s %s\n", trouble ? "trouble" : "log", line);
}

/* Late enough for the main thread to wait for the signals first. */
static void *
run(void *arg)
{
	poll(NULL, 0, 20);
	puts("ready");
	fflush(stdout);
	return milter_run() == SG_OK ? arg : NULL;
}

static void
on_ended(void *arg)
{
	pthread_kill(*(pthread_t *)arg, SIGTERM);
}

static int
serve(struct milter_options *options, int limit_ms)
{
	pthread_t main_thread = pthread_self();
	char why[512] = "";
	pthread_t thread;
	sigset_t stop;
	int got;

	options->arg = &main_thread;
	options->ended = on_ended;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	if (milter_open(options, why, sizeof(why)) != SG_OK) {
		fprintf(stderr, "milter_stub: %s\n", why);
		return 2;
	}
	if (pthread_create(&thread, NULL, run, NULL) != 0)
		return 2;
	pthread_detach(thread);
	sigwait(&stop, &got);
	if (milter_stop(limit_ms) != SG_OK) {
		fprintf(stderr, "milter_stub: the stop took too long\n");
		_exit(3);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct milter_options options = {.log = print_log};
	struct milter_counts counts;
	int limit_ms = 2000;
	int code;

	if (argc < 2)
		return 2;
	options.socket = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "--trace"))
			is_trace = true;
		else if (!strcmp(argv[i], "--mode") && i + 1 < argc)
			options.mode = (mode_t)strtoul(argv[++i], NULL, 8);
		else if (!strcmp(argv[i], "--group") && i + 1 < argc)
			options.group = argv[++i];
		else if (!strcmp(argv[i], "--limit") && i + 1 < argc)
			limit_ms = (int)strtol(argv[++i], NULL, 10);
	}
	code = serve(&options, limit_ms);
	if (code == 2)
		return code;
	milter_counts(&counts);
	printf("counts connections=%lu messages=%lu changed=%lu rejected=%lu "
	       "tempfails=%lu taken=%lu trouble=%lu left=%ld\n",
	       counts.connections, counts.messages, counts.changed,
	       counts.rejected, counts.tempfails, counts.taken, counts.trouble,
	       atomic_load(&n_mails));
	return code;
}
