"""The page in a browser, if there is one: no error, nothing wider than the screen, keyboard."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from test_report import whole_document

from torch_cortex_m.report import page

BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
DARK, LIGHT = 0, 1

PROBE = """
<script>
const step = document.querySelector(".box.layer[data-step='1']");
step.focus();
const marked = [...document.querySelectorAll(".is-on")].map((each) => each.tagName.toLowerCase());
const view = document.getElementById("graph-view"), svg = document.getElementById("graph-svg");
const widths = {};
for (const key of ["0", "+", "-", "-", "0"]) {
  view.dispatchEvent(new KeyboardEvent("keydown", {key}));
  (widths[key] ??= []).push(svg.getBoundingClientRect().width);
}
const reached = (each) => each.tabIndex >= 0;
const beyond = [...document.querySelectorAll(".box.layer, [data-zoom], th button, summary")];
for (const each of document.querySelectorAll("[data-zoom]")) each.click();
const table = document.getElementById("layer-table");
const orders = {};
for (const each of table.tHead.querySelectorAll("button")) {
  each.click();
  const cells = [...table.tBodies[0].rows].map((row) => row.cells[each.closest("th").cellIndex]);
  orders[each.textContent] = cells.map((cell) => cell.dataset.value ?? cell.textContent);
}
const texts = [...document.querySelectorAll("p, td, th, summary, dd, li span")];
const sizes = texts.filter((each) => each.offsetParent).map(
  (each) => parseFloat(getComputedStyle(each).fontSize));
const small = document.querySelector("#memory table.small tbody");
small.querySelector("th").textContent = "functional_1/activation_1/Relu";
small.querySelector("small").textContent = "depthwise_conv2d_s8__row_pairs_3x3_dsp";
document.body.dataset.found = JSON.stringify({
  peak: small.closest("section").scrollWidth - small.closest("section").clientWidth,
  name: small.querySelector("th").clientWidth,
  marked, widths, orders, beyond: beyond.filter((each) => !reached(each)).length,
  boxes: beyond.length, smallest: Math.min(...sizes),
  wide: document.documentElement.scrollWidth - window.innerWidth,
  ground: getComputedStyle(document.body).backgroundColor,
  read: JSON.parse(document.getElementById("document").textContent).format,
});
</script>
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command of one that starts here."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("there is no Chromium")
    command = [found, *OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"]
    blank = [*command, "--dump-dom", "about:blank"]
    try:
        subprocess.run(blank, capture_output=True, timeout=60, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("Chromium does not start here")
    return command


def browse(browser: list[str], path: Path, width: int, scheme: int) -> dict[str, Any]:
    """What the probe found. Fails for anything that the page writes to the console."""
    command = [*browser, "--dump-dom", f"--window-size={width},900", "--enable-logging=stderr"]
    command += [f"--blink-settings=preferredColorScheme={scheme}"]
    result = subprocess.run(
        [*command, path.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    assert "CONSOLE" not in result.stderr, result.stderr
    found = re.search('data-found="([^"]*)"', result.stdout)
    assert found is not None, result.stdout[-2000:]
    return json.loads(html.unescape(found[1]))


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "x.html"
    path.write_text(page(whole_document()).replace("</body>", f"{PROBE}</body>"))
    return path


@pytest.mark.parametrize("scheme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_in_a_browser(width: int, scheme: int, browser: list[str], probed: Path) -> None:
    found = browse(browser, probed, width, scheme)
    assert found["read"] == 1
    assert found["wide"] <= 0, "the page scrolls sideways"
    assert found["peak"] <= 0, "what lies there at the peak is wider than its card"
    assert found["name"] >= 80, "names at the peak are broken into pieces"
    assert found["smallest"] >= 11
    assert {"a", "tr"} <= set(found["marked"])
    whole, larger, smaller = (found["widths"][key] for key in "0+-")
    assert larger[0] > whole[0] == whole[1] > smaller[1]
    assert found["boxes"] > 10
    assert found["beyond"] == 0, "the keyboard does not reach all that the mouse does"
    assert (sum(map(int, re.findall(r"\d+", found["ground"])[:3])) < 300) == (scheme == DARK)
    cycles = list(map(float, found["orders"]["cycles"]))
    assert cycles == sorted(cycles, reverse=True)
    assert found["orders"]["layer"] == sorted(found["orders"]["layer"], key=str.lower)


def test_the_page_prints(browser: list[str], tmp_path: Path) -> None:
    """On several sheets of paper."""
    path, paper = tmp_path / "x.html", tmp_path / "x.pdf"
    path.write_text(page(whole_document()))
    command = [*browser, f"--print-to-pdf={paper}", path.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes())) >= 3
