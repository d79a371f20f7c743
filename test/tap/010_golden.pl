# Every case of golden/agreement.json that names a coefficient of the module "agreement", from SQL.
#
# Values of two tools that agree are checked to 1e-9 relative, others to 1e-6 (what the file says of itself); printed digits to
# one unit of the last one.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use List::Util qw(any max);
use Test::More;

my $file = ($ENV{HDATA_SHARED} // '') . '/golden/agreement.json';
unless (defined $ENV{HDATA_SHARED} && -r $file)
{
	diag('SKIPPED: there are no golden values (HDATA_SHARED names no folder with golden/agreement.json)');
	plan skip_all => 'no golden values: HDATA_SHARED is not set or has no golden/agreement.json';
}

my $golden = do {
	local $/;
	open my $in, '<', $file or die "$file: $!";
	JSON::PP->new->utf8->decode(<$in>);
};

my $NUMBER = qr/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
my %FUNCTION = (gwet_ac1 => 'gwet_ac', gwet_ac2 => 'gwet_ac', bennett_s => 'brennan_prediger', randolph_kappa => 'brennan_prediger',
	map { $_ => $_ } qw(percent_agreement cohen_kappa scott_pi fleiss_kappa conger_kappa brennan_prediger));
# weights that a level of agreement() stands for, by coefficient and for alpha
my %KAPPA_LEVEL = (identity => 'nominal', ordinal => 'ordinal', quadratic => 'interval', map { $_ => $_ } qw(ratio circular bipolar));
my %ALPHA_LEVEL = (map { $_ => $_ } qw(nominal ordinal interval ratio circular bipolar jaccard masi));
my %METRIC = (quadratic => 'interval', ordinal => 'gwet_ordinal');
my %SET_METRIC = (alpha_masi_exact_thirds => 'masi', alpha_jaccard => 'jaccard', alpha_nominal => 'nominal');

my (@ratings, @checks);

# ---- from names in the file to SQL ----

# { function, option, level, row, rank } of a name in the file, or nothing: option is the weights, or alpha's metric; row and
# level say where agreement() has it
sub meaning
{
	my $name = shift;

	if ($name =~ /^krippendorff_alpha_(weights_)?(\w+)$/)
	{
		my $metric = $1 ? $METRIC{$2} // $2 : $2;
		return { function => 'krippendorff_alpha', option => $metric, row => 'krippendorff_alpha', level => $ALPHA_LEVEL{$metric} };
	}
	return { function => 'krippendorff_alpha', option => $SET_METRIC{$name}, row => 'krippendorff_alpha', level => $SET_METRIC{$name} }
	  if $SET_METRIC{$name};
	my ($base, $weights, $rank) = $name =~ /^(\w+?)(?:_(linear|quadratic|ordinal|radical|ratio|circular|bipolar)(_rank)?)?$/ or return;
	my $function = $FUNCTION{$base} or return;
	$weights //= 'identity';
	my $row = $function eq 'percent_agreement' && $weights ne 'identity' ? 'weighted_agreement' : $function;
	return { function => $function, option => $weights, rank => $rank, row => $row, level => $KAPPA_LEVEL{$weights} };
}

sub quoted { my $s = shift; $s =~ s/'/''/g; return "'$s'" }

# the state of a case, and its categories in order where labels are text
sub state_of
{
	my ($id, $column) = @_;
	return sprintf '(SELECT r FROM states WHERE id = %s AND kind = %s)', quoted($id), quoted($column);
}

sub categories_of
{
	my ($case, $column) = @_;
	return 'NULL' if $column ne 'label' || !$case->{numeric};
	return 'ARRAY[' . join(',', map { quoted($_) } @{ $case->{labels} }) . ']';
}

sub value_sql
{
	my ($case, $m) = @_;
	my $column = $m->{rank} ? 'label' : $case->{column};
	return sprintf 'SELECT %s(%s, %s, %s)', $m->{function}, state_of($case->{id}, $column), quoted($m->{option}),
	  categories_of($case, $column);
}

sub row_sql
{
	my ($case, $m, $field, $variance) = @_;
	my $column = $m->{rank} ? 'label' : $case->{column};
	return sprintf 'SELECT %s FROM agreement(%s, %s, null_value => 0, variance => %s, categories => %s) WHERE coefficient = %s',
	  $field, state_of($case->{id}, $column), quoted($m->{level}), quoted($variance), categories_of($case, $column), quoted($m->{row});
}

# A comparison to make: relative error, but no finer than "floor" absolutely
sub check
{
	my ($case, $what, $sql, $want, $tolerance, %more) = @_;
	push @checks, { case => $case->{id}, what => $what, sql => $sql, want => $want, tolerance => $tolerance, floor => 1e-3, %more };
}

# ---- the data of a case ----

sub key { my $label = shift; return ref $label ? '{' . join(',', map { qq("$_") } @$label) . '}' : "$label" }

sub matrix_of
{
	my $data = shift;
	return $data->{ratings} if $data->{ratings};
	my $categories = $data->{categories} // [ 1 .. @{ $data->{table} } ];
	my @rows;
	for my $k (0 .. $#$categories)
	{
		for my $l (0 .. $#$categories)
		{
			my $count = sprintf '%.0f', $data->{table}[$k][$l] * ($data->{n} // 1);
			push @rows, ([ $categories->[$k], $categories->[$l] ]) x $count;
		}
	}
	return \@rows;
}

sub load_case
{
	my $case = shift;
	my $matrix = matrix_of($case->{data});
	my %seen;

	$case->{single} = any { 1 == grep { defined } @$_ } @$matrix;
	$seen{ key($_) } = $_ for grep { defined } map { @$_ } @$matrix;
	$case->{sets} = any { ref } values %seen;
	$case->{numeric} = !$case->{sets} && !any { $_ !~ $NUMBER } keys %seen;
	$case->{labels} = [ sort { $case->{numeric} ? $a <=> $b : $a cmp $b } keys %seen ];
	$case->{column} = $case->{sets} ? 'set' : $case->{numeric} ? 'number' : 'label';
	for my $i (0 .. $#$matrix)
	{
		for my $g (grep { defined $matrix->[$i][$_] } 0 .. $#{ $matrix->[$i] })
		{
			my $v = key($matrix->[$i][$g]);
			push @ratings, [ $case->{id}, $i, $g, $case->{sets} ? undef : $v, $case->{numeric} ? $v : undef, $case->{sets} ? $v : undef ];
		}
	}
}

# ---- what to check ----

sub check_expected
{
	my $case = shift;

	for my $name (sort keys %{ $case->{expected} })
	{
		my $e = $case->{expected}{$name};
		if ($name eq 'fleiss_kappa_per_category')
		{
			my $v = $e->{value};
			check($case, "$name $_", sprintf('SELECT kappa FROM category_agreement(%s) WHERE label = %s', state_of($case->{id}, $case->{column}),
					quoted($_)), $v->{$_}, 0.5000001 * 10**-$e->{digits}, floor => 1, relative => 0) for sort keys %$v;
			next;
		}
		my $m = meaning($name) or next;
		my $tolerance = @{ $e->{verified_by} // [] } >= 2 ? 1e-9 : 1e-6;
		check($case, "$name value", value_sql($case, $m), $e->{value}, $tolerance);
		next unless $m->{level};
		check($case, "$name value in agreement()", row_sql($case, $m, 'value', 'ratio'), $e->{value}, $tolerance) unless $m->{row} eq 'scott_pi';
		check_errors($case, $name, $m, $e, $tolerance);
	}
}

sub check_errors
{
	my ($case, $name, $m, $e, $tolerance) = @_;
	my @variances = ('gwet', $case->{single} ? () : 'ratio');

	return if $m->{row} eq 'scott_pi';
	for my $variance (@variances)
	{
		# where nothing varies the references print 0 or rounding noise: ours is NULL, or a bound, with a note
		my $flat = ($e->{se_gwet} // '') !~ $NUMBER || $e->{se_gwet} < 1e-9;
		my %more = $flat ? (or_note => row_sql($case, $m, 'note', $variance)) : ();
		check($case, "$name se_gwet ($variance)", row_sql($case, $m, 'se', $variance), $e->{se_gwet}, $tolerance, %more)
		  if ($e->{se_gwet} // '') =~ $NUMBER;
		# irrCAC takes all items into the degrees of freedom of alpha
		next if $m->{function} eq 'krippendorff_alpha' && $case->{single};
		if (ref $e->{ci95_gwet_t} && !any { $_ !~ $NUMBER } @{ $e->{ci95_gwet_t} })
		{
			my ($low, $high) = @{ $e->{ci95_gwet_t} };
			my $least = $m->{function} eq 'percent_agreement' ? 0 : -1;
			check($case, "$name ci_low ($variance)", row_sql($case, $m, 'ci_low', $variance), max($low, $least), 1e-6, %more);
			check($case, "$name ci_high ($variance)", row_sql($case, $m, 'ci_high', $variance), $high, 1e-6, %more);
		}
		check($case, "$name p ($variance)", row_sql($case, $m, 'p_value', $variance), $e->{p_gwet}, 1e-6, %more)
		  if ($e->{p_gwet} // '') =~ $NUMBER && $m->{function} ne 'percent_agreement';
	}
	check($case, "$name se_ratio", row_sql($case, $m, 'se', 'ratio'), $e->{se_ratio}, 1e-6) if defined $e->{se_ratio};
	for my $field (grep { ($e->{$_} // '') =~ $NUMBER } $m->{function} eq 'cohen_kappa' ? qw(se se_table) : ())
	{
		my %more = $e->{$field} < 1e-9 ? (or_note => row_sql($case, $m, 'note', 'ratio')) : ();
		check($case, "$name $field", row_sql($case, $m, 'se', 'ratio'), $e->{$field}, $tolerance, %more);
	}
}

# Digits as printed: within one unit of the last, since some authors cut and some round
sub check_published
{
	my $case = shift;
	my %mismatch = map { $_->{key} => 1 } @{ $case->{published_mismatch} // [] };

	for my $name (sort keys %{ $case->{published} // {} })
	{
		my $digits = $case->{published}{$name};
		(my $plain = $name) =~ s/\(.*//;
		my $m = meaning($plain eq 'krippendorff_alpha' ? 'krippendorff_alpha_nominal' : $plain) or next;
		next if ref $digits || $mismatch{$name};
		my ($fraction) = "$digits" =~ /\.(\d+)/;
		check($case, "published $name", value_sql($case, $m), $digits, 10**-max(2, length($fraction // '')) * 1.0000001, relative => 0, floor => 1);
	}
}

# ---- edge cases, by the text of "recommended" ----

my @KAPPAS = qw(fleiss_kappa conger_kappa gwet_ac brennan_prediger krippendorff_alpha);
my %MEANT = (
	others => \@KAPPAS,
	all => [ 'percent_agreement', @KAPPAS ],
	cohen_fleiss_scott_conger_alpha => [qw(fleiss_kappa conger_kappa krippendorff_alpha)]);
my %IRRCAC = (pa => 'percent_agreement', ac1 => 'gwet_ac', fleiss => 'fleiss_kappa', kripp => 'krippendorff_alpha', conger => 'conger_kappa', bp => 'brennan_prediger');

sub edge_row
{
	my ($case, $field, $coefficient) = @_;
	my $domain = $case->{data}{domain};
	return sprintf "SELECT %s FROM agreement(%s, categories => %s) WHERE coefficient = '%s'", $field,
	  state_of($case->{id}, $case->{column}), $domain ? quoted('{' . join(',', @$domain) . '}') : 'NULL', $coefficient;
}

sub check_edge
{
	my $case = shift;
	my %recommended = %{ $case->{recommended} };
	my $two = @{ $case->{data}{ratings}[0] } == 2;
	my $empty = !any { defined } map { @$_ } @{ $case->{data}{ratings} };

	for my $name (sort keys %recommended)
	{
		next if $name =~ /^(reason|note|icc|ccc|se)$/;
		my $want = $recommended{$name};
		if (defined $want && $want !~ $NUMBER)
		{
			my $m = meaning($name);
			check($case, "$name is an error", value_sql($case, $m), 'ERROR 22', undef) if $want =~ /^error/;
			next;
		}
		(my $base = $name) =~ s/_nominal$//;
		my @names = $MEANT{$name} ? @{ $MEANT{$name} } : $FUNCTION{$base} // $base;
		push @names, 'cohen_kappa' if $MEANT{$name} && $two;
		for my $c (@names)
		{
			my $m = { function => $c, option => $c eq 'krippendorff_alpha' ? 'nominal' : 'identity' };
			check($case, "$c value", value_sql($case, $m), $want, 1e-12) unless $case->{data}{domain};
			next if $empty;
			check($case, "$c value in agreement()", edge_row($case, 'value', $c), $want, 1e-12);
			check($case, "$c se", edge_row($case, 'se', $c), undef, undef) if !defined $want || exists $recommended{se} || $want == 1;
			check($case, "$c note", edge_row($case, 'note IS NOT NULL', $c), 'true', undef) if !defined $want || $want == 1;
			check($case, "$c lower bound", edge_row($case, 'ci_low > -1 AND ci_low < 1', $c), 'true', undef)
			  if defined $want && $want == 1 && $case->{id} eq 'edge_perfect_agreement';
			check($case, "$c p", edge_row($case, 'p_value', $c), undef, undef) if $case->{id} eq 'edge_perfect_agreement';
		}
	}
	check($case, 'no rows give NULL', 'SELECT ' . state_of($case->{id}, $case->{column}) . '::text', undef, undef) if $empty;
	if ($case->{id} =~ /^edge_(constant_rater|ratio_zeros|ratio_negative|duplicate_rating|total_disagreement)$/)
	{
		check($case, "$IRRCAC{$_} as irrCAC", edge_row($case, 'value', $IRRCAC{$_}), $case->{tools}{irrCAC}{$_}, 1e-9) for sort keys %IRRCAC;
	}
	my $alpha = { function => 'krippendorff_alpha', option => 'ratio' };
	check($case, 'alpha ratio with zeros', value_sql($case, $alpha), $case->{tools}{'fast-krippendorff'}{ratio}, 1e-9) if $case->{id} eq 'edge_ratio_zeros';
	check($case, 'the same rater twice is a conflict',
		'SELECT percent_agreement(ratings_agg(i, 1::bigint, v)) FROM (VALUES (1::bigint, 1.0::float8), (1, 2)) t (i, v)', 'ERROR 21000', undef)
	  if $case->{id} eq 'edge_duplicate_rating';
	check_unrated_item($case) if $case->{id} eq 'edge_unrated_item';
}

sub check_unrated_item
{
	my $case = shift;
	my $without = "(SELECT hdata.ratings_agg(item, rater, number) FROM ratings WHERE id = 'edge_unrated_item' AND item < 3)";
	check($case, 'every value equals that of the first three items',
		sprintf('SELECT (SELECT string_agg(a::text, E\'\\n\') FROM agreement(%s) a) = (SELECT string_agg(a::text, E\'\\n\') FROM agreement(%s) a)',
			state_of($case->{id}, $case->{column}), $without), 'true', undef);
}

# ---- comparing ----

sub complaint
{
	my ($c, $got) = @_;
	my $want = $c->{want};

	return if !defined $want && !defined $got;
	return if defined $want && $want =~ /^ERROR/ && defined $got && index($got, $want) == 0;
	if (!defined $want || !defined $got || $got !~ $NUMBER)
	{
		return if defined $want && defined $got && $want eq $got;
		return sprintf '%s: got %s, want %s', $c->{what}, $got // 'NULL', $want // 'NULL';
	}
	my $scale = max(($c->{relative} // 1) ? abs $want : 0, $c->{floor});
	return if abs($got - $want) / $scale <= $c->{tolerance};
	return sprintf '%s: got %s, want %s (error %.1e, allowed %.1e)', $c->{what}, $got, $want, abs($got - $want) / $scale, $c->{tolerance};
}

# ---- all of it ----

my @cases;
for my $case (@{ $golden->{cases} })
{
	next unless ref $case->{data} && ($case->{data}{format} // '') =~ /^(contingency|proportions|matrix_items_x_raters(_of_sets)?)$/;
	my $edge = $case->{id} =~ /^edge_/;
	next unless $edge || any { meaning($_) } keys %{ $case->{expected} };
	load_case($case);
	my $before = @checks;
	if ($edge) { check_edge($case) } else { check_expected($case); check_published($case) }
	push @cases, $case->{id} if @checks > $before;
}

my $node = start_node('golden');
my $db = database($node, 'golden');
$node->safe_psql($db, <<SQL . copy_rows('ratings', \@ratings) . <<'SQL2');
CREATE TABLE ratings (id text, item bigint, rater bigint, label text, number float8, set text[]);
SQL
CREATE TABLE states AS
SELECT id, 'label' AS kind, hdata.ratings_agg(item, rater, label) AS r FROM ratings WHERE label IS NOT NULL GROUP BY id
UNION ALL SELECT id, 'number', hdata.ratings_agg(item, rater, number) FROM ratings WHERE number IS NOT NULL GROUP BY id
UNION ALL SELECT id, 'set', hdata.ratings_agg(item, rater, set) FROM ratings WHERE set IS NOT NULL GROUP BY id;
SQL2

my @answers = run_queries($node, $db, map { ($_->{sql}, $_->{or_note} // 'SELECT NULL') } @checks);
my (%complaints, %made, $by_note);
for my $i (0 .. $#checks)
{
	my ($c, $got, $note) = ($checks[$i], @answers[ 2 * $i, 2 * $i + 1 ]);
	$made{ $c->{case} }++;
	if ($c->{or_note} && defined $note && $note !~ /^ERROR/ && (!defined $got || $c->{what} =~ / ci_/)) { $by_note++; next }
	my $text = complaint($c, $got);
	push @{ $complaints{ $c->{case} } }, $text if defined $text;
}
for my $id (@cases)
{
	my @wrong = @{ $complaints{$id} // [] };
	is(scalar @wrong, 0, "$id: $made{$id} comparisons") or diag("$id\n  " . join("\n  ", @wrong));
}
cmp_ok(scalar @checks, '>', 4900, scalar(@checks) . ' comparisons: the file was read whole');
note(sprintf '%d comparisons in %d cases; %d of them are NULL with a note where nothing varies', scalar @checks, scalar @cases, $by_note // 0);
$node->stop('fast');
done_testing();
