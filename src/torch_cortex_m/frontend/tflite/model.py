"""The parts of a TensorFlow Lite model that the compiler reads, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from ...ops.tflite.file import FileTensor, Options


@dataclass(frozen=True)
class FileOperator:
    """One use of an operator.

    name: as in the schema's BuiltinOperator; a custom operator's own name after "CUSTOM ".
    inputs, outputs: indices of tensors, -1 for an input that is left out.
    options_type: the name of the schema's table that ``options`` are, "" if there are none.
    """

    index: int
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Options
    options_type: str


@dataclass(frozen=True)
class FileModel:
    """The main subgraph of a file, operators in order of execution."""

    tensors: tuple[FileTensor, ...]
    operators: tuple[FileOperator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    def place(self, operator: FileOperator) -> str:
        """Where an operator is, for messages: "operator 3 CONV_2D, output 'conv/Relu'"."""
        place = f"operator {operator.index} {operator.name}"
        if not operator.outputs:
            return place
        return f"{place}, output '{self.tensors[operator.outputs[0]].name}'"
