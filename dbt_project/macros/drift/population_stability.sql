{#- CTEs from `placed` (source, feature, date_key, is_reference, value) to `stability`: by source, feature and day the
    population stability index of the window against the reference, in bins that the reference's deciles cut, and the
    index that one in a hundred samples without any drift exceeds. -#}
{% macro population_stability(placed) -%}
edges_cut as (

    select
        source, feature, date_key,
        arrayDistinct(quantilesExact(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)(value)) as edges
    from {{ placed }}
    where is_reference
    group by source, feature, date_key

),

bins_counted as (

    select
        source, feature, date_key,
        arrayCount(edge -> value > edge, edges) as bin,
        countIf(is_reference) as reference_count,
        countIf(not is_reference) as window_count
    from {{ placed }} as placed
    inner join edges_cut using (source, feature, date_key)
    group by source, feature, date_key, bin

),

bins_compared as (

    select
        source, feature, date_key, reference_count, window_count,
        count() over (partition by source, feature, date_key) as bins,
        sum(reference_count) over (partition by source, feature, date_key) as reference_values,
        sum(window_count) over (partition by source, feature, date_key) as window_values,
        -- half a value more in each bin: an empty one is no infinity
        (reference_count + 0.5) / (reference_values + 0.5 * bins) as reference_share,
        (window_count + 0.5) / (window_values + 0.5 * bins) as window_share
    from bins_counted

),

stability as (

    select
        source,
        feature,
        date_key,
        max(bins_compared.bins) as bins,
        max(bins_compared.reference_values) as reference_values,
        max(bins_compared.window_values) as window_values,
        {{ exact_sum('(window_share - reference_share) * log(window_share / reference_share)') }} as stability_index,
        {{ chi_squared_99('bins - 1') }} * (1 / window_values + 1 / reference_values) as threshold
    from bins_compared
    group by source, feature, date_key
    having bins > 1 and least(reference_values, window_values) >= 50

)
{%- endmacro %}

{#- What a chi-squared variable of some degrees of freedom exceeds once in a hundred times, within 1 % (Wilson and
    Hilferty 1931). -#}
{% macro chi_squared_99(degrees) -%}
    (({{ degrees }}) * pow(1 - 2 / (9 * ({{ degrees }})) + 2.326348 * sqrt(2 / (9 * ({{ degrees }}))), 3))
{%- endmacro %}
