#!/usr/bin/env bash
# Under eventlet's monkey patching, Thread.join(timeout) returns after the time on Python 3.11, as the standard library
# says. On Python 3.13 it raises eventlet.timeout.Timeout, which is no Exception, so that `except Exception` lets it pass.
#
# Seen with eventlet 0.41.3 on Python 3.11.7 and 3.13.0:
#
#   3.11: returned, the thread is alive: True
#   3.13: raised eventlet.timeout.Timeout, an Exception: False
#
# Python 3.13 waits for the end of a thread in another way, for which eventlet has a join of its own. Code that waits for
# a thread with a limit, as at the end of a process, has to expect both.
#
# PYTHON313 names a Python 3.13, PYTHON an older one.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

join_with_a_limit() { # PYTHON
    "$1" -m venv --clear "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check eventlet==0.41.3 2>"$work/pip.log" ||
        { cat "$work/pip.log"; exit 2; }
    "$work/venv/bin/python" -W ignore - <<'PYTHON'
import eventlet

eventlet.monkey_patch()
import sys
import threading
import time

thread = threading.Thread(target=time.sleep, args=(1,), daemon=True)
thread.start()
version = ".".join(map(str, sys.version_info[:2]))
try:
    thread.join(0.1)
    print(f"{version}: returned, the thread is alive: {thread.is_alive()}")
except BaseException as error:
    kind = type(error)
    print(f"{version}: raised {kind.__module__}.{kind.__name__}, an Exception: {isinstance(error, Exception)}")
PYTHON
}

seen=$(join_with_a_limit "${PYTHON:-python3.11}"; join_with_a_limit "${PYTHON313:-python3.13}")
printf '%s\n' "$seen"
[ "$seen" = "3.11: returned, the thread is alive: True
3.13: raised eventlet.timeout.Timeout, an Exception: False" ]
