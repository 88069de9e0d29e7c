/*
 * unsubscribe.h - leaving a list: unsubscribe_header.c offers it in each mail
 * (RFC 2369, RFC 8058), unsubscribe_page.c and unsubscribe_mail.c take it,
 * unsubscribe_emit.c says so, unsubscribe.c is the descriptor.
 */
#ifndef PLUGINS_UNSUBSCRIBE_UNSUBSCRIBE_H
#define PLUGINS_UNSUBSCRIBE_UNSUBSCRIBE_H

#include "scoregate_plugin.h"

enum sg_status unsubscribe_header(const struct sg_call *call,
				  const struct sg_outgoing *mail,
				  struct sg_err *err);
sg_answer_fn unsubscribe_page;
enum sg_status unsubscribe_mail(const struct sg_call *call,
				const struct sg_incoming *mail,
				struct sg_err *err);

/* Kept on disk when this returns SG_OK. how: one-click, page, mail, report.
 * The token's payload is the list; empty: all of them. */
enum sg_status unsubscribe_emit(const struct sg_call *call,
				const struct sg_token *token, const char *how,
				struct sg_err *err);

#endif
