/* upgrade_aid.h - stores as earlier releases wrote them, for tests. The files
 * in upgrade/ are what `sqlite3 .dump` gave of such a store. */
#ifndef TESTS_UNIT_UPGRADE_AID_H
#define TESTS_UNIT_UPGRADE_AID_H

/* A store at `path` with what the dump of that schema holds. */
void upgrade_load(unsigned schema, const char *path);

#endif
