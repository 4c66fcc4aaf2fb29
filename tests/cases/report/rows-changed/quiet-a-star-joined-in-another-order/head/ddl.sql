CREATE TABLE dw.fact_sales (sale_id BIGINT NOT NULL, day_id INT NOT NULL, store_id INT NOT NULL, product_id INT NOT NULL, units INT, revenue NUMERIC(12,2));
CREATE TABLE dw.dim_day (day_id INT NOT NULL PRIMARY KEY, day DATE, iso_week INT);
CREATE TABLE dw.dim_store (store_id INT NOT NULL PRIMARY KEY, city VARCHAR(40), region_id INT);
CREATE TABLE dw.dim_region (region_id INT NOT NULL PRIMARY KEY, region VARCHAR(40));
CREATE TABLE dw.dim_product (product_id INT NOT NULL PRIMARY KEY, category VARCHAR(40), is_active BOOLEAN);
