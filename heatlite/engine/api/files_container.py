"""Read the files of a template from a container in Swift.

A file of the request has precedence over an object of the same name, which isn't read then. Swift is asked with the
client's own token, so a client can name only containers that it may read.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.engine.api.arguments import invalid
from heatlite.engine.common.limits import TEXTS_TOGETHER
from heatlite.engine.shared import Shared
from heatlite.resources.cloud import Cloud

MOST_FILES = 1000
"""Number of objects that are read from a container, since each is a request while a client waits."""


def named(shared: Shared, context: RequestContext, container: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the objects of the container that a request names, without those that the client sent itself.

    :raises NotSupported: when no keystone is configured
    :raises NotFound: when the container can't be read
    :raises RequestLimitExceeded: when it holds too much
    :raises Invalid: when an object isn't text
    """
    cloud = shared.cloud_of(context)
    if cloud is None:
        raise exception.NotSupported(feature="A files_container without an identity service")
    return fetched(cloud, container, given, shared.settings.max_template_size * TEXTS_TOGETHER)


def fetched(cloud: Cloud, container: str, given: Mapping[str, str], most: int) -> dict[str, str]:
    """Return the objects of a container, name → content, without those that the client sent itself.

    :param most: the bytes that they may have together
    """
    swift, place = cloud.api("object_store"), f"/{quote(container, safe='')}"
    try:
        listed = swift.get(place, params={"format": "json", "limit": MOST_FILES + 1}) or []
        wanted = [it for it in listed if it["name"] not in given]
        check(container, len(listed), sum(it["bytes"] for it in wanted), most)
        contents = {it["name"]: swift.answer("GET", f"{place}/{quote(it['name'])}")[1] for it in wanted}
    except exception.CloudError as error:
        message = f"Could not fetch files from container {container}, reason: {error}."
        raise exception.NotFound(msg_fmt=message) from None
    check(container, len(contents), sum(map(len, contents.values())), most)  # an object may have changed meanwhile
    return {name: text_of(container, name, content) for name, content in contents.items()}


def check(container: str, count: int, size: int, most: int) -> None:
    """Raise RequestLimitExceeded when a container holds too many objects, or too large ones."""
    if count > MOST_FILES:
        message = f"Container {container} has more than {MOST_FILES} objects."
        raise exception.RequestLimitExceeded(message=message)
    if size > most:
        message = f"The files in container {container} take {size} bytes; they may take at most {most} together."
        raise exception.RequestLimitExceeded(message=message)


def text_of(container: str, name: str, content: bytes) -> str:
    """Return an object's content as a text. Raise Invalid when it is none."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise invalid(f"files_container: {name:.255} in container {container} isn't UTF-8 text") from None
