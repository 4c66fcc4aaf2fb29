CREATE OR REPLACE TABLE web.page_views AS
SELECT
  e.user_pseudo_id,
  e.device.category AS device_category,
  (SELECT p.value.string_value FROM UNNEST(e.event_params) AS p WHERE p.key = 'page_location') AS page,
  param.value.int_value AS engagement
FROM ga.events AS e, UNNEST(e.event_params) AS param
WHERE e.event_name = 'page_view' AND param.key = 'engagement_time_msec';
