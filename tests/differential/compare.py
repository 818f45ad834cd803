"""Two answers, and whether they mean the same; the differences gathered, each with the smallest case that shows it."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.differential import our_side
from tests.differential.known import reason_for

Case = dict[str, Any]


class Heat:
    """Heat's library in a process of its own; a context."""

    def __init__(self, python: str) -> None:
        script = str(Path(__file__).with_name("heat_side.py"))
        self._process = subprocess.Popen(
            [python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def answer(self, case: Case) -> Case:
        """Heat's answer to one case."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(case) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"Heat's side ended with {self._process.wait()}"
        return json.loads(line)

    def __enter__(self) -> Heat:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


@dataclass
class Difference:
    """One kind of difference: how often it was seen, and the smallest case that shows it."""

    count: int
    case: Case
    heat: Case
    ours: Case

    def __str__(self) -> str:
        shown = self.case
        if self.case["kind"] == "template":
            written = self.case["template"]
            shown = {name: written[name] for name in ("heat_template_version", "outputs")}
            shown["drawn"] = written.get("conditions", {}).get("drawn")
        elif self.case["kind"] == "cfn":
            shown = {**self.case["template"], "Parameters": "…", "Mappings": "…", "Resources": "…"}
        parts = {"case": shown, "heat": self.heat, "ours": self.ours}
        return f"{self.count} times\n" + "\n".join(f"    {name}: {json.dumps(it)[:700]}" for name, it in parts.items())


@dataclass
class Comparison:
    """What has been compared so far."""

    asked: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    """By ``kind``, and ``value`` or ``refusal``."""
    known: Counter[str] = field(default_factory=Counter)
    """Differences that are meant, by their reason."""
    differences: dict[str, Difference] = field(default_factory=dict)

    def add(self, case: Case, heat: Case, ours: Case) -> None:
        """Count one pair of answers."""
        self.asked[case["kind"]] += 1
        if agree(heat, ours):
            self.agreed[f"{case['kind']}, {'refusal' if 'error' in heat else 'value'}"] += 1
        elif reason := reason_for(case, heat, ours):
            self.known[reason] += 1
        else:
            self._note(fingerprint(case, heat, ours), Difference(1, case, heat, ours))

    def _note(self, key: str, found: Difference) -> None:
        before = self.differences.get(key)
        if before and len(json.dumps(before.case)) <= len(json.dumps(found.case)):
            found = before
        found.count = before.count + 1 if before else 1
        self.differences[key] = found

    def report(self) -> str:
        """All of it, to be read."""
        lines = [f"{count:7} asked: {kind}" for kind, count in sorted(self.asked.items())]
        lines += [f"{count:7} agreed: {kind}" for kind, count in sorted(self.agreed.items())]
        lines += [f"{count:7} known: {reason}" for reason, count in self.known.most_common()]
        lines += [f"{len(self.differences):7} kinds of differences that aren't known"]
        most = sorted(self.differences.items(), key=lambda item: -item[1].count)
        return "\n".join([*lines, *(f"\n{key}\n  {difference}" for key, difference in most)])


def ask(heat: Heat, cases: Iterable[Case]) -> Comparison:
    """Ask both sides."""
    comparison = Comparison()
    for case in cases:
        comparison.add(case, heat.answer(case), our_side.answer(case))
    return comparison


def agree(heat: Case, ours: Case) -> bool:
    """The same value, type for type; or both refuse."""
    if "error" in heat or "error" in ours:
        return "error" in heat and "error" in ours and ours["error"] != "RecursionError"
    return json.dumps(heat["value"], sort_keys=True) == json.dumps(ours["value"], sort_keys=True)


def fingerprint(case: Case, heat: Case, ours: Case) -> str:
    """What makes two differences one."""
    outermost = ""
    if case["kind"] == "template":
        value = case["template"]["outputs"]["out"]["value"]
        outermost = next(iter(value), "") if isinstance(value, dict) else type(value).__name__
    elif case["kind"] == "cfn":
        value = case["template"]["Outputs"]["out"]["Value"]
        outermost = next(iter(value), "") if isinstance(value, dict) else type(value).__name__
    elif case["kind"] == "property":
        outermost = case["schema"]["type"]
    elif case["kind"] == "cfn_parameter":
        outermost = case["declared"]["Type"]
    elif case["kind"] == "parameter":
        outermost = case["declared"]["type"]
    return f"{case['kind']} {outermost}: Heat {_said(heat)}; heatlite {_said(ours)}"


def _said(answer: Case) -> str:
    if "error" not in answer:
        return "gives a value"
    message = re.sub(r"""["'].*?["']|\d+|\{.*\}|\[.*\]|out\.[\w.\[\]]+""", "…", answer["message"])
    return f"{answer['error']}: {message[:80]}"
