"""Which files a template and its environments bring along, and what is said of one that can't be had."""

import base64
import json

import pytest

from heatlite import exception
from heatlite.cmd.environment import load_environments
from heatlite.cmd.files import Files

VERSION = "heat_template_version: 2021-04-16\n"


@pytest.fixture
def directory(tmp_path):
    def write(**contents: str | bytes):
        for name, content in contents.items():
            path = tmp_path / name.replace("__", "/").replace("_", ".", 1)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


def collected(path):
    files = Files()
    return files.load_template(str(path)), files.contents


def test_a_file_is_keyed_by_its_url_and_the_template_names_that_url(directory):
    tree = directory(web_yaml=VERSION + "x: [{get_file: setup.sh}]", setup_sh="echo hello")
    template, files = collected(tree / "web.yaml")
    url = (tree / "setup.sh").as_uri()
    assert template["x"] == [{"get_file": url}]
    assert files == {url: "echo hello"}


def test_a_date_in_a_template_stays_text(directory):
    template, _ = collected(directory(web_yaml=VERSION + "day: 2020-01-01") / "web.yaml")
    assert template == {"heat_template_version": "2021-04-16", "day": "2020-01-01"}


def test_a_template_may_be_named_by_a_file_url(directory):
    tree = directory(web_yaml=VERSION)
    assert collected((tree / "web.yaml").as_uri())[0]["heat_template_version"] == "2021-04-16"


def test_files_of_files_are_followed_each_relative_to_its_own_place(directory):
    tree = directory(
        web_yaml=VERSION + "resources: {a: {type: sub/child.yaml}}",
        sub__child_yaml=VERSION + "resources: {b: {type: T, properties: {d: {get_file: data.txt}}}}",
        sub__data_txt="text",
    )
    template, files = collected(tree / "web.yaml")
    child, data = (tree / "sub/child.yaml").as_uri(), (tree / "sub/data.txt").as_uri()
    assert template["resources"]["a"]["type"] == child
    assert json.loads(files[child])["resources"]["b"]["properties"]["d"] == {"get_file": data}
    assert files[data] == "text"


def test_templates_that_name_each_other_are_collected_once(directory):
    tree = directory(
        a_yaml=VERSION + "resources: {r: {type: b.yaml}}",
        b_yaml=VERSION + "resources: {r: {type: b.yaml}}",
    )
    _, files = collected(tree / "a.yaml")
    assert list(files) == [(tree / "b.yaml").as_uri()]


def test_a_binary_file_travels_as_base64(directory):
    tree = directory(web_yaml=VERSION + "x: {get_file: key.bin}", key_bin=b"\xff\x00")
    _, files = collected(tree / "web.yaml")
    assert base64.decodebytes(next(iter(files.values())).encode()) == b"\xff\x00"


def test_a_script_that_speaks_of_templates_is_left_as_it_is(directory):
    script = "grep heat_template_version: [ {"
    tree = directory(web_yaml=VERSION + "x: {get_file: s.sh}", s_sh=script)
    assert list(collected(tree / "web.yaml")[1].values()) == [script]


def test_types_and_functions_that_name_no_file_are_left_alone(directory):
    text = VERSION + "resources: {a: {type: OS::Heat::None, properties: {p: {get_file: {get_param: f}}}}}"
    template, files = collected(directory(web_yaml=text) / "web.yaml")
    assert template["resources"]["a"]["properties"]["p"] == {"get_file": {"get_param": "f"}}
    assert files == {}


def test_a_missing_file_is_named_with_its_place_in_the_template(directory):
    tree = directory(web_yaml=VERSION + "resources: {a: {properties: {l: [0, {get_file: gone.txt}]}}}")
    with pytest.raises(exception.StackValidationFailed) as caught:
        collected(tree / "web.yaml")
    assert "resources.a.properties.l[1].get_file: file://" in str(caught.value)
    assert str(caught.value).endswith("gone.txt: No such file or directory")


def test_what_a_child_names_and_cannot_be_had_is_said_with_the_child(directory):
    tree = directory(
        web_yaml=VERSION + "resources: {a: {type: b.yaml}}",
        b_yaml=VERSION + "resources: {c: {type: T, properties: {d: {get_file: gone.txt}}}}",
    )
    place = (
        r"In file://.*/b\.yaml: cannot read file: resources\.c\.properties\.d\.get_file: file://.*/gone\.txt: No such"
    )
    with pytest.raises(exception.StackValidationFailed, match=place):
        collected(tree / "web.yaml")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ftp://x/y.yaml", "ftp://x/y.yaml: name a file by its path, or by a URL with file, http, https"),
        ("file://elsewhere/y.yaml", "a file of the machine elsewhere can't be read"),
        ("http://[::1/y.yaml", "http://[::1/y.yaml: Invalid IPv6 URL"),
        ("a\x00.yaml", "embedded null byte"),
    ],
)
def test_a_name_that_no_file_can_have_is_refused_with_its_place(directory, name, reason):
    tree = directory(web_yaml=VERSION + f"resources: {{a: {{type: {json.dumps(name)}}}}}")
    with pytest.raises(exception.StackValidationFailed) as caught:
        collected(tree / "web.yaml")
    assert "resources.a.type: " in str(caught.value)
    assert reason in str(caught.value)


def test_a_template_that_its_own_children_name_ends(directory):
    tree = directory(
        a_yaml=VERSION + "resources: {r: {type: b.yaml}}",
        b_yaml=VERSION + "resources: {r: {type: a.yaml}, s: {type: x/b.yaml}}",
        x__b_yaml=VERSION + "resources: {r: {type: ../a.yaml}}",
    )
    _, files = collected(tree / "a.yaml")
    assert sorted(files) == [(tree / name).as_uri() for name in ("a.yaml", "b.yaml", "x/b.yaml")]


class Endless:
    """A web on which each template names another."""

    def __init__(self, size=0):
        self.count, self.size = 0, size

    def __call__(self, url):
        self.count += 1
        child = f"resources: {{r: {{type: 'http://x/{self.count}.yaml'}}}}\n"
        return (VERSION + child + "#" * self.size).encode()


def test_templates_that_name_ever_new_ones_are_refused():
    with pytest.raises(exception.StackValidationFailed, match="more than 1000 files; do they name new ones endlessly"):
        Files(Endless()).load_template("http://x/0.yaml")


def test_files_may_not_be_too_large_all_together():
    web = Endless(size=10 * 1024 * 1024)
    with pytest.raises(exception.StackValidationFailed, match="all files together have more than 67108864 bytes"):
        Files(web).load_template("http://x/0.yaml")
    assert web.count == 7


def test_a_page_of_the_web_may_not_name_files_of_this_machine():
    page = VERSION + "resources: {r: {type: T, properties: {key: {get_file: 'file:///etc/passwd'}}}}"
    with pytest.raises(
        exception.StackValidationFailed, match=r"r\.properties\.key\.get_file: .* can't name files of this"
    ):
        Files(lambda url: page.encode()).load_template("https://x/a.yaml")


def test_a_child_template_that_is_no_yaml_is_named(directory):
    tree = directory(web_yaml=VERSION + "resources: {a: {type: b.yaml}}", b_yaml="x: [")
    with pytest.raises(exception.StackValidationFailed, match=r"In file://.*/b\.yaml: "):
        collected(tree / "web.yaml")


def test_environments_merge_in_order_and_parameters_win(directory):
    tree = directory(
        a_yaml="parameters: {x: 1, m: {k: 1, l: 1}}\nparameter_defaults: {d: 1}",
        b_yaml="parameters: {x: 2, m: {k: 2}}\nparameter_defaults:",
    )
    names = [str(tree / "a.yaml"), str(tree / "b.yaml")]
    merged = load_environments(names, {"y": "3"}, Files())
    assert merged["parameters"] == {"x": 2, "m": {"k": 2}, "y": "3"}
    assert merged["parameter_defaults"] == {"d": 1}
    assert load_environments(names, {"x": "9"}, Files())["parameters"]["x"] == "9"


def test_environments_merge_as_their_strategies_say_and_what_is_given_here_stands(directory):
    tree = directory(
        a_yaml="parameters: {zones: [a], free: [x]}\nparameter_merge_strategies: {zones: merge}",
        b_yaml="parameters: {zones: [b], free: [y]}\nparameter_merge_strategies: {default: merge, free: overwrite}",
    )
    names = [str(tree / "a.yaml"), str(tree / "b.yaml")]
    template = {"parameters": {name: {"type": "comma_delimited_list"} for name in ("zones", "free")}}
    assert load_environments(names, {}, Files(), template)["parameters"] == {"zones": ["a", "b"], "free": ["y"]}
    assert load_environments(names, {"zones": "c"}, Files(), template)["parameters"]["zones"] == "c"


def test_a_resource_registry_brings_its_templates(directory):
    registry = """
    resource_registry:
      My::Type: child.yaml
      My::Alias: OS::Heat::None
      resources:
        inner: {base_url: sub, My::Type: other.yaml, hooks: pre-create}
    """
    tree = directory(env_yaml=registry, child_yaml=VERSION, sub__other_yaml=VERSION)
    files = Files()
    found = load_environments([str(tree / "env.yaml")], {}, files)["resource_registry"]
    child, other = (tree / "child.yaml").as_uri(), (tree / "sub/other.yaml").as_uri()
    assert (found["My::Type"], found["My::Alias"]) == (child, "OS::Heat::None")
    assert found["resources"]["inner"]["My::Type"] == other
    assert found["resources"]["inner"]["hooks"] == "pre-create"
    assert set(files.contents) == {child, other}


def test_an_unknown_section_of_an_environment_is_refused(directory):
    tree = directory(env_yaml="paramters: {}")
    with pytest.raises(
        exception.StackValidationFailed, match=r'env\.yaml: .*wrong section "paramters"; valid sections are par'
    ):
        load_environments([str(tree / "env.yaml")], {}, Files())


def test_a_parameter_file_is_read_from_beside_the_template(shell, directory):
    tree = directory(sub__web_yaml=VERSION, sub__key_pub="ssh-rsa AAA;=")
    path = str(tree / "sub/web.yaml")
    assert shell.run("stack", "create", "-t", path, "--parameter-file", "k=key.pub", "w") == 0
    assert shell.engine.last("create_stack")["params"]["parameters"] == {"k": "ssh-rsa AAA;="}


def test_an_update_sends_environment_and_files_too(shell, directory, template):
    tree = directory(env_yaml="resource_registry: {My::Type: child.yaml}", child_yaml=VERSION)
    shell.run("stack", "create", "-t", template(a=0), "web")
    assert shell.run("stack", "update", "--existing", "-e", str(tree / "env.yaml"), "web") == 0
    sent = shell.engine.last("update_stack")
    url = (tree / "child.yaml").as_uri()
    assert sent["params"]["resource_registry"] == {"My::Type": url}
    assert url in sent["files"]
