class Columns:
    USER = "user_id"
    AMOUNT = "amount"


class PaymentColumns(Columns):
    STATE = "state"
