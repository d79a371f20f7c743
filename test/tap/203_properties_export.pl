# line_digest keeps what every state type promises; content_hash agrees with ECMAScript's numbers wherever node is at hand.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

srand 20261126;
my $node = start_node('properties_export');
my $db = database($node, 'properties');
my @accessors = ('hdata.n_lines(s)', 'hdata.n_bytes(s)', 'hdata.digest(s)', 's::jsonb');

state_properties($node, $db, {
	type => 'line_digest', columns => 'line text', agg => 'hdata.line_digest_agg(line)', accessors => \@accessors, sets => 20, max_rows => 25,
	row => sub { [ join '', map { ('a', 'b', '"', "\t", "\xc3\xa9", ' ')[rand 6] } 1 .. rand 12 ] } });
state_hostile($node, $db, {
	type => 'line_digest', n => 4000, accessors => \@accessors,
	seeds => [ q(hdata.line_digest_agg('a')), 'hdata.line_digest_agg(i::text) FROM generate_series(1, 300) i' ] });

# ---- the shortest digits, against node ----

SKIP:
{
	my $js = <<'JS';
const view = new DataView(new ArrayBuffer(8));
let seed = 20261126;
function random32() { seed ^= seed << 13; seed ^= seed >>> 17; seed ^= seed << 5; return seed >>> 0; }
function put(x) { if (Number.isFinite(x)) console.log(x + "\t" + exact(x)); }
// seventeen digits, which read as the same number and are no shortest form
function exact(x) { return x.toPrecision(17); }
for (let i = 0; i < 8000; i++) { view.setUint32(0, random32()); view.setUint32(4, random32()); put(view.getFloat64(0)); }
for (let e = -1074; e < 1024; e++) { put(2 ** e); put(-(2 ** e) * 3); }
for (let i = 0; i < 4000; i++) { put(random32() / 1000); put(random32() % 1000 * 10 ** (random32() % 60 - 30)); put(random32() * 2 ** 31); }
JS
	my ($out, $err) = ('', '');
	my $ran = eval { IPC::Run::run([ 'node', '-' ], '<', \$js, '>', \$out, '2>', \$err) };

	skip 'node is not installed: numbers are compared with those in digest.sql alone', 1 unless $ran;
	my @numbers = map { [ split /\t/ ] } split /\n/, $out;
	cmp_ok(scalar @numbers, '>', 20000, @numbers . ' numbers from node');
	$node->safe_psql($db, "CREATE TABLE numbers (js text, v text);\n" . copy_rows('numbers', \@numbers));
	is($node->safe_psql($db, q(SELECT count(*), min(v) FROM numbers WHERE hdata.canonical_json(v::jsonb) <> js)), '0|', 'as node prints them');
}

$node->stop;
done_testing();
