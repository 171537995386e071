"""The raw layer: one step a source, and one for the ledger."""

from __future__ import annotations

from orchestration.components import landed_source, landing_log, posted_ledger
from orchestration.ingest.contracts import sources

landed = [*(landed_source(source) for source in sources()), landing_log(), posted_ledger()]
