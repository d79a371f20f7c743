/*-------------------------------------------------------------------------
 *
 * canonical_json.c
 *	  JSON in the one form that RFC 8785 allows (JCS): no white space, names
 *	  in the order of their UTF-16 code units, numbers as ECMAScript prints
 *	  the double that is nearest.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/shortest_dec.h"
#include "common/utf8.h"
#include "export/canonical_json.h"
#include "export/json_text.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/* ---- numbers ---- */

/* A number as digits: 0.DIGITS * 10^point */
typedef struct Decimal
{
	char		digit[20];
	int			n;
	int			point;
} Decimal;

static double
decimal_value(const Decimal *d)
{
	char		s[40];

	snprintf(s, sizeof(s), "0.%.*se%d", d->n, d->digit, d->point);
	return strtod(s, NULL);
}

/* Digits of what core or printf wrote: no sign, one point, perhaps an exponent */
static void
parse_decimal(const char *s, Decimal *d)
{
	bool		behind_point = false;

	d->n = d->point = 0;
	for (; *s && *s != 'e'; s++)
	{
		if (*s == '.')
			behind_point = true;
		else if (*s != '0' || d->n > 0)
		{
			if (d->n < (int) sizeof(d->digit))
				d->digit[d->n++] = *s;
			d->point += !behind_point;
		}
		else if (behind_point)
			d->point--;			/* a zero right behind the point */
	}
	if (*s == 'e')
		d->point += atoi(s + 1);
	while (d->n > 0 && d->digit[d->n - 1] == '0')
		d->n--;
}

/* The next number of as many digits above; never called for 99..9 with a carry out of the first digit left undone */
static void
increment(Decimal *d)
{
	int			i = d->n - 1;

	while (i >= 0 && d->digit[i] == '9')
		d->digit[i--] = '0';
	if (i >= 0)
		d->digit[i]++;
	else
	{
		d->digit[0] = '1';
		d->point++;
	}
}

/*
 * A number of n digits that reads as v, the one closest to it; false if there
 * is none.  Of those below and above v it is the closest of each that may:
 * at a power of two the interval of what reads as v reaches further up than
 * down, so that the closest one of all may lie outside.
 */
static bool
read_with_digits(double v, int n, Decimal *d)
{
	char		s[64];
	Decimal		below,
				above;
	bool		below_reads,
				above_reads;

	/* 800 digits would be exact, but nothing of less than 18 is decided by what is behind the 40th */
	snprintf(s, sizeof(s), "%.39e", v);
	{
		/* cut off, not rounded */
		char		digits[48];
		int			exponent = atoi(strchr(s, 'e') + 1);

		digits[0] = s[0];
		memcpy(digits + 1, s + 2, 39);
		below.n = n;
		memcpy(below.digit, digits, n);
		below.point = exponent + 1;
		above = below;
		increment(&above);
		below_reads = decimal_value(&below) == v;
		above_reads = decimal_value(&above) == v;
		if (!below_reads && !above_reads)
			return false;
		if (below_reads && above_reads)
		{
			/* the digits behind, against one half; at exactly one half the even digit */
			int			half = memcmp(digits + n, "5000000000000000000000000000000000000000", 40 - n);

			below_reads = half < 0 || (half == 0 && (below.digit[n - 1] - '0') % 2 == 0);
		}
	}
	*d = below_reads ? below : above;
	while (d->n > 1 && d->digit[d->n - 1] == '0')
		d->n--;
	return true;
}

/*
 * The shortest digits that read as v.  Core's are the shortest of those that
 * read as v however ties are rounded; ECMAScript's may be on the boundary of
 * the interval, and then are shorter.
 */
static void
shortest_digits(double v, Decimal *d)
{
	char		s[DOUBLE_SHORTEST_DECIMAL_LEN];
	Decimal		shorter;

	double_to_shortest_decimal_buf(v, s);
	parse_decimal(s, d);
	while (d->n > 1 && read_with_digits(v, d->n - 1, &shorter))
		*d = shorter;
}

/* ECMA-262, Number::toString, steps 5 to 10 */
int
ecmascript_number(double v, char *out)
{
	Decimal		d;
	char	   *p = out;

	if (v == 0)					/* also -0 */
	{
		strcpy(out, "0");
		return 1;
	}
	if (fabs(v) < 9007199254740992.0 && v == floor(v))
		return pg_lltoa((int64) v, out);
	if (v < 0)
		*p++ = '-';
	shortest_digits(fabs(v), &d);
	if (d.n <= d.point && d.point <= 21)
	{
		memcpy(p, d.digit, d.n);
		memset(p + d.n, '0', d.point - d.n);
		p += d.point;
	}
	else if (0 < d.point && d.point <= 21)
	{
		memcpy(p, d.digit, d.point);
		p[d.point] = '.';
		memcpy(p + d.point + 1, d.digit + d.point, d.n - d.point);
		p += d.n + 1;
	}
	else if (-6 < d.point && d.point <= 0)
	{
		memcpy(p, "0.", 2);
		memset(p + 2, '0', -d.point);
		memcpy(p + 2 - d.point, d.digit, d.n);
		p += 2 - d.point + d.n;
	}
	else
	{
		*p++ = d.digit[0];
		if (d.n > 1)
		{
			*p++ = '.';
			memcpy(p, d.digit + 1, d.n - 1);
			p += d.n - 1;
		}
		p += sprintf(p, "e%c%d", d.point - 1 < 0 ? '-' : '+', abs(d.point - 1));
	}
	*p = '\0';
	return (int) (p - out);
}

static void
put_number(StringInfo buf, Numeric n)
{
	char	   *s = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(n)));
	double		v = strtod(s, NULL);

	if (!isfinite(v))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number has no canonical form"),
				 errdetail("RFC 8785 knows numbers up to 1.7976931348623157e+308."),
				 errhint("Store larger numbers as strings.")));
	pfree(s);
	enlargeStringInfo(buf, 32);
	buf->len += ecmascript_number(v, buf->data + buf->len);
}

/* ---- names ---- */

typedef struct Member
{
	const char *key;			/* UTF-8 */
	int			len;
	JsonbValue	value;
} Member;

/* The rank of a code point where UTF-16 code units are compared: surrogates, D800 to DFFF, come before E000 to FFFF */
static inline uint32
utf16_rank(uint32 c)
{
	if (c >= 0x10000)
		return c - 0x10000 + 0xD800;
	if (c >= 0xE000)
		return c + 0x100000;
	return c;
}

static int
compare_members(const void *x, const void *y, void *arg)
{
	const Member *a = x;
	const Member *b = y;
	int			n = Min(a->len, b->len);
	int			i = 0;

	while (i < n && a->key[i] == b->key[i])
		i++;
	if (i == n)
		return (a->len > b->len) - (a->len < b->len);
	/* to the beginning of the characters that differ */
	while (i > 0 && ((a->key[i] & 0xC0) == 0x80 || (b->key[i] & 0xC0) == 0x80))
		i--;
	{
		uint32		c = utf16_rank(utf8_to_unicode((const unsigned char *) a->key + i));
		uint32		d = utf16_rank(utf8_to_unicode((const unsigned char *) b->key + i));

		return (c > d) - (c < d);
	}
}

/* ---- values ---- */

static void put_container(JsonOut *out, JsonbContainer *c);

static void
put_value(JsonOut *out, JsonbValue *v)
{
	int			len;
	const char *s;

	CHECK_FOR_INTERRUPTS();
	switch (v->type)
	{
		case jbvString:
			s = hd_to_utf8(v->val.string.val, v->val.string.len, &len);
			json_put_string(out, s, len);
			break;
		case jbvNumeric:
			put_number(&out->buf, v->val.numeric);
			break;
		case jbvBool:
			appendStringInfoString(&out->buf, v->val.boolean ? "true" : "false");
			break;
		case jbvNull:
			appendStringInfoString(&out->buf, "null");
			break;
		case jbvBinary:
			put_container(out, v->val.binary.data);
			break;
		default:
			elog(ERROR, "unexpected type of a jsonb value: %d", (int) v->type);
	}
}

static void
put_object(JsonOut *out, JsonbContainer *c)
{
	int			n = JsonContainerSize(c);
	Member	   *member = array_alloc(n, sizeof(Member));
	JsonbIterator *it = JsonbIteratorInit(c);
	JsonbValue	v;
	int			i = 0;

	(void) JsonbIteratorNext(&it, &v, true);
	while (JsonbIteratorNext(&it, &v, true) == WJB_KEY)
	{
		member[i].key = hd_to_utf8(v.val.string.val, v.val.string.len, &member[i].len);
		(void) JsonbIteratorNext(&it, &member[i].value, true);
		i++;
	}
	qsort_interruptible(member, n, sizeof(Member), compare_members, NULL);
	appendStringInfoChar(&out->buf, '{');
	for (i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoChar(&out->buf, ',');
		json_put_string(out, member[i].key, member[i].len);
		appendStringInfoChar(&out->buf, ':');
		put_value(out, &member[i].value);
	}
	appendStringInfoChar(&out->buf, '}');
	pfree(member);
}

static void
put_array(JsonOut *out, JsonbContainer *c)
{
	JsonbIterator *it = JsonbIteratorInit(c);
	JsonbValue	v;
	bool		raw,
				first = true;

	(void) JsonbIteratorNext(&it, &v, true);
	raw = v.val.array.rawScalar;
	if (!raw)
		appendStringInfoChar(&out->buf, '[');
	while (JsonbIteratorNext(&it, &v, true) == WJB_ELEM)
	{
		if (!first)
			appendStringInfoChar(&out->buf, ',');
		first = false;
		put_value(out, &v);
	}
	if (!raw)
		appendStringInfoChar(&out->buf, ']');
}

/* As deep as the value, which was as deep when jsonb's input read it */
static void
put_container(JsonOut *out, JsonbContainer *c)
{
	check_stack_depth();
	if (JsonContainerIsObject(c))
		put_object(out, c);
	else
		put_array(out, c);
}

void
canonical_json(Jsonb *jb, StringInfo buf)
{
	JsonOut		out = {.mode = JSON_UTF8};

	initStringInfo(&out.buf);
	put_container(&out, &jb->root);
	*buf = out.buf;
}
