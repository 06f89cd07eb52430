select * from core.fact_inventory where {slice:UInt8} = cityHash64(source, store_id, product_id) % {slices:UInt8}
