/* doctor_postfix.c - does Postfix ask our milter, for which mail, in which
 * order, and does it take mail for the bounce domain? */
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/doctor.h"
#include "cli/postfix_conf.h"

struct look {
	struct doctor *doctor;
	const struct postfix_conf *conf;
	const char *milter; /* our socket as scoregate.conf says */
};

/* --- which item of a list is ours, which signs? -------------------------- */

/* "{ unix:x, default_action=accept }" -> "unix:x" */
static const char *
address_of(const struct look *look, const char *item)
{
	const char *inside = item + (*item == '{');

	return *item == '{' ? postfix_conf_item(look->conf, &inside) : item;
}

static const char *
skip(const char *text, const char *prefix)
{
	return text_starts_ascii(text, prefix) ? text + strlen(prefix) : NULL;
}

/* "inet:127.0.0.1:8893" of Postfix is "inet:8893@127.0.0.1" of libmilter. */
static bool
is_same_inet(const char *theirs, const char *ours)
{
	const char *colon = strrchr(theirs, ':'), *at;

	ours = strchr(ours, ':');
	at = ours ? strchr(++ours, '@') : NULL;
	return colon && at && (size_t)(at - ours) == strlen(colon + 1) &&
	       strncmp(colon + 1, ours, (size_t)(at - ours)) == 0;
}

/* A relative path is below the queue; so is an absolute one, for who is
 * chrooted there. */
static bool
is_ours(const struct look *look, const char *address, bool chrooted)
{
	const char *path = skip(address, "unix:");
	const char *ours = doctor_milter_path(look->doctor);
	const char *queue =
		postfix_conf_get(look->conf, NULL, "queue_directory");

	if (!path)
		return !ours && skip(address, "inet:") &&
		       is_same_inet(skip(address, "inet:"), look->milter);
	if (!ours)
		return false;
	if (*path != '/' || chrooted)
		path = pool_printf(look->doctor->pool, "%s/%s", queue,
				   path + (*path == '/'));
	return strcmp(path, ours) == 0;
}

static bool
is_signer(const char *address)
{
	static const char *const names[] = {"*dkim*",	"*rspamd*",
					    "*:11332*", "*openarc*",
					    "*:8891*",	"*:12301*"};

	for (size_t i = 0; i < 6; i++)
		if (text_glob_fold(names[i], address))
			return true;
	return false;
}

enum found { NOT_THERE, THERE, THERE_AFTER_A_SIGNER };

static enum found
find_in(const struct look *look, const char *list, bool chrooted,
	const char **signer_out)
{
	const char *item, *address;
	bool signer = false;

	while ((item = postfix_conf_item(look->conf, &list))) {
		address = address_of(look, item);
		if (!address)
			continue;
		if (is_ours(look, address, chrooted))
			return signer ? THERE_AFTER_A_SIGNER : THERE;
		/* One that only verifies stands first for good reasons, and
		 * cannot be told from outside. */
		if (is_signer(address)) {
			signer = true;
			*signer_out = address;
		}
	}
	return NOT_THERE;
}

/* --- the services -------------------------------------------------------- */

static bool
is_smtpd(const struct postfix_service *service)
{
	return strcmp(service->type, "inet") == 0 &&
	       strcmp(service->command, "smtpd") == 0;
}

static const char *
join(struct doctor *doctor, const char *list, const char *name)
{
	return *list ? pool_printf(doctor->pool, "%s, %s", list, name) : name;
}

/* An absolute path that only a chrooted one cannot find. */
static bool
is_outside_the_jail(const struct look *look, const char *list)
{
	const char *unused;

	return find_in(look, list, true, &unused) == NOT_THERE &&
	       find_in(look, list, false, &unused) != NOT_THERE;
}

static void
say_services(const struct look *look, const char *with, const char *without)
{
	const char *path = doctor_milter_path(look->doctor);
	const char *queue =
		postfix_conf_get(look->conf, NULL, "queue_directory");
	size_t len = strlen(queue);
	const char *name = path ? path : look->milter;

	if (path && strncmp(path, queue, len) == 0 && path[len] == '/')
		name = path + len + 1;
	if (!look->conf->n_services)
		doctor_say(
			look->doctor, DOCTOR_WARN, "Postfix",
			"run doctor as root",
			"%s/master.cf cannot be read: which services ask our "
			"milter is not known",
			look->doctor->postfix);
	else if (!*with)
		doctor_say(look->doctor, DOCTOR_FAIL, "Postfix",
			   pool_printf(look->doctor->pool,
				       "postconf -e 'smtpd_milters = "
				       "%s%s'",
				       path ? "unix:" : "", name),
			   "no smtpd asks our milter (%s)", look->milter);
	else if (*without)
		doctor_say(look->doctor, DOCTOR_OK, "Postfix", NULL,
			   "asks our milter in %s; not in %s", with, without);
	else
		doctor_say(look->doctor, DOCTOR_OK, "Postfix", NULL,
			   "asks our milter in %s", with);
}

static void
look_at_services(const struct look *look)
{
	const struct postfix_conf *conf = look->conf;
	const char *with = "", *without = "", *late = "", *jailed = "";
	const char *list, *signer = "";
	enum found found;

	for (size_t i = 0; i < conf->n_services; i++) {
		const struct postfix_service *service = &conf->services[i];

		if (!is_smtpd(service))
			continue;
		list = postfix_conf_get(conf, service, "smtpd_milters");
		found = find_in(look, list, service->chroot, &signer);
		if (found == NOT_THERE && service->chroot &&
		    is_outside_the_jail(look, list))
			jailed = join(look->doctor, jailed, service->name);
		else if (found == NOT_THERE)
			without = join(look->doctor, without, service->name);
		else
			with = join(look->doctor, with, service->name);
		if (found == THERE_AFTER_A_SIGNER)
			late = join(look->doctor, late, service->name);
	}
	if (*jailed)
		doctor_say(look->doctor, DOCTOR_FAIL, "Postfix",
			   "put the socket below the queue directory and name "
			   "it relative to it (unix:scoregate/milter.sock)",
			   "%s is chrooted and cannot see %s", jailed,
			   look->milter);
	else
		say_services(look, with, without);
	if (*late)
		doctor_say(look->doctor, DOCTOR_WARN, "order",
			   "name our milter before the one that signs "
			   "(after those that only verify)",
			   "in %s %s stands before us: if it signs, its "
			   "signatures break, or mail stays unmarked",
			   late, signer);
	else if (*with)
		doctor_say(look->doctor, DOCTOR_OK, "order", NULL,
			   "no milter that could be a DKIM signer stands "
			   "before ours");
}

/* --- single settings ----------------------------------------------------- */

static bool
has_word(const struct look *look, const char *list, const char *word)
{
	const char *item;

	while ((item = postfix_conf_item(look->conf, &list)))
		if (strcasecmp(item, word) == 0)
			return true;
	return false;
}

/* The reports that Postfix writes itself: cleanup asks for them. */
static void
look_at_bounces(const struct look *look)
{
	const struct postfix_conf *conf = look->conf;
	const char *list = postfix_conf_get(conf, NULL, "non_smtpd_milters");
	const char *unused;
	bool jail = false;

	for (size_t i = 0; i < conf->n_services; i++)
		if (strcmp(conf->services[i].command, "cleanup") == 0)
			jail = conf->services[i].chroot;
	if (find_in(look, list, jail, &unused) == NOT_THERE)
		doctor_say(look->doctor, DOCTOR_FAIL, "bounces",
			   "postconf -e 'non_smtpd_milters = $smtpd_milters'",
			   "non_smtpd_milters does not name our milter: mail "
			   "of this machine, and Postfix's own bounces, do not "
			   "come through");
	else if (!has_word(look,
			   postfix_conf_get(conf, NULL,
					    "internal_mail_filter_classes"),
			   "bounce"))
		doctor_say(look->doctor, DOCTOR_FAIL, "bounces",
			   "postconf -e 'internal_mail_filter_classes = "
			   "bounce'",
			   "bounces that Postfix makes itself do not come "
			   "through");
	else
		doctor_say(look->doctor, DOCTOR_OK, "bounces", NULL,
			   "those that Postfix makes itself come through");
}

static void
look_at_action(const struct look *look)
{
	const char *action =
		postfix_conf_get(look->conf, NULL, "milter_default_action");
	const char *mend = "postconf -e 'milter_default_action = tempfail'";

	if (strcmp(action, "tempfail") == 0)
		doctor_say(look->doctor, DOCTOR_OK, "when away", NULL,
			   "while the daemon is away mail waits with its "
			   "sender");
	else if (strcmp(action, "reject") == 0)
		doctor_say(look->doctor, DOCTOR_FAIL, "when away", mend,
			   "while the daemon is away mail is refused for good "
			   "(milter_default_action = reject)");
	else
		doctor_say(look->doctor, DOCTOR_WARN, "when away", mend,
			   "while the daemon is away mail %s "
			   "(milter_default_action = %s)",
			   strcmp(action, "accept") == 0
				   ? "goes out unmarked, and bounces unseen"
				   : "is held in the queue",
			   action);
}

static void
look_at_protocol(const struct look *look)
{
	const char *protocol =
		postfix_conf_get(look->conf, NULL, "milter_protocol");

	if (protocol[0] >= '2' && protocol[0] < '6' && !protocol[1])
		doctor_say(look->doctor, DOCTOR_FAIL, "protocol",
			   "postconf -e 'milter_protocol = 6'",
			   "milter_protocol = %s lacks what we need", protocol);
}

void
doctor_look_at_postfix(struct doctor *doctor)
{
	const struct conf_section *milter =
		conf_section_at(doctor->conf, "milter", 0);
	struct look look = {.doctor = doctor,
			    .milter = conf_text(milter, "socket")};
	struct postfix_conf *conf;
	struct sg_err err;

	if (postfix_conf_read(doctor->pool, doctor->postfix, &conf, &err) !=
	    SG_OK) {
		doctor_say(doctor, DOCTOR_WARN, "Postfix", "run doctor as root",
			   "%s", err.text);
		return;
	}
	look.conf = conf;
	if (!look.milter)
		return; /* said already */
	look_at_services(&look);
	look_at_bounces(&look);
	look_at_action(&look);
	look_at_protocol(&look);
	doctor_look_at_domain(doctor, conf);
}

/* One of the two, or neither is here. */
void
doctor_mta(struct doctor *doctor)
{
	const char *main_cf =
		pool_printf(doctor->pool, "%s/main.cf", doctor->postfix);
	bool has_postfix = access(main_cf, F_OK) == 0;
	bool has_sendmail = access(doctor->sendmail, F_OK) == 0;

	if (has_postfix)
		doctor_look_at_postfix(doctor);
	if (has_sendmail)
		doctor_look_at_sendmail(doctor);
	if (!has_postfix && !has_sendmail)
		doctor_say(doctor, DOCTOR_WARN, "mail server",
			   "--postfix FOLDER, or --sendmail FILE",
			   "neither %s nor %s is there; is it on another "
			   "machine?",
			   main_cf, doctor->sendmail);
}
