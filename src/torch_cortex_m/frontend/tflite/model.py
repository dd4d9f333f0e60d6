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
    subgraphs: indices of the subgraphs that it runs, in the order of the schema's fields.
    """

    index: int
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Options
    options_type: str
    subgraphs: tuple[int, ...] = ()


@dataclass(frozen=True)
class FileSubgraph:
    """Operators in order of execution; indices of tensors are the subgraph's own."""

    tensors: tuple[FileTensor, ...]
    operators: tuple[FileOperator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    def place(self, operator: FileOperator, *, name: bool = True) -> str:
        """Where an operator is, for messages: "operator 3 CONV_2D, output 'conv/Relu'", or without
        its name."""
        place = (
            f"operator {operator.index} {operator.name}" if name else f"operator {operator.index}"
        )
        if not operator.outputs:
            return place
        return f"{place}, output '{self.tensors[operator.outputs[0]].name}'"


@dataclass(frozen=True)
class FileModel:
    """The subgraphs of a file; none of them runs itself, neither directly nor through others."""

    subgraphs: tuple[FileSubgraph, ...]

    @property
    def main(self) -> FileSubgraph:
        """The subgraph that computes the model's outputs from its inputs."""
        return self.subgraphs[0]
