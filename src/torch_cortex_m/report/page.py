"""The page: one HTML file that needs nothing else, made of a document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .charts import curve, fitting, memory_chart, short_number
from .cycles import share_of_cycles, shown_cycles
from .drawing import BOX_WIDTH, boxes_of, counted, draw
from .memory import shape_text

FOLDER = Path(__file__).parent


def page(document: Mapping[str, Any]) -> str:
    """HTML with the document in it, which is shown without scripts, too."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": _count,
        "size": _size,
        "fitting": fitting,
        "broken": _broken,
        "code": _code_spans,
    }
    return environment.get_template("page.html.j2").render(
        document=document,
        data=_for_a_script(document),
        style=(FOLDER / "page.css").read_text(encoding="utf-8"),
        script=(FOLDER / "page.js").read_text(encoding="utf-8"),
        drawing=draw(boxes_of(document)),
        box_width=BOX_WIDTH,
        memory=memory_chart(document),
        curves=_curves(document),
        rows=_rows(document),
        gone=_gone(document),
        summary=_summary(document),
    )


def _for_a_script(document: Mapping[str, Any]) -> str:
    """JSON in which nothing ends a script, whatever a model's names are."""
    text = json.dumps(document)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _broken(name: str) -> Any:
    """A name that may go on in the next line behind what separates its parts."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"([/._])", r"\1<wbr>", str(escape(name))))


def _code_spans(text: str) -> Any:
    """What stands between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _size(value: int | None) -> str:
    """Bytes as a person says them."""
    if value is None:
        return "-"
    return f"{value:,} B" if value < 10_000 else f"{value / 1024:,.1f} KB"


def _summary(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(what, how much, of what it is made)."""
    total = document["total"]
    cycles = total["cycles"]
    shown = total["estimated_cycles"] if cycles is None else cycles
    parts = {"arena": total["arena_bytes"], "states": total["state_bytes"]}
    parts |= {"stack": total["stack_bytes"]}
    flash = total["flash_bytes"]
    found = [
        (
            "RAM",
            _size(total["ram_bytes"]),
            ", ".join(f"{name} {size:,} B" for name, size in parts.items() if size),
        ),
        (
            "Flash",
            _size(total["constant_bytes"] if flash is None else flash),
            f"constants {total['constant_bytes']:,} B"
            + (", code not built" if flash is None else f", code {_code(total):,} B"),
        ),
        (
            "Cycles",
            short_number(shown),
            f"{shown:,} " + ("estimated from similar layers" if cycles is None else "estimated"),
        ),
    ]
    if total["instructions"] is not None:
        exact = f"{total['instructions']:,} counted"
        found.append(("Instructions", short_number(total["instructions"]), exact))
    loss = document["loss"]
    if loss is not None and loss["sqnr"] is not None:
        found.append(("Signal to noise", f"{loss['sqnr']:.1f} dB", "of the worst output, SQNR"))
    macs = total["macs"]
    each = f"{shown / macs:.2f} cycles each" if macs else "none"
    return [*found, ("MACs", short_number(macs), each)]


def _code(total: Mapping[str, Any]) -> int:
    return total["flash_bytes"] - total["constant_bytes"]


def _rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the table has of each layer."""
    layers, removed, loss = document["layers"], document["removed"], document["loss"]
    most = max(map(shown_cycles, layers), default=0)
    return [
        {
            **layer,
            "shown_cycles": shown_cycles(layer),
            "share": 100 * share_of_cycles(document, layer),
            "bar": 100 * shown_cycles(layer) / most if most else 0.0,
            "strategy": layer["kernel"].partition("__")[2],
            "won": _won(layer),
            "loses_most": loss is not None and layer["name"] in loss["most"],
            "shapes": _shapes(document, layer),
            "fused": counted(each["op"] for each in removed if each["into"] == layer["name"]),
        }
        for layer in layers
    ]


def _shapes(document: Mapping[str, Any], layer: Mapping[str, Any]) -> str:
    names = [*layer["inputs"][:1], layer["outputs"][0]]
    values = document["values"]
    return " → ".join(shape_text(values[name]["shape"], "") for name in names)


def _won(layer: Mapping[str, Any]) -> tuple[float, str] | None:
    """(times the cycles that the next best kernel takes, its name), by one source of figures."""
    own = layer["estimated_cycles"]
    others = [(a["estimated_cycles"], a["kernel"]) for a in layer["alternatives"]]
    known = [(cycles, kernel) for cycles, kernel in others if cycles is not None]
    if not own or not known:
        return None
    cycles, kernel = min(known)
    return cycles / own, kernel.partition("__")[2]


def _gone(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was removed, but what became part of a layer."""
    names = {layer["name"] for layer in document["layers"]}
    return [each for each in document["removed"] if each["into"] not in names]


def _curves(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those with something to choose from."""
    found = document["curves"] or {}
    total = document["total"]
    kinds = (
        ("ram", "What less RAM costs", "arena", total["arena_bytes"], "tcm compile --ram BYTES"),
        ("flash", "What less flash costs", "flash", _flash(document), "tcm compile --flash BYTES"),
    )
    return [
        {
            "title": title,
            "what": what,
            "how": how,
            "now": now,
            "points": found[kind],
            "chart": curve(found[kind], now),
        }
        for kind, title, what, now, how in kinds
        if len(found.get(kind, ())) > 1 and any(point["cycles"] for point in found[kind])
    ]


def _flash(document: Mapping[str, Any]) -> int:
    """As the points of the curve count it: code that layers share once."""
    constants = sum(layer["constant_bytes"] for layer in document["layers"])
    code = sum(layer["code_bytes"] / layer["code_shared_by"] for layer in document["layers"])
    return round(constants + code)
