"""The section ``parameter_groups``, which groups parameters for dashboards. It is checked and stored as it is.

::

    parameter_groups:
      - label: Database
        parameters: [db_name, db_password]
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.template.path import Path

SECTION = "parameter_groups"


def check_parameter_groups(groups: Any, parameters: Collection[str]) -> None:
    """Refuse groups that aren't well-formed, or that name a parameter twice or an undeclared one.

    :param parameters: the names of the declared parameters
    :raises StackValidationFailed: when a group is wrong
    """
    if not isinstance(groups, list):
        raise _wrong((SECTION,), f"The {SECTION} should be a list.")
    grouped: set[str] = set()
    for place, group in enumerate(groups):
        path: Path = (SECTION, place)
        names = group.get("parameters") if isinstance(group, Mapping) else None
        if not isinstance(names, list):
            raise _wrong(path, "The parameters must be provided as a list for each parameter group.")
        for name in names:
            _check_member(name, grouped, parameters, path)
            grouped.add(name)


def _check_member(name: Any, grouped: set[str], parameters: Collection[str], path: Path) -> None:
    if not isinstance(name, str) or name not in parameters:
        raise _wrong(path, f"The grouped parameter {name} does not reference a valid parameter.")
    if name in grouped:
        raise _wrong(path, f"The {name} parameter must be assigned to one parameter group only.")


def _wrong(path: Path, message: str) -> StackValidationFailed:
    return StackValidationFailed(error="Parameter Groups error", path=list(path), message=message)
