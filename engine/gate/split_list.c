/* split_list.c - the copies that wait, for people: counted, listed, redone and
 * dropped. */
#include <stdio.h>
#include <string.h>

#include "gate/split_queue_parts.h"

void
split_queue_get_status(struct split_queue *queue,
		       struct split_status *status_out)
{
	struct split_status status = {0};
	const struct split_mail *mail;

	pthread_mutex_lock(&queue->lock);
	for (mail = queue->first; mail; mail = mail->next)
		for (size_t i = 0; i < mail->n_copies; i++) {
			enum split_state state = mail->copies[i].state;

			status.waiting += state == SPLIT_WAITING;
			status.sending += state == SPLIT_SENDING;
			status.dead += state == SPLIT_DEAD;
			if (!status.oldest_at &&
			    (state == SPLIT_WAITING || state == SPLIT_SENDING))
				status.oldest_at = mail->at;
		}
	status.sent = queue->sent;
	status.bytes = queue->bytes;
	snprintf(status.trouble, sizeof(status.trouble), "%s", queue->trouble);
	pthread_mutex_unlock(&queue->lock);
	*status_out = status;
}

static const char *
id_of(const struct split_mail *mail, size_t i, char id[48])
{
	snprintf(id, 48, "%s.%zu", mail->name, i);
	return id;
}

void
split_queue_each(struct split_queue *queue, bool dead,
		 void (*fn)(void *arg, const struct split_row *row), void *arg)
{
	const struct split_mail *mail;
	char id[48];

	pthread_mutex_lock(&queue->lock);
	for (mail = queue->first; mail; mail = mail->next)
		for (size_t i = 0; i < mail->n_copies; i++) {
			const struct split_copy *copy = &mail->copies[i];
			struct split_row row = {
				.id = id_of(mail, i, id),
				.recipient = copy->recipient,
				.sender = mail->sender,
				.reason = copy->reason ? copy->reason : "",
				.state = copy->state,
				.tries = copy->tries,
				.at = mail->at,
				.next_at = copy->next_at,
			};

			if (copy->state == SPLIT_DEAD ||
			    (!dead && copy->state != SPLIT_SENT))
				fn(arg, &row);
		}
	pthread_mutex_unlock(&queue->lock);
}

bool
split_queue_is_sending(struct split_queue *queue, const char *id)
{
	const struct split_mail *mail;
	bool found = false;
	char own[48];

	pthread_mutex_lock(&queue->lock);
	for (mail = queue->first; mail && !found; mail = mail->next)
		for (size_t i = 0; i < mail->n_copies && !found; i++)
			found = mail->copies[i].state == SPLIT_SENDING &&
				strcmp(id_of(mail, i, own), id) == 0;
	pthread_mutex_unlock(&queue->lock);
	return found;
}

enum sg_status
split_queue_redo(struct split_queue *queue, const char *id, struct sg_err *err)
{
	enum sg_status status = SG_NONE;
	struct split_mail *mail;
	char own[48];

	pthread_mutex_lock(&queue->lock);
	for (mail = queue->first; mail; mail = mail->next)
		for (size_t i = 0; i < mail->n_copies; i++) {
			struct split_copy *copy = &mail->copies[i];

			if (copy->state != SPLIT_DEAD ||
			    (id && strcmp(id_of(mail, i, own), id) != 0))
				continue;
			if (!split_queue_note(queue, mail, i, 'Q')) {
				status = SG_BUSY;
				continue;
			}
			copy->state = SPLIT_WAITING;
			copy->tries = 0;
			copy->next_at = 0;
			if (status == SG_NONE)
				status = SG_OK;
		}
	queue->woken = true;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
	if (status == SG_NONE && id)
		return err_set(err, SG_NONE,
			       "no copy was given up under the id %s", id);
	if (status == SG_BUSY)
		return err_set(err, SG_BUSY, "it cannot be noted now");
	return SG_OK; /* all of none is done */
}

enum sg_status
split_queue_drop(struct split_queue *queue, const char *id, int64_t now,
		 struct sg_err *err)
{
	enum sg_status status = SG_NONE;
	struct split_mail *mail, *next;
	char own[48];

	pthread_mutex_lock(&queue->lock);
	for (mail = queue->first; mail && status == SG_NONE; mail = next) {
		next = mail->next;
		for (size_t i = 0; i < mail->n_copies; i++) {
			if (mail->copies[i].state != SPLIT_DEAD ||
			    strcmp(id_of(mail, i, own), id) != 0)
				continue;
			status = split_queue_note(queue, mail, i, 'S')
					 ? SG_OK
					 : SG_BUSY;
			if (status == SG_OK)
				mail->copies[i].state = SPLIT_SENT;
		}
		if (status == SG_OK && split_mail_finished(mail) &&
		    !split_queue_finish(queue, mail, now))
			queue->n_owed++;
	}
	pthread_mutex_unlock(&queue->lock);
	if (status == SG_NONE)
		return err_set(err, SG_NONE,
			       "no copy was given up under the "
			       "id %s",
			       id);
	if (status == SG_BUSY)
		return err_set(err, SG_BUSY, "it cannot be noted now");
	return SG_OK;
}
