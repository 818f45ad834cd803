"""Commands that only look: columns, fields, formats."""

import pytest


@pytest.fixture
def web(shell, template):
    shell.run("stack", "create", "--wait", "-t", template(a=1, b=2), "web")
    return shell


def columns(shell, *arguments):
    return list(shell.json(*arguments)[0])


def test_stack_list_has_the_columns_of_the_openstack_client(web):
    plain = ["ID", "Stack Name", "Stack Status", "Creation Time", "Updated Time"]
    assert columns(web, "stack", "list") == plain
    assert columns(web, "stack", "list", "--short") == plain[:3]
    assert columns(web, "stack", "list", "--long") == [*plain[:2], "Stack Owner", *plain[2:]]
    assert columns(web, "stack", "list", "--nested", "--deleted") == [*plain, "Parent", "Deletion Time"]


def test_stack_list_hands_filters_paging_and_order_to_the_engine(web):
    options = ["--property", "name=web", "--limit", "3", "--marker", "m", "--sort", "stack_name:desc"]
    assert len(web.json("stack", "list", *options)) == 1
    sent = web.engine.calls[-1][2]
    assert sent["filters"] == {"name": "web"}
    assert (sent["limit"], sent["marker"]) == (3, "m")
    assert (sent["sort_keys"], sent["sort_dir"]) == (["stack_name"], "desc")
    assert (sent["show_deleted"], sent["show_nested"], sent["show_hidden"]) == (False, False, False)


def test_stack_list_sorts_by_any_column_also_where_the_engine_does_not(web, template):
    web.run("stack", "create", "-t", template(a=0), "db")
    ids = [stack["ID"] for stack in web.json("stack", "list", "--sort", "ID:desc")]
    assert ids == ["id-2", "id-1"]
    assert web.engine.calls[-1][2]["sort_keys"] is None


def test_stack_list_refuses_an_order_that_there_is_not(web):
    assert web.run("stack", "list", "--sort", "colour") == 1
    assert 'ERROR: --sort: there is no "colour"; valid keys are ' in web.err
    assert web.run("stack", "list", "--sort", "id:up") == 1
    assert web.err == 'ERROR: --sort "id:up": the direction is asc or desc\n'


def test_stack_show_has_the_summary_first_and_then_every_field(web):
    stack = web.json("stack", "show", "web")
    assert list(stack)[:9] == [
        "id",
        "stack_name",
        "description",
        "creation_time",
        "updated_time",
        "stack_status",
        "stack_status_reason",
        "parameters",
        "outputs",
    ]
    assert stack["stack_status"] == "CREATE_COMPLETE"
    assert stack["outputs"][0]["output_value"] == ["10.0.0.1"]
    assert stack["stack_owner"]
    assert not {"stack_identity", "stack_action", "template_description"} & set(stack)


def test_stack_show_can_leave_out_outputs(web):
    assert "outputs" not in web.json("stack", "show", "--no-resolve-outputs", "web")


def test_a_structure_in_a_table_is_yaml_and_in_plain_values_json(web):
    web.run("stack", "show", "web")
    assert "OS::stack_name: x" in web.out
    web.run("stack", "show", "web", "-f", "value", "-c", "parameters")
    assert web.out == '{"OS::stack_name": "x"}\n'


def test_stack_show_takes_an_id_too(web):
    assert web.json("stack", "show", "id-1")["stack_name"] == "web"


def test_resource_list_shows_action_and_status_as_one(web):
    resources = web.json("stack", "resource", "list", "web")
    assert list(resources[0]) == [
        "resource_name",
        "physical_resource_id",
        "resource_type",
        "resource_status",
        "updated_time",
    ]
    assert [resource["resource_status"] for resource in resources] == ["CREATE_COMPLETE"] * 2


def test_resource_list_of_nested_stacks_names_the_stack(web):
    options = ["-n", "2", "--filter", "type=T", "--long"]
    assert "stack_name" in columns(web, "stack", "resource", "list", *options, "web")
    sent = web.engine.calls[-1][2]
    assert (sent["nested_depth"], sent["with_detail"], sent["filters"]) == (2, True, {"type": "T"})


def test_resource_show_has_attributes_but_no_identities(web):
    resource = web.json("stack", "resource", "show", "--with-attr", "output", "web", "a")
    assert resource["attributes"] == {"output": "o"}
    assert resource["logical_resource_id"] == "a"
    assert not {"resource_identity", "stack_identity", "resource_action", "metadata"} & set(resource)
    assert web.engine.calls[-1][2]["with_attr"] == ["output"]


def test_events_are_a_log_by_default_oldest_first(web):
    assert web.run("stack", "event", "list", "web") == 0
    lines = web.out.splitlines()
    assert lines[0] == "2026-11-20 22:00:00Z e1 [web]: CREATE_IN_PROGRESS  Stack CREATE started"
    assert lines[-1].endswith("[web]: CREATE_COMPLETE  Stack CREATE completed successfully")


def test_events_as_a_table_have_the_columns_of_the_openstack_client(web):
    assert columns(web, "stack", "event", "list", "web", "--nested-depth", "1") == [
        "resource_name",
        "id",
        "resource_status",
        "resource_status_reason",
        "event_time",
        "physical_resource_id",
        "stack_name",
        "logical_resource_id",
    ]


def test_events_of_one_resource_newest_first(web):
    web.run("stack", "event", "list", "--resource", "a", "--sort", ":desc", "--limit", "5", "web")
    sent = web.engine.calls[-1][2]
    assert sent["filters"] == {"resource_name": "a"}
    assert (sent["sort_keys"], sent["sort_dir"], sent["limit"]) == (["event_time"], "desc", 5)


def test_events_of_one_resource_cannot_be_those_of_nested_stacks(web):
    assert web.run("stack", "event", "list", "--resource", "a", "--nested-depth", "1", "web") == 1
    assert web.err == "ERROR: --nested-depth can't be used with --resource\n"


def test_output_list_and_show(web):
    listed = [{"output_key": "ip", "description": "an address"}]
    assert web.json("stack", "output", "list", "web") == listed
    shown = {"description": "an address", "output_key": "ip", "output_value": ["10.0.0.1"]}
    assert web.json("stack", "output", "show", "web", "ip") == shown
    assert web.json("stack", "output", "show", "--all", "web") == {"ip": shown}


def test_output_show_wants_a_name_or_all_and_not_both(web):
    for arguments in (["web"], ["web", "ip", "--all"]):
        assert web.run("stack", "output", "show", *arguments) == 1
        assert web.err == "ERROR: Name one output, or ask for --all, and not both\n"


def test_an_output_that_cannot_be_had_is_an_error(web):
    assert web.run("stack", "output", "show", "web", "broken") == 1
    assert web.err == "ERROR: Output error: no such attribute\n"


def test_service_list_shows_the_engines(web):
    service = web.json("service", "list")[0]
    assert list(service) == ["Hostname", "Binary", "Engine ID", "Host", "Topic", "Updated At", "Status"]
    assert (service["Engine ID"], service["Status"]) == ("e-1", "up")


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ((), "tags"),
        (("--tag-mode", "any"), "tags_any"),
        (("--tag-mode", "not"), "not_tags"),
        (("--tag-mode", "not-any"), "not_tags_any"),
    ],
)
def test_stack_list_asks_for_tags_as_their_mode_says(web, options, asked):
    web.json("stack", "list", "--hidden", "--tags", "a, b", *options)
    sent = web.engine.last("list_stacks")
    assert {name: sent[name] for name in ("tags", "tags_any", "not_tags", "not_tags_any") if sent[name]} == {
        asked: ["a", "b"]
    }
    assert sent["show_hidden"] is True


def test_stack_list_looks_into_other_projects_as_an_administrator(web):
    assert "Project" in columns(web, "stack", "list", "--all-projects")
    assert web.engine.contexts[-1]["is_admin"] is True
    assert web.engine.last("list_stacks")["filters"] is None
    web.json("stack", "list", "--project", "p2", "--property", "name=web")
    assert web.engine.contexts[-1]["is_admin"] is True
    assert web.engine.last("list_stacks")["filters"] == {"name": "web", "tenant": "p2"}
    assert "Project" not in columns(web, "stack", "list")
    assert web.engine.contexts[-1]["is_admin"] is False


def test_build_info_tells_both_versions(web):
    found = web.json("build", "info")
    assert set(found) == {"api", "engine"}
    assert found["engine"] == {"revision": "1.2.3"}


def test_the_failures_of_a_stack_are_the_innermost_ones(web):
    assert web.run("stack", "failures", "list", "web") == 0
    assert web.out == ""
    stack = web.engine.stacks["web"]
    stack.status = "FAILED"
    inner = {"tenant": "p", "stack_name": "web-a", "stack_id": "n-1", "path": ""}
    reason = "\n".join(f"line {number}" for number in range(20))
    failed = {**stack.resources["b"], "resource_status": "FAILED", "resource_status_reason": reason}
    stack.resources["a"] |= {"resource_status": "FAILED", "nested_stack_id": inner}
    web.engine.inside["n-1"] = [{**failed, "resource_name": "server"}]
    assert web.run("stack", "failures", "list", "web") == 0
    assert web.out.splitlines()[0] == "web.a.server:"
    assert web.out.count("status_reason: |") == 1
    assert "line 19" in web.out
    assert "line 0\n" not in web.out
    assert web.run("stack", "failures", "list", "--long", "web") == 0
    assert "line 0\n" in web.out


def test_the_failure_of_a_deployment_is_told_with_its_logs(web):
    stack = web.engine.stacks["web"]
    stack.status = "FAILED"
    stack.resources["a"] |= {"resource_status": "FAILED", "resource_type": "OS::Heat::SoftwareDeployment"}
    web.engine.deployed = {"deploy_stdout": "hello", "deploy_stderr": "no luck", "other": "x"}
    assert web.run("stack", "failures", "list", "web") == 0
    assert "  deploy_stdout: |\n    hello\n  deploy_stderr: |\n    no luck\n" in web.out
    assert "other" not in web.out
