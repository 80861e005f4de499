#!/bin/bash
# A PostgreSQL server of this checkout's own, reached through a unix socket only. It touches no other server.
#
#   tools/postgres.sh start [--durable]         start it (nothing happens if it runs), print its address
#   tools/postgres.sh stop [--durable]          stop it
#   tools/postgres.sh url [NAME] [--durable]    print the address of database NAME (kinkeeper), made if it is missing
#   tools/postgres.sh status [--durable]        exit 0 if it runs
#   tools/postgres.sh remove [--durable]        stop it and delete all its data
#
# Two servers can exist. The one for tests does not wait for the disk; the durable one does, and serves benchmarks.
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin" # runuser lives there, and not everybody looks there
root=$(cd "$(dirname "$0")/.." && pwd -P)

command=""
database=kinkeeper
kind=tests
for word in "$@"; do
    case "$word" in
        --durable) kind=durable ;;
        *) if [ -z "$command" ]; then command=$word; else database=$word; fi ;;
    esac
done
[[ "$database" =~ ^[a-z][a-z0-9_]{0,40}$ ]] || { echo "A database name is a-z, 0-9 and _: $database" >&2; exit 2; }

# PostgreSQL refuses to run as root; Debian's package brings the user `postgres`.
if [ "$(id -u)" -eq 0 ]; then
    owner=postgres
    as_owner() { (cd / && exec runuser -u postgres -- env -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE "$@"); }
else
    owner=$(id -un)
    as_owner() { (cd / && exec env -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE "$@"); }
fi

# A socket path may be 107 bytes long, so it cannot live in a checkout whose path may be longer.
short=/var/tmp/kinkeeper-$(printf '%s' "$root" | sha256sum | cut -c1-12)-$kind
url="postgresql://kinkeeper@/$database?host=$short/socket"

make_folder() { # mode 700: whoever can open the socket is trusted
    mkdir -p "$1" && { [ "$(id -u)" -ne 0 ] || chown "$owner:" "$1"; } && chmod 700 "$1"
    [ "$(stat -c %U "$1")" = "$owner" ] || { echo "$1 belongs to somebody else." >&2; exit 1; }
}

choose_data() { # in the checkout where the server's user can reach it, else beside the socket
    data=$short/data
    if [ ! -d "$data" ]; then
        mkdir -p "$root/.postgres" && chmod 755 "$root/.postgres"
        if as_owner test -x "$root/.postgres" 2>/dev/null; then data=$root/.postgres/$kind; fi
    fi
}

choose_programs() { # the version that wrote the data, else the newest one installed
    local version
    version=$(as_owner cat "$data/PG_VERSION" 2>/dev/null || true)
    programs=$(ls -d /usr/lib/postgresql/"${version:-[0-9]*}"/bin 2>/dev/null | sort -V | tail -n 1 || true)
    [ -n "$programs" ] || programs=$(pg_config --bindir 2>/dev/null || true)
    [ -x "$programs/initdb" ] || { echo "PostgreSQL is not installed (Debian: apt-get install postgresql)." >&2; exit 1; }
}

running() { as_owner "$programs/pg_ctl" status --pgdata="$data" >/dev/null 2>&1; }

psql_postgres() { as_owner "$programs/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$short/socket" -U postgres "$@"; }

create_cluster() {
    make_folder "$data"
    as_owner "$programs/initdb" --pgdata="$data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
        --no-sync >/dev/null
    local disk=off
    [ "$kind" = tests ] || disk=on
    as_owner tee -a "$data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$short/socket'
unix_socket_permissions = 0700
max_connections = 200
timezone = 'UTC'
fsync = $disk
synchronous_commit = $disk
full_page_writes = $disk
CONF
    as_owner tee "$data/pg_hba.conf" >/dev/null <<<"local all all trust"
}

start() {
    running && return
    [ -f "$data/PG_VERSION" ] || as_owner test -f "$data/PG_VERSION" || create_cluster
    as_owner "$programs/pg_ctl" start --wait --timeout=120 --silent --pgdata="$data" --log="$short/server.log" \
        </dev/null >/dev/null 2>&1 || { as_owner tail -n 20 "$short/server.log" >&2; exit 1; }
    [ "$(psql_postgres -d postgres -c "SELECT count(*) FROM pg_roles WHERE rolname = 'kinkeeper'")" = 1 ] ||
        psql_postgres -d postgres -c "CREATE ROLE kinkeeper LOGIN CREATEDB"
    # The application’s own role, before whose requests the second wall stands, and the one that copies (docs/guides).
    [ "$(psql_postgres -d postgres -c "SELECT count(*) FROM pg_roles WHERE rolname = 'kinkeeper_app'")" = 1 ] ||
        psql_postgres -d postgres -c "CREATE ROLE kinkeeper_app LOGIN" \
            -c "CREATE ROLE kinkeeper_backup LOGIN BYPASSRLS" -c "GRANT kinkeeper_app TO kinkeeper"
}

create_database() {
    [ "$(psql_postgres -d postgres -c "SELECT count(*) FROM pg_database WHERE datname = '$database'")" = 1 ] ||
        psql_postgres -d postgres -c "CREATE DATABASE $database OWNER kinkeeper"
}

make_folder "$short"
make_folder "$short/socket"
choose_data
choose_programs
# Two callers at once must not both create the cluster. The server outlives this script, so it must not hold the lock.
exec 9>"$short/lock"
flock 9

case "$command" in
    start | url) (exec 9>&-; start; create_database); echo "$url" ;;
    stop) running || exit 0; as_owner "$programs/pg_ctl" stop --silent --mode=fast --pgdata="$data" ;;
    status) running ;;
    remove)
        ! running || as_owner "$programs/pg_ctl" stop --silent --mode=immediate --pgdata="$data"
        rm -rf "$data" "$short"
        ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
