/* broadcast_here.c - `instrument = here`: a mail gets its pixel, its links and
 * its headers before it is sent, and email.sent when it is handed over. */
#include <stdlib.h>
#include <string.h>

#include "broadcast/broadcast_parts.h"
#include "gate/mail_here.h"

enum sg_status
broadcast_here(const struct broadcasts *broadcasts, struct broadcast_mail *mail,
	       struct sg_err *err)
{
	struct mail_here from = {.sender = mail->sender,
				 .recipient = mail->recipient,
				 .data = buf_text(&mail->data),
				 .len = mail->data.len};
	enum sg_status status;

	if (!broadcasts->instrument_here || !broadcasts->gate)
		return SG_OK;
	status = mail_here_make(broadcasts->gate, &from, &mail->made, err);
	if (status != SG_OK)
		return status;
	free(mail->sender);
	mail->sender = buf_take(&mail->made->sender, NULL);
	buf_done(&mail->data);
	mail->data = mail->made->data;
	memset(&mail->made->data, 0, sizeof(mail->made->data));
	return SG_OK;
}

enum sg_status
broadcast_here_keep(const struct broadcast_mail *mail, int64_t now,
		    struct sg_err *err)
{
	return mail->made ? mail_here_keep(mail->made, now, err) : SG_OK;
}
