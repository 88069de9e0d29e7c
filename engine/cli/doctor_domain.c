/* doctor_domain.c - does Postfix take mail for the bounce domain, and what does
 * it do with it? Lists of domains may name tables: they are asked. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cli/doctor.h"
#include "cli/postfix_conf.h"
#include "cli/postfix_table.h"

struct search {
	struct doctor *doctor;
	const struct postfix_conf *conf;
	const char *domain;
	const char
		*unread; /* the last table that could not be asked, or NULL */
};

/* In a list of domains, or as the key of one of its tables. */
static bool
is_in(struct search *search, const char *list, const char **value_out)
{
	const char *item;
	enum sg_status status;

	while ((item = postfix_conf_item(search->conf, &list))) {
		*value_out = "";
		if (strcasecmp(item, search->domain) == 0)
			return true;
		if (!postfix_table_is_one(item))
			continue;
		status = postfix_table_ask(search->doctor->pool,
					   search->doctor->postfix, item,
					   search->domain, value_out);
		if (status == SG_OK)
			return true;
		if (status != SG_NONE)
			search->unread = item;
	}
	return false;
}

static const char *
find_list(struct search *search)
{
	static const char *const lists[] = {"mydestination", "relay_domains",
					    "virtual_alias_domains",
					    "virtual_mailbox_domains"};
	const char *value;

	for (size_t i = 0; i < 4; i++)
		if (is_in(search,
			  postfix_conf_get(search->conf, NULL, lists[i]),
			  &value))
			return lists[i];
	return NULL;
}

static void
say_not_taken(struct search *search)
{
	const char *mend = pool_printf(
		search->doctor->pool,
		"postconf -e 'relay_domains = %s' (contrib/postfix, 4)",
		search->domain);

	if (search->unread)
		doctor_say(search->doctor, DOCTOR_WARN, "domain", mend,
			   "%s is in none of Postfix's lists of domains; it "
			   "may be in %s, which cannot be asked from here",
			   search->domain, search->unread);
	else
		doctor_say(search->doctor, DOCTOR_FAIL, "domain", mend,
			   "Postfix takes no mail for %s: bounces do not "
			   "come back",
			   search->domain);
}

/* A transport of error: or retry: refuses what the milter should see. */
static bool
is_refused_by(const char *transport)
{
	return text_starts_ascii(transport, "error:") ||
	       text_starts_ascii(transport, "retry:") ||
	       text_starts_ascii(transport, "defer:");
}

void
doctor_look_at_domain(struct doctor *doctor, const struct postfix_conf *conf)
{
	struct search search = {
		.doctor = doctor,
		.conf = conf,
		.domain = conf_text(doctor->conf, "bounce_domain"),
	};
	const char *list, *transport = "";

	if (!search.domain)
		return;
	list = find_list(&search);
	if (!list) {
		say_not_taken(&search);
		return;
	}
	if (!is_in(&search, postfix_conf_get(conf, NULL, "transport_maps"),
		   &transport))
		transport = "";
	if (is_refused_by(transport))
		doctor_say(doctor, DOCTOR_FAIL, "domain",
			   pool_printf(doctor->pool,
				       "%s discard: in transport_maps "
				       "(contrib/postfix, 4)",
				       search.domain),
			   "transport_maps says \"%s\" for %s: bounces are "
			   "refused",
			   transport, search.domain);
	else
		doctor_say(doctor, DOCTOR_OK, "domain", NULL, "%s is in %s%s%s",
			   search.domain, list,
			   *transport ? ", and goes by " : "", transport);
}
