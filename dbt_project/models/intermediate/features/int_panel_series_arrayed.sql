{%- set known_days = 1232 -%}
{%- set days = known_days + 28 -%}
{{ config(materialized='table', order_by=['source', 'store_id', 'product_id'], tags=['predicted']) }}

with panels as (

    select * from {{ ref('stg_ml__panels') }}
    {% if var('panel', '') %} where source = '{{ var('panel') }}' {% endif %}

),

windows as (

    select source, subtractDays(max(date_key), {{ known_days - 1 }}) as window_start
    from panels
    group by source

),

panel_series_arrayed as (

    select
        panels.source as source,
        '' as store_id,
        panels.series_id as product_id,
        '' as category,
        min(panels.first_day) as window_start,
        toUInt16({{ known_days }}) as known_days,
        0. as shelf_life_days,
        sumResample(0, {{ days }}, 1)(toDecimal64(panels.units, 6), day_number) as units,  -- noqa: LT01
        countResample(0, {{ days }}, 1)(day_number) as offered,  -- noqa: LT01
        arrayWithConstant({{ days }}, 0.) as out_of_stock,
        out_of_stock as closing,
        out_of_stock as promoted,
        out_of_stock as discounts,
        out_of_stock as prices,
        out_of_stock as holidays
    from (
        select
            panels.source as source, series_id, units, windows.window_start as first_day,
            toUInt16(dateDiff('day', windows.window_start, date_key)) as day_number
        from panels
        inner join windows using (source)
        where date_key >= window_start
    ) as panels
    group by source, product_id

)

select * from panel_series_arrayed
