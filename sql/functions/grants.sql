-- pay_api may call these functions and nothing else: no table, no sequence,
-- no other function.
REVOKE ALL ON ALL TABLES IN SCHEMA pay FROM PUBLIC, pay_api;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pay FROM PUBLIC, pay_api;
GRANT USAGE ON SCHEMA pay TO pay_api;
GRANT EXECUTE ON FUNCTION pay.create_payments, pay.change_payments,
    pay.begin_payments, pay.begin_changes, pay.undo_attempts, pay.claim_followups,
    pay.end_attempts, pay.act_on_payments, pay.resolve_attempts,
    pay.count_attempts, pay.find_notified, pay.apply_notifications,
    pay.get_payments, pay.read_objects, pay.list_objects,
    pay.administer, pay.authenticate, pay.touch_keys, pay.get_api_keys,
    pay.get_merchants, pay.list_merchants,
    pay.get_keys, pay.cancel_keys,
    pay.get_balances, pay.trial_balance, pay.get_ledger_transactions,
    pay.relay, pay.list_events, pay.get_events,
    pay.last_events,
    pay.change_endpoints, pay.deliver_due, pay.deliver_page, pay.deliver_done,
    pay.list_deliveries,
    pay.take_sinks, pay.read_sinks, pay.ack_sinks,
    pay.owns_merchants, pay.claims,
    pay.probe, pay.database, pay.heartbeat, pay.shown_heartbeat, pay.token,
    pay.fresh, pay.ping, pay.maintain, pay.background,
    pay.check_ledger, pay.status, pay.status_here TO pay_api;
