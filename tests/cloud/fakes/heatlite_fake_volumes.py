"""Cinder's own driver that only logs, with images: their data comes from and goes nowhere."""

import io

from cinder.tests.fake_driver import FakeLoggingVolumeDriver

NOTHING = b"\0" * 512


class FakeVolumes(FakeLoggingVolumeDriver):
    """Volumes without disks."""

    def clone_image(self, context, volume, image_location, image_meta, image_service):
        """A volume of an image has it at once."""
        return {"provider_location": None}, True

    def copy_volume_to_image(self, context, volume, image_service, image_meta):
        """An image of a volume holds nothing."""
        image_service.update(context, image_meta["id"], {}, io.BytesIO(NOTHING))

    def revert_to_snapshot(self, context, volume, snapshot):
        """Nothing to go back to."""
