/* doctor_own.c - what is ours: names, keys, room on the disk, the socket. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/text.h"
#include "cli/doctor.h"

enum { MB = 1 << 20, ROOM_WARN_MB = 1024, ROOM_FAIL_MB = 100 };

void
doctor_names(struct doctor *doctor)
{
	const char *url = conf_text(doctor->conf, "public_url");
	const char *domain = conf_text(doctor->conf, "bounce_domain");

	if (!url)
		doctor_say(doctor, DOCTOR_FAIL, "public_url",
			   "set public_url in scoregate.conf",
			   "it is not set: no mail is instrumented");
	else if (!text_starts_ascii(url, "https://"))
		doctor_say(doctor, DOCTOR_WARN, "public_url",
			   "put TLS in front (contrib/nginx) and begin it "
			   "with https://",
			   "%s is not https: no one-click unsubscribe is "
			   "offered, and mail programs warn",
			   url);
	else
		doctor_say(doctor, DOCTOR_OK, "public_url", NULL, "%s", url);
	if (!domain)
		doctor_say(doctor, DOCTOR_WARN, "bounces",
			   "set bounce_domain in scoregate.conf",
			   "bounce_domain is not set: bounces go to the "
			   "sender and are not seen");
}

/* --- keys ---------------------------------------------------------------- */

static bool
owns(const struct doctor *doctor, const struct stat *status)
{
	const struct passwd *user = getpwnam(conf_text(doctor->conf, "user"));

	return !user || user->pw_uid == status->st_uid;
}

void
doctor_keys(struct doctor *doctor)
{
	const char *path = doctor_state_path(doctor, "keys");
	const char *user = conf_text(doctor->conf, "user");
	struct stat status;

	if (stat(path, &status) != 0) {
		if (errno == EACCES)
			doctor_say(doctor, DOCTOR_WARN, "keys",
				   "run doctor as root",
				   "%s cannot be looked at from here", path);
		else
			doctor_say(doctor, DOCTOR_WARN, "keys",
				   "start scoregated once, or take them from "
				   "a backup",
				   "there are none at %s; new ones are made at "
				   "the first start, and links of other keys "
				   "are dead",
				   path);
		return;
	}
	if (status.st_mode & 077)
		doctor_say(doctor, DOCTOR_FAIL, "keys",
			   pool_printf(doctor->pool, "chmod 600 %s", path),
			   "%s can be used by others (mode %04o): who has it "
			   "can forge every link",
			   path, (unsigned)status.st_mode & 07777);
	else if (!owns(doctor, &status))
		doctor_say(doctor, DOCTOR_FAIL, "keys",
			   pool_printf(doctor->pool, "chown %s %s", user, path),
			   "%s does not belong to %s, who has to read it", path,
			   user);
	else
		doctor_say(doctor, DOCTOR_OK, "keys", NULL,
			   "%s is readable by its owner alone; is it in the "
			   "backup?",
			   path);
}

/* --- disk ---------------------------------------------------------------- */

static void
look_at_room(struct doctor *doctor, const char *about, const char *path)
{
	struct statvfs room;
	unsigned long long free_mb;

	if (statvfs(path, &room) != 0) {
		doctor_say(doctor, DOCTOR_WARN, about, NULL, "%s: %s", path,
			   strerror(errno));
		return;
	}
	free_mb = (unsigned long long)room.f_bavail * room.f_frsize / MB;
	if (room.f_flag & ST_RDONLY)
		doctor_say(doctor, DOCTOR_FAIL, about, "remount it",
			   "%s is on a read-only file system", path);
	else if (free_mb < ROOM_WARN_MB || (room.f_files && !room.f_favail))
		doctor_say(doctor,
			   free_mb < ROOM_FAIL_MB ? DOCTOR_FAIL : DOCTOR_WARN,
			   about, "make room, or a larger disk",
			   "%llu MB are left for %s; without room mail flows "
			   "unmarked and the API says 503",
			   free_mb, path);
	else
		doctor_say(doctor, DOCTOR_OK, about, NULL,
			   "%llu MB are left for %s", free_mb, path);
}

void
doctor_disk(struct doctor *doctor)
{
	const char *state = conf_text(doctor->conf, "state");
	const char *spool = doctor_state_path(doctor, "spool");
	struct stat a, b;

	look_at_room(doctor, "disk", state);
	/* The spool may be a mount of its own. */
	if (stat(state, &a) == 0 && stat(spool, &b) == 0 &&
	    a.st_dev != b.st_dev)
		look_at_room(doctor, "disk, spool", spool);
}

/* --- may Postfix use the socket? ----------------------------------------- */

enum { GROUPS_MOST = 64 };

struct who {
	uid_t uid;
	gid_t groups[GROUPS_MOST];
	int n_groups;
};

static bool
find_user(const char *name, struct who *who)
{
	const struct passwd *user = getpwnam(name);

	if (!user)
		return false;
	who->uid = user->pw_uid;
	who->n_groups = GROUPS_MOST;
	if (getgrouplist(name, user->pw_gid, who->groups, &who->n_groups) < 0)
		who->n_groups = GROUPS_MOST;
	return true;
}

/* bits: 4 read, 2 write, 1 search. */
static bool
may(const struct who *who, const struct stat *status, unsigned bits)
{
	unsigned mode = status->st_mode;

	if (status->st_uid == who->uid)
		return (mode >> 6 & bits) == bits;
	for (int i = 0; i < who->n_groups; i++)
		if (who->groups[i] == status->st_gid)
			return (mode >> 3 & bits) == bits;
	return (mode & bits) == bits;
}

/* The first folder on the way that may not be entered; NULL: none. */
static const char *
closed_folder(struct doctor *doctor, const struct who *who, const char *path)
{
	const char *slash = path;
	struct stat status;
	const char *folder;

	while ((slash = strchr(slash + 1, '/'))) {
		folder =
			pool_memdup(doctor->pool, path, (size_t)(slash - path));
		if (stat(folder, &status) == 0 && !may(who, &status, 1))
			return folder;
	}
	return NULL;
}

static void
look_at_socket(struct doctor *doctor, const char *path, const struct who *who)
{
	const char *folder = closed_folder(doctor, who, path);
	struct stat status;

	if (folder)
		doctor_say(doctor, DOCTOR_FAIL, "socket",
			   pool_printf(doctor->pool,
				       "chgrp postfix %s; chmod g+x %s", folder,
				       folder),
			   "Postfix may not enter %s on the way to the "
			   "milter's socket",
			   folder);
	else if (stat(path, &status) == 0 && !may(who, &status, 6))
		doctor_say(doctor, DOCTOR_FAIL, "socket",
			   "milter { group = \"postfix\" mode = \"0660\" } in "
			   "scoregate.conf",
			   "Postfix may not write to %s (mode %04o)", path,
			   (unsigned)status.st_mode & 07777);
	else
		doctor_say(doctor, DOCTOR_OK, "socket", NULL,
			   "Postfix may use %s", path);
}

void
doctor_socket(struct doctor *doctor)
{
	const struct conf_section *milter =
		conf_section_at(doctor->conf, "milter", 0);
	const char *path = doctor_milter_path(doctor);
	struct who postfix;
	struct stat status;

	if (!conf_text(milter, "socket")) {
		doctor_say(doctor, DOCTOR_FAIL, "socket",
			   "milter { socket = \"unix:/var/spool/postfix/"
			   "scoregate/milter.sock\" }",
			   "no milter socket is set: mail does not come "
			   "through");
		return;
	}
	if (!path) {
		doctor_say(doctor, DOCTOR_WARN, "socket",
			   "use a Unix socket where Postfix is on this machine",
			   "the milter listens on TCP: slower, and nobody is "
			   "asked who they are");
		return;
	}
	if (stat(path, &status) != 0 && errno != EACCES) {
		doctor_say(doctor, DOCTOR_FAIL, "socket", "start scoregated",
			   "%s: %s", path, strerror(errno));
		return;
	}
	if (find_user("postfix", &postfix))
		look_at_socket(doctor, path, &postfix);
	else
		doctor_say(doctor, DOCTOR_OK, "socket", NULL,
			   "%s is there (no user postfix here to ask for)",
			   path);
}
