"""The text form of a graph, for people and for golden files."""

from __future__ import annotations

import dataclasses

from .graph import Graph, Port
from .nodes import Node


def format_graph(graph: Graph) -> str:
    """One line per input, constant, node and output, in order of execution."""
    lines = [f"graph {graph.name}"]
    lines += [f"  input    {_port(graph, port)}" for port in graph.inputs]
    lines += [f"  constant %{name} : {graph.types[name]}" for name in graph.constants]
    lines += [f"  state    %{name} : {graph.types[name]}" for name in graph.states]
    lines += [f"  {_node(graph, node)}" for node in graph.nodes]
    lines += [f"  output   {_port(graph, port)}" for port in graph.outputs]
    if graph.stream is not None:
        lines.append(f"  stream   {graph.stream}")
    lines += [f"  update   %{name} = %{state.update}" for name, state in graph.states.items()]
    return "\n".join(lines) + "\n"


def _port(graph: Graph, port: Port) -> str:
    text = f"%{port.value} : {graph.types[port.value]}"
    if port.permutation is not None:
        text += f"  from {list(port.shape)} permuted by {list(port.permutation)}"
    return text


def _node(graph: Graph, node: Node) -> str:
    inputs = ", ".join(
        f"{name}=%{value}" for name, value in node.arguments().items() if value is not None
    )
    fields = ", ".join(
        f"{field.name}={getattr(node.op, field.name)}" for field in dataclasses.fields(node.op)
    )
    source = f"  # {node.source}" if node.source else ""
    outputs = ", ".join(f"%{output}" for output in node.outputs)
    types = ", ".join(str(type_) for type_ in graph.output_types(node))
    return f"{outputs} = {node.op.name}({inputs}) {{{fields}}} : {types}{source}"
