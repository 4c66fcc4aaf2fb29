CREATE TABLE core.loans (loan_id BIGINT NOT NULL, borrower_id BIGINT, product STRING, principal DECIMAL(14,2), rate DECIMAL(6,4), opened_on DATE);
