"""The functions of the template language, and which of them a version of it knows.

To add a function, write a module with its class and name the class in ``REGISTERED`` with the version that brought
it; a later version's wider form of the same name is a second entry. What stands in ``ELSEWHERE`` is in Heat's
language and not here: a template that uses it is told so, where any other map of one key is just a map.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from heatlite.template.functions.base import Function
from heatlite.template.functions.get_attr import GetAttr
from heatlite.template.functions.get_file import GetFile
from heatlite.template.functions.get_param import GetParam
from heatlite.template.functions.get_resource import GetResource
from heatlite.template.functions.list_join import ListJoin
from heatlite.template.functions.str_replace import StrReplace

REGISTERED: tuple[tuple[str, type[Function]], ...] = (
    ("2013-05-23", GetAttr),
    ("2013-05-23", GetFile),
    ("2013-05-23", GetParam),
    ("2013-05-23", GetResource),
    ("2013-05-23", ListJoin),
    ("2013-05-23", StrReplace),
)
"""(the version that brought it, the function), the oldest first."""


@dataclass(frozen=True)
class Lifetime:
    """The version that brought a function and, where it didn't last, the one that took it away."""

    since: str
    until: str | None = None


ELSEWHERE: Mapping[str, Lifetime] = {
    "resource_facade": Lifetime("2013-05-23"),
    "digest": Lifetime("2015-04-30"),
    "repeat": Lifetime("2015-04-30"),
    "str_split": Lifetime("2015-10-15"),
    "map_merge": Lifetime("2016-04-08"),
    "if": Lifetime("2016-10-14"),
    "map_replace": Lifetime("2016-10-14"),
    "yaql": Lifetime("2016-10-14"),
    "filter": Lifetime("2017-02-24"),
    "str_replace_strict": Lifetime("2017-02-24"),
    "contains": Lifetime("2017-09-01"),
    "list_concat": Lifetime("2017-09-01"),
    "list_concat_unique": Lifetime("2017-09-01"),
    "make_url": Lifetime("2017-09-01"),
    "str_replace_vstrict": Lifetime("2017-09-01"),
    "Fn::Select": Lifetime("2013-05-23", "2015-10-15"),
    "Fn::Base64": Lifetime("2013-05-23", "2014-10-16"),
    "Fn::GetAZs": Lifetime("2013-05-23", "2014-10-16"),
    "Fn::Join": Lifetime("2013-05-23", "2014-10-16"),
    "Fn::MemberListToMap": Lifetime("2013-05-23", "2014-10-16"),
    "Fn::Replace": Lifetime("2013-05-23", "2014-10-16"),
    "Fn::ResourceFacade": Lifetime("2013-05-23", "2014-10-16"),
    "Fn::Split": Lifetime("2013-05-23", "2014-10-16"),
    "Ref": Lifetime("2013-05-23", "2014-10-16"),
}


@dataclass(frozen=True)
class Vocabulary:
    """What a single-key map means in one version: a function, a mistake (with the reason), or else plain data."""

    functions: Mapping[str, type[Function]]
    refusals: Mapping[str, str]


@functools.cache
def vocabulary_of(version: str) -> Vocabulary:
    """The vocabulary of a version.

    :param version: one of ``versions.VERSIONS``
    """
    functions = {function.name: function for since, function in REGISTERED if since <= version}
    refusals = {name: _why_not(name, ELSEWHERE[name], version) for name in ELSEWHERE}
    for since, function in REGISTERED:
        if function.name not in functions:
            refusals[function.name] = _why_not(function.name, Lifetime(since), version)
    return Vocabulary(functions, {name: why for name, why in refusals.items() if name not in functions})


def _why_not(name: str, lifetime: Lifetime, version: str) -> str:
    if version < lifetime.since:
        return (
            f'The function "{name}" came with heat_template_version {lifetime.since}, '
            f"and this template is written in {version}"
        )
    if lifetime.until is not None and version >= lifetime.until:
        return f'The function "{name}" was removed in heat_template_version {lifetime.until}'
    return f'The function "{name}" is not supported yet'
