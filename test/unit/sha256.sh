#!/bin/sh
# Builds and runs the tests of SHA-256, without a server.  CC, CFLAGS and PG_CONFIG as usual
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
${CC:-cc} -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-unknown-warning-option -Wno-ignored-attributes \
	-Wdeclaration-after-statement -ffp-contract=off ${CFLAGS:-} \
	-I"$here/../../src" -I"$here" -I"$(${PG_CONFIG:-pg_config} --includedir-server)" \
	"$here"/stubs.c "$here"/unit.c "$here"/sha256_test.c -lm -o "$out/sha256_test"
"$out/sha256_test"
