/* net_reply.c - see net_reply.h. */
#include "net/net_reply.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void
net_reply_begin(struct net_reply *reply)
{
	reply->code = 0;
	reply->len = reply->taken = 0;
	reply->text[0] = '\0';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "250", "250 text", "250-text"; the reply ends with a line without '-'. */
static enum net_reply_end
end_line(struct net_reply *reply)
{
	const char *line = reply->text;

	while (reply->len && isspace((unsigned char)line[reply->len - 1]))
		reply->len--;
	reply->text[reply->len] = '\0';
	if (reply->len < 3 || line[0] < '2' || line[0] > '5' ||
	    !is_digit(line[1]) || !is_digit(line[2]) ||
	    (line[3] && line[3] != ' ' && line[3] != '-'))
		return NET_REPLY_WRONG;
	reply->len = 0;
	if (line[3] == '-')
		return NET_REPLY_MORE;
	reply->code =
		(line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
	return NET_REPLY_WHOLE;
}

enum net_reply_end
net_reply_feed(struct net_reply *reply, const char *bytes, size_t n,
	       size_t *used_out)
{
	enum net_reply_end end = NET_REPLY_MORE;
	size_t i;

	for (i = 0; i < n && end == NET_REPLY_MORE; i++) {
		if (++reply->taken > NET_REPLY_MOST)
			end = NET_REPLY_WRONG;
		else if (bytes[i] == '\n')
			end = end_line(reply);
		else if (reply->len < NET_REPLY_SIZE - 1)
			reply->text[reply->len++] = bytes[i] ? bytes[i] : ' ';
	}
	*used_out = i;
	return end;
}

void
net_reply_status(const char *line, char out[NET_STATUS_SIZE])
{
	const char *from = strlen(line) > 4 ? line + 4 : "";
	size_t len = strspn(from, "0123456789.");

	out[0] = '\0';
	if (len >= 5 && len < NET_STATUS_SIZE && strchr("245", from[0]) &&
	    from[1] == '.')
		snprintf(out, NET_STATUS_SIZE, "%.*s", (int)len, from);
}
