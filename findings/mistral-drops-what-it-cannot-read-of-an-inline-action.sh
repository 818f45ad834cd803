#!/usr/bin/env bash
# Mistral 23.0.0 reads the parameters behind an action's name ("std.ssh host=…") by one regular expression, and passes over
# what doesn't match: of a number it takes the digits before the first point, and a negative number or a word without
# quotes isn't a parameter at all. The workflow is valid, and the action gets other values, or none.
#
# Seen with Mistral 23.0.0 on Python 3.11, in its own parser of workflows:
#
#   version=1.10: {'version': 1}
#   host=10.0.0.1: {'host': 10}
#   delay=-5: {}
#   name=web: {}
#   force=trueish: {'force': True}
#   ports=[80] sizes=[1]: {'ports': '[80] sizes=[1]'}
#   version='1.10' delay=<% -5 %>: {'version': '1.10', 'delay': '<% -5 %>'}
#
# Two lists in one line become one text. Whoever writes workflows by a program gives the parameters under `input:`.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps mistral==23.0.0 mistral-lib==3.6.0 \
    yaql==3.2.0 ply==3.11 Jinja2==3.1.6 MarkupSafe==3.0.4 Mako==1.4.3 PyYAML==6.0.4 SQLAlchemy==2.0.43 WebOb==1.8.11 \
    alembic==1.18.4 attrs==26.1.0 cachetools==8.0.2 certifi==2025.1.31 charset-normalizer==3.4.4 \
    debtcollector==3.1.0 decorator==5.3.1 dnspython==2.9.2 eventlet==0.41.3 Paste==3.10.1 PasteDeploy==3.1.0 \
    Routes==2.5.1 repoze.lru==0.7 yappi==1.7.6 bcrypt==5.0.0 statsd==4.0.1 croniter==7.0.0 networkx==3.6.1 \
    fasteners==0.20 greenlet==3.5.6 idna==3.20 iso8601==2.1.0 jsonpointer==3.1.1 jsonschema==4.26.0 \
    jsonschema-specifications==2025.9.1 keystoneauth1==5.18.1 netaddr==1.3.0 os-service-types==1.9.0 \
    oslo.concurrency==7.6.1 oslo.config==10.7.0 oslo.context==6.5.0 oslo.db==18.1.1 oslo.i18n==6.9.0 oslo.log==8.3.2 \
    oslo.messaging==18.3.1 oslo.metrics==0.17.0 oslo.middleware==8.2.0 oslo.serialization==5.11.0 \
    oslo.service==4.8.0 oslo.utils==10.2.0 osprofiler==4.4.0 packaging==26.2 pbr==7.1.3 pecan==1.8.0 psutil==7.2.2 \
    python-dateutil==2.9.0.post0 python-keystoneclient==6.0.0 referencing==0.37.0 requests==2.34.2 rfc3986==2.0.0 \
    rpds-py==2026.9.1 setuptools==80.9.0 six==1.17.0 stevedore==5.10.0 tenacity==9.1.4 typing_extensions==4.16.0 \
    urllib3==2.8.0 wrapt==2.5.2 \
    2>"$work/pip.log" || { cat "$work/pip.log"; exit 2; }
cat >"$work/seen.py" <<'PYTHON'
from mistral.lang import parser

for given in (
    "version=1.10",
    "host=10.0.0.1",
    "delay=-5",
    "name=web",
    "force=trueish",
    "ports=[80] sizes=[1]",
    "version='1.10' delay=<% -5 %>",
):
    text = f"version: '2.0'\nflow:\n  tasks:\n    task:\n      action: my.action {given}\n"
    task = parser.get_workflow_list_spec_from_yaml(text, validate=True).get_workflows()[0].get_tasks()["task"]
    print(f"{given}: {task.get_input()}")
PYTHON
seen=$("$work/venv/bin/python" -W ignore "$work/seen.py")
printf '%s\n' "$seen"
[ "$seen" = "version=1.10: {'version': 1}
host=10.0.0.1: {'host': 10}
delay=-5: {}
name=web: {}
force=trueish: {'force': True}
ports=[80] sizes=[1]: {'ports': '[80] sizes=[1]'}
version='1.10' delay=<% -5 %>: {'version': '1.10', 'delay': '<% -5 %>'}" ]
