#!/usr/bin/env bash
# Heat 27.0.1 writes a list that is given for a string parameter as Python prints it, and not as JSON; and an index of
# get_attr that is written as text leads nowhere, although the same index of get_param is taken.
#
# Seen with openstack-heat 27.0.1 on Python 3.11, in Heat's own library:
#
#   string parameter given [1, 'a', None]: "[1, 'a', None]"
#   list parameter given [1, {'b': 2}]: ['1', "{'b': 2}"]
#   get_attr index 0: a, index '0': None
#   get_param index 0: a, index '0': a
#
# So what reads such a string has to read Python's text, and {get_attr: [group, refs, {get_param: index}]} is null where
# the parameter is a string. Whoever computes values beside Heat has to do both, or resources are replaced.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check openstack-heat==27.0.1 2>"$work/pip.log" ||
    { cat "$work/pip.log"; exit 2; }
seen=$("$work/venv/bin/python" -W ignore - <<'PYTHON'
from heat.engine import attributes, parameters
from heat.engine.hot import functions


def value(kind, given):
    schema = parameters.Schema.from_dict("p", {"Type": kind})
    return parameters.Parameter("p", schema, given).value()


class Stack:
    parameters = {"p": ["a", "b"]}
    strict_validate = True


def of_param(index):
    return functions.GetParam(Stack(), "get_param", ["p", index]).result()


print(f"string parameter given [1, 'a', None]: {value('String', [1, 'a', None])!r}")
print(f"list parameter given [1, {{'b': 2}}]: {value('CommaDelimitedList', [1, {'b': 2}])!r}")
print("get_attr index 0: {}, index '0': {}".format(
    attributes.select_from_attribute(["a", "b"], [0]), attributes.select_from_attribute(["a", "b"], ["0"])))
print("get_param index 0: {}, index '0': {}".format(of_param(0), of_param("0")))
PYTHON
)
printf '%s\n' "$seen"
[ "$seen" = "string parameter given [1, 'a', None]: \"[1, 'a', None]\"
list parameter given [1, {'b': 2}]: ['1', \"{'b': 2}\"]
get_attr index 0: a, index '0': None
get_param index 0: a, index '0': a" ]
