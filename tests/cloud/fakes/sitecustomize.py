"""Says in each request that a service sends that a service asks: its clients are those that anybody uses.

Every Python of the cloud imports this as it starts. ``serve.py`` notes what is said.
"""

from keystoneauth1.session import Session

request = Session.request


def said(self, url, method, *arguments, headers=None, **sent):
    """Send a request that says so."""
    return request(self, url, method, *arguments, headers={**(headers or {}), "X-Asked-By": "a service"}, **sent)


Session.request = said
