#!/bin/sh
# Builds and runs the tests of the Bradley-Terry kernels, without a server.  CC, CFLAGS and PG_CONFIG as usual
set -eu
here=$(cd "$(dirname "$0")" && pwd)
src=$here/../../src
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
files=
for k in bradley_terry_data bradley_terry_fit bradley_terry_cov bradley_terry_rate strengths rating_status connectivity rater_fit rater_fit_sums; do
	files="$files $src/preference/$k.c"
done
for k in stats tails linalg; do files="$files $src/common/$k.c"; done
${CC:-cc} -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-unknown-warning-option -Wno-ignored-attributes \
	-Wdeclaration-after-statement -ffp-contract=off ${CFLAGS:-} \
	-I"$src" -I"$here" -I"$(${PG_CONFIG:-pg_config} --includedir-server)" \
	"$here"/stubs.c "$here"/unit.c "$here"/preference_test.c $files -lm -o "$out/preference_test"
"$out/preference_test"
