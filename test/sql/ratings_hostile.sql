-- What once crashed, hung or came out wrong: found by reviews, kept so that it stays found.
\pset format unaligned
\pset footer off
SET search_path = hdata, public;

-- a cluster is looked up after the state has settled, not before: 0 items in a wrong cluster
SET hdata.max_state_size = '64kB';
SELECT count(*) AS wrong FROM (SELECT ratings_agg(i::bigint, 1::bigint, 'a'::text, NULL::bigint, repeat('x', 3000) || i) AS r
	FROM generate_series(1, 400) i) q, observations(r) o WHERE o.cluster <> repeat('x', 3000) || o.item;
SELECT count(*) AS wrong FROM (SELECT ratings_agg(i::bigint, 1::bigint, 'a'::text, NULL::bigint, repeat('x', 3000) || i) AS r
	FROM generate_series(1, 26) i) q, observations(r) o WHERE o.cluster <> repeat('x', 3000) || o.item;
RESET hdata.max_state_size;

-- long keys wait in a batch of their own size: refused by the limit, not by the end of memory
SET hdata.max_state_size = '8MB';
SELECT n_items(ratings_agg(CASE WHEN i <= 4200 THEN i::text ELSE repeat(chr(90 + i - 4200), 3000000) END, 'r'::text, 'v'::text))
	FROM generate_series(1, 4210) i;
RESET hdata.max_state_size;

-- nothing is quadratic in items, labels or raters: each of these took many seconds
SET statement_timeout = '8s';
SELECT count(*) FROM (SELECT ratings_agg(i::bigint, 1::bigint, 'label ' || i) AS r FROM generate_series(1, 100000) i) q, agreement(r);
SELECT round(sum(n)) AS sum FROM (SELECT ratings_agg(1::bigint, i::bigint, 'label ' || i % 5) AS r FROM generate_series(1, 100000) i) q, coincidences(r);
RESET statement_timeout;

-- a time that no timestamp can hold does not come in (at = 9223372036854775000)
SELECT '\x01150101010101b0f3ffffffffffffff01020001610201000000'::ratings;
-- the warning about a rare label stays where the cautious variance does nothing
SELECT DISTINCT variance, l, a.note FROM (SELECT ratings_agg(i::bigint, j::bigint, CASE WHEN i <= 3 AND j <= 2 - (i = 2)::int THEN 2 ELSE 1 END) AS r
	FROM generate_series(1, 60) i, generate_series(1, 2) j) q, unnest('{ratio,cautious}'::text[]) variance, unnest('{nominal,ordinal}'::text[]) l,
	agreement(r, l, variance => variance) a WHERE a.coefficient = 'fleiss_kappa' ORDER BY 1, 2;
