"""Depth and size of a YAML document, measured without constructing it.

An alias costs four characters and may stand for any value, other aliases included: ten lines of ten aliases each are
ten thousand million values. Here each node is measured once, however many aliases refer to it.
"""

from __future__ import annotations

from typing import Any

import yaml

_Marked = yaml.composer.ComposerError


def check_depth(text: str, max_depth: int, loader_class: Any) -> None:
    """Read the document's events, and refuse a document that nests deeper than ``max_depth`` levels.

    It runs before anything is composed, because the C composer recurses without a limit: a deep document would kill the
    whole process.

    :raises yaml.YAMLError: when it nests too deep, or isn't YAML
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
    """Return the error for a document that nests too deep, for the caller to raise."""
    return _Marked(None, None, f"nested deeper than {max_depth} levels", mark)


def expanded_size(root: yaml.Node, enough: int) -> int:
    """Count the characters of the scalars, plus one for each node, with every alias counted as its node.

    :param enough: the count of a node's parts stops above this
    :raises yaml.YAMLError: when a node contains itself
    """
    sizes: dict[int, int] = {}
    _measure(root, sizes, set(), enough)
    return sizes[id(root)]


def _measure(node: yaml.Node, sizes: dict[int, int], open_nodes: set[int], enough: int) -> int:
    """Measure one node. Aliases point backwards, so the recursion is only as deep as the text is nested."""
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
