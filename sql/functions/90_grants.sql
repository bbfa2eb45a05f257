-- pay_api may call these functions and nothing else: no table, no sequence,
-- no other function.
REVOKE ALL ON ALL TABLES IN SCHEMA pay FROM PUBLIC, pay_api;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pay FROM PUBLIC, pay_api;
GRANT USAGE ON SCHEMA pay TO pay_api;
GRANT EXECUTE ON FUNCTION pay.create_payments, pay.get_payments,
    pay.authenticate, pay.ping, pay.maintain TO pay_api;
