/*-------------------------------------------------------------------------
 *
 * stubs.h
 *	  Just enough of the backend to run numerical kernels in a plain program.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_UNIT_STUBS_H
#define HD_UNIT_STUBS_H

#include <setjmp.h>
#include <stdbool.h>

/* Frees all that was palloc'd since the last call */
extern void stub_reset(void);

/*
 * ereport(ERROR) jumps to stub_jump where stub_expecting is set, with the code
 * in stub_sqlstate; else it prints the message and aborts.
 */
extern jmp_buf stub_jump;
extern bool stub_expecting;
extern int	stub_sqlstate;

/* the primary message of the last error */
extern const char *stub_message(void);

#endif							/* HD_UNIT_STUBS_H */
