"""``python -m tests.integration.observed``: an engine whose test resources look as the files of a directory say.

::

    gone              names of resources that are to be seen as gone
    hold              while it exists, no look ends
    held-<pid>        a look of this process is held
"""

from __future__ import annotations

import os
import pathlib
import sys
import time
from collections.abc import Sequence
from typing import Any

from heatlite.cmd import engine

DIRECTORY = "OBSERVED"
"""The variable with the directory."""


def see_all(cls: type[Any], resources: Sequence[Any]) -> dict[str, Any]:
    """See what the files say."""
    from heatlite.resources.sight import IS_GONE, Sight

    directory = pathlib.Path(os.environ[DIRECTORY])
    gone = (directory / "gone").read_text().split() if (directory / "gone").exists() else []
    while (directory / "hold").exists():
        (directory / f"held-{os.getpid()}").touch()
        time.sleep(0.02)
    return {it.uuid: IS_GONE if it.name in gone else Sight() for it in resources}


def main() -> int:
    """Run it."""
    run = engine.run

    def run_with_sights(conf: Any) -> int:
        from heatlite.resources.builtin.test_resource import TestResource

        TestResource.see_all = classmethod(see_all)  # type: ignore[assignment]
        return run(conf)

    engine.run = run_with_sights
    return engine.main()


if __name__ == "__main__":
    sys.exit(main())
