"""User data: the data that a server reads at its boot.

::

    RAW               the text, or the config with that id
    SOFTWARE_CONFIG   cloud-config, boothook, part handler, the text or the config's parts, cfn-init-data
    HEAT_CFNTOOLS     cloud-config, boothook, part handler, cfn-userdata and a script to run it, cfn-init-data,
                      cfn-metadata-server, cfn-boto-cfg

cloud-init splits the parts. The part handler stores each ``x-cfninitdata`` part in ``/var/lib/heat-cfntools``, under
its file name, because heat-cfntools and os-collect-config look there.
"""

from __future__ import annotations

import email
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

CLOUD_CONFIG = "output: {all: '| tee -a /var/log/cloud-init-output.log'}\n"
BOOTHOOK = """#!/bin/bash
# Link the tools of heat-cfntools to /opt/aws/bin, where templates expect them.
command -v cfn-create-aws-symlinks >/dev/null && cfn-create-aws-symlinks
exit 0
"""
CREATE_USER = """id {user} >/dev/null 2>&1 || useradd -m {user}
echo '{user} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/{user}
exit 0
"""
PART_HANDLER = '''# part-handler
"""Store each part of the type x-cfninitdata as a file where the tools look for it."""
import os

PLACES = ("/var/lib/heat-cfntools", "/var/lib/cloud/data")


def list_types():
    return ["text/x-cfninitdata"]


def handle_part(data, ctype, filename, payload):
    if ctype in ("__begin__", "__end__"):
        return
    content = payload if isinstance(payload, bytes) else payload.encode("utf-8")
    for place in PLACES:
        if not os.path.isdir(place):
            os.makedirs(place, 0o700)
        with open(os.path.join(place, filename), "wb") as file:
            file.write(content)
'''
RUN_USER_DATA = '''#!/usr/bin/env python3
"""Run the user data, with its output in a log; provision-finished is there when it went well."""
import errno
import os
import subprocess
import sys

PLACE = "/var/lib/heat-cfntools"
SCRIPT = os.path.join(PLACE, "cfn-userdata")


def main():
    os.chmod(SCRIPT, 0o700)
    handle = os.open("/var/log/heat-provision.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "ab") as log:
        try:
            code = subprocess.call([SCRIPT], stdout=log, stderr=subprocess.STDOUT)
        except OSError as error:
            log.write(("cannot run the user data: %s\\n" % error).encode("utf-8"))
            code = 0 if error.errno == errno.ENOEXEC else os.EX_OSERR
    if code == 0:
        open(os.path.join(PLACE, "provision-finished"), "a").close()
    return code


sys.exit(main())
'''
INIT_DATA = "x-cfninitdata"
IGNITION_PLACES = ("/var/lib/heat-cfntools/cfn-init-data", "/var/lib/cloud/data/cfn-init-data")


@dataclass(frozen=True)
class Part:
    """One part of the message; without a subtype it is plain text."""

    content: str
    filename: str
    subtype: str = "plain"


def for_software(content: str, metadata: Mapping[str, Any], uuid: str) -> str:
    """Return user data with an agent's configuration: Ignition for an Ignition text, else a multipart message."""
    ignition = ignition_of(content)
    if ignition is not None:
        return with_files(ignition, metadata) if metadata else content
    return message([*common(), *parts_of(content), *init_data(metadata)], uuid)


def for_tools(
    content: str, metadata: Mapping[str, Any], metadata_url: str | None, uuid: str, user: str | None = None
) -> str:
    """Return user data for heat-cfntools, which run the text as a script.

    :param user: the user to log in as, who is created; None: that of the image
    """
    parts = [*common(user), Part(content, "cfn-userdata", INIT_DATA)]
    parts += [Part(RUN_USER_DATA, "loguserdata.py", "x-shellscript"), *init_data(metadata)]
    if metadata_url:
        parts += [Part(metadata_url, "cfn-metadata-server", INIT_DATA)]
        parts += [Part(boto_config(metadata_url), "cfn-boto-cfg", INIT_DATA)]
    return message(parts, uuid)


def common(user: str | None = None) -> list[Part]:
    """Return the parts that every message begins with."""
    config = f"user: {user}\n{CLOUD_CONFIG}" if user else CLOUD_CONFIG
    hook = BOOTHOOK.replace("exit 0\n", CREATE_USER.format(user=user)) if user else BOOTHOOK
    return [
        Part(config, "cloud-config", "cloud-config"),
        Part(hook, "boothook.sh", "cloud-boothook"),
        Part(PART_HANDLER, "part-handler.py", "part-handler"),
    ]


def init_data(metadata: Mapping[str, Any]) -> list[Part]:
    """Return the part for the metadata, if there are any."""
    return [Part(json.dumps(metadata), "cfn-init-data", INIT_DATA)] if metadata else []


def parts_of(content: str) -> Iterator[Part]:
    """Yield the parts of a multipart message; for any other text, the text as one part."""
    found = email.message_from_string(content)
    if not found.is_multipart():
        yield Part(content, "")
        return
    for inner in found.get_payload():
        decoded = inner.get_payload(decode=True)  # type: ignore[union-attr]
        text = decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else str(inner)
        yield Part(text, inner.get_filename() or "", inner.get_content_subtype())  # type: ignore[union-attr]


def boto_config(metadata_url: str) -> str:
    """Return the tools' configuration for requests to heat-api-cfn."""
    url = urlsplit(metadata_url)
    is_secure = url.scheme == "https"
    lines = (
        "[Boto]",
        "debug = 0",
        f"is_secure = {int(is_secure)}",
        f"https_validate_certificates = {int(is_secure)}",
        "cfn_region_name = heat",
        f"cfn_region_endpoint = {url.hostname}",
    )
    return "\n".join(lines)


def message(parts: list[Part], uuid: str) -> str:
    """Return all parts as one text, which is always the same for this uuid."""
    return MIMEMultipart(_subparts=[mime(it) for it in parts], boundary=f"==={UUID(uuid).hex}===").as_string()


def mime(part: Part) -> MIMEText:
    """Return one part in MIME form."""
    made = MIMEText(part.content, part.subtype, "us-ascii" if part.content.isascii() else "utf-8")
    made.add_header("Content-Disposition", "attachment", filename=part.filename)
    return made


def ignition_of(content: str) -> dict[str, Any] | None:
    """Return a text as an Ignition config; None if it isn't one."""
    try:
        found = json.loads(content)
    except ValueError:
        return None
    ignition = found.get("ignition") if isinstance(found, dict) else None
    return found if isinstance(ignition, dict) and ignition.get("version") else None


def with_files(ignition: dict[str, Any], metadata: Mapping[str, Any]) -> str:
    """Return an Ignition config that also writes the metadata.

    :raises ValueError: if files can't be added to it
    """
    storage = ignition.setdefault("storage", {})
    if not isinstance(storage, dict):
        raise ValueError('Ignition "storage" section must be a map')
    files = storage.setdefault("files", [])
    if not isinstance(files, list):
        raise ValueError('Ignition "files" section must be a list')
    source = f"data:,{quote(json.dumps(metadata))}"
    for path in IGNITION_PLACES:
        owner = {"user": {"name": "root"}, "group": {"name": "root"}, "mode": 0o640}
        files.append({"filesystem": "root", "path": path, "contents": {"source": source, "verification": {}}, **owner})
    return json.dumps(ignition)
