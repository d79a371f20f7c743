/*-------------------------------------------------------------------------
 *
 * pii_secret.c
 *	  What looks like a key or a password.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "export/pii.h"

static inline bool
token_char(char c)
{
	return pii_alnum(c) || c == '_' || c == '-' || c == '+' || c == '/' || c == '=' || c == '.' || c == '~';
}

/* How many bytes of a token stand from i on */
static int
token_length(PiiText *t, int i)
{
	int			p;

	if (i >= t->token_end)
		for (t->token_end = i; t->token_end < t->len && token_char(t->s[t->token_end]); t->token_end++)
			;
	/* a point or hyphen that belongs to the sentence */
	for (p = t->token_end; p > i && (t->s[p - 1] == '.' || t->s[p - 1] == '-'); p--)
		;
	return p - i;
}

static bool
begins(const char *s, int len, int i, const char *with)
{
	int			n = strlen(with);

	return len - i >= n && memcmp(s + i, with, n) == 0;
}

/* Keys that their issuers have given a form to be found by */
static int
known_key(PiiText *t, int i)
{
	static const struct
	{
		const char *prefix;
		int			least;		/* bytes in all */
	}			known[] = {
		{"AKIA", 20}, {"ASIA", 20}, {"AIza", 35}, {"ya29.", 30}, {"ghp_", 36}, {"gho_", 36}, {"ghu_", 36}, {"ghs_", 36}, {"ghr_", 36},
		{"github_pat_", 40}, {"glpat-", 20}, {"sk-", 23}, {"sk_live_", 24}, {"sk_test_", 24}, {"rk_live_", 24}, {"pk_live_", 24},
		{"xoxb-", 20}, {"xoxp-", 20}, {"xoxa-", 20}, {"xapp-", 20}, {"hf_", 30}, {"npm_", 36}, {"pypi-", 40}, {"dop_v1_", 60}, {"SG.", 40},
		{"eyJ", 40}				/* a JSON Web Token, or the beginning of another object in base64 */
	};
	const char *s = t->s;
	int			len = t->len;
	int			n;

	if (begins(s, len, i, "-----BEGIN "))
	{
		/* a private key in PEM, to its first line's end; the rest of it is one long token after another */
		int			p = i + 11;

		while (p < len && p - i < 80 && (pii_upper(s[p]) || s[p] == ' '))
			p++;
		if (p - i > 15 && memcmp(s + p - 11, "PRIVATE KEY", 11) == 0 && begins(s, len, p, "-----"))
			return p + 5 - i;
		return 0;
	}
	for (int k = 0; k < lengthof(known); k++)
		if (s[i] == known[k].prefix[0] && begins(s, len, i, known[k].prefix))
			return (n = token_length(t, i)) >= known[k].least ? n : 0;
	return 0;
}

/* Shannon's entropy of its bytes, in bits for each */
static double
entropy(const char *s, int n)
{
	int			count[256] = {0};
	double		h = 0;

	for (int i = 0; i < n; i++)
		count[(unsigned char) s[i]]++;
	for (int i = 0; i < 256; i++)
		if (count[i] > 0)
			h -= count[i] * log2((double) count[i] / n);
	return h / n;
}

/* A token of random letters of both cases and digits: no word, no path, no hash that is public anyway */
static int
random_token(PiiText *t, int i)
{
	const char *s = t->s;
	int			n = token_length(t, i),
				upper = 0,
				lower = 0,
				digit = 0,
				punctuation = 0;

	if (n < 32 || n > 512)
		return 0;
	for (int k = i; k < i + n; k++)
	{
		upper += pii_upper(s[k]);
		lower += pii_lower(s[k]);
		digit += pii_digit(s[k]);
		punctuation += !pii_alnum(s[k]);
	}
	return upper >= 4 && lower >= 4 && digit >= 2 && punctuation <= n / 8 && entropy(s + i, n) >= 4.2 ? n : 0;
}

/* The value behind "password:" and its like */
static int
named_secret(const char *s, int len, int i)
{
	static const char *const name[] = {
		"password", "passwd", "passphrase", "secret", "api_key", "api-key", "apikey", "access_key", "secret_key", "private_key",
		"auth_token", "access_token", "client_secret", "bearer"
	};

	if (strchr("pPsSaAcCbB", s[i]) == NULL)
		return 0;				/* what none of them begins with */
	for (int k = 0; k < lengthof(name); k++)
	{
		int			n = strlen(name[k]),
					p,
					from;
		bool		sign = false;

		if ((s[i] | 0x20) != name[k][0] || len - i <= n || pg_strncasecmp(s + i, name[k], n) != 0 || pii_word(s[i + n]))
			continue;
		p = i + n;
		/* a quote that closes the name, a sign, spaces, a quote that opens the value */
		for (from = p; p < len && p - from < 8 && strchr("\"' :=\t", s[p]) && s[p]; p++)
			sign = sign || s[p] == ':' || s[p] == '=';
		if (!sign && k != lengthof(name) - 1)
			return 0;
		from = p;
		while (p < len && p - from < 512 && s[p] > ' ' && (unsigned char) s[p] < 0x7F && s[p] != '"' && s[p] != '\'' && s[p] != ',' && s[p] != ';' && s[p] != '<')
			p++;
		while (p > from && (s[p - 1] == '.' || s[p - 1] == ')' || s[p - 1] == '}' || s[p - 1] == ']'))
			p--;
		/* a value: eight bytes with a digit or sign, not a word of prose, a place to fill in, nor a piece of a program */
		if (p - from < 8 || strchr("{[<$%(", s[from]) != NULL)
			return 0;
		for (int x = from; x < p; x++)
			if (pii_digit(s[x]) || strchr("!@#$%^&*+-=~?/|", s[x]) != NULL)
				return p - i;
		return 0;
	}
	return 0;
}

int
pii_secret(PiiText *t, int i)
{
	char		before = i > 0 ? t->s[i - 1] : ' ';
	int			n = 0;

	if (!pii_alnum(before) && (n = named_secret(t->s, t->len, i)) > 0)
		return n;
	/* a token is looked at where it begins; one with a form of its own also behind a name or a path */
	if (!token_char(before) || before == '=' || before == '/')
		n = known_key(t, i);
	if (n == 0 && pii_alnum(t->s[i]) && !token_char(before))
		n = random_token(t, i);
	return n;
}
