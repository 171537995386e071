"""Checks the pay of a warehouse, writes one payee's bundle, or checks a bundle: see docs/checker.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# A bundle is checked on a machine that has this folder and Python only: `python -I -S checker --bundle FILE`.
if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[1])


def main(arguments: list[str] | None = None) -> int:
    """Returns 0 when everything agrees, 1 when something differs, 2 when there is nothing to check."""
    parser = argparse.ArgumentParser(prog="python -m checker", description=__doc__)
    parser.add_argument("warehouse", nargs="?", type=Path, help="the warehouse file of a build")
    parser.add_argument("--bundle", type=Path, help="check this bundle (a zip file) instead of a warehouse")
    parser.add_argument("--bundle-of", metavar="PAYEE", help="write the bundle of a payee or dealer")
    parser.add_argument("--out", type=Path, help="where the bundle goes")
    options = parser.parse_args(arguments)
    if (options.warehouse is None) == (options.bundle is None) or (options.bundle_of is None) != (options.out is None):
        parser.error("give a warehouse, or --bundle FILE; --bundle-of PAYEE needs --out FILE")
    try:
        if options.bundle:
            from checker.bundle import check_bundle

            report = check_bundle(options.bundle)
        elif options.bundle_of:
            from checker.bundle import write_bundle

            report = write_bundle(options.warehouse, options.bundle_of, options.out)
        else:
            from checker import check

            report = check(options.warehouse)
    except Exception as error:
        if type(error).__name__ not in ("NotAWarehouse", "NotABundle"):
            raise
        print(error, file=sys.stderr)
        return 2
    print(report)
    return 0 if report.agrees else 1


if __name__ == "__main__":
    sys.exit(main())
