-- export: consent, releases, manifests (docs/export.md)

CREATE TABLE consent (
	person text NOT NULL CHECK (person <> ''),
	purpose text NOT NULL DEFAULT '*' CHECK (purpose <> ''),
	given boolean NOT NULL,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	expires_at timestamptz,
	note text,
	recorded_by name NOT NULL DEFAULT current_user,
	PRIMARY KEY (person, purpose, at)
);
COMMENT ON TABLE consent IS 'what each person allowed or withdrew, for which purpose (* for all), in the order in which it happened: the newest row stands';
ALTER TABLE consent OWNER TO @extowner@;
SELECT pg_catalog.pg_extension_config_dump('consent', '');

CREATE TABLE withdrawn_items (
	item text PRIMARY KEY CHECK (item <> ''),
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	reason text,
	recorded_by name NOT NULL DEFAULT current_user
);
COMMENT ON TABLE withdrawn_items IS 'items that must not leave any more';
ALTER TABLE withdrawn_items OWNER TO @extowner@;
SELECT pg_catalog.pg_extension_config_dump('withdrawn_items', '');

CREATE TABLE releases (
	release bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL CHECK (name <> ''),
	at timestamptz NOT NULL DEFAULT transaction_timestamp(),
	released_by name NOT NULL DEFAULT current_user,
	query text NOT NULL,
	n_rows bigint NOT NULL,
	n_bytes bigint NOT NULL,
	sha256 bytea NOT NULL CHECK (pg_catalog.length(sha256) = 32),
	manifest jsonb NOT NULL
);
COMMENT ON TABLE releases IS 'each data set that left, with its manifest and the digest of its file';
COMMENT ON SEQUENCE releases_release_seq IS 'numbers of releases';
CREATE INDEX releases_sha256_idx ON releases USING hash (sha256);
ALTER TABLE releases OWNER TO @extowner@;
SELECT pg_catalog.pg_extension_config_dump('releases', '');
SELECT pg_catalog.pg_extension_config_dump('releases_release_seq', '');

CREATE TABLE release_contents (
	release bigint NOT NULL REFERENCES releases ON DELETE CASCADE,
	kind text NOT NULL CHECK (kind IN ('item', 'person')),
	id text NOT NULL,
	n_rows bigint NOT NULL,
	PRIMARY KEY (kind, id, release)
);
COMMENT ON TABLE release_contents IS 'the items and persons in each release, so that a withdrawal finds the releases that contain them';
ALTER TABLE release_contents OWNER TO @extowner@;
SELECT pg_catalog.pg_extension_config_dump('release_contents', '');

CREATE FUNCTION consent_status(person text, purpose text DEFAULT NULL) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	-- A withdrawal for one purpose is undone by consent to that purpose alone; one for all purposes by any later consent to this one.
	WITH newest AS (
		SELECT DISTINCT ON (c.purpose) c.purpose, c.given, c.at, c.given AND (c.expires_at IS NULL OR c.expires_at > now()) AS valid
		FROM consent c WHERE c.person = consent_status.person ORDER BY c.purpose, c.at DESC
	)
	SELECT CASE
		WHEN consent_status.purpose IS NULL THEN
			CASE WHEN bool_or(NOT n.given) THEN 'withdrawn' WHEN bool_or(n.valid) THEN 'given' ELSE 'unknown' END
		WHEN bool_or(NOT n.given AND n.purpose = consent_status.purpose) THEN 'withdrawn'
		WHEN bool_or(NOT n.given AND n.purpose = '*')
			AND NOT coalesce(max(n.at) FILTER (WHERE n.purpose = consent_status.purpose) > max(n.at) FILTER (WHERE n.purpose = '*'), false) THEN 'withdrawn'
		WHEN bool_or(n.valid AND n.purpose IN ('*', consent_status.purpose)) THEN 'given'
		ELSE 'unknown'
	END FROM newest n;
END;
COMMENT ON FUNCTION consent_status(text, text) IS 'given, withdrawn or unknown: what the newest consent of a person says for a purpose; without one, withdrawn if anything was withdrawn';

CREATE FUNCTION may_leave(person text, purpose text DEFAULT NULL) RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	SELECT CASE WHEN may_leave.purpose IS NULL THEN consent_status(may_leave.person, NULL) <> 'withdrawn'
		ELSE consent_status(may_leave.person, may_leave.purpose) = 'given' END;
END;
COMMENT ON FUNCTION may_leave(text, text) IS 'may the work of this person leave? Without a purpose: was nothing withdrawn; for a purpose: was consent given to it';

CREATE FUNCTION give_consent(person text, purpose text DEFAULT '*', note text DEFAULT NULL, expires_at timestamptz DEFAULT NULL) RETURNS void
	LANGUAGE sql VOLATILE
BEGIN ATOMIC
	INSERT INTO consent (person, purpose, given, expires_at, note)
		VALUES (give_consent.person, give_consent.purpose, true, give_consent.expires_at, give_consent.note);
END;
COMMENT ON FUNCTION give_consent(text, text, text, timestamptz) IS 'records that a person gave consent to a purpose, or to all';

CREATE FUNCTION releases_containing(kind text, id text, OUT release bigint, OUT name text, OUT at timestamptz, OUT n_rows bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'release_containing' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000 ROWS 10
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION releases_containing(text, text) IS 'the past releases that contain an item or a person, as far as they are committed now, and with how many rows';

CREATE FUNCTION withdraw(person text, purpose text DEFAULT '*', note text DEFAULT NULL,
	OUT release bigint, OUT name text, OUT at timestamptz, OUT n_rows bigint)
	RETURNS SETOF record LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
	INSERT INTO consent (person, purpose, given, note) VALUES (withdraw.person, withdraw.purpose, false, withdraw.note);
	SELECT r.release, r.name, r.at, r.n_rows FROM releases_containing('person', withdraw.person) r;
END;
COMMENT ON FUNCTION withdraw(text, text, text) IS 'records that a person withdrew consent, and gives the past releases that contain their work';

CREATE FUNCTION withdraw_item(item text, reason text DEFAULT NULL,
	OUT release bigint, OUT name text, OUT at timestamptz, OUT n_rows bigint)
	RETURNS SETOF record LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
	INSERT INTO withdrawn_items (item, reason) VALUES (withdraw_item.item, withdraw_item.reason) ON CONFLICT DO NOTHING;
	SELECT r.release, r.name, r.at, r.n_rows FROM releases_containing('item', withdraw_item.item) r;
END;
COMMENT ON FUNCTION withdraw_item(text, text) IS 'records that an item must not leave any more, and gives the past releases that contain it';

CREATE FUNCTION is_jsonl(line text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'export_is_jsonl' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION is_jsonl(text) IS 'is this text one JSON value that jsonb can hold, on one line?';

CREATE FUNCTION release_check(query text, purpose text DEFAULT NULL, format text DEFAULT NULL, review regclass DEFAULT NULL, options jsonb DEFAULT '{}',
	OUT check_name text, OUT ok boolean, OUT n bigint, OUT bound float8, OUT detail text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'release_rows' LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000000 ROWS 20;
COMMENT ON FUNCTION release_check(text, text, text, regclass, jsonb) IS 'what release() would check of the rows of a query, a row each';

CREATE FUNCTION manifest(query text, purpose text DEFAULT NULL, format text DEFAULT NULL, review regclass DEFAULT NULL, options jsonb DEFAULT '{}') RETURNS jsonb
	AS 'MODULE_PATHNAME', 'release_manifest' LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000000;
COMMENT ON FUNCTION manifest(text, text, text, regclass, jsonb) IS 'what one who receives the rows of a query needs to check them: rows, digests, query, snapshot, versions, figures of quality, checks';

CREATE FUNCTION release(name text, query text, purpose text DEFAULT NULL, format text DEFAULT NULL, review regclass DEFAULT NULL, options jsonb DEFAULT '{}') RETURNS jsonb
	AS 'MODULE_PATHNAME', 'release_record' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000;
COMMENT ON FUNCTION release(text, text, text, text, regclass, jsonb) IS 'checks the rows of a query, records them as a release and gives its manifest, or refuses with the list of what fails';

CREATE FUNCTION croissant_about(about jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'export_croissant_about' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION croissant_about(jsonb) IS 'checks what croissant() must be told: the fields that Croissant requires and no data can give';

CREATE FUNCTION croissant_rai(manifest jsonb) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	-- What the manifest knows about how the data was annotated, in the vocabulary Croissant RAI 1.0
	SELECT jsonb_strip_nulls(jsonb_build_object(
		'annotationsPerItem', (SELECT string_agg(format('%s: %s', a ->> 'name', round((a ->> 'n_ratings')::numeric / nullif((a ->> 'n_items')::numeric, 0), 2)), '; ' ORDER BY o)
			FROM jsonb_array_elements(croissant_rai.manifest -> 'agreement') WITH ORDINALITY u (a, o)),
		'dataAnnotationAnalysis', (SELECT jsonb_agg(format('%s: %s (%s) of %s raters on %s items is %s (95 %% interval %s to %s)', a ->> 'name', a ->> 'coefficient',
				a ->> 'level', a ->> 'n_raters', a ->> 'n_items', coalesce(round((a ->> 'value')::numeric, 3)::text, 'not defined'),
				coalesce(round((a ->> 'ci_low')::numeric, 3)::text, '-'), coalesce(round((a ->> 'ci_high')::numeric, 3)::text, '-')) ORDER BY o)
			FROM jsonb_array_elements(croissant_rai.manifest -> 'agreement') WITH ORDINALITY u (a, o)),
		'dataManipulationProtocol', (SELECT format('%s of %s texts are like another one (similarity of at least %s)', d ->> 'duplicates', d ->> 'texts', d ->> 'threshold')
			FROM (SELECT croissant_rai.manifest -> 'duplicates') u (d) WHERE d IS NOT NULL),
		'personalSensitiveInformation', (SELECT format('%s rows hold what looks like an address, a number or a key', n)
			FROM (SELECT croissant_rai.manifest ->> 'texts_with_personal_data') u (n) WHERE n IS NOT NULL),
		'dataLimitations', (SELECT format('%s persons contributed; the most productive of them to %s of %s rows', p ->> 'n', p ->> 'most_rows_of_one', croissant_rai.manifest ->> 'rows')
			FROM (SELECT croissant_rai.manifest -> 'persons') u (p) WHERE p IS NOT NULL)));
END;
COMMENT ON FUNCTION croissant_rai(jsonb) IS 'the fields of responsible AI (Croissant RAI 1.0) that a manifest can fill';

CREATE FUNCTION croissant(manifest jsonb, about jsonb) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	SELECT jsonb_strip_nulls(jsonb_build_object(
		'@context', '{"@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column", "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/", "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/", "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field", "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace", "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform"}'::jsonb,
		'@type', 'sc:Dataset',
		'conformsTo', jsonb_build_array('http://mlcommons.org/croissant/1.0', 'http://mlcommons.org/croissant/RAI/1.0'),
		'name', coalesce(a.about ->> 'name', m.name, 'data'),
		'description', a.about -> 'description',
		'license', a.about -> 'license',
		'url', a.about -> 'url',
		'creator', CASE jsonb_typeof(a.about -> 'creator') WHEN 'string' THEN jsonb_build_object('@type', 'sc:Organization', 'name', a.about -> 'creator') ELSE a.about -> 'creator' END,
		'publisher', a.about -> 'publisher',
		'datePublished', coalesce(a.about ->> 'date_published', left(croissant.manifest ->> 'created_at', 10)),
		'version', a.about -> 'version',
		'keywords', a.about -> 'keywords',
		'citeAs', a.about -> 'cite_as',
		'distribution', jsonb_build_array(jsonb_build_object(
			'@type', 'cr:FileObject', '@id', m.file, 'name', m.file, 'description', format('%s lines of JSON', croissant.manifest ->> 'rows'),
			'contentUrl', coalesce(a.about ->> 'content_url', m.file), 'contentSize', format('%s B', croissant.manifest ->> 'bytes'),
			'encodingFormat', 'application/jsonlines', 'sha256', croissant.manifest -> 'sha256')),
		'recordSet', jsonb_build_array(jsonb_build_object(
			'@type', 'cr:RecordSet', '@id', 'records', 'name', 'records', 'description', 'One record a line',
			'field', (SELECT jsonb_agg(jsonb_build_object(
					'@type', 'cr:Field', '@id', 'records/' || f.key, 'name', f.key,
					'dataType', CASE WHEN f.types ? 'string' OR f.types ? 'object' OR f.types ? 'array' THEN 'sc:Text' WHEN f.types ? 'number' THEN 'sc:Float' WHEN f.types ? 'boolean' THEN 'sc:Boolean' ELSE 'sc:Text' END,
					'repeated', CASE WHEN f.types ? 'array' THEN true END,
					'source', jsonb_build_object('fileObject', jsonb_build_object('@id', m.file), 'extract', jsonb_build_object('column', f.key))) ORDER BY f.key COLLATE "C")
				FROM jsonb_each(croissant.manifest -> 'fields') f (key, types))))))
		|| (SELECT coalesce(jsonb_object_agg('rai:' || r.key, r.value), '{}') FROM jsonb_each(croissant_rai(croissant.manifest) || coalesce(a.about -> 'rai', '{}')) r)
	FROM (SELECT croissant_about(croissant.about)) a (about),
		LATERAL (SELECT croissant.manifest ->> 'name', coalesce(croissant.manifest ->> 'name', 'data') || '.jsonl') m (name, file);
END;
COMMENT ON FUNCTION croissant(jsonb, jsonb) IS 'a Croissant 1.0 description (JSON-LD) of a released file from its manifest, with the fields of responsible AI that the data can fill';

CREATE FUNCTION person_report(person text, OUT section text, OUT source text, OUT what text, OUT n bigint, OUT value float8,
	OUT ci_low float8, OUT ci_high float8, OUT expected float8, OUT detail text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'export_person_report' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 50
	SET search_path = pg_catalog, pg_temp SET row_security = off;
COMMENT ON FUNCTION person_report(text) IS 'everything that is held about one person: consent, releases, stored ratings with intervals, review, ways to appeal';

REVOKE ALL ON FUNCTION give_consent(text, text, text, timestamptz), withdraw(text, text, text), withdraw_item(text, text),
	release(text, text, text, text, regclass, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION give_consent(text, text, text, timestamptz), withdraw(text, text, text), withdraw_item(text, text),
	release(text, text, text, text, regclass, jsonb) TO @extowner@ WITH GRANT OPTION;
