"""What the worst call costs that each limit still lets in: processor time and memory of the engine's process.

    python -m tests.bench.limits               all of them, each in a process of its own
    python -m tests.bench.limits repeat yaql   some

A call goes to the client API of an engine on SQLite, without a broker. Memory is what the process has more at its
peak than before the call; processor time is the process's and its children's.
"""

from __future__ import annotations

import contextlib
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import Any

from oslo_service import backend

backend.init_backend(backend.BackendType.THREADING)  # before oslo.messaging is imported, or it would pick another

from heatlite import exception  # noqa: E402
from heatlite.db import bulk, events, models  # noqa: E402
from tests.functional.db.build import NOW, add_stack  # noqa: E402
from tests.functional.engine.endpoint import Endpoint, migrated, opened  # noqa: E402

MOST_MEMORY = 4 * 1024**3
MIB = 1024 * 1024
BIG = "x" * (250 * 1024)
Call = Callable[[], Any]
Template = dict[str, Any]


def hot(parameters: Template | None = None, /, **resources: Template) -> Template:
    """A template with these resources."""
    template: Template = {"heat_template_version": "2021-04-16", "resources": resources}
    return {**template, "parameters": parameters} if parameters else template


def thing(value: Any = "v", depends_on: list[str] | None = None) -> Template:
    """A resource that stores a value."""
    written: Template = {"type": "OS::Heat::TestResource", "properties": {"value": value}}
    return {**written, "depends_on": depends_on} if depends_on else written


def create(engine: Endpoint, template: Template, **arguments: Any) -> Call:
    return lambda: engine.create("web", template, **arguments)


def preview(engine: Endpoint, template: Template, **arguments: Any) -> Call:
    request = {"params": None, "files": None, "args": {}, "stack_name": "web", "template": template, **arguments}
    return lambda: engine.call("preview_stack", **request)


def group(count: int, value: str = "v") -> Template:
    definition = {"count": count, "resource_def": thing(value)}
    return hot(g={"type": "OS::Heat::ResourceGroup", "properties": definition})


def template_of_half_a_mebibyte(engine: Endpoint) -> Call:
    parts = {f"r{place}": thing("x" * 420, depends_on=[f"r{place - 1}"] if place else None) for place in range(990)}
    return create(engine, hot(**parts))


def parameters_of_half_a_mebibyte(engine: Endpoint) -> Call:
    declared = {"p": {"type": "json"}}
    values = {f"k{place}": place for place in range(30_000)}
    return create(engine, hot(declared, a=thing({"get_param": ["p", "k1"]})), params={"parameters": {"p": values}})


def nested_of_four_mebibytes(engine: Endpoint) -> Call:
    """YAML, which takes longer to read than JSON, of many small things."""
    lines = ["heat_template_version: 2021-04-16", "parameters: {n: {type: number}}", "resources:"]
    for place in range(20):
        lines += [f"  r{place}:", "    type: OS::Heat::TestResource", "    metadata:"]
        lines += [f"      key{number}: [value, {number}, {{a: b}}]" for number in range(330)]
    parts = {f"n{place}": {"type": "big.yaml", "properties": {"n": place}} for place in range(45)}
    return create(engine, hot(**parts), files={"big.yaml": "\n".join(lines)})


def large_file() -> str:
    """YAML, which takes longer to read than JSON: 250 KiB with one resource."""
    lines = ["heat_template_version: 2021-04-16", "parameters: {n: {type: number, default: 1}}", "resources:"]
    lines += ["  a:", "    type: OS::Heat::TestResource", "    metadata:"]
    lines += [f"      key{number}: [value, {number}, {{a: b}}]" for number in range(7500)]
    return "\n".join(lines)


def preview_of_large_files(engine: Endpoint) -> Call:
    definition = {"count": 500, "resource_def": {"type": "big.yaml"}}
    template = hot(g={"type": "OS::Heat::ResourceGroup", "properties": definition})
    return preview(engine, template, files={"big.yaml": large_file()})


def plan_of_large_files(engine: Endpoint) -> Call:
    identity = engine.created("web", hot(a=thing()))
    definition = {"count": 480, "resource_def": {"type": "big.yaml"}}
    template = hot(a=thing(), g={"type": "OS::Heat::ResourceGroup", "properties": definition})
    request: Template = {"template": template, "params": {}, "files": {"big.yaml": large_file()}, "args": {}}
    return lambda: engine.call("plan_update", stack_identity=identity, **request)


def plan_with_many_hidden_values(engine: Endpoint) -> Call:
    identity = engine.created("web", hot(a=thing()))
    values = [f"{place:05}" for place in range(40_000)]
    template = hot({"p": {"type": "json", "hidden": True}}, a=thing(), **group(900, "x" * 1000)["resources"])
    request: Template = {"params": {"parameters": {"p": values}}, "files": {}, "args": {}}
    return lambda: engine.call("plan_update", stack_identity=identity, template=template, **request)


def nested_parameters(engine: Endpoint) -> Call:
    template = hot(**{f"r{place}": {"type": "big.yaml", "properties": {"n": place}} for place in range(1000)})
    request = {"params": None, "files": {"big.yaml": large_file()}, "show_nested": True, "template": template}
    return lambda: engine.call("validate_template", **request)


def one_parameter_many_times(engine: Endpoint) -> Call:
    value = {"list_join": ["", [{"get_param": "big"}] * 16]}
    parts = {f"r{place}": thing(value) for place in range(30)}
    return create(engine, hot({"big": {"type": "string"}}, **parts), params={"parameters": {"big": BIG}})


def one_list_for_each_resource(engine: Endpoint) -> Call:
    parts = {f"r{place}": thing({"get_param": "big"}) for place in range(990)}
    return create(engine, hot({"big": {"type": "json"}}, **parts), params={"parameters": {"big": [0] * 170_000}})


def many_placeholders(engine: Endpoint) -> Call:
    value = {
        "str_replace": {"template": "abcdefghij" * 15_000, "params": {f"a{place}": "b" for place in range(20_000)}}
    }
    return create(engine, hot(a=thing(value), b=thing("v")))


def repeat(engine: Endpoint) -> Call:
    digits = [str(digit) for digit in range(46)]
    each = {"repeat": {"for_each": {"%a%": digits, "%b%": digits, "%c%": digits}, "template": "%a%%b%%c%"}}
    declared = {f"r{place}": {"type": "OS::Heat::Value", "properties": {"value": each}} for place in range(20)}
    return create(engine, hot(**declared))


def patterns(engine: Endpoint) -> Call:
    pattern = [{"allowed_pattern": "(a+)+$"}]
    declared = {f"p{place}": {"type": "string", "constraints": pattern} for place in range(60)}
    given = {"parameters": dict.fromkeys(declared, "a" * 40 + "!")}
    return create(engine, hot(declared, a=thing()), params=given)


def yaql(engine: Endpoint) -> Call:
    slow = {"yaql": {"expression": "$.data =~ '(a+)+b'", "data": "a" * 60}}
    return create(engine, hot(**{f"r{place}": thing(slow) for place in range(20)}))


def list_events(engine: Endpoint) -> Call:
    return listed_events(engine, "state changed")


def list_long_events(engine: Endpoint) -> Call:
    return listed_events(engine, "y" * 10_000)


def listed_events(engine: Endpoint, reason: str) -> Call:
    identity, context = engine.created("web", hot()), engine.shared.context()
    happened = [events.Happening("web", "T", None, "CREATE", "COMPLETE", reason)] * 10_000
    for batch in range(2):
        uuids = [f"e{batch}-{number}" for number in range(10_000)]
        for begin in range(0, len(uuids), 1000):
            piece = slice(begin, begin + 1000)
            events.insert(context, identity["stack_id"], happened[piece], uuids[piece], NOW)
    return lambda: engine.call("list_events", stack_identity=identity)


def list_stacks(engine: Endpoint) -> Call:
    context = engine.shared.context()
    with engine.database.writer(context):
        for number in range(10_001):
            add_stack(context, f"s{number}", tenant="demo", status="COMPLETE")
    return lambda: engine.call("list_stacks")


def list_by_tags(engine: Endpoint) -> Call:
    context = engine.shared.context()
    tags = [f"tag{number}" for number in range(100)]
    with engine.database.writer(context):
        for number in range(512):
            stack_id = add_stack(context, f"s{number}", tenant="demo", status="COMPLETE")
            bulk.insert(context, models.stack_tag, [{"stack_id": stack_id, "tag": tag} for tag in tags])
    kinds = {"tags": tags, "tags_any": tags, "not_tags": [*tags[:99], "none"], "not_tags_any": ["none"]}
    return lambda: engine.call("list_stacks", **kinds)


def settled(engine: Endpoint, template: Template, **arguments: Any) -> Call:
    """Create a stack, and do its work."""

    def call() -> None:
        engine.create("web", template, **arguments)
        engine.settle()

    return call


def properties_of_four_mebibytes(engine: Endpoint) -> Call:
    value = {"list_join": ["", [{"get_param": "big"}] * 15]}
    parts = {f"r{place}": thing(value) for place in range(5)}
    return settled(engine, hot({"big": {"type": "string"}}, **parts), params={"parameters": {"big": BIG}})


def signal_of_a_mebibyte(engine: Endpoint) -> Call:
    handle = hot(h={"type": "OS::Heat::WaitConditionHandle", "properties": {"signal_transport": "HEAT_SIGNAL"}})
    identity = engine.created("web", handle)
    details = {
        "id": "1",
        "status": "SUCCESS",
        "reason": "x",
        "data": {f"k{place}": "v" * 20 for place in range(30_000)},
    }
    request = {"resource_name": "h", "details": details, "sync_call": True}
    return lambda: engine.call("resource_signal", stack_identity=identity, **request)


def config_of_a_mebibyte(engine: Endpoint) -> Call:
    request = {"group": "script", "name": "c", "config": "x" * (1000 * 1024), "inputs": [], "outputs": []}
    return lambda: engine.call("create_software_config", **request)


def other_argument(engine: Endpoint) -> Call:
    keys = [f"stack_name{place:020}" for place in range(2000)]
    return lambda: engine.call("list_stacks", sort_keys=keys)


def adopted(engine: Endpoint) -> Call:
    one = {"type": "OS::Heat::TestResource", "action": "CREATE", "status": "COMPLETE", "metadata": {"m": "x" * 4000}}
    names = [f"r{place}" for place in range(950)]
    data = {
        "name": "old",
        "action": "CREATE",
        "status": "COMPLETE",
        "template": hot(**{name: thing() for name in names}),
        "resources": {name: {**one, "name": name, "resource_id": name} for name in names},
    }
    return settled(engine, data["template"], args={"adopt_stack_data": data})


def tags_of_a_stack(engine: Endpoint) -> Call:
    return create(engine, hot(a=thing()), args={"tags": [f"{place:080}" for place in range(100)]})


def many_mistakes(engine: Endpoint) -> Call:
    mistaken = {"type": "OS::Heat::TestResource", "properties": {"x" * 400: "v"}}
    return create(engine, hot(**{f"r{place}": mistaken for place in range(990)}))


def environment_files(engine: Endpoint) -> Call:
    lines = ["parameter_defaults:"]
    lines += [f"  key{number}: [value, {number}, {{a: b}}]" for number in range(7500)]
    files = dict.fromkeys(("a.yaml", "b.yaml", "c.yaml", "d.yaml"), "\n".join(lines))
    return create(engine, hot(a=thing()), files=files, environment_files=list(files))


def whole_preview(engine: Endpoint) -> Call:
    return preview(engine, group(900, "x" * 8000))


def large_rows(engine: Endpoint) -> Template:
    """A stack that holds almost as much as a reply may be made of."""
    parts = {f"r{place}": thing({"get_param": "big"}) for place in range(100)}
    outputs = {name: {"value": {"get_attr": [name, "output"]}} for name in parts}
    template = {**hot({"big": {"type": "string"}}, **parts), "outputs": outputs}
    return engine.created("web", template, params={"parameters": {"big": BIG}})


def resources_in_full(engine: Endpoint) -> Call:
    identity = large_rows(engine)
    return lambda: engine.call("list_stack_resources", stack_identity=identity, with_detail=True)


def large_list(engine: Endpoint) -> Call:
    identity = large_rows(engine)
    return lambda: engine.call("list_stack_resources", stack_identity=identity)


def outputs_refused(engine: Endpoint) -> Call:
    identity = large_rows(engine)
    return lambda: engine.call("show_stack", stack_identity=identity)


def attributes_read(engine: Endpoint) -> Call:
    """One resource that reads almost as many attributes as it may: four of 3.8 MiB."""
    big = {"get_param": "big"}
    parts = {f"r{place}": thing({"list_join": ["", [big] * 15]}) for place in range(4)}
    read = {"list_join": ["", [{"digest": ["md5", {"get_attr": [name, "output"]}]} for name in parts]]}
    parameters = {"parameters": {"big": BIG}}
    template = hot({"big": {"type": "string"}}, **parts)
    identity = engine.created("web", template, params=parameters)
    template["resources"]["all"] = thing(read)

    def call() -> None:
        engine.update(identity, template, params=parameters)
        engine.settle()

    return call


def described(engine: Endpoint) -> Template:
    """A stack with almost as much metadata as an export may hold."""
    parts = {f"r{place}": {**thing(), "metadata": {"m": {"get_param": "big"}}} for place in range(110)}
    return engine.created("web", hot({"big": {"type": "string"}}, **parts), params={"parameters": {"big": BIG}})


def whole_export(engine: Endpoint) -> Call:
    identity = described(engine)
    return lambda: engine.call("export_stack", stack_identity=identity)


def whole_snapshot(engine: Endpoint) -> Call:
    identity = described(engine)

    def call() -> None:
        engine.call("stack_snapshot", stack_identity=identity, name="s")
        engine.settle()

    return call


def previewed_rows(engine: Endpoint) -> Call:
    identity = described(engine)
    request: Template = {"template": hot(a=thing()), "params": {}, "files": {}, "args": {}}
    return lambda: engine.call("preview_update_stack", stack_identity=identity, **request)


def last_stack(engine: Endpoint) -> Call:
    context = engine.shared.context()
    with engine.database.writer(context):
        for number in range(500):
            add_stack(context, f"s{number}", tenant="demo", status="COMPLETE")
    return create(engine, hot(a=thing()))


def list_configs(engine: Endpoint) -> Call:
    for number in range(4096):
        engine.call("create_software_config", group="script", name=f"c{number}", config="x" * 1000)
    return lambda: engine.call("list_software_configs")


def list_deployments(engine: Endpoint) -> Call:
    config = engine.call("create_software_config", group="script", name="c", config="x")["id"]
    values = {"config_id": config, "server_id": "s", "input_values": {"v": "x" * 6500}}
    for _ in range(4096):
        engine.call("create_software_deployment", **values)
    return lambda: engine.call("list_software_deployments")


def events_of_an_end(engine: Endpoint) -> Call:
    identity, context = engine.created("web", hot(a=thing())), engine.shared.context()
    happened = [events.Happening("web", "T", None, "CREATE", "COMPLETE", "state changed")] * 1000
    for batch in range(20):
        events.insert(context, identity["stack_id"], happened, [f"e{batch}-{number}" for number in range(1000)], NOW)

    def call() -> None:
        engine.update(identity, hot(a=thing("w")))
        engine.settle()

    return call


CASES: Mapping[str, Callable[[Endpoint], Call]] = {
    "max_template_size": template_of_half_a_mebibyte,
    "max_environment_size": parameters_of_half_a_mebibyte,
    "max_resources_per_stack, create": lambda engine: create(engine, group(1000)),
    "max_resources_per_stack, preview": lambda engine: preview(engine, group(1000)),
    "max_resources_per_stack, refused": lambda engine: create(engine, group(2_000_000)),
    "max_group_template_size, preview": lambda engine: preview(engine, group(1000, "x" * 8000)),
    "previews of large files": preview_of_large_files,
    "plans of large files": plan_of_large_files,
    "plans with many hidden values": plan_with_many_hidden_values,
    "show_nested of large files": nested_parameters,
    "max_validated_size": nested_of_four_mebibytes,
    "functions": one_parameter_many_times,
    "a list for each resource": one_list_for_each_resource,
    "placeholders": many_placeholders,
    "repeat": repeat,
    "patterns": patterns,
    "yaql": yaql,
    "max_listed, events": list_events,
    "max_listed, events with long reasons": list_long_events,
    "max_listed, stacks": list_stacks,
    "tags": list_by_tags,
    "properties of 4 MiB": properties_of_four_mebibytes,
    "a signal": signal_of_a_mebibyte,
    "a config": config_of_a_mebibyte,
    "other arguments": other_argument,
    "adoption": adopted,
    "a stack's tags": tags_of_a_stack,
    "an error of many mistakes": many_mistakes,
    "environment files": environment_files,
    "a whole preview": whole_preview,
    "a reply, resources in full": resources_in_full,
    "a reply, resources in short": large_list,
    "a reply, outputs": outputs_refused,
    "attributes that are read": attributes_read,
    "an export": whole_export,
    "a snapshot": whole_snapshot,
    "a preview of an update, rows": previewed_rows,
    "max_stacks_per_tenant": last_stack,
    "max_software_configs_per_tenant": list_configs,
    "max_software_deployments_per_tenant": list_deployments,
    "max_events_per_stack": events_of_an_end,
}


def used() -> tuple[float, float]:
    """Seconds of processor time so far, and the most memory in MiB."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return seconds, own.ru_maxrss / 1024


def measure(name: str) -> None:
    """Make one call, and print what it cost."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    with tempfile.TemporaryDirectory() as directory:
        where = pathlib.Path(directory)
        with opened(migrated(where / "schema"), where / "heatlite.sqlite3") as engine:
            with contextlib.suppress(exception.HeatliteError):
                engine.created("warm-up", hot(a=thing()))
                preview(engine, group(1))()
            call = CASES[name](engine)
            (seconds, memory), began, answer = used(), time.monotonic(), "accepted"
            try:
                call()
            except exception.HeatliteError as error:
                answer = type(error).__name__
            took = time.monotonic() - began
            stop_children()
            after, peak = used()
    print(f"| {name} | {answer} | {after - seconds:.2f} s | {took:.2f} s | {peak - memory:.0f} MiB |", flush=True)


def stop_children() -> None:
    """End the children, so that what they used is counted."""
    from heatlite.schema.patterns import CHILDREN
    from heatlite.template.yaql_process import EVALUATOR

    CHILDREN.stop()
    EVALUATOR.stop()


def main(chosen: list[str]) -> None:
    if chosen[:1] == ["--one"]:
        measure(chosen[1])
        return
    print("| limit | answer | processor | clock | memory |\n|---|---|---|---|---|")
    for name in CASES:
        if not chosen or any(name.startswith(each) for each in chosen):
            sys.stdout.flush()
            subprocess.run([sys.executable, "-m", __spec__.name, "--one", name], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
