-- Anomalies of sales
-- Incidents put into the stream against the anomalies found by judging every day of the history from the days before it
-- (python -m spark_jobs.find_past_anomalies). Found: incidents with an anomaly of their kind, store and, where they have
-- one, category or product, at their time (prices and sizes: on their day). Right: anomalies with such an incident; a price
-- or size that the till typed ten times too high and corrected later was wrong when it came, so it counts as right.
-- Detectable: incidents that could be told from chance at all. Silence: the chance of no line at most 1 in 10,000; spike: at
-- least 1.7 lines expected, or six times as many are no ten lines; drop: at least 60 lines expected; price: the product was
-- sold on that day; size: a line had twice as many units as is large for the product. Incidents of the first 21 days of a
-- history are left out.

with days_graded as (

    select addDays(min(business_date), 21) as first_day, max(business_date) as last_day
    from truth.demand
    where source = {source:String}

),

incidents as (

    select
        transform(
            fault,
            ['sales_spike', 'sales_drop', 'silent_store', 'refund_burst', 'price_outlier', 'quantity_outlier'],
            ['spike', 'drop', 'silence', 'refund_burst', 'price_outlier', 'quantity_outlier'], ''
        ) as incident_kind,
        location_id as store_id,
        if(category = '', 'all', category) as incident_category,
        product_id as incident_product,
        business_date as incident_date,
        starts_at as incident_starts_at,
        ends_at as incident_ends_at,
        cityHash64(fault, location_id, category, product_id, starts_at) as incident
    from truth.injected_faults
    where source = {source:String} and incident_kind != ''
        and business_date >= (select first_day from days_graded)

),

slips as (

    select distinct store_id, product_id as slip_product, event_time as slip_at
    from raw.raw_sales_events_with_archive
    where source = {source:String} and event_id in (
        select original_event_id from truth.injected_faults where source = {source:String} and fault = 'corrected'
    )

),

anomalies as (

    select anomaly_id, kind, store_id, category, product_id, opened_at, ifNull(ended_at, opened_at) as closed_at
    from staging.stg_realtime__sales_anomalies
    where source = {source:String} and found_in = 'history' and not is_withdrawn
        and toDate(opened_at) >= (select first_day from days_graded)
        and toDate(opened_at) <= (select last_day from days_graded)

),

matches as (

    select incident, anomaly_id
    from incidents
    inner join anomalies on incidents.store_id = anomalies.store_id
    where kind = incident_kind
        and if(
            incident_kind in ('price_outlier', 'quantity_outlier'),
            product_id = incident_product and toDate(opened_at) = incident_date,
            opened_at < incident_ends_at and closed_at >= incident_starts_at
        )
        and (category = incident_category or incident_kind not in ('spike', 'drop'))

),

slipped as (

    select distinct anomaly_id
    from anomalies
    inner join slips on anomalies.store_id = slips.store_id
    where product_id = slip_product and kind in ('price_outlier', 'quantity_outlier')
        and slip_at >= opened_at and slip_at <= closed_at

),

hours_expected as (

    select
        store_id as expected_store,
        category as expected_category,
        estimated_dispersion as dispersion,
        addHours(starts_at, hour) as hour_starts_at,
        expected
    from kpi.mart_sales_expected_hourly
    array join estimated_sale_lines as expected, range(24) as hour
    where source = {source:String}

),

expectations as (

    select
        incident,
        sum(expected) as expected_lines,
        sum(log10(1 + dispersion * expected) / dispersion) as silence_score
    from incidents
    inner join hours_expected on store_id = expected_store
    where expected_category = incident_category
        and hour_starts_at >= incident_starts_at and hour_starts_at < incident_ends_at
    group by incident

),

lines_sold as (

    select incident, count() as sold_lines, max(units / large_units) as size_ratio
    from incidents
    inner join (
        select
            store_id as line_store, product_id as line_product, toDate(assumeNotNull(business_date)) as line_date,
            toFloat64(quantity) as units
        from raw.raw_sales_events_with_archive where source = {source:String} and event_type = 'sale' and _error = ''
    ) as lines on store_id = line_store and incident_product = line_product and incident_date = line_date
    left join (
        select product_id as sized_product, month_start_date, toFloat64(estimated_large_units) as large_units
        from kpi.mart_purchase_sizes where source = {source:String}
    ) as sizes on incident_product = sized_product and toStartOfMonth(incident_date) = toDate(month_start_date)
    group by incident

),

incidents_judged as (

    select
        incident_kind as kind,
        incident in (select incident from matches) as is_found,
        multiIf(
            kind = 'silence', ifNull(silence_score, 0) >= 4,
            kind = 'spike', ifNull(expected_lines, 0) >= 1.7,
            kind = 'drop', ifNull(expected_lines, 0) >= 60,
            kind = 'refund_burst', 1,
            kind = 'price_outlier', ifNull(sold_lines, 0) > 0,
            ifNull(size_ratio, 0) >= 2
        ) as is_detectable
    from incidents
    left join expectations using (incident)
    left join lines_sold using (incident)

),

anomalies_judged as (

    select
        kind,
        anomaly_id in (select anomaly_id from matches) or anomaly_id in (select anomaly_id from slipped) as is_right
    from anomalies

)

select part, measure, inferred, truth, inferred / nullIf(truth, 0) as share, null as naive, null as aim
from (
    select
        kind as part, 'incidents found' as measure, toFloat64(countIf(is_found)) as inferred, toFloat64(count()) as truth, 1 as n
    from incidents_judged group by kind
    union all
    select kind, 'incidents detectable', toFloat64(countIf(is_detectable)), toFloat64(count()), 2
    from incidents_judged group by kind
    union all
    select kind, 'detectable ones found', toFloat64(countIf(is_found and is_detectable)), toFloat64(countIf(is_detectable)), 3
    from incidents_judged group by kind
    union all
    select kind, 'anomalies right', toFloat64(countIf(is_right)), toFloat64(count()), 4
    from anomalies_judged group by kind
    union all
    select 'all', 'incidents found', toFloat64(countIf(is_found)), toFloat64(count()), 1 from incidents_judged
    union all
    select 'all', 'detectable ones found', toFloat64(countIf(is_found and is_detectable)), toFloat64(countIf(is_detectable)), 3
    from incidents_judged
    union all
    select 'all', 'anomalies right', toFloat64(countIf(is_right)), toFloat64(count()), 4 from anomalies_judged
)
order by part = 'all', part, n
