"""Start the command line: `siren` and `python -m siren_cli`."""

from siren_cli.cli import main

if __name__ == "__main__":
    main()
