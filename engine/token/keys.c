/* keys.c - see keys.h. */
#include "token/keys.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "token/keys_file.h"

/*
 * Read by any thread without a lock: the bytes of a tag key are there before
 * `there` says so, and stay what they are until the end, retired or not.
 */
struct keys {
	unsigned char record[RECORD_SECRET_SIZE];
	unsigned char tag[KEYS_IDS][TAG_KEY_SIZE];
	atomic_bool there[KEYS_IDS];
	_Atomic uint8_t current;
	pthread_mutex_t lock; /* one change at a time; guards the rest */
	struct keys_file file;
	char *path;
};

/* What the file has that we have not, and the other way round. */
static void
take_file(struct keys *keys, const struct keys_file *file)
{
	for (unsigned id = 1; id < KEYS_IDS; id++)
		if (file->tags[id].state == KEYS_THERE &&
		    !atomic_load(&keys->there[id])) {
			memcpy(keys->tag[id], file->tags[id].key, TAG_KEY_SIZE);
			atomic_store(&keys->there[id], true);
		}
	atomic_store(&keys->current, file->current);
	for (unsigned id = 1; id < KEYS_IDS; id++)
		if (file->tags[id].state != KEYS_THERE)
			atomic_store(&keys->there[id], false);
	keys->file = *file;
}

/* A key's bytes are read without a lock: they never become others. */
static enum sg_status
check_same(const struct keys *keys, const struct keys_file *file,
	   struct sg_err *err)
{
	if (!crypto_equal(keys->record, file->record, sizeof(file->record)))
		return err_set(err, SG_REFUSED,
			       "%s has another record key: it never changes; "
			       "take the file from a backup",
			       keys->path);
	for (unsigned id = 1; id < KEYS_IDS; id++)
		if (keys->file.tags[id].state != KEYS_NEVER &&
		    file->tags[id].state == KEYS_THERE &&
		    !crypto_equal(keys->tag[id], file->tags[id].key,
				  TAG_KEY_SIZE))
			return err_set(err, SG_REFUSED,
				       "%s has another tag key %u than before: "
				       "that takes a restart",
				       keys->path, id);
	return SG_OK;
}

static void
fill_new(struct keys_file *file)
{
	memset(file, 0, sizeof(*file));
	crypto_random(file->record, sizeof(file->record));
	crypto_random(file->tags[1].key, TAG_KEY_SIZE);
	file->tags[1].state = KEYS_THERE;
	file->tags[1].place = file->n_places = 1;
	file->current = 1;
}

static enum sg_status
read_or_make(const char *path, int create, struct keys_file *file,
	     struct sg_err *err)
{
	enum sg_status status = keys_file_read(path, file, err);

	if (status == SG_NONE && create) {
		fill_new(file);
		status = keys_file_write(path, file, err);
	}
	return status == SG_NONE ? SG_FAILED : status;
}

enum sg_status
keys_open(const char *path, int create, struct keys **keys_out,
	  struct sg_err *err)
{
	struct keys *keys = calloc(1, sizeof(*keys));
	struct keys_file *file = calloc(1, sizeof(*file));
	enum sg_status status = SG_FAILED;

	if (keys)
		keys->path = strdup(path);
	if (!keys || !file || !keys->path)
		err_set(err, status, "out of memory");
	else
		status = read_or_make(path, create, file, err);
	if (keys)
		pthread_mutex_init(&keys->lock, NULL);
	if (status == SG_OK) {
		memcpy(keys->record, file->record, sizeof(keys->record));
		take_file(keys, file);
	}
	if (file)
		crypto_wipe(file, sizeof(*file));
	free(file);
	if (status != SG_OK)
		keys_close(keys);
	else
		*keys_out = keys;
	return status;
}

void
keys_close(struct keys *keys)
{
	if (!keys)
		return;
	pthread_mutex_destroy(&keys->lock);
	free(keys->path);
	crypto_wipe(keys, sizeof(*keys));
	free(keys);
}

const unsigned char *
keys_record_secret(const struct keys *keys)
{
	return keys->record;
}

const unsigned char *
keys_current(const struct keys *keys, uint8_t *id_out)
{
	*id_out = atomic_load(&keys->current);
	return keys->tag[*id_out];
}

const unsigned char *
keys_find(const struct keys *keys, uint8_t id)
{
	return atomic_load(&keys->there[id]) ? keys->tag[id] : NULL;
}

/* From the record secret, so that it stays when tag keys rotate. */
void
keys_derive(const struct keys *keys, const char *purpose,
	    unsigned char out[TAG_KEY_SIZE])
{
	struct buf label = BUF_INIT;

	buf_printf(&label, "scoregate derive %s", purpose);
	crypto_hash(out, TAG_KEY_SIZE, label.data, label.len, keys->record,
		    RECORD_SECRET_SIZE);
	buf_done(&label);
}

/* --- change ----------------------------------------------------------------
 */

/* Ids are given in order, so the next one that ever was says until when. */
static int64_t
until(const struct keys_file *file, unsigned id)
{
	if (id == file->current)
		return INT64_MAX;
	while (++id < KEYS_IDS)
		if (file->tags[id].state != KEYS_NEVER && file->tags[id].at)
			return file->tags[id].at;
	return INT64_MAX;
}

size_t
keys_list(struct keys *keys, struct keys_info infos[KEYS_IDS])
{
	const struct keys_file *file = &keys->file;
	size_t n = 0;

	pthread_mutex_lock(&keys->lock);
	for (unsigned id = 1; id < KEYS_IDS; id++) {
		if (file->tags[id].state != KEYS_THERE)
			continue;
		infos[n].id = (uint8_t)id;
		infos[n].current = id == file->current;
		infos[n].made_at = file->tags[id].at;
		infos[n++].until = until(file, id);
	}
	pthread_mutex_unlock(&keys->lock);
	return n;
}

/* An id never comes back: a link of a retired key is none of a newer one. 0:
 * they are used up. */
static uint8_t
next_id(const struct keys_file *file)
{
	for (unsigned id = 1; id < KEYS_IDS; id++)
		if (file->tags[id].state == KEYS_NEVER)
			return (uint8_t)id;
	return 0;
}

/* Writes what `file` says, then does it. Both under the lock. */
static enum sg_status
change_to(struct keys *keys, struct keys_file *file, struct sg_err *err)
{
	enum sg_status status = keys_file_write(keys->path, file, err);

	if (status == SG_OK)
		take_file(keys, file);
	return status;
}

static enum sg_status
rotate(struct keys *keys, struct keys_file *file, int64_t now, uint8_t *id_out,
       struct sg_err *err)
{
	uint8_t id = next_id(file);
	struct keys_tag *tag = &file->tags[id];

	if (id == 0)
		return err_set(err, SG_REFUSED,
			       "all 255 key ids were used; none is left");
	crypto_random(tag->key, sizeof(tag->key));
	tag->state = KEYS_THERE;
	tag->at = now;
	tag->place = ++file->n_places;
	file->current = id;
	*id_out = id;
	return change_to(keys, file, err);
}

enum sg_status
keys_rotate(struct keys *keys, int64_t now, uint8_t *id_out, struct sg_err *err)
{
	struct keys_file *file = malloc(sizeof(*file));
	enum sg_status status;

	if (!file)
		return err_set(err, SG_FAILED, "out of memory");
	pthread_mutex_lock(&keys->lock);
	*file = keys->file;
	status = rotate(keys, file, now, id_out, err);
	pthread_mutex_unlock(&keys->lock);
	crypto_wipe(file, sizeof(*file));
	free(file);
	return status;
}

static enum sg_status
retire(struct keys *keys, struct keys_file *file, uint8_t id, int64_t now,
       struct sg_err *err)
{
	struct keys_tag *tag = &file->tags[id];

	if (tag->state != KEYS_THERE)
		return err_set(err, SG_NONE, "there is no key %u", id);
	if (id == file->current)
		return err_set(err, SG_REFUSED,
			       "key %u makes the links of today: rotate first",
			       id);
	crypto_wipe(tag->key, sizeof(tag->key));
	tag->state = KEYS_RETIRED;
	tag->retired_at = now;
	return change_to(keys, file, err);
}

enum sg_status
keys_retire(struct keys *keys, uint8_t id, int64_t now, struct sg_err *err)
{
	struct keys_file *file = malloc(sizeof(*file));
	enum sg_status status;

	if (!file)
		return err_set(err, SG_FAILED, "out of memory");
	pthread_mutex_lock(&keys->lock);
	*file = keys->file;
	status = retire(keys, file, id, now, err);
	pthread_mutex_unlock(&keys->lock);
	crypto_wipe(file, sizeof(*file));
	free(file);
	return status;
}

enum sg_status
keys_reload(struct keys *keys, struct sg_err *err)
{
	struct keys_file *file = malloc(sizeof(*file));
	enum sg_status status;

	if (!file)
		return err_set(err, SG_FAILED, "out of memory");
	pthread_mutex_lock(&keys->lock);
	status = keys_file_read(keys->path, file, err);
	if (status == SG_OK)
		status = check_same(keys, file, err);
	if (status == SG_OK)
		take_file(keys, file);
	pthread_mutex_unlock(&keys->lock);
	crypto_wipe(file, sizeof(*file));
	free(file);
	return status;
}
