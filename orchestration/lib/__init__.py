"""What several parts of the orchestration share."""
