#include "milter_edits.h"

#include <limits.h>

/*
 * libmilter's functions take char * and change nothing behind it. The values
 * have no leading space: SMFIP_HDR_LEADSPC is not negotiated
 * (milter_session.c says why), so the MTA puts one after the colon.
 */
static char *
loose(const char *text)
{
	union {
		const char *from;
		char *to;
	} u = {.from = text};

	return u.to;
}

static int
apply_one(SMFICTX *ctx, const struct sg_mail_edit *edit)
{
	switch (edit->kind) {
	case SG_EDIT_HEADER_ADD:
		return smfi_addheader(ctx, loose(edit->name),
				      loose(edit->value));
	case SG_EDIT_HEADER_CHANGE:
		if (edit->index > INT_MAX)
			return MI_FAILURE;
		return smfi_chgheader(ctx, loose(edit->name), (int)edit->index,
				      loose(edit->value));
	case SG_EDIT_SENDER:
		return smfi_chgfrom(ctx, loose(edit->value), NULL);
	case SG_EDIT_RECIPIENT_ADD:
		return smfi_addrcpt(ctx, loose(edit->value));
	case SG_EDIT_RECIPIENT_REMOVE:
		return smfi_delrcpt(ctx, loose(edit->value));
	case SG_EDIT_BODY:
		break; /* apply_body() */
	}
	return MI_SUCCESS;
}

/* smfi_replacebody() cuts it to the protocol's size itself. */
static int
apply_body(SMFICTX *ctx, const struct sg_mail_edit *edit)
{
	union {
		const void *from;
		unsigned char *to;
	} bytes = {.from = edit->bytes};

	if (edit->len > INT_MAX)
		return MI_FAILURE;
	return smfi_replacebody(ctx, bytes.to, (int)edit->len);
}

bool
milter_edits_apply(SMFICTX *ctx, const struct sg_mail_edit *edits,
		   size_t n_edits, enum sg_mail_edit_kind *failed_out)
{
	const struct sg_mail_edit *body = NULL;

	for (size_t i = 0; i < n_edits; i++) {
		if (edits[i].kind == SG_EDIT_BODY) {
			body = &edits[i];
		} else if (apply_one(ctx, &edits[i]) != MI_SUCCESS) {
			*failed_out = edits[i].kind;
			return false;
		}
	}
	if (body && apply_body(ctx, body) != MI_SUCCESS) {
		*failed_out = SG_EDIT_BODY;
		return false;
	}
	return true;
}
