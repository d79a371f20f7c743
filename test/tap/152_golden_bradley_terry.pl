# The Bradley-Terry cases of golden/rubric_preference_export.json, and published fits of real data (golden/published.json,
# data/), from SQL.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use Test::More;

my $golden = ($ENV{HDATA_SHARED} // '') . '/golden';
unless (defined $ENV{HDATA_SHARED} && -r "$golden/rubric_preference_export.json")
{
	print STDERR "# SKIPPED: there are no golden values (HDATA_SHARED names no folder with golden/)\n";
	plan skip_all => 'no golden values: HDATA_SHARED is not set or has no golden/rubric_preference_export.json';
}

sub read_json
{
	local $/;
	open my $in, '<', $_[0] or die "$_[0]: $!";
	return JSON::PP->new->utf8->decode(<$in>);
}

my %case = map { $_->{id} => $_ } @{ read_json("$golden/rubric_preference_export.json")->{cases} };
my %published = map { $_->{id} => $_ } @{ read_json("$golden/published.json")->{published} };
my $node = start_node('golden_bradley_terry');
my $db = database($node, 'golden');

# ---- the cases: one row a comparison ----

my @votes;

# a win of a, a tie, a win of b, each so many times
sub votes
{
	my ($id, $a, $b, $wins, $ties, $losses, $rater) = @_;

	push @votes, map { [ $id, $a, $b, $_, $rater ] } (1) x $wins, (0.5) x $ties, (0) x $losses;
}

votes('B02', @$_{qw(a b a_wins)}, 0, $_->{b_wins}) for @{ $case{B02}{input} };
votes('B05', @$_{qw(a b a_wins)}, 0, $_->{b_wins}) for @{ $case{B05}{input}{games} };
votes('B06', @$_{qw(a b)}, ($_->{a_won} ? (1, 0, 0) : (0, 0, 1)), $_->{rater}) for @{ $case{B06}{input} };
for my $id (qw(B07 B08 B09))
{
	votes($id, @$_, 1, 0, 0) for @{ $case{$id}{input}{games} };
}
for my $v (@{ $case{B10}{input} })
{
	my $w = $v->{winner};
	votes('B11', @$v{qw(a b)}, $w eq 'model_a' ? (1, 0, 0) : $w eq 'model_b' ? (0, 0, 1) : (0, 1, 0));
}
votes('B13', @$_{qw(a b a_wins ties b_wins)}) for @{ $case{B13}{input} };

$node->safe_psql($db, <<'SQL' . copy_rows('votes', \@votes) . <<'SQL2');
CREATE TABLE votes (id text, a text, b text, outcome float8, rater text);
SQL
CREATE TABLE states AS SELECT id, hdata.comparisons_agg(a, b, outcome, rater) AS c FROM votes GROUP BY id;
SQL2

# {item => [rating, se, status, wins, losses]} of bradley_terry(options)
sub fit
{
	my ($from, $options) = @_;
	my @rows = rows_of($node, $db, <<"SQL");
SELECT b.item, b.rating, b.se, b.status, b.rank_low, b.rank_high FROM ($from) s, hdata.bradley_terry(s.c@{[ $options ? ", $options" : '' ]}) b
SQL
	return { map { my ($item, @rest) = @$_; $item => \@rest } @rows };
}

sub of_case { return fit("SELECT c FROM states WHERE id = '$_[0]'", $_[1]) }

sub model
{
	my ($from, $options) = @_;

	return { map { $_->[0] => [ @$_[ 1, 2 ] ] } rows_of($node, $db, "SELECT p.parameter, p.value, p.se FROM ($from) s, hdata.bradley_terry_model(s.c, $options) p") };
}

sub of_model { return model("SELECT c FROM states WHERE id = '$_[0]'", $_[1]) }

my $compared = 0;

sub near
{
	my ($got, $want, $tolerance, $what) = @_;

	$compared++;
	return 1 if defined $got && $got =~ /^-?[\d.]+(e[-+]?\d+)?$/ && abs($got - $want) <= $tolerance;
	return ok(0, "$what: got " . ($got // 'nothing') . ", want $want");
}

sub all_near
{
	my ($fit, $field, $want, $tolerance, $what) = @_;
	my $failed = grep { !near($fit->{$_}[$field], $want->{$_}, $tolerance, "$what of $_") } sort keys %$want;

	is($failed, 0, "$what: " . keys(%$want) . ' values');
}

sub zip { my ($names, $values) = @_; return { map { $names->[$_] => $values->[$_] } 0 .. $#$names } }

# Agresti's baseball, each ordered pair a home game
my $e = $case{B02}{expected};
my $fit = of_case('B02', "anchor => 'Baltimore'");
all_near($fit, 0, $e->{ability}, 1e-6, 'B02 ability');
all_near($fit, 1, $e->{se}, 1e-6, 'B02 se');
my $model = of_model('B02', "ties => 'half'");
near($model->{deviance}[0], $e->{deviance}, 1e-6, 'B02 deviance');
is($model->{deviance_df}[0], $e->{df}, 'B02 degrees of freedom');
$e = $case{B03}{expected};
all_near(of_case('B02'), 0, $e->{centred}, 1e-6, 'B03 centred');
all_near(of_case('B02', "scale => 'elo'"), 0, $e->{elo_mean1000}, 1e-4, 'B03 Elo');
is($model->{n_comparisons}[0], $e->{n_games}, 'B03 games');
$e = $case{B04}{expected};
all_near(of_case('B02', "order_effect => true, anchor => 'Baltimore'"), 0, $e->{ability}, 1e-6, 'B04 ability');
$model = of_model('B02', 'order_effect => true');
near($model->{order_effect}[0], $e->{order_effect}, 1e-6, 'B04 order effect');
near($model->{order_effect}[1], $e->{order_effect_se}, 1e-6, 'B04 its se');
near($model->{deviance}[0], $e->{deviance}, 1e-6, 'B04 deviance');
near($model->{order_effect_lr}[0], $e->{lr_chisq_vs_B02}, 1e-6, 'B04 likelihood ratio');

# standard errors of every kind, against a reference and centred
my @abcd = qw(A B C D);
$e = $case{B05}{expected};
my %relative = %{ of_case('B05', "scale => 'worth'") };
my $geometric = 1;
$geometric *= $relative{$_}[0]**0.25 for @abcd;
all_near({ map { $_ => [ $relative{$_}[0] / $geometric ] } @abcd }, 0, zip(\@abcd, $e->{power}), 1e-6, 'B05 power');
all_near(of_case('B05', "anchor => 'D'"), 0, zip([qw(A B C)], $e->{log_worth_ref_D}), 1e-6, 'B05 log worth');
all_near(of_case('B05', "anchor => 'D'"), 1, zip([qw(A B C)], $e->{se_ref_D}), 1e-6, 'B05 se');
all_near(of_case('B05', "anchor => 'D', ci => 'sandwich'"), 1, zip([qw(A B C)], $e->{sandwich_hc0_se_ref_D}), 1e-6, 'B05 sandwich');
$e = $case{B06}{expected};
all_near(of_case('B06', "anchor => 'D', ci => 'rater'"), 0, zip([qw(A B C)], $e->{log_worth_ref_D}), 1e-6, 'B06 log worth');
all_near(of_case('B06', "anchor => 'D', ci => 'rater'"), 1, zip([qw(A B C)], $e->{se_cluster_rater_ref_D}), 1e-6, 'B06 se by rater');
all_near(of_case('B06', "anchor => 'D'"), 1, zip([qw(A B C)], $e->{se_model_ref_D}), 1e-6, 'B06 se of the model');
$e = $case{B18}{expected};
all_near(of_case('B05'), 0, zip(\@abcd, $e->{log_worth}), 1e-6, 'B18 log worth');
all_near(of_case('B05'), 1, zip(\@abcd, $e->{se_model}), 1e-6, 'B18 se');
all_near(of_case('B05', "ci => 'sandwich'"), 1, zip(\@abcd, $e->{se_sandwich}), 1e-6, 'B18 sandwich');
all_near(of_case('B05', "ci => 'sandwich'"), 1, zip(\@abcd, $e->{arena_rank_ridge_se}), 1e-4, 'B18 arena-rank, whose ridge shifts it');
all_near(of_case('B05', "scale => 'elo'"), 1, zip(\@abcd, $e->{elo_se_model}), 1e-4, 'B18 Elo');

# a cycle, two components, an undefeated item
all_near(of_case('B07'), 0, zip([ 0 .. 2 ], $case{B07}{expected}{log_worth}), 1e-9, 'B07');
my ($error) = run_queries($node, $db, q(SELECT count(*) FROM states, bradley_terry(c) WHERE id = 'B08'));
like($error, qr/^ERROR 55000: items fall into 2 groups/, 'B08 is an error');
is_deeply([ map { "@$_" } rows_of($node, $db, q(SELECT component, string_agg(item, ',' ORDER BY item) FROM states,
	hdata.bradley_terry(c, on_disconnected => 'components') WHERE id = 'B08' GROUP BY 1 ORDER BY 1)) ],
	[ map { ($_ + 1) . ' ' . join ',', @{ $case{B08}{expected}{components}[$_] } } 0, 1 ], 'B08 components');
$fit = of_case('B09');
is_deeply([ map { "$_ $fit->{$_}[0] $fit->{$_}[2]" } 0 .. 2 ], [ '0 Infinity undefeated', '1 0 ok', '2 0 ok' ], 'B09 undefeated');
all_near(of_case('B09', 'prior => 0.1'), 0, zip([ 0 .. 2 ], $case{B09}{expected}{'regularised_alpha_0.1_mm'}), 1e-6, 'B09 prior');

# ties
all_near(of_case('B11', "scale => 'elo'"), 0, $case{B11}{expected_newton}, 1e-6, 'B11 Newton');
all_near(of_case('B11', "scale => 'elo'"), 0, $case{B11}{expected}, 0.002, 'B11 FastChat');
$e = $case{B13}{expected};
all_near(of_case('B13', "ties => 'davidson', scale => 'worth'"), 0, zip([ 1 .. 6 ], $e->{worth}), 1e-6, 'B13 worth');
all_near(of_case('B13', "ties => 'davidson', anchor => '1'"), 0, zip([ 1 .. 6 ], $e->{log_worth_ref1}), 1e-6, 'B13 log worth');
near(of_model('B13', "ties => 'davidson'")->{nu}[0], $e->{nu}, 1e-6, 'B13 nu');
cmp_ok($compared, '>', 100, "$compared values of the cases were compared");

# ---- real data ----

my $outcome = "CASE winner WHEN 'a' THEN 1 WHEN 'b' THEN 0 WHEN 'tie' THEN 0.5 END::float8";

sub real
{
	my ($name, $tests) = @_;

  SKIP:
	{
		skip "data/$name is not there", 1 unless load_data($node, $db, $name);
		$tests->();
	}
}

sub recomputed { return $published{ $_[0] }{recomputed_here} }

sub matches
{
	my ($got, $want, $tolerance, $what) = @_;

	cmp_ok(abs($got - $want), '<=', $tolerance, "$what: $got, reference $want");
}

real('bt_classics', sub {
	my $data = sub { "SELECT hdata.comparisons_agg(item_a, item_b, $outcome, NULL::text, NULL::text, n) AS c FROM bt_classics.counts WHERE dataset = '$_[0]'" };
	my $home = fit($data->('baseball'), "order_effect => true, scale => 'worth'");
	my @sorted = sort { $a <=> $b } map { $_->[0] } values %$home;
	my $p = $published{'bt-baseball'};

	matches($sorted[$_], $p->{published}{abilities}[$_], $p->{suggested_tolerance}, "baseball, home effect, ability $_") for 0 .. 6;
	@sorted = sort { $a <=> $b } map { $_->[0] } values %{ fit($data->('baseball'), "anchor => 'Baltimore'") };
	matches($sorted[ $_ + 1 ], $p->{published}{log}[$_], $p->{suggested_tolerance}, "baseball, log ability $_") for 0 .. 5;
	matches(model($data->('baseball'), 'order_effect => true')->{order_effect}[0], $p->{published}{home}, 0.001, 'baseball, home effect');

	$p = $published{'bt-citations'};
	my $journals = fit($data->('citations'), "anchor => 'Biometrika'");
	matches($journals->{$_}[0], $p->{recomputed_here}{$_}, 1e-6, "citations, $_") for 'Comm Statist', 'JASA', 'JRSS-B';
	matches($journals->{$_}[0], $p->{published}{$_}, 0.001, "citations as published, $_") for 'Comm Statist', 'JASA', 'JRSS-B';
	my @se = @{ $p->{recomputed_here}{se} };
	matches($journals->{$_}[1], shift @se, 1e-6, "citations, se of $_") for 'Comm Statist', 'JASA', 'JRSS-B';

	$p = $published{'davidson-pudding'};
	my $pudding = fit($data->('pudding'), "ties => 'davidson', scale => 'worth'");
	my @brands = sort keys %$pudding;
	matches($pudding->{ $brands[$_] }[0], $p->{published}{pi}[$_], 0.001, "pudding, brand $brands[$_]") for 0 .. 5;
	my $m = model($data->('pudding'), "ties => 'davidson'");
	matches($m->{nu}[0], $p->{published}{nu}, 1e-4, 'pudding, nu');
	matches($m->{log_likelihood}[0], $p->{recomputed_here}{loglik}, 1e-3, 'pudding, log-likelihood');

	# KRACH of ?icehockey: ratings on the scale where a team rated 100 is expected to be even against all others
	$p = recomputed('krach-2010');
	my $teams = fit("SELECT hdata.comparisons_agg(item_a, item_b, $outcome) AS c FROM bt_classics.icehockey", '');
	my %krach = map { $_ => exp $teams->{$_}[0] } keys %$teams;
	my ($low, $high) = (1e-6, 1e6);
	for (1 .. 200)
	{
		my $mid = sqrt($low * $high);
		my $share = 0;
		$share += $mid / ($mid + $_) for values %krach;
		($share < keys(%krach) / 2 ? $low : $high) = $mid;
	}
	matches(100 * $krach{$_} / $low, $p->{$_}, 0.1, "KRACH, $_") for sort keys %$p;
});

real('cems', sub {
	my $p = recomputed('cems-bt');
	my $state = "SELECT hdata.comparisons_agg(item_a, item_b, $outcome, rater_id) AS c FROM cems.preferences";
	my $schools = fit($state, "anchor => 'Stockholm'");
	my @names = sort keys %$p;
	my %unscaled = (Barcelona => .5379, London => 1.5975, Milano => .3878, Paris => .9064, 'St.Gallen' => .5251);
	my %se = (Barcelona => .0703, London => .0768, Milano => .0711, Paris => .0723, 'St.Gallen' => .0703);

	matches($schools->{$_}[0] / 1.75, $p->{$_}, 0.001, "CEMS, $_") for @names;
	matches($schools->{$_}[0], $unscaled{$_}, 6e-5, "CEMS, unscaled, $_") for @names;
	matches($schools->{$_}[1], $se{$_}, 6e-5, "CEMS, se of $_") for @names;
	my $m = model($state, "ties => 'davidson'");
	matches($m->{nu}[0], 0.2679, 6e-5, 'CEMS, nu');
	matches($m->{log_likelihood}[0], -3964.378, 6e-4, 'CEMS, log-likelihood');
	my $by_rater = fit($state, "anchor => 'Stockholm', ci => 'rater'");
	cmp_ok($by_rater->{London}[1], '>', 1.2 * $se{London}, 'CEMS, students answer 15 questions each: by rater se is larger');
});

# Ranks in competition, the best 1, of a hash of scores
sub competition
{
	my $score = shift;
	return { map { my $i = $_; $i => 1 + grep { $_ > $score->{$i} + 1e-9 } values %$score } keys %$score };
}

sub pearson
{
	my ($x, $y) = @_;
	my @k = grep { exists $y->{$_} } keys %$x;
	my ($sx, $sy, $xx, $yy, $xy) = (0) x 5;

	for (@k) { $sx += $x->{$_}; $sy += $y->{$_}; }
	for (@k)
	{
		my ($a, $b) = ($x->{$_} - $sx / @k, $y->{$_} - $sy / @k);
		$xx += $a * $a;
		$yy += $b * $b;
		$xy += $a * $b;
	}
	return $xy / sqrt($xx * $yy);
}

real('llmfao', sub {
	my %judge = (crowd => "rater_id LIKE 'w%'", gpt3 => "rater_id LIKE '%3%' AND rater_id NOT LIKE 'w%'", gpt4 => "rater_id LIKE '%4%' AND rater_id NOT LIKE 'w%'");
	my %rank;

	for my $who (sort keys %judge)
	{
		my $fit = fit("SELECT hdata.comparisons_agg(item_a, item_b, $outcome, rater_id, prompt_id) AS c FROM llmfao.preferences WHERE $judge{$who}",
			"scale => 'worth', on_disconnected => 'components'");
		my $p = $published{"llmfao-$who"};
		my %score = map { $_ => $fit->{$_}[0] } keys %$fit;
		matches($score{$_}, $p->{published}{$_}, $p->{suggested_tolerance}, "LLMFAO, $who, $_") for sort keys %{ $p->{published} };
		my @best = sort { $score{$b} <=> $score{$a} } keys %score;
		my @published = sort { $p->{published}{$b} <=> $p->{published}{$a} } keys %{ $p->{published} };
		is_deeply([ @best[ 0 .. $#published ] ], \@published, "LLMFAO, $who, the first ones in order");
		$rank{$who} = competition(\%score);
	}
	my $p = $published{'llmfao-rankcorr'}{published};
	matches(pearson($rank{crowd}, $rank{gpt4}), $p->{'humans-GPT4'}, 0.001, 'LLMFAO, ranks of people and GPT-4');
	matches(pearson($rank{crowd}, $rank{gpt3}), $p->{'humans-GPT3'}, 0.001, 'LLMFAO, ranks of people and GPT-3.5');
	matches(pearson($rank{gpt4}, $rank{gpt3}), $p->{'GPT4-GPT3'}, 0.001, 'LLMFAO, ranks of GPT-4 and GPT-3.5');
});

# 32 topics that share no argument
real('convarg', sub {
	my $p = $published{'convarg-size'}{recomputed_here};
	my ($row) = rows_of($node, $db, <<"SQL");
CREATE TEMP TABLE arguments AS SELECT b.* FROM (SELECT hdata.comparisons_agg(item_a, item_b, $outcome, rater_id, comparison_id) AS c
	FROM convarg.preferences JOIN convarg.pairs USING (comparison_id)) s, hdata.bradley_terry(c, prior => 0.1, ci => 'rater', on_disconnected => 'components') b;
SELECT count(*), count(DISTINCT component), sum(n)::bigint / 2, count(*) FILTER (WHERE status <> 'ok'),
	corr(rating, rank_score) FROM arguments JOIN convarg.ranking ON item_id = item
SQL
	is($row->[0], $p->{arguments}, 'arguments');
	is($row->[1], $p->{topics}, 'components are topics');
	is($row->[2], $p->{answers}, 'answers');
	is($row->[3], 0, 'all are rated');
	# PageRank of the losers' graph: large where an argument convinces little
	cmp_ok(abs $row->[4], '>', 0.5, "ratings go with the published PageRank: $row->[4]");
});

$node->stop('fast');
done_testing();
