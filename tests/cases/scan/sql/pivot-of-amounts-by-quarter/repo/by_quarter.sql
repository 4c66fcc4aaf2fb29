CREATE OR REPLACE TABLE FIN.BY_QUARTER AS
SELECT *
FROM (SELECT cost_centre, quarter, amount FROM fin.bookings)
PIVOT (SUM(amount) FOR quarter IN ('Q1', 'Q2')) AS p (cost_centre, q1, q2);
