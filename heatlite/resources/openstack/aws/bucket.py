"""AWS::S3::Bucket: a container of Swift's with CloudFormation's names."""

from __future__ import annotations

from heatlite.resources.openstack.aws.base import tags
from heatlite.resources.openstack.swift.container import META, READ, WRITE, Container
from heatlite.resources.schema import Attribute, Property, Type
from heatlite.schema.constraints import AllowedValues

ACCESS, TAGS, WEBSITE, INDEX, ERROR = "AccessControl", "Tags", "WebsiteConfiguration", "IndexDocument", "ErrorDocument"
ANYBODY, ANY_USER = ".r:*", "*:*"
"""Swift lets nobody write who hasn't logged in."""
KINDS = (
    "Private",
    "PublicRead",
    "PublicReadWrite",
    "AuthenticatedRead",
    "BucketOwnerRead",
    "BucketOwnerFullControl",
)


class Bucket(Container):
    """A container of objects, with a generated name. It must be empty to be deleted."""

    refusal = "The bucket you tried to delete is not empty ({})."
    properties_schema = {
        ACCESS: Property(
            Type.STRING,
            "Who may use the bucket. The users of the project may in any case.",
            constraints=(AllowedValues(KINDS),),
        ),
        WEBSITE: Property(
            Type.MAP,
            "What Swift shows if the bucket is a website.",
            schema={
                INDEX: Property(Type.STRING, "The name of the first page."),
                ERROR: Property(Type.STRING, "The name of the page for errors."),
            },
        ),
        TAGS: tags(),
    }
    attributes_schema = {
        "DomainName": Attribute("The host of the bucket's URL.", Type.STRING),
        "WebsiteURL": Attribute("The URL of the bucket.", Type.STRING),
    }

    @property
    def wanted_name(self) -> str:
        """The container's name."""
        return self.physical_resource_name()

    @property
    def purges(self) -> bool:
        """Whether a deletion deletes the objects too."""
        return False

    def headers(self) -> dict[str, str]:
        """Return the tags, the pages of the website, and who may read and write."""
        given = self.properties
        found = {f"{META}-S3-Tag-{it['Key']}": str(it["Value"]) for it in given[TAGS] or ()}
        pages = given[WEBSITE] or {}
        for name, header in ((INDEX, "Web-Index"), (ERROR, "Web-Error")):
            if pages.get(name) is not None:
                found[f"{META}-{header}"] = str(pages[name])
        match given[ACCESS]:
            case "PublicRead":
                found[READ] = ANYBODY
            case "PublicReadWrite":
                found |= {READ: ANYBODY, WRITE: ANY_USER}
            case "AuthenticatedRead":
                found[READ] = f"{self.project_id}:*"
        return found

    def account_headers(self) -> dict[str, str]:
        """Return nothing: a bucket has no metadata for the account."""
        return {}
