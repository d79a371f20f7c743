/*-------------------------------------------------------------------------
 *
 * unit.c
 *	  What the programs of this directory share.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdarg.h>
#undef printf
#undef vprintf
#include <stdio.h>

int			n_passed = 0;
int			n_failed = 0;
uint64		rnd_state = 42;

uint64
rnd(void)
{
	uint64		z = (rnd_state += UINT64CONST(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64CONST(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64CONST(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

double
rnd_unit(void)
{
	return (rnd() >> 11) * (1.0 / 9007199254740992.0);
}

int
rnd_int(int n)
{
	return (int) (rnd() % (uint64) n);
}

bool
check(bool ok, const char *fmt,...)
{
	va_list		ap;

	if (ok)
	{
		n_passed++;
		return true;
	}
	n_failed++;
	if (n_failed > 60)
		return false;
	printf("FAILED: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	return false;
}

int
summary(const char *name)
{
	printf("%s: %d passed, %d failed\n", name, n_passed, n_failed);
	return n_failed > 0;
}
