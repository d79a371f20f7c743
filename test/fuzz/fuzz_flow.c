/*-------------------------------------------------------------------------
 *
 * fuzz_flow.c
 *	  Hostile text through the parser of review flows, under libFuzzer.
 *
 * What is refused must be refused with 22R01 and a character within the text.
 * What is accepted must be canonical once it is written: written again it is
 * the same; and its states and edges must be in order.
 *
 *-------------------------------------------------------------------------
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libc's own, before postgres.h renames them */
static int
libc_vsnprintf(char *out, size_t n, const char *fmt, va_list ap)
{
	return vsnprintf(out, n, fmt, ap);
}

static int
libc_position(const char *message, long *at)
{
	return sscanf(message, "review flow is not valid at character %ld: ", at);
}

#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "review/flow_parse.h"
#include "stubs.h"

/* ---- what the parser needs of the backend beyond test/unit/stubs.c ---- */

void *
repalloc(void *p, Size n)
{
	return repalloc_huge(p, n);
}

char *
pnstrdup(const char *s, Size n)
{
	size_t		len = strnlen(s, n);
	char	   *copy = palloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *
pstrdup(const char *s)
{
	return pnstrdup(s, strlen(s));
}

void
enlargeStringInfo(StringInfo s, int needed)
{
	while (s->len + needed >= s->maxlen)
	{
		s->maxlen *= 2;
		s->data = repalloc(s->data, s->maxlen);
	}
}

void
initStringInfo(StringInfo s)
{
	s->data = palloc(16);
	s->data[0] = '\0';
	s->maxlen = 16;
	s->len = 0;
	s->cursor = 0;
}

void
appendBinaryStringInfo(StringInfo s, const char *data, int len)
{
	enlargeStringInfo(s, len);
	memcpy(s->data + s->len, data, len);
	s->len += len;
	s->data[s->len] = '\0';
}

void
appendStringInfoString(StringInfo s, const char *t)
{
	appendBinaryStringInfo(s, t, strlen(t));
}

void
appendStringInfoChar(StringInfo s, char c)
{
	appendBinaryStringInfo(s, &c, 1);
}

int
appendStringInfoVA(StringInfo s, const char *fmt, va_list args)
{
	int			room = s->maxlen - s->len;
	int			n = libc_vsnprintf(s->data + s->len, room, fmt, args);

	if (n >= room)
		return n + 1;
	s->len += n;
	return 0;
}

void
appendStringInfo(StringInfo s, const char *fmt,...)
{
	int			needed;

	do
	{
		va_list		args;

		va_start(args, fmt);
		needed = appendStringInfoVA(s, fmt, args);
		va_end(args);
		if (needed > 0)
			enlargeStringInfo(s, needed);
	} while (needed > 0);
}

/* every byte that does not continue a character begins one */
int
pg_mbstrlen_with_len(const char *s, int len)
{
	int			n = 0;

	for (int i = 0; i < len; i++)
		n += ((uint8) s[i] & 0xC0) != 0x80;
	return n;
}

int
pg_mbcliplen(const char *s, int len, int limit)
{
	int			n = Min(len, limit);

	while (n < len && n > 0 && ((uint8) s[n] & 0xC0) == 0x80)
		n--;
	return n;
}

/* Insertion sort: what is compared has no equals, so any sort gives the same */
void
qsort_arg(void *base, size_t n, size_t size, qsort_arg_comparator cmp, void *arg)
{
	char	   *p = base;
	char	   *one = palloc(size);

	for (size_t i = 1; i < n; i++)
	{
		size_t		k = i;

		memcpy(one, p + i * size, size);
		for (; k > 0 && cmp(p + (k - 1) * size, one, arg) > 0; k--)
			memcpy(p + k * size, p + (k - 1) * size, size);
		memcpy(p + k * size, one, size);
	}
}

/* ---- the checks ---- */

static void
check(bool ok)
{
	if (!ok)
		abort();
}

static char *
text_of(const Flow *flow)
{
	StringInfoData s;

	initStringInfo(&s);
	flow_write(flow, &s);
	return s.data;
}

static void
check_flow(const Flow *flow)
{
	uint64		all = flow->n_states == 64 ? ~UINT64CONST(0) : flow_bit(flow->n_states) - 1;
	uint64		terminal = 0;
	int32		edges = 0;

	check(flow->n_states >= 2 && flow->n_states <= FLOW_MAX_STATES && flow->n_edges > 0);
	for (int32 i = 0; i < flow->n_states; i++)
	{
		const FlowState *s = &flow->state[i];

		check(flow_is_name(s->name, strlen(s->name)));
		check(s->terminal == (s->n_edges == 0) && (s->n_edges == 0 || s->first_edge == edges));
		edges += s->n_edges;
		if (s->terminal)
			terminal |= flow_bit(i);
		for (int32 k = s->first_edge; k < s->first_edge + s->n_edges; k++)
		{
			const FlowEdge *e = &flow->edge[k];

			check(e->from == i && e->to != i && e->to < flow->n_states && e->otherwise < flow->n_states);
			check(!(e->author && e->not_author) && e->at_most >= 0 && (e->at_most > 0 || e->otherwise < 0));
		}
	}
	check(edges == flow->n_edges);
	check(flow_reach(flow, flow_bit(0), false) == all);
	check(flow_reach(flow, terminal, true) == all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a text has no zero byte, and the parser must not look behind its end */
	size_t		len = strnlen((const char *) data, size);
	char	   *text = malloc(len + 1);
	volatile bool accepted = false;

	memcpy(text, data, len);
	text[len] = '\0';
	stub_expecting = true;
	if (setjmp(stub_jump) == 0)
	{
		Flow	   *flow = flow_parse(text, len, ERRCODE_REVIEW_BAD_FLOW);
		char	   *written = text_of(flow);
		Flow	   *again;

		accepted = true;
		check_flow(flow);
		again = flow_parse(written, strlen(written), ERRCODE_REVIEW_BAD_FLOW);
		check(strcmp(text_of(again), written) == 0);
	}
	else
	{
		long		at = 0;

		check(!accepted && stub_sqlstate == ERRCODE_REVIEW_BAD_FLOW);
		check(libc_position(stub_message(), &at) == 1 && at >= 1 && at <= (long) len + 1);
	}
	stub_reset();
	free(text);
	return 0;
}
