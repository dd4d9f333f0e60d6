"""tcm diff and budgets: what changed between two compilations, and what may not be exceeded."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import tcm
from conftest import needs_emulator
from emitted_graphs import small_graph
from hostile_text import HOSTILE
from small_graphs import Builder, compiled

from torch_cortex_m import CompiledModel, TcmError
from torch_cortex_m.commands import diff_folders, profile_folder
from torch_cortex_m.commands.markdown import cell, comparison_page, profile_page
from torch_cortex_m.commands.profile import report_table
from torch_cortex_m.cycles import CYCLE_MODELS
from torch_cortex_m.generate import generate
from torch_cortex_m.model.budgets import Budgets
from torch_cortex_m.model.comparison import Change, compare
from torch_cortex_m.model.comparison_data import DIFF_SCHEMA, comparison_data
from torch_cortex_m.model.part_report import PartReport
from torch_cortex_m.model.report import LayerReport, Report, StateReport
from torch_cortex_m.model.saved_report import read_report
from torch_cortex_m.target import CORES

LAYERS = (
    LayerReport("conv", "conv2d", "conv2d_s8__columns_dsp", 1000, 1200, "net.py:3", 1500),
    LayerReport("out", "linear", "linear_s8__matrix_dsp", 100, 140, "net.py:4", 200),
)
BEFORE = Report(
    "cortex-m4",
    LAYERS,
    arena_bytes=600,
    arena_lower_bound=600,
    constant_bytes=900,
    flash_bytes=2000,
    stack_bytes=100,
    instructions=1400,
    cycles=1800,
    cycles_model="an estimate",
    states=(StateReport("h", 40),),
    state_bytes=40,
)
FASTER = replace(LAYERS[0], kernel="conv2d_s8__winograd_dsp", instructions=1000, cycles=1100)
ADDED = LayerReport("softmax", "softmax", "softmax_s8__once", 0, 60, "net.py:5", 80)
AFTER = replace(
    BEFORE,
    layers=(FASTER, replace(LAYERS[1], source="net.py:9"), ADDED),
    flash_bytes=2300,
    instructions=1260,
    cycles=1480,
)
SIZED = replace(
    BEFORE,
    layers=(
        replace(LAYERS[0], constant_bytes=800, code_bytes=500, ram_bytes=600),
        replace(LAYERS[1], constant_bytes=100, code_bytes=300, ram_bytes=32),
    ),
)


def with_last(**fields: int) -> Report:
    """SIZED with another last layer."""
    return replace(SIZED, layers=(SIZED.layers[0], replace(SIZED.layers[1], **fields)))


CHEAPER = with_last(cycles=190, ram_bytes=64, constant_bytes=140)


def test_totals_and_layers_that_changed() -> None:
    comparison = compare(BEFORE, AFTER)
    assert comparison.totals["flash"] == Change(2000, 2300)
    assert comparison.totals["RAM"] == Change(740, 740)
    assert [layer.name for layer in comparison.layers] == ["conv", "softmax"]
    conv, softmax = comparison.layers
    assert conv.kernels == "conv2d_s8__columns_dsp -> conv2d_s8__winograd_dsp"
    assert conv.costs["cycles"] == Change(1500, 1100)
    assert softmax.kernels == "none -> softmax_s8__once"
    assert softmax.costs["instructions"] == Change(None, 60)


def test_what_is_equal_or_unknown() -> None:
    assert compare(BEFORE, BEFORE).layers == ()
    plain = Report("host", (), 10, 10, 20)
    assert set(compare(plain, plain).totals) == {"arena", "constants", "MACs"}
    assert [name for name in compare(AFTER, BEFORE).layers if name.after is None]


@pytest.mark.parametrize(
    ("fields", "cost", "change"),
    [
        ({"constant_bytes": 140}, "flash", Change(400, 440)),
        ({"code_bytes": 280}, "flash", Change(400, 380)),
        ({"ram_bytes": 64}, "RAM", Change(32, 64)),
        ({"cycles": 210}, "cycles", Change(200, 210)),
        ({"instructions": 141}, "instructions", Change(140, 141)),
        ({"macs": 90}, "MACs", Change(100, 90)),
        ({"copied_bytes": 9}, "copied", Change(0, 9)),
    ],
)
def test_a_layer_of_which_one_cost_alone_changed(
    fields: dict[str, int], cost: str, change: Change
) -> None:
    (layer,) = compare(SIZED, with_last(**fields)).layers
    assert layer.name == "out"
    assert layer.changed == {cost: change}


def test_what_one_side_does_not_know_is_no_change_of_a_layer() -> None:
    """Profiles of earlier versions have no sizes of layers."""
    assert compare(BEFORE, SIZED).layers == compare(SIZED, BEFORE).layers == ()
    (layer,) = compare(BEFORE, with_last(macs=90)).layers
    assert list(layer.changed) == ["MACs"]
    (added,) = compare(replace(SIZED, layers=SIZED.layers[:1]), SIZED).layers
    assert list(added.changed) == ["instructions", "cycles", "RAM", "flash", "MACs"]


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [(200, 150, -25), (200, 200, 0), (0, 0, 0), (0, 3, None), (None, 3, None), (3, None, None)],
)
def test_percent(before: int | None, after: int | None, percent: float | None) -> None:
    assert Change(before, after).percent == percent


def test_budgets_are_kept_up_to_their_number() -> None:
    exact = Budgets(cycles=1800, instructions=1400, ram=740, flash=2000)
    assert exact.exceeded(BEFORE) == []
    for name, text in (
        ("cycles", "cycles: 1,800, at most 1,799"),
        ("ram", "RAM: 740, at most 739"),
    ):
        budgets = replace(exact, **{name: getattr(exact, name) - 1})
        assert budgets.exceeded(BEFORE) == [text]
    assert len(Budgets(0, 0, 0, 0).exceeded(BEFORE)) == 4


def test_growth() -> None:
    comparison = compare(BEFORE, AFTER)
    assert Budgets(growth=15).outgrown(comparison) == []
    told = ["flash: 2,000 -> 2,300 (+15.00 %), at most +14.9 %"]
    assert Budgets(growth=14.9).outgrown(comparison) == told
    assert Budgets().outgrown(comparison) == []


def test_a_budget_of_what_was_not_measured_is_told() -> None:
    for budgets in (Budgets(cycles=1), Budgets(ram=1), Budgets(flash=1), Budgets(instructions=1)):
        with pytest.raises(TcmError, match="no figure to hold against the budget"):
            budgets.exceeded(Report("host", (), 10, 10, 20))


def test_a_budget_of_the_loss() -> None:
    report = replace(BEFORE, sqnr=34.0)
    assert report.loss == 1.995
    assert Budgets(loss=1.995).exceeded(report) == []
    assert Budgets(loss=1.9).exceeded(report) == ["loss, %: 1.995, at most 1.9"]
    assert compare(replace(BEFORE, sqnr=40.0), report).totals["loss, %"].difference == 0.995
    assert "| loss, % | 1.995 | 1.9 | **over** |" in profile_page(report, Budgets(loss=1.9))
    with pytest.raises(TcmError, match="nobody knows what quantization costs"):
        Budgets(loss=99.0).exceeded(BEFORE)


@pytest.mark.parametrize(
    ("core", "budgets", "text"),
    [
        ("cortex-m4", Budgets(loss=1.0), "nobody knows what quantization costs"),
        ("cortex-m85", Budgets(cycles=1), "no figure to hold against the budget of cycles"),
    ],
)
def test_what_will_not_be_known_is_told_before_measuring(
    core: str, budgets: Budgets, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = CompiledModel(generate(small_graph(), CORES[core]))
    folder = model.save(tmp_path / "out")

    def measured(*_: object, **__: object) -> None:
        pytest.fail("it was measured")

    monkeypatch.setattr(CompiledModel, "profile", measured)
    with pytest.raises(TcmError, match=text):
        profile_folder(folder, None, None, None, False, False, budgets)
    with pytest.raises(TcmError, match=text):
        diff_folders(folder, folder, False, False, budgets)


def test_the_footer_of_a_profile_is_short() -> None:
    m4 = replace(BEFORE, cycles_model=CYCLE_MODELS["cortex-m4"].text)
    assert report_table(m4).caption == (
        "RAM: arena 600 B, states 40 B, stack 100 B. Instructions (instr.) are exact. "
        "Cycles: zero-wait-state estimate by published instruction timings; 0.98-0.99 of what "
        "silicon takes. --part adds what flash and caches cost (docs/performance.md)."
    )
    part = PartReport("stm32f411", "by its manual", 1, 2, (1900, 2100), (19, 21))
    caption = str(report_table(replace(m4, part=part)).caption)
    assert caption.startswith("On stm32f411: ")
    assert "--part" not in caption
    unknown = str(report_table(replace(BEFORE, cycles=None, cycles_model=None)).caption)
    assert unknown.endswith("are exact.")


def saved(report: Report, path: Path) -> Path:
    path.write_text(json.dumps(report.as_data()))
    return path


def test_a_saved_profile_is_read(tmp_path: Path) -> None:
    assert read_report(saved(BEFORE, tmp_path / "a.json")) == BEFORE
    plain = Report("host", (), 10, 10, 20)
    assert read_report(saved(plain, tmp_path / "b.json")) == plain
    assert read_report(saved(SIZED, tmp_path / "sized.json")) == SIZED
    lossy = replace(BEFORE, sqnr=31.5)
    assert read_report(saved(lossy, tmp_path / "c.json")) == lossy
    data = BEFORE.as_data()
    del data["total"]["sqnr"]  # as earlier versions wrote it
    for layer in data["layers"]:
        del layer["constant_bytes"], layer["code_bytes"], layer["ram_bytes"]
    (tmp_path / "d.json").write_text(json.dumps(data))
    assert read_report(tmp_path / "d.json") == BEFORE


@pytest.mark.parametrize("text", ["", "{}", "[]", "3", '{"total": 1}', "[" * 100_000, "\xff"])
def test_what_is_no_profile(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(TcmError, match=r"not a profile[\s\S]*x\.json"):
        read_report(path)


def test_numbers_of_a_saved_profile_are_checked(tmp_path: Path) -> None:
    for wrong in (-1, 1.5, "3", True, [1]):
        data = BEFORE.as_data()
        data["total"]["flash_bytes"] = wrong
        (tmp_path / "x.json").write_text(json.dumps(data))
        with pytest.raises(TcmError, match="is no count"):
            read_report(tmp_path / "x.json")
    for wrong in ("3", float("nan"), [1]):
        data = BEFORE.as_data()
        data["total"]["sqnr"] = wrong
        (tmp_path / "x.json").write_text(json.dumps(data))
        with pytest.raises(TcmError, match="is no ratio"):
            read_report(tmp_path / "x.json")


def test_pages_of_markdown() -> None:
    page = profile_page(BEFORE, Budgets(cycles=1800, flash=1999))
    assert "| cycles | 1,800 | 1,800 | kept |" in page
    assert "| flash | 2,000 | 1,999 | **over** |" in page
    assert "| conv | conv2d\\_s8\\_\\_columns\\_dsp | 1,000 | 1,200 | 1,500 |" in page
    page = comparison_page("a", "b", compare(BEFORE, AFTER))
    assert "| flash | 2,000 | 2,300 | +300 | +15.00 |" in page
    assert "| softmax | none -\\> softmax\\_s8\\_\\_once | instructions |  | 60 |  |  |" in page
    page = comparison_page("a", "b", compare(SIZED, CHEAPER))
    assert page.splitlines()[-7:-2] == [
        "| layer | kernel | cost | before | after | change | % |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| out | linear\\_s8\\_\\_matrix\\_dsp | cycles | 200 | 190 | -10 | -5.00 |",
        "|  |  | RAM | 32 | 64 | +32 | +100.00 |",
        "|  |  | flash | 400 | 440 | +40 | +10.00 |",
    ]
    assert "No layer changed." in comparison_page("a", "b", compare(BEFORE, BEFORE))


def test_the_terminal_shows_what_changed_of_each_layer(tmp_path: Path) -> None:
    before, after = saved(SIZED, tmp_path / "a.json"), saved(CHEAPER, tmp_path / "b.json")
    shown = tcm("diff", before, after).stdout
    rows = [line.split() for line in shown.partition("layer")[2].splitlines()]
    assert rows[2:5] == [
        ["out", "cycles", "200", "190", "-10", "-5.00"],
        ["linear_s8__matrix_dsp", "RAM", "32", "64", "+32", "+100.00"],
        ["flash", "400", "440", "+40", "+10.00"],
    ]
    assert max(map(len, shown.splitlines())) <= 100


def test_a_kernel_alone_that_changed_is_shown(tmp_path: Path) -> None:
    other = replace(SIZED.layers[1], kernel="linear_s8__other")
    changed = replace(SIZED, layers=(SIZED.layers[0], other))
    before, after = saved(SIZED, tmp_path / "a.json"), saved(changed, tmp_path / "b.json")
    assert "linear_s8__other" in tcm("diff", before, after).stdout
    row = r"| out | linear\_s8\_\_matrix\_dsp -\> linear\_s8\_\_other |  |  |  |  |  |"
    assert row in tcm("diff", before, after, "--markdown").stdout


def test_the_comparison_as_data(tmp_path: Path) -> None:
    before, after = saved(SIZED, tmp_path / "a.json"), saved(CHEAPER, tmp_path / "b.json")
    data = json.loads(tcm("diff", before, after, "--json").stdout)
    assert (data["before"], data["after"]) == (str(before), str(after))
    assert data["totals"]["arena_bytes"] == {
        "before": 600,
        "after": 600,
        "difference": 0,
        "percent": 0,
    }
    (layer,) = data["layers"]
    assert layer["name"] == "out"
    assert layer["before"] == {"op": "linear", "kernel": "linear_s8__matrix_dsp"}
    percents = {name: cost["percent"] for name, cost in layer["costs"].items()}
    assert percents == {
        "instructions": 0,
        "cycles": -5,
        "ram_bytes": 100,
        "flash_bytes": 10,
        "macs": 0,
        "copied_bytes": 0,
    }


def test_the_data_is_what_its_schema_says() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads(DIFF_SCHEMA.read_text()))
    lossy = replace(AFTER, sqnr=20.0)
    pairs = [(BEFORE, AFTER), (AFTER, SIZED), (SIZED, CHEAPER), (lossy, lossy)]
    for pair in pairs:
        data = json.loads(json.dumps(comparison_data("a", "b", compare(*pair))))
        validator.validate(data)
        for wrong in ({"format": 2}, {"totals": {"x": 1}}, {"layers": [{}]}, {"more": 1}):
            assert not validator.is_valid({**data, **wrong})


def two_layers(filters: int) -> CompiledModel:
    build = Builder()
    first = build.conv(build.input(1, 4, 4, 8), filters)
    build.output(build.conv(first, 4, "last"))
    return compiled(build, "cortex-m4")


@needs_emulator
def test_sizes_of_layers_are_those_of_the_report(tmp_path: Path) -> None:
    models = [two_layers(8), two_layers(12)]
    old, new = (model.save(tmp_path / str(i)) for i, model in enumerate(models))
    kept = tmp_path / "old.json"
    kept.write_text(tcm("profile", old, "--json").stdout)
    known = [
        {layer["name"]: layer for layer in model.report.document(curves=False)["layers"]}
        for model in models
    ]
    for before in (old, kept):
        layers = json.loads(tcm("diff", before, new, "--json").stdout)["layers"]
        assert [layer["name"] for layer in layers] == list(known[0])
        for layer in layers:
            for when, reported in zip(("before", "after"), known, strict=True):
                found = {cost: layer["costs"][cost][when] for cost in ("ram_bytes", "flash_bytes")}
                entry = reported[layer["name"]]
                assert found == {
                    "ram_bytes": entry["ram_bytes"],
                    "flash_bytes": entry["constant_bytes"] + entry["code_bytes"],
                }


def test_layers_of_models_for_this_computer_have_sizes_without_measuring(tmp_path: Path) -> None:
    builds = [Builder(), Builder()]
    for build, filters in zip(builds, (4, 6), strict=True):
        build.output(build.conv(build.input(1, 4, 4, 8), filters))
    old, new = (compiled(b, "host").save(tmp_path / str(i)) for i, b in enumerate(builds))
    (layer,) = json.loads(tcm("diff", old, new, "--json").stdout)["layers"]
    assert layer["costs"]["flash_bytes"]["difference"] > 0
    assert layer["costs"]["cycles"]["after"] is None


@pytest.mark.parametrize("text", HOSTILE)
def test_names_stay_in_their_cells(text: str) -> None:
    shown = cell(text)
    assert "\n" not in shown
    assert shown.replace("\\|", "").count("|") == 0
    assert shown.replace("\\<", "").count("<") == 0


def test_the_command(tmp_path: Path) -> None:
    before, after = saved(BEFORE, tmp_path / "a.json"), saved(AFTER, tmp_path / "b.json")
    same = tcm("diff", before, before)
    assert (same.returncode, same.stderr) == (0, "")
    assert "no layer changed" in same.stdout
    limits = ["--max-growth", "10", "--max-flash", "2299", "--max-cycles", "1480"]
    result = tcm("diff", before, after, *limits)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "tcm: over budget: flash: 2,300, at most 2,299",
        "tcm: over budget: flash: 2,000 -> 2,300 (+15.00 %), at most +10 %",
    ]
    assert "conv2d_s8__winograd_dsp" in result.stdout
    page = tcm("diff", before, after, "--markdown")
    assert (page.returncode, page.stdout[:3]) == (0, "###")
    lossy = saved(replace(AFTER, sqnr=20.0), tmp_path / "lossy.json")
    result = tcm("diff", before, lossy, "--max-loss", "9.9")
    assert result.returncode == 1
    assert result.stderr == "tcm: over budget: loss, %: 10.0, at most 9.9\n"
    missing = tcm("diff", before, tmp_path / "c.json")
    assert missing.returncode == 2
    assert "not a profile" in missing.stderr
