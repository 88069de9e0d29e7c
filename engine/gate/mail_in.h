/* mail_in.h - what the hooks for incoming mail may act on. */
#ifndef ENGINE_GATE_MAIL_IN_H
#define ENGINE_GATE_MAIL_IN_H

#include "gate/mail_parts.h"

/* Our own recipients in the order in which the plugins see them. */
struct mail_in {
	struct mail_recipient **own;
	size_t n_own;
};

#endif
