/* clock_zone.c - see clock_zone.h. Files end at 2037; after it the rule in
 * the file's last line holds, which is what clock_rule.c reads. */
#include "base/clock_zone.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_rule.h"

enum {
	ZONE_NAME_MOST = 64,
	ZONE_FILE_MOST = 64 << 10,
	HEADER_SIZE = 44,
	TYPE_SIZE = 6
};

struct clock_zone {
	struct clock_zone *next;
	char name[ZONE_NAME_MOST];
	size_t n_changes;
	int64_t *change_at_s;	  /* ascending */
	int64_t *change_offset_s; /* from then on */
	int64_t first_offset_s;	  /* before the first change */
	struct clock_rule rule;	  /* after the last; may be empty */
};

static pthread_mutex_t zones_lock = PTHREAD_MUTEX_INITIALIZER;
static struct clock_zone *zones; /* grows at its front, never shrinks */

static int64_t
read_be(const unsigned char *bytes, int len)
{
	uint64_t number = bytes[0] & 0x80 ? UINT64_MAX : 0;

	for (int i = 0; i < len; i++)
		number = number << 8 | bytes[i];
	return (int64_t)number;
}

struct counts {
	size_t utc, standard, leaps, changes, types, chars;
};

static bool
read_header(const unsigned char *bytes, size_t len, struct counts *counts)
{
	if (len < HEADER_SIZE || memcmp(bytes, "TZif", 4) != 0)
		return false;
	counts->utc = (size_t)read_be(bytes + 20, 4);
	counts->standard = (size_t)read_be(bytes + 24, 4);
	counts->leaps = (size_t)read_be(bytes + 28, 4);
	counts->changes = (size_t)read_be(bytes + 32, 4);
	counts->types = (size_t)read_be(bytes + 36, 4);
	counts->chars = (size_t)read_be(bytes + 40, 4);
	return counts->utc <= 256 && counts->standard <= 256 &&
	       counts->leaps <= 1000 && counts->changes <= 5000 &&
	       counts->types >= 1 && counts->types <= 256 &&
	       counts->chars <= 1000;
}

/* Length of the data block behind a header whose times have time_size bytes. */
static size_t
block_len(const struct counts *counts, size_t time_size)
{
	return counts->changes * (time_size + 1) + counts->types * TYPE_SIZE +
	       counts->chars + counts->leaps * (time_size + 4) +
	       counts->standard + counts->utc;
}

static bool
take_changes(struct clock_zone *zone, const unsigned char *bytes,
	     const struct counts *counts)
{
	const unsigned char *indexes = bytes + counts->changes * 8;
	const unsigned char *types = indexes + counts->changes;

	zone->change_at_s = calloc(counts->changes + 1, sizeof(int64_t));
	zone->change_offset_s = calloc(counts->changes + 1, sizeof(int64_t));
	if (!zone->change_at_s || !zone->change_offset_s)
		return false;
	zone->first_offset_s = read_be(types, 4);
	for (size_t i = 0; i < counts->changes; i++) {
		if (indexes[i] >= counts->types)
			return false;
		zone->change_at_s[i] = read_be(bytes + i * 8, 8);
		zone->change_offset_s[i] =
			read_be(types + (size_t)indexes[i] * TYPE_SIZE, 4);
	}
	zone->n_changes = counts->changes;
	return true;
}

/* The second, 64-bit block is the one that counts; the first is skipped. */
static bool
take_file(struct clock_zone *zone, const unsigned char *bytes, size_t len)
{
	struct counts counts;
	char rule[128];
	size_t skip;

	if (!read_header(bytes, len, &counts) || bytes[4] < '2')
		return false;
	skip = HEADER_SIZE + block_len(&counts, 4);
	if (skip > len || !read_header(bytes + skip, len - skip, &counts))
		return false;
	bytes += skip + HEADER_SIZE;
	len -= skip + HEADER_SIZE;
	if (block_len(&counts, 8) > len || !take_changes(zone, bytes, &counts))
		return false;
	bytes += block_len(&counts, 8);
	len -= block_len(&counts, 8);
	if (len < 2 || len - 1 > sizeof(rule) || bytes[0] != '\n')
		return true;
	memcpy(rule, bytes + 1, len - 1);
	rule[len - 2] = '\0'; /* the final newline */
	clock_rule_parse(rule, &zone->rule);
	return true;
}

static void
zone_free(struct clock_zone *zone)
{
	if (!zone)
		return;
	free(zone->change_at_s);
	free(zone->change_offset_s);
	free(zone);
}

static struct clock_zone *
zone_read(const char *name)
{
	char path[128];
	unsigned char *bytes = malloc(ZONE_FILE_MOST);
	struct clock_zone *zone = calloc(1, sizeof(*zone));
	FILE *file = NULL;
	bool fine = false;

	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	if (bytes && zone)
		file = fopen(path, "re");
	if (file) {
		size_t len = fread(bytes, 1, ZONE_FILE_MOST, file);

		fclose(file);
		fine = take_file(zone, bytes, len);
	}
	free(bytes);
	if (!fine) {
		zone_free(zone);
		return NULL;
	}
	snprintf(zone->name, sizeof(zone->name), "%s", name);
	return zone;
}

/* Names only: nothing that could leave the folder. */
static bool
is_zone_name(const char *name)
{
	return strlen(name) < ZONE_NAME_MOST && name[0] != '/' &&
	       !strstr(name, "..") &&
	       name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz"
				 "0123456789_+-/")] == '\0';
}

enum sg_status
clock_zone_find(const char *name, const struct clock_zone **zone_out,
		struct sg_err *err)
{
	struct clock_zone *zone;

	if (!name || !*name || strcmp(name, "UTC") == 0) {
		*zone_out = NULL;
		return SG_OK;
	}
	if (!is_zone_name(name))
		return err_set(err, SG_REFUSED,
			       "a time zone is a name as "
			       "Europe/Berlin");
	pthread_mutex_lock(&zones_lock);
	for (zone = zones; zone; zone = zone->next)
		if (strcmp(zone->name, name) == 0)
			break;
	if (!zone) {
		zone = zone_read(name);
		if (zone) {
			zone->next = zones;
			zones = zone;
		}
	}
	pthread_mutex_unlock(&zones_lock);
	if (!zone)
		return err_set(err, SG_REFUSED,
			       "no time zone %s in "
			       "/usr/share/zoneinfo (Debian package tzdata)",
			       name);
	*zone_out = zone;
	return SG_OK;
}

int64_t
clock_zone_offset_s(const struct clock_zone *zone, int64_t at_s)
{
	size_t low = 0, high;

	if (!zone)
		return 0;
	high = zone->n_changes;
	if (high && at_s >= zone->change_at_s[high - 1] && zone->rule.known)
		return clock_rule_offset_s(&zone->rule, at_s);
	while (low < high) { /* the first change after at_s */
		size_t middle = low + (high - low) / 2;

		if (zone->change_at_s[middle] <= at_s)
			low = middle + 1;
		else
			high = middle;
	}
	if (low)
		return zone->change_offset_s[low - 1];
	return zone->n_changes || !zone->rule.known
		       ? zone->first_offset_s
		       : clock_rule_offset_s(&zone->rule, at_s);
}
