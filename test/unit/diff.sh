#!/bin/sh
# Builds and runs the tests of diffs, tiles and edit counts, without a server.  CC, CFLAGS and PG_CONFIG as usual
set -eu
here=$(cd "$(dirname "$0")" && pwd)
src=$here/../../src
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
${CC:-cc} -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-unknown-warning-option -Wno-ignored-attributes \
	-Wdeclaration-after-statement ${CFLAGS:-} \
	-I"$src" -I"$here" -I"$(${PG_CONFIG:-pg_config} --includedir-server)" \
	"$here"/stubs.c "$here"/unit.c "$here"/diff_test.c "$src"/text/diff.c "$src"/text/common_spans.c \
	"$src"/text/correction.c "$src"/text/correction_counts.c "$src"/text/edit_distance.c "$src"/text/alphabet.c \
	-lm -o "$out/diff_test"
"$out/diff_test"
