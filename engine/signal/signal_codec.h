/*
 * signal_codec.h - what the codec tells signal.c. The form, version 2, all
 * little-endian:
 *
 *   version 1 | kind 1 | verdict 1 | n_props 1 | happened_at 8 |
 *   received_at 8 | record_key 8 | message_id 8 | external_id 8 |
 *   settle_until 8 |
 *   name module key source actor because verdict_reason |
 *   n_props times: name value
 *
 * Version 1 has no settle_until.
 *
 * A text is its length in 2 bytes, its bytes, and a NUL, so that a decoded
 * signal can point into the bytes it was read from.
 */
#ifndef ENGINE_SIGNAL_SIGNAL_CODEC_H
#define ENGINE_SIGNAL_SIGNAL_CODEC_H

#include "signal/signal.h"

/* How many bytes signal_encode() will append. */
size_t signal_encoded_size(const struct signal *signal);

#endif
