CREATE VIEW dex.contracts AS
SELECT * FROM (VALUES
  ('ethereum', 0x1f98431c8ad98523631ae4a59f267346ea31f984, 'v3', 30),
  ('base', 0x33128a8fc17869897dce68ed026d694621f6fdfd, 'v3', 30)
) AS t (chain, address, version, fee_bps);
