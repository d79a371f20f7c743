#!/bin/bash
# Every benchmark, one after the other, in the database that the environment names (make bench: a private cluster).
#
#   FULL=1   larger data and the whole grid of the simulation
#   run.sh NAME...   only these
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

psql -qXAt -c "SELECT version()"
for script in ${*:-agreement rubric score_matrix comparisons preference text text_index review coverage export review_metrics quality judge_coverage psychometrics_coverage rankings_coverage}; do
    printf '\n==== %s\n\n' "$script"
    "$here/$script.sh"
done
