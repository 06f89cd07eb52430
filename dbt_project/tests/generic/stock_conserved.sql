{#- Days of a pair on which the book is not conserved: opening + changes = closing, and a day opens as the day before
    closed, the first one at nothing. Days without a row are the business of `days_complete`. -#}
{% test stock_conserved(model, changes) %}
select source, store_id, product_id, date_key, opening_units, day_change, closing_units, previous_closing_units
from (
    select
        source,
        store_id,
        product_id,
        date_key,
        opening_units,
        {{ changes | join(' + ') }} as day_change,
        closing_units,
        lagInFrame(closing_units, 1, toDecimal64(0, 3)) over (
            partition by source, store_id, product_id order by date_key
            rows between unbounded preceding and current row
        ) as previous_closing_units
    from {{ model }}
)
where opening_units + day_change != closing_units or opening_units != previous_closing_units
limit 100
{% endtest %}
