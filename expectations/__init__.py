"""The quality gate: what spans tables and needs judgement, checked before anything is published."""
