/*
 * net_smtp.c - see net_smtp.h. Connections are lanes (net_lane.h), each with a
 * thread; the one that was used last is used first, so that a slow pace keeps
 * one connection and no more. When all are busy, as many mails may wait: a lane
 * goes on with the next one at once, and takes it as soon as the last bytes of
 * the one before leave.
 */
#include "net/net_smtp.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/clock.h"
#include "net/net_lane.h"
#include "net/net_start.h"

/* A mail from net_smtp_send() to its done(). */
struct job {
	struct job *next; /* in a list */
	struct net_smtp_mail mail;
	struct net_answer answer;
};

struct jobs {
	struct job *first, **end;
};

struct worker {
	struct net_smtp *smtp;
	struct worker *next; /* idle */
	struct net_lane *lane;
	pthread_t thread;
	pthread_cond_t changed;
	struct job *job;      /* NULL = idle */
	struct job *next_job; /* it was taken already; the thread's */
};

struct net_smtp {
	struct net_server server;
	struct worker *workers;
	size_t n_workers, n_started; /* the owner's */
	size_t under_way;	     /* likewise */
	struct job *jobs;	     /* all there are, two a worker */
	struct job *free_jobs;	     /* the owner's */
	pthread_mutex_t lock;	     /* what follows, and workers' jobs */
	pthread_cond_t ended;	     /* a job, or the owner was woken */
	struct worker *idle;	     /* the last one first */
	struct jobs waiting, done;
	bool woken, stopping;
};

static void
jobs_init(struct jobs *jobs)
{
	jobs->first = NULL;
	jobs->end = &jobs->first;
}

static void
jobs_add(struct jobs *jobs, struct job *job)
{
	job->next = NULL;
	*jobs->end = job;
	jobs->end = &job->next;
}

static struct job *
jobs_take(struct jobs *jobs)
{
	struct job *job = jobs->first;

	if (job) {
		jobs->first = job->next;
		if (!jobs->first)
			jobs->end = &jobs->first;
	}
	return job;
}

/* --- a connection's thread ----------------------------------------------- */

/* For its lane: the mail that comes after the one whose last bytes leave. */
static const struct net_smtp_mail *
take_next(void *arg)
{
	struct worker *worker = arg;
	struct net_smtp *smtp = worker->smtp;

	pthread_mutex_lock(&smtp->lock);
	if (!worker->next_job)
		worker->next_job = jobs_take(&smtp->waiting);
	pthread_mutex_unlock(&smtp->lock);
	return worker->next_job ? &worker->next_job->mail : NULL;
}

/* Locked before and after. False: it ends. */
static bool
wait_for_job(struct worker *worker)
{
	struct net_smtp *smtp = worker->smtp;

	worker->job =
		worker->next_job ? worker->next_job : jobs_take(&smtp->waiting);
	worker->next_job = NULL;
	if (!worker->job && !smtp->stopping) {
		worker->next = smtp->idle;
		smtp->idle = worker;
	}
	while (!worker->job && !smtp->stopping)
		pthread_cond_wait(&worker->changed, &smtp->lock);
	return worker->job != NULL;
}

static void *
run_worker(void *arg)
{
	struct worker *worker = arg;
	struct net_smtp *smtp = worker->smtp;

	prctl(PR_SET_NAME, "smtp", 0, 0, 0);
	pthread_mutex_lock(&smtp->lock);
	/* It was started with a job. */
	do {
		struct job *job = worker->job;

		pthread_mutex_unlock(&smtp->lock);
		net_lane_send(worker->lane, &job->mail, &job->answer);
		pthread_mutex_lock(&smtp->lock);
		jobs_add(&smtp->done, job);
		pthread_cond_signal(&smtp->ended);
	} while (wait_for_job(worker));
	pthread_mutex_unlock(&smtp->lock);
	return NULL;
}

static enum sg_status
start_worker(struct net_smtp *smtp, struct job *job, struct sg_err *err)
{
	struct worker *worker = &smtp->workers[smtp->n_started];

	worker->lane = net_lane_open(&smtp->server, take_next, worker);
	if (!worker->lane)
		return err_set(err, SG_FAILED, "libcurl gives no handle");
	worker->job = job;
	if (pthread_create(&worker->thread, NULL, run_worker, worker) == 0) {
		smtp->n_started++;
		return SG_OK;
	}
	net_lane_close(worker->lane);
	worker->lane = NULL;
	return err_set(err, SG_FAILED, "no thread for a connection");
}

/* --- open and close ------------------------------------------------------ */

static void
make_url(struct net_server *server, const struct net_smtp_options *options)
{
	bool ip6 = strchr(options->host, ':') != NULL;

	snprintf(server->url, sizeof(server->url), "%s://%s%s%s:%u/%s",
		 options->tls == NET_TLS_IMPLICIT ? "smtps" : "smtp",
		 ip6 ? "[" : "", options->host, ip6 ? "]" : "", options->port,
		 options->ehlo ? options->ehlo : "");
}

static void
init_sync(struct net_smtp *smtp)
{
	pthread_condattr_t monotonic;
	size_t i;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&smtp->lock, NULL);
	pthread_cond_init(&smtp->ended, &monotonic);
	pthread_condattr_destroy(&monotonic);
	for (i = 0; i < smtp->n_workers; i++) {
		pthread_cond_init(&smtp->workers[i].changed, NULL);
		smtp->workers[i].smtp = smtp;
	}
	jobs_init(&smtp->waiting);
	jobs_init(&smtp->done);
	for (i = 0; i < smtp->n_workers * 2; i++) {
		smtp->jobs[i].next = smtp->free_jobs;
		smtp->free_jobs = &smtp->jobs[i];
	}
}

static void
init_server(struct net_server *server, const struct net_smtp_options *options)
{
	server->tls = options->tls;
	server->verify = options->verify;
	server->timeout_ms = options->timeout_ms ? options->timeout_ms : 300000;
	server->user = options->user ? strdup(options->user) : NULL;
	server->password = options->password ? strdup(options->password) : NULL;
	make_url(server, options);
}

enum sg_status
net_smtp_new(const struct net_smtp_options *options, struct net_smtp **smtp_out,
	     struct sg_err *err)
{
	enum sg_status status = net_start(err);
	struct net_smtp *smtp;

	if (status != SG_OK)
		return status;
	smtp = calloc(1, sizeof(*smtp));
	if (!smtp)
		return err_set(err, SG_FAILED, "out of memory");
	smtp->n_workers = options->connections ? options->connections : 1;
	smtp->workers = calloc(smtp->n_workers, sizeof(*smtp->workers));
	smtp->jobs = calloc(smtp->n_workers * 2, sizeof(*smtp->jobs));
	if (!smtp->workers || !smtp->jobs) {
		free(smtp->workers);
		free(smtp->jobs);
		free(smtp);
		return err_set(err, SG_FAILED, "out of memory");
	}
	init_sync(smtp);
	init_server(&smtp->server, options);
	*smtp_out = smtp;
	return SG_OK;
}

/* Calls `done` for each mail that ended; how many there were. */
static size_t
collect(struct net_smtp *smtp)
{
	struct job *job;
	size_t n = 0;

	for (;;) {
		struct net_smtp_result result;
		struct net_smtp_mail mail;
		struct net_answer answer;

		pthread_mutex_lock(&smtp->lock);
		job = jobs_take(&smtp->done);
		pthread_mutex_unlock(&smtp->lock);
		if (!job)
			return n;
		mail = job->mail;
		answer = job->answer;
		job->next = smtp->free_jobs;
		smtp->free_jobs = job;
		smtp->under_way--;
		n++;
		result = (struct net_smtp_result){answer.end, answer.stage,
						  answer.code, answer.status,
						  answer.text};
		mail.done(mail.arg, &result);
	}
}

/* Those that wait were not begun. */
static void
return_waiting(struct net_smtp *smtp)
{
	struct job *job;

	while ((job = jobs_take(&smtp->waiting))) {
		job->answer = (struct net_answer){.end = NET_SMTP_UNREACHABLE,
						  .stage = NET_AT_CONNECT};
		snprintf(job->answer.text, sizeof(job->answer.text),
			 "not sent any more");
		jobs_add(&smtp->done, job);
	}
}

void
net_smtp_free(struct net_smtp *smtp)
{
	size_t i;

	if (!smtp)
		return;
	pthread_mutex_lock(&smtp->lock);
	smtp->stopping = true;
	return_waiting(smtp);
	for (i = 0; i < smtp->n_started; i++) {
		if (smtp->workers[i].job)
			net_lane_cut(smtp->workers[i].lane);
		pthread_cond_signal(&smtp->workers[i].changed);
	}
	pthread_mutex_unlock(&smtp->lock);
	for (i = 0; i < smtp->n_started; i++)
		pthread_join(smtp->workers[i].thread, NULL);
	collect(smtp);
	for (i = 0; i < smtp->n_workers; i++) {
		net_lane_close(smtp->workers[i].lane);
		pthread_cond_destroy(&smtp->workers[i].changed);
	}
	pthread_cond_destroy(&smtp->ended);
	pthread_mutex_destroy(&smtp->lock);
	free(smtp->server.user);
	free(smtp->server.password);
	free(smtp->workers);
	free(smtp->jobs);
	free(smtp);
}

/* --- the owner's --------------------------------------------------------- */

/* To a connection that is idle; else it waits for one. */
static void
give(struct net_smtp *smtp, struct job *job)
{
	struct worker *worker;

	pthread_mutex_lock(&smtp->lock);
	worker = smtp->idle;
	if (worker) {
		smtp->idle = worker->next;
		worker->job = job;
		pthread_cond_signal(&worker->changed);
	} else {
		jobs_add(&smtp->waiting, job);
	}
	pthread_mutex_unlock(&smtp->lock);
}

static bool
has_idle(struct net_smtp *smtp)
{
	bool has;

	pthread_mutex_lock(&smtp->lock);
	has = smtp->idle != NULL;
	pthread_mutex_unlock(&smtp->lock);
	return has;
}

enum sg_status
net_smtp_send(struct net_smtp *smtp, const struct net_smtp_mail *mail,
	      struct sg_err *err)
{
	struct job *job = smtp->free_jobs;
	enum sg_status status = SG_OK;

	if (!job)
		return err_set(err, SG_BUSY, "every connection has a mail");
	job->mail = *mail;
	/* Nobody but us makes one busy that is idle. */
	if (smtp->n_started < smtp->n_workers && !has_idle(smtp)) {
		struct job *next = job->next;

		status = start_worker(smtp, job, err);
		if (status == SG_OK)
			smtp->free_jobs = next;
	} else {
		smtp->free_jobs = job->next;
		give(smtp, job);
	}
	if (status == SG_OK)
		smtp->under_way++;
	return status;
}

size_t
net_smtp_under_way(const struct net_smtp *smtp)
{
	return smtp->under_way;
}

size_t
net_smtp_room(const struct net_smtp *smtp)
{
	return smtp->n_workers * 2 - smtp->under_way;
}

void
net_smtp_wake(struct net_smtp *smtp)
{
	pthread_mutex_lock(&smtp->lock);
	smtp->woken = true;
	pthread_cond_signal(&smtp->ended);
	pthread_mutex_unlock(&smtp->lock);
}

void
net_smtp_run(struct net_smtp *smtp, int wait_ms)
{
	int64_t until = clock_monotonic_ms() + wait_ms;
	struct timespec at = {until / 1000, until % 1000 * 1000000};

	pthread_mutex_lock(&smtp->lock);
	while (!smtp->done.first && !smtp->woken && wait_ms > 0 &&
	       pthread_cond_timedwait(&smtp->ended, &smtp->lock, &at) == 0)
		;
	smtp->woken = false;
	pthread_mutex_unlock(&smtp->lock);
	collect(smtp);
}
