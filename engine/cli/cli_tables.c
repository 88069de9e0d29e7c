/* cli_tables.c - every command there is, in the order of the help. */
#include "cli/cli_tables.h"

/* One a line, so that two who add one do not meet. */
/* clang-format off */
const struct cli_command *const cli_tables[] = {
	cli_contact_commands,
	cli_link_commands,
	cli_suppress_commands,
	cli_consent_commands,
	cli_list_commands,
	cli_score_commands,
	cli_score_history_commands,
	cli_compare_commands,
	cli_field_commands,
	cli_rules_commands,
	cli_rules_run_commands,
	cli_automation_commands,
	cli_sequence_commands,
	cli_segment_commands,
	cli_segment_do_commands,
	cli_signal_commands,
	cli_form_commands,
	cli_verdict_commands,
	cli_webhook_commands,
	cli_import_commands,
	cli_data_commands,
	cli_broadcast_commands,
	cli_broadcast_result_commands,
	cli_template_commands,
	cli_mail_commands,
	cli_try_commands,
	cli_split_commands,
	cli_page_commands,
	cli_plugin_commands,
	cli_token_commands,
	cli_user_commands,
	cli_audit_commands,
	cli_key_commands,
	cli_doctor_commands,
	cli_operate_commands,
	NULL,
};
/* clang-format on */
