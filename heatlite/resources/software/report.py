"""Reports: the result of a deployment, from a server's signal.

::

    {"deploy_status_code": 1, "deploy_stdout": "…", "address": "10.0.0.1"}
       ├─ a status code other than 0, or a value of an error output   FAILED, with each of them as the reason
       └─ else                                                        COMPLETE
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.resources.software import io

STDOUT, STDERR, STATUS_CODE = "deploy_stdout", "deploy_stderr", "deploy_status_code"
ALWAYS = (STDOUT, STDERR, STATUS_CODE)
"""The outputs that every deployment has."""


@dataclass(frozen=True, slots=True)
class Report:
    """The result of the deployment; ``event`` is a sentence about it."""

    status: str
    status_reason: str
    output_values: dict[str, Any]
    event: str


def report_of(
    deployment_id: str, details: Mapping[str, Any], outputs: Sequence[Mapping[str, Any]], before: Mapping[str, Any]
) -> Report:
    """Return the result from a signal.

    :param outputs: the outputs of the deployment's config
    :param before: the values that the deployment had
    """
    declared = {each[io.NAME]: details[each[io.NAME]] for each in outputs if each[io.NAME] in details}
    values = {**before, **declared, **{name: details.get(name) for name in ALWAYS}}
    wrong = {each[io.NAME]: details[each[io.NAME]] for each in outputs if _says_error(each, details)}
    code = details.get(STATUS_CODE)
    if code and str(code) != "0":
        wrong = {STATUS_CODE: f"Deployment exited with non-zero status code: {code}", **wrong}
    if not wrong:
        return Report("COMPLETE", "Outputs received", values, f"deployment {deployment_id} succeeded")
    reason = ", ".join(f"{name} : {value}" for name, value in wrong.items())
    exited = f" ({code})" if list(wrong) == [STATUS_CODE] else ""
    return Report("FAILED", reason, values, f"deployment {deployment_id} failed{exited}")


def _says_error(output: Mapping[str, Any], details: Mapping[str, Any]) -> bool:
    return bool(output.get(io.ERROR_OUTPUT)) and output[io.NAME] in details
