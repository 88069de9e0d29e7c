/* signal_props.c - see signal_props.h. */
#include "signal/signal_props.h"

/* What ends a simple text, or makes it another. */
static const bool stops[256] = {['"'] = true, ['\\'] = true, ['\0'] = true};

/* "text" and past it; NULL: not simple. JSON has no control characters. */
static const char *
simple_text(const char *at, struct signal_span *out)
{
	if (*at != '"')
		return NULL;
	out->text = ++at;
	while (!stops[(unsigned char)*at])
		at++;
	out->len = (size_t)(at - out->text);
	return *at == '"' ? at + 1 : NULL;
}

bool
signal_props_next(const char **at, struct signal_prop_span *prop_out)
{
	const char *from = *at;

	if (from[0] == '{' && from[1] == '}')
		from++;
	if (from[0] == '}' && !from[1])
		from++;
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
