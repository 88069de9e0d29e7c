/*
 * form.h - bounces and delay notices of mail systems that send no report for
 * programs: what they write to people, recognised by its form. A form is a
 * table row: the banner that begins it, and where recipients, replies and
 * status stand. Pure, any thread; results live in the pool.
 *
 * Each mail system has its own file form_NAME.c; form_table.c lists them.
 */
#ifndef ENGINE_CLASSIFY_FORM_H
#define ENGINE_CLASSIFY_FORM_H

#include "classify/report.h"

/* Lines past it are not read; a notice is short. */
enum { FORM_LINES_MOST = 400, FORM_TEXT_MOST = 32 * 1024 };

/* Who seems to have sent it. */
enum form_sender {
	FORM_PERSON,
	FORM_PROGRAM, /* no-reply, an administrator; says it is automatic */
	FORM_NULL,    /* the null sender, but a person's address in From */
	FORM_DAEMON   /* MAILER-DAEMON, postmaster */
};

struct form_line {
	const char *text; /* trimmed */
	unsigned indent;
	size_t words_at; /* where its words begin in the notice's */
};

/* What is for people in a message, without the message it gives back. */
struct form_notice {
	const struct report_message *message;
	struct pool *pool;
	const char *subject; /* decoded, "" */
	const char *from;    /* address, "" */
	const char *to;	     /* whom the notice was sent to, "" */
	enum form_sender sender;
	const char *text; /* as it came */
	const struct form_line *lines;
	size_t n_lines;
	const char *words;	   /* of its lines, bounce_words.h */
	const char *subject_words; /* of its subject */
	const char *returned;	   /* the original, when it follows in the same
				      text; NULL */
	size_t returned_len;
	bool has_returned; /* there, or as a part of its own */
};

/* Where recipients stand. Tried in this order until one has any. */
enum form_place {
	FORM_FIELDS = 1,     /* fields of RFC 3464 among the words */
	FORM_HEADS = 2,	     /* alone at the head of what is said of it */
	FORM_PARAGRAPHS = 4, /* the same, only after an empty line */
	FORM_SENTENCE = 8,   /* in the sentence of the banner */
	FORM_DIALOGUE = 16,  /* in SMTP commands and replies */
	FORM_KEYS = 32,	     /* behind a name that means recipient */
	FORM_FAILED = 64,    /* in X-Failed-Recipients */
	FORM_RETURNED = 128  /* only in the message given back */
};

struct bounce_form {
	const char *name;
	/* Words (bounce_words.h); any of each list, NULL = not asked. */
	const char *const *banners; /* recipients stand behind it */
	const char *const *subjects;
	const char *mailer; /* X-Mailer begins so; NULL = not asked */
	bool (*also)(const struct form_notice *notice); /* NULL = not asked */
	enum form_sender sender;			/* at least */
	unsigned places;				/* enum form_place */
};

/* Ends with NULL. */
extern const struct bounce_form *const form_table[];

/* Tables of the files; each ends with {0}. */
extern const struct bounce_form form_fields[];
extern const struct bounce_form form_qmail[], form_exim[], form_sendmail[];
extern const struct bounce_form form_postfix[], form_exchange[], form_notes[];
extern const struct bounce_form form_groupwise[], form_google[], form_imail[];
extern const struct bounce_form form_yahoo[], form_dma[], form_filter[];
extern const struct bounce_form form_mobile[], form_other[];

/* SG_NONE: no bounce and no delay of any form. */
enum sg_status form_read_notice(const struct report_message *message,
				struct classify_result *result) MUST_CHECK;
/* Feedback that is no report of RFC 5965, events of services that send JSON. */
enum sg_status form_read_feedback(const struct report_message *message,
				  struct classify_result *result) MUST_CHECK;
enum sg_status form_read_event(const struct report_message *message,
			       struct classify_result *result) MUST_CHECK;

void form_notice_read(const struct report_message *message,
		      struct form_notice *notice);
/* By its envelope: people have one that can be answered (RFC 5321 §4.5.5). */
bool form_is_of_nobody(const struct report_message *message);
enum form_sender form_sender_of(const struct report_message *message,
				const char *from);

/* What the words of a notice say of the message's fate, in the main
 * languages. */
bool form_tells_failure(const struct form_notice *notice);
bool form_tells_delay(const struct form_notice *notice);
bool form_surely_delayed(const struct form_notice *notice);

/* --- recipients --- */

struct form_recipients {
	struct classify_recipient *items;
	size_t n;
	bool is_permanent; /* the notice says so, whatever the reply */
};

/* The address at the beginning of a line ("<a@b>: …", "* a@b"), NULL: none;
 * *rest_out is what follows. */
const char *form_head(struct pool *pool, const char *line,
		      const char **rest_out);
/* The next address anywhere in a text; *rest_out after it. */
const char *form_next_address(struct pool *pool, const char *text,
			      const char **rest_out);
/* Once each; `said` is what is said of it, "" when nothing is. */
void form_recipient_add(const struct form_notice *notice,
			struct form_recipients *to, const char *address,
			const char *said);
/* "550 …" where a reply begins in a text; NULL: none. */
const char *form_find_reply(const char *text);

/* From line `from` on. */
void form_read_heads(const struct form_notice *notice, size_t from,
		     bool by_paragraph, struct form_recipients *to);
void form_read_sentence(const struct form_notice *notice, size_t from,
			struct form_recipients *to);
void form_read_dialogue(const struct form_notice *notice,
			struct form_recipients *to);
void form_read_keys(const struct form_notice *notice,
		    struct form_recipients *to);
void form_read_failed(const struct form_notice *notice,
		      struct form_recipients *to);

#endif
