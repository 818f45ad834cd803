#!/usr/bin/env bash
# A yaql expression that ends with `keys()` evaluates to a Python set, not to a list. Its order is that of the process's
# string hashes, so that the same expression over the same map has another order in the next process. One that ends with
# `items()` raises TypeError, since its pairs become lists, which can't be in a set. With another function behind them
# (`keys().select($)`, `items().toDict(…)`) both keep the order of the map.
#
# Seen with yaql 3.2.0 on Python 3.11, with an engine made without options:
#
#   keys(): a set, its order in 20 processes: several
#   keys().select($): a list, its order in 20 processes: one
#   values(): a list, its order in 20 processes: one
#   items(): TypeError
#
# Whoever stores what a template's yaql gives has to sort sets: a resource's property would change each time that another
# process computes it.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check yaql==3.2.0 2>"$work/pip.log" ||
    { cat "$work/pip.log"; exit 2; }

cat >"$work/ask.py" <<'PYTHON'
import collections.abc  # noqa: F401 (yaql uses it without importing it)
import sys

import yaql

value = {name: name for name in ("web", "database", "queue", "cache", "worker")}
try:
    found = yaql.YaqlFactory().create()(sys.argv[1]).evaluate(data=value)
except TypeError as error:
    print(type(error).__name__)
else:
    print(f"a {type(found).__name__}:", *found)
PYTHON

ask() { # EXPRESSION
    local found
    found=$(for seed in $(seq 20); do PYTHONHASHSEED=$seed "$work/venv/bin/python" -W ignore "$work/ask.py" "$1"; done | sort -u)
    case $found in
        TypeError) echo TypeError ;;
        *) echo "${found%%:*}, its order in 20 processes: $([ "$(wc -l <<<"$found")" = 1 ] && echo one || echo several)" ;;
    esac
}

seen=$(for expression in 'keys()' 'keys().select($)' 'values()' 'items()'; do echo "$expression: $(ask "\$.$expression")"; done)
printf '%s\n' "$seen"
[ "$seen" = 'keys(): a set, its order in 20 processes: several
keys().select($): a list, its order in 20 processes: one
values(): a list, its order in 20 processes: one
items(): TypeError' ]
