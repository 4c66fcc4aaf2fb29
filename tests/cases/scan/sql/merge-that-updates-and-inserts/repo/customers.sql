MERGE INTO core.customers AS c
USING (
  SELECT * FROM stage.customer_updates
  QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY updated_at DESC) = 1
) AS u
ON c.customer_id = u.customer_id
WHEN MATCHED AND u.is_deleted THEN DELETE
WHEN MATCHED THEN UPDATE SET email = LOWER(u.email), tier = u.tier, version = c.version + 1, updated_at = u.updated_at
WHEN NOT MATCHED AND NOT u.is_deleted THEN INSERT (customer_id, email, tier, version, updated_at)
  VALUES (u.customer_id, LOWER(u.email), COALESCE(u.tier, 'basic'), 1, u.updated_at);
