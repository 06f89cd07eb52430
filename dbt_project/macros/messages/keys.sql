{#- 64-bit keys of a message, computed from the columns of a raw table.

    The identity of a message is its place in Kafka, the identity of an event is (source, event_id), and an event may
    also state a document of the business that exists once whatever its event id: a line of a ticket, a transfer. -#}

{% macro place() -%} _topic, _partition, _offset {%- endmacro %}

{#- The order of arrival; total, and the same in every rebuild. -#}
{% macro arrival() -%} (_kafka_timestamp, _topic, _partition, _offset) {%- endmacro %}

{% macro event_key(id='event_id') -%} cityHash64(source, assumeNotNull({{ id }})) {%- endmacro %}

{#- 0 when the event corrects nothing, or itself. -#}
{% macro corrected_key() -%}
    if(isNull(corrects_event_id) or corrects_event_id = event_id, 0, {{ event_key('corrects_event_id') }})
{%- endmacro %}

{% macro line_key(transaction_id='transaction_id', line_number='line_number') -%}
    cityHash64(source, store_id, assumeNotNull({{ transaction_id }}), assumeNotNull({{ line_number }}))
{%- endmacro %}

{% macro sales_document_key() -%}
    multiIf(
        event_type in ('sale', 'return'), {{ line_key() }},
        event_type = 'void', cityHash64('void', {{ line_key() }}),
        cityHash64(event_type, source, store_id, business_date)
    )
{%- endmacro %}

{#- Movements that name no document can be alike and yet be two: goods broken twice in the same minute. -#}
{% macro inventory_document_key() -%}
    if(
        isNotNull(transfer_id) or isNotNull(purchase_order_id) or isNotNull(count_id)
        or event_type in ('opening_balance', 'stock_snapshot'),
        {{ content_key(inventory_fields()) }}, 0
    )
{%- endmacro %}

{% macro catalog_document_key() -%} {{ content_key(catalog_fields()) }} {%- endmacro %}

{#- What an event says, without the names it goes by. A tuple, because a hash of a bare NULL is NULL. -#}
{% macro content_key(fields) -%}
    cityHash64(tuple(event_type, source, event_time, {{ fields | join(', ') }}))
{%- endmacro %}
