"""How deep and how large a YAML document is, found out without making it.

An alias costs four characters and may stand for anything, other aliases included; ten lines of ten aliases each are
ten thousand million values. Here each node is measured once, however many aliases lead to it.
"""

from __future__ import annotations

from typing import Any

import yaml

_Marked = yaml.composer.ComposerError


def check_depth(text: str, max_depth: int, loader_class: Any) -> None:
    """Read the document's events until it nests deeper than ``max_depth`` levels.

    It comes before anything is composed: the C composer recurses without a bound, and a deep document would end the
    whole process.

    :raises yaml.YAMLError: where it does, or isn't YAML
    """
    loader = loader_class(text)
    depth = 0
    try:
        while (event := loader.get_event()) is not None:
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > max_depth:
                    raise _too_deep(max_depth, event.start_mark)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError as error:
        if "maximum nesting depth" in str(error):  # PyYAML 6.0.4 scans ahead, and refuses deep flow collections itself
            raise _too_deep(max_depth, getattr(error, "problem_mark", None)) from error
        raise
    finally:
        loader.dispose()


def _too_deep(max_depth: int, mark: Any) -> yaml.YAMLError:
    """Return the error for a document that nests too deep, to be raised by the caller."""
    return _Marked(None, None, f"nested deeper than {max_depth} levels", mark)


def expanded_size(root: yaml.Node, enough: int) -> int:
    """The characters of the scalars, and one for each node, with every alias counted as what it stands for.

    :param enough: counting one node's parts ends once they are more than this
    :raises yaml.YAMLError: where a node holds itself
    """
    sizes: dict[int, int] = {}
    _measure(root, sizes, set(), enough)
    return sizes[id(root)]


def _measure(node: yaml.Node, sizes: dict[int, int], open_nodes: set[int], enough: int) -> int:
    """The size of one node. Aliases point backwards, so it recurses only as deep as the text is nested."""
    identity = id(node)
    if identity in sizes:
        return sizes[identity]
    if identity in open_nodes:
        raise _Marked(None, None, "an alias stands for something that holds it", node.start_mark)
    open_nodes.add(identity)
    size = 1
    for part in _parts(node):
        size += len(part) if isinstance(part, str) else _measure(part, sizes, open_nodes, enough)
        if size > enough:
            break
    open_nodes.remove(identity)
    sizes[identity] = size
    return size


def _parts(node: yaml.Node) -> list[Any]:
    if isinstance(node, yaml.ScalarNode):
        return [node.value]
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value)
