INSERT OVERWRITE TABLE mart.sums
SELECT SUM(net) AS net FROM mart.orders;
