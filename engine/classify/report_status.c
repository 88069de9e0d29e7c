/* report_status.c - enhanced status codes in a text. See report.h. */
#include <ctype.h>
#include <string.h>

#include "classify/report.h"

size_t
report_status_find(const char *text, const char **start_out)
{
	const char *at;
	size_t subject, detail;

	for (at = text; *at; at++) {
		if (!strchr("245", *at) || at[1] != '.' ||
		    (at > text &&
		     (isalnum((unsigned char)at[-1]) || at[-1] == '.')))
			continue;
		subject = strspn(at + 2, "0123456789");
		if (subject == 0 || subject > 3 || at[2 + subject] != '.')
			continue;
		detail = strspn(at + 3 + subject, "0123456789");
		if (detail == 0 || detail > 3 ||
		    (at[3 + subject + detail] == '.' &&
		     isdigit((unsigned char)at[4 + subject + detail])))
			continue;
		*start_out = at;
		return 3 + subject + detail;
	}
	return 0;
}
