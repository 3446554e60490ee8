"""`python -m commonweal.allocation FILE.pb`: `commonweal count` without the platform."""

import argparse
import sys

from commonweal.allocation.commandline import add_arguments, run


def main(argv: list[str] | None = None) -> int:
    """Parse, count, print; the exit code."""
    parser = argparse.ArgumentParser(prog="commonweal count", description="Count one Pabulib file.")
    add_arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
