"""YAML text to plain JSON values, of a bounded size.

A template comes from a stranger, so each way in which little text makes much work is closed before it is taken::

    text --> depth, by events --> nodes, in C --> size with aliases expanded --> values
             (the C composer      (aliases are    (counted, not expanded)
             recurses unbounded)   still shared)

Text that is JSON is read as JSON, which has no aliases; only its depth is looked at, afterwards.
"""

from __future__ import annotations

import json
import math
from typing import Any

import yaml

from heatlite.exception import RequestLimitExceeded, StackValidationFailed
from heatlite.template.path import MAX_DEPTH, check_nesting
from heatlite.template.yaml_size import check_depth, expanded_size

EXPANSION = 4
"""How many times the largest template's size its aliases may make of it. Without aliases nothing comes to twice."""

LONGEST_NUMBER = 300
"""Characters of a number. Longer ones cost time in the square of their length, and no JSON reader takes them."""

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TemplateLoader(_Base):
    """A safe loader that makes only what JSON has: keys are strings, timestamps stay as they are written."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        """A map, its keys made what a trip through JSON would make of them."""
        if not isinstance(node, yaml.MappingNode):
            self.refuse(node)
        self.flatten_mapping(node)
        return {self.construct_key(key): self.construct_object(value, deep=deep) for key, value in node.value}

    def construct_key(self, node: yaml.Node) -> str:
        """A key as text: ``1`` is ``"1"`` and ``yes`` is ``"true"``."""
        if not isinstance(node, yaml.ScalarNode):
            problem = "a map or list can't be a key; a lone {{ name }} must be put in quotes"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        key = self.construct_object(node)
        return key if isinstance(key, str) else json.dumps(key)

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """An integer or a finite float."""
        read = self.construct_yaml_int if node.tag.endswith(":int") else self.construct_yaml_float
        try:
            number = math.nan if len(node.value) > LONGEST_NUMBER else read(node)
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            problem = "this isn't a number that JSON can hold; put it in quotes if it is text"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return number

    def refuse(self, node: yaml.Node) -> None:
        """Refuse a kind of value that JSON doesn't have."""
        problem = f"a value of the kind {node.tag} has no place in a template"
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


for _kind in ("timestamp", "value"):
    TemplateLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", TemplateLoader.construct_scalar)
for _kind in ("int", "float"):
    TemplateLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", TemplateLoader.construct_number)
for _kind in ("binary", "omap", "pairs", "set"):
    TemplateLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", TemplateLoader.refuse)


def load(text: str, max_bytes: int) -> dict[str, Any]:
    """A template's YAML or JSON text as a dict of plain JSON values.

    Of a key that stands twice in one map, the last one counts, as in Heat.

    :param max_bytes: the largest text that is taken, in bytes of UTF-8
    :raises RequestLimitExceeded: where the text is longer, or its aliases would make too much of it
    :raises StackValidationFailed: where it isn't YAML (with line and column), is nested too deep, or isn't a map
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        raise RequestLimitExceeded(
            message=f"Template size ({size} bytes) exceeds maximum allowed size ({max_bytes} bytes)."
        )
    document = _read_json(text)
    if document is None:
        document = _read_yaml(text, EXPANSION * max_bytes)
    if not isinstance(document, dict):
        raise StackValidationFailed(message="The template is not a JSON object or YAML mapping.")
    return document


def _read_json(text: str) -> dict[str, Any] | None:
    """The values of a JSON object, or ``None`` where the text is something else, most often YAML."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    check_nesting(document)
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} isn't a number that JSON can hold")


def _read_yaml(text: str, max_size: int) -> Any:
    try:
        return _construct(text, max_size)
    except yaml.YAMLError as error:
        raise StackValidationFailed(message=f"Error parsing template: {_explain(error)}") from error
    except (UnicodeError, KeyError) as error:  # half a surrogate pair; a tag that doesn't fit, such as "!!bool x"
        raise StackValidationFailed(message=f"Error parsing template: {error}") from error


def _construct(text: str, max_size: int) -> Any:
    check_depth(text, MAX_DEPTH, _Base)
    loader = TemplateLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return {}
        if expanded_size(root, max_size) > max_size:
            raise RequestLimitExceeded(message=f"The template's aliases stand for more than {max_size} characters.")
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _explain(error: yaml.YAMLError) -> str:
    """What is wrong and where, lines and columns counted from one as editors do."""
    mark = getattr(error, "problem_mark", None)
    problem = ", ".join(filter(None, (getattr(error, "context", None), getattr(error, "problem", None))))
    if mark is None:
        return " ".join(str(error).split())
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}"
