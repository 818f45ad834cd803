"""Loader of YAML text to plain JSON values of a bounded size.

A template may come from an attacker. So each way to cause much work with little text is checked before parsing::

    text --> depth, by events --> nodes, in C --> size with aliases expanded --> values
             (the C composer      (aliases are    (counted, not expanded)
             recurses unbounded)   still shared)

Text that is JSON is read as JSON, which has no aliases. Only its depth is checked, afterwards.
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
"""Aliases may expand a template to this many times the largest size. Without aliases the factor stays below two."""

LONGEST_NUMBER = 300
"""Characters of a number.

Reading a longer one takes time in the square of its length, and no JSON reader accepts it.
"""

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TemplateLoader(_Base):
    """A safe YAML loader that creates only JSON values: keys are strings, timestamps stay texts."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        """Build a map. Its keys become what JSON would make of them."""
        if not isinstance(node, yaml.MappingNode):
            self.refuse(node)
        self.flatten_mapping(node)
        return {self.construct_key(key): self.construct_object(value, deep=deep) for key, value in node.value}

    def construct_key(self, node: yaml.Node) -> str:
        """Convert a key to text: ``1`` is ``"1"`` and ``yes`` is ``"true"``."""
        if not isinstance(node, yaml.ScalarNode):
            problem = "a map or list can't be a key; a lone {{ name }} must be put in quotes"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        key = self.construct_object(node)
        return key if isinstance(key, str) else json.dumps(key)

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """Read an integer or a finite float."""
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
        """Refuse a type of value that JSON doesn't have."""
        problem = f"a value of the kind {node.tag} can't be part of a template"
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


for _kind in ("timestamp", "value"):
    TemplateLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", TemplateLoader.construct_scalar)
for _kind in ("int", "float"):
    TemplateLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", TemplateLoader.construct_number)
for _kind in ("binary", "omap", "pairs", "set"):
    TemplateLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", TemplateLoader.refuse)


def load(text: str, max_bytes: int) -> dict[str, Any]:
    """Load a template's YAML or JSON text as a dict of plain JSON values.

    When a map has a key twice, the last value counts, as in Heat.

    :param max_bytes: the largest accepted text, in bytes of UTF-8
    :raises RequestLimitExceeded: when the text is longer, or its aliases expand it too much
    :raises StackValidationFailed: when it isn't YAML (with line and column), is nested too deep, or isn't a map
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
    """Read the values of a JSON object. Return None when the text is something else, most often YAML."""
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
    """Describe the error and its place, counting lines and columns from one as editors do."""
    mark = getattr(error, "problem_mark", None)
    problem = ", ".join(filter(None, (getattr(error, "context", None), getattr(error, "problem", None))))
    if mark is None:
        return " ".join(str(error).split())
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}"
