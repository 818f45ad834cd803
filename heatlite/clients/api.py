"""The REST API of one service: JSON in, JSON out, heatlite's errors for failures, and a time limit for each request.

::

    404                               CloudNotFound        the thing is gone
    409                               CloudConflict        the thing is in use, or exists already
    429, 502, 503, 504, no answer     CloudUnavailable     perhaps later: the engine repeats the step, no thread waits
    any other refusal                 CloudError           with the service's own words: a quota, a wrong value …

The session logs in again when its token has expired. Nothing is retried here: the service may have carried out a
request that got no answer, and only the sender knows how to find out.
"""

from __future__ import annotations

import email.utils
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import cachetools

from heatlite import exception
from heatlite.clients import meter
from heatlite.clients.failures import LATER, LONGEST_MESSAGE, NO_ANSWER, as_cloud_errors
from heatlite.clients.looks import SharedLooks
from heatlite.clients.paths import is_plain

LOG = logging.getLogger(__name__)

READING = frozenset({"GET", "HEAD"})
MOST_PAGES = 1000
EXTENSIONS: cachetools.TTLCache[str, frozenset[str]] = cachetools.TTLCache(100, 3600)
"""Endpoint → aliases of its extensions, which are the same for every user."""
EXTENSIONS_LOCK = threading.Lock()


class Api:
    """One service's API, for one user.

    :param service: the SDK's name of the service: ``network``, ``compute`` …
    :param find_client: returns the SDK's client when it is first needed
    :param find_looks: returns the lists that are shared with others of this user who wait
    """

    def __init__(
        self, service: str, find_client: Callable[[], Any], find_looks: Callable[[], SharedLooks] = SharedLooks
    ) -> None:
        self.service = service
        self._find_client = find_client
        self._find_looks = find_looks

    def get(self, path: str, **sent: Any) -> Any:
        """Return the JSON at a path.

        ``sent`` are ``params``, ``headers`` and ``microversion``, as in the other methods.
        """
        return self.request("GET", path, **sent)

    def post(self, path: str, json: Any = None, **sent: Any) -> Any:
        """Create a thing, or request an action."""
        return self.request("POST", path, json=json, **sent)

    def put(self, path: str, json: Any = None, **sent: Any) -> Any:
        """Change a thing."""
        return self.request("PUT", path, json=json, **sent)

    def patch(self, path: str, json: Any = None, **sent: Any) -> Any:
        """Change a thing."""
        return self.request("PATCH", path, json=json, **sent)

    def delete(self, path: str, **sent: Any) -> Any:
        """Delete a thing.

        :raises CloudNotFound: when it is gone
        """
        return self.request("DELETE", path, **sent)

    def listed(self, path: str, key: str, **sent: Any) -> Iterator[dict[str, Any]]:
        """Yield the whole collection, page by page.

        The query of the service's link to the next page is sent to the same path, because the address in a link needn't
        be one that works from here. Aodh's lists stand alone, in no map, and have all of it.
        """
        for _ in range(MOST_PAGES):
            page = self.get(path, **sent) or {}
            if isinstance(page, list):
                yield from page
                return
            yield from page.get(key) or ()
            following = next_page(page, key)
            if following is None:
                return
            sent["params"] = dict(parse_qsl(urlsplit(following).query, keep_blank_values=True))

    def awaited(self, path: str, key: str, thing_id: str, **sent: Any) -> dict[str, Any] | None:
        """Return an object that is waited for, from a list shared with others who wait.

        :param path: of a list whose items are what a request for one object returns
        :return: None if it isn't in a list, so that it has to be read by itself
        """
        place = self.service, path, repr(sorted(sent.items()))
        return self._find_looks().look(place, thing_id, lambda: self.listed(path, key, **sent))

    def project_id(self) -> str | None:
        """Return the project that requests are for."""
        found = self._client().get_project_id()
        return None if found is None else str(found)

    def has_extension(self, alias: str) -> bool:
        """Tell whether the service has an API extension.

        Only Neutron lists its extensions. The list is read once an hour.
        """
        client = self._client()
        url = str(client.get_endpoint())
        with EXTENSIONS_LOCK:
            known = EXTENSIONS.get(url)
        if known is None:
            known = frozenset(it["alias"] for it in self.listed("/extensions", "extensions"))
            with EXTENSIONS_LOCK:
                EXTENSIONS[url] = known
        return alias in known

    def request(self, method: str, path: str, **sent: Any) -> Any:
        """Send a request and return the answer's JSON, or None when it has none.

        :raises CloudError: or one of its subclasses, as listed above
        """
        answer = self._send(method, path, **sent)
        if not answer.content:
            return None
        try:
            return answer.json()
        except ValueError:
            return None

    def answer(self, method: str, path: str, **sent: Any) -> tuple[Mapping[str, str], bytes]:
        """Send a request, and return the answer's headers, in any letter case, and its content.

        For what isn't JSON.

        :raises CloudError: as above
        """
        found = self._send(method, path, **sent)
        return found.headers, found.content

    def _send(self, method: str, path: str, **sent: Any) -> Any:
        if not is_plain(path):
            raise exception.CloudNotFound(service=self.title, status=404, message=f"nothing is at {path:.255}")
        meter.tick()
        try:
            return self._exchange(method, path, **sent)
        finally:
            if method not in READING:  # also if it failed: the service may have carried it out
                self._find_looks().changed(path, sent.get("json"))

    def _exchange(self, method: str, path: str, **sent: Any) -> Any:
        with as_cloud_errors(self.title):
            client = self._client()
            answer = client.request(path, method, raise_exc=False, connect_retries=0, status_code_retries=0, **sent)
        if answer.status_code >= 400:
            raise self._refusal(answer)
        return answer

    def _client(self) -> Any:
        """Return the SDK's client.

        :raises CloudError: if the catalogue has no such service: in place of a client the SDK gives what only raises
        :raises CloudUnavailable: if the service didn't tell its versions: the SDK says so of one that answers 503, too
        """
        from openstack import exceptions

        try:
            client = self._find_client()
            client.request  # noqa: B018
        except exceptions.NotSupported as error:
            raise self._unavailable(NO_ANSWER, str(error)) from None
        except exceptions.ServiceDisabledException:
            raise self._failed("nothing", "this cloud has no such service in its catalogue") from None
        return client

    def _refusal(self, answer: Any) -> exception.CloudError:
        status, message = answer.status_code, refusal_message(answer)
        if status in LATER:
            return self._unavailable(status, message, seconds_of(answer.headers.get("Retry-After")))
        kind = {404: exception.CloudNotFound, 409: exception.CloudConflict}.get(status, exception.CloudError)
        return kind(service=self.title, status=status, message=message)

    def _unavailable(
        self, status: object, message: str, retry_after: float | None = None
    ) -> exception.CloudUnavailable:
        return exception.CloudUnavailable(
            retry_after=retry_after, service=self.title, status=status, message=message[:LONGEST_MESSAGE]
        )

    def _failed(self, status: object, message: str) -> exception.CloudError:
        return exception.CloudError(service=self.title, status=status, message=message[:LONGEST_MESSAGE])

    @property
    def title(self) -> str:
        """The project's name of the service, as people use it."""
        return TITLES.get(self.service, self.service)


TITLES: Mapping[str, str] = {
    "network": "Neutron",
    "compute": "Nova",
    "block_storage": "Cinder",
    "image": "Glance",
    "identity": "Keystone",
    "key_manager": "Barbican",
    "dns": "Designate",
    "load_balancer": "Octavia",
    "object_store": "Swift",
    "shared_file_system": "Manila",
    "orchestration": "Heat",
    "alarm": "Aodh",
    "application_container": "Zun",
    "baremetal": "Ironic",
    "container_infrastructure_management": "Magnum",
    "database": "Trove",
    "message": "Zaqar",
    "reservation": "Blazar",
    "workflow": "Mistral",
}
"""The SDK's name of a service → the project's name."""


def next_page(page: Mapping[str, Any], key: str) -> str | None:
    """Return the link to the next page of a list; None: this is the last one.

    Nova, Cinder, Neutron and Octavia write ``{"KEY_links": [{"rel": "next", "href": …}]}``, Designate
    ``{"links": {"next": …}}``, Zaqar ``{"links": [{"rel": "next", "href": …}]}``, Glance and Barbican ``{"next": …}``.
    """
    links, others = page.get(f"{key}_links") or (), page.get("links") or {}
    every = [*links, *(others if isinstance(others, list) else ())]
    found = next((it["href"] for it in every if it.get("rel") == "next"), None)
    found = found or (others.get("next") if isinstance(others, Mapping) else None) or page.get("next")
    return None if found is None else str(found)


TAGS = re.compile(r"<[^>]+>|\s+")


def refusal_message(answer: Any) -> str:
    """Return a refusal's message in the service's own words, whatever its format."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    text = message_in(found) or TAGS.sub(" ", str(answer.text or "")).strip() or str(answer.reason)
    return text[:LONGEST_MESSAGE]


def message_in(found: Any) -> str | None:
    """Find the message in an error's JSON:

    ``{"NeutronError": {"message": …}}``, ``{"faultstring": …}`` and the like.
    """
    if isinstance(found, Mapping):
        for key in ("message", "faultstring", "description", "title"):
            if found.get(key) and isinstance(found[key], str):
                return found[key]
        found = list(found.values())
    if isinstance(found, list):
        return next((text for text in map(message_in, found) if text), None)
    return None


def seconds_of(header: str | None) -> float | None:
    """Return the wait of a ``Retry-After`` header, seconds or a date, in seconds from now; None when it has none."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
