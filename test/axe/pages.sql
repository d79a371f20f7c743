-- A report of what reports stumble over, for test/axe and test/tap: labels of many scripts, markup and controls, one rater, 200
-- raters, and every section with nothing in it.
WITH names AS (
    SELECT ARRAY['สมชาย ใจดี', 'مُحَمَّد الفاتح (لجنة 3)', '<script>alert(1)</script>', '👩‍👩‍👧‍👦 family 🇹🇭🇩🇪', '田中さん／東京都特許許可局',
                 'a' || chr(1) || 'b' || chr(27) || '[31m', 'x" onload="alert(2)', E'tab\tand\nnewline', 'C:\path\to', '&amp; &lt;',
                 'RLO' || chr(8238) || 'evil' || chr(8297), 'Wolfeschlegelsteinhausenbergerdorff the elder of somewhere', ''''] AS a
),
r AS (
    SELECT hdata.ratings_agg('item ' || i || ' <b>', a[1 + (i * 7 + k * 3) % 13], CASE WHEN (i * i + k * 5) % 7 < 4 THEN 'ja </style><h1>' ELSE 'นั่นไม่ใช่' END) AS r
      FROM names, generate_series(1, 60) AS i, generate_series(1, 4) AS k
),
many AS (
    SELECT hdata.ratings_agg(i, 'rater ' || lpad(((i * 17 + k * 31) % 200)::text, 3, '0'), (i + k * k) % 3) AS r
      FROM generate_series(1, 900) AS i, generate_series(1, 4) AS k
),
one AS (SELECT hdata.ratings_agg(i::text, 'alone'::text, (i % 2)::text) AS r FROM generate_series(1, 5) AS i),
judged AS (
    SELECT hdata.confusion_agg(a, b) AS c
      FROM (VALUES ('cat', 'cat'), ('cat', 'dog'), ('dog', 'dog'), ('قط', 'cat'), ('a long name of a label', 'dog'), ('dog', 'a long name of a label')) AS v (a, b)
)
SELECT hdata.report('Report <script>alert(0)</script> تقرير รายงาน',
    hdata.report_text(NULL, E'Introduction & <b>markup</b>\nsecond line\n\nsecond paragraph'),
    hdata.report_figures('Figures', '{<b>,سعر,long name of a figure that goes on and on}', '{12,NULL,a value in words of some length}', '{NULL,note,NULL}'),
    hdata.report_agreement(ARRAY['<script>', 'مشروع', '200 raters', 'one rater', 'no ratings'], ARRAY[(SELECT r FROM r), (SELECT r FROM r), (SELECT r FROM many), (SELECT r FROM one), NULL]),
    (SELECT hdata.report_trend(ARRAY['<b>', '<b>', 'مشروع طويل الاسم جدا ولا مكان له', '<b>', 'one'], ARRAY['2026-01-01', '2026-01-08', '2026-02-01', '2026-03-01', NULL]::date[], ARRAY[r.r, one.r, r.r, r.r, r.r]) FROM r, one),
    hdata.report_trend(NULL, NULL, NULL),
    (SELECT hdata.report_raters(r) FROM r), (SELECT hdata.report_rater_pairs(r) FROM r),
    (SELECT hdata.report_labels(ARRAY['<q>', 'عربي'], ARRAY[r, r]) FROM r), (SELECT hdata.report_disagreement(r) FROM r), (SELECT hdata.report_items(r) FROM r),
    (SELECT hdata.report_raters(r, title => '200 raters') FROM many), (SELECT hdata.report_rater_pairs(r, title => 'Pairs of 200 raters') FROM many),
    (SELECT hdata.report_raters(r, title => 'One rater') FROM one), (SELECT hdata.report_rater_pairs(r, title => 'Pairs of one rater') FROM one),
    (SELECT hdata.report_disagreement(r, 'Mix-ups of one rater') FROM one), (SELECT hdata.report_items(r, title => 'Items of one rater') FROM one),
    (SELECT hdata.report_labels(ARRAY['one'], ARRAY[r], title => 'Labels of one rater') FROM one),
    hdata.report_agreement(NULL, NULL), hdata.report_raters(NULL), hdata.report_rater_pairs(NULL), hdata.report_labels(NULL, NULL), hdata.report_disagreement(NULL),
    hdata.report_items(NULL), hdata.report_confusion(NULL), hdata.report_axes(NULL), hdata.report_criteria(NULL), hdata.report_discrimination(NULL), hdata.report_preference(NULL),
    hdata.report_funnel_counts(NULL, NULL), hdata.report_durations(NULL, NULL, NULL, NULL), hdata.report_duplicates(NULL), hdata.report_workload(NULL, NULL), hdata.report_pay(NULL, NULL, NULL),
    hdata.report_estimates('No estimates', NULL, NULL, NULL, NULL), hdata.report_counts('No counts', NULL, NULL), hdata.report_rates('No rates', NULL, NULL, NULL),
    hdata.report_figures('No figures', NULL, NULL),
    (SELECT hdata.report_confusion(c) FROM judged),
    hdata.report_estimates('Estimates', ARRAY['no interval', 'unknown', 'beyond', 'negative', NULL], ARRAY[0.5, NULL, 0.9, -0.2, 0.1], ARRAY[NULL, NULL, -3, -0.4, 0]::float8[],
        ARRAY[NULL, NULL, 5, 0.1, 0.2]::float8[], min => -1, max => 1, ns => ARRAY[1, 0, 12345, 3, 4], groups => ARRAY['<g>', '<g>', 'ق', 'ق', NULL],
        others => ARRAY[0.1, 0.2, NULL, 0, 0], reference => 0, reference_title => 'what the مشروع promised <b>in a long sentence that has no room at all on a telephone</b>'),
    hdata.report_counts('Counts', ARRAY['one', 'two'], ARRAY[0, 1234567], reference => 600000, reference_title => 'what was planned'),
    hdata.report_rates('Rates', ARRAY['a', 'b', 'c'], ARRAY[0, 3, 0], ARRAY[10, 3, 0]),
    hdata.report_durations('{seconds,weeks}', '{2,2000000}', '{1,1000000}', '{4,4000000}'),
    hdata.report_estimates('One point', ARRAY['x'], ARRAY[3.0], ARRAY[3.0], ARRAY[3.0]),
    hdata.report_estimates('Huge', ARRAY['x', 'y'], ARRAY[1e300, -1e300], ARRAY[0, -1e301], ARRAY[1e301, 0]),
    hdata.report_estimates('Tiny', ARRAY['x', 'y'], ARRAY[1e-300, 2e-300], ARRAY[0, 0], ARRAY[1e-299, 2e-299])
) AS page
