"""Validate a submission before anything is created: every mistake that can be found by then is found here.

    name ─▶ sizes ─▶ parse ─▶ parameters ─▶ conditions ─▶ number of resources ─▶ cycles ─▶ types
                                                                 properties, attributes, outputs ◀─┘
                                                                             └─▶ nested templates: the same again

Nothing is written. An error names its place in the template.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.convergence.graph import Graph
from heatlite.db.records import StackRecord, TemplateRecord
from heatlite.engine.common import limits
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.policy import check_type
from heatlite.engine.common.settings import Settings
from heatlite.engine.common.template_errors import LIMITS, collected, in_region, raise_all, within
from heatlite.engine.definitions import external
from heatlite.engine.definitions.inheritance import environment_of_child
from heatlite.engine.definitions.provider import check_facade, plugin_of
from heatlite.engine.definitions.scope import EngineScope, FutureResource
from heatlite.engine.operations import expected_stacks
from heatlite.engine.operations.expected_stacks import Level, Reader, Seen
from heatlite.resources.base import Resource
from heatlite.resources.instance import Instance
from heatlite.resources.registry import Registry
from heatlite.resources.stack_resource import StackResource
from heatlite.schema.constraints import current_cloud
from heatlite.schema.provider import is_template
from heatlite.template import UNKNOWN, resolve
from heatlite.template.environment import check_event_sinks
from heatlite.template.functions.get_attr import EVERY_ATTRIBUTE
from heatlite.template.mask import masked


@dataclass(frozen=True)
class Accepted:
    """A stored template, and its parsed form."""

    parsed: language.Template
    record: TemplateRecord

    def is_same(self, template: Mapping[str, Any], files: Mapping[str, str], environment: language.Environment) -> bool:
        """Tell whether the same is submitted again. Their texts are compared, because 1 == True in Python."""
        given = template, dict(files), environment.to_dict()
        return repr(given) == repr((self.record.template, self.record.files, self.record.environment))

    def same_in(self, wanted: language.Template, environment: language.Environment) -> frozenset[str]:
        """Return the names whose definitions mean the same in another template under an environment."""
        if repr(self.record.environment) != repr(environment.to_dict()):
            return frozenset()
        before, after = self.parsed.resources, wanted.resources
        same = {name for name, definition in after.items() if before.get(name) is definition}
        kinds = {name for name, definition in after.items() if name in before and before[name].type == definition.type}
        return frozenset(name for name in same if after[name].requires <= kinds)


AGAIN = 4
"""Validating a nested template again, with other parameters, costs this many times less than reading it first."""
EXTERNAL_ID_SINCE = "2016-10-14"
"""The first HOT version that has ``external_id``."""
STACK_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_.-]{0,254}")


@dataclass(frozen=True)
class Submission:
    """A template as a client submits it, with files and environment."""

    template: Mapping[str, Any]
    files: Mapping[str, str]
    environment: language.Environment


@dataclass(frozen=True)
class Identity:
    """The identity of the stack that a template is validated for."""

    stack_id: str
    stack_name: str
    tenant: str

    @classmethod
    def of(cls, stack: StackRecord) -> Identity:
        """Return the identity of a stack that has a row."""
        return cls(stack.id, stack.name, stack.tenant)

    @property
    def pseudo(self) -> language.PseudoParameters:
        """The values of the pseudo parameters."""
        return language.PseudoParameters(
            stack_name=self.stack_name, stack_id=self.stack_id, project_id=self.tenant, region=""
        )


def check_name(name: object) -> str:
    """Check a stack's name, and return it.

    :raises StackValidationFailed: when it isn't a valid name; the message has the rules for names
    """
    if not isinstance(name, str) or not STACK_NAME.fullmatch(name):
        raise exception.StackValidationFailed(
            message=f"Invalid stack name {name} must contain only alphanumeric or '_-.' characters, must start with "
            "alpha and must be 255 characters or less."
        )
    return name


def check_available(plugin: type[Resource], type_name: str) -> None:
    """Refuse a type whose service the client's cloud doesn't have. If no cloud can be asked, the step fails instead.

    :raises ResourceTypeUnavailable: when the service is missing; it names the service
    """
    cloud = current_cloud()
    missing = None if cloud is None else plugin.missing(cloud)
    if missing is not None:
        service, reason = missing
        raise exception.ResourceTypeUnavailable(service_name=service, resource_type=type_name, reason=reason)


class Validator:
    """Validates submissions against the installed plugins and the engine's limits."""

    def __init__(self, registry: Registry, settings: Settings, inputs: Inputs) -> None:
        self._registry = registry
        self._settings = settings
        self._inputs = inputs

    def validate(
        self, submission: Submission, identity: Identity, accepted: Accepted | None = None
    ) -> language.Template:
        """Validate a submission and its nested templates, as far as they are known. Return the parsed template.

        :param accepted: the stack's current, valid template: equal parts aren't validated again
        :raises HeatliteError: when the submission is invalid; it has the place of each mistake
        """
        limits.check_sizes(self._settings, submission.template, submission.files, submission.environment.to_dict())
        check_event_sinks(submission.environment.event_sinks)
        return self._validate(
            submission, identity, Level(seen=Seen(Reader(self._settings), self._settings.max_validated_size)), accepted
        )

    def validate_one(
        self,
        submission: Submission,
        identity: Identity,
        facade: Mapping[str, Any] | None,
        parsed: language.Template,
    ) -> language.Template:
        """Validate the template of a nested stack that is about to begin. Stacks nested in it are validated later.

        :param facade: what the template may read of its parent's resource
        :param parsed: the parsed template of the submission; its conditions aren't decided yet
        :raises HeatliteError: when the submission is invalid; it has the place of each mistake
        """
        return self._validated(parsed, submission, identity, Level(goes_down=False, facade=facade))

    def _validate(
        self, submission: Submission, identity: Identity, level: Level, accepted: Accepted | None = None
    ) -> language.Template:
        parsed = self._parsed(submission, accepted)
        if level.depth == 0:
            language.check_defaults(parsed)
        return self._validated(parsed, submission, identity, level, accepted)

    def _validated(
        self,
        parsed: language.Template,
        submission: Submission,
        identity: Identity,
        level: Level,
        accepted: Accepted | None = None,
    ) -> language.Template:
        may_lack = level.goes_down and level.depth > 1  # as in Heat: a group may never create a member that lacks it
        parameters = expected_stacks.bind(parsed, submission.environment, identity.pseudo, may_lack=may_lack)
        with masked(parameters.mask):
            parsed = parsed.under(parameters)
            level.check(self._settings)
            level.count(self._settings, parsed.resources)
            if accepted is None or parsed is not accepted.parsed:
                check_as_a_whole(parsed)
                Graph({name: sorted(definition.requires) for name, definition in parsed.resources.items()}).order()
            same = accepted.same_in(parsed, submission.environment) if accepted else frozenset()
            _Look(self, submission.environment, parsed, parameters, identity, level).check(same)
        return parsed

    def _parsed(self, submission: Submission, accepted: Accepted | None) -> language.Template:
        if accepted is not None and accepted.is_same(submission.template, submission.files, submission.environment):
            return accepted.parsed
        registries = submission.environment.resource_registry, self._settings.operator_registry
        known = accepted.parsed if accepted else None
        return language.parse(submission.template, submission.files, *registries, known=known)

    def plugin(
        self, definition: language.ResourceDefinition, files: Mapping[str, str], stands_for: str | None = None
    ) -> type[Resource]:
        """Return the plugin class of a definition.

        :param stands_for: the type that a template replaces, if known
        :raises ResourceTypeUnavailable: when there is none here, but Heat has the type
        :raises StackValidationFailed: when there is none, or the template lacks properties or attributes of its type
        """
        check_type(definition.type)
        try:
            found = plugin_of(self._registry, definition.type, files)
            facade = self._facade(definition, files, stands_for or definition.written_type)
        except exception.ResourceTypeUnavailable:
            raise
        except exception.HeatliteError as error:
            raise exception.StackValidationFailed(path=definition.path("type"), message=error) from None
        if facade is not None:
            check_facade(found, facade, definition.written_type)
        check_available(found, definition.type)
        return found

    def _facade(
        self, definition: language.ResourceDefinition, files: Mapping[str, str], stands_for: str
    ) -> type[Resource] | None:
        """Return the plugin class of the type that a template replaces; None if it replaces none."""
        if not is_template(definition.type) or stands_for == definition.type:
            return None
        if is_template(stands_for):
            return plugin_of(self._registry, stands_for, files)
        return self._registry.get(stands_for) if stands_for in self._registry.names() else None

    def instance(
        self, definition: language.ResourceDefinition, identity: Identity, properties: Any, metadata: Any
    ) -> Instance:
        """Build the instance from which a plugin object is made, for a resource that doesn't exist yet."""
        return Instance(
            name=definition.name,
            uuid="",
            stack_name=identity.stack_name,
            stack_id=identity.stack_id,
            project_id=identity.tenant,
            type_name=definition.type,
            properties=properties,
            metadata=metadata if isinstance(metadata, Mapping) else {},
            now=self._inputs.now,
            random=self._inputs.random,
            unknown=UNKNOWN,
        )

    def check_child(
        self, resource: StackResource, parent: Submission, identity: Identity, level: Level
    ) -> language.Template | None:
        """Validate the nested stack of a resource.

        :param parent: the environment and files of the nested stack; this method sets the template
        :returns: for a group, the template of its members, with one of those that are equal; None for others
        :raises HeatliteError: when it is invalid; it has the place in the parent of each mistake. For a stack in
            another region it has Heat's words
        """
        with within(resource.name, resource.template_place) if resource.region is None else in_region(resource.region):
            level.check(self._settings)
            size = resource.child_size()
            if size is not None:
                level.foresee(self._settings, size)
            sample = resource.child_sample()
            if sample.template is None:
                level.count_all(self._settings, size or 0)
            elif isinstance(sample.template, str):
                self._check_text(sample.template, parent, identity, level)
            else:
                limits.check_members(self._settings, size or 0, resource)
                below = dataclasses.replace(level, members=sample.times)
                return self._validate(Submission(sample.template, parent.files, parent.environment), identity, below)
        return None

    def _check_text(self, text: str, parent: Submission, identity: Identity, level: Level) -> None:
        """Validate a nested template, unless an equal one has been, or the size limit has been reached."""
        seen, same = level.seen, (text, repr((parent.environment, level.facade, level.depth)))
        cost = len(text) // AGAIN if seen.reader.has_read(text) else len(text)
        if same in seen.known or cost > seen.left:
            level.count_all(self._settings, seen.known.get(same, seen.known.get(text, 0)))
            return
        seen.left -= cost
        raw = seen.reader.load(text)
        parsed = seen.reader.parse(raw, parent.files, parent.environment.resource_registry)
        with level.noting(same, text):
            self._validated(parsed, Submission(raw, parent.files, parent.environment), identity, level)


def check_as_a_whole(template: language.Template) -> None:
    """Check rules that apply only to a new template; a stored template that breaks them can still be read.

    :raises StackValidationFailed: when a parameter and a resource have the same name, or a resource has
        ``external_id`` in a version that doesn't have it yet
    """
    if twice := sorted(template.parameter_schemata.keys() & template.resources.keys()):
        message = f"Duplicate names {', '.join(twice)}: a parameter and a resource can't have the same name"
        raise exception.StackValidationFailed(message=message)
    for definition in template.resources.values():
        if "external_id" in definition.written and template.version < EXTERNAL_ID_SINCE:
            raise exception.StackValidationFailed(
                path=definition.path("external_id"),
                message=f"external_id needs heat_template_version {EXTERNAL_ID_SINCE} or later",
            )


def why_no_value(output: language.OutputDefinition, scope: EngineScope) -> exception.HeatliteError | None:
    """Return why an output can't have a value, as far as that is known before anything is created.

    :raises RequestLimitExceeded: when its expressions take too long
    """
    try:
        resolve(output.value, scope)
    except LIMITS:
        raise
    except exception.HeatliteError as error:
        return error
    return None


def check_output(
    output: language.OutputDefinition, plugins: Mapping[str, type[Resource]], scope: EngineScope
) -> exception.HeatliteError | None:
    """Return why an output won't have a value. The stack is valid all the same, as in Heat.

    :param plugins: the plugins of the template's resources, by name
    :raises InvalidTemplateAttribute: when it reads an attribute that a resource's type doesn't have. A nested stack's
        attributes aren't known from its type, so reading those is never refused here
    :raises RequestLimitExceeded: when its expressions take too long
    """
    error = why_no_value(output, scope)
    is_attribute = isinstance(error, exception.InvalidTemplateAttribute)
    if error is not None and is_attribute and not issubclass(plugins[error.kwargs["resource"]], StackResource):
        raise error
    return error


@dataclass(frozen=True)
class _Look:
    """Validates the resources and outputs of one template in the tree."""

    validator: Validator
    environment: language.Environment
    template: language.Template
    parameters: language.Parameters
    identity: Identity
    level: Level

    def check(self, known: Collection[str] = ()) -> None:
        """Validate every definition, except those that are known to be valid.

        :raises HeatliteError: with every mistake
        """
        definitions, files = self.template.resources, self.template.files
        behind = self.template.registry.behind
        plugins: dict[str, type[Resource]] = {}
        alike: dict[tuple[str, str, str | None], type[Resource]] = {}  # a thousand resources are of a few types
        for name, it in definitions.items():
            kind = it.type, it.written_type, behind(name, it.written_type)
            if kind not in alike:
                alike[kind] = self.validator.plugin(it, files, kind[2])
            plugins[name] = alike[kind]
        future = {name: FutureResource(name, plugin) for name, plugin in plugins.items()}
        scope = EngineScope(self.parameters, files, future, self.level.facade)
        mistakes: list[exception.HeatliteError] = []
        new = [it for name, it in definitions.items() if name not in known]
        members: dict[str, language.Template] = {}
        for definition in new:
            with collected(mistakes):
                below = self._resource(definition, plugins[definition.name], scope)
                members |= {} if below is None else {definition.name: below}
        for definition in new:
            with collected(mistakes):
                self._check_reads(definition, plugins, members)
        for output in self.template.outputs.values():
            with collected(mistakes):
                check_output(output, plugins, scope)
        raise_all(mistakes)

    def _check_reads(
        self,
        definition: language.ResourceDefinition,
        plugins: Mapping[str, type[Resource]],
        members: Mapping[str, language.Template],
    ) -> None:
        """Refuse a resource that reads an attribute of a group's members which a member's type doesn't have.

        :param members: group → the template of its members, for each group that was validated
        :raises StackValidationFailed: in Heat's words
        """
        for group, key in sorted(definition.reads):
            plugin, below = plugins.get(group), members.get(group)
            if below is None or plugin is None or not issubclass(plugin, StackResource) or key == EVERY_ATTRIBUTE:
                continue
            asked_for = plugin.asked_of_members(key)
            for member in below.resources.values() if asked_for is not None else ():
                if not self.validator.plugin(member, below.files).has_attribute(str(asked_for)):
                    wrong = exception.InvalidTemplateAttribute(resource=group, key=key)
                    raise exception.StackValidationFailed(path=definition.path("properties"), message=wrong)

    def _resource(
        self, definition: language.ResourceDefinition, plugin: type[Resource], scope: EngineScope
    ) -> language.Template | None:
        external.check_policy(definition, plugin)
        if definition.external_id is not None:  # the template doesn't control an external resource's properties
            external.id_of(definition, resolve(definition.external_id, scope))
            return None
        given = resolve(definition.properties, scope) or {}
        metadata = resolve(definition.metadata, scope) or {}
        if given is UNKNOWN:
            return None
        properties = plugin.checked_properties(given, definition.place("properties"), UNKNOWN)
        limits.check_evaluated(definition, properties, metadata)
        policy = resolve(definition.update_policy, scope) or {}
        if policy is not UNKNOWN:
            plugin.checked_policy(policy, definition.place("update_policy"), UNKNOWN)
        instance = self.validator.instance(definition, self.identity, properties, metadata)
        resource = plugin(dataclasses.replace(instance, files=self.template.files, parameters=self.parameters))
        resource.validate()
        if isinstance(resource, StackResource) and self.level.goes_down:
            return self._child(resource, definition, metadata)
        return None

    def _child(
        self, resource: StackResource, definition: language.ResourceDefinition, metadata: Any
    ) -> language.Template | None:
        parameters = resource.child_parameters()
        environment = environment_of_child(self.environment, self.template, definition, parameters)
        child = Submission({}, self.template.files, environment)
        identity = Identity("", f"{self.identity.stack_name}-{definition.name}", self.identity.tenant)
        level = self.level.below(definition.name, expected_stacks.facade_of(definition, metadata))
        return self.validator.check_child(resource, child, identity, level)
