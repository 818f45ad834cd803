"""Pictures of stacks: every resource and every tie is in them, whatever they are called and however many they are."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatlite.drawing import markup
from heatlite.drawing.dot import dot
from heatlite.drawing.layers import Bend, depths, layered
from heatlite.drawing.page import graph_page
from heatlite.drawing.picture import Picture, Section, State, Vertex, state_of
from heatlite.drawing.place import BOX_HEIGHT, BOX_WIDTH, placed, spread
from heatlite.drawing.simplify import order, without_circles, without_detours
from heatlite.drawing.svg import svg

SVG = "{http://www.w3.org/2000/svg}"


def vertex(name: str, **more: str) -> Vertex:
    return Vertex(name, "OS::Heat::Value", State.COMPLETE, "CREATE_COMPLETE", **more)


def picture(edges: dict[str, tuple[str, ...]]) -> Picture:
    section = Section("web", "CREATE_COMPLETE", State.COMPLETE, tuple(map(vertex, edges)), edges)
    return Picture((section,), "today")


GRAPHS = (
    st.integers(1, 25)
    .flatmap(
        lambda count: st.fixed_dictionaries(
            {f"r{at}": st.sets(st.integers(0, count - 1), max_size=4) for at in range(count)}
        )
    )
    .map(lambda found: {name: tuple(f"r{at}" for at in sorted(it)) for name, it in found.items()})
)
"""Any graphs, circles included."""


SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""No time limit for one example: the machine may be busy."""


def reachable(edges: dict[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    below: dict[str, set[str]] = {}
    for name in order(edges):
        below[name] = {each for required in edges[name] for each in {required, *below[required]}}
    return {(name, each) for name, found in below.items() for each in found}


@given(GRAPHS)
@SETTINGS
def test_without_circles_there_is_an_order_and_nothing_but_circles_is_lost(edges):
    edges = {name: tuple(each for each in it if each != name) for name, it in edges.items()}
    acyclic = without_circles(edges)
    assert sorted(order(acyclic)) == sorted(edges)
    for name, required in edges.items():
        lost = set(required) - set(acyclic[name])
        assert all((each, name) in reachable(acyclic) for each in lost)
    assert without_circles(acyclic) == acyclic


@given(GRAPHS)
@SETTINGS
def test_without_detours_the_same_can_be_reached_by_fewer_edges(edges):
    acyclic = without_circles(edges)
    reduced = without_detours(acyclic)
    assert reachable(reduced) == reachable(acyclic)
    assert all(set(reduced[name]) <= set(acyclic[name]) for name in acyclic)


@given(GRAPHS)
@SETTINGS
def test_each_stands_right_of_what_it_requires_and_no_two_boxes_overlap(edges):
    acyclic = without_circles(edges)
    graph = layered(acyclic)
    places = placed(graph).points
    boxes = [place for place in places if isinstance(place, str)]
    assert sorted(boxes) == sorted(edges)
    for name, required in acyclic.items():
        assert all(places[each][0] + BOX_WIDTH < places[name][0] for each in required)
    for one, other in itertools.combinations(boxes, 2):
        (x, y), (u, v) = places[one], places[other]
        assert abs(x - u) >= BOX_WIDTH or abs(y - v) >= BOX_HEIGHT


def test_an_edge_over_a_layer_bends_there():
    graph = layered({"a": (), "b": ("a",), "c": ("b", "a")})
    assert graph.chains["a", "c"] == ("a", Bend("a", "c", 1), "c")
    assert depths({"a": (), "b": ("a",), "c": ("b", "a")}) == {"a": 0, "b": 1, "c": 2}


def test_a_high_layer_is_folded_and_told_apart():
    found = placed(layered({f"r{at}": () for at in range(1000)}))
    assert found.height < 4 * found.width
    assert found.height < 4000
    assert len(found.bands) == 1


def test_places_are_as_near_to_what_is_wanted_as_their_order_allows():
    assert spread([0, 100], [0, 10]) == [0, 100]
    assert spread([50, 50], [0, 10]) == [45, 55]
    assert spread([90, 0, 0], [0, 10, 20]) == [20, 30, 40]


NASTY = '</script><script>alert(1)</script> & "quotes" \x00\x0b \\ \ud800'


def test_what_users_write_stays_text():
    section = Section(NASTY, NASTY, State.FAILED, (vertex(NASTY, reason=NASTY), vertex("b")), {"b": (NASTY,)})
    drawn = Picture((section,), "today")
    root = ElementTree.fromstring(svg(drawn))
    names = [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "name"]
    assert len(names) == 2

    class Tags(HTMLParser):
        scripts = 0

        def handle_starttag(self, tag, attrs):
            self.scripts += tag == "script"

    tags = Tags()
    tags.feed(graph_page(drawn))
    assert tags.scripts == 1
    assert "</script><script>" not in markup.data([NASTY])
    assert '"quotes" ' not in dot(drawn)


def test_a_page_needs_nothing_from_elsewhere():
    page = graph_page(picture({"a": (), "b": ("a",)}))
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert " src=" not in page


def test_every_resource_and_every_tie_is_in_the_picture():
    root = ElementTree.fromstring(svg(picture({"a": (), "b": ("a",), "c": ("b",), "d": ("c", "a", "nobody")})))
    edges = {(it.get("data-from"), it.get("data-to")) for it in root.iter(f"{SVG}path") if it.get("class") == "edge"}
    assert edges == {("a", "b"), ("b", "c"), ("c", "d")}
    assert {it.get("data-name") for it in root.iter(f"{SVG}g")} >= {"a", "b", "c", "d"}


def test_dot_has_a_cluster_for_each_stack_and_every_edge():
    inner = Section("web › group", "CREATE_COMPLETE", State.COMPLETE, (vertex("0"),))
    outer = Section("web", "X", State.COMPLETE, (vertex("group", holds="web › group"), vertex("z")), {"z": ("group",)})
    text = dot(Picture((outer, inner)))
    assert text.count("subgraph cluster_") == 2
    assert '"web/group" -> "web/z"' in text
    assert '"web/group" -> "web › group/0" [style=dotted' in text


@pytest.mark.parametrize(
    ("action", "status", "state"),
    [
        ("INIT", "COMPLETE", State.WAITING),
        ("CREATE", "IN_PROGRESS", State.IN_PROGRESS),
        ("UPDATE", "FAILED", State.FAILED),
        ("CHECK", "COMPLETE", State.COMPLETE),
    ],
)
def test_the_state_of_a_resource_is_one_of_four(action, status, state):
    assert state_of(action, status) is state


def test_a_long_name_keeps_its_beginning_and_its_end():
    assert markup.shortened("abcdefghij", 10) == "abcdefghij"
    assert markup.shortened("abcdefghijk", 10) == "abcdef…ijk"
    assert markup.width(markup.shortened("日本語日本語日本語", 10)) <= 10
