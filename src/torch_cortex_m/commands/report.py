"""tcm report."""

from __future__ import annotations

import sys
from pathlib import Path

from ..errors import TcmError
from ..model.report_files import check_form, write_report
from .arrays import read_inputs
from .terminal import terminal
from .tuned import load_tuned


def report_folder(
    folder: Path,
    html: Path | None,
    json: Path | None,
    inputs: Path | None,
    tuning: Path | None,
    *,
    measure: bool,
    curves: bool,
) -> None:
    """Writes all that is known of a compiled folder; raises TcmError."""
    for path in (html, json):
        if path is not None:
            check_form(path)
    compiled = load_tuned(folder, tuning)
    given = read_inputs(inputs, compiled.graph)
    console = terminal(stderr=True)
    with console.status("reading"):
        ranges = compiled.value_ranges(*given) if given else None
    report = compiled.report
    if measure and compiled.target.machine is not None:
        with console.status("measuring on the emulated core"):
            try:
                report = compiled.profile(*given)
            except TcmError as error:
                print(f"tcm: warning: nothing was measured: {error}", file=sys.stderr)
    with console.status("asking what less memory would cost" if curves else "writing"):
        document = report.document(curves=curves, ranges=ranges)
    for path in (html, json):
        if path is not None:
            print(write_report(path, lambda: document))
