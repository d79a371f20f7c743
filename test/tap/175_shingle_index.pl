# Searches through the indexes on shingles give what brute force gives: for every measure and threshold, with all shingles in the
# index and with prefixes, while the table changes, in parallel plans, after REINDEX and after dump and restore.  The planner
# takes the index where it should.  Bands find as many as the theory says.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('shingle_index', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8' ] });
my $db = database($node, 'shingle_index');
my $real = ($ENV{HDATA_SHARED} // '') . '/data/dedup_corpus';
my $have_real = defined $ENV{HDATA_SHARED} && -r "$real/dev.csv";

# ---- texts: people's, or made up, with many templates and copies that were edited ----

$node->safe_psql($db, 'CREATE TABLE doc (id bigint PRIMARY KEY, body text, cluster bigint)');
if ($have_real)
{
	$node->safe_psql($db, "COPY doc FROM '$real/dev.csv' (FORMAT csv, HEADER)");
}
else
{
	diag('no HDATA_SHARED/data/dedup_corpus: the texts are made up');
	srand 29;
	my @words = map { my $w = $_; map { $w . $_ } qw(a e i o u) } qw(b c d f g h k l m n p r s t v w);
	my @texts;
	for my $id (1 .. 20000)
	{
		my @t = rand() < 0.4 && @texts ? split(/ /, $texts[ rand @texts ]) : map { $words[ int(@words * rand() ** 3) ] } 1 .. 2 + rand 40;
		$t[ rand @t ] = $words[ rand @words ] if rand() < 0.8;
		push @texts, join ' ', @t;
	}
	$node->safe_psql($db, copy_rows('doc', [ map { [ $_, $texts[ $_ - 1 ], $_ ] } 1 .. @texts ]));
}

# Twenty queries and three thousand rows, with whatever the labels say belongs together; empty sets and NULL among them
$node->safe_psql($db, <<'SQL');
CREATE TABLE part AS SELECT id, body FROM doc WHERE cluster IN (SELECT cluster FROM doc ORDER BY md5(cluster::text) LIMIT 2500);
INSERT INTO part VALUES (-1, ''), (-2, '?!'), (-3, NULL), (-4, 'yes'), (-5, 'Yes!'), (-6, 'no');
CREATE TABLE t (id bigint, s hdata.shingles);
CREATE TABLE q AS SELECT row_number() OVER (ORDER BY md5(body)) AS q, hdata.shingles(body, 'w3') AS s FROM part WHERE body <> '' ORDER BY md5(body) LIMIT 16;
INSERT INTO q SELECT 16 + i, hdata.shingles(x, 'w3') FROM (VALUES (1, ''), (2, 'yes'), (3, 'nobody has ever written such a thing as this one here'), (4, (SELECT string_agg(body, ' ') FROM (SELECT body FROM part WHERE id > 0 ORDER BY id LIMIT 20) x))) v(i, x);
CREATE TABLE measure (m text PRIMARY KEY);
INSERT INTO measure VALUES ('jaccard'), ('dice'), ('cosine'), ('overlap'), ('containment'), ('containing');
CREATE TABLE threshold (t float8 PRIMARY KEY);
INSERT INTO threshold VALUES (0.3), (0.5), (0.7), (0.8), (0.9), (1.0);
CREATE FUNCTION query(s hdata.shingles, m text, t float8) RETURNS hdata.shingle_query LANGUAGE sql IMMUTABLE
	AS $$ SELECT CASE m WHEN 'containing' THEN hdata.containing(s, t) ELSE hdata.near(s, t, m) END $$;
CREATE TABLE asked AS SELECT q, m, t, query(s, m, t) AS query FROM q, measure, threshold;
-- by the measures alone, whatever rows there are now
CREATE VIEW pair AS SELECT q.q, t.id, hdata.jaccard(t.s, q.s), hdata.dice(t.s, q.s), hdata.cosine(t.s, q.s), hdata.overlap(t.s, q.s), hdata.containment(t.s, q.s), hdata.containment(q.s, t.s) AS containing
	FROM q, t WHERE hdata.n_shingles(q.s) > 0 AND hdata.n_shingles(t.s) > 0 AND hdata.overlap(t.s, q.s) > 0;
CREATE VIEW brute AS SELECT m, t, q, id FROM pair, LATERAL (VALUES ('jaccard', jaccard), ('dice', dice), ('cosine', cosine), ('overlap', overlap), ('containment', containment), ('containing', containing)) v(m, v), threshold WHERE v >= t;
CREATE VIEW digest AS SELECT m, t, count(*) AS n, sum(hashtextextended(q || ' ' || id, 0)) AS h FROM brute GROUP BY m, t;
CREATE VIEW found AS SELECT m, t, count(*) AS n, sum(hashtextextended(q || ' ' || id, 0)) AS h FROM asked CROSS JOIN LATERAL (SELECT id FROM t WHERE t.s OPERATOR(hdata.@~) query OFFSET 0) x GROUP BY m, t;
SQL

my $pairs_seen = 0;

# Does every combination give what brute force gives?
sub exact
{
	my ($title, $settings, $must_use) = @_;
	my $plan = $node->safe_psql($db, "$settings; EXPLAIN (COSTS OFF) SELECT * FROM found");
	my @wrong = map { "$_->[0] >= $_->[1]: $_->[2] instead of $_->[3]" }
		rows_of($node, $db, "$settings; SELECT m, t, f.n, d.n FROM (TABLE want) d FULL JOIN (TABLE found) f USING (m, t) WHERE (f.n, f.h) IS DISTINCT FROM (d.n, d.h)");

	like($plan, $must_use, "$title: the plan is the one meant");
	is(join('; ', @wrong), '', "$title: six measures at six thresholds as by brute force");
}

my $by_index = 'SET enable_seqscan = off';
my $by_rows = 'SET enable_bitmapscan = off; SET enable_indexscan = off';

sub want
{
	$node->safe_psql($db, 'DROP TABLE IF EXISTS want; CREATE TABLE want AS TABLE digest');
	my ($n) = rows_of($node, $db, 'SELECT sum(n), count(*) FROM want');
	cmp_ok($n->[0], '>', 1000, "$n->[0] pairs to be found in $n->[1] searches");
}

for my $class ([ 'all shingles', 'hdata.gin_shingle_ops' ], [ 'prefixes', 'hdata.gin_shingle_ops (t_min = 0.7)' ], [ 'all shingles, no pending list', 'hdata.gin_shingle_ops', 'WITH (fastupdate = off)' ],
	[ 'prefixes, no pending list', 'hdata.gin_shingle_ops (t_min = 0.5)', 'WITH (fastupdate = off)' ])
{
	my ($title, $ops, $with) = @$class;

	$node->safe_psql($db, <<"SQL");
DROP INDEX IF EXISTS t_s;
TRUNCATE t;
INSERT INTO t SELECT id, hdata.shingles(body, 'w3') FROM part WHERE id % 8 <> 0;
CREATE INDEX t_s ON t USING gin (s $ops) @{[ $with // '' ]};
INSERT INTO t SELECT id, hdata.shingles(body, 'w3') FROM part WHERE id % 8 = 0;
SQL
	want();
	exact("$title, built and inserted", $by_index, qr/Bitmap Index Scan on t_s/);
	exact("no index", $by_rows, qr/Seq Scan on t\b/) if $title eq 'all shingles';
	$node->safe_psql($db, 'DELETE FROM t WHERE id % 5 = 0; UPDATE t SET s = (SELECT s FROM t x WHERE x.id <> t.id AND s IS NOT NULL LIMIT 1) WHERE id % 7 = 0');
	want();
	exact("$title, deleted and updated", $by_index, qr/Bitmap Index Scan on t_s/);
	$node->safe_psql($db, 'VACUUM t; INSERT INTO t SELECT id + 100000, hdata.shingles(body) FROM part WHERE id % 5 = 0');
	want();
	exact("$title, vacuumed, and other rows in their place", $by_index, qr/Bitmap Index Scan on t_s/);
	next if $with;
	$node->safe_psql($db, 'REINDEX INDEX t_s');
	exact("$title, after REINDEX", $by_index, qr/Bitmap Index Scan on t_s/);
}

# ---- workers ----

$node->safe_psql($db, 'DROP INDEX t_s; CREATE INDEX t_s ON t USING gin (s); CREATE INDEX t_band ON t USING gin (s hdata.gin_band_ops (bands = 20, rows = 5)); ALTER TABLE t SET (parallel_workers = 3); ANALYZE t');
my $workers = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET min_parallel_index_scan_size = 0; SET cpu_tuple_cost = 1; SET max_parallel_workers_per_gather = 3';
my ($q) = map { $_->[0] } rows_of($node, $db, q(SELECT query FROM asked JOIN want USING (m, t) WHERE m = 'overlap' AND t = 0.3 AND q < 17 ORDER BY q LIMIT 1));
for my $way ([ 'a parallel bitmap scan', $by_index, qr/Parallel Bitmap Heap Scan.*Bitmap Index Scan on t_s/s ], [ 'a parallel sequential scan', $by_rows, qr/Parallel Seq Scan/ ])
{
	my $sql = "SELECT string_agg(id::text, ' ' ORDER BY id) FROM t WHERE s OPERATOR(hdata.\@~) '$q'";

	like($node->safe_psql($db, "$workers; $way->[1]; EXPLAIN (COSTS OFF) $sql"), $way->[2], "$way->[0]: the plan");
	is($node->safe_psql($db, "$workers; $way->[1]; $sql"), $node->safe_psql($db, "SET max_parallel_workers_per_gather = 0; $by_rows; $sql"), "$way->[0] finds the same");
}

# ---- dump and restore, with the options of the classes ----

$node->safe_psql($db, 'CREATE INDEX t_prefix ON t USING gin (s hdata.gin_shingle_ops (t_min = 0.75))');
my $definitions = q(SELECT string_agg(pg_get_indexdef(indexrelid), '; ' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = 't'::regclass);
my $before = $node->safe_psql($db, $definitions);
like($before, qr/t_min='?0\.75.*/, 'the definition names t_min');
like($before, qr/bands='?20'?, rows='?5/, 'the definition names bands and rows');
my $dump = PostgreSQL::Test::Utils::tempdir() . '/index.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, $db ], 'dumped');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-f', $dump, 'restored' ], 'restored');
is($node->safe_psql('restored', $definitions), $before, 'the same indexes');
is($node->safe_psql('restored', 'SET enable_seqscan = off; SELECT string_agg(f::text, chr(10) ORDER BY m, t) FROM found f'),
	$node->safe_psql($db, 'SET enable_seqscan = off; SELECT string_agg(f::text, chr(10) ORDER BY m, t) FROM found f'), 'they find the same');
$node->safe_psql('postgres', 'DROP DATABASE restored');

# ---- the planner ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE big AS SELECT id, body, hdata.shingles(body, 'w3') AS s FROM doc;
CREATE INDEX big_s ON big USING gin (s);
CREATE INDEX big_band ON big USING gin (s hdata.gin_band_ops);
CREATE TABLE tiny AS SELECT * FROM big LIMIT 40;
CREATE INDEX tiny_s ON tiny USING gin (s);
VACUUM ANALYZE big, tiny;
CREATE FUNCTION plan_of(sql text, OUT node text, OUT rows float8) LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || sql INTO plan;
	node := plan #>> '{0,Plan,Node Type}';
	rows := plan #>> '{0,Plan,Plan Rows}';
END $$;
SQL
for my $case ([ big => '@~', 0.8, 'Bitmap Heap Scan' ], [ big => '@~~', 0.8, 'Bitmap Heap Scan' ], [ tiny => '@~', 0.8, 'Seq Scan' ])
{
	my ($table, $op, $t, $want) = @$case;
	my ($n) = rows_of($node, $db, <<"SQL");
SELECT count(*), count(*) FILTER (WHERE p.node = '$want'), max(rows) FROM (SELECT s FROM big ORDER BY md5(id::text) LIMIT 100) q, plan_of(format('SELECT FROM $table WHERE s OPERATOR(hdata.$op) %L', hdata.near(q.s, $t))) p
SQL
	cmp_ok($n->[1], '>=', 98, "$table $op: $want for $n->[1] of $n->[0] queries (at most $n->[2] rows expected)");
}
# estimates against what is there: over all queries together, within a factor of some; never a tenth of the table for a few rows
my ($estimate) = rows_of($node, $db, <<'SQL');
SELECT count(*), sum(p.rows), sum(n), count(*) FILTER (WHERE p.rows > 2000 AND n < 200) FROM (SELECT s FROM big ORDER BY md5(id::text) LIMIT 200) q,
	plan_of(format('SELECT FROM big WHERE s OPERATOR(hdata.@~) %L', hdata.near(q.s, 0.5))) p, LATERAL (SELECT count(*) AS n FROM big WHERE big.s OPERATOR(hdata.@~) hdata.near(q.s, 0.5)) x
SQL
is($estimate->[3], 0, "$estimate->[0] queries: $estimate->[1] rows expected, $estimate->[2] found, none far too many");
# without statistics, too
$node->safe_psql($db, 'CREATE TABLE plain AS TABLE big; CREATE INDEX plain_s ON plain USING gin (s)');
is($node->safe_psql($db, q(SELECT (plan_of(format('SELECT FROM plain WHERE s OPERATOR(hdata.@~) %L', hdata.near(s, 0.8)))).node FROM big WHERE id = 17)), 'Bitmap Heap Scan', 'never analyzed: the index');
is($node->safe_psql($db, q(SET plan_cache_mode = force_generic_plan; PREPARE p(hdata.shingle_query) AS SELECT count(*) FROM big WHERE s OPERATOR(hdata.@~) $1; EXPLAIN (COSTS OFF) EXECUTE p('\x01010000000000000000e03f0120000001000000e58021d9'))) =~ /Bitmap Index Scan on big_s/, 1, 'a generic plan: the index');

# ---- bands ----

# pairs of sets whose similarity is known by construction: of 100 shingles in both, k are shared
my $expected = sub { my ($s, $bands, $rows) = @_; 1 - (1 - $s ** $rows) ** $bands };
$node->safe_psql($db, <<'SQL');
CREATE TABLE made AS SELECT k, i, hdata.shingles(ARRAY(SELECT format('%s-%s-%s', k, i, j) FROM generate_series(1, 100) j WHERE j <= k OR j <= k + (100 - k) / 2)) AS a,
	hdata.shingles(ARRAY(SELECT format('%s-%s-%s', k, i, j) FROM generate_series(1, 100) j WHERE j <= k OR j > k + (100 - k) / 2)) AS b FROM unnest(ARRAY[30, 50, 70, 80, 90]) k, generate_series(1, 1500) i;
SQL
for my $options ([ 16, 6 ], [ 25, 5 ], [ 8, 10 ])
{
	my ($bands, $rows) = @$options;

	$node->safe_psql($db, "DROP INDEX IF EXISTS made_a; CREATE INDEX made_a ON made USING gin (a hdata.gin_band_ops (bands = $bands, rows = $rows)); ANALYZE made");
	for my $r (rows_of($node, $db, <<'SQL'))
SET enable_seqscan = off;
SELECT k, count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM made x WHERE x.a OPERATOR(hdata.@~~) hdata.near(made.b, 0.05) AND x.k = made.k AND x.i = made.i)) FROM made GROUP BY k ORDER BY k
SQL
	{
		my ($k, $n, $found) = @$r;
		my $p = $expected->($k / 100, $bands, $rows);
		my $error = 4 * sqrt($p * (1 - $p) / $n) + 1 / $n;

		# Fast Similarity Sketching is negatively correlated, so a little better than independent minima where it matters
		cmp_ok(abs($found / $n - $p), '<=', $error + 0.02, sprintf '%d bands of %d, similarity %.1f: %.4f found, theory %.4f', $bands, $rows, $k / 100, $found / $n, $p);
	}
}
for my $t (0.8, 0.9)
{
	my ($r) = rows_of($node, $db, <<"SQL");
SET enable_seqscan = off;
SELECT sum(e.n), sum(a.n), sum(a.wrong) FROM (SELECT id, s FROM big ORDER BY md5(id::text) LIMIT 1000) q
	CROSS JOIN LATERAL (SELECT count(*) AS n FROM big WHERE big.s OPERATOR(hdata.@~) hdata.near(q.s, $t) AND big.id <> q.id) e
	CROSS JOIN LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE hdata.jaccard(big.s, q.s) < $t) AS wrong FROM big WHERE big.s OPERATOR(hdata.@~~) hdata.near(q.s, $t) AND big.id <> q.id) a
SQL
	cmp_ok($r->[1] / $r->[0], '>=', $expected->($t, 16, 6) - 0.01, sprintf 'bands at %.1f: %d of %d pairs, %.4f', $t, $r->[1], $r->[0], $r->[1] / $r->[0]);
	cmp_ok($r->[1], '<=', $r->[0], "bands at $t: no more than the exact search");
	is($r->[2], 0, "bands at $t: nothing below the threshold");
}

# ---- hostile queries ----

$node->safe_psql($db, "CREATE SCHEMA sh; SET search_path = sh; $mutate_function");
my ($hostile) = rows_of($node, $db, <<'SQL');
SET search_path = sh, public, pg_catalog;
SET enable_seqscan = off;
CREATE FUNCTION hostile(rounds int, OUT accepted int, OUT refused int, OUT wrong text) LANGUAGE plpgsql AS $$
DECLARE
	seed bytea[] := ARRAY[hdata.shingle_query_send(hdata.near(hdata.shingles('{a}'::text[]), 0.5)), hdata.shingle_query_send(hdata.near(hdata.shingles('some text of five words'::text), 0.8, 'cosine')),
		hdata.shingle_query_send(hdata.containing(hdata.shingles('a longer text, whose words are more than five', 'w1'), 1)),
		(SELECT hdata.shingle_query_send(hdata.near(hdata.shingles('some text of five words'::text), 0.4, 'dice', hdata.idf_agg(s))) FROM (SELECT s FROM t WHERE hdata.n_shingles(s) BETWEEN 1 AND 9 ORDER BY id LIMIT 4) x)];
	m bytea;
	one hdata.shingle_query;
BEGIN
	PERFORM setseed(0.4);
	accepted := 0;
	refused := 0;
	FOR i IN 1 .. rounds LOOP
		m := mutate(seed[1 + i % 4], seed[1 + i / 7 % 4]);
		IF i % 3 = 0 THEN m := mutate(m, m); END IF;
		BEGIN
			one := m::text::hdata.shingle_query;
		EXCEPTION WHEN OTHERS THEN
			IF SQLSTATE <> '22P02' THEN wrong := format('%s: refused with %s %s', m, SQLSTATE, SQLERRM); RETURN; END IF;
			refused := refused + 1;
			CONTINUE;
		END;
		accepted := accepted + 1;
		IF hdata.shingle_query_send(one) <> m OR one::text <> m::text THEN wrong := m || ': does not go out as it came in'; RETURN; END IF;
		-- plans, probes and rows answer, or complain of the unit
		BEGIN
			EXECUTE format('SELECT count(*) FROM t WHERE s OPERATOR(hdata.@~) %L', one);
			PERFORM hdata.shingles('some text of five words'::text) OPERATOR(hdata.@~) one;
		EXCEPTION WHEN SQLSTATE '42804' THEN
			NULL;
		END;
	END LOOP;
END
$$;
SET client_min_messages = error;
SELECT * FROM hostile(6000);
SQL
is($hostile->[2], '', "hostile queries: $hostile->[0] accepted as they are");
cmp_ok($hostile->[1], '>', 1000, "hostile queries: $hostile->[1] refused");

# ---- large sets ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE large (id int, s hdata.shingles);
INSERT INTO large SELECT i, hdata.shingles(ARRAY(SELECT (j + i * 1000)::text FROM generate_series(1, 30000) j)) FROM generate_series(0, 20) i;
CREATE INDEX large_s ON large USING gin (s);
SQL
# rows 0 and 3 have 27000 of 33000 in common: 0.818
is($node->safe_psql($db, q(SET enable_seqscan = off; SELECT string_agg(id::text, ' ' ORDER BY id) FROM large WHERE s OPERATOR(hdata.@~) (SELECT hdata.near(s, 0.8) FROM large WHERE id = 10))),
	'7 8 9 10 11 12 13', 'sets of 30,000 shingles');
done_testing();
