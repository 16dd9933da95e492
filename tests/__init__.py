"""The tests of siren: `make test` runs the fast ones, `make stress` those in `stress`."""
