CREATE TABLE ads.spend (campaign varchar, channel varchar, day date, cost double, clicks bigint);
