"""Publication: the public marts in a second DuckDB file, swapped in whole under the readers' path."""

from orchestration.publish.publication import Publication, PublishError, publish
from orchestration.publish.relations import PublicModel, public_models

__all__ = ["PublicModel", "Publication", "PublishError", "public_models", "publish"]
