"""Custom constraints that need no service, such as ip_addr and mac_addr, under Heat's names."""

from __future__ import annotations

import ipaddress
import json
import re
import zoneinfo
from dataclasses import dataclass
from typing import Any

from oslo_utils import timeutils

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.IGNORECASE)
MAC = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}", re.IGNORECASE)
LONGEST_NAME = 255
LONGEST_QUEUE_NAME = 64


class Format:
    """A constraint that depends only on the value."""

    wrong = "{} is not valid"

    def __init__(self) -> None:
        self._reason = ""

    def validate(self, value: Any, cloud: Any) -> bool:
        """Tell whether the value has the format."""
        try:
            self.check(str(value))
        except ValueError as error:
            self._reason = str(error)
            return False
        return True

    def check(self, value: str) -> None:
        """Raise ValueError with the reason if the value doesn't have the format."""

    def error(self, value: Any) -> str:
        """Return the reason why the last value was refused."""
        return self._reason


class IpAddr(Format):
    """ip_addr"""

    def check(self, value: str) -> None:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise ValueError("Invalid IP address") from None


class MacAddr(Format):
    """mac_addr"""

    def check(self, value: str) -> None:
        if not MAC.fullmatch(value):
            raise ValueError("Invalid MAC address.")


class IpOrCidr(Format):
    """ip_or_cidr"""

    def check(self, value: str) -> None:
        try:
            ipaddress.ip_network(value, strict=False)
        except ValueError:
            raise ValueError(f"Invalid net cidr {value}") from None


class NetCidr(Format):
    """net_cidr"""

    def check(self, value: str) -> None:
        try:
            if "/" not in value:
                raise ValueError
            ipaddress.ip_network(value, strict=False)
        except ValueError:
            raise ValueError(f"Invalid net cidr invalid IPNetwork {value}") from None


class DnsName(Format):
    """dns_name"""

    def check(self, value: str) -> None:
        if len(value) > LONGEST_NAME:
            raise ValueError(f"'{value}' exceeds the {LONGEST_NAME} character FQDN limit")
        labels = value.rstrip(".").split(".")
        for label in labels:
            if not LABEL.fullmatch(label):
                raise ValueError(f"'{value}' not in valid format. Reason: '{label}' is not a valid DNS label")
        if value.endswith(".") and labels[-1].isdigit():
            raise ValueError(f"'{value}' not in valid format. Reason: TLD '{labels[-1]}' must not be all numeric")


class RelDnsName(DnsName):
    """rel_dns_name"""

    def check(self, value: str) -> None:
        if value.endswith("."):
            raise ValueError(f"'{value}' is a FQDN. It should be a relative domain name.")
        super().check(value)


class DnsDomain(DnsName):
    """dns_domain"""

    def check(self, value: str) -> None:
        if not value:
            return
        if not value.endswith("."):
            raise ValueError(f"'{value}' must end with '.'.")
        super().check(value)


class Iso8601(Format):
    """iso_8601"""

    def check(self, value: str) -> None:
        try:
            timeutils.parse_isotime(value)
        except ValueError:
            raise ValueError(f'"{value}" does not validate iso_8601') from None


class Expiration(Format):
    """expiration"""

    def check(self, value: str) -> None:
        if not value:
            return
        try:
            end = timeutils.normalize_time(timeutils.parse_isotime(value.strip()))
        except ValueError as error:
            raise ValueError(f"Expiration {value} is invalid: {error}") from None
        if end <= timeutils.utcnow():
            raise ValueError(f"Expiration {value} is invalid: Expiration time is out of date.")


class JsonString(Format):
    """json_string"""

    def check(self, value: str) -> None:
        try:
            json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"JSON string is invalid: {error}") from None


class Timezone(Format):
    """timezone"""

    def check(self, value: str) -> None:
        if not value:
            return
        try:
            zoneinfo.ZoneInfo(value)
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
            raise ValueError(f"Invalid timezone: {error}") from None


@dataclass(frozen=True)
class CronField:
    """One field of a cron expression: the numbers that it may contain, and their names in order, if they have any."""

    least: int
    most: int
    names: tuple[str, ...] = ()

    def check(self, written: str) -> None:
        """Check a list of values, ranges and steps: ``1,10-20/5,*/15``.

        :raises ValueError: if a part isn't valid
        """
        for part in written.split(","):
            values, step, width = part.partition("/")
            if step and not (width.isascii() and width.isdigit() and int(width) > 0):
                raise ValueError(f"[{part}] is not acceptable")
            if values in ("*", "?"):
                continue
            ends = [self.number(end, part) for end in values.split("-")]
            if len(ends) > 2:
                raise ValueError(f"[{part}] is not acceptable")

    def number(self, written: str, part: str) -> int:
        """Return the number of one value, given by its name or its digits."""
        if written[:3] in self.names and len(written) == 3:
            return self.least + self.names.index(written)
        if not (written.isascii() and written.isdigit() and self.least <= int(written) <= self.most):
            raise ValueError(f"[{part}] is not acceptable")
        return int(written)


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
CRON_FIELDS = (CronField(0, 59), CronField(0, 23), CronField(1, 31), CronField(1, 12, MONTHS), CronField(0, 7, DAYS))
CRON_ALIASES = frozenset({"@midnight", "@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@annually"})
LAST_DAY = "l"


class CronExpression(Format):
    """cron_expression"""

    def check(self, value: str) -> None:
        written = value.lower().split()
        if not written or (len(written) == 1 and written[0] in CRON_ALIASES):
            return
        if len(written) not in (len(CRON_FIELDS), len(CRON_FIELDS) + 1):
            raise ValueError(
                "Invalid CRON expression: Exactly 5 or 6 columns has to be specified for iterator expression."
            )
        for field, text in zip((*CRON_FIELDS, CronField(0, 59)), written, strict=False):
            if field is CRON_FIELDS[2] and text == LAST_DAY:
                continue
            try:
                field.check(text)
            except ValueError as error:
                raise ValueError(f"Invalid CRON expression: {error}") from None


class ZaqarQueue(Format):
    """zaqar.queue: any name will do, because Zaqar makes a queue when its name is used."""

    def check(self, value: str) -> None:
        if not 0 < len(value) <= LONGEST_QUEUE_NAME:
            raise ValueError(f"Queue name length must be 1-{LONGEST_QUEUE_NAME}")
