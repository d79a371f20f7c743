# The string measures of every pair in golden/text.json, from SQL: integers equal, ratios to 1e-9.
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
my %FUNCTION = (levenshtein => 'levenshtein', osa => 'osa', damerau_unrestricted => 'damerau', lcs_seq => 'lcs', indel_ratio => 'indel_ratio',
	jaro => 'jaro', 'jaro_winkler_0.1' => 'jaro_winkler', map { $_ => $_ } qw(ratio partial_ratio token_sort_ratio token_set_ratio));
my %INTEGER = map { $_ => 1 } qw(levenshtein osa damerau_unrestricted lcs_seq);

my $node = start_node('golden_strings');
my $db = database($node, 'golden_strings');
my $utf8 = sub { my $s = shift; utf8::encode($s); return $s };
my @pairs = map { [ $_, $utf8->($golden->{pairs}[$_]{a}), $utf8->($golden->{pairs}[$_]{b}) ] } 0 .. $#{ $golden->{pairs} };

$node->safe_psql($db, 'CREATE TABLE pair (n int, a text, b text);' . "\n" . copy_rows('pair', \@pairs));
my $columns = join ', ', map { "hdata.$FUNCTION{$_}(a, b), hdata.$FUNCTION{$_}(b, a)" } sort keys %FUNCTION;
my @rows = rows_of($node, $db, "SELECT n, $columns FROM pair ORDER BY n");
is(scalar @rows, scalar @pairs, scalar(@pairs) . ' pairs');
for my $i (0 .. $#rows)
{
	my ($n, @got) = @{ $rows[$i] };
	my $edit = $golden->{pairs}[$i]{edit};
	my @wrong;

	for my $name (sort keys %FUNCTION)
	{
		my ($there, $back) = splice @got, 0, 2;
		my $want = $edit->{$name};
		my $tolerance = $INTEGER{$name} ? 0 : 1e-9;

		push @wrong, "$name: $there, not $want" if abs($there - $want) > $tolerance;
		push @wrong, "$name turned round: $back, not $want" if abs($back - $want) > $tolerance;
	}
	is(join('; ', @wrong), '', "pair $n");
}
done_testing();
