# The types idf, components and sketch keep the promises of every state; weights are those of the joins; estimates have the error
# that is documented; and the approximate join finds what it promises.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

my $node = start_node('sketch', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8' ] });
my $db = database($node, 'sketch');

my @words = qw(the a quick brown fox jumps over lazy dog answer is correct because model said);
my $sentence = sub { join ' ', map { $words[ rand @words ] } 1 .. rand 9 };
srand 29;

# ---- idf ----

my @idf = ('hdata.n_documents(s)', 'hdata.n_shingles(s)', 'hdata.is_frozen(s)', 's::jsonb', q((SELECT string_agg(t::text, ',') FROM hdata.document_frequencies(s) t)),
	q(hdata.jaccard(hdata.shingles('the quick answer'::text, 'w1'), hdata.shingles('the quick fox'::text, 'w1'), s)), 'hdata.freeze(s, 2)::text');
state_properties($node, $db, { type => 'idf', columns => 'body text', agg => q(hdata.idf_agg(hdata.shingles(body, 'w1'))), keyed => 0, sets => 30, max_rows => 40,
	accessors => \@idf, row => sub { [ rand() < 0.05 ? undef : $sentence->() ] } });
state_hostile($node, $db, { type => 'idf', n => 20000, accessors => \@idf, seeds => [
	q(hdata.idf_agg(hdata.shingles('some text of five words'::text, 'w1'))), q(hdata.idf_agg(hdata.shingles('{}'::text[]))),
	q((SELECT hdata.idf_agg(hdata.shingles(ARRAY[(i % 3)::text, (i % 5)::text])) FROM generate_series(1, 300) i)),
	q((SELECT hdata.freeze(hdata.idf_agg(hdata.shingles('a b c ' || i % 7, 'w2')), 3) FROM generate_series(1, 30) i)) ] });

# the weights of the joins: n and df over texts that differ
$node->safe_psql($db, 'CREATE TABLE doc (id bigint, body text)');
$node->safe_psql($db, copy_rows('doc', [ map { [ $_, $sentence->() . ' end' ] } 1 .. 400 ]));
my ($weights) = rows_of($node, $db, <<'SQL');
WITH s AS (SELECT id, hdata.shingles(body, 'w1') AS s FROM doc),
     f AS (SELECT hdata.idf_agg(s) AS f FROM (SELECT DISTINCT ON (hdata.shingles_to_jsonb(s) -> 'hashes') s FROM s) d),
     j AS (SELECT p.* FROM (SELECT hdata.corpus_agg(id, body) AS c FROM doc) c, hdata.duplicate_pairs(c, 0.3, 'idf_jaccard', unit => 'w1') p)
SELECT count(*), count(*) FILTER (WHERE abs(similarity - hdata.jaccard(a.s, b.s, f)) > 1e-9)
FROM j JOIN s a ON a.id = id_a::bigint JOIN s b ON b.id = id_b::bigint, f WHERE hdata.n_shingles(a.s) > 0
SQL
cmp_ok($weights->[0], '>', 100, 'enough pairs to compare');
is($weights->[1], 0, "the join weighs as jaccard(shingles, shingles, idf): $weights->[0] pairs");

# ---- components ----

for my $id ([ 'bigint', sub { int rand 30 } ], [ 'text', sub { 'id ' . int rand 30 } ], [ 'uuid', sub { sprintf '00000000-0000-0000-0000-%012d', rand 30 } ])
{
	state_properties($node, $db, { type => 'components', name => "components of $id->[0]", columns => "a $id->[0], b $id->[0]", agg => 'hdata.components_agg(a, b)', keyed => 1,
		sets => 25, max_rows => 40, accessors => [ 'hdata.n_components(s)', 's::jsonb', q((SELECT string_agg(t::text, ',') FROM hdata.components(s) t)) ],
		row => sub { [ rand() < 0.05 ? undef : $id->[1]->(), rand() < 0.05 ? undef : $id->[1]->() ] } });
}
state_hostile($node, $db, { type => 'components', n => 20000, accessors => [ 'hdata.n_components(s)', q((SELECT string_agg(t::text, ',') FROM hdata.components(s) t)) ],
	seeds => [ 'hdata.components_agg(1, 2)', q((SELECT hdata.components_agg(i, i / 2) FROM generate_series(1, 9) i)),
		q((SELECT hdata.components_agg('name ' || i, 'name ' || i % 3) FROM generate_series(1, 9) i)), q((SELECT hdata.components_agg(md5(i::text)::uuid, md5((i % 4)::text)::uuid) FROM generate_series(1, 9) i)) ] });

# ---- sketch ----

my @sketch = ('s::jsonb', q(hdata.jaccard(s, hdata.sketch(hdata.shingles('the quick answer'::text, 'w1')))), 'hdata.compact(s)::text', 'hdata.jaccard(hdata.compact(s), s)');
state_properties($node, $db, { type => 'sketch', columns => 'body text', agg => q(hdata.sketch_agg(hdata.shingles(body, 'w1'))), keyed => 1, sets => 20, max_rows => 30,
	accessors => \@sketch, row => sub { [ rand() < 0.05 ? undef : $sentence->() ] } });
state_hostile($node, $db, { type => 'sketch', n => 6000, accessors => \@sketch, seeds => [ q(hdata.sketch(hdata.shingles('some text of five words'::text, 'w1'))),
	q(hdata.sketch(hdata.shingles('{}'::text[]))), q(hdata.compact(hdata.sketch(hdata.shingles('{a,b}'::text[])))) ] });

# unbiased, and its error is no larger than that of 128 independent draws (theory: sqrt(J (1 - J) / 128))
for my $shared (40, 100, 180)
{
	my ($e) = rows_of($node, $db, <<"SQL");
SELECT avg(e - j), sqrt(avg((e - j) ^ 2)), avg(c - j), sqrt(avg((c - j) ^ 2)), min(j) FROM (
    SELECT hdata.jaccard(a, b) AS j, hdata.jaccard(hdata.sketch(a), hdata.sketch(b)) AS e, hdata.jaccard(hdata.compact(hdata.sketch(a)), hdata.compact(hdata.sketch(b))) AS c
    FROM generate_series(1, 400) i, LATERAL (SELECT hdata.shingles(ARRAY(SELECT i || ' ' || x FROM generate_series(1, 200) x)) AS a,
        hdata.shingles(ARRAY(SELECT i || ' ' || x FROM generate_series(201 - $shared, 400 - $shared) x)) AS b) s) r
SQL
	my $theory = sqrt($e->[4] * (1 - $e->[4]) / 128);

	cmp_ok(abs $e->[0], '<', 4 * $theory / 20, sprintf 'J %.2f: bias %.4f', $e->[4], $e->[0]);
	cmp_ok($e->[1], '<', $theory * 1.1, sprintf 'J %.2f: error %.4f, of independent draws %.4f', $e->[4], $e->[1], $theory);
	cmp_ok(abs $e->[2], '<', 4 * $theory / 20, sprintf 'J %.2f, compact: bias %.4f', $e->[4], $e->[2]);
	cmp_ok($e->[3], '<', $theory * 1.15, sprintf 'J %.2f, compact: error %.4f', $e->[4], $e->[3]);
}

# ---- the approximate join ----

my $real = ($ENV{HDATA_SHARED} // '') . '/data/dedup_corpus';

SKIP:
{
	skip 'no labelled corpus: HDATA_SHARED/data/dedup_corpus is not there', 12 unless defined $ENV{HDATA_SHARED} && -r "$real/dev.csv";
	$node->safe_psql($db, "CREATE TABLE dev (id bigint, text text, true_cluster bigint); COPY dev FROM '$real/dev.csv' (FORMAT csv, HEADER);
		CREATE TABLE dev_state AS SELECT hdata.corpus_agg(id, text) AS c FROM dev");
	for my $measure (qw(jaccard idf_jaccard idf_cosine))
	{
		for my $t (0.7, 0.8)
		{
			my ($r) = rows_of($node, $db, <<"SQL");
WITH e AS MATERIALIZED (SELECT p.* FROM dev_state, hdata.duplicate_pairs(c, $t, '$measure', 'exact') p), l AS MATERIALIZED (SELECT p.* FROM dev_state, hdata.duplicate_pairs(c, $t, '$measure', 'lsh') p)
SELECT count(e.id_a), count(l.id_a) FILTER (WHERE e.similarity IS DISTINCT FROM l.similarity), count(l.id_a)::float8 / count(e.id_a) FROM e FULL JOIN l USING (id_a, id_b)
SQL
			is($r->[1], 0, "$measure >= $t: no pair of method lsh is wrong, by any digit");
			cmp_ok($r->[2], '>=', 0.99, sprintf '%s >= %s: %.5f of %d pairs are found', $measure, $t, $r->[2], $r->[0]);
		}
	}
}

done_testing();
