/*
 * condition_value.h - what an operand is worth for one record, and how two
 * values compare. Inner header of the condition language.
 *
 * Types. A literal has the type it is written in; `email` and `module` are
 * text, `created` is a date, scores are numbers. A field's or a signal's value
 * is *loose*: text that takes the type of what it is compared with.
 *
 *   loose with number: as a number, if it is one, else a mismatch
 *   loose with date:   as an ISO 8601 date (in the installation's timezone)
 *   loose with bool:   true yes on 1 / false no off 0
 *   loose with text:   as text, without regard to case
 *   loose with loose:  both numbers: as numbers; both dates: as dates; else
 *                      as text
 *   any other pair of different types is a mismatch.
 *
 * Missing. A field or property that is not there or is empty, a score that
 * the record does not have, the address of a record that has none.
 *
 * What becomes of a comparison. It never is "unknown": it is true or false,
 * and `not` turns that round. In this order:
 *   1. a side is an error (division by 0, arithmetic with what is no number,
 *      a result that is not finite): false, whatever the operator
 *   2. a side is missing: false, but `!=`, `not in`, `is empty` are true
 *   3. a mismatch of types: false, `!=` too; `not in` is true, as no item is
 *      equal
 *   4. else what the values say; bools know only = and !=
 * So `not (field.age > 5)` is true for a record without `age`, and
 * `field.age <= 5` is false. In arithmetic an error beats missing, and missing
 * beats a number.
 */
#ifndef ENGINE_RULE_CONDITION_VALUE_H
#define ENGINE_RULE_CONDITION_VALUE_H

#include "rule/condition_node.h"

enum value_kind {
	VALUE_ERROR,
	VALUE_MISSING,
	VALUE_NUMBER,
	VALUE_TEXT,
	VALUE_LOOSE,
	VALUE_DATE,
	VALUE_BOOL
};

struct value {
	enum value_kind kind;
	double number;
	const char *text;
	int64_t at;
	bool truth;
};

/* Whom and when it is about. */
struct value_source {
	const struct record_view *view;
	const struct signal *signal; /* NULL: none */
	const char *timezone;
};

struct value condition_value(const struct operand *operand,
			     const struct value_source *source);
bool condition_compare(const struct value *left, enum compare compare,
		       const struct value *right, const char *timezone);
/* false: the number does not stand so to `bound`. */
bool condition_compare_number(double number, enum compare compare,
			      double bound);
/* A date, or text that is one. */
bool condition_value_date(const struct value *value, const char *timezone,
			  int64_t *at_out);

#endif
