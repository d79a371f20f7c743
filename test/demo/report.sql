-- The quality report of the demo; demo.sh sets the variables and runs it with psql.
--   states   a query with the columns pos, question, level, r (hdata.ratings), a row a question
--            and only ratings that were not asked for because of others: for agreement
--   standing the same with each rater's newest answer and with all ratings: what holds today
--   project  true for the invented project, false for a folder of somebody's ratings
--   slots    true where rater ids are mere positions, so that nothing can be said about persons
-- Every query here runs as a role that may read the tables and do nothing else.
SET SESSION AUTHORIZATION analyst;

\pset pager off
\pset linestyle unicode
\pset border 1
\pset footer off
\pset null ''
\encoding UTF8

-- Columns that repeat below.  An interval of a share, of what may be negative, of a difference; a picture
-- of an interval on the scale from 0 to 1; the answers to an item i, by rater or counted.
\set interval '(to_char(round(ci_low::numeric, 2), ''FM0.00'') || '' to '' || to_char(round(ci_high::numeric, 2), ''FM0.00''))'
\set signed '(lpad(to_char(round(ci_low::numeric, 2), ''FM0.00''), 5) || '' to '' || lpad(to_char(round(ci_high::numeric, 2), ''FM0.00''), 5))'
\set excess_interval '(to_char(round(excess_low::numeric, 2), ''SG0.00'') || '' to '' || to_char(round(excess_high::numeric, 2), ''SG0.00''))'
\set picture '(SELECT string_agg(CASE WHEN i = round(16 * value) THEN ''●'' WHEN i BETWEEN round(16 * ci_low) AND round(16 * ci_high) THEN ''━'' ELSE ''·'' END, '''' ORDER BY i) FROM generate_series(0, 16) AS i)'
\set answers '(SELECT CASE WHEN count(*) <= 4 AND sum(length(o.rater || o.value) + 4) <= 48 THEN string_agg(o.rater || '': '' || o.value, ''  '' ORDER BY o.rater) ELSE (SELECT string_agg(value || '' ('' || n || '')'', ''  '' ORDER BY n DESC, value) FROM (SELECT value, count(*) AS n FROM hdata.observations(s.r) WHERE item = i.item GROUP BY value) AS c) END FROM hdata.observations(s.r) AS o WHERE o.item = i.item)'

\qecho
\qecho '══════════════════════════════════════════════════════════════════════════════════════════════════'
\qecho '  QUALITY REPORT   ' :title
\qecho '══════════════════════════════════════════════════════════════════════════════════════════════════'

\if :project
SELECT (SELECT count(*) FROM demo.prompts) AS prompts, (SELECT count(*) FROM demo.responses) AS responses,
       (SELECT count(*) FROM demo.corrections) AS corrections, (SELECT count(*) FROM demo.labels) AS labels,
       (SELECT count(*) FROM demo.preferences) AS preferences, (SELECT count(*) FROM demo.grades) AS grades,
       (SELECT count(*) FROM demo.reviews) AS reviews, (SELECT count(DISTINCT rater) FROM demo.labels) AS raters;
\qecho 'Experts judged the answers of three models to questions on medicine, law, code and maths:'
\qecho '"correct" and "tone" on ordered scales, "safety" by category, "helpfulness" from 1 to 5.'
SELECT format('%s forms were sent again with another answer; agreement below rests on what each rater said first.',
              count(*)) AS line
  FROM (SELECT FROM demo.labels GROUP BY response_id, rater HAVING count(*) > 1) AS again \gset
\qecho :line
\else
SELECT left(:'about', 108) AS line, :'about' <> '' AS described \gset
\if :described
\qecho :line
\qecho
\endif
SELECT format('%s rows: %s items, %s %s.', count(*), count(DISTINCT :item), count(DISTINCT :rater),
              CASE WHEN :'slots'::bool THEN 'positions of raters' ELSE 'raters' END) AS line
  FROM demo.ratings \gset
\qecho :line
SELECT format('%s rows repeat an item for the same rater, in %s cases. There are no time stamps: what comes first in',
              :'repeats', :'repeated') AS line, :repeats > 0 AS repeated, :'skipped' <> '' AS skipping \gset
\if :repeated
\qecho :line
\qecho 'the file is taken for the first, independent answer, and the later rows are left out.'
\endif
\if :skipping
\qecho 'Columns not taken for questions:' :skipped
\endif
WITH s AS (:states)
SELECT string_agg(question || ' = ' || level, ', ' ORDER BY pos) AS line FROM s \gset
\qecho 'Measured as:' :line
\qecho '(whole numbers with more than two values count as ordinal, sets of labels by their overlap)'
\endif

\qecho
\qecho '1. DO RATERS AGREE?'
\qecho '   Same answer: share of equal answers. AC and alpha take out what chance would give: 1 is perfect, 0 chance;'
\qecho '   on ordered scales a near miss counts in part. Shared items have two or more ratings and carry the figures.'
\if :project
\qecho '   Answers to one prompt are not independent of each other: the intervals treat them as one cluster.'
\endif
WITH s AS (:states),
a AS (
    SELECT s.pos, s.question, a.*,
           array_position('{percent_agreement,gwet_ac,krippendorff_alpha}', a.coefficient) AS nth,
           (SELECT count(*) FROM hdata.item_agreement(s.r, s.level) WHERE n_ratings > 1) AS n_shared
      FROM s, hdata.agreement(s.r, s.level) AS a
)
SELECT CASE nth WHEN 1 THEN question ELSE '' END AS question,
       CASE nth WHEN 1 THEN 'same answer'
                WHEN 2 THEN 'Gwet AC' || CASE level WHEN 'nominal' THEN '1' ELSE '2' END
                ELSE 'alpha, ' || level END AS measure,
       round(value::numeric, 2) AS value, :interval AS "95 % interval", :picture AS "0      .5       1",
       CASE nth WHEN 1 THEN n_items END AS items, CASE nth WHEN 1 THEN n_shared END AS shared,
       CASE nth WHEN 1 THEN n_raters END AS raters, CASE nth WHEN 1 THEN n_ratings END AS ratings
  FROM a WHERE nth IS NOT NULL ORDER BY pos, nth;

\pset tuples_only on
\pset format unaligned
WITH s AS (:states)
SELECT string_agg(line, E'\n' ORDER BY line) || E'\n'
  FROM (SELECT '   Note on ' || string_agg(DISTINCT s.question, ', ') || ': ' || a.note AS line
          FROM s, hdata.agreement(s.r, s.level) AS a
         WHERE a.note IS NOT NULL AND a.coefficient IN ('percent_agreement', 'gwet_ac', 'krippendorff_alpha')
         GROUP BY a.note) AS n
HAVING count(*) > 0;
\pset format aligned
\pset tuples_only off

\if :slots
\else
\qecho 'These intervals hold for these very raters. If they stand for others who might have been asked instead'
\qecho '(raters => ''random''), alpha is known less well; few raters, or one unlike the rest, widen it most:'
WITH s AS (:states)
SELECT s.question, round(f.value::numeric, 2) AS alpha, f.these AS "95 %, these raters",
       :interval AS "95 %, raters like these"
  FROM s, hdata.agreement(s.r, s.level, raters => 'random') AS o,
       LATERAL (SELECT value, :interval AS these FROM hdata.agreement(s.r, s.level) WHERE coefficient = o.coefficient) AS f
 WHERE o.coefficient = 'krippendorff_alpha'
 ORDER BY s.pos;
\endif

\if :slots
\qecho '2. AND 3. RATERS AND PAIRS OF RATERS'
\qecho '   Not shown: rater ids here are positions within an item, not persons.'
\qecho
\else
\qecho '2. THE RATERS'
-- "expected" needs two others on an item, so that the comparison is made on those items alone
WITH s AS (:states),
i AS (SELECT s.question, s.r, i.* FROM s, hdata.item_agreement(s.r, s.level) AS i WHERE s.pos = 1)
SELECT format('   %s raters on "%s", the strongest evidence of a low value first.',
              CASE WHEN min(hdata.n_raters(r)) > 12 THEN '12 of ' ELSE 'All ' END || min(hdata.n_raters(r)),
              min(question)) AS line,
       count(*) FILTER (WHERE n_ratings >= 3) > 0 AS comparable
  FROM i \gset
\qecho :line
\qecho '   agrees: with the others on the same items; on an ordered scale a near miss counts in part.'
\if :comparable
\qecho '   others: how the others agree among themselves there, without this rater. Judge by the interval of the'
\qecho '   difference: where it holds 0, nothing is shown about the person. Counted are items with two or more others.'
\if :project
\qecho '   Here that is the calibration round, which went to everybody.'
\endif
WITH s AS (:states),
g AS (
    SELECT g.*
      FROM s, hdata.rater_agreement(hdata.only_items(s.r, ARRAY(SELECT item FROM hdata.item_agreement(s.r, s.level)
                                                                 WHERE n_ratings >= 3)), s.level) AS g
     WHERE s.pos = 1
)
SELECT rater, n AS items, round(value::numeric, 2) AS agrees, :interval AS "95 % interval",
       round(expected::numeric, 2) AS others, round(excess::numeric, 2) AS difference, :excess_interval AS "95 % interval",
       rank_low || ' to ' || rank_high AS rank
  FROM g ORDER BY excess_high, rater LIMIT 12;
\else
WITH s AS (:states)
SELECT rater, n AS items, round(value::numeric, 2) AS agrees, :interval AS "95 % interval",
       rank_low || ' to ' || rank_high AS rank
  FROM s, hdata.rater_agreement(s.r, s.level) WHERE s.pos = 1 ORDER BY ci_high, rater LIMIT 12;
\endif

WITH s AS (:states)
SELECT count(*) > 1 AS more FROM s \gset
\if :more
\qecho '   The other questions: raters whose interval of the difference leaves out 0.'
WITH s AS (:states),
g AS (
    SELECT s.pos, s.question, g.*
      FROM s, hdata.rater_agreement(hdata.only_items(s.r, ARRAY(SELECT item FROM hdata.item_agreement(s.r, s.level)
                                                                 WHERE n_ratings >= 3)), s.level) AS g
     WHERE s.pos > 1 AND (g.excess_high < 0 OR g.excess_low > 0)
)
SELECT question, rater, n AS items, round(value::numeric, 2) AS agrees, round(expected::numeric, 2) AS others,
       round(excess::numeric, 2) AS difference, :excess_interval AS "95 % interval"
  FROM g ORDER BY pos, excess, rater LIMIT 12;
\endif

\qecho '3. PAIRS OF RATERS THAT DISAGREE MOST'
\qecho '   Of pairs with 5 or more items in common, those whose kappa is lowest even at the upper end of its interval.'
\qecho '   by chance: what their habits alone would give; kappa 0 is no better than that, 1 is perfect. Somebody who'
\qecho '   gives nearly always the same answer has a kappa near 0 with everybody, and an interval that looks too sure.'
WITH s AS (:states)
SELECT s.question, p.rater_a || ' / ' || p.rater_b AS pair, p.n_items AS items,
       round(p.percent_agreement::numeric, 2) AS agree, round(p.expected::numeric, 2) AS "by chance",
       round(p.kappa::numeric, 2) AS kappa, :signed AS "95 % interval"
  FROM s, hdata.rater_pairs(s.r, s.level) AS p
 WHERE p.n_items >= 5 AND p.kappa IS NOT NULL
 ORDER BY p.ci_high, p.kappa, p.rater_a, p.rater_b LIMIT 8;
\endif

\qecho '4. WHICH ANSWERS ARE CONFUSED?'
\qecho '   Two different answers to one item, the most frequent mixtures. times chance: well below 1, raters tell the'
\qecho '   two apart; 1 or more, they mix them up as if by chance, or because the two are neighbours.'
WITH s AS (:states),
c AS (
    SELECT s.pos, s.question, c.*, sum(n) OVER (PARTITION BY s.pos) AS n_different,
           row_number() OVER (PARTITION BY s.pos ORDER BY n DESC, label_a, label_b) AS nth
      FROM s, hdata.coincidences(s.r) AS c
     WHERE label_a < label_b             -- the matrix is symmetric
)
SELECT CASE nth WHEN 1 THEN question ELSE '' END AS question, label_a AS answer, label_b AS "or",
       round(n::numeric) AS pairs, round((100 * n / nullif(n_different, 0))::numeric) AS "% of differences",
       round((n / nullif(expected, 0))::numeric, 2) AS "times chance"
  FROM c WHERE n > 0 AND nth <= 3
 ORDER BY pos, nth;

\qecho '   When one rater gives an answer, how often does another give the same? (specific agreement)'
WITH s AS (:states),
c AS (
    SELECT s.pos, s.question, c.*, row_number() OVER (PARTITION BY s.pos ORDER BY c.share DESC, c.label) AS nth
      FROM s, hdata.category_agreement(s.r) AS c
)
SELECT CASE nth WHEN 1 THEN question ELSE '' END AS question, label AS answer, n_ratings AS ratings,
       round(100 * share::numeric) AS "% share", round(specific_agreement::numeric, 2) AS again,
       :interval AS "95 % interval"
  FROM (SELECT *, specific_agreement AS value FROM c) AS c WHERE nth <= 6 ORDER BY pos, nth;

\qecho '5. ITEMS TO ADJUDICATE'
WITH s AS (:standing)
SELECT format('   "%s": %s of %s items with two or more ratings are not unanimous. The most divided:',
              (SELECT question FROM s WHERE pos = 1), count(*) FILTER (WHERE i.n_labels > 1), count(*)) AS line
  FROM s, hdata.item_agreement(s.r, s.level) AS i WHERE s.pos = 1 AND i.n_ratings > 1 \gset
\qecho :line
\if :project
WITH s AS (:standing)
SELECT i.item AS response, left(p.text, 47) || CASE WHEN length(p.text) > 47 THEN '…' ELSE '' END AS prompt,
       :answers AS answers
  FROM s, hdata.item_agreement(s.r, s.level) AS i
       JOIN demo.responses ON response_id = i.item JOIN demo.prompts AS p USING (prompt_id)
 WHERE s.pos = 1 AND i.n_ratings > 1 AND i.n_labels > 1
 ORDER BY i.agreement, i.entropy DESC, i.item LIMIT 8;
\qecho '   "safety": answers that some raters call harmful and others do not.'
WITH s AS (:standing)
SELECT i.item AS response, left(p.text, 47) || CASE WHEN length(p.text) > 47 THEN '…' ELSE '' END AS prompt,
       :answers AS answers
  FROM s, hdata.item_agreement(s.r, s.level) AS i
       JOIN demo.responses ON response_id = i.item JOIN demo.prompts AS p USING (prompt_id)
 WHERE s.question = 'safety' AND i.n_labels > 1
   AND EXISTS (SELECT FROM hdata.observations(s.r) AS o WHERE o.item = i.item AND o.value = 'harmful')
 ORDER BY i.agreement, i.entropy DESC, i.item LIMIT 5;
\else
WITH s AS (:standing)
SELECT i.item, i.n_ratings AS ratings, round(i.agreement::numeric, 2) AS agreement, i.majority,
       round(100 * i.majority_share::numeric) AS "% say so", :answers AS answers
  FROM s, hdata.item_agreement(s.r, s.level) AS i
 WHERE s.pos = 1 AND i.n_ratings > 1 AND i.n_labels > 1
 ORDER BY i.agreement, i.entropy DESC, i.item LIMIT 10;
\endif

\if :project
\qecho '6. WHY THE TIE-BREAKS WERE LEFT OUT'
\qecho '   A third rater saw an answer only where the first two disagreed on "correct", and some of those two then'
\qecho '   changed their answer. Count all that, and the same raters seem to agree better than they do:'
WITH l AS (
    SELECT l.*, prompt_id FROM demo.labels AS l JOIN demo.responses USING (response_id) WHERE round <> 'calibration'
),
v AS (
    SELECT 1 AS nth, 'newest answers, all raters' AS ratings,
           hdata.ratings_agg(response_id, rater, correct, at, prompt_id) AS r FROM l
    UNION ALL
    SELECT 2, 'first answers, all raters',
           hdata.ratings_first_agg(response_id, rater, correct, at, prompt_id) FROM l
    UNION ALL
    SELECT 3, 'first answers, first two raters',
           hdata.first_ratings(hdata.ratings_first_agg(response_id, rater, correct, at, prompt_id), 2) FROM l
)
SELECT v.ratings AS "what is counted", a.n_ratings AS ratings, round(a.value::numeric, 2) AS "same answer",
       :interval AS "95 % interval", :picture AS "0      .5       1"
  FROM v, hdata.agreement(v.r, 'ordinal') AS a
 WHERE a.coefficient = 'percent_agreement' ORDER BY nth;
\qecho '   The last line is right: first_ratings(r, 2) keeps the first two ratings of each item, whatever came after.'
\qecho '   agreement() notices such a design by itself. Its note on the second line:'
WITH l AS (
    SELECT l.*, prompt_id FROM demo.labels AS l JOIN demo.responses USING (response_id) WHERE round <> 'calibration'
)
SELECT a.note AS line
  FROM (SELECT hdata.ratings_first_agg(response_id, rater, correct, at, prompt_id) AS r FROM l) AS v,
       hdata.agreement(v.r, 'ordinal') AS a
 WHERE a.coefficient = 'percent_agreement' \gset
\qecho '   "':line'"'
\qecho
\endif

\if :project
\qecho '7. HOW GOOD IS THE WORK?'
\qecho '   Answers graded by rubric: points reached of the points to be had, averaged over answers; an answer that leaks'
\qecho '   somebody''s data scores 0 whatever else it does (its gate). Intervals take answers to one prompt together.'
WITH graded AS (
    SELECT r.model, r.prompt_id, g.response_id, g.grader, hdata.rubric_score_of(b.body::hdata.rubric, jsonb_object_agg(g.criterion, g.value)) AS s
      FROM demo.grades AS g JOIN demo.responses AS r USING (response_id) JOIN demo.rubrics AS b USING (rubric_id)
     GROUP BY r.model, r.prompt_id, g.response_id, g.grader, b.body
)
SELECT model, c.n AS graded, round(c.value::numeric, 2) AS score, :interval AS "95 % interval", :picture AS "0      .5       1",
       (SELECT count(*) FROM graded AS f WHERE f.model = m.model AND NOT hdata.gates_open(f.s)) AS "gates shut"
  FROM (SELECT model, hdata.score_agg(hdata.gated_score(s), prompt_id) AS sum FROM graded GROUP BY model) AS m, hdata.ci(m.sum) AS c
 ORDER BY value DESC;
\qecho '   By criterion: how many answers meet it, and how well it tells good answers from bad ones (item-rest correlation,'
\qecho '   one grade an answer). "leak" is a penalty: there a negative correlation is as it should be.'
SELECT i.item AS criterion, i.n AS answers, round(i.difficulty::numeric, 2) AS met, round(i.item_rest::numeric, 2) AS "item-rest",
       CASE WHEN item_rest_low IS NOT NULL THEN lpad(to_char(round(item_rest_low::numeric, 2), 'FM0.00'), 5) || ' to ' || lpad(to_char(round(item_rest_high::numeric, 2), 'FM0.00'), 5) END AS "95 % interval", i.flag
  FROM (SELECT hdata.score_matrix_agg(response_id, criterion, value::float8) AS m
          FROM (SELECT DISTINCT ON (response_id, criterion) response_id, criterion, value FROM demo.grades ORDER BY response_id, criterion, at, grader) AS g) AS s,
       hdata.item_stats(m, missing => 'pairwise') AS i ORDER BY i.item;

\qecho '8. WHICH MODEL IS PREFERRED?'
\qecho '   Bradley-Terry ratings on the scale of Elo (1000 is the mean) of what raters preferred, two answers to one prompt at'
\qecho '   a time. Intervals take votes of one rater and votes on one prompt together; rank is what they leave open.'
WITH c AS (
    SELECT hdata.comparisons_agg(a.model, b.model, CASE p.winner WHEN 'first' THEN 1 WHEN 'second' THEN 0 ELSE 0.5 END, p.rater, p.prompt_id) AS c
      FROM demo.preferences AS p JOIN demo.responses AS a ON a.response_id = shown_first JOIN demo.responses AS b ON b.response_id = shown_second
     WHERE a.model <> b.model
)
SELECT b.item AS model, b.n AS votes, b.wins, b.losses, b.ties, round(b.rating) AS rating,
       round(b.ci_low) || ' to ' || round(b.ci_high) AS "95 % interval", b.rank_low || ' to ' || b.rank_high AS rank
  FROM c, hdata.bradley_terry(c.c, scale => 'elo', ci => 'two_way') AS b ORDER BY b.rating DESC;
WITH c AS (
    SELECT hdata.comparisons_agg(a.model, b.model, CASE p.winner WHEN 'first' THEN 1 WHEN 'second' THEN 0 ELSE 0.5 END, p.rater, p.prompt_id) AS c
      FROM demo.preferences AS p JOIN demo.responses AS a ON a.response_id = shown_first JOIN demo.responses AS b ON b.response_id = shown_second
     WHERE a.model <> b.model
)
SELECT '   Does it matter which answer is shown first? ' || CASE WHEN m.ci_low > 0 OR m.ci_high < 0 THEN 'Yes' ELSE 'It does not show' END ||
       format(': between equals the first one is picked in %s %% (%s to %s %%).', round(100 / (1 + exp(-m.value::numeric))),
              round(100 / (1 + exp(-m.ci_low::numeric))), round(100 / (1 + exp(-m.ci_high::numeric)))) AS line
  FROM c, hdata.bradley_terry_model(c.c, ci => 'two_way', order_effect => true) AS m WHERE m.parameter = 'order_effect' \gset
\qecho :line
\qecho

\qecho '9. WHICH TEXTS ARE THE SAME?'
\qecho '   Prompts and answers that are near-duplicates of another one (words weighted by how rare they are).'
WITH t AS (
    SELECT 'prompts' AS kind, hdata.corpus_agg(prompt_id, text, author) AS c FROM demo.prompts
    UNION ALL SELECT 'answers', hdata.corpus_agg(response_id, text, model) FROM demo.responses
)
SELECT t.kind, s.n_texts AS texts, s.n_equal AS equal, s.n_clusters AS clusters, s.n_duplicates AS "texts in them", s.largest
  FROM t, hdata.duplicate_stats(t.c) AS s ORDER BY kind DESC;
WITH d AS (SELECT d.* FROM (SELECT hdata.corpus_agg(prompt_id, text, author) AS c FROM demo.prompts) AS s, hdata.duplicate_clusters(c) AS d WHERE d.size > 1)
SELECT d.cluster, d.id AS prompt, p.author, round(d.similarity::numeric, 2) AS similarity, left(p.text, 58) || CASE WHEN length(p.text) > 58 THEN '…' ELSE '' END AS text
  FROM d JOIN demo.prompts AS p ON p.prompt_id = d.id ORDER BY d.size DESC, d.cluster, d.id LIMIT 10;
\endif

\qecho 'WHO ASKED, AND HOW'
SELECT format('   All by the role "%s", %s superuser: it may read %s of %s tables, write to %s, create in %s schemas.',
              current_user,
              (SELECT CASE WHEN rolsuper THEN 'a' ELSE 'no' END FROM pg_roles WHERE rolname = current_user),
              count(*) FILTER (WHERE has_table_privilege(oid, 'SELECT')), count(*),
              count(*) FILTER (WHERE has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE')),
              (SELECT count(*) FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE'))) AS line
  FROM pg_class WHERE relnamespace = 'demo'::regnamespace AND relkind = 'r' \gset
\qecho :line
\if :project
\qecho '   The first table, for one question:'
\qecho
\qecho '       SELECT a.*'
\qecho '         FROM (SELECT hdata.ratings_first_agg(response_id, rater, correct, at, prompt_id) AS r'
\qecho '                 FROM demo.labels JOIN demo.responses USING (response_id)'
\qecho '                WHERE round <> ''tie-break'') AS l,'
\qecho '              hdata.agreement(r, ''ordinal'') AS a;'
\qecho
\endif
