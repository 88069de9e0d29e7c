/* daemon_user.c - see daemon_user.h. */
#include "daemon/daemon_user.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/daemon_http.h"

enum { GROUPS_MOST = 256 };

struct person {
	uid_t uid;
	gid_t gid;
};

static enum sg_status
find_person(const struct daemon_conf *conf, struct person *out,
	    struct sg_err *err)
{
	const struct passwd *user;
	const struct group *group;

	errno = 0;
	user = getpwnam(conf->user);
	if (!user)
		return conf_refuse(conf->root, "user", err,
				   "there is no user %s: adduser --system "
				   "--group %s, or set `user`",
				   conf->user, conf->user);
	out->uid = user->pw_uid;
	out->gid = user->pw_gid;
	if (!conf->group)
		return SG_OK;
	group = getgrnam(conf->group);
	if (!group)
		return conf_refuse(conf->root, "group", err,
				   "there is no group %s", conf->group);
	out->gid = group->gr_gid;
	return SG_OK;
}

/* What whoever starts us can do about it. */
static const char *
folder_advice(int number)
{
	switch (number) {
	case EROFS:
		return " (under systemd it has to be there, and in "
		       "ReadWritePaths of the unit)";
	case EACCES:
	case EPERM:
		return " (make it as root, and give it to that user)";
	case ENOENT:
		return " (the folder that it is to be in is not there)";
	default:
		return "";
	}
}

/* Makes the folder when it is absent; `person` NULL: stays ours. */
static enum sg_status
make_folder(const char *path, mode_t mode, const struct person *person,
	    struct sg_err *err)
{
	struct stat st;

	if (mkdir(path, 0700) != 0) {
		if (errno != EEXIST)
			return err_errno(err, SG_FAILED,
					 "user id %u cannot make the folder "
					 "%s%s",
					 (unsigned)geteuid(), path,
					 folder_advice(errno));
		if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
			return err_set(err, SG_FAILED, "%s is not a folder",
				       path);
		return SG_OK;
	}
	if (person && chown(path, person->uid, person->gid) != 0)
		return err_errno(err, SG_FAILED, "cannot give %s away", path);
	if (chmod(path, mode) != 0)
		return err_errno(err, SG_FAILED, "cannot set the mode of %s",
				 path);
	return SG_OK;
}

/* The folder a socket is made in. */
static enum sg_status
make_socket_folder(const char *socket, const struct person *person,
		   struct sg_err *err)
{
	char path[PATH_MAX];
	char *slash;

	if (!socket)
		return SG_OK;
	if (text_starts_ascii(socket, "unix:"))
		socket += 5;
	else if (text_starts_ascii(socket, "local:"))
		socket += 6;
	if (socket[0] != '/')
		return SG_OK;
	snprintf(path, sizeof(path), "%s", socket);
	slash = strrchr(path, '/');
	if (slash == path)
		return SG_OK;
	*slash = '\0';
	return make_folder(path, 0755, person, err);
}

static enum sg_status
make_listen_folder(void *arg, const struct daemon_listen *listen,
		   struct sg_err *err)
{
	return make_socket_folder(listen->address, arg, err);
}

static enum sg_status
make_folders(const struct daemon_conf *conf, const struct person *person,
	     struct sg_err *err)
{
	enum sg_status status =
		make_folder(conf->state_directory, 0750, person, err);

	if (status == SG_OK)
		status = daemon_http_each(conf, make_listen_folder,
					  (void *)(uintptr_t)person, err);
	if (status == SG_OK)
		status = make_socket_folder(conf_text(conf->milter, "socket"),
					    person, err);
	return status;
}

static bool
has_low_port(const char *address)
{
	const char *colon = strrchr(address, ':');
	long long port;

	return colon && text_to_int(colon + 1, &port) && port > 0 &&
	       port < 1024;
}

static enum sg_status
look_for_low_port(void *arg, const struct daemon_listen *listen,
		  struct sg_err *err)
{
	bool *low = arg;

	*low |= has_low_port(listen->address);
	return SG_OK;
}

static bool
needs_low_port(const struct daemon_conf *conf)
{
	bool low = false;

	return daemon_http_each(conf, look_for_low_port, &low, NULL) == SG_OK &&
	       low;
}

/* All rights of root but, perhaps, this one; after setuid(). */
static enum sg_status
keep_low_ports(struct sg_err *err)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	data[0].effective = 1U << CAP_NET_BIND_SERVICE;
	data[0].permitted = 1U << CAP_NET_BIND_SERVICE;
	if (syscall(SYS_capset, &head, data) != 0)
		return err_errno(err, SG_FAILED,
				 "cannot keep the right to low ports");
	return SG_OK;
}

static enum sg_status
find_group(const struct conf_section *section, const char *option, gid_t *out,
	   struct sg_err *err)
{
	const char *name = conf_text(section, option);
	const struct group *group = name ? getgrnam(name) : NULL;

	if (!name)
		return SG_NONE;
	if (!group)
		return conf_refuse(section, option, err, "there is no group %s",
				   name);
	*out = group->gr_gid;
	return SG_OK;
}

/* The user's groups, and those that its sockets are given to: root may say so,
 * and who is not in a group cannot give a file to it. */
static enum sg_status
take_groups(const struct daemon_conf *conf, const struct person *person,
	    struct sg_err *err)
{
	gid_t groups[GROUPS_MOST];
	int n = GROUPS_MOST - 3;
	enum sg_status status;

	if (getgrouplist(conf->user, person->gid, groups, &n) < 0)
		return err_set(err, SG_FAILED, "user %s is in too many groups",
			       conf->user);
	status = find_group(conf->milter, "group", &groups[n], err);
	n += status == SG_OK;
	if (status != SG_REFUSED)
		status =
			find_group(conf->http, "socket_group", &groups[n], err);
	n += status == SG_OK;
	if (status != SG_REFUSED)
		status =
			find_group(conf->http, "public_group", &groups[n], err);
	n += status == SG_OK;
	if (status == SG_REFUSED)
		return status;
	if (setgroups((size_t)n, groups) != 0)
		return err_errno(err, SG_FAILED, "cannot set groups");
	return SG_OK;
}

static enum sg_status
become(const struct daemon_conf *conf, const struct person *person,
       struct sg_err *err)
{
	bool low = needs_low_port(conf);

	if (person->uid == 0)
		return SG_OK; /* `user = "root"`: as the operator wants it */
	if (low && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
		return err_errno(err, SG_FAILED, "cannot keep rights");
	if (take_groups(conf, person, err) != SG_OK)
		return err->status;
	if (setgid(person->gid) != 0 || setuid(person->uid) != 0)
		return err_errno(err, SG_FAILED, "cannot become user %s",
				 conf->user);
	return low ? keep_low_ports(err) : SG_OK;
}

static enum sg_status
check_state_folder(const struct daemon_conf *conf, struct sg_err *err)
{
	if (access(conf->state_directory, R_OK | W_OK | X_OK) != 0)
		return err_errno(err, SG_FAILED,
				 "user id %u cannot use the state directory %s "
				 "(all in it is that user's: chown -R)",
				 (unsigned)geteuid(), conf->state_directory);
	return SG_OK;
}

static enum sg_status
make_folders_for_user(const struct daemon_conf *conf, struct sg_err *err)
{
	struct person person;

	if (geteuid() != 0)
		return make_folders(conf, NULL, err);
	if (find_person(conf, &person, err) != SG_OK)
		return SG_REFUSED;
	return make_folders(conf, &person, err);
}

enum sg_status
daemon_user_become(const struct daemon_conf *conf, struct sg_err *err)
{
	enum sg_status status = make_folders_for_user(conf, err);
	struct person person;

	if (status == SG_OK && geteuid() == 0) {
		status = find_person(conf, &person, err);
		if (status == SG_OK)
			status = become(conf, &person, err);
	}
	return status == SG_OK ? check_state_folder(conf, err) : status;
}
