"""The versions of HOT: its dates, the names of the releases that go with some, and which one a template is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import InvalidTemplateVersion

VERSION_KEY = "heat_template_version"

VERSIONS = (
    "2013-05-23",
    "2014-10-16",
    "2015-04-30",
    "2015-10-15",
    "2016-04-08",
    "2016-10-14",
    "2017-02-24",
    "2017-09-01",
    "2018-03-02",
    "2018-08-31",
    "2021-04-16",
)
"""Dates as text: their alphabetical order is their order in time."""

RELEASES: Mapping[str, str] = {
    "newton": "2016-10-14",
    "ocata": "2017-02-24",
    "pike": "2017-09-01",
    "queens": "2018-03-02",
    "rocky": "2018-08-31",
    "wallaby": "2021-04-16",
}


def version_of(raw: Mapping[str, Any]) -> str:
    """The date of the version that a template is written in, also where it names a release.

    :raises InvalidTemplateVersion: where the template names none, or one that isn't known
    """
    written = raw.get(VERSION_KEY)
    if not isinstance(written, str):
        hint = f'write "{VERSION_KEY}: {VERSIONS[-1]}", or the version that the template was written for'
        raise InvalidTemplateVersion(explanation=f"Template version was not provided: {hint}")
    version = RELEASES.get(written, written)
    if version not in VERSIONS:
        known = ", ".join((*VERSIONS, *sorted(RELEASES)))
        raise InvalidTemplateVersion(
            explanation=f'"{VERSION_KEY}: {written}". "{VERSION_KEY}" should be one of: {known}'
        )
    return version
