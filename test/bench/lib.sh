# shellcheck shell=bash
# What the benchmarks share.  Source it; it expects PGHOST, PGPORT, PGUSER and PGDATABASE to lead to a superuser's session, and
# in $warm_up a statement that makes a backend load the library.
#
#   timed NAME "SETTINGS" "QUERY"     puts a query on the list
#   run_timed ROUNDS                  runs the list ROUNDS times, the queries taking turns, each in a backend of its own
#   median NAME                       milliseconds
#   check "WHAT" VALUE LIMIT          prints VALUE against the target (at most LIMIT), PASS or MISS
#   check_over "WHAT" VALUE LIMIT     the same for a target of at least LIMIT

sql() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }

timings=$(mktemp)
: "${warm_up:=SELECT}"
names=() settings=() queries=()
missed=0

timed()
{
    names+=("$1") settings+=("$2") queries+=("$3")
}

# One query in a warm backend: the library is loaded and the catalogue read before the clock starts.
one_time()
{
    psql -qX -v ON_ERROR_STOP=1 -o /dev/null -c "$2" -c "$warm_up" -c '\timing on' -c "$3" |
        awk -v name="$1" '/^Time: / { print name, $2 }'
}

run_timed()
{
    local round i

    for ((round = 1; round <= $1; round++)); do
        for i in "${!names[@]}"; do
            one_time "${names[i]}" "${settings[i]}" "${queries[i]}" >>"$timings"
        done
    done
    names=() settings=() queries=()
}

median()
{
    awk -v name="$1" '$1 == name { print $2 }' "$timings" | sort -n |
        awk '{ x[NR] = $1 } END { if (NR > 0) print NR % 2 ? x[(NR + 1) / 2] : (x[NR / 2] + x[NR / 2 + 1]) / 2 }'
}

ratio() { awk -v a="$1" -v b="$2" -v d="${3:-2}" 'BEGIN { printf "%.*f", d, a / b }'; }

verdict()
{
    local ok

    ok=$(awk -v x="$2" -v y="$3" -v over="$4" 'BEGIN { print(over ? x >= y : x <= y) }')
    [ "$ok" = 1 ] || missed=$((missed + 1))
    printf '%-78s %8s  target %s %-5s %s\n' "$1" "$2" "$([ "$4" = 1 ] && echo '>=' || echo '<=')" "$3" \
        "$([ "$ok" = 1 ] && echo PASS || echo MISS)"
}

check() { verdict "$1" "$2" "$3" 0; }
check_over() { verdict "$1" "$2" "$3" 1; }
