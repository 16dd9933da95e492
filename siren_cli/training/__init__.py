"""The fit itself. No other room imports TensorFlow.

Imports: the root, `system`, `pictures`, `model`, `representation`, `rendering`, `metrics`,
`planning`.

TensorFlow reads these variables when it is first imported, which is after this. A
program that has imported it before keeps its own settings, and is as slow or as fast as
they are.
"""

import os
import sys

if "tensorflow" not in sys.modules:
    # One large network trains 1.3 times as fast with oneDNN, cells as fast as without it. It is
    # not on by default on CPUs without AVX-512.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    # XLA uses half of an AVX-512 register otherwise; other CPUs take what they have. Without
    # the second flag it hands kernels that could run at the same time, and all that follows
    # them, to TensorFlow's one thread for parts of operations, where the blocks of a group
    # would wait for each other. Five and more hidden layers took nearly twice the time.
    os.environ.setdefault(
        "XLA_FLAGS",
        "--xla_cpu_prefer_vector_width=512"
        " --xla_cpu_enable_concurrency_optimized_scheduler=false",
    )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
