-- A store manager sees his own stores: run as `admin` once the models are built, and again when this file has changed.
-- On a cluster with replicated users (deploy/clickhouse/cluster) once is enough for all replicas.
--
-- Views of this project read as whoever asks (SQL SECURITY INVOKER), so the role needs what lies below them, and the
-- policies are on the tables below. Nothing else is granted: a model that is not named here cannot be read.
-- A manager is a user with the role and a setting that only `admin` can change:
--
--   CREATE USER ana IDENTIFIED WITH sha256_password BY '...' DEFAULT ROLE store_manager
--       SETTINGS SQL_stores = 'acme|S001,acme|S002' CONST;
--
-- 'acme|S001' is source and store, as the column `place` of the views has them. Without the setting every query fails.

CREATE ROLE IF NOT EXISTS store_manager SETTINGS max_execution_time = 60 CONST, max_memory_usage = 1000000000 CONST,
    allow_ddl = 0 CONST, allow_introspection_functions = 0 CONST;

CREATE QUOTA IF NOT EXISTS store_manager KEYED BY user_name
    FOR INTERVAL 1 hour MAX queries = 5000, errors = 500, execution_time = 3600 TO store_manager;

-- What a manager opens.
GRANT SELECT ON reporting.count_list TO store_manager;
GRANT SELECT ON reporting.inventory_health TO store_manager;
GRANT SELECT ON reporting.order_proposals TO store_manager;
GRANT SELECT ON reporting.replenishment_list TO store_manager;
GRANT SELECT ON reporting.stock_losses TO store_manager;
GRANT SELECT ON reporting.stock_projection TO store_manager;

-- What those views read: with a store in each row, so with a policy each;
GRANT SELECT ON core.dim_store TO store_manager;
GRANT SELECT ON kpi.mart_count_list TO store_manager;
GRANT SELECT ON kpi.mart_demand_classes TO store_manager;
GRANT SELECT ON kpi.mart_inventory_health TO store_manager;
GRANT SELECT ON kpi.mart_known_losses_daily TO store_manager;
GRANT SELECT ON kpi.mart_replenishment TO store_manager;
GRANT SELECT ON kpi.mart_shrinkage TO store_manager;
GRANT SELECT ON kpi.mart_stock_projected TO store_manager;
-- and without one: names of products and suppliers.
GRANT SELECT ON core.dim_product TO store_manager;
GRANT SELECT ON core.dim_supplier TO store_manager;

CREATE ROW POLICY OR REPLACE own_stores ON
    core.dim_store,
    kpi.mart_count_list,
    kpi.mart_demand_classes,
    kpi.mart_inventory_health,
    kpi.mart_known_losses_daily,
    kpi.mart_replenishment,
    kpi.mart_shrinkage,
    kpi.mart_stock_projected
    FOR SELECT
    USING has(splitByChar(',', getSetting('SQL_stores')), concat(source, '|', store_id)) TO store_manager;
