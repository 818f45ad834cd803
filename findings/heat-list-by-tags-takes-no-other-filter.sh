#!/usr/bin/env bash
# Heat 27.0.1 can't list stacks by a tag and by another filter at once: the filter is looked for among the columns of the
# tags, and the call fails.
#
# Seen with openstack-heat 27.0.1 and SQLAlchemy 2.0 on Python 3.11, in Heat's own database API:
#
#   by status: no error
#   by tags: no error
#   by status and tags: InvalidRequestError: Entity namespace for "" has no property "status"
#   by name and tags: InvalidRequestError: Entity namespace for "" has no property "name"
#
# Through heat-api, GET /stacks?tags=a&status=COMPLETE answers 500. A client that has to work with Heat asks by tags
# alone, and filters what it gets.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check openstack-heat==27.0.1 'SQLAlchemy>=2,<2.1' \
    2>"$work/pip.log" || { cat "$work/pip.log"; exit 2; }
seen=$("$work/venv/bin/python" -W ignore - "$work/heat.sqlite" <<'PYTHON'
import sys

from heat.common import context
from heat.db import api, models
from oslo_config import cfg

cfg.CONF(args=[], default_config_files=[])
import heat.common.config  # noqa: E402,F401

cfg.CONF.set_override("connection", f"sqlite:///{sys.argv[1]}", "database")
request = context.RequestContext(is_admin=True, project_id="p")
with api.context_manager.writer.using(request) as session:
    models.BASE.metadata.create_all(session.connection())
for name, wanted in (
    ("status", {"filters": {"status": "COMPLETE"}}),
    ("tags", {"tags": ["a"]}),
    ("status and tags", {"filters": {"status": "COMPLETE"}, "tags": ["a"]}),
    ("name and tags", {"filters": {"name": "x"}, "tags": ["a"]}),
):
    try:
        api.stack_get_all(request, **wanted)
        print(f"by {name}: no error")
    except Exception as error:
        print(f"by {name}: {type(error).__name__}: {error}")
PYTHON
)
printf '%s\n' "$seen"
[ "$seen" = 'by status: no error
by tags: no error
by status and tags: InvalidRequestError: Entity namespace for "" has no property "status"
by name and tags: InvalidRequestError: Entity namespace for "" has no property "name"' ]
