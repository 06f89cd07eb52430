-- One row per source whose stores close their days: the share of the closed days of the last four weeks of which all
-- that the store counted is known. Of less than a week of them there is no share to judge.
select
    source,
    count() as closed_days,
    countIf(is_complete) / closed_days as complete_share
from {prefix}monitoring.completeness as days
inner join {prefix}intermediate.int_sources_dated as sources using (source)
where is_closed and date_key > toDate32(as_of) - 28
group by source
having closed_days >= 7
order by source
