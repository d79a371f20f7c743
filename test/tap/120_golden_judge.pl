# Golden cases of judges, pass@k and intervals of a proportion, and the published numbers of LLMBar, from SQL.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use List::Util qw(max);
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

my $node = start_node('golden_judge');
my $db = database($node, 'golden_judge');

sub one_value
{
	my ($row) = rows_of($node, $db, shift);

	return $row->[0] // '';
}

# Within the tolerance of the case; undef stands for NULL
sub is_golden
{
	my ($id, $got, $want, $what) = @_;

	return is($got, '', "$id: $what is NULL") unless defined $want;
	ok($got ne '' && abs($got - $want) <= $case{$id}{tolerance}, "$id: $what") or diag("got $got, want $want");
}

# A table of labels; columns in the given order
sub table
{
	my ($name, $columns, $rows) = @_;

	$node->safe_psql($db, "CREATE TABLE $name ($columns);\n" . copy_rows($name, $rows));
}

sub bool { return $_[0] ? 't' : 'f' }

# ---- J01: one row for each human label (HealthBench) ----

{
	my ($input, $want) = @{ $case{J01} }{qw(input expected)};
	my @rows;

	for my $one (@$input)
	{
		push @rows, [ $one->{category}, bool($one->{judge}), bool($_) ] for @{ $one->{humans} };
	}
	table('j01', 'category text, judge boolean, human boolean', \@rows);
	# what HealthBench leaves out where precision or recall is 0/0
	my $sql = <<'SQL';
WITH q AS (SELECT category, hdata.confusion_agg(human, judge) AS c FROM j01 GROUP BY ROLLUP (category)),
	m AS (SELECT category, label, m.precision AS p, recall AS r, CASE WHEN m.precision IS NOT NULL AND recall IS NOT NULL THEN f1 END AS f
		FROM q, hdata.class_metrics(c) m),
	b AS (SELECT category, label::boolean AS pos, p, r, f FROM m
		UNION ALL SELECT category, NULL, CASE WHEN count(p) = 2 THEN avg(p) END, CASE WHEN count(r) = 2 THEN avg(r) END,
			CASE WHEN count(f) = 2 THEN avg(f) END FROM m GROUP BY category)
SELECT coalesce(category || ': ', '') || name || CASE pos WHEN true THEN '_pos' WHEN false THEN '_neg' ELSE '_balanced' END, value
FROM b, LATERAL (VALUES ('precision', p), ('recall', r), ('f1', f)) v(name, value) WHERE value IS NOT NULL
SQL
	my %got = map { $_->[0] => $_->[1] } rows_of($node, $db, $sql);

	is_deeply([ sort keys %got ], [ sort keys %$want ], 'J01: what is defined is what HealthBench prints');
	is_golden('J01', $got{$_} // '', $want->{$_}, $_) for sort keys %$want;
	is_golden('J01', one_value('SELECT hdata.macro_f1(hdata.confusion_agg(human, judge)) FROM j01'), $want->{f1_balanced}, 'macro_f1()');
	is_golden('J01', one_value("SELECT hdata.macro_f1(hdata.confusion_agg(human, judge)) FROM j01 WHERE category = 'a'"),
		$want->{'a: f1_balanced'}, 'macro_f1() of category a');
}

# ---- J02: bias by producer (ProfBench) ----

{
	my ($input, $want) = @{ $case{J02} }{qw(input expected)};
	my $q = '(SELECT model, hdata.confusion_agg(human, judge) AS c FROM j02 GROUP BY model) q';

	table('j02', 'model text, human int, judge int', [ map { [ @$_{qw(model human judge)} ] } @$input ]);
	is_golden('J02', one_value("SELECT hdata.macro_f1(hdata.rollup(c)) FROM $q"), $want->{macro_f1}, 'macro_f1');
	is_golden('J02', one_value("SELECT 100 * hdata.bias(c) FROM $q WHERE model = '$_'"), $want->{bias_pct}{$_}, "bias of $_") for sort keys %{ $want->{bias_pct} };
	is_golden('J02', one_value("SELECT 100 * hdata.bias_index(array_agg(c)) FROM $q"), $want->{bias_index}, 'bias index');
	# they round the percentages to one digit first
	is_golden('J02', one_value("SELECT round((100 * hdata.macro_f1(hdata.rollup(c)))::numeric, 1) - round((100 * hdata.bias_index(array_agg(c)))::numeric, 1) FROM $q"),
		$want->{mf1_bi}, 'MF1-BI');
}

# ---- J03 J04 P10: 2 x 2 tables ----

{
	my ($t, $want) = @{ $case{J03} }{qw(input expected)};

	$node->safe_psql($db, <<"SQL");
CREATE TABLE j03 AS SELECT human, judge FROM (VALUES (true, true, $t->{tp}), (true, false, $t->{fn}), (false, true, $t->{fp}), (false, false, $t->{tn}))
	v(human, judge, n), generate_series(1, n)
SQL
	my $c = '(SELECT hdata.confusion_agg(human, judge) AS c FROM j03) q';
	is_golden('J03', one_value("SELECT hdata.cohen_kappa(c) FROM $c"), $want->{kappa}, 'kappa');
	is_golden('J03', one_value("SELECT hdata.$_(c) FROM $c"), $want->{$_}, $_) for qw(accuracy mcc macro_f1);
	is_golden('J03', one_value("SELECT m.$_ FROM $c, hdata.class_metrics(c) m WHERE label = 'true'"), $want->{$_}, $_) for qw(precision recall);
	is_golden('J03', one_value("SELECT value FROM $c, hdata.confusion_summary(c) WHERE metric = '$_->[0]'"), $want->{ $_->[1] }, "$_->[0] of the summary")
	  for [ 'accuracy', 'accuracy' ], [ 'cohen_kappa', 'kappa' ], [ 'mcc', 'mcc' ], [ 'macro_f1', 'macro_f1' ];
}
{
	my ($input, $want) = @{ $case{J04} }{qw(input expected)};
	my $n = 0;

	table('j04', 'n int, human int, judge int', [ map { [ $_, $input->{human}[$_], $input->{judge}[$_] ] } 0 .. $#{ $input->{human} } ]);
	for my $columns ('human, judge', 'human::boolean, judge::boolean', 'human::text, judge::text')
	{
		my $c = "(SELECT hdata.confusion_agg($columns) AS c FROM j04) q";
		is_golden('J04', one_value("SELECT hdata.macro_f1(c) FROM $c"), $want->{hdata_macro_f1}, "macro_f1 of $columns");
		is_golden('J04', one_value("SELECT hdata.cohen_kappa(c) FROM $c"), $want->{hdata_kappa}, "kappa of $columns");
		is_golden('J04', one_value("SELECT hdata.accuracy(c) FROM $c"), $want->{accuracy}, "accuracy of $columns");
	}
	is_golden('J04', one_value("SELECT hdata.weighted_f1(hdata.confusion_agg(human, judge)) FROM j04"), $want->{sklearn_macro_f1_labels_present},
		'weighted F1: of labels that are there');
}
{
	my ($t, $want) = @{ $case{P10} }{qw(input expected)};

	$node->safe_psql($db, <<"SQL");
CREATE TABLE p10 AS SELECT a, b FROM (VALUES (1, 1, $t->{n11}), (1, 0, $t->{n10}), (0, 1, $t->{n01}), (0, 0, $t->{n00})) v(a, b, n), generate_series(1, n)
SQL
	my $c = '(SELECT hdata.confusion_agg(a, b) AS c FROM p10) q';
	is_golden('P10', one_value("SELECT hdata.cohen_kappa(c) FROM $c"), $want->{kappa}, 'kappa');
	is_golden('P10', one_value("SELECT hdata.mcc(c) FROM $c"), $want->{phi}, 'phi of 2 x 2 is mcc');
	is_golden('P10', one_value("SELECT recall FROM $c, hdata.class_metrics(c) WHERE label = '1'"), $want->{p_b_given_a}, 'P(b|a) is recall');
	is_golden('P10', one_value("SELECT m.precision FROM $c, hdata.class_metrics(c) m WHERE label = '1'"), $want->{p_a_given_b}, 'P(a|b) is precision');
	is_golden('P10', one_value("SELECT tp::float8 / (tp + fp + fn) FROM $c, hdata.class_metrics(c) WHERE label = '1'"), $want->{jaccard}, 'Jaccard');
}

# ---- D01 to D04: pass@k ----

for my $c ([ 'D01', 'pass_at_k' ], [ 'D02', 'pass_at_k' ], [ 'D04', 'pass_hat_k' ])
{
	my ($id, $function) = @$c;

	for my $i (0 .. $#{ $case{$id}{input} })
	{
		my $arguments = join ', ', @{ $case{$id}{input}[$i] };
		is_golden($id, one_value("SELECT hdata.$function($arguments)"), $case{$id}{expected}[$i], "$function($arguments)");
	}
}
{
	my $in = $case{D03}{input};
	my @rows;

	for my $t (0 .. $#{ $in->{n} })
	{
		push @rows, map { [ "task $t", bool($_ <= $in->{c}[$t]) ] } 1 .. $in->{n}[$t];
	}
	table('d03', 'task text, ok boolean', \@rows);
	is_golden('D03', one_value("SELECT hdata.pass_at_k(hdata.passk_agg(ok, task), $in->{k}) FROM d03"), $case{D03}{expected}, 'passk_agg');
	is_golden('D03', one_value("SELECT value FROM (SELECT hdata.passk_agg(ok, task) AS p FROM d03) q, hdata.pass_at_k_ci(p, $in->{k})"), $case{D03}{expected}, 'pass_at_k_ci');
	is_golden('D03', one_value("SELECT avg(hdata.pass_at_k(n, c, $in->{k})) FROM (SELECT hdata.passk_agg(ok, task) AS p FROM d03) q, hdata.tasks(p)"),
		$case{D03}{expected}, 'mean over tasks()');
}

# ---- D05: intervals ----

for my $want (@{ $case{D05}{expected} })
{
	for my $f (qw(wilson clopper_pearson))
	{
		my ($row) = rows_of($node, $db, "SELECT * FROM hdata.$f($want->{c}, $want->{n})");
		is_golden('D05', $row->[$_], $want->{$f}[$_], "$f($want->{c}, $want->{n}) " . (qw(low high))[$_]) for 0, 1;
	}
}

# ---- LLMBar: 650 accuracies and 325 kappas between the two orders ----

SKIP:
{
	unless (load_data($node, $db, 'llmbar'))
	{
		diag('SKIPPED: there is no data set llmbar');
		skip 'no data set llmbar', 2;
	}
	# an answer that is missing counts as wrong
	is(one_value(<<'SQL'), 650, 'LLMBar: 650 published accuracies');
WITH q AS (SELECT subset, rater_id, shown_order, hdata.confusion_agg(gold_winner, winner) AS c
	FROM llmbar.preferences JOIN llmbar.pairs USING (comparison_id) GROUP BY subset, rater_id, shown_order)
SELECT count(*) FROM q JOIN llmbar.published_accuracy USING (subset, rater_id)
WHERE abs(100 * hdata.accuracy(c) * hdata.coverage(c) - CASE shown_order WHEN 'ab' THEN accuracy_pct_order_ab ELSE accuracy_pct_order_ba END) <= 1e-6
SQL
	# here it counts as b, in their script
	is(one_value(<<'SQL'), 325, 'LLMBar: 325 published kappas');
WITH q AS (SELECT subset, rater_id, hdata.confusion_agg(coalesce(ab.winner, 'b'), coalesce(ba.winner, 'b')) AS c
	FROM llmbar.preferences ab JOIN llmbar.preferences ba USING (comparison_id, rater_id) JOIN llmbar.pairs USING (comparison_id)
	WHERE ab.shown_order = 'ab' AND ba.shown_order = 'ba' GROUP BY subset, rater_id)
SELECT count(*) FROM q JOIN llmbar.published_accuracy USING (subset, rater_id) WHERE abs(hdata.cohen_kappa(c) - kappa_between_orders) <= 1e-6
SQL
}

$node->stop;
done_testing();
