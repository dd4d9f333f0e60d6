"""What operators share that know TensorFlow Lite: builtins, calls, weights, windows."""
