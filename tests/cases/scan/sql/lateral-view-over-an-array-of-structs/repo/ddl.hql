CREATE TABLE ods.baskets (basket_id BIGINT, country STRING, lines ARRAY<STRUCT<sku: STRING, qty: INT, price: DECIMAL(10,2)>>, tags MAP<STRING, STRING>);
