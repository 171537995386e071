"""What sqlfluff puts in the place of dbt's own names when it renders a model (.sqlfluff, library_path)."""

from collections.abc import Callable

from jinja2 import pass_context
from jinja2.runtime import Context


def _call(name: str) -> Callable[..., str]:
    return lambda *arguments: f"{name}({', '.join(str(argument) for argument in arguments)})"


class adapter:  # noqa: N801 — the name that macros use
    """dbt's adapter, on DuckDB."""

    @staticmethod
    @pass_context
    def dispatch(context: Context, name: str, package: str) -> object:
        """The macro default__`name`: DuckDB's, as everywhere where `package` has no other."""
        return context.resolve(f"default__{name}")


class builtins:  # noqa: N801
    """What dbt's own functions are called where the project has one of the same name."""

    @staticmethod
    def source(source_name: str, table_name: str) -> str:
        """The raw table as DuckDB calls it."""
        return f"{source_name}.{table_name}"


class flags:  # noqa: N801
    """Which command renders."""

    WHICH = "compile"


class incentives:  # noqa: N801
    """Macros that are called by the name of the project."""

    default__mul10, spark__mul10 = _call("mul10"), _call("mul10")


class dbt:  # noqa: N801
    """The macros that dbt ships."""

    concat, datediff, date_trunc, dateadd = _call("concat"), _call("datediff"), _call("date_trunc"), _call("dateadd")
    split_part, safe_cast, last_day = _call("split_part"), _call("safe_cast"), _call("last_day")

    @staticmethod
    def type_string() -> str:
        """The engine's text type."""
        return "varchar"
