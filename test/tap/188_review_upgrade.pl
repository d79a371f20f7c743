# pg_upgrade carries flows, attachments, histories and seals.  From a release to itself: what could go wrong (object numbers,
# types that may not be in tables, the extension's table, transaction numbers, which are in every hash) does so there as well.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $old = start_node('review_old');
my $db = database($old, 'upgrade');
my $bin = $old->config_data('--bindir');
plan skip_all => 'pg_upgrade is not installed' unless -x "$bin/pg_upgrade";
plan skip_all => 'pg_upgrade of release 18 does not look for libraries in the private directory that this run uses'
  if $old->safe_psql($db, q(SELECT current_setting('dynamic_library_path') <> '$libdir')) eq 't' && !-e $old->config_data('--pkglibdir') . '/hdata.so';

$old->safe_psql($db, <<'SQL');
CREATE TABLE gone (x int); DROP TABLE gone;
SELECT hdata.review_define('work', 'draft -> sent as submit; sent -> fine as approve; initial draft; terminal fine');
CREATE TYPE state AS ENUM ('draft', 'sent', 'fine', 'good');
CREATE TABLE items (id uuid, dropped int, region text, review_state state, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
ALTER TABLE items DROP COLUMN dropped;
CREATE TABLE items_eu PARTITION OF items FOR VALUES IN ('eu');
CREATE TABLE items_us PARTITION OF items FOR VALUES IN ('us');
SELECT hdata.review_attach('items', 'work', 'id', 'review_state');
INSERT INTO items SELECT md5(i::text)::uuid, CASE i % 2 WHEN 0 THEN 'eu' ELSE 'us' END FROM generate_series(1, 20) i;
SELECT hdata.review_move('items', id, 'submit', idem => id::text) FROM items;
SELECT hdata.review_move('items', id, 'approve') FROM items WHERE region = 'eu';
SELECT hdata.review_redefine('work', 'draft -> sent as submit; sent -> good as approve; initial draft; terminal good', '{"fine": "good"}');
SELECT hdata.review_seal('items');
INSERT INTO items VALUES ('00000000-0000-0000-0000-000000000001', 'eu');
SELECT hdata.review_seal('items');
SQL

sub fingerprint
{
	my $node = shift;
	return $node->safe_psql($db, join "\n", 'SELECT * FROM hdata.review_flows ORDER BY name, version; SELECT rel::text, flow, key, state FROM hdata.review_attachments();',
		map { "SELECT '$_', count(*), md5(string_agg(x::text, E'\\n' ORDER BY x::text COLLATE \"C\")) FROM $_ x;" } qw(items items_review items_review_log items_review_seal));
}

my $before = fingerprint($old);
$old->stop;
my $new = PostgreSQL::Test::Cluster->new('review_new');
$new->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$new->append_conf('postgresql.conf', "jit = off\nautovacuum = off\n");
chdir $new->basedir;
command_ok([ 'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bin, '-B', $bin, '-s', $new->host, '-p', $old->port, '-P', $new->port ],
	'pg_upgrade');
$new->start;
is(fingerprint($new), $before, 'everything is as it was');
is($new->safe_psql($db, q(SELECT * FROM hdata.review_verify('items'))), '', 'the history is whole');
is($new->safe_psql($db, q(SELECT v.* FROM items_review_seal s, hdata.review_verify('items', s.root) v)), '', 'all seals hold');
is($new->safe_psql($db, 'SELECT problem, detail FROM hdata.review_doctor()'), '', 'nothing is out of place');
is($new->safe_psql($db, q(SELECT (hdata.review_move('items', '00000000-0000-0000-0000-000000000001', 'submit')).seq)), '2', 'a move');
is($new->safe_psql($db, q(SELECT items FROM hdata.review_seal('items'))), '21', 'a seal');
is($new->safe_psql($db, q(SELECT seal, items, restored FROM items_review_seal ORDER BY seal)), "1|20|f\n2|21|f\n3|21|f", 'seals go on as they were: no row is from another cluster');
is($new->safe_psql($db, q(SELECT v.* FROM items_review_seal s, hdata.review_verify('items', s.root) v)), '', 'all seals hold afterwards');

$new->stop('fast');
chdir $FindBin::RealBin;
done_testing();
