#!/usr/bin/env bash
# heat-translator 3.5.0 reads only the digits before the point of a memory size, and then no unit either: of "15.5 GB" it
# takes 15, as megabytes. The Compute node becomes a server of the smallest flavor, and nothing warns.
#
# Seen with heat-translator 3.5.0 and tosca-parser 2.15.0 on Python 3.11, with the flavors that it knows without a cloud:
#
#   mem_size 1 GB: m1.small
#   mem_size 1500 MB: m1.small
#   mem_size 1.5 GB: m1.nano
#   mem_size 15.5 GB: m1.nano
#   volume of 1.5 GB: 2 GB
#
# The size of a BlockStorage, which tosca-parser reads, is right. Sizes without a fraction are read as they should be.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps heat-translator==3.5.0 tosca-parser==2.15.0 \
    PyYAML==6.0.4 certifi==2025.1.31 charset-normalizer==3.4.4 idna==3.20 python-dateutil==2.9.0.post0 six==1.17.0 \
    requests==2.34.2 urllib3==2.8.0 pbr==7.1.3 setuptools==80.9.0 \
    stevedore==5.10.0 typing_extensions==4.16.0 oslo.utils==10.2.0 oslo.i18n==6.9.0 iso8601==2.1.0 netaddr==1.3.0 keystoneauth1==5.18.1 os-service-types==1.9.0 \
    2>"$work/pip.log" || { cat "$work/pip.log"; exit 2; }
seen=$("$work/venv/bin/python" -W ignore - <<'PYTHON'
import logging

import yaml
from toscaparser.tosca_template import ToscaTemplate
from translator.hot.tosca_translator import TOSCATranslator

logging.disable()


def translate(kind, **values):
    """Return the properties of the resource that the node becomes."""
    nodes = {"node": {"type": f"tosca.nodes.{kind}", **values}}
    tosca = {"tosca_definitions_version": "tosca_simple_yaml_1_0", "topology_template": {"node_templates": nodes}}
    hot = yaml.safe_load(TOSCATranslator(ToscaTemplate(yaml_dict_tpl=tosca), {}).translate())
    return hot["resources"]["node"]["properties"]


for memory in ("1 GB", "1500 MB", "1.5 GB", "15.5 GB"):
    host = {"properties": {"num_cpus": 1, "mem_size": memory}}
    print(f"mem_size {memory}: {translate('Compute', capabilities={'host': host})['flavor']}")
print(f"volume of 1.5 GB: {translate('BlockStorage', properties={'size': '1.5 GB'})['size']} GB")
PYTHON
)
printf '%s\n' "$seen"
[ "$seen" = "mem_size 1 GB: m1.small
mem_size 1500 MB: m1.small
mem_size 1.5 GB: m1.nano
mem_size 15.5 GB: m1.nano
volume of 1.5 GB: 2 GB" ]
