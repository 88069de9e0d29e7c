/* gate_host.c - the host's table, in the order of struct sg_host. */
#include "gate/gate_host.h"

#include "base/clock.h"
#include "base/text.h"
#include "page/page.h"
#include "token/token.h"

const struct sg_host gate_host = {
	.size = sizeof(struct sg_host),
	.abi_major = SCOREGATE_ABI_MAJOR,
	.abi_minor = SCOREGATE_ABI_MINOR,

	.log = host_log,
	.fail = host_fail,
	.site = host_site,

	.alloc = host_alloc,
	.copy = host_copy,
	.text = host_text,

	.append = host_append,
	.print = host_print,
	.append_html = host_append_html,
	.append_url = host_append_url,
	.append_json = host_append_json,
	.append_base64 = host_append_base64,
	.text_value = host_text_value,
	.text_len = host_text_len,
	.glob = text_glob_fold,

	.settings = host_settings,
	.setting_is_set = host_setting_is_set,
	.setting_text = host_setting_text,
	.setting_number = host_setting_number,
	.setting_int = host_setting_int,
	.setting_bool = host_setting_bool,
	.setting_list_count = host_setting_list_count,
	.setting_list_at = host_setting_list_at,
	.setting_section_count = host_setting_section_count,
	.setting_section_at = host_setting_section_at,
	.setting_title = host_setting_title,
	.setting_refuse = host_setting_refuse,

	.declare = host_declare,
	.emit = host_emit,
	.record_key = host_record_key,

	.token_make = host_token_make,
	.token_read = host_token_read,
	.message_time = message_id_time,

	.request_header = host_request_header,
	.request_param = host_request_param,
	.judge = host_judge,
	.form_parse = host_form_parse,
	.form_count = host_form_count,
	.form_name = host_form_name,
	.form_value = host_form_value,
	.form_get = host_form_get,
	.json_parse = host_json_parse,
	.json_pointer = host_json_pointer,
	.json_text = host_json_text,
	.json_count = host_json_count,
	.json_at = host_json_at,

	.reply_status = reply_status,
	.reply_header = reply_header,
	.reply_body = reply_body,
	.reply_text = reply_text,
	.reply_page = reply_page,
	.reply_fixed = reply_fixed,

	.hmac_sha256_is = host_hmac_sha256_is,
	.equal = host_equal,

	.mail_header = host_mail_header,
	.mail_append_html = host_mail_append_html,
	.mail_map_links = host_mail_map_links,
	.mail_add_header = host_mail_add_header,
	.mail_remove_header = host_mail_remove_header,
	.mail_set_sender = host_mail_set_sender,

	.mail_take = host_mail_take,

	.api_call = host_api_call,

	.bounce_class = host_bounce_class,

	.reason = host_reason,

	.settings_read = host_settings_read,
	.time_parse = clock_parse,
	.time_text = host_time_text,
	.time_local = host_time_local,
	.fetch = host_fetch,
	.is_text = text_is_utf8,
	.new_id = host_new_id,
	.rate = host_rate,
	.rate_read = host_rate_read,
	.network = host_network,
	.value = host_value,
	.field_value = host_field_value,
	.once_begin = host_once_begin,
	.once_end = host_once_end,
	.declare_score = host_declare_score,
	.form_file = host_form_file,
	.keep_file = host_keep_file,
	.drop_file = host_drop_file,

	.page = host_page,
	.page_set = page_set,
	.page_row = page_row,
	.page_say = page_say,
	.page_language = page_language,
	.page_allow = page_allow,
	.reply_with = host_reply_with,
	.look = host_look,
	.denies = host_denies,
	.append_integrity = host_append_integrity,

	.sign_in = host_sign_in,
	.signed_in = host_signed_in,
	.sign_out = host_sign_out,
	.ask = host_ask,
	.json_members = host_json_members,
	.json_member = host_json_member,
	.mail_map_text = host_mail_map_text,

	.is_named = host_is_named,
};
