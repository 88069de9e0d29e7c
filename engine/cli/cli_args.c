/* cli_args.c - see cli_args.h. */
#include "cli/cli_args.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Every command takes these. */
static const struct cli_option common[] = {
	{"json", NULL, ""},
	{"help", NULL, ""},
	{"socket", "PATH", ""},
	{0},
};

static const struct cli_option *
find_in(const struct cli_option *options, const char *name, size_t len)
{
	for (; options && options->name; options++)
		if (strlen(options->name) == len &&
		    !strncmp(options->name, name, len))
			return options;
	return NULL;
}

static bool
is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0' &&
	       !isdigit((unsigned char)word[1]) && word[1] != '.';
}

static void
take(struct cli_args *args, const char *name, const char *value)
{
	if (!strcmp(name, "json"))
		args->json = true;
	else if (!strcmp(name, "help"))
		args->help = true;
	else if (!strcmp(name, "socket"))
		args->socket_path = value;
	else
		args->given[args->n_given++] = (struct cli_given){name, value};
}

/* Reads the option at argv[*i], moving *i on over its value. */
static enum sg_status
read_option(struct cli_args *args, const struct cli_command *command, int argc,
	    char **argv, int *i, struct sg_err *err)
{
	const char *name = argv[*i] + (argv[*i][1] == '-' ? 2 : 1);
	size_t len = strcspn(name, "=");
	const struct cli_option *option;
	const char *value = name[len] ? name + len + 1 : NULL;

	if (!strcmp(name, "h"))
		name = "help", len = 4;
	option = find_in(command->options, name, len);
	if (!option)
		option = find_in(common, name, len);
	if (!option)
		return err_set(err, SG_REFUSED, "unknown option %s", argv[*i]);
	if (!option->value && value)
		return err_set(err, SG_REFUSED, "--%s takes no value",
			       option->name);
	if (option->value && !value) {
		if (*i + 1 >= argc)
			return err_set(err, SG_REFUSED, "--%s needs a %s",
				       option->name, option->value);
		value = argv[++*i];
	}
	take(args, option->name, value ? value : "");
	return SG_OK;
}

static enum sg_status
check_count(const struct cli_args *args, const struct cli_command *command,
	    struct sg_err *err)
{
	int n = (int)args->n_words;

	if (args->help)
		return SG_OK;
	if (n < command->least)
		return err_set(err, SG_REFUSED, "%s needs %s", command->name,
			       command->arguments);
	if (command->most >= 0 && n > command->most)
		return err_set(err, SG_REFUSED, "\"%s\" is one word too many",
			       args->words[command->most]);
	/* As from an unset variable: …/contacts/ is another thing. */
	for (n = 0; n < (int)args->n_words; n++)
		if (!*args->words[n])
			return err_set(err, SG_REFUSED, "an argument is empty");
	return SG_OK;
}

enum sg_status
cli_args_read(struct cli_args *args, const struct cli_command *command,
	      int argc, char **argv, struct sg_err *err)
{
	bool options_over = false;
	int i;

	memset(args, 0, sizeof(*args));
	args->words = calloc((size_t)argc + 1, sizeof(*args->words));
	args->given = calloc((size_t)argc + 1, sizeof(*args->given));
	if (!args->words || !args->given)
		return err_set(err, SG_FAILED, "out of memory");
	for (i = 0; i < argc; i++) {
		if (!options_over && !strcmp(argv[i], "--"))
			options_over = true;
		else if (options_over || !is_option(argv[i]))
			args->words[args->n_words++] = argv[i];
		else if (read_option(args, command, argc, argv, &i, err) !=
			 SG_OK)
			goto refused;
	}
	if (check_count(args, command, err) == SG_OK)
		return SG_OK;
refused:
	cli_args_done(args);
	return SG_REFUSED;
}

void
cli_args_done(struct cli_args *args)
{
	free(args->words);
	free(args->given);
	memset(args, 0, sizeof(*args));
}

size_t
cli_count(const struct cli_args *args)
{
	return args->n_words;
}

const char *
cli_arg(const struct cli_args *args, size_t i)
{
	return i < args->n_words ? args->words[i] : NULL;
}

const char *
cli_value_at(const struct cli_args *args, const char *name, size_t i)
{
	size_t at;

	for (at = 0; at < args->n_given; at++)
		if (!strcmp(args->given[at].name, name) && i-- == 0)
			return args->given[at].value;
	return NULL;
}

const char *
cli_value(const struct cli_args *args, const char *name)
{
	const char *value = NULL, *next;
	size_t i;

	/* The last one said wins. */
	for (i = 0; (next = cli_value_at(args, name, i)); i++)
		value = next;
	return value;
}
