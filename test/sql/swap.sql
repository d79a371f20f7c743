-- swaps: does the order in which things are shown decide?
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;

-- two judges see each pair in both orders, a third one only in one
CREATE TABLE sw_votes (prompt text, rater text, a text, b text, outcome float8);
INSERT INTO sw_votes VALUES
	('p1', 'firm', 'x', 'y', 1), ('p1', 'firm', 'y', 'x', 0), ('p2', 'firm', 'x', 'y', 0), ('p2', 'firm', 'y', 'x', 1),
	('p3', 'firm', 'x', 'y', 0.5), ('p3', 'firm', 'y', 'x', 0.5), ('p4', 'firm', 'y', 'z', 1), ('p4', 'firm', 'z', 'y', 0.5),
	('p1', 'lazy', 'x', 'y', 1), ('p1', 'lazy', 'y', 'x', 1), ('p2', 'lazy', 'x', 'y', 1), ('p2', 'lazy', 'y', 'x', 1),
	('p3', 'lazy', 'x', 'y', 0), ('p3', 'lazy', 'y', 'x', 0), ('p5', 'lazy', 'x', 'y', 1),
	('p1', 'once', 'x', 'y', 1), ('p2', 'once', 'y', 'x', 1), ('p3', 'once', 'y', 'x', 0.5);
CREATE TABLE sw_state AS SELECT comparisons_agg(a, b, outcome, rater, prompt) AS c FROM sw_votes;

SELECT scope, rater, n, consistent, round(consistency::numeric, 4) AS consistency, round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high,
	always_first, always_second, half_tie FROM sw_state, swap_consistency(c);
SELECT scope, rater, n_decisive, picked_first, round(first_rate::numeric, 4) AS first_rate, round(first_low::numeric, 4) AS low, round(first_high::numeric, 4) AS high
	FROM sw_state, swap_consistency(c);
SELECT s.* FROM sw_state, swap_pairs(c) s;
SELECT r.* FROM sw_state, comparison_rows(swap_reconciled(c)) r;
-- what was judged in one order alone may stay as it was
SELECT r.* FROM sw_state, comparison_rows(swap_reconciled(c, 'keep')) r WHERE rater = 'once' OR prompt = 'p5';
SELECT n_comparisons(swap_reconciled(c)), n_comparisons(swap_reconciled(c, 'keep')), (SELECT count(DISTINCT (rater, prompt)) FROM sw_votes) FROM sw_state;
-- a second time changes nothing
SELECT swap_reconciled(swap_reconciled(c, 'keep'), 'keep') = swap_reconciled(c, 'keep') AS same, n_comparisons(swap_reconciled(swap_reconciled(c))) AS none FROM sw_state;

-- several verdicts in one order: the share of pairs of one of each order that agree
SELECT s.n, s.consistent, s.always_first, s.always_second, s.half_tie, s.n_decisive, s.picked_first
	FROM (SELECT comparisons_agg(a, b, o) AS c FROM (VALUES ('x', 'y', 1), ('x', 'y', 1), ('x', 'y', 0), ('x', 'y', 0.5), ('y', 'x', 0), ('y', 'x', 1)) v (a, b, o)) q, swap_consistency(c) s;
SELECT s.* FROM (SELECT comparisons_agg(a, b, o) AS c FROM (VALUES ('x', 'y', 1), ('x', 'y', 0), ('y', 'x', 0)) v (a, b, o)) q, swap_pairs(c) s;
-- no prompt, no rater: all that was said about a pair is one judgement; a weight is so many verdicts
SELECT s.scope, s.n, s.consistent, s.n_decisive, s.picked_first FROM (SELECT comparisons_agg(a, b, o, NULL, NULL, w) AS c
	FROM (VALUES ('x', 'y', 1, 3), ('y', 'x', 0, 2.5), ('y', 'x', 1, 2.5)) v (a, b, o, w)) q, swap_consistency(c) s;
SELECT r.* FROM (SELECT comparisons_agg(a, b, o, NULL, NULL, w) AS c FROM (VALUES ('x', 'y', 1, 3), ('y', 'x', 0, 2)) v (a, b, o, w)) q, comparison_rows(swap_reconciled(c)) r;
-- those who are not named, beside those who are
SELECT s.scope, s.rater, s.n, s.consistent FROM (SELECT comparisons_agg(a, b, o, r) AS c
	FROM (VALUES ('x', 'y', 1, 'r'), ('y', 'x', 0, 'r'), ('x', 'y', 1, NULL), ('y', 'x', 1, NULL)) v (a, b, o, r)) q, swap_consistency(c) s;
-- nothing in both orders, or nothing at all
SELECT s.* FROM (SELECT comparisons_agg('x'::text, 'y', 1, 'r') AS c) q, swap_consistency(c) s;
SELECT s.n, s.consistency, s.first_rate FROM sw_state, swap_consistency(only_raters(c, '{}')) s;
SELECT count(*) FROM swap_consistency(NULL);
SELECT count(*) FROM swap_pairs(NULL);
SELECT swap_reconciled(NULL) IS NULL AS nothing;
SELECT swap_reconciled(comparisons_agg('x'::text, 'y', 1, 'r'));
SELECT count(*) FROM position_bias(NULL);
SELECT swap_consistency(c, 0) FROM sw_state;
SELECT swap_consistency(c, NULL) FROM sw_state;
SELECT swap_reconciled(c, 'all') FROM sw_state;
SELECT swap_reconciled(c, NULL) FROM sw_state;
SELECT position_bias(c, 2) FROM sw_state;

-- ---- position_bias ----

SELECT rater, n, ties, round(tie_rate::numeric, 4) AS tie_rate, round(tie_low::numeric, 4) AS tie_low, round(tie_high::numeric, 4) AS tie_high, n_decisive, picked_first,
	round(first_rate::numeric, 4) AS first_rate, round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high FROM sw_state, position_bias(c);
SELECT rater, n_expected, round(expected::numeric, 4) AS expected, round(excess::numeric, 4) AS excess, round(excess_low::numeric, 4) AS low, round(excess_high::numeric, 4) AS high, evidence
	FROM sw_state, position_bias(c);

-- a bigger panel against SQL: rater 5 picks what comes first, the better one is mostly shown first to all
CREATE TABLE sw_panel AS SELECT 'p' || p AS prompt, 'r' || r AS rater, 'm' || p % 5 AS a, 'm' || (p % 5 + 1 + p % 3) % 5 AS b,
	CASE WHEN r = 5 THEN 1 WHEN h % 10 = 0 THEN 0.5 WHEN h % 10 < 7 THEN 1 ELSE 0 END::float8 AS outcome
	FROM generate_series(1, 60) p, generate_series(1, 6) r, LATERAL (SELECT get_byte(decode(md5(p || '/' || r), 'hex'), 0) AS h) x WHERE (p + r) % 4 > 0;
CREATE TABLE sw_bias AS SELECT b.* FROM (SELECT comparisons_agg(a, b, outcome, rater, prompt) AS c FROM sw_panel) q, position_bias(c) b;
SELECT rater, n, ties, n_decisive, picked_first, round(first_rate::numeric, 3) AS first_rate, round(ci_low::numeric, 3) AS low, round(ci_high::numeric, 3) AS high,
	round(expected::numeric, 3) AS expected, round(excess::numeric, 3) AS excess, round(excess_low::numeric, 3) AS elow, round(excess_high::numeric, 3) AS ehigh, evidence FROM sw_bias;
WITH cell AS (SELECT prompt, a, b, rater, sum(outcome) AS picked, count(*) AS decisive FROM sw_panel WHERE outcome <> 0.5 GROUP BY 1, 2, 3, 4),
	others AS (SELECT c.rater, c.decisive, c.picked, c.decisive * (sum(o.picked) / sum(o.decisive)) AS expected
		FROM cell c JOIN cell o ON (c.prompt, c.a, c.b) = (o.prompt, o.a, o.b) AND c.rater <> o.rater GROUP BY c.prompt, c.a, c.b, c.rater, c.decisive, c.picked),
	mean AS (SELECT rater, sum(decisive) AS n, sum(expected) / sum(decisive) AS expected, sum(picked - expected) / sum(decisive) AS excess FROM others GROUP BY 1)
SELECT count(*) AS wrong FROM mean m FULL JOIN sw_bias b USING (rater)
	WHERE m.n IS DISTINCT FROM b.n_expected OR abs(m.expected - b.expected) > 1e-12 OR abs(m.excess - b.excess) > 1e-12;
WITH cell AS (SELECT prompt, a, b, rater, sum(outcome) AS picked, count(*) AS decisive FROM sw_panel WHERE outcome <> 0.5 GROUP BY 1, 2, 3, 4),
	others AS (SELECT c.rater, c.picked - c.decisive * (sum(o.picked) / sum(o.decisive)) AS e, c.decisive AS d
		FROM cell c JOIN cell o ON (c.prompt, c.a, c.b) = (o.prompt, o.a, o.b) AND c.rater <> o.rater GROUP BY c.prompt, c.a, c.b, c.rater, c.decisive, c.picked),
	se AS (SELECT o.rater, sqrt(count(*) / (count(*) - 1.0) * sum((e - b.excess * d) ^ 2)) / sum(d) AS se, count(*) - 1 AS df FROM others o JOIN sw_bias b USING (rater) GROUP BY 1)
-- t quantiles of 0.975 for 30 to 60 degrees of freedom lie between 2.0 and 2.05
SELECT count(*) AS raters, count(*) FILTER (WHERE (b.excess_high - b.excess) / se NOT BETWEEN 2.0 AND 2.05 OR abs(b.excess_high - b.excess - (b.excess - b.excess_low)) > 1e-12) AS wrong, min(df) > 30 AND max(df) <= 60 AS df
	FROM se JOIN sw_bias b USING (rater);

DROP TABLE sw_votes, sw_state, sw_panel, sw_bias;
