"""Siren that can write no file larger than a limit, as a program.

`python -m tests.stress.small_file_siren LIMIT_BYTES ARGUMENTS...`
"""

import resource
import sys

from siren_cli.__main__ import main
from tests.stress.often_saving_siren import save_often

if __name__ == "__main__":
    limit_bytes = int(sys.argv.pop(1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
    save_often()
    main()
