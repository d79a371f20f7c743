#!/bin/sh
# Builds and runs the tests of exact sums and double-double arithmetic, without a server.  CC, CFLAGS and PG_CONFIG as usual
set -eu
here=$(cd "$(dirname "$0")" && pwd)
src=$here/../../src
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
${CC:-cc} -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-unknown-warning-option -Wno-ignored-attributes \
	-Wdeclaration-after-statement -ffp-contract=off ${CFLAGS:-} \
	-I"$src" -I"$here" -I"$(${PG_CONFIG:-pg_config} --includedir-server)" \
	"$here"/stubs.c "$here"/unit.c "$here"/sums_test.c "$src"/common/shortsum.c "$src"/common/exactsum.c "$src"/common/wire.c -lm -o "$out/sums_test"
"$out/sums_test"
