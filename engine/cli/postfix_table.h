/*
 * postfix_table.h - one key in one of Postfix's look-up tables, asked of
 * Postfix itself (postmap -q): hash:, lmdb:, regexp:, inline: and so on. Tables
 * behind a network (ldap:, mysql:, tcp: …) are not asked.
 */
#ifndef ENGINE_CLI_POSTFIX_TABLE_H
#define ENGINE_CLI_POSTFIX_TABLE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/pool.h"

/* "hash:/etc/postfix/relay", "/etc/postfix/domains" (a file of words, of which
 * one may be the key): is it a table or file at all? */
bool postfix_table_is_one(const char *item);

/* Of main.cf's folder. SG_OK: what it says, in the pool ("" for a file);
 * SG_NONE: nothing; SG_REFUSED: behind a network; SG_FAILED: postmap is not
 * here, or cannot read it. */
enum sg_status postfix_table_ask(struct pool *pool, const char *folder,
				 const char *table, const char *key,
				 const char **value_out) MUST_CHECK;

#endif
