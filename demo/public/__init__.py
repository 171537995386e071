"""Public data sets as landing files and plan rows: `python -m demo.public.<set> --data DIR --out DIR`."""
