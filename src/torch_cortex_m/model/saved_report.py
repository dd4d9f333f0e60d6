"""A report from the file that ``tcm profile --json`` printed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import TcmError
from ..paths import check_no_device
from ..text import unreadable
from .report import LayerReport, Report, StateReport


def read_report(path: Path) -> Report:
    """The report without what folding saved. Raises TcmError if the file has none."""
    try:
        check_no_device(path)
        return _report(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TcmError(
            "not a profile",
            where=str(path),
            expected="a folder that tcm compile wrote, or what tcm profile --json printed",
            got=unreadable(error),
            hint="tcm profile FOLDER --json > profile.json writes one",
        ) from None


def _report(data: Mapping[str, Any]) -> Report:
    total = data["total"]
    return Report(
        target=str(data["target"]),
        layers=tuple(map(_layer, data["layers"])),
        cycles_model=data["cycles_model"] and str(data["cycles_model"]),
        states=tuple(StateReport(str(s["name"]), _count(s["bytes"])) for s in data["states"]),
        arena_bytes=_count(total["arena_bytes"]),
        arena_lower_bound=_count(total["arena_lower_bound"]),
        constant_bytes=_count(total["constant_bytes"]),
        state_bytes=_count(total["state_bytes"]),
        flash_bytes=_optional(total["flash_bytes"]),
        stack_bytes=_optional(total["stack_bytes"]),
        instructions=_optional(total["instructions"]),
        cycles=_optional(total["cycles"]),
        sqnr=_decibels(total.get("sqnr")),
    )


def _layer(data: Mapping[str, Any]) -> LayerReport:
    return LayerReport(
        str(data["name"]),
        str(data["op"]),
        str(data["kernel"]),
        _count(data["macs"]),
        _optional(data["instructions"]),
        str(data["source"]),
        _optional(data["cycles"]),
        _count(data["copied_bytes"]),
        # the files of earlier versions have no sizes of layers
        *(_optional(data.get(size)) for size in ("constant_bytes", "code_bytes", "ram_bytes")),
    )


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value


def _decibels(value: Any) -> float | None:
    """None also in the files of earlier versions."""
    if value is not None and not (isinstance(value, int | float) and math.isfinite(value)):
        raise ValueError(f"{value!r} is no ratio")
    return value


def _optional(value: Any) -> int | None:
    return None if value is None else _count(value)
