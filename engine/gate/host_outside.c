/* host_outside.c - what a plugin asks of the world around: another file of
 * settings, another server. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "gate/gate_call.h"
#include "gate/gate_host.h"
#include "gate/gate_load.h"
#include "net/net_http.h"

enum { FETCH_MOST = 4 << 20, FETCH_MS_MOST = 30000 };

/* --- settings ------------------------------------------------------------ */

/* Where it is, in the pool; NULL: nowhere. */
static const char *
find_file(const struct gate_plugin *plugin, struct pool *pool, const char *name)
{
	const char *beside = conf_file(plugin->settings);
	const char *slash = strrchr(beside, '/');
	const char *path;

	if (name[0] == '/')
		return access(name, F_OK) == 0 ? name : NULL;
	path = pool_printf(pool, "%.*s%s",
			   (int)(slash ? slash + 1 - beside : 0), beside, name);
	if (access(path, F_OK) == 0)
		return path;
	path = pool_printf(pool, "%s/%s", SCOREGATE_DATADIR, name);
	return access(path, F_OK) == 0 ? path : NULL;
}

enum sg_status
host_settings_read(const struct sg_call *call, const char *name,
		   const struct sg_option *options,
		   const struct sg_settings **settings_out, struct sg_err *err)
{
	struct gate_plugin *plugin = gate_call_of(call)->plugin;
	struct gate_settings *more;
	enum sg_status status;
	const char *path;

	if (!plugin->starting)
		return err_set(err, SG_FAILED,
			       "plugin %s reads settings after its start",
			       plugin->descriptor.name);
	path = find_file(plugin, plugin->options_pool, name);
	if (!path)
		return err_set(err, SG_NONE,
			       "%s is neither beside the configuration nor in "
			       "%s",
			       name, SCOREGATE_DATADIR);
	more = pool_alloc(plugin->options_pool, sizeof(*more));
	status = conf_parse_file(
		path, gate_convert_options(plugin->options_pool, options),
		&more->root, err);
	if (status != SG_OK)
		return status;
	more->next = plugin->more_settings;
	plugin->more_settings = more;
	*settings_out = (const struct sg_settings *)more->root;
	return SG_OK;
}

/* --- time ---------------------------------------------------------------- */

const char *
host_time_text(const struct sg_call *call, int64_t at)
{
	char text[CLOCK_TEXT_SIZE];

	return host_copy(call, clock_format(at, text));
}

const char *
host_time_local(const struct sg_call *call, int64_t at)
{
	const char *zone = gate_call_of(call)->plugin->gate->timezone;
	char text[CLOCK_TEXT_SIZE];

	return host_copy(call, clock_format_local(at, zone, text));
}

/* --- other servers ------------------------------------------------------- */

/* Only so that nobody reads on the way what is fetched, or changes it. */
static bool
may_fetch(const char *url)
{
	static const char *const here[] = {"http://127.0.0.1", "http://[::1]",
					   "http://localhost"};
	size_t len;

	for (const char *c = url; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == '@')
			return false;
	if (strncmp(url, "https://", 8) == 0)
		return true;
	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
		len = strlen(here[i]);
		if (strncmp(url, here[i], len) == 0 &&
		    strchr(":/?", url[len]) && url[len])
			return true;
	}
	return false;
}

static enum sg_status
get(struct net_client *client, const struct net_http_request *request,
    struct sg_text *to, struct sg_err *err)
{
	struct net_http_response response = {.status = 0};
	enum sg_status status = net_http_call(client, request, &response, err);

	if (status != SG_OK)
		return status;
	if (response.status < 200 || response.status > 299)
		status = err_set(err, SG_REFUSED, "the answer was HTTP %d",
				 response.status);
	else
		buf_append(&to->buf, response.body.data, response.body.len);
	buf_done(&response.body);
	return status;
}

enum sg_status
host_fetch(const struct sg_call *call, const struct sg_fetch *what,
	   struct sg_text *to, struct sg_err *err)
{
	struct pool *pool = gate_call_pool(gate_call_of(call));
	struct net_http_request request = {
		.method = "GET",
		.url = what->url,
		.timeout_ms = what->timeout_ms,
		.answer_most = what->most,
	};
	struct net_client *client;
	enum sg_status status;

	if (!may_fetch(what->url))
		return err_set(err, SG_REFUSED,
			       "only https is fetched, and http of this "
			       "machine");
	if (request.timeout_ms <= 0 || request.timeout_ms > FETCH_MS_MOST)
		request.timeout_ms = FETCH_MS_MOST;
	if (!request.answer_most || request.answer_most > FETCH_MOST)
		request.answer_most = FETCH_MOST;
	if (what->authorization)
		request.header = pool_printf(pool, "Authorization: %s",
					     what->authorization);
	status = net_client_new(&client, err);
	if (status != SG_OK)
		return status;
	status = get(client, &request, to, err);
	net_client_free(client);
	return status;
}
