"""Environments as raw_template keeps them: secret values encrypted one by one, and the rest as it is.

::

    in memory   {"parameters": {"size": 3, "password": "x"},             "sealed": {"parameters": ["password"], …}}
    in the row  {"parameters": {"size": 3, "password": [METHOD, token]}, "sealed": {"parameters": ["password"], …}}
    read back   {"parameters": {"size": 3, "password": "x"}}

``sealed`` is no section that a user could write, so that nothing which he sends is taken for a token. It is put in by
``sealing`` when a template is stored, and taken out where it is read.
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
"""How each dialect of the template language hides a parameter: the section, and the keyword of its declarations."""
PLAIN = ("false", "f", "no", "n", "off", "0", "none", "null", "")
"""What, under a parameter's ``hidden``, says that it isn't. In doubt it is: too much encrypted does no harm."""


def hidden_parameters(template: Mapping[str, Any]) -> frozenset[str]:
    """The parameters that a template, as it is written, declares to be hidden."""
    return frozenset(
        str(name)
        for section, keyword in HIDING
        if isinstance(declared := template.get(section), Mapping)
        for name, schema in declared.items()
        if isinstance(schema, Mapping) and str(schema.get(keyword, "")).strip().lower() not in PLAIN
    )


def sealing(environment: Mapping[str, Any], hidden: Collection[str]) -> dict[str, Any]:
    """The environment, saying which of its values are secret: those of ``hidden`` and ``encrypted_param_names``.

    The row's ``encrypted_param_names`` has all of them, as in Heat. An environment without any is given back as it is.
    """
    wanted = {*hidden, *_names(environment.get(NAMES))}
    found = {section: sorted(wanted & _keys(environment.get(section))) for section in SECTIONS}
    if not any(found.values()):
        return dict(environment)
    sent = {NAMES: list(environment[NAMES])} if NAMES in environment else {}
    return {**environment, SEALED: {**found, **sent}}


def sealed(environment: Any, vault: Vault) -> Any:
    """What the row has for an environment that ``sealing`` gave."""
    if not (isinstance(environment, Mapping) and SEALED in environment):
        return environment
    encrypted = _each(environment, lambda value: [METHOD, vault.encrypt(json.dumps(value))])
    names = {name for section in SECTIONS for name in environment[SEALED][section]}
    return {**encrypted, NAMES: sorted({*names, *_names(environment.get(NAMES))})}


def opened(stored: Any, vault: Vault) -> Any:
    """What was stored, with every value readable and as it was sent.

    :raises InvalidEncryptionKey: where no key fits
    """
    if not (isinstance(stored, Mapping) and SEALED in stored):
        return stored
    plain = _each(stored, lambda pair: json.loads(vault.decrypt(pair[1])))
    mark = plain.pop(SEALED)
    del plain[NAMES]
    return plain | ({NAMES: mark[NAMES]} if NAMES in mark else {})


def _each(environment: Mapping[str, Any], change: Any) -> dict[str, Any]:
    """The environment with every value that ``sealed`` names changed."""
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
