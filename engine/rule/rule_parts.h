/* rule_parts.h - what the rule_*.c files share; inner header of rules. */
#ifndef ENGINE_RULE_RULE_PARTS_H
#define ENGINE_RULE_RULE_PARTS_H

#include "base/conf.h"
#include "rule/rule.h"

enum {
	RULE_NAME_MOST = 256,
	RULE_TEXT_MOST = 4096, /* bytes of `because` */
	RULE_EXPLANATION_MOST = 1024,
	RULE_TIMES_MOST = 1000000,
	RULE_DURATION_SIZE = 32
};

/* The options of `rule "name" { … }`, in the order they are written in. */
extern const struct conf_option rule_options[];

/* --- rule_file.c -------------------------------------------------------- */

/* "file:line: rule "name": …" at the option (NULL: at the rule). Always
 * SG_REFUSED. */
enum sg_status rule_refuse(const struct conf_section *section, const char *name,
			   struct sg_err *err, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* The line that the text of an option begins on: conf_option_line() is where
 * it ends. */
unsigned rule_text_line(const struct conf_section *section, const char *name,
			const char *text);

/* --- rule_object.c ------------------------------------------------------ */

/* Of a `list`, `form` or `campaign`. */
extern const struct conf_option rule_object_options[];
/* All rules of a file, those inside of objects last. test (may be NULL): what
 * the object adds to the condition, appended. */
size_t rule_section_count(const struct conf_section *root);
const struct conf_section *rule_section_at(const struct conf_section *root,
					   size_t i, struct buf *test);

/* --- rule_check.c ------------------------------------------------------- */

/* What the options cannot say one by one. */
enum sg_status rule_check(const struct rule *rule,
			  const struct conf_section *section,
			  const struct rule_context *context,
			  struct sg_err *err) MUST_CHECK;
/* All together: one name once, no ninth rate. */
enum sg_status ruleset_check(const struct ruleset *ruleset,
			     const struct conf_section *root,
			     const struct rule_context *context,
			     struct sg_err *err) MUST_CHECK;

/* --- rule_absence.c ----------------------------------------------------- */

/* `unless`, parsed. */
enum sg_status rule_read_absence(struct rule *rule,
				 const struct conf_section *section,
				 const struct rule_context *context,
				 struct sg_err *err) MUST_CHECK;

/* --- rule_limit.c ------------------------------------------------------- */

/* `expires` and `cap`, parsed. */
enum sg_status rule_read_limits(struct rule *rule,
				const struct conf_section *section,
				struct sg_err *err) MUST_CHECK;
/* Rules of one `cap_group` have one cap: given once, it is that of all. */
enum sg_status ruleset_share_caps(struct ruleset *ruleset,
				  const struct conf_section *root,
				  struct sg_err *err) MUST_CHECK;

/* --- rule_write.c ------------------------------------------------------- */

/* A text as libconfuse reads it back, between double quotes. */
void rule_write_quoted(struct buf *to, const char *text);
/* In whole days, hours, minutes, seconds or milliseconds. */
void rule_write_duration(int64_t ms, char *text, size_t size);
/* `when` in its canonical text, so that blanks make no difference. */
void rule_write_canonical(const struct rule *rule, struct buf *to);

/* --- rule_explain.c ----------------------------------------------------- */

/* Only placeholders that rule_explain() can fill in; what_out: the other. */
bool rule_because_is_right(const char *because, char *what_out, size_t size);

#endif
