"""Commands about the language and its types: what they send, what they show."""

import json

import pytest
import yaml

VERSION = "heat_template_version.2021-04-16"


def shown(shell, *arguments):
    """The document that a command shows unless it is told otherwise."""
    assert shell.run(*arguments) == 0, shell.err
    return yaml.safe_load(shell.out)


def test_a_valid_template_is_shown_with_what_it_declares(shell, template):
    options = ["--parameter", "a=1", "--show-nested", "--ignore-errors", "99001,99002"]
    reply = shown(shell, "template", "validate", "-t", template(a=0), *options)
    assert list(reply) == ["Description", "Parameters", "Environment"]
    sent = shell.engine.last("validate_template")
    assert sent["params"]["parameters"] == {"a": "1"}
    assert (sent["show_nested"], sent["ignorable_errors"]) == (True, ["99001", "99002"])


def test_a_template_that_is_not_valid_is_one_line_and_status_1(shell, tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text("heat_template_version: 2021-04-16")
    assert shell.run("template", "validate", "-t", str(path)) == 1
    assert (shell.out, shell.err) == ("", "ERROR: resources: there are none\n")


def test_a_template_is_validated_with_its_files_and_environments(shell, tmp_path, template):
    (tmp_path / "env.yaml").write_text("resource_registry: {My::Type: template.yaml}")
    assert shell.run("template", "validate", "-t", template(a=0), "-e", str(tmp_path / "env.yaml")) == 0
    sent = shell.engine.last("validate_template")
    url = (tmp_path / "template.yaml").as_uri()
    assert sent["params"]["resource_registry"] == {"My::Type": url}
    assert list(sent["files"]) == [url]


def test_a_stacks_template_environment_and_files_are_shown_as_documents(shell, template, tmp_path):
    (tmp_path / "env.yaml").write_text("resource_registry: {My::Type: template.yaml}")
    path = template(a=0)
    shell.run("stack", "create", "-t", path, "-e", str(tmp_path / "env.yaml"), "web")
    with open(path) as written:
        assert shown(shell, "stack", "template", "show", "web") == json.load(written)
        assert shown(shell, "template", "show", "web") == shell.json("stack", "template", "show", "web")
    assert shown(shell, "stack", "environment", "show", "web")["parameters"] == {"name": "******"}
    assert list(shown(shell, "stack", "file", "list", "web")) == [(tmp_path / "template.yaml").as_uri()]


def test_versions_are_listed_with_their_releases(shell):
    assert shell.json("template", "version", "list") == [
        {"Version": VERSION, "Type": "hot", "Aliases": "heat_template_version.wallaby,x"}
    ]


def test_functions_are_listed_with_those_of_conditions_where_that_is_wanted(shell):
    listed = shell.json("template", "function", "list", VERSION)
    assert listed == [{"Functions": "get_param", "Description": "what get_param does"}]
    listed = shell.json("template", "function", "list", "--with_conditions", VERSION)
    assert [each["Functions"] for each in listed] == ["get_param", "equals"]
    assert shell.run("template", "function", "list", "nope") == 1
    assert shell.err == "ERROR: Template with version nope not found\n"


def test_types_are_listed_by_name_and_with_descriptions(shell):
    names = ["OS::Heat::None", "OS::Heat::Value"]
    assert shell.json("resource", "type", "list") == [{"Resource Type": name} for name in names]
    assert list(shell.json("resource", "type", "list", "--long")[0]) == ["Resource Type", "Description"]
    filters = ["--filter", "name=OS::H", "--filter", "version=5", "--filter", "support_status=SUPPORTED"]
    shell.json("resource", "type", "list", *filters)
    sent = shell.engine.last("list_resource_types")
    assert (sent["type_name"], sent["heat_version"], sent["support_status"]) == ("OS::H", "5", "SUPPORTED")
    assert shell.run("resource", "type", "list", "--filter", "colour=red") == 1
    assert shell.err == "ERROR: --filter: there is no colour; valid keys are name, version and support_status\n"


def test_a_type_is_shown_with_its_schema_or_as_a_sample(shell):
    show = ["resource", "type", "show"]
    assert shown(shell, *show, "OS::Heat::Value")["resource_type"] == "OS::Heat::Value"
    assert "heat_template_version" in shown(shell, *show, "--template-type", "hot", "OS::Heat::Value")
    assert "HeatTemplateFormatVersion" in shown(shell, *show, "--template-type", "CFN", "OS::Heat::Value")
    shown(shell, *show, "--long", "OS::Heat::Value")
    assert shell.engine.last("resource_schema")["with_description"] is True
    assert shell.run(*show, "--long", "--template-type", "hot", "OS::Heat::Value") == 1
    assert shell.err == "ERROR: --template-type and --long can't be used together\n"
    with pytest.raises(SystemExit):
        shell.run(*show, "--template-type", "tosca", "OS::Heat::Value")


@pytest.mark.parametrize(
    "command", ["template version list", "resource type list", "service list", f"template function list {VERSION}"]
)
def test_what_openstack_calls_orchestration_goes_by_that_name_too(shell, command):
    plain = shell.json(*command.split())
    assert shell.json("orchestration", *command.split()) == plain


@pytest.mark.parametrize(
    ("formatter", "text"),
    [
        (
            "json",
            '[\n  {\n    "Resource Type": "OS::Heat::None"\n  },\n  {\n    "Resource Type": "OS::Heat::Value"\n  }\n]',
        ),
        ("yaml", "- Resource Type: OS::Heat::None\n- Resource Type: OS::Heat::Value\n"),
        ("value", "OS::Heat::None\nOS::Heat::Value\n"),
        ("csv", '"Resource Type"\n"OS::Heat::None"\n"OS::Heat::Value"\n'),
    ],
)
def test_a_list_is_written_in_any_format(shell, formatter, text):
    assert shell.run("resource", "type", "list", "-f", formatter) == 0
    assert shell.out.rstrip("\n") == text.rstrip("\n")


def test_a_table_has_a_frame(shell):
    assert shell.run("resource", "type", "list", "-f", "table") == 0
    assert shell.out.splitlines()[3] == "| OS::Heat::None  |"


def test_bash_is_told_every_command_and_option(shell):
    assert shell.run("complete") == 0
    assert "cmds_stack_event='list show'" in shell.out
    assert "cmds_orchestration_template='function show validate version'" in shell.out
    assert "--pre-create" in shell.out
    assert shell.sessions == []
