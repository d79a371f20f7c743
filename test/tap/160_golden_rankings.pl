# Cases B01, B10, B12, B14 to B16 of golden/rubric_preference_export.json, from SQL.
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

my $node = start_node('golden_rankings');
my $db = database($node, 'golden');

# one comparison at the tolerance of its case, absolute as the file means it
sub near
{
	my ($id, $what, $got, $want) = @_;
	my $tolerance = $case{$id}{tolerance};

	ok(defined $got && $got =~ /^-?\d/ && abs($got - $want) <= $tolerance, "$id: $what")
	  or diag(sprintf '%s %s: got %s, want %s, allowed %g', $id, $what, $got // 'NULL', $want, $tolerance);
}

sub value { my $sql = shift; return (run_queries($node, $db, $sql))[0] }

# ---- B01: WildBench ----

my $counts = $case{B01}{input};
near('B01', 'win_reward', value(sprintf 'SELECT win_reward(%s)', join ', ', @$counts{qw(win_much win tie lose lose_much)}), $case{B01}{expected});

# ---- B10: Elo depends on the order ----

my @games = @{ $case{B10}{input} };
$node->safe_psql($db, "CREATE TABLE game (n bigint, a text, b text, winner text);\n"
	  . copy_rows('game', [ map { [ $_, @{ $games[ $_ - 1 ] }{qw(a b winner)} ] } 1 .. @games ]));
for (
	[ 'elo_forward', 'elo_agg(a, b, verdict_outcome(winner) ORDER BY n)' ], [ 'elo_forward', 'elo_agg(a, b, verdict_outcome(winner), n)' ],
	[ 'elo_reversed', 'elo_agg(a, b, verdict_outcome(winner) ORDER BY n DESC)' ], [ 'elo_reversed', 'elo_agg(a, b, verdict_outcome(winner), -n)' ])
{
	my ($how, $agg) = @$_;
	my $want = $case{B10}{expected}{$how};
	near('B10', "$agg, $_", value("SELECT rating FROM elo_ratings((SELECT $agg FROM public.game)) WHERE item = '$_'"), $want->{$_}) for sort keys %$want;
}

# ---- B12: Arena-Hard ----

my ($first, $second) = @{ $case{B12}{input} }{qw(game1_answer_is_B game2_answer_is_A)};
my $scores = sprintf q(verdict_scores('%s', swapped => true) || verdict_scores('%s')), $first, $second;
is(value("SELECT $scores"), '{' . join(',', @{ $case{B12}{expected}{scores} }) . '}', 'B12: scores');
near('B12', 'mean', value("SELECT avg(s) FROM unnest($scores) s"), $case{B12}{expected}{mean});

# ---- B14: partial rankings with ties ----

my @items = @{ $case{B14}{input}{items} };
$node->safe_psql($db, "CREATE TABLE ranking (ranks int[]);\n"
	  . copy_rows('ranking', [ map { [ '{' . join(',', @$_) . '}' ] } @{ $case{B14}{input}{ranks} } ]));
my $state = '(SELECT rankings_agg(ARRAY[' . join(', ', map { "'$_'" } @items) . '], ranks) FROM public.ranking)';
my $want = $case{B14}{expected};
for my $i (0 .. $#items)
{
	near('B14', "log_worth of $items[$i]", value("SELECT rating FROM plackett_luce($state, anchor => '$items[0]') WHERE item = '$items[$i]'"), $want->{log_worth}[$i]);
	near('B14', "log_worth_npseudo_0.5 of $items[$i]",
		value("SELECT rating FROM plackett_luce($state, prior => 0.5, anchor => '$items[0]') WHERE item = '$items[$i]'"), $want->{'log_worth_npseudo_0.5'}[$i]);
}
my %parameter = (tie2 => 'tie2', tie3 => 'tie3', loglik => 'log_likelihood');
near('B14', $_, value("SELECT value FROM plackett_luce_model($state) WHERE parameter = '$parameter{$_}'"), $want->{$_}) for sort keys %parameter;

# ---- B15: Elo, one rating period ----

my $in = $case{B15}{input};
near('B15', "expected against $in->{opponents}[$_]", value("SELECT elo_expected($in->{rating}, $in->{opponents}[$_])"), $case{B15}{expected}{expected}[$_])
  for 0 .. $#{ $in->{opponents} };
near('B15', 'sum_expected', value(sprintf 'SELECT sum(elo_expected(%s, o)) FROM unnest(ARRAY[%s]) o', $in->{rating}, join ', ', @{ $in->{opponents} }),
	$case{B15}{expected}{sum_expected});
near('B15', 'new_rating', value(sprintf q(SELECT elo_update(%s, '{%s}', '{%s}', %s)), $in->{rating}, join(',', @{ $in->{opponents} }), join(',', @{ $in->{results} }), $in->{k}),
	$case{B15}{expected}{new_rating});

# ---- B16: Glicko ----

$in = $case{B16}{input};
my @played = map { my $field = $_; "'{" . join(',', map { $_->{$field} } @{ $in->{games} }) . "}'" } qw(opp rd score);
near('B16', $_, value(sprintf 'SELECT %s FROM glicko(%s, %s, %s)', $_, $in->{rating}, $in->{rd}, join ', ', @played), $case{B16}{expected}{$_}) for qw(rating rd);

done_testing();
