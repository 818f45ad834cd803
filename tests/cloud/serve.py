"""Serve a WSGI application on loopback: ``serve.py MODULE PORT LOG [ARGUMENTS OF THE APPLICATION]``.

Instead of a module, ``paste:FILE`` is an application that a file for paste describes.

Run by the cloud's own Python, which has waitress. Each request adds a line ``METHOD PATH STATUS AGENT`` to the log, so
that tests can count what something costs, and by whom it was asked.
"""

import importlib
import pathlib
import sys


def counted(application, log):
    """The application, with each of its answers noted."""

    def noting(environ, start_response):
        def started(status, headers, exc_info=None):
            path = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]
            agent = environ.get("HTTP_X_ASKED_BY") or environ.get("HTTP_USER_AGENT", "")
            log.write(f"{environ['REQUEST_METHOD']} {path} {status[:3]} {agent}\n")
            return start_response(status, headers, exc_info)

        return application(environ, started)

    return noting


def main():
    """Load it as if it were started by itself, and serve it."""
    import waitress

    module, port, log, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    if module.startswith("paste:"):
        from paste import deploy

        application = deploy.loadapp(module.replace("paste:", "config:", 1))
    else:
        application = importlib.import_module(module).application
    with pathlib.Path(log).open("a", buffering=1) as file:
        waitress.serve(counted(application, file), host="127.0.0.1", port=int(port), threads=6, channel_timeout=120)


if __name__ == "__main__":
    main()
