#!/usr/bin/env bash
# Heat 27.0.1 refuses values that an allowed_pattern describes, if a shorter part of them matches an earlier alternative:
# it matches from the beginning, and then asks whether the match that it got is as long as the value.
#
# Seen with openstack-heat 27.0.1 on Python 3.11, in Heat's own library, beside Python's fullmatch:
#
#   tcp|tcp6, value tcp6: refused, fullmatch True
#   tcp6|tcp, value tcp6: taken, fullmatch True
#   (tcp|tcp6)$, value tcp6: taken, fullmatch True
#   [a-z]+?, value abc: refused, fullmatch True
#
# So the order of the alternatives matters, and a pattern that other tools take (JSON Schema, TOSCA) may refuse what it
# names. An engine that replaces Heat and uses fullmatch takes what Heat refused; a `$` at the end makes both agree.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps openstack-heat==27.0.1 PyYAML==6.0.4 \
    certifi==2025.1.31 charset-normalizer==3.4.4 debtcollector==3.1.0 decorator==5.3.1 dogpile.cache==1.5.0 idna==3.20 \
    iso8601==2.1.0 netaddr==1.3.0 oslo.cache==4.3.0 oslo.config==10.7.0 oslo.context==6.5.0 oslo.i18n==6.9.0 \
    oslo.log==8.3.2 oslo.policy==6.0.1 oslo.serialization==5.11.0 oslo.utils==10.2.0 psutil==7.2.2 \
    python-dateutil==2.9.0.post0 six==1.17.0 requests==2.34.2 rfc3986==2.0.0 setuptools==80.9.0 stevedore==5.10.0 \
    typing_extensions==4.16.0 urllib3==2.8.0 wrapt==2.5.2 pbr==7.1.3 2>"$work/pip.log" || { cat "$work/pip.log"; exit 2; }
seen=$("$work/venv/bin/python" -W ignore - <<'PYTHON'
import re

from heat.common import exception
from heat.engine import constraints

for pattern, value in (("tcp|tcp6", "tcp6"), ("tcp6|tcp", "tcp6"), ("(tcp|tcp6)$", "tcp6"), ("[a-z]+?", "abc")):
    schema = constraints.Schema("String", constraints=[constraints.AllowedPattern(pattern)])
    try:
        schema.validate_constraints(value)
        found = "taken"
    except exception.StackValidationFailed:
        found = "refused"
    print(f"{pattern}, value {value}: {found}, fullmatch {re.fullmatch(pattern, value) is not None}")
PYTHON
)
printf '%s\n' "$seen"
[ "$seen" = 'tcp|tcp6, value tcp6: refused, fullmatch True
tcp6|tcp, value tcp6: taken, fullmatch True
(tcp|tcp6)$, value tcp6: taken, fullmatch True
[a-z]+?, value abc: refused, fullmatch True' ]
