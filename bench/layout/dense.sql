create or replace table core.bench_stock_dense
engine = MergeTree order by (source, store_id, product_id, date_key) partition by toYYYYMM(date_key)
as select * from core.fact_inventory
