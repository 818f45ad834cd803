"""ip_addr, mac_addr and their like: custom constraints that need no service, under Heat's names."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.IGNORECASE)
MAC = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}", re.IGNORECASE)
LONGEST_NAME = 255


class Format:
    """A constraint that only looks at the value."""

    wrong = "{} is not valid"

    def __init__(self) -> None:
        self._reason = ""

    def validate(self, value: Any, cloud: Any) -> bool:
        """Whether the value has the form."""
        try:
            self.check(str(value))
        except ValueError as error:
            self._reason = str(error)
            return False
        return True

    def check(self, value: str) -> None:
        """Raise ValueError with the reason where it hasn't."""

    def error(self, value: Any) -> str:
        """Why not."""
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
                raise ValueError(f"'{value}' not in valid format. Reason: '{label}' is no label of a name in DNS")
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
