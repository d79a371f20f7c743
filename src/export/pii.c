/*-------------------------------------------------------------------------
 *
 * pii.c
 *	  Places in a text that look like data of a person: e-mail addresses,
 *	  IBANs, IP addresses; and which detector may begin where.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "export/pii.h"

/* ---- e-mail ---- */

#define LONGEST_LOCAL 64		/* RFC 5321, 4.5.3.1 */
#define LONGEST_DOMAIN 255
#define LONGEST_LABEL 63

static inline bool
local_char(char c)
{
	return pii_word(c) || c == '.' || c == '+' || c == '-' || c == '%' || c == '&' || c == '\'';
}

/* Does a local part begin here?  One quote or the like before it is none of it, so that a run of bytes is looked at once. */
static bool
local_begins(const char *s, int i)
{
	return pii_word(s[i]) &&
		(i == 0 || !local_char(s[i - 1]) ||
		 (!pii_word(s[i - 1]) && (i == 1 || !local_char(s[i - 2]))));
}

/* Bytes of a domain from i on; in other scripts too if "any" */
static int
domain(const char *s, int len, int i, bool any)
{
	int			p = i,
				label = i,
				dots = 0;

	while (p < len && p - i < LONGEST_DOMAIN &&
		   (pii_word(s[p]) || s[p] == '-' || s[p] == '.' || (any && (unsigned char) s[p] >= 0x80)))
	{
		if (s[p] == '.')
		{
			/* an empty label, or a dot that ends a sentence */
			if (p == label || p + 1 == len || !(pii_word(s[p + 1]) || (any && (unsigned char) s[p + 1] >= 0x80)))
				break;
			dots++;
			label = p + 1;
		}
		else if (p - label >= LONGEST_LABEL)
			return 0;
		p++;
	}
	while (p > label && (s[p - 1] == '-' || s[p - 1] == '_'))
		p--;
	/* the last label is no number and has two letters at least */
	return dots > 0 && p - label >= 2 && !pii_digit(s[label]) ? p - i : 0;
}

static int
email(const char *s, int len, int i)
{
	int			at = i,
				n;

	if (!local_begins(s, i))
		return 0;
	while (at < len && at - i <= LONGEST_LOCAL && local_char(s[at]))
		at++;
	if (at == len || s[at] != '@' || s[at - 1] == '.')
		return 0;
	if ((n = domain(s, len, at + 1, false)) > 0 || (n = domain(s, len, at + 1, true)) > 0)
		return at + 1 + n - i;
	return 0;
}

/* ---- IBAN (ISO 13616) ---- */

/* length by country, from the registry */
static int
iban_length(const char *c)
{
	static const char registry[] =
		"AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27"
		"GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22"
		"MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28"
		"TL23TN24TR26UA29VA22VG24XK20YE30";

	for (const char *p = registry; *p; p += 4)
		if (p[0] == c[0] && p[1] == c[1])
			return (p[2] - '0') * 10 + p[3] - '0';
	return 0;
}

static int
iban(const char *s, int len, int i)
{
	char		c[40];
	int			need,
				n = 0,
				p = i,
				rest = 0;

	if (len - i < 15 || !pii_upper(s[i]) || !pii_upper(s[i + 1]) || !pii_digit(s[i + 2]) || !pii_digit(s[i + 3]) ||
		(need = iban_length(s + i)) == 0)
		return 0;
	/* in groups of four, or all at once */
	while (n < need && p < len)
	{
		if (s[p] == ' ' && n % 4 == 0 && n > 0 && s[p - 1] != ' ')
		{
			p++;
			continue;
		}
		if (!pii_digit(s[p]) && !pii_upper(s[p]))
			return 0;
		c[n++] = s[p++];
	}
	if (n < need || (p < len && pii_word(s[p])))
		return 0;
	/* the first four go to the end, letters count from 10: the remainder by 97 is 1 */
	for (int k = 0; k < n; k++)
	{
		char		x = c[(k + 4) % n];

		rest = pii_digit(x) ? (rest * 10 + x - '0') % 97 : (rest * 100 + x - 'A' + 10) % 97;
	}
	return rest == 1 ? p - i : 0;
}

/* ---- IP ---- */

static int
ipv4(const char *s, int len, int i)
{
	int			p = i;

	for (int part = 0; part < 4; part++)
	{
		int			v = 0,
					digits = 0;

		if (part > 0 && (p == len || s[p++] != '.'))
			return 0;
		while (p < len && digits < 4 && pii_digit(s[p]))
		{
			v = v * 10 + s[p++] - '0';
			digits++;
		}
		if (digits == 0 || digits > 3 || v > 255 || (digits > 1 && s[p - digits] == '0'))
			return 0;
	}
	/* a fifth number: a version, or a section of a text */
	if (p < len && (pii_word(s[p]) || (s[p] == '.' && p + 1 < len && pii_digit(s[p + 1]))))
		return 0;
	return p - i;
}

static inline bool
hex_char(char c)
{
	return pii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int
ipv6(const char *s, int len, int i)
{
	int			p = i,
				groups = 0,
				digits = 0,
				n;
	bool		gap = false;

	while (p < len && p - i < 45)
	{
		int			start = p;

		while (p < len && p - start < 5 && hex_char(s[p]))
			p++;
		if (p - start > 4)
			return 0;
		if (p > start && p < len && s[p] == '.' && (gap || groups == 6) && (n = ipv4(s, len, start)) > 0)
		{
			/* the last 32 bits in the form of version 4 (RFC 4291, 2.2) */
			p = start + n;
			digits += n;
			groups += 2;
			break;
		}
		if (p > start)
		{
			digits += p - start;
			groups++;
		}
		if (p + 1 < len && s[p] == ':' && s[p + 1] == ':')
		{
			if (gap)
				return 0;
			gap = true;
			p += 2;
			if (p == len || !hex_char(s[p]))
				break;
		}
		else if (p > start && p + 1 < len && s[p] == ':' && hex_char(s[p + 1]))
			p++;
		else
			break;
	}
	if (p < len && (pii_word(s[p]) || s[p] == ':'))
		return 0;
	/* with a gap there must be some digits: "a::b" is rather a name in a program */
	return (gap ? groups <= 7 && groups >= 2 && digits >= 5 : groups == 8) ? p - i : 0;
}

/* ---- what begins here ---- */

PiiKind
pii_at(PiiText *t, int i, int *end)
{
	const char *s = t->s;
	int			len = t->len;
	PiiKind		kind;
	int			n;

	/* nothing begins within a word: most bytes are done here */
	if (i > 0 && pii_alnum(s[i - 1]))
		return PII_NONE;
	if ((n = email(s, len, i)) > 0)
		kind = PII_EMAIL;
	else if ((n = pii_secret(t, i)) > 0)
		kind = PII_SECRET;
	else if (i > 0 && pii_word(s[i - 1]))
		return PII_NONE;		/* behind an underscore */
	else if ((n = iban(s, len, i)) > 0)
		kind = PII_IBAN;
	else if (i > 1 && (s[i - 1] == '.' || s[i - 1] == ':') && pii_alnum(s[i - 2]))
		return PII_NONE;
	else if ((n = ipv4(s, len, i)) > 0 || (n = ipv6(s, len, i)) > 0)
		kind = PII_IP;
	else if ((n = pii_number(s, len, i, &kind)) == 0)
		return PII_NONE;
	*end = i + n;
	return kind;
}
