"""From a model to the graph: PyTorch's way and TensorFlow Lite's.

The PyTorch way loads torch; import it where it is used.
"""
