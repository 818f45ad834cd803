"""The template of a load balancer's nested stack, and how the file with its configuration is found in a template.

Names of resources and files are Heat's, so that a load balancer which Heat made is one here, too, and so that a
template which was written for Heat's ``loadbalancer_template`` fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SERVER, INIT, FILE = "LB_instance", "AWS::CloudFormation::Init", "/etc/haproxy/haproxy.cfg"


def joined(*parts: Any) -> dict[str, Any]:
    """Return a template's function that joins parts into one text."""
    return {"Fn::Join": ["", list(parts)]}


STACK, REGION, HANDLE = {"Ref": "AWS::StackId"}, {"Ref": "AWS::Region"}, {"Ref": "WaitHandle"}
CREDENTIALS = "/etc/cfn/cfn-credentials"
INIT_COMMAND = joined("/opt/aws/bin/cfn-init -s ", STACK, f" -r {SERVER} --region ", REGION)
CRONTAB = "/etc/cron.d/heat-load-balancer"


def file(content: Any, mode: str = "000600") -> dict[str, Any]:
    """Return a file of root's, as cfn-init writes it."""
    return {"content": content, "mode": mode, "owner": "root", "group": "root"}


FILES = {
    CREDENTIALS: file(
        joined(
            "AWSAccessKeyId=",
            {"Ref": "CfnLBAccessKey"},
            "\nAWSSecretKey=",
            {"Fn::GetAtt": ["CfnLBAccessKey", "SecretAccessKey"]},
            "\n",
        ),
        "000400",
    ),
    "/etc/cfn/cfn-hup.conf": file(
        joined("[main]\nstack=", STACK, f"\ncredential-file={CREDENTIALS}\nregion=", REGION, "\ninterval=1\n")
    ),
    "/etc/cfn/hooks.conf": file(
        joined(
            f"[load-balancer]\ntriggers=post.update\npath=Resources.{SERVER}.Metadata\nrunas=root\naction=",
            INIT_COMMAND,
            " && systemctl reload-or-restart haproxy\n",
        )
    ),
    CRONTAB: file("* * * * * root /opt/aws/bin/cfn-hup -f\n", "000644"),
    FILE: file("", "000644"),
}
PACKAGES: Mapping[str, Any] = {"yum": {"cronie": [], "haproxy": []}}
SERVICES = {"systemd": {"crond": {"enabled": "true", "ensureRunning": "true"}}}
BOOT = joined(
    "#!/bin/bash\n# makes this server a load balancer, and tells the stack how that went\n",
    'report() { /opt/aws/bin/cfn-signal -e "$1" -r "$2" \'',
    HANDLE,
    '\'; exit "$1"; }\n',
    INIT_COMMAND,
    " || report 1 'cfn-init failed'\n",
    "# where SELinux is on, HAProxy may use common ports only\n",
    "! command -v setsebool || setsebool -P haproxy_connect_any 1\n",
    "systemctl enable haproxy && systemctl reload-or-restart haproxy || report 1 'HAProxy could not be started'\n",
    "report 0 'The load balancer is set up'\n",
)
TEMPLATE: Mapping[str, Any] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Description": "A load balancer: a server with HAProxy, configured through its metadata",
    "Parameters": {
        "KeyName": {"Type": "String"},
        "LbImageId": {"Type": "String", "Default": "Fedora-Cloud-Base-20141203-21.x86_64"},
        "LbFlavor": {"Type": "String", "Default": "m1.small"},
        "LBTimeout": {"Type": "String", "Default": "600"},
        "SecurityGroups": {"Type": "CommaDelimitedList", "Default": ""},
    },
    "Resources": {
        "CfnLBUser": {"Type": "AWS::IAM::User"},
        "CfnLBAccessKey": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "CfnLBUser"}}},
        SERVER: {
            "Type": "AWS::EC2::Instance",
            "Metadata": {INIT: {"config": {"packages": PACKAGES, "services": SERVICES, "files": FILES}}},
            "Properties": {
                "ImageId": {"Ref": "LbImageId"},
                "InstanceType": {"Ref": "LbFlavor"},
                "KeyName": {"Ref": "KeyName"},
                "SecurityGroups": {"Ref": "SecurityGroups"},
                "UserData": {"Fn::Base64": BOOT},
            },
        },
        "WaitHandle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "WaitCondition": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "DependsOn": SERVER,
            "Properties": {"Handle": HANDLE, "Timeout": {"Ref": "LBTimeout"}},
        },
    },
    "Outputs": {
        "PublicIp": {"Description": "The load balancer's address", "Value": {"Fn::GetAtt": [SERVER, "PublicIp"]}},
    },
}


def server_in(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition of the server in a template."""
    found: dict[str, Any] = template["Resources"][SERVER]
    return found


def with_configuration(template: dict[str, Any], content: str) -> dict[str, Any]:
    """Put HAProxy's configuration into a template.

    :raises ValueError: if it has no place for it
    """
    try:
        with_file(server_in(template)["Metadata"], content)
    except (KeyError, TypeError):
        place = f"Resources.{SERVER}.Metadata.{INIT}.config.files"
        raise ValueError(f"The template of a load balancer needs {place} with the file {FILE}") from None
    return template


def with_file(metadata: dict[str, Any], content: str) -> dict[str, Any]:
    """Put HAProxy's configuration into the server's metadata.

    :raises KeyError, TypeError: if the metadata has no such file
    """
    metadata[INIT]["config"]["files"][FILE]["content"] = content
    return metadata
