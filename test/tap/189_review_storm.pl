# Eight clients do everything to thirty items at once: rows change partition, alone and with their state; moves, claims, deletes, inserts
# of keys that come again; many of it refused, in subtransactions.  Nothing but refusals is seen, every history has one thread, and
# table, side table and log agree.
#
# About four seconds; HDATA_LONG=1 makes it ten times as long.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $n = $ENV{HDATA_LONG} ? 10_000 : 1_000;
my $node = start_node('review_storm', { conf => [ 'fsync = off', 'synchronous_commit = off', 'max_connections = 30' ] });
my $db = database($node, 'storm');

$node->safe_psql($db, <<'SQL');
SELECT hdata.review_define('storm', $$ draft -> submitted as submit; submitted -> draft as back; submitted -> approved as approve claim;
	approved -> draft as reopen; approved -> gone as export; initial draft; terminal gone; deletable draft $$);
CREATE TABLE item (id bigint, part int, state text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE item_1 PARTITION OF item FOR VALUES IN (1);
CREATE TABLE item_2 (state text, part int NOT NULL, id bigint NOT NULL);
ALTER TABLE item ATTACH PARTITION item_2 FOR VALUES IN (2);
SELECT hdata.review_attach('item', 'storm', 'id', 'state', claim_limit => 1000);
INSERT INTO item SELECT i, 1 FROM generate_series(1, 30) i;
CREATE FUNCTION act(k bigint, what int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	CASE what
		WHEN 0 THEN UPDATE item SET part = 3 - part WHERE id = k;
		WHEN 1 THEN PERFORM hdata.review_move('item', k, 'submit');
		WHEN 2 THEN PERFORM hdata.review_move('item', k, 'back');
		WHEN 3 THEN PERFORM hdata.review_claim('item');
		WHEN 4 THEN PERFORM hdata.review_move('item', k, 'approve');
		WHEN 5 THEN PERFORM hdata.review_move('item', k, 'reopen');
		WHEN 6 THEN DELETE FROM item WHERE id = k AND state = 'draft'; INSERT INTO item VALUES (k, 1);
		WHEN 7 THEN UPDATE item SET part = 3 - part, state = CASE state WHEN 'draft' THEN 'submitted' ELSE 'draft' END WHERE id = k;
		ELSE INSERT INTO item VALUES (k, 2);
	END CASE;
EXCEPTION WHEN OTHERS THEN
	-- refusals of the module, a key that is there already, two that wait for each other
	IF SQLSTATE !~ '^(23R|55R|P0002|23505|40P01)' THEN
		RAISE;
	END IF;
END $$;
SQL
my $file = $node->basedir . '/storm.sql';
append_to_file($file, "\\set k random(1, 30)\n\\set what random(0, 8)\nSELECT act(:k, :what);\n");
my ($out, $err);
ok(IPC::Run::run([ 'pgbench', '-n', '-h', $node->host, '-p', $node->port, '-U', 'postgres', '-f', $file, '-c', 8, '-j', 2, '-t', $n, $db ], '>', \$out, '2>', \$err),
	'nothing but refusals') or diag($err);
is($node->safe_psql($db, q(SELECT * FROM hdata.review_verify('item') LIMIT 5)), '', 'all histories are whole');
is($node->safe_psql($db, q(SELECT problem, detail FROM hdata.review_doctor('item'))), '', 'nothing is out of place');
cmp_ok($node->safe_psql($db, 'SELECT count(*) FROM item_review_log'), '>', $n, 'much was done');
is($node->safe_psql($db, q(SELECT count(*) FROM item u FULL JOIN item_review s ON s.item = u.id WHERE u.state IS DISTINCT FROM s.state)), '0', 'table and side table agree');
unlike(slurp_file($node->logfile), qr/WARNING|PANIC|FATAL|terminated by signal/, 'nothing leaked, nothing crashed');

$node->stop('fast');
done_testing();
