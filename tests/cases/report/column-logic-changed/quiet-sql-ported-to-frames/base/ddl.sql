CREATE TABLE fx.rates (currency STRING NOT NULL, as_of DATE NOT NULL, rate DECIMAL(12,6), PRIMARY KEY (currency, as_of));
CREATE TABLE ledger.bookings (booking_id BIGINT NOT NULL, account STRING, currency STRING, amount DECIMAL(14,2), booked_on DATE, kind STRING);
