"""Landing files become typed raw rows; what breaks the contract goes to the quarantine with its reason."""

from orchestration.ingest.loader import FileResult, IngestReport, WarehouseBusy, ingest

__all__ = ["FileResult", "IngestReport", "WarehouseBusy", "ingest"]
