/* http_tls.c - see http_tls.h; the door to GnuTLS. */
#include "http/http_tls.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CHAIN_MOST = 16, NAME_MOST = 256, KEY_ID_SIZE = 64 };

static const char priorities[] =
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";

struct certificate {
	gnutls_pcert_st chain[CHAIN_MOST];
	unsigned n_chain;
	gnutls_privkey_t key;
	gnutls_x509_crt_t leaf; /* for its names and its time */
};

struct certificates {
	size_t n;
	struct certificate each[HTTP_TLS_MOST];
	struct certificates *before;
};

/* A handshake that has begun still looks at those before: they stay until the
 * last listener is gone. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct certificates *current;

/* --- from files ----------------------------------------------------------- */

static void
done(struct certificate *one)
{
	for (unsigned i = 0; i < one->n_chain; i++)
		gnutls_pcert_deinit(&one->chain[i]);
	if (one->key)
		gnutls_privkey_deinit(one->key);
	if (one->leaf)
		gnutls_x509_crt_deinit(one->leaf);
}

static void
free_all(struct certificates *all)
{
	if (!all)
		return;
	for (size_t i = 0; i < all->n; i++)
		done(&all->each[i]);
	free(all);
}

static enum sg_status
refuse(const char *path, int code, struct sg_err *err)
{
	return err_set(err, SG_REFUSED, "%s: %s", path, gnutls_strerror(code));
}

static enum sg_status
load_chain(struct certificate *one, const char *path, struct sg_err *err)
{
	gnutls_datum_t text = {NULL, 0};
	unsigned n = CHAIN_MOST;
	int code = gnutls_load_file(path, &text);

	if (code < 0)
		return err_set(err, SG_REFUSED,
			       "%s cannot be read (by the user that scoregated "
			       "runs as)",
			       path);
	code = gnutls_pcert_list_import_x509_raw(one->chain, &n, &text,
						 GNUTLS_X509_FMT_PEM, 0);
	gnutls_free(text.data);
	if (code < 0)
		return refuse(path, code, err);
	one->n_chain = n;
	if (n == 0)
		return err_set(err, SG_REFUSED, "%s: no certificate in it",
			       path);
	code = gnutls_x509_crt_init(&one->leaf);
	if (code >= 0)
		code = gnutls_x509_crt_import(one->leaf, &one->chain[0].cert,
					      GNUTLS_X509_FMT_DER);
	return code < 0 ? refuse(path, code, err) : SG_OK;
}

static enum sg_status
load_key(struct certificate *one, const char *path, struct sg_err *err)
{
	gnutls_datum_t text = {NULL, 0};
	struct stat st;
	int code;

	if (stat(path, &st) == 0 && st.st_mode & 007)
		return err_set(err, SG_REFUSED,
			       "%s can be used by anybody (mode %04o): chmod "
			       "o= %s",
			       path, (unsigned)st.st_mode & 07777, path);
	code = gnutls_load_file(path, &text);
	if (code < 0)
		return err_set(err, SG_REFUSED,
			       "%s cannot be read (by the user that scoregated "
			       "runs as)",
			       path);
	code = gnutls_privkey_init(&one->key);
	if (code >= 0)
		code = gnutls_privkey_import_x509_raw(
			one->key, &text, GNUTLS_X509_FMT_PEM, NULL, 0);
	gnutls_memset(text.data, 0, text.size);
	gnutls_free(text.data);
	return code < 0 ? refuse(path, code, err) : SG_OK;
}

static bool
key_id(gnutls_pubkey_t key, unsigned char id[KEY_ID_SIZE], size_t *len)
{
	*len = KEY_ID_SIZE;
	return gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, id,
					len) >= 0;
}

static bool
is_its_key(const struct certificate *one)
{
	unsigned char a[KEY_ID_SIZE], b[KEY_ID_SIZE];
	size_t a_len, b_len;
	gnutls_pubkey_t public;
	bool is;

	if (gnutls_pubkey_init(&public) < 0)
		return false;
	is = gnutls_pubkey_import_privkey(public, one->key, 0, 0) >= 0 &&
	     key_id(public, a, &a_len) &&
	     key_id(one->chain[0].pubkey, b, &b_len) && a_len == b_len &&
	     memcmp(a, b, a_len) == 0;
	gnutls_pubkey_deinit(public);
	return is;
}

static enum sg_status
load(struct certificate *one, const struct http_tls_files *files,
     struct sg_err *err)
{
	enum sg_status status = load_chain(one, files->certificate, err);

	if (status == SG_OK)
		status = load_key(one, files->key, err);
	if (status == SG_OK && !is_its_key(one))
		status = err_set(err, SG_REFUSED,
				 "%s is not the key of the first certificate "
				 "in %s",
				 files->key, files->certificate);
	return status;
}

static enum sg_status
load_all(const struct http_tls_files *files, size_t n,
	 struct certificates **all_out, struct sg_err *err)
{
	struct certificates *all;

	if (n == 0 || n > HTTP_TLS_MOST)
		return err_set(err, SG_REFUSED, "expected 1 to %d certificates",
			       HTTP_TLS_MOST);
	all = calloc(1, sizeof(*all));
	if (!all)
		return err_set(err, SG_FAILED, "out of memory");
	while (all->n < n) {
		struct certificate *one = &all->each[all->n++];

		if (load(one, &files[all->n - 1], err) != SG_OK) {
			free_all(all);
			return SG_REFUSED;
		}
	}
	*all_out = all;
	return SG_OK;
}

enum sg_status
http_tls_use(const struct http_tls_files *files, size_t n, struct sg_err *err)
{
	struct certificates *all;

	if (load_all(files, n, &all, err) != SG_OK)
		return err->status;
	pthread_mutex_lock(&lock);
	all->before = current;
	current = all;
	pthread_mutex_unlock(&lock);
	return SG_OK;
}

enum sg_status
http_tls_check(const struct http_tls_files *files, size_t n, int64_t now,
	       int64_t *seconds_left_out, struct sg_err *err)
{
	struct certificates *all;
	int64_t least = INT64_MAX;

	if (load_all(files, n, &all, err) != SG_OK)
		return err->status;
	for (size_t i = 0; i < all->n; i++) {
		int64_t left = (int64_t)gnutls_x509_crt_get_expiration_time(
				       all->each[i].leaf) -
			       now / 1000;

		if (left < least)
			least = left;
	}
	free_all(all);
	if (seconds_left_out)
		*seconds_left_out = least;
	return SG_OK;
}

void
http_tls_forget(void)
{
	pthread_mutex_lock(&lock);
	while (current) {
		struct certificates *before = current->before;

		free_all(current);
		current = before;
	}
	pthread_mutex_unlock(&lock);
}

/* --- in a handshake ------------------------------------------------------- */

/* RFC 6066 §3: the name that the client wants, "" when it does not say. */
static void
get_name(gnutls_session_t session, char name[NAME_MOST])
{
	size_t len = NAME_MOST - 1;
	unsigned type = GNUTLS_NAME_DNS;

	if (gnutls_server_name_get(session, name, &len, &type, 0) < 0 ||
	    type != GNUTLS_NAME_DNS || len >= NAME_MOST)
		len = 0;
	name[len] = '\0';
}

static bool
is_for(const struct certificate *one, const char *name)
{
	return gnutls_x509_crt_check_hostname(one->leaf, name) != 0;
}

/* Can the client do with this kind of key? */
static bool
is_taken(const struct certificate *one, const gnutls_pk_algorithm_t *algorithms,
	 int n)
{
	int ours = gnutls_privkey_get_pk_algorithm(one->key, NULL);

	for (int i = 0; i < n; i++)
		if ((int)algorithms[i] == ours)
			return true;
	return n == 0;
}

static const struct certificate *
choose(const struct certificates *all, const char *name,
       const gnutls_pk_algorithm_t *algorithms, int n)
{
	const struct certificate *best = &all->each[0];
	int best_worth = -1;

	for (size_t i = 0; i < all->n; i++) {
		const struct certificate *one = &all->each[i];
		int worth = 2 * (*name && is_for(one, name)) +
			    is_taken(one, algorithms, n);

		if (worth > best_worth) {
			best = one;
			best_worth = worth;
		}
	}
	return best;
}

/* gnutls_certificate_retrieve_function2; GnuTLS only reads what it is given. */
static int
retrieve(gnutls_session_t session, const gnutls_datum_t *authorities,
	 int n_authorities, const gnutls_pk_algorithm_t *algorithms,
	 int n_algorithms, gnutls_pcert_st **chain, unsigned *n_chain,
	 gnutls_privkey_t *key)
{
	const struct certificates *all;
	const struct certificate *one;
	char name[NAME_MOST];

	(void)authorities;
	(void)n_authorities;
	pthread_mutex_lock(&lock);
	all = current;
	pthread_mutex_unlock(&lock);
	if (!all)
		return -1;
	get_name(session, name);
	one = choose(all, name, algorithms, n_algorithms);
	*chain = (gnutls_pcert_st *)(uintptr_t)one->chain;
	*n_chain = one->n_chain;
	*key = one->key;
	return 0;
}

/* --- a connection --------------------------------------------------------- */

struct http_tls {
	gnutls_session_t session;
};

struct http_tls_door {
	gnutls_certificate_credentials_t credentials;
};

struct http_tls_door *
http_tls_door_new(void)
{
	struct http_tls_door *self = calloc(1, sizeof(*self));

	if (!self)
		return NULL;
	if (gnutls_certificate_allocate_credentials(&self->credentials) < 0) {
		free(self);
		return NULL;
	}
	gnutls_certificate_set_retrieve_function2(self->credentials, retrieve);
	return self;
}

void
http_tls_door_free(struct http_tls_door *self)
{
	if (!self)
		return;
	gnutls_certificate_free_credentials(self->credentials);
	free(self);
}

struct http_tls *
http_tls_new(const struct http_tls_door *door, int fd)
{
	struct http_tls *self = calloc(1, sizeof(*self));

	if (!self)
		return NULL;
	if (gnutls_init(&self->session, GNUTLS_SERVER | GNUTLS_NONBLOCK |
						GNUTLS_NO_SIGNAL) < 0) {
		free(self);
		return NULL;
	}
	gnutls_transport_set_int(self->session, fd);
	if (gnutls_priority_set_direct(self->session, priorities, NULL) >= 0 &&
	    gnutls_credentials_set(self->session, GNUTLS_CRD_CERTIFICATE,
				   door->credentials) >= 0)
		return self;
	http_tls_free(self);
	return NULL;
}

void
http_tls_free(struct http_tls *self)
{
	if (!self)
		return;
	gnutls_deinit(self->session);
	free(self);
}

/* A warning of the peer's is no answer: it is asked again. */
static ssize_t
result_of(ssize_t code)
{
	if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED ||
	    code == GNUTLS_E_WARNING_ALERT_RECEIVED)
		return HTTP_TLS_LATER;
	return code < 0 ? HTTP_TLS_FAILED : code;
}

ssize_t
http_tls_shake(struct http_tls *self)
{
	int code;

	do {
		code = gnutls_handshake(self->session);
	} while (code < 0 && code != GNUTLS_E_AGAIN &&
		 !gnutls_error_is_fatal(code));
	if (code < 0 && gnutls_error_is_fatal(code))
		(void)gnutls_alert_send_appropriate(self->session, code);
	return result_of(code);
}

ssize_t
http_tls_read(struct http_tls *self, char *to, size_t size)
{
	ssize_t len = gnutls_record_recv(self->session, to, size);

	/* Gone without a word: where a request ends says HTTP itself. */
	return len == GNUTLS_E_PREMATURE_TERMINATION ? 0 : result_of(len);
}

ssize_t
http_tls_write(struct http_tls *self, const char *from, size_t len)
{
	return result_of(gnutls_record_send(self->session, from, len));
}

ssize_t
http_tls_bye(struct http_tls *self)
{
	return result_of(gnutls_bye(self->session, GNUTLS_SHUT_WR));
}
