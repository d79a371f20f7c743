# rubric_score, score_summary and grades are sums: the order of rows, workers, parts and files must not show in them, nor in any
# result, down to the last bit.  And no bytes may bring their input functions down.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use Math::BigRat;
use Test::More;

my $node = start_node('properties_score', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8' ] });
my $db = database($node, 'properties_score');
my $json = JSON::PP->new->canonical->allow_nonref;

srand(20260303);

sub one_of { return $_[ int rand @_ ] }

# whole and decimal points, some that leave the 128 bits of a short sum
sub points { return one_of(1 .. 10, -1 .. -9, 0, 0.1, 2.5, -3.3, rand(5), rand(1) < 0.1 ? (1e18, -1e18, 1e-30, 1e300) : 4) }
sub value { return one_of(undef, 0, 1, 1, 0, 1, 0.5, 0.25, rand(1), rand(1) < 0.05 ? 1e-200 : 1) }

my @norms = qw(positive minmax abs penalty_only);
my @policies = qw(skip zero partial fail);
my @score = map { my $n = $_; map { "hdata.score(s, '$n', '$_', 0.3, true)" } @policies } @norms;
my @readers = (@score,
	(map { "hdata.gated_score(s, 'minmax', '$_', 0.1, 'excluded')" } @policies), "hdata.gated_score(s)",
	(map { "hdata.$_(s)" } qw(gates_open all_pass mean_criteria n_graded n_na n_missing graded_by possible)),
	"hdata.achieved(s, 'partial', 0.7)", "hdata.possible(s, 'abs', 'zero')", 's::jsonb',
	"(SELECT string_agg(a::text, ' ') FROM hdata.axis_scores(s, 'minmax', 'partial') a)");

state_properties($node, $db, {
	type => 'rubric_score', columns => 'points float8, value float8, gate boolean, tags text[]',
	agg => 'hdata.rubric_agg(points, value, gate, tags)', sets => 60, max_rows => 40, accessors => \@readers,
	row => sub {
		my $tags = join ',', map { qq("$_") } grep { rand(1) < 0.3 } 'accuracy', 'style', 'style', '', 'a tag of some length, with a comma', 'ä', 'äö';
		return [ points(), value(), one_of(undef, 'f', 'f', 't'), one_of(undef, "{$tags}", "{$tags}") ];
	} });

state_properties($node, $db, {
	type => 'rubric_score', name => 'rubric_score without gates and tags', columns => 'points float8, met boolean',
	agg => 'hdata.rubric_agg(points, met)', sets => 40, max_rows => 20, accessors => \@readers,
	row => sub { return [ one_of(1 .. 10, -1 .. -9), one_of(undef, 't', 't', 'f') ] } });

# ---- bound to a rubric: one for each data set ----

my (%rubric, %leaves);

sub tree
{
	my ($ds, $depth, $path) = @_;

	if ($depth == 0 || rand(1) < 0.3)
	{
		push @{ $leaves{$ds} }, "l$path";
		return { id => "l$path", text => "leaf $path", weight => 0 + one_of(0, 1, 1, 2, 0.125, 3), gate => rand(1) < 0.2 ? JSON::PP::true : JSON::PP::false,
			tags => [ grep { rand(1) < 0.5 } qw(code result) ] };
	}
	return { id => "n$path", weight => 0 + one_of(0, 1, 1, 2, 5), children => [ map { tree($ds, $depth - 1, "$path.$_") } 1 .. 1 + int rand 3 ] };
}

sub rubric_of
{
	my $ds = shift;

	return $rubric{$ds} //= do {
		my @criteria = $ds % 2
		  ? (map { push @{ $leaves{$ds} }, "c$_"; { id => "c$_", text => "criterion $_", points => 0 + one_of(5, 3, -2, 1.7), tags => [ one_of(qw(x y)) ] } } 1 .. 5)
		  : ({ id => 'heavy', text => 'heavy', weight => 1 }, map { tree($ds, 3, "$_") } 1 .. 1 + int rand 3);
		push @{ $leaves{$ds} }, 'heavy' unless $ds % 2;
		unshift @criteria, { id => 'c0', text => 'one that is positive', points => 4 } if $ds % 2;
		$json->encode({ criteria => \@criteria });
	};
}

state_properties($node, $db, {
	type => 'rubric_score', name => 'rubric_score of a rubric', columns => 'rubric hdata.rubric, grades jsonb',
	agg => 'hdata.rollup(hdata.rubric_score_of(rubric, grades))', sets => 40, max_rows => 12, accessors => \@readers,
	row => sub {
		my $ds = shift;
		my $r = rubric_of($ds);
		my %grade = map { $_ => one_of(undef, JSON::PP::true, JSON::PP::false, 0.5, rand(1)) } grep { rand(1) < 0.85 } @{ $leaves{$ds} };
		return [ $r, $json->encode(\%grade) ];
	} });

# a rubric that is scored at once is the sum of its criteria: flat rubrics, against rubric_agg
is($node->safe_psql($db, <<'SQL'), '0', 'flat rubrics: rubric_score_of() has the sums of rubric_agg()');
SELECT count(*) FROM sp.rows r,
    LATERAL (SELECT hdata.rubric_score_of(r.rubric, r.grades) AS s) bound,
    LATERAL (SELECT hdata.rubric_agg(l.points, CASE jsonb_typeof(r.grades -> l.id) WHEN 'boolean' THEN ((r.grades ->> l.id)::boolean)::int
                ELSE (r.grades ->> l.id)::float8 END, l.gate, l.tags) AS s FROM hdata.rubric_leaves(r.rubric) l) free
WHERE r.ds % 2 = 1 AND (bound.s::jsonb -> 'all' <> free.s::jsonb -> 'all' OR bound.s::jsonb -> 'tags' <> free.s::jsonb -> 'tags'
    OR hdata.score(bound.s) IS DISTINCT FROM hdata.score(free.s))
SQL

# ---- score_summary ----

my @means = ((map { my $c = $_; ("hdata.mean(s, '$c')", map { ("hdata.stderr(s, '$c', '$_')", "(SELECT mean_ci FROM hdata.ci(s, 0.9, '$c', '$_') mean_ci)") } qw(clustered sample bootstrap)) }
	  qw(dataset example none)),
	(map { "hdata.$_(s)" } qw(n_scores n_null n_clusters min_score max_score)), 's::jsonb',
	"(SELECT string_agg(c::text, ' ') FROM hdata.cluster_means(s) c)");

state_properties($node, $db, {
	type => 'score_summary', columns => 'score float8, cluster text', agg => 'hdata.score_agg(score, cluster)', sets => 60, max_rows => 40, accessors => \@means,
	row => sub {
		my $ds = shift;
		my $x = $ds % 5 == 0 ? 0.7692307692307693 : one_of(undef, 0, 1, 0.5, 1 / 3, rand(1), rand(3) - 1, $ds % 7 ? 0.1 : one_of(1e200, -1e-200, 12345678.9));
		return [ $x, $ds % 3 == 0 ? undef : $ds % 3 == 1 ? one_of('a', 'b', 'cluster of a long name') : one_of(undef, '', 'a', 'ä') ];
	} });
state_properties($node, $db, {
	type => 'score_summary', name => 'score_summary without clusters', columns => 'score float8', agg => 'hdata.score_agg(score)', sets => 40, max_rows => 30,
	accessors => \@means, row => sub { return [ one_of(undef, 0, 1, rand(1), rand(4) - 2) ] } });

# ---- grades ----

state_properties($node, $db, {
	type => 'grades', columns => 'value float8, weight float8, points float8', agg => 'hdata.grades_agg(value, weight, points)', sets => 60, max_rows => 15,
	accessors => [ (map { "hdata.merged(s, '$_')" } qw(majority mean median unanimous any worst)), (map { "hdata.$_(s)" } qw(tied n_grades n_na points)),
		's::jsonb', "(SELECT string_agg(c::text, ' ') FROM hdata.grade_counts(s) c)" ],
	row => sub { my $ds = shift; return [ one_of(undef, 0, 1, 0, 1, 0.5, rand(1)), one_of(1, 1, 1, 0, 0.1, 0.7, 2), (5, -5, 0, 0.3)[ $ds % 4 ] ] } });

# merge_grades() is grades_agg() and merged()
for my $how (qw(majority mean median unanimous any worst))
{
	is($node->safe_psql($db, "SELECT count(*) FROM (SELECT hdata.merge_grades(value, weight, points, '$how') AS a,
		hdata.merged(hdata.grades_agg(value, weight, points), '$how') AS b FROM sp.rows GROUP BY ds) q WHERE a IS DISTINCT FROM b"),
		'0', "merge_grades(..., '$how') is what merged() reads");
}

# ---- against the definitions, in exact fractions that are rounded once ----

my $json_of_grades = sub { my %g = @_; return $json->encode({ map { $_ => defined $g{$_} ? 0 + $g{$_} : undef } keys %g }) };

sub fraction { return Math::BigRat->new($_[0]) }
sub nearest { return defined $_[0] ? 0 + $_[0]->as_float(60)->bstr : 'NULL' }

# A flat score by the book: criterion by criterion, N/A replaced by what the policy says
sub flat_by_the_book
{
	my ($norm, $policy, $partial, $criteria) = @_;
	my ($sum, $plus, $minus) = map { fraction(0) } 1 .. 3;

	for my $c (@$criteria)
	{
		my ($w, $v) = map { defined $_ ? fraction($_) : undef } @$c;
		if (!defined $v)
		{
			next if $policy eq 'skip';
			$v = $policy eq 'partial' && $w > 0 ? fraction($partial) : $policy eq 'fail' && $w < 0 ? fraction(1) : fraction(0);
		}
		$sum += $w * $v;
		$w > 0 ? ($plus += $w) : ($minus -= $w);
	}
	my $no_plus = !grep { $_->[0] > 0 } @$criteria;
	my ($above, $below) = $norm eq 'positive' ? ($sum, $plus) : $norm eq 'minmax' ? ($sum + $minus, $plus + $minus)
	  : $norm eq 'abs' ? ($sum, $plus + $minus) : $no_plus ? ($sum + $minus, $minus) : (0, 0);
	return $below == 0 ? undef : $above / $below;
}

# A tree by the book: the weighted mean of the children at every node; leaves that are not kept are not there
sub tree_by_the_book
{
	my ($node, $keep, $value) = @_;

	return $node->{weight} > 0 && $keep->($node) ? $value->($node) : undef unless $node->{children};
	my ($sum, $weight) = (fraction(0), fraction(0));
	for my $c (@{ $node->{children} })
	{
		my $v = tree_by_the_book($c, $keep, $value) // next;
		$sum += fraction($v) * fraction($c->{weight});
		$weight += fraction($c->{weight});
	}
	return $weight == 0 ? undef : $sum / $weight;
}

my (@queries, @wanted);
for my $n (1 .. 20)
{
	my @criteria = map { [ one_of(1 .. 9, -1 .. -9, 0.5, -2.25, 0, 1.125), one_of(undef, 0, 1, 1, 0.5, 0.125, 0.75) ] } 1 .. 1 + int rand 8;
	@criteria = map { [ -abs $_->[0], $_->[1] ] } @criteria if $n % 5 == 0;
	my $rows = join ', ', map { sprintf '(%s::float8, %s::float8)', $_->[0], $_->[1] // 'NULL' } @criteria;
	for my $norm (@norms)
	{
		for my $policy (@policies)
		{
			push @queries, "SELECT score(rubric_agg(p, v), '$norm', '$policy', 0.375) FROM (VALUES $rows) t (p, v)";
			push @wanted, nearest(flat_by_the_book($norm, $policy, 0.375, \@criteria));
		}
	}
}
my $flat = @queries;
for my $n (1 .. 40)
{
	my $ds = 1000 + 2 * $n;
	my $rubric = rubric_of($ds);
	my $root = { weight => 1, children => $json->decode($rubric)->{criteria} };
	my %grade = map { $_ => one_of(undef, 0, 1, 1, 0.5, 0.125) } grep { rand(1) < 0.9 } @{ $leaves{$ds} };
	my $graded = sub { defined $grade{ $_[0]{id} } };
	my $zero = sub { $grade{ $_[0]{id} } // 0 };
	my $partial = sub { $grade{ $_[0]{id} } // 0.25 };
	my $no_gate = sub { !$_[0]{gate} };
	my $code = sub { grep { $_ eq 'code' } @{ $_[0]{tags} // [] } };
	my $gates = grep { $_->{gate} } leaves_of($root);
	my $from = "FROM rubric_score_of('$rubric', '@{[ $json_of_grades->(%grade) ]}') s";
	my $axis = sub { return "(SELECT score FROM axis_scores(s, na => '$_[0]', partial => 0.25) WHERE tag = 'code')" };

	for my $c (
		[ 'score(s)', $graded, $zero ], [ "score(s, na => 'zero')", sub { 1 }, $zero ], [ "score(s, 'minmax', 'fail')", sub { 1 }, $zero ],
		[ "score(s, na => 'partial', partial => 0.25)", sub { 1 }, $partial ],
		[ $axis->('skip'), sub { $code->(@_) && $graded->(@_) }, $zero ], [ $axis->('partial'), $code, $partial ],
		# the cap of 1 leaves only the gates that are N/A to decide
		[ "CASE WHEN gates_open(s) IS NULL THEN NULL ELSE gated_score(s, na => 'skip', cap => 1, gate_weight => 'excluded') END",
			sub { $no_gate->(@_) && $graded->(@_) }, $zero, 'gated' ])
	{
		my ($sql, $keep, $value, $gated) = @$c;
		my $undecided = $gated && (grep { $_->{gate} && !defined $grade{ $_->{id} } } leaves_of($root)) && !(grep { $_->{gate} && defined $grade{ $_->{id} } && $grade{ $_->{id} } < 1 } leaves_of($root));
		push @queries, "SELECT $sql $from";
		push @wanted, $undecided ? 'NULL' : nearest(tree_by_the_book($root, $keep, $value));
	}
}

sub leaves_of { return map { $_->{children} ? leaves_of($_) : $_ } @{ $_[0]{children} } }

my @got = map { $_ // 'NULL' } run_queries($node, $db, @queries);
for my $part ([ 'flat', 0 .. $flat - 1 ], [ 'trees', $flat .. $#queries ])
{
	my ($name, @at) = @$part;
	my @off = grep { $got[$_] eq 'NULL' || $wanted[$_] eq 'NULL' || $got[$_] =~ /ERROR/ ? $got[$_] ne $wanted[$_] : $got[$_] != $wanted[$_] } @at;
	is(scalar @off, 0, sprintf '%s: %d scores by the book, to the last bit; %d of them undefined', $name, scalar @at, scalar grep { $wanted[$_] eq 'NULL' } @at)
	  or diag(join "\n", map { "$queries[$_]: $got[$_], want $wanted[$_]" } grep { defined } @off[ 0 .. 4 ]);
}

# ---- hostile bytes ----

my $tree = q('{"criteria": [{"id": "a", "text": "a", "weight": 1, "tags": ["t"]}, {"id": "b", "weight": 2, "children": [{"id": "c", "text": "c", "weight": 1, "gate": true},
	{"id": "d", "text": "d", "weight": 3, "tags": ["t", "u"]}]}]}'::hdata.rubric);
state_hostile($node, $db, { type => 'rubric_score', n => 10000, accessors => [ @readers[ 0, 7, 10, 15 .. 17, 23 .. $#readers ] ], seeds => [
	'hdata.rubric_agg(p, v) FROM (VALUES (10, true), (5, NULL), (-5, NULL), (3, false)) t (p, v)',
	q(hdata.rubric_agg(p, v, g, t) FROM (VALUES (10, 0.3, true, ARRAY['a', 'ab']), (1e20, NULL, false, ARRAY['ab']), (-0.7, 0.1, true, '{}'), (0, NULL, NULL, NULL)) t (p, v, g, t)),
	qq(hdata.rubric_score_of($tree, '{"a": 1, "c": null}')),
	qq(hdata.rollup(hdata.rubric_score_of($tree, g::jsonb)) FROM unnest(ARRAY['{"a": 0.3, "c": 1, "d": 0}', '{"a": 0.7}']) g) ] });
state_hostile($node, $db, { type => 'score_summary', n => 10000, accessors => [ @means[ 0, 2, 4, 6, 7, 9, 11, 13, 16, 21 .. $#means ] ], seeds => [
	'hdata.score_agg(x) FROM unnest(ARRAY[0.5, NULL, 1]::float8[]) x',
	q(hdata.score_agg(x, c) FROM (VALUES (0.1, 'a'), (1.5, 'b'), (-0.2, NULL), (NULL, 'c')) t (x, c)),
	q(hdata.score_agg(x, c) FROM (VALUES (0.1, 'a'), (0.2, 'a')) t (x, c)),
	qq(hdata.score_agg(hdata.rubric_score_of($tree, '{"a": 1}'), 'x')) ] });
state_hostile($node, $db, { type => 'grades', n => 20000,
	accessors => [ (map { "hdata.merged(s, '$_')" } qw(majority mean median unanimous any worst)), 'hdata.tied(s)', 'hdata.n_grades(s)', 'hdata.merge_grades_final(s)' ],
	seeds => [ 'hdata.grades_agg(v, 1, 5) FROM unnest(ARRAY[true, false, NULL]) v', 'hdata.grades_agg(v, v * 3, -0.5) FROM unnest(ARRAY[0.1, 0.2, 0.3, 1]) v' ] });

$node->stop('fast');
done_testing();
