#!/usr/bin/env bash
# `import yaql` raises AttributeError on Python 3.11 where nothing has imported `collections.abc` before: yaql imports
# `collections` only and then uses `collections.abc`. In a program that imports nearly anything else first it works, so it
# is seen in a short script or in a worker that imports yaql first.
#
# Seen with yaql 3.2.0 on Python 3.11.7:
#
#   import yaql: AttributeError: module 'collections' has no attribute 'abc'
#   import collections.abc, yaql: imported
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3.11}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check yaql==3.2.0 2>"$work/pip.log" ||
    { cat "$work/pip.log"; exit 2; }

seen=$(for statement in "import yaql" "import collections.abc, yaql"; do
    echo "$statement: $("$work/venv/bin/python" -I -W ignore -c "$statement; print('imported')" 2>&1 | tail -n 1)"
done)
printf '%s\n' "$seen"
[ "$seen" = "import yaql: AttributeError: module 'collections' has no attribute 'abc'
import collections.abc, yaql: imported" ]
