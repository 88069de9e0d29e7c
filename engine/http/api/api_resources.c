/*
 * api_resources.c - the one table of what the API has: dispatch, the roles,
 * GET /api/v1 and the reference come from it.
 */
#include <string.h>

#include "base/encode.h"
#include "http/api/api_call.h"

const struct api_resource api_resources[] = {
	{"GET", "", API_READER, api_index, "this list"},

	{"GET", "/contacts", API_READER, api_contacts_list,
	 "contacts, filtered by where, with columns, sorted"},
	{"POST", "/contacts", API_OPERATOR, api_contacts_create,
	 "make a contact, or add to the one that is there"},
	{"GET", "/contacts/{key}", API_READER, api_contacts_show,
	 "one contact with fields, tags, lists, scores"},
	{"PATCH", "/contacts/{key}", API_OPERATOR, api_contacts_patch,
	 "set and remove fields"},
	{"DELETE", "/contacts/{key}", API_OPERATOR, api_contacts_delete,
	 "delete a contact"},
	{"PUT", "/contacts/{key}/tags/{tag}", API_OPERATOR, api_contacts_tag,
	 "add a tag"},
	{"DELETE", "/contacts/{key}/tags/{tag}", API_OPERATOR,
	 api_contacts_untag, "remove a tag"},
	{"PUT", "/contacts/{key}/lists/{list}", API_OPERATOR,
	 api_contacts_subscribe, "put on a list"},
	{"DELETE", "/contacts/{key}/lists/{list}", API_OPERATOR,
	 api_contacts_unsubscribe, "take off a list"},
	{"PUT", "/contacts/{key}/suppression", API_OPERATOR,
	 api_suppressions_put, "no mail to this address, contact or not"},
	{"DELETE", "/contacts/{key}/suppression", API_OPERATOR,
	 api_suppressions_delete, "mail to it again"},
	{"GET", "/contacts/{key}/consent", API_READER, api_consent_show,
	 "may opens and clicks be tracked?"},
	{"PUT", "/contacts/{key}/consent/{what}", API_OPERATOR, api_consent_put,
	 "what the person said about opens or clicks"},
	{"GET", "/contacts/{key}/data", API_OPERATOR, api_person_data,
	 "everything that is held about one person"},
	{"DELETE", "/contacts/{key}/data", API_OPERATOR, api_person_forget,
	 "forget the person; what others counted stays"},
	{"PUT", "/contacts/{key}/links/{relation}/{other}", API_OPERATOR,
	 api_contacts_link, "link to another record; to_module="},
	{"DELETE", "/contacts/{key}/links/{relation}/{other}", API_OPERATOR,
	 api_contacts_unlink, "end a link"},
	{"POST", "/contacts/{key}/rename", API_OPERATOR, api_contacts_rename,
	 "its address, or other key, is another from now on"},
	{"GET", "/contacts/{key}/history", API_READER, api_contacts_history,
	 "what happened, newest first"},
	{"GET", "/contacts/{key}/scores", API_READER, api_scores_of,
	 "the scores of a contact with their parts"},
	{"POST", "/contacts/{key}/scores/{name}", API_OPERATOR,
	 api_scores_change, "add, subtract, set or erase points"},
	{"GET", "/contacts/{key}/scores/{name}/why", API_READER, api_scores_why,
	 "every entry that a score is made of"},

	{"GET", "/suppressions", API_READER, api_suppressions_all,
	 "the addresses that get no mail, newest first"},

	{"GET", "/scores", API_READER, api_scores_list,
	 "the scores there are, with their settings"},
	{"GET", "/scores/{name}/top", API_READER, api_scores_top,
	 "the contacts with the most points"},
	{"GET", "/scores/{name}/histogram", API_READER, api_scores_histogram,
	 "how a score is spread; bins="},
	{"GET", "/scores/{name}/compare", API_READER, api_scores_compare,
	 "two records side by side; a=, b="},
	{"GET", "/scores/{name}/summary", API_READER, api_scores_summary,
	 "count, top, median, mean and histogram"},

	{"GET", "/lists", API_READER, api_lists_all, "the lists, with counts"},
	{"POST", "/lists", API_OPERATOR, api_lists_create, "make a list"},
	{"GET", "/lists/{name}", API_READER, api_lists_show,
	 "one list with its counts by state"},
	{"DELETE", "/lists/{name}", API_OPERATOR, api_lists_delete,
	 "delete a list"},

	{"GET", "/modules", API_READER, api_modules_all,
	 "the modules that records belong to"},
	{"GET", "/fields", API_READER, api_fields_all,
	 "the fields there are, with their types"},

	{"GET", "/signals/unmatched", API_READER, api_signals_unmatched,
	 "what belongs to no record yet, newest first"},
	{"GET", "/signals/kinds", API_READER, api_signals_kinds,
	 "the signals that rules can name"},
	{"GET", "/signals", API_READER, api_signals_recent,
	 "what happened, newest first; contact=, name="},
	{"POST", "/signals", API_OPERATOR, api_signals_emit,
	 "say that something happened"},
	{"POST", "/signals/{id}/verdict", API_OPERATOR, api_signals_judge,
	 "a later verdict: what the signal scored is put right"},

	{"GET", "/rules", API_READER, api_rules_get,
	 "the rules; as a file with Accept: text/plain"},
	{"POST", "/rules/check", API_READER, api_rules_check,
	 "is this rules file right?"},
	{"PUT", "/rules", API_MANAGER, api_rules_put,
	 "make the rules equal to this file"},
	{"POST", "/rules/simulate", API_READER, api_rules_simulate,
	 "what scores would be with this rules file; record="},
	{"GET", "/rules/run", API_READER, api_rules_run_show,
	 "how far the run over all history is"},
	{"POST", "/rules/run", API_MANAGER, api_rules_run,
	 "today's rules on all records and all history"},
	{"DELETE", "/rules/run", API_MANAGER, api_rules_run_cancel,
	 "give that up"},
	{"GET", "/rules/history", API_READER, api_rules_history,
	 "versions of rules with author and time; name="},
	{"GET", "/rules/{name}", API_READER, api_rules_show,
	 "one rule: how often it fired, what that is worth"},
	{"GET", "/rules/{name}/test", API_READER, api_rules_test,
	 "each part of its condition for record="},

	{"GET", "/automations", API_READER, api_automations_all,
	 "the automations, and how often each fired"},
	{"GET", "/automations/{name}", API_READER, api_automations_show,
	 "one with its versions: who changed it, and when"},
	{"GET", "/sequences", API_READER, api_sequences_all,
	 "the sequences, who is in them, what came of their steps"},
	{"GET", "/sequences/{name}", API_READER, api_sequences_show,
	 "one with its versions"},
	{"GET", "/sequences/{name}/records", API_READER, api_sequences_records,
	 "who is or was in it, and what is next; state="},
	{"PUT", "/contacts/{key}/sequences/{name}", API_OPERATOR,
	 api_contacts_enrol, "put into a sequence"},
	{"DELETE", "/contacts/{key}/sequences/{name}", API_OPERATOR,
	 api_contacts_unenrol, "take out of a sequence"},
	{"GET", "/firings", API_READER, api_firings_all,
	 "what fired, newest first; automation=, contact="},
	{"GET", "/outbox", API_READER, api_outbox_all,
	 "what waits to be delivered, and what could not be; state="},
	{"GET", "/outbox/{id}", API_READER, api_outbox_show,
	 "one delivery with what it carries"},
	{"POST", "/outbox/{id}/redo", API_OPERATOR, api_outbox_redo,
	 "try a dead delivery again"},
	{"DELETE", "/outbox/{id}", API_OPERATOR, api_outbox_drop,
	 "give a delivery up"},

	{"POST", "/bulk", API_OPERATOR, api_bulk_begin,
	 "do actions to all for whom a condition holds; dry_run=1"},
	{"GET", "/bulk", API_READER, api_bulk_all, "such works, newest first"},
	{"GET", "/bulk/{id}", API_READER, api_bulk_show, "how far one is"},

	{"GET", "/segments", API_READER, api_segments_all,
	 "the saved conditions"},
	{"POST", "/segments", API_OPERATOR, api_segments_save,
	 "save a condition under a name"},
	{"POST", "/segments/count", API_READER, api_segments_count,
	 "for how many contacts a condition holds"},
	{"DELETE", "/segments/{name}", API_OPERATOR, api_segments_delete,
	 "forget a saved condition"},

	{"POST", "/import", API_OPERATOR, api_import,
	 "records or signals from CSV or NDJSON, in one request"},
	{"GET", "/imports", API_READER, api_imports_all,
	 "the imports, newest first"},
	{"POST", "/imports", API_OPERATOR, api_imports_begin,
	 "begin an import of any size: header, map, what"},
	{"GET", "/imports/{id}", API_READER, api_imports_show,
	 "how far it is, where to go on, its bad lines"},
	{"PUT", "/imports/{id}/chunks/{n}", API_OPERATOR, api_imports_chunk,
	 "the next lines, exactly once; last=1"},
	{"DELETE", "/imports/{id}", API_OPERATOR, api_imports_delete,
	 "forget how it went; what is in stays"},
	{"GET", "/export", API_READER, api_export,
	 "contacts as CSV or as lines of JSON"},

	{"GET", "/broadcasts", API_READER, api_broadcasts_all,
	 "the broadcasts, newest first"},
	{"POST", "/broadcasts", API_OPERATOR, api_broadcasts_create,
	 "make a broadcast; nothing is sent yet"},
	{"GET", "/broadcasts/{name}", API_READER, api_broadcasts_show,
	 "how far it is, and what came of it"},
	{"GET", "/broadcasts/{name}/preview", API_READER,
	 api_broadcasts_preview, "who gets it, who not, and the mail"},
	{"GET", "/broadcasts/{name}/recipients", API_READER,
	 api_broadcasts_recipients, "its recipients; state="},
	{"GET", "/broadcasts/{name}/clicks", API_READER, api_broadcasts_clicks,
	 "who clicked what, when, man or machine; link="},
	{"POST", "/broadcasts/{name}/{action}", API_OPERATOR,
	 api_broadcasts_act, "send (at=), pause, resume or cancel"},
	{"POST", "/templates/check", API_READER, api_templates_check,
	 "is this template right?"},
	{"POST", "/templates/render", API_READER, api_templates_render,
	 "a template as one contact would get it"},

	{"GET", "/split", API_READER, api_split_all,
	 "private copies that the MTA has not got; state=dead"},
	{"POST", "/split/redo", API_OPERATOR, api_split_redo,
	 "try what was given up again; one by id, or all"},
	{"DELETE", "/split/{id}", API_OPERATOR, api_split_drop,
	 "forget a copy that was given up"},
	{"GET", "/plugins", API_READER, api_plugins_all,
	 "the plugins that are loaded"},
	{"POST", "/plugins/check", API_MANAGER, api_plugins_check,
	 "would this file be loaded?"},

	{"GET", "/status", API_READER, api_status_show, "is all well?"},
	{"GET", "/audit", API_MANAGER, api_audit,
	 "who changed which definition, newest first"},
	{"POST", "/verify", API_OPERATOR, api_verify,
	 "recompute every score from its ledger"},
	{"POST", "/reload", API_MANAGER, api_reload,
	 "reread configuration and templates"},
	{"POST", "/backup", API_MANAGER, api_backup,
	 "write a consistent copy on the daemon's machine"},

	{"GET", "/tokens", API_MANAGER, api_tokens_all, "the API tokens"},
	{"POST", "/tokens", API_MANAGER, api_tokens_create,
	 "make an API token; it is shown once"},
	{"DELETE", "/tokens/{name}", API_MANAGER, api_tokens_revoke,
	 "revoke an API token"},
	{0},
};

static const char *const role_names[] = {"", "reader", "operator", "manager"};

const char *
api_role_name(enum api_role role)
{
	return role_names[role];
}

int
api_role_find(const char *name)
{
	for (int i = API_READER; i <= API_MANAGER; i++)
		if (strcmp(role_names[i], name) == 0)
			return i;
	return -1;
}

/* One segment of a path, percent-decoded; a '+' is a '+' there. NULL: a bad
 * escape. */
static const char *
decode_segment(const char *text, size_t len, struct pool *pool)
{
	struct buf spelt = BUF_INIT, decoded = BUF_INIT;
	const char *segment = NULL;

	for (size_t i = 0; i < len; i++)
		if (text[i] == '+')
			buf_append_text(&spelt, "%2B");
		else
			buf_append_char(&spelt, text[i]);
	if (decode_form_value(&decoded, buf_text(&spelt), spelt.len, NULL) ==
	    SG_OK)
		segment = pool_strdup(pool, buf_text(&decoded));
	buf_done(&spelt);
	buf_done(&decoded);
	return segment;
}

static bool
match(const char *pattern, const char *path, struct pool *pool,
      const char **args)
{
	size_t n_args = 0;

	while (*pattern && *path) {
		size_t len = strcspn(path + 1, "/");
		size_t pattern_len = strcspn(pattern + 1, "/");

		if (*path != '/' || len == 0)
			return false;
		if (pattern[1] == '{') {
			args[n_args] = decode_segment(path + 1, len, pool);
			if (!args[n_args++])
				return false;
		} else if (len != pattern_len ||
			   memcmp(pattern + 1, path + 1, len) != 0) {
			return false;
		}
		path += 1 + len;
		pattern += 1 + pattern_len;
	}
	return !*pattern && (!*path || strcmp(path, "/") == 0);
}

/* More than one may fit ("/segments/count", "/segments/{name}"): literal ones
 * stand before patterns in the table only where the method is the same, so
 * the method decides first. */
const struct api_resource *
api_find(const char *method, const char *path, struct pool *pool,
	 const char **args, const char **allow_out)
{
	const struct api_resource *resource;
	const char *allow = "";

	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (resource = api_resources; resource->method; resource++) {
		if (!match(resource->path, path, pool, args))
			continue;
		if (strcmp(resource->method, method) == 0)
			return resource;
		if (!strstr(allow, resource->method))
			allow = pool_printf(pool, "%s%s%s", allow,
					    *allow ? ", " : "",
					    resource->method);
	}
	*allow_out = allow;
	return NULL;
}
