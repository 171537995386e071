"""The conformance suite: small companies with known pay, run through the warehouse's own path."""
