# Intraclass correlations, Kendall's W and Lin's concordance of golden/agreement.json, from SQL.
#
# Values of two tools that agree are checked to 1e-9 relative, others and intervals to 1e-6; printed digits to one unit of the
# last one.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use List::Util qw(max);
use Test::More;

my $file = ($ENV{HDATA_SHARED} // '') . '/golden/agreement.json';
unless (defined $ENV{HDATA_SHARED} && -r $file)
{
	print STDERR "# SKIPPED: there are no golden values (HDATA_SHARED names no folder with golden/agreement.json)\n";
	plan skip_all => 'no golden values: HDATA_SHARED is not set or has no golden/agreement.json';
}

my $golden = do {
	local $/;
	open my $in, '<', $file or die "$file: $!";
	JSON::PP->new->utf8->decode(<$in>);
};

# names in the file, and what SQL calls them
my %FORM = (icc_1_1 => 'ICC(1,1)', icc_a_1 => 'ICC(2,1)', icc_c_1 => 'ICC(3,1)', icc_1_k => 'ICC(1,k)', icc_a_k => 'ICC(2,k)', icc_c_k => 'ICC(3,k)');
my %ALIAS = (icc_1_1 => 'ICC(1)', icc_a_1 => 'ICC(A,1)', icc_c_1 => 'ICC(C,1)', icc_1_k => 'ICC(k)', icc_a_k => 'ICC(A,k)', icc_c_k => 'ICC(C,k)');
my %FUNCTION = (kendall_w_ties => 'kendall_w', lin_ccc => 'lin_ccc');

my (@ratings, @checks, %cases);

sub check
{
	my ($case, $what, $sql, $want, $tolerance, $digits) = @_;
	push @checks, { case => $case->{id}, what => $what, sql => $sql, want => $want, tolerance => $tolerance, digits => $digits };
	$cases{ $case->{id} } = 1;
}

sub check_case
{
	my $case = shift;
	my $state = "(SELECT r FROM states WHERE id = '$case->{id}')";

	for my $name (sort keys %{ $case->{expected} })
	{
		my $e = $case->{expected}{$name};
		my $tolerance = ref $e eq 'HASH' && @{ $e->{verified_by} // [] } >= 2 ? 1e-9 : 1e-6;
		if ($FUNCTION{$name})
		{
			check($case, "$name value", "SELECT $FUNCTION{$name}($state)", $e->{value}, $tolerance);
			next;
		}
		my $form = $FORM{$name} or next;
		check($case, "$name value", "SELECT icc($state, '$form')", $e->{value}, $tolerance);
		check($case, "$name alias", "SELECT icc($state, '$ALIAS{$name}')", $e->{value}, $tolerance);
		my %column = (value => 'value', F => 'f', df1 => 'df1', df2 => 'df2');
		for my $field (sort keys %column)
		{
			check($case, "$name $field", "SELECT $column{$field} FROM icc_agreement($state) WHERE form = '$form'", $e->{$field}, $tolerance);
		}
		next unless ref $e->{ci95};
		check($case, "$name ci_low", "SELECT ci_low FROM icc_agreement($state) WHERE form = '$form'", $e->{ci95}[0], 1e-6);
		check($case, "$name ci_high", "SELECT ci_high FROM icc_agreement($state) WHERE form = '$form'", $e->{ci95}[1], 1e-6);
	}
	for my $name (grep { $FORM{$_} } sort keys %{ $case->{published} // {} })
	{
		check($case, "published $name", "SELECT icc($state, '$FORM{$name}')", $case->{published}{$name}, undef, 0.01);
	}
	return unless $case->{id} eq 'edge_zero_variance_numeric';
	check($case, 'icc is NULL', "SELECT icc($state)", undef);
	check($case, 'ccc is NULL', "SELECT lin_ccc($state)", undef);
	check($case, 'kendall_w is NULL', "SELECT kendall_w($state)", undef);
	check($case, 'icc_agreement notes why', "SELECT count(note) FROM icc_agreement($state) WHERE value IS NULL", 6, 1e-9);
}

sub complaint
{
	my ($c, $got) = @_;

	return if !defined $c->{want} && !defined $got;
	return "$c->{what}: got " . ($got // 'NULL') . ', want ' . ($c->{want} // 'NULL')
	  if !defined $c->{want} || !defined $got || $got =~ /^ERROR/;
	my $error = abs($got - $c->{want});
	return if $c->{digits} ? $error <= $c->{digits} : $error / max(abs $c->{want}, 1e-3) <= $c->{tolerance};
	return "$c->{what}: got $got, want $c->{want}";
}

for my $case (@{ $golden->{cases} })
{
	next unless ref $case->{data} && ($case->{data}{format} // '') eq 'matrix_items_x_raters';
	next unless $case->{id} eq 'edge_zero_variance_numeric' || grep { $FORM{$_} || $FUNCTION{$_} } keys %{ $case->{expected} // {} };
	my $matrix = $case->{data}{ratings};
	for my $i (0 .. $#$matrix)
	{
		push @ratings, [ $case->{id}, $i, $_, $matrix->[$i][$_] ] for grep { defined $matrix->[$i][$_] } 0 .. $#{ $matrix->[$i] };
	}
	check_case($case);
}

my $node = start_node('golden_more');
my $db = database($node, 'golden');
$node->safe_psql($db, <<SQL . copy_rows('ratings', \@ratings) . <<'SQL2');
CREATE TABLE ratings (id text, item bigint, rater bigint, value float8);
SQL
CREATE TABLE states AS SELECT id, hdata.ratings_agg(item, rater, value) AS r FROM ratings GROUP BY id;
SQL2

my @answers = run_queries($node, $db, map { $_->{sql} } @checks);
my (%complaints, %made);
for my $i (0 .. $#checks)
{
	my $text = complaint($checks[$i], $answers[$i]);
	$made{ $checks[$i]{case} }++;
	push @{ $complaints{ $checks[$i]{case} } }, $text if defined $text;
}
for my $id (sort keys %cases)
{
	my @wrong = @{ $complaints{$id} // [] };
	is(scalar @wrong, 0, "$id: $made{$id} comparisons") or diag("$id\n  " . join("\n  ", @wrong));
}
cmp_ok(scalar @checks, '>', 150, 'the file was read whole');
print STDERR sprintf "# golden: %d comparisons in %d cases\n", scalar @checks, scalar keys %cases;
$node->stop('fast');
done_testing();
