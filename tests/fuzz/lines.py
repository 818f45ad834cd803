"""What can be done to a YAML text: odd tags, anchors, keys that are no strings, lines that go missing."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

SNIPPETS = [
    "&a ",
    "*a",
    "<<: *a",
    "&a [*a]",
    "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: *c",
    "? [a, b]\n: c",
    "{{ name }}",
    "!!python/object/apply:os.system [ls]",
    "!!binary AAAA",
    "!!set {a, b}",
    "!!omap [a: 1]",
    "!!timestamp 2001-01-01",
    "!!int x",
    "!!float .inf",
    "!!bool x",
    "!!null x",
    "!!str 1",
    "!custom {a: b}",
    "!<tag:yaml.org,2002:map> [a]",
    "1: one",
    "1.5: x",
    "true: x",
    "~: x",
    "2001-12-14t21:59:43.10-05:00: x",
    "date: 2001-02-30",
    ".inf",
    "-.INF",
    ".NaN",
    "0o17",
    "0b11",
    "1:30:20",
    "190:20:30.15",
    "9" * 400,
    "=",
    "|\n",
    ">-\n",
    "\t",
    "  ",
    "- ",
    ": ",
    "#",
    "---\n",
    "...\n",
    "%YAML 9.9\n---\n",
    "%TAG ! tag:x,2000:\n---\n",
    "\x00",
    "\x85",
    "\u2028",
    "\ufeff",
    "\ud800",
    '"\\ud800"',
    '"\\x00"',
    "'",
    '"',
    "{",
    "[",
    "]",
    "[" * 120,
    "{a: " * 120,
    "- " * 120,
    "? " * 120,
]


@dataclass(frozen=True)
class LineMutation:
    """One thing done to the lines of a text."""

    kind: str
    where: int
    snippet: str

    def apply(self, text: str) -> str:
        """The text with it done."""
        lines = text.split("\n")
        place = self.where % len(lines)
        line = lines[place]
        indent = line[: len(line) - len(line.lstrip())]
        match self.kind:
            case "insert":
                lines.insert(place, indent + self.snippet.replace("\n", "\n" + indent))
            case "value":
                lines[place] = f"{line.partition(':')[0]}: {self.snippet}"
            case "prefix":
                lines[place] = line.replace(": ", f": {self.snippet}", 1)
            case "delete":
                del lines[place]
            case "double":
                lines.insert(place, line)
            case "indent":
                lines[place] = f"  {line}"
            case "cut":
                return text[: self.where * 7 % (len(text) + 1)] + self.snippet
        return "\n".join(lines)


line_mutations = st.builds(
    LineMutation,
    kind=st.sampled_from(["insert", "value", "prefix", "delete", "double", "indent", "cut"]),
    where=st.integers(0, 150),
    snippet=st.sampled_from(SNIPPETS),
)


def rewritten(text: str, story: list[LineMutation]) -> str:
    """A text to which all of that was done."""
    for mutation in story:
        text = mutation.apply(text)
    return text
