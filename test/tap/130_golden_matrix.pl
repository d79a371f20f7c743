# The cases of golden/rubric_preference_export.json about reliability and items over score_matrix, from SQL; and real data:
# PaperBench's graded leaves, whose papers have rubrics of their own.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use Test::More;

my $file = ($ENV{HDATA_SHARED} // '') . '/golden/rubric_preference_export.json';
unless (defined $ENV{HDATA_SHARED} && -r $file)
{
	diag('SKIPPED: there are no golden values (HDATA_SHARED names no folder with golden/rubric_preference_export.json)');
	plan skip_all => 'no golden values: HDATA_SHARED is not set or has no golden/rubric_preference_export.json';
}

my $golden = do {
	local $/;
	open my $in, '<', $file or die "$file: $!";
	JSON::PP->new->utf8->decode(<$in>);
};
my %case = map { $_->{id} => $_ } @{ $golden->{cases} };

my $node = start_node('golden_matrix');
my $db = database($node, 'golden_matrix');
$node->safe_psql($db, 'CREATE TABLE grades (id text, unit int, item int, value float8)');

# rows of values as a matrix of the case
my %rows = (
	(map { $_ => $case{$_}{input}{rows} } qw(P01 P03 P04)),
	P02 => [ map { my $p = $_; map { [ split //, $p->{p} ] } 1 .. $p->{n} } @{ $case{P02}{input}{pattern_counts} } ],
	# the other items of a test as one, so that the totals are those given
	P09 => [ map { [ $case{P09}{input}{item}[$_], $case{P09}{input}{total}[$_] - $case{P09}{input}{item}[$_] ] } 0 .. $#{ $case{P09}{input}{total} } ],
	P10 => [ ([ 1, 1 ]) x $case{P10}{input}{n11}, ([ 1, 0 ]) x $case{P10}{input}{n10}, ([ 0, 1 ]) x $case{P10}{input}{n01}, ([ 0, 0 ]) x $case{P10}{input}{n00} ],
	D08 => $case{D08}{input}{models_by_items});
$node->safe_psql($db, copy_rows('grades', [ map { my $id = $_; map { my $u = $_; map { [ $id, $u, $_, $rows{$id}[$u][$_] ] } 0 .. $#{ $rows{$id}[$u] } } 0 .. $#{ $rows{$id} } } sort keys %rows ]));
$node->safe_psql($db, 'CREATE TABLE matrices AS SELECT id, hdata.score_matrix_agg(unit, item, value) AS m FROM grades GROUP BY id');

sub near
{
	my ($id, $what, $got, $want) = @_;

	$got = undef if defined $got && $got eq '';
	return is($got, undef, "$id: $what is undefined") unless defined $want;
	my $ok = defined $got && abs($got - $want) <= $case{$id}{tolerance} * (abs($want) > 1 ? abs $want : 1);
	ok($ok, "$id: $what") or diag('got ' . ($got // 'null') . ", wanted $want");
}

sub value { my ($id, $sql) = @_; return $node->safe_psql($db, "SELECT $sql FROM matrices, LATERAL hdata.alpha(m) a WHERE id = '$id'") }
sub column { my ($id, $name) = @_; return map { $_->[0] } rows_of($node, $db, "SELECT s.$name FROM matrices, hdata.item_stats(m) s WHERE id = '$id'") }

sub near_column
{
	my ($id, $name, $want) = @_;
	my @got = column($id, $name);

	is(scalar @got, scalar @$want, "$id: $name of all items");
	near($id, "$name $_", $got[$_], $want->[$_]) for 0 .. $#$want;
}

for my $id (qw(P01 P02 P03 P04))
{
	my $e = $case{$id}{expected};

	near($id, 'alpha', value($id, 'hdata.cronbach_alpha(m)'), $e->{alpha} // $e->{alpha_including_constant});
	near($id, 'alpha()', value($id, 'a.value'), $e->{alpha} // $e->{alpha_including_constant});
	near_column($id, 'item_rest', $e->{item_rest_corr});
	near_column($id, 'item_total', $e->{item_total_corr}) if $e->{item_total_corr};
	near_column($id, 'alpha_if_dropped', $e->{alpha_if_dropped}) if $e->{alpha_if_dropped};
	near_column($id, 'difficulty', $e->{difficulty}) if $e->{difficulty};
	is(value($id, 'a.n_units'), scalar @{ $rows{$id} }, "$id: units");
}
is(value('P02', 'a.n_units'), $case{P02}{expected}{n}, 'P02: n');
near('P01', 'standardized alpha', value('P01', 'hdata.standardized_alpha(m)'), $case{P01}{expected}{std_alpha});
near('P01', 'average r', value('P01', 'a.average_r'), $case{P01}{expected}{average_r});
# what R's psych 2.2.9 prints of these data (the help page of alpha): ase 0.042, Duhachek 0.76 to 0.93
is(value('P01', 'round(a.se::numeric, 3)'), '0.042', 'P01: standard error as psych prints it');
is($node->safe_psql($db, q(SELECT round(ci_low::numeric, 2), round(ci_high::numeric, 2) FROM matrices, hdata.alpha(m, interval_method => 'duhachek') WHERE id = 'P01')), '0.76|0.93', 'P01: interval of Duhachek as psych prints it');
like(value('P03', 'a.note'), qr/negative.*check item codings/, 'P03: a negative alpha is explained');
like(value('P04', 'a.note'), qr/item "1" is the same for all units/, 'P04: the constant item is named');
near('P04', 'alpha without the constant item', value('P04', q(hdata.cronbach_alpha(hdata.without_items(m, '{1}')))), $case{P04}{expected}{alpha_excluding_constant});
near('P04', 'alpha if it is dropped', (column('P04', 'alpha_if_dropped'))[1], $case{P04}{expected}{alpha_excluding_constant});

{
	my $e = $case{P09}{expected};

	near('P09', 'D', (column('P09', 'd27'))[0], $e->{D});
	near('P09', 'point-biserial correlation', (column('P09', 'item_total'))[0], $e->{point_biserial});
	# whatever order the rows come in
	my $seen = $node->safe_psql($db, <<'SQL');
SELECT count(DISTINCT d) FROM generate_series(1, 20) seed, LATERAL (SELECT string_agg(s::text, ' ') AS d
	FROM (SELECT hdata.score_matrix_agg(unit, item, value ORDER BY md5(unit::text || seed)) AS m FROM grades WHERE id = 'P09') q, hdata.item_stats(m) s) x
SQL
	is($seen, 1, 'P09: ties do not depend on the order of rows');
}
{
	my ($row) = rows_of($node, $db, q(SELECT p.phi, p.jaccard, p.p_b_given_a, p.p_a_given_b, p.kappa, p.n FROM matrices, hdata.item_pairs(m) p WHERE id = 'P10'));
	my @names = qw(phi jaccard p_b_given_a p_a_given_b kappa);

	near('P10', $names[$_], $row->[$_], $case{P10}{expected}{ $names[$_] }) for 0 .. $#names;
	is($row->[5], scalar @{ $rows{P10} }, 'P10: n');
}
{
	my @want = @{ $case{D08}{expected} };

	near_column('D08', 'difficulty', [ map { $_->{p} } @want ]);
	near_column('D08', 'item_rest', [ map { $_->{r_rest} } @want ]);
	is_deeply([ column('D08', 'flag') ], [ map { $_->{flag} } @want ], 'D08: flags');
	is_deeply([ column('D08', 'item') ], [ map { "$_->{item}" } @want ], 'D08: items in order');
}

# ---- PaperBench: every paper has one graded submission and a rubric of its own ----
SKIP: {
	skip 'no data of paperbench', 4 unless load_data($node, $db, 'paperbench');
	my $of = sub { return 'FROM (SELECT hdata.score_matrix_agg(paper || submission, paper || node_id, score) AS m FROM paperbench.graded_rubric_nodes WHERE n_children = 0' . $_[0] . ') q' };
	my ($papers) = rows_of($node, $db, 'SELECT count(DISTINCT paper), min(paper) FROM paperbench.graded_rubric_nodes');
	cmp_ok($papers->[0], '>', 1, "paperbench: $papers->[0] papers");
	my ($all, $one, $pairs) = run_queries($node, $db, 'SELECT hdata.cronbach_alpha(m) ' . $of->(''),
		"SELECT a.n_units || ' ' || a.n_items || ' ' || coalesce(a.value::text, 'null') || ' ' || a.note " . ($of->(" AND paper = '$papers->[1]'") . ', hdata.alpha(m) a'),
		'SELECT count(DISTINCT left(item_a, 3)) ' . $of->('') . ', hdata.item_pairs(m) a');
	like($all, qr/^ERROR 55000: score matrix holds several rubrics/, 'paperbench: several rubrics in one matrix are an error');
	like($one, qr/^1 \d\d+ null (\d+ items are the same for all units and correlate with none, the first is ".*"; )?one unit has no alpha$/, 'paperbench: one submission has no alpha');
	is($pairs, $papers->[0], 'paperbench: pairs within each paper');
}

done_testing();
