/* What an SMTP server says: the same reply whether its bytes come together or
 * one by one, and within its bounds. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/net_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct net_reply whole, pieces;
	enum net_reply_end end, end_of_pieces = NET_REPLY_MORE;
	char status[NET_STATUS_SIZE];
	size_t used, used_of_pieces = 0, n;

	net_reply_begin(&whole);
	end = net_reply_feed(&whole, bytes, size, &used);
	net_reply_begin(&pieces);
	while (used_of_pieces < size && end_of_pieces == NET_REPLY_MORE) {
		end_of_pieces =
			net_reply_feed(&pieces, bytes + used_of_pieces, 1, &n);
		used_of_pieces += n;
	}
	assert(end == end_of_pieces && used == used_of_pieces && used <= size);
	assert(whole.code == pieces.code);
	if (end != NET_REPLY_WHOLE)
		return 0;
	assert(whole.code >= 200 && whole.code <= 599);
	assert(!strcmp(whole.text, pieces.text));
	assert(strlen(whole.text) < NET_REPLY_SIZE);
	net_reply_status(whole.text, status);
	return 0;
}
