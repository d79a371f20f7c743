#!/bin/sh
# Builds and runs the tests of exact sums of 128 bits and of dense matrices, without a server.  CC, CFLAGS and PG_CONFIG as usual
set -eu
here=$(cd "$(dirname "$0")" && pwd)
src=$here/../../src
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
files=
for k in shortsum exactsum wire linalg; do files="$files $src/common/$k.c"; done
${CC:-cc} -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-unknown-warning-option -Wno-ignored-attributes \
	-Wdeclaration-after-statement -ffp-contract=off ${CFLAGS:-} \
	-I"$src" -I"$here" -I"$(${PG_CONFIG:-pg_config} --includedir-server)" \
	"$here"/stubs.c "$here"/unit.c "$here"/shortsum_test.c $files -lm -o "$out/shortsum_test"
"$out/shortsum_test"
