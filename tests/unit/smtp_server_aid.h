/* smtp_server_aid.h - an SMTP server for the tests of its clients: a thread
 * that follows scripts. */
#ifndef TESTS_UNIT_SMTP_SERVER_AID_H
#define TESTS_UNIT_SMTP_SERVER_AID_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { STEPS_MOST = 24, SEEN_SIZE = 4000 };

/*
 * What one connection hears: the greeting, then a reply to each line (the dot
 * is one). Special: WAIT says nothing yet, CLOSE closes, HANG says nothing
 * more, CUT says 354, reads a little and closes. NULL ends: then the connection
 * is closed. After its last script the server closes at once.
 */
#define WAIT  "wait"
#define CLOSE "close"
#define HANG  "hang"
#define CUT   "cut"
#define EHLO  "250-mta.test\r\n250 SIZE 100000000"
#define PIPED "250-mta.test\r\n250-PIPELINING\r\n250 SIZE 100000000"
#define OK    "250 2.0.0 Ok"
#define GO    "354 go on"
typedef const char *smtp_script[STEPS_MOST];

struct smtp_server {
	int listener;
	unsigned port;
	pthread_t thread;
	const smtp_script *scripts;
	size_t n_scripts;
	atomic_uint n_connections;
	atomic_bool over;
	char seen[SEEN_SIZE]; /* lines of commands; the thread's until joined */
	char data[1000];      /* the last mail, stuffed as it came */
	unsigned n_dotted;    /* lines of it with two dots */
};

/* One connection after the other, a script each. */
void smtp_server_start(struct smtp_server *server, const smtp_script *scripts,
		       size_t n);
void smtp_server_stop(struct smtp_server *server);

#endif
