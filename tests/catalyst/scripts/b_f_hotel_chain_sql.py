# table h2.bookings(id bigint, hotel bigint, guest bigint, arrival date, nights int, price decimal(10,2), state string)
# table h2.hotels(hotel bigint, brand string, rooms int, opened date)
# table h2.guests(guest bigint, country string, born date)
"""A long SQL text with unions, windows, case and a having."""
from pyspark.sql import SparkSession

STATES = ("CONFIRMED", "STAYED")
SQL = """
with b as (
  select b.*, date_add(b.arrival, b.nights) as departure from h2.bookings b where b.state in {states}
), by_brand as (
  select h.brand, count(distinct b.guest) as guests, sum(b.price * b.nights) as revenue,
         sum(case when g.country = 'DE' then b.price end) as german
  from b join h2.hotels h on b.hotel = h.hotel left join h2.guests g using (guest)
  group by h.brand having count(*) > 1
), ranked as (
  select brand, guests, revenue, german, row_number() over (order by revenue desc) as rn from by_brand
)
select brand, guests, cast(revenue as double) revenue, german / revenue as german_share, 'top' as kind from ranked where rn <= 3
union all
select 'rest', sum(guests), sum(revenue), sum(german) / sum(revenue), 'rest' from ranked where rn > 3
"""
spark = SparkSession.builder.getOrCreate()
df = spark.sql(SQL.format(states=STATES))
df.write.mode("overwrite").saveAsTable("h2_out.brands")
spark.sql("""
  insert into h2_out.brands
  select brand, guests, revenue, german_share, kind from (select * from h2_out.brands) where brand is not null
""")
