/* doctor_sendmail.c - does Sendmail ask our milter? Of sendmail.mc only the
 * lines that name filters are read. */
#include <string.h>

#include "base/text.h"
#include "cli/doctor.h"

enum { FILE_MOST = 1 << 20 };

/* The line of INPUT_MAIL_FILTER or MAIL_FILTER with our socket; NULL: none. */
static const char *
find_filter(struct doctor *doctor, const char *text, const char *socket)
{
	const char *line, *open, *end;
	size_t len;

	for (line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		len = strcspn(line, "\n");
		if (strncmp(line, "INPUT_MAIL_FILTER(`", 19) != 0 &&
		    strncmp(line, "MAIL_FILTER(`", 13) != 0)
			continue;
		if (!strstr(pool_memdup(doctor->pool, line, len), socket))
			continue;
		open = strchr(line, '`') + 1;
		end = strchr(open, '\'');
		if (end)
			return pool_memdup(doctor->pool, open,
					   (size_t)(end - open));
	}
	return NULL;
}

void
doctor_look_at_sendmail(struct doctor *doctor)
{
	const char *socket =
		conf_text(conf_section_at(doctor->conf, "milter", 0), "socket");
	const char *path = doctor_milter_path(doctor);
	const char *name;
	struct buf text = BUF_INIT;

	if (!socket ||
	    cli_read_file(doctor->sendmail, FILE_MOST, &text) != CLI_DONE)
		return;
	name = find_filter(doctor, buf_text(&text), path ? path : socket);
	if (name)
		doctor_say(doctor, DOCTOR_OK, "Sendmail", NULL,
			   "asks our milter as %s; its own bounces reach us "
			   "only by the bounce domain's mailertable",
			   name);
	else
		doctor_say(doctor, DOCTOR_FAIL, "Sendmail",
			   "INPUT_MAIL_FILTER(`scoregate', ...) as in "
			   "contrib/sendmail",
			   "%s names no filter with the socket %s",
			   doctor->sendmail, socket);
	buf_done(&text);
}
