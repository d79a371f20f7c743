#!/bin/sh
# Builds and runs the tests of the exact join, without a server; once more so that buckets of any size are divided.  CC, CFLAGS
# and PG_CONFIG as usual
set -eu
here=$(cd "$(dirname "$0")" && pwd)
src=$here/../../src
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for pairs in 128 1; do
	${CC:-cc} -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
		-Wno-missing-field-initializers -Wno-unknown-warning-option -Wno-ignored-attributes \
		-Wdeclaration-after-statement ${CFLAGS:-} -DMANY_PAIRS=$pairs \
		-I"$src" -I"$here" -I"$(${PG_CONFIG:-pg_config} --includedir-server)" \
		"$here"/stubs.c "$here"/unit.c "$here"/join_test.c "$src"/text/set_join.c "$src"/text/set_join_local.c "$src"/text/set_collection.c \
		"$src"/text/set_measure.c \
		-lm -o "$out/join_test"
	"$out/join_test"
done
