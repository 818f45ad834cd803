"""The functions of CloudFormation templates that the first versions of HOT had as well.

::

    {Ref: parameter or resource}                {"Fn::Select": [1, [a, b]]}         {"Fn::Join": [",", [a, b]]}
    {"Fn::Split": [",", "a,b"]}                 {"Fn::Replace": [{$x: y}, "a $x"]}  {"Fn::Base64": text}
    {"Fn::MemberListToMap": [Name, Value, [.member.0.Name=k, .member.0.Value=v]]}   {"Fn::ResourceFacade": Metadata}
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from heatlite.template.functions.base import Compiler, Function, Unfit, is_list_or_nothing, is_text
from heatlite.template.functions.list_join import ListJoin
from heatlite.template.functions.resource_facade import PARTS, ResourceFacade
from heatlite.template.functions.str_replace import StrReplace
from heatlite.template.nodes import items_of
from heatlite.template.path import Path
from heatlite.template.scope import Scope
from heatlite.template.unknown import UNKNOWN


class Ref(Function):
    """The value of a parameter or, if none has the name, the reference of a resource."""

    __slots__ = ()
    name = "Ref"

    def check(self, compiler: Compiler) -> None:
        if not is_text(self.arguments):
            raise Unfit(self.wrong('"Ref" takes the name of a parameter or a resource'))
        if not compiler.has_parameter(self.arguments):
            compiler.refer_to_resource(self.arguments, self.path)

    def apply(self, arguments: Any, scope: Scope) -> Any:
        if arguments in scope.parameters:
            return scope.parameters[arguments]
        resource = scope.resource(arguments)
        return UNKNOWN if resource is None else resource.reference


class Select(Function):
    """An item of a list by index, or of a map by key. A text is read as JSON. A missing item is ``""``."""

    __slots__ = ()
    name = "Fn::Select"

    def check(self, compiler: Compiler) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise Unfit(self.wrong(f'Arguments to "{self.name}" must be of the form [index, collection]'))

    def apply(self, arguments: Any, scope: Scope) -> Any:
        index, collection = arguments
        if collection in (None, ""):
            return ""
        if isinstance(collection, str):
            collection = self._read(collection)
        if isinstance(collection, Mapping):
            if not isinstance(index, str):
                raise self.wrong(f'Index to "{self.name}" must be a string, for a map')
            return collection.get(index, "")
        if not isinstance(collection, list):
            raise self.wrong(f'"{self.name}" takes a list or a map, not {collection!r:.80}')
        try:
            return collection[int(index)]
        except IndexError:
            return ""
        except (TypeError, ValueError, OverflowError):
            raise self.wrong(f'Index to "{self.name}" must be an integer') from None

    def _read(self, text: str) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self.wrong(f'"{self.name}": {error}') from None


class Join(ListJoin):
    """The items of one list, joined to one text."""

    __slots__ = ()
    name = "Fn::Join"

    @staticmethod
    def is_list(value: Any) -> bool:
        return is_list_or_nothing(value)


class Split(Function):
    """A text split at each delimiter. A list, such as a parameter of that type, stays unchanged."""

    __slots__ = ()
    name = "Fn::Split"

    def check(self, compiler: Compiler) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise self.wrong(f'Incorrect arguments to "{self.name}" should be: [",", "str1,str2"]')
        self.expect(items[0], lambda it: is_text(it) and it != "", f"Delimiter for {self.name} must be string")

    def apply(self, arguments: Any, scope: Scope) -> list[str]:
        delimiter, text = arguments
        if isinstance(text, list):
            return text
        if not is_text(delimiter) or not delimiter or not is_text(text):
            raise self.wrong(f'"{self.name}" splits a string at a string')
        return text.split(delimiter)


class Replace(StrReplace):
    """``str_replace`` with its arguments in the other order."""

    __slots__ = ()
    name = "Fn::Replace"

    def check(self, compiler: Compiler) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise self.wrong(f'Incorrect arguments to "{self.name}" should be: [{{"$var": "foo"}}, "$var is foo"]')
        self.expect(items[0], lambda it: isinstance(it, Mapping), f'"{self.name}" parameters must be a mapping')

    def apply(self, arguments: Any, scope: Scope) -> str:
        params, template = arguments
        return self.replaced(template, params)


class Base64(Function):
    """A text, unchanged: the receiver of user data encodes it."""

    __slots__ = ()
    name = "Fn::Base64"

    def check(self, compiler: Compiler) -> None:
        self.expect(self.arguments, is_text, f'"{self.name}" argument must be a string')

    def apply(self, arguments: Any, scope: Scope) -> str:
        if not is_text(arguments):
            raise self.wrong(f'"{self.name}" argument must be a string')
        return arguments


MEMBER = re.compile(r"\.member\.([0-9]{1,9})\.")


class MemberListToMap(Function):
    """A map from the numbered pairs of texts that a query string contains."""

    __slots__ = ()
    name = "Fn::MemberListToMap"
    usage = '"Fn::MemberListToMap" takes [Name, Value, [".member.0.Name=key", ".member.0.Value=door"]]'

    def check(self, compiler: Compiler) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 3 or not is_text(items[0]) or not is_text(items[1]):
            raise Unfit(self.wrong(self.usage))

    def apply(self, arguments: Any, scope: Scope) -> dict[str, str]:
        key_name, value_name, members = arguments
        if members == "" or isinstance(members, Mapping):
            members = list(members)  # the names in a map are the members, as in Heat
        if not isinstance(members, list) or not all(is_text(member) and "=" in member for member in members):
            raise self.wrong(self.usage)
        parts = dict(member.split("=", 1) for member in members)
        numbers = sorted({int(found[1]) for part in parts if (found := MEMBER.match(part))})
        pairs = [(parts.get(f".member.{it}.{key_name}"), parts.get(f".member.{it}.{value_name}")) for it in numbers]
        return {key: value for key, value in pairs if key is not None and value is not None}


class GetAZs(Function):
    """The availability zones. Without a compute service, this is the zone that always exists."""

    __slots__ = ()
    name = "Fn::GetAZs"

    @classmethod
    def compile(cls, arguments: Any, path: Path, compiler: Compiler) -> Function:
        return cls(None, path)

    def check(self, compiler: Compiler) -> None:
        """Accept and ignore any arguments, as Heat does."""

    def apply(self, arguments: Any, scope: Scope) -> list[str]:
        return ["nova"]


class Facade(ResourceFacade):
    """``resource_facade`` with CloudFormation's names."""

    __slots__ = ()
    name = "Fn::ResourceFacade"
    parts = {"Metadata": PARTS[0], "DeletionPolicy": PARTS[1], "UpdatePolicy": PARTS[2]}
