/*
 * rules_fuzz.c - any bytes as a rules file: refused with a message, or written
 * and read back as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rule/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct ruleset *ruleset)
{
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct rule_difference *differences = NULL;
	struct automation_difference *automations = NULL;
	struct pool *pool = pool_new();
	struct ruleset *read = NULL;
	struct sg_err err;
	size_t i;

	ruleset_write(ruleset, &text);
	if (rules_parse("again", buf_text(&text), NULL, &read, &err) != SG_OK)
		abort();
	ruleset_write(read, &again);
	if (strcmp(buf_text(&text), buf_text(&again)) != 0 ||
	    ruleset_compare(ruleset, read, pool, &differences) != 0 ||
	    automations_compare(ruleset, read, pool, &automations) != 0)
		abort();
	for (i = 0; i < ruleset->n_rules; i++)
		rule_explain(&ruleset->rules[i], NULL, NULL, &again);
	ruleset_free(read);
	pool_free(pool);
	buf_done(&text);
	buf_done(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);
	struct ruleset *ruleset = NULL;
	struct sg_err err = {SG_OK, ""};

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	copy[size] = '\0';
	if (rules_parse("rules.conf", copy, NULL, &ruleset, &err) == SG_OK)
		check(ruleset);
	else if (!err.text[0] || ruleset)
		abort();
	ruleset_free(ruleset);
	free(copy);
	return 0;
}
