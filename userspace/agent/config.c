/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the settings: defaults, file and options in this order, each through the same setter. */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "setting.h"

#define BLANKS	    " \t\r\n"
#define HELP_COLUMN 38

/* Options that are not settings. X(id, name, metavar, help) */
#define ACTIONS(X)                                                                            \
	X(CONFIG, "config", "FILE", "read settings from FILE, not from " CONFIG_FILE_DEFAULT) \
	X(CHECK, "check", "", "check the settings and exit")                                  \
	X(PRINT, "print-config", "", "print the settings that would be used and exit")        \
	X(HELP, "help", "", "print this and exit")                                            \
	X(VERSION, "version", "", "print the version and exit")

enum action_id {
#define X(id, name, metavar, help) ACTION_##id,
	ACTIONS(X)
#undef X
		ACTION_CNT
};

struct action {
	const char *name;
	const char *metavar;
	const char *help;
};

static const struct action actions[] = {
#define X(id, name, metavar, help) {name, metavar, help},
	ACTIONS(X)
#undef X
};

enum layer { LAYER_NONE, LAYER_DEFAULT, LAYER_FILE, LAYER_OPTION };

struct loader {
	struct config *c;
	unsigned char layer[SETTING_CNT]; /* enum layer that set it last */
	bool asked[ACTION_CNT];
	const char *file; /* --config; borrowed from argv */
	char *err;
	size_t err_len;
};

/* One option of the command line: an action or a setting, with its value if it has one. */
struct option {
	const struct setting *setting;
	int action; /* enum action_id, -1 none */
	const char *value;
};

__attribute__((format(printf, 3, 4))) static int fail(struct loader *l, int rc, const char *fmt,
						      ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->err, l->err_len, fmt, ap);
	va_end(ap);
	return rc;
}

/* where: "FILE:LINE: " or "--". */
static int set_value(struct loader *l, const struct setting *s, const char *value, enum layer layer,
		     const char *where)
{
	unsigned char *last = &l->layer[s - setting__table];
	char expected[128];
	int rc;

	if (*last != layer)
		setting__clear(s, l->c);
	*last = (unsigned char)layer;
	rc = setting__set(s, l->c, value);
	if (!rc)
		return 0;
	if (rc == -ENOMEM)
		return fail(l, rc, "%s%s: out of memory", where, s->key);
	setting__expected(s, expected, sizeof(expected));
	return fail(l, rc, "%s%s: '%s' is %s, expected %s", where, s->key, value,
		    rc == -E2BIG ? "too much" : "not valid", expected);
}

static int set_defaults(struct loader *l)
{
	int rc = 0;

	for (size_t i = 0; i < SETTING_CNT && !rc; i++)
		rc = set_value(l, &setting__table[i], setting__table[i].def, LAYER_DEFAULT,
			       "default of ");
	return rc;
}

/* --- file --- */

/* Cuts a comment, which starts at the line's start or after a blank, and the blanks around the
 * rest. */
static char *trim_line(char *line)
{
	for (char *p = strchr(line, '#'); p; p = strchr(p + 1, '#')) {
		if (p == line || strchr(BLANKS, p[-1])) {
			*p = '\0';
			break;
		}
	}
	line += strspn(line, BLANKS);
	for (size_t len = strlen(line); len && strchr(BLANKS, line[len - 1]); len--)
		line[len - 1] = '\0';
	return line;
}

static int load_line(struct loader *l, char *line, const char *where)
{
	const struct setting *s;
	size_t key_len;
	char *value;

	line = trim_line(line);
	if (!*line)
		return 0;
	key_len = strcspn(line, "=" BLANKS);
	value = line + key_len + strspn(line + key_len, BLANKS);
	if (*value != '=')
		return fail(l, -EINVAL, "%s'%s': expected 'key = value'", where, line);
	value++;
	value += strspn(value, BLANKS);
	s = setting__find(line, key_len);
	if (!s)
		return fail(l, -EINVAL, "%sunknown key '%.*s', the nearest is '%s'", where,
			    (int)key_len, line, setting__nearest(line, key_len));
	return set_value(l, s, value, LAYER_FILE, where);
}

static int load_file(struct loader *l)
{
	const char *path = l->file ? l->file : CONFIG_FILE_DEFAULT;
	FILE *f = fopen(path, "re");
	char where[256];
	char *line = NULL;
	size_t cap = 0;
	int rc = 0;

	if (!f && errno == ENOENT && !l->file)
		return 0;
	if (!f)
		return fail(l, -errno, "%s: cannot open: %s", path, strerror(errno));
	for (unsigned int nr = 1; !rc && getline(&line, &cap, f) >= 0; nr++) {
		snprintf(where, sizeof(where), "%s:%u: ", path, nr);
		rc = load_line(l, line, where);
	}
	if (!rc && ferror(f))
		rc = fail(l, -EIO, "%s: cannot read: %s", path, strerror(errno));
	free(line);
	fclose(f);
	return rc;
}

/* --- options --- */

static int find_action(const char *name, size_t len)
{
	for (int i = 0; i < ACTION_CNT; i++) {
		if (strlen(actions[i].name) == len && memcmp(actions[i].name, name, len) == 0)
			return i;
	}
	return -1;
}

/* Takes "--name", "--name=VALUE", "--no-name" apart; name_len is what stands before '='. */
static int find_option(struct loader *l, const char *name, size_t name_len, struct option *o)
{
	o->setting = NULL;
	o->value = name[name_len] ? name + name_len + 1 : NULL;
	o->action = find_action(name, name_len);
	if (o->action >= 0)
		return 0;
	o->setting = setting__find(name, name_len);
	if (!o->setting && name_len > 3 && strncmp(name, "no-", 3) == 0) {
		const struct setting *s = setting__find(name + 3, name_len - 3);

		if (s && s->type == SETTING_BOOL && !o->value) {
			o->setting = s;
			o->value = "false";
		}
	}
	if (o->setting)
		return 0;
	return fail(l, -EINVAL, "unknown option '--%.*s', the nearest is '--%s'; see --help",
		    (int)name_len, name, setting__nearest(name, name_len));
}

/* Reads the option at argv[*idx] and moves *idx past it. */
static int next_option(struct loader *l, int argc, char **argv, int *idx, struct option *o)
{
	const char *arg = argv[(*idx)++];
	bool is_bool, takes_value;
	int rc;

	if (strcmp(arg, "-h") == 0)
		arg = "--help";
	if (strncmp(arg, "--", 2) != 0 || !arg[2])
		return fail(l, -EINVAL,
			    "unexpected argument '%s': options start with --, see --help", arg);
	arg += 2;
	rc = find_option(l, arg, strcspn(arg, "="), o);
	if (rc)
		return rc;
	is_bool = o->setting && o->setting->type == SETTING_BOOL;
	takes_value = o->setting ? !is_bool : *actions[o->action].metavar;
	if (is_bool && !o->value)
		o->value = "true";
	if (o->value && !takes_value && !is_bool)
		return fail(l, -EINVAL, "--%s: takes no value", actions[o->action].name);
	if (!takes_value || o->value)
		return 0;
	if (*idx == argc || strncmp(argv[*idx], "--", 2) == 0)
		return fail(l, -EINVAL, "--%s: expected a value (%s)", arg,
			    o->setting ? o->setting->metavar : actions[o->action].metavar);
	o->value = argv[(*idx)++];
	return 0;
}

/* First without apply, for the actions and --config; then, after the file was read, with. */
static int load_options(struct loader *l, int argc, char **argv, bool apply)
{
	struct option o = {.action = -1};

	for (int i = 1; i < argc;) {
		int rc = next_option(l, argc, argv, &i, &o);

		if (!rc && apply && o.setting)
			rc = set_value(l, o.setting, o.value, LAYER_OPTION, "--");
		if (rc)
			return rc;
		if (o.setting)
			continue;
		l->asked[o.action] = true;
		if (o.action == ACTION_CONFIG)
			l->file = o.value;
		if (o.action == ACTION_HELP || o.action == ACTION_VERSION)
			return 0;
	}
	return 0;
}

/* --- printing --- */

static void print_option(const char *name, const char *metavar, const char *help, const char *def)
{
	int width = printf("  --%s%s%s", name, *metavar ? " " : "", metavar);

	if (width >= HELP_COLUMN - 1)
		printf("\n%*s", HELP_COLUMN, "");
	else
		printf("%*s", HELP_COLUMN - width, "");
	printf("%s%s%s%s\n", help, *def ? " [" : "", def, *def ? "]" : "");
}

static void print_help(void)
{
	printf("Usage: sigpathd [OPTION]...\n"
	       "Measures where SIP and STUN signaling spends its time; sigpath shows it.\n\n"
	       "Settings. Each is also a key of %s, as 'key = value'; options come\n"
	       "after the file. Lists take several values, and repeating appends. Times: ns us ms "
	       "s m h.\n"
	       "Sizes: KiB MiB.\n\n",
	       CONFIG_FILE_DEFAULT);
	for (size_t i = 0; i < SETTING_CNT; i++) {
		const struct setting *s = &setting__table[i];

		print_option(s->key, s->metavar, s->help, s->def);
	}
	printf("\nA yes-or-no setting is switched off by --no-KEY.\n\n");
	for (int i = 0; i < ACTION_CNT; i++)
		print_option(actions[i].name, actions[i].metavar, actions[i].help, "");
}

static void print_config(const struct config *c)
{
	for (size_t i = 0; i < SETTING_CNT; i++) {
		printf("# %s\n%s = ", setting__table[i].help, setting__table[i].key);
		setting__print(&setting__table[i], c, stdout);
		putchar('\n');
	}
}

int config__load(struct config *c, int argc, char **argv, char *err, size_t err_len)
{
	struct loader l = {.c = c, .err = err, .err_len = err_len};
	int rc;

	*c = (struct config){0};
	rc = load_options(&l, argc, argv, false);
	if (rc)
		return rc;
	if (l.asked[ACTION_HELP])
		print_help();
	else if (l.asked[ACTION_VERSION])
		printf("sigpathd %s\n", SIGPATH_VERSION);
	if (l.asked[ACTION_HELP] || l.asked[ACTION_VERSION])
		return 1;
	rc = set_defaults(&l);
	if (!rc)
		rc = load_file(&l);
	if (!rc)
		rc = load_options(&l, argc, argv, true);
	if (rc)
		return rc;
	if (l.asked[ACTION_PRINT])
		print_config(c);
	else if (l.asked[ACTION_CHECK])
		printf("settings are valid\n");
	return l.asked[ACTION_PRINT] || l.asked[ACTION_CHECK];
}

void config__done(struct config *c)
{
	for (size_t i = 0; i < SETTING_CNT; i++)
		setting__clear(&setting__table[i], c);
	*c = (struct config){0};
}
