/* automation_parts.h - what the automation_*.c files share. */
#ifndef ENGINE_RULE_AUTOMATION_PARTS_H
#define ENGINE_RULE_AUTOMATION_PARTS_H

#include "rule/automation.h"
#include "rule/condition_parser.h"
#include "rule/rule_parts.h"

/* The options of `automation "name" { … }`, in the order they are written. */
extern const struct conf_option automation_options[];

/* Texts of an automation, cut into tokens; names in the pool. */
struct automation_reader {
	struct parser parser;
	const struct automation_names *targets;
	struct pool *tokens;
};
enum sg_status automation_reader_init(struct automation_reader *reader,
				      const char *text,
				      const struct condition_names *names,
				      struct pool *pool,
				      struct sg_err *err) MUST_CHECK;
void automation_reader_done(struct automation_reader *reader);
/* Is this its end? If not, it is refused. */
bool automation_reader_ends(struct automation_reader *reader);

/* --- automation_action.c ------------------------------------------------ */

bool automation_read_action(struct automation_reader *reader,
			    struct automation_action *action);

/* --- automation_file.c -------------------------------------------------- */

/* All `automation` sections of the file, into ruleset->automations. */
enum sg_status automations_read(struct ruleset *ruleset,
				const struct conf_section *root,
				const struct rule_context *context,
				struct sg_err *err) MUST_CHECK;
void automations_drop(struct ruleset *ruleset);

#endif
