# Whose code runs with whose rights: what lies on a table under review (triggers, expression indexes, policies, defaults, checks, and the
# same on the side table and the log) never runs with more rights than the owner of the table has; and all of it works for the owner of a
# database who is no superuser, through dump and restore.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('review_privileges');
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE owner LOGIN;
CREATE ROLE mallory LOGIN;
CREATE ROLE victim LOGIN;
CREATE ROLE reviewer LOGIN;
CREATE ROLE service LOGIN;
CREATE DATABASE project OWNER owner;
SQL

sub as_role
{
	my ($role, $db, $sql) = @_;
	my ($status, $out, $err) = $node->psql($db, "SET client_min_messages = warning;\n$sql", connstr => $node->connstr($db) . " user=$role");
	return ($status, $out, $err);
}

sub works
{
	my ($role, $sql, $what) = @_;
	my ($status, $out, $err) = as_role($role, 'project', $sql);
	is($status, 0, $what) or diag($err);
	return $out;
}

sub fails
{
	my ($role, $sql, $error, $what) = @_;
	my ($status, $out, $err) = as_role($role, 'project', $sql);
	isnt($status, 0, "$what: refused");
	like($err, $error, "$what: says why");
}

works('owner', <<'SQL', 'the owner of the database installs, and lets others in');
CREATE EXTENSION hdata;
GRANT CREATE ON DATABASE project TO mallory, victim;
SELECT hdata.review_define('flow', $$
	draft -> submitted as submit; submitted -> approved as approve claim; submitted -> draft as back; approved -> draft as reopen;
	initial draft; terminal gone; accepting approved; approved -> gone as export; frozen approved $$);
SELECT hdata.review_grant('mallory', attach => true);
SELECT hdata.review_grant(r) FROM unnest('{victim,reviewer,service}'::name[]) r;
SQL

# ---- what PUBLIC may call ----

is($node->safe_psql('project', <<'SQL'), '', 'no function of the module that writes is for PUBLIC');
SELECT string_agg(p.oid::regprocedure::text, ', ') FROM pg_proc p, LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
WHERE p.pronamespace = 'hdata'::regnamespace AND p.proname ~ '^review_(move|claim|renew|release|sweep|attach$|detach|adopt|grant|guard|log|truncate|define|redefine|seal|withdraw)'
	AND a.grantee = 0
SQL
is($node->safe_psql('project', q(SELECT count(*) FROM pg_proc WHERE pronamespace = 'hdata'::regnamespace AND prosecdef)), '0', 'no function is SECURITY DEFINER');
for my $call ("review_move('pg_class', 1, 'x')", "review_move_many('pg_class', '{1}'::bigint[], 'x')", "review_claim('pg_class')", "review_renew('pg_class', 1)",
	"review_release('pg_class', 1)", "review_sweep('pg_class')", "review_attach('pg_class', 'x', 'x', 'x')", "review_detach('pg_class')", "review_adopt('pg_class')",
	"review_grant('mallory')")
{
	my ($name) = $call =~ /^(\w+)/;
	$node->safe_psql('postgres', 'CREATE ROLE nobody LOGIN') if $name eq 'review_move' && $node->safe_psql('postgres', q(SELECT count(*) FROM pg_roles WHERE rolname = 'nobody')) eq '0';
	fails('nobody', "SELECT hdata.$call", qr/permission denied for function $name/, "$name by somebody without a grant");
}

# ---- a hostile owner ----

# What runs says whom it runs as, and tries what its owner may not do
works('victim', 'CREATE SCHEMA vault; CREATE TABLE vault.secret (t text); INSERT INTO vault.secret VALUES (\'secret\')', 'the victim has a secret');
works('mallory', <<'SQL', 'mallory lays traps on and under a table, and puts it under review');
CREATE SCHEMA lair;
CREATE TABLE lair.caught (place text, who name, loot text);
GRANT USAGE ON SCHEMA lair TO PUBLIC;
GRANT INSERT ON lair.caught TO PUBLIC;
CREATE FUNCTION lair.trap(place text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	loot text := '';
	attempt text;
BEGIN
	FOREACH attempt IN ARRAY ARRAY['SELECT t FROM vault.secret', 'SELECT rolpassword || ''x'' FROM pg_authid LIMIT 1', 'SET ROLE victim', 'SET ROLE postgres', 'RESET ROLE',
		'SET SESSION AUTHORIZATION postgres', 'CREATE ROLE fiend SUPERUSER', 'ALTER ROLE mallory SUPERUSER', 'CREATE TEMP TABLE pg_temp.left_behind (i int)',
		'ALTER TABLE vault.secret OWNER TO mallory', 'GRANT ALL ON vault.secret TO mallory'] LOOP
		BEGIN
			EXECUTE attempt;
			loot := loot || attempt || ';';
		EXCEPTION WHEN OTHERS THEN
		END;
	END LOOP;
	INSERT INTO lair.caught VALUES (place, current_user, loot);
END $$;
CREATE FUNCTION lair.row_trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM lair.trap(TG_TABLE_NAME || ' trigger ' || TG_WHEN || ' ' || TG_OP || ' ' || TG_LEVEL); RETURN coalesce(NEW, OLD); END $$;
CREATE FUNCTION lair.quiet_trap(t text, place text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM lair.trap(place); RETURN t; END $$;
CREATE FUNCTION lair.check_trap(t text, place text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM lair.trap(place); RETURN true; END $$;
CREATE DOMAIN lair.word AS text CHECK (lair.check_trap(VALUE, 'domain'));
CREATE TABLE lair.bait (id bigint PRIMARY KEY, author text, body lair.word, note text DEFAULT lair.quiet_trap('x', 'default'),
	made text GENERATED ALWAYS AS (lair.quiet_trap(body, 'generated column')) STORED, state text,
	CHECK (lair.check_trap(body, 'check')));
CREATE VIEW lair.members AS SELECT lair.quiet_trap('service', 'view of members') AS actor, lair.quiet_trap('r', 'view of members') AS role;
SELECT hdata.review_attach('lair.bait', 'flow', 'id', 'state', content => '{body}');
INSERT INTO lair.bait (id, body) SELECT i, 'x' FROM generate_series(1, 20) i;
CREATE INDEX ON lair.bait (lair.quiet_trap(state, 'expression index'));
CREATE INDEX ON lair.bait (id) WHERE lair.check_trap(state, 'predicate of an index');
CREATE TRIGGER a_before BEFORE UPDATE ON lair.bait FOR EACH ROW EXECUTE FUNCTION lair.row_trap();
CREATE TRIGGER a_after AFTER UPDATE ON lair.bait FOR EACH ROW EXECUTE FUNCTION lair.row_trap();
CREATE TRIGGER a_statement BEFORE UPDATE ON lair.bait FOR EACH STATEMENT EXECUTE FUNCTION lair.row_trap();
CREATE TRIGGER b_statement AFTER UPDATE ON lair.bait FOR EACH STATEMENT EXECUTE FUNCTION lair.row_trap();
-- and on the tables of ours
CREATE TRIGGER a_side BEFORE INSERT OR UPDATE ON lair.bait_review FOR EACH ROW EXECUTE FUNCTION lair.row_trap();
CREATE TRIGGER b_side AFTER INSERT OR UPDATE ON lair.bait_review FOR EACH ROW EXECUTE FUNCTION lair.row_trap();
CREATE TRIGGER a_log BEFORE INSERT ON lair.bait_review_log FOR EACH ROW EXECUTE FUNCTION lair.row_trap();
CREATE TRIGGER b_log AFTER INSERT ON lair.bait_review_log FOR EACH ROW EXECUTE FUNCTION lair.row_trap();
CREATE INDEX ON lair.bait_review (lair.quiet_trap(state, 'index of the side table'));
CREATE INDEX ON lair.bait_review_log (lair.quiet_trap(action, 'index of the log'));
CREATE INDEX ON lair.bait_review (round) WHERE lair.check_trap(state, 'predicate on the side table');
CREATE INDEX ON lair.bait_review_log (round) WHERE lair.check_trap(action, 'predicate on the log');
ALTER TABLE lair.bait_review ADD CHECK (lair.check_trap(state, 'check of the side table'));
ALTER TABLE lair.bait_review_log ADD CHECK (lair.check_trap(action, 'check of the log'));
GRANT ALL ON lair.bait TO PUBLIC;
TRUNCATE lair.caught;
SQL

my %caller = (postgres => 'a superuser', victim => 'the victim', owner => 'the owner of the database');
my $item = 1;
for my $role (sort keys %caller)
{
	works($role, <<SQL, "$caller{$role} uses every mover");
SELECT hdata.review_move('lair.bait', $item, 'submit');
SELECT hdata.review_move_many('lair.bait', ARRAY[${\($item + 1)}, ${\($item + 2)}], 'submit');
SELECT hdata.review_can('lair.bait', $item);
SELECT hdata.review_renew('lair.bait', token), hdata.review_release('lair.bait', token) FROM hdata.review_claim('lair.bait');
SELECT hdata.review_claim('lair.bait', ttl => '1 microsecond');
SELECT hdata.review_sweep('lair.bait');
SELECT hdata.review_move('lair.bait', item::bigint, 'approve', claim => token) FROM hdata.review_claim('lair.bait');
SQL
	my $places = $node->safe_psql('project', 'SELECT count(DISTINCT place) FROM lair.caught');
	is($places, '18', "$caller{$role}: the traps were sprung, each of them");
	is($node->safe_psql('project', q(SELECT string_agg(DISTINCT who, ',') FROM lair.caught)), 'mallory', "$caller{$role}: all ran as mallory");
	is($node->safe_psql('project', q(SELECT string_agg(DISTINCT loot, ',') FROM lair.caught)), '', "$caller{$role}: nobody could do more than mallory");
	$node->safe_psql('project', 'TRUNCATE lair.caught');
	$item += 3;
}

# a plain UPDATE: what lies on the table runs as whoever writes, as ever in PostgreSQL; what lies on ours, as mallory
works('victim', "UPDATE lair.bait SET state = 'submitted' WHERE id = 15", 'the victim writes plainly');
is($node->safe_psql('project', q(SELECT string_agg(DISTINCT who, ',') FROM lair.caught WHERE place ~ 'bait_review|side table|log')), 'mallory', 'the traps on the side table and the log ran as mallory');
cmp_ok($node->safe_psql('project', q(SELECT count(DISTINCT place) FROM lair.caught WHERE place ~ 'bait_review|side table|log')), '>=', 8, 'all of them did');
$node->safe_psql('project', 'TRUNCATE lair.caught');

# each trap by itself: it must not be taken for harmless
my $traps = 0;
for my $trap (
	'CREATE INDEX ON %s (id) WHERE lair.check_trap(state, %L)', 'CREATE INDEX ON %s (lair.quiet_trap(state, %L))', 'ALTER TABLE %s ADD CHECK (lair.check_trap(state, %L))',
	'CREATE TRIGGER a BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION lair.row_trap()', 'CREATE TRIGGER a AFTER UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION lair.row_trap()',
	'ALTER TABLE %s ADD made text GENERATED ALWAYS AS (lair.quiet_trap(state, %L)) STORED',
	'CREATE INDEX ON %s_review (rev) WHERE lair.check_trap(state, %L)', 'CREATE INDEX ON %s_review (lair.quiet_trap(state, %L))', 'ALTER TABLE %s_review ADD CHECK (lair.check_trap(state, %L))',
	'CREATE TRIGGER a AFTER UPDATE ON %s_review FOR EACH ROW EXECUTE FUNCTION lair.row_trap()',
	'CREATE INDEX ON %s_review_log (seq) WHERE lair.check_trap(action, %L)', 'CREATE INDEX ON %s_review_log (lair.quiet_trap(action, %L))',
	'ALTER TABLE %s_review_log ADD CHECK (lair.check_trap(action, %L))', 'CREATE TRIGGER a AFTER INSERT ON %s_review_log FOR EACH ROW EXECUTE FUNCTION lair.row_trap()')
{
	my $table = 'lair.trap' . ++$traps;
	(my $sql = $trap) =~ s/%s/$table/;
	$sql =~ s/%L/'$table'/;
	works('mallory', <<SQL, "mallory lays one trap: $trap");
CREATE TABLE $table (id bigint PRIMARY KEY, state text);
SELECT hdata.review_attach('$table', 'flow', 'id', 'state', content => '{}');
INSERT INTO $table VALUES (1), (2);
$sql;
GRANT SELECT, UPDATE ON $table TO PUBLIC;
TRUNCATE lair.caught;
SQL
	works('postgres', "SELECT hdata.review_move('$table', 1, 'submit')", 'a superuser moves an item');
	is($node->safe_psql('project', q(SELECT string_agg(DISTINCT who, ',') || ' ' || string_agg(DISTINCT loot, '') FROM lair.caught)), 'mallory ', 'it ran as mallory');
	next unless $trap =~ /_review/;
	works('mallory', 'TRUNCATE lair.caught', 'again');
	works('victim', "UPDATE $table SET state = 'submitted' WHERE id = 2", 'the victim writes plainly');
	is($node->safe_psql('project', q(SELECT string_agg(DISTINCT who, ',') || ' ' || string_agg(DISTINCT loot, '') FROM lair.caught)), 'mallory ', 'it ran as mallory');
}

works('mallory', <<'SQL', 'mallory makes the types of key and state domains');
CREATE DOMAIN lair.key AS bigint CHECK (lair.check_trap(VALUE::text, 'domain of the key'));
CREATE DOMAIN lair.state AS text CHECK (lair.check_trap(VALUE, 'domain of the state'));
CREATE TABLE lair.domains (id lair.key PRIMARY KEY, state lair.state);
SELECT hdata.review_attach('lair.domains', 'flow', 'id', 'state', content => '{}');
INSERT INTO lair.domains VALUES (1), (2);
GRANT SELECT ON lair.domains TO PUBLIC;
TRUNCATE lair.caught;
SQL
works('postgres', q(SELECT hdata.review_move('lair.domains', 1, 'submit'); SELECT hdata.review_move_many('lair.domains', '{2}'::text[], 'submit')), 'a superuser moves items');
is($node->safe_psql('project', q(SELECT string_agg(DISTINCT place || ' ' || who || loot, ',' ORDER BY place || ' ' || who || loot) FROM lair.caught)),
	'domain of the key mallory,domain of the state mallory', 'the checks of both ran as mallory');

# a view of members
works('mallory', <<'SQL', 'mallory attaches with a view of members');
SELECT hdata.review_detach('lair.bait');
SELECT hdata.review_attach('lair.bait', 'flow', 'id', 'state', roles => 'lair.members');
SQL
$node->safe_psql('project', q(SELECT hdata.review_define('roles', 'a -> b as go [r]; b -> c as end; initial a; terminal c')));
works('mallory', <<'SQL', 'mallory attaches another table with it');
CREATE TABLE lair.bait2 (id int PRIMARY KEY, state text);
SELECT hdata.review_attach('lair.bait2', 'roles', 'id', 'state', roles => 'lair.members');
INSERT INTO lair.bait2 VALUES (1);
GRANT SELECT ON lair.bait2 TO PUBLIC;
TRUNCATE lair.caught;
SQL
works('service', q(SELECT hdata.review_move('lair.bait2', 1, 'go')), 'a member of it moves an item');
is($node->safe_psql('project', q(SELECT string_agg(DISTINCT place || ' ' || who || loot, ',') FROM lair.caught)), 'view of members mallory', 'the view ran as mallory');

# what would run at the end of the transaction, with the rights of whoever commits, is refused
works('mallory', <<'SQL', 'mallory lays a deferred trap');
CREATE TABLE lair.later (id int PRIMARY KEY, state text);
SELECT hdata.review_attach('lair.later', 'flow', 'id', 'state');
INSERT INTO lair.later VALUES (1), (2);
CREATE CONSTRAINT TRIGGER a_later AFTER UPDATE ON lair.later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lair.row_trap();
GRANT SELECT ON lair.later TO PUBLIC;
TRUNCATE lair.caught;
SQL
fails($_, q(SELECT hdata.review_move('lair.later', 1, 'submit')), qr/cannot fire deferred trigger within security-restricted operation/, "$caller{$_} and a deferred trigger") for sort keys %caller;
works('mallory', q(SELECT hdata.review_move('lair.later', 1, 'submit')), 'mallory alone may use it');
works('mallory', <<'SQL', 'and another, that defers itself');
DROP TRIGGER a_later ON lair.later;
CREATE TABLE lair.other (id int);
CREATE CONSTRAINT TRIGGER a_later AFTER INSERT ON lair.other DEFERRABLE FOR EACH ROW EXECUTE FUNCTION lair.row_trap();
CREATE FUNCTION lair.defer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN SET CONSTRAINTS ALL DEFERRED; INSERT INTO lair.other VALUES (1); RETURN NEW; END $$;
CREATE TRIGGER a_defer BEFORE UPDATE ON lair.later FOR EACH ROW EXECUTE FUNCTION lair.defer();
SQL
fails('postgres', q(SELECT hdata.review_move('lair.later', 2, 'submit')), qr/cannot fire deferred trigger within security-restricted operation/, 'a superuser and a trigger that defers another');
is($node->safe_psql('project', q(SELECT count(*) FROM lair.caught WHERE who <> 'mallory')), '0', 'nothing of it ran as anybody else');

# policies are evaluated for the caller, as in any SELECT of his; who is above policies runs none
works('mallory', <<'SQL', 'mallory writes a policy');
CREATE TABLE lair.hidden (id int PRIMARY KEY, state text);
SELECT hdata.review_attach('lair.hidden', 'flow', 'id', 'state');
INSERT INTO lair.hidden VALUES (1), (2);
ALTER TABLE lair.hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON lair.hidden USING (lair.check_trap(state, 'policy') AND id = 1);
GRANT SELECT ON lair.hidden TO PUBLIC;
TRUNCATE lair.caught;
SQL
works('postgres', q(SELECT hdata.review_move('lair.hidden', 2, 'submit')), 'a superuser is above policies');
is($node->safe_psql('project', 'SELECT count(*) FROM lair.caught'), '0', 'which are not even evaluated');
fails('victim', q(SELECT hdata.review_move('lair.hidden', 2, 'back')), qr/there is no item "2"/, 'an item that a policy hides');
works('victim', q(SELECT hdata.review_move('lair.hidden', 1, 'submit')), 'an item that it shows');
fails('victim', q(SET row_security = off; SELECT hdata.review_move('lair.hidden', 1, 'back')), qr/query would be affected by row-level security policy/, 'who will not have policies evaluated');

# ---- a hostile caller: what the owner wrote runs as the owner, and must not find what the caller puts in its way ----

works('owner', <<'SQL', 'an honest table, with triggers that say nothing of schemas');
CREATE SCHEMA app;
CREATE TABLE app.journal (t text);
CREATE FUNCTION app.note(t text) RETURNS void LANGUAGE sql AS $$ INSERT INTO app.journal VALUES ($1) $$;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM note(lower('Moved')); RETURN NEW; END $$;
CREATE TABLE app.task (id bigint PRIMARY KEY, author text, body text, state text);
CREATE TRIGGER touch BEFORE UPDATE ON app.task FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE TABLE app.parent (id int PRIMARY KEY);
CREATE TABLE app.child (id int PRIMARY KEY, parent int REFERENCES app.parent ON DELETE CASCADE, state text);
SELECT hdata.review_attach('app.task', 'flow', 'id', 'state', author => 'author', service => 'service');
SELECT hdata.review_attach('app.child', 'flow', 'id', 'state');
INSERT INTO app.task SELECT i, 'owner', 'x' FROM generate_series(1, 10) i;
INSERT INTO app.parent VALUES (1);
INSERT INTO app.child VALUES (1, 1);
SELECT hdata.review_move('app.child', 1, 'submit');
CREATE FUNCTION app.definer() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = app AS $$ UPDATE child SET state = 'gone' WHERE id = 1 $$;
GRANT USAGE ON SCHEMA app TO reviewer, service, mallory;
GRANT SELECT, UPDATE, INSERT ON app.task, app.child TO reviewer, service;
GRANT SELECT, DELETE ON app.parent TO reviewer;
SQL
works('mallory', <<'SQL', 'mallory sets traps in a search path');
CREATE SCHEMA evil;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
CREATE FUNCTION evil.note(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE 'captured %', current_user; END $$;
CREATE FUNCTION evil.lower(t text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'captured %', current_user; END $$;
SQL
works('reviewer', q(SET search_path = evil, pg_catalog, app; SELECT hdata.review_move('app.task', 1, 'submit')), 'a reviewer calls with that path');
is($node->safe_psql('project', 'SELECT string_agg(t, \',\') FROM app.journal'), 'moved', 'the trigger found what its owner meant');
works('owner', 'GRANT CREATE ON SCHEMA app TO mallory', 'the owner lets mallory create objects beside it');
fails('reviewer', q(SELECT hdata.review_move('app.task', 2, 'submit')), qr/function note\(text\) does not exist/, 'names without schema are then not looked for there');
works('owner', 'REVOKE CREATE ON SCHEMA app FROM mallory', 'and no longer');
works('reviewer', q(SELECT hdata.review_move('app.task', 2, 'submit')), 'it works again');

# hdata.review_import is for the owner alone, whoever sets it and whoever the statement runs as
fails('reviewer', q(SET hdata.review_import = on; UPDATE app.child SET state = 'gone' WHERE id = 1), qr/review state cannot go/, 'review_import by a reviewer');
fails('reviewer', q(SET hdata.review_import = on; INSERT INTO app.task VALUES (77, 'reviewer', 'x', 'approved')), qr/rows of "task" begin in state/, 'review_import by a reviewer, INSERT');
works('owner', 'GRANT EXECUTE ON FUNCTION app.definer TO reviewer; GRANT USAGE ON SCHEMA app TO reviewer', 'a function with the rights of the owner');
fails('reviewer', 'SET hdata.review_import = on; SELECT app.definer()', qr/review state cannot go/, 'review_import through a function with the rights of the owner');
fails('reviewer', 'SET hdata.review_import = on; DELETE FROM app.parent', qr/cannot be deleted/, 'review_import through a cascade');
works('owner', q(BEGIN; SET LOCAL hdata.review_import = on; UPDATE app.child SET state = 'gone'; ROLLBACK), 'review_import by the owner');
fails('owner', q(SET ROLE reviewer), qr/permission denied/, 'the owner is not the reviewer');

# nobody writes into the side table or the log by himself
fails('reviewer', $_, qr/permission denied/, "a reviewer: $_")
	for 'SELECT * FROM app.task_review_log', 'UPDATE app.task_review SET claimed_by = \'reviewer\'', 'DELETE FROM app.task_review_log', 'SELECT nextval(\'app.task_review_token_seq\')';

# ---- dump and restore as the owner of a database, who is no superuser ----

works('owner', <<'SQL', 'a history');
DELETE FROM app.task WHERE id = 10;
SELECT hdata.review_move_many('app.task', ARRAY[4, 5, 6], 'submit', reason => 'Grüße', detail => '{"a": 1}', idem => 'batch');
SELECT hdata.review_claim('app.task', 2);
SQL
my $dir = $node->basedir;
my @connection = ('-h', $node->host, '-p', $node->port, '-U', 'owner');
my $history = q(SELECT md5(string_agg(l::text, ';' ORDER BY item, seq)) FROM app.task_review_log l; SELECT md5(string_agg(s::text, ';' ORDER BY item)) FROM app.task_review s;
	SELECT md5(string_agg(t::text, ';' ORDER BY id)) FROM app.task t; SELECT rel, flow, side, log FROM hdata.review_attachments() WHERE rel::text ~ '^app' ORDER BY rel::text);
$node->safe_psql('project', 'DROP SCHEMA lair CASCADE; DROP SCHEMA evil CASCADE; DROP SCHEMA vault CASCADE');
my $before = works('owner', $history, 'the history before');
command_ok([ 'pg_dump', @connection, '-Fc', '-f', "$dir/project.dump", 'project' ], 'the owner dumps');
$node->safe_psql('postgres', 'CREATE DATABASE restored OWNER owner');
command_ok([ 'pg_restore', @connection, '--exit-on-error', '-d', 'restored', "$dir/project.dump" ], 'the owner restores');
my ($status, $after, $err) = as_role('owner', 'restored', $history);
is($after, $before, 'the history after');
($status, my $out, $err) = as_role('owner', 'restored', <<'SQL');
SELECT item, seq, to_state, replayed FROM hdata.review_move('app.task', 4, 'submit', reason => 'Grüße', idem => 'batch/4');
SELECT seq, to_state, replayed FROM hdata.review_move('app.task', 1, 'approve', claim => 1);
SELECT token FROM hdata.review_claim('app.task');
SQL
is($status, 0, 'it is under review as before') or diag($err);
is($out, "4|2|submitted|t\n3|approved|f\n3", 'receipts, claims and tokens go on');
($status, $out, $err) = as_role('owner', 'restored', q(UPDATE app.child SET state = 'draft' WHERE id = 1; UPDATE app.child SET state = 'approved' WHERE id = 1));
like($err, qr/review state cannot go/, 'and guarded as before');
($status, $out, $err) = as_role('reviewer', 'restored', q(SELECT to_state FROM hdata.review_move('app.task', 7, 'submit')));
like($err, qr/permission denied for function/, 'who may move items there is to be granted again: rights on functions of an extension are not dumped by a restore without them')
	if $status != 0;

$node->stop;
done_testing();
