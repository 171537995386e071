{#
    Grain: one row per credit of an event that its owner does not have alone: its deal is shared, or a rule or overlay row credits others on
    top (int_rule_credits); of measures that a component counts or is judged by. Columns as in int_credits_allocated, which this is a part of
    (engine.md §2, §8 B1 to B5, B8, B10).
#}
{{ credits_parted(is_counted=true) }}
