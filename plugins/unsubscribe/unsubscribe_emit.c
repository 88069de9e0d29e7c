/* unsubscribe_emit.c - the signal and the change, in one write. */
#include "unsubscribe.h"

enum sg_status
unsubscribe_emit(const struct sg_call *call, const struct sg_token *token,
		 const char *how, const char *reason, struct sg_err *err)
{
	struct sg_text *list = call->host->text(call);
	struct sg_prop props[3] = {
		{"list", ""}, {"how", how}, {"reason", reason}};
	const struct sg_signal signals[] = {
		{.size = sizeof(signals[0]),
		 .kind = SG_SIGNAL_HAPPENED,
		 .name = "email.unsubscribed",
		 .record_key = token->record_key,
		 .message_id = token->message_id,
		 .props = props,
		 .n_props = reason[0] ? 3 : 2},
		{.size = sizeof(signals[0]),
		 .kind = SG_LIST_LEAVE,
		 .record_key = token->record_key,
		 .message_id = token->message_id,
		 .props = props,
		 .n_props = 2},
	};

	call->host->append(list, token->payload, token->payload_len);
	props[0].value = call->host->text_value(list);
	return call->host->emit(call, signals, 2, SG_SYNCED, err);
}
