"""Heat's secrets, decrypted with Heat's ``auth_encryption_key``.

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
    """Decrypt a text that has its own method.

    :raises InvalidEncryptionKey: when no key fits
    :raises Invalid: when it was encrypted with an old method of Heat
    """
    if token is None or method is None:
        return None
    if method != METHOD:
        raise Invalid(
            reason=f"it is encrypted as {method}: run `heat-manage update_params encrypt` on Heat to make it {METHOD}"
        )
    return vault.decrypt(token)


def map_of(vault: Vault, data: Mapping[str, Any] | None, *, encrypted: bool) -> dict[str, Any] | None:
    """Decrypt a map whose values were encrypted one by one. Raise the errors of ``text_of``."""
    if data is None or not encrypted:
        return None if data is None else dict(data)
    return {name: json.loads(text_of(vault, *pair) or "null") for name, pair in data.items()}


def environment_of(vault: Vault, environment: Mapping[str, Any] | None) -> dict[str, Any]:
    """Decrypt the encrypted values of an environment. Raise the errors of ``text_of``."""
    plain = dict(environment or {})
    names, values = set(plain.get("encrypted_param_names") or ()), dict(plain.get("parameters") or {})
    opened = {name: text_of(vault, *values[name]) for name in names & values.keys() if is_token(values[name])}
    return {**plain, "parameters": values | opened, "encrypted_param_names": sorted(names)}


def is_token(value: Any) -> bool:
    """Tell whether a value has the form of an encrypted one."""
    return isinstance(value, list) and len(value) == 2 and str(value[0]).endswith("decrypt_v1")
