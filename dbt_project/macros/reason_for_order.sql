{#- One sentence on why so much is to be ordered, or nothing, with the figures (`mart_replenishment`). -#}
{% macro reason_for_order() -%}
    multiIf(
        not is_ranged or is_closed, concat('Nothing to order: ', obstacle, '.'),
        not is_below and pulled_packs > 0, concat(
            'Order ', {{ _units('order_units') }}, ' (', toString(packs), ' × ', {{ _units('pack_units') }}, ') from ',
            supply_source_id, ' ahead of time: its order is below the minimum value of ',
            {{ _units('supplier_minimum_value', 2) }}, ', and this is due soonest.'
        ),
        not is_below, concat('Nothing to order: ', {{ _position() }}, ' is not below the reorder point of ',
            {{ _units('reorder_point') }}, '.'),
        obstacle != '', concat(
            'Nothing can be ordered (', obstacle, ') though ', {{ _position() }}, ' is below the reorder point of ',
            {{ _units('reorder_point') }}, '.'
        ),
        packs = 0, concat(
            'Nothing to order: ',
            if(capped_by = 'shelf life', 'what would sell before it expires', 'the room on the shelf'),
            ' is less than the smallest order, ', {{ _units('least_packs * pack_units') }},
            ', though ', {{ _position() }}, ' is below the reorder point of ', {{ _units('reorder_point') }}, '.'
        ),
        concat(
            'Order ', {{ _units('order_units') }}, ' (', toString(packs), ' × ', {{ _units('pack_units') }}, ')',
            if(capped_by = '', '', concat(', held down by ', capped_by, ',')),
            if(
                pulled_packs > 0,
                concat(', ', {{ _units('pulled_packs * pack_units') }},
                    ' of them ahead of time for the minimum order value of ',
                    {{ _units('supplier_minimum_value', 2) }}, ','),
                ''
            ), ' from ', supply_source_id, ': ',
            {{ _position() }}, ' is below the reorder point of ', {{ _units('reorder_point') }}, ', set by ',
            multiIf(
                reorder_point <= minimum_presentation_units, 'the presentation minimum',
                estimated_safety_stock_units > estimated_period_units, 'its safety stock',
                'demand until the order after next comes'
            ),
            ' (', {{ _units('estimated_units_per_day', 2) }}, ' a day over ', {{ _units('whole_lead_time_days') }},
            ' days of lead time and ', toString(review_days), ' until the next review, ',
            {{ _units('estimated_safety_stock_units') }}, ' safety stock)',
            if(
                uncovered_units >= 0.5,
                concat('; ', {{ _units('uncovered_units') }}, ' will be missed before it comes'), ''
            ), '.'
        )
    )
{%- endmacro %}

{% macro _position() -%}
    concat({{ _units('position_units') }}, ' (', {{ _units('on_hand_units') }}, ' on hand, ',
        {{ _units('position_units - on_hand_units') }}, ' to come)')
{%- endmacro %}

{% macro _units(units, digits=1) -%} toString(round(toFloat64({{ units }}), {{ digits }})) {%- endmacro %}

{#- What follows where less than eight weeks are known. -#}
{% macro history_for_order() -%}
    if(
        isNull(days_known), '',
        concat(' Insufficient history (', toString(days_known), ' days)',
            if(ifNull(like_product_id, '') = '', '', concat(': expected to sell like ', like_product_id)), '.')
    )
{%- endmacro %}
