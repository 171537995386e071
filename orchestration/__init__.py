"""Runs the warehouse: ingest, build, publication, and the jobs that do them on time."""
