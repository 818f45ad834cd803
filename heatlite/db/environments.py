"""Environments as raw_template stores them: secret values are encrypted one by one, other values aren't.

::

    in memory   {"parameters": {"size": 3, "password": "x"},             "sealed": {"parameters": ["password"], …}}
    in the row  {"parameters": {"size": 3, "password": [METHOD, token]}, "sealed": {"parameters": ["password"], …}}
    read back   {"parameters": {"size": 3, "password": "x"}}

``sealed`` is not a section that a user can write, so nothing that a user sends is taken for a token. ``sealing`` adds
it when a template is stored, and reading the template removes it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from heatlite.db.crypt import METHOD, Vault

SEALED = "sealed"
NAMES = "encrypted_param_names"
SECTIONS = ("parameters", "parameter_defaults")
HIDING = (("parameters", "hidden"), ("Parameters", "NoEcho"))
"""How each dialect of the template language hides a parameter: the section, and the key in a declaration."""
PLAIN = ("false", "f", "no", "n", "off", "0", "none", "null", "")
"""Values of ``hidden`` that mean False. Any other value hides the parameter: to encrypt too much does no harm."""


def hidden_parameters(template: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the parameters that a raw template declares as hidden."""
    return frozenset(
        str(name)
        for section, keyword in HIDING
        if isinstance(declared := template.get(section), Mapping)
        for name, schema in declared.items()
        if isinstance(schema, Mapping) and str(schema.get(keyword, "")).strip().lower() not in PLAIN
    )


def sealing(environment: Mapping[str, Any], hidden: Collection[str]) -> dict[str, Any]:
    """Return the environment with a list of its secret values: those of ``hidden`` and ``encrypted_param_names``.

    The row's ``encrypted_param_names`` lists all of them, as in Heat. An environment without secrets is returned as it
    is.
    """
    wanted = {*hidden, *_names(environment.get(NAMES))}
    found = {section: sorted(wanted & _keys(environment.get(section))) for section in SECTIONS}
    if not any(found.values()):
        return dict(environment)
    sent = {NAMES: list(environment[NAMES])} if NAMES in environment else {}
    return {**environment, SEALED: {**found, **sent}}


def sealed(environment: Any, vault: Vault) -> Any:
    """Return an environment from ``sealing`` in the form that the row stores."""
    if not (isinstance(environment, Mapping) and SEALED in environment):
        return environment
    encrypted = _each(environment, lambda value: [METHOD, vault.encrypt(json.dumps(value))])
    names = {name for section in SECTIONS for name in environment[SEALED][section]}
    return {**encrypted, NAMES: sorted({*names, *_names(environment.get(NAMES))})}


def opened(stored: Any, vault: Vault) -> Any:
    """Return a stored environment with every value decrypted.

    :raises InvalidEncryptionKey: when no key fits
    """
    if not (isinstance(stored, Mapping) and SEALED in stored):
        return stored
    plain = _each(stored, lambda pair: json.loads(vault.decrypt(pair[1])))
    mark = plain.pop(SEALED)
    del plain[NAMES]
    return plain | ({NAMES: mark[NAMES]} if NAMES in mark else {})


def _each(environment: Mapping[str, Any], change: Any) -> dict[str, Any]:
    """Apply a function to every value that ``sealed`` lists."""
    changed = dict(environment)
    for section in SECTIONS:
        values = dict(changed.get(section) or {})
        values |= {name: change(values[name]) for name in environment[SEALED][section]}
        changed |= {section: values} if section in changed else {}
    return changed


def _keys(section: Any) -> set[str]:
    return {name for name in section if isinstance(name, str)} if isinstance(section, Mapping) else set()


def _names(written: Any) -> Iterable[str]:
    return [name for name in written if isinstance(name, str)] if isinstance(written, list | tuple) else ()
