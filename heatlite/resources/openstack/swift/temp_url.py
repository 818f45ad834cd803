"""URLs of Swift that need no login. They are signed with the project's key for such URLs; if there is none, it is made.

The URLs never change, except if somebody gives the project another key.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from urllib.parse import unquote, urlsplit

from heatlite.resources.builtin.characters import CLASSES, LETTERS_AND_DIGITS, random_string
from heatlite.resources.cloud import Cloud

KEY_HEADER = "X-Account-Meta-Temp-URL-Key"
KEY_LENGTH = 32
LAST_SECOND = 2**31 - 1 - 60
"""When the URLs expire, as in Heat."""


def temp_url(cloud: Cloud, chance: random.Random, place: str, method: str) -> str:
    """Return the URL of a request about an object.

    :param place: the path of the object in the project's account
    """
    account = urlsplit(cloud.endpoint("object-store") or "")
    path = f"{account.path.rstrip('/')}{place}"
    signed = f"{method}\n{LAST_SECOND}\n{unquote(path)}".encode()
    signature = hmac.new(key_of_project(cloud, chance).encode(), signed, hashlib.sha256).hexdigest()
    return f"{account.scheme}://{account.netloc}{path}?temp_url_sig={signature}&temp_url_expires={LAST_SECOND}"


def key_of_project(cloud: Cloud, chance: random.Random) -> str:
    """Return the project's key for signed URLs; make one if there is none."""
    swift = cloud.api("object_store")
    headers, _ = swift.answer("HEAD", "")
    if KEY_HEADER not in headers:
        made = random_string(chance, KEY_LENGTH, [(CLASSES[LETTERS_AND_DIGITS], 1)])
        swift.answer("POST", "", headers={KEY_HEADER: made})
        headers, _ = swift.answer("HEAD", "")
    return str(headers[KEY_HEADER])
