-- One row per topic with messages in the batch. A handful of rejected messages in a small batch is no share to judge.
select
    topic,
    count() as messages,
    countIf(reason != '') as rejected,
    if(rejected < 20, 0, rejected / messages) as rejected_share
from batch
group by topic
order by topic
