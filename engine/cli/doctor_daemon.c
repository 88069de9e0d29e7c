/* doctor_daemon.c - the daemon that runs, and the clock. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/doctor.h"
#include "net/net_http.h"

enum { SKEW_WARN_MS = 2000, ASK_MS = 5000 };

/* NULL: nobody is there; said. */
static struct json *
ask(struct doctor *doctor, const char *resource)
{
	struct cli *cli = doctor->cli;
	struct net_http_request request = {
		.method = "GET",
		.url = pool_printf(doctor->pool, "%s/api/v1/%s", cli->url,
				   resource),
		.socket_path = cli->socket_path,
		.bearer = cli->token,
		.timeout_ms = ASK_MS,
	};
	struct net_http_response response = {.status = 0};
	struct json *answer = NULL;
	struct sg_err err;

	if (net_http_call(cli->client, &request, &response, &err) != SG_OK) {
		doctor_say(doctor, DOCTOR_FAIL, "daemon",
			   "systemctl start scoregated, then journalctl -u "
			   "scoregated",
			   "it does not answer at %s",
			   cli->socket_path ? cli->socket_path : cli->url);
		return NULL;
	}
	if (response.status != 200 ||
	    json_parse(buf_text(&response.body), response.body.len, &answer,
		       &err) != SG_OK)
		doctor_say(doctor, DOCTOR_WARN, "daemon",
			   "run doctor as root, or as a member of "
			   "http { socket_group }",
			   "it runs, and answers %d", response.status);
	buf_done(&response.body);
	return answer;
}

static const char *
text_of(const struct json *json, const char *name)
{
	const char *text = json_get_text(json, name);

	return text ? text : "";
}

static void
compare_clocks(struct doctor *doctor, const struct json *status)
{
	int64_t now = clock_now(), said;

	if (clock_parse(text_of(status, "now"), "UTC", &said, NULL) != SG_OK)
		return;
	if (llabs(now - said) > SKEW_WARN_MS)
		doctor_say(doctor, DOCTOR_WARN, "clock",
			   "let both machines keep time by NTP",
			   "the daemon's clock is %lld s from the one here",
			   (long long)llabs(now - said) / 1000);
}

/* Those that automations and sequences send. */
static void
look_at_templates(struct doctor *doctor)
{
	struct json *answer = ask(doctor, "templates?limit=1000");
	struct json *items = json_get(answer, "items");
	size_t n = items ? json_count(items) : 0, n_bad = 0;
	bool good;

	for (size_t i = 0; i < n; i++) {
		const struct json *item = json_at(items, i);

		if (json_get_bool(item, "good", &good) && good)
			continue;
		n_bad++;
		doctor_say(doctor, DOCTOR_FAIL, "templates",
			   "correct it; scoregate template list looks again",
			   "template \"%s\" cannot be sent: %s",
			   text_of(item, "name"), text_of(item, "trouble"));
	}
	if (n && !n_bad)
		doctor_say(doctor, DOCTOR_OK, "templates", NULL,
			   "mails can be made of all %zu", n);
	json_free(answer);
}

void
doctor_daemon(struct doctor *doctor)
{
	struct json *status = ask(doctor, "status");
	const char *version;
	bool healthy = false;

	if (!status)
		return;
	version = text_of(status, "version");
	if (strcmp(version, SCOREGATE_VERSION) != 0)
		doctor_say(doctor, DOCTOR_WARN, "daemon",
			   "systemctl restart scoregated",
			   "%s runs, and this command is " SCOREGATE_VERSION,
			   version);
	else if (!json_get_bool(status, "healthy", &healthy) || !healthy)
		doctor_say(doctor, DOCTOR_FAIL, "daemon",
			   "scoregate status says more", "%s",
			   text_of(status, "status"));
	else
		doctor_say(doctor, DOCTOR_OK, "daemon", NULL,
			   "%s runs, and all is well with it", version);
	compare_clocks(doctor, status);
	json_free(status);
	look_at_templates(doctor);
}

/* --- the clock ----------------------------------------------------------- */

/* A file server with another idea of the time makes files of the future. */
static void
compare_with_files(struct doctor *doctor)
{
	const char *path = doctor_state_path(doctor, "doctor.XXXXXX");
	char *file = pool_strdup(doctor->pool, path);
	struct stat status;
	int64_t apart;
	int fd = mkstemp(file);

	if (fd < 0)
		return; /* not ours to write: the daemon's user may */
	if (write(fd, "x", 1) == 1 && fstat(fd, &status) == 0) {
		apart = clock_now() - ((int64_t)status.st_mtim.tv_sec * 1000 +
				       status.st_mtim.tv_nsec / 1000000);
		if (llabs(apart) > SKEW_WARN_MS)
			doctor_say(doctor, DOCTOR_WARN, "clock",
				   "let the file server keep time by NTP",
				   "files in %s are written with a time %lld "
				   "s from here",
				   conf_text(doctor->conf, "state"),
				   (long long)apart / 1000);
	}
	close(fd);
	unlink(file);
}

void
doctor_clock(struct doctor *doctor)
{
	struct timex clock = {.modes = 0};
	int state = adjtimex(&clock);

	compare_with_files(doctor);
	if (clock_now() < INT64_C(1700000000000))
		doctor_say(doctor, DOCTOR_FAIL, "clock", "set it, by NTP",
			   "it is years in the past: every score fades "
			   "wrongly");
	else if (state < 0)
		doctor_say(doctor, DOCTOR_WARN, "clock", NULL,
			   "the kernel does not say whether it is kept by "
			   "NTP");
	else if (state == TIME_ERROR || clock.status & STA_UNSYNC)
		doctor_say(doctor, DOCTOR_WARN, "clock",
			   "apt install chrony, or systemd-timesyncd",
			   "the kernel says that nothing keeps it right");
	else
		doctor_say(doctor, DOCTOR_OK, "clock", NULL,
			   "it is kept right");
}
