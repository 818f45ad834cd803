"""AWS::IAM::User and AccessKey: a user of the stack's own, who reads metadata by CloudFormation's API.

::

    User ──Policies──▶ OS::Heat::AccessPolicy ──AllowedResources──▶ the resources of the stack that the user may read
      ▲
      └─UserName── AccessKey: the key pair by which cfn-init and cfn-hup sign their requests

Without policies the user may read every resource of the stack. ``engine.api.finding`` checks it at each request.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from heatlite.exception import InvalidTemplateAttribute, NotFound
from heatlite.resources.builtin.access_policy import AccessPolicy
from heatlite.resources.builtin.characters import CLASSES, LETTERS_AND_DIGITS, random_string
from heatlite.resources.builtin.own_user import PASSWORD_LENGTH, OwnUser, SuspendableUser
from heatlite.resources.openstack.aws.base import CloudFormationNames
from heatlite.resources.schema import Attribute, CacheMode, Property, Type
from heatlite.resources.signing import SECRET_KEY
from heatlite.schema.constraints import AllowedValues

PATH, GROUPS, LOGIN, PASSWORD, POLICIES = "Path", "Groups", "LoginProfile", "Password", "Policies"
USER, SECRET, SERIAL, STATUS = "UserName", "SecretAccessKey", "Serial", "Status"
UNKNOWN_SECRET = "000-000-000"
"""The secret of a key that isn't known, as in Heat."""


class IAMUser(SuspendableUser):
    """A user of the stack's own. Templates refer to it by its name in keystone."""

    properties_schema = {
        PATH: Property(Type.STRING, "Without effect."),
        GROUPS: Property(Type.LIST, "Without effect."),
        LOGIN: Property(
            Type.MAP, "How the user logs in.", schema={PASSWORD: Property(Type.STRING, "The user's password.")}
        ),
        POLICIES: Property(
            Type.LIST, "Names of OS::Heat::AccessPolicy resources: what the user may read. Other items are ignored."
        ),
    }

    def handle_create(self) -> None:
        """Create the user.

        :raises InvalidTemplateAttribute: if a policy isn't an access policy of the stack
        """
        if not all(self._is_policy(it) for it in named_policies(self.properties)):
            raise InvalidTemplateAttribute(resource=self.name, key=POLICIES)
        self.make_own()

    def make_own(self) -> None:
        """Create the user, with the password of the template or another one."""
        user, _ = self.make_user((self.properties[LOGIN] or {}).get(PASSWORD))
        self.resource_id_set(user.user_id)

    def _is_policy(self, name: str) -> bool:
        found = self.siblings.by_name(name) if self.siblings is not None else None
        return found is not None and issubclass(found.plugin, AccessPolicy)

    def handle_delete(self) -> None:
        """Delete the user, with all keys."""
        self.delete_user()

    def reference(self) -> str:
        """Return the user's name in keystone."""
        return self.name if self.resource_id is None else self.user_name


def named_policies(properties: Mapping[str, Any]) -> list[str]:
    """Return the names of a user's policies. Heat ignores what isn't a name."""
    return [it for it in properties.get(POLICIES) or () if isinstance(it, str)]


class AccessKey(CloudFormationNames, OwnUser):
    """A key pair of a user. The access key is made from the resource's uuid, so a repeated creation makes no other."""

    properties_schema = {
        SERIAL: Property(Type.INTEGER, "Not implemented."),
        USER: Property(Type.STRING, "The get_resource value of the user.", required=True),
        STATUS: Property(Type.STRING, "Not implemented.", constraints=(AllowedValues(("Active", "Inactive")),)),
    }
    attributes_schema = {
        USER: Attribute("The user.", Type.STRING, CacheMode.NONE),
        SECRET: Attribute("The secret of the key pair.", Type.STRING, CacheMode.NONE),
    }
    not_implemented = (SERIAL, STATUS)

    def handle_create(self) -> None:
        """Create the key pair.

        :raises NotFound: if the stack has no such user
        """
        name = self.properties[USER]
        user = self.cloud.users.find(name)
        if user is None:
            raise NotFound(msg_fmt=f"could not find user {name}")
        access = uuid.UUID(self.uuid).hex
        secret = random_string(self.random, PASSWORD_LENGTH, [(CLASSES[LETTERS_AND_DIGITS], 1)])
        self.cloud.users.keypair(user, access, secret)
        self.data_set(USER, name)
        self.data_set(SECRET_KEY, secret)
        self.resource_id_set(access)

    def handle_delete(self) -> None:
        """Delete the key pair; it may be gone with its user."""
        name = self.data.get(USER) or self.properties[USER]
        user = self.cloud.users.find(name) if name else None
        if user is not None:
            self.cloud.users.delete_keypair(user, self.resource_id or uuid.UUID(self.uuid).hex)

    def resolve_attribute(self, name: str) -> Any:
        """Return the user's name, or the secret."""
        return self.properties[USER] if name == USER else self.data.get(SECRET_KEY) or UNKNOWN_SECRET
