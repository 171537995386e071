"""What every side of the comparison tells about itself: seconds by step, processor seconds, peak memory, lines and their sum."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Mapping
from decimal import Decimal


class Measured:
    """A stopwatch of one side; it starts when it is made."""

    def __init__(self, side: str) -> None:
        self._side = side
        self._steps: dict[str, float] = {}
        self._began = self._last = time.monotonic()
        self._processor = time.process_time()

    def mark(self, step: str) -> None:
        """Ends a step."""
        now = time.monotonic()
        self._steps[step] = round(now - self._last, 3)
        self._last = now

    def result(self, lines: int, amount: Decimal | float) -> dict[str, object]:
        """What was measured until the last mark, with what came out."""
        return {
            "side": self._side,
            "seconds": round(self._last - self._began, 3),
            "processor_seconds": round(time.process_time() - self._processor, 3),
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
            "lines": lines,
            "amount": str(amount),
            "steps": self._steps,
        }

    @staticmethod
    def tell(result: Mapping[str, object]) -> None:
        """Writes a result as the last line of standard output, where the comparison reads it."""
        print(json.dumps(result))
