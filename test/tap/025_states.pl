# What every state type promises, tried on ratings, so that the helpers of HdataTest.pm are themselves known to work.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

my $node = start_node('states', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8' ] });
my $db = database($node, 'states');

srand 1;
state_properties($node, $db, {
	type => 'ratings', columns => 'item text, rater text, value float8', agg => 'hdata.ratings_agg(item, rater, value)',
	row => sub { [ 'i' . int(rand 6), 'r' . int(rand 3), rand() < 0.1 ? undef : int(rand 3) ] },
	accessors => [ 'hdata.n_ratings(s)', 'hdata.krippendorff_alpha(s)', q((SELECT string_agg(t::text, ',') FROM hdata.observations(s) t)) ],
	keyed => 1, sets => 20 });
state_hostile($node, $db, {
	type => 'ratings', seeds => [ q(hdata.ratings_agg('i', 'r', 1.5)), q((SELECT hdata.ratings_agg('i' || n % 3, 'r' || n, 'v' || n % 2) FROM generate_series(1, 5) n)) ],
	accessors => [ 'hdata.n_ratings(s)', 'hdata.krippendorff_alpha(s)' ], n => 3000 });

done_testing();
