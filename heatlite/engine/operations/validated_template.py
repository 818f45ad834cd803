"""A stack's stored, valid template. A part that is the same in a new template isn't parsed or validated again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatlite import template as language
from heatlite.db.records import TemplateRecord


@dataclass(frozen=True)
class Accepted:
    """A stored template, and its parsed form."""

    parsed: language.Template
    record: TemplateRecord

    def is_same(self, template: Mapping[str, Any], files: Mapping[str, str], environment: language.Environment) -> bool:
        """Tell whether the same is submitted again. Their texts are compared, because 1 == True in Python."""
        given = template, dict(files), environment.to_dict()
        return repr(given) == repr((self.record.template, self.record.files, self.record.environment))

    def same_in(self, wanted: language.Template, environment: language.Environment) -> frozenset[str]:
        """Return the names whose definitions mean the same in another template under an environment."""
        if repr(self.record.environment) != repr(environment.to_dict()):
            return frozenset()
        before, after = self.parsed.resources, wanted.resources
        same = {name for name, definition in after.items() if before.get(name) is definition}
        kinds = {name for name, definition in after.items() if name in before and before[name].type == definition.type}
        return frozenset(name for name in same if after[name].requires <= kinds)
