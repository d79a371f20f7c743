#!/bin/bash
# Every benchmark, one after the other, in the database that the environment names (make bench: a private cluster).
#
#   FULL=1   larger data and the whole grid of the simulation
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

psql -qXAt -c "SELECT version()"
for script in agreement coverage; do
    printf '\n==== %s\n\n' "$script"
    "$here/$script.sh"
done
