"""The C that puts functions and data into sections of the linker, and announces weights."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import TcmError
from ..ir.artifacts import Sections


def sections_file(owner: str) -> str:
    """The header with the macro of a model, or of linked ones."""
    return f"{owner}_sections.h"


def in_section(owner: str, section: str, name: str) -> str:
    """What stands before the definition of ``name``; nothing where the compiler chooses."""
    return f'{owner.upper()}_SECTION("{section}", {name}) ' if section else ""


def sections_header(owner: str) -> str:
    upper = owner.upper()
    return f"""#ifndef {upper}_SECTIONS_H
#define {upper}_SECTIONS_H

/* Stands before what is to lie in the section where.name; firmware may define it. */
#ifndef {upper}_SECTION
#if defined(__ELF__) || defined(__ICCARM__)
#define {upper}_SECTION(where, name) __attribute__((section(where "." #name)))
#else
#define {upper}_SECTION(where, name)
#endif
#endif

#endif
"""


def prefetch_hook(prefix: str) -> str:
    upper = prefix.upper()
    return f"""
/* Called before a layer, with its {upper}_LAYER_...; firmware may define it to bring weights. */
#ifndef {upper}_PREFETCH
#define {upper}_PREFETCH(layer) ((void)0)
#endif
"""


def prefetch_call(prefix: str, layer: str) -> str:
    """layer: its identifier."""
    return f"    {prefix.upper()}_PREFETCH({_layer_macro(prefix, layer)});\n"


def prefetch_macros(prefix: str, layers: Mapping[str, int]) -> list[str]:
    """layers: identifier -> index, as TCM_LAYER has it."""
    if not layers:
        return []
    return [
        f"/* The layers before which {prefix.upper()}_PREFETCH is called, in this order. */",
        *(f"#define {_layer_macro(prefix, name)} {index}" for name, index in layers.items()),
        "",
    ]


def _layer_macro(prefix: str, layer: str) -> str:
    return f"{prefix.upper()}_LAYER_{layer.upper()}"


def nothing_in_section(section: str, sections: Sections) -> TcmError:
    """What is wrong where layers were placed in a section, and none has anything for it."""
    names = [
        n for places in (sections.code, sections.weights) for n in places if places[n] == section
    ]
    return TcmError(
        f"nothing would lie in the section {section}",
        where="place",
        expected="layers that have weights, or code of their own",
        got=", ".join(names[:4]),
        hint="of a layer without weights place the code, by code:LAYERS=SECTION",
    )
