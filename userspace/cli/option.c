/* SPDX-License-Identifier: BSD-2-Clause */
/* Option parsing. */
#include "option.h"
#include "client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct option {
	const char *name;
	char letter;
	const char *arg; /* NULL: a flag */
	const char *help;
	unsigned int belongs; /* enum option_for */
};

static const struct option options[OPTION_CNT] = {
#define OPTION(id, name, letter, arg, help, belongs) \
	[OPTION_##id] = {name, letter, arg, help, belongs},
#include "option.def"
#undef OPTION
};

static bool is_named(const struct option *o, const char *text, size_t len)
{
	return strlen(o->name) == len && !strncmp(o->name, text, len);
}

/* The option that arg ("--name", "--name=value", "-o", "-ovalue") means, OPTION_CNT if none; *value
 * points behind it, or is NULL when the argument carries no value. */
static unsigned int find_option(const char *arg, unsigned int belongs, const char **value)
{
	const char *name = arg + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	bool is_long = arg[1] == '-';

	for (unsigned int id = 0; id < OPTION_CNT; id++) {
		const struct option *o = &options[id];

		if (!(o->belongs & belongs) ||
		    (is_long ? !is_named(o, name, len) : !o->letter || arg[1] != o->letter))
			continue;
		if (is_long)
			*value = equals ? equals + 1 : NULL;
		else
			*value = arg[2] ? arg + 2 : NULL;
		return id;
	}
	return OPTION_CNT;
}

static void print_valid(unsigned int belongs)
{
	fputs("valid options:", stderr);
	for (unsigned int id = 0; id < OPTION_CNT; id++) {
		if (options[id].belongs & belongs)
			fprintf(stderr, " --%s", options[id].name);
	}
	fputs(" --help\n", stderr);
}

/* Takes the option at argv[*at]. */
static int take_option(const char *command, unsigned int belongs, int argc, char **argv, int *at,
		       struct options *ret)
{
	const char *arg = argv[*at], *value = NULL;
	unsigned int id;

	if ((arg[0] != '-' || !arg[1]) && belongs & FOR_OPERAND && !ret->operand) {
		ret->operand = arg;
		return 0;
	}
	if (arg[0] != '-' || !arg[1]) {
		fprintf(stderr, "sigpath %s: unexpected argument '%s'; ", command, arg);
		print_valid(belongs);
		return -EINVAL;
	}
	id = find_option(arg, belongs, &value);
	if (id == OPTION_CNT) {
		fprintf(stderr, "sigpath %s: unknown option '%s'; ", command, arg);
		print_valid(belongs);
		return -EINVAL;
	}
	if (!options[id].arg && value) {
		fprintf(stderr, "sigpath %s: --%s takes no value, got '%s'\n", command,
			options[id].name, value);
		return -EINVAL;
	}
	if (options[id].arg && !value && ++*at < argc)
		value = argv[*at];
	if (options[id].arg && (!value || !*value)) {
		fprintf(stderr, "sigpath %s: --%s needs a value: --%s %s\n", command,
			options[id].name, options[id].name, options[id].arg);
		return -EINVAL;
	}
	ret->value[id] = value ? value : "";
	return 0;
}

int option__parse(const char *command, unsigned int belongs, int argc, char **argv,
		  struct options *ret)
{
	*ret = (struct options){0};
	for (int at = 0; at < argc; at++) {
		int rc;

		if (!strcmp(argv[at], "--help") || !strcmp(argv[at], "-h")) {
			ret->help = true;
			continue;
		}
		rc = take_option(command, belongs, argc, argv, &at, ret);
		if (rc)
			return rc;
	}
	return 0;
}

void option__print_help(FILE *out, unsigned int belongs)
{
	for (unsigned int id = 0; id < OPTION_CNT; id++) {
		const struct option *o = &options[id];
		char left[80], letter[8] = "";

		if (!(o->belongs & belongs))
			continue;
		if (o->letter)
			snprintf(letter, sizeof(letter), "-%c, ", o->letter);
		snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name, o->arg ? " " : "",
			 o->arg ? o->arg : "");
		if (strlen(left) > 22)
			fprintf(out, "  %s\n  %-22s  %s\n", left, "", o->help);
		else
			fprintf(out, "  %-22s  %s\n", left, o->help);
	}
	fprintf(out, "  %-22s  %s\n", "--help", "this text");
}

const char *option__socket(const struct options *o)
{
	const char *path = getenv("SIGPATH_SOCKET");

	if (o->value[OPTION_SOCKET])
		return o->value[OPTION_SOCKET];
	return path && *path ? path : CLIENT_PATH;
}

bool option__is_word(const char *words, const char *value)
{
	size_t len = strlen(value);

	for (const char *at = words; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL) {
		if (strcspn(at, "|") == len && !strncmp(at, value, len))
			return true;
	}
	return false;
}

const char *option__argument(enum option_id id)
{
	return options[id].arg;
}
