"""Disassembled instruction -> Operation: its kind, and the registers that it reads and writes.

A mnemonic is matched from its beginning, so that what IT and VPST append (a condition, "t", "e")
needs no care.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .operation import BRANCHES, Kind, Operation

_CONDITION = "(eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?"
_REGISTER = re.compile(r"\b(r\d+|sp|lr|pc|s\d+|d\d+|q\d)\b")
_RANGE = re.compile(r"\b([rsdq])(\d+)-[rsdq](\d+)\b")

_KINDS = [
    (rf"bl{_CONDITION}$", Kind.CALL),
    (rf"(bx|blx|bxns|blxns|tbb|tbh){_CONDITION}$", Kind.INDIRECT_BRANCH),
    (rf"(b{_CONDITION}|cbn?z)$", Kind.BRANCH),
    (r"(le|letp)$", Kind.LOOP_END),
    (r"(dls|dlstp|wls|wlstp|lctp)\b", Kind.LOOP_START),
    (r"(it[te]*|vpst[te]*)$", Kind.CONDITION),
    (r"(ldm|pop|vldm|vpop)", Kind.LOAD_MULTIPLE),
    (r"(stm|push|vstm|vpush)", Kind.STORE_MULTIPLE),
    (rf"ldrd{_CONDITION}$", Kind.LOAD_PAIR),
    (rf"strd{_CONDITION}$", Kind.STORE_PAIR),
    (r"(ldr|pld)", Kind.LOAD),
    (r"str", Kind.STORE),
    (r"(sdiv|udiv)", Kind.DIVIDE),
    (r"(smull|umull)", Kind.MULTIPLY_LONG),
    (r"(smlal|umlal|umaal|smlsld)", Kind.MULTIPLY_ADD_LONG),
    (r"(mla|mls|smla|smmla|smmls|smlsd|usada8)", Kind.MULTIPLY_ADD),
    (r"(mul|smul|smmul|smuad|smusd|usad8)", Kind.MULTIPLY),
    (r"([su]xta?[bh]|[su]bfx|bf[ci]|pkh|rev|rbit|clz|[su]sat|sel)", Kind.BITFIELD),
    (r"(u?q|uh|sh|[su])d?(add|sub|asx|sax)(8|16)?", Kind.BITFIELD),
]
_VECTOR_KINDS = [
    (r"vldr|vld[24]", Kind.VECTOR_LOAD),
    (r"vstr|vst[24]", Kind.VECTOR_STORE),
    (r"(vpt|vcmp)", Kind.VECTOR_COMPARE),
    (r"v(q?mov|q?r?shr)u?n", Kind.VECTOR_NARROW),
    (r"v(q?rsh[lr]|qshl)", Kind.VECTOR_SHIFT),
    (
        r"v(mull?|q?r?d?mulh|qdmull|r?ml[as]|q?r?dml[as]|cml|cmul|fm[as]|addl?v)",
        Kind.VECTOR_MULTIPLY,
    ),
    (r"v(cvt|rint)|v\w+\.f(16|32)", Kind.VECTOR_MULTIPLY),
]
_FLOAT_KINDS = [
    (r"vldr", Kind.LOAD),
    (r"vstr", Kind.STORE),
    (r"(vdiv|vsqrt)", Kind.FLOAT_DIVIDE),
    (r"v(n?ml[as]|fn?m[as])", Kind.FLOAT_MULTIPLY_ADD),
]

_NO_RESULT = re.compile(
    r"(cmp|cmn|tst|teq|nop|vcmp|vpt|vctp|vpnot|[di][sm]b|bkpt|svc|udf|msr|vmsr|cps)"
)
_READS_RESULT = re.compile(
    r"(bfi|bfc|movt|smlal|umlal|umaal|smlsld|v\w*ml[as]\b|vfn?m[as]|vqr?d?ml[as]\w*h|"
    r"vr?ml[as]l?d?avh?ax?\b|vaddl?va|v(max|min)a?v\b|vabav|vq?movu?n|vq?r?shru?n|vsli|vsri|vcmla)"
)
_READS_RESULT_IF_SHORT = re.compile(r"(add|sub|and|orr|eor|bic|adc|sbc|lsl|lsr|asr|ror|mul|rsb)")
_TWO_RESULTS = re.compile(
    r"(smull|umull|smlal|umlal|umaal|smlsld|ldrd|asrl|lsll|lsrl|vr?ml[as]ldavh?a?x?\b|vaddlva?\b)"
)


@lru_cache(maxsize=1 << 16)
def decode(text: str, size: int) -> Operation:
    """``text``: mnemonic and operands as objdump prints them, registers by their standard names
    and comments left out; ``size``: 2 or 4 bytes."""
    mnemonic, _, operands = text.partition(" ")
    mnemonic = re.sub(r"\.[nw]$", "", mnemonic)
    operands = _RANGE.sub(_expand, operands)
    kind = _kind(mnemonic, operands)
    if kind in BRANCHES:
        return _control(text, size, kind, operands)
    if "[" in operands and "]" in operands and kind is not Kind.VECTOR_MOVE:
        return _single_access(text, size, kind, mnemonic, operands)
    if kind in (Kind.LOAD_MULTIPLE, Kind.STORE_MULTIPLE):
        return _multiple_access(text, size, kind, mnemonic, operands)
    return _computation(text, size, kind, mnemonic, operands)


def _expand(found: re.Match[str]) -> str:
    letter, first, last = found[1], int(found[2]), int(found[3])
    return ", ".join(f"{letter}{number}" for number in range(first, last + 1))


def _kind(mnemonic: str, operands: str) -> Kind:
    if mnemonic[0] == "v" and mnemonic[:4] not in ("vldm", "vstm", "vpop", "vpus", "vpst"):
        return _vector_or_float_kind(mnemonic, operands)
    for pattern, kind in _KINDS:
        if re.match(pattern, mnemonic):
            return kind
    if re.match(r"(mov|add)", mnemonic) and operands.startswith("pc"):
        return Kind.INDIRECT_BRANCH
    return Kind.ALU


def _vector_or_float_kind(mnemonic: str, operands: str) -> Kind:
    if re.match(r"(vctp|vpnot)", mnemonic):
        return Kind.VECTOR_PREDICATE
    if mnemonic.startswith("vmov") and re.search(r"q\d\[", operands):
        return Kind.VECTOR_MOVE
    if not re.search(r"\bq\d", operands):
        return _first(_FLOAT_KINDS, mnemonic, Kind.FLOAT)
    kind = _first(_VECTOR_KINDS, mnemonic, Kind.VECTOR_ALU)
    if re.search(r"\[.*q\d.*\]", operands):
        return {Kind.VECTOR_LOAD: Kind.GATHER, Kind.VECTOR_STORE: Kind.SCATTER}.get(kind, kind)
    return kind


def _first(kinds: list[tuple[str, Kind]], mnemonic: str, default: Kind) -> Kind:
    return next((kind for pattern, kind in kinds if re.match(pattern, mnemonic)), default)


def _registers(text: str) -> tuple[str, ...]:
    return tuple(_REGISTER.findall(text))


def _control(text: str, size: int, kind: Kind, operands: str) -> Operation:
    registers = _registers(operands)
    writes = registers[:1] if kind is Kind.LOOP_START else ()
    return Operation(text, size, kind, writes, registers[len(writes) :])


def _single_access(text: str, size: int, kind: Kind, mnemonic: str, operands: str) -> Operation:
    """A load or store of one address, such as ``ldr r0, [r1, #4]!``."""
    before, _, rest = operands.partition("[")
    inside, _, after = rest.partition("]")
    data, address = _registers(before), _registers(inside)
    updates = after.startswith(("!", ","))
    constant = re.search(r"#(-?\d+)", inside)
    loads = mnemonic.startswith(("ldr", "vld", "pld", "tb"))
    if loads and data[:1] == ("pc",):
        kind = Kind.INDIRECT_BRANCH
    return Operation(
        text,
        size,
        kind,
        writes=data if loads else (),
        reads=() if loads else data,
        address=address + _registers(after),
        base_update=address[0] if updates and address else None,
        count=_elements(mnemonic) if kind in (Kind.GATHER, Kind.SCATTER) else len(data),
        offset=int(constant[1]) if constant else (0 if len(address) == 1 else None),
        is_double=any(register[0] == "d" for register in data),
        is_narrow_access=bool(re.match(r"(ldrs?[bh]|strs?[bh])", mnemonic)),
    )


def _elements(mnemonic: str) -> int:
    """Elements of a gather or scatter such as ``vldrb.u32``, whose vector has 32-bit lanes."""
    lane = re.search(r"\.[usif]?(\d+)", mnemonic)
    return 16 * 8 // int(lane[1]) if lane else 4


def _multiple_access(text: str, size: int, kind: Kind, mnemonic: str, operands: str) -> Operation:
    before, brace, inside = operands.partition("{")
    listed = _registers(brace + inside)
    base = ("sp",) if mnemonic.startswith(("push", "pop", "vpush", "vpop")) else _registers(before)
    updates = mnemonic.startswith(("push", "pop", "vpush", "vpop")) or "!" in before
    loads = kind is Kind.LOAD_MULTIPLE
    return Operation(
        text,
        size,
        kind,
        writes=listed if loads else (),
        reads=() if loads else listed,
        address=base,
        base_update=base[0] if updates and base else None,
        count=len(listed),
        is_double=any(register[0] == "d" for register in listed),
    )


def _computation(text: str, size: int, kind: Kind, mnemonic: str, operands: str) -> Operation:
    registers = _registers(operands)
    results = _results(mnemonic, operands)
    writes, sources = registers[:results], registers[results:]
    parts = operands.count(",") + 1
    if _READS_RESULT.match(mnemonic) or (parts == 2 and _READS_RESULT_IF_SHORT.match(mnemonic)):
        sources = writes + sources
    if kind is Kind.VECTOR_MOVE and re.match(r"q\d\[", operands):
        sources = tuple(dict.fromkeys(registers))
        writes = registers[:1]
    early = _early(kind, operands, writes, sources)
    return Operation(
        text,
        size,
        kind,
        writes=writes,
        reads=tuple(register for register in sources if register not in early),
        early=early,
        has_shifted_operand=_is_shifted(operands),
    )


def _results(mnemonic: str, operands: str) -> int:
    if _NO_RESULT.match(mnemonic):
        return 0
    if _TWO_RESULTS.match(mnemonic):
        return 2
    both_core = re.match(r"r\d+, r\d+, [qsd]", operands) if mnemonic.startswith("vmov") else None
    return 2 if both_core else 1


def _is_shifted(operands: str) -> bool:
    return bool(re.search(r"\b(lsl|lsr|asr|ror) #|\brrx\b", operands))


def _early(
    kind: Kind, operands: str, writes: tuple[str, ...], sources: tuple[str, ...]
) -> tuple[str, ...]:
    """The operands that enter the pipeline a cycle before the others (see Cortex-M7)."""
    if kind in (Kind.MULTIPLY, Kind.MULTIPLY_LONG, Kind.MULTIPLY_ADD):
        return sources[:2]
    if kind is Kind.MULTIPLY_ADD_LONG:
        return sources[2:]
    if _is_shifted(operands):
        return sources[-1:]
    return ()
