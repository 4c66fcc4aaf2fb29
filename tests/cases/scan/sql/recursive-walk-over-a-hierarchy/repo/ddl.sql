CREATE TABLE hr.employees (employee_id INT, manager_id INT, name TEXT, salary NUMERIC);
