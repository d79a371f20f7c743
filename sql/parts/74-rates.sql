-- rates under unequal sampling, and behind imperfect reviewers (docs/quality.md)

%type rate_estimate | how many items are bad, looked at with unequal probabilities: a counting state, made by rate_agg | the same sums
%state rate_estimate | sum of two estimates | sum of stored estimates: merging one twice counts it twice

%aggregate rate_agg(boolean, float8) | rate_estimate | rate_agg_trans | rate_agg_trans | IMMUTABLE | rate_estimate (bad, probability of review): probability NULL was sent for a reason, counted apart; counting
%aggregate rate_agg(boolean, float8, text) | rate_estimate | rate_agg_trans | rate_agg_trans | IMMUTABLE | rate_estimate (bad, probability of review, cluster): items of one cluster are not independent; counting

CREATE FUNCTION rate(rate_estimate, confidence float8 DEFAULT 0.95, method text DEFAULT 'wilson',
	OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT n bigint, OUT n_bad bigint, OUT n_effective float8,
	OUT n_clusters bigint, OUT n_excluded bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'rate_estimate_rate' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200 ROWS 1;
COMMENT ON FUNCTION rate(rate_estimate, float8, text) IS 'share of bad items, weighted by 1 / probability (Hajek), with the interval at the effective number of items (Korn and Graubard 1998)';

CREATE FUNCTION true_rate(bad float8, n float8, caught float8, n_caught float8, cleared float8, n_cleared float8, confidence float8 DEFAULT 0.95,
	OUT value float8, OUT raw float8, OUT ci_low float8, OUT ci_high float8, OUT observed float8, OUT sensitivity float8, OUT specificity float8, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_true_rate' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 1;
COMMENT ON FUNCTION true_rate(float8, float8, float8, float8, float8, float8, float8) IS 'Rogan and Gladen (1978): the rate behind the findings of reviewers who err, with the interval of Lang and Reiczigel (2014)';
