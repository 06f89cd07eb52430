{{ config(tags=['estimated']) }}

select
    -- keys of the dimensions
    cast(promotion_key as Int64) as promotion_key,
    cast(starts_on as Date) as starts_on,

    -- ids and strings
    cast(source as String) as source,
    cast(concat(source, '|', store_id) as String) as place,
    cast(concat(source, '|', product_id) as String) as item,
    cast(store_id as String) as store_id,
    cast(promotion_id as String) as promotion_id,
    cast(product_id as String) as product_id,
    cast(category as String) as category,
    cast(currency as String) as currency,

    -- units
    cast(units_sold as Decimal(18, 3)) as units_sold,
    cast(assumeNotNull(estimated_base_units) as Decimal(18, 3)) as estimated_base_units,
    cast(assumeNotNull(estimated_uplift_units) as Decimal(18, 3)) as estimated_uplift_units,
    cast(assumeNotNull(estimated_after_units) as Decimal(18, 3)) as estimated_after_units,
    cast(assumeNotNull(estimated_other_units) as Decimal(18, 3)) as estimated_other_units,

    -- money
    cast(ifNull(promotions.estimated_uplift_margin, 0) as Decimal(18, 4)) as estimated_uplift_margin,

    -- booleans
    cast(is_complete as Bool) as is_complete
from {{ ref('mart_promotions') }} as promotions
where isNotNull(promotions.estimated_base_units)
