#include "milter_count.h"

#include "milter.h"

struct milter_count milter_count;

static unsigned long
read_count(atomic_ulong *which)
{
	return atomic_load_explicit(which, memory_order_relaxed);
}

void
milter_counts(struct milter_counts *out)
{
	out->connections = read_count(&milter_count.connections);
	out->messages = read_count(&milter_count.messages);
	out->changed = read_count(&milter_count.changed);
	out->rejected = read_count(&milter_count.rejected);
	out->tempfails = read_count(&milter_count.tempfails);
	out->taken = read_count(&milter_count.taken);
	out->trouble = read_count(&milter_count.trouble);
}
