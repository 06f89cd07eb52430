{#- Before an incremental run of a model of messages: writes the helper table `<model>__marked`, the `message_keys` of
    the messages to judge (again): those the model does not have, and those whose verdict these may change.

    Compares what is there, block by block of offsets, so it needs neither a watermark nor an order of arrival, and
    takes up whatever a killed run left undone. -#}
{% macro mark_messages(raw, topic) %}
    {% if execute and is_incremental() %}
        {% do drop_leftovers() %}
        {% do run_query(_create_helper('blocks', _blocks_changed(raw))) %}
        {% do run_query(_create_helper('arrived', _arrived_messages(raw, topic))) %}
        {% set marked %}
            select {{ message_keys(topic) }} from {{ raw }}
            where _error = '' and ({{ place() }}) in ({{ _messages_in_question() }})
        {% endset %}
        {% do run_query(_create_helper('marked', marked)) %}
    {% endif %}
{% endmacro %}

{% macro is_marked() -%}
    ({{ place() }}) in (select {{ place() }} from {{ helper('marked') }})
{%- endmacro %}

{#- Blocks of offsets in which raw and this model do not hold the same; raw may have lost old ones to the archive. -#}
{% macro _blocks_changed(raw) %}
    select _topic, _partition, block
    from (
        select
            _topic, _partition, {{ _block() }} as block,
            count() as arrived, sum(cityHash64(_offset)) as arrived_sum, 0 as kept, 0 as kept_sum
        from {{ raw }} where _error = '' group by _topic, _partition, block
        union all
        select _topic, _partition, {{ _block() }} as block, 0, 0, count(), sum(cityHash64(_offset))
        from {{ this }} group by _topic, _partition, block
    )
    group by _topic, _partition, block
    having sum(arrived) > 0 and (sum(arrived) != sum(kept) or sum(arrived_sum) != sum(kept_sum))
{% endmacro %}

{% macro _arrived_messages(raw, topic) %}
    select
        {{ place() }},
        {{ event_key() }} as _event_key,
        {{ corrected_key() }} as _corrects_key,
        {{ document_key(topic) }} as _document_key
    from {{ raw }}
    where _error = ''
        and (_topic, _partition, {{ _block() }}) in (select _topic, _partition, block from {{ helper('blocks') }})
        and ({{ place() }}) not in (
            select {{ place() }} from {{ this }}
            where (_topic, _partition, {{ _block() }}) in (select _topic, _partition, block from {{ helper('blocks') }})
        )
{% endmacro %}

{% macro _block() -%} intDiv(_offset, 65536) {%- endmacro %}

{#- Everything that hangs together with what arrived: by event id, by correction, by document. Messages that only share
    a document keep what is known about their id and corrections, so losers of those need no second look. -#}
{% macro _messages_in_question() %}
    with corrections as (
        select _event_key, _corrects_key from {{ this }} where _corrects_key != 0
        union distinct
        select _event_key, _corrects_key from {{ helper('arrived') }} where _corrects_key != 0
    ),
    climbed as (
        {{ climb_corrections('corrections') }}
    ),
    named as (
        select _event_key from {{ helper('arrived') }}
        union distinct
        select ancestor_key from climbed
        where _event_key in (select _event_key from {{ helper('arrived') }})
    ),
    families as (
        select _event_key from named
        union distinct
        select _event_key from climbed where ancestor_key in (select _event_key from named)
    ),
    documents as (
        select _document_key from {{ helper('arrived') }} where _document_key != 0
        union distinct
        select _document_key from {{ this }}
        where _document_key != 0 and _event_key in (select _event_key from families)
    )
    select {{ place() }} from {{ helper('arrived') }}
    union distinct
    select {{ place() }} from {{ this }}
    where _event_key in (select _event_key from families)
        or (
            _document_key in (select _document_key from documents)
            and verdict in ('stands', 'duplicate_document', 'conflicting_document')
        )
{% endmacro %}
