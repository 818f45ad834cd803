#!/usr/bin/env bash
# python-heatclient 5.3.0: "openstack stack list --long" asks for the stacks of every project, as --all-projects does.
#
# Its help says only "List additional fields in output". The request has global_tenant=True, which heat-api's policy gives
# to administrators alone: everybody else gets 403 for wanting one column more.
#
# Seen: {'plain': False, 'long': True, 'all': True}
# Exit status 1: the client no longer does it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-heatclient==5.3.0 python-openstackclient==10.5.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys

from heatclient.osc.v1 import stack


class Stacks:
    asked = {}

    def list(self, **asked):
        self.asked = asked
        return []


class Client:
    stacks = Stacks()


class Program:
    pass


seen = {}
for name, options in {"plain": [], "long": ["--long"], "all": ["--all-projects"]}.items():
    parser = stack.ListStack(Program(), None).get_parser("openstack stack list")
    stack._list(Client, parser.parse_args(options))
    seen[name] = Client.stacks.asked["global_tenant"]
print(seen)
sys.exit(seen != {"plain": False, "long": True, "all": True})
PYTHON
