CREATE TABLE dw.branch_kpi (branch_id INT, new_loans BIGINT, closed_loans BIGINT, volume DECIMAL(18,2)) PARTITIONED BY (dt STRING);
CREATE TABLE ods.loan_events (loan_id BIGINT, branch_id INT, kind STRING, amount DECIMAL(18,2), dt STRING);
