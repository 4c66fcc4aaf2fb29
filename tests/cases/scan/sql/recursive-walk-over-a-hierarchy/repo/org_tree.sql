CREATE TABLE mart.org_tree AS
WITH RECURSIVE tree AS (
  SELECT employee_id, manager_id, name, 1 AS level, name AS path
  FROM hr.employees
  WHERE manager_id IS NULL
  UNION ALL
  SELECT e.employee_id, e.manager_id, e.name, t.level + 1, t.path || ' > ' || e.name
  FROM hr.employees e
  JOIN tree t ON t.employee_id = e.manager_id
)
SELECT employee_id, level, path FROM tree;
