"""Nova's own fake driver, fit for a test run: it resizes on its one host, its snapshots have data, and its ports go
to other servers.

Nova loads drivers from within its own package only: this file is copied to ``nova/virt``.
"""

import io
import time

from nova.image import glance
from nova.virt import fake

NOTHING = b"\0" * 512


class FakeDriver(fake.FakeDriverWithoutFakeNodes):
    """Servers without a hypervisor. Those whose metadata say so take some seconds until they are ACTIVE."""

    def spawn(self, context, instance, *args, **kwargs):
        """Take as long as a hypervisor would."""
        time.sleep(float(instance.metadata.get("build_seconds", 0)))
        super().spawn(context, instance, *args, **kwargs)

    def destroy(self, context, instance, network_info, *args, **kwargs):
        """A server that is gone has no interfaces: Nova's fake would never let another one have its ports."""
        super().destroy(context, instance, network_info, *args, **kwargs)
        for vif in network_info or ():
            self._interfaces.pop(vif["id"], None)

    def confirm_migration(self, context, migration, instance, network_info):
        """A resize that stayed on its host has nothing to clean up."""
        if migration.source_compute != migration.dest_compute:
            super().confirm_migration(context, migration, instance, network_info)

    def snapshot(self, context, instance, image_id, update_task_state):
        """An image that holds nothing."""
        super().snapshot(context, instance, image_id, update_task_state)
        format_of_it = {"disk_format": "raw", "container_format": "bare"}
        glance.API().update(context, image_id, format_of_it, data=io.BytesIO(NOTHING))
