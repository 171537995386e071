"""The warehouse on public data sets, against figures computed from their own files."""
