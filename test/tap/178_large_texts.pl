# Texts of 50 MB, of one character and of none through every function of the module, and how soon a cancel is answered: in what
# takes longer than linear time, and at several moments of a join.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

my $node = start_node('large_texts');
my $db = database($node, 'large_texts');

# Milliseconds that an answer to a cancel after ms came late; NULL: it was done before.  The timer begins with the statement.
$node->safe_psql($db, <<'SQL');
CREATE FUNCTION late(query text, ms float8) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE began timestamptz := statement_timestamp();
BEGIN
	EXECUTE query;
	RETURN NULL;
EXCEPTION WHEN query_canceled THEN
	RETURN extract(epoch FROM clock_timestamp() - began) * 1000 - ms;
END $$;
SQL

# Others may have the processor: the best of three counts
sub answered
{
	my ($query, $ms, $what) = @_;
	my $best;

	for (1 .. 3)
	{
		my ($row) = rows_of($node, $db, "SET statement_timeout = $ms; SELECT round(late(" . quoted($query) . ", $ms)::numeric)");

		$best = $row->[0] if $row->[0] ne '' && (!defined $best || $row->[0] < $best);
		last if !defined $best || $best < 100;
	}
	return fail("$what: it was done before") if !defined $best;
	cmp_ok($best, '<', 100, "$what after $ms ms: answered after $best ms");
}

sub quoted
{
	my ($s) = @_;

	$s =~ s/'/''/g;
	return "'$s'";
}

# ---- nothing and next to nothing ----

my @edge = map { [ split /\s*\|\s*/ ] } grep { /\S/ } split /\n/, <<'END';
'', '' | a, b | hdata.levenshtein(a, b), hdata.levenshtein(a, b, 3), hdata.osa(a, b), hdata.damerau(a, b), hdata.lcs(a, b) | 0,0,0,0,0
'', 'x' | a, b | hdata.levenshtein(a, b), hdata.levenshtein(a, b, 0), hdata.osa(a, b), hdata.damerau(a, b), hdata.lcs(a, b) | 1,1,1,1,0
'x', 'y' | a, b | hdata.levenshtein(a, b), hdata.levenshtein(a, b, 0), hdata.osa(a, b), hdata.damerau(a, b), hdata.lcs(a, b) | 1,1,1,1,0
'é', 'e' | a, b | hdata.levenshtein(a, b), hdata.levenshtein(a, b, 0), hdata.osa(a, b), hdata.damerau(a, b), hdata.lcs(a, b) | 1,1,1,1,0
'', 'x' | a, b | hdata.indel_ratio(a, b), hdata.ratio(a, b), hdata.partial_ratio(a, b), hdata.token_sort_ratio(a, b), hdata.token_set_ratio(a, b), hdata.jaro(a, b), hdata.jaro_winkler(a, b) | 0,0,0,0,0,0,0
'x', 'x' | a, b | hdata.indel_ratio(a, b), hdata.ratio(a, b), hdata.partial_ratio(a, b), hdata.token_sort_ratio(a, b), hdata.token_set_ratio(a, b), hdata.jaro(a, b), hdata.jaro_winkler(a, b) | 1,100,100,100,100,1,1
'', '?' | a, b | hdata.canonical_text(a), hdata.canonical_text(b), cardinality(hdata.tokens(a)), cardinality(hdata.tokens(b, 'icu')), hdata.text_key(a) = hdata.text_key(b) | "","",0,0,t
'', 'x' | a, b | hdata.n_shingles(hdata.shingles(a, 'w3')), hdata.n_shingles(hdata.shingles(b, 'c5')), hdata.n_shingles(hdata.shingles(b, 'auto')), hdata.jaccard(hdata.sketch(hdata.shingles(a)), hdata.sketch(hdata.shingles(b))) | 0,1,2,0
'', 'x' | a, b | (SELECT count(*) FROM hdata.common_spans(a, b, 1)), (SELECT count(*) FROM hdata.common_spans(b, b, 1)), (SELECT count(*) FROM hdata.correction_diff(a, b)), (SELECT count(*) FROM hdata.correction_diff(a, a)), hdata.edit_rate(a, a), hdata.edit_rate(a, b) | 0,1,1,0,0,1
'', 'x' | a, b | (SELECT count(*) FROM hdata.duplicate_pairs((SELECT hdata.corpus_agg(i, CASE WHEN i < 3 THEN a ELSE b END) FROM generate_series(1, 4) i), 0.5)), (SELECT count(DISTINCT cluster) FROM hdata.duplicate_clusters((SELECT hdata.corpus_agg(i, CASE WHEN i < 3 THEN a ELSE b END) FROM generate_series(1, 4) i))) | 1,3
END
for my $case (@edge)
{
	my ($values, $names, $what, $expected) = @$case;

	is($node->safe_psql($db, "SELECT ROW($what)::text FROM (VALUES ($values)) t($names)"), "($expected)", "$values: $what");
}

# ---- text goes to ICU in pieces: wherever they are cut, what is composed stays together ----

is($node->safe_psql($db, <<'SQL'), '', 'the canonical text of long sequences that compose');
SELECT p, what FROM generate_series(0, 3) p,
	(VALUES ('e and acute', U&'e\0301', U&'\00e9'), ('Hangul', U&'\1112\1161\11ab', U&'\d55c'), ('kana', U&'\ff76\ff9e', U&'\30ac'), ('ligature', U&'\fdfa', NULL)) v(what, raw, composed)
	WHERE replace(hdata.canonical_text(repeat('x', p) || ' ' || repeat(raw, 150000)), ' ', '') <> repeat('x', p) || repeat(coalesce(composed, replace(hdata.canonical_text(raw), ' ', '')), 150000)
SQL

# ---- 50 MB ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE large (a text, b text);
ALTER TABLE large ALTER a SET STORAGE EXTERNAL, ALTER b SET STORAGE EXTERNAL;
INSERT INTO large SELECT string_agg(md5(i::text), ' '), string_agg('é' || md5(i::text), ' ') FROM generate_series(1, 1600000) i;
SQL
my ($sizes) = rows_of($node, $db, 'SELECT octet_length(a) >= 5e7, octet_length(b) >= 5e7 FROM large');
is("@$sizes", 't t', 'texts of 50 MB');
my %linear = (
	"hdata.text_key(a) <> hdata.text_key(b)" => 't',
	"hdata.n_shingles(hdata.shingles(a, 'w3')) > 1590000" => 't',
	"hdata.levenshtein(a, b, 5), hdata.levenshtein(a, a || 'x', 5)" => "6|1",
	"(SELECT count(*) FROM hdata.duplicate_pairs((SELECT hdata.corpus_agg(i, CASE i WHEN 1 THEN a WHEN 2 THEN a || ' more' ELSE b END) FROM generate_series(1, 3) i), 0.9))" => '1');
is($node->safe_psql($db, "SELECT $_ FROM large"), $linear{$_}, "50 MB: $_") for sort keys %linear;
answered("SELECT hdata.$_ FROM large", 250, $_)
	for 'levenshtein(a, b)', 'damerau(a, b)', 'partial_ratio(a, b)', 'token_set_ratio(a, b)';
answered("SELECT count(*) FROM large, hdata.$_", 250, $_) for 'correction_diff(a, b)', "duplicate_pairs((SELECT hdata.corpus_agg(1, b) FROM large))";

# ---- a join ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE doc AS SELECT i AS id, (SELECT string_agg('w' || (power((h & 1048575) / 1048576.0::float8, 3) * 5000)::int, ' ' ORDER BY w)
	FROM generate_series(1, 24) w, hashint8extended(CASE WHEN i % 5 = 0 AND w > i % 4 THEN i - 3 ELSE i END * 100 + w, 7) h) AS text FROM generate_series(1::bigint, 14000) i;
CREATE TABLE corpus AS SELECT hdata.corpus_agg(id, text) AS c FROM doc;
SQL
for my $join ("duplicate_pairs(c, 0.3, 'idf_overlap', unit => 'w1')", "duplicate_clusters(c, 0.3, 'jaccard', 'lsh', 'w1')")
{
	my ($took) = rows_of($node, $db, "SELECT extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000 FROM (SELECT count(*) FROM corpus, hdata.$join OFFSET 0) x");

	answered("SELECT count(*) FROM corpus, hdata.$join", int(1 + $took->[0] * $_), $join) for 0.1, 0.3, 0.6;
}

# ---- a join of long texts: few pairs, each of them much to compare ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE long AS SELECT hdata.corpus_agg(i, t) AS c FROM (SELECT i, (SELECT string_agg('w' || ((w * 7919 + hashint4(w * 1000 + i) % 3 * 17) % 30000), ' ') FROM generate_series(1, 8000) w) AS t FROM generate_series(1, 200) i) x;
SQL
answered("SELECT count(*) FROM long, hdata.$_", 500, $_)
	for "duplicate_pairs(c, 0.1, 'jaccard', 'lsh', 'w1')", "duplicate_pairs(c, 0.1, 'jaccard', 'exact', 'w1')";
done_testing();
