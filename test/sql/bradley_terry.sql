-- bradley_terry() and bradley_terry_model(): ratings, intervals, ranks, what has no finite estimate, options, errors.
\pset format unaligned
\pset footer off
\pset null (null)
SET search_path = hdata, public;

CREATE FUNCTION pg_temp.failure(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END $$;
CREATE FUNCTION pg_temp.six(x float8) RETURNS numeric LANGUAGE sql AS 'SELECT round(x::numeric, 6)';
-- 'a>b' a wins, 'a<b' b wins, 'a=b' tie, a shown first; 'a>b*7' seven times
CREATE FUNCTION pg_temp.votes(games text) RETURNS hdata.comparisons LANGUAGE sql AS $$
	SELECT hdata.comparisons_agg(m[1], m[3], CASE m[2] WHEN '>' THEN 1 WHEN '<' THEN 0 ELSE 0.5 END::float8)
	FROM regexp_split_to_table(games, '\s+') g, regexp_match(g, '^(\w+)([<>=])(\w+)(?:\*(\d+))?$') m, generate_series(1, coalesce(m[4], '1')::int) $$;
CREATE FUNCTION pg_temp.rate(games text) RETURNS TABLE (item text, rating numeric, se numeric, rank_low bigint, rank_high bigint, n bigint, wins float8,
	losses float8, ties float8, component bigint, status text) LANGUAGE sql AS $$
	SELECT b.item, pg_temp.six(b.rating), pg_temp.six(b.se), b.rank_low, b.rank_high, b.n, b.wins, b.losses, b.ties, b.component, b.status
	FROM hdata.bradley_terry(pg_temp.votes(games), on_disconnected => 'components') b $$;

-- ---- one pair, by hand ----

-- 3 wins, 1 loss: log odds log 3, of which each item has half; se of the log odds sqrt(1/3 + 1), half of it centred
SELECT *, pg_temp.six(ln(3) / 2) AS want, pg_temp.six(sqrt(1 / 3.0 + 1) / 2) AS want_se FROM pg_temp.rate('a>b*2 b<a a<b');
SELECT item, pg_temp.six(rating) AS rating, pg_temp.six(se) AS se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high
	FROM bradley_terry(pg_temp.votes('a>b*2 b<a a<b'), anchor => 'b');
SELECT pg_temp.six(ln(3) - 1.959963984540054 * sqrt(4 / 3.0)) AS want_low, pg_temp.six(ln(3) + 1.959963984540054 * sqrt(4 / 3.0)) AS want_high;
SELECT item, pg_temp.six(rating) AS rating, pg_temp.six(se) AS se, pg_temp.six(1000 + 200 * log(3)) AS want, pg_temp.six(400 / ln(10) * sqrt(4 / 3.0) / 2) AS want_se
	FROM bradley_terry(pg_temp.votes('a>b*3 a<b'), scale => 'elo');
-- worth: 3/4 and 1/4; the interval is that of the log odds, log 3 - 1.96 sqrt(4/3) and so on; se 3/4 * 1/4 * sqrt(4/3) by the delta method
SELECT item, pg_temp.six(rating) AS rating, pg_temp.six(se) AS se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high, pg_temp.six(3 / 16.0 * sqrt(4 / 3.0)) AS want_se,
	pg_temp.six(1 / (1 + exp(1.164559))) AS want_low_of_a, pg_temp.six(1 / (1 + exp(-3.361784))) AS want_high_of_a FROM bradley_terry(pg_temp.votes('a>b*3 a<b'), scale => 'worth');
SELECT item, pg_temp.six(rating) AS rating, pg_temp.six(ci_low) AS ci_low FROM bradley_terry(pg_temp.votes('a>b*3 a<b'), scale => 'worth', anchor => 'b');
-- the columns
SELECT string_agg(a, ', ' ORDER BY o) FROM pg_proc, unnest(proargnames, proargmodes) WITH ORDINALITY u (a, m, o) WHERE proname = 'bradley_terry' AND m = 'o';
SELECT string_agg(a, ', ' ORDER BY o) FROM pg_proc, unnest(proargnames, proargmodes) WITH ORDINALITY u (a, m, o) WHERE proname = 'bradley_terry_model' AND m = 'o';
-- no state, no rows
SELECT count(*) FROM bradley_terry(NULL);
SELECT count(*) FROM bradley_terry_model(NULL);
SELECT count(*) FROM (SELECT comparisons_agg(a, b, o) AS c FROM (VALUES ('a', 'b', NULL::float8)) v (a, b, o)) q, bradley_terry(c);
-- a state without rows: no rows
SELECT count(*) FROM bradley_terry(only_items(pg_temp.votes('a>b'), '{}'));
SELECT parameter, value FROM bradley_terry_model(only_items(pg_temp.votes('a>b'), '{}'), order_effect => true, ties => 'davidson');

-- ---- ties ----

-- all ties: equal, and as sure as of half wins (information n/4 of the difference)
SELECT item, rating, se, pg_temp.six(1 / sqrt(8 / 4.0) / 2) AS want_se, n, ties FROM pg_temp.rate('a=b*8');
SELECT item, rating, se, rank_low, n, ties, status FROM bradley_terry(pg_temp.votes('a=b*8'), ties => 'drop', on_disconnected => 'components');
-- a tie is half a win: 2 wins, 2 ties, 1 loss are 3 to 2
SELECT item, pg_temp.six(rating) AS rating, pg_temp.six(ln(1.5) / 2) AS want, wins, losses, ties FROM bradley_terry(pg_temp.votes('a>b*2 a=b*2 a<b'));
SELECT item, pg_temp.six(rating) AS rating, pg_temp.six(ln(2) / 2) AS want, n, wins, losses, ties FROM bradley_terry(pg_temp.votes('a>b*2 a=b*2 a<b'), ties => 'drop');
-- Davidson, one pair: the odds of a win to a loss are those of the worths, nu = ties/sqrt(wins * losses)
SELECT item, pg_temp.six(rating) AS rating, pg_temp.six(ln(4) / 2) AS want FROM bradley_terry(pg_temp.votes('a>b*4 a=b*3 a<b'), ties => 'davidson');
-- log nu = log t - (log w + log l)/2: se of nu is nu sqrt(1/t + 1/4w + 1/4l)
SELECT pg_temp.six(value) AS value, pg_temp.six(3 / sqrt(4)) AS want, pg_temp.six(se) AS se, pg_temp.six(1.5 * sqrt(1 / 3.0 + 1 / 16.0 + 1 / 4.0)) AS want_se, note
	FROM bradley_terry_model(pg_temp.votes('a>b*4 a=b*3 a<b'), ties => 'davidson') WHERE parameter = 'nu';
-- no ties: nu is 0, the fit the plain one
SELECT parameter, value, se FROM bradley_terry_model(pg_temp.votes('a>b*3 a<b'), ties => 'davidson') WHERE parameter = 'nu';
SELECT a.rating = b.rating AND a.se = b.se AS same FROM bradley_terry(pg_temp.votes('a>b*3 a<b'), ties => 'davidson') a JOIN bradley_terry(pg_temp.votes('a>b*3 a<b')) b USING (item);
SELECT pg_temp.failure($$SELECT hdata.bradley_terry(pg_temp.votes('a=b*8'), ties => 'davidson')$$);
-- ties, but one side never wins: no estimate, though ties go both ways
SELECT pg_temp.failure($$SELECT hdata.bradley_terry(pg_temp.votes('a>b a=b'), ties => 'davidson')$$);

-- ---- the effect of order ----

-- whichever is first is preferred 8 times of 10: equal strengths, and log 4 for the order
SELECT item, pg_temp.six(rating) AS rating FROM bradley_terry(pg_temp.votes('a>b*8 a<b*2 b>a*8 b<a*2'), order_effect => true);
SELECT parameter, pg_temp.six(value) AS value, pg_temp.six(se) AS se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high, note
	FROM bradley_terry_model(pg_temp.votes('a>b*8 a<b*2 b>a*8 b<a*2'), order_effect => true) WHERE parameter <> 'iterations';
SELECT pg_temp.six(ln(4)) AS want, pg_temp.six(sqrt(1 / 16.0 + 1 / 4.0)) AS want_se,
	pg_temp.six(2 * (16 * ln(.8) + 4 * ln(.2) - 20 * ln(.5))) AS want_lr;
-- always in one order: strength and order cannot be told apart
SELECT pg_temp.failure($$SELECT hdata.bradley_terry(pg_temp.votes('a>b*8 a<b*2'), order_effect => true)$$);
-- the first always wins
SELECT pg_temp.failure($$SELECT hdata.bradley_terry(pg_temp.votes('a>b*8 b>a*8'), order_effect => true)$$);
SELECT pg_temp.failure($$SELECT hdata.bradley_terry(pg_temp.votes('a>b*8 b>a*8'), order_effect => true, prior => 1)$$);

-- ---- no finite estimate ----

SELECT * FROM pg_temp.rate('a>b');
SELECT * FROM pg_temp.rate('top>b b>c c>b c>low');
-- the others are as if those were not there
SELECT a.item, a.rating = b.rating AND a.se = b.se AS same FROM pg_temp.rate('top>b b>c*2 c>b c>low') a JOIN pg_temp.rate('b>c*2 c>b') b USING (item);
-- losses, but only to what is above
SELECT item, rating, rank_low, rank_high, status FROM pg_temp.rate('t>s s>b b>c c>b c>l l>k');
-- nothing but a chain: only its ends are known
SELECT item, rating, se, status FROM pg_temp.rate('a>b b>c');
-- x is above the core, y below x alone: nothing tells y from the core
SELECT item, rating, status FROM pg_temp.rate('x>b x>y b>c c>b c>z y>z');
-- two groups: the larger one has the finite ratings; of equals the one with more comparisons; then the first
SELECT item, rating, status FROM pg_temp.rate('a>b b>a b>c c>d d>e e>c');
SELECT item, rating, status FROM pg_temp.rate('a>b b>a b>c c>d d>c d>c c>d');
SELECT item, rating, status FROM pg_temp.rate('a>b b>a b>c c>d d>c');
-- or the anchor's
SELECT item, pg_temp.six(rating) AS rating, pg_temp.six(se) AS se, status FROM bradley_terry(pg_temp.votes('a>b b>a b>c c>d*2 d>c'), anchor => 'a');
SELECT item, rating, se, ci_low, ci_high, status FROM bradley_terry(pg_temp.votes('a>b b>c c>b'), anchor => 'a');
SELECT item, rating, se, status FROM bradley_terry(pg_temp.votes('a>b b>c'), anchor => 'b', scale => 'elo');
SELECT item, rating, status FROM bradley_terry(pg_temp.votes('top>b b>c c>b c>low'), scale => 'elo');
SELECT item, rating, status FROM bradley_terry(pg_temp.votes('top>b b>c c>b c>low'), scale => 'worth');
-- a tie is enough, unless ties are dropped
SELECT item, pg_temp.six(rating) AS rating, status FROM bradley_terry(pg_temp.votes('a>b a=b'));
SELECT item, rating, ties, status FROM bradley_terry(pg_temp.votes('a>b a=b'), ties => 'drop');
-- a prior makes all finite
SELECT item, pg_temp.six(rating) AS rating, status FROM bradley_terry(pg_temp.votes('a>b b>c'), prior => 0.5);
-- one win each against the field of two: 2 to 1
SELECT item, pg_temp.six(rating) AS rating, pg_temp.six(ln(2) / 2) AS want FROM bradley_terry(pg_temp.votes('a>b'), prior => 1);

-- ---- groups that were not compared ----

SELECT pg_temp.failure($$SELECT hdata.bradley_terry(pg_temp.votes('a>b b>a c>d d>c e>f f>e e>g'))$$);
-- a prior does not join them
SELECT pg_temp.failure($$SELECT hdata.bradley_terry(pg_temp.votes('a>b b>a c>d d>c'), prior => 1)$$);
SELECT pg_temp.failure($$SELECT hdata.bradley_terry_model(pg_temp.votes('a>b b>a c>d d>c'))$$);
SELECT pg_temp.failure($$SELECT hdata.bradley_terry((SELECT hdata.comparisons_agg('a' || i, 'b' || i, 1::float8) FROM generate_series(1, 20) i))$$);
SELECT pg_temp.failure($$SELECT hdata.bradley_terry(pg_temp.votes('a=b c>d'), ties => 'drop')$$);
SELECT * FROM pg_temp.rate('a>b*3 b>a c>d d>c*2 e>f');
SELECT item, pg_temp.six(rating) AS rating, component FROM bradley_terry(pg_temp.votes('a>b*3 b>a c>d d>c*2'), anchor => 'a', on_disconnected => 'components');
SELECT item, pg_temp.six(rating) AS rating, component FROM bradley_terry(pg_temp.votes('a>b*3 b>a c>d d>c*2'), scale => 'worth', on_disconnected => 'components');
SELECT item, pg_temp.six(rating) AS rating, component FROM bradley_terry(pg_temp.votes('a>b*3 b>a c>d d>c'), prior => 1, on_disconnected => 'components');
-- order and ties are common to all groups
SELECT parameter, pg_temp.six(value) AS value FROM bradley_terry_model(pg_temp.votes('a>b*6 a<b*2 b>a*6 b<a*2 a=b c>d*3 c<d d>c*3 d<c c=d*3'), ties => 'davidson',
	order_effect => true, on_disconnected => 'components') WHERE parameter IN ('n_components', 'order_effect', 'nu', 'deviance_df');

-- ---- intervals ----

-- six raters of eight comparisons each: two like x, the others y
CREATE TABLE hd_bt_votes AS
	SELECT CASE WHEN k % 2 = 0 THEN 'x' ELSE 'y' END AS a, CASE WHEN k % 2 = 0 THEN 'y' ELSE 'x' END AS b,
		CASE WHEN (r <= 2) = (k % 2 = 0) THEN (k % 8 <> r)::int ELSE (k % 8 = r)::int END::float8 AS outcome, 'r' || r AS rater, 'p' || k AS prompt
	FROM generate_series(1, 6) r, generate_series(0, 7) k;
CREATE TABLE hd_bt_state AS SELECT comparisons_agg(a, b, outcome, rater, prompt) AS c FROM hd_bt_votes;
SELECT ci, item, pg_temp.six(rating) AS rating, pg_temp.six(se) AS se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high
	FROM hd_bt_state, unnest('{model,sandwich,rater,prompt,two_way}'::text[]) WITH ORDINALITY u (ci, o), bradley_terry(c, anchor => 'y', ci => u.ci) WHERE item = 'x' ORDER BY o;
-- by hand: the score of a rater is the sum of y - p, the information 48 p (1 - p)
WITH v AS (SELECT rater, prompt, CASE WHEN a = 'x' THEN outcome ELSE 1 - outcome END AS y FROM hd_bt_votes), m AS (SELECT avg(y) AS p FROM v),
	g AS (SELECT sum(y - p) AS by_rater FROM v, m GROUP BY rater), h AS (SELECT sum(y - p) AS by_prompt FROM v, m GROUP BY prompt)
SELECT pg_temp.six(ln(p / (1 - p))) AS rating, pg_temp.six(1 / sqrt(48 * p * (1 - p))) AS model,
	pg_temp.six((SELECT sqrt(sum((y - p) ^ 2)) FROM v, m) / (48 * p * (1 - p))) AS sandwich,
	pg_temp.six((SELECT sqrt(sum(by_rater ^ 2)) FROM g) / (48 * p * (1 - p))) AS rater,
	pg_temp.six((SELECT sqrt(sum(by_prompt ^ 2)) FROM h) / (48 * p * (1 - p))) AS prompt FROM m;
-- six clusters: Student's t with 5 degrees of freedom, times sqrt(6/5)
SELECT pg_temp.six((ci_high - ci_low) / 2 / se) AS length, pg_temp.six(2.5705818366147395 * sqrt(1.2)) AS want FROM hd_bt_state, bradley_terry(c, anchor => 'y', ci => 'rater') WHERE item = 'x';
SELECT parameter, value, note FROM hd_bt_state, unnest('{model,rater,two_way}'::text[]) ci, bradley_terry_model(c, ci => ci) WHERE parameter = 'n_clusters';
-- two ways are never less than one
SELECT bool_and(t.se >= r.se AND t.se >= p.se) FROM hd_bt_state, bradley_terry(c, ci => 'two_way') t JOIN bradley_terry(c, ci => 'rater') r USING (item) JOIN bradley_terry(c, ci => 'prompt') p USING (item);
-- one rater: how raters differ is not known
SELECT item, rating, se, ci_low, rank_low, rank_high FROM (SELECT comparisons_agg(a, b, o, 'anna'::text) AS c FROM (VALUES ('a', 'b', 1::float8), ('b', 'a', 1)) v (a, b, o)) q, bradley_terry(c, ci => 'rater');
-- an item that one rater alone compared has no interval by rater; the others have
SELECT item, se IS NULL AS no_se FROM (SELECT comparisons_agg(a, b, o::float8, r) AS c FROM (VALUES ('a', 'b', 1, 'r1'), ('a', 'b', 0, 'r2'), ('a', 'b', 1, 'r3'), ('a', 'c', 1, 'r3'), ('c', 'a', 1, 'r3')) v (a, b, o, r)) q,
	bradley_terry(c, ci => 'rater');
-- comparisons of nobody are units of their own, as if a rater of its own had made each
SELECT a.se = b.se AND a.ci_low = b.ci_low AS same FROM (SELECT comparisons_agg(a, b, outcome, CASE WHEN rater <> 'r1' THEN rater END) AS c,
	comparisons_agg(a, b, outcome, CASE WHEN rater <> 'r1' THEN rater ELSE rater || prompt END) AS d FROM hd_bt_votes) q, bradley_terry(c, ci => 'rater') a, bradley_terry(d, ci => 'rater') b WHERE a.item = b.item;
-- all raters different: as if comparisons were independent
SELECT abs(a.se - b.se) < 1e-12 AS same FROM (SELECT comparisons_agg(a, b, outcome, rater || prompt) AS c FROM hd_bt_votes) q, bradley_terry(c, ci => 'rater') a, bradley_terry(c, ci => 'sandwich') b WHERE a.item = b.item;
SELECT pg_temp.failure($$SELECT hdata.bradley_terry(pg_temp.votes('a>b b>a'), ci => 'rater')$$);
SELECT pg_temp.failure($$SELECT hdata.bradley_terry(pg_temp.votes('a>b b>a'), ci => 'prompt')$$);
SELECT pg_temp.failure($$SELECT hdata.bradley_terry((SELECT hdata.comparisons_agg('a'::text, 'b'::text, 1::float8, 'r'::text)), ci => 'two_way')$$);

-- ---- weights ----

-- five comparisons, or one that weighs five: the same fit, and the same interval of the model
SELECT abs(a.rating - b.rating) < 1e-12 AND abs(a.se - b.se) < 1e-12 AS same, a.n, b.n, b.wins
	FROM (SELECT comparisons_agg(x, y, o, NULL::text, NULL::text, w) AS c FROM (VALUES ('a', 'b', 1::float8, 5::float8), ('a', 'b', 0, 2), ('b', 'c', 1, 3), ('b', 'c', 0, 3)) v (x, y, o, w)) q,
	bradley_terry(pg_temp.votes('a>b*5 a<b*2 b>c*3 b<c*3')) a, bradley_terry(c) b WHERE a.item = b.item;
SELECT item, pg_temp.six(rating) AS rating, wins, losses FROM bradley_terry((SELECT comparisons_agg('a'::text, 'b'::text, o, NULL::text, NULL::text, w) FROM (VALUES (1::float8, 2.5::float8), (0, 0.5)) v (o, w)));
-- 10^90 to 1: an error, not the last step
SELECT pg_temp.failure($$SELECT hdata.bradley_terry((SELECT hdata.comparisons_agg('a'::text, 'b'::text, o, NULL::text, NULL::text, w) FROM (VALUES (1::float8, 1e90), (0, 1)) v (o, w)))$$);

-- ---- ranks ----

-- 10 to 1 down a ladder, often: all ranks are certain; seldom: none is
SELECT item, rank_low, rank_high FROM bradley_terry(pg_temp.votes('a>b*100 a<b*10 b>c*100 b<c*10 c>d*100 c<d*10'));
SELECT item, rank_low, rank_high FROM bradley_terry(pg_temp.votes('a>b*2 a<b b>c*2 b<c c>d*2 c<d'));
-- less confidence, narrower
SELECT confidence, item, rank_low, rank_high FROM unnest('{0.5,0.999999}'::float8[]) confidence, bradley_terry(pg_temp.votes('a>b*20 a<b*5 b>c*20 b<c*12'), confidence => confidence) ORDER BY 1, 2;

-- ---- bigint items ----

SELECT item, rating FROM bradley_terry((SELECT comparisons_agg(x, y, 1::float8) FROM (VALUES (10::bigint, 9::bigint), (9, 10), (-1, 10), (10, -1)) v (x, y)), anchor => '9');
SELECT pg_temp.failure($$SELECT hdata.bradley_terry((SELECT hdata.comparisons_agg(1::bigint, 2::bigint, 1::float8)), anchor => 'a')$$);

-- ---- options ----

SELECT o, pg_temp.failure(format('SELECT hdata.bradley_terry(pg_temp.votes(%L), %s)', 'a>b b>a', o)) FROM unnest(ARRAY['ties => ''no''', 'ties => NULL', 'prior => -1', 'prior => NULL',
	'prior => ''NaN''', 'prior => ''Infinity''', 'prior => 1e7', 'scale => ''logit''', 'scale => NULL', 'anchor => ''z''', 'anchor => NULL', 'ci => ''bootstrap''', 'ci => NULL',
	'order_effect => NULL', 'confidence => 1', 'confidence => 0', 'confidence => NULL', 'confidence => ''NaN''', 'on_disconnected => ''ignore''', 'on_disconnected => NULL']) o;
SELECT o, pg_temp.failure(format('SELECT hdata.bradley_terry_model(pg_temp.votes(%L), %s)', 'a>b b>a', o)) FROM unnest(ARRAY['ties => ''no''', 'prior => -1', 'ci => ''all''', 'order_effect => NULL',
	'confidence => 2', 'on_disconnected => ''''']) o;
-- options are read though there is no state
SELECT pg_temp.failure($$SELECT hdata.bradley_terry(NULL, ties => 'no')$$);
-- too many for one scale; fine as groups
SELECT pg_temp.failure($$SELECT hdata.bradley_terry((SELECT hdata.comparisons_agg(i, i % 10001 + 1, 1::float8) FROM generate_series(1::bigint, 10001) i))$$);
SELECT count(*), count(DISTINCT component), min(status), max(status) FROM bradley_terry((SELECT comparisons_agg(2 * i, 2 * i + 1, o::float8) FROM generate_series(1::bigint, 10001) i, generate_series(0, 1) o), on_disconnected => 'components');

-- ---- preference_probability ----

SELECT string_agg(a, ', ' ORDER BY o) FROM pg_proc, unnest(proargnames, proargmodes) WITH ORDINALITY u (a, m, o) WHERE proname = 'preference_probability' AND m = 'o';
-- one pair: 3 to 1, and the interval of the log odds
SELECT item_a, item_b, pg_temp.six(probability) AS probability, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high, pg_temp.six(1 / (1 + exp(1.164559))) AS want_low, n, observed
	FROM preference_probability(pg_temp.votes('a>b*2 b<a a<b'));
-- each pair once; of one item as seen from it; against one item; one pair
SELECT item_a, item_b, pg_temp.six(probability) AS probability, n, pg_temp.six(observed) AS observed FROM preference_probability(pg_temp.votes('a>b*3 a=b b>a b>c*2 c>b'));
SELECT item_a, item_b, pg_temp.six(probability) AS probability FROM preference_probability(pg_temp.votes('a>b*3 a=b b>a b>c*2 c>b'), 'b');
SELECT item_a, item_b, pg_temp.six(probability) AS probability FROM preference_probability(pg_temp.votes('a>b*3 a=b b>a b>c*2 c>b'), b => 'b');
SELECT item_a, item_b, pg_temp.six(probability) AS probability FROM preference_probability(pg_temp.votes('a>b*3 a=b b>a b>c*2 c>b'), 'c', 'a');
SELECT count(*) FROM preference_probability(pg_temp.votes('a>b'), 'a', 'a');
-- what bradley_terry() says with an anchor, for every kind of interval
SELECT ci, how, count(*) AS pairs, bool_and(abs(ln(p.probability / (1 - p.probability)) - r.rating) < 1e-9 AND abs(ln(p.ci_low / (1 - p.ci_low)) - r.ci_low) < 1e-9) AS same
	FROM hd_bt_state, unnest('{model,sandwich,rater,prompt,two_way}'::text[]) ci, unnest('{half,davidson,drop}'::text[]) how,
	preference_probability(c, ci => ci, ties => how, order_effect => true) p, bradley_terry(c, ci => ci, ties => how, order_effect => true, anchor => p.item_b) r WHERE r.item = p.item_a GROUP BY 1, 2 ORDER BY 1, 2;
-- infinite differences are certain as far as the likelihood goes, and have no interval; what is not known is NULL
SELECT item_a, item_b, probability, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high, n, observed FROM preference_probability(pg_temp.votes('top>b b>c c>b c>low top>k k>low'));
SELECT item_a, item_b, pg_temp.six(probability) AS probability, n FROM preference_probability(pg_temp.votes('a>b*3 b>a c>d'), on_disconnected => 'components');
-- ties dropped are no comparisons
SELECT item_a, item_b, pg_temp.six(probability) AS probability, n, pg_temp.six(observed) AS observed FROM preference_probability(pg_temp.votes('a>b*2 b>a a=b*5'), ties => 'drop');
SELECT count(*) FROM preference_probability(NULL);
SELECT o, pg_temp.failure(format('SELECT hdata.preference_probability(pg_temp.votes(%L), %s)', 'a>b b>a', o)) FROM unnest(ARRAY['''z''', 'b => ''z''', 'ties => NULL', 'prior => -1', 'ci => ''rater''',
	'order_effect => NULL', 'confidence => 1', 'on_disconnected => ''none''']) o;
SELECT pg_temp.failure($$SELECT hdata.preference_probability(pg_temp.votes('a>b b>a c>d'))$$);

-- ---- any order, any way of merging: the same to the last bit ----

CREATE TABLE hd_bt_many AS SELECT 'i' || x AS a, 'i' || y AS b, ((hashint4(x * 1000 + y * 37 + k) & 2147483647) % 3) / 2.0::float8 AS outcome, 'r' || k % 7 AS rater, 'p' || (x * y) % 11 AS prompt,
	0.1::float8 * (1 + k % 3) AS weight, row_number() OVER () AS n FROM generate_series(1, 12) x, generate_series(1, 12) y, generate_series(1, 5) k WHERE x <> y;
CREATE TABLE hd_bt_ways AS
	SELECT 1 AS way, comparisons_agg(a, b, outcome, rater, prompt, weight) AS c FROM (SELECT * FROM hd_bt_many ORDER BY md5(n::text)) q
	UNION ALL SELECT 2, comparisons_agg(a, b, outcome, rater, prompt, weight ORDER BY n DESC) FROM hd_bt_many
	UNION ALL SELECT 3, rollup(c) FROM (SELECT n % 5, comparisons_agg(a, b, outcome, rater, prompt, weight) AS c FROM hd_bt_many GROUP BY 1) q
	UNION ALL SELECT 4, rollup(c ORDER BY d DESC) FROM (SELECT n % 3 AS d, comparisons_agg(a, b, outcome, rater, prompt, weight)::text::comparisons AS c FROM hd_bt_many GROUP BY 1) q;
SELECT ci, count(DISTINCT all_of_it) AS results FROM (SELECT ci, way, string_agg(b::text, ';') AS all_of_it FROM hd_bt_ways, unnest('{model,sandwich,rater,prompt,two_way}'::text[]) ci,
	bradley_terry(c, ci => ci, ties => 'davidson', order_effect => true) b GROUP BY 1, 2) q GROUP BY 1 ORDER BY 1;
-- the chances of all pairs are those of the anchored ratings
SELECT ci, how, count(*) AS pairs, bool_and(abs(ln(p.probability / (1 - p.probability)) - r.rating) < 1e-9 AND abs(ln(p.ci_high / (1 - p.ci_high)) - r.ci_high) < 1e-9) AS same
	FROM hd_bt_ways, unnest('{model,two_way}'::text[]) ci, unnest('{half,davidson}'::text[]) how, preference_probability(c, ci => ci, ties => how, order_effect => true) p,
	bradley_terry(c, ci => ci, ties => how, order_effect => true, anchor => p.item_b) r WHERE way = 1 AND r.item = p.item_a GROUP BY 1, 2 ORDER BY 1, 2;
DROP TABLE hd_bt_votes, hd_bt_state, hd_bt_many, hd_bt_ways;
