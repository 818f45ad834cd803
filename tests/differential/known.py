"""The differences that are meant. Each has its reason here and in doc/differences.md; everything else is a bug."""

from __future__ import annotations

import json
import re
from typing import Any

Case = dict[str, Any]


def reason_for(case: Case, heat: Case, ours: Case) -> str | None:
    """Why two answers differ, where that is known and meant."""
    said = Said(case, heat, ours)
    return next((reason for holds, reason in KNOWN if holds(said)), None)


class Said:
    """A case and both answers, to be asked about."""

    def __init__(self, case: Case, heat: Case, ours: Case) -> None:
        self.case, self.kind = case, IN_OTHER_WORDS.get(case["kind"], case["kind"])
        self.heat_error, self.our_error = heat.get("error"), ours.get("error")
        self.heat_text, self.our_text = heat.get("message", ""), ours.get("message", "")
        self.heat, self.ours = heat.get("value"), ours.get("value")

    def we_refuse(self, pattern: str) -> bool:
        """Heat takes it, and heatlite says this."""
        return self.heat_error is None and re.search(pattern, self.our_text) is not None

    def writes(self, *functions: str) -> bool:
        """Whether the template uses one of these."""
        return any(f'"{name}":' in json.dumps(self.case.get("template")) for name in functions)

    @property
    def type(self) -> str:
        """Of a parameter."""
        declared = self.case["declared"]
        return str(declared.get("type") or declared.get("Type")).lower()

    @property
    def value_given(self) -> Any:
        """Of a parameter; the default where none is given."""
        declared, given = self.case["declared"], self.case.get("given")
        return declared.get("default", declared.get("Default")) if given is None else given

    def heat_refuses(self, pattern: str) -> bool:
        """heatlite takes it, and Heat says this."""
        return self.our_error is None and re.search(pattern, f"{self.heat_error}: {self.heat_text}") is not None


NO_VALUE = {"output_error": "it can't be had"}
IN_OTHER_WORDS = {"cfn": "template", "cfn_parameter": "parameter"}
REFUSED_HERE = {
    "default_nan": "neither JSON nor every database has a way to keep NaN",
    "external_id_empty": "nothing can be found, checked or left alone by an empty id",
    "metadata_digest": "metadata that can't be had fails the create in Heat; here it is told before anything is made",
    "metadata_join_number": "the same",
    "metadata_unknown_parameter": "the same",
    "resource_name_empty": "no call of the API can name it",
}
"""Templates of the folder ``accepted`` that Heat accepts and heatlite refuses, each with its reason."""

KNOWN = (
    (
        lambda said: said.kind == "template" and said.heat_error and said.ours == NO_VALUE,
        "what is wrong in an output is told with the output and refuses nothing, also where Heat looks at its form",
    ),
    (
        lambda said: said.heat == NO_VALUE and said.our_error is None and said.writes("Fn::Split"),
        "the delimiter of Fn::Split may be given by a reference",
    ),
    (
        lambda said: said.heat_refuses("String to split must be string; got <class 'list'>"),
        "Fn::Split of a list is that list: the samples that are generated for a type with a list have it",
    ),
    (
        lambda said: said.kind == "template" and said.heat_refuses("") and said.writes("Fn::GetAZs"),
        "Fn::GetAZs gives the one zone that there always is, and its argument plays no part",
    ),
    (
        lambda said: said.kind == "template" and said.our_error is None and said.heat_error and said.writes("filter"),
        "what a filter of nothing would leave out may be as wrong as it likes",
    ),
    (
        lambda said: said.we_refuse(r"Fn::MemberListToMap. takes|Fn::FindInMap. must be of the form"),
        "a text of three characters isn't three arguments",
    ),
    (
        lambda said: said.kind == "merge" and said.heat_refuses("^(ValueError|TypeError|AttributeError): "),
        "numbers, maps that hold null, and a list with a text are merged; Heat's merging fails on them",
    ),
    (
        lambda said: said.kind == "registry" and said.we_refuse("has a star"),
        "a mapping to a pattern from a name that is none is refused, also where nothing uses it",
    ),
    (
        lambda said: said.kind == "registry" and said.we_refuse("could not be found"),
        "the strongest mapping counts, also where it leads nowhere; Heat then takes a weaker one",
    ),
    (
        lambda said: said.kind == "registry" and said.we_refuse("mapping is circular"),
        "the strongest mapping counts, also where it leads back to itself; Heat then takes a weaker one",
    ),
    (
        lambda said: said.kind == "registry" and said.heat_refuses("^RecursionError"),
        "a type that is mapped to itself is itself; Heat recurses until it fails",
    ),
    (
        lambda said: said.we_refuse("(\"True\"|'True'|\"False\"|'False') is not (a number|an integer)"),
        "true and false are no numbers",
    ),
    (
        lambda said: said.we_refuse(r"Value '-?\d+\.\d+' is not an integer"),
        "a fraction isn't cut off to make an integer",
    ),
    (
        lambda said: said.kind == "property" and said.we_refuse("Invalid default"),
        "a plugin's default that isn't of its type is refused when the plugin is loaded",
    ),
    (
        lambda said: said.kind == "property" and ignored_default(said.case["schema"]),
        "a default counts also where it is false, zero or empty, and for a property of any type",
    ),
    (
        lambda said: said.kind == "property" and said.heat_refuses("is not a (map|list)$|^StackV.*length .* out of"),
        "JSON text is taken for a map or a list",
    ),
    (
        lambda said: said.kind == "parameter" and said.heat_refuses("not an allowed") and "list" in said.type,
        "an allowed value of a list parameter that is no text is one as a text; in Heat no item equals it",
    ),
    (
        lambda said: said.kind == "property" and said.our_error is None and "allowed_values" in json.dumps(said.case),
        "an allowed value of a plugin's property that isn't of its type is one that nothing equals",
    ),
    (
        lambda said: said.kind == "property"
        and said.heat_refuses("Invalid default .*(has no len|expected string or bytes)"),
        "the default of a text may be a number, constraints or not",
    ),
    (
        lambda said: said.kind == "property" and said.heat_refuses("") and fractional_default(said.case["schema"]),
        "the default of an integer is checked as the whole number that it becomes",
    ),
    (
        lambda said: said.kind == "property" and said.we_refuse("is not an allowed value"),
        "an allowed value is of the property's type: for a text, true isn't \"True\"",
    ),
    (
        lambda said: said.kind == "parameter" and said.heat_refuses("Invalid default"),
        "a default is checked as the value that it becomes: {} given for a text is \"{}\", an empty list has no items",
    ),
    (
        lambda said: said.kind == "parameter" and said.we_refuse("Invalid default"),
        "a default that isn't of its type is refused, also where a value is given",
    ),
    (
        lambda said: said.kind == "parameter" and said.heat_refuses("delimited list string: '(int|float|bool|dict)"),
        "the default of a list may be a number",
    ),
    (
        lambda said: said.kind == "parameter" and said.heat_refuses("has no len|expected string or bytes"),
        "the default of a string may be a number, constraints or not",
    ),
    (
        lambda said: said.kind == "template" and said.heat_refuses("The definition of condition .* is invalid: "),
        "a condition may be another one's name",
    ),
    (
        lambda said: said.kind == "template" and said.writes("if", "Fn::If")
        and said.heat_refuses("not supported in this|must be a|must operate on a list|Incorrect arguments"),
        "a function whose arguments an if leaves out is left out with them",
    ),
    (
        lambda said: said.kind == "template" and said.heat == NO_VALUE and said.our_error is None
        and leaves_arguments_out(said.case["template"]),
        "a function whose arguments an if leaves out is left out with them",
    ),
    (
        lambda said: said.kind == "template" and said.we_refuse('^outputs.*str_split: "str_split" takes a delimiter'),
        "str_split doesn't take an empty delimiter, also where there is no text",
    ),
    (
        lambda said: said.kind == "parameter" and alike(said.heat, said.ours),
        "the API shows maps as JSON with sorted keys",
    ),
    (
        lambda said: said.kind == "parameter" and said.type == "string"
        and isinstance(said.value_given, list | dict),
        "a map or list given for a text is checked as the text that it becomes",
    ),
)  # fmt: skip


def leaves_arguments_out(written: Any) -> bool:
    """Whether a function's arguments are an if without a second value."""
    if isinstance(written, list):
        return any(map(leaves_arguments_out, written))
    if not isinstance(written, dict):
        return False
    arguments = [it.get("if", it.get("Fn::If")) for it in written.values() if isinstance(it, dict) and len(it) == 1]
    short = any(isinstance(it, list) and len(it) == 2 for it in arguments)
    return (len(written) == 1 and short) or any(map(leaves_arguments_out, written.values()))


def ignored_default(schema: Case) -> bool:
    """Whether Heat takes no notice of a property's default, or of one nested in it."""
    default = schema.get("default")
    ignored = default is not None and (not default or schema["type"] == "any")
    return ignored or any(map(ignored_default, inner_schemas(schema)))


def fractional_default(schema: Case) -> bool:
    """Whether the default of an integer, or of one nested in it, is a fraction."""
    default = schema.get("default")
    fraction = schema["type"] == "integer" and isinstance(default, float) and default != int(default)
    return fraction or any(map(fractional_default, inner_schemas(schema)))


def inner_schemas(schema: Case) -> list[Case]:
    """The schemas nested in a property's."""
    nested = schema.get("schema") or {}
    return [nested] if schema["type"] == "list" and nested else list(nested.values())


def alike(heat: Any, ours: Any) -> bool:
    """Whether a parameter was given the same, but for the way of writing maps and lists as text."""
    return bool(heat and ours and sorted(json_like(heat["shown"])) == sorted(json_like(ours["shown"])))


def json_like(text: str) -> str:
    """Python's way of writing lists and maps as JSON's, near enough to compare."""
    for python, plain in (("'", '"'), ("None", "null"), ("True", "true"), ("False", "false"), ("\\xe9", "é")):
        text = text.replace(python, plain)
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
