-- What is published: the day its figures know everything about, and the currency of company figures.
select
    publication_id,
    as_of,
    base_currency
from operations.rpt_publications
order by publication_id desc
limit 1
