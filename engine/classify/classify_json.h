/* classify_json.h - what an incoming mail is, for programs: the command's
 * --json and the API say it alike. */
#ifndef ENGINE_CLASSIFY_CLASSIFY_JSON_H
#define ENGINE_CLASSIFY_CLASSIFY_JSON_H

#include "base/json.h"
#include "classify/classify.h"

/* Adds kind, confidence, evidence, recipients and message_id. */
void classify_json(const struct classify_result *result, struct json *to);

#endif
