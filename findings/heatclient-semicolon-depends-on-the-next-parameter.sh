#!/usr/bin/env bash
# python-heatclient 5.3.0: what a semicolon in a --parameter means depends on whether there is a second --parameter. With
# one, it begins the next parameter; with two, it belongs to the value.
#
# Seen with python-heatclient 5.3.0 on Python 3.11, in the function to which `stack create` and `stack update` give the
# values of --parameter:
#
#   dsn=h;db=x: dsn 'h', db 'x'
#   dsn=h;db=x and size=1: dsn 'h;db=x', size '1'
#   dsn=h;tls: CommandError: Malformed parameter(tls). Use the key=value format.
#   dsn=h;tls and size=1: dsn 'h;tls', size '1'
#   size=1 and size=2: size ['1', '2']
#
# A script that stops giving one of its two parameters sends other values for the one that is left. A value with a
# semicolon is safe in --parameter-file and in an environment only.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps python-heatclient==5.3.0 PyYAML==6.0.4 \
    iso8601==2.1.0 netaddr==1.3.0 oslo.i18n==6.9.0 oslo.serialization==5.11.0 oslo.utils==10.2.0 prettytable==3.18.0 \
    pbr==7.1.3 setuptools==80.9.0 2>"$work/pip.log" || { cat "$work/pip.log"; exit 2; }
seen=$("$work/venv/bin/python" -W ignore - <<'PYTHON'
from heatclient import exc
from heatclient.common import utils

for given in (["dsn=h;db=x"], ["dsn=h;db=x", "size=1"], ["dsn=h;tls"], ["dsn=h;tls", "size=1"], ["size=1", "size=2"]):
    try:
        found = ", ".join(f"{name} {value!r}" for name, value in utils.format_parameters(given).items())
    except exc.CommandError as error:
        found = f"CommandError: {error}"
    print(f"{' and '.join(given)}: {found}")
PYTHON
)
printf '%s\n' "$seen"
[ "$seen" = "dsn=h;db=x: dsn 'h', db 'x'
dsn=h;db=x and size=1: dsn 'h;db=x', size '1'
dsn=h;tls: CommandError: Malformed parameter(tls). Use the key=value format.
dsn=h;tls and size=1: dsn 'h;tls', size '1'
size=1 and size=2: size ['1', '2']" ]
