{#- What identifies a message of a topic ('sales', 'inventory', 'catalog'), from the columns of its raw table.

    A message is its place in Kafka. An event is (source, event_id). A document of the business exists once whatever its
    event id: a line of a ticket, a count. Keys are 64-bit hashes. -#}

{% macro place() -%} _topic, _partition, _offset {%- endmacro %}

{#- The order of arrival; total, and the same in every rebuild. -#}
{% macro arrival() -%} (_kafka_timestamp, _topic, _partition, _offset) {%- endmacro %}

{#- The place of a message as one number. -#}
{% macro message_key() -%} cityHash64(_topic, _partition, _offset) {%- endmacro %}

{% macro message_keys(topic) %}
        {{ place() }}, _kafka_timestamp,
        source,
        event_id,
        {{ event_key() }} as _event_key,
        {{ corrected_key() }} as _corrects_key,
        {{ document_key(topic) }} as _document_key,
        {{ content_key(topic) }} as _content_key,
        cityHash64(payload) as _payload_key,
        {{ is_too_large(topic) }} as is_too_large
{%- endmacro %}

{% macro event_key(id='event_id') -%} cityHash64(source, assumeNotNull({{ id }})) {%- endmacro %}

{#- 0 when the event corrects nothing, or itself. -#}
{% macro corrected_key() -%}
    if(isNull(corrects_event_id) or corrects_event_id = event_id, 0, {{ event_key('corrects_event_id') }})
{%- endmacro %}

{#- 0 when the event states no document. Goods that move can be alike and yet be two: broken, or delivered, twice in the
    same minute. What is counted, ordered or believed can not. -#}
{% macro document_key(topic) -%}
    {%- if topic == 'sales' -%}
        multiIf(
            event_type in ('sale', 'return'), {{ line_key() }},
            event_type = 'void', cityHash64('void', {{ line_key() }}),
            cityHash64(event_type, source, store_id, business_date)
        )
    {%- elif topic == 'inventory' -%}
        if(
            event_type in ('opening_balance', 'stock_count', 'stock_snapshot')
            or startsWith(event_type, 'purchase_order_'),
            {{ content_key(topic) }}, 0
        )
    {%- else -%}
        {{ content_key(topic) }}
    {%- endif -%}
{%- endmacro %}

{% macro line_key(transaction_id='transaction_id', line_number='line_number') -%}
    cityHash64(source, store_id, assumeNotNull({{ transaction_id }}), assumeNotNull({{ line_number }}))
{%- endmacro %}

{#- What an event says, without the names it goes by. A tuple, because a hash of a bare NULL is NULL. -#}
{% macro content_key(topic) -%}
    cityHash64(tuple(event_type, source, event_time, {{ event_fields(topic) | join(', ') }}))
{%- endmacro %}

{#- Whether an amount leaves Decimal(18, 4): contracts allow factors whose product does. Such a message is set aside by
    itself, else its overflow would stop every model. -#}
{% macro is_too_large(topic) -%}
    {%- if topic == 'sales' -%}
        ifNull({{ _is_large('toDecimal128(quantity, 4) * unit_price') }}, false)
        or ifNull({{ _is_large('discount_amount') }}, false) or ifNull({{ _is_large('tax_amount') }}, false)
    {%- elif topic == 'inventory' -%}
        ifNull({{ _is_large('toDecimal128(quantity, 4) * unit_cost') }}, false)
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}

{% macro _is_large(amount) -%} abs({{ amount }}) >= 10000000000000 {%- endmacro %}
