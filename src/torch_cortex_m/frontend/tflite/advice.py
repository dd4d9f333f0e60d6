"""What to do about an operator or a type of a .tflite file that cannot be compiled."""

from __future__ import annotations

HOW_TO_CONVERT = (
    "convert with full integer quantization: converter.optimizations = [tf.lite.Optimize.DEFAULT], "
    "converter.representative_dataset = ..., converter.target_spec.supported_ops = "
    "[tf.lite.OpsSet.TFLITE_BUILTINS_INT8], converter.inference_input_type = "
    "converter.inference_output_type = tf.int8"
)

FIRST_QUANTIZATION = (
    "uint8 is the quantization of TensorFlow 1, for which TFLite-Micro has no kernels; what is "
    "exact in int8 is compiled, for the rest take the float model and"
)

TYPES = {
    **dict.fromkeys(("float32", "float16", "bfloat16", "float64", "int4"), HOW_TO_CONVERT),
    "int16": f"{HOW_TO_CONVERT}, instead of int16 activations",
    "uint8": f"{FIRST_QUANTIZATION} {HOW_TO_CONVERT}",
}
"""Element types that a conversion to int8 replaces."""

WITHOUT_VARIANTS = "use the plain form of the layer, as tf.keras.layers.LSTM converts to"

REPLACE = "replace operators that are not in the list of docs/operators.md or tcm ops"

FLOAT_ONLY = ("CEIL", "COS", "EXP", "FLOOR", "FLOOR_DIV", "FLOOR_MOD", "L2_POOL_2D", "LOG", "NEG",
              "ROUND", "SIN", "SQRT", "SQUARE")  # fmt: skip
"""Operators that TFLite-Micro has in float32 only, so that there is nothing in int8 to equal."""

INSTEAD_OF_FLOAT = (
    "write what TFLite-Micro has in float32 only with other operators (SQUARE as MUL of a tensor "
    "and itself, NEG as SUB from 0), or compile the PyTorch model, where functions of one tensor "
    "are tables"
)

CONSTANT_WEIGHTS = (
    "weights of convolutions are constants; a product of two tensors that are computed is "
    "FULLY_CONNECTED or BATCH_MATMUL"
)

CALIBRATE = (
    "calibrate again: a tensor gets such a scale if it is 0, or not finite, for the whole "
    "representative dataset"
)

COMPILERS = {
    "CUSTOM ethos-u": "Vela, for Arm Ethos-U",
    "CUSTOM edgetpu-custom-op": "the Edge TPU compiler",
    "CUSTOM XC_": "the xcore optimizer",
    "CUSTOM NeutronGraph": "the Neutron converter, for NXP's eIQ Neutron",
}
"""Beginning of the name of an operator that another compiler has put in -> that compiler."""

RECURRENT = (
    "unroll recurrent layers, or keep their state in variables: what READ_VARIABLE gives is what "
    "ASSIGN_VARIABLE took in the call before"
)
CONTROL_FLOW = "choose outside of the model what IF runs, and unroll what WHILE repeats"
SELECTED = "convert without tf.lite.OpsSet.SELECT_TF_OPS, which runs operators of TensorFlow itself"
DETECTION = (
    "cut the model off before TFLite_Detection_PostProcess: its inputs become outputs, and the "
    "firmware decodes the boxes"
)
OPERATORS = {
    **{
        name: f"this file is the result of {compiler}: take the file from before that"
        for name, compiler in COMPILERS.items()
    },
    **dict.fromkeys(("UNIDIRECTIONAL_", "BIDIRECTIONAL_", "LSTM", "RNN"), RECURRENT),
    **dict.fromkeys(("IF", "WHILE"), CONTROL_FLOW),
    "CUSTOM Flex": SELECTED,
    "CUSTOM TFLite_Detection_PostProcess": DETECTION,
}
"""Beginning of an operator's name -> what to do about it."""


def for_operator(name: str) -> str:
    """About an operator that there is not."""
    return next((advice for start, advice in OPERATORS.items() if name.startswith(start)), REPLACE)
