-- Views for Grafana, Metabase and dbt: what hdata measures, as ordinary columns.
--
-- Run it with psql in your database, as a role that may read your tables:
--
--     psql -d yours -f docs/hdata_views.sql
--
-- Only part 1 knows your tables.  As it stands it reads the demo project (make demo); put your own queries there, one SELECT a
-- question, and leave the rest as it is.  In dbt, each SELECT below is a model: part 1 incremental, the rest views.
--
-- Part 1 holds states, a row a question and day: they merge without loss (rollup), so that a dashboard need not read every rating
-- again.  REFRESH MATERIALIZED VIEW renews them; a table with INSERT ... ON CONFLICT for the days that changed scales further
-- (docs/agreement.md, "Storing and merging: rollup").  They hold rater ids: grant hdata_views to those who may see them.

BEGIN;
CREATE SCHEMA hdata_views;

-- ---- 1. your tables ----

CREATE MATERIALIZED VIEW hdata_views.ratings_daily AS
SELECT 'correct' AS project, 'ordinal' AS level, at::date AS day,
       hdata.ratings_first_agg(response_id, rater, correct, at, prompt_id) AS r
  FROM demo.labels JOIN demo.responses USING (response_id) WHERE round <> 'tie-break' AND correct IS NOT NULL
 GROUP BY at::date
UNION ALL
SELECT 'tone', 'ordinal', at::date, hdata.ratings_first_agg(response_id, rater, tone, at, prompt_id)
  FROM demo.labels JOIN demo.responses USING (response_id) WHERE tone IS NOT NULL
 GROUP BY at::date
UNION ALL
SELECT 'safety', 'nominal', at::date, hdata.ratings_first_agg(response_id, rater, safety, at, prompt_id)
  FROM demo.labels JOIN demo.responses USING (response_id) WHERE safety IS NOT NULL
 GROUP BY at::date;
CREATE UNIQUE INDEX ON hdata_views.ratings_daily (project, day);

CREATE MATERIALIZED VIEW hdata_views.votes_daily AS
SELECT 'models' AS project, p.at::date AS day,
       hdata.comparisons_agg(a.model, b.model, CASE p.winner WHEN 'first' THEN 1 WHEN 'second' THEN 0 ELSE 0.5 END, p.rater, p.prompt_id) AS c
  FROM demo.preferences AS p JOIN demo.responses AS a ON a.response_id = shown_first
       JOIN demo.responses AS b ON b.response_id = shown_second
 WHERE a.model <> b.model
 GROUP BY p.at::date;
CREATE UNIQUE INDEX ON hdata_views.votes_daily (project, day);

-- ---- 2. agreement ----

CREATE VIEW hdata_views.states AS
SELECT project, level, hdata.rollup(r) AS r FROM hdata_views.ratings_daily GROUP BY project, level;
COMMENT ON VIEW hdata_views.states IS 'all ratings of each project, as one state';

CREATE VIEW hdata_views.agreement AS
SELECT s.project, a.coefficient, a.value, a.ci_low, a.ci_high, a.n_items, a.n_raters, a.n_ratings, a.level, a.note
  FROM hdata_views.states AS s, hdata.agreement(s.r, s.level) AS a;
COMMENT ON VIEW hdata_views.agreement IS 'every coefficient of agreement of each project, with its interval';

CREATE VIEW hdata_views.agreement_weekly AS
SELECT w.week AS "time", w.project, a.coefficient, a.value, a.ci_low, a.ci_high, a.n_items, a.n_raters, a.n_ratings, a.note
  FROM (SELECT date_trunc('week', day::timestamptz) AS week, project, level, hdata.rollup(r) AS r
          FROM hdata_views.ratings_daily GROUP BY 1, 2, 3) AS w,
       hdata.agreement(w.r, w.level) AS a;
COMMENT ON VIEW hdata_views.agreement_weekly IS 'agreement on what was rated in each week, with its interval';

CREATE VIEW hdata_views.raters AS
SELECT s.project, a.rater, a.n, a.value, a.ci_low, a.ci_high, a.expected, a.excess, a.excess_low, a.excess_high, a.shrunk,
       a.rank_low, a.rank_high, a.evidence
  FROM hdata_views.states AS s, hdata.rater_agreement(s.r, s.level) AS a;
COMMENT ON VIEW hdata_views.raters IS 'each rater against the others on the same items, with intervals and ranges of ranks';

CREATE VIEW hdata_views.rater_pairs AS
SELECT s.project, p.* FROM hdata_views.states AS s, hdata.rater_pairs(s.r, s.level) AS p;
COMMENT ON VIEW hdata_views.rater_pairs IS 'each pair of raters, with kappa and its interval';

CREATE VIEW hdata_views.labels AS
SELECT s.project, l.label, l.n_ratings, l.n_items, l.share, l.specific_agreement, l.ci_low, l.ci_high
  FROM hdata_views.states AS s, hdata.category_agreement(s.r) AS l;
COMMENT ON VIEW hdata_views.labels IS 'how often each answer is given, and how often another rater then gives it too, with the interval of the latter';

CREATE VIEW hdata_views.disagreements AS
SELECT s.project, c.label_a, c.label_b, c.n, c.expected, c.n / nullif(c.expected, 0) AS times_chance
  FROM hdata_views.states AS s, hdata.coincidences(s.r) AS c WHERE c.label_a < c.label_b;
COMMENT ON VIEW hdata_views.disagreements IS 'pairs of different answers to one item, against what chance would give';

CREATE VIEW hdata_views.items AS
SELECT s.project, i.item, i.n_ratings, i.agreement, i.n_labels, i.majority, i.majority_share, i.entropy
  FROM hdata_views.states AS s, hdata.item_agreement(s.r, s.level) AS i;
COMMENT ON VIEW hdata_views.items IS 'each item: agreement on it, majority and entropy; the lowest agreement first is the list to adjudicate';

-- ---- 3. preference ----

CREATE VIEW hdata_views.preference AS
SELECT v.project, b.item, b.rating, b.ci_low, b.ci_high, b.rank_low, b.rank_high, b.n, b.wins, b.losses, b.ties, b.status
  FROM (SELECT project, hdata.rollup(c) AS c FROM hdata_views.votes_daily GROUP BY project) AS v,
       hdata.bradley_terry(v.c, scale => 'elo', ci => 'two_way') AS b;
COMMENT ON VIEW hdata_views.preference IS 'Bradley-Terry ratings on the scale of Elo, with intervals and ranges of ranks';

-- ---- 4. the report ----

CREATE VIEW hdata_views.report AS
SELECT hdata.report('Quality report',
           VARIADIC ARRAY[
               hdata.report_agreement(array_agg(s.project ORDER BY s.project), array_agg(s.r ORDER BY s.project), array_agg(s.level ORDER BY s.project)),
               hdata.report_labels(array_agg(s.project ORDER BY s.project), array_agg(s.r ORDER BY s.project))]
           || array_agg(hdata.report_raters(s.r, s.level, title => format('How does each rater agree with the others on "%s"?', s.project)) ORDER BY s.project)
           || array_agg(hdata.report_items(s.r, s.level, title => format('Which items of "%s" need a decision?', s.project)) ORDER BY s.project)) AS page
  FROM hdata_views.states AS s;
COMMENT ON VIEW hdata_views.report IS 'one row: the report as an HTML page';

COMMIT;
