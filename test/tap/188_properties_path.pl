# review_path, review_paths, km, decisions, pay: what every state type promises; hostile bytes; long work can be cancelled.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;
use Time::HiRes qw(time);

my $node = start_node('properties_path', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8', q(timezone = 'UTC') ] });
my $db = database($node, 'properties_path');
srand 9;

my @states = ('draft', 'submitted', 'in_review', 'changes_requested', 'approved', "\x{fc}ber", '', 'a state with a very long name');
utf8::encode($_) for @states;
my $as_of = q('2026-03-01 12:00+00');

# a time that depends on the set, so that some sets have ties and others have none
sub at
{
	my $ds = shift;
	my $unit = (1, 60, 86400)[ $ds % 3 ];

	return POSIX::strftime('%Y-%m-%d %H:%M:%S', gmtime(1772000000 + $unit * int rand 40)) . ($unit == 1 ? sprintf('.%06d', rand 1e6) : '') . '+00';
}
use POSIX ();

# ---- one item ----

my @path_accessors = (
	"hdata.time_in(s, 'draft', $as_of)", "hdata.time_in(s, 'in_review', $as_of, '{approved}')", "hdata.visits(s, 'submitted')", "hdata.visits(s, 'submitted', $as_of)", 'hdata.loops(s)', "hdata.loops(s, 'draft')",
	"hdata.first_pass(s, '{approved}', '{changes_requested}')", "hdata.cycle(s, 'draft', 'approved')", "(SELECT c::text FROM hdata.cycle_time(s, 'draft', 'approved', $as_of) c)",
	'hdata.open_state(s)', "hdata.open_state(s, $as_of, '{approved}')", 'hdata.n_events(s)', "(SELECT string_agg(t::text, ',') FROM hdata.steps(s) t)", "(SELECT string_agg(t::text, ',') FROM hdata.steps(s, $as_of, '{approved}') t)",
	"(SELECT hdata.km_agg(s, 'draft', $as_of))", "(SELECT hdata.km_agg(s, 'draft', 'approved', $as_of))", 's::jsonb');
state_properties($node, $db, {
	type => 'review_path', name => 'review_path', columns => 'state text, at timestamptz', agg => 'hdata.review_path_agg(state, at)',
	row => sub { my $ds = shift; return [ rand() < 0.05 ? undef : $states[ rand @states ], rand() < 0.05 ? undef : at($ds) ] }, sets => 30, max_rows => 30, keyed => 1, accessors => \@path_accessors });
my %seq_event;
state_properties($node, $db, {
	type => 'review_path', name => 'review_path by seq', columns => 'state text, at timestamptz, seq bigint', agg => 'hdata.review_path_agg(state, at, seq)',
	row => sub {
		my $ds = shift;
		my $seq = int(rand 40) - 20;
		my $event = $seq_event{"$ds $seq"} //= [ $states[ rand @states ], at($ds) ];
		return [ $ds % 7 ? @$event : ($states[ rand @states ], at($ds)), $seq ];
	},
	sets => 24, max_rows => 60, keyed => 1, accessors => \@path_accessors });
state_hostile($node, $db, {
	type => 'review_path', n => 3000, accessors => \@path_accessors, may => ['22008'],
	seeds => [ q((SELECT hdata.review_path_agg(state, at::timestamptz) FROM (VALUES ('draft', '2026-01-05 09:00Z'), ('in_review', '2026-01-05 10:00Z'), ('draft', '2026-02-05 09:00Z')) v(state, at))),
		q((SELECT hdata.review_path_agg('state ' || i % 5, '2026-01-05 09:00Z'::timestamptz + i * i * interval '1 minute', i - 7) FROM generate_series(1, 20) i)),
		q((SELECT hdata.review_path_agg(s, t::timestamptz) FROM (VALUES ('a', '4713-01-01 00:00Z BC'), ('b', '294276-01-01 00:00Z')) v(s, t))),
		q((SELECT hdata.review_path_agg(s, '2026-01-05 09:00Z', q) FROM (VALUES ('a', -9223372036854775808), ('b', 9223372036854775807), ('c', 0)) v(s, q))),
		q((SELECT hdata.review_path_agg(s, '2026-01-05 09:00Z') FROM (VALUES ('a'), ('b')) v(s))) ] });

# ---- many items ----

my @paths_accessors = ('hdata.n_items(s)', 'hdata.n_events(s)', "(SELECT string_agg(t::text, ',') FROM hdata.time_in_state(s, $as_of, '{approved}') t)", "(SELECT string_agg(t::text, ',') FROM hdata.funnel(s) t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.funnel(s, '{draft,approved,x}', $as_of) t)", "(SELECT string_agg(t::text, ',') FROM hdata.process_metrics(s, '{approved}', '{changes_requested}') t)",
	"hdata.km_of(s, 'draft', $as_of)", "hdata.km_of(s, 'draft', 'approved', $as_of)", "(SELECT string_agg(t.item || t.path::text, ',') FROM hdata.paths(s) t)", 's::jsonb');
my @item = ([ 'bigint', sub { int(rand 6) - 2 } ], [ 'text', sub { 'item ' . int rand 6 } ], [ 'uuid', sub { sprintf '%08x-0000-0000-0000-000000000000', rand 6 } ]);
for (@item)
{
	my ($type, $item) = @$_;

	%seq_event = ();
	state_properties($node, $db, {
		type => 'review_paths', name => "review_paths of $type", columns => "item $type, state text, at timestamptz", agg => 'hdata.review_paths_agg(item, state, at)',
		row => sub { my $ds = shift; return [ rand() < 0.02 ? undef : $item->(), rand() < 0.02 ? undef : $states[ rand @states ], rand() < 0.02 ? undef : at($ds) ] },
		sets => 14, max_rows => 25, keyed => 1, accessors => \@paths_accessors }) if $type ne 'uuid';
	state_properties($node, $db, {
		type => 'review_paths', name => "review_paths of $type by seq", columns => "item $type, state text, at timestamptz, seq bigint", agg => 'hdata.review_paths_agg(item, state, at, seq)',
		row => sub {
			my $ds = shift;
			my ($i, $seq) = ($item->(), int rand 30);
			my $event = $seq_event{"$ds $i $seq"} //= [ $states[ rand @states ], at($ds) ];
			return [ $i, @$event, $seq ];
		},
		sets => 14, max_rows => 150, keyed => 1, accessors => \@paths_accessors }) if $type ne 'text';
}
state_hostile($node, $db, {
	type => 'review_paths', n => 3000, accessors => \@paths_accessors, may => ['22008'],
	seeds => [ q((SELECT hdata.review_paths_agg(i / 3, 'state ' || i % 3, '2026-01-05 09:00Z'::timestamptz + i * interval '1 hour') FROM generate_series(1, 12) i)),
		q((SELECT hdata.review_paths_agg('item ' || i / 4, 'state ' || i % 3, '2026-01-05 09:00Z'::timestamptz + i * interval '1 hour', i) FROM generate_series(1, 12) i)),
		q((SELECT hdata.review_paths_agg(md5((i / 4)::text)::uuid, 'draft', '2026-01-05 09:00Z'::timestamptz + i * interval '1 hour', i) FROM generate_series(1, 5) i)),
		q((SELECT hdata.review_paths_agg(i, s, t::timestamptz) FROM (VALUES (-9223372036854775808, 'a', '4713-01-01 00:00Z BC'), (9223372036854775807, 'b', '294276-01-01 00:00Z')) v(i, s, t))) ] });
# what one state holds of an item is the path of its own
is($node->safe_psql($db, <<'SQL'), '30|0', 'paths() gives what review_path_agg gives');
CREATE TABLE e AS SELECT i % 30 AS item, 'state ' || hashint4(i) % 4 AS state, '2026-01-01'::timestamptz + (hashint4(-i) & 65535) * interval '1 minute' AS at, i AS seq FROM generate_series(1, 400) i;
SELECT count(*), count(*) FILTER (WHERE p.path::text <> q.path::text) FROM (SELECT hdata.review_paths_agg(item, state, at, seq) AS s FROM e) r, hdata.paths(s) p
	JOIN (SELECT item::text, hdata.review_path_agg(state, at, seq) AS path FROM e GROUP BY 1) q USING (item)
SQL

# ---- durations ----

my @km_accessors = ('hdata.km_median(s)', 'hdata.km_quantile(s, 0.9)', "(SELECT string_agg(q::text, ',') FROM unnest('{log,log-log,plain}'::text[]) b, hdata.km_quantile_ci(s, 0.4, 0.9, b) q)", 'hdata.km_survival(s, 3)',
	"(SELECT string_agg(q::text, ',') FROM hdata.km_survival_ci(s, 2.5) q)", "(SELECT string_agg(q::text, ',') FROM hdata.km_curve(s) q)", 'hdata.km_rmst(s, 4)', "(SELECT string_agg(q::text, ',') FROM hdata.km_rmst_ci(s, 4) q)",
	"(SELECT string_agg(q::text, ',') FROM hdata.km_compare(s, s, null_value => 1) q)", 'hdata.n_ended(s)', 'hdata.n_censored(s)', "(SELECT string_agg(q::text, ',') FROM hdata.speed_limits(s) q)",
	"(SELECT string_agg(q::text, ',') FROM hdata.speed_signals(s, 1) q)", 's::jsonb');
state_properties($node, $db, {
	type => 'km', name => 'km', columns => 't float8, e boolean', agg => 'hdata.km_agg(t, e)', accessors => \@km_accessors, sets => 24, max_rows => 60,
	row => sub { my $ds = shift; return [ rand() < 0.05 ? undef : $ds % 2 ? int rand 8 : exp(5 * rand), rand() < 0.05 ? undef : $ds % 9 ? rand() < 0.7 ? 't' : 'f' : 'f' ] } });
state_properties($node, $db, {
	type => 'km', name => 'km of intervals', columns => 't interval, e boolean', agg => 'hdata.km_agg(t, e)', accessors => \@km_accessors, sets => 14, max_rows => 30,
	row => sub { return [ (int rand 3) . ' days ' . (int rand 5) . ' seconds', rand() < 0.7 ? 't' : 'f' ] } });
state_hostile($node, $db, {
	type => 'km', n => 3000, accessors => \@km_accessors,
	seeds => [ q((SELECT hdata.km_agg(i / 7, i % 3 > 0) FROM generate_series(1, 30) i)), q((SELECT hdata.km_agg(i / 7.0, true) FROM generate_series(0, 5) i)), 'hdata.km_agg(0, false)', 'hdata.km_agg(1.5e308, true)' ] });
# more rows than wait for a sort at a time
is($node->safe_psql($db, <<'SQL'), '1000|25001|4999|t', 'km: many rows are those of its parts');
CREATE TABLE d AS SELECT (hashint4(i) & 1023) % 1000 AS t, i % 6 > 0 AS e FROM generate_series(1, 30000) i;
SELECT (SELECT count(*) FROM hdata.km_curve(a.k)), hdata.n_ended(a.k) + 1, hdata.n_censored(a.k) - 1, a.k::text = b.k::text FROM (SELECT hdata.km_agg(t, e) AS k FROM d) a,
	(SELECT hdata.rollup(k) AS k FROM (SELECT hdata.km_agg(t, e) AS k FROM d GROUP BY t % 10) q) b
SQL

# ---- decisions ----

my @decision_accessors = ('hdata.n_decisions(s)', "(SELECT string_agg(t::text, ',') FROM hdata.leniency(s) t)", "(SELECT string_agg(t::text, ',') FROM hdata.leniency(s, 'all', 0.8) t)", "(SELECT string_agg(t::text, ',') FROM hdata.overturned(s) t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.cells(s) t)", "hdata.without_people(s, '{1,r1}')", 's::jsonb');
for my $case ([ 'bigint', sub { int rand 6 } ], [ 'text', sub { 'r' . int rand 6 } ], [ 'uuid', sub { sprintf '%08x-0000-0000-0000-000000000000', rand 4 } ])
{
	my ($type, $person) = @$case;

	state_properties($node, $db, {
		type => 'decisions', name => "decisions of $type", columns => "r $type, a $type, ok boolean, o boolean", agg => 'hdata.decisions_agg(r, a, ok, o)', accessors => \@decision_accessors, sets => 14, max_rows => 80,
		row => sub { return [ (map { rand() < 0.03 ? undef : $person->() } 1, 2), rand() < 0.03 ? undef : rand() < 0.7 ? 't' : 'f', (undef, 't', 'f')[ rand 3 ] ] } });
}
state_hostile($node, $db, {
	type => 'decisions', n => 3000, accessors => \@decision_accessors,
	seeds => [ q((SELECT hdata.decisions_agg(i % 3, i % 5, i % 2 = 0) FROM generate_series(1, 40) i)), q((SELECT hdata.decisions_agg('r' || i % 3, 'a' || i % 5, i % 7 > 2, nullif(i % 3, 2) = 0) FROM generate_series(1, 40) i)),
		q(hdata.decisions_agg(md5('a')::uuid, md5('b')::uuid, true)) ] });

# ---- pay ----

my @pay_accessors = ('hdata.n_paid(s)', "(SELECT string_agg(t::text, ',') FROM hdata.pay_metrics(s) t)", "(SELECT string_agg(t::text, ',') FROM hdata.pay_metrics(s, 10, 0.8) t)", 's::jsonb');
state_properties($node, $db, {
	type => 'pay', name => 'pay', columns => 'p float8, t float8', agg => 'hdata.pay_agg(p, t)', accessors => \@pay_accessors, sets => 20, max_rows => 40,
	row => sub { my $ds = shift; return [ rand() < 0.05 ? undef : int(rand 5) / 4, rand() < 0.05 ? undef : $ds % 2 ? 1 + int rand 4 : exp(7 * rand) ] } });
state_hostile($node, $db, {
	type => 'pay', n => 3000, accessors => \@pay_accessors,
	seeds => [ q((SELECT hdata.pay_agg(i % 4, 60 * i) FROM generate_series(1, 20) i)), 'hdata.pay_agg(0, 0.1)', 'hdata.pay_agg(1e300, 1e-300)' ] });

# ---- cancel ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE wide AS SELECT hdata.review_paths_agg(i / 5, 'state ' || i % 5, '2026-01-01'::timestamptz + i * interval '1 second', i) AS s, hdata.km_agg((hashint4(i) & 16777215)::float8, true) AS k FROM generate_series(1, 400000) i
SQL
for my $query (q(SELECT count(*) FROM wide, generate_series(1, 100) i, LATERAL hdata.paths(CASE WHEN i > 0 THEN s END)), q(SELECT count(*) FROM wide, generate_series(1, 100) i, hdata.time_in_state(s, '2026-02-01'::timestamptz + i * interval '1 second')), q(SELECT count(*) FROM wide, generate_series(1, 100) i, hdata.km_quantile_ci(k, i / 200.0)))
{
	my $start = time;
	my ($ret, $out, $err) = $node->psql($db, "SET statement_timeout = 100; $query");

	like($err, qr/statement timeout/, "cancelled: $query");
	cmp_ok(time - $start, '<', 3, 'soon');
}

done_testing();
