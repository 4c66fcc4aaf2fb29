CREATE PROCEDURE dbo.update_facts @mode int AS
BEGIN
    UPDATE f SET f.region = c.region
    FROM dbo.fact f INNER JOIN #changed c ON c.patient_id = f.patient_id;

    INSERT INTO #totals (total, patient_id)
    SELECT o.amount, o.patient_id FROM dbo.orders o JOIN #changed c ON c.patient_id = o.patient_id;
END
