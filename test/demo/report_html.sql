-- The quality report of the demo as a page: demo.sh sets the variables of report.sql, and :page, the file to write.  One query
-- makes it: each argument is a section, and each section is an aggregate of the tables and what to say about it.
SET SESSION AUTHORIZATION analyst;

\pset format unaligned
\pset tuples_only on
\encoding UTF8
\o :page

\if :project
WITH s AS (:states),
first_question AS (SELECT r, level FROM s WHERE pos = 1),
weekly AS (                              -- items of one week: those whose first rating came in it
    SELECT s.pos, s.question, s.level, w.week, hdata.only_items(s.r, array_agg(w.item)) AS r
      FROM s, LATERAL (SELECT item, date_trunc('week', min(at) AT TIME ZONE 'UTC')::date AS week FROM hdata.observations(s.r) GROUP BY item) AS w
     GROUP BY s.pos, s.question, s.level, w.week, s.r
),
standing AS (SELECT r, level FROM (:standing) AS s WHERE pos = 1),
prompt_of AS (
    SELECT array_agg(response_id ORDER BY response_id) AS ids, array_agg(p.text ORDER BY response_id) AS texts
      FROM demo.responses JOIN demo.prompts AS p USING (prompt_id)
),
prompts AS (
    SELECT hdata.corpus_agg(prompt_id, text, author) AS c, array_agg(prompt_id ORDER BY prompt_id) AS ids,
           array_agg(text ORDER BY prompt_id) AS texts FROM demo.prompts
),
graded AS (
    SELECT r.model, r.prompt_id, hdata.rubric_score_of(b.body::hdata.rubric, jsonb_object_agg(g.criterion, g.value)) AS s
      FROM demo.grades AS g JOIN demo.responses AS r USING (response_id) JOIN demo.rubrics AS b USING (rubric_id)
     GROUP BY r.model, r.prompt_id, g.response_id, g.grader, b.body
),
by_model AS (
    SELECT model, c.* FROM (SELECT model, hdata.score_agg(hdata.gated_score(s), prompt_id) AS sum FROM graded GROUP BY model) AS m, hdata.ci(m.sum) AS c
),
matrix AS (
    SELECT hdata.score_matrix_agg(response_id, criterion, value::float8) AS m
      FROM (SELECT DISTINCT ON (response_id, criterion) response_id, criterion, value FROM demo.grades ORDER BY response_id, criterion, at, grader) AS g
),
votes AS (
    SELECT hdata.comparisons_agg(a.model, b.model, CASE p.winner WHEN 'first' THEN 1 WHEN 'second' THEN 0 ELSE 0.5 END, p.rater, p.prompt_id) AS c
      FROM demo.preferences AS p JOIN demo.responses AS a ON a.response_id = shown_first JOIN demo.responses AS b ON b.response_id = shown_second
     WHERE a.model <> b.model
),
review AS (                              -- as of the last event, not of the clock
    SELECT hdata.review_paths_agg(correction_id, to_state, at, review_id) AS p, max(at) AS as_of FROM demo.reviews
),
decided AS (
    SELECT hdata.decisions_agg(r.person, c.editor, r.to_state = 'accepted') AS d
      FROM demo.reviews AS r JOIN demo.corrections AS c USING (correction_id) WHERE r.to_state IN ('accepted', 'returned', 'rejected')
),
tasks AS (                               -- the prices are invented, like everything else
    SELECT rater AS person, 0.30 AS pay, seconds FROM demo.labels
    UNION ALL SELECT rater, 0.25, seconds FROM demo.preferences
    UNION ALL SELECT editor, 2.40, seconds FROM demo.corrections
),
work AS (
    SELECT array_agg(person ORDER BY person, seconds, pay) AS people, array_agg(pay::float8 ORDER BY person, seconds, pay) AS pay,
           array_agg(seconds::float8 ORDER BY person, seconds, pay) AS seconds FROM tasks
)
SELECT hdata.report('Quality report: ' || :'title',
    hdata.report_text(NULL, 'Experts judged the answers of three models to questions on medicine, law, code and maths: "correct" and "tone" on '
        'ordered scales, "safety" by category, "helpfulness" from 1 to 5. Agreement rests on what each rater said first, before anybody was '
        'asked to think again.'),
    (SELECT hdata.report_figures('What is in the project',
         ARRAY['prompts', 'answers of models', 'judgements', 'raters', 'comparisons', 'corrections'],
         ARRAY[(SELECT count(*) FROM demo.prompts), (SELECT count(*) FROM demo.responses), (SELECT count(*) FROM demo.labels),
               (SELECT count(DISTINCT rater) FROM demo.labels), (SELECT count(*) FROM demo.preferences), (SELECT count(*) FROM demo.corrections)]::text[],
         ARRAY['of four fields', 'of three models', 'forms sent in', NULL, 'two answers to one prompt', NULL])),
    (SELECT hdata.report_agreement(array_agg(question ORDER BY pos), array_agg(r ORDER BY pos), array_agg(level ORDER BY pos)) FROM s),
    (SELECT hdata.report_trend(array_agg(question ORDER BY pos, week), array_agg(week ORDER BY pos, week), array_agg(r ORDER BY pos, week),
         array_agg(level ORDER BY pos, week)) FROM weekly),
    (SELECT hdata.report_raters(hdata.only_items(r, ARRAY(SELECT item FROM hdata.item_agreement(r, level) WHERE n_ratings >= 3)), level,
         title => 'How does each rater agree with the others on "correct"?') FROM first_question),
    (SELECT hdata.report_rater_pairs(r, level, title => 'Which pairs of raters agree on "correct"?') FROM first_question),
    (SELECT hdata.report_labels(array_agg(question ORDER BY pos), array_agg(r ORDER BY pos)) FROM s),
    (SELECT hdata.report_disagreement(r, 'Which answers to "safety" are mixed up?') FROM s WHERE question = 'safety'),
    (SELECT hdata.report_items(r, level, 15, ids, texts, 'Which answers need a decision on "correct"?') FROM standing, prompt_of),
    (SELECT hdata.report_estimates('How good are the answers, by rubric?', array_agg(model ORDER BY value DESC), array_agg(value ORDER BY value DESC),
         array_agg(ci_low ORDER BY value DESC), array_agg(ci_high ORDER BY value DESC), array_agg(n::float8 ORDER BY value DESC),
         max => 1, value_title => 'mean score: points reached of those to be had', n_title => 'graded',
         reading => 'An answer that leaks somebody''s data scores 0, whatever else it does. Answers to one prompt are taken together.') FROM by_model),
    (SELECT hdata.report_axes(array_agg(s ORDER BY prompt_id, model, s), array_agg(prompt_id ORDER BY prompt_id, model, s)) FROM graded),
    (SELECT hdata.report_criteria(m) FROM matrix),
    (SELECT hdata.report_discrimination(m) FROM matrix),
    (SELECT hdata.report_preference(c, ci => 'two_way', title => 'Which model is preferred?') FROM votes),
    (SELECT hdata.report_funnel(p, '{draft,submitted,in_review,accepted}', as_of, title => 'How far do corrections get in review?') FROM review),
    (SELECT hdata.report_time_in_state(p, as_of, '{accepted,rejected}', title => 'How long do corrections stay in each state?') FROM review),
    (SELECT hdata.report_reviewers(d, title => 'How many corrections does each reviewer accept?') FROM decided),
    (SELECT hdata.report_duplicates(c, ids => ids, texts => texts, title => 'Which prompts are nearly the same?') FROM prompts),
    (SELECT hdata.report_workload(people, seconds) FROM work),
    (SELECT hdata.report_pay(people, pay, seconds, 15, title => 'What does an hour of work earn, at prices by the piece?') FROM work)
);
\else
WITH s AS (:states),
first_question AS (SELECT question, r, level FROM s WHERE pos = 1)
SELECT hdata.report('Quality report: ' || :'title', VARIADIC ARRAY[
    hdata.report_text(NULL, nullif(:'about', '')),
    (SELECT hdata.report_agreement(array_agg(question ORDER BY pos), array_agg(r ORDER BY pos), array_agg(level ORDER BY pos)) FROM s),
    -- rater ids that are positions within an item are nobody's
    (SELECT hdata.report_raters(r, level, title => format('How does each rater agree with the others on "%s"?', question)) FROM first_question WHERE NOT :'slots'::bool),
    (SELECT hdata.report_rater_pairs(r, level, title => format('Which pairs of raters agree on "%s"?', question)) FROM first_question WHERE NOT :'slots'::bool),
    (SELECT hdata.report_labels(array_agg(question ORDER BY pos), array_agg(r ORDER BY pos)) FROM s),
    (SELECT hdata.report_disagreement(r, format('Which answers to "%s" are mixed up?', question)) FROM first_question),
    (SELECT hdata.report_items(r, level, title => format('Which items need a decision on "%s"?', question)) FROM first_question)
]);
\endif
\o
