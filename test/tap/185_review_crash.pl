# The server is killed (SIGKILL to every process) in the middle of the traffic of eight clients who move the same few items.
# After the restart the history is whole, every move that a client was told of is there exactly once, and a client who was not
# told repeats its call with the same idempotency key, and then it is there exactly once, too.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $CLIENTS = 8;
my $ITEMS = 30;

my $node = start_node('review_crash', { conf => [ 'checkpoint_timeout = 30s', 'max_wal_size = 64MB' ] });
my $db = database($node, 'crash');
my $dir = $node->basedir;

$node->safe_psql($db, <<"SQL");
SELECT hdata.review_define('flip', 'a -> b as flip; b -> a as flip; a | b -> done as finish; initial a; terminal done');
CREATE TABLE items (id bigint PRIMARY KEY, body text NOT NULL DEFAULT 'text', review_state text);
SELECT hdata.review_attach('items', 'flip', 'id', 'review_state');
INSERT INTO items SELECT i FROM generate_series(1, $ITEMS) i;
SELECT hdata.review_seal('items');
SQL

# the calls of client C are C-1, C-2, ...; what is logged by pgbench was acknowledged
append_to_file("$dir/move.sql", <<"SQL");
\\set n :n + 1
\\set item random(1, $ITEMS)
SELECT seq FROM hdata.review_move('items', :item, 'flip', reason => 'call ' || :n, idem => format('%s-%s-%s', :run, :client_id, :n));
SQL

my %acknowledged;
my %last;

# Traffic until the server dies
sub run_and_kill
{
	my ($run) = @_;
	my $errors = '';
	my $bench = IPC::Run::start(
		[ 'pgbench', '-n', '-c', $CLIENTS, '-j', 2, '-T', 60, '-D', 'n=0', '-D', "run=$run", '-l', "--log-prefix=$dir/log_$run",
			'-f', "$dir/move.sql", '-h', $node->host, '-p', $node->port, $db ],
		'>', \my $out, '2>', \$errors, IPC::Run::timeout(60));
	# it must have got going, and must be far from done; looked at meanwhile, each history is whole, and seals can be made
	my $breaks = 0;
	for (1 .. 200)
	{
		my ($seen) = rows_of($node, $db, <<"SQL");
SELECT (SELECT count(*) FROM items_review_log WHERE idem LIKE '$run-%'), (SELECT count(*) FROM hdata.review_verify('items')), (SELECT seal > 0 FROM hdata.review_seal('items'))
SQL
		$breaks += $seen->[1];
		last if $seen->[0] > 800;
		usleep(20_000);
	}
	is($breaks, 0, "run $run: no break is seen while moves are made");
	my @pids = split /\n/, $node->safe_psql($db, 'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	is(kill('KILL', $postmaster, @pids), 1 + @pids, "run $run: every process of the server is killed");
	$bench->finish;
	$node->{_pid} = undef;
	for (1 .. 200)
	{
		last unless kill 0, $postmaster, @pids;
		usleep(25_000);
	}
	for my $file (glob "$dir/log_$run.*")
	{
		for (split /\n/, slurp_file($file))
		{
			my ($client, $n) = split / /;
			$acknowledged{"$run-$client-$n"} = 1;
			$last{"$run-$client"} = $n if $n > ($last{"$run-$client"} // 0);
		}
	}
	like($errors, qr/aborted|terminated|server closed|connection/, "run $run: the clients lost their connections");
	$node->start;
}

for my $run (1, 2)
{
	run_and_kill($run);
	is($node->safe_psql($db, q(SELECT * FROM hdata.review_verify('items'))), '', "run $run: the history is whole, and the seal holds");
	is($node->safe_psql($db, q(SELECT s.seal, v.* FROM items_review_seal s, hdata.review_verify('items', s.root) v)), '', "run $run: all seals hold");
	is($node->safe_psql($db, q(SELECT * FROM hdata.review_doctor('items'))), '', "run $run: nothing is out of place");
	my %logged;
	$logged{$_}++ for split /\n/, $node->safe_psql($db, 'SELECT idem FROM items_review_log WHERE idem IS NOT NULL');
	my @lost = grep { !$logged{$_} } keys %acknowledged;
	my @twice = grep { $logged{$_} > 1 } keys %logged;
	cmp_ok(scalar keys %acknowledged, '>', 300 * $run, "run $run: " . keys(%acknowledged) . ' moves were acknowledged so far');
	is("@lost[0 .. ($#lost > 4 ? 4 : $#lost)]", '', "run $run: none of them is lost");
	is("@twice", '', "run $run: none is there twice");
	my $unknown = keys(%logged) - keys(%acknowledged);
	cmp_ok($unknown, '<=', $CLIENTS * $run, "run $run: at most one move of each client was made and not acknowledged ($unknown)");
}

# ---- the clients ask again ----

# which item it was, only the client knows; where nothing was logged, any will do
my %item = map { split /\|/ } split /\n/, $node->safe_psql($db, 'SELECT idem, item FROM items_review_log WHERE idem IS NOT NULL');
my @calls;
my @expected;
for my $client (sort keys %last)
{
	my $n = $last{$client} + 1;
	my $item = $item{"$client-$n"} // 1;
	my $call = "SELECT '$client', replayed FROM hdata.review_move('items', $item, 'flip', reason => 'call $n', idem => '$client-$n');";
	push @calls, $call, $call;
	push @expected, "$client|" . ($item{"$client-$n"} ? 't' : 'f'), "$client|t";
}
is_deeply([ split /\n/, $node->safe_psql($db, join "\n", @calls) ], \@expected, scalar(@calls) / 2 . ' clients ask again: what was done is told, what was not is done, once');
is($node->safe_psql($db, 'SELECT count(*) - count(DISTINCT idem) FROM items_review_log WHERE idem IS NOT NULL'), '0', 'each call is there once');
is($node->safe_psql($db, q(SELECT * FROM hdata.review_verify('items'))), '', 'the history is still whole');
is($node->safe_psql($db, 'SELECT count(*) FROM (SELECT item, max(seq) <> count(*) AS gap FROM items_review_log GROUP BY item) x WHERE gap'), '0', 'without gaps');

$node->stop('fast');
done_testing();
