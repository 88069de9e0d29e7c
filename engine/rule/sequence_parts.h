/* sequence_parts.h - what sequence_file.c gives to rule_file.c. */
#ifndef ENGINE_RULE_SEQUENCE_PARTS_H
#define ENGINE_RULE_SEQUENCE_PARTS_H

#include "rule/rule_parts.h"

/* The options of `sequence "name" { … }` and of its steps, in the order they
 * are written. */
extern const struct conf_option sequence_options[];
extern const struct conf_option sequence_step_options[];

/* All `sequence` sections of the file, into ruleset->sequences. */
enum sg_status sequences_read(struct ruleset *ruleset,
			      const struct conf_section *root,
			      const struct rule_context *context,
			      struct sg_err *err) MUST_CHECK;
void sequences_drop(struct ruleset *ruleset);

#endif
