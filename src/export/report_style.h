/*-------------------------------------------------------------------------
 *
 * report_style.h
 *	  The style sheet of the page: no backslash and no line break in it.
 *
 * Blue and orange differ for every kind of colour vision, and in lightness
 * as well; what they say is said by shapes and numbers too.  Every text has
 * a contrast of 4.5 or more against what it stands on, every mark of 3
 * (checked by test/report_axe.sh and test/tap/205_report.pl).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_EXPORT_REPORT_STYLE_H
#define HD_EXPORT_REPORT_STYLE_H

#define LIGHT_COLOURS \
	"--bg:#ffffff;--fg:#1a2028;--muted:#56606c;--rule:#d5dbe2;--grid:#e6eaef;--tile:#f4f6f9;" \
	"--link:#0b57a4;--mark:#0f62b4;--bar:#5f98d0;--whisker:#0a2440;--other:#b04a00;--ref:#56606c;" \
	"--p0:#e9f1f9;--p1:#c6dcf1;--p2:#8fbce4;--p3:#3f86c6;--p4:#0d4f94;--n0:#f6c99a;--n1:#b5500a;" \
	"--tp0:#1a2028;--tp1:#1a2028;--tp2:#10161d;--tp3:#000000;--tp4:#ffffff;--tn0:#10161d;--tn1:#ffffff;"

#define DARK_COLOURS \
	"--bg:#10151b;--fg:#e8edf3;--muted:#a3afbc;--rule:#34404c;--grid:#232c36;--tile:#1a222b;" \
	"--link:#84bdf7;--mark:#6fb3f5;--bar:#2f6aa3;--whisker:#d7e8f9;--other:#f5a35c;--ref:#a3afbc;" \
	"--p0:#1d2a37;--p1:#23466a;--p2:#2f6aa3;--p3:#6aa9e2;--p4:#b9dcfb;--n0:#7a4310;--n1:#f2a258;" \
	"--tp0:#e8edf3;--tp1:#ffffff;--tp2:#ffffff;--tp3:#000000;--tp4:#000000;--tn0:#ffffff;--tn1:#000000;"

static const char report_style[] =
"<style>"
":root{color-scheme:light dark;" LIGHT_COLOURS "}"
"@media screen and (prefers-color-scheme:dark){:root{" DARK_COLOURS "}}"
"*{box-sizing:border-box}"
"html{-webkit-text-size-adjust:100%;text-size-adjust:100%}"
"body{margin:0;background:var(--bg);color:var(--fg);"
"font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;overflow-wrap:anywhere}"
"a{color:var(--link)}"
"a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--link);outline-offset:2px}"
".skip{position:absolute;left:-999em}.skip:focus{left:1rem;top:.5rem;background:var(--bg)}"
".page{max-width:1120px;margin:0 auto;padding:0 20px 64px}"
"header{padding:32px 0 4px}"
"h1{font-size:1.75rem;line-height:1.2;margin:0;font-weight:650;letter-spacing:-.01em}"
"h2{font-size:1.2rem;line-height:1.3;margin:0 0 6px;font-weight:650}"
"h2 .no{color:var(--muted);font-weight:400;margin-inline-end:.4em;font-variant-numeric:tabular-nums}"
"p{margin:0 0 12px;max-width:44rem}"
"section{padding:26px 0 6px;border-top:1px solid var(--rule);margin-top:22px}"
"section.plain{border-top:0;padding-top:0;margin-top:12px}"
".reading,.note{color:var(--muted);font-size:.94rem}"
".note{border-inline-start:3px solid var(--rule);padding-inline-start:12px;margin-top:10px}"
".empty{background:var(--tile);border-radius:6px;padding:14px 16px}"
"nav{font-size:.92rem;margin-top:18px}"
"nav ol{list-style:none;margin:6px 0 0;padding:0}"
"nav li{margin:0 0 5px;line-height:1.35;break-inside:avoid}"
"nav a{text-decoration:none;display:flex;gap:.6em}nav a:hover{text-decoration:underline}"
"nav .no{color:var(--muted);min-width:1.4em;text-align:end;font-variant-numeric:tabular-nums}"
"nav strong{font-size:.8rem;color:var(--muted);font-weight:600}"
"figure{margin:14px 0 10px}"
"svg{display:block;max-width:100%;height:auto;font-family:inherit;overflow:visible}"
"svg.wide{display:none}"
"svg text{fill:var(--fg);font-size:13px;unicode-bidi:plaintext}"
"svg .e{text-anchor:end}svg .m{text-anchor:middle}"
"svg .g{font-weight:650}"
"svg .v,svg .s,svg .c{font-size:12px;font-variant-numeric:tabular-nums}svg .s{fill:var(--muted)}"
"svg .x{font-size:9px}svg .f{font-size:10.5px}"
".grid{stroke:var(--grid)}.track{stroke:var(--grid);stroke-dasharray:1 3}"
".ref{stroke:var(--ref);stroke-width:1.5;stroke-dasharray:5 3}"
".ci{stroke:var(--mark);stroke-width:2.25}.ci.w{stroke:var(--whisker);stroke-width:1.75}"
".thread{stroke:var(--bar);stroke-width:1.25}"
".dot{fill:var(--mark);stroke:var(--bg);stroke-width:1}.dot.h{fill:var(--bg);stroke:var(--mark);stroke-width:1.75}"
".bar{fill:var(--bar)}.o{fill:var(--bg);stroke:var(--other);stroke-width:2}.none{fill:var(--rule)}"
".p0{fill:var(--p0);stroke:var(--rule)}.p1{fill:var(--p1)}.p2{fill:var(--p2)}.p3{fill:var(--p3)}.p4{fill:var(--p4)}"
".n0{fill:var(--n0)}.n1{fill:var(--n1)}"
"svg .tp0{fill:var(--tp0)}svg .tp1{fill:var(--tp1)}svg .tp2{fill:var(--tp2)}svg .tp3{fill:var(--tp3)}"
"svg .tp4{fill:var(--tp4)}svg .tn0{fill:var(--tn0)}svg .tn1{fill:var(--tn1)}"
".tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:10px;margin:14px 0}"
".tiles>div{background:var(--tile);border-radius:6px;padding:12px 14px}"
".tiles dt{font-size:.85rem;color:var(--muted);line-height:1.3}"
".tiles dd{margin:2px 0 0;font-size:1.45rem;font-weight:600;line-height:1.2;font-variant-numeric:tabular-nums}"
".tiles dd.also{font-size:.82rem;font-weight:400;color:var(--muted);line-height:1.35;margin-top:4px}"
"details{margin:6px 0 12px;font-size:.92rem}"
"summary{cursor:pointer;color:var(--link);padding:3px 0;width:fit-content}"
".scroll{overflow:auto;max-height:30rem;margin:8px 0 12px;border:1px solid var(--rule);border-radius:6px}"
"table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.4;overflow-wrap:normal}"
"th,td{padding:6px 12px;text-align:start;vertical-align:top;border-bottom:1px solid var(--grid);font-weight:400;max-width:26rem}"
"th[scope=row],td.t{min-width:4rem;overflow-wrap:break-word}th.long{min-width:15rem}th.some{min-width:8.5rem}"
"thead th{position:sticky;top:0;background:var(--tile);color:var(--muted);font-weight:600;vertical-align:bottom;"
"border-bottom:1px solid var(--rule)}"
"tbody th:first-child{position:sticky;inset-inline-start:0;background:var(--bg)}"
"tbody tr:last-child>*{border-bottom:0}"
".num{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}thead .num{white-space:normal}"
"footer{margin-top:36px;padding-top:14px;border-top:1px solid var(--rule);font-size:.85rem;color:var(--muted)}"
"@media(min-width:768px){.page{padding:0 24px 80px}svg.wide{display:block}svg.narrow{display:none}h1{font-size:2.1rem}"
"nav ol{columns:2;column-gap:2rem}}"
"@media(min-width:1120px){.page{display:grid;grid-template-columns:15rem minmax(0,720px);column-gap:4rem;max-width:1100px;"
"grid-template-rows:auto 1fr}header,main,footer{grid-column:2}nav{grid-column:1;grid-row:1/span 3;padding-top:34px;margin:0}"
"nav>div{position:sticky;top:24px;max-height:calc(100vh - 48px);overflow:auto}nav ol{columns:1}}"
"@media print{:root{color-scheme:light}body{font-size:10.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}"
"@page{margin:16mm 14mm}nav,.skip{display:none}.page{display:block;max-width:none;padding:0}"
"svg.wide{display:block;width:86%}svg.narrow{display:none}section{padding-top:14px;margin-top:14px}.scroll{max-height:none;overflow:visible;border:0}"
"h2,.reading{break-after:avoid}p,figure,.tiles>div,tr{break-inside:avoid}thead th{position:static}"
"details:not([open]){display:none}a{color:inherit;text-decoration:none}}"
"</style>";

#endif							/* HD_EXPORT_REPORT_STYLE_H */
