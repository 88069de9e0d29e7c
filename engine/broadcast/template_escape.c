/* template_escape.c - values in header fields. A value never ends the line, and
 * where addresses or URLs stand it never begins another one. */
#include <string.h>

#include "broadcast/template_text.h"

static void
append_byte(struct buf *to, enum template_place place, unsigned char c)
{
	if (c < 0x20 || c == 0x7F)
		c = ' ';
	if (place == TEMPLATE_LIST_FIELD &&
	    (c == ' ' || c >= 0x80 || strchr("<>,\"\\()", c)))
		buf_printf(to, "%%%02X", c);
	else if (place == TEMPLATE_ADDRESSES && strchr("<>,\"\\();:[]", c))
		buf_append_char(to, ' ');
	else
		buf_append_char(to, (char)c);
}

void
template_escape_header(struct buf *to, enum template_place place,
		       const char *value)
{
	for (; *value; value++)
		append_byte(to, place, (unsigned char)*value);
}
