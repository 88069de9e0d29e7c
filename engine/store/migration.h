/* migration.h - the forward migrations, made from store/sql by the Makefile. */
#ifndef ENGINE_STORE_MIGRATION_H
#define ENGINE_STORE_MIGRATION_H

extern const char *const store_migrations[]; /* [0] makes schema 1 */
extern const unsigned store_n_migrations;

#endif
