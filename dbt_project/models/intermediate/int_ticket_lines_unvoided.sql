with ticket_lines as (

    select * from {{ ref('stg_events__ticket_lines') }} where {{ is_past('sold_at') }}

),

voids as (

    select * from {{ ref('stg_events__voids') }} where {{ is_past('voided_at') }}

),

ticket_lines_unvoided as (

    select * from ticket_lines
    where _line_key not in (select _line_key from voids)

)

select * from ticket_lines_unvoided
