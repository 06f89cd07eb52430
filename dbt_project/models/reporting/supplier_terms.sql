{{ config(tags=['estimated', 'predicted']) }}

select
    -- ids
    cast(source as String) as source,
    cast(supply_source_id as String) as supply_source_id,
    cast(currency as String) as currency,

    -- counts
    cast(items as Int64) as items,

    -- money
    cast(round(estimated_bought_per_year, 2) as Decimal(18, 2)) as estimated_bought_per_year,
    cast(round(estimated_of_a_percent_off, 2) as Decimal(18, 2)) as estimated_of_a_percent_off,
    cast(round(estimated_of_a_day_sooner, 2) as Decimal(18, 2)) as estimated_of_a_day_sooner,
    cast(round(estimated_of_half_the_pack, 2) as Decimal(18, 2)) as estimated_of_half_the_pack,
    cast(round(estimated_of_paying_later, 2) as Decimal(18, 2)) as estimated_of_paying_later
from {{ ref('mart_supplier_terms') }}
