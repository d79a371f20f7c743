# Logical replication of a table under review with its side table and its log: what is there is copied, what happens is applied,
# and nothing is logged a second time on the subscriber, where the same flow and the same attachment are.  The history verifies
# there, against the seals of the publisher, too.  When the subscriber takes over, moves go on from where they were.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = start_node('review_publisher', { init => { allows_streaming => 'logical' } });
my $subscriber = start_node('review_subscriber', { init => { allows_streaming => 'logical' } });

my $schema = <<'SQL';
CREATE EXTENSION hdata;
SELECT hdata.review_define('work', 'draft -> sent as submit; sent -> good as approve; sent -> draft as revise; initial draft; terminal good; frozen good');
CREATE TABLE items (id bigint PRIMARY KEY, body text, review_state text NOT NULL DEFAULT 'draft');
CREATE TABLE parts (id bigint, region text, review_state text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE parts_eu PARTITION OF parts FOR VALUES IN ('eu');
CREATE TABLE parts_us PARTITION OF parts FOR VALUES IN ('us');
SQL
my $attach = q(SELECT hdata.review_attach('items', 'work', 'id', 'review_state'), hdata.review_attach('parts', 'work', 'id', 'review_state'););
$_->safe_psql('postgres', 'CREATE DATABASE rep') for $publisher, $subscriber;
$_->safe_psql('rep', $schema . $attach) for $publisher, $subscriber;

sub work
{
	my ($from, $to) = @_;
	$publisher->safe_psql('rep', <<"SQL");
INSERT INTO items SELECT i, 'text ' || i FROM generate_series($from, $to) i;
INSERT INTO parts SELECT i, CASE i % 2 WHEN 0 THEN 'eu' ELSE 'us' END FROM generate_series($from, $to) i;
SELECT hdata.review_move('items', i, 'submit', reason => 'r', idem => 'submit ' || i) FROM generate_series($from, $to) i WHERE i % 3 > 0;
SELECT hdata.review_move('items', i, 'approve') FROM generate_series($from, $to) i WHERE i % 3 > 1;
UPDATE parts SET review_state = 'sent', region = CASE region WHEN 'eu' THEN 'us' ELSE 'eu' END WHERE id BETWEEN $from AND $to AND id % 4 = 0;
DELETE FROM items WHERE id = $from + 2;
SELECT hdata.review_seal('items');
SQL
}

my @tables = qw(items items_review items_review_log items_review_seal parts parts_review parts_review_log);
sub fingerprint
{
	my $node = shift;
	return $node->safe_psql('rep', join "\n", map { "SELECT '$_', count(*), md5(string_agg(x::text, E'\\n' ORDER BY x::text COLLATE \"C\")) FROM $_ x;" } @tables);
}

sub caught_up
{
	my $what = shift;
	$publisher->wait_for_catchup('s');
	is(fingerprint($subscriber), fingerprint($publisher), "$what: both sides have the same rows, histories and seals");
	is($subscriber->safe_psql('rep', q(SELECT * FROM hdata.review_verify('items') UNION ALL SELECT * FROM hdata.review_verify('parts'))), '', "$what: the subscriber's history is whole, and the seal holds");
	is($subscriber->safe_psql('rep', 'SELECT problem, detail FROM hdata.review_doctor()'), '', "$what: nothing is out of place on the subscriber");
}

# the publisher is ahead in transaction ids: those in its rows are still to come on the subscriber
$publisher->safe_psql('rep', <<'SQL');
CREATE TABLE burnt (x int);
DO $$ BEGIN FOR i IN 1 .. 5000 LOOP BEGIN INSERT INTO burnt VALUES (i); EXCEPTION WHEN OTHERS THEN END; END LOOP; END $$;
DROP TABLE burnt;
SQL
work(1, 12);
# the table of seals comes into being with the first one: the subscriber makes its own, and empties it
$subscriber->safe_psql('rep', q(SELECT hdata.review_seal('items'); DELETE FROM items_review_seal;));
$publisher->safe_psql('rep', 'CREATE PUBLICATION p FOR TABLE ' . join(', ', @tables));
$subscriber->safe_psql('rep', "CREATE SUBSCRIPTION s CONNECTION '" . $publisher->connstr . " dbname=rep' PUBLICATION p");
$subscriber->wait_for_subscription_sync($publisher, 's', 'rep');
caught_up('initial copy');
cmp_ok($publisher->safe_psql('rep', 'SELECT count(*) FROM items_review_log'), '>', 20, 'there is something to be doubled');

work(13, 24);
caught_up('changes');
$publisher->safe_psql('rep', q(SELECT hdata.review_withdraw_person(current_user, 'anonymise')));
caught_up('erasure');
work(25, 36);
caught_up('and on');

# ---- a publication without the log ----

$publisher->safe_psql('rep', 'CREATE PUBLICATION bare FOR TABLE items');
is($publisher->safe_psql('rep', 'SELECT problem, detail FROM hdata.review_doctor()'),
	"publication|Publication bare has the table, and not public.items_review.\npublication|Publication bare has the table, and not public.items_review_log.", 'the doctor sees a publication without history');
$publisher->safe_psql('rep', 'DROP PUBLICATION bare');

# ---- ENABLE ALWAYS doubles the history, or stops the worker: the doctor finds it before that ----

$subscriber->safe_psql('rep', 'ALTER TABLE items ENABLE ALWAYS TRIGGER zzz_hdata_review_log');
like($subscriber->safe_psql('rep', 'SELECT problem FROM hdata.review_doctor()'), qr/^trigger_always$/, 'the doctor sees a log trigger that fires in replication');
$subscriber->safe_psql('rep', 'ALTER TABLE items ENABLE TRIGGER zzz_hdata_review_log');

# ---- the subscriber takes over ----

$publisher->stop('immediate');
$subscriber->safe_psql('rep', 'ALTER SUBSCRIPTION s DISABLE; ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s');
is($subscriber->safe_psql('rep', q(SELECT seq, from_state, to_state, replayed FROM hdata.review_move('items', 13, 'approve'))), '3|sent|good|f', 'a move on the subscriber goes on from there');
is($subscriber->safe_psql('rep', q(SELECT seq, replayed FROM hdata.review_move('items', 26, 'submit', reason => 'r', idem => 'submit 26'))), '2|t', 'a call that the publisher answered is answered again');
my (undef, undef, $err) = $subscriber->psql('rep', q(UPDATE items SET review_state = 'good' WHERE id = 21));
like($err, qr/review state cannot go from "draft" to "good"/, 'the guard guards');
is($subscriber->safe_psql('rep', q(SELECT * FROM hdata.review_verify('items'))), '', 'the history is whole, and the seal of the publisher holds');
is($subscriber->safe_psql('rep', q(SELECT seal FROM hdata.review_seal('items'))), '4', 'the next seal');
is($subscriber->safe_psql('rep', 'SELECT seal, restored FROM items_review_seal ORDER BY 1'), "1|f\n2|f\n3|f\n4|t", 'which knows that it covers rows of another cluster');
my $all_seals = q(SELECT v.* FROM items_review_seal s, hdata.review_verify('items', s.root) v);
is($subscriber->safe_psql('rep', $all_seals), '', 'all seals hold');
$subscriber->safe_psql('rep', q(INSERT INTO items VALUES (99); SELECT hdata.review_move('items', 99, 'submit'), hdata.review_move('items', 16, 'approve')));
is($subscriber->safe_psql('rep', 'SELECT count(*) FROM items_review_log WHERE xid < (SELECT min(xid::text::bigint)::text::xid8 FROM items_review_log WHERE item = 1)'), '4', 'what comes now has smaller transaction ids');
is($subscriber->safe_psql('rep', $all_seals), '', 'and is taken for sealed by none of them');
is($subscriber->safe_psql('rep', q(SELECT events FROM hdata.review_seal('items'))), $subscriber->safe_psql('rep', 'SELECT count(*) FROM items_review_log'), 'the next seal covers it, too');
for my $tamper ('DELETE FROM items_review_log WHERE item = 99 AND seq = 2', 'DELETE FROM items_review_log WHERE item = 1 AND seq = 2', 'DELETE FROM items_review_log WHERE item = 13 AND seq = 3')
{
	my (undef, $out) = $subscriber->psql('rep', "BEGIN; $tamper; SELECT problem FROM hdata.review_verify('items') WHERE problem = 'seal'; ROLLBACK");
	is($out, 'seal', "the seal tells: $tamper");
}
is($subscriber->safe_psql('rep', $all_seals), '', 'all seals hold');

$subscriber->stop('fast');
done_testing();
