# The cases of golden/rubric_preference_export.json about rubric scores, their means and merged grades (R01 to R23, D06, D07,
# D09), from SQL, each at its tolerance; and PaperBench's five graded trees: every one of the 838 inner nodes scored as a rubric
# of its own, against the published score and against exact rational arithmetic, rounded once.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use Math::BigRat;
use Test::More;

my $file = ($ENV{HDATA_SHARED} // '') . '/golden/rubric_preference_export.json';
unless (defined $ENV{HDATA_SHARED} && -r $file)
{
	diag('SKIPPED: there are no golden values (HDATA_SHARED names no folder with golden/rubric_preference_export.json)');
	plan skip_all => 'no golden values: HDATA_SHARED is not set or has no golden/rubric_preference_export.json';
}

my %case = do {
	local $/;
	open my $in, '<', $file or die "$file: $!";
	map { $_->{id} => $_ } @{ JSON::PP->new->utf8->decode(<$in>)->{cases} };
};
my $json = JSON::PP->new->canonical->allow_nonref;
my @checks;

# ---- building queries ----

sub literal { my $s = shift; $s =~ s/'/''/g; return "'$s'" }

sub bool { my $v = shift; return !defined $v ? 'NULL::boolean' : $v ? 'true' : 'false' }

# met (true, false or null), or a value in 0 to 1
sub grade { my $c = shift; return exists $c->{met} ? bool($c->{met}) : $c->{value} . '::float8' }

# "SELECT ... FROM a state of these criteria"
sub over
{
	my ($criteria, $what) = @_;
	my $rows = join ', ', map { sprintf '(%s::float8, %s, %s, ARRAY[%s]::text[])', $_->{points}, grade($_), bool($_->{gate} // 0),
		  defined $_->{tag} ? literal($_->{tag}) : '' } @$criteria;
	return "SELECT $what FROM (SELECT rubric_agg(points, value, gate, tags) AS s FROM (VALUES $rows) t (points, value, gate, tags)) q";
}

sub numbers { return 'ARRAY[' . join(', ', @_) . ']::float8[]' }

sub check
{
	my ($id, $what, $sql, $want) = @_;
	push @checks, { id => $id, what => $what, sql => $sql, want => $want, tolerance => $case{$id}{tolerance} };
}

# criteria of a rubric from [weight, leaf score or children, category]; grades by leaf id go to the second argument
sub criterion
{
	my ($tree, $grades) = @_;
	my ($weight, $below, $category) = @$tree;
	my $id = 'n' . (keys(%$grades) + 1);
	my @tags = defined $category ? (tags => [$category]) : ();

	if (!ref $below)
	{
		$grades->{$id} = $below;
		return { id => $id, text => "leaf $id", weight => $weight, @tags };
	}
	return { id => 'inner', weight => $weight, children => [ map { criterion($_, $grades) } @$below ] };
}

sub rubric_of
{
	my ($tree) = @_;
	my %grades;
	my @criteria = map { criterion($_, \%grades) } @{ $tree->[1] };
	my $inner = 0;
	my $name;
	$name = sub { for my $c (@_) { next unless $c->{children}; $c->{id} = 'inner' . ++$inner; $name->(@{ $c->{children} }) } };
	$name->(@criteria);
	return (literal($json->encode({ criteria => \@criteria })) . '::rubric', literal($json->encode(\%grades)) . '::jsonb');
}

sub over_tree
{
	my ($tree, $what) = @_;
	my ($rubric, $grades) = rubric_of($tree);
	return "SELECT $what FROM rubric_score_of($rubric, $grades) AS s";
}

# ---- flat rubrics ----

my %want = map { $_ => $case{$_}{expected} } keys %case;
my %input = map { $_ => $case{$_}{input} } keys %case;

check('R01', $_, over($input{R01}, "$_(s)"), $want{R01}{$_}) for qw(score achieved possible);
check('R02', $_, over($input{R02}, "$_(s)"), $want{R02}{$_}) for qw(score achieved possible);
check('R02', 'score_clipped', over($input{R02}, 'mean(score_agg(s))'), $want{R02}{score_clipped});
check('R05', 'score', over($input{R05}, 'score(s)'), undef);
check('R05', 'penalty_only as an option', over($input{R05}, 'score(s, penalty_only => true)'), $want{R05}{penalty_only_score});
check('R05', 'penalty_only as a norm', over($input{R05}, "score(s, 'penalty_only')"), $want{R05}{penalty_only_score});
# autorubric clips each score into 0 to 1 (R07 fail); score() does not
for my $id (qw(R06 R07))
{
	check($id, $_, over($input{$id}, "least(1, greatest(0, score(s, na => '$_', partial => 0.5)))") . ' WHERE ' .
		"score(s, na => '$_') IS NOT NULL UNION ALL " . over($input{$id}, 'NULL') . " WHERE score(s, na => '$_') IS NULL", $want{$id}{$_})
	  for qw(skip zero partial fail);
}
check('R07', 'fail, not clipped', over($input{R07}, "score(s, na => 'fail')"), -0.4);
check('R08', 'minmax', over($input{R08}, "score(s, 'minmax')"), $want{R08}{minmax});
check('R08', 'what PRBench calls clipped', over($input{R08}, 'score(s)'), $want{R08}{prbench_clipped_field});
check('R09', 'ternary', over($input{R09}, 'score(s)'), $want{R09}{ternary});
check('R09', 'binary', over([ map { { %$_, value => int $_->{value} } } @{ $input{R09} } ], 'score(s)'), $want{R09}{binary});
check('R10', $_, over($input{R10}, "score(s, '$_')"), $want{R10}{$_}) for qw(abs positive);
check('R11', $_, over($input{R11}, "(SELECT score FROM axis_scores(s) WHERE tag = '$_')"), $want{R11}{$_}) for qw(accuracy completeness style);
check('R11', 'overall', over($input{R11}, 'score(s)'), $want{R11}{overall});
check('R19', 'weighted', over($input{R19}, 'score(s)'), $want{R19}{weighted});
check('R19', 'gated', over($input{R19}, 'gated_score(s)'), $want{R19}{gated});
check('R19', 'gated, the points of the gate left out', over($input{R19}, "gated_score(s, gate_weight => 'excluded')"), $want{R19}{gated});
check('R19', '15/15 without the gate', over($input{R19}, "gated_score(s, cap => 1, gate_weight => 'excluded')"), 1);
check('R19', 'gates_open', over($input{R19}, 'gates_open(s)'), 'false');
check('R23', 'na_skip', over($input{R23}, 'score(s)'), $want{R23}{na_skip});
check('R23', 'na_fail', over($input{R23}, "score(s, na => 'fail')"), $want{R23}{na_fail});
check('R23', 'treated_as_false', over([ map { { %$_, met => $_->{met} // 0 } } @{ $input{R23} } ], 'score(s)'), $want{R23}{treated_as_false});

# ---- means ----

sub mean_of { return sprintf "SELECT %s FROM (SELECT score_agg(x) AS s FROM unnest(%s) x) q", $_[1], numbers(@{ $_[0] }) }

for my $id (qw(R03 R04))
{
	check($id, 'clip dataset', mean_of($input{$id}{scores}, 'mean(s)'), $want{$id}{clip_dataset});
	check($id, 'clip example', mean_of($input{$id}{scores}, "mean(s, 'example')"), $want{$id}{clip_example});
}
check('R03', 'n', mean_of($input{R03}{scores}, 'n_scores(s)'), $want{R03}{n});
check('R04', 'unclipped', mean_of($input{R04}{scores}, "mean(s, 'none')"), $want{R04}{unclipped});
check('R13', 'length_adjusted', sprintf('SELECT length_adjusted(%s, %s, %s, %s)', @{ $input{R13} }{qw(score length center penalty_per_500)}), $want{R13});
check('R14', 'raw_mean', mean_of($input{R14}{scores}, "mean(s, 'none')"), $want{R14}{raw_mean});
check('R14', 'adjusted', mean_of($input{R14}{scores}, "(mean(s, 'none') - 5) * 2 * 10"), $want{R14}{adjusted});

# nested means: response, task, domain, overall; pass rates by type count every criterion once
my %POINTS = (Critical => 4, Major => 3, Minor => 2, Additional => 1);
my $profbench = 'WITH c (task, domain, response, points, met, tags) AS (VALUES ' . join(', ', map { sprintf "(%s, %s, %s, %d, %s, ARRAY[%s])",
	  literal($_->{task_id}), literal($_->{domain}), literal($_->{response}), $POINTS{ $_->{criterion_weight} }, bool($_->{judge_rating} eq 'Yes'),
	  join(', ', map { literal($_) } @{ $_->{criterion_type} }) } @{ $input{R12} }) . '),
	r AS (SELECT domain, task, response, rubric_agg(points, met, NULL, tags) AS s FROM c GROUP BY 1, 2, 3),
	t AS (SELECT domain, task, mean(score_agg(score(s))) AS m FROM r GROUP BY 1, 2),
	d AS (SELECT domain, mean(score_agg(m)) AS m FROM t GROUP BY 1) ';
check('R12', $_, $profbench . 'SELECT m FROM d WHERE domain = ' . literal($_), $want{R12}{exact}{$_}) for 'Physics PhD', 'Finance MBA';
check('R12', 'Overall', $profbench . 'SELECT mean(score_agg(m)) FROM d', $want{R12}{exact}{Overall});
check('R12', $_, $profbench . 'SELECT 100 * a.mean_criteria FROM (SELECT rollup(s) AS s FROM r) q, axis_scores(s) a WHERE a.tag = ' . literal($_),
	$want{R12}{published_pct}{$_}) for 'Reasoning', 'Style', 'Extraction (recall)';

my $d06 = 'SELECT %s FROM (SELECT score_agg(x, c) AS s FROM (VALUES ' . join(', ', map { my $c = $_; map { "($_, 'cluster $c')" } @{ $input{D06}{clusters}[$c] } }
	  0 .. $#{ $input{D06}{clusters} }) . ') t (x, c)) q, ci(s) i';
check('D06', 'mean', sprintf($d06, 'mean(s)'), $want{D06}{mean});
check('D06', 'stderr', sprintf($d06, "stderr(s, method => 'sample')"), $want{D06}{stderr});
check('D06', 'clustered_stderr', sprintf($d06, 'stderr(s)'), $want{D06}{clustered_stderr});
check('D06', 'ci_low', sprintf($d06, 'i.ci_low'), $want{D06}{ci95_clustered}[0]);
check('D06', 'ci_high', sprintf($d06, 'i.ci_high'), $want{D06}{ci95_clustered}[1]);
check('D06', 't', sprintf($d06, '(i.ci_high - i.value) / i.se'), $want{D06}{t_975_df3});
check('D07', 'pooled_stderr', sprintf('SELECT pooled_stderr(%s, %s)', numbers(@{ $input{D07}{stderr} }), numbers(@{ $input{D07}{n} })), $want{D07});
check('D09', 'analytic', mean_of($input{D09}{values}, "stderr(s, method => 'bootstrap')"), $want{D09}{analytic});
check('D09', 'sample_stderr', mean_of($input{D09}{values}, 'stderr(s)'), $want{D09}{sample_stderr});

# ---- criteria, graders ----

my @responses = map { my $r = $_; map { sprintf '(%d, %s)', $r, bool($_) } @{ $input{R20}{responses}[$r] } } 0 .. $#{ $input{R20}{responses} };
my $r20 = 'SELECT %s FROM (SELECT response, rubric_agg(1, met) AS s FROM (VALUES ' . join(', ', @responses) . ') t (response, met) GROUP BY response) q';
check('R20', 'all_pass', sprintf($r20, 'avg(all_pass(s)::int)'), $want{R20}{all_pass_rate_excluding_unscored});
check('R20', 'macro', sprintf($r20, 'mean(score_agg(mean_criteria(s)))'), $want{R20}{mean_criteria}{macro});
check('R20', 'micro', sprintf($r20, 'mean_criteria(rollup(s))'), $want{R20}{mean_criteria}{micro});
check('R20', 'n_unscored', sprintf($r20, 'sum(n_na(s))'), $want{R20}{n_unscored});

sub votes { my $c = shift; return join ', ', map { sprintf '(%s, %s)', bool($_), $c->{points} } @{ $c->{votes} } }

for my $i (0 .. $#{ $input{R21} })
{
	check('R21', 'votes ' . ($i + 1), sprintf("SELECT merge_grades(met, 1, points, 'majority') = 1 FROM (VALUES %s) t (met, points)", votes($input{R21}[$i])),
		defined $want{R21}[$i] ? $want{R21}[$i] ? 'true' : 'false' : undef);
}
check('R22', 'mean of the graders', 'SELECT score(rubric_agg(points, value)) FROM (' . join(' UNION ALL ', map {
		sprintf "SELECT %s::float8 AS points, merge_grades(met, 1, points, 'mean') AS value FROM (VALUES %s) t (met, points)", $_->{points}, votes($_) } @{ $input{R22} }) . ') q', $want{R22});

# ---- trees ----

check('R15', 'score', over_tree($input{R15}, 'score(s)'), $want{R15}{score});
check('R16', 'prune_empty', over_tree($input{R16}{tree}, 'score(s)'), $want{R16}{prune_empty});
check('R17', 'full', over_tree($input{R17}{tree}, 'score(s)'), $want{R17}{full});
check('R17', 'restricted', over_tree($input{R17}{tree}, '(SELECT score FROM axis_scores(s) WHERE tag = ' . literal($input{R17}{category}) . ')'), $want{R17}{restricted});
check('R18', 'score', over_tree($input{R18}, 'score(s)'), $want{R18}{score});
check('R18', 'n_leaves', over_tree($input{R18}, 'n_graded(s)'), $want{R18}{n_leaves});

# ---- ask ----

my $node = start_node('golden_score');
my $db = database($node, 'golden_score');
my @answers = run_queries($node, $db, map { $_->{sql} } @checks);
my $NUMBER = qr/^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/;

for my $i (0 .. $#checks)
{
	my ($c, $got) = ($checks[$i], $answers[$i]);
	my $want = $c->{want};
	my $ok = !defined $want ? !defined $got : !defined $got ? 0 : $want !~ $NUMBER ? $got eq $want :
	  $got =~ $NUMBER && abs($got - $want) <= $c->{tolerance} * (abs($want) > 1 ? abs $want : 1);

	ok($ok, "$c->{id}: $c->{what}") or diag(sprintf "got %s, want %s\n%s", $got // 'NULL', $want // 'NULL', $c->{sql});
}
my %seen = map { $_->{id} => 1 } @checks;
is(scalar(grep { $seen{$_} } map { sprintf 'R%02d', $_ } 1 .. 23), 23, 'every rubric case is checked');
is($answers[ (grep { $checks[$_]{id} eq 'R18' && $checks[$_]{what} eq 'score' } 0 .. $#checks)[0] ], '0.91', 'R18: 91/100 prints as 0.91');

# ---- PaperBench ----

# The double nearest to a fraction
sub rounded { return 0 + $_[0]->as_float(60)->bstr }

# The exact score of a part of a tree: undef where no leaf passes the filter.  Without one it is remembered.
sub exact_score
{
	my ($n, $keep) = @_;

	return $n->{exact} //= weighted_mean($n) unless $keep;
	return weighted_mean($n, $keep);
}

sub weighted_mean
{
	my ($n, $keep) = @_;

	return !$keep || $keep->($n) ? Math::BigRat->new($n->{score}) : undef unless @{ $n->{children} };
	my ($sum, $weight) = (Math::BigRat->new(0), Math::BigRat->new(0));
	for my $c (@{ $n->{children} })
	{
		my $s = exact_score($c, $keep) // next;
		$sum += $s * $c->{weight};
		$weight += $c->{weight};
	}
	return $weight == 0 ? undef : $sum / $weight;
}

sub node_json
{
	my ($n, $grades) = @_;

	if (!@{ $n->{children} })
	{
		$grades->{ $n->{id} } = 0 + $n->{score};
		return { id => $n->{id}, text => 'leaf', weight => 0 + $n->{weight}, tags => [ $n->{category} ] };
	}
	return { id => $n->{id}, weight => 0 + $n->{weight}, children => [ map { node_json($_, $grades) } @{ $n->{children} } ] };
}

SKIP:
{
	skip 'the data set paperbench is not there', 5 unless load_data($node, $db, 'paperbench');
	my $columns = 'paper, node_id, parent_id, weight, score, category';
	my (%node, @inner, @roots);

	for my $r (rows_of($node, $db, "SELECT $columns FROM paperbench.graded_rubric_nodes UNION ALL SELECT $columns FROM paperbench.graded_rubric_nodes_pinn"))
	{
		my ($paper, $id, $parent, $weight, $score, $category) = @$r;
		$node{"$paper $id"} = { paper => $paper, id => $id, parent => $parent, weight => $weight, score => $score, category => $category, children => [] };
	}
	for my $n (map { $node{$_} } sort keys %node)
	{
		if ($n->{parent} ne '') { push @{ $node{"$n->{paper} $n->{parent}"}{children} }, $n }
		else { push @roots, $n }
	}
	@inner = grep { @{ $_->{children} } } map { $node{$_} } sort keys %node;
	is(scalar @inner, 838, 'PaperBench: 838 inner nodes');
	is(scalar @roots, 5, 'PaperBench: five graded trees');

	my (@rows, @want);
	for my $n (@inner)
	{
		my %grades;
		my $rubric = $json->encode({ criteria => [ map { node_json($_, \%grades) } @{ $n->{children} } ] });
		push @rows, [ scalar @rows, $rubric, $json->encode(\%grades) ];
		push @want, rounded(exact_score($n));
	}
	$node->safe_psql($db, "CREATE TABLE inner_nodes (n int, rubric hdata.rubric, grades jsonb);\n" . copy_rows('inner_nodes', \@rows));
	my @got = map { $_->[0] } rows_of($node, $db, 'SELECT hdata.score(hdata.rubric_score_of(rubric, grades)) FROM inner_nodes ORDER BY n');
	my @off = grep { abs($got[$_] - $inner[$_]{score}) > 1e-12 } 0 .. $#inner;
	is(scalar @off, 0, 'all 838 scores are the published ones') or diag(join "\n", map { "$inner[$_]{paper} $inner[$_]{id}: $got[$_], published $inner[$_]{score}" } @off);
	@off = grep { $got[$_] != $want[$_] } 0 .. $#inner;
	is(scalar @off, 0, 'all 838 scores are the exact fractions, rounded once') or diag(join "\n", map { "$inner[$_]{paper} $inner[$_]{id}: $got[$_], exact $want[$_]" } @off);
	my $differ = grep { $got[$_] != $inner[$_]{score} } 0 .. $#inner;
	note("in $differ of 838 the published double is off by its last digits");

	# Code-Dev and the like: the tree of the leaves of one category (reduce_to_category)
	for my $root (sort { $a->{paper} cmp $b->{paper} } @roots)
	{
		my ($i) = grep { $inner[$_] == $root } 0 .. $#inner;
		my %category = map { $_->{category} => 1 } grep { $_->{paper} eq $root->{paper} && !@{ $_->{children} } } values %node;
		my $exact = join ' ', map { my $c = $_; sprintf '%s=%.17g', $c, rounded(exact_score($root, sub { $_[0]{category} eq $c })) } sort keys %category;
		my $axes = join ' ', map { sprintf '%s=%.17g', @$_ } rows_of($node, $db,
			"SELECT a.tag, a.score FROM inner_nodes, hdata.axis_scores(hdata.rubric_score_of(rubric, grades)) a WHERE inner_nodes.n = $i ORDER BY a.tag");
		is($axes, $exact, "$root->{paper}: the score of each category alone");
		note("$root->{paper}: $got[$i], published $root->{score}; $axes");
	}
}

$node->stop('fast');
done_testing();
