/*
 * module.h - what records there are: contact (the default), lead, account,
 * deal, and those the operator names with `module "ticket" { … }`. A module
 * says what its records' keys are (scoring §1).
 *
 * The table is the process's: how a key is normalised must be the same
 * wherever one comes in. It is made at the start, before the first thread, and
 * only read after that.
 */
#ifndef ENGINE_SIGNAL_MODULE_H
#define ENGINE_SIGNAL_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { MODULE_NAME_MOST = 31, MODULES_MOST = 32 };

enum module_key {
	MODULE_KEY_EMAIL, /* an address: such records can get mail */
	MODULE_KEY_TEXT	  /* any string */
};

struct module_info {
	const char *name;  /* [a-z0-9_-]+ */
	const char *title; /* for people */
	enum module_key key;
	bool one; /* a record is linked to one of these at a time */
};

/* Copies; replaces one of that name, but contact and lead keep their kind of
 * key. SG_REFUSED says what is wrong. */
enum sg_status module_declare(const struct module_info *info,
			      struct sg_err *err) MUST_CHECK;
/* Would it be refused? */
enum sg_status module_check(const struct module_info *info,
			    struct sg_err *err) MUST_CHECK;
/* Back to those that are always there: for tests. */
void module_forget_declared(void);

/* "" is contact. NULL: no such module. */
const struct module_info *module_find(const char *name);
bool module_has_email(const char *name);
size_t module_count(void);
const struct module_info *module_at(size_t i);
/* SG_REFUSED: "no module `x`; there are contact, lead, …". */
enum sg_status module_must_be(const char *name, struct sg_err *err) MUST_CHECK;

#endif
