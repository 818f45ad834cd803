"""OS::Heat::SoftwareDeployment: a config applied to a server, each time that something happens to this resource.

::

    CREATE ──▶ a config of its own, with a value for each input ──▶ the server polls it, applies it, signals
                     │ NO_SIGNAL: complete at once                        │
                     └──────────────── IN_PROGRESS ◀── a look now and then, and at each signal

The deployment's id is the resource's uuid. Its config is made, and the one before it forgotten, in the same transaction
that changes the deployment, so that a crash leaves none behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.siblings import AskAgain
from heatlite.resources.software import derived
from heatlite.resources.software.port import COMPONENT, UNGROUPED, Config, Order
from heatlite.resources.software.told import STATUS_CODE, STDERR, STDOUT
from heatlite.schema.attribute_paths import inside
from heatlite.schema.constraints import AllowedValues

CONFIG, SERVER, INPUT_VALUES, ACTIONS = "config", "server", "input_values", "actions"
NAME, TRANSPORT = "name", "signal_transport"
NO_SIGNAL = "NO_SIGNAL"
TRANSPORTS = ("CFN_SIGNAL", "TEMP_URL_SIGNAL", "HEAT_SIGNAL", NO_SIGNAL, "ZAQAR_SIGNAL")
LONGEST_PAUSE_SECONDS = 15.0

Progress = dict[str, Any] | None
"""When the wait for a signal began; None: nothing is waited for."""


class DeploymentFailed(Exception):
    """The server says that it failed; the text is its reason."""


class SoftwareDeployment(Resource):
    """A config on a server.

    A signal comes by ``resource_signal``, or by the deployment's own API. How a server is to authenticate is for the
    identity service: without one no credentials are among the inputs.
    """

    support_status = SupportStatus(version="2014.1")
    signals_pass_it_by = True
    no_signal_actions = frozenset()
    properties_schema = {
        CONFIG: Property(Type.STRING, "The id of the config.", update_allowed=True),
        SERVER: Property(Type.STRING, "The id of the server to apply it to.", required=True),
        INPUT_VALUES: Property(Type.MAP, "Values of the config's inputs, by name.", update_allowed=True),
        ACTIONS: Property(
            Type.LIST,
            "The actions of this resource at which it is applied.",
            default=["CREATE", "UPDATE"],
            constraints=(AllowedValues(("CREATE", "UPDATE", "DELETE", "SUSPEND", "RESUME")),),
            update_allowed=True,
        ),
        NAME: Property(
            Type.STRING,
            "A name for it on the server, where configs are applied in the order of their names.",
            update_allowed=True,
        ),
        TRANSPORT: Property(
            Type.STRING,
            "How the server tells what came of it. With NO_SIGNAL nothing is waited for.",
            default="CFN_SIGNAL",
            constraints=(AllowedValues(TRANSPORTS),),
        ),
    }
    attributes_schema = {
        STDOUT: Attribute("What the config wrote to its standard output.", Type.STRING),
        STDERR: Attribute("What it wrote to its standard error.", Type.STRING),
        STATUS_CODE: Attribute("The status that it ended with.", Type.STRING),
    }

    # --- what is deployed -----------------------------------------------------------------------------------

    def source(self) -> Config:
        """The config that is to be applied; an empty one where none is named.

        :raises ValueError: where there is no such config
        """
        config_id = self.properties[CONFIG]
        if not config_id:
            return Config("", config=None)
        found = self.software.config(config_id)
        if found is None:
            raise ValueError(f"Software config with id {config_id} not found")
        return found

    def derived_config(self, source: Config, inputs: Sequence[Mapping[str, Any]]) -> Any:
        """The source's text for these inputs."""
        return source.config or ""

    def order(self, action: str, source: Config) -> Order:
        """What the deployment is to be during an action."""
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
        """What the server is told of where it is, and of how to signal."""
        told = {
            "deploy_server_id": self.properties[SERVER],
            "deploy_action": action,
            "deploy_stack_id": f"{self.stack_name}/{self.stack_id}",
            "deploy_resource_name": self.name,
            "deploy_signal_transport": self.properties[TRANSPORT],
        }
        return {**told, **{name: value for name, value in self.data.items() if name in derived.DESCRIBED}}

    def applies(self, action: str, source: Config) -> bool:
        """Whether the config is applied at an action; a component says so itself."""
        if source.group != COMPONENT:
            return action in self.properties[ACTIONS]
        return any(action in each["actions"] for each in source.config["configs"])

    def begin(self, action: str, source: Config | None = None) -> Progress:
        """Have it applied, if it is at this action."""
        source = self.source() if source is None else source
        if not self.applies(action, source):
            return None
        self.resource_id_set(self.uuid)
        self.software.deploy(self.uuid, self.order(action, source))
        return None if self.properties[TRANSPORT] == NO_SIGNAL else {"since": self.now()}

    def is_over(self, progress: Progress) -> bool:
        """Look whether the server has said so.

        :raises DeploymentFailed: where it says that it failed
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
        """Deploy."""
        return self.begin("CREATE")

    def check_create_complete(self, progress: Progress) -> bool:
        """Whether the server has applied it."""
        return self.is_over(progress)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Progress:
        """Deploy anew.

        :raises UpdateReplace: where an input changed that wants another deployment
        """
        source, before = self.source(), self.software.deployed(self.uuid)
        if before is not None:
            after = self.order("UPDATE", source).config.inputs
            if derived.has_to_be_replaced(before.config.inputs, after):
                raise UpdateReplace
        return self.begin("UPDATE", source)

    def handle_suspend(self) -> Progress:
        """Deploy, if it is applied then."""
        return self.begin("SUSPEND")

    def handle_resume(self) -> Progress:
        """Deploy, if it is applied then."""
        return self.begin("RESUME")

    check_update_complete = check_suspend_complete = check_resume_complete = check_create_complete

    def handle_delete(self) -> Progress:
        """Deploy, if it is applied then and its config is there; also what is applied at no other action."""
        config_id = self.properties[CONFIG]
        if config_id and self.software.config(config_id) is None:
            return None
        return self.begin("DELETE")

    def check_delete_complete(self, progress: Progress) -> bool:
        """Whether that is over; then it is forgotten."""
        if not self.is_over(progress):
            return False
        self.software.undeploy(self.uuid)
        return True

    def handle_signal(self, details: Any) -> str | None:
        """Take what the server says.

        :raises AskAgain: where it is being made, and isn't there yet
        """
        if self.resource_id is None and self.software.deployed(self.uuid) is None:
            raise AskAgain
        return self.software.signal(self.uuid, details if isinstance(details, Mapping) else {})

    def find(self) -> list[str]:
        """The deployment, if there is one."""
        return [self.uuid] if self.software.deployed(self.uuid) is not None else []

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """Any: the config's outputs aren't known before it is there."""
        return True

    def resolve_attributes(self) -> dict[str, Any]:
        """The values of the outputs that the server has told, by name."""
        found = self.software.deployed(self.uuid) if self.resource_id else None
        return {**dict.fromkeys(self.attributes_schema), **(found.output_values if found else {})}

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """An output's value; None where the server hasn't told it."""
        return inside(recorded.get(key), path)
