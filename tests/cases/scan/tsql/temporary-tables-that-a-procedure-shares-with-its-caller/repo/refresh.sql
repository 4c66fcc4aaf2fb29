CREATE PROCEDURE dbo.refresh AS
BEGIN
    SELECT p.patient_id, p.region INTO #changed FROM dbo.patient p WHERE p.is_changed = 1;
    CREATE TABLE #totals (patient_id int, total decimal(10, 2));
    EXEC dbo.note 'refresh';
    EXEC dbo.update_facts @mode = 1;
    INSERT INTO dbo.report (patient_id, total) SELECT patient_id, total FROM #totals;
END
