-- pay_api may call these functions and nothing else: no table, no sequence,
-- no other function.
REVOKE ALL ON ALL TABLES IN SCHEMA pay FROM PUBLIC, pay_api;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pay FROM PUBLIC, pay_api;
GRANT USAGE ON SCHEMA pay TO pay_api;
GRANT EXECUTE ON FUNCTION pay.create_payments, pay.change_payments,
    pay.administer, pay.get_payments, pay.read_objects, pay.get_refunds,
    pay.get_api_keys,
    pay.get_merchants, pay.list_objects, pay.get_balances, pay.trial_balance,
    pay.get_ledger_transactions, pay.list_events, pay.get_events,
    pay.authenticate, pay.touch_keys, pay.find_keys, pay.get_keys,
    pay.cancel_keys, pay.ping, pay.database, pay.probe, pay.beat, pay.shown, pay.token, pay.fresh,
    pay.has, pay.claims, pay.relay, pay.list_merchants,
    pay.maintain,
    pay.background TO pay_api;
