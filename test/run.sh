#!/bin/bash
# test/run.sh check | demo | bench: on a private, throw-away PostgreSQL cluster.
#
# Installs through apt what is lacking (nothing lacking: apt is not touched), builds a copy of the tree in a private directory,
# and starts a cluster there that listens on nothing but a Unix socket that only its owner can reach.  Existing clusters, the
# system's PostgreSQL directories and the tree itself are left alone, but for demo/, which gets what the demo makes.
#
# Environment, all optional:
#   PG_CONFIG        the server to use; default: the one in PATH, else the newest installed, else the distribution's
#   CC, OPTFLAGS     passed to the build;  WERROR=0 lets compiler warnings pass
#   DATA             demo: a folder of one's own data
#   BENCH            bench: only these scripts of test/bench, without .sh
#   KEEP=1           keep the private directory and say where it is
#   HDATA_WORK       a directory to use and keep instead, so that the next run builds only what changed (one run at a time)
#   HDATA_INSTALL=1  for a server that cannot load an extension from a private directory: install into the server's own
set -euo pipefail

goal=${1:-check}
root=$(cd "$(dirname "$0")/.." && pwd)
oldest=15                       # the oldest major version that hdata supports
pg_config=${PG_CONFIG:-}
user=                           # who runs the server, when we are root
work=                           # the private directory
data_dir=                       # the cluster in it
dropin=                         # our file in createcluster.d, while apt runs
passed=0 failed=0 skipped=0

# Neither a calling make's DATA=... and flags, nor the caller's database and language, may reach what we call.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL "${!PG@}" "${!LC_@}" LANGUAGE
case $(locale -a 2>/dev/null | tr '[:upper:]' '[:lower:]') in
    *c.utf*) export LANG=C.UTF-8 ;;
    *) export LANG=C ;;
esac

note() { echo "$*" >&2; }

die()
{
    note "$(basename "$0"): $1"
    exit 1
}

# The server refuses to run as root, so everything but apt runs as somebody without privileges.
as_user()
{
    if [ -n "$user" ]; then
        setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- env HOME="$work" "$@"
    else
        "$@"
    fi
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

remove_dropin()
{
    [ -n "$dropin" ] || return 0
    as_root rm -f "$dropin"
    dropin=
    # apt's own files may be there by now: only empty directories go
    as_root rmdir /etc/postgresql-common/createcluster.d /etc/postgresql-common 2>/dev/null || true
}

clean_up()
{
    local status=$?

    trap - EXIT
    remove_dropin
    if [ -n "$data_dir" ] && [ -f "$data_dir/postmaster.pid" ]; then
        as_user "$bindir/pg_ctl" -D "$data_dir" -m immediate -s stop || true
    fi
    if [ -n "$work" ]; then
        cd /
        if [ -n "${KEEP:-}${HDATA_WORK:-}" ]; then note "kept: $work"; else rm -rf "$work"; fi
    fi
    exit "$status"
}

# ---------------------------------------------------------------- what is lacking

# A server is usable when its programs, its headers and PGXS are all there.
usable()
{
    local version

    version=$("$1" --version 2>/dev/null | sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p') || return 1
    [ "${version:-0}" -ge "$oldest" ] && [ -x "$("$1" --bindir)/initdb" ] && [ -x "$("$1" --bindir)/psql" ] &&
        [ -f "$("$1" --includedir-server)/postgres.h" ] && [ -f "$("$1" --pgxs)" ]
}

installed_majors()
{
    local dir

    for dir in /usr/lib/postgresql/*; do
        if [ -x "$dir/bin/initdb" ]; then basename "$dir"; fi
    done | sort -rn
}

find_server()
{
    local candidate major

    if [ -n "$pg_config" ]; then
        case $pg_config in
            */*) pg_config=$(realpath -s "$pg_config") ;;
        esac
        usable "$pg_config" || die "PG_CONFIG=$pg_config is no PostgreSQL $oldest or later with server programs and headers"
        return
    fi
    candidate=$(command -v pg_config || true)
    if [ -n "$candidate" ] && usable "$candidate"; then pg_config=$candidate; return; fi
    for major in $(installed_majors); do
        candidate=/usr/lib/postgresql/$major/bin/pg_config
        if usable "$candidate"; then pg_config=$candidate; return; fi
    done
}

# The headers of the very server that is there, where apt still has them: newer ones would have the server upgraded.
headers_package()
{
    local version

    version=$(dpkg-query -W -f '${Version}' "postgresql-$1" 2>/dev/null || true)
    if [ -n "$version" ] && apt-cache madison "postgresql-server-dev-$1" 2>/dev/null | grep -qF "| $version |"; then
        echo "postgresql-server-dev-$1=$version"
    else
        echo "postgresql-server-dev-$1"
    fi
}

# The Debian packages that are lacking, one word each.  $1: the major version of the server, empty when there is one already.
lacking_packages()
{
    local compiler=${CC:-gcc}

    if [ -n "$1" ]; then
        if [ ! -x "/usr/lib/postgresql/$1/bin/initdb" ]; then echo "postgresql-$1"; fi
        headers_package "$1"
    fi
    if ! command -v "${compiler%% *}" >/dev/null; then echo "${compiler%% *}"; fi
    if ! command -v make >/dev/null; then echo make; fi
    if [ ! -e /usr/include/stdio.h ]; then echo libc6-dev; fi
    if ! command -v pkg-config >/dev/null; then echo pkg-config; fi
    if ! pkg-config --exists icu-uc 2>/dev/null; then echo libicu-dev; fi
    if ! command -v prove >/dev/null; then echo perl; fi
    if ! perl -MIPC::Run -e 1 2>/dev/null; then echo libipc-run-perl; fi
}

# The major version to install: a server that lacks only its headers comes before the distribution's default.
choose_major()
{
    local major

    for major in $(installed_majors); do
        if [ "$major" -ge "$oldest" ] && apt-cache show "postgresql-server-dev-$major" >/dev/null 2>&1; then
            echo "$major"
            return
        fi
    done
    apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1
}

install_lacking()
{
    local major='' lacking apt plan

    find_server
    lacking=$(lacking_packages '' | tr '\n' ' ')
    if [ -z "$pg_config" ]; then
        lacking="PostgreSQL with server headers $lacking"
    elif [ -z "$lacking" ]; then
        return
    fi
    command -v apt-get >/dev/null || die "lacking, and there is no apt-get: $lacking"
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null ||
        die "installing what is lacking needs root or a sudo that asks nothing: $lacking"

    apt=(env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get -q -o DPkg::Lock::Timeout=300)
    note "reading the package lists ..."
    as_root "${apt[@]}" update >"$work/apt.log" 2>&1 || note "apt-get update failed; trying with the lists that are there"

    if [ -z "$pg_config" ]; then
        major=$(choose_major)
        [ "${major:-0}" -ge "$oldest" ] ||
            die "this system packages PostgreSQL ${major:-not at all}; hdata needs $oldest or later: install it and set PG_CONFIG"
    fi
    # shellcheck disable=SC2046  # package names hold no blanks
    set -- $(lacking_packages "$major")
    apt+=(install -y --no-install-recommends)

    # Packages may come, but no PostgreSQL package that is there may change: its clusters would be restarted.
    plan=$("${apt[@]}" --simulate "$@" 2>&1) || { note "$plan"; die "apt cannot install: $*"; }
    if grep -E '^(Inst postgresql[^ ]* \[|Remv )' <<<"$plan" >&2; then
        die "apt would change installed packages; please install by hand: $*"
    fi

    if [ -n "$major" ]; then forbid_main_cluster; fi
    note "installing $* ..."
    as_root "${apt[@]}" "$@" >>"$work/apt.log" 2>&1 </dev/null ||
        { tail -n 40 "$work/apt.log" >&2; die "apt-get install failed"; }
    remove_dropin

    [ -n "$pg_config" ] || find_server
    [ -n "$pg_config" ] || die "PostgreSQL $major was installed, but its headers are not found"
}

# Debian creates and starts a cluster "main" with the first server package of a version, unless this setting says no.
forbid_main_cluster()
{
    local conf=/etc/postgresql-common/createcluster.conf

    if [ -e "$conf" ] && ! grep -q '^include_dir.*createcluster\.d' "$conf"; then
        grep -Eq '^create_main_cluster *= *(false|off|no)' "$conf" ||
            die "apt would create a main cluster: set create_main_cluster = false in $conf first"
        return
    fi
    dropin=/etc/postgresql-common/createcluster.d/hdata-$$.conf
    as_root mkdir -p "$(dirname "$dropin")"
    as_root sh -c "echo 'create_main_cluster = false' >'$dropin' && chmod 644 '$dropin'"
}

# ---------------------------------------------------------------- the private directory

make_work()
{
    local tmp=${TMPDIR:-/tmp}

    # A socket's path is limited to 107 bytes, and a private TMPDIR may be closed to the server's user.
    if [ "$(id -u)" = 0 ] || [ "${#tmp}" -gt 60 ]; then tmp=/tmp; fi
    export TMPDIR=$tmp
    if [ -n "${HDATA_WORK:-}" ]; then
        mkdir -p "$HDATA_WORK"
        work=$(cd "$HDATA_WORK" && pwd)
    else
        work=$(mktemp -d "$tmp/hdata.XXXXXX")
    fi
    chmod 700 "$work"
}

give_work()
{
    if [ "$(id -u)" = 0 ]; then
        if id postgres >/dev/null 2>&1; then user=postgres; else user=nobody; fi
        chown "$user" "$work"
    fi
    cd "$work"
    as_user test -w . || die "the user who runs the server cannot reach $work"
}

# The copy keeps the times of the sources, so that make sees what changed in a directory that is reused.
copy_tree()
{
    as_user mkdir -p tree
    if [ -d tree/src ]; then
        find tree/src -name '*.[ch]' -delete
        rm -rf tree/sql tree/test tree/expected tree/docs
    fi
    tar -C "$root" -cf - --exclude=./.git --exclude='./src/*.o' --exclude='./src/*.d' --exclude='*.bc' --exclude='*.so' \
        --exclude=./demo --exclude=./results --exclude=./tmp_check --exclude=./tmp_check_iso --exclude=./output_iso --exclude=./log . |
        as_user tar -C tree -xf - --no-same-owner
}

tree_make()
{
    local settings=("PG_CONFIG=$pg_config" with_llvm=no)

    if [ -n "${CC:-}" ]; then settings+=("CC=$CC"); fi
    if [ -n "${OPTFLAGS:-}" ]; then settings+=("OPTFLAGS=$OPTFLAGS"); fi
    as_user make --no-print-directory -C tree "${settings[@]}" "$@"
}

build()
{
    local destdir=$work/root

    note "building with PostgreSQL $("$pg_config" --version | sed 's/^PostgreSQL //') ..."
    if [ -n "${HDATA_INSTALL:-}" ]; then destdir=; fi
    copy_tree
    if ! tree_make -j"$(nproc)" "WERROR=${WERROR:-1}" all >build.log 2>&1; then
        grep -E '(error|warning): |undefined reference|No rule|\*\*\*' build.log >&2 || tail -n 40 build.log >&2
        die "the build failed"
    fi
    if [ -n "$destdir" ]; then
        rm -rf "$destdir"
        tree_make install DESTDIR="$destdir" >>build.log 2>&1 || { tail -n 20 build.log >&2; die "the installation failed"; }
    else
        make --no-print-directory -C tree PG_CONFIG="$pg_config" with_llvm=no install >>build.log 2>&1 ||
            { tail -n 20 build.log >&2; die "the installation failed"; }
    fi
}

# The settings with which a server loads the extension from the private directory, for our cluster and for those of TAP tests.
write_extension_conf()
{
    local known

    known=$(as_user "$bindir/postgres" --describe-config | cut -f 1)
    if [ -n "${HDATA_INSTALL:-}" ]; then
        : >extension.conf
    elif grep -qx extension_destdir <<<"$known"; then        # Debian's and Ubuntu's packages
        echo "extension_destdir = '$work/root'" >extension.conf
    elif grep -qx extension_control_path <<<"$known"; then   # PostgreSQL 18 and later
        cat >extension.conf <<-END
			extension_control_path = '$work/root$("$pg_config" --sharedir):\$system'
			dynamic_library_path = '$work/root$("$pg_config" --pkglibdir):\$libdir'
		END
    else
        die "$bindir/postgres cannot load an extension from a private directory; HDATA_INSTALL=1 installs into the server itself"
    fi
}

# start_cluster [SETTING...]
start_cluster()
{
    data_dir=$work/data
    rm -rf "$data_dir" "$work/socket"
    as_user mkdir -m 700 "$work/socket"
    as_user "$bindir/initdb" -D "$data_dir" -U postgres -A trust -E UTF8 --locale="$LANG" --no-sync >initdb.log 2>&1 ||
        { cat initdb.log >&2; die "initdb failed"; }
    {
        echo "listen_addresses = ''"
        echo "unix_socket_directories = '$work/socket'"
        echo "unix_socket_permissions = 0700"
        echo "fsync = off"
        echo "full_page_writes = off"
        echo "synchronous_commit = off"
        echo "max_wal_size = 4GB"
        cat extension.conf
        printf '%s\n' "$@"
    } >>"$data_dir/postgresql.conf"

    # without TCP the port is but a part of the socket's name
    export PGHOST=$work/socket PGPORT=$((50000 + RANDOM % 10000)) PGUSER=postgres PGDATABASE=postgres
    as_user "$bindir/pg_ctl" -D "$data_dir" -l "$work/server.log" -o "-p $PGPORT" -s -w start ||
        { cat server.log >&2; die "the cluster did not start"; }
}

# ---------------------------------------------------------------- check

# Counts the results in a log: pg_regress of 15 ("test x ... ok"); TAP, which pg_regress of 16 and later and prove -v speak;
# and the closing line of a unit test program ("NAME: 12 passed, 0 failed").
count_results()
{
    awk '
        /^1\.\.0 +# *[Ss][Kk][Ii][Pp]|^[^ ]+ \.+ skipped: /  { s++; next }
        /^(not )?ok [0-9]+.*# *([Ss][Kk][Ii][Pp]|TODO)/ { s++; next }
        /^ok +[0-9]+/           { p++; next }
        /^not ok +[0-9]+/       { f++; next }
        /^[a-z_, ]+: [0-9]+ passed, [0-9]+ failed$/  { p += $(NF - 3); f += $(NF - 1); next }
        /\.\.\. ok/              { p++ }
        /\.\.\. FAILED/          { f++ }
        END                     { print p + 0, f + 0, s + 0 }' "$1"
}

# suite NAME COMMAND...: one line about it, and on failure what a person needs to see.
suite()
{
    local name=$1 began=$SECONDS status=0 p f s

    shift
    "$@" >"$name.log" 2>&1 || status=$?
    read -r p f s <<<"$(count_results "$name.log")"
    if [ "$status" != 0 ] && [ "$f" = 0 ]; then f=1; fi
    printf '%-10s %5d passed %3d failed %3d skipped %5d s\n' "$name" "$p" "$f" "$s" $((SECONDS - began))
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ "$s" != 0 ]; then
        echo "SKIPPED in $name:"
        grep -Ei '# *(skip|todo)|\.\. skipped: ' "$name.log" | sort | uniq -c || true
    fi
    if [ "$status" != 0 ]; then show_failure "$name"; fi
}

show_failure()
{
    local file

    echo "---------------- $1: what failed"
    case $1 in
        regress | isolation)
            grep -E '^not ok|FAILED' "$1.log" || true
            if [ -s tree/regression.diffs ]; then head -n 200 tree/regression.diffs; else tail -n 30 "$1.log"; fi
            grep -E 'PANIC|TRAP|terminated by signal' server.log | tail -n 20 || true
            ;;
        tap)
            grep -E '^not ok|^#|Dubious|^[^ ]+ died' "$1.log" | head -n 60 || true
            for file in tree/tmp_check/log/regress_log_*; do
                if [ -e "$file" ] && grep -Eq '^\[.*not ok|died|Bail out' "$file"; then
                    echo "---------------- the end of $(basename "$file")"
                    tail -n 40 "$file"
                fi
            done
            ;;
        *) tail -n 40 "$1.log" ;;
    esac
    echo "----------------"
}

any() { [ -e "$1" ]; }

check()
{
    local perl_lib

    perl_lib=$(dirname "$("$pg_config" --pgxs)")/../test/perl/PostgreSQL/Test/Cluster.pm
    if [ -f tree/test/unit/Makefile ]; then
        suite unit as_user make --no-print-directory -C tree/test/unit PG_CONFIG="$pg_config" ${CC:+CC="$CC"} check
    fi
    if any tree/test/sql/*.sql; then suite regress tree_make installcheck ISOLATION= TAP_TESTS=; fi
    if any tree/test/isolation/specs/*.spec; then suite isolation tree_make installcheck REGRESS= TAP_TESTS=; fi
    if any tree/test/tap/*.pl; then
        if [ -f "$perl_lib" ]; then
            suite tap tree_make installcheck REGRESS= ISOLATION= PROVE_FLAGS=-v
        else
            echo "SKIPPED all of test/tap: this server comes without PostgreSQL::Test"
            skipped=$((skipped + $(find tree/test/tap -name '*.pl' | wc -l)))
        fi
    fi

    echo "total time $SECONDS s"
    echo "$passed passed, $failed failed$(if [ "$skipped" != 0 ]; then echo ", $skipped skipped"; fi)"
    [ "$failed" = 0 ] && [ "$passed" != 0 ]
}

# ---------------------------------------------------------------- demo and bench

# The folder of data, where the server's user can read it.
own_data()
{
    local dir

    [ -n "${DATA:-}" ] || return 0
    dir=$(cd "$root" && cd "$DATA" && pwd)
    # shellcheck disable=SC2016  # for the inner shell
    if ! as_user sh -c 'cd "$1" && for f in ./*; do [ -r "$f" ] || exit 1; done' _ "$dir" 2>/dev/null; then
        rm -rf own_data
        as_user mkdir own_data
        tar -C "$dir" -cf - . | as_user tar -C own_data -xf - --no-same-owner
        dir=$work/own_data
    fi
    echo "$dir"
}

demo()
{
    local dir

    dir=$(own_data)
    export PGDATABASE=demo
    as_user createdb demo
    rm -rf demo_out
    as_user mkdir demo_out
    as_user env DEMO_OUT="$work/demo_out" tree/test/demo/demo.sh "$dir"
    hand_over
}

# What the demo made, from the private directory into the tree.
hand_over()
{
    if ! mkdir -p "$root/demo" || ! cp demo_out/* "$root/demo/"; then
        note "cannot write to $root/demo"
        return
    fi
    echo "Written: $(cd demo_out && printf 'demo/%s ' *)"
}

bench()
{
    export PGDATABASE=bench
    as_user createdb bench
    # shellcheck disable=SC2086  # names of benchmarks
    as_user tree/test/bench/run.sh ${BENCH:-}
}

# ---------------------------------------------------------------- main

case $goal in check | demo | bench) ;; *) die "usage: run.sh check | demo | bench" ;; esac
cd "$root"                      # DATA, PG_CONFIG and HDATA_WORK may be relative to it
[ -z "${DATA:-}" ] || [ -d "$DATA" ] || die "DATA=$DATA is no folder"

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

make_work
install_lacking
give_work
bindir=$("$pg_config" --bindir)
export PATH=$bindir:$PATH PG_CONFIG=$pg_config
export HDATA_ROOT=$work/tree
export TEMP_CONFIG=$work/extension.conf     # PostgreSQL::Test::Cluster gives it to every node
# The reference values and real data sets are copied: the unprivileged user may not be let into the folder that the tree lies in.
if [ -r "$root/../shared/golden/agreement.json" ]; then
    mkdir -p "$work/shared"
    cp -R "$root/../shared/golden" "$root/../shared/data" "$work/shared/"
    chmod -R a+rX "$work/shared"
    export HDATA_SHARED=$work/shared
elif [ "$goal" = check ]; then
    echo "SKIPPED: no ../shared/golden beside the tree, so nothing is compared with reference values, and no real data set is tried" >&2
fi

build
write_extension_conf
if [ "$goal" = bench ]; then
    start_cluster 'shared_buffers = 2GB' 'work_mem = 1GB' 'maintenance_work_mem = 1GB' 'jit = off'
else
    start_cluster
fi
"$goal"
