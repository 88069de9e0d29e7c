/*
 * api_mail.c - what the engine makes of a mail: what one that came in is, how
 * one would go out, what stands in one of our links. Nothing is kept or sent.
 */
#include <string.h>

#include "broadcast/template_write.h"
#include "classify/classify_json.h"
#include "gate/gate_trial.h"
#include "gate/mail_here.h"
#include "http/api/api_call.h"
#include "mail/address.h"

static enum sg_status
must_be_there(struct api_call *call, struct sg_err *err)
{
	if (call->request->request.body_len)
		return SG_OK;
	return err_set(err, SG_REFUSED, "the body is empty; expected a mail");
}

enum sg_status
api_mail_classify(struct api_call *call, struct sg_err *err)
{
	const struct sg_request *request = &call->request->request;
	struct classify_result result;
	enum sg_status status = must_be_there(call, err);

	if (status == SG_OK)
		status = classify_text(call->pool, request->body,
				       request->body_len, &result, err);
	if (status == SG_OK)
		classify_json(&result, api_answer(call));
	return status;
}

enum sg_status
api_mail_token(struct api_call *call, struct sg_err *err)
{
	struct gate_trial_token token;
	const char *text;
	enum sg_status status = api_body_text(call, "token", true, &text, err);

	if (status == SG_OK)
		status = gate_token_read(call->api->options.keys, call->pool,
					 text, &token, err);
	if (status == SG_OK)
		gate_token_json(&token, api_answer(call));
	return status;
}

/* --- how it would go out -------------------------------------------------- */

/* campaign= goes before a header that says so. */
static enum sg_status
add_campaign(struct api_call *call, struct buf *mail, struct sg_err *err)
{
	const char *campaign = api_param(call, "campaign");
	enum sg_status status;

	if (!campaign || !*campaign)
		return SG_OK;
	status = api_check_name("campaign", campaign, err);
	if (status == SG_OK)
		buf_printf(mail, "X-Scoregate-Campaign: %s\r\n", campaign);
	return status;
}

static enum sg_status
read_address(struct api_call *call, const char *param, const char *fallback,
	     const char **out, struct sg_err *err)
{
	const char *text = api_param(call, param);

	if (!text && !fallback)
		return err_set(err, SG_REFUSED,
			       "expected `%s`, an address: a token names one "
			       "record",
			       param);
	if (address_from_envelope(call->pool, text ? text : fallback, out,
				  NULL) != SG_OK)
		return err_set(err, SG_REFUSED, "`%s` is no address: %.100s",
			       param, text);
	return SG_OK;
}

static enum sg_status
instrument(struct api_call *call, struct mail_here *mail, struct sg_err *err)
{
	struct mail_made *made;
	enum sg_status status;

	if (!call->api->options.gate)
		return err_set(err, SG_BUSY, "mail is not instrumented here");
	status = mail_here_make(call->api->options.gate, mail, &made, err);
	if (status != SG_OK)
		return status;
	status = api_answer_mail(call, buf_text(&made->data), made->data.len,
				 err);
	if (status == SG_OK && call->answer)
		json_add_clean(call->answer, "sender", buf_text(&made->sender));
	mail_made_free(made);
	return status;
}

enum sg_status
api_mail_instrument(struct api_call *call, struct sg_err *err)
{
	const struct sg_request *request = &call->request->request;
	struct mail_here mail = {.trial = true};
	struct buf text = BUF_INIT;
	enum sg_status status = must_be_there(call, err);

	if (status == SG_OK)
		status = read_address(call, "to", NULL, &mail.recipient, err);
	if (status == SG_OK)
		status = read_address(call, "from", "sender@example.com",
				      &mail.sender, err);
	if (status == SG_OK)
		status = add_campaign(call, &text, err);
	if (status == SG_OK) {
		template_write_crlf(&text, request->body, request->body_len);
		mail.data = buf_text(&text);
		mail.len = text.len;
		status = instrument(call, &mail, err);
	}
	buf_done(&text);
	return status;
}
