"""OS::Heat::SoftwareDeployment: applies a config to a server at each action on this resource.

::

    CREATE ──▶ a config of its own, with a value for each input ──▶ the server polls it, applies it, signals
                     │ NO_SIGNAL: complete at once                        │
                     └──────────────── IN_PROGRESS ◀── a look now and then, and at each signal

The deployment's id is the resource's uuid. Its config is created, and the previous one deleted, in the transaction that
changes the deployment. Therefore a crash leaves no config behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from heatlite.exception import CloudError
from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.siblings import AskAgain
from heatlite.resources.software import derived
from heatlite.resources.software.port import COMPONENT, UNGROUPED, Config, Order
from heatlite.resources.software.report import STATUS_CODE, STDERR, STDOUT
from heatlite.schema.attribute_paths import inside
from heatlite.schema.constraints import AllowedValues

CONFIG, SERVER, INPUT_VALUES, ACTIONS = "config", "server", "input_values", "actions"
NAME, TRANSPORT = "name", "signal_transport"
NO_SIGNAL = "NO_SIGNAL"
TRANSPORTS = ("CFN_SIGNAL", "TEMP_URL_SIGNAL", "HEAT_SIGNAL", NO_SIGNAL, "ZAQAR_SIGNAL")
LONGEST_PAUSE_SECONDS = 15.0

Progress = dict[str, Any] | None
"""The time when the wait for a signal began; None: there is no wait."""


class DeploymentFailed(Exception):
    """The server reported a failure; the text is its reason."""


class SoftwareDeployment(Resource):
    """A config on a server.

    A signal comes by ``resource_signal``, or by the deployment's own API. A server gets its credentials from an
    identity service: without one the inputs contain no credentials.
    """

    support_status = SupportStatus(version="2014.1")
    accepts_signals_while_locked = True
    replaced_if = "an input with replace_on_change has changed"
    no_signal_actions = frozenset()
    properties_schema = {
        CONFIG: Property(Type.STRING, "The id of the config.", update_allowed=True),
        SERVER: Property(Type.STRING, "The id of the server to apply it to.", required=True),
        INPUT_VALUES: Property(Type.MAP, "Values of the config's inputs, by name.", update_allowed=True),
        ACTIONS: Property(
            Type.LIST,
            "The actions on this resource at which the config is applied.",
            default=["CREATE", "UPDATE"],
            constraints=(AllowedValues(("CREATE", "UPDATE", "DELETE", "SUSPEND", "RESUME")),),
            update_allowed=True,
        ),
        NAME: Property(
            Type.STRING,
            "A name for the deployment. The server applies configs in the order of their names.",
            update_allowed=True,
        ),
        TRANSPORT: Property(
            Type.STRING,
            "How the server reports its result. With NO_SIGNAL the deployment doesn't wait for it.",
            default="CFN_SIGNAL",
            constraints=(AllowedValues(TRANSPORTS),),
        ),
    }
    attributes_schema = {
        STDOUT: Attribute("The standard output of the config.", Type.STRING),
        STDERR: Attribute("The standard error output of the config.", Type.STRING),
        STATUS_CODE: Attribute("The exit status of the config.", Type.STRING),
    }

    # --- the deployment -------------------------------------------------------------------------------------

    def source(self) -> Config:
        """Return the config to apply; an empty one if the property is empty.

        :raises ValueError: if there is no such config
        """
        config_id = self.properties[CONFIG]
        if not config_id:
            return Config("", config=None)
        found = self.software.config(config_id)
        if found is None:
            raise ValueError(f"Software config with id {config_id} not found")
        return found

    def derived_config(self, source: Config, inputs: Sequence[Mapping[str, Any]]) -> Any:
        """Return the source's text for these inputs."""
        return source.config or ""

    def order(self, action: str, source: Config) -> Order:
        """Return the deployment for an action."""
        inputs = derived.derived_inputs(source.inputs, self.properties[INPUT_VALUES] or {}, self.facts(action))
        config = Config(
            name=self.properties[NAME] or source.name or self.physical_resource_name(),
            group=source.group or UNGROUPED,
            config=self.derived_config(source, inputs),
            inputs=inputs,
            outputs=source.outputs,
            options=source.options,
        )
        waits = self.properties[TRANSPORT] != NO_SIGNAL
        status, reason = (
            ("IN_PROGRESS", "Deploy data available") if waits else ("COMPLETE", "Not waiting for outputs signal")
        )
        return Order(config, self.properties[SERVER], action, status, reason, self.properties[INPUT_VALUES])

    def facts(self, action: str) -> dict[str, Any]:
        """Return the inputs that tell the server its deployment, and how to signal."""
        facts = {
            "deploy_server_id": self.properties[SERVER],
            "deploy_action": action,
            "deploy_stack_id": f"{self.stack_name}/{self.stack_id}",
            "deploy_resource_name": self.name,
            "deploy_signal_transport": self.properties[TRANSPORT],
        }
        return {**facts, **{name: value for name, value in self.data.items() if name in derived.DESCRIBED}}

    def applies(self, action: str, source: Config) -> bool:
        """Tell whether the config is applied at an action; a component decides this itself."""
        if source.group != COMPONENT:
            return action in self.properties[ACTIONS]
        return any(action in each["actions"] for each in source.config["configs"])

    def begin(self, action: str, source: Config | None = None) -> Progress:
        """Store the deployment, if the config is applied at this action."""
        source = self.source() if source is None else source
        if not self.applies(action, source):
            return None
        self.resource_id_set(self.uuid)
        self.software.deploy(self.uuid, self.order(action, source))
        self.push()
        return None if self.properties[TRANSPORT] == NO_SIGNAL else {"since": self.now()}

    def push(self) -> None:
        """Send the server what is deployed to it, if its agent doesn't ask. Types with access to the cloud do it."""

    def is_over(self, progress: Progress) -> bool:
        """Tell whether the server has reported success, or nothing is waited for.

        :raises DeploymentFailed: if it has reported a failure
        """
        if progress is None:
            return True
        found = self.software.deployed(self.uuid)
        if found is None or found.status == "COMPLETE":
            return True
        if found.status == "FAILED":
            raise DeploymentFailed(f"Deployment to server failed: {found.status_reason}")
        self.poll_in(min(LONGEST_PAUSE_SECONDS, max(1.0, (self.now() - progress["since"]) / 4)))
        return False

    # --- the contract of a plugin ---------------------------------------------------------------------------

    def handle_create(self) -> Progress:
        """Deploy the config."""
        return self.begin("CREATE")

    def check_create_complete(self, progress: Progress) -> bool:
        """Tell whether the server has applied it."""
        return self.is_over(progress)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Progress:
        """Deploy the config again.

        :raises UpdateReplace: if an input with ``replace_on_change`` changed
        """
        source, before = self.source(), self.software.deployed(self.uuid)
        if before is not None:
            after = self.order("UPDATE", source).config.inputs
            if derived.has_to_be_replaced(before.config.inputs, after):
                raise UpdateReplace
        return self.begin("UPDATE", source)

    def handle_suspend(self) -> Progress:
        """Deploy the config, if it is applied at this action."""
        return self.begin("SUSPEND")

    def handle_resume(self) -> Progress:
        """Deploy the config, if it is applied at this action."""
        return self.begin("RESUME")

    check_update_complete = check_suspend_complete = check_resume_complete = check_create_complete

    def handle_delete(self) -> Progress:
        """Deploy the config, if it is applied at this action and still exists; there may be no deployment yet."""
        config_id = self.properties[CONFIG]
        if config_id and self.software.config(config_id) is None:
            return None
        return self.begin("DELETE")

    def check_delete_complete(self, progress: Progress) -> bool:
        """Tell whether the server has applied it; then delete the deployment."""
        if not self.is_over(progress):
            return False
        self.software.undeploy(self.uuid)
        with suppress(CloudError):  # the server may be gone too
            self.push()
        return True

    def handle_cancel(self, progress: Progress) -> None:
        """Mark the deployment FAILED, if the server hasn't reported yet."""
        self.software.give_up(self.uuid, "Deployment cancelled.")

    def handle_signal(self, details: Any) -> str | None:
        """Pass the server's report to the deployment.

        :raises AskAgain: if the deployment is being created, but isn't stored yet
        """
        if self.resource_id is None and self.software.deployed(self.uuid) is None:
            raise AskAgain
        return self.software.signal(self.uuid, details if isinstance(details, Mapping) else {})

    def find(self) -> list[str]:
        """Return the deployment's id, if it exists."""
        return [self.uuid] if self.software.deployed(self.uuid) is not None else []

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """Accept any name: the config's outputs aren't known before it exists."""
        return True

    def resolve_attributes(self) -> dict[str, Any]:
        """Return the values of the outputs that the server has reported, by name."""
        found = self.software.deployed(self.uuid) if self.resource_id else None
        return {**dict.fromkeys(self.attributes_schema), **(found.output_values if found else {})}

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """Return an output's value; None if the server hasn't reported it."""
        return inside(recorded.get(key), path)
