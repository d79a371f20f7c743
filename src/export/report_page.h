/*-------------------------------------------------------------------------
 *
 * report_page.h
 *	  The page of a report, from its sections.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_EXPORT_REPORT_PAGE_H
#define HD_EXPORT_REPORT_PAGE_H

#include "export/html.h"
#include "export/report_section.h"

extern void report_page(Html *h, const char *title, const ReportSection *section, int n);

/* the chart of a section, and its table */
extern void report_chart(Html *h, const ReportSection *s, int nth);
extern void report_table(Html *h, const ReportSection *s, int nth);

#endif							/* HD_EXPORT_REPORT_PAGE_H */
