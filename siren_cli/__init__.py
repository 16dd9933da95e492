"""Turn any picture into a small neural network, and back at any size."""

import os
import time

# When the command began, or nearly: `--time-limit` counts from here.
STARTED = time.monotonic()

# Read by NumPy and TensorFlow when they are first imported, which is after this.
# Bands are rendered in threads of our own, each with its products on one core:
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("VECLIB_MAXIMUM_THREADS", "1")
# Small products, also those of XLA, run twice as fast with it (it is not on by
# default on CPUs without AVX-512):
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# XLA uses half of an AVX-512 register otherwise; a CPU without takes what it has:
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_prefer_vector_width=512")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
