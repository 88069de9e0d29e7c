/* cli_tables.h - the table of each cmd_*.c. */
#ifndef ENGINE_CLI_CLI_TABLES_H
#define ENGINE_CLI_CLI_TABLES_H

#include "cli/cli.h"

extern const struct cli_command cli_contact_commands[];
extern const struct cli_command cli_link_commands[];
extern const struct cli_command cli_suppress_commands[];
extern const struct cli_command cli_consent_commands[];
extern const struct cli_command cli_list_commands[];
extern const struct cli_command cli_score_commands[];
extern const struct cli_command cli_score_history_commands[];
extern const struct cli_command cli_compare_commands[];
extern const struct cli_command cli_field_commands[];
extern const struct cli_command cli_rules_commands[];
extern const struct cli_command cli_rules_run_commands[];
extern const struct cli_command cli_automation_commands[];
extern const struct cli_command cli_sequence_commands[];
extern const struct cli_command cli_segment_commands[];
extern const struct cli_command cli_segment_do_commands[];
extern const struct cli_command cli_signal_commands[];
extern const struct cli_command cli_verdict_commands[];
extern const struct cli_command cli_import_commands[];
extern const struct cli_command cli_data_commands[];
extern const struct cli_command cli_broadcast_commands[];
extern const struct cli_command cli_broadcast_result_commands[];
extern const struct cli_command cli_template_commands[];
extern const struct cli_command cli_mail_commands[];
extern const struct cli_command cli_try_commands[];
extern const struct cli_command cli_doctor_commands[];
extern const struct cli_command cli_split_commands[];
extern const struct cli_command cli_page_commands[];
extern const struct cli_command cli_plugin_commands[];
extern const struct cli_command cli_token_commands[];
extern const struct cli_command cli_user_commands[];
extern const struct cli_command cli_audit_commands[];
extern const struct cli_command cli_key_commands[];
extern const struct cli_command cli_form_commands[];
extern const struct cli_command cli_webhook_commands[];
extern const struct cli_command cli_operate_commands[];

#endif
