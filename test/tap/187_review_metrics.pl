# Metrics of reviews: the cases of golden/quality_review.json about time, survival, pay, speed and leniency, from SQL; real event
# logs against SQL that is written out here; the intervals of leniency by simulation.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use Test::More;

my $node = start_node('review_metrics', { conf => [q(timezone = 'UTC')] });
my $db = database($node, 'review_metrics');
my $file = ($ENV{HDATA_SHARED} // '') . '/golden/quality_review.json';

# ---- golden ----

sub near
{
	my ($got, $want, $tolerance, $what) = @_;

	return ok(!defined $got || $got eq '', "$what: NULL") || diag("got $got") unless defined $want;
	ok(defined $got && $got ne '' && abs($got - $want) <= $tolerance + 1e-12 * abs $want, "$what: $want") or diag('got ' . ($got // 'NULL'));
}

sub float8_array { return q(') . '{' . join(',', @{ $_[0] }) . q(}'::float8[]) }

sub golden_km
{
	my $case = shift;
	my ($in, $want, $id) = ($case->{input}, $case->{expected}, $case->{id});
	my $km = "(SELECT hdata.km_agg(t, e = 1) AS k FROM unnest(" . float8_array($in->{time}) . ', ' . float8_array($in->{event}) . ') v(t, e)) s';
	my $tolerance = $case->{tolerance};
	my ($row) = rows_of($node, $db, "SELECT hdata.km_quantile(k, 0.5), hdata.km_median(k), q.value, q.ci_low, q.ci_high, hdata.km_survival(k, (SELECT max(t) FROM hdata.km_curve(k))),
		hdata.km_rmst(k, (SELECT max(t) FROM hdata.km_curve(k))) FROM $km, hdata.km_quantile_ci(k, 0.5, band => 'log') q");

	near($row->[$_], exists $want->{median} ? $want->{median} : $want->{median_first_le_half}, $tolerance, "$id median") for 0 .. 2;
	if ($want->{median_ci_log})
	{
		near($row->[3], $want->{median_ci_log}[0], 0, "$id lower bound of the median");
		near($row->[4], $want->{median_ci_log}[1], 0, "$id upper bound of the median");
	}
	near($row->[5], $want->{surv_last}, $tolerance, "$id last survival") if exists $want->{surv_last};
	# eleven digits are published
	near($row->[6], $want->{mean}, 1e-9, "$id mean") if exists $want->{mean};
	if ($want->{t})
	{
		my @curve = rows_of($node, $db, "SELECT c.t, c.survival, c.se FROM $km, hdata.km_curve(k) c WHERE c.n_ended > 0");

		is(scalar @curve, scalar @{ $want->{t} }, "$id ends");
		for my $i (0 .. $#{ $want->{t} })
		{
			near($curve[$i][0], $want->{t}[$i], 0, "$id time $i");
			near($curve[$i][1], $want->{surv}[$i], $tolerance, "$id survival $i");
			near($curve[$i][2], $want->{se_greenwood}[$i], $tolerance, "$id se $i");
		}
	}
}

sub golden_events
{
	my $case = shift;
	my ($in, $want, $id) = ($case->{input}, $case->{expected}, $case->{id});
	my $as_of = "'$in->{as_of}'::timestamptz";
	my $terminal = "'{" . join(',', @{ $in->{terminal} }) . "}'";
	my ($submit, $accept, $reject) = @$in{qw(submit accept reject)};

	$node->safe_psql($db, "CREATE TABLE events_small (item text, state text, at timestamptz);\n" . copy_rows('events_small', [ map { [ @$_[ 0, 2, 4 ] ] } @{ $in->{events} } ])
		. 'CREATE TABLE small_path AS SELECT item, hdata.review_path_agg(state, at) AS p FROM events_small GROUP BY item; CREATE TABLE small_paths AS SELECT hdata.review_paths_agg(item, state, at) AS p FROM events_small');
	my (%seconds, %loops, %cycle, %funnel, %wip);

	for (rows_of($node, $db, "SELECT item, s.state || CASE WHEN s.censored THEN '_open' ELSE '' END, extract(epoch FROM sum(s.duration)), (SELECT extract(epoch FROM hdata.time_in(p, s.state, $as_of, $terminal)))
		FROM small_path, hdata.steps(p, $as_of, $terminal) s WHERE s.duration IS NOT NULL GROUP BY item, p, s.state, s.censored"))
	{
		$seconds{ $_->[0] }{ $_->[1] } = 0 + $_->[2];
		is($_->[3], $_->[2], "$id time_in $_->[1] of item $_->[0]");
	}
	is_deeply(\%seconds, $want->{seconds_in_state}, "$id seconds in state");
	is($node->safe_psql($db, "SELECT count(hdata.time_in(p, '$accept', $as_of, $terminal)) FROM small_path"), 0, "$id: time in a terminal state is not time in state");
	$cycle{ $_->[0] } = 0 + $_->[1] for rows_of($node, $db, "SELECT item, extract(epoch FROM hdata.cycle(p, '$submit', '$accept')) FROM small_path WHERE hdata.cycle(p, '$submit', '$accept') IS NOT NULL");
	is_deeply(\%cycle, $want->{cycle_seconds_first_submit_to_accept}, "$id cycle");
	near($node->safe_psql($db, "SELECT avg(hdata.first_pass(p, '{$accept}', '{$reject}')::int)::float8 FROM small_path"), $want->{first_pass_yield_of_decided}, 1e-9, "$id first-pass yield");
	is($node->safe_psql($db, "SELECT string_agg(item, ',' ORDER BY item) FROM small_path WHERE hdata.first_pass(p, '{$accept}', '{$reject}') IS NULL"), join(',', @{ $want->{first_pass_yield_excludes} }), "$id undecided");
	$loops{ $_->[0] } = 0 + $_->[1] for rows_of($node, $db, "SELECT item, hdata.loops(p, '$submit') FROM small_path WHERE hdata.loops(p) = hdata.loops(p, '$submit')");
	is_deeply(\%loops, $want->{rework_loops}, "$id loops");
	$funnel{ $_->[0] } = 0 + $_->[1] for rows_of($node, $db, "SELECT f.state, f.n_items FROM small_paths, hdata.funnel(p, '{draft,submitted,in_review,approved}') f");
	is_deeply(\%funnel, $want->{funnel}, "$id funnel");
	$wip{ $_->[0] } = 0 + $_->[1] for rows_of($node, $db, "SELECT hdata.open_state(p, $as_of, $terminal), count(*) FROM small_path WHERE hdata.open_state(p, $as_of, $terminal) IS NOT NULL GROUP BY 1");
	is_deeply(\%wip, $want->{wip_as_of}, "$id work in progress");
	my %metric = map { $_->[0] => $_->[1] } rows_of($node, $db, "SELECT m.metric, m.value FROM small_paths, hdata.process_metrics(p, '{$accept}', '{$reject}', $as_of) m");
	near($metric{first_pass_yield}, $want->{first_pass_yield_of_decided}, 1e-9, "$id first-pass yield of the process");
	near($metric{rejection_rate}, $want->{rejection_rate_decisions}, 1e-9, "$id rejection rate");
	near($metric{rework_rate}, 0.5, 1e-9, "$id rework rate");
	my $km = $want->{km_in_review_first_visit};
	near($node->safe_psql($db, "SELECT hdata.km_median(hdata.km_agg(coalesce(s.left, $as_of) - s.entered, NOT s.censored)) FROM (SELECT DISTINCT ON (item) s.* FROM small_path, hdata.steps(p, $as_of) s
		WHERE s.state = 'in_review' ORDER BY item, s.n) s"), $km->{median_s}, 1e-9, "$id median of the first stays in review");
	is($node->safe_psql($db, "SELECT string_agg((extract(epoch FROM duration)::int, (NOT censored)::int)::text, '' ORDER BY duration, censored, item) FROM (SELECT DISTINCT ON (item) item, s.* FROM small_path,
		hdata.steps(p, $as_of) s WHERE s.state = 'in_review' ORDER BY item, s.n) s"), join('', map { "($km->{time_s}[$_],$km->{event}[$_])" } 0 .. $#{ $km->{event} }), "$id first stays in review");
}

sub golden_pay
{
	my $case = shift;
	my ($in, $want, $id) = ($case->{input}, $case->{expected}, $case->{id});
	my %metric = map { $_->[0] => $_->[1] } rows_of($node, $db, "SELECT m.metric, m.value FROM (SELECT hdata.pay_agg($in->{pay}, t) AS p FROM unnest(" . float8_array($in->{seconds}) . ") t) s, hdata.pay_metrics(p, $in->{minimum}) m");

	near($metric{median_hourly}, $want->{median_rate}, $case->{tolerance}, "$id median");
	near($metric{mean_hourly}, $want->{mean_of_rates}, $case->{tolerance}, "$id mean");
	near($metric{ratio_of_sums}, $want->{ratio_of_sums}, $case->{tolerance}, "$id ratio of sums");
	near($metric{share_below_minimum}, $want->{share_below_minimum}, $case->{tolerance}, "$id share below the minimum");
}

sub golden_speed
{
	my $case = shift;
	my ($in, $want, $id) = ($case->{input}, $case->{expected}, $case->{id});
	my $km = '(SELECT hdata.km_agg(t, true) AS k FROM unnest(' . float8_array($in->{seconds}) . ') t) s';
	my @row = rows_of($node, $db, "SELECT z.z, z.signal FROM $km, unnest(" . float8_array($in->{seconds}) . ") WITH ORDINALITY v(t, i) JOIN LATERAL hdata.speed_signals(k) z ON z.duration = t ORDER BY i");

	near($row[$_][0], $want->{z}[$_], $case->{tolerance}, "$id z $_") for 0 .. $#{ $want->{z} };
	is(join(',', grep { $row[$_][1] eq 'fast' } 0 .. $#row), join(',', @{ $want->{flagged} }), "$id: who is fast");
	is($node->safe_psql($db, "SELECT string_agg((i - 1)::text, ',') FROM $km, hdata.speed_limits(k) l, unnest(" . float8_array($in->{seconds}) . ') WITH ORDINALITY v(t, i) WHERE t < l.low'), join(',', @{ $want->{flagged} }), "$id: below the limit");
}

sub golden_leniency
{
	my $case = shift;
	my ($in, $want, $id) = ($case->{input}{accepted_of_reviewed}, $case->{expected}, $case->{id});
	my @rows;

	for my $r (sort keys %$in)
	{
		for my $a (sort keys %{ $in->{$r} })
		{
			my ($x, $n) = @{ $in->{$r}{$a} };
			push @rows, map { [ $r, $a, $_ < $x ? 't' : 'f' ] } 0 .. $n - 1;
		}
	}
	$node->safe_psql($db, "CREATE TABLE leniency_std (r text, a text, ok boolean);\n" . copy_rows('leniency_std', \@rows));
	for (rows_of($node, $db, "SELECT l.reviewer, l.value, l.accepted_expected, l.ratio, l.z FROM (SELECT hdata.decisions_agg(r, a, ok) AS d FROM leniency_std) s, hdata.leniency(d, 'all') l"))
	{
		my ($r, @got) = @$_;
		near($got[0], $want->{raw}{$r}, $case->{tolerance}, "$id raw $r");
		near($got[1], $want->{expected}{$r}, $case->{tolerance}, "$id expected $r");
		near($got[2], $want->{ratio_oe}{$r}, $case->{tolerance}, "$id ratio $r");
		near($got[3], $want->{z}{$r}, $case->{tolerance}, "$id z $r");
	}
	# by default one's own decisions are not in the reference: here by plain SQL
	is($node->safe_psql($db, <<'SQL'), '3|3', "$id: expected from the others alone");
WITH c AS (SELECT r, a, count(*)::float8 AS n, count(*) FILTER (WHERE ok) AS x FROM leniency_std GROUP BY r, a),
	e AS (SELECT c.r, sum(c.n * o.x / o.n) AS expected FROM c, LATERAL (SELECT sum(n) AS n, sum(x) AS x FROM c o WHERE o.a = c.a AND o.r <> c.r) o GROUP BY c.r)
SELECT count(*), count(*) FILTER (WHERE abs(e.expected - l.accepted_expected) < 1e-10) FROM e JOIN (SELECT l.* FROM (SELECT hdata.decisions_agg(r, a, ok) AS d FROM leniency_std) s, hdata.leniency(d) l) l ON l.reviewer = e.r
SQL
}

my %golden = (kaplan_meier => \&golden_km, event_history_metrics => \&golden_events, effective_pay => \&golden_pay, speed_outliers => \&golden_speed, reviewer_leniency => \&golden_leniency);
if (-r $file)
{
	open my $in, '<', $file or die;
	my $json = decode_json(do { local $/; <$in> });
	my $n = 0;

	for my $case (@{ $json->{cases} })
	{
		next unless $golden{ $case->{family} };
		$golden{ $case->{family} }->($case);
		$n++;
	}
	is($n, 9, 'nine golden cases');
}
else
{
	SKIP: { skip "NO GOLDEN CASES: $file is not there", 1 }
}

# ---- real event logs, against plain SQL ----

# What all metrics are, in SQL over a table log (item, state, at, seq): stays of an item are runs of one state; time never runs back
my $stays = <<'SQL';
CREATE TEMP VIEW clock AS SELECT item, state, seq, max(at) OVER (PARTITION BY item ORDER BY seq) AS at, lag(state) OVER (PARTITION BY item ORDER BY seq) AS before FROM log;
CREATE TEMP TABLE stay AS SELECT item, state, seq, at, lead(at) OVER (PARTITION BY item ORDER BY seq) AS until FROM clock WHERE state IS DISTINCT FROM before;
SQL

# Each query gives no row where hdata and plain SQL agree
my %compare = (
	'time in state' => <<'SQL',
WITH h AS (SELECT t.state, t.n_items, t.n_visits, t.n_open, extract(epoch FROM t.total)::float8 FROM p, hdata.time_in_state(paths, :as_of) t),
	s AS (SELECT state, count(DISTINCT item), count(*), count(*) FILTER (WHERE until IS NULL), sum(extract(epoch FROM coalesce(until, :as_of) - at))::float8 FROM stay GROUP BY state)
(TABLE h EXCEPT TABLE s) UNION ALL (TABLE s EXCEPT TABLE h)
SQL
	'medians of Kaplan and Meier' => <<'SQL',
WITH d AS (SELECT state, extract(epoch FROM coalesce(until, :as_of) - at)::float8 AS t, count(*) FILTER (WHERE until IS NOT NULL) AS e, count(*) AS n FROM stay GROUP BY 1, 2),
	r AS (SELECT *, sum(n) OVER (PARTITION BY state ORDER BY t DESC) AS risk FROM d),
	s AS (SELECT state, t, e, sum(CASE WHEN e < risk THEN ln(1 - e / risk::float8) ELSE -700 END) OVER (PARTITION BY state ORDER BY t) AS log_s FROM r),
	m AS (SELECT state, min(t) FILTER (WHERE log_s <= ln(0.5) + 1e-9) FROM s GROUP BY state),
	h AS (SELECT t.state, extract(epoch FROM t.median)::float8 FROM p, hdata.time_in_state(paths, :as_of) t)
(TABLE h EXCEPT TABLE m) UNION ALL (TABLE m EXCEPT TABLE h)
SQL
	'the same by review_path_agg' => <<'SQL',
WITH h AS (SELECT t.state, t.n_visits, t.total, t.median FROM p, hdata.time_in_state(paths, :as_of) t),
	o AS (SELECT s.state, count(*) AS n, sum(s.duration), hdata.km_median(hdata.km_agg(s.duration, NOT s.censored)) * interval '1 second' FROM path, hdata.steps(p, :as_of) s GROUP BY s.state)
(TABLE h EXCEPT TABLE o) UNION ALL (TABLE o EXCEPT TABLE h)
SQL
	'funnel' => <<'SQL',
WITH h AS (SELECT f.state, f.n_items, f.n_now, round(f.share::numeric, 10) FROM p, hdata.funnel(paths) f),
	s AS (SELECT state, count(DISTINCT item), count(*) FILTER (WHERE until IS NULL), round(count(DISTINCT item)::numeric / (SELECT count(DISTINCT item) FROM log), 10) FROM stay GROUP BY state)
(TABLE h EXCEPT TABLE s) UNION ALL (TABLE s EXCEPT TABLE h)
SQL
	'yield, rework and rejection' => <<'SQL',
WITH d AS (SELECT item, state = ANY (:accepting) AS ok, row_number() OVER (PARTITION BY item ORDER BY seq) AS k, row_number() OVER (PARTITION BY item ORDER BY seq DESC) AS back FROM stay
		WHERE state = ANY (:accepting) OR state = ANY (:rejecting)),
	s AS (SELECT 'decided', count(DISTINCT item), (SELECT count(DISTINCT item) FROM log) FROM d UNION ALL SELECT 'first_pass_yield', count(*) FILTER (WHERE ok), count(*) FROM d WHERE k = 1
		UNION ALL SELECT 'accepted', count(*) FILTER (WHERE ok), count(*) FROM d WHERE back = 1 UNION ALL SELECT 'rework_rate', count(DISTINCT item) FILTER (WHERE NOT ok), count(DISTINCT item) FROM d
		UNION ALL SELECT 'rejection_rate', count(*) FILTER (WHERE NOT ok), count(*) FROM d),
	h AS (SELECT m.metric, m.x, m.n FROM p, hdata.process_metrics(paths, :accepting, :rejecting) m)
(TABLE h EXCEPT TABLE s) UNION ALL (TABLE s EXCEPT TABLE h)
SQL
	'first pass of each item' => <<'SQL',
WITH d AS (SELECT DISTINCT ON (item) item, state = ANY (:accepting) AS ok FROM stay WHERE state = ANY (:accepting) OR state = ANY (:rejecting) ORDER BY item, seq),
	h AS (SELECT item, hdata.first_pass(p, :accepting, :rejecting) AS ok FROM path WHERE hdata.first_pass(p, :accepting, :rejecting) IS NOT NULL)
(TABLE h EXCEPT TABLE d) UNION ALL (TABLE d EXCEPT TABLE h)
SQL
	'visits and loops' => <<'SQL',
WITH s AS (SELECT item, state, count(*) AS n FROM stay GROUP BY 1, 2), m AS (SELECT item, max(n) - 1 AS loops FROM s GROUP BY 1)
SELECT * FROM path JOIN m USING (item) JOIN s USING (item) WHERE hdata.visits(p, state) <> n OR hdata.loops(p, state) <> n - 1 OR hdata.loops(p) <> loops
SQL
	'cycle' => <<'SQL',
WITH a AS (SELECT item, min(seq) AS seq FROM stay WHERE state = :from GROUP BY item), s AS (SELECT DISTINCT ON (item) item, b.at - f.at AS t FROM a JOIN stay f USING (item, seq) JOIN stay b USING (item)
		WHERE b.state = :to AND b.seq > f.seq ORDER BY item, b.seq),
	h AS (SELECT item, hdata.cycle(p, :from, :to) AS t FROM path WHERE hdata.cycle(p, :from, :to) IS NOT NULL)
(TABLE h EXCEPT TABLE s) UNION ALL (TABLE s EXCEPT TABLE h)
SQL
	'open state' => <<'SQL',
SELECT * FROM path JOIN stay USING (item) WHERE until IS NULL AND hdata.open_state(p) <> state
SQL
);

sub compare_log
{
	my ($name, $log, %value) = @_;
	my $script = "CREATE TEMP VIEW log AS $log;\n$stays CREATE TEMP TABLE p AS SELECT hdata.review_paths_agg(item, state, at, seq) AS paths FROM log;
		CREATE TEMP TABLE path AS SELECT item, hdata.review_path_agg(state, at, seq) AS p FROM log GROUP BY item;\n";
	my @what = sort keys %compare;

	for my $what (@what)
	{
		my $query = $compare{$what};

		$query =~ s/(?<!:):(\w+)/$value{$1} or die "$1"/ge;
		$script .= "SELECT count(*) FROM ($query) q;\n";
	}
	$script .= "SELECT count(*) FROM stay; SELECT count(DISTINCT item) FROM log;\n";
	my @answer = split /\n/, $node->safe_psql($db, $script);

	is(shift @answer, 0, "$name: $_") for @what;
	cmp_ok($answer[0], '>', $answer[1], "$name: $answer[0] stays of $answer[1] items");
}

sub skip_log
{
	SKIP: { skip "REAL DATA SET $_[0] IS NOT THERE", 1 }
}

if (load_data($node, $db, 'hospital_billing'))
{
	compare_log('hospital_billing', q(SELECT case_id AS item, state_after AS state, event_time AS at, event_no::bigint AS seq FROM hospital_billing.events WHERE state_after IS NOT NULL), as_of => q('2020-01-01+00'::timestamptz),
		accepting => q('{Billed}'::text[]), rejecting => q('{Rejected,Invoice rejected,Unbillable}'::text[]), from => q('In progress'), to => q('Billed'));
	# what the page of the data set says: cases, events, billed, with REOPEN, REJECT, STORNO, CODE NOK, median days from NEW to BILLED
	is($node->safe_psql($db, <<'SQL'), "10000|49951|6962|612|193|327|133|6218|171.49256944", 'hospital_billing: the reference values of its page');
CREATE TEMP TABLE hb AS SELECT case_id, hdata.review_path_agg(activity, event_time, event_no) AS p FROM hospital_billing.events GROUP BY case_id;
SELECT hdata.n_items(s), hdata.n_events(s), (SELECT string_agg(n_items::text, '|') FROM hdata.funnel(s, '{BILLED,REOPEN,REJECT,STORNO,CODE NOK}')),
	(SELECT count(*) FROM hb WHERE hdata.visits(p, 'BILLED') > 0 AND hdata.visits(p, 'REOPEN') + hdata.visits(p, 'REJECT') + hdata.visits(p, 'STORNO') + hdata.visits(p, 'CODE NOK') = 0),
	(SELECT round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM hdata.cycle(p, 'NEW', 'BILLED'))) / 86400)::numeric, 8) FROM hb)
FROM (SELECT hdata.review_paths_agg(case_id, activity, event_time, event_no) AS s FROM hospital_billing.events) q
SQL
}
else { skip_log('hospital_billing') }

if (load_data($node, $db, 'traffic_fines'))
{
	compare_log('traffic_fines', q(SELECT case_id AS item, activity AS state, event_time::timestamptz AS at, event_no::bigint AS seq FROM traffic_fines.events), as_of => q('2014-01-01+00'::timestamptz),
		accepting => q('{Payment}'::text[]), rejecting => q('{Send for Credit Collection}'::text[]), from => q('Create Fine'), to => q('Payment'));
	# days only: without the order of events there is no path
	like($node->safe_psql($db, q(SELECT try('SELECT hdata.n_items(hdata.review_paths_agg(case_id, activity, event_time)) FROM traffic_fines.events'))),
		qr/ERROR 21000: two events of one item have the same time and different states/, 'traffic_fines: days alone do not order events');
}
else { skip_log('traffic_fines') }

if (load_data($node, $db, 'awesome_prompts'))
{
	compare_log('awesome_prompts', q(SELECT case_id AS item, activity AS state, event_time AS at, event_no::bigint AS seq FROM awesome_prompts.events), as_of => q('2026-02-01+00'::timestamptz),
		accepting => q('{added,edited}'::text[]), rejecting => q('{removed}'::text[]), from => q('added'), to => q('removed'));
}
else { skip_log('awesome_prompts') }

# ---- intervals hold what they say: by simulation, of 95 % ----

# WHAT, least share that holds the truth, most of it, and a query that gives true and false
my @coverage = (
	# reviewers who are all alike on authors of different skill: their excess is 0
	[ 'excess of leniency', 0.94, 0.99, <<'SQL' ],
SELECT l.excess_low <= 0 AND l.excess_high >= 0 FROM (SELECT hdata.decisions_agg(r, a, random() < 0.5 + a / 25.0) AS d
	FROM generate_series(1, 150) run, generate_series(1, 8) r, generate_series(1, 10) a, generate_series(1, 6) k WHERE random() < 0.4 GROUP BY run) s, hdata.leniency(d) l
SQL
	# exponential times of mean 1, censored
	[ 'median of Kaplan and Meier', 0.93, 0.99, <<'SQL' ],
SELECT q.ci_low <= ln(2.0) AND coalesce(q.ci_high >= ln(2.0), true) FROM (SELECT hdata.km_agg(least(t, c), t <= c) AS k FROM generate_series(1, 500) run, LATERAL (SELECT -ln(1 - random()) AS t, 2.5 * random() AS c, run AS r
	FROM generate_series(1, 40)) x GROUP BY r) s, hdata.km_quantile_ci(k, 0.5) q
SQL
	[ 'survival', 0.93, 0.99, <<'SQL' ],
SELECT q.ci_low <= exp(-0.7) AND q.ci_high >= exp(-0.7) FROM (SELECT hdata.km_agg(least(t, c), t <= c) AS k FROM generate_series(1, 500) run, LATERAL (SELECT -ln(1 - random()) AS t, 2.5 * random() AS c, run AS r
	FROM generate_series(1, 40)) x GROUP BY r) s, hdata.km_survival_ci(k, 0.7) q
SQL
	[ 'restricted mean', 0.91, 0.98, <<'SQL' ],
SELECT q.ci_low <= 1 - exp(-1.0) AND q.ci_high >= 1 - exp(-1.0) FROM (SELECT hdata.km_agg(least(t, c), t <= c) AS k FROM generate_series(1, 500) run, LATERAL (SELECT -ln(1 - random()) AS t, 2.5 * random() AS c, run AS r
	FROM generate_series(1, 40)) x GROUP BY r) s, hdata.km_rmst_ci(k, 1) q
SQL
	# items that are rejected with probability 0.1 or 0.5 each time
	[ 'rejection rate', 0.91, 0.98, <<'SQL' ],
SELECT m.ci_low <= 0.3 AND m.ci_high >= 0.3 FROM (SELECT hdata.review_paths_agg(item, CASE WHEN o % 2 = 0 THEN 'new' WHEN random() < p THEN 'no' ELSE 'yes' END, '2026-01-01', o) AS s
	FROM generate_series(1, 500) run, LATERAL (SELECT run, item, CASE WHEN random() < 0.5 THEN 0.1 ELSE 0.5 END AS p, 1 + floor(random() * 4)::int AS n FROM generate_series(1, 60) item) i, LATERAL generate_series(1, 2 * n) o
	GROUP BY i.run) q, hdata.process_metrics(s, '{yes}', '{no}') m WHERE m.metric = 'rejection_rate'
SQL
	[ 'median pay', 0.93, 0.98, <<'SQL' ],
SELECT m.ci_low <= 3600 / exp(5.0) AND m.ci_high >= 3600 / exp(5.0) FROM (SELECT hdata.pay_agg(1, exp(5 + 0.6 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))) AS p
	FROM generate_series(1, 500) run, generate_series(1, 40) GROUP BY run) s, hdata.pay_metrics(p) m WHERE m.metric = 'median_hourly'
SQL
);
for (@coverage)
{
	my ($what, $least, $most, $query) = @$_;
	my ($share) = (split /\n/, $node->safe_psql($db, "SELECT setseed(0.3); SELECT avg(ok::int)::float8 FROM ($query) q(ok)"))[-1];

	ok($share > $least && $share < $most, "$what: $share of the intervals hold the truth");
}

done_testing();
