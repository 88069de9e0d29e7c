/* signal_props.c - see signal_props.h. */
#include "signal/signal_props.h"

#include <string.h>

/* "text" and past it; NULL: not simple. JSON has no control characters. */
static const char *
simple_text(const char *at, struct signal_span *out)
{
	const char *end = *at == '"' ? strchr(at + 1, '"') : NULL;

	if (!end)
		return NULL;
	out->text = at + 1;
	out->len = (size_t)(end - out->text);
	return memchr(out->text, '\\', out->len) ? NULL : end + 1;
}

bool
signal_props_next(const char **at, struct signal_prop_span *prop_out)
{
	const char *from = *at;

	if (strcmp(from, "{}") == 0)
		from += 2;
	if (strcmp(from, "}") == 0)
		from += 1;
	*at = from;
	if (*from != '{' && *from != ',')
		return false;
	from = simple_text(from + 1, &prop_out->name);
	if (!from || *from != ':')
		return false;
	from = simple_text(from + 1, &prop_out->value);
	if (!from || (*from != ',' && *from != '}'))
		return false;
	*at = from;
	return true;
}
