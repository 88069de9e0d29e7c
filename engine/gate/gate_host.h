/*
 * gate_host.h - the functions that plugins get; each group in its own file
 * host_GROUP.c, put together in gate_host.c. Their contracts stand in
 * scoregate_plugin.h.
 */
#ifndef ENGINE_GATE_GATE_HOST_H
#define ENGINE_GATE_GATE_HOST_H

#include "gate/gate_parts.h"

extern const struct sg_host gate_host;

/* Each fills its group of the table. */
#define HOST(name) extern __typeof__(*((struct sg_host *)0)->name) host_##name

/* host_text.c */
HOST(log);
HOST(fail);
HOST(site);
HOST(alloc);
HOST(copy);
HOST(text);
HOST(append);
HOST(print);
HOST(append_html);
HOST(append_url);
HOST(append_json);
HOST(append_base64);
HOST(append_integrity);
HOST(text_value);
HOST(text_len);
/* host_settings.c */
HOST(settings);
HOST(setting_is_set);
HOST(setting_text);
HOST(setting_number);
HOST(setting_int);
HOST(setting_bool);
HOST(setting_list_count);
HOST(setting_list_at);
HOST(setting_section_count);
HOST(setting_section_at);
HOST(setting_title);
HOST(setting_refuse);
/* host_signal.c */
HOST(declare);
HOST(emit);
HOST(record_key);
HOST(denies);
/* host_token.c */
HOST(token_make);
HOST(token_read);
HOST(hmac_sha256_is);
HOST(equal);
/* host_request.c */
HOST(request_header);
HOST(request_param);
HOST(judge);
HOST(form_parse);
HOST(form_count);
HOST(form_name);
HOST(form_value);
HOST(form_get);
HOST(json_parse);
HOST(json_pointer);
HOST(json_text);
HOST(json_count);
HOST(json_at);
HOST(api_call);
HOST(look);
/* host_mail.c */
HOST(mail_header);
HOST(mail_append_html);
HOST(mail_map_links);
HOST(mail_add_header);
HOST(mail_remove_header);
HOST(mail_set_sender);
HOST(mail_take);
HOST(bounce_class);
HOST(reason);
/* host_settings.c */
HOST(settings_read);
/* host_outside.c */
HOST(time_text);
HOST(time_local);
HOST(fetch);
/* host_form.c */
HOST(new_id);
HOST(rate);
HOST(rate_read);
HOST(network);
HOST(value);
HOST(field_value);
HOST(once_begin);
HOST(once_end);
HOST(declare_score);
HOST(is_named);
HOST(form_file);
HOST(keep_file);
HOST(drop_file);
/* host_people.c */
HOST(sign_in);
HOST(signed_in);
HOST(sign_out);
HOST(ask);
HOST(json_members);
HOST(json_member);
HOST(mail_map_text);
/* host_page.c */
HOST(page);
HOST(reply_with);

#undef HOST

#endif
