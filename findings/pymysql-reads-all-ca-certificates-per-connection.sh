#!/usr/bin/env bash
# Each PyMySQL connection makes a TLS context of its own and reads all of the system's CA certificates into it: also for a
# Unix socket, also where nothing asks for TLS, and before it connects. A pool that opens a hundred connections does it a
# hundred times; `ssl_disabled=True`, or one `ssl.SSLContext` given to all, does not.
#
# Seen with PyMySQL 1.2.4 on Python 3.11.7, for two connections that never connect:
#
#   unix socket: 2 contexts, with certificates: True
#   unix socket, ssl_disabled: 0 contexts
#   one context for both: 0 contexts more
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3.11}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check PyMySQL==1.2.4 certifi==2025.1.31 2>"$work/pip.log" ||
    { cat "$work/pip.log"; exit 2; }

cat >"$work/count.py" <<'PY'
import ssl

import certifi
import pymysql

made = []
original = ssl.create_default_context


def counted(*given, **named):
    made.append(original(*given, **named))
    return made[-1]


ssl.create_default_context = counted


def two(**options):
    made.clear()
    for _ in range(2):
        pymysql.connections.Connection(unix_socket="/nowhere", defer_connect=True, **options)
    return len(made)


print(f"unix socket: {two()} contexts, with certificates: {all(it.cert_store_stats()['x509'] > 0 for it in made)}")
print(f"unix socket, ssl_disabled: {two(ssl_disabled=True)} contexts")
print(f"one context for both: {two(ssl=original())} contexts more")
PY
seen=$(SSL_CERT_FILE=$("$work/venv/bin/python" -c "import certifi; print(certifi.where())") \
    "$work/venv/bin/python" -I "$work/count.py")
printf '%s\n' "$seen"
[ "$seen" = "unix socket: 2 contexts, with certificates: True
unix socket, ssl_disabled: 0 contexts
one context for both: 0 contexts more" ]
