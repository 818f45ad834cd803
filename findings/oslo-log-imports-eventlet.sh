#!/usr/bin/env bash
# oslo.log up to 8.2 imports eventlet wherever it is installed; oslo.log 8.3 doesn't any more.
#
# Seen with oslo.utils 10.2.0 and eventlet 0.41.3 on Python 3.11: a process that never uses eventlet has eventlet and
# its hubs, and dnspython, in memory as soon as it imports oslo_log.log of 8.2.0 (through oslo_utils.eventletutils).
# With 8.3.2 the same import leaves them alone.
#
#   oslo.log 8.2.0: eventlet imported: True
#   oslo.log 8.3.2: eventlet imported: False
#
# So a service that picks oslo.service's threading backend saves that memory only with oslo.log 8.3 or newer.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
seen=
for release in 8.2.0 8.3.2; do
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check \
        "oslo.log==$release" oslo.utils==10.2.0 eventlet==0.41.3 2>"$work/pip.log" || { cat "$work/pip.log"; exit 2; }
    seen+=$("$work/venv/bin/python" -W ignore -c "
import sys
import oslo_log.log
print('oslo.log $release: eventlet imported:', 'eventlet.greenthread' in sys.modules)")$'\n'
done
printf '%s' "$seen"
[ "$seen" = $'oslo.log 8.2.0: eventlet imported: True\noslo.log 8.3.2: eventlet imported: False\n' ]
