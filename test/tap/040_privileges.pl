# What needs no superuser must work without one: install, use, dump and restore as the owner of a database; read as a role with
# SELECT on its tables alone.  And what must be refused is refused: a squatter's schema.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('privileges');
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE owner LOGIN;
CREATE ROLE other LOGIN;
CREATE ROLE analyst LOGIN;
CREATE DATABASE project OWNER owner;
SQL

# Statements as a role: (exit code, output, errors)
sub as_role
{
	my ($role, $db, $sql) = @_;
	return $node->psql($db, $sql, connstr => $node->connstr($db) . " user=$role");
}

sub works
{
	my ($role, $db, $sql, $what) = @_;
	my ($status, $out, $err) = as_role($role, $db, $sql);
	is($status, 0, $what) or diag($err);
	return $out;
}

sub fails
{
	my ($role, $db, $sql, $error, $what) = @_;
	my ($status, $out, $err) = as_role($role, $db, $sql);
	isnt($status, 0, "$what: refused");
	like($err, $error, "$what: says why");
}

# ---- the owner of a database installs and uses ----

is($node->safe_psql('project', "SELECT rolsuper FROM pg_roles WHERE rolname = 'owner'"), 'f', 'the owner is no superuser');
works('owner', 'project', 'CREATE EXTENSION hdata', 'the owner of the database installs the extension');
works('owner', 'project', <<'SQL', 'the owner makes tables with stored states');
CREATE SCHEMA app;
CREATE TYPE app.grade AS ENUM ('low', 'middling', 'high');
CREATE TABLE app.annotations (item bigint, annotator uuid, label text, number float8, grade app.grade, labels text[], at timestamptz, day date);
INSERT INTO app.annotations
SELECT i, md5(r::text)::uuid, 'label ' || (i * 7 + r * i) % 3, (i * 7 + r * i) % 4 / 4.0, (enum_range(NULL::app.grade))[(i + r * i) % 3 + 1],
       (ARRAY['{}', '{a}', '{a,b}']::text[])[(i + r * i) % 3 + 1]::text[], timestamptz '2026-01-01 00:00+00' + i * interval '1 hour' + r * interval '1 minute',
       date '2026-01-01' + i % 3
FROM generate_series(1, 200) i, generate_series(1, 4) r WHERE (i * 3 + r) % 5 > 0;
CREATE TABLE app.daily (day date, kind text, state hdata.ratings, PRIMARY KEY (day, kind));
INSERT INTO app.daily
SELECT day, 'text', hdata.ratings_agg(item::text, annotator::text, label) FROM app.annotations GROUP BY day
UNION ALL SELECT day, 'number', hdata.ratings_agg(item, annotator, number) FROM app.annotations GROUP BY day
UNION ALL SELECT day, 'grade', hdata.ratings_agg(item, annotator, grade, at) FROM app.annotations GROUP BY day
UNION ALL SELECT day, 'set', hdata.ratings_agg(item, annotator, labels) FROM app.annotations GROUP BY day
UNION ALL SELECT day, 'first', hdata.ratings_first_agg(item, annotator, label, at, 'cluster ' || item % 7) FROM app.annotations GROUP BY day;
-- what pg_dump must bring back in the right order
CREATE INDEX ON app.daily USING hash (state);
CREATE INDEX ON app.daily (hdata.n_items(state));
CREATE VIEW app.report AS SELECT kind, (hdata.agreement(hdata.rollup(state))).* FROM app.daily GROUP BY kind;
CREATE MATERIALIZED VIEW app.monthly AS SELECT kind, hdata.rollup(state) AS state FROM app.daily GROUP BY kind;
ALTER TABLE app.daily ADD CHECK (hdata.n_ratings(state) > 0);
SQL
is(works('owner', 'project', 'SELECT count(*), count(value) FROM app.report', 'the owner reads the report'), '35|35', 'the report has its rows');
is($node->safe_psql('project', q(SELECT extowner::regrole FROM pg_extension WHERE extname = 'hdata')), 'owner', 'the owner owns the extension');

# ---- a role with USAGE and SELECT alone ----

works('owner', 'project', 'GRANT USAGE ON SCHEMA app TO analyst; GRANT SELECT ON app.annotations, app.daily, app.report TO analyst', 'the owner lets the analyst read');
for my $query (
	'SELECT hdata.n_items(r), hdata.n_raters(r), hdata.n_ratings(r), hdata.krippendorff_alpha(r), hdata.gwet_ac(r), hdata.percent_agreement(r),
	        hdata.fleiss_kappa(r), hdata.conger_kappa(r), hdata.brennan_prediger(r), hdata.scott_pi(r), r::jsonb, r::text
	   FROM (SELECT hdata.ratings_agg(item, annotator, label) AS r FROM app.annotations) t',
	"SELECT a.* FROM (SELECT hdata.ratings_agg(item, annotator, grade) AS r FROM app.annotations) t, hdata.agreement(r, 'ordinal', raters => 'random') a",
	"SELECT hdata.krippendorff_alpha(hdata.ratings_agg(item, annotator, labels), 'masi') FROM app.annotations",
	(map { "SELECT x.* FROM (SELECT hdata.rollup(state) AS r FROM app.daily WHERE kind = 'first') t, hdata.$_ x" }
		'observations(r)', 'rater_pairs(r)', 'rater_agreement(r)', 'item_agreement(r)', 'category_agreement(r)', 'coincidences(r)',
		'observations(hdata.first_ratings(r, 2))', q(observations(hdata.without_raters(r, '{nobody}'))), q(observations(hdata.only_items(r, '{1,2}')))),
	'SELECT state, count(*) FROM app.daily GROUP BY state ORDER BY state',
	'SELECT count(*) FROM app.daily a JOIN app.daily b ON a.state OPERATOR(hdata.=) b.state',
	'SELECT * FROM app.report')
{
	my ($short) = $query =~ /(hdata\.\w+|GROUP BY state|JOIN|app\.report)(?!.*hdata\.\w+)/s;
	my $out = works('analyst', 'project', $query, "the analyst queries: $short");
	isnt($out, '', "the analyst gets rows: $short");
}
fails('analyst', 'project', 'CREATE FUNCTION hdata.ratings_agg(int) RETURNS int LANGUAGE sql AS $$SELECT 1$$',
	qr/permission denied for schema hdata/, 'a function of somebody else in the schema');
fails('analyst', 'project', 'DROP EXTENSION hdata', qr/must be owner of extension/, 'dropping the extension');

# what PUBLIC may not call: whatever changes data, and what tells about the queue of others
my @revoked = map { $_->[0] } rows_of($node, 'project', <<'SQL');
SELECT DISTINCT p.proname FROM pg_proc p WHERE pronamespace = 'hdata'::regnamespace AND NOT has_function_privilege('analyst', p.oid, 'EXECUTE') ORDER BY 1
SQL
is_deeply(\@revoked, [ sort qw(give_consent release withdraw withdraw_item), map { "review_$_" } qw(adopt attach can claim define detach grant guard log move move_many redefine release renew seal sweep truncate withdraw_person) ],
	'PUBLIC may call every function that does not write');

# ---- dump and restore ----

# everything that is in a database and comes from a state
sub fingerprint
{
	my $db = shift;
	return $node->safe_psql($db, <<'SQL');
SELECT day, kind, md5(hdata.ratings_send(state)) FROM app.daily ORDER BY 1, 2;
SELECT kind, md5(hdata.ratings_send(state)) FROM app.monthly ORDER BY 1;
SELECT md5(string_agg(r::text, ' ' ORDER BY kind, coefficient)) FROM app.report r;
SELECT indexdef FROM pg_indexes WHERE schemaname = 'app' ORDER BY 1;
SELECT nspowner::regrole, extowner::regrole FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'hdata';
SQL
}

my $before = fingerprint('project');
my $dir = $node->basedir;
my @connection = ('-h', $node->host, '-p', $node->port);
command_ok([ 'pg_dump', @connection, '-U', 'owner', '-Fc', '-f', "$dir/project.dump", 'project' ], 'the owner dumps: custom format');
command_ok([ 'pg_dump', @connection, '-U', 'owner', '-f', "$dir/project.sql", 'project' ], 'the owner dumps: script');
command_ok([ 'pg_dump', @connection, '-U', 'owner', '--inserts', '-f', "$dir/inserts.sql", 'project' ], 'the owner dumps: INSERT');
unlike(slurp_file("$dir/project.sql"), qr/CREATE (FUNCTION|TYPE|AGGREGATE) hdata\./, 'the dump leaves the extension\'s objects to CREATE EXTENSION');
$node->safe_psql('postgres', "CREATE DATABASE $_ OWNER owner") for qw(restored scripted inserted restored_by_super);
command_ok([ 'pg_restore', @connection, '-U', 'owner', '--exit-on-error', '-d', 'restored', "$dir/project.dump" ], 'the owner restores with pg_restore');
command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', @connection, '-U', 'owner', '-d', 'scripted', '-f', "$dir/project.sql" ], 'the owner restores with psql');
command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', @connection, '-U', 'owner', '-d', 'inserted', '-f', "$dir/inserts.sql" ], 'the owner restores INSERTs with psql');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored_by_super', "$dir/project.dump" ], 'a superuser restores with pg_restore');
is(fingerprint($_), $before, "$_: states are the same to the byte") for qw(restored scripted inserted);
(my $by_super = fingerprint('restored_by_super')) =~ s/\n[^\n]*\z//;
(my $all_but_owner = $before) =~ s/\n[^\n]*\z//;
is($by_super, $all_but_owner, 'restored_by_super: states are the same to the byte');

# ---- a squatter's schema ----

sub new_database
{
	my ($name, $owner) = @_;
	$node->safe_psql('postgres', "DROP DATABASE IF EXISTS $name; CREATE DATABASE $name OWNER $owner; GRANT CREATE ON DATABASE $name TO other");
	return $name;
}

my $install = 'CREATE EXTENSION hdata';
new_database('squatted', 'owner');
works('other', 'squatted', 'CREATE SCHEMA hdata', 'a squatter makes the schema');
fails('owner', 'squatted', $install, qr/schema "hdata" belongs to a role that must not own it/, 'installing into a squatter\'s schema as the owner');
my ($status, $out, $err) = $node->psql('squatted', $install);
isnt($status, 0, 'installing into a squatter\'s schema as a superuser: refused');
like($err, qr/DETAIL:  The schema is owned by "other".*HINT:  Drop schema "hdata"/s, 'and the message names the squatter and what to do');
is($node->safe_psql('squatted', q(SELECT count(*) FROM pg_extension WHERE extname = 'hdata')), '0', 'nothing is left of it');
$node->safe_psql('squatted', 'DROP SCHEMA hdata');
works('owner', 'squatted', $install, 'when the schema is gone, the installation works');

new_database('filled', 'owner');
works('owner', 'filled', 'CREATE SCHEMA hdata; GRANT CREATE, USAGE ON SCHEMA hdata TO other', 'the owner makes the schema and lets somebody in');
works('other', 'filled', 'CREATE FUNCTION hdata.n_items(text) RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$', 'who puts an overload into it');
fails('owner', 'filled', $install, qr/schema "hdata" already holds objects.*n_items\(text\)/s, 'installing into a schema with objects');
works('owner', 'filled', 'DROP FUNCTION hdata.n_items(text); ' . $install, 'into the empty schema of one\'s own it works');

# operators, types and tables of a search_path that is not ours must not be used by the script
new_database('trapped', 'owner');
works('owner', 'trapped', <<'SQL', 'traps in the search path');
CREATE SCHEMA traps;
CREATE FUNCTION traps.never(oid, oid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE OPERATOR traps.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = traps.never);
CREATE FUNCTION traps.never(bigint, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE OPERATOR traps.> (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = traps.never);
CREATE FUNCTION traps.format(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE DOMAIN traps.name AS text CHECK (false);
ALTER DATABASE trapped SET search_path = traps, pg_catalog;
SQL
works('owner', 'trapped', $install, 'the installation does not fall into them');
is($node->safe_psql('trapped', 'SELECT hdata.n_items(hdata.ratings_agg(1::bigint, 2::bigint, 3::float8))'), '1', 'and what it made works');

# ---- the script and what it made ----

is($node->safe_psql('project', q(SELECT count(*) FROM pg_proc WHERE pronamespace = 'hdata'::regnamespace AND prosecdef)), '0', 'no function is SECURITY DEFINER');
is($node->safe_psql('project', q(SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod FROM pg_cast
	WHERE castsource = 'hdata.ratings'::regtype OR casttarget = 'hdata.ratings'::regtype)), 'hdata.ratings|jsonb|e|f', 'one cast, explicit and by function');
is($node->safe_psql('project', q(SELECT extnamespace::regnamespace, extrelocatable FROM pg_extension WHERE extname = 'hdata')),
	'hdata|f', 'the schema is hdata, not relocatable');
is($node->safe_psql('project', <<'SQL'), '', 'every public object has a comment');
SELECT string_agg(pg_describe_object(classid, objid, 0), ', ') FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'hdata')
  AND classid <> 'pg_namespace'::regclass
  AND NOT (classid = 'pg_type'::regclass AND (SELECT typelem <> 0 AND typsubscript::text = 'array_subscript_handler' FROM pg_type t WHERE t.oid = objid))
  AND obj_description(objid, classid::regclass::name) IS NULL
SQL
my @scripts = glob(($ENV{HDATA_ROOT} // "$FindBin::RealBin/../..") . '/sql/parts/*.sql');
ok(@scripts > 2, 'the parts of the install script are found');
for my $file (@scripts)
{
	my ($name) = $file =~ m{([^/]+)$};
	my $sql = slurp_file($file);
	$sql =~ s/--.*//g;
	unlike($sql, qr/OR\s+REPLACE|IF\s+NOT\s+EXISTS|SECURITY\s+DEFINER|WITHOUT\s+FUNCTION|WITH\s+INOUT/i, "$name creates plainly");
}

$node->stop('fast');
done_testing();
