"""``heatlite-status upgrade check``: checks before and after an upgrade.

Exit status: 0 all is well; 1 there are warnings; 2 something must be done first; 255 the checks failed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from heatlite import conf as options
from heatlite import exception


class Checks(upgradecheck.UpgradeCommands):
    """The checks. Each opens the database for itself."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        super().__init__()
        self._conf = conf

    def _found(self, look: Callable[[Any], Any]) -> upgradecheck.Result:
        from heatlite.db.api import Database
        from heatlite.db.crypt import Vault
        from heatlite.engine.common import configured

        database = Database(configured.database_settings(self._conf), Vault(tuple(self._conf.auth_encryption_key)))
        try:
            finding = look(database)
        finally:
            database.dispose()
        return upgradecheck.Result(upgradecheck.Code(int(finding.level)), finding.details)

    def _needs_schema(self, look: Callable[[Any], Any]) -> upgradecheck.Result:
        """Return the finding of a check that needs the schema."""
        from heatlite.engine.runtime import readiness

        schema = self.schema()
        return self._found(look) if schema.code < readiness.Level.FAILURE else upgradecheck.Result(schema.code, UNASKED)

    def schema(self) -> upgradecheck.Result:
        """Check the schema."""
        from heatlite.engine.runtime import readiness

        return self._found(readiness.schema)

    def secrets(self) -> upgradecheck.Result:
        """Check the keys."""
        from heatlite.engine.runtime import readiness

        return self._needs_schema(readiness.secrets)

    def engines(self) -> upgradecheck.Result:
        """Check the other engines."""
        from heatlite.engine.runtime import readiness

        return self._needs_schema(readiness.engines)

    def types(self) -> upgradecheck.Result:
        """Check the plugins."""
        from heatlite.engine.runtime import readiness
        from heatlite.resources.registry import Registry

        return self._needs_schema(lambda database: readiness.types(database, Registry.load()))

    def operations(self) -> upgradecheck.Result:
        """Check the running operations."""
        from heatlite.engine.runtime import readiness

        return self._needs_schema(readiness.operations)

    def broker(self) -> upgradecheck.Result:
        """Check the broker."""
        from heatlite.engine.runtime import readiness
        from heatlite.rpc import transport
        from heatlite.rpc.broker import close

        try:
            bus = transport.get(self._conf)
        except exception.ConfigurationError as error:
            return upgradecheck.Result(upgradecheck.Code.FAILURE, str(error))
        try:
            found = readiness.broker(bus)
        finally:
            close(bus)
        return upgradecheck.Result(upgradecheck.Code(int(found.level)), found.details)

    _upgrade_checks = (
        ("Database schema", schema),
        ("Encryption keys", secrets),
        ("Engines' versions", engines),
        ("Resource types", types),
        ("Running operations", operations),
        ("Broker", broker),
    )


UNASKED = "can't be checked before the schema exists"


def main(argv: list[str] | None = None) -> int:
    """Run the checks. Return the exit status."""
    conf = options.register(cfg.CONF)
    given = sys.argv[1:] if argv is None else argv
    return int(upgradecheck.main(conf, project="heatlite", upgrade_command=Checks(conf), argv=given))


if __name__ == "__main__":
    sys.exit(main())
