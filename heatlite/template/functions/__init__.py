"""The functions of the template language, and the versions that have them.

To add a function, write a module with its class, and add the class to ``REGISTERED`` with the version that introduced
it. A wider form in a later version is a second entry with the same name. Conditions have their own functions
(``OF_CONDITIONS``), and may use no others. ``if`` isn't a function: it is replaced by the value that it chooses before
anything is compiled (see ``conditions``).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heatlite.template.dialects import CONDITIONS_SINCE, HOT, Dialect, dialect_of, has_conditions
from heatlite.template.functions import (
    cfn,
    conditional,
    list_concat,
    list_join,
    maps,
    membership,
    repeat,
    str_replace,
    texts,
)
from heatlite.template.functions.base import Function
from heatlite.template.functions.cfn_references import GetAtt, ParameterRef
from heatlite.template.functions.conditional import And, Equals, Not, Or
from heatlite.template.functions.find_in_map import FindInMap
from heatlite.template.functions.get_attr import GetAttr, GetAttrOrAll, GetAttrThenSelect
from heatlite.template.functions.get_file import GetFile
from heatlite.template.functions.get_param import GetParam
from heatlite.template.functions.get_resource import GetResource
from heatlite.template.functions.make_url import MakeUrl
from heatlite.template.functions.resource_facade import ResourceFacade
from heatlite.template.functions.yaql import Yaql

Registered = tuple[str, type[Function]]
"""(the version that introduced it, the function)"""

REGISTERED: tuple[Registered, ...] = (
    ("2013-05-23", GetAttrThenSelect),
    ("2013-05-23", GetFile),
    ("2013-05-23", GetParam),
    ("2013-05-23", GetResource),
    ("2013-05-23", ResourceFacade),
    ("2013-05-23", list_join.ListJoin),
    ("2013-05-23", str_replace.StrReplace),
    ("2013-05-23", cfn.Base64),
    ("2013-05-23", cfn.Facade),
    ("2013-05-23", cfn.GetAZs),
    ("2013-05-23", cfn.Join),
    ("2013-05-23", cfn.MemberListToMap),
    ("2013-05-23", cfn.Ref),
    ("2013-05-23", cfn.Replace),
    ("2013-05-23", cfn.Select),
    ("2013-05-23", cfn.Split),
    ("2014-10-16", GetAttr),
    ("2015-04-30", repeat.Repeat),
    ("2015-04-30", texts.Digest),
    ("2015-10-15", GetAttrOrAll),
    ("2015-10-15", list_join.ListJoinMultiple),
    ("2015-10-15", str_replace.StrReplaceJson),
    ("2015-10-15", texts.StrSplit),
    ("2016-04-08", maps.MapMerge),
    ("2016-10-14", Yaql),
    ("2016-10-14", maps.MapReplace),
    ("2016-10-14", repeat.RepeatOverMaps),
    ("2017-02-24", membership.Filter),
    ("2017-02-24", str_replace.StrReplaceStrict),
    ("2017-09-01", MakeUrl),
    ("2017-09-01", list_concat.ListConcat),
    ("2017-09-01", list_concat.ListConcatUnique),
    ("2017-09-01", membership.Contains),
    ("2017-09-01", repeat.RepeatSideBySide),
    ("2017-09-01", str_replace.StrReplaceVeryStrict),
)
"""Oldest first."""

REMOVED: Mapping[str, str] = {
    **dict.fromkeys(("Fn::Base64", "Fn::GetAZs", "Fn::Join", "Fn::MemberListToMap", "Fn::Replace"), "2014-10-16"),
    **dict.fromkeys(("Fn::ResourceFacade", "Fn::Split", "Ref"), "2014-10-16"),
    "Fn::Select": "2015-10-15",
}
"""The version that removed a function."""

IF_SINCE, IF_WITHOUT_ELSE_SINCE = CONDITIONS_SINCE, "2021-04-16"

OF_CONDITIONS: tuple[Registered, ...] = (
    (IF_SINCE, GetParam),
    (IF_SINCE, Equals),
    (IF_SINCE, Not),
    (IF_SINCE, And),
    (IF_SINCE, Or),
    ("2017-09-01", Yaql),
    ("2017-09-01", membership.Contains),
)

OF_CLOUDFORMATION: tuple[type[Function], ...] = (
    FindInMap,
    GetAtt,
    cfn.Base64,
    cfn.Facade,
    cfn.GetAZs,
    cfn.Join,
    cfn.MemberListToMap,
    cfn.Ref,
    cfn.Replace,
    cfn.Select,
    cfn.Split,
)
"""The functions of both CloudFormation dialects."""

OF_CLOUDFORMATION_CONDITIONS: tuple[type[Function], ...] = (
    FindInMap,
    ParameterRef,
    conditional.CfnAnd,
    conditional.CfnEquals,
    conditional.CfnNot,
    conditional.CfnOr,
)

IF_DESCRIPTION = "One of two values, chosen by a condition."


@dataclass(frozen=True)
class Vocabulary:
    """The meaning of a single-key map in one version: a function, an error with its reason, or else plain data.

    A function that only a later version has is plain data, as in Heat: an old map such as ``{filter: on}`` is no error.
    """

    functions: Mapping[str, type[Function]]
    refusals: Mapping[str, str]


@functools.cache
def vocabulary_of(version: str) -> Vocabulary:
    """Return the vocabulary of a version's resources and outputs.

    :param version: of any dialect
    """
    known = _known(REGISTERED, version)
    if dialect_of(version) is not HOT:
        return Vocabulary(known, {})
    gone = {name: until for name, until in REMOVED.items() if until <= version}
    refusals = {name: f'The function "{name}" was removed in heat_template_version {it}' for name, it in gone.items()}
    return Vocabulary(known, {name: why for name, why in refusals.items() if name not in known})


@functools.cache
def vocabulary_of_conditions(version: str) -> Vocabulary:
    """Return the vocabulary of a version's conditions."""
    known = _known(OF_CONDITIONS, version)
    dialect = dialect_of(version)
    every = {*_every_name(dialect), dialect.if_name}
    return Vocabulary(
        known, {name: f'The function "{name}" can\'t be used in conditions' for name in every - set(known)}
    )


def functions_of(version: str, *, with_conditions: bool = False) -> dict[str, str]:
    """Return the functions of a version, each with a sentence that describes its result.

    :param with_conditions: include those that only conditions may use
    """
    known = _known(REGISTERED, version)
    if with_conditions:
        known = {**_known(OF_CONDITIONS, version), **known}
    described = {name: _sentence(function) for name, function in known.items()}
    if has_conditions(version):
        described[dialect_of(version).if_name] = IF_DESCRIPTION
    return dict(sorted(described.items()))


def _every_name(dialect: Dialect) -> set[str]:
    """Return the names of the functions that any version of a dialect has, or had."""
    if dialect is HOT:
        return {function.name for _, function in REGISTERED}
    return {function.name for function in OF_CLOUDFORMATION}


def _known(registered: Sequence[Registered], version: str) -> dict[str, type[Function]]:
    if dialect_of(version) is not HOT:
        of_conditions = registered is OF_CONDITIONS
        table = OF_CLOUDFORMATION_CONDITIONS if of_conditions else OF_CLOUDFORMATION
        return {} if of_conditions and not has_conditions(version) else {function.name: function for function in table}
    known = {function.name: function for since, function in registered if since <= version}
    return {name: function for name, function in known.items() if version < REMOVED.get(name, "9999")}


def _sentence(function: type[Function]) -> str:
    return function.description or (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ").replace(
        "``", ""
    )
