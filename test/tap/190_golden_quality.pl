# The cases of golden/quality_review.json that belong to quality control, from SQL, each at its tolerance.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use Test::More;

my $file = ($ENV{HDATA_SHARED} // '') . '/golden/quality_review.json';
unless (defined $ENV{HDATA_SHARED} && -r $file)
{
	print STDERR "# SKIPPED: there are no golden values (HDATA_SHARED names no folder with golden/quality_review.json)\n";
	plan skip_all => 'no golden values: HDATA_SHARED is not set or has no golden/quality_review.json';
}

my $golden = do {
	local $/;
	open my $in, '<', $file or die "$file: $!";
	JSON::PP->new->utf8->decode(<$in>);
};
my @checks;
# Kaplan-Meier, pay, process metrics and speed are tested elsewhere
my %elsewhere = map { $_ => 1 } qw(kaplan_meier event_history_metrics effective_pay speed_outliers reviewer_leniency);
my (%seen, $case);

# One comparison: a query that answers a number, or a text if the tolerance is not given
sub check
{
	my ($what, $sql, $want, $tolerance) = @_;

	push @checks, { id => $case->{id}, what => $what, sql => $sql, want => $want, tolerance => $tolerance // $case->{tolerance} };
}

sub floats { return "'{" . join(',', @{ $_[0] }) . "}'::float8[]" }
sub booleans { return "'{" . join(',', @{ $_[0] }) . "}'::int[]::boolean[]" }

my %interval = map { my $f = $_; $f => sub {
	my ($i, $e) = @_;

	# the rule at the ends is that of Brown, Cai and DasGupta; elsewhere there is none to choose
	check($_->[0], "SELECT $_->[1] FROM $f($i->{x}, $i->{n}, $i->{conf})", $e->{ $_->[0] }) for [ 'lower', 'low' ], [ 'upper', 'high' ];
} } qw(wilson clopper_pearson jeffreys agresti_coull);

my %family = (
	%interval,
	zero_failure_sample_size => sub { my ($i, $e) = @_; check('n', "SELECT zero_failure_n($i->{p}, $i->{conf})", $e->{n}) },
	estimation_sample_size => sub {
		my ($i, $e) = @_;
		check('n_infinite', "SELECT estimation_n($i->{half_width}, $i->{p}, $i->{conf})", $e->{n_infinite});
		check('n_finite', "SELECT estimation_n($i->{half_width}, $i->{p}, $i->{conf}, $i->{population})", $e->{n_finite});
	},
	beta_binomial_shrinkage => sub {
		my ($i, $e) = @_;
		if ($i->{method} eq 'given prior')
		{
			my $shrink = "FROM beta_shrink($i->{x}, $i->{n}, $i->{alpha}, $i->{beta}, $i->{conf}, 0.8)";
			check($_->[0], "SELECT $_->[1] $shrink", $e->{ $_->[0] })
			  for [ 'mean', 'value' ], [ 'lower', 'ci_low' ], [ 'upper', 'ci_high' ], [ 'p_below_080', 'p_below' ];
			return;
		}
		my $prior = 'beta_prior(' . floats($i->{x}) . ', ' . floats($i->{n}) . ', ' . ($i->{method} =~ /^moments/ ? "'moments'" : "'ml'") . ')';
		for (qw(mean sd alpha beta)) { check($_, "SELECT $_ FROM $prior", $e->{$_}) if exists $e->{$_} }
		check('posterior_mean', "SELECT s.value FROM $prior p, beta_shrink($i->{new_x}, $i->{new_n}, p.alpha, p.beta) s", $e->{posterior_mean}) if exists $e->{posterior_mean};
		check('posterior_sd', "SELECT s.sd FROM $prior p, beta_shrink($i->{new_x}, $i->{new_n}, p.alpha, p.beta) s", $e->{posterior_sd}) if exists $e->{posterior_sd};
		check("posterior_mean_$_->[0]", "SELECT s.value FROM $prior p, beta_shrink($i->{x}[$_->[1]], $i->{n}[$_->[1]], p.alpha, p.beta) s", $e->{"posterior_mean_$_->[0]"})
		  for grep { exists $e->{"posterior_mean_$_->[0]"} } [ 'first', 0 ], [ 'last', -1 ];
	},
	oc_curve => sub {
		my ($i, $e) = @_;
		check("p of pa = $i->{pa}[$_]", "SELECT oc_quantile($i->{n}, $i->{c}, $i->{pa}[$_])", $e->{p}[$_]) for 0 .. $#{ $i->{pa} };
		# and back through the curve
		check("pa of p $_", "SELECT accept FROM oc_curve($i->{n}, $i->{c}, ARRAY[$e->{p}[$_]])", $i->{pa}[$_], 1e-6) for 0 .. $#{ $i->{pa} };
	},
	acceptance_probability => sub {
		my ($i, $e) = @_;
		my $d = $i->{double};
		my $plan = $d ? join(', ', @{$d}{qw(n1 c1 r1 n2 c2)}) : "$i->{n}, $i->{c}";
		my $lot = $i->{dist} eq 'hypergeometric' ? ", $i->{N}" : '';
		check("pa of p = $i->{p}[$_]", "SELECT acceptance_probability($plan, $i->{p}[$_]$lot)", $e->{pa}[$_]) for 0 .. $#{ $i->{p} };
	},
	find_plan => sub {
		my ($i, $e) = @_;
		my $plan = "acceptance_plan($i->{prp}[0], $i->{crp}[0], 1 - $i->{prp}[1], $i->{crp}[1])";
		check($_->[0], "SELECT $_->[1] FROM $plan", $e->{ $_->[0] }) for [ 'n', 'n' ], [ 'c', 'ac' ], [ 'r', 're' ];
	},
	ansi_z14_single => sub {
		my ($i, $e) = @_;
		check($_, "SELECT $_ FROM z14_plan($i->{lot}, '$i->{level}', $i->{aql}, '$i->{inspection}')", $e->{$_}) for qw(n ac re);
	},
	sprt_lines => sub {
		my ($i, $e) = @_;
		check($_->[0], "SELECT $_->[1] FROM sprt_lines($i->{p0}, $i->{p1}, $i->{alpha}, $i->{beta})", $e->{ $_->[0] })
		  for (map { [ $_, $_ ] } qw(k h1 h2 s)), [ 'lnA', 'ln_a' ], [ 'lnB', 'ln_b' ];
	},
	sprt_run => sub {
		my ($i, $e) = @_;
		my $errors = ref $i->{errors} ? booleans($i->{errors}) : $i->{errors} eq '100 x 0' ? 'array_fill(false, ARRAY[100])' : die $i->{errors};
		check('decision', "SELECT decision FROM sprt($errors, $i->{p0}, $i->{p1}, $i->{alpha}, $i->{beta})", $e->{decision}, 'text');
		check('at', "SELECT at FROM sprt($errors, $i->{p0}, $i->{p1}, $i->{alpha}, $i->{beta})", $e->{at});
		check('llr', "SELECT llr FROM sprt($errors, $i->{p0}, $i->{p1}, $i->{alpha}, $i->{beta})", $e->{llr}) if exists $e->{llr};
		check('the chart ends there', "SELECT max(at) FROM sprt_chart($errors, $i->{p0}, $i->{p1}, $i->{alpha}, $i->{beta})", $e->{at});
	},
	sprt_truncated_exact => sub {
		my ($i, $e) = @_;
		check($_, "SELECT $_ FROM sprt_oc($i->{p}, $i->{p0}, $i->{p1}, $i->{alpha}, $i->{beta}, $i->{n_max})", $e->{$_}) for qw(accept reject undecided asn);
	},
	cusum_tabular => sub {
		my ($i, $e) = @_;
		my $chart = 'cusum(' . floats($i->{x}) . ", $i->{target}, $i->{sigma}, $i->{k}, $i->{h})";
		check("c_plus $_", "SELECT statistic FROM $chart WHERE at = $_", $e->{c_plus}[ $_ - 1 ]) for 1 .. @{ $i->{x} };
		check("c_minus $_", "SELECT statistic_low FROM $chart WHERE at = $_", $e->{c_minus}[ $_ - 1 ]) for 1 .. @{ $i->{x} };
		check('first_signal', "SELECT min(at) FROM $chart WHERE alarm", $e->{first_signal});
		check('n_plus_at_signal', "SELECT at - since + 1 FROM $chart WHERE at = $e->{first_signal}", $e->{n_plus_at_signal});
		check('new_mean', "SELECT estimate FROM $chart WHERE at = $e->{first_signal}", $e->{new_mean});
	},
	ewma => sub {
		my ($i, $e) = @_;
		my $chart = 'ewma(' . floats($i->{x}) . ", $i->{target}, $i->{sigma}, $i->{lambda_}, $i->{L}, '$i->{limits}')";
		check("z $_", "SELECT statistic FROM $chart WHERE at = $_", $e->{z}[ $_ - 1 ]) for 1 .. @{ $i->{x} };
		check('first_signal', "SELECT min(at) FROM $chart WHERE alarm", $e->{first_signal});
		check('ucl_1', qq{SELECT "limit" FROM $chart WHERE at = 1}, $e->{ucl_1});
		(my $asymptotic = $chart) =~ s/'exact'/'asymptotic'/;
		check('ucl_asymptotic', qq{SELECT "limit" FROM $asymptotic WHERE at = 1}, $e->{ucl_asymptotic});
	},
	cusum_arl => sub {
		my ($i, $e) = @_;
		for my $h (@{ $i->{h} }) { check("h $h, shift $_", "SELECT cusum_arl($i->{k}, $h, $_, '$i->{sided}')", $e->{arl}{"h${h}_mu$_"}) for @{ $i->{shift} } }
	},
	ewma_arl => sub {
		my ($i, $e) = @_;
		for my $p (@{ $i->{pairs} }) { check("@$p, shift $_", "SELECT ewma_arl($p->[0], $p->[1], $_)", $e->{arl}{"lambda$p->[0]_L$p->[1]_mu$_"}) for @{ $i->{shift} } }
	},
	p_chart => sub {
		my ($i, $e) = @_;
		my $chart = 'p_chart(' . floats($i->{d}) . ", ARRAY[$i->{n}], $i->{k})";
		check('center', "SELECT avg(statistic) FROM $chart", $e->{center});
		check('ucl', qq{SELECT max("limit") FROM $chart}, $e->{ucl});
		check('lcl', "SELECT min(limit_low) FROM $chart", $e->{lcl});
		check('out', "SELECT string_agg(at::text, ',' ORDER BY at) FROM $chart WHERE alarm", join(',', @{ $e->{out} }), 'text');
	},
	bernoulli_cusum => sub {
		my ($i, $e) = @_;
		my $chart = 'bernoulli_cusum(' . booleans($i->{errors}) . ", $i->{p0}, $i->{p1}, $i->{h})";
		check("path $_", "SELECT statistic FROM $chart WHERE at = $_", $e->{path}[ $_ - 1 ]) for 1 .. @{ $e->{path} };
		check('signal_at', "SELECT min(at) FROM $chart WHERE alarm", $e->{signal_at});
		# the first error adds 1 - gamma
		check('gamma', "SELECT 1 - statistic FROM bernoulli_cusum('{t}', $i->{p0}, $i->{p1}, $i->{h})", $e->{gamma});
	},
	straight_lining => sub {
		my ($i, $e) = @_;
		my $runs = '(SELECT runs_agg(l, i) AS s FROM unnest(ARRAY[' . join(',', map { "'$_'" } @{ $i->{labels} }) . ']) WITH ORDINALITY u (l, i)) q, runs(s) r';
		check($_->[0], "SELECT r.$_->[1] FROM $runs", $e->{ $_->[0] }) for [ 'longstring', 'longest_run' ], [ 'entropy_bits', 'entropy_bits' ], [ 'modal_share', 'modal_share' ];
	},
	gold_gate => sub {
		my ($i, $e) = @_;
		check('p_below', "SELECT p_below FROM beta_shrink($i->{correct}, $i->{seen}, $i->{prior}[0], $i->{prior}[1], threshold => $i->{threshold})", $e->{p_below});
		check('wilson_upper', "SELECT high FROM wilson($i->{correct}, $i->{seen})", $e->{wilson_upper});
	});

for (@{ $golden->{cases} })
{
	$case = $_;
	if ($elsewhere{ $case->{family} })
	{
		$seen{elsewhere}++;
		next;
	}
	my $make = $family{ $case->{family} };
	unless ($make)
	{
		fail("$case->{id}: no check for the family $case->{family}");
		next;
	}
	my $before = @checks;
	$make->($case->{input}, $case->{expected});
	fail("$case->{id}: nothing is compared") if @checks == $before;
	$seen{here}++;
}

my $node = start_node('golden_quality');
my $db = database($node, 'quality');
my @answers = run_queries($node, $db, map { $_->{sql} } @checks);
my (%wrong, %n);
for my $i (0 .. $#checks)
{
	my ($c, $got) = ($checks[$i], $answers[$i]);
	my $ok = !defined $got ? 0
	  : $c->{tolerance} eq 'text' ? $got eq $c->{want}
	  : $got =~ /^-?[\d.]/ && abs($got - $c->{want}) <= $c->{tolerance};

	$n{ $c->{id} }++;
	push @{ $wrong{ $c->{id} } }, "$c->{what}: " . ($got // 'NULL') . " instead of $c->{want} ($c->{sql})" unless $ok;
}
for my $id (map { $_->{id} } grep { $n{ $_->{id} } } @{ $golden->{cases} })
{
	ok(!$wrong{$id}, "$id: $n{$id} values") or diag(join "\n", @{ $wrong{$id} }[ 0 .. ($#{ $wrong{$id} } > 4 ? 4 : $#{ $wrong{$id} }) ]);
}
is($seen{here} + $seen{elsewhere}, scalar @{ $golden->{cases} }, "$seen{here} cases here, $seen{elsewhere} elsewhere");

# ---- Z1.4, AQLs up to 10: the tables have one structure, which must hold whatever the lot, and a few cells that are printed often ----

my @cells = (
	# lot, level, aql, inspection: n, ac, re
	[ 2, 'II', '6.5', 'normal', '2,0,1' ], [ 100, 'II', '1.0', 'normal', '13,0,1' ], [ 100, 'II', '4.0', 'normal', '20,2,3' ],
	[ 3000, 'II', '1.5', 'normal', '125,5,6' ], [ 3000, 'II', '1.5', 'tightened', '125,3,4' ], [ 3000, 'II', '1.5', 'reduced', '50,2,5' ],
	[ 600000, 'III', '0.010', 'tightened', '2000,0,1' ], [ 600000, 'III', '0.025', 'tightened', '3150,1,2' ], [ 600000, 'III', '0.65', 'normal', '2000,21,22' ],
	[ 600000, 'III', '1.0', 'normal', '1250,21,22' ], [ 600000, 'III', '0.010', 'normal', '1250,0,1' ], [ 10, 'II', '0.010', 'normal', '1250,0,1' ],
	[ 500, 'S-4', '2.5', 'normal', '20,1,2' ], [ 10, 'II', '10', 'normal', '5,1,2' ], [ 10, 'II', '10', 'tightened', '2,0,1' ], [ 200, 'II', '1000', 'normal', '3,44,45' ]);
@answers = run_queries($node, $db, map { "SELECT n || ',' || ac || ',' || re FROM z14_plan($_->[0], '$_->[1]', $_->[2], '$_->[3]')" } @cells);
is($answers[$_], $cells[$_][4], "Z1.4 @{$cells[$_]}[0 .. 3]") for 0 .. $#cells;

done_testing();
