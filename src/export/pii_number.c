/*-------------------------------------------------------------------------
 *
 * pii_number.c
 *	  Card and telephone numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "export/pii.h"

#define MOST_DIGITS 19
#define MOST_BYTES 40

/* Digits with single separators between them, from i on */
typedef struct Digits
{
	char		digit[MOST_DIGITS + 1];
	int			n;
	int			separators;
	int			end;			/* behind the last digit */
	bool		plus;
	bool		bracket;		/* one was closed between digits */
	bool		points;			/* no separator but points */
	bool		only_cards;		/* separators are spaces and hyphens alone */
	int			first_group;	/* digits before the first separator */
} Digits;

static inline bool
separator(char c)
{
	return c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')';
}

/* false: a run of digits too long for anything, *end is behind it */
static bool
read_digits(const char *s, int len, int i, Digits *d)
{
	int			p = i;

	memset(d, 0, sizeof(Digits));
	d->only_cards = d->points = true;
	if (s[p] == '+' || s[p] == '(')
	{
		d->plus = s[p] == '+';
		d->only_cards = false;
		p++;
	}
	while (p < len && p - i < MOST_BYTES)
	{
		if (pii_digit(s[p]))
		{
			if (d->n == MOST_DIGITS)
				return false;
			d->digit[d->n++] = s[p++];
			d->end = p;
		}
		else if (d->n > 0 && separator(s[p]))
		{
			/* one separator, or a bracket with a space or hyphen beside it */
			int			from = p;

			while (p < len && p - from < 2 && separator(s[p]))
				p++;
			if (p - from == 2 && s[from] != '(' && s[from] != ')' && s[from + 1] != '(' && s[from + 1] != ')')
				break;
			if (p == len || !pii_digit(s[p]))
				break;
			if (d->separators++ == 0)
				d->first_group = d->n;
			for (int k = from; k < p; k++)
			{
				d->bracket = d->bracket || s[k] == ')';
				d->points = d->points && s[k] == '.';
				d->only_cards = d->only_cards && p - from == 1 && (s[k] == ' ' || s[k] == '-');
			}
		}
		else
			break;
	}
	return d->n > 0 && !(d->end < len && pii_word(s[d->end]));
}

/* ISO/IEC 7812: Luhn's check digit (1960), and the beginnings and lengths that issuers use */
static bool
is_card(const Digits *d)
{
	int			sum = 0,
				prefix;
	bool		length_fits;

	if (d->n < 13 || !d->only_cards)
		return false;
	for (int i = 0; i < d->n; i++)
	{
		int			v = d->digit[d->n - 1 - i] - '0';

		if (i % 2 == 1)
			v = v > 4 ? 2 * v - 9 : 2 * v;
		sum += v;
	}
	if (sum % 10 != 0)
		return false;
	prefix = (d->digit[0] - '0') * 1000 + (d->digit[1] - '0') * 100 + (d->digit[2] - '0') * 10 + d->digit[3] - '0';
	if (prefix / 1000 == 4)
		length_fits = d->n == 13 || d->n == 16 || d->n == 19;
	else if ((prefix >= 5100 && prefix <= 5599) || (prefix >= 2221 && prefix <= 2720))
		length_fits = d->n == 16;
	else if (prefix / 100 == 34 || prefix / 100 == 37)
		length_fits = d->n == 15;
	else if (prefix / 100 == 36 || prefix / 100 == 38 || prefix / 100 == 39 || (prefix >= 3000 && prefix <= 3059))
		length_fits = d->n >= 14;
	else if (prefix == 6011 || (prefix >= 6440 && prefix <= 6599) || prefix / 100 == 62 || (prefix >= 3528 && prefix <= 3589) ||
			 prefix / 100 == 50 || (prefix >= 5600 && prefix <= 6999))
		length_fits = d->n >= 16 || prefix / 100 == 50 || prefix / 100 >= 56;
	else
		length_fits = false;
	return length_fits;
}

/* 2026-11-26, 26.11.2026, 11/26/2026 and what stands behind them */
static bool
is_date(const char *s, const Digits *d, int i)
{
	const char *p = s + i;
	int			n = d->end - i;

	if (n >= 10 && d->first_group == 4 && (p[4] == '-' || p[4] == '/' || p[4] == '.') && p[7] == p[4])
		return (d->digit[0] == '1' || d->digit[0] == '2') && d->digit[4] <= '1' && d->digit[6] <= '3';
	return n >= 8 && d->first_group <= 2 && (p[d->first_group] == '.' || p[d->first_group] == '/' || p[d->first_group] == '-') &&
		d->n >= 5 && d->n <= 8 && d->separators == 2 && d->digit[d->first_group] <= '3';
}

/*
 * International with a + or 00 (E.164: at most 15 digits); or national: with a
 * separator or bracket, or beginning with 0, and 9 to 11 digits.
 */
static bool
is_phone(const char *s, const Digits *d, int i)
{
	if (d->plus)
		return d->n >= 8 && d->n <= 15;
	if (d->digit[0] == '0' && d->digit[1] == '0' && !(d->separators == 1 && d->points))
		return d->n >= 10 && d->n <= 17;
	/* nor what a bracket opens and none closes, nor a number with a decimal point */
	if (d->n < 9 || d->n > 11 || is_date(s, d, i) || (s[i] == '(' && !d->bracket) || (d->separators == 1 && d->points))
		return false;
	if (d->separators == 0)
		return d->digit[0] == '0' || (d->n == 11 && d->digit[0] == '1' && d->digit[1] >= '3');	/* the latter of mobiles in China */
	return d->digit[0] == '0' || d->bracket || (d->n >= 10 && d->separators >= 2);
}

int
pii_number(const char *s, int len, int i, PiiKind *kind)
{
	Digits		d;

	if (i >= len || !(pii_digit(s[i]) || ((s[i] == '+' || s[i] == '(') && i + 1 < len && pii_digit(s[i + 1]))))
		return 0;
	if (i > 0 && (s[i - 1] == '+' || ((s[i - 1] == '-' || s[i - 1] == '.' || s[i - 1] == '/') && i > 1 && pii_digit(s[i - 2]))))
		return 0;
	if (!read_digits(s, len, i, &d))
		return 0;
	if (is_card(&d))
		*kind = PII_CARD;
	else if (is_phone(s, &d, i))
		*kind = PII_PHONE;
	else
		return 0;
	return d.end - i;
}
