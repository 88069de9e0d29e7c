/* upkeep_page.c - a backup is made; every score is recomputed and compared. */
#include "console.h"

#include <string.h>

enum { BACKUPS_SHOWN = 10 };

/* --- backup ---------------------------------------------------------------
 */

/* As the audit log has them. */
static void
write_backups(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;
	size_t n;

	if (!ask_get(page,
		     text_of(page, "/audit?action=backup&limit=%d",
			     BACKUPS_SHOWN),
		     &told))
		return;
	items = items_of(page, &told);
	n = page->host->json_count(items);
	html(page, "<h2>Backups that were made</h2>\n");
	if (n == 0) {
		page_empty(page, "None yet. Make one above, and let cron or a "
				 "systemd timer run “scoregate backup” every "
				 "night.");
		return;
	}
	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Backups\"><table id=\"backups\"><thead><tr>"
		   "<th scope=\"col\">When</th><th scope=\"col\">Folder</th>"
		   "<th scope=\"col\">By</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n; i++) {
		const struct sg_json *one = page->host->json_at(items, i);

		html(page, "<tr><td>");
		show_time(page, text_at(page, one, "at"));
		html(page,
		     "</td><th scope=\"row\"><code>%s</code></th><td>%s</td>"
		     "</tr>\n",
		     text_at(page, one, "object"), text_at(page, one, "actor"));
	}
	html(page, "</tbody></table></div>\n");
}

/* One of today in the folder that is usual. */
static const char *
usual_path(struct page *page)
{
	const char *now = page->host->time_local(page->call, page->call->now);

	return text_of(page, "/var/backups/scoregate-%s",
		       page_slice(page, now, strcspn(now, "T")));
}

static enum sg_status
show_backup(struct page *page, const struct sg_told *trouble)
{
	const char *typed = form_text(page, "path");

	page_begin(page, "Backup");
	if (trouble)
		page_trouble(page, trouble);
	html(page, "<p>A copy of contacts, scores, history and rules, and the "
		   "keys of links, as all of it is at one moment. Mail and web "
		   "go on meanwhile. It has the keys in it: keep it as you "
		   "keep a password. <code>scoregate restore FOLDER</code>, "
		   "with the daemon stopped, brings it back.</p>\n");
	form_begin(page, "/console/system/backup", "stack");
	html(page,
	     "<label>A folder on the daemon’s machine that is not there yet, "
	     "in one that the daemon may write to <input name=\"path\" "
	     "required pattern=\"/.*\" title=\"begins with /\" "
	     "class=\"code\" spellcheck=\"false\" autocapitalize=\"none\" "
	     "value=\"%s\"></label>\n"
	     "<button class=\"main\">Make a backup</button></form>\n",
	     *typed ? typed : usual_path(page));
	write_backups(page);
	return page_end(page, trouble ? trouble->status : 200);
}

enum sg_status
backup_page(struct page *page)
{
	return show_backup(page, NULL);
}

enum sg_status
backup_make(struct page *page)
{
	struct sg_told told;

	if (!ask(page, "POST", "/backup",
		 text_of(page, "{\"path\":%j}", form_text(page, "path")),
		 &told))
		return told.status == 401 ? page_told(page, &told)
					  : show_backup(page, &told);
	return page_go(page, "/console/system/backup", "backed-up");
}

/* --- verify ---------------------------------------------------------------
 */

static void
write_verified(struct page *page, const struct sg_json *report, bool refold)
{
	double differences = number_at(page, report, "differences");

	html(page,
	     "<section id=\"report\" class=\"%s\" role=\"%s\"><p><strong>",
	     differences > 0 ? "problem" : "done",
	     differences > 0 ? "alert" : "status");
	if (differences > 0) {
		show_count(page, differences);
		html(page,
		     "%s</strong></p><p>The first: <code>%s</code></p><p>Make "
		     "a backup, then let <a "
		     "href=\"/console/rules/run\">today’s "
		     "rules run</a> over all history: that makes all scores "
		     "anew.",
		     differences == 1 ? " difference" : " differences",
		     text_at(page, report, "first_difference"));
	} else {
		html(page, "Every score is what its %s says.</strong>",
		     refold ? "history" : "ledger");
	}
	html(page, "</p>\n<p class=\"quiet\">Compared: ");
	show_count(page, number_at(page, report, "records"));
	html(page, " records, ");
	show_count(page, number_at(page, report, "entries"));
	html(page, " entries.</p></section>\n");
}

static enum sg_status
show_verify(struct page *page, const struct sg_told *told, bool refold)
{
	page_begin(page, "Verify");
	if (told && told->status >= 300)
		page_trouble(page, told);
	else if (told)
		write_verified(page, told->json, refold);
	html(page, "<p>Each score is the sum of its ledger, the list of all "
		   "points ever given and taken. This adds it up again for "
		   "every record and compares it with the number in use. "
		   "Nothing is changed, and mail and web go on. The answer "
		   "comes on this page: with a million records in half a "
		   "minute or so.</p>\n");
	form_begin(page, "/console/system/verify", "stack");
	html(page,
	     "<label class=\"check\"><input type=\"checkbox\" name=\"refold\" "
	     "value=\"yes\"%s> The ledger, too: make it again from all that "
	     "happened, by the rules of that time (takes longer)</label>\n"
	     "<button class=\"main\">Recompute and compare</button></form>\n",
	     refold ? " checked" : "");
	return page_end(page, told && told->status >= 300 ? told->status : 200);
}

enum sg_status
verify_page(struct page *page)
{
	return show_verify(page, NULL, false);
}

enum sg_status
verify_run(struct page *page)
{
	bool refold = strcmp(form_text(page, "refold"), "yes") == 0;
	struct sg_told told;

	ask(page, "POST", "/verify",
	    text_of(page, "{\"refold\":%s}", refold ? "true" : "false"), &told);
	if (told.status == 401)
		return page_told(page, &told);
	return show_verify(page, &told, refold);
}
