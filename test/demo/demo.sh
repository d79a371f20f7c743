#!/usr/bin/env bash
# The demo: loads a project into a throw-away database and prints its quality report.
#
#   demo.sh           the invented project beside this file
#   demo.sh DIR       DIR/ratings.csv: an item column first (or item_id), rater_id, then answers
#
# DEMO_OUT, if set, is a folder that gets the report as a page, report.html, and of the invented project a release:
# preferences.jsonl with its manifest.json and croissant.json.
#
# PGHOST, PGPORT, PGUSER and PGDATABASE point to a throw-away database where we are superuser, and
# the files of the extension are installed (test/run.sh sees to both).  Loading is done by the
# superuser; the report runs as the role "analyst", who may read the tables and nothing else.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${1:-}
export PGCLIENTENCODING=UTF8
export PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

fail() { echo "demo: $*" >&2; exit 1; }

# name -> "name", as an SQL identifier
ident() { printf '"%s"' "${1//\"/\"\"}"; }

# text -> 'text', as an SQL literal
literal() { printf "'%s'" "${1//\'/\'\'}"; }

load_project() {
	local table
	sql -f "$here/schema.sql"
	for table in people prompts responses labels corrections reviews rubrics grades preferences; do
		sql -c "\\copy demo.$table FROM '$here/$table.csv' WITH (FORMAT csv, HEADER true, ENCODING 'UTF8')"
	done
}

# The four questions of the project.  ratings_first_agg keeps each rater's first answer: agreement
# wants the independent judgement, from before anybody was asked to think again, and for the same
# reason the tie-breaks stay out.  The last argument is the cluster: answers to one prompt are not
# independent of each other.
project_states() {
	cat <<'SQL'
SELECT 1 AS pos, 'correct' AS question, 'ordinal' AS level,
       hdata.ratings_first_agg(response_id, rater, correct, at, prompt_id) AS r
  FROM demo.labels JOIN demo.responses USING (response_id)
 WHERE round <> 'tie-break'
UNION ALL
SELECT 2, 'tone', 'ordinal',
       hdata.ratings_first_agg(response_id, rater, tone, at, prompt_id)
  FROM demo.labels JOIN demo.responses USING (response_id)
UNION ALL
SELECT 3, 'safety', 'nominal',
       hdata.ratings_first_agg(response_id, rater, safety, at, prompt_id)
  FROM demo.labels JOIN demo.responses USING (response_id)
UNION ALL
SELECT 4, 'helpfulness', 'ordinal',
       hdata.ratings_first_agg(response_id, rater, helpfulness, at, prompt_id)
  FROM demo.labels JOIN demo.responses USING (response_id)
SQL
}

# Reads DIR/ratings.csv into demo.ratings, every column as text, with the row number beside it.
# Sets columns, item, rater.
load_folder() {
	local header name names=() list
	header=$(head -n 1 "$data/ratings.csv" | tr -d '\r"' | sed 's/^\xef\xbb\xbf//')
	IFS=, read -r -a columns <<<"$header"
	item=${columns[0]}
	rater=
	for name in "${columns[@]}"; do
		names+=("$(ident "$name")")
		case $name in
			item_id | item) item=$name ;;
			rater_id | rater | annotator_id | annotator | worker_id | worker) rater=$name ;;
		esac
	done
	[ -n "$rater" ] || fail "no column rater_id in $data/ratings.csv"
	sql -c "CREATE SCHEMA demo" \
		-c "CREATE TABLE demo.ratings (row_no bigint GENERATED ALWAYS AS IDENTITY$(printf ', %s text' "${names[@]}"))"
	list=$(IFS=,; echo "${names[*]}")
	sql -c "\\copy demo.ratings ($list) FROM $(literal "$data/ratings.csv") WITH (FORMAT csv, HEADER true, ENCODING 'UTF8')"
	sql -c "ANALYZE demo.ratings"
}

# What kind of answers column $1 holds: set, ordinal, interval, nominal; empty for a column that is
# no question: an id or a number of something, or the same for every rater of an item.
kind_of() {
	sql -v name="$1" -v col="$(ident "$1")" -v item="$(ident "$item")" <<'SQL'
SELECT CASE WHEN n = 0 OR :'name' ~ '_(id|no)$' THEN ''
            WHEN :'name' <> 'label' AND NOT varies THEN ''
            WHEN is_set THEN 'set'
            WHEN is_number AND n <= 2 THEN 'nominal'
            WHEN is_integer THEN 'ordinal'
            WHEN is_number THEN 'interval'
            WHEN n > 50 THEN ''
            ELSE 'nominal' END
  FROM (SELECT count(DISTINCT :col) AS n, bool_or(:col LIKE '%|%') AS is_set,
               bool_and(:col ~ '^[-+]?[0-9]+$') AS is_integer,
               bool_and(:col ~ '^[-+]?[0-9]*[.]?[0-9]+$') AS is_number,
               EXISTS (SELECT FROM demo.ratings WHERE :col IS NOT NULL
                       GROUP BY :item HAVING count(DISTINCT :col) > 1) AS varies
          FROM demo.ratings) AS c
SQL
}

# One SELECT a question over demo.ratings, joined by UNION ALL.
# Sets states, skipped, repeats, repeated, slots.
folder_states() {
	local name kind level value pos=0 i r
	i=$(ident "$item") r=$(ident "$rater")
	IFS='|' read -r repeats repeated < <(sql -F '|' -c "
		SELECT coalesce(sum(n - 1), 0), count(*)
		  FROM (SELECT count(*) AS n FROM demo.ratings GROUP BY $i, $r HAVING count(*) > 1) AS d")
	slots=$(sql -c "SELECT bool_and($r ~* '^(slot|position|pos)[ _-]?[0-9]+\$') FROM demo.ratings")
	states= skipped=
	for name in "${columns[@]}"; do
		[ "$name" != "$item" ] && [ "$name" != "$rater" ] || continue
		kind=$(kind_of "$name")
		level=$kind value=$(ident "$name")
		case $kind in
			'') skipped+="${skipped:+, }$name"; continue ;;
			set) level=jaccard value="string_to_array($value, '|')" ;;
			ordinal | interval) value="$value::float8" ;;
		esac
		pos=$((pos + 1))
		states+="${states:+ UNION ALL }SELECT $pos AS pos, $(literal "$name") AS question, '$level' AS level, "
		if [ "$repeats" -gt 0 ]; then
			states+="hdata.ratings_first_agg($i, $r, $value, row_no) AS r FROM demo.ratings"
		else
			states+="hdata.ratings_agg($i, $r, $value) AS r FROM demo.ratings"
		fi
	done
	[ $pos -gt 0 ] || fail "no column with answers in $data/ratings.csv"
}

grant_analyst() {
	sql -v db="${PGDATABASE:-$(sql -c 'SELECT current_database()')}" <<'SQL'
SELECT 'CREATE ROLE analyst' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'analyst') \gexec
REVOKE ALL ON DATABASE :"db" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA demo TO analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA demo TO analyst;
SQL
}

# Who gave consent to what, and the role that may release: it reads the project, and writes nothing but the record of a release.
prepare_release() {
	sql >/dev/null <<-'SQL'
		SELECT hdata.give_consent(person, 'training', 'contract') FROM demo.people;
		SELECT hdata.withdraw('joan', note => 'by letter');
		SELECT 'CREATE ROLE exporter' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'exporter') \gexec
		SELECT format('GRANT TEMPORARY ON DATABASE %I TO exporter', current_database()) \gexec
		GRANT USAGE ON SCHEMA demo TO exporter;
		GRANT SELECT ON ALL TABLES IN SCHEMA demo TO exporter;
		GRANT SELECT ON hdata.consent, hdata.withdrawn_items TO exporter;
		GRANT SELECT, INSERT ON hdata.releases, hdata.release_contents TO exporter;
		GRANT EXECUTE ON FUNCTION hdata.release TO exporter;
	SQL
}

[ -z "$data" ] || [ -r "$data/ratings.csv" ] || fail "cannot read $data/ratings.csv"
sql -c "CREATE EXTENSION IF NOT EXISTS hdata"
if [ -z "$data" ]; then
	load_project
	states=$(project_states)
	standing=${states//ratings_first_agg/ratings_agg}			# the newest answers,
	standing=${standing/"WHERE round <> 'tie-break'"/}			# tie-breaks included
	options=(-v project=true -v slots=false -v title="The helpdesk project, invented for this demo")
else
	data=${data%/}
	load_folder
	folder_states
	standing=$states
	about=
	[ ! -r "$data/README.md" ] || about=$(sed -n '/^[^#[:space:]]/{p;q;}' "$data/README.md")
	options=(-v project=false -v slots="$slots" -v title="$(basename "$data")/ratings.csv" -v about="$about"
		-v skipped="$skipped" -v repeats="$repeats" -v repeated="$repeated"
		-v item="$(ident "$item")" -v rater="$(ident "$rater")")
fi
grant_analyst
psql -X -q -v ON_ERROR_STOP=1 "${options[@]}" -v states="$states" -v standing="$standing" -f "$here/report.sql"
if [ -n "${DEMO_OUT:-}" ]; then
	psql -X -q -v ON_ERROR_STOP=1 "${options[@]}" -v states="$states" -v standing="$standing" -v page="$DEMO_OUT/report.html" \
		-f "$here/report_html.sql"
	if [ -z "$data" ]; then
		prepare_release
		PGOPTIONS="$PGOPTIONS -c role=exporter" psql -X -q -v ON_ERROR_STOP=1 -v out="$DEMO_OUT" -f "$here/release.sql"
		printf '   sha256sum of the file:  %s\n' "$(sha256sum <"$DEMO_OUT/preferences.jsonl" | cut -d ' ' -f 1)"
		printf '   its first line:  %s\n\n' "$(head -c 150 "$DEMO_OUT/preferences.jsonl" | head -n 1)…"
	fi
fi
