# While four clients keep writing, a file and its digest of one snapshot agree: sha256sum says what digest_agg says, and
# line_digest_agg, in parallel and in any order, counts the same lines and bytes.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('digest_concurrent', { conf => [ 'fsync = off', 'synchronous_commit = off' ] });
my $db = database($node, 'project');
my $dir = PostgreSQL::Test::Utils::tempdir();
my $copy = q{(FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02', ENCODING 'UTF8')};
my $rounds = 4;

chmod 0755, $dir;
$node->safe_psql($db, <<'SQL');
CREATE TABLE answers (id serial PRIMARY KEY, prompt text, answer text, score float8, at timestamptz DEFAULT now()) WITH (parallel_workers = 2);
INSERT INTO answers (prompt, answer, score) SELECT 'prompt "' || i % 50, repeat(E'line ' || i || E'\n\\ \u2028 ', 1 + i % 9), sqrt(i) FROM generate_series(1, 3000) i;
SQL
append_to_file("$dir/write.sql", <<'SQL');
\set i random(1, 3000)
INSERT INTO answers (prompt, answer, score) VALUES ('new ' || :i, E'words\tof ' || :i, :i / 7.0);
UPDATE answers SET answer = answer || ' and more', at = clock_timestamp() WHERE id = :i;
DELETE FROM answers WHERE id = :i + 1;
SQL

my ($out, $err) = ('', '');
my $writers = IPC::Run::start([ 'pgbench', '-n', '-c', 4, '-T', 60, '-f', "$dir/write.sql", $node->connstr($db) ], '>', \$out, '2>', \$err);
my $connected = 0;
for (1 .. 100)
{
	$connected = $node->safe_psql($db, 'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
	last if $connected == 4;
	select undef, undef, undef, 0.1;
}
is($connected, 4, 'four clients write') or diag($err);

my $query = 'SELECT hdata.jsonl(a) AS line FROM answers a';
my (%digest, $moved);
for my $round (1 .. $rounds)
{
	my $before = $node->safe_psql($db, 'SELECT max(id) FROM answers');
	my $answer = $node->safe_psql($db, <<"SQL");
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*), sum(octet_length(line) + 1) FROM ($query) q;
\\copy ($query ORDER BY id) TO '$dir/$round.jsonl' $copy
SELECT pg_sleep(0.2);
SELECT encode(hdata.digest_agg(line ORDER BY id), 'hex') FROM (SELECT id, hdata.jsonl(a) AS line FROM answers a) q;
SELECT encode(hdata.digest_agg(line), 'hex') FROM ($query ORDER BY id) q;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
SELECT hdata.n_lines(d), hdata.n_bytes(d), d FROM (SELECT hdata.line_digest_agg(line) AS d FROM ($query) q) p;
COPY (SELECT hdata.jsonl(a) FROM answers a ORDER BY id) TO '$dir/$round.again' $copy;
SQL
	my ($size, undef, $in_agg, $sub, $multiset) = split /\n/, $answer;
	my ($count, $bytes) = split /\|/, $size;
	my ($lines, $its_bytes, $state) = split /\|/, $multiset;
	my ($sum) = PostgreSQL::Test::Utils::run_command([ 'sha256sum', "$dir/$round.jsonl" ]);
	my $after = $node->safe_psql($db, 'SELECT max(id) FROM answers');

	($sum) = split / /, $sum;
	is($in_agg, $sum, "round $round: digest_agg(... ORDER BY) is sha256sum of the file");
	is($sub, $sum, "round $round: over an ordered subquery");
	ok(slurp_file("$dir/$round.again") eq slurp_file("$dir/$round.jsonl"), "round $round: the server's own file of the same snapshot");
	is("$lines $its_bytes", "$count $bytes", "round $round: lines and bytes");
	is(-s "$dir/$round.jsonl", $bytes, "round $round: which are those of the file");
	# the file, read back in another order, is the same multiset
	$node->safe_psql($db, "CREATE TABLE back_$round (line text); COPY back_$round FROM '$dir/$round.jsonl' $copy");
	is($node->safe_psql($db, "SELECT hdata.line_digest_agg(line ORDER BY md5(line)) FROM back_$round"), $state, "round $round: line_digest of the file's lines");
	$digest{$sum} = 1;
	$moved++ if $after > $before;
}
is($moved, $rounds, 'there were writes in every round');
is(scalar keys %digest, $rounds, 'every snapshot was another');
$writers->signal('INT');
eval { $writers->finish };
unlike($err, qr/ERROR|FATAL/, 'the writers met no error');

$node->stop;
done_testing();
