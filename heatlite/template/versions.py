"""The versions of the template language: HOT's dates and those of CloudFormation's dialects.

A date identifies both version and dialect: no two dialects share a date.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import InvalidTemplateVersion
from heatlite.template.dialects import AWS, DIALECTS, HEAT, HOT, Dialect

VERSION_KEY = HOT.version_key

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
"""HOT's versions. The dates are texts whose alphabetical order is their order in time."""

RELEASES: Mapping[str, str] = {
    "newton": "2016-10-14",
    "ocata": "2017-02-24",
    "pike": "2017-09-01",
    "queens": "2018-03-02",
    "rocky": "2018-08-31",
    "wallaby": "2021-04-16",
}

CLOUDFORMATION: Mapping[str, Dialect] = {"2010-09-09": AWS, "2012-12-12": HEAT}

CONDITIONS_SINCE = "2016-10-14"
"""HOT's first version with conditions. Of CloudFormation's dialects, only AWS's own has them."""


def version_of(raw: Mapping[str, Any]) -> str:
    """Return the date of a template's version, also when the template names a release.

    :raises InvalidTemplateVersion: when the template has no version, more than one, or an unknown one
    """
    named = [dialect for dialect in DIALECTS if isinstance(raw.get(dialect.version_key), str)]
    if not named:
        hint = f'write "{VERSION_KEY}: {VERSIONS[-1]}", or the version that the template was written for'
        raise InvalidTemplateVersion(explanation=f"Template version was not provided: {hint}")
    if len(named) > 1:
        keys = ", ".join(dialect.version_key for dialect in named)
        raise InvalidTemplateVersion(explanation=f"Ambiguous versions ({keys})")
    [dialect] = named
    return _dated(dialect, raw[dialect.version_key])


def _dated(dialect: Dialect, written: str) -> str:
    version = RELEASES.get(written, written) if dialect is HOT else written
    if version not in versions_of(dialect):
        key, releases = dialect.version_key, sorted(RELEASES) if dialect is HOT else ()
        known = ", ".join((*versions_of(dialect), *releases))
        raise InvalidTemplateVersion(explanation=f'"{key}: {written}". "{key}" should be one of: {known}')
    return version


def versions_of(dialect: Dialect) -> tuple[str, ...]:
    """Return the versions of a dialect."""
    return VERSIONS if dialect is HOT else tuple(date for date, it in CLOUDFORMATION.items() if it is dialect)


def dialect_of(version: str) -> Dialect:
    """Return the dialect of a version."""
    return CLOUDFORMATION.get(version, HOT)


def has_conditions(version: str) -> bool:
    """Tell whether a version has conditions."""
    dialect = dialect_of(version)
    return version >= CONDITIONS_SINCE if dialect is HOT else dialect is AWS
