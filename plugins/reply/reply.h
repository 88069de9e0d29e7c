/*
 * reply.h - what the files of `reply` share. Mail to a bounce address (`own`)
 * says by its token which message it is about; other mail names it by its
 * Message-ID, or quotes a token, and whether that is one of ours is decided
 * where the store is.
 */
#ifndef PLUGINS_REPLY_REPLY_H
#define PLUGINS_REPLY_REPLY_H

#include "scoregate_plugin.h"

static inline const struct sg_own_recipient *
reply_own_at(const struct sg_incoming *mail, size_t i)
{
	const unsigned char *at = (const unsigned char *)mail->own;

	return (const void *)(at + i * mail->own->size);
}

/* Fills size, kind and the id by which a doubled one is dropped. */
enum sg_status reply_emit(const struct sg_call *call,
			  const struct sg_incoming *mail,
			  struct sg_signal *signal, struct sg_err *err);

/* NULL: no program made it. */
const char *reply_automatic_name(enum sg_mail_kind kind);
enum sg_status reply_automatic_own(const struct sg_call *call,
				   const struct sg_incoming *mail,
				   const char *name, struct sg_err *err);
enum sg_status reply_automatic_other(const struct sg_call *call,
				     const struct sg_incoming *mail,
				     const char *name, struct sg_err *err);

enum sg_status reply_answer_own(const struct sg_call *call,
				const struct sg_incoming *mail,
				struct sg_err *err);
enum sg_status reply_answer_other(const struct sg_call *call,
				  const struct sg_incoming *mail,
				  struct sg_err *err);

#endif
