-- Everything works without the schema in search_path, and with another's functions and operators in front of it.
\pset format unaligned
\pset footer off
CREATE SCHEMA hd_trap;
CREATE FUNCTION hd_trap.trap(hdata.ratings, hdata.ratings) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE OPERATOR hd_trap.= (LEFTARG = hdata.ratings, RIGHTARG = hdata.ratings, FUNCTION = hd_trap.trap);
CREATE FUNCTION hd_trap.n_items(hdata.ratings) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION hd_trap.ratings_combine(hdata.ratings, hdata.ratings) RETURNS hdata.ratings LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;

CREATE FUNCTION public.hd_use_all() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	a hdata.ratings;
	b hdata.ratings;
BEGIN
	SELECT hdata.ratings_agg(i, j, (i OPERATOR(pg_catalog.*) j) OPERATOR(pg_catalog.%) 3) INTO a FROM pg_catalog.generate_series(1, 6) i, pg_catalog.generate_series(1, 2) j;
	SELECT hdata.ratings_agg(i, 'r'::pg_catalog.text, true, i, 'c'::pg_catalog.text) INTO b FROM pg_catalog.generate_series(1, 6) i;
	RETURN NEXT a::pg_catalog.text::hdata.ratings OPERATOR(hdata.=) a;
	RETURN NEXT (SELECT hdata.rollup(x) OPERATOR(hdata.=) a FROM (VALUES (a), (a)) v (x));
	RETURN NEXT pg_catalog.concat_ws(' ', hdata.n_items(a), hdata.n_raters(a), hdata.n_ratings(a), hdata.n_ratings(hdata.first_ratings(b, 1)),
		hdata.n_ratings(hdata.only_raters(a, '{1}')), hdata.n_ratings(hdata.without_raters(a, '{1}')), hdata.n_ratings(hdata.only_items(a, '{1}')));
	RETURN NEXT a::pg_catalog.jsonb OPERATOR(pg_catalog.->) 'labels';
	RETURN NEXT pg_catalog.concat_ws(' ', (SELECT pg_catalog.count(*) FROM hdata.observations(a)), (SELECT pg_catalog.count(*) FROM hdata.agreement(a)),
		(SELECT pg_catalog.count(*) FROM hdata.rater_pairs(a)), (SELECT pg_catalog.count(*) FROM hdata.rater_agreement(a)), (SELECT pg_catalog.count(*) FROM hdata.item_agreement(a)),
		(SELECT pg_catalog.count(*) FROM hdata.category_agreement(a)), (SELECT pg_catalog.count(*) FROM hdata.coincidences(a)));
	RETURN NEXT pg_catalog.count(x) FROM pg_catalog.unnest(ARRAY[hdata.percent_agreement(a), hdata.cohen_kappa(a), hdata.scott_pi(a), hdata.fleiss_kappa(a),
		hdata.conger_kappa(a), hdata.gwet_ac(a), hdata.brennan_prediger(a), hdata.krippendorff_alpha(a, 'interval')]) x;
	-- sorting, hashing and grouping find the operator classes by type
	RETURN NEXT (SELECT pg_catalog.count(*) FROM (SELECT DISTINCT x FROM (VALUES (a), (b), (a)) v (x)) d);
	RETURN NEXT (SELECT pg_catalog.count(*) FROM (SELECT x FROM (VALUES (a), (b), (a)) v (x) GROUP BY x ORDER BY x) d);
END $$;

SET search_path = '';
SELECT * FROM public.hd_use_all();
SET search_path = hd_trap, hdata, public;
SELECT * FROM public.hd_use_all();
RESET search_path;
SELECT hdata.ratings_agg(1, 2, 'a'), pg_typeof(hdata.ratings_agg(1, 2, 'a'));

SET client_min_messages = warning;
DROP FUNCTION hd_use_all();
DROP SCHEMA hd_trap CASCADE;
