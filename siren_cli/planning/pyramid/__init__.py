"""The fit of a pyramid without TensorFlow: its plan, its state, and what steers its bytes."""
