# G-study, severity, Rasch and item response models of golden/rubric_preference_export.json (P05 to P08), from SQL; and what must
# hold on real ratings, if they are there.
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
	print STDERR "# SKIPPED: there are no golden values (HDATA_SHARED names no folder with golden/rubric_preference_export.json)\n";
	plan skip_all => 'no golden values: HDATA_SHARED is not set or has no golden/rubric_preference_export.json';
}

my $golden = do {
	local $/;
	open my $in, '<', $file or die "$file: $!";
	JSON::PP->new->utf8->decode(<$in>);
};
my %case = map { $_->{id} => $_ } @{ $golden->{cases} };
my @checks;

sub check
{
	my ($id, $what, $sql, $want, $tolerance) = @_;

	push @checks, { id => $id, what => $what, sql => $sql, want => $want, tolerance => $tolerance // $case{$id}{tolerance} };
}

# ---- P05

my ($shrout, $grades, $lsat) = ('(SELECT r FROM shrout)', '(SELECT r FROM grades)', '(SELECT m FROM lsat)');
my %component = (p => 'p', r => 'r', pr => 'pr,e');

for my $name (sort keys %component)
{
	my $expected = $case{P05}{expected};
	check('P05', "ms_$name", "SELECT ms FROM g_study($shrout) WHERE component = '$component{$name}'", $expected->{"ms_$name"});
	check('P05', "var_$name", "SELECT variance FROM g_study($shrout) WHERE component = '$component{$name}'",
		$expected->{ $name eq 'pr' ? 'var_pr_e' : "var_$name" });
}
for my $k (4, 8)
{
	check('P05', "e_rho2 of $k", "SELECT e_rho2 FROM d_study($shrout, n_raters => '{$k}')", $case{P05}{expected}{"E_rho2_${k}raters"});
	check('P05', "phi of $k", "SELECT phi FROM d_study($shrout, n_raters => '{$k}')", $case{P05}{expected}{"Phi_${k}raters"});
}
for my $form (1 .. 3)
{
	check('P05', "ICC($form,1)", "SELECT icc($shrout, 'ICC($form,1)')", $case{P05}{expected}{icc}{"ICC$form"});
	check('P05', "ICC($form,k)", "SELECT icc($shrout, 'ICC($form,k)')", $case{P05}{expected}{icc}{"ICC${form}k"});
}

# ---- P06

my $p06 = $case{P06}{expected};
for my $rater (sort keys %{ $p06->{rater_effect} })
{
	check('P06', "effect of $rater", "SELECT severity FROM severity($grades) WHERE rater = '$rater'", $p06->{rater_effect}{$rater});
	check('P06', "mean of $rater", "SELECT naive_mean FROM severity($grades) WHERE rater = '$rater'", $p06->{naive_rater_mean}{$rater});
}
for my $item (sort keys %{ $p06->{item_effect} })
{
	check('P06', "item $item", "SELECT adjusted FROM adjusted_scores($grades) WHERE item = '$item'", $p06->{mu} + $p06->{item_effect}{$item});
}
check('P06', 'mu', "SELECT avg(adjusted) FROM adjusted_scores($grades)", $p06->{mu});
check('P06', 'sigma', "SELECT sqrt(sum((g.score - a.adjusted - s.severity) ^ 2) / $p06->{df}) FROM grade g, severity($grades) s, adjusted_scores($grades) a
	WHERE s.rater = g.rater AND a.item = g.item::text", $p06->{sigma});

# ---- P07, P08

for my $i (1 .. 5)
{
	check('P07', "difficulty $i", "SELECT difficulty FROM rasch($lsat) WHERE item = '$i'", $case{P07}{expected}{difficulty}[ $i - 1 ]);
	check('P08', "1pl difficulty $i", "SELECT difficulty FROM irt($lsat) WHERE item = '$i'", $case{P08}{expected}{rasch}{difficulty}[ $i - 1 ]);
	check('P08', "2pl difficulty $i", "SELECT difficulty FROM irt($lsat, '2pl') WHERE item = '$i'", $case{P08}{expected}{'2pl'}{difficulty}[ $i - 1 ]);
	check('P08', "2pl discrimination $i", "SELECT discrimination FROM irt($lsat, '2pl') WHERE item = '$i'",
		$case{P08}{expected}{'2pl'}{discrimination}[ $i - 1 ]);
	check('P08', "1pl discrimination $i", "SELECT discrimination FROM irt($lsat) WHERE item = '$i'", $case{P08}{expected}{rasch}{discrimination});
}
for my $score (1 .. 4)
{
	check('P07', "theta of score $score", "SELECT max(theta) FROM rasch_persons($lsat, 'ml') WHERE score = $score",
		$case{P07}{expected}{theta_by_raw_score_1_4}[ $score - 1 ]);
}
check('P07', 'log-likelihood', "SELECT rasch_loglik($lsat)", $case{P07}{expected}{loglik_conditional});
# the likelihoods are known to more digits than the published parameters
check('P08', '1pl log-likelihood', "SELECT irt_loglik($lsat)", $case{P08}{expected}{rasch}{loglik}, 1e-6);
check('P08', '2pl log-likelihood', "SELECT irt_loglik($lsat, '2pl')", $case{P08}{expected}{'2pl'}{loglik}, 1e-6);

# ---- their data

my $node = start_node('golden_psychometrics');
my $db = database($node, 'golden');
my @cells = map { my $i = $_; map { [ $i + 1, $_ + 1, $case{P05}{input}{rows}[$i][$_] ] } 0 .. 3 } 0 .. $#{ $case{P05}{input}{rows} };
my @grades = map { [ $_->{item}, $_->{rater}, $_->{score} ] } @{ $case{P06}{input} };
my @patterns = map { [ $_->{p}, $_->{n} ] } @{ $case{P02}{input}{pattern_counts} };

$node->safe_psql($db, 'CREATE TABLE cell (i int, g int, v float8);' . copy_rows('cell', \@cells));
$node->safe_psql($db, 'CREATE TABLE grade (item int, rater text, score float8);' . copy_rows('grade', \@grades));
$node->safe_psql($db, 'CREATE TABLE pattern (p text, n int);' . copy_rows('pattern', \@patterns));
$node->safe_psql($db, <<'SQL');
CREATE TABLE shrout AS SELECT hdata.ratings_agg(i, g, v) AS r FROM cell;
CREATE TABLE grades AS SELECT hdata.ratings_agg(item, rater, score) AS r FROM grade;
CREATE TABLE lsat AS SELECT hdata.score_matrix_agg(u, i, substr(p, i, 1)::float8) AS m
    FROM (SELECT p, row_number() OVER () AS u FROM pattern, generate_series(1, n)) x, generate_series(1, 5) i;
SQL

my @answers = run_queries($node, $db, map { $_->{sql} } @checks);
my (%wrong, %made);
for my $i (0 .. $#checks)
{
	my ($c, $got) = ($checks[$i], $answers[$i]);
	$made{ $c->{id} }++;
	next if defined $got && $got !~ /^ERROR/ && abs($got - $c->{want}) <= $c->{tolerance};
	push @{ $wrong{ $c->{id} } }, "$c->{what}: got " . ($got // 'NULL') . ", want $c->{want}";
}
for my $id (sort keys %made)
{
	is(scalar @{ $wrong{$id} // [] }, 0, "$id: $made{$id} comparisons") or diag(join "\n", @{ $wrong{$id} });
}
is(scalar keys %made, 4, 'the file was read whole');
print STDERR sprintf "# golden: %d comparisons in %d cases\n", scalar @checks, scalar keys %made;

# ---- real ratings: 53,055 of EmoBank's readers; the places of readers stand for raters

SKIP:
{
	skip 'no data set emobank_reader', 4 unless load_data($node, $db, 'emobank_reader');
	$node->safe_psql($db, <<'SQL');
SET search_path = hdata, emobank_reader, public;
CREATE TABLE valence AS SELECT ratings_agg(item_id, rater_id, valence::float8) AS r FROM ratings;
SQL
	my ($nested) = rows_of($node, $db, <<'SQL');
SET search_path = hdata, emobank_reader, public;
WITH item AS (SELECT count(*) AS k, avg(valence) AS m, sum(valence) AS s, sum(valence ^ 2) AS q FROM ratings GROUP BY item_id),
ss AS (SELECT count(*) AS n, sum(k) AS total, sum(k ^ 2) AS k2, sum(s ^ 2 / k) - sum(s) ^ 2 / sum(k) AS b, sum(q) - sum(s ^ 2 / k) AS w FROM item),
ms AS (SELECT b / (n - 1) AS b, w / (total - n) AS w, (total - k2 / total) / (n - 1) AS n0 FROM ss)
SELECT abs(g.variance - (ms.b - ms.w) / n0) < 1e-9, abs(e.variance - ms.w) < 1e-9
  FROM ms, valence, g_study(r, 'r:p') g, g_study(r, 'r:p') e WHERE g.component = 'p' AND e.component = 'r:p,e'
SQL
	is("@$nested", 't t', 'nested components are those of SQL');

	my ($fit) = rows_of($node, $db, <<'SQL');
SET search_path = hdata, emobank_reader, public;
CREATE TEMP TABLE residual AS SELECT item_id, rater_id, valence - a.adjusted - s.severity AS e
  FROM ratings, (SELECT a.* FROM valence, adjusted_scores(r) a) a, (SELECT s.* FROM valence, severity(r) s) s
 WHERE a.item = item_id AND s.rater = rater_id;
SELECT (SELECT count(*) FROM residual), (SELECT max(abs(x)) < 1e-9 FROM (SELECT sum(e) AS x FROM residual GROUP BY item_id) y),
       (SELECT max(abs(x)) < 1e-9 FROM (SELECT sum(e) AS x FROM residual GROUP BY rater_id) y)
SQL
	is("@$fit", '53055 t t', 'residuals of the additive model sum to zero in every item and every rater');

	my ($crossed) = rows_of($node, $db, <<'SQL');
SET search_path = hdata, emobank_reader, public;
SELECT count(*), bool_and(variance BETWEEN ci_low AND ci_high), abs(sum(percent) - 100) < 1e-9, min(method) FROM valence, g_study(r)
SQL
	is("@$crossed", '3 t t Henderson method 3 (fitting constants)', 'components with readers crossed');

	my ($criteria) = rows_of($node, $db, <<'SQL');
SET search_path = hdata, emobank_reader, public;
SELECT count(*), count(se), sum(variance) > 0.5 FROM (SELECT ratings_agg(ARRAY[item_id, c], rater_id, v::float8) AS r
  FROM (SELECT * FROM ratings ORDER BY item_id LIMIT 1500) x, LATERAL (VALUES ('valence', valence), ('arousal', arousal), ('dominance', dominance)) y (c, v)) z,
  g_study(r, 'p x r x c')
SQL
	is("@$criteria", '7 7 t', 'components with the three scales as criteria');
}
$node->stop('fast');
done_testing();
