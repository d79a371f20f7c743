# The type corpus keeps the promises of every state; the joins equal brute force, pair for pair; and on the labelled corpus of
# HDATA_SHARED/data the clusters are as good as documented.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

my $node = start_node('corpus', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8' ] });
my $db = database($node, 'corpus');

# ---- promises of a state ----

my @words = qw(the a quick brown fox jumps over lazy dog answer is correct because model said);
my $sentence = sub { join ' ', map { $words[ rand @words ] } 1 .. rand 9 };
my @accessors = ('hdata.n_texts(s)', q((SELECT string_agg(t::text, ',') FROM hdata.texts(s) t)), 's::jsonb',
	q((SELECT string_agg(t::text, ',') FROM hdata.duplicate_pairs(s, 0.3) t)),
	q((SELECT string_agg(t::text, ',') FROM hdata.duplicate_pairs(s, 0.4, 'idf_cosine') t)),
	q((SELECT string_agg(t::text, ',') FROM hdata.duplicate_clusters(s) t)),
	q((SELECT string_agg(t::text, ',') FROM hdata.contamination(s, s, 0.5) t)));
srand 17;
for my $id ([ 'bigint', sub { int rand 12 } ], [ 'text', sub { 'id ' . int rand 12 } ], [ 'uuid', sub { sprintf '00000000-0000-0000-0000-%012d', rand 12 } ])
{
	# mostly one text for an id, now and then two
	my %text;

	state_properties($node, $db, {
		type => 'corpus', name => "corpus of $id->[0]", columns => "id $id->[0], body text, grp text", agg => 'hdata.corpus_agg(id, body, grp)', keyed => 1, sets => 25, max_rows => 30,
		accessors => \@accessors,
		row => sub {
			my $ds = shift;
			my $i = $id->[1]->();
			my $body = $text{$ds}{$i} //= $sentence->();

			$body = $sentence->() if $ds % 5 == 0 && rand() < 0.1;
			return [ $i, rand() < 0.05 ? undef : $body, length($body) % 3 ? 'g' . length($body) % 3 : undef ];
		} });
}
state_hostile($node, $db, {
	type => 'corpus', n => 20000, accessors => \@accessors,
	seeds => [ q(hdata.corpus_agg(1::bigint, 'some text of five words'::text)), q(hdata.corpus_agg('a'::text, ''::text, 'g'::text)),
		q((SELECT hdata.corpus_agg(('id with a long name ' || i % 4), 'text ' || i, 'group ' || i % 2) FROM generate_series(1, 6) i)),
		q((SELECT hdata.corpus_agg(md5(i::text)::uuid, 'a b c d ' || i) FROM generate_series(1, 4) i)) ] });

# ---- brute force ----

my $real = ($ENV{HDATA_SHARED} // '') . '/data/dedup_corpus';
my $have_real = defined $ENV{HDATA_SHARED} && -r "$real/dev.csv";

$node->safe_psql($db, 'CREATE TABLE doc (id bigint PRIMARY KEY, text text, true_cluster bigint)');
if ($have_real)
{
	$node->safe_psql($db, "COPY doc FROM '$real/dev.csv' (FORMAT csv, HEADER)");
}
else
{
	diag('SKIPPED: no HDATA_SHARED/data/dedup_corpus, so brute force is tried on made-up texts alone');
	$node->safe_psql($db, copy_rows('doc', [ map { [ $_, $sentence->(), $_ ] } 1 .. 1500 ]));
}
my $texts = $ENV{HDATA_ORACLE} // 600;
$node->safe_psql($db, <<"SQL");
CREATE TABLE few AS SELECT id, text, hdata.shingles(text, 'w3') AS s FROM doc ORDER BY md5(id::text) LIMIT $texts;
-- near duplicates are wanted, not only what two random texts share
INSERT INTO few SELECT id, text, hdata.shingles(text, 'w3') FROM doc WHERE true_cluster IN (SELECT true_cluster FROM doc WHERE id IN (SELECT id FROM few)) AND id NOT IN (SELECT id FROM few);
-- texts without a word are like nothing, and count in no document frequency
INSERT INTO few SELECT -i, repeat('?', i), hdata.shingles(repeat('?', i), 'w3') FROM generate_series(0, 20) i;
CREATE TABLE brute AS SELECT a.id AS id_a, b.id AS id_b, hdata.jaccard(a.s, b.s) AS jaccard, hdata.dice(a.s, b.s) AS dice, hdata.cosine(a.s, b.s) AS cosine,
	hdata.overlap(a.s, b.s) AS overlap, greatest(hdata.containment(a.s, b.s), hdata.containment(b.s, a.s)) AS containment
	FROM few a JOIN few b ON a.id < b.id WHERE hdata.n_shingles(a.s) > 0 AND hdata.n_shingles(b.s) > 0 AND hdata.overlap(a.s, b.s) >= 0.4;
-- the same with weights, in plain SQL: log(1 + n / df), equal texts counted once, a text without a word not at all
CREATE TABLE gram AS SELECT DISTINCT id, w FROM few, unnest(hdata.tokens(text)) w;
CREATE TABLE whole AS SELECT id, string_agg(w, ' ' ORDER BY w COLLATE "C") AS ws FROM gram GROUP BY id;
CREATE TABLE weight AS SELECT w, ln(1 + (SELECT count(DISTINCT ws) FROM whole)::float8 / count(DISTINCT ws)) AS v FROM gram JOIN whole USING (id) GROUP BY w;
CREATE TABLE mass AS SELECT id, sum(v) AS v FROM gram JOIN weight USING (w) GROUP BY id;
CREATE INDEX ON gram (w);
CREATE TABLE weighted AS SELECT id_a, id_b, both_v / (a.v + b.v - both_v) AS idf_jaccard, 2 * both_v / (a.v + b.v) AS idf_dice,
	both_v / sqrt(a.v * b.v) AS idf_cosine, both_v / least(a.v, b.v) AS idf_overlap
	FROM (SELECT a.id AS id_a, b.id AS id_b, sum(v) AS both_v FROM (SELECT * FROM gram WHERE id % 3 = 0) a JOIN (SELECT * FROM gram WHERE id % 3 = 0) b USING (w) JOIN weight USING (w) WHERE a.id < b.id GROUP BY 1, 2) p
	JOIN mass a ON a.id = id_a JOIN mass b ON b.id = id_b;
CREATE TABLE state AS SELECT hdata.corpus_agg(id, text) AS c FROM few;
SQL
for my $measure (qw(jaccard dice cosine overlap containment))
{
	for my $t (0.5, 0.7, 0.8, 0.9)
	{
		my ($row) = rows_of($node, $db, <<"SQL");
SELECT count(*), count(*) FILTER (WHERE b.id_a IS NULL OR j.id_a IS NULL OR abs(b.$measure - j.similarity) > 1e-12)
FROM (SELECT * FROM brute WHERE $measure >= $t) b FULL JOIN (SELECT id_a::bigint, id_b::bigint, similarity FROM state, hdata.duplicate_pairs(c, $t, '$measure')) j USING (id_a, id_b)
SQL
		is($row->[1], 0, "$measure >= $t: all $row->[0] pairs of brute force and no other");
	}
}
for my $measure (qw(idf_jaccard idf_dice idf_cosine idf_overlap))
{
	my ($row) = rows_of($node, $db, <<"SQL");
SELECT count(*), count(*) FILTER (WHERE b.id_a IS NULL OR j.id_a IS NULL OR abs(b.$measure - j.similarity) > 1e-9)
FROM (SELECT * FROM weighted WHERE $measure >= 0.6) b
FULL JOIN (SELECT id_a::bigint, id_b::bigint, similarity FROM state, hdata.duplicate_pairs(c, 0.6, '$measure') WHERE id_a::bigint % 3 = 0 AND id_b::bigint % 3 = 0) j USING (id_a, id_b)
SQL
	is($row->[1], 0, "$measure >= 0.6: all $row->[0] pairs of plain SQL and no other");
}
# across two corpora
my ($cross) = rows_of($node, $db, <<'SQL');
WITH h AS (SELECT hdata.corpus_agg(id, text) FILTER (WHERE id % 2 = 0) AS a, hdata.corpus_agg(id, text) FILTER (WHERE id % 2 = 1) AS b FROM few)
SELECT count(*), count(*) FILTER (WHERE x.id_a IS NULL OR y.id_a IS NULL OR abs(x.jaccard - y.similarity) > 1e-12)
FROM (SELECT CASE WHEN id_a % 2 = 0 THEN id_a ELSE id_b END AS id_a, CASE WHEN id_a % 2 = 0 THEN id_b ELSE id_a END AS id_b, jaccard FROM brute WHERE jaccard >= 0.6 AND (id_a + id_b) % 2 = 1) x
FULL JOIN (SELECT id_a::bigint, id_b::bigint, similarity FROM h, hdata.overlap_pairs(a, b, 0.6)) y USING (id_a, id_b)
SQL
is($cross->[1], 0, "two corpora: all $cross->[0] pairs across and no other");

# ---- quality against labels ----

SKIP:
{
	skip 'no labelled corpus: HDATA_SHARED/data/dedup_corpus is not there', 4 unless $have_real;
	my ($b3) = rows_of($node, $db, <<'SQL');
WITH c AS (SELECT d.* FROM (SELECT hdata.corpus_agg(id, text) AS c FROM doc) s, hdata.duplicate_clusters(c) d),
     k AS (SELECT true_cluster AS t, cluster AS c FROM doc JOIN c ON c.id::bigint = doc.id),
     tc AS (SELECT t, c, count(*) AS n FROM k GROUP BY 1, 2), ts AS (SELECT t, count(*) AS n FROM k GROUP BY 1), cs AS (SELECT c, count(*) AS n FROM k GROUP BY 1),
     s AS (SELECT sum(tc.n * tc.n::float8 / cs.n) / sum(tc.n) AS p, sum(tc.n * tc.n::float8 / ts.n) / sum(tc.n) AS r FROM tc JOIN ts USING (t) JOIN cs USING (c))
SELECT round(p::numeric, 4), round(r::numeric, 4), round((2 * p * r / (p + r))::numeric, 4) FROM s
SQL
	cmp_ok($b3->[2], '>=', 0.905, "B-cubed F1 $b3->[2] of the default clusters (precision $b3->[0], recall $b3->[1])");
	$node->safe_psql($db, <<"SQL");
CREATE TABLE bench (bench_id bigint, text text);
CREATE TABLE leak (id bigint, bench_id bigint, kind text);
CREATE TABLE meta (id bigint, base_id bigint, kind text, strength text, lang text, class text, template text);
COPY bench FROM '$real/dev_benchmark.csv' (FORMAT csv, HEADER);
COPY leak FROM '$real/dev_contamination.csv' (FORMAT csv, HEADER);
COPY meta FROM '$real/dev_meta.csv' (FORMAT csv, HEADER);
SQL
	my ($leaks) = rows_of($node, $db, <<'SQL');
WITH f AS (SELECT DISTINCT id::bigint AS id FROM (SELECT hdata.corpus_agg(id, text) AS c FROM doc) d, (SELECT hdata.corpus_agg(bench_id, text) AS b FROM bench) x, hdata.contamination(c, b)),
     t AS (SELECT DISTINCT id FROM leak)
SELECT count(*) FILTER (WHERE t.id IS NOT NULL AND f.id IS NOT NULL)::float8 / count(f.id), count(*) FILTER (WHERE t.id IS NOT NULL AND f.id IS NOT NULL)::float8 / count(t.id)
FROM f FULL JOIN t ON f.id = t.id
SQL
	cmp_ok($leaks->[0], '>=', 0.97, sprintf 'contamination: precision %.3f', $leaks->[0]);
	cmp_ok($leaks->[1], '>=', 0.97, sprintf 'contamination: recall %.3f', $leaks->[1]);
	my @kinds = rows_of($node, $db, <<'SQL');
WITH c AS (SELECT d.id::bigint, d.cluster FROM (SELECT hdata.corpus_agg(id, text) AS c FROM doc) s, hdata.duplicate_clusters(c) d)
SELECT m.kind, count(*), count(*) FILTER (WHERE a.cluster = b.cluster), count(*) FILTER (WHERE hdata.text_key(d.text) = hdata.text_key(e.text))
FROM meta m JOIN c a USING (id) JOIN c b ON b.id = m.base_id JOIN doc d ON d.id = m.id JOIN doc e ON e.id = m.base_id
WHERE m.kind LIKE 'unicode%' GROUP BY 1 ORDER BY 1
SQL
	is(join(', ', map { "$_->[0]: $_->[2] of $_->[1]" } @kinds), join(', ', map { "$_->[0]: $_->[1] of $_->[1]" } @kinds), 'every edit of Unicode alone is in the cluster of its base');
	note(join "\n", map { "$_->[0]: $_->[3] of $_->[1] have the same key" } @kinds);
}
done_testing();
