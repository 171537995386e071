"""Mutation tests: faults put into the engine's SQL on purpose, and whether the project's judges notice them."""
