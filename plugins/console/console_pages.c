/* console_pages.c - the one table of pages: what is asked for, who may, and
 * what stands in the navigation, in its order. */
#include "console.h"

/* clang-format off */
const struct console_page console_pages[] = {
	{"GET", "/", start_page, ROLE_READER, "Today"},

	{"GET", "/contacts", contacts_page, ROLE_READER, "Contacts"},
	{"GET", "/contacts/new", contact_new, ROLE_OPERATOR, NULL},
	{"POST", "/contacts/new", contact_make, ROLE_OPERATOR, NULL},
	{"GET", "/contacts/export", contacts_export, ROLE_READER, NULL},
	{"GET", "/contacts/{}", contact_page, ROLE_READER, NULL},
	{"GET", "/contacts/{}/history", contact_history, ROLE_READER, NULL},
	{"GET", "/contacts/{}/why/{}", contact_why, ROLE_READER, NULL},
	{"POST", "/contacts/{}", contact_change, ROLE_OPERATOR, NULL},

	{"GET", "/lists", lists_page, ROLE_READER, "Lists"},
	{"POST", "/lists", list_make, ROLE_OPERATOR, NULL},
	{"POST", "/lists/{}", list_change, ROLE_OPERATOR, NULL},
	{"GET", "/segments", segments_page, ROLE_READER, "Segments"},
	{"POST", "/segments", segment_make, ROLE_OPERATOR, NULL},
	{"POST", "/segments/{}", segment_change, ROLE_OPERATOR, NULL},

	{"GET", "/broadcasts", broadcasts_page, ROLE_READER, "Broadcasts"},
	{"GET", "/broadcasts/new", broadcast_new, ROLE_OPERATOR, NULL},
	{"POST", "/broadcasts/new", broadcast_make, ROLE_OPERATOR, NULL},
	{"GET", "/broadcasts/compare", broadcasts_compare, ROLE_READER, NULL},
	{"GET", "/broadcasts/{}", broadcast_page, ROLE_READER, NULL},
	{"POST", "/broadcasts/{}", broadcast_change, ROLE_OPERATOR, NULL},
	{"GET", "/broadcasts/{}/preview", broadcast_preview, ROLE_READER, NULL},
	{"GET", "/broadcasts/{}/mail", broadcast_mail, ROLE_READER, NULL},
	{"GET", "/broadcasts/{}/clicks", broadcast_clicks, ROLE_READER, NULL},
	{"GET", "/broadcasts/{}/recipients", broadcast_recipients, ROLE_READER,
	 NULL},
	{"GET", "/sequences", sequences_page, ROLE_READER, "Sequences"},
	{"GET", "/sequences/{}", sequence_page, ROLE_READER, NULL},
	{"POST", "/sequences/{}", sequence_change, ROLE_OPERATOR, NULL},

	{"GET", "/rules", rules_page, ROLE_READER, "Rules"},
	{"GET", "/rules/edit", rules_edit_page, ROLE_READER, NULL},
	{"POST", "/rules/edit", rules_edit_page, ROLE_READER, NULL},
	{"POST", "/rules/difference", rules_difference_page, ROLE_MANAGER, NULL},
	{"POST", "/rules/apply", rules_apply, ROLE_MANAGER, NULL},
	{"POST", "/rules/simulate", rules_simulate_page, ROLE_READER, NULL},
	{"GET", "/rules/history", rules_history_page, ROLE_READER, NULL},
	{"GET", "/rules/run", rules_run_page, ROLE_READER, NULL},
	{"POST", "/rules/run", rules_run, ROLE_MANAGER, NULL},
	{"GET", "/rules/{}", rule_page, ROLE_READER, NULL},

	{"GET", "/scores", scores_page, ROLE_READER, "Scores"},
	{"GET", "/scores/compare", compare_page, ROLE_READER, NULL},

	{"GET", "/automations", automations_page, ROLE_READER, "Automations"},
	{"GET", "/automations/firings", firings_page, ROLE_READER, NULL},
	{"GET", "/automations/outbox", outbox_page, ROLE_READER, NULL},
	{"GET", "/automations/outbox/{}", delivery_page, ROLE_READER, NULL},
	{"POST", "/automations/outbox", outbox_change, ROLE_OPERATOR, NULL},

	{"GET", "/verdicts", verdicts_page, ROLE_READER, "Verdicts"},

	{"GET", "/system", system_page, ROLE_READER, "System"},
	{"GET", "/system/plugins", plugins_page, ROLE_READER, NULL},
	{"GET", "/system/audit", audit_page, ROLE_MANAGER, NULL},
	{"GET", "/system/users", users_page, ROLE_MANAGER, NULL},
	{"POST", "/system/users", users_change, ROLE_MANAGER, NULL},
	{"GET", "/system/tokens", tokens_page, ROLE_MANAGER, NULL},
	{"POST", "/system/tokens", tokens_change, ROLE_MANAGER, NULL},

	{"GET", "/password", password_page, ROLE_READER, NULL},
	{"POST", "/password", password_change, ROLE_READER, NULL},
	{"POST", "/sign-out", session_sign_out, ROLE_READER, NULL},
	{0},
};
/* clang-format on */
