/* doctor_net.c - the names that have to be in the DNS, and the way in from
 * outside. */
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

#include "base/idn.h"
#include "cli/doctor.h"
#include "net/net_http.h"

enum { ANSWER_MOST = 4096, ASK_MS = 8000 };

/* "https://host:1/x" -> "host" */
static const char *
host_of(struct doctor *doctor, const char *url)
{
	const char *start = strstr(url, "://");
	size_t len;

	start = start ? start + 3 : url;
	len = *start == '[' ? strcspn(start, "]") : strcspn(start, ":/");
	return pool_memdup(doctor->pool, start, len);
}

/* false: nobody answers here, and that is not the name's fault. */
static bool
is_known(int status)
{
	return status != EAI_AGAIN && status != EAI_SYSTEM &&
	       status != EAI_FAIL;
}

static void
look_up_host(struct doctor *doctor, const char *host)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	int status = getaddrinfo(host, NULL, &hints, &found);

	if (status == 0)
		doctor_say(doctor, DOCTOR_OK, "DNS", NULL,
			   "%s, the host of public_url, has an address", host);
	else if (is_known(status))
		doctor_say(doctor, DOCTOR_FAIL, "DNS",
			   "make an A or AAAA record for it",
			   "%s, the host of public_url: %s; no link leads "
			   "anywhere",
			   host, gai_strerror(status));
	else
		doctor_say(doctor, DOCTOR_WARN, "DNS",
			   "look it up from another machine",
			   "no resolver answers here, so %s cannot be looked "
			   "up",
			   host);
	if (found)
		freeaddrinfo(found);
}

/* The first MX; NULL: none. */
static const char *
first_mx(struct doctor *doctor, const unsigned char *answer, int len)
{
	char name[NS_MAXDNAME];
	ns_msg message;
	ns_rr rr;

	if (ns_initparse(answer, len, &message) != 0)
		return NULL;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++)
		if (ns_parserr(&message, ns_s_an, i, &rr) == 0 &&
		    ns_rr_type(rr) == ns_t_mx && ns_rr_rdlen(rr) > 2 &&
		    dn_expand(ns_msg_base(message), ns_msg_end(message),
			      ns_rr_rdata(rr) + 2, name, sizeof(name)) >= 0)
			return pool_strdup(doctor->pool, name);
	return NULL;
}

static void
look_up_mx(struct doctor *doctor, const char *domain)
{
	unsigned char answer[ANSWER_MOST];
	struct __res_state state;
	struct buf ascii = BUF_INIT;
	const char *mx = NULL;
	int len, why;

	memset(&state, 0, sizeof(state));
	if (idn_to_ascii(&ascii, domain, NULL) != SG_OK ||
	    res_ninit(&state) != 0) {
		buf_done(&ascii);
		return;
	}
	state.retrans = 2;
	state.retry = 1;
	len = res_nquery(&state, buf_text(&ascii), ns_c_in, ns_t_mx, answer,
			 sizeof(answer));
	why = state.res_h_errno;
	res_nclose(&state);
	buf_done(&ascii);
	if (len > 0 && len <= ANSWER_MOST)
		mx = first_mx(doctor, answer, len);
	if (mx)
		doctor_say(doctor, DOCTOR_OK, "DNS", NULL,
			   "mail to %s goes to %s; is that this machine?",
			   domain, mx);
	else if (len < 0 && why != HOST_NOT_FOUND && why != NO_DATA)
		doctor_say(doctor, DOCTOR_WARN, "DNS",
			   "look it up from another machine",
			   "no resolver answers here, so the MX of %s cannot "
			   "be looked up",
			   domain);
	else
		doctor_say(doctor, DOCTOR_FAIL, "DNS",
			   pool_printf(doctor->pool,
				       "%s. MX 10 and this machine's name",
				       domain),
			   "%s, the bounce domain, has no MX: no bounce comes "
			   "back",
			   domain);
}

void
doctor_dns(struct doctor *doctor)
{
	const char *url = conf_text(doctor->conf, "public_url");
	const char *domain = conf_text(doctor->conf, "bounce_domain");

	if (url)
		look_up_host(doctor, host_of(doctor, url));
	if (domain)
		look_up_mx(doctor, domain);
}

/* As a mail program would: with the certificate's name and dates. */
void
doctor_public(struct doctor *doctor)
{
	const char *url = conf_text(doctor->conf, "public_url");
	struct net_http_request request = {.method = "GET",
					   .timeout_ms = ASK_MS};
	struct net_http_response response = {.status = 0};
	struct sg_err err;

	if (!url)
		return;
	request.url = pool_printf(doctor->pool, "%s/healthz", url);
	if (net_http_call(doctor->cli->client, &request, &response, &err) !=
	    SG_OK)
		doctor_say(doctor, DOCTOR_WARN, "way in",
			   "try it from outside: curl -v PUBLIC_URL/healthz "
			   "(DNS, firewall, the certificate's name and dates)",
			   "cannot be reached from here: %s", err.text);
	else if (response.status != 200)
		doctor_say(doctor, DOCTOR_FAIL, "way in",
			   "let what stands in front hand /o /c /u /f /h and "
			   "/healthz to http { public } (contrib/nginx)",
			   "%s answers %d", request.url, response.status);
	else
		doctor_say(doctor, DOCTOR_OK, "way in", NULL, "%s answers%s",
			   request.url,
			   strncmp(request.url, "https:", 6) == 0
				   ? ", its certificate is good"
				   : "");
	buf_done(&response.body);
}
