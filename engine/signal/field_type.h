/*
 * field_type.h - what a field's value may be: text, number, date, boolean,
 * choice, many (scoring §1), declared by `field "phone" { … }` in the
 * configuration. An undeclared field is text. Every entrance (API, import,
 * form, webhook, automation) brings a value into its normal form here, or
 * refuses it.
 *
 * The table is made at the start, before the first thread, and only read
 * after that, as in module.h.
 */
#ifndef ENGINE_SIGNAL_FIELD_TYPE_H
#define ENGINE_SIGNAL_FIELD_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum {
	FIELD_NAME_MOST = 64,
	FIELDS_MOST = 1024, /* declared */
	FIELD_CHOICES_MOST = 1000
};

/* Fields of this prefix hold the record's id in another system
 * (external_id_crm); they are always unique. */
#define FIELD_EXTERNAL_ID "external_id_"

enum field_type {
	FIELD_TEXT,
	FIELD_NUMBER,
	FIELD_DATE,    /* ISO 8601 */
	FIELD_BOOLEAN, /* true, false */
	FIELD_CHOICE,  /* one of its choices */
	FIELD_MANY     /* any number of them, "a;b" */
};

struct field_info {
	const char *name;  /* [a-z_][a-z0-9_]* */
	const char *title; /* for people */
	enum field_type type;
	bool unique;	     /* no two records of a module have the same */
	bool phone;	     /* text, kept as E.164: +493012345 */
	const char *country; /* of a phone number without one: "49"; "" */
	size_t n_choices;
	const char *const *choices; /* none = any */
};

const char *field_type_name(enum field_type type);
int field_type_find(const char *name); /* -1: no such type */

/* Copies. SG_REFUSED says what is wrong; a second of a name too. */
enum sg_status field_declare(const struct field_info *info,
			     struct sg_err *err) MUST_CHECK;
enum sg_status field_check(const struct field_info *info,
			   struct sg_err *err) MUST_CHECK;
void field_forget_declared(void); /* for tests */

/* NULL: not declared. */
const struct field_info *field_find(const char *name);
size_t field_count(void);
const struct field_info *field_at(size_t i);
bool field_is_unique(const char *name);
bool field_is_many(const char *name);

/*
 * The value in its normal form, appended; "" (which removes the field) is
 * always right. SG_REFUSED: "field size: `x` is not one of S, M, L".
 */
enum sg_status field_normalise(const char *name, const char *value,
			       struct buf *out, struct sg_err *err) MUST_CHECK;
/* The same for a field that is not declared, of this type. */
enum sg_status field_normalise_as(const struct field_info *info,
				  const char *value, struct buf *out,
				  struct sg_err *err) MUST_CHECK;
/* Is `item` one of a FIELD_MANY's values? Without regard to case. */
bool field_many_has(const char *value, const char *item);
/* Calls fn for each value of a FIELD_MANY. */
void field_many_each(const char *value,
		     void (*fn)(void *arg, const char *item, size_t len),
		     void *arg);

#endif
