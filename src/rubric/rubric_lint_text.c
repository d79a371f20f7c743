/*-------------------------------------------------------------------------
 *
 * rubric_lint_text.c
 *	  Findings about the texts of a rubric.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "rubric/rubric_lint.h"

/* as many connecting words as that, and a text asks for several things */
#define COMPOUND_WORDS 2

/* ---- the same text twice ---- */

typedef struct TextOf
{
	const char *text;			/* in one case, with single spaces */
	int32		parent;
	int32		leaf;
} TextOf;

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* Case is folded in ASCII only: more would depend on a locale */
static char *
plain_text(const char *s)
{
	char	   *t = palloc(strlen(s) + 1);
	size_t		n = 0;

	for (; *s; s++)
	{
		if (!is_space(*s))
			t[n++] = (*s >= 'A' && *s <= 'Z') ? *s - 'A' + 'a' : *s;
		else if (n > 0 && t[n - 1] != ' ')
			t[n++] = ' ';
	}
	while (n > 0 && t[n - 1] == ' ')
		n--;
	t[n] = '\0';
	return t;
}

static int
by_text(const void *a, const void *b)
{
	const TextOf *x = a;
	const TextOf *y = b;
	int			c = strcmp(x->text, y->text);

	if (c != 0)
		return c;
	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return x->leaf - y->leaf;
}

/* t[0..n) have one text; the first of each parent stands for it */
static void
lint_same_text(Lint *l, const TextOf *t, int32 n)
{
	int32		first = t[0].leaf;
	int32		sibling = 0;

	for (int32 k = 1; k < n; k++)
		first = Min(first, t[k].leaf);
	for (int32 k = 0; k < n; k++)
	{
		if (t[k].parent != t[sibling].parent)
			sibling = k;
		if (k != sibling)
			lint_add(l, LINT_WARNING, "dup_text_same_parent", t[k].leaf, "has the text of %s",
					 rubric_path(l->r, t[sibling].leaf));
		else if (t[k].leaf != first)
			lint_add(l, LINT_INFO, "dup_text", t[k].leaf,
					 "has the text of %s: only what stands above tells them apart",
					 rubric_path(l->r, first));
	}
}

static void
lint_duplicates(Lint *l)
{
	const Rubric *r = l->r;
	TextOf	   *t = array_alloc(r->n_leaves, sizeof(TextOf));
	int32		n = 0;

	for (int32 i = 0; i < r->n_nodes; i++)
		if (r->node[i].leaf && r->node[i].text)
			t[n++] = (TextOf) {plain_text(r->node[i].text), r->node[i].parent, i};
	qsort(t, n, sizeof(TextOf), by_text);
	for (int32 from = 0, to; from < n; from = to)
	{
		for (to = from + 1; to < n && strcmp(t[to].text, t[from].text) == 0; to++)
			HD_CHECK_EVERY(to);
		if (to - from > 1)
			lint_same_text(l, t + from, to - from);
	}
}

/* ---- several questions in one ---- */

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

static int
count_connectives(const char *s)
{
	static const char *const word[] = {"and", "or", NULL};
	int			n = 0;

	while (*s)
	{
		size_t		len = 0;

		while (is_letter(s[len]))
			len++;
		for (int k = 0; word[k]; k++)
			if (len == strlen(word[k]) && pg_strncasecmp(s, word[k], len) == 0)
				n++;
		if (len == 0)
			n += (*s == ';');
		s += Max(len, 1);
	}
	return n;
}

static void
lint_compound(Lint *l)
{
	for (int32 i = 0; i < l->r->n_nodes; i++)
	{
		const RubricNode *node = &l->r->node[i];
		int			n;

		/* levels say what part of it earns what */
		if (!node->leaf || node->text == NULL || node->n_levels > 0)
			continue;
		n = count_connectives(node->text);
		if (n >= COMPOUND_WORDS)
			lint_add(l, LINT_INFO, "compound_criterion", i,
					 "its text says \"and\", \"or\" or a semicolon %d times: one grade may stand for several questions", n);
	}
}

/* Levels that a grader cannot tell apart */
static void
lint_level_texts(Lint *l)
{
	for (int32 i = 0; i < l->r->n_nodes; i++)
	{
		const RubricNode *node = &l->r->node[i];
		int32		n = 0;
		TextOf	   *t;
		int32		same = 0;

		if (node->n_levels == 0)
			continue;
		t = array_alloc(node->n_levels, sizeof(TextOf));
		for (int32 k = 0; k < node->n_levels; k++)
			if (node->level[k].text)
				t[n++] = (TextOf) {plain_text(node->level[k].text), 0, k};
		qsort(t, n, sizeof(TextOf), by_text);
		for (int32 k = 1; k < n; k++)
			same += strcmp(t[k - 1].text, t[k].text) == 0;
		if (same > 0)
			lint_add(l, LINT_WARNING, "dup_level_text", i, "%d of its %d levels have the text of another",
					 same, node->n_levels);
	}
}

void
lint_texts(Lint *l)
{
	lint_duplicates(l);
	lint_level_texts(l);
	lint_compound(l);
}
