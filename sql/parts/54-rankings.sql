-- rankings: in which order people put some items (docs/preference.md)

%type rankings | in which order people put some items: a counting state (a sum), made by rankings_agg | the same rankings of the same raters, with the same counts and weights
%state rankings | sum of two collections of rankings | sum of stored rankings: merging one twice counts it twice

-- aggregates
--
-- Items, and raters, bigint, uuid or text, in any mix: arrays of other integers and strings are cast by themselves.  No overload
-- on "any": cast arrays of other types to text[].

-- rankings_agg(ranking [, rater [, weight]])
%aggregate rankings_agg(bigint[]) | rankings | rankings_trans | rankings_trans_int8 | IMMUTABLE | rankings (ranking), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(bigint[], bigint) | rankings | rankings_trans | rankings_trans_int8_int8 | IMMUTABLE | rankings (ranking, rater), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(bigint[], uuid) | rankings | rankings_trans | rankings_trans_int8_uuid | IMMUTABLE | rankings (ranking, rater), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(bigint[], text) | rankings | rankings_trans | rankings_trans_int8_text | IMMUTABLE | rankings (ranking, rater), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(bigint[], bigint, float8) | rankings | rankings_trans | rankings_trans_int8_int8 | IMMUTABLE | rankings (ranking, rater, weight), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(bigint[], uuid, float8) | rankings | rankings_trans | rankings_trans_int8_uuid | IMMUTABLE | rankings (ranking, rater, weight), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(bigint[], text, float8) | rankings | rankings_trans | rankings_trans_int8_text | IMMUTABLE | rankings (ranking, rater, weight), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[]) | rankings | rankings_trans | rankings_trans_uuid | IMMUTABLE | rankings (ranking), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], bigint) | rankings | rankings_trans | rankings_trans_uuid_int8 | IMMUTABLE | rankings (ranking, rater), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], uuid) | rankings | rankings_trans | rankings_trans_uuid_uuid | IMMUTABLE | rankings (ranking, rater), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], text) | rankings | rankings_trans | rankings_trans_uuid_text | IMMUTABLE | rankings (ranking, rater), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], bigint, float8) | rankings | rankings_trans | rankings_trans_uuid_int8 | IMMUTABLE | rankings (ranking, rater, weight), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], uuid, float8) | rankings | rankings_trans | rankings_trans_uuid_uuid | IMMUTABLE | rankings (ranking, rater, weight), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], text, float8) | rankings | rankings_trans | rankings_trans_uuid_text | IMMUTABLE | rankings (ranking, rater, weight), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[]) | rankings | rankings_trans | rankings_trans_text | IMMUTABLE | rankings (ranking), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], bigint) | rankings | rankings_trans | rankings_trans_text_int8 | IMMUTABLE | rankings (ranking, rater), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], uuid) | rankings | rankings_trans | rankings_trans_text_uuid | IMMUTABLE | rankings (ranking, rater), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], text) | rankings | rankings_trans | rankings_trans_text_text | IMMUTABLE | rankings (ranking, rater), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], bigint, float8) | rankings | rankings_trans | rankings_trans_text_int8 | IMMUTABLE | rankings (ranking, rater, weight), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], uuid, float8) | rankings | rankings_trans | rankings_trans_text_uuid | IMMUTABLE | rankings (ranking, rater, weight), the best first; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], text, float8) | rankings | rankings_trans | rankings_trans_text_text | IMMUTABLE | rankings (ranking, rater, weight), the best first; counting: the same ranking twice counts twice

-- rankings_agg(items, ranks [, rater [, weight]])
%aggregate rankings_agg(bigint[], float8[]) | rankings | rankings_trans | rankings_trans_int8_ranks | IMMUTABLE | rankings (items, ranks), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(bigint[], float8[], bigint) | rankings | rankings_trans | rankings_trans_int8_ranks_int8 | IMMUTABLE | rankings (items, ranks, rater), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(bigint[], float8[], uuid) | rankings | rankings_trans | rankings_trans_int8_ranks_uuid | IMMUTABLE | rankings (items, ranks, rater), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(bigint[], float8[], text) | rankings | rankings_trans | rankings_trans_int8_ranks_text | IMMUTABLE | rankings (items, ranks, rater), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(bigint[], float8[], bigint, float8) | rankings | rankings_trans | rankings_trans_int8_ranks_int8 | IMMUTABLE | rankings (items, ranks, rater, weight), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(bigint[], float8[], uuid, float8) | rankings | rankings_trans | rankings_trans_int8_ranks_uuid | IMMUTABLE | rankings (items, ranks, rater, weight), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(bigint[], float8[], text, float8) | rankings | rankings_trans | rankings_trans_int8_ranks_text | IMMUTABLE | rankings (items, ranks, rater, weight), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], float8[]) | rankings | rankings_trans | rankings_trans_uuid_ranks | IMMUTABLE | rankings (items, ranks), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], float8[], bigint) | rankings | rankings_trans | rankings_trans_uuid_ranks_int8 | IMMUTABLE | rankings (items, ranks, rater), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], float8[], uuid) | rankings | rankings_trans | rankings_trans_uuid_ranks_uuid | IMMUTABLE | rankings (items, ranks, rater), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], float8[], text) | rankings | rankings_trans | rankings_trans_uuid_ranks_text | IMMUTABLE | rankings (items, ranks, rater), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], float8[], bigint, float8) | rankings | rankings_trans | rankings_trans_uuid_ranks_int8 | IMMUTABLE | rankings (items, ranks, rater, weight), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], float8[], uuid, float8) | rankings | rankings_trans | rankings_trans_uuid_ranks_uuid | IMMUTABLE | rankings (items, ranks, rater, weight), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(uuid[], float8[], text, float8) | rankings | rankings_trans | rankings_trans_uuid_ranks_text | IMMUTABLE | rankings (items, ranks, rater, weight), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], float8[]) | rankings | rankings_trans | rankings_trans_text_ranks | IMMUTABLE | rankings (items, ranks), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], float8[], bigint) | rankings | rankings_trans | rankings_trans_text_ranks_int8 | IMMUTABLE | rankings (items, ranks, rater), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], float8[], uuid) | rankings | rankings_trans | rankings_trans_text_ranks_uuid | IMMUTABLE | rankings (items, ranks, rater), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], float8[], text) | rankings | rankings_trans | rankings_trans_text_ranks_text | IMMUTABLE | rankings (items, ranks, rater), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], float8[], bigint, float8) | rankings | rankings_trans | rankings_trans_text_ranks_int8 | IMMUTABLE | rankings (items, ranks, rater, weight), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], float8[], uuid, float8) | rankings | rankings_trans | rankings_trans_text_ranks_uuid | IMMUTABLE | rankings (items, ranks, rater, weight), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice
%aggregate rankings_agg(text[], float8[], text, float8) | rankings | rankings_trans | rankings_trans_text_ranks_text | IMMUTABLE | rankings (items, ranks, rater, weight), equal ranks are ties, a rank of NULL or 0 is none; counting: the same ranking twice counts twice

-- looking inside, taking out

CREATE FUNCTION n_rankings(rankings) RETURNS bigint
	AS 'MODULE_PATHNAME', 'rankings_n_rankings' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_rankings(rankings) IS 'number of rankings';
CREATE FUNCTION n_items(rankings) RETURNS bigint
	AS 'MODULE_PATHNAME', 'rankings_n_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_items(rankings) IS 'number of items that are ranked';
CREATE FUNCTION n_raters(rankings) RETURNS bigint
	AS 'MODULE_PATHNAME', 'rankings_n_raters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_raters(rankings) IS 'number of raters that are named';
CREATE FUNCTION ranking_rows(rankings, OUT rater text, OUT items text[], OUT ranks bigint[], OUT n bigint, OUT weight float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'rankings_ranking_rows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 500;
COMMENT ON FUNCTION ranking_rows(rankings) IS 'each different ranking of a rater: items from the best on, their ranks, how many such rankings and their weight';
CREATE FUNCTION without_raters(rankings, raters text[]) RETURNS rankings
	AS 'MODULE_PATHNAME', 'rankings_without_raters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION without_raters(rankings, text[]) IS 'the rankings of all but some raters';
CREATE FUNCTION only_raters(rankings, raters text[]) RETURNS rankings
	AS 'MODULE_PATHNAME', 'rankings_only_raters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION only_raters(rankings, text[]) IS 'the rankings of these raters alone';
CREATE FUNCTION only_items(rankings, items text[]) RETURNS rankings
	AS 'MODULE_PATHNAME', 'rankings_only_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION only_items(rankings, text[]) IS 'the rankings among these items: the others are taken out of each';
CREATE FUNCTION rankings_comparisons(rankings) RETURNS comparisons
	AS 'MODULE_PATHNAME', 'rankings_rankings_comparisons' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION rankings_comparisons(rankings) IS 'every pair of items that a ranking orders, as a comparison of its rater';

-- Plackett-Luce

CREATE FUNCTION plackett_luce(rankings, prior float8 DEFAULT 0, scale text DEFAULT 'log', anchor text DEFAULT NULL,
	ci text DEFAULT 'model', confidence float8 DEFAULT 0.95, on_disconnected text DEFAULT 'error', bottom text DEFAULT 'tied',
	OUT item text, OUT rating float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT rank_low bigint,
	OUT rank_high bigint, OUT n bigint, OUT component bigint, OUT status text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'rankings_plackett_luce' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100;
COMMENT ON FUNCTION plackett_luce(rankings, float8, text, text, text, float8, text, text) IS 'Plackett (1975) and Luce (1959), with ties as Turner et al. (2020): rating of each item with its interval and the ranks that the data allow; ci model, sandwich or rater';
CREATE FUNCTION plackett_luce_model(rankings, prior float8 DEFAULT 0, ci text DEFAULT 'model', confidence float8 DEFAULT 0.95,
	on_disconnected text DEFAULT 'error', bottom text DEFAULT 'tied',
	OUT parameter text, OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'rankings_plackett_luce_model' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 12;
COMMENT ON FUNCTION plackett_luce_model(rankings, float8, text, float8, text, text) IS 'what belongs to no single item of plackett_luce(): sizes, likelihood, tie parameters';

-- elo: games in their order

%type elo | games in their order, made by elo_agg; where games have a time it is a counting state (a sum), else it cannot be merged | the same games in the same order
%state elo | games of both; ERROR where they have no time | games of all stored states; ERROR where they have no time: merging one twice counts it twice

-- dated games: mergeable, in any order of rows
%aggregate elo_agg(bigint, bigint, float8, timestamptz) | elo | elo_trans | elo_trans_int8_at | IMMUTABLE | games (a, b, outcome, at): games at the same time are one rating period; counting: the same game twice counts twice
%aggregate elo_agg(uuid, uuid, float8, timestamptz) | elo | elo_trans | elo_trans_uuid_at | IMMUTABLE | games (a, b, outcome, at): games at the same time are one rating period; counting: the same game twice counts twice
%aggregate elo_agg(text, text, float8, timestamptz) | elo | elo_trans | elo_trans_text_at | IMMUTABLE | games (a, b, outcome, at): games at the same time are one rating period; counting: the same game twice counts twice
%aggregate elo_agg(bigint, bigint, float8, bigint) | elo | elo_trans | elo_trans_int8_rev | IMMUTABLE | games (a, b, outcome, at): games at the same time are one rating period; counting: the same game twice counts twice
%aggregate elo_agg(uuid, uuid, float8, bigint) | elo | elo_trans | elo_trans_uuid_rev | IMMUTABLE | games (a, b, outcome, at): games at the same time are one rating period; counting: the same game twice counts twice
%aggregate elo_agg(text, text, float8, bigint) | elo | elo_trans | elo_trans_text_rev | IMMUTABLE | games (a, b, outcome, at): games at the same time are one rating period; counting: the same game twice counts twice

-- games in the order of rows, which must be given: no combine function, since nobody knows which of two partial results came first
CREATE FUNCTION elo_trans(elo, bigint, bigint, float8) RETURNS elo
	AS 'MODULE_PATHNAME', 'elo_trans_int8' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION elo_trans(elo, bigint, bigint, float8) IS 'aggregate support: add one row';
CREATE AGGREGATE elo_agg(bigint, bigint, float8) (
	SFUNC = elo_trans, STYPE = elo, SSPACE = 1024, FINALFUNC = elo_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE elo_agg(bigint, bigint, float8) IS 'games (a, b, outcome ORDER BY ...): depends on the order of rows, which must be given; cannot be merged';
CREATE FUNCTION elo_trans(elo, uuid, uuid, float8) RETURNS elo
	AS 'MODULE_PATHNAME', 'elo_trans_uuid' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION elo_trans(elo, uuid, uuid, float8) IS 'aggregate support: add one row';
CREATE AGGREGATE elo_agg(uuid, uuid, float8) (
	SFUNC = elo_trans, STYPE = elo, SSPACE = 1024, FINALFUNC = elo_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE elo_agg(uuid, uuid, float8) IS 'games (a, b, outcome ORDER BY ...): depends on the order of rows, which must be given; cannot be merged';
CREATE FUNCTION elo_trans(elo, text, text, float8) RETURNS elo
	AS 'MODULE_PATHNAME', 'elo_trans_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION elo_trans(elo, text, text, float8) IS 'aggregate support: add one row';
CREATE AGGREGATE elo_agg(text, text, float8) (
	SFUNC = elo_trans, STYPE = elo, SSPACE = 1024, FINALFUNC = elo_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE elo_agg(text, text, float8) IS 'games (a, b, outcome ORDER BY ...): depends on the order of rows, which must be given; cannot be merged';

CREATE FUNCTION elo_ratings(elo, k float8 DEFAULT 4, initial float8 DEFAULT 1000, scale float8 DEFAULT 400,
	OUT item text, OUT rating float8, OUT n bigint, OUT wins bigint, OUT losses bigint, OUT ties bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'elo_elo_ratings' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION elo_ratings(elo, float8, float8, float8) IS 'Elo (1978): ratings after all games; they depend on the order of games and have no interval, see bradley_terry';
CREATE FUNCTION n_games(elo) RETURNS bigint
	AS 'MODULE_PATHNAME', 'elo_n_games' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_games(elo) IS 'number of games';
CREATE FUNCTION games(elo, OUT at timestamptz, OUT revision bigint, OUT a text, OUT b text, OUT outcome float8, OUT n bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'elo_games' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 5000;
COMMENT ON FUNCTION games(elo) IS 'the games in their order';
CREATE FUNCTION elo_expected(rating float8, opponent float8, scale float8 DEFAULT 400) RETURNS float8
	AS 'MODULE_PATHNAME', 'hdata_elo_expected' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION elo_expected(float8, float8, float8) IS 'Elo (1978): expected score against an opponent';
CREATE FUNCTION elo_update(rating float8, opponents float8[], results float8[], k float8 DEFAULT 32, scale float8 DEFAULT 400)
	RETURNS float8
	AS 'MODULE_PATHNAME', 'hdata_elo_update' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION elo_update(float8, float8[], float8[], float8, float8) IS 'Elo (1978): rating after the games of one rating period';
CREATE FUNCTION glicko(rating float8, rd float8, opponent_ratings float8[], opponent_rds float8[], results float8[],
	c float8 DEFAULT 0, OUT rating float8, OUT rd float8) RETURNS record
	AS 'MODULE_PATHNAME', 'hdata_glicko' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION glicko(float8, float8, float8[], float8[], float8[], float8) IS 'Glickman (1999): rating and rating deviation after the games of one rating period';

-- verdicts of judges over pairs

CREATE FUNCTION verdict_outcome(verdict text, unreadable text DEFAULT 'error') RETURNS float8
	AS 'MODULE_PATHNAME', 'hdata_verdict_outcome' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION verdict_outcome(text, text) IS 'outcome of a judge''s verdict such as [[A>B]]: 1 if a wins, 0 if b wins, 0.5 for a tie';
CREATE FUNCTION verdict_scores(verdict text, swapped boolean DEFAULT false, strong bigint DEFAULT 3, unreadable text DEFAULT 'error')
	RETURNS float8[]
	AS 'MODULE_PATHNAME', 'hdata_verdict_scores' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION verdict_scores(text, boolean, bigint, text) IS 'Arena-Hard: scores of A (swapped: of B) in one game, a strong verdict as several';
CREATE FUNCTION win_reward(win_much float8, win float8, tie float8, lose float8, lose_much float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'hdata_win_reward' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION win_reward(float8, float8, float8, float8, float8) IS 'WildBench: wins less losses, small ones as halves, over all games';
