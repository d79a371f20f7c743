# What rate_estimate, pace and label_runs promise: the same bytes and results whatever the order, number of workers or way of
# merging, and no harm from hostile bytes.  What sequential rules promise, simulated: seeds are fixed.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

srand 191;
my $node = start_node('properties_quality', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8' ] });
my $db = database($node, 'quality');

sub one_of { return $_[ rand @_ ] }

# ---- rate_estimate ----

my @rate = ("(SELECT t::text FROM hdata.rate(s) t)", "(SELECT t::text FROM hdata.rate(s, 0.8, 'clopper_pearson') t)",
	"(SELECT t::text FROM hdata.rate(s, 0.99, 'jeffreys') t)", 's::jsonb');
my @probability = (1, 0.1, 0.5, 1 / 3, 0.25, 1e-9, 0.7, 0.999999);
state_properties($node, $db, {
	type => 'rate_estimate', name => 'rates of items', columns => 'bad boolean, p float8', agg => 'hdata.rate_agg(bad, p)',
	row => sub { my $last = $_[0] % 8; return [ one_of(undef, 't', 'f', 'f', 'f'), rand() < 0.15 ? undef : one_of(@probability[ 0 .. $last ]) ] },
	sets => 15, max_rows => 50, accessors => \@rate });
state_properties($node, $db, {
	type => 'rate_estimate', name => 'rates of clusters', columns => 'bad boolean, p float8, c text', agg => 'hdata.rate_agg(bad, p, c)',
	row => sub { my $ds = $_[0]; return [ one_of('t', 'f', 'f', 'f'), one_of(@probability), $ds % 3 == 0 && rand() < 0.8 ? undef : one_of(undef, '', 'a', 'b', "gr\xc3\xbcn", 'a longer cluster name', 'a longer cluster names') ] },
	sets => 15, max_rows => 50, accessors => \@rate });

# ---- pace ----

my @pace = ("(SELECT string_agg(t::text, ',') FROM hdata.paces(s) t)", "(SELECT string_agg(t::text, ',') FROM hdata.observations(s) t)",
	"hdata.without_persons(s, '{1,a}')::text", 's::jsonb');
my @seconds = (1, 10, 12.5, 33, 0.1, 3600, 1e-3, 47.25);
state_properties($node, $db, {
	type => 'pace', name => 'pace of bigint', columns => 'item bigint, person bigint, seconds float8', agg => 'hdata.pace_agg(item, person, seconds)', keyed => 1,
	row => sub { my ($i, $p) = (int rand 12, int rand 5); return [ rand() < 0.05 ? undef : $i, $p, rand() < 0.05 ? undef : $seconds[ ($i * 7 + $p * 3) % 8 ] ] },
	sets => 12, max_rows => 60, accessors => \@pace });
state_properties($node, $db, {
	type => 'pace', name => 'pace of text, with contradictions', columns => 'item text, person text, seconds float8', agg => 'hdata.pace_agg(item, person, seconds)', keyed => 1,
	row => sub { return [ one_of('x', 'y', 'zz', 'a longer name of an item'), one_of('a', 'b', "\xc3\xbc"), one_of(@seconds[ 0 .. $_[0] % 3 ]) ] },
	sets => 12, max_rows => 20, accessors => \@pace });

# ---- label_runs ----

my @runs = ("(SELECT t::text FROM hdata.runs(s) t)", "(SELECT string_agg(t::text, ',') FROM hdata.observations(s) t)", 's::jsonb');
state_properties($node, $db, {
	type => 'label_runs', name => 'runs of text', columns => 'label text, at timestamptz', agg => 'hdata.runs_agg(label, at)',
	row => sub { return [ one_of(undef, '', 'A', 'B', 'B', 'a longer label'), rand() < 0.05 ? undef : sprintf('2026-01-01 00:00:%02d+00', rand 60) ] },
	sets => 12, max_rows => 60, accessors => \@runs });
state_properties($node, $db, {
	type => 'label_runs', name => 'runs of numbers', columns => 'label bigint, at bigint', agg => 'hdata.runs_agg(label, at)',
	row => sub { return [ int(rand 3) - 1, one_of(-9223372036854775807, 9223372036854775807, map { int(rand 100) - 50 } 1 .. 10) ] },
	sets => 12, max_rows => 60, accessors => \@runs });

# ---- hostile bytes ----

state_hostile($node, $db, { type => 'rate_estimate', n => 5000, accessors => \@rate, seeds => [
	"hdata.rate_agg(i % 3 = 0, 1 / (1 + i % 4)::float8, CASE WHEN i % 5 > 0 THEN 'c' || i % 3 END) FROM generate_series(1, 9) i",
	"hdata.rate_agg(i = 2, 0.3) FROM generate_series(1, 4) i", 'hdata.rate_agg(true, NULL)', "hdata.rate_agg(true, 1e-9, 'a') FROM generate_series(1, 3)" ] });
state_hostile($node, $db, { type => 'pace', n => 5000, accessors => [ grep { !/without/ } @pace ], seeds => [
	"hdata.pace_agg(i, i % 3, 1 + i % 2) FROM generate_series(1::bigint, 9) i, generate_series(1, 1)", "hdata.pace_agg('i' || i, 'p' || i % 3, 1.5 + i) FROM generate_series(1, 6) i",
	"hdata.pace_agg('x'::text, 'y'::text, i) FROM generate_series(1, 2) i" ] });
state_hostile($node, $db, { type => 'label_runs', n => 3000, accessors => \@runs, seeds => [
	"hdata.runs_agg((i % 3)::text, i / 2) FROM generate_series(1, 9) i", "hdata.runs_agg(i % 3, '2026-01-01'::timestamptz + i * interval '1 min') FROM generate_series(1, 9) i",
	"hdata.runs_agg(md5((i % 2)::text)::uuid, -i) FROM generate_series(1, 4) i" ] });

# ---- what was computed another way ----

# the probability of a longest run by all orders of three labels
is($node->safe_psql($db, <<'SQL'), '0|0', 'runs: the probability is exact for two labels one of which cannot run, and never too small');
WITH RECURSIVE w(s, a, b) AS (SELECT '', 0, 0 UNION ALL SELECT s || l, a + (l = 'A')::int, b + (l = 'B')::int FROM w, unnest('{A,B}'::text[]) l WHERE a + (l = 'A')::int <= 7 AND b + (l = 'B')::int <= 3),
words AS (SELECT s FROM w WHERE a = 7 AND b = 3),
lengths AS (SELECT s, (SELECT max(length(m[1])) FROM regexp_matches(s, '(A+|B+)', 'g') m) AS longest FROM words),
exact AS (SELECT l, avg((longest >= l)::int)::float8 AS p FROM lengths, generate_series(1, 7) l GROUP BY 1),
got AS (SELECT DISTINCT r.longest_run AS l, r.probability AS p FROM words, LATERAL (SELECT hdata.runs_agg(substr(s, i, 1), i) AS r FROM generate_series(1, 10) i) q, hdata.runs(q.r) r)
SELECT count(*) FILTER (WHERE l > 3 AND abs(e.p - g.p) > 1e-12), count(*) FILTER (WHERE g.p < e.p - 1e-12) FROM exact e JOIN got g USING (l)
SQL

# pace: of two-way additive times without noise, the ratio to the mean of the others comes out whatever was dealt to whom
is($node->safe_psql($db, <<'SQL'), '0|6', 'pace: exact where there is no noise');
WITH p AS (SELECT w, (w * w % 7) * 0.1 AS effect FROM generate_series(1::bigint, 6) w),
q AS (SELECT hdata.pace_agg(i, w, exp(3 + (i % 11) * 0.2 + effect)) AS s FROM generate_series(1::bigint, 60) i, p WHERE (i * w) % 5 < 3 AND NOT (w = 6 AND i % 11 < 5))
SELECT count(*) FILTER (WHERE abs(ln(t.value) - (p.effect - o.others)) > 1e-8), count(*)
FROM q, hdata.paces(s) t JOIN p ON p.w::text = t.person, LATERAL (SELECT avg(effect) AS others FROM p o WHERE o.w <> p.w) o
SQL

# a chart of the SPRT stops where sprt() says, and sprt_oc adds up its outcomes
is($node->safe_psql($db, <<'SQL'), '0', 'sprt_oc: the exact outcomes are those of all sequences of 12');
WITH seq AS (SELECT array(SELECT (n >> b) & 1 = 1 FROM generate_series(0, 11) b) AS e FROM generate_series(0, 4095) n),
p AS (SELECT s.decision, s.n_seen, power(0.3, (SELECT count(*) FROM unnest(e) x WHERE x)) * power(0.7, (SELECT count(*) FROM unnest(e) x WHERE NOT x)) AS weight
	FROM seq, hdata.sprt(e, 0.1, 0.4, 0.1, 0.1) s)
SELECT count(*) FROM (SELECT sum(weight) FILTER (WHERE decision = 'accept') AS a, sum(weight) FILTER (WHERE decision = 'reject') AS r, sum(weight * n_seen) AS n FROM p) x,
	hdata.sprt_oc(0.3, 0.1, 0.4, 0.1, 0.1, 12) o WHERE abs(a - o.accept) + abs(r - o.reject) + abs(n - o.asn) > 1e-10
SQL

# ---- promises, simulated ----

# 300 good raters, error rate 5 % which is just acceptable, 20 gold items a week, 52 looks
my ($flagged, $fixed) = map { $_->[0], $_->[1] } (rows_of($node, $db, <<'SQL'));
WITH looks AS (SELECT rater, week, 20 * week AS n, sum(bad) OVER (PARTITION BY rater ORDER BY week) AS bad
	FROM (SELECT rater, week, (SELECT count(*) FROM generate_series(1, 20) g WHERE hdata.review_sampled(concat_ws('/', rater, week, g), 'simulation', 0.05)) AS bad
		FROM generate_series(1, 300) rater, generate_series(1, 52) week) x)
SELECT count(DISTINCT rater) FILTER (WHERE a.low > 0.05), count(DISTINCT rater) FILTER (WHERE w.low > 0.05) FROM looks, hdata.always_valid(bad, n) a, hdata.wilson(bad, n) w
SQL
# at most 5 %: 15 of 300, and two standard errors of chance more
cmp_ok($flagged, '<=', 15 + 8, "always_valid: $flagged of 300 good raters flagged over 52 looks");
cmp_ok($fixed, '>', 30, "while the Wilson interval flags $fixed of them");

# the limit of the Bernoulli CUSUM: run lengths of 200 series, whose standard deviation is about their mean, against the exact one
my ($simulated, $exact) = @{ (rows_of($node, $db, <<'SQL'))[0] };
WITH run AS (SELECT r, array_agg(hdata.review_sampled(concat_ws('/', r, i), 'arl', 0.05) ORDER BY i) AS e FROM generate_series(1, 200) r, generate_series(1, 700) i GROUP BY r),
limits AS MATERIALIZED (SELECT hdata.cusum_limit(0.05, 0.15, 100) AS h)
SELECT avg(coalesce((SELECT min(at) FROM hdata.bernoulli_cusum(e, 0.05, 0.15, h) WHERE alarm), 700)), hdata.bernoulli_arl(0.05, 0.05, 0.15, h) FROM run, limits GROUP BY h
SQL
cmp_ok($exact, '>=', 100, "cusum_limit for an ARL of 100: $exact");
cmp_ok(abs($simulated - $exact), '<', 3 * $exact / sqrt(200), "simulated: $simulated");

$node->stop;
done_testing();
