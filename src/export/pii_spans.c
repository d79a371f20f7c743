/*-------------------------------------------------------------------------
 *
 * pii_spans.c
 *	  SQL function: places in a text that look like data of a person or a
 *	  secret, for somebody to look at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "export/pii.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(people_pii_spans);
Datum
people_pii_spans(PG_FUNCTION_ARGS)
{
	static const char *const name[] = {NULL, "email", "phone", "card", "iban", "ip", "secret"};
	SrfRow		row;
	text	   *t = PG_GETARG_TEXT_PP(0);
	PiiText		p = {VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), 0};
	int64		chars = 0;		/* before byte i */
	int			i = 0;
	int			steps = 0;

	srf_begin(fcinfo, &row);
	while (i < p.len)
	{
		int			end;
		PiiKind		kind;

		steps++;
		HD_CHECK_EVERY(steps);
		kind = pii_at(&p, i, &end);
		if (kind != PII_NONE)
		{
			int			n = pg_mbstrlen_with_len(p.s + i, end - i);

			srf_cstring(&row, name[kind]);
			srf_int64(&row, chars + 1);
			srf_int64(&row, n);
			srf_end_row(&row);
			chars += n;
			i = end;
		}
		else
		{
			i += pg_mblen(p.s + i);
			chars++;
		}
	}
	return (Datum) 0;
}
