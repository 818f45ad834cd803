"""Stories of answers: validation, constraints, lists, signals, environments, what is refused."""

from __future__ import annotations

import json
from typing import Any

from tests.heat_api.stories.teller import HOT, Teller, template_of

ONE = HOT + "resources: {a: {type: OS::Heat::TestResource, properties: {value: x}}}\n"
CONSTRAINED = {
    "cron_expression": ("* * * * *", "* *"),
    "dns_domain": ("example.org.", "example..org"),
    "dns_name": ("www.example.org", "-x.example.org"),
    "expiration": ("2999-01-01", "yesterday"),
    "ip_addr": ("10.0.0.1", "10.0.0"),
    "ip_or_cidr": ("10.0.0.0/8", "10.0.0.0/99"),
    "iso_8601": ("2026-01-01T00:00:00", "tomorrow"),
    "json_string": ('{"a": 1}', "{a"),
    "mac_addr": ("fa:16:3e:00:00:01", "fa:16"),
    "net_cidr": ("10.0.0.0/24", "10.0.0.1/33"),
    "rel_dns_name": ("www", "www.example.org."),
    "timezone": ("Europe/Vienna", "Atlantis/City"),
}


def custom_constraints(tell: Teller) -> None:
    """A8: constraints that need no cloud; a default is checked only where it is used; validation names them."""
    for name, (right, wrong) in CONSTRAINED.items():
        for default, given in ((wrong, right), (right, wrong), (wrong, None), (right, None)):
            parameter = {"type": "string", "default": default, "constraints": [{"custom_constraint": name}]}
            template = {
                "heat_template_version": "2021-04-16",
                "parameters": {"p": parameter},
                "resources": {"a": {"type": "OS::Heat::TestResource", "properties": {"value": {"get_param": "p"}}}},
            }
            given_parameters = {} if given is None else {"p": given}
            tell.note("case", [name, "default is right" if default == right else "default is wrong", given is not None])
            tell.preview(json.dumps(template), parameters=given_parameters)
            found = tell.validate(json.dumps(template), parameters=given_parameters)
            if found:
                told = found["Parameters"]["p"]
                told.pop("Description", None)
                tell.note("told", told)


def outputs_that_fail(tell: Teller) -> None:
    """C: outputs that can't be had: known at once, at run time, unknown names."""
    template = template_of("asking_outputs_that_fail")
    tell.preview(template)
    tell.create(template)
    tell.outputs()
    for name in ("join", "later", "fine", "nosuch"):
        tell.ask(f"output {name}", "GET", f"{tell.path}/outputs/{name}")
    tell.update(template)
    tell.delete()
    for value in (
        "{get_param: nosuch}",
        "{get_attr: [nosuch, output]}",
        "{get_resource: nosuch}",
        "{get_attr: [a, nosuch]}",
        "{get_attr: [g, nosuch]}",
        "{get_file: nosuch}",
        "{list_join: x}",
    ):
        broken = (
            HOT
            + f"""
resources:
  a: {{type: OS::Heat::TestResource}}
  g: {{type: OS::Heat::ResourceGroup, properties: {{count: 1, resource_def: {{type: OS::Heat::TestResource}}}}}}
outputs: {{o: {{value: {value}}}}}
"""
        )
        tell.note("an output of", value)
        tell.preview(broken)
        tell.validate(broken)


def refused_and_taken(tell: Teller) -> None:
    """C and D: odd templates, which of them are taken."""
    cases = {
        "one name for a parameter and a resource": "parameters: {a: {type: string, default: x}}\nresources: {a: {type: OS::Heat::TestResource}}",  # noqa: E501
        "external_id": "resources: {a: {type: OS::Heat::TestResource, external_id: x}}",
        "a description that is no text": "description: 5\nresources: {}",
        "an empty list for sections": "parameters: []\nresources: []\noutputs: []",
        "a condition nobody uses": "conditions: {c: {equals: [{get_param: 'OS::stack_name'}, 1]}}\nresources: {}",
        "a policy by a parameter": "parameters: {p: {type: string, default: Retain}}\nresources: {a: {type: OS::Heat::TestResource, deletion_policy: {get_param: p}}}",  # noqa: E501
        "a number for a text": "resources: {a: {type: OS::Heat::TestResource, properties: {value: 7}}}",
        "a list for a text": "resources: {a: {type: OS::Heat::TestResource, properties: {value: [1, a]}}}",
        "a map for a text": "resources: {a: {type: OS::Heat::TestResource, properties: {value: {a: 1}}}}",
        "a fraction for a count": "resources: {g: {type: OS::Heat::ResourceGroup, properties: {count: 2.7, resource_def: {type: OS::Heat::None}}}}",  # noqa: E501
        "true for a count": "resources: {g: {type: OS::Heat::ResourceGroup, properties: {count: true, resource_def: {type: OS::Heat::None}}}}",  # noqa: E501
        "a text for a number": "resources: {a: {type: OS::Heat::RandomString, properties: {length: '8'}}}",
        "anything for None": "resources: {a: {type: OS::Heat::None, properties: {x: [1]}}}",
        "an unknown attribute of a group": "resources: {g: {type: OS::Heat::ResourceGroup, properties: {count: 1, resource_def: {type: OS::Heat::TestResource}}}, a: {type: OS::Heat::TestResource, properties: {value: {get_attr: [g, nosuch]}}}}",  # noqa: E501
        "NaN": "parameters: {p: {type: number, default: .nan}}\nresources: {}",
        "a join of unknown and number": "parameters: {n: {type: number, default: 1}}\nresources: {a: {type: OS::Heat::TestResource}, b: {type: OS::Heat::TestResource, properties: {value: {list_join: [',', [{get_param: n}, {get_attr: [a, output]}]]}}}}",  # noqa: E501
        "a resource by a computed name": "parameters: {p: {type: string, default: a}}\nresources: {a: {type: OS::Heat::TestResource}, b: {type: OS::Heat::TestResource, properties: {value: {get_attr: [{get_param: p}, output]}}}}",  # noqa: E501
        "a hidden type": "resources: {a: {type: OS::Heat::SoftwareDeployments, properties: {servers: {}, config: x}}}",
        "a launch configuration of nothing": "resources: {a: {type: 'AWS::AutoScaling::LaunchConfiguration'}}",
    }
    for what, body in cases.items():
        for version in ("2021-04-16", "2013-05-23"):
            template = f"heat_template_version: {version}\n{body}\n"
            tell.note("case", [what, version])
            tell.preview(template)
            tell.validate(template)


def validation_shows_nested(tell: Teller) -> None:
    """D: validate with show_nested lists nested stacks, of a group the first member."""
    child = template_of("asking_child")
    template = template_of("asking_validation_shows_nested")
    for query in ("", "?show_nested=true", "?show_nested=true&ignore_errors=99001"):
        found = tell.validate(template, query, files={"child.yaml": child})
        tell.note(f"shown {query}", found)


def environments(tell: Teller) -> None:
    """D: what an environment, parameters, files and the template are shown as."""
    template = template_of("asking_environments")
    environment = {
        "parameters": {"secret": "s3cret", "l": ["x", "y"]},
        "parameter_defaults": {"p": "of default", "secret": "other", "unused": 1},
        "resource_registry": {"X::Y": "OS::Heat::None"},
        "event_sinks": [],
    }
    tell.create(template, environment=environment)
    for part in ("environment", "files", "template"):
        tell.note(part, tell.ask(part, "GET", f"{tell.path}/{part}"))
    stack = tell.shown() or {}
    tell.note("keys of a stack", sorted(stack))
    tell.note("parameters", stack.get("parameters"))
    tell.update(template, parameters={"p": "new"}, existing=True)
    tell.note("environment", tell.ask("environment", "GET", f"{tell.path}/environment"))
    tell.ask("patch", "PATCH", tell.path, {"parameters": {"p": "newer"}})
    tell.settle("patch")
    tell.note("environment", tell.ask("environment", "GET", f"{tell.path}/environment"))
    tell.ask("patch of an unknown parameter", "PATCH", tell.path, {"parameters": {"nosuch": "newer"}})
    tell.delete()


def resources_and_events(tell: Teller) -> None:
    """D: required_by, the first event's physical id, and the keys of what is shown."""
    template = template_of("asking_resources_and_events")
    tell.create(template)
    for name in "abcd":
        found = tell.resource(name)
        tell.note(f"{name} is required by", sorted(found["required_by"]))
        tell.note(f"keys of {name}", sorted(found))
        tell.note(f"attributes of {name}", found["attributes"])
    _, answer = tell.web.ask("GET", f"{tell.path}/events?sort_dir=asc")
    told = [
        [it["resource_name"], it["resource_status"], it["resource_status_reason"], it["physical_resource_id"]]
        for it in answer["events"]
    ]
    tell.note("events", sorted(json.dumps(it) for it in told))
    tell.note("keys of an event", sorted(answer["events"][0]))
    name, event = answer["events"][1]["resource_name"], answer["events"][1]["id"]
    one = tell.ask("an event", "GET", f"{tell.path}/resources/{name}/events/{event}")
    tell.note("keys of one event", sorted(one["event"]))
    for query in (
        "?type=OS::Heat::TestResource",
        "?name=a",
        "?status=COMPLETE",
        "?action=CREATE",
        "?nested_depth=x",
        "?with_detail=true",
    ):
        found = tell.ask(f"resources {query}", "GET", f"{tell.path}/resources{query}") or {}
        tell.note("listed", sorted(it["resource_name"] for it in found.get("resources", [])))
    for query in (
        "?resource_name=a",
        "?resource_status=COMPLETE",
        "?resource_action=CREATE",
        "?limit=1",
        "?marker=nosuch",
        "?limit=-1",
        "?resource_type=x",
    ):
        found = tell.ask(f"events {query}", "GET", f"{tell.path}/events{query}") or {}
        tell.note("count", len(found.get("events", [])))
    tell.delete()


def signals(tell: Teller) -> None:
    """D: signals that say nothing usable, to each kind of resource that takes one."""
    template = template_of("asking_signals")
    tell.create(template)
    bodies: tuple[Any, ...] = (
        None,
        {},
        {"a": 1},
        "text",
        [1],
        7,
        {"status": "SUCCESS"},
        {"status": "x"},
        {"current": "nonsense"},
        {"state": "ok"},
        {"current": "alarm"},
        {"adjustment_type": "nonsense", "scaling_adjustment": 1},
        {"unset_hook": "pre-create"},
    )
    for name in ("a", "h", "g", "p", "nosuch"):
        for body in bodies:
            tell.note("says", body)
            tell.signal(name, body)
            tell.settle("then")
    tell.delete()


def a_scaled_group(tell: Teller) -> None:
    """D: each signal to a policy that comes after the last scaling has ended changes the group, up to its limit.

    One that comes earlier changes nothing, in Heat too; how long a scaling takes is the engine's own.
    """
    template = template_of("asking_signals")
    tell.create(template)
    for size in (2, 3, 3):
        tell.signal("p", {"current": "alarm"})
        tell.until(f"it has {size} members", lambda size=size: is_at_rest(tell, size))
    tell.outputs()
    tell.resources()
    tell.delete()


def is_at_rest(tell: Teller, size: int) -> bool:
    """Whether the group has so many members, all of them made, and nobody is scaling it."""
    members = [it for it in tell.rows(1) if it.get("parent_resource") == "g"]
    _, answer = tell.web.ask("GET", f"{tell.path}/resources/g/metadata")
    is_free = not answer.get("metadata", {}).get("scaling_in_progress")
    return is_free and len(members) == size and all(it["resource_status"].endswith("_COMPLETE") for it in members)


def lists(tell: Teller) -> None:
    """D: which stacks are listed, and in which order."""
    tags = f"tag-{tell.name}"
    paths = []
    for at in range(3):
        body = {"stack_name": f"{tell.name}-{at}", "template": ONE, "tags": tags}
        paths.append(f"/stacks/{tell.name}-{at}/" + tell.ask("create", "POST", "/stacks", body)["stack"]["id"])
        tell.path = paths[at]
        tell.settle("create")
    tell.path = paths[1]
    tell.update(ONE, tags=tags)
    for query in (
        "status=COMPLETE",
        "status=complete",
        "action=UPDATE",
        "action=update",
        "name=nosuch",
        "stack_name=nosuch",
    ):  # without tags, with which Heat's list fails on a filter
        found = tell.ask(f"list {query}", "GET", f"/stacks?{query}") or {}
        names = [it["stack_name"] for it in found.get("stacks", [])]
        tell.note("listed", sorted(it[len(tell.name) :] for it in names if it.startswith(tell.name)))
    for query in (
        "sort_keys=updated_at&sort_dir=asc",
        "sort_keys=updated_at&sort_dir=desc",
        "sort_keys=stack_name&sort_dir=desc",
        "sort_keys=creation_time&sort_dir=asc",
        "status=COMPLETE",
        "limit=2",
        "sort_keys=nosuch",
        "with_count=true",
        "show_hidden=true",
        "tags_any=nosuch",
        "not_tags=nosuch&limit=1",
    ):
        found = tell.ask(f"list {query}", "GET", f"/stacks?tags={tags}&{query}") or {}
        names = [it["stack_name"][len(tell.name) :] for it in found.get("stacks", [])]
        tell.note("listed", [names, found.get("count")])
    for path in paths:
        tell.path = path
        tell.delete()


def dry_runs(tell: Teller) -> None:
    """A10: what a dry run says would be done."""
    template = template_of("asking_dry_runs")
    tell.create(template)
    other = template.replace("length: 8", "length: 9") + "  n: {type: OS::Heat::Value, properties: {value: 1}}\n"
    for what, text, parameters in (("nothing", template, {}), ("a value", template, {"v": "two"}), ("more", other, {})):
        tell.note("case", what)
        body = {"template": text, "parameters": parameters}
        found = tell.ask(f"dry run of {what}", "PUT", f"{tell.path}/preview", body)
        changes = (found or {}).get("resource_changes", {})
        tell.note(
            "changes", {kind: sorted(it["resource_name"] for it in changes.get(kind, [])) for kind in sorted(changes)}
        )
    tell.delete()


def stack_ids(tell: Teller) -> None:
    """D: OS::stack_id of a template resource keeps its type."""
    outputs = {
        "text": "''",
        "list": "[1, a]",
        "map": "{a: 1}",
        "number": "5",
        "null_": "null",
        "real": "{get_resource: a}",
    }
    resources, shown, files = "", "", {}
    for name, value in outputs.items():
        resource = "resources: {a: {type: OS::Heat::TestResource, properties: {value: x}}}"
        files[f"{name}.yaml"] = f"{HOT}{resource}\noutputs: {{'OS::stack_id': {{value: {value}}}}}\n"
        resources += f"  {name}: {{type: {name}.yaml}}\n"
        shown += f"  {name}: {{value: {{get_resource: {name}}}}}\n"
    tell.create(f"{HOT}resources:\n{resources}outputs:\n{shown}", files=files)
    tell.outputs()
    tell.delete()


def sizes(tell: Teller) -> None:
    """A9: the limit of a template's size holds for each text by itself."""
    large = HOT + "resources: {a: {type: OS::Heat::TestResource, properties: {value: %s}}}\n"
    tell.note("case", "three files, each below the limit")
    names = [f"f{at}.yaml" for at in range(3)]
    files = dict.fromkeys(names, large % ("x" * 200000))
    resources = "".join(f"  r{at}: {{type: {name}}}\n" for at, name in enumerate(names))
    tell.preview(f"{HOT}resources:\n{resources}", files=files)
    tell.note("case", "a template above it")
    tell.preview(large % ("x" * 600_000))


STORIES = (
    custom_constraints,
    outputs_that_fail,
    refused_and_taken,
    validation_shows_nested,
    environments,
    resources_and_events,
    signals,
    a_scaled_group,
    lists,
    dry_runs,
    stack_ids,
    sizes,
)
