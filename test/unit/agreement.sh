#!/bin/sh
# Builds and runs the tests of the agreement kernels, without a server.
# Usage: agreement.sh [GOLDEN.json [speed]]     CC, CFLAGS and PG_CONFIG as usual
set -eu
here=$(cd "$(dirname "$0")" && pwd)
src=$here/../../src
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
kernels="disagreement disagreement_rows margins linear_form unit_squares estimate
	chance coefficients jackknife rater_pairs rater_rows item_rows category_rows"
files=
for k in $kernels; do files="$files $src/agreement/$k.c"; done
for k in exactsum stats tails; do files="$files $src/common/$k.c"; done
${CC:-cc} -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-unknown-warning-option -Wno-ignored-attributes \
	-Wdeclaration-after-statement -ffp-contract=off ${CFLAGS:-} \
	-I"$src" -I"$here" -I"$(${PG_CONFIG:-pg_config} --includedir-server)" \
	"$here"/stubs.c "$here"/unit.c "$here"/agreement_*.c $files -lm -o "$out/agreement_test"
if [ "${2:-}" = speed ]; then
	"$out/agreement_test" speed
elif [ -n "${1:-}" ]; then
	perl "$here/golden_to_text.pl" "$1" > "$out/golden.txt"
	"$out/agreement_test" "$out/golden.txt"
else
	echo "ok - golden values of agreement # SKIP no ../shared/golden here"
	: > "$out/golden.txt"
	"$out/agreement_test" "$out/golden.txt"
fi
