"""The disk, as a service that a resource uses: files that carry a tag, written whole or not at all.

    write    <name>-<tag>.part ──fsync──▶ rename ──▶ <name>-<tag>        nobody ever sees half a file
    find     the files whose name ends in the tag

It knows nothing of heatlite. A cloud's client library has this place in a real plugin.
"""

from __future__ import annotations

import hashlib
import os
import pathlib

ROOT = "HEATLITE_FILE_ROOT"


def root() -> pathlib.Path:
    """The directory in which files may be made: the operator's choice, never a template's."""
    return pathlib.Path(os.environ.get(ROOT, "/var/lib/heatlite-files"))


def path_of(name: str, tag: str) -> pathlib.Path:
    """Where the file of this name and tag is, or would be."""
    return root() / f"{name}-{tag}"


def write(path: pathlib.Path, content: str) -> None:
    """Make the file, or give it another content. Repeating it does no harm.

    :raises OSError: where the disk doesn't take it
    """
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def remove(path: pathlib.Path) -> None:
    """Remove the file and what is left of an unfinished write; both may be gone already."""
    path.with_name(f"{path.name}.part").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def find(tag: str) -> list[str]:
    """The paths of all files that carry the tag."""
    return sorted(str(path) for path in root().glob(f"*-{tag}"))


def sha256(path: pathlib.Path) -> str | None:
    """The checksum of the file's content; None where there is no such file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
