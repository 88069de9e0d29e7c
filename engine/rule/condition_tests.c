/* condition_tests.c - parses one test; see condition_parser.h. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "rule/condition_parser.h"

static struct node *
has_between(struct parser *parser, struct node *node)
{
	const struct token *low = parser_token(parser);

	node->kind = NODE_HAS_BETWEEN;
	if (!parser_number(parser, &node->lo))
		return NULL;
	if (!parser_take_word(parser, "and"))
		return parser_expected(parser, "'and' and a second number");
	if (!parser_number(parser, &node->hi))
		return NULL;
	if (node->lo > node->hi)
		return parser_refuse(parser, low,
				     "expected the smaller number first");
	return node;
}

static struct node *
test_has(struct parser *parser)
{
	static const char *const words[] = {"score", NULL};
	struct node *node = parser_node(parser, NODE_HAS_SCORE);

	if (!node)
		return NULL;
	if (!parser_take_word(parser, "score"))
		return parser_expected_word(parser, "'score'", words);
	node->score = parser_score(parser);
	if (!node->score)
		return NULL;
	if (parser_take_word(parser, "between"))
		return has_between(parser, node);
	if (!parser_compare(parser, &node->compare))
		return node;
	node->kind = NODE_HAS_COMPARED;
	return parser_number(parser, &node->lo) ? node : NULL;
}

static struct node *
test_band(struct parser *parser, struct node *node, const struct token *token)
{
	const struct condition_names *names = parser->names;
	char suggested[SUGGEST_NAME_MOST + 32];
	const char *score = NULL;

	if (names->band &&
	    names->band(names->arg, node->name, &score, &node->lo, &node->hi)) {
		node->score = pool_strdup(parser->condition->pool, score);
		return node;
	}
	parser_suggest(parser, CONDITION_BANDS, node->name, suggested,
		       sizeof(suggested));
	return parser_refuse(parser, token, "unknown band '%.64s'%s",
			     node->name, suggested);
}

/* An optional word behind the name; kept where it makes a difference. */
static void
take_state(struct parser *parser, struct node *node)
{
	static const char *const of_broadcast[] = {"sent", "opened", "clicked",
						   NULL};
	static const char *const of_sequence[] = {"active", "finished",
						  "stopped", NULL};
	const char *const *words = NULL;

	if (node->kind == NODE_BROADCAST)
		words = of_broadcast;
	else if (node->kind == NODE_SEQUENCE)
		words = of_sequence;
	for (; words && *words; words++) {
		if (parser_take_word(parser, *words)) {
			node->state = *words;
			return;
		}
	}
}

static const struct {
	const char *word;
	enum node_kind kind;
	const char *what;
} members[] = {
	{"list", NODE_LIST, "the name of a list in quotes"},
	{"tag", NODE_TAG, "a tag in quotes"},
	{"segment", NODE_SEGMENT, "the name of a segment in quotes"},
	{"band", NODE_BAND, "the name of a band in quotes"},
	{"sequence", NODE_SEQUENCE, "the name of a sequence in quotes"},
	{"broadcast", NODE_BROADCAST, "the name of a broadcast in quotes"},
};

static struct node *
test_member(struct parser *parser, size_t member)
{
	const struct token *token;
	struct node *node = parser_node(parser, members[member].kind);

	if (!node)
		return NULL;
	parser->i++;
	token = parser_token(parser);
	node->name = parser_name(parser, members[member].what);
	if (!node->name)
		return NULL;
	take_state(parser, node);
	if (node->kind == NODE_BAND)
		return test_band(parser, node, token);
	if (node->kind != NODE_SEGMENT)
		return node;
	node->child = parser_segment(parser, token, node->name);
	return node->child ? node : NULL;
}

/* --- signals ------------------------------------------------------------ */

static bool
check_signal(struct parser *parser, const struct token *token)
{
	const struct condition_names *names = parser->names;
	char suggested[SUGGEST_NAME_MOST + 32];
	const char *plugin = NULL;

	if (strlen(token->text) >= SIGNAL_NAME_MOST) {
		parser_refuse(parser, token,
			      "expected a signal's name of less than %d bytes",
			      SIGNAL_NAME_MOST);
		return false;
	}
	if (!names->signal_known ||
	    names->signal_known(names->arg, token->text, &plugin))
		return true;
	parser_suggest(parser, CONDITION_SIGNALS, token->text, suggested,
		       sizeof(suggested));
	if (plugin)
		parser_refuse(parser, token,
			      "`%s` is declared by no loaded plugin; load `%s`",
			      token->text, plugin);
	else
		parser_refuse(parser, token,
			      "`%s` is declared by no loaded plugin%s",
			      token->text, suggested);
	return false;
}

static bool
signal_where(struct parser *parser, struct node *node)
{
	if (!parser_take(parser, TOKEN_LEFT)) {
		parser_expected(parser, "'('");
		return false;
	}
	if (!parser_enter(parser))
		return false;
	parser->in_where++;
	node->child = parser_expression(parser);
	parser->in_where--;
	parser->depth--;
	if (node->child && !parser_take(parser, TOKEN_RIGHT)) {
		parser_expected(parser, "'and', 'or' or a closing ')'");
		return false;
	}
	return node->child != NULL;
}

static bool
signal_times(struct parser *parser, struct node *node)
{
	const struct token *token;

	if (!parser_take_word(parser, "least")) {
		parser_expected(parser, "'least'");
		return false;
	}
	token = parser_token(parser);
	if (token->kind != TOKEN_NUMBER || token->number < 1 ||
	    token->number > CONDITION_TIMES_MOST ||
	    token->number != floor(token->number)) {
		parser_expected(parser, "a whole number from 1 to 1000000");
		return false;
	}
	node->times = (unsigned)token->number;
	parser->i++;
	if (parser_take_word(parser, "times") ||
	    parser_take_word(parser, "time"))
		return true;
	parser_expected(parser, "'times'");
	return false;
}

static bool
count_memo(struct parser *parser, struct node *node, const struct token *token)
{
	if (!parser->in_where)
		return true;
	if (parser->condition->n_memos == CONDITION_MEMOS_MOST) {
		parser_refuse(parser, token,
			      "expected at most %d signals inside `where`",
			      CONDITION_MEMOS_MOST);
		return false;
	}
	node->memo = ++parser->condition->n_memos;
	return true;
}

static struct node *
test_signal(struct parser *parser)
{
	const struct token *token = parser_token(parser);
	struct node *node = parser_node(parser, NODE_SIGNAL);

	if (!node || !check_signal(parser, token) ||
	    !count_memo(parser, node, token))
		return NULL;
	node->name = pool_strdup(parser->condition->pool, token->text);
	node->times = 1;
	parser->i++;
	if (parser_take_word(parser, "where") && !signal_where(parser, node))
		return NULL;
	if (parser_take_word(parser, "within") &&
	    !parser_duration(parser, &node->within_ms))
		return NULL;
	if (parser_take_word(parser, "at") && !signal_times(parser, node))
		return NULL;
	return node;
}

/* --- tests of an operand ------------------------------------------------ */

static struct node *
test_in(struct parser *parser, struct node *node)
{
	size_t room = 0;
	struct operand *more;

	node->kind = NODE_IN;
	if (!parser_take(parser, TOKEN_LEFT))
		return parser_expected(parser, "'(' and a list of values");
	do {
		if (node->n_items == room) {
			room = room ? room * 2 : 8;
			more = pool_alloc(parser->condition->pool,
					  room * sizeof(*more));
			if (node->n_items)
				memcpy(more, node->items,
				       node->n_items * sizeof(*more));
			node->items = more;
		}
		if (!parser_constant(parser, &node->items[node->n_items]))
			return parser_expected(
				parser, "a number, 'text', a date, true or "
					"false");
		node->n_items++;
	} while (parser_take(parser, TOKEN_COMMA));
	if (!parser_take(parser, TOKEN_RIGHT))
		return parser_expected(parser, "',' or a closing ')'");
	return node;
}

static struct node *
test_pattern(struct parser *parser, struct node *node, enum node_kind kind)
{
	const struct token *token = parser_token(parser);

	node->kind = kind;
	if (token->kind != TOKEN_TEXT)
		return parser_expected(parser, kind == NODE_MATCHES
						       ? "a pattern in quotes, "
							 "like '*/pricing*'"
						       : "a text in quotes");
	node->text = pool_strdup(parser->condition->pool, token->text);
	parser->i++;
	return node;
}

static struct node *
operand_test(struct parser *parser, struct node *node)
{
	static const char *const words[] = {"in",	"not", "matches",
					    "contains", "is",  "within",
					    "and",	"or",  NULL};

	if (parser_compare(parser, &node->compare)) {
		node->kind = NODE_COMPARE;
		node->right = parser_operand(parser);
		return node->right ? node : NULL;
	}
	if (parser_take_word(parser, "not")) {
		node->negated = true;
		if (!parser_take_word(parser, "in"))
			return parser_expected(parser, "'in'");
		return test_in(parser, node);
	}
	if (parser_take_word(parser, "in"))
		return test_in(parser, node);
	if (parser_take_word(parser, "matches"))
		return test_pattern(parser, node, NODE_MATCHES);
	if (parser_take_word(parser, "contains"))
		return test_pattern(parser, node, NODE_CONTAINS);
	if (parser_take_word(parser, "is")) {
		node->kind = NODE_EMPTY;
		node->negated = parser_take_word(parser, "not");
		return parser_take_word(parser, "empty")
			       ? node
			       : parser_expected(parser, "'empty'");
	}
	if (parser_take_word(parser, "within")) {
		node->kind = NODE_WITHIN;
		return parser_duration(parser, &node->within_ms) ? node : NULL;
	}
	return parser_expected_word(parser,
				    "a comparison (=, !=, <, <=, >, >=, in, "
				    "matches, contains, is empty, within)",
				    words);
}

static struct node *
test_operand(struct parser *parser)
{
	struct node *node = parser_node(parser, NODE_COMPARE);

	if (!node)
		return NULL;
	node->left = parser_operand(parser);
	return node->left ? operand_test(parser, node) : NULL;
}

static void *
unknown_word(struct parser *parser)
{
	const struct token *token = parser_token(parser);
	const char *const *word;
	struct suggestion near = {.wanted = token->text};
	char suggested[SUGGEST_NAME_MOST + 32] = "";
	size_t i;

	suggest_offer(&near, "has");
	suggest_offer(&near, "not");
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		suggest_offer(&near, members[i].word);
	for (word = parser_operand_words; *word; word++)
		suggest_offer(&near, *word);
	if (near.name[0])
		snprintf(suggested, sizeof(suggested), "; did you mean '%s'?",
			 near.name);
	return parser_refuse(parser, token,
			     "expected a test, not '%.64s'%s (a field is "
			     "written field.NAME, a text 'in quotes')",
			     token->text, suggested);
}

/* `field.changed = 'x'`: they mean a field of that name. */
static bool
is_field_changed(const struct parser *parser)
{
	const struct token *next = parser_token(parser) + 1;
	static const char *const words[] = {"in", "matches", "contains", "is",
					    "not"};
	size_t i;

	if (strcmp(parser_token(parser)->text, "field.changed") != 0)
		return false;
	if (next->kind >= TOKEN_EQUAL)
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (next->kind == TOKEN_WORD &&
		    text_equal_ascii(next->text, words[i]))
			return true;
	}
	return false;
}

static bool
begins_operand(const struct token *token)
{
	switch (token->kind) {
	case TOKEN_WORD:
	case TOKEN_NAMED:
		return parser_word_is_operand(token);
	case TOKEN_TEXT:
	case TOKEN_NUMBER:
	case TOKEN_DATE:
	case TOKEN_LEFT:
	case TOKEN_MINUS:
		return true;
	default:
		return false;
	}
}

struct node *
parser_test(struct parser *parser)
{
	const struct token *token = parser_token(parser);
	size_t i;

	if (parser_take_word(parser, "has"))
		return test_has(parser);
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (parser_is_word(parser, members[i].word))
			return test_member(parser, i);
	}
	if (begins_operand(token))
		return test_operand(parser);
	if (token->kind != TOKEN_WORD)
		return parser_expected(parser, "a test");
	if (is_field_changed(parser))
		return parser_refuse(parser, token,
				     "`field.changed` is a signal; a field of "
				     "that name is written field.'changed'");
	if (strchr(token->text, '.'))
		return test_signal(parser);
	return unknown_word(parser);
}
