"""Heat's secrets, decrypted by Heat's ``auth_encryption_key``.

::

    [method, token]                     a property, as JSON; or a parameter, as text
    token beside a column with method   a text
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from heatlite.db.crypt import METHOD, Vault
from heatlite.exception import Invalid


def text_of(vault: Vault, method: str | None, token: str | None) -> str | None:
    """A text that was encrypted by itself.

    :raises InvalidEncryptionKey: where no key fits
    :raises Invalid: where it was encrypted as Heat did long ago
    """
    if token is None or method is None:
        return None
    if method != METHOD:
        raise Invalid(
            reason=f"it was encrypted as {method}: run `heat-manage update_params encrypt` there, then it is {METHOD}"
        )
    return vault.decrypt(token)


def map_of(vault: Vault, data: Mapping[str, Any] | None, *, encrypted: bool) -> dict[str, Any] | None:
    """A map whose values were encrypted one by one. Raises what ``text_of`` does."""
    if data is None or not encrypted:
        return None if data is None else dict(data)
    return {name: json.loads(text_of(vault, *pair) or "null") for name, pair in data.items()}


def environment_of(vault: Vault, environment: Mapping[str, Any] | None) -> dict[str, Any]:
    """An environment, some of whose values were encrypted. Raises what ``text_of`` does."""
    plain = dict(environment or {})
    names, values = set(plain.get("encrypted_param_names") or ()), dict(plain.get("parameters") or {})
    opened = {name: text_of(vault, *values[name]) for name in names & values.keys() if is_token(values[name])}
    return {**plain, "parameters": values | opened, "encrypted_param_names": sorted(names)}


def is_token(value: Any) -> bool:
    """Whether a value has the form of an encrypted one."""
    return isinstance(value, list) and len(value) == 2 and str(value[0]).endswith("decrypt_v1")
