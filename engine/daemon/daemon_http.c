/* daemon_http.c - see daemon_http.h. */
#include "daemon/daemon_http.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "http/http_tls.h"

enum {
	FDS_OF_TLS = 3,	       /* its own, and both ends of http_relay.h's */
	FDS_OF_THE_REST = 512, /* store, spool, milter, the private face */
	DAYS_LEFT_SOON = 14,
	DAY_S = 86400
};

/* --- listeners -------------------------------------------------------------
 */

static const struct {
	const char *option;
	enum http_face face;
	bool tls;
} lists[] = {
	{"public", HTTP_PUBLIC, false},
	{"tls", HTTP_PUBLIC, true},
	{"private", HTTP_PRIVATE, false},
	{"socket", HTTP_LOCAL, false},
};

static enum sg_status
each_of(const struct conf_section *http, size_t i, daemon_listen_fn *fn,
	void *arg, struct sg_err *err)
{
	char address[DAEMON_LISTEN_ADDRESS_MOST];
	struct daemon_listen listen = {lists[i].face, lists[i].tls,
				       lists[i].option, address};
	const char *at = conf_text(http, lists[i].option);
	enum sg_status status = SG_OK;

	while (status == SG_OK) {
		size_t len;

		at += strspn(at, ", \t\r\n");
		len = strcspn(at, ", \t\r\n");
		if (len == 0)
			break;
		if (len >= sizeof(address))
			return conf_refuse(http, lists[i].option, err,
					   "an address is too long");
		memcpy(address, at, len);
		address[len] = '\0';
		at += len;
		if (!text_equal_ascii(address, "none"))
			status = fn(arg, &listen, err);
	}
	return status;
}

enum sg_status
daemon_http_each(const struct daemon_conf *conf, daemon_listen_fn *fn,
		 void *arg, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	for (size_t i = 0;
	     status == SG_OK && i < sizeof(lists) / sizeof(*lists); i++)
		status = each_of(conf->http, i, fn, arg, err);
	return status;
}

/* --- what the section says --------------------------------------------------
 */

static enum sg_status
read_trusted(const struct conf_section *http, struct http_trust *trust,
	     struct sg_err *err)
{
	struct buf all = BUF_INIT;
	struct sg_err why;
	enum sg_status status;

	for (size_t i = 0; i < conf_list_count(http, "trusted"); i++)
		buf_printf(&all, "%s ", conf_list_at(http, "trusted", i));
	status = http_trust_parse(buf_text(&all), trust, &why);
	buf_done(&all);
	return status == SG_OK ? SG_OK
			       : conf_refuse(http, "trusted", err,
					     "`trusted`: %s", why.text);
}

static enum sg_status
read_policy(const struct conf_section *http, struct http_policy *policy,
	    struct sg_err *err)
{
	struct rate_limit calls;
	struct sg_err why;

	memset(policy, 0, sizeof(*policy));
	if (rate_parse(conf_text(http, "api_calls"), &calls, &why) != SG_OK)
		return conf_refuse(http, "api_calls", err, "`api_calls`: %s",
				   why.text);
	if (read_trusted(http, &policy->trust, err) != SG_OK)
		return SG_REFUSED;
	if (http_trust_header(conf_text(http, "forwarded"), &policy->trust,
			      &why) != SG_OK)
		return conf_refuse(http, "forwarded", err, "`forwarded`: %s",
				   why.text);
	if (rate_parse(conf_text(http, "requests"), &policy->requests, &why) !=
	    SG_OK)
		return conf_refuse(http, "requests", err, "`requests`: %s",
				   why.text);
	policy->trust.proxy_protocol = conf_bool(http, "proxy_protocol");
	if (policy->trust.proxy_protocol && policy->trust.n == 0 &&
	    !policy->trust.local)
		return conf_refuse(
			http, "proxy_protocol", err,
			"`proxy_protocol` needs `trusted`: from whom "
			"is the PROXY header believed?");
	policy->per_address =
		(unsigned)conf_int(http, "connections_per_address");
	return SG_OK;
}

static enum sg_status
read_files(const struct conf_section *http,
	   struct http_tls_files files[HTTP_TLS_MOST], size_t *n_out,
	   struct sg_err *err)
{
	size_t n = conf_list_count(http, "certificate");

	if (n != conf_list_count(http, "key") || n > HTTP_TLS_MOST)
		return conf_refuse(http, n ? "certificate" : "key", err,
				   "expected as many files in `key` as in "
				   "`certificate`, at most %d",
				   HTTP_TLS_MOST);
	for (size_t i = 0; i < n; i++) {
		files[i].certificate = conf_list_at(http, "certificate", i);
		files[i].key = conf_list_at(http, "key", i);
	}
	*n_out = n;
	return SG_OK;
}

static enum sg_status
check_listen(void *arg, const struct daemon_listen *listen, struct sg_err *err)
{
	const struct conf_section *http = arg;
	struct sg_err why;

	if (listen->face == HTTP_LOCAL && listen->address[0] != '/')
		return conf_refuse(http, listen->option, err,
				   "`socket`: expected a path that begins "
				   "with /");
	if (listen->tls && conf_list_count(http, "certificate") == 0)
		return conf_refuse(http, listen->option, err,
				   "`tls` needs `certificate` and `key`");
	if (listen->address[0] != '/' &&
	    http_address_check(listen->address, &why) != SG_OK)
		return conf_refuse(http, listen->option, err, "%s", why.text);
	return SG_OK;
}

/* The certificates can be used; `soon` hears of one that soon cannot. */
static enum sg_status
check_files(const struct conf_section *http, struct buf *soon,
	    struct sg_err *err)
{
	struct http_tls_files files[HTTP_TLS_MOST];
	struct sg_err why;
	int64_t left = 0;
	size_t n = 0;

	if (read_files(http, files, &n, err) != SG_OK)
		return SG_REFUSED;
	if (n == 0)
		return SG_OK;
	if (http_tls_check(files, n, clock_now(), &left, &why) != SG_OK)
		return conf_refuse(http, "certificate", err, "%s", why.text);
	if (left < 0)
		buf_printf(soon,
			   "a certificate in `certificate` has expired\n");
	else if (left < (int64_t)DAYS_LEFT_SOON * DAY_S)
		buf_printf(soon,
			   "a certificate in `certificate` expires in %" PRId64
			   " days\n",
			   left / DAY_S);
	return SG_OK;
}

enum sg_status
daemon_http_check(const struct daemon_conf *conf, struct buf *report,
		  struct sg_err *err)
{
	struct buf unheard = BUF_INIT;
	struct http_policy policy;
	enum sg_status status = read_policy(conf->http, &policy, err);

	if (status == SG_OK)
		status = daemon_http_each(conf, check_listen,
					  (void *)(uintptr_t)conf->http, err);
	if (status == SG_OK)
		status = check_files(conf->http, report ? report : &unheard,
				     err);
	buf_done(&unheard);
	return status;
}

/* --- start ------------------------------------------------------------------
 */

/* How many descriptors the connections may take; the soft limit is raised as
 * far as it goes. */
static unsigned
connections_possible(unsigned wanted, unsigned each)
{
	struct rlimit limit;
	unsigned possible;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return wanted;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY ||
	    limit.rlim_cur >= (rlim_t)wanted * each + FDS_OF_THE_REST)
		return wanted;
	possible = limit.rlim_cur > 2 * FDS_OF_THE_REST
			   ? ((unsigned)limit.rlim_cur - FDS_OF_THE_REST) / each
			   : FDS_OF_THE_REST;
	log_warn("http: %u connections instead of %u: the limit of open files "
		 "is %llu",
		 possible, wanted, (unsigned long long)limit.rlim_cur);
	return possible;
}

struct start {
	struct daemon *daemon;
	const struct conf_section *section;
	struct daemon_sockets sockets;
};

static enum sg_status
listen_on(const struct start *start, const struct daemon_listen *listen,
	  int inherited_fd, struct sg_err *err)
{
	const struct conf_section *section = start->section;
	bool local = listen->face == HTTP_LOCAL;
	const char *group =
		conf_text(section, local ? "socket_group" : "public_group");
	struct http_listen at = {
		.face = listen->face,
		.tls = listen->tls,
		.address = listen->address,
		.inherited_fd = inherited_fd,
		.threads = (unsigned)conf_int(section, "threads"),
		.socket_mode = local || group ? 0660 : 0666,
		.socket_group = group,
	};
	struct sg_err why;

	if (http_listen_on(start->daemon->http, &at, &why) == SG_OK)
		return SG_OK;
	return conf_refuse(section, listen->option, err, "%s", why.text);
}

static bool
is_inherited(const struct daemon_sockets *sockets, enum http_face face,
	     bool tls)
{
	for (size_t i = 0; i < sockets->n; i++)
		if (sockets->each[i].face == face &&
		    sockets->each[i].tls == tls)
			return true;
	return false;
}

/* Those that were handed over stand for all that the option lists. */
static enum sg_status
listen_unless_inherited(void *arg, const struct daemon_listen *listen,
			struct sg_err *err)
{
	const struct start *start = arg;

	if (is_inherited(&start->sockets, listen->face, listen->tls))
		return SG_OK;
	return listen_on(start, listen, 0, err);
}

static enum sg_status
listen_inherited(const struct start *start, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	for (size_t i = 0; status == SG_OK && i < start->sockets.n; i++) {
		struct daemon_listen listen = {start->sockets.each[i].face,
					       start->sockets.each[i].tls,
					       "public", "inherited"};

		for (size_t j = 0; j < sizeof(lists) / sizeof(*lists); j++)
			if (lists[j].face == listen.face &&
			    lists[j].tls == listen.tls)
				listen.option = lists[j].option;
		if (listen.tls &&
		    conf_list_count(start->section, "certificate") == 0)
			return conf_refuse(start->section, "tls", err,
					   "a socket for TLS was handed to us: "
					   "it needs `certificate` and `key`");
		status = listen_on(start, &listen, start->sockets.each[i].fd,
				   err);
	}
	return status;
}

static enum sg_status
use_files(const struct conf_section *http, struct sg_err *err)
{
	struct http_tls_files files[HTTP_TLS_MOST];
	struct sg_err why;
	size_t n = 0;

	if (read_files(http, files, &n, err) != SG_OK)
		return SG_REFUSED;
	if (n == 0 || http_tls_use(files, n, &why) == SG_OK)
		return SG_OK;
	return conf_refuse(http, "certificate", err, "%s", why.text);
}

static void
warn_of(struct buf *soon)
{
	char *line = soon->len ? (char *)soon->data : NULL;

	if (line && soon->len) {
		buf_text(soon);
		log_warn("http: %.*s", (int)strcspn(line, "\n"), line);
	}
	buf_done(soon);
}

enum sg_status
daemon_http_start(struct daemon *daemon, struct sg_err *err)
{
	const struct conf_section *section = daemon->conf->http;
	struct start start = {.daemon = daemon, .section = section};
	/* Preferences read the store. */
	static const char *const waiting[] = {"/u/", NULL};
	struct http_options options = {
		.spool = daemon->spool,
		.waiting = waiting,
		.body_most = (size_t)conf_int(section, "body_most"),
		.connections_most = connections_possible(
			(unsigned)conf_int(section, "connections"),
			strcmp(conf_text(section, "tls"), "none") ? FDS_OF_TLS
								  : 1),
		.timeout_s = (unsigned)(conf_int(section, "idle") / 1000),
		.request_s =
			(unsigned)(conf_int(section, "request_time") / 1000),
	};
	struct http_policy policy;
	struct buf soon = BUF_INIT;
	enum sg_status status = daemon_sockets_take(&start.sockets, err);

	if (status == SG_OK)
		status = read_policy(section, &policy, err);
	if (status == SG_OK)
		status = daemon_http_check(daemon->conf, &soon, err);
	if (status == SG_OK)
		status = use_files(section, err);
	warn_of(&soon);
	if (status == SG_OK)
		status = http_open(&options, http_route, &daemon->routes,
				   &daemon->http, err);
	if (status == SG_OK)
		status = http_set_policy(daemon->http, &policy, err);
	if (status == SG_OK)
		status = listen_inherited(&start, err);
	if (status == SG_OK)
		status = daemon_http_each(daemon->conf, listen_unless_inherited,
					  &start, err);
	if (status == SG_OK)
		api_set_http(daemon->api, daemon->http);
	return status;
}

void
daemon_http_stop(struct daemon *daemon)
{
	if (daemon->api)
		api_set_http(daemon->api, NULL);
	http_close(daemon->http);
	http_tls_forget();
}

enum sg_status
daemon_http_reload(struct daemon *daemon, const struct daemon_conf *fresh,
		   struct sg_err *err)
{
	struct http_policy policy;
	struct buf soon = BUF_INIT;
	enum sg_status status = read_policy(fresh->http, &policy, err);

	if (!daemon->http)
		return SG_OK;
	if (status == SG_OK)
		status = daemon_http_check(fresh, &soon, err);
	if (status == SG_OK)
		status = use_files(fresh->http, err);
	warn_of(&soon);
	return status == SG_OK ? http_set_policy(daemon->http, &policy, err)
			       : status;
}
