CREATE TABLE crm.accounts (account_id INT, name VARCHAR, region VARCHAR);
CREATE TABLE crm.deals (deal_id INT, account_id INT, amount DECIMAL(12,2), won BOOLEAN);
CREATE TABLE crm.blocked (account_id INT, since DATE);
