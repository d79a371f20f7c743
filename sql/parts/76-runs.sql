-- label_runs: straight-lining (docs/quality.md)

%type label_runs | which labels somebody gave, in which order: a counting state, made by runs_agg | the same labels at the same times
%state label_runs | sum of two sequences | sum of stored sequences: merging one twice counts it twice

%aggregate runs_agg(text, timestamptz) | label_runs | runs_trans | runs_trans_text_at | IMMUTABLE | label_runs (label, at): the order is that of at; counting
%aggregate runs_agg(text, bigint) | label_runs | runs_trans | runs_trans_text_rev | IMMUTABLE | label_runs (label, at): the order is that of at; counting
%aggregate runs_agg("any", timestamptz) | label_runs | runs_trans | runs_trans_any_at | STABLE | label_runs (label, at): the order is that of at; counting
%aggregate runs_agg("any", bigint) | label_runs | runs_trans | runs_trans_any_rev | STABLE | label_runs (label, at): the order is that of at; counting

CREATE FUNCTION runs(label_runs, confidence float8 DEFAULT 0.95,
	OUT n bigint, OUT n_labels bigint, OUT longest_run bigint, OUT label text, OUT run_from bigint,
	OUT expected float8, OUT expected_low float8, OUT expected_high float8, OUT probability float8, OUT entropy_bits float8,
	OUT modal_label text, OUT modal_share float8, OUT modal_low float8, OUT modal_high float8, OUT n_tied bigint, OUT evidence text, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'label_runs_runs' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 1;
COMMENT ON FUNCTION runs(label_runs, float8) IS 'the longest run of one label, what it would be in random order, and how probable one as long is then (at most); a signal, no verdict';
CREATE FUNCTION observations(label_runs, OUT place bigint, OUT label text, OUT at timestamptz, OUT at_number bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'label_runs_observations' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1000;
COMMENT ON FUNCTION observations(label_runs) IS 'the labels in their order';
