-- Data of the benchmark of agreement: three ratings an item by 3 of 150 raters, five labels.  A function of the row's number,
-- so that every run has the same rows.

CREATE FUNCTION pick(i bigint, seed int, n int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
	$$ SELECT ((hashint8extended(i, seed) & 2147483647) % n)::int $$;

-- Three raters of 150 are pairwise different: steps of at most 74.  Three labels of four are the item's own.
CREATE FUNCTION ratings_of(n_items bigint, OUT item bigint, OUT rater bigint, OUT value text) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE AS $$
	SELECT i, 1 + (pick(i, 1, 150) + k * (1 + pick(i, 2, 74))) % 150,
		('{bad,poor,fair,good,great}'::text[])[1 + CASE WHEN pick(3 * i + k, 3, 4) > 0 THEN pick(i, 4, 5) ELSE pick(3 * i + k, 5, 5) END]
	FROM generate_series(1, n_items) i, generate_series(0, 2) k $$;

CREATE UNLOGGED TABLE unsorted AS
	SELECT * FROM ratings_of(1000000) ORDER BY hashint8extended(item * 1000 + rater, 9);
CREATE UNLOGGED TABLE item_order AS SELECT * FROM unsorted ORDER BY item, rater;
CREATE UNLOGGED TABLE text_ids AS
	SELECT 'item-' || lpad(item::text, 9, '0') AS item, 'rater-' || lpad(rater::text, 3, '0') AS rater, value FROM unsorted;
CREATE UNLOGGED TABLE text_ids_item_order AS SELECT * FROM text_ids ORDER BY item, rater;
CREATE UNLOGGED TABLE uuid_ids AS
	SELECT md5('i' || item)::uuid AS item, md5('r' || rater)::uuid AS rater, value FROM unsorted;
-- ten ratings a group, the groups taking turns
CREATE UNLOGGED TABLE groups_100k AS
	SELECT row_number() OVER () % 100000 AS g, item, rater, value FROM unsorted LIMIT 1000000;
CREATE UNLOGGED TABLE groups_200k AS
	SELECT row_number() OVER () % 200000 AS g, item, rater, value FROM unsorted LIMIT 2000000;
CREATE UNLOGGED TABLE stored AS
	SELECT item % 1000 AS day, hdata.ratings_agg(item, rater, value) AS r FROM unsorted GROUP BY 1;
