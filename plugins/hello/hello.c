/*
 * hello.c - the teaching plugin. It is built and tested like the others and
 * never installed. It has one of everything small: a setting, a signal, a
 * route, a header in outgoing mail, an action for automations, points for a
 * signal, a tick. Read it from top to bottom, then take a copy:
 *
 *     cp -r plugins/hello plugins/wave       # then rename inside
 *     make plugins && build/release/scoregate plugin check \
 *             build/release/plugins/wave.so
 *
 * Only this header and libc: everything else comes from the host.
 */
#include "scoregate_plugin.h"

#include <stdatomic.h>
#include <string.h>

/*
 * What the plugin remembers. start() makes it, each call gets it as
 * call->state. Routes and mail hooks run on several threads at once: what
 * changes after start() must be atomic or have a lock.
 */
struct hello {
	const char *greeting; /* of the configuration; lives until stop() */
	atomic_ulong ticks;
};

/* The signals that this plugin emits. Rules may name them; an undeclared one
 * is refused by emit(). The name says source and verb, in the past tense. */
static const struct sg_signal_declaration signals[] = {
	{"hello.said", "to", "Somebody said hello"},
	{0}, /* every table ends with an empty row */
};

/* What may stand in `plugin "hello" { … }`. Anything else in there is an
 * error with file and line, and this plugin is never asked about it. */
static const struct sg_option options[] = {
	{.name = "greeting",
	 .type = SG_OPTION_TEXT,
	 .fallback = "Hello", /* as it would stand in the file */
	 .help = "the first word of the answer"},
	{0},
};

/* Called once, alone, before anything else. Memory taken from this call lives
 * until stop(), so there is nothing to free. */
static enum sg_status
hello_start(const struct sg_call *call, void **state_out, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct hello *hello = host->alloc(call, sizeof(*hello));

	hello->greeting = host->setting_text(host->settings(call), "greeting");
	if (!hello->greeting[0])
		/* Says file and line; the daemon does not start. */
		return host->setting_refuse(host->settings(call), "greeting",
					    err, "must not be empty");
	*state_out = hello;
	return SG_OK;
}

static enum sg_status
emit_said(const struct sg_call *call, const char *email, const char *to,
	  struct sg_err *err)
{
	const struct sg_prop props[] = {{"to", to}};
	const struct sg_signal signal = {
		.size = sizeof(signal), /* so that the struct may grow */
		.kind = SG_SIGNAL_HAPPENED,
		.name = "hello.said",
		.key = email, /* who: the record of this address */
		.props = props,
		.n_props = 1,
	};

	/* SG_SYNCED: on the disk when this returns. SG_WRITTEN is faster, and
	 * survives this process, but not the machine. */
	return call->host->emit(call, &signal, 1, SG_SYNCED, err);
}

/* GET /hello/NAME?email=ADDRESS. `path` is what comes after the prefix, as the
 * client wrote it: never put it into HTML without append_html(). */
static enum sg_status
hello_answer(const struct sg_call *call, const struct sg_request *request,
	     struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct hello *hello = call->state;
	const char *email = host->request_param(call, request, "email");
	struct sg_text *page = host->text(call);
	enum sg_status status = SG_OK;

	if (email)
		status = emit_said(call, email, request->path, err);
	if (status == SG_REFUSED) {
		/* Their mistake: say so, it is no failure of ours. */
		host->reply_text(reply, 400, "this is no address\n");
		return SG_OK;
	}
	if (status != SG_OK)
		/* Not kept. Without an answer of our own the host answers 503
		 * for SG_BUSY and 500 for SG_FAILED. */
		return status;
	host->print(page, "<!doctype html><title>hello</title><p>%s ",
		    hello->greeting);
	host->append_html(page, request->path);
	host->print(page, "</p>\n");
	host->reply_page(reply, 200, host->text_value(page));
	return SG_OK;
}

static const struct sg_route routes[] = {
	{"/hello/", hello_answer, "says hello"},
	{0},
};

/* An outgoing mail that is instrumented: say what should be done to it. The
 * engine does it, and only when every plugin returned. */
static enum sg_status
hello_outgoing(const struct sg_call *call, const struct sg_outgoing *mail,
	       struct sg_err *err)
{
	const struct hello *hello = call->state;

	(void)mail, (void)err;
	call->host->mail_add_header(call, "X-Hello", hello->greeting);
	return SG_OK;
}

/* Points beside the rules. Pure: no clock, no chance, nothing but what is
 * given, so that history can be folded again and come out the same. */
static size_t
hello_score(const struct sg_call *call, const struct sg_signal *signal,
	    const struct sg_record *record, struct sg_points *points_out,
	    size_t most)
{
	(void)call, (void)record;
	if (most < 1 || strcmp(signal->name, "hello.said") != 0)
		return 0;
	points_out[0] = (struct sg_points){"lead", 1, "said hello"};
	return 1;
}

/* About once a second; never twice at once. */
static enum sg_status
hello_tick(const struct sg_call *call, struct sg_err *err)
{
	struct hello *hello = call->state;

	(void)err;
	atomic_fetch_add(&hello->ticks, 1);
	return SG_OK;
}

/* What `run 'hello.greet' with words = 'Welcome'` in an automation may say. */
static const struct sg_option greet_options[] = {
	{.name = "words",
	 .type = SG_OPTION_TEXT,
	 .help = "instead of the greeting of the configuration"},
	{0},
};

/* An automation fired and asks for it. The record is as it was then. Called
 * from the outbox: SG_BUSY and SG_FAILED mean later, so it may come twice;
 * SG_REFUSED, never. */
static enum sg_status
hello_greet(const struct sg_call *call, const struct sg_record *record,
	    const struct sg_settings *settings, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct hello *hello = call->state;
	const char *words = host->setting_text(settings, "words");
	const char *name = record->field(record, "first_name");
	struct sg_text *to = host->text(call);

	host->print(to, "%s %s", words ? words : hello->greeting,
		    name[0] ? name : record->key);
	return emit_said(call, record->key, host->text_value(to), err);
}

static const struct sg_action actions[] = {
	{"greet", "says hello to the record", greet_options, hello_greet},
	{0},
};

/* After the last call. */
static void
hello_stop(const struct sg_call *call)
{
	const struct hello *hello = call->state;

	call->host->log(call, SG_LOG_DEBUG, "goodbye ticks=%lu",
			atomic_load(&hello->ticks));
}

/* The one symbol that is exported: sg_plugin_ and the name, as in NAME.so. The
 * host reads its first fields from the file before any code of it runs. */
SG_PLUGIN const struct sg_plugin sg_plugin_hello = {
	SG_PLUGIN_HEAD,
	.name = "hello",
	.version = "1.0",
	.summary = "The teaching plugin: one of everything small",
	.signals = signals,
	.options = options,
	.routes = routes,
	.actions = actions,
	.start = hello_start,
	.stop = hello_stop,
	.tick = hello_tick,
	.outgoing = hello_outgoing,
	.score = hello_score,
};
