/*-------------------------------------------------------------------------
 *
 * stubs.c
 *	  Just enough of the backend to run numerical kernels in a plain program:
 *	  palloc is malloc with a list, ereport(ERROR) a longjmp, interrupts never
 *	  come.
 *
 *-------------------------------------------------------------------------
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libc's own, before postgres.h renames them */
static void
libc_qsort(void *base, size_t n, size_t size, int (*cmp) (const void *, const void *))
{
	qsort(base, n, size, cmp);
}

static int
libc_vsnprintf(char *out, size_t n, const char *fmt, va_list ap)
{
	return vsnprintf(out, n, fmt, ap);
}

static __attribute__((noreturn)) void
libc_die(const char *text)
{
	fprintf(stderr, "%s\n", text);
	abort();
}

#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "stubs.h"

typedef struct Chunk
{
	struct Chunk *prev;
	struct Chunk *next;
} Chunk;

jmp_buf		stub_jump;
bool		stub_expecting = false;
int			stub_sqlstate = 0;
volatile sig_atomic_t InterruptPending = false;
MemoryContext CurrentMemoryContext = NULL;

static Chunk chunks = {&chunks, &chunks};
static char message[1024];

const char *
stub_message(void)
{
	return message;
}

static void *
grab(size_t n, bool zero)
{
	Chunk	   *c = malloc(sizeof(Chunk) + n);

	if (c == NULL)
		libc_die("out of memory");
	memset(c + 1, zero ? 0 : 0x7F, n);
	c->prev = &chunks;
	c->next = chunks.next;
	c->next->prev = c;
	chunks.next = c;
	return c + 1;
}

void
pfree(void *p)
{
	Chunk	   *c = (Chunk *) p - 1;

	c->prev->next = c->next;
	c->next->prev = c->prev;
	free(c);
}

void *
repalloc_huge(void *p, Size n)
{
	Chunk	   *c = (Chunk *) p - 1;

	c->prev->next = c->next;
	c->next->prev = c->prev;
	c = realloc(c, sizeof(Chunk) + n);
	if (c == NULL)
		libc_die("out of memory");
	c->prev = &chunks;
	c->next = chunks.next;
	c->next->prev = c;
	chunks.next = c;
	return c + 1;
}

void
stub_reset(void)
{
	while (chunks.next != &chunks)
		pfree(chunks.next + 1);
}

void *
palloc(Size n)
{
	if (!AllocSizeIsValid(n))
		libc_die("invalid memory alloc request size");
	return grab(n, false);
}

void *
palloc0(Size n)
{
	return memset(palloc(n), 0, n);
}

void *
palloc_extended(Size n, int flags)
{
	return grab(n, (flags & MCXT_ALLOC_ZERO) != 0);
}

/* There are no contexts here */
void *
MemoryContextAlloc(MemoryContext cx, Size n)
{
	return palloc(n);
}

Size
mul_size(Size a, Size b)
{
	Size		c;

	if (__builtin_mul_overflow(a, b, &c))
		libc_die("requested size overflows size_t");
	return c;
}

Size
add_size(Size a, Size b)
{
	return a + b;
}

char *
psprintf(const char *fmt,...)
{
	char		text[512];
	va_list		ap;
	int			n;

	va_start(ap, fmt);
	n = libc_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return memcpy(palloc(n + 1), text, n + 1);
}

void
pg_qsort(void *base, size_t n, size_t size, int (*cmp) (const void *, const void *))
{
	libc_qsort(base, n, size, cmp);
}

void
ProcessInterrupts(void)
{
}

bool
errstart(int elevel, const char *domain)
{
	return true;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return true;
}

int
errcode(int code)
{
	stub_sqlstate = code;
	return 0;
}

int
errmsg(const char *fmt,...)
{
	va_list		ap;

	va_start(ap, fmt);
	libc_vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return 0;
}

int
errdetail(const char *fmt,...)
{
	return 0;
}

int
errdetail_internal(const char *fmt,...)
{
	return 0;
}

int
errhint(const char *fmt,...)
{
	return 0;
}

void
errfinish(const char *file, int line, const char *func)
{
	if (stub_expecting)
		longjmp(stub_jump, 1);
	libc_die(message);
}

void
#if PG_VERSION_NUM >= 160000
ExceptionalCondition(const char *condition, const char *file, int line)
#else
ExceptionalCondition(const char *condition, const char *type, const char *file, int line)
#endif
{
	libc_die(condition);
}
