/* net_start.h - libcurl's global state, made once. Any thread. */
#ifndef ENGINE_NET_NET_START_H
#define ENGINE_NET_NET_START_H

#include "base/err.h"

enum sg_status net_start(struct sg_err *err) MUST_CHECK;

#endif
