/*
 * contact_changes.h - from what a body says of a contact to the signals that
 * make it so: for one contact, for a merge patch, for many in bulk.
 */
#ifndef ENGINE_HTTP_API_CONTACT_CHANGES_H
#define ENGINE_HTTP_API_CONTACT_CHANGES_H

#include "http/api/api_call.h"

struct import_unique;

/* Signals under construction; all of a contact are kept together or not. */
struct contact_changes {
	struct api_call *call;
	const char *key; /* in normal form */
	size_t n, most;
	struct signal *signals;	      /* in the call's pool */
	struct import_unique *unique; /* values of the others; NULL = none */
	struct sg_err *err;
	enum sg_status status; /* the first trouble */
};

/* The functions that follow do nothing once status is not SG_OK. */
void contact_changes_begin(struct contact_changes *changes,
			   struct api_call *call, const char *key, size_t most);
/* NULL when there is trouble. */
struct signal *contact_changes_add(struct contact_changes *changes,
				   enum signal_kind kind);
void contact_changes_fields(struct contact_changes *changes,
			    const struct json *fields);
void contact_changes_tag(struct contact_changes *changes, enum signal_kind kind,
			 const char *tag);
void contact_changes_list(struct contact_changes *changes,
			  enum signal_kind kind, const char *list);
/* Of an array of names. */
void contact_changes_tags(struct contact_changes *changes,
			  const struct json *tags);
void contact_changes_lists(struct contact_changes *changes,
			   const struct json *lists);
enum sg_status contact_changes_submit(struct contact_changes *changes,
				      struct sg_err *err) MUST_CHECK;

/* What call->body says: `email` or `key`, `fields`, `tags`, `lists`. Was it
 * there before, and which is it? `record_out` only then. */
enum sg_status contact_changes_create(struct contact_changes *changes,
				      struct api_call *call, bool *there_out,
				      struct store_record *record_out,
				      struct sg_err *err) MUST_CHECK;

/* api_contact_changes.c: the contact as it is now, into the answer. */
enum sg_status api_contact_answer(struct api_call *call, const char *key,
				  struct sg_err *err) MUST_CHECK;

#endif
