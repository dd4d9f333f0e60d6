"""tcm diff and budgets: what changed between two compilations, and what may not be exceeded."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import tcm
from emitted_graphs import small_graph
from hostile_text import HOSTILE

from torch_cortex_m import CompiledModel, TcmError
from torch_cortex_m.commands import diff_folders, profile_folder
from torch_cortex_m.commands.markdown import cell, comparison_page, profile_page
from torch_cortex_m.commands.profile import report_table
from torch_cortex_m.cycles import CYCLE_MODELS
from torch_cortex_m.generate import generate
from torch_cortex_m.model.budgets import Budgets
from torch_cortex_m.model.comparison import Change, compare
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


def test_totals_and_layers_that_changed() -> None:
    comparison = compare(BEFORE, AFTER)
    assert comparison.totals["flash"] == Change(2000, 2300)
    assert comparison.totals["RAM"] == Change(740, 740)
    assert [layer.name for layer in comparison.layers] == ["conv", "softmax"]
    conv, softmax = comparison.layers
    assert conv.kernels == "conv2d_s8__columns_dsp -> conv2d_s8__winograd_dsp"
    assert conv.cycles == Change(1500, 1100)
    assert softmax.kernels == "none -> softmax_s8__once"
    assert softmax.instructions == Change(None, 60)


def test_what_is_equal_or_unknown() -> None:
    assert compare(BEFORE, BEFORE).layers == ()
    plain = Report("host", (), 10, 10, 20)
    assert set(compare(plain, plain).totals) == {"arena", "constants", "MACs"}
    assert [name for name in compare(AFTER, BEFORE).layers if name.after is None]


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
        diff_folders(folder, folder, False, budgets)


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
    lossy = replace(BEFORE, sqnr=31.5)
    assert read_report(saved(lossy, tmp_path / "c.json")) == lossy
    data = plain.as_data()
    del data["total"]["sqnr"]  # as earlier versions wrote it
    (tmp_path / "d.json").write_text(json.dumps(data))
    assert read_report(tmp_path / "d.json") == plain


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
    assert "| softmax | none -\\> softmax\\_s8\\_\\_once |  | 60 |  |" in page
    assert "No layer changed." in comparison_page("a", "b", compare(BEFORE, BEFORE))


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
