/* store_person.c - see store_person.h. */
#include "store/store_person.h"

#include <stdio.h>
#include <string.h>

#include "signal/signal.h"
#include "store/store_generation.h"
#include "store/store_sql.h"

enum { COLUMNS_MOST = 14 };

/* A column's name, after what it is: @ a moment, # a number, = an id as the API
 * has it elsewhere (text: more digits than a double keeps), ~ one that is no
 * number to people, ! a verdict, ? yes or no, { JSON, else text. NULL and ""
 * are left out. */
struct section {
	const char *name;
	bool by_key; /* its parameter is the record key, not the id */
	const char *sql;
	const char *columns[COLUMNS_MOST];
};

static const struct section sections[] = {
	{"records",
	 false,
	 "SELECT id, module, key, created_at, deleted_at FROM record"
	 " WHERE id = ?",
	 {"#id", "module", "key", "@created_at", "@deleted_at"}},
	{"aliases",
	 false,
	 "SELECT record_key FROM record_alias WHERE record_id = ?",
	 {"~record_key"}},
	{"fields",
	 false,
	 "SELECT name, value FROM field WHERE record_id = ? ORDER BY name",
	 {"name", "value"}},
	{"tags",
	 false,
	 "SELECT tag FROM record_tag WHERE record_id = ? ORDER BY tag",
	 {"tag"}},
	{"lists",
	 false,
	 "SELECT list, CASE state WHEN 1 THEN 'joined' WHEN 2 THEN"
	 " 'unconfirmed' ELSE 'left' END, since, how FROM list_member"
	 " WHERE record_id = ? ORDER BY list",
	 {"list", "state", "@since", "how"}},
	{"consent",
	 true,
	 "SELECT CASE what WHEN 0 THEN 'opens' ELSE 'clicks' END,"
	 " CASE state WHEN 1 THEN 'granted' WHEN 2 THEN 'denied'"
	 " ELSE 'unknown' END, since, source, wording FROM consent"
	 " WHERE record_key = ? ORDER BY what",
	 {"what", "state", "@since", "source", "wording"}},
	{"suppression",
	 true,
	 "SELECT reason, evidence, source, created_at, expires_at"
	 " FROM suppression WHERE record_key = ?",
	 {"reason", "evidence", "source", "@created_at", "@expires_at"}},
	{"history",
	 false,
	 "SELECT id, happened_at, received_at, name, message_id, source,"
	 " actor, because, verdict, verdict_reason, effective, props"
	 " FROM history_of WHERE of_record = ? ORDER BY of_at, id",
	 {"=id", "@happened_at", "@received_at", "name", "~message", "source",
	  "actor", "because", "!verdict", "verdict_reason", "?effective",
	  "{properties"}},
	{"hits",
	 false,
	 "SELECT t.history_id, h.name, h.of_at, t.address, t.agent, t.verdict,"
	 " t.reason FROM history_of h CROSS JOIN hit t ON t.history_id = h.id"
	 " WHERE h.of_record = ? ORDER BY h.of_at, h.id",
	 {"=history_id", "name", "@happened_at", "address", "agent", "!verdict",
	  "reason"}},
	{"honeypots",
	 true,
	 "SELECT message_id, at FROM honeypot WHERE record_key = ? ORDER BY at",
	 {"~message", "@at"}},
	{"folded",
	 false,
	 "SELECT name, first_at, last_at, n, props FROM folded_signal"
	 " WHERE record_id = ? ORDER BY name, last_at",
	 {"name", "@first_at", "@last_at", "#times", "{properties"}},
	{"sequences",
	 false,
	 "SELECT sequence, state, since, reason, step, due_at FROM enrolment"
	 " WHERE record_id = ? ORDER BY sequence",
	 {"sequence", "state", "@since", "reason", "step", "@due_at"}},
	{"sequence_mails",
	 false,
	 "SELECT sequence, step, message_id, CASE state WHEN 1 THEN 'queued'"
	 " WHEN 2 THEN 'sent' WHEN 3 THEN 'failed' ELSE 'dropped' END"
	 " FROM sequence_mail WHERE record_id = ? ORDER BY outbox_id",
	 {"sequence", "step", "~message", "state"}},
	{"unmatched",
	 true,
	 "SELECT id, happened_at, received_at, name, message_id, source,"
	 " actor, because, verdict, verdict_reason, effective, props"
	 " FROM history WHERE record_id = 0 AND record_key = ?"
	 " ORDER BY happened_at, id",
	 {"=id", "@happened_at", "@received_at", "name", "~message", "source",
	  "actor", "because", "!verdict", "verdict_reason", "?effective",
	  "{properties"}},
	{"ledger",
	 false,
	 "SELECT l.id, s.name, l.at, l.delta, CASE l.class WHEN 1 THEN"
	 " 'field' WHEN 2 THEN 'touch' ELSE 'manual' END, l.rate,"
	 " CASE l.entry WHEN 1 THEN 'points' WHEN 2 THEN 'closing' WHEN 3"
	 " THEN 'erase' ELSE 'correction' END, r.name, l.history_id,"
	 " l.explanation, l.balance FROM ledger_of l"
	 " JOIN score s ON s.id = l.score_id"
	 " LEFT JOIN rule r ON r.id = l.rule_id WHERE l.of_record = ?"
	 " AND l.generation = " STORE_GENERATION_IN_FORCE " ORDER BY l.id",
	 {"=id", "score", "@at", "#points", "class", "#degrade", "entry",
	  "rule", "=history_id", "explanation", "#balance"}},
	{"messages",
	 false,
	 "SELECT DISTINCT m.message_id, m.campaign, m.subject, m.sender,"
	 " m.sent_at FROM history_of h CROSS JOIN message m"
	 " ON m.message_id = h.message_id AND m.record_key = h.record_key"
	 " WHERE h.of_record = ? ORDER BY m.sent_at",
	 {"~message", "campaign", "subject", "sender", "@sent_at"}},
	{"broadcasts",
	 false,
	 "SELECT broadcast, state, reason, message_id, changed_at"
	 " FROM broadcast_recipient WHERE record_id = ?"
	 " ORDER BY changed_at",
	 {"broadcast", "state", "reason", "~message", "@changed_at"}},
	{"timers",
	 false,
	 "SELECT kind, object, due_at FROM timer WHERE record_id = ?",
	 {"kind", "object", "@due_at"}},
};

static void
add_hex(struct json *row, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%016llx", (unsigned long long)value);
	if (value)
		json_add_text(row, name, text);
}

static void
add_id(struct json *row, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	json_add_text(row, name, text);
}

static void
add_json(struct json *row, const char *name, const char *text)
{
	struct json *value;

	if (json_parse(text, strlen(text), &value, NULL) == SG_OK)
		json_add(row, name, value);
}

static void
add_column(struct json *row, const char *column, struct db_statement *statement,
	   int i)
{
	const char *text;

	if (db_column_is_null(statement, i))
		return;
	switch (column[0]) {
	case '@':
		json_add_time(row, column + 1, db_column_int(statement, i));
		return;
	case '#':
		json_add_number(row, column + 1, db_column_real(statement, i));
		return;
	case '=':
		add_id(row, column + 1, db_column_int(statement, i));
		return;
	case '!':
		json_add_text(row, column + 1,
			      verdict_name((enum verdict)db_column_int(
				      statement, i)));
		return;
	case '?':
		json_add_bool(row, column + 1,
			      db_column_int(statement, i) != 0);
		return;
	case '~':
		add_hex(row, column + 1, db_column_int(statement, i));
		return;
	case '{':
		add_json(row, column + 1, db_column_text(statement, i));
		return;
	default:
		text = db_column_text(statement, i);
		if (*text)
			json_add_text(row, column, text);
	}
}

static enum sg_status
add_section(struct store *store, const struct section *section, int64_t whose,
	    struct json *rows, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store, section->sql, &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, whose);
	while ((status = db_step(statement, err)) == SG_OK) {
		struct json *row = json_new_object();

		for (int i = 0; i < COLUMNS_MOST && section->columns[i]; i++)
			add_column(row, section->columns[i], statement, i);
		json_push(rows, row);
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
store_person_json(struct store *store, uint32_t record_id, uint64_t record_key,
		  struct json *to, bool *any_out, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	*any_out = false;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		const struct section *section = &sections[i];
		struct json *rows = json_new_array();

		if (section->by_key || record_id)
			status = add_section(store, section,
					     section->by_key
						     ? (int64_t)record_key
						     : record_id,
					     rows, err);
		*any_out |= json_count(rows) > 0;
		json_add(to, section->name, rows);
		if (status != SG_OK)
			return status;
	}
	return SG_OK;
}
