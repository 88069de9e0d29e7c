#include "tests/tools/aid/milter_bench.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/tools/aid/milter_wire.h"

enum { MOST_HEADERS = 200, MOST_CONNECTIONS = 2000, CHUNK = 65535 };

struct bench {
	const char *address;
	const char *sender;
	const char *recipient;
	unsigned long connections;
	unsigned long messages; /* of each connection */
	bool is_reconnect;
	size_t n_headers;
	struct buf headers[MOST_HEADERS]; /* as SMFIC_HEADER data */
	const char *body;
	size_t body_len;
};

struct worker {
	const struct bench *bench;
	pthread_t thread;
	bool is_running;
	unsigned long n_done;
	unsigned long n_changed;
	unsigned long number;
	double *took_s; /* n_done of them */
	bool is_failed;
	struct milter_wire wire;
};

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

bool
milter_bench_read_file(const char *path, struct buf *out)
{
	FILE *in = fopen(path, "rb");
	char chunk[8192];
	size_t n;

	if (!in)
		return false;
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		buf_append(out, chunk, n);
	fclose(in);
	return buf_ok(out);
}

/* Every line end becomes CRLF, as SMTP has it. */
static void
to_crlf(const struct buf *from, struct buf *to)
{
	for (size_t i = 0; i < from->len; i++) {
		if (from->data[i] == '\n' &&
		    (i == 0 || from->data[i - 1] != '\r'))
			buf_append_char(to, '\r');
		buf_append_char(to, from->data[i]);
	}
}

static void
keep_header(struct bench *bench, const char *line, size_t len)
{
	struct buf *data = &bench->headers[bench->n_headers];
	const char *colon = memchr(line, ':', len);

	if (!colon || bench->n_headers == MOST_HEADERS)
		return;
	buf_append(data, line, (size_t)(colon - line));
	buf_append_char(data, '\0');
	for (const char *c = colon + 1 + (colon[1] == ' '); c < line + len; c++)
		if (*c != '\r')
			buf_append_char(data, *c);
	buf_append_char(data, '\0');
	bench->n_headers++;
}

static void
cut_mail(struct bench *bench, const struct buf *mail)
{
	const char *at = mail->data;
	const char *end = mail->data + mail->len;

	while (at < end && strncmp(at, "\r\n", 2)) {
		const char *stop = at;

		do {
			stop = strstr(stop, "\r\n");
			stop = stop ? stop + 2 : end;
		} while (stop < end && (*stop == ' ' || *stop == '\t'));
		keep_header(bench, at, (size_t)(stop - at) - 2);
		at = stop;
	}
	bench->body = at + 2 <= end ? at + 2 : end;
	bench->body_len = (size_t)(end - bench->body);
}

/* Sends; where the milter answers, hears. false: it did not go on. */
static bool
ask(struct worker *worker, char command, const void *data, size_t len)
{
	struct milter_wire *wire = &worker->wire;

	wire_put(wire, command, data, len);
	if (!wire_is_answered(wire, command))
		return true;
	do {
		if (!wire_read(wire))
			return false;
		if (wire->in.data[0] == 'b')
			worker->n_changed++;
	} while (!wire_is_final(wire->in.data[0]));
	return wire->in.data[0] == 'c' || wire->in.data[0] == 's';
}

static bool
begin(struct worker *worker)
{
	struct buf data = BUF_INIT;
	bool is_good = wire_open(&worker->wire, worker->bench->address) &&
		       wire_negotiate(&worker->wire, 6, WIRE_ALL_ACTIONS,
				      WIRE_ALL_STEPS);

	wire_connect_data(&data, "localhost", "127.0.0.1");
	is_good = is_good && ask(worker, 'C', data.data, data.len);
	buf_done(&data);
	return is_good;
}

static bool
one_message(struct worker *worker)
{
	const struct bench *bench = worker->bench;
	char queue_id[32];
	bool is_good;

	is_good = ask(worker, 'M', bench->sender, strlen(bench->sender) + 1) &&
		  ask(worker, 'R', bench->recipient,
		      strlen(bench->recipient) + 1);
	for (size_t i = 0; is_good && i < bench->n_headers; i++)
		is_good = ask(worker, 'L', bench->headers[i].data,
			      bench->headers[i].len);
	is_good = is_good && ask(worker, 'N', NULL, 0);
	for (size_t at = 0; is_good && at < bench->body_len; at += CHUNK) {
		size_t left = bench->body_len - at;

		is_good = ask(worker, 'B', bench->body + at,
			      left < CHUNK ? left : CHUNK);
		if (worker->wire.in.data && worker->wire.in.data[0] == 's')
			break;
	}
	snprintf(queue_id, sizeof(queue_id), "Ei%cB%lX-%lX", 0, worker->number,
		 worker->n_done);
	wire_put(&worker->wire, 'D', queue_id, 3 + strlen(queue_id + 3) + 1);
	return is_good && ask(worker, 'E', NULL, 0);
}

static void *
run_worker(void *arg)
{
	struct worker *worker = arg;
	const struct bench *bench = worker->bench;
	bool is_open = begin(worker);

	worker->is_failed = !is_open;
	while (!worker->is_failed && worker->n_done < bench->messages) {
		double from = now_s();

		if (!is_open)
			is_open = begin(worker);
		if (!is_open || !one_message(worker)) {
			worker->is_failed = true;
			break;
		}
		worker->took_s[worker->n_done++] = now_s() - from;
		if (bench->is_reconnect) {
			wire_put(&worker->wire, 'Q', NULL, 0);
			wire_flush(&worker->wire);
			wire_close(&worker->wire);
			is_open = false;
		}
	}
	wire_close(&worker->wire);
	return NULL;
}

static int
by_time(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
report(const struct bench *bench, struct worker *workers, double took_s)
{
	size_t total = bench->connections * bench->messages;
	double *all = calloc(total + 1, sizeof(*all));
	unsigned long n_changed = 0, n_failed = 0;
	size_t n = 0;

	if (!all)
		return 1;
	for (unsigned long i = 0; i < bench->connections; i++) {
		for (unsigned long k = 0; k < workers[i].n_done; k++)
			all[n++] = workers[i].took_s[k];
		n_changed += workers[i].n_changed;
		n_failed += workers[i].is_failed;
	}
	qsort(all, n, sizeof(*all), by_time);
	printf("messages=%zu changed=%lu failed_connections=%lu seconds=%.3f "
	       "per_second=%.0f p50_ms=%.3f p99_ms=%.3f\n",
	       n, n_changed, n_failed, took_s, (double)n / took_s,
	       n ? all[n / 2] * 1e3 : 0, n ? all[n * 99 / 100] * 1e3 : 0);
	free(all);
	return n == total ? 0 : 1;
}

static int
run_bench(const struct bench *bench)
{
	struct worker *workers = calloc(bench->connections, sizeof(*workers));
	double from = now_s();
	int code = 1;

	for (unsigned long i = 0; workers && i < bench->connections; i++) {
		struct worker *worker = &workers[i];

		worker->bench = bench;
		worker->number = i;
		worker->wire.fd = -1;
		worker->took_s = calloc(bench->messages, sizeof(double));
		worker->is_running = worker->took_s &&
				     pthread_create(&worker->thread, NULL,
						    run_worker, worker) == 0;
	}
	for (unsigned long i = 0; workers && i < bench->connections; i++)
		if (workers[i].is_running)
			pthread_join(workers[i].thread, NULL);
	if (workers)
		code = report(bench, workers, now_s() - from);
	for (unsigned long i = 0; workers && i < bench->connections; i++)
		free(workers[i].took_s);
	free(workers);
	return code;
}

static bool
take_options(struct bench *bench, char **options)
{
	for (; *options; options++) {
		if (!strcmp(*options, "--reconnect")) {
			bench->is_reconnect = true;
			continue;
		}
		if (!options[1])
			return false;
		if (!strcmp(*options, "--connections"))
			bench->connections = strtoul(options[1], NULL, 10);
		else if (!strcmp(*options, "--messages"))
			bench->messages = strtoul(options[1], NULL, 10);
		else if (!strcmp(*options, "--sender"))
			bench->sender = options[1];
		else if (!strcmp(*options, "--recipient"))
			bench->recipient = options[1];
		else
			return false;
		options++;
	}
	return bench->connections > 0 && bench->messages > 0 &&
	       bench->connections <= MOST_CONNECTIONS;
}

int
milter_bench(const char *address, const char *mail_file, char **options)
{
	static struct bench bench = {.sender = "<news@example.com>",
				     .recipient = "<ann@example.net>",
				     .connections = 1,
				     .messages = 1000};
	struct buf raw = BUF_INIT, mail = BUF_INIT;
	int code = 2;

	bench.address = address;
	if (!take_options(&bench, options)) {
		fputs("milter_client: wrong options for --bench\n", stderr);
	} else if (!milter_bench_read_file(mail_file, &raw)) {
		fprintf(stderr, "%s: %s\n", mail_file, strerror(errno));
	} else {
		to_crlf(&raw, &mail);
		cut_mail(&bench, &mail);
		code = run_bench(&bench);
	}
	for (size_t i = 0; i < bench.n_headers; i++)
		buf_done(&bench.headers[i]);
	buf_done(&raw);
	buf_done(&mail);
	return code;
}
