/* daemon_verdicts.c - verdict.conf: read at the start, and again at a reload,
 * which leaves the lists in force when the new ones are wrong. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/daemon.h"

enum sg_status
daemon_verdicts_read(const struct daemon_conf *conf, const char *conf_path,
		     struct verdict_conf **verdicts_out, struct sg_err *err)
{
	const char *named = conf_text(conf->root, "verdicts");
	const char *slash = strrchr(conf_path, '/');
	char path[PATH_MAX];
	int folder = slash && (!named || named[0] != '/')
			     ? (int)(slash + 1 - conf_path)
			     : 0;

	snprintf(path, sizeof(path), "%.*s%s", folder, conf_path,
		 named ? named : "verdict.conf");
	if (!named && access(path, F_OK) != 0)
		return verdict_conf_read(NULL, verdicts_out, err);
	return verdict_conf_read(path, verdicts_out, err);
}

enum sg_status
daemon_verdicts_open(struct daemon *daemon, struct sg_err *err)
{
	struct verdict_conf *verdicts;
	enum sg_status status = daemon_verdicts_read(
		daemon->conf, daemon->conf_path, &verdicts, err);

	if (status == SG_OK)
		daemon->verdicts = verdict_book_new(verdicts);
	return status;
}

enum sg_status
daemon_verdicts_reload(struct daemon *daemon, const struct daemon_conf *fresh,
		       struct sg_err *err)
{
	struct verdict_conf *verdicts;
	enum sg_status status =
		daemon_verdicts_read(fresh, daemon->conf_path, &verdicts, err);

	if (status == SG_OK)
		verdict_book_put(daemon->verdicts, verdicts,
				 clock_monotonic_ms());
	return status;
}
