#!/usr/bin/env bash
# The `duration` of an Aodh alarm's time constraint, "in seconds", is measured on the wall clock of the constraint's time
# zone: on the days when that clock is changed, the constraint holds an hour less or an hour more. It also begins up to
# 59 seconds before its start.
#
# Seen with Aodh 23.0.0 and croniter 7.0.0 on Python 3.11, in Aodh's own evaluator, for "0 0 * * *" with 10800 seconds in
# Europe/Berlin, asked at each minute:
#
#   2026-03-28: holds for 180 minutes
#   2026-03-29: holds for 120 minutes
#   2026-10-25: holds for 240 minutes
#   2026-10-26: holds for 180 minutes
#   first second of a constraint that starts at 23:00:00: 22:59:01
#
# Both times have the same tzinfo, and Python adds to and compares such times without their offsets from UTC. An alarm that
# has to be silent for a number of hours is so only with a constraint in UTC.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps aodh==23.0.0 croniter==7.0.0 tzdata==2025.2 \
    SQLAlchemy==2.0.43 certifi==2025.1.31 charset-normalizer==3.4.4 cotyledon==2.2.0 debtcollector==3.1.0 \
    decorator==5.3.1 fasteners==0.20 futurist==3.5.0 greenlet==3.5.6 idna==3.20 iso8601==2.1.0 keystoneauth1==5.18.1 \
    msgpack==1.2.2 netaddr==1.3.0 os-service-types==1.9.0 oslo.concurrency==7.6.1 oslo.config==10.7.0 \
    oslo.context==6.5.0 oslo.i18n==6.9.0 oslo.log==8.3.2 oslo.messaging==18.3.1 oslo.metrics==0.17.0 \
    oslo.middleware==8.2.0 oslo.serialization==5.11.0 oslo.service==4.8.0 oslo.utils==10.2.0 osprofiler==4.4.0 \
    packaging==26.2 pbr==7.1.3 prettytable==3.18.0 psutil==7.2.2 python-dateutil==2.9.0.post0 python-heatclient==5.3.0 \
    python-keystoneclient==6.0.0 PyYAML==6.0.4 requests==2.34.2 rfc3986==2.0.0 setproctitle==1.3.7 setuptools==80.9.0 \
    six==1.17.0 stevedore==5.10.0 tenacity==9.1.4 tooz==9.1.0 typing_extensions==4.16.0 urllib3==2.8.0 WebOb==1.8.11 \
    wrapt==2.5.2 cachetools==8.0.2 eventlet==0.41.3 dnspython==2.9.2 Paste==3.10.1 PasteDeploy==3.1.0 \
    Routes==2.5.1 repoze.lru==0.7 yappi==1.7.6 \
    2>"$work/pip.log" || { cat "$work/pip.log"; exit 2; }
cat >"$work/seen.py" <<'PYTHON'
import datetime
import types
import zoneinfo

from aodh import evaluator
from oslo_utils import timeutils


def holds(at, start, duration, zone):
    """Return whether an alarm with this constraint alone is evaluated at the time."""
    constraint = {"start": start, "duration": duration, "timezone": zone}
    timeutils.set_time_override(at.astimezone(datetime.UTC).replace(tzinfo=None))
    return evaluator.Evaluator.within_time_constraint(types.SimpleNamespace(time_constraints=[constraint]))


for day in ((2026, 3, 28), (2026, 3, 29), (2026, 10, 25), (2026, 10, 26)):
    midnight = datetime.datetime(*day, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).astimezone(datetime.UTC)
    minutes = [
        minute for minute in range(300)
        if holds(midnight + datetime.timedelta(minutes=minute), "0 0 * * *", 10800, "Europe/Berlin")
    ]
    print(f"{datetime.date(*day)}: holds for {minutes[-1] - minutes[0]} minutes")
start = datetime.datetime(2026, 5, 5, 23, tzinfo=datetime.UTC)
first = next(
    at for at in (start + datetime.timedelta(seconds=second) for second in range(-120, 1))
    if holds(at, "0 23 * * *", 10, "")
)
print(f"first second of a constraint that starts at {start:%H:%M:%S}: {first:%H:%M:%S}")
PYTHON
seen=$("$work/venv/bin/python" -W ignore "$work/seen.py")
printf '%s\n' "$seen"
[ "$seen" = "2026-03-28: holds for 180 minutes
2026-03-29: holds for 120 minutes
2026-10-25: holds for 240 minutes
2026-10-26: holds for 180 minutes
first second of a constraint that starts at 23:00:00: 22:59:01" ]
