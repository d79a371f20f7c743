# Many at once: no item is given to two workers, limits hold, and under moves, plain UPDATEs, claims and deadlines that get in each other's way
# nothing is lost: every acknowledged move is in the log once, and table, side table and log agree.
#
# The size is chosen for a machine with two cores (about five seconds); HDATA_LONG=1 makes it ten times as long.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $long = $ENV{HDATA_LONG} ? 10 : 1;
my $items = 12_000;
my $node = start_node('review_claims', { conf => [ 'fsync = off', 'synchronous_commit = off', 'max_connections = 30' ] });
my $db = database($node, 'claims');

$node->safe_psql($db, <<SQL);
CREATE ROLE service;
CREATE TABLE members AS SELECT 'w' || i AS actor, 'worker'::text AS role FROM generate_series(0, 15) i;
SELECT hdata.review_define('queue', \$\$ open -> done as finish [worker] claim; initial open; terminal done \$\$);
CREATE TABLE task (id bigint PRIMARY KEY, state text);
SELECT hdata.review_attach('task', 'queue', 'id', 'state', service => 'service', roles => 'members');
INSERT INTO task SELECT i FROM generate_series(1, $items) i;
CREATE TABLE granted (item bigint, token bigint, worker int, level text);
ANALYZE;
SQL

# runs a pgbench script with 8 clients; what it prints
sub bench
{
	my ($name, $script, @options) = @_;
	my $file = $node->basedir . "/$name.sql";

	append_to_file($file, $script);
	my ($out, $err);
	my $ok = IPC::Run::run([ 'pgbench', '-n', '-h', $node->host, '-p', $node->port, '-U', 'postgres', '-f', $file, '-c', 8, '-j', 2, @options, $db ], '>', \$out, '2>', \$err);
	ok($ok, "$name ran") or diag($err);
	return "$out$err";
}

# ---- every item once, also by callers with old snapshots ----

# who is told to try again (40001) does
my $calls = $items / 8 / 4;
my $out = bench('grants', <<'SQL', '-t', int($calls * 1.3), '--max-tries=1000');
\set level random(1, 10)
\if :level = 1
BEGIN ISOLATION LEVEL REPEATABLE READ;
\elif :level = 2
BEGIN ISOLATION LEVEL SERIALIZABLE;
\else
BEGIN;
\endif
INSERT INTO granted SELECT item::bigint, token, :client_id, current_setting('transaction_isolation') FROM hdata.review_claim('task', 4, actor => 'w' || :client_id);
COMMIT;
SQL
like($out, qr/number of failed transactions: 0 /, 'no transaction failed');
is($node->safe_psql($db, 'SELECT count(*), count(DISTINCT item), count(DISTINCT token) FROM granted'), "$items|$items|$items", "$items grants, no item and no token twice");
is($node->safe_psql($db, "SELECT count(*) FROM task_review s LEFT JOIN granted g USING (item) WHERE s.claimed_by IS DISTINCT FROM 'w' || g.worker OR s.claim_token IS DISTINCT FROM g.token"), '0',
	'the side table says the same');
cmp_ok($node->safe_psql($db, q(SELECT count(*) FROM granted WHERE level <> 'read committed')), '>', 100, 'also under higher isolation levels');
my ($latency) = $out =~ /latency average = ([\d.]+) ms/;
note "a claim of four at 8 clients: $latency ms";

# ---- tokens that run out: the holder of the newest alone gets through ----

$node->safe_psql($db, 'TRUNCATE granted; ALTER TABLE task DISABLE TRIGGER ALL; UPDATE task SET state = \'open\'; ALTER TABLE task ENABLE TRIGGER ALL; DELETE FROM task WHERE id > 400; SELECT hdata.review_adopt(\'task\');
UPDATE task_review SET claimed_by = NULL, claim_token = NULL, claim_until = NULL, claimed_at = NULL; CREATE TABLE finished (item bigint, token bigint, worker int)');
$out = bench('takeover', <<'SQL', '-t', 60 * $long);
INSERT INTO granted SELECT item::bigint, token, :client_id FROM hdata.review_claim('task', 3, ttl => '30 milliseconds', actor => 'w' || :client_id);
SELECT coalesce(max(item), 0) AS item, coalesce(max(token) FILTER (WHERE item = (SELECT max(item) FROM granted WHERE worker = :client_id)), 0) AS token FROM granted WHERE worker = :client_id \gset
DO $$ BEGIN PERFORM pg_sleep(random() * 0.04); END $$;
\if :item > 0
INSERT INTO finished SELECT :item, :token, :client_id FROM try(format('SELECT (hdata.review_move(''task'', %s, ''finish'', claim => %s, actor => ''w%s'')).to_state', :item, :token, :client_id)) t WHERE t = 'done';
\endif
SQL
is($node->safe_psql($db, 'SELECT count(*) > 20, count(*) < (SELECT count(*) FROM granted), count(*) = count(DISTINCT item) FROM finished'), 't|t|t', 'some claims came too late, and nothing was finished twice');
is($node->safe_psql($db, "SELECT count(*) FROM finished f FULL JOIN (SELECT * FROM task_review_log WHERE action = 'finish') l ON l.item = f.item WHERE f.item IS NULL OR l.item IS NULL OR l.claim_token <> f.token OR l.actor <> 'w' || f.worker"),
	'0', 'and each by who held the newest token');

# ---- limits ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE limited (id int PRIMARY KEY, state text);
SELECT hdata.review_attach('limited', 'queue', 'id', 'state', service => 'service', roles => 'members', claim_limit => 3);
INSERT INTO limited SELECT i FROM generate_series(1, 200) i;
SQL
bench('limits', "SELECT try('SELECT count(*) FROM hdata.review_claim(''limited'', 2, actor => ''w' || :client_id % 2 || ''')');", '-t', 10);
is($node->safe_psql($db, 'SELECT claimed_by, count(*) FROM limited_review WHERE claimed_by IS NOT NULL GROUP BY 1 ORDER BY 1'), "w0|3\nw1|3", 'four sessions of one actor together hold three claims');

# ---- everything at once, on few items ----

$node->safe_psql($db, <<'SQL');
SELECT hdata.review_define('busy', $$ a -> b as go; b -> c as on claim; c -> a as back; b -> a as undo; c -> z as end; initial a; terminal z $$);
CREATE TABLE busy (id int, part int, n int DEFAULT 0, state text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE busy0 PARTITION OF busy FOR VALUES IN (0);
CREATE TABLE busy1 PARTITION OF busy FOR VALUES IN (1);
SELECT hdata.review_attach('busy', 'busy', 'id', 'state', content => '{n}', service => 'service');
INSERT INTO busy SELECT i, 0 FROM generate_series(1, 12) i;
CREATE TABLE acknowledged (item text, seq int, idem text);
SQL
$out = bench('busy', <<'SQL', '-t', 250 * $long, '--max-tries=1000');
\set item random(1, 12)
\set what random(1, 7)
\set action random(1, 4)
\set request random(1, 1000000000)
\if :what <= 2
INSERT INTO acknowledged SELECT m[1], m[2]::int, :request FROM (SELECT string_to_array(try(format('SELECT item || '','' || seq FROM hdata.review_move(''busy'', %s, ''%s'', actor => ''w%s'', idem => ''%s'')', :item, (ARRAY['go', 'on', 'back', 'undo'])[:action], :client_id, :request)), ',') AS m) t WHERE m[1] !~ 'ERROR';
\elif :what = 3
SELECT try(format('WITH u AS (UPDATE busy SET state = ''%s'' WHERE id = %s RETURNING 1) SELECT count(*) FROM u', (ARRAY['a', 'b', 'c', 'a'])[:action], :item));
\elif :what = 4
SELECT try(format('WITH u AS (UPDATE busy SET part = 1 - part, n = n + 1, state = CASE state WHEN ''a'' THEN ''b'' ELSE state END WHERE id = %s RETURNING 1) SELECT count(*) FROM u', :item));
\elif :what = 5
SELECT count(*) FROM hdata.review_claim('busy', 2, actor => 'w' || :client_id, ttl => '20 milliseconds');
\elif :what = 6
SELECT count(*) FROM hdata.review_move_many('busy', ARRAY[:item, :item % 12 + 1, (:item + 5) % 12 + 1], 'go', on_refusal => 'skip', actor => 'w' || :client_id);
\else
SELECT hdata.review_release('busy', coalesce((SELECT max(claim_token) FROM busy_review WHERE claimed_by = 'w' || :client_id), 0), actor => 'w' || :client_id);
\endif
SQL
like($out, qr/number of failed transactions: 0 /, 'no transaction failed for good');
is($node->safe_psql($db, q(SELECT count(*) FROM hdata.review_verify('busy'))), '0', 'the chains verify');
is($node->safe_psql($db, <<'SQL'), '0', 'table, side table and log agree');
SELECT count(*) FROM busy t FULL JOIN busy_review s ON s.item = t.id LEFT JOIN LATERAL (SELECT * FROM busy_review_log l WHERE l.item = s.item ORDER BY seq DESC LIMIT 1) l ON true
WHERE t.state IS DISTINCT FROM s.state OR s.state IS DISTINCT FROM l.to_state OR s.rev <> l.seq OR s.head <> l.h
SQL
is($node->safe_psql($db, <<'SQL'), '0', 'no history has a gap');
SELECT count(*) FROM (SELECT from_state, lag(to_state) OVER w AS before, seq, row_number() OVER w AS n FROM busy_review_log WINDOW w AS (PARTITION BY item ORDER BY seq)) l WHERE seq <> n OR from_state IS DISTINCT FROM before
SQL
is($node->safe_psql($db, 'SELECT count(*) FROM acknowledged a FULL JOIN (SELECT * FROM busy_review_log WHERE idem IS NOT NULL) l USING (idem) WHERE a.item IS DISTINCT FROM l.item::text OR a.seq <> l.seq'), '0',
	'every acknowledged move is in the log, and no other');
cmp_ok($node->safe_psql($db, 'SELECT count(*) FROM busy_review_log'), '>', 300, 'much happened');
is($node->safe_psql($db, "SELECT count(*) FROM busy_review_log WHERE action = 'on' AND claim_token IS NULL"), '0', 'nothing that needs a claim went without');

$node->stop;
my $log = slurp_file($node->logfile);
unlike($log, qr/PANIC|TRAP|leak|terminated by signal|deadlock detected/, 'the log of the server is quiet');
done_testing();
