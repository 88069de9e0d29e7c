/* daemon_conf_options.c - the table; see daemon_conf.h. Sections of parts that
 * have options of their own come from their headers. */
#include "broadcast/broadcast.h"
#include "daemon/daemon_conf.h"
#include "gate/gate.h"

#define HOUR_MS 3600000.0

static const struct conf_option log_options[] = {
	{.name = "level",
	 .type = CONF_TEXT,
	 .fallback = "info",
	 .help = "error, warn, info or debug"},
	{.name = "to",
	 .type = CONF_TEXT,
	 .fallback = "auto",
	 .help = "auto, journal or terminal: the form of a line on stderr"},
	{0},
};

static const struct conf_option http_options[] = {
	{.name = "public",
	 .type = CONF_TEXT,
	 .fallback = "127.0.0.1:8025",
	 .help = "listener for mail clients, forms and webhooks; none = off"},
	{.name = "private",
	 .type = CONF_TEXT,
	 .fallback = "127.0.0.1:8026",
	 .help = "listener for the API and /metrics; none = off"},
	{.name = "socket",
	 .type = CONF_TEXT,
	 .fallback = SCOREGATE_RUNDIR "/scoregate.sock",
	 .help = "Unix socket of the command; none = off"},
	{.name = "socket_group",
	 .type = CONF_TEXT,
	 .help = "whose members may use the socket, as operators"},
	{.name = "threads",
	 .type = CONF_INT,
	 .fallback = "2",
	 .least = 1,
	 .most = 64,
	 .help = "of the public listener"},
	{0},
};

static const struct conf_option milter_options[] = {
	{.name = "socket",
	 .type = CONF_TEXT,
	 .help = "unix:/path or inet:port@host; not set = no milter"},
	{.name = "group",
	 .type = CONF_TEXT,
	 .help = "group of a Unix socket: the MTA's, as postfix"},
	{.name = "mode",
	 .type = CONF_TEXT,
	 .fallback = "0660",
	 .help = "of a Unix socket, in octal"},
	{.name = "timeout",
	 .type = CONF_DURATION,
	 .fallback = "7210s",
	 .least = 1000,
	 .most = 24 * HOUR_MS,
	 .help = "an MTA that says nothing for so long is hung up on"},
	{0},
};

static const struct conf_option spool_options[] = {
	{.name = "sync",
	 .type = CONF_TEXT,
	 .fallback = "5ms",
	 .help = "fdatasync at the latest after this; answer = before each "
		 "answer"},
	{.name = "max",
	 .type = CONF_SIZE,
	 .fallback = "4G",
	 .least = 1 << 20,
	 .most = 1e15,
	 .help = "most bytes not yet applied; past it nothing is taken"},
	{0},
};

static const struct conf_option contacts_options[] = {
	{.name = "create",
	 .type = CONF_BOOL,
	 .fallback = "yes",
	 .help = "a signal of an unknown address makes a contact"},
	{0},
};

static const struct conf_option score_options[] = {
	{.name = "degrade",
	 .type = CONF_PERCENT,
	 .fallback = "none",
	 .most = 99.999,
	 .help = "what touch points lose a day, as 5%; none"},
	{.name = "degrade_negative",
	 .type = CONF_BOOL,
	 .fallback = "yes",
	 .help = "no: negative touch points do not fade"},
	{.name = "default",
	 .type = CONF_TEXT,
	 .fallback = "none",
	 .help = "score of a record that has none, as 0; none"},
	{.name = "floor",
	 .type = CONF_TEXT,
	 .fallback = "none",
	 .help = "the least that is shown"},
	{.name = "ceiling",
	 .type = CONF_TEXT,
	 .fallback = "none",
	 .help = "the most that is shown"},
	{0},
};

static const struct conf_option signals_options[] = {
	{.name = "names",
	 .type = CONF_TEXT_LIST,
	 .help = "what the API and `signal emit` may use beside the plugins'"},
	{0},
};

const struct conf_option daemon_conf_options[] = {
	{.name = "public_url",
	 .type = CONF_TEXT,
	 .help = "what links in mail begin with, as https://track.example.com"},
	{.name = "bounce_domain",
	 .type = CONF_TEXT,
	 .help = "bounces come back to bounce+TOKEN@ it; not set = the sender "
		 "stays as it is"},
	{.name = "unsubscribe_address",
	 .type = CONF_TEXT,
	 .help = "the mailto: of List-Unsubscribe; not set = none"},
	{.name = "state",
	 .type = CONF_TEXT,
	 .fallback = SCOREGATE_STATEDIR,
	 .help = "the folder of store, spool and keys"},
	{.name = "user",
	 .type = CONF_TEXT,
	 .fallback = "scoregate",
	 .help = "whom to become when started as root"},
	{.name = "group",
	 .type = CONF_TEXT,
	 .help = "and which group; not set = the user's own"},
	{.name = "timezone",
	 .type = CONF_TEXT,
	 .fallback = "UTC",
	 .help = "of days and of dates without one, as Europe/Berlin"},
	{.name = "rules",
	 .type = CONF_TEXT,
	 .help = "loaded into an empty store; not set = rules.conf beside this "
		 "file, if it is there"},
	{.name = "checkpoint",
	 .type = CONF_DURATION,
	 .fallback = "60s",
	 .least = 1000,
	 .most = HOUR_MS,
	 .help = "how often the scores in memory are written to the store"},
	{.name = "plugins",
	 .type = CONF_TEXT,
	 .fallback = SCOREGATE_LIBDIR,
	 .help = "the folder where NAME.so is looked for"},
	{.name = "load",
	 .type = CONF_TEXT_LIST,
	 .fallback =
		 "{ open, click, bounce, reply, unsubscribe, form, webhook }",
	 .help = "these plugins are loaded, and those with a section of their "
		 "own"},
	{.name = "log", .type = CONF_SECTION, .options = log_options},
	{.name = "http", .type = CONF_SECTION, .options = http_options},
	{.name = "milter", .type = CONF_SECTION, .options = milter_options},
	{.name = "mail", .type = CONF_SECTION, .options = gate_mail_options},
	{.name = "smtp",
	 .type = CONF_SECTION,
	 .options = broadcast_smtp_options},
	{.name = "spool", .type = CONF_SECTION, .options = spool_options},
	{.name = "contacts", .type = CONF_SECTION, .options = contacts_options},
	{.name = "score", .type = CONF_TITLED, .options = score_options},
	{.name = "signals", .type = CONF_SECTION, .options = signals_options},
	{.name = "plugin", .type = CONF_RAW},
	{0},
};
