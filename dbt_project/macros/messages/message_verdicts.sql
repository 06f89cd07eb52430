{#- CTEs that say what becomes of each message, ending in `message_verdicts` (place, verdict: only where it is not
    'stands').

    messages: name of a CTE of `message_keys`.

    0. A message whose amounts are too large is set aside and says nothing.
    1. Of an event id the first message to arrive speaks; the same payload again is a `duplicate`, another one a
       `conflicting_id`.
    2. A correction replaces its event, a correction of the correction replaces both; of several last words about one
       event the last to arrive stands, the others are `corrected`.
    3. A document (a line of a ticket, a count) exists once: the same again under a new event id is a
       `duplicate_document`, something else under its name a `conflicting_document`. A correction goes before what
       it does not name, then the first to arrive; among equals the smallest event id, so that order does not matter.

    Windows over ten million messages cost too much, so they run over the messages that share something. -#}
{% macro message_verdicts(messages) %}
corrections as (

    select source, event_id, _event_key, _corrects_key
    from (
        select source, event_id, _event_key, _corrects_key
        from {{ messages }}
        where not is_too_large and _event_key in (select _event_key from {{ messages }} where _corrects_key != 0)
        order by {{ arrival() }}
        limit 1 by source, event_id
    )
    where _corrects_key != 0

),

messages_shared as (

    select
        {{ place() }}, _kafka_timestamp, source, event_id,
        _event_key, _corrects_key, _document_key, _content_key, _payload_key
    from {{ messages }}
    where not is_too_large and (
        _event_key in (select _event_key from {{ messages }} group by _event_key having count() > 1)
        or _event_key in (
            select arrayJoin([_event_key, _corrects_key]) from {{ messages }} where _corrects_key != 0
        )
        or _document_key in (
            select _document_key from {{ messages }} where _document_key != 0 group by _document_key having count() > 1
        )
    )

),

ids_decided as (

    select
        *,
        row_number() over event_arrivals as id_turn,
        first_value(_payload_key) over event_arrivals as id_payload_key
    from messages_shared
    window event_arrivals as (
        partition by source, event_id order by {{ arrival() }} rows between unbounded preceding and unbounded following
    )

),

corrections_decided as (

    select
        ids_decided.*,
        row_number() over (
            partition by id_turn = 1, ifNull(roots.root_key, ids_decided._event_key)
            order by
                ids_decided._event_key not in (select _corrects_key from corrections) desc,
                _kafka_timestamp desc, _topic desc, _partition desc, _offset desc
        ) as last_word
    from ids_decided
    left join (
        select _event_key, argMax(ancestor_key, height) as root_key
        from ({{ climb_corrections('corrections') }})
        group by _event_key
    ) as roots on ids_decided._event_key = roots._event_key

),

documents_named as (

    select
        *,
        id_turn = 1 and last_word = 1 and _document_key != 0 as is_contestant,
        first_value(_content_key) over (
            partition by is_contestant, _document_key
            order by _corrects_key != 0 desc, {{ arrival() }}
            rows between unbounded preceding and unbounded following
        ) as document_content_key
    from corrections_decided

),

documents_decided as (

    select
        *,
        row_number() over (
            partition by is_contestant, _document_key
            order by _content_key = document_content_key desc, event_id, {{ arrival() }}
        ) as document_turn
    from documents_named

),

message_verdicts as (

    select
        {{ place() }},
        multiIf(
            id_turn > 1 and _payload_key = id_payload_key, 'duplicate',
            id_turn > 1, 'conflicting_id',
            last_word > 1, 'corrected',
            is_contestant and document_turn > 1 and _content_key = document_content_key, 'duplicate_document',
            is_contestant and document_turn > 1, 'conflicting_document',
            'stands'
        ) as verdict
    from documents_decided
    where verdict != 'stands'

    union all

    select {{ place() }}, 'amount_too_large' as verdict from {{ messages }} where is_too_large

)
{% endmacro %}

{#- Rows (_event_key, ancestor_key, height): every event that a correction replaces, directly or by way of others.
    The path stops events that correct each other in a circle; a circle replaces nothing. -#}
{% macro climb_corrections(corrections) %}
    with recursive climb as (
        select _event_key, _corrects_key as ancestor_key, 1 as height, [_event_key] as path
        from {{ corrections }}
        union all
        select climb._event_key, edges._corrects_key, climb.height + 1, arrayPushBack(climb.path, edges._event_key)
        from climb
        inner join {{ corrections }} as edges on climb.ancestor_key = edges._event_key
        where not has(climb.path, edges._corrects_key)
    )
    select _event_key, ancestor_key, height from climb
{% endmacro %}
