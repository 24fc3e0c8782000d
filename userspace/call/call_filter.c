/* SPDX-License-Identifier: BSD-2-Clause */
/* From text to postfix: words become terms, operators wait on a stack until what they join is
 * complete. */
#include "call_filter.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "filter_value.h"

enum pending { PENDING_PAREN, PENDING_OR, PENDING_AND, PENDING_NOT }; /* by how tightly it binds */

struct parse {
	const char *p;
	uint32_t pos, len;
	struct call_filter *f;
	struct filter_error *error;
	uint8_t stack[FILTER_DEPTH_MAX];
	unsigned int depth;
	bool is_operand; /* what comes before pos is complete */
};

static const struct {
	const char *name;
	uint8_t type;
	const char *help;
} fields[] = {
#define FILTER_FIELD(id, name, type, help) {name, FILTER_##type, help},
#include "filter_field.def"
#undef FILTER_FIELD
};

const char *filter_field__name(unsigned int field)
{
	return field < FILTER_FIELD_CNT ? fields[field].name : NULL;
}

const char *filter_field__help(unsigned int field)
{
	return field < FILTER_FIELD_CNT ? fields[field].help : NULL;
}

/* --- errors --- */

static int fail(struct parse *x, uint32_t pos, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct parse *x, uint32_t pos, const char *fmt, ...)
{
	va_list args;

	if (!x->error)
		return -EINVAL;
	x->error->column = pos + 1;
	va_start(args, fmt);
	vsnprintf(x->error->text, sizeof(x->error->text), fmt, args);
	va_end(args);
	for (char *c = x->error->text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return -EINVAL;
}

static int fail_field(struct parse *x, uint32_t pos, uint32_t len)
{
	size_t n;

	fail(x, pos, "no field '%.*s'; fields:", (int)(len < 32 ? len : 32), x->p + pos);
	if (!x->error)
		return -EINVAL;
	n = strlen(x->error->text);
	for (unsigned int i = 0; i < FILTER_FIELD_CNT && n < sizeof(x->error->text); i++)
		n += (size_t)snprintf(x->error->text + n, sizeof(x->error->text) - n, " %s",
				      fields[i].name);
	return -EINVAL;
}

/* --- postfix --- */

static int put_node(struct parse *x, const struct filter_node *node)
{
	if (x->f->node_cnt == FILTER_NODES_MAX)
		return fail(x, x->pos, "filter too long: more than %d terms and operators",
			    FILTER_NODES_MAX);
	x->f->node[x->f->node_cnt++] = *node;
	return 0;
}

static int pop(struct parse *x)
{
	static const uint8_t step[] = {
		[PENDING_OR] = FILTER_OR, [PENDING_AND] = FILTER_AND, [PENDING_NOT] = FILTER_NOT};

	return put_node(x, &(struct filter_node){.step = step[x->stack[--x->depth]]});
}

static int push(struct parse *x, enum pending what)
{
	if (x->depth == FILTER_DEPTH_MAX)
		return fail(x, x->pos, "nested deeper than %d", FILTER_DEPTH_MAX);
	x->stack[x->depth++] = (uint8_t)what;
	return 0;
}

/* What binds at least as tightly is complete now. */
static int push_join(struct parse *x, enum pending what)
{
	while (x->depth && x->stack[x->depth - 1] >= what)
		if (pop(x))
			return -EINVAL;
	x->is_operand = false;
	return push(x, what);
}

/* An operand begins: side by side with another one means and. */
static int begin_operand(struct parse *x)
{
	return x->is_operand ? push_join(x, PENDING_AND) : 0;
}

static int close_paren(struct parse *x)
{
	if (!x->is_operand)
		return fail(x, x->pos, "expected a term before ')'");
	while (x->depth && x->stack[x->depth - 1] != PENDING_PAREN)
		if (pop(x))
			return -EINVAL;
	if (!x->depth)
		return fail(x, x->pos, "')' without '('");
	x->depth--;
	x->pos++;
	return 0;
}

/* --- words --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct parse *x)
{
	while (x->pos < x->len && is_blank(x->p[x->pos]))
		x->pos++;
}

/* The operator at pos, its length; 0 none. */
static uint32_t op_at(const struct parse *x, uint32_t pos, enum filter_op *ret)
{
	static const struct {
		const char *text;
		enum filter_op op;
	} ops[] = {{"!=", FILTER_NE}, {"<=", FILTER_LE}, {">=", FILTER_GE}, {"=", FILTER_EQ},
		   {"<", FILTER_LT},  {">", FILTER_GT},	 {"~", FILTER_HAS}};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		uint32_t n = (uint32_t)strlen(ops[i].text);

		if (x->len - pos >= n && !memcmp(x->p + pos, ops[i].text, n)) {
			*ret = ops[i].op;
			return n;
		}
	}
	return 0;
}

static uint32_t word_end(const struct parse *x, uint32_t pos)
{
	enum filter_op op;

	while (pos < x->len && !is_blank(x->p[pos]) &&
	       !strchr("()\"", x->p[pos] ? x->p[pos] : 'x') && !op_at(x, pos, &op))
		pos++;
	return pos;
}

/* A value without quotes: up to a blank, a comma or a parenthesis. */
static uint32_t value_end(const struct parse *x, uint32_t pos)
{
	while (pos < x->len && !is_blank(x->p[pos]) && x->p[pos] != ',' && x->p[pos] != '(' &&
	       x->p[pos] != ')')
		pos++;
	return pos;
}

static bool is_word(const struct parse *x, uint32_t pos, uint32_t end, const char *word)
{
	return end - pos == strlen(word) && !strncasecmp(x->p + pos, word, end - pos);
}

static int add_value(struct parse *x, struct filter_node *node, enum filter_type type, uint32_t pos,
		     uint32_t len)
{
	struct filter_value *v = &x->f->value[x->f->value_cnt];

	if (x->f->value_cnt == FILTER_NODES_MAX)
		return fail(x, pos, "filter too long: more than %d values", FILTER_NODES_MAX);
	if (!len)
		return fail(x, pos, "expected %s", filter_value__expected(type));
	if (filter_value__parse(type, x->p + pos, len, v))
		return fail(x, pos, "expected %s, not '%.*s'", filter_value__expected(type),
			    (int)(len < 32 ? len : 32), x->p + pos);
	v->text = (uint16_t)pos;
	v->text_len = (uint16_t)len;
	x->f->value_cnt++;
	node->value_cnt++;
	return 0;
}

/* The value at pos, quoted or not. */
static int take_value(struct parse *x, struct filter_node *node, enum filter_type type)
{
	uint32_t start = x->pos;
	const char *quote;

	if (x->pos < x->len && x->p[x->pos] == '"') {
		start++;
		quote = memchr(x->p + start, '"', x->len - start);
		if (!quote)
			return fail(x, x->pos, "'\"' is not closed");
		x->pos = (uint32_t)(quote - x->p) + 1;
		return add_value(x, node, type, start, x->pos - 1 - start);
	}
	x->pos = value_end(x, x->pos);
	return add_value(x, node, type, start, x->pos - start);
}

static int take_values(struct parse *x, struct filter_node *node, enum filter_type type)
{
	node->value = x->f->value_cnt;
	for (;;) {
		if (take_value(x, node, type))
			return -EINVAL;
		if (x->pos == x->len || x->p[x->pos] != ',')
			return 0;
		x->pos++;
	}
}

static int take_bare(struct parse *x, uint32_t end)
{
	struct filter_node node = {
		.step = FILTER_TERM, .field = FILTER_FIELD_CNT, .value = x->f->value_cnt};
	uint32_t start = x->pos;

	if (x->p[x->pos] == '"') {
		if (take_value(x, &node, FILTER_WORD))
			return -EINVAL;
	} else {
		x->pos = end;
		if (add_value(x, &node, FILTER_WORD, start, end - start))
			return -EINVAL;
	}
	x->is_operand = true;
	return put_node(x, &node);
}

static int find_field(const struct parse *x, uint32_t pos, uint32_t end)
{
	for (unsigned int i = 0; i < FILTER_FIELD_CNT; i++)
		if (is_word(x, pos, end, fields[i].name))
			return (int)i;
	return -EINVAL;
}

/* FIELD OP VALUE, or a bare word. */
static int take_term(struct parse *x)
{
	uint32_t start = x->pos, end = word_end(x, x->pos), op_len;
	struct filter_node node = {.step = FILTER_TERM};
	enum filter_op op = FILTER_EQ;
	int field;

	if (begin_operand(x))
		return -EINVAL;
	if (x->p[start] == '"')
		return take_bare(x, end);
	x->pos = end;
	skip_blanks(x);
	op_len = op_at(x, x->pos, &op);
	if (!op_len) {
		x->pos = start;
		return take_bare(x, end);
	}
	field = find_field(x, start, end);
	if (field < 0)
		return fail_field(x, start, end - start);
	if (!filter_value__takes(fields[field].type, op))
		return fail(x, x->pos, "'%.*s' does not fit the field %s, which is %s", (int)op_len,
			    x->p + x->pos, fields[field].name,
			    filter_value__expected(fields[field].type));
	x->pos += op_len;
	skip_blanks(x);
	node.field = (uint8_t)field;
	node.op = (uint8_t)op;
	if (take_values(x, &node, fields[field].type))
		return -EINVAL;
	x->is_operand = true;
	return put_node(x, &node);
}

static int take_not(struct parse *x, uint32_t len)
{
	if (begin_operand(x) || push(x, PENDING_NOT))
		return -EINVAL;
	x->pos += len;
	return 0;
}

static int take_join(struct parse *x, uint32_t end, enum pending what)
{
	if (!x->is_operand)
		return fail(x, x->pos, "expected a term before '%.*s'", (int)(end - x->pos),
			    x->p + x->pos);
	if (push_join(x, what))
		return -EINVAL;
	x->pos = end;
	return 0;
}

static int take_any(struct parse *x)
{
	uint32_t end = word_end(x, x->pos);

	if (x->p[x->pos] == ')')
		return close_paren(x);
	if (x->p[x->pos] == '(') {
		if (begin_operand(x) || push(x, PENDING_PAREN))
			return -EINVAL;
		x->pos++;
		return 0;
	}
	if (x->p[x->pos] == '!' && (x->pos + 1 == x->len || x->p[x->pos + 1] != '='))
		return take_not(x, 1);
	if (is_word(x, x->pos, end, "not"))
		return take_not(x, end - x->pos);
	if (is_word(x, x->pos, end, "or"))
		return take_join(x, end, PENDING_OR);
	if (is_word(x, x->pos, end, "and"))
		return take_join(x, end, PENDING_AND);
	return take_term(x);
}

static int finish(struct parse *x)
{
	if (!x->is_operand && (x->depth || x->f->node_cnt))
		return fail(x, x->len, "expected a term at the end");
	while (x->depth) {
		if (x->stack[x->depth - 1] == PENDING_PAREN)
			return fail(x, x->len, "expected ')'");
		if (pop(x))
			return -EINVAL;
	}
	return 0;
}

int call_filter__parse(const char *text, uint32_t len, struct call_filter *ret,
		       struct filter_error *error)
{
	struct parse x = {.p = text, .len = len, .f = ret, .error = error};

	ret->node_cnt = ret->value_cnt = 0;
	ret->text_len = 0;
	if (len > FILTER_TEXT_LEN)
		return fail(&x, FILTER_TEXT_LEN, "filter longer than %d bytes", FILTER_TEXT_LEN);
	memcpy(ret->text, text, len);
	ret->text_len = (uint16_t)len;
	for (;;) {
		skip_blanks(&x);
		if (x.pos == x.len)
			break;
		if (take_any(&x))
			goto out;
	}
	if (!finish(&x))
		return 0;
out:
	ret->node_cnt = ret->value_cnt = 0;
	return -EINVAL;
}
