# Tokens and set measures of every pair in golden/text.json, from SQL: integers equal, ratios to 1e-9.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use Test::More;

my $file = ($ENV{HDATA_SHARED} // '') . '/golden/text.json';
unless (defined $ENV{HDATA_SHARED} && -r $file)
{
	diag('SKIPPED: there are no golden values (HDATA_SHARED names no folder with golden/text.json)');
	plan skip_all => 'no golden values: HDATA_SHARED is not set or has no golden/text.json';
}
my $golden = do {
	local $/;
	open my $in, '<', $file or die "$file: $!";
	JSON::PP->new->utf8->decode(<$in>);
};

my $node = start_node('golden_text');
my $db = database($node, 'golden_text');
my $json = JSON::PP->new->canonical->utf8;
my $utf8 = sub { my $s = shift; utf8::encode($s); return $s };
my @pairs = @{ $golden->{pairs} };

# what the file calls char3: the 3-grams of raw characters, the string itself where it is shorter
$node->safe_psql($db, <<'SQL');
CREATE FUNCTION char3(s text) RETURNS text[] IMMUTABLE LANGUAGE sql
	AS $$ SELECT coalesce(array_agg(substr(s, i, 3)), '{}') FROM generate_series(1, CASE WHEN s = '' THEN 0 ELSE greatest(length(s) - 2, 1) END) i $$;
CREATE TABLE pair (n int, a text, b text);
SQL
$node->safe_psql($db, copy_rows('pair', [ map { [ $_, $utf8->($pairs[$_]{a}), $utf8->($pairs[$_]{b}) ] } 0 .. $#pairs ]));

my @measures = qw(jaccard dice cosine overlap);
my $columns = sub {
	my ($a, $b) = @_;
	return join ', ', "hdata.n_shingles($a)", "hdata.n_shingles($b)", (map { "hdata.$_($a, $b)" } @measures),
		"hdata.containment($a, $b)", "hdata.containment($b, $a)";
};
my @rows = rows_of($node, $db, <<"SQL");
SELECT n, @{[ $columns->('ca', 'cb') ]}, @{[ $columns->('wa', 'wb') ]}, to_json(hdata.tokens(a, 'icu')), to_json(hdata.tokens(b, 'icu'))
FROM (SELECT *, hdata.shingles(char3(a)) AS ca, hdata.shingles(char3(b)) AS cb,
             hdata.shingles(hdata.tokens(a, 'icu')) AS wa, hdata.shingles(hdata.tokens(b, 'icu')) AS wb FROM pair) p ORDER BY n
SQL
is(scalar @rows, scalar @pairs, scalar(@pairs) . ' pairs');
for my $i (0 .. $#rows)
{
	my ($n, @got) = @{ $rows[$i] };
	my @wrong;

	for my $sets (qw(char3 word_nfkccf_icu))
	{
		my $want = $pairs[$i]{$sets};

		for my $name (qw(a b), @measures, qw(contain_a_in_b contain_b_in_a))
		{
			my $value = shift @got;

			push @wrong, "$sets $name: $value, not $want->{$name}" if abs($value - $want->{$name}) > 1e-9;
		}
	}
	for my $side (qw(a b))
	{
		my $tokens = shift @got;
		my $want = $json->encode($pairs[$i]{"tokens_$side"});

		push @wrong, "tokens of $side: $tokens, not $want" if $json->encode($json->decode($tokens)) ne $want;
	}
	is(join('; ', @wrong), '', "pair $n");
}
done_testing();
