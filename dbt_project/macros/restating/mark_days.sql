{#- Before an incremental run of a model that is restated by store and day: writes the helper table `<model>__marked`
    (source, store_id, date_key), the days whose content differs from what they would be built from. The run replaces
    them, and a day that has nothing left is emptied.

    days: SELECT of source, store_id, date_key; a day may come more than once. -#}
{% macro mark_days(days) %}
    {% if execute and is_incremental() %}
        {% do drop_leftovers() %}
        {% do run_query(_create_helper('marked', 'select distinct source, store_id, date_key from (' ~ days ~ ')')) %}
    {% endif %}
{% endmacro %}

{#- The condition that keeps an incremental run to the marked days. -#}
{% macro is_marked_day(date='date_key') -%}
    (source, store_id, {{ date }}) in (select source, store_id, date_key from {{ helper('marked') }})
{%- endmacro %}

{#- Days on which two SELECTs of (source, store_id, date_key, rows, checksum) disagree. -#}
{% macro days_that_differ(expected, kept) %}
    select source, store_id, date_key
    from (
        select source, store_id, date_key, rows as expected_rows, checksum as expected_checksum,
            0 as kept_rows, 0 as kept_checksum
        from ({{ expected }})
        union all
        select source, store_id, date_key, 0, 0, rows, checksum
        from ({{ kept }})
    )
    group by source, store_id, date_key
    having sum(expected_rows) != sum(kept_rows) or sum(expected_checksum) != sum(kept_checksum)
{% endmacro %}

{#- Days with rows whose version key is not that of the version in force at `at`: a catalogue event came late. Versions
    follow each other without a gap, so the first and the last row of a key speak for those between. -#}
{% macro days_with_stale_versions(entity, key, at, versions, version_entity=none, version_key=none) %}
    {%- set version_entity, version_key = version_entity or entity, version_key or key -%}
    select distinct facts.source as source, facts.store_id as store_id, facts.date_key as date_key
    from {{ this }} as facts
    asof left join {{ versions }} as versions
        on facts.source = versions.source and facts.{{ entity }} = versions.{{ version_entity }}
        and facts.{{ at }} >= versions.valid_from
    where ifNull(versions.{{ version_key }}, 0) != facts.{{ key }}
        and (facts.source, facts.{{ entity }}) in (
            select spans.source, spans.{{ entity }}
            from (
                select source, {{ entity }}, {{ key }}, min({{ at }}) as first_at, max({{ at }}) as last_at
                from {{ this }}
                group by source, {{ entity }}, {{ key }}
            ) as spans
            asof left join {{ versions }} as first_versions
                on spans.source = first_versions.source and spans.{{ entity }} = first_versions.{{ version_entity }}
                and spans.first_at >= first_versions.valid_from
            asof left join {{ versions }} as last_versions
                on spans.source = last_versions.source and spans.{{ entity }} = last_versions.{{ version_entity }}
                and spans.last_at >= last_versions.valid_from
            where ifNull(first_versions.{{ version_key }}, 0) != spans.{{ key }}
                or ifNull(last_versions.{{ version_key }}, 0) != spans.{{ key }}
        )
{% endmacro %}
