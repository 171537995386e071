"""`python -m demo.explained FOLDER`: the queries of docs/explain.md, on a folder that the demo built, with their answers."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.summary import table

PAGE = Path(__file__).resolve().parents[1] / "docs/explain.md"
_ASKED = re.compile(r"```sql\n(?P<query>.*?)```\n\n```text\n(?P<answer>.*?)\n```", re.DOTALL)


def asked(page: str) -> list[tuple[str, str]]:
    """Each query of the page, and the answer that stands below it."""
    return [(found["query"], found["answer"]) for found in _ASKED.finditer(page)]


def answered(folder: Path, queries: list[str]) -> Iterator[str]:
    """What the published marts, and the landed files, answer now."""
    with duckdb.connect() as connection:
        connection.execute("set file_search_path = $$" + str(folder) + "$$")
        connection.execute(f"attach $${folder / 'published.duckdb'}$$ as published (read_only)")
        connection.execute("use published")
        for query in queries:
            found = connection.execute(query)
            header = [column[0] for column in found.description or ()]
            yield "\n".join(table(header, found.fetchall()))


def main() -> int:
    """Prints each query and its answer."""
    queries = [query for query, _ in asked(PAGE.read_text(encoding="utf-8"))]
    for query, answer in zip(queries, answered(Path(sys.argv[1]), queries), strict=True):
        print(f"{query}\n{answer}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
