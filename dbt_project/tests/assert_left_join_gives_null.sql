-- The canary of `join_use_nulls` in profiles.yml: without it an unmatched LEFT JOIN gives 0, and models that look for
-- NULL say nonsense.
select wanted.number
from (select toInt32(1) as number) as wanted
left join (select toInt32(2) as number, toInt32(3) as amount) as found on wanted.number = found.number
where isNotNull(found.amount)
