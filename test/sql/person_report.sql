-- Everything that is held about one person (docs/export.md)
SET search_path = public, hdata;
SET timezone = UTC;
CREATE FUNCTION report(person text) RETURNS TABLE (section text, source text, what text, n bigint, figures text, detail text) LANGUAGE sql AS $$
	SELECT section, source, regexp_replace(what, 'release \d+', 'release N'), n, concat_ws(' ', round(value::numeric, 3), round(ci_low::numeric, 3), round(ci_high::numeric, 3), round(expected::numeric, 3)),
		regexp_replace(detail, '\d{4}-\d\d-\d\d|[0-9a-f]{64}', '...', 'g') FROM hdata.person_report(person) $$;
CREATE TABLE daily AS SELECT day, ratings_agg(i + 100 * day, 'r' || r, CASE WHEN (i * r) % 3 = 0 THEN 'a' ELSE 'b' END) AS state
	FROM generate_series(1, 40) i, generate_series(1, 4) r, generate_series(1, 2) day GROUP BY day;
CREATE TABLE matrices AS SELECT score_matrix_agg(i::text, r::text, 1.0 * i * r) AS m FROM generate_series(1, 4) i, generate_series(1, 4) r;
CREATE TABLE broken (state ratings);
INSERT INTO broken SELECT ratings_agg('1'::text, 'r1'::text, 'a'::text) UNION ALL SELECT ratings_agg('1'::text, 'r1'::text, 2.0);
SELECT review_define('report', 'draft -> submitted as submit author; submitted -> done as accept !author; submitted -> rejected as reject !author reason;
	rejected -> submitted as appeal author reason; * -> withdrawn as withdraw; initial draft; terminal withdrawn; accepting done;');
CREATE ROLE regress_report_r1;
CREATE TABLE work (id int PRIMARY KEY, writer text, body text, stage text NOT NULL DEFAULT 'draft');
SELECT review_attach('work', 'report', 'id', 'stage', 'writer', service => CURRENT_USER);
INSERT INTO work SELECT i, CASE WHEN i % 2 = 0 THEN 'r1' ELSE 'r2' END, 'text ' || i FROM generate_series(1, 6) i;
SELECT count(*) FROM review_move_many('work', '{2,4,6}'::bigint[], 'submit', actor => 'r1');
SELECT to_state FROM review_move('work', 2, 'accept', actor => 'r2');
SELECT to_state FROM review_move('work', 4, 'reject', reason_code => 'copied', actor => 'r2');
SELECT give_consent('r1', 'training', 'form 7');
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT release('set', $$SELECT jsonl(w) AS line, id AS item, writer AS person FROM work w WHERE stage = 'done' ORDER BY id$$, 'training', review => 'work') ->> 'rows' AS rows;
COMMIT;
SELECT n_rows FROM withdraw('r1', 'publication');

SELECT * FROM report('r1');
SELECT * FROM report('r2');
SELECT * FROM report('nobody');
SELECT count(*) FROM person_report(NULL);
-- with the rights of the caller, who is told what is missing
GRANT USAGE ON SCHEMA public TO regress_report_r1;
GRANT SELECT ON daily TO regress_report_r1;
SET ROLE regress_report_r1;
SELECT * FROM report('r1');
RESET ROLE;
DROP TABLE daily, matrices, broken, work, work_review, work_review_log;
DROP OWNED BY regress_report_r1;
DROP ROLE regress_report_r1;
DELETE FROM review_flows WHERE name = 'report';
TRUNCATE consent, withdrawn_items, releases, release_contents RESTART IDENTITY;
