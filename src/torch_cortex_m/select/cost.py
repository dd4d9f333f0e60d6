"""What a kernel costs on a layer: measured, or estimated from the measured layers of its operator.

comparison.py estimates the time. Flash does not scale with the work: it is estimated as the layer's
own constants, as the kernel wants them, and the kernel's code in the measured layer that takes the
least flash (without constants, in the nearest one).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from ..measured.measurements import Measurement, layer_work
from ..ops import definitions
from ..ops.base import Kernel, Layer
from ..ops.signature import Signature, read_signature
from .comparison import Comparison, Estimate, MeasuredLayer

Table = Mapping[str, Mapping[str, Measurement]]
"""Signature's text -> kernel name -> measurement, for one core."""

Key = tuple[str, str]
"""Signature's text, kernel name."""


@dataclass
class CostModel:
    """Looks up or estimates measurements; everything is worked out once for layers of one
    signature.

    table: of the core itself. others: of cores with the same instructions, which count for
        estimates alone.
    on_part: of layers with the waiting for a part's flash, by which alone their kernels are chosen.
        Costs of others get the waiting that it tells of their operator, so that they compare.
    fetch_cycles: what a byte of constants takes that is fetched there; a call waits for all of its
        constants at least, so that a few rows a call take longer than their share of a layer.
    comparisons: by operator, of those that were asked for; models of the same tables may share it.
    """

    table: Table
    others: Sequence[Table] = ()
    on_part: Table = field(default_factory=dict[str, Mapping[str, Measurement]])
    fetch_cycles: float = 0
    comparisons: dict[str, Comparison] = field(default_factory=dict[str, Comparison])
    _estimates: dict[str, dict[str, Estimate]] = field(
        default_factory=dict[str, dict[str, Estimate]]
    )
    _near: dict[str, list[MeasuredLayer]] = field(default_factory=dict[str, list[MeasuredLayer]])
    _costs: dict[Key, Measurement | None] = field(default_factory=dict[Key, Measurement | None])
    _waiting: dict[str, float] = field(default_factory=dict[str, float])
    _packed: dict[Key, int] = field(default_factory=dict[Key, int])
    _code: dict[Key, int] = field(default_factory=dict[Key, int])

    def cost(self, layer: Layer, kernel: Kernel) -> Measurement | None:
        """None if the kernel was never measured. ``flash_bytes`` is that of the nearest measured
        layer: ask ``constant_bytes`` and ``code_bytes`` for this one's."""
        key = (layer.signature.text, kernel.name)
        if key not in self._costs:
            found = self.measured(layer, kernel)
            if found is None:
                found = self.estimate(layer.signature, layer_work(layer), kernel.name)
            is_on_part = kernel.name in self.on_part.get(layer.signature.text, {})
            self._costs[key] = found if is_on_part else self._with_waiting(found, layer, kernel)
        return self._costs[key]

    def _with_waiting(
        self, found: Measurement | None, layer: Layer, kernel: Kernel
    ) -> Measurement | None:
        if found is None or found.cycles is None or not self.on_part:
            return found
        operator = layer.op.name
        if operator not in self._waiting:
            self._waiting[operator] = _waiting(self.table, self.on_part, operator)
        once = self.fetch_cycles * self.constant_bytes(layer, kernel)
        cycles = max(found.cycles * self._waiting[operator], found.cycles + once)
        return replace(found, cycles=round(cycles))

    def measured(self, layer: Layer, kernel: Kernel) -> Measurement | None:
        """What was measured on this very layer."""
        text = layer.signature.text
        return self._table_of(text).get(text, {}).get(kernel.name)

    def _table_of(self, signature: str) -> Table:
        return self.on_part if signature in self.on_part else self.table

    def group(self, layer: Layer, kernel: Kernel) -> int | None:
        """Estimates of kernels compare where this is equal; None for one never measured."""
        estimate = self._all_estimates(layer.signature, layer_work(layer)).get(kernel.name)
        return None if estimate is None else estimate.group

    def constant_bytes(self, layer: Layer, kernel: Kernel) -> int:
        """The layer's constants as the kernel wants them."""
        key = (layer.signature.text, kernel.name)
        if key not in self._packed:
            self._packed[key] = packed_bytes(layer, kernel)
        return self._packed[key]

    def code_bytes(self, layer: Layer, kernel: Kernel) -> int:
        """Measured or estimated; 0 if the kernel was never measured."""
        key = (layer.signature.text, kernel.name)
        if key not in self._code:
            packed = self.constant_bytes(layer, kernel)
            measured = self.measured(layer, kernel)
            self._code[key] = (
                self._estimated_code(layer, kernel.name, packed)
                if measured is None
                else measured.flash_bytes - packed
            )
        return self._code[key]

    def _estimated_code(self, layer: Layer, kernel: str, packed: int) -> int:
        """Measured flash without its constants, which are taken to be as many bytes for each
        parameter as in this layer. The least flash has the fewest constants to be wrong about;
        where there are none, the nearest layer's code is the most like this one's."""
        signature = layer.signature
        measured = self._measured_with(signature, layer_work(layer), kernel)
        if not measured:
            return 0
        if packed == 0:
            return measured[0].kernels[kernel].flash_bytes
        smallest = min(
            measured, key=lambda each: (each.kernels[kernel].flash_bytes, each.signature.text)
        )
        parameters = _parameter_bytes(smallest.signature) / _parameter_bytes(signature)
        return max(0, smallest.kernels[kernel].flash_bytes - round(packed * parameters))

    def estimate(self, signature: Signature, work: int, kernel: str) -> Measurement | None:
        """None if the kernel was never measured with this operator."""
        estimate = self._all_estimates(signature, work).get(kernel)
        if estimate is None:
            return None
        nearest = self._measured_with(signature, work, kernel)[0].kernels[kernel]
        return Measurement(
            work,
            max(1, round(work * estimate.instructions)),
            None if nearest.cycles is None else max(1, round(work * estimate.time)),
            nearest.flash_bytes,
            nearest.scratch_bytes,
        )

    def _all_estimates(self, signature: Signature, work: int) -> dict[str, Estimate]:
        """By kernel."""
        if signature.text not in self._estimates:
            self._estimates[signature.text] = self._comparison(signature.operator).estimates(
                signature, work
            )
        return self._estimates[signature.text]

    def _measured_with(self, signature: Signature, work: int, kernel: str) -> list[MeasuredLayer]:
        """The measured layers with this kernel, the nearest first; those of the core itself, if
        there are any."""
        if signature.text not in self._near:
            comparison = self._comparison(signature.operator)
            self._near[signature.text] = comparison.by_distance(signature, work)
        found = [layer for layer in self._near[signature.text] if kernel in layer.kernels]
        return [layer for layer in found if layer.own_core] or found

    def _comparison(self, operator: str) -> Comparison:
        if operator not in self.comparisons:
            own = _read_table(self.table, operator, own_core=True)
            others = (_read_table(table, operator, own_core=False) for table in self.others)
            lean_forms = {
                kernel.name: kernel.lean_form_of
                for kernel in definitions()[operator].kernels
                if kernel.lean_form_of is not None
            }
            layers = [*own, *chain.from_iterable(others)]
            self.comparisons[operator] = Comparison(layers, lean_forms)
        return self.comparisons[operator]


def _read_table(table: Table, operator: str, *, own_core: bool) -> Iterator[MeasuredLayer]:
    """Entries that no layer of today's operator can have are left out."""
    tensors = definitions()[operator].op.tensor_names()
    for text, kernels in table.items():
        if text.partition(" ")[0] != operator or not kernels:
            continue
        try:
            signature = read_signature(text, tensors)
        except ValueError:
            continue
        yield MeasuredLayer(signature, kernels, own_core)


def _waiting(table: Table, on_part: Table, operator: str) -> float:
    """How many times the cycles without waiting the operator's layers take on the part, with their
    fastest kernels there; 1 where none was measured on both."""
    without = total = 0
    for text, kernels in on_part.items():
        both = [kernel for kernel in kernels if kernel in table.get(text, {})]
        if both and text.partition(" ")[0] == operator:
            fastest = min(both, key=lambda kernel: kernels[kernel].time)
            total += kernels[fastest].time[0]
            without += table[text][fastest].time[0]
    return total / without if without else 1.0


def packed_bytes(layer: Layer, kernel: Kernel) -> int:
    """The layer's constants as the kernel wants them."""
    return sum(data.nbytes for data in kernel.pack(layer).values())


def _parameter_bytes(signature: Signature) -> int:
    """Weights of one byte, and a bias, multiplier and shift of four bytes each an output channel;
    1 for layers without."""
    return max(1, signature.elements("weight") + 12 * signature.elements("bias"))
