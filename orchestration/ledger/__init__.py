"""What has been paid: closes post it, and nothing changes it."""

from orchestration.ledger.payment_files import write_payment_files
from orchestration.ledger.store import Close, LedgerBroken, load, post, prepare, verify

__all__ = ["Close", "LedgerBroken", "load", "post", "prepare", "verify", "write_payment_files"]
