#!/bin/sh
# Builds and runs the tests of the kernels for numbers, resampling and comparison of groups, without a server.
# CC, CFLAGS and PG_CONFIG as usual
set -eu
here=$(cd "$(dirname "$0")" && pwd)
src=$here/../../src
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
kernels="disagreement disagreement_rows margins linear_form unit_squares estimate chance coefficients jackknife
	icc two_way concordance binomial patterns bootstrap compare cross label_use"
files=
for k in $kernels; do files="$files $src/agreement/$k.c"; done
for k in exactsum stats tails rng; do files="$files $src/common/$k.c"; done
${CC:-cc} -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-unknown-warning-option -Wno-ignored-attributes \
	-Wdeclaration-after-statement -ffp-contract=off ${CFLAGS:-} \
	-I"$src" -I"$here" -I"$(${PG_CONFIG:-pg_config} --includedir-server)" \
	"$here"/stubs.c "$here"/unit.c "$here"/more_test.c $files -lm -o "$out/more_test"
"$out/more_test"
