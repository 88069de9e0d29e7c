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

	{"GET", "/password", password_page, ROLE_READER, NULL},
	{"POST", "/password", password_change, ROLE_READER, NULL},
	{"POST", "/sign-out", session_sign_out, ROLE_READER, NULL},
	{0},
};
/* clang-format on */
