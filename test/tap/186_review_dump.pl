# Tables under review are dumped and restored by an owner who is no superuser: whole databases, schema and data apart, one table
# alone.  Flows with all their versions, attachments, histories and seals arrive as they were, and work goes on from there.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('review_dump');
my $dir = $node->basedir;
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE owner LOGIN;
CREATE ROLE ann LOGIN;
CREATE ROLE rev LOGIN;
SQL
$node->safe_psql('postgres', "CREATE DATABASE $_ OWNER owner") for qw(project restored scripted inserted apart apart_super single);

sub as_role
{
	my ($role, $db, $sql) = @_;
	my ($status, $out, $err) = $node->psql($db, $sql, connstr => $node->connstr($db) . " user=$role");
	diag("$role in $db: $err") if $status;
	return $out;
}

my $WORK = q('draft -> sent as submit author; sent -> good as approve !author reason; good -> sent as reopen; sent -> bad as reject !author claim; initial draft; terminal bad; accepting good');
as_role('owner', 'project', <<"SQL");
CREATE EXTENSION hdata;
SELECT hdata.review_define('work', 'draft -> sent as submit author; sent -> fine as approve !author; sent -> bad as reject !author claim; initial draft; terminal bad, fine; accepting fine');
SELECT hdata.review_define('unused', 'a -> b as go ["Data Lead"]; initial a; terminal b');
CREATE SCHEMA app;
CREATE TABLE app.items (id bigint PRIMARY KEY, author text, body text, review_state text);
CREATE TABLE app.parts (id uuid, region text, author text, review_state text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE app.parts_eu PARTITION OF app.parts FOR VALUES IN ('eu');
CREATE TABLE app.parts_us PARTITION OF app.parts FOR VALUES IN ('us');
SELECT hdata.review_attach('app.items', 'work', 'id', 'review_state', author => 'author', content => '{body}', claim_limit => 3, claim_ttl => '20 minutes');
SELECT hdata.review_attach('app.parts', 'work', 'id', 'review_state', author => 'author');
SELECT hdata.review_grant(r) FROM unnest('{ann,rev}'::name[]) r;
GRANT USAGE ON SCHEMA app TO ann, rev;
GRANT SELECT, INSERT ON app.items, app.parts TO ann;
GRANT SELECT ON app.items, app.parts TO rev;
SQL
as_role('ann', 'project', <<'SQL');
INSERT INTO app.items SELECT i, 'ann', 'text ' || i FROM generate_series(1, 20) i;
INSERT INTO app.parts SELECT md5(i::text)::uuid, CASE i % 2 WHEN 0 THEN 'eu' ELSE 'us' END, 'ann' FROM generate_series(1, 6) i;
SELECT hdata.review_move('app.items', i, 'submit') FROM generate_series(1, 15) i;
SELECT hdata.review_move('app.parts', md5(i::text)::uuid, 'submit') FROM generate_series(1, 4) i;
SQL
as_role('rev', 'project', <<'SQL');
SELECT hdata.review_move('app.items', i, 'approve', reason => 'good', detail => '{"score": 1.50}', idem => 'call ' || i) FROM generate_series(1, 8) i;
SELECT hdata.review_claim('app.items', 2);
SQL
as_role('owner', 'project', <<"SQL");
SELECT hdata.review_redefine('work', $WORK, '{"fine": "good"}');
SELECT hdata.review_seal('app.items');
SELECT hdata.review_withdraw_person('rev', 'anonymise');
SELECT hdata.review_seal('app.items'), hdata.review_seal('app.parts');
SQL

# everything about the review of a table
my @tables = qw(items items_review items_review_log items_review_seal parts parts_review parts_review_log parts_review_seal);
sub fingerprint
{
	my ($db, @only) = @_;
	my @t = @only ? @only : @tables;
	return $node->safe_psql($db, join "\n",
		(map { "SELECT '$_', count(*), md5(string_agg(x::text, E'\\n' ORDER BY x::text COLLATE \"C\")) FROM app.$_ x;" } @t),
		@only ? () : ("SELECT 'flows', count(*), md5(string_agg(x::text, E'\\n' ORDER BY x::text COLLATE \"C\")) FROM hdata.review_flows x;", 'SELECT * FROM hdata.review_attachments();'));
}

# is all well, and does work go on?
sub goes_on
{
	my ($db, $what) = @_;
	is(as_role('owner', $db, q(SELECT * FROM hdata.review_verify('app.items'))), '', "$what: the history of items is whole, and its newest seal holds");
	is(as_role('owner', $db, q(SELECT v.* FROM app.items_review_seal s, hdata.review_verify('app.items', s.root) v)), '', "$what: all seals hold");
	is(as_role('owner', $db, 'SELECT problem, detail FROM hdata.review_doctor()'), '', "$what: nothing is out of place");
	is(as_role('ann', $db, q(SELECT seq, from_state, to_state FROM hdata.review_move('app.items', 16, 'submit'))), '2|draft|sent', "$what: the next move");
	is(as_role('rev', $db, q(SELECT seq, from_state, to_state FROM hdata.review_move('app.items', 16, 'approve', reason => 'x'))), '3|sent|good', "$what: and one by the flow as it was redefined");
	# a new claim gets a token that is above all old ones
	is(as_role('rev', $db, q(SELECT item, token FROM hdata.review_claim('app.items'))), '9|3', "$what: a claim");
	like(($node->psql($db, q(UPDATE app.items SET review_state = 'good' WHERE id = 17)))[2], qr/review state cannot go from "draft" to "good"/, "$what: the guard guards");
	is(as_role('owner', $db, q(SELECT items, events FROM hdata.review_seal('app.items'))), '20|' . $node->safe_psql($db, 'SELECT count(*) FROM app.items_review_log'), "$what: a new seal covers all of it");
	is(as_role('owner', $db, q(SELECT v.* FROM app.items_review_seal s, hdata.review_verify('app.items', s.root) v)), '', "$what: all seals hold afterwards");
	as_role('owner', $db, q(INSERT INTO app.items (id, author) VALUES (21, 'owner')));
	is(as_role('owner', $db, q(SELECT v.* FROM app.items_review_seal s, hdata.review_verify('app.items', s.root) v)), '', "$what: what comes later is not taken for sealed");
}

my @connection = ('-h', $node->host, '-p', $node->port, '-U', 'owner');
my $before = fingerprint('project');

command_ok([ 'pg_dump', @connection, '-Fc', '-f', "$dir/project.dump", 'project' ], 'the owner dumps: custom format');
command_ok([ 'pg_dump', @connection, '-f', "$dir/project.sql", 'project' ], 'the owner dumps: script');
command_ok([ 'pg_dump', @connection, '--inserts', '-f', "$dir/inserts.sql", 'project' ], 'the owner dumps: INSERT');
command_ok([ 'pg_dump', @connection, '--schema-only', '-f', "$dir/schema.sql", 'project' ], 'the owner dumps the schema');
command_ok([ 'pg_dump', @connection, '--data-only', '-f', "$dir/data.sql", 'project' ], 'the owner dumps the data');
command_ok([ 'pg_dump', @connection, '--data-only', '--disable-triggers', '-f', "$dir/data_super.sql", 'project' ], 'the owner dumps the data, with --disable-triggers');
command_ok([ 'pg_dump', @connection, '-t', 'app.items', '-t', 'app.items_review*', '-f', "$dir/items.sql", 'project' ], 'the owner dumps one table, with what belongs to it');
my @psql = ('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port);

command_ok([ 'pg_restore', @connection, '--exit-on-error', '-d', 'restored', "$dir/project.dump" ], 'the owner restores with pg_restore');
command_ok([ @psql, '-U', 'owner', '-d', 'scripted', '-f', "$dir/project.sql" ], 'the owner restores with psql');
command_ok([ @psql, '-U', 'owner', '-d', 'inserted', '-f', "$dir/inserts.sql" ], 'the owner restores INSERTs with psql');
for my $db (qw(restored scripted inserted))
{
	is(fingerprint($db), $before, "$db: everything is as it was");
}
goes_on('restored', 'restored');

# ---- schema and data apart: the triggers are there when the data come ----

command_ok([ @psql, '-U', 'owner', '-d', 'apart', '-f', "$dir/schema.sql" ], 'the owner restores the schema');
command_fails_like([ @psql, '-U', 'owner', '-d', 'apart', '-1', '-f', "$dir/data.sql" ], qr/ERROR/, 'the data alone: the guard refuses them');
{
	local $ENV{PGOPTIONS} = '-c hdata.review_import=on';
	command_ok([ @psql, '-U', 'owner', '-d', 'apart', '-1', '-f', "$dir/data.sql" ], 'with hdata.review_import = on it lets the owner load them');
}
is(fingerprint('apart'), $before, 'apart: everything is as it was, and nothing was logged meanwhile');
goes_on('apart', 'apart');
command_ok([ @psql, '-U', 'owner', '-d', 'apart_super', '-f', "$dir/schema.sql" ], 'the schema again');
$node->command_ok([ @psql, '-d', 'apart_super', '-f', "$dir/data_super.sql" ], 'a superuser loads what was dumped with --disable-triggers');
is(fingerprint('apart_super'), $before, 'apart_super: everything is as it was');

# ---- one table, into a database that has the flow ----

as_role('owner', 'single', <<"SQL");
CREATE EXTENSION hdata;
CREATE SCHEMA app;
SELECT hdata.review_define('work', $WORK);
SELECT hdata.review_grant(r) FROM unnest('{ann,rev}'::name[]) r;
GRANT USAGE ON SCHEMA app TO ann, rev;
SQL
command_ok([ @psql, '-U', 'owner', '-d', 'single', '-f', "$dir/items.sql" ], 'the owner restores one table');
my @of_items = grep { /^items/ } @tables;
is(fingerprint('single', @of_items), fingerprint('project', @of_items), 'single: the table, its history and its seals are as they were');
is(as_role('owner', 'single', q(SELECT * FROM hdata.review_verify('app.items'))), '', 'single: the history is whole, and the seal holds');
is(as_role('owner', 'single', 'SELECT problem, detail FROM hdata.review_doctor()'),
	'flow_version|' . $node->safe_psql('project', 'SELECT count(*) FROM app.items_review_log WHERE flow_version = 2') . ' row(s) of the log name version 2 of flow "work", which is not there.',
	'single: the doctor finds that the versions of the flow are others');
is(as_role('ann', 'single', q(SELECT seq, from_state, to_state FROM hdata.review_move('app.items', 16, 'submit'))), '2|draft|sent', 'single: the next move');

# ---- what pg_upgrade asks of a table of the extension ----

is($node->safe_psql('project', <<'SQL'), '', 'no column of the extension\'s tables is of a type that pg_upgrade cannot carry');
SELECT a.attrelid::regclass, a.attname, a.atttypid::regtype FROM pg_attribute a JOIN pg_depend d ON d.objid = a.attrelid AND d.classid = 'pg_class'::regclass
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND a.attnum > 0
  AND a.atttypid::regtype::text ~ '^reg(proc|oper|namespace|config|dictionary|collation)'
SQL
$node->command_ok([ 'pg_dump', '--schema-only', '--quote-all-identifiers', '--binary-upgrade', '-Fc', '-f', "$dir/upgrade.dump", $node->connstr('project') ], 'pg_dump as pg_upgrade calls it');

$node->stop('fast');
done_testing();
