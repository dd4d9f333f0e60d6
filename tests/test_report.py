"""The report: one document that says all, and the page that shows it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_graphs import Builder, compiled

from torch_cortex_m import TcmError
from torch_cortex_m.model.ranges import value_ranges
from torch_cortex_m.model.report import Report
from torch_cortex_m.report import SCHEMA, page
from torch_cortex_m.report.charts import curve


def branches() -> Builder:
    """Two branches that meet, of which one is longer."""
    build = Builder()
    x = build.input(1, 8, 6, 4)
    first = build.conv(x, 8)
    second = build.conv(build.conv(first, 8), 8)
    build.output(build.conv(build.node("concatenate", first, second, axis=3), 4))
    return build


@cache
def whole_document() -> dict[str, Any]:
    return compiled(branches(), "cortex-m4").report.document()


@pytest.fixture
def document() -> dict[str, Any]:
    return whole_document()


def test_every_layer_has_what_is_known_of_it(document: dict[str, Any]) -> None:
    names = [layer["name"] for layer in document["layers"]]
    assert names == document["memory"]["steps"]
    for layer in document["layers"]:
        assert layer["kernel"] not in {other["kernel"] for other in layer["alternatives"]}
        assert layer["estimated_cycles"] is None or layer["estimated_cycles"] > 0


def test_the_document_is_what_its_schema_says(document: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    validator.validate(json.loads(json.dumps(document)))
    for wrong in ({"format": 2}, {"name": None}, {"layers": [{}]}, {"more": 1}):
        assert not validator.is_valid({**document, **wrong})


def test_the_page_shows_what_was_fused_and_what_was_removed(document: dict[str, Any]) -> None:
    into = document["layers"][1]["name"]
    fused = {"name": "a.relu", "op": "relu", "by": "fuse_clamps", "into": into}
    gone = {"name": "b.dropout", "op": "identity", "by": "remove_no_ops", "into": ""}
    before, after = page(document), page({**document, "removed": [fused, gone]})
    assert "relu" not in before
    assert "<br>with relu" in after
    assert after.count("relu</text>") == before.count("relu</text>") + 1
    assert "<code>b.dropout</code> (identity), by remove no ops" in after


def test_memory_says_what_the_plan_takes(document: dict[str, Any]) -> None:
    memory = document["memory"]
    ends = [block["offset"] + block["bytes"] for block in memory["blocks"]]
    assert max(ends) <= document["total"]["arena_bytes"]
    assert memory["peak"]["bytes"] == max(memory["bytes_in_use"])


def test_a_page_with_hostile_names() -> None:
    build = Builder()
    name = "</script><script>alert(1)</script>"
    build.graph.rename(build.conv(build.input(1, 2, 2, 4), 4), name)
    build.output(name)
    text = page(compiled(build, "cortex-m4").report.document(curves=False))
    assert text.count("<script>") == 1
    assert "alert(1)</script>" not in text


def test_files(tmp_path: Path) -> None:
    report = compiled(branches(), "cortex-m4").report
    report.save(tmp_path / "new" / "x.html", curves=False)
    report.save(tmp_path / "x.json", curves=False)
    assert json.loads((tmp_path / "x.json").read_text()) == report.document(curves=False)
    with pytest.raises(TcmError, match=r"\.html or \.json"):
        report.save(tmp_path / "x.pdf")
    with pytest.raises(TcmError, match="cannot write the report"):
        report.save(tmp_path / "x.json" / "y.html", curves=False)
    with pytest.raises(TcmError, match="no graph"):
        Report("cortex-m4", (), 0, 0, 0).save(tmp_path / "x.html")


def test_ranges_of_values() -> None:
    graph = branches().graph
    low = value_ranges(graph, [[np.full((1, 8, 6, 4), -128, np.int8)]])
    assert low.keys() == {node.output for node in graph.nodes}
    assert all(-128 <= each["least"] <= each["most"] <= 127 for each in low.values())


@pytest.mark.parametrize(
    ("millions", "label"), [((1, 2, 3), "cycles"), ((1, 9, 81), "cycles (log)")]
)
def test_choices_that_differ_much_all_have_room_on_a_curve(
    millions: tuple[int, int, int], label: str
) -> None:
    points = [{"bytes": 100 * i, "cycles": n * 10**6} for i, n in enumerate(millions, 1)]
    found = curve(points, 100)
    first, second, third = (point.y for point in found.points)
    assert found.cycles == label
    assert first - second == pytest.approx(second - third, abs=0.2)
    assert all(found.top <= tick.at <= found.bottom for tick in found.up)
    assert len(found.up) >= 3
