"""A stack whose other resources are wait condition handles, for plugins under test."""

from __future__ import annotations

from heatlite.resources.builtin.launch_configuration import LaunchConfiguration
from heatlite.resources.builtin.wait_condition_handle import CfnWaitConditionHandle, WaitConditionHandle
from heatlite.resources.siblings import Sibling


class SignalledHandles:
    """Two handles that whoever waits for needn't wait for, ``heat`` and ``cfn``; and the configuration ``launch``."""

    def by_reference(self, reference: str) -> Sibling | None:
        success = {"status": "SUCCESS", "reason": "r", "data": "d"}
        handles = {
            "launch": Sibling("l", LaunchConfiguration, {"ImageId": "i"}, {}),
            "heat": Sibling("h", WaitConditionHandle, {}, {"1": success}),
            "cfn": Sibling("c", CfnWaitConditionHandle, {}, {"1": {k.title(): v for k, v in success.items()}}),
        }
        return handles.get(reference)

    def by_name(self, name: str) -> Sibling | None:
        return self.by_reference(name)

    def clear_metadata(self, reference: str) -> None:
        """There is nothing to be kept."""
