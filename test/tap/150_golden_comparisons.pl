# Golden cases of comparisons (connectivity, swaps) and real data sets, from SQL.
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

my $node = start_node('golden_comparisons');
my $db = database($node, 'golden_comparisons');

# ---- B07 B08 B09: does the estimate exist? ----

sub games
{
	my ($id) = @_;
	my $n = 0;

	$node->safe_psql($db, "CREATE TABLE $id (n int, winner text, loser text);\n"
		. copy_rows($id, [ map { [ ++$n, @$_ ] } @{ $case{$id}{input}{games} } ]));
	return "(SELECT hdata.comparisons_agg(winner, loser, 1) AS c FROM $id) q";
}

sub one_row
{
	my ($row) = rows_of($node, $db, shift);

	return $row;
}

my $q = games('B07');
is(one_row("SELECT estimate_exists FROM $q, hdata.connectivity_summary(c)")->[0], 't', 'B07: a cycle has an estimate');
is(one_row("SELECT string_agg(DISTINCT status, ',') FROM $q, hdata.connectivity(c)")->[0], 'ok', 'B07: status');

$q = games('B08');
is_deeply(one_row("SELECT n_components, estimate_exists FROM $q, hdata.connectivity_summary(c)"), [ 2, 'f' ], 'B08: disconnected');
my %components;
push @{ $components{ $_->[0] } }, 0 + $_->[1] for rows_of($node, $db, "SELECT component, item FROM $q, hdata.connectivity(c) ORDER BY item");
is_deeply([ map { $components{$_} } sort keys %components ], $case{B08}{expected}{components}, 'B08: the components');
my $pair = one_row("SELECT item_a, item_b, reason FROM $q, hdata.pairs_to_collect(c)");
ok((grep { $_ eq $pair->[0] } 0, 1) && (grep { $_ eq $pair->[1] } 2, 3), "B08: the pair to collect, $pair->[0] and $pair->[1], joins them");

$q = games('B09');
is(one_row("SELECT estimate_exists FROM $q, hdata.connectivity_summary(c)")->[0], $case{B09}{expected}{mle_exists} ? 't' : 'f', 'B09: no estimate');
is_deeply([ map { 0 + $_->[0] } rows_of($node, $db, "SELECT item FROM $q, hdata.connectivity(c) WHERE status = 'undefeated'") ],
	$case{B09}{expected}{undefeated}, 'B09: who is undefeated');

# ---- B17: swaps ----

{
	my ($input, $want) = @{ $case{B17} }{qw(input expected)};
	my $n = 0;
	my @rows = map { ++$n; [ $n, 'A', 'B', $_->[0] ], [ $n, 'B', 'A', $_->[1] ] } @{ $input->{pairs} };

	$node->safe_psql($db, "CREATE TABLE b17 (n int, a text, b text, winner text);\n" . copy_rows('b17', \@rows));
	for my $rater ('NULL', "'judge'")
	{
		my $c = "(SELECT hdata.comparisons_agg(a, b, hdata.outcome_of(winner, a, b, 'id'), $rater, 'pair ' || n) AS c FROM b17) q";
		my $got = one_row("SELECT n, consistent, consistency, n_decisive, picked_first, first_rate FROM $c, hdata.swap_consistency(c) WHERE scope = 'all'");
		my $first = $want->{first_position_pick_rate};

		ok(abs($got->[2] - $want->{consistency_rate}) <= $case{B17}{tolerance}, "B17, rater $rater: consistency rate");
		ok(abs($got->[5] - $first->{rate}) <= $case{B17}{tolerance}, "B17, rater $rater: first position pick rate");
		is_deeply([ map { 0 + $_ } @$got[ 0, 1, 3, 4 ] ], [ $want->{n}, $want->{consistent}, $first->{decisive_verdicts}, $first->{picked_first} ],
			"B17, rater $rater: counts");
		my %name = (0 => 'B', 0.5 => 'tie', 1 => 'A');
		is_deeply([ map { $name{ $_->[0] } } rows_of($node, $db, "SELECT reconciled FROM $c, hdata.swap_pairs(c) ORDER BY substr(prompt, 6)::int") ],
			$want->{reconciled}, "B17, rater $rater: reconciled");
		is_deeply([ map { $name{ $_->[0] } } rows_of($node, $db, "SELECT outcome FROM $c, hdata.comparison_rows(hdata.swap_reconciled(c)) ORDER BY substr(prompt, 6)::int") ],
			$want->{reconciled}, "B17, rater $rater: the reconciled state");
		is(one_row("SELECT count(*) FROM $c, hdata.swap_reconciled(c) r, hdata.swap_consistency(r) s WHERE s.scope = 'all' AND s.n > 0")->[0], 0,
			"B17, rater $rater: nothing is left to reconcile");
	}
}

# ---- real data: what the state counts is what SQL counts ----

my %real = (
	cems => [ 'cems.preferences', 'item_a', 'item_b', "hdata.outcome_of(winner, item_a, item_b)", 'rater_id', 'NULL::text' ],
	convarg => [ 'convarg.preferences JOIN convarg.pairs USING (comparison_id)', 'item_a', 'item_b', "hdata.outcome_of(winner, item_a, item_b)", 'rater_id', 'topic_id' ],
	llmfao => [ 'llmfao.preferences', 'item_a', 'item_b', "hdata.outcome_of(winner, item_a, item_b)", 'rater_id', 'prompt_id' ],
);
for my $name (sort keys %real)
{
	my ($from, $a, $b, $outcome, $rater, $prompt) = @{ $real{$name} };

	SKIP:
	{
		skip "no data: HDATA_SHARED has no data/$name", 1 unless load_data($node, $db, $name);
		$node->safe_psql($db, "CREATE TABLE $name.votes AS SELECT $a AS a, $b AS b, winner, $outcome AS outcome, $rater AS rater, $prompt AS prompt FROM $from;
			CREATE TABLE $name.state AS SELECT hdata.comparisons_agg(a, b, outcome, rater, prompt) AS c FROM $name.votes");
		is_deeply(one_row("SELECT hdata.n_comparisons(c), hdata.total_weight(c), hdata.n_raters(c), hdata.n_prompts(c) FROM $name.state"),
			one_row("SELECT count(*), count(*), count(DISTINCT rater), count(DISTINCT prompt) FROM $name.votes WHERE outcome IS NOT NULL"),
			"$name: comparisons, raters, prompts");
		is(one_row("SELECT count(*) FROM $name.votes WHERE outcome IS DISTINCT FROM CASE winner WHEN 'a' THEN 1 WHEN 'b' THEN 0 WHEN 'tie' THEN 0.5 END")->[0],
			0, "$name: outcomes");
		is(one_row("SELECT count(*) FROM (SELECT item, n, wins, losses, ties FROM $name.state, hdata.connectivity(c)) c FULL JOIN
			(SELECT item, count(*) AS n, count(*) FILTER (WHERE o = 1) AS wins, count(*) FILTER (WHERE o = 0) AS losses, count(*) FILTER (WHERE o = 0.5) AS ties
				FROM (SELECT a AS item, outcome AS o FROM $name.votes UNION ALL SELECT b, 1 - outcome FROM $name.votes) v WHERE o IS NOT NULL GROUP BY item) v
				USING (item) WHERE (c.n, c.wins, c.losses, c.ties) IS DISTINCT FROM (v.n, v.wins, v.losses, v.ties)")->[0], 0, "$name: wins, losses and ties of each item");
		is(one_row("SELECT count(*) FROM (SELECT least(a, b COLLATE \"C\") AS a, greatest(a, b COLLATE \"C\") AS b, count(*) AS n,
				count(*) FILTER (WHERE outcome = (a < b COLLATE \"C\")::int) AS wins_a, count(*) FILTER (WHERE outcome = 0.5) AS ties
				FROM $name.votes WHERE outcome IS NOT NULL GROUP BY 1, 2) v
			FULL JOIN (SELECT w.* FROM $name.state, hdata.win_matrix(c) w) w ON (v.a, v.b) = (w.item_a, w.item_b)
			WHERE (v.n, v.wins_a, v.ties) IS DISTINCT FROM (w.n, w.wins_a, w.ties)")->[0], 0, "$name: win_matrix");
		is(one_row("SELECT count(*) FROM (SELECT rater, count(*) AS n, count(*) FILTER (WHERE outcome = 0.5) AS ties, count(*) FILTER (WHERE outcome = 1) AS first
				FROM $name.votes WHERE outcome IS NOT NULL GROUP BY 1) v
			FULL JOIN (SELECT p.* FROM $name.state, hdata.position_bias(c) p) p USING (rater)
			WHERE (v.n, v.ties, v.first) IS DISTINCT FROM (p.n, p.ties, p.picked_first)")->[0], 0, "$name: position_bias counts");
		is(one_row("SELECT estimate_exists FROM $name.state, hdata.connectivity_summary(c)")->[0], $name eq 'convarg' ? 'f' : 't', "$name: does an estimate exist?");
		is(one_row("SELECT hdata.n_ratings(hdata.preference_ratings(c, 'reconcile')) FROM $name.state")->[0],
			one_row("SELECT count(DISTINCT (rater, prompt, least(a, b), greatest(a, b))) FROM $name.votes WHERE outcome IS NOT NULL")->[0],
			"$name: ratings of pairs");
	}
}
# topics of convarg are never compared with each other
SKIP:
{
	skip 'no data: HDATA_SHARED has no data/convarg', 2 unless $node->safe_psql($db, "SELECT to_regclass('convarg.state') IS NOT NULL") eq 't';
	is(one_row('SELECT n_components FROM convarg.state, hdata.connectivity_summary(c)')->[0],
		one_row('SELECT count(DISTINCT topic_id) FROM convarg.pairs')->[0], 'convarg: a component for each topic');
	is(one_row("SELECT count(*) FROM convarg.state, hdata.pairs_to_collect(c) WHERE reason = 'different components'")->[0],
		one_row('SELECT count(DISTINCT topic_id) - 1 FROM convarg.pairs')->[0], 'convarg: so many pairs would join them');
}
SKIP:
{
	skip 'no data: HDATA_SHARED has no data/bt_classics', 3 unless load_data($node, $db, 'bt_classics');
	is(one_row("SELECT count(*) FROM (SELECT dataset, sum(n) AS n, count(*) AS rows FROM bt_classics.counts WHERE n > 0 GROUP BY 1) v
		FULL JOIN (SELECT dataset, hdata.comparisons_agg(item_a, item_b, hdata.outcome_of(winner, item_a, item_b), NULL, NULL, n) AS c
			FROM bt_classics.counts GROUP BY dataset) s USING (dataset)
		WHERE (v.n, v.rows) IS DISTINCT FROM (hdata.total_weight(s.c), hdata.n_comparisons(s.c))")->[0], 0, 'bt_classics: counts as weights');
	is(one_row("SELECT count(*) FROM (SELECT hdata.comparisons_agg(item_a, item_b, hdata.outcome_of(winner, item_a, item_b)) AS c FROM bt_classics.icehockey) q,
		hdata.connectivity(c)")->[0], 58, 'bt_classics: teams');
	is(one_row("SELECT estimate_exists FROM (SELECT hdata.comparisons_agg(item_a, item_b, hdata.outcome_of(winner, item_a, item_b)) AS c FROM bt_classics.icehockey) q,
		hdata.connectivity_summary(c)")->[0], 't', 'bt_classics: their estimate exists');
}
done_testing();
