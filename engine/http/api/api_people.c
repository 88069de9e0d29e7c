/*
 * api_people.c - people who sign in, by name and password, and what they then
 * ask of the API. A session is 32 random bytes that their browser keeps; the
 * store has its hash, so that it outlives a restart, and ends where we say so.
 * A password is looked at by one thread at a time: each look takes 64 MB.
 */
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/log.h"
#include "http/api/api_call.h"
#include "http/http_handle.h"
#include "store/store_audit.h"
#include "store/store_user.h"

enum {
	SESSION_BYTES = 32,
	SESSION_TEXT_MOST = 64,
	FORM_TOKEN_BYTES = 24,
	SEEN_EVERY_MS = 60 * 1000,
	/* Who does not come back for so long has no session; a console may say
	 * less. */
	IDLE_MOST_MS = 31 * 24 * 3600 * 1000L
};

/* Each look at a password counts, whatever comes of it. */
static const struct rate_limit per_address = {30, 5 * 60 * 1000};
static const struct rate_limit per_name = {10, 5 * 60 * 1000};

static pthread_mutex_t password_lock = PTHREAD_MUTEX_INITIALIZER;

bool
api_password_is(const char *hash, const char *password)
{
	bool is;

	pthread_mutex_lock(&password_lock);
	is = crypto_password_is(hash, password);
	pthread_mutex_unlock(&password_lock);
	return is;
}

enum sg_status
api_password_hash(char *hash, const char *password, struct sg_err *err)
{
	enum sg_status status;

	pthread_mutex_lock(&password_lock);
	status = crypto_password_hash(hash, password, err);
	pthread_mutex_unlock(&password_lock);
	return status;
}

/* Who guesses at the old one from a browser that was left open. */
enum sg_status
api_rate_password(struct api_call *call, struct sg_err *err)
{
	const char *text =
		pool_printf(call->pool, "sign-in as\n%s", call->principal.name);

	if (rate_take(call->api->rate, &per_name,
		      rate_key(call->api->rate, text, strlen(text)), call->now,
		      NULL))
		return SG_OK;
	call->problem = 429;
	return err_set(err, SG_REFUSED,
		       "too many attempts: wait a few minutes");
}

/* --- sessions ------------------------------------------------------------ */

static void
hash_session(const char *session, unsigned char hash[STORE_SESSION_HASH_SIZE])
{
	crypto_hash(hash, STORE_SESSION_HASH_SIZE, session, strlen(session),
		    NULL, 0);
}

/* Another one-way street from the session than the store's. */
static const char *
form_token_of(struct pool *pool, const char *session)
{
	static const char key[] = "scoregate form token";
	unsigned char hash[FORM_TOKEN_BYTES];
	struct buf text = BUF_INIT;
	const char *token;

	crypto_hash(hash, sizeof(hash), session, strlen(session), key,
		    sizeof(key) - 1);
	encode_base64url(&text, hash, sizeof(hash));
	token = pool_strdup(pool, buf_text(&text));
	buf_done(&text);
	return token;
}

static void
fill_user(struct pool *pool, const struct store_user *user, const char *session,
	  struct sg_user *out)
{
	*out = (struct sg_user){
		.size = sizeof(*out),
		.name = pool_strdup(pool, user->name),
		.role = pool_strdup(pool, user->role),
		.session = pool_strdup(pool, session),
		.form_token = form_token_of(pool, session),
	};
}

static enum sg_status
with_reader(struct api *api,
	    enum sg_status (*fn)(struct store *store, void *arg,
				 struct sg_err *err),
	    void *arg, struct sg_err *err)
{
	struct store *store;
	enum sg_status status =
		store_readers_take(api->options.readers, &store, err);

	if (status != SG_OK)
		return status;
	status = fn(store, arg, err);
	store_readers_give(api->options.readers, store);
	return status;
}

/* --- signing in ---------------------------------------------------------- */

struct signing {
	const struct gate_signing *in;
	struct pool *pool;
	struct store_user user;
	struct store_signing session;
	int64_t now;
};

static enum sg_status
find_name(struct store *store, void *arg, struct sg_err *err)
{
	struct signing *self = arg;

	return store_user_find(store, self->in->name, self->pool, &self->user,
			       err);
}

static bool
may_try(struct api *api, struct signing *self, const char *what,
	const char *whose, const struct rate_limit *limit)
{
	const char *text = pool_printf(self->pool, "%s\n%s", what, whose);

	return rate_take(api->rate, limit,
			 rate_key(api->rate, text, strlen(text)), self->now,
			 NULL);
}

static void
note(struct store_audit *row, const struct signing *self, const char *action)
{
	*row = (struct store_audit){.at = self->now,
				    .actor = self->user.name,
				    .action = action,
				    .object = self->user.name,
				    .detail = "",
				    .origin = self->in->peer};
}

static enum sg_status
begin_session(void *arg, struct store *store, struct sg_err *err)
{
	struct signing *self = arg;
	struct store_audit row;
	enum sg_status status = store_session_begin(store, &self->session, err);

	if (status != SG_OK)
		return status;
	note(&row, self, "console.sign_in");
	return store_audit_append(store, &row, err);
}

static enum sg_status
check_password(struct api *api, struct signing *self, struct sg_err *err)
{
	enum sg_status status = SG_NONE;
	char peer[LOG_QUOTE_SIZE];

	if (!may_try(api, self, "sign-in from", self->in->peer, &per_address) ||
	    !may_try(api, self, "sign-in as", self->in->name, &per_name))
		return err_set(err, SG_REFUSED,
			       "Too many attempts. Wait a few minutes and "
			       "try again.");
	status = with_reader(api, find_name, self, err);
	if (status != SG_OK && status != SG_NONE)
		return status;
	/* Also for a name that is nobody's: it takes as long. */
	if (api_password_is(status == SG_OK ? self->user.password : NULL,
			    self->in->password))
		return SG_OK;
	log_warn("console: nobody was signed in: name or password is wrong "
		 "client=%s",
		 log_quote_private(self->in->peer, peer));
	return err_set(err, SG_REFUSED, "Name or password is wrong.");
}

static void
make_session(struct buf *text)
{
	unsigned char bytes[SESSION_BYTES];

	crypto_random(bytes, sizeof(bytes));
	encode_base64url(text, bytes, sizeof(bytes));
	crypto_wipe(bytes, sizeof(bytes));
}

static enum sg_status
sign_in(void *arg, const struct gate_signing *in, struct pool *pool,
	struct sg_user *user_out, struct sg_err *err)
{
	struct api *api = arg;
	struct signing self = {.in = in, .pool = pool, .now = in->now};
	unsigned char hash[STORE_SESSION_HASH_SIZE];
	struct buf session = BUF_INIT;
	enum sg_status status;

	if (strlen(in->name) > API_NAME_MOST ||
	    strlen(in->password) > API_PASSWORD_MOST)
		return err_set(err, SG_REFUSED, "Name or password is wrong.");
	status = check_password(api, &self, err);
	if (status != SG_OK)
		return status;
	make_session(&session);
	hash_session(buf_text(&session), hash);
	self.session =
		(struct store_signing){.hash = hash,
				       .name = self.user.name,
				       .origin = in->peer,
				       .now = self.now,
				       .password_at = self.user.password_at,
				       .idle_since = self.now - IDLE_MOST_MS};
	status = apply_call(api->options.apply, begin_session, &self, err);
	if (status == SG_OK)
		fill_user(pool, &self.user, buf_text(&session), user_out);
	if (status == SG_NONE) /* the password was changed just now */
		status = err_set(err, SG_REFUSED, "Name or password is wrong.");
	buf_done(&session);
	return status;
}

/* --- who is it ----------------------------------------------------------- */

struct finding {
	unsigned char hash[STORE_SESSION_HASH_SIZE];
	struct pool *pool;
	struct store_session session;
	int64_t now;
};

static enum sg_status
find_session(struct store *store, void *arg, struct sg_err *err)
{
	struct finding *self = arg;

	return store_session_find(store, self->hash, self->pool, &self->session,
				  err);
}

static enum sg_status
note_seen(void *arg, struct store *store, struct sg_err *err)
{
	struct finding *self = arg;

	return store_session_seen(store, self->hash, self->now, err);
}

static enum sg_status
signed_in(void *arg, const struct gate_session *of, struct pool *pool,
	  struct sg_user *user_out, struct sg_err *err)
{
	struct api *api = arg;
	struct finding self = {.pool = pool, .now = of->now};
	const struct store_session *session = &self.session;
	struct sg_err ignored = {0};
	enum sg_status status;

	if (!*of->session || strlen(of->session) > SESSION_TEXT_MOST)
		return err_set(err, SG_NONE, "nobody is signed in");
	hash_session(of->session, self.hash);
	status = with_reader(api, find_session, &self, err);
	if (status != SG_OK)
		return status;
	if (self.now - session->seen_at > of->idle_ms ||
	    self.now - session->created_at > of->life_ms)
		return err_set(err, SG_NONE, "the session is over");
	/* Not a transaction a page; if it cannot be noted now, it will be. */
	if (self.now - session->seen_at >= SEEN_EVERY_MS && api_can_note(api) &&
	    apply_call(api->options.apply, note_seen, &self, &ignored) != SG_OK)
		log_debug("the use of a session is not noted: %s",
			  ignored.text);
	fill_user(pool, &session->user, of->session, user_out);
	return SG_OK;
}

struct ending {
	unsigned char hash[STORE_SESSION_HASH_SIZE];
	struct store_audit row;
};

static enum sg_status
end_session(void *arg, struct store *store, struct sg_err *err)
{
	const struct ending *self = arg;
	enum sg_status status = store_session_end(store, self->hash, err);

	return status == SG_OK ? store_audit_append(store, &self->row, err)
			       : status;
}

static enum sg_status
sign_out(void *arg, const struct sg_user *user, const char *peer,
	 struct sg_err *err)
{
	struct api *api = arg;
	struct ending self = {.row = {.at = clock_now(),
				      .actor = user->name,
				      .action = "console.sign_out",
				      .object = user->name,
				      .detail = "",
				      .origin = peer}};

	hash_session(user->session, self.hash);
	return apply_call(api->options.apply, end_session, &self, err);
}

/* --- asking -------------------------------------------------------------- */

/* The request that the API sees: what `sg_ask` says, and nothing else. */
struct asked {
	struct http_handle handle; /* first: sg_request.handle is this */
	const struct sg_ask *ask;
};

static const char *
find_header(const struct http_handle *handle, const char *name)
{
	const struct sg_ask *ask = ((const struct asked *)handle)->ask;

	if (strcasecmp(name, "Content-Type") == 0)
		return !ask->body   ? NULL
		       : !ask->type ? "application/json"
				    : ask->type;
	if (strcasecmp(name, "Accept") == 0)
		return ask->accept;
	return strcasecmp(name, "If-Match") == 0 ? ask->if_match : NULL;
}

static size_t
find_all(const struct http_handle *handle, const char *name,
	 const char **values, size_t most)
{
	const char *value = find_header(handle, name);

	if (value && most)
		values[0] = value;
	return value ? 1 : 0;
}

static void
ask(void *arg, const struct sg_ask *ask, struct sg_reply *reply)
{
	struct asked asked = {.handle = {.magic = HTTP_HANDLE_MAGIC,
					 .header = find_header,
					 .all = find_all},
			      .ask = ask};
	struct http_request request = {
		.face = HTTP_PRIVATE,
		.request = {.size = sizeof(request.request),
			    .method = ask->method,
			    .path = ask->path,
			    .body = ask->body ? ask->body : "",
			    .body_len = ask->body ? ask->body_len : 0,
			    .peer = ask->request->peer,
			    .received_at = clock_now(),
			    .handle = &asked}};

	api_handle_for(arg, ask->user, &request, reply);
}

const struct gate_people api_people = {
	.sign_in = sign_in,
	.signed_in = signed_in,
	.sign_out = sign_out,
	.ask = ask,
};

/* As it is now, and only while the session is there: who was signed out, or
 * removed, in between asks for nothing any more. */
enum sg_status
api_take_person(struct api_call *call, const struct sg_user *user,
		struct sg_err *err)
{
	struct finding self = {.pool = call->pool};
	enum sg_status status = api_store(call, err);
	int role;

	if (status != SG_OK)
		return status;
	hash_session(user->session, self.hash);
	status = find_session(call->store, &self, err);
	if (status == SG_NONE) {
		call->problem = 401;
		return err_set(err, SG_REFUSED, "the session is over");
	}
	if (status != SG_OK)
		return status;
	role = api_role_find(self.session.user.role);
	call->principal.source = "console";
	call->principal.role = role > 0 ? (enum api_role)role : API_READER;
	snprintf(call->principal.name, API_ACTOR_SIZE, "%s",
		 self.session.user.name);
	return SG_OK;
}
