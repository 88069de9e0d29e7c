/* api_users.c - the people who may sign in to the console. */
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/text.h"
#include "http/api/api_call.h"
#include "store/store_user.h"

enum { PASSWORD_LEAST = 10 };

static struct json *
user_json(const struct store_user *user)
{
	struct json *item = json_new_object();

	json_add_text(item, "name", user->name);
	json_add_text(item, "role", user->role);
	json_add_time(item, "created_at", user->created_at);
	json_add_time(item, "password_at", user->password_at);
	if (user->seen_at)
		json_add_time(item, "seen_at", user->seen_at);
	else
		json_add_null(item, "seen_at");
	json_add_int(item, "sessions", user->n_sessions);
	return item;
}

enum sg_status
api_users_all(struct api_call *call, struct sg_err *err)
{
	struct store_users users;
	struct json *items;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_users_all(call->store, call->pool, &users, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < users.n_rows; i++)
		json_push(items, user_json(&users.rows[i]));
	return SG_OK;
}

/* --- what is taken ------------------------------------------------------- */

static enum sg_status
check_role(const char *role, struct sg_err *err)
{
	if (api_role_find(role) >= 0)
		return SG_OK;
	return err_set(err, SG_REFUSED,
		       "`role` is reader, operator or manager, not `%s`", role);
}

/* Long is what helps (NIST SP 800-63B, 5.1.1); no rules about signs. */
static enum sg_status
check_password(const char *name, const char *password, struct sg_err *err)
{
	size_t len = strlen(password);

	if (len < PASSWORD_LEAST || len > API_PASSWORD_MOST)
		return err_set(err, SG_REFUSED,
			       "a password has %d to %d characters; long is "
			       "what makes it good",
			       PASSWORD_LEAST, API_PASSWORD_MOST);
	if (strstr(password, name) && strlen(name) * 2 >= len)
		return err_set(err, SG_REFUSED,
			       "the password is little more than the name");
	return SG_OK;
}

/* Both absent from the body are NULL. The password becomes its hash. */
static enum sg_status
read_user(struct api_call *call, const char *name, bool required,
	  struct store_user *user, struct sg_err *err)
{
	char *hash = pool_alloc(call->pool, CRYPTO_PASSWORD_HASH_SIZE);
	const char *password = NULL;
	enum sg_status status =
		api_body_text(call, "role", required, &user->role, err);

	if (status == SG_OK)
		status = api_body_text(call, "password", required, &password,
				       err);
	if (status == SG_OK && user->role)
		status = check_role(user->role, err);
	if (status == SG_OK && password)
		status = check_password(name, password, err);
	if (status == SG_OK && password)
		status = api_password_hash(hash, password, err);
	if (status == SG_OK && password)
		user->password = hash;
	return status;
}

/* --- changes ------------------------------------------------------------- */

static enum sg_status
create(void *arg, struct store *store, struct sg_err *err)
{
	return store_user_create(store, arg, err);
}

static enum sg_status
show_created(struct api_call *call, void *arg, struct sg_err *err)
{
	call->answer = user_json(arg);
	call->status = 201;
	return SG_OK;
}

enum sg_status
api_users_create(struct api_call *call, struct sg_err *err)
{
	struct store_user user = {.created_at = call->now,
				  .password_at = call->now};
	struct api_definition definition = {create, &user, "user.create", NULL,
					    NULL};
	enum sg_status status =
		api_body_text(call, "name", true, &user.name, err);

	if (status == SG_OK)
		status = api_check_name("user", user.name, err);
	if (status == SG_OK)
		status = read_user(call, user.name, true, &user, err);
	if (status != SG_OK)
		return status;
	definition.object = user.name;
	definition.detail = user.role;
	return api_define_answered(call, &definition, show_created, &user, err);
}

static enum sg_status
no_user(const char *name, struct sg_err *err)
{
	return err_set(err, SG_NONE, "no user `%s`", name);
}

static enum sg_status
patch(void *arg, struct store *store, struct sg_err *err)
{
	const struct store_user *user = arg;
	enum sg_status status = SG_OK;

	if (user->role)
		status =
			store_user_set_role(store, user->name, user->role, err);
	if (status == SG_OK && user->password)
		status = store_user_set_password(store, user, err);
	return status == SG_NONE ? no_user(user->name, err) : status;
}

static enum sg_status
show(struct api_call *call, const char *name, struct sg_err *err)
{
	struct store_user user;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_user_find(call->store, name, call->pool, &user,
					 err);
	if (status == SG_OK)
		call->answer = user_json(&user);
	return status == SG_NONE ? no_user(name, err) : status;
}

enum sg_status
api_users_patch(struct api_call *call, struct sg_err *err)
{
	struct store_user user = {.name = call->args[0],
				  .password_at = call->now};
	struct api_definition definition = {patch, &user, "user.change",
					    user.name, ""};
	enum sg_status status = read_user(call, user.name, false, &user, err);

	if (status != SG_OK)
		return status;
	if (!user.role && !user.password)
		return err_set(err, SG_REFUSED, "`role` or `password`");
	definition.detail =
		user.role && user.password
			? pool_printf(call->pool, "%s, password", user.role)
		: user.role ? user.role
			    : "password";
	status = api_define(call, &definition, err);
	return status == SG_OK ? show(call, user.name, err) : status;
}

static enum sg_status delete (void *arg, struct store *store,
			      struct sg_err *err) {
	const char *name = arg;
	enum sg_status status = store_user_delete(store, name, err);

	return status == SG_NONE ? no_user(name, err) : status;
}

enum sg_status
api_users_delete(struct api_call *call, struct sg_err *err)
{
	struct api_definition definition = {delete, (void *)call->args[0],
					    "user.delete", call->args[0], NULL};

	call->status = 204;
	return api_define(call, &definition, err);
}

/* --- one's own password --------------------------------------------------- */

static enum sg_status
check_old(struct api_call *call, const char *name, struct sg_err *err)
{
	struct store_user user;
	const char *old;
	enum sg_status status = api_body_text(call, "old", true, &old, err);

	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK)
		status = store_user_find(call->store, name, call->pool, &user,
					 err);
	if (status == SG_NONE)
		return no_user(name, err);
	if (status == SG_OK && (strlen(old) > API_PASSWORD_MOST ||
				!api_password_is(user.password, old)))
		return err_set(err, SG_REFUSED, "the old password is wrong");
	return status;
}

/* The old password is wrong the second time. */
static enum sg_status
show_nothing(struct api_call *call, void *arg, struct sg_err *err)
{
	call->status = 204;
	return SG_OK;
}

/* Who signed in, for themselves; all their sessions end. */
enum sg_status
api_password_change(struct api_call *call, struct sg_err *err)
{
	struct store_user user = {.name = call->principal.name,
				  .password_at = call->now};
	struct api_definition definition = {patch, &user, "user.change",
					    user.name, "password"};
	enum sg_status status;

	if (strcmp(call->principal.source, "console") != 0)
		return err_set(err, SG_REFUSED,
			       "who is signed in to the console changes their "
			       "own; `scoregate user password` sets another's");
	status = api_rate_password(call, err);
	if (status == SG_OK)
		status = check_old(call, user.name, err);
	if (status == SG_OK)
		status = read_user(call, user.name, false, &user, err);
	if (status == SG_OK && !user.password)
		status = err_set(err, SG_REFUSED, "`password` is missing");
	user.role = NULL;
	return status == SG_OK ? api_define_answered(call, &definition,
						     show_nothing, NULL, err)
			       : status;
}
