"""Backups of volumes that hold nothing: cinder-backup's own manager, without a device to read or write."""

import io

from cinder.backup import driver, manager

manager.volume_utils.brick_get_connector_properties = lambda *arguments, **named: {}  # or it would look for devices


class FakeBackups(driver.BackupDriver):
    """A store that keeps nothing."""

    def backup(self, backup, volume_file, backup_metadata=False):
        """Nothing to read."""

    def restore(self, backup, volume_id, volume_file, volume_is_new):
        """Nothing to write."""

    def delete_backup(self, backup):
        """Nothing to delete."""

    def check_for_setup_error(self):
        """Nothing to find."""


class FakeManager(manager.BackupManager):
    """Volumes of the fake driver can't be attached to this host."""

    def _attach_device(self, ctxt, backup_device, properties, is_snapshot=False):
        return {"device": {"path": io.BytesIO()}}

    def _detach_device(
        self, ctxt, attach_info, device, properties, is_snapshot=False, force=False, ignore_errors=False
    ):
        """Nothing to detach."""
