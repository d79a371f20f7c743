#!/bin/sh
# Builds and runs the tests of the string measures, without a server.  CC, CFLAGS and PG_CONFIG as usual
set -eu
here=$(cd "$(dirname "$0")" && pwd)
src=$here/../../src
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
${CC:-cc} -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-unknown-warning-option -Wno-ignored-attributes \
	-Wdeclaration-after-statement ${CFLAGS:-} \
	-I"$src" -I"$here" -I"$(${PG_CONFIG:-pg_config} --includedir-server)" \
	"$here"/stubs.c "$here"/unit.c "$here"/strings_test.c "$src"/text/edit_distance.c "$src"/text/edit_distance_bytes.c "$src"/text/alphabet.c \
	"$src"/text/jaro.c -lm -o "$out/strings_test"
"$out/strings_test"
