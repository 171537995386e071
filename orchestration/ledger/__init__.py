"""What has been paid: closes post it, and nothing changes it."""

from orchestration.ledger.store import Close, LedgerBroken, load, post, prepare, verify

__all__ = ["Close", "LedgerBroken", "load", "post", "prepare", "verify"]
