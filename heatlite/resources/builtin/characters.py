"""Random strings from sets of characters, with a minimum number of characters from each set."""

from __future__ import annotations

import random
import string
from collections.abc import Sequence

LETTERS_AND_DIGITS = "lettersdigits"
CLASSES = {
    LETTERS_AND_DIGITS: string.ascii_letters + string.digits,
    "letters": string.ascii_letters,
    "lowercase": string.ascii_lowercase,
    "uppercase": string.ascii_uppercase,
    "digits": string.digits,
    "hexdigits": string.digits + "ABCDEF",
    "octdigits": string.octdigits,
}


def random_string(chance: random.Random, length: int, wanted: Sequence[tuple[str, int]]) -> str:
    """Return ``length`` characters in random order: at least n from each ``(characters, n)``, the rest from all.

    :raises ValueError: if the minimums don't fit into the length, or there are no characters to choose from
    """
    least = sum(minimum for _, minimum in wanted)
    every = sorted({character for characters, _ in wanted for character in characters})
    if least > length or not every:
        raise ValueError(f"{length} characters can't be made from {len(every)} with a minimum of {least} in all")
    chosen = [chance.choice(sorted(set(characters))) for characters, minimum in wanted for _ in range(minimum)]
    chosen += [chance.choice(every) for _ in range(length - least)]
    chance.shuffle(chosen)
    return "".join(chosen)
