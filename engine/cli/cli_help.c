/* cli_help.c - see cli_help.h. All of it comes from the commands' tables. */
#include "cli/cli_help.h"

#include <string.h>

#include "base/text.h"

static const char usage[] =
	"scoregate: the command of the contact-scoring gateway\n"
	"\n"
	"  scoregate [--json] [--socket PATH] COMMAND …\n"
	"  scoregate help [COMMAND]\n";

static const char footer[] =
	"\n"
	"Everywhere: --json prints what the API answered; --help explains a\n"
	"command. The daemon is asked over its Unix socket (--socket, or\n"
	"SCOREGATE_SOCKET), or over HTTP with SCOREGATE_URL and "
	"SCOREGATE_TOKEN.\n"
	"Exit: 0 done, 1 differences found, 2 usage, 3 not found, 4 refused,\n"
	"5 daemon not reachable, 6 try again later, 7 failed.\n";

static const char conditions[] =
	"\n"
	"A condition (EXPR) is said as in rules.conf(5):\n"
	"  has score >= 50 and list 'news' and not tag 'customer'\n"
	"  field.city in ('Rome', 'Bonn') or email.clicked within 30d\n";

static const char actions[] =
	"\n"
	"An ACTION is said as in an automation, in quotes, rules.conf(5):\n"
	"  add 5, subtract 5, set 0, erase, tag add|remove 'x',\n"
	"  list add|remove 'news', field.stage = 'open', webhook 'crm', …\n";

static const struct {
	const char *command, *example;
} examples[] = {
	{"contact add", "contact add ann@example.com 'name=Ann Bee' "
			"--tag vip --list news"},
	{"contact list",
	 "contact list --columns email,score,field.company --sort -score"},
	{"contact set", "contact set ann@example.com city=Rome phone="},
	{"score add", "score add ann@example.com 20 --because 'met at a fair'"},
	{"score add", "score add ann@example.com -5 --score fit"},
	{"score why", "score why ann@example.com"},
	{"score top", "score top 10 --columns email,score,field.phone"},
	{"rules apply", "rules apply rules.conf"},
	{"segment count", "segment count --where \"has score >= 50\""},
	{"segment save",
	 "segment save hot --where \"has score >= 80 and list 'news'\""},
	{"segment do",
	 "segment do --where \"has score < 0\" \"list remove 'news'\""},
	{"segment do", "segment do --where \"tag 'fair'\" \"add 10\""},
	{"score compare", "score compare ann@example.com bob@example.com"},
	{"rules simulate", "rules simulate new.conf --threshold 50"},
	{"rules simulate", "rules simulate new.conf --record ann@example.com"},
	{"rules run", "rules run --wait"},
	{"sequence start", "sequence start Welcome ann@example.com"},
	{"automation history", "automation history 'Hot lead'"},
	{"mail instrument",
	 "mail instrument news.eml --to ann@example.com --diff"},
	{"mail classify", "mail classify --json returned.eml"},
	{"contact consent", "contact consent ann@example.com"},
	{"contact link",
	 "contact link ann@example.com account 'Juniper & Sons'"},
	{"signal emit", "signal emit order.paid --contact ann@example.com "
			"amount=99 --id o-1"},
	{"import", "import people.csv --dry-run"},
	{"import", "import people.csv --scores set"},
	{"export", "export --where \"tag 'vip'\" --output vip.csv"},
	{"broadcast create", "broadcast create spring --template spring.eml "
			     "--to \"has score >= 20\""},
	{"broadcast send", "broadcast send spring --wait"},
	{"token create",
	 "token create crm --role operator --expires 2030-01-01"},
	{"restore", "restore /var/backups/scoregate/today"},
};

static void
pad(FILE *to, const char *text, size_t width)
{
	size_t own = text_width(text);

	fprintf(to, "%s%*s", text, own < width ? (int)(width - own) : 0, "");
}

static size_t
group_of(const char *name)
{
	return strcspn(name, " ");
}

void
cli_help_all(void)
{
	const struct cli_command *command;
	const char *before = "";
	size_t i;

	fputs(usage, stdout);
	for (i = 0; cli_tables[i]; i++)
		for (command = cli_tables[i]; command->name; command++) {
			size_t len = group_of(command->name);

			/* What stands alone has no group to be apart from. */
			if (command->name[len]
				    ? strncmp(before, command->name, len + 1)
				    : strchr(before, ' ') != NULL || !*before)
				putchar('\n');
			before = command->name;
			printf("  %-21s %s\n", command->name, command->help);
		}
	fputs(footer, stdout);
}

bool
cli_help_is_group(const char *word)
{
	const struct cli_command *command;
	size_t len = strlen(word), i;

	for (i = 0; cli_tables[i]; i++)
		for (command = cli_tables[i]; command->name; command++)
			if (!strncmp(command->name, word, len) &&
			    command->name[len] == ' ')
				return true;
	return false;
}

void
cli_help_offer(struct suggestion *near, const char *group)
{
	const struct cli_command *command;
	char word[SUGGEST_NAME_MOST + 1];
	size_t i, len;

	for (i = 0; cli_tables[i]; i++)
		for (command = cli_tables[i]; command->name; command++) {
			len = group_of(command->name);
			if (!group)
				snprintf(word, sizeof(word), "%.*s", (int)len,
					 command->name);
			else if (command->name[len] && strlen(group) == len &&
				 !strncmp(command->name, group, len))
				snprintf(word, sizeof(word), "%s",
					 command->name + len + 1);
			else
				continue;
			suggest_offer(near, word);
		}
}

void
cli_help_group(FILE *to, const char *word)
{
	const struct cli_command *command;
	size_t len = strlen(word), i;

	for (i = 0; cli_tables[i]; i++)
		for (command = cli_tables[i]; command->name; command++)
			if (!strncmp(command->name, word, len) &&
			    command->name[len] == ' ')
				fprintf(to,
					"  scoregate %s%s%s%s\n        %s\n",
					command->name,
					*command->arguments ? " " : "",
					command->arguments,
					command->options ? " [OPTION…]" : "",
					command->help);
	fprintf(to,
		"\n\"scoregate %s COMMAND --help\" has the options and "
		"examples.\n",
		word);
}

/* After a column of 23; what has several lines keeps to it. */
static void
print_wrapped(const char *text)
{
	putchar(' ');
	for (; *text; text++) {
		putchar(*text);
		if (*text == '\n')
			printf("%*s", 23, "");
	}
	putchar('\n');
}

static void
print_options(const struct cli_option *option)
{
	bool condition = false;
	char said[64];

	if (option && option->name)
		printf("\n");
	for (; option && option->name; option++) {
		snprintf(said, sizeof(said), "  --%s%s%s", option->name,
			 option->value ? " " : "",
			 option->value ? option->value : "");
		pad(stdout, said, 22);
		if (text_width(said) > 22) /* too long for its column */
			printf("\n%22s", "");
		print_wrapped(option->help);
		condition |= option->value && !strcmp(option->value, "EXPR");
	}
	if (condition)
		fputs(conditions, stdout);
}

void
cli_help_command(const struct cli_command *command)
{
	bool first = true;
	size_t i;

	printf("scoregate %s%s%s\n\n%s\n", command->name,
	       command->arguments[0] ? " " : "", command->arguments,
	       command->help);
	print_options(command->options);
	if (strstr(command->arguments, "ACTION"))
		fputs(actions, stdout);
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		if (strcmp(examples[i].command, command->name) != 0)
			continue;
		printf("%s  scoregate %s\n", first ? "\nFor example:\n" : "",
		       examples[i].example);
		first = false;
	}
	printf("\nAlso --json, --socket PATH; scoregate(1) has more.\n");
}
