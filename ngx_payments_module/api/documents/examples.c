
/* Made by tools/record-examples from a running system: do not edit. */

#include "ngx_payments_documents.h"


const ngx_payments_example_t  ngx_payments_examples[] = {
    { "livez", NULL,
      "{\"status\":\"ok\"}" },

    { "readyz", NULL,
      "{\"status\":\"ok\",\"postgres\":\"ok\",\"redis\":\"ok\","
      "\"version\":\"0.1\"}" },

    { "getAccount", NULL,
      "{\"object\":\"account\",\"livemode\":false,\"merchant\":{"
      "\"id\":\"mer_01JC000000E00800000000000A\",\"object\":\"merchant\","
      "\"name\":\"Merchant A\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T13:27:20.973201Z\"},\"scopes\":["
      "\"payments:read\",\"payments:write\",\"refunds:read\","
      "\"refunds:write\",\"balances:read\",\"ledger:read\",\"events:read\","
      "\"webhooks:read\",\"webhooks:write\",\"idempotency:read\","
      "\"keys:write\"]}" },

    { "listApiKeys", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T13:27:21.116069Z\","
      "\"expires_at\":null,\"id\":\"key_01M8RWKNRXE5ESG8WEPH2AJEAP\","
      "\"last_used_at\":null,\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"name\":\"admin\","
      "\"object\":\"api_key\",\"prefix\":\"sk_test_0000\","
      "\"revoked_at\":null,\"scopes\":[\"payments:read\",\"payments:write\","
      "\"refunds:read\",\"refunds:write\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"webhooks:read\",\"webhooks:write\","
      "\"idempotency:read\",\"keys:write\",\"admin\"]},{"
      "\"created_at\":\"2026-12-01T13:27:21.079471Z\",\"expires_at\":null,"
      "\"id\":\"key_01M8RWKNQREJXSD1FGTDDETF1B\",\"last_used_at\":null,"
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"name\":\"read only\",\"object\":\"api_key\","
      "\"prefix\":\"rk_test_0000\",\"revoked_at\":null,\"scopes\":["
      "\"payments:read\",\"refunds:read\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"idempotency:read\"]}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/api_keys\"}" },

    { "createApiKey", NULL,
      "{\"id\":\"key_01M8RWM29HES38AHVY6JCT422H\",\"object\":\"api_key\","
      "\"name\":\"Reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:read\",\"refunds:read\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T13:27:33.946709Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "getApiKey", "key_01M8RWM2MGEJ4BR6FWTYVKC5CB",
      "{\"id\":\"key_01M8RWM2MGEJ4BR6FWTYVKC5CB\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T13:27:34.288521Z\","
      "\"revoked_at\":null}" },

    { "updateApiKey", "key_01M8RWM2PEFQT9VSBVZ9S84GBA",
      "{\"id\":\"key_01M8RWM2PEFQT9VSBVZ9S84GBA\",\"object\":\"api_key\","
      "\"name\":\"Monthly reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T13:27:34.357042Z\","
      "\"revoked_at\":null}" },

    { "rotateApiKey", "key_01M8RWM2R8EQY9ACT6SP1187HX",
      "{\"id\":\"key_01M8RWM2RXFHDTZ801RT47AHKB\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T13:27:34.429855Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "listBalances", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/balances\"}" },

    { "getBalance", "EUR",
      "{\"object\":\"balance\",\"livemode\":false,\"currency\":\"EUR\","
      "\"exponent\":2,\"available\":0,\"pending\":0,\"reserved\":0,"
      "\"as_of\":\"2026-12-01T13:27:34.538607Z\"}" },

    { "getCapture", "cap_01M8RWM2Y4FDCRAE9EA4RQN0NM",
      "{\"id\":\"cap_01M8RWM2Y4FDCRAE9EA4RQN0NM\",\"object\":\"capture\","
      "\"amount\":1099,\"final\":true,"
      "\"created_at\":\"2026-12-01T13:27:34.596708Z\"}" },

    { "listCurrencies", NULL,
      "{\"data\":[{\"code\":\"AED\",\"exponent\":2,\"name\":\"UAE Dirham\"},{"
      "\"code\":\"AFN\",\"exponent\":2,\"name\":\"Afghani\"}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/currencies\"}" },

    { "listDisputes", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/disputes\"}" },

    { "getDispute", "dis_01M8RWM35REMY9HW9WXSV5BFZ2",
      "{\"id\":\"dis_01M8RWM35REMY9HW9WXSV5BFZ2\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8RWM34QE3CTEC1Z9CP4QA1Z\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"open\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T13:27:34.840327Z\","
      "\"updated_at\":\"2026-12-01T13:27:34.840327Z\"}" },

    { "listEvents", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T13:27:34.840559Z\",\"data\":{"
      "\"object\":{\"amount\":1099,"
      "\"created_at\":\"2026-12-01T13:27:34.840327Z\",\"currency\":\"EUR\","
      "\"id\":\"dis_01M8RWM35REMY9HW9WXSV5BFZ2\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8RWM34QE3CTEC1Z9CP4QA1Z\","
      "\"reason\":\"general\",\"status\":\"open\","
      "\"updated_at\":\"2026-12-01T13:27:34.840327Z\"},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8RWM35REMXRQ05G8J50KP72\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"dis_01M8RWM35REMY9HW9WXSV5BFZ2\","
      "\"object_type\":\"dispute\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8RWM35REHB8RJN47ZKQJWCX\","
      "\"idempotency_key\":\"5c07f721-1ea5-4da3-b418-79c22bf777be\"},"
      "\"sequence\":4,\"timestamp\":\"2026-12-01T13:27:34.840559Z\","
      "\"type\":\"dispute.created\"},{"
      "\"created_at\":\"2026-12-01T13:27:34.817543Z\",\"data\":{\"object\":{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":1099,"
      "\"amount_refunded\":0,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T13:27:34.807053Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T13:27:34.807053Z\","
      "\"created_at\":\"2026-12-01T13:27:34.807053Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"dispute\":null,"
      "\"expiry_action\":\"cancel\",\"exponent\":2,\"failure\":null,"
      "\"fee\":null,\"id\":\"pay_01M8RWM34QE3CTEC1Z9CP4QA1Z\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"metadata\":{},\"object\":\"payment\",\"payment_method\":{"
      "\"brand\":\"visa\",\"last4\":\"4242\",\"token\":\"tok_visa\","
      "\"type\":\"card\"},\"pending_action\":null,\"processor\":{"
      "\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RWM34QE3CTEC1Z9CP4QA1Z\"},\"reference\":null,"
      "\"refund_status\":\"none\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T13:27:34.807053Z\",\"version\":1},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8RWM34QE3QASZ7DWXS6PPX6\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"pay_01M8RWM34QE3CTEC1Z9CP4QA1Z\","
      "\"object_type\":\"payment\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8RWM34PFYCTJDV4MTCJ9YPM\","
      "\"idempotency_key\":\"bd4bbce6-dfe1-4c99-9bce-bf2e175db3e0\"},"
      "\"sequence\":3,\"timestamp\":\"2026-12-01T13:27:34.817543Z\","
      "\"type\":\"payment.captured\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/events\"}" },

    { "getEvent", "evt_01M8RWM3F6FH8RS6XS33K9RF8Q",
      "{\"id\":\"evt_01M8RWM3F6FH8RS6XS33K9RF8Q\",\"object\":\"event\","
      "\"type\":\"refund.succeeded\",\"sequence\":6,\"livemode\":false,"
      "\"created_at\":\"2026-12-01T13:27:35.154618Z\","
      "\"timestamp\":\"2026-12-01T13:27:35.154618Z\",\"data\":{\"object\":{"
      "\"id\":\"ref_01M8RWM3F6FHB95G5QMK5B9RWS\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8RWM3EDFGTRWRBBMM61F8Z6\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T13:27:35.142770Z\","
      "\"updated_at\":\"2026-12-01T13:27:35.142770Z\"},"
      "\"previous_attributes\":null},\"object_type\":\"refund\","
      "\"object_id\":\"ref_01M8RWM3F6FHB95G5QMK5B9RWS\",\"object_version\":1,"
      "\"request\":{\"id\":\"req_01M8RWM3F6FDWBZHFR51JV89G1\","
      "\"idempotency_key\":\"62d6de8c-e888-403b-84a5-401e44c190d3\"}}" },

    { "redeliverEvent", "evt_01M8RWM3QXFQXRGA1ACKHBG4SY",
      "{\"data\":[{\"attempt\":0,\"attempted_at\":null,\"duration_ms\":null,"
      "\"endpoint_id\":\"we_01M8RWM3NEFR4AWN3SPDME7MQ4\",\"error\":null,"
      "\"event_id\":\"evt_01M8RWM3QXFQXRGA1ACKHBG4SY\","
      "\"id\":\"whd_5QDDHMC95HRJDHN4BGF60S56F8\","
      "\"next_attempt_at\":\"2026-12-01T13:27:35.655310Z\","
      "\"object\":\"webhook_delivery\",\"response_status\":null,"
      "\"status\":\"pending\"}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/webhook_deliveries\"}" },

    { "getIdempotencyKey", "order-6652dbc2-26c9-4803-9f1d-bb40005a496b",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-6652dbc2-26c9-4803-9f1d-bb40005a496b\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"completed\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8RWM46NF8RSPMSBFC3PX9WC\","
      "\"request_id\":\"req_01M8RWM46NF3WT0K0N230QSN8S\",\"undo\":null,"
      "\"created_at\":\"2026-12-01T13:27:35.898921Z\","
      "\"completed_at\":\"2026-12-01T13:27:35.898921Z\","
      "\"expires_at\":\"2026-12-02T13:27:35.898921Z\"}" },

    { "cancelIdempotencyKey", "order-3adf93e2-89b1-43cd-872c-4f6f59ff02e2",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-3adf93e2-89b1-43cd-872c-4f6f59ff02e2\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"canceled\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8RWM4KZEH4TRAVDKVYX1PET\","
      "\"request_id\":\"req_01M8RWM4KZEDCB50GKE5KMAECS\",\"undo\":\"done\","
      "\"created_at\":\"2026-12-01T13:27:36.321749Z\","
      "\"completed_at\":\"2026-12-01T13:27:36.321749Z\","
      "\"expires_at\":\"2026-12-02T13:27:36.321749Z\"}" },

    { "listLedgerTransactions", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T13:27:36.376083Z\","
      "\"currency\":\"EUR\",\"entries\":[{\"account\":\"merchant_reserved\","
      "\"amount\":1099,\"direction\":\"debit\","
      "\"id\":\"le_01M8RWM4NRE5B9QPYF5TR2Q23S\"},{"
      "\"account\":\"processor_receivable\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8RWM4NRE5B9QPYF5TR2Q23R\"}],"
      "\"id\":\"lt_01M8RWM4NRE5B9QPYF5TR2Q23V\","
      "\"kind\":\"refund_succeeded\",\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8RWM4NRE5AB8Z064V7MS3EE\","
      "\"source_type\":\"refund\"},{"
      "\"created_at\":\"2026-12-01T13:27:36.376083Z\",\"currency\":\"EUR\","
      "\"entries\":[{\"account\":\"merchant_available\",\"amount\":1099,"
      "\"direction\":\"debit\",\"id\":\"le_01M8RWM4NRE5AS2FAPA4S5BK3H\"},{"
      "\"account\":\"merchant_reserved\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8RWM4NRE5AS2FAPA4S5BK3G\"}],"
      "\"id\":\"lt_01M8RWM4NRE5AS2FAPA4S5BK3K\",\"kind\":\"refund\","
      "\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8RWM4NRE5AB8Z064V7MS3EE\","
      "\"source_type\":\"refund\"}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/ledger/transactions\"}" },

    { "getLedgerTransaction", "lt_01M8RWM574EY89YSY0DC1NYXGM",
      "{\"id\":\"lt_01M8RWM574EY89YSY0DC1NYXGM\","
      "\"object\":\"ledger_transaction\",\"kind\":\"refund_succeeded\","
      "\"source_type\":\"refund\","
      "\"source_id\":\"ref_01M8RWM574EY7BAZPKDAVSSGSN\",\"currency\":\"EUR\","
      "\"created_at\":\"2026-12-01T13:27:36.932471Z\",\"entries\":[{"
      "\"id\":\"le_01M8RWM574EY89YSY0DC1NYXGP\","
      "\"account\":\"merchant_reserved\",\"direction\":\"debit\","
      "\"amount\":400},{\"id\":\"le_01M8RWM574EY89YSY0DC1NYXGQ\","
      "\"account\":\"processor_receivable\",\"direction\":\"credit\","
      "\"amount\":400}]}" },

    { "trialBalance", NULL,
      "{\"object\":\"trial_balance\",\"livemode\":false,"
      "\"as_of\":\"2026-12-01T13:27:37.059963Z\",\"currencies\":{\"EUR\":{"
      "\"debits\":13390,\"credits\":13390,"
      "\"balanced\":true}}}" },

    { "listMerchants", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T13:27:21.788640Z\","
      "\"id\":\"mer_01JC000000E00800000000000C\",\"name\":\"Merchant C\","
      "\"object\":\"merchant\",\"status\":\"active\"},{"
      "\"created_at\":\"2026-12-01T13:27:20.973201Z\","
      "\"id\":\"mer_01JC000000E00800000000000B\",\"name\":\"Merchant B\","
      "\"object\":\"merchant\",\"status\":\"active\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/merchants\"}" },

    { "createMerchant", NULL,
      "{\"id\":\"mer_01M8RWM5DAFCKR9Q0YCERT1YHY\",\"object\":\"merchant\","
      "\"name\":\"Corner Books\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T13:27:37.131625Z\"}" },

    { "getMerchant", "mer_01M8RWM64AETWSK47FMA092KG7",
      "{\"id\":\"mer_01M8RWM64AETWSK47FMA092KG7\",\"object\":\"merchant\","
      "\"name\":\"Corner Shop\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T13:27:37.867352Z\"}" },

    { "updateMerchant", "mer_01M8RWM691FK2V74QC8R1RBT87",
      "{\"id\":\"mer_01M8RWM691FK2V74QC8R1RBT87\",\"object\":\"merchant\","
      "\"name\":\"Corner Books and Maps\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T13:27:38.020086Z\"}" },

    { "listPayments", NULL,
      "{\"data\":[{\"amount\":1099,\"amount_authorized\":1099,"
      "\"amount_canceled\":0,\"amount_capturable\":0,"
      "\"amount_captured\":1099,\"amount_disputed\":0,"
      "\"amount_refundable\":699,\"amount_refunded\":400,"
      "\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T13:27:36.745023Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T13:27:36.745023Z\","
      "\"created_at\":\"2026-12-01T13:27:36.745023Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"dispute\":null,"
      "\"expiry_action\":\"cancel\",\"exponent\":2,\"failure\":null,"
      "\"fee\":null,\"id\":\"pay_01M8RWM519E1HB2FNYP55NWQ12\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"metadata\":{},\"object\":\"payment\",\"payment_method\":{"
      "\"brand\":\"visa\",\"last4\":\"4242\",\"token\":\"tok_visa\","
      "\"type\":\"card\"},\"pending_action\":null,\"processor\":{"
      "\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RWM519E1HB2FNYP55NWQ12\"},\"reference\":null,"
      "\"refund_status\":\"partial\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T13:27:36.932471Z\",\"version\":2},{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":0,"
      "\"amount_refunded\":1099,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T13:27:36.319268Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T13:27:36.319268Z\","
      "\"created_at\":\"2026-12-01T13:27:36.319268Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"dispute\":null,"
      "\"expiry_action\":\"cancel\",\"exponent\":2,\"failure\":null,"
      "\"fee\":null,\"id\":\"pay_01M8RWM4KZEH4TRAVDKVYX1PET\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"metadata\":{},\"object\":\"payment\",\"payment_method\":{"
      "\"brand\":\"visa\",\"last4\":\"4242\",\"token\":\"tok_visa\","
      "\"type\":\"card\"},\"pending_action\":null,\"processor\":{"
      "\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RWM4KZEH4TRAVDKVYX1PET\"},\"reference\":null,"
      "\"refund_status\":\"full\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T13:27:36.376083Z\",\"version\":2}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments\"}" },

    { "createPayment", NULL,
      "{\"id\":\"pay_01M8RWM6HQE2KTNYTJWQDT8HPW\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T13:27:38.295041Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RWM6HQE2KTNYTJWQDT8HPW\"},"
      "\"created_at\":\"2026-12-01T13:27:38.295041Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books\",\"metadata\":{\"order\":\"6735\"},"
      "\"failure\":null,\"fee\":null,\"cancellation_reason\":null,"
      "\"pending_action\":null,\"dispute\":null,\"version\":1,"
      "\"updated_at\":\"2026-12-01T13:27:38.295041Z\","
      "\"authorized_at\":\"2026-12-01T13:27:38.295041Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "getPayment", "pay_01M8RWM6K8FNG8ZHW1RVN264N1",
      "{\"id\":\"pay_01M8RWM6K8FNG8ZHW1RVN264N1\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RWM6K8FNG8ZHW1RVN264N1\"},"
      "\"created_at\":\"2026-12-01T13:27:38.344836Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"dispute\":null,"
      "\"version\":1,\"updated_at\":\"2026-12-01T13:27:38.344836Z\","
      "\"authorized_at\":\"2026-12-01T13:27:38.344836Z\","
      "\"captured_at\":\"2026-12-01T13:27:38.344836Z\","
      "\"canceled_at\":null}" },

    { "updatePayment", "pay_01M8RWM6NXFAY9BW1WCV2CHP22",
      "{\"id\":\"pay_01M8RWM6NXFAY9BW1WCV2CHP22\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T13:27:38.429671Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RWM6NXFAY9BW1WCV2CHP22\"},"
      "\"created_at\":\"2026-12-01T13:27:38.429671Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books, gift-wrapped\",\"metadata\":{"
      "\"order\":\"6735\",\"wrapped\":\"yes\"},\"failure\":null,\"fee\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"dispute\":null,"
      "\"version\":2,\"updated_at\":\"2026-12-01T13:27:38.448759Z\","
      "\"authorized_at\":\"2026-12-01T13:27:38.429671Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "cancelPayment", "pay_01M8RWM6X1E8PSKW9RGTCZVRAW",
      "{\"id\":\"pay_01M8RWM6X1E8PSKW9RGTCZVRAW\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T13:27:38.657136Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RWM6X1E8PSKW9RGTCZVRAW\"},"
      "\"created_at\":\"2026-12-01T13:27:38.657136Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"canceled\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"cancellation_reason\":\"requested_by_customer\","
      "\"pending_action\":null,\"dispute\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T13:27:38.739532Z\","
      "\"authorized_at\":\"2026-12-01T13:27:38.657136Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":\"2026-12-01T13:27:38.739532Z\"}" },

    { "capturePayment", "pay_01M8RWM758FKERG3ARA9SX0FZK",
      "{\"id\":\"pay_01M8RWM758FKERG3ARA9SX0FZK\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T13:27:38.920804Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RWM758FKERG3ARA9SX0FZK\"},"
      "\"created_at\":\"2026-12-01T13:27:38.920804Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1000,"
      "\"amount_refunded\":0,\"amount_canceled\":99,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1000,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"dispute\":null,"
      "\"version\":2,\"updated_at\":\"2026-12-01T13:27:38.973298Z\","
      "\"authorized_at\":\"2026-12-01T13:27:38.920804Z\","
      "\"captured_at\":\"2026-12-01T13:27:38.973298Z\","
      "\"canceled_at\":null}" },

    { "listPaymentRefunds", "pay_01M8RWM79WFBGRVJ1AEMYJYX86",
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-12-01T13:27:39.149198Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8RWM7CDECR9283MNCFGF3PG\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8RWM79WFBGRVJ1AEMYJYX86\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T13:27:39.149198Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments/pay_01M8RWM79WFBGRVJ1AEMYJYX86/refunds\"}" },

    { "createRefund", "pay_01M8RWM7EKEBJRCG59W3CJ22FZ",
      "{\"id\":\"ref_01M8RWM7G3E1BT24KJZG5RZ9MP\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8RWM7EKEBJRCG59W3CJ22FZ\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":\"requested_by_customer\","
      "\"reference\":null,\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T13:27:39.267021Z\","
      "\"updated_at\":\"2026-12-01T13:27:39.267021Z\"}" },

    { "notifyProcessor", "acquirer",
      "{\"object\":\"notification\","
      "\"result\":\"applied\"}" },

    { "listRefunds", NULL,
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-12-01T13:27:39.267021Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8RWM7G3E1BT24KJZG5RZ9MP\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8RWM7EKEBJRCG59W3CJ22FZ\","
      "\"reason\":\"requested_by_customer\",\"reference\":null,"
      "\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T13:27:39.267021Z\",\"version\":1},{"
      "\"amount\":400,\"created_at\":\"2026-12-01T13:27:39.149198Z\","
      "\"currency\":\"EUR\",\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8RWM7CDECR9283MNCFGF3PG\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8RWM79WFBGRVJ1AEMYJYX86\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T13:27:39.149198Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/refunds\"}" },

    { "getRefund", "ref_01M8RWM7M7E8Q8WVHBYQJC3XFD",
      "{\"id\":\"ref_01M8RWM7M7E8Q8WVHBYQJC3XFD\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8RWM7K9FS4VJCBF1RT6M2Y4\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T13:27:39.399136Z\","
      "\"updated_at\":\"2026-12-01T13:27:39.399136Z\"}" },

    { "updateRefund", "ref_01M8RWM7ZTF92SCZP9SNK438BC",
      "{\"id\":\"ref_01M8RWM7ZTF92SCZP9SNK438BC\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8RWM7TKE7STEWY0QSG05HVS\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{\"case\":\"118\"},\"version\":2,"
      "\"created_at\":\"2026-12-01T13:27:39.770640Z\","
      "\"updated_at\":\"2026-12-01T13:27:39.864167Z\"}" },

    { "getStatus", NULL,
      "{\"object\":\"status\",\"created_at\":\"2026-12-01T13:05:41.784085Z\","
      "\"version\":\"0.1\",\"schema\":28,\"functions\":\"7dbdc73f\","
      "\"node\":\"node1\",\"workers\":[{\"number\":0,\"pid\":19779,"
      "\"state\":\"running\",\"shown_ms\":33},{\"number\":1,\"pid\":19780,"
      "\"state\":\"running\",\"shown_ms\":68}],\"redis\":\"ok\",\"shards\":[{"
      "\"name\":\"main\",\"state\":\"ok\","
      "\"last_answer_at\":\"2026-12-01T13:05:41.784067Z\","
      "\"writes\":\"writable\",\"schema\":\"same\",\"servers\":[{"
      "\"name\":\"127.0.0.1:21902\",\"role\":\"primary\",\"timeline\":1,"
      "\"reads\":false,\"lag_ms\":null,\"answered_ms\":959,\"connections\":{"
      "\"connecting\":0,\"preparing\":0,\"idle\":10,\"busy\":0,\"full\":0,"
      "\"stuck\":0}},{\"name\":\"127.0.0.1:21903\",\"role\":\"replica\","
      "\"timeline\":1,\"reads\":true,\"lag_ms\":0,\"answered_ms\":301,"
      "\"connections\":{\"connecting\":0,\"preparing\":0,\"idle\":5,"
      "\"busy\":0,\"full\":0,\"stuck\":0}}],\"queue\":{\"write\":0,"
      "\"read\":0,\"list\":0,\"control\":0,\"background\":0},"
      "\"oldest_wait_ms\":0,\"database\":{\"partition_days\":15,"
      "\"events_wait_ms\":0,\"background_age_ms\":950,"
      "\"background_holder\":\"this_node\",\"webhooks_holder\":\"this_node\","
      "\"ledger_check_age_ms\":1331722,\"ledger_unbalanced\":0,\"clients\":[{"
      "\"address\" : \"127.0.0.1\", \"connections\" : 10}],"
      "\"server_version\" : \"15.18 (Debian 15.18-0+deb12u1)\","
      " \"standby\" : false, \"restored\" : false, \"moves\" : [],"
      " \"unknown_attempts\" : [], \"retries_due\" : 0,"
      " \"failing_endpoints\" : []}}],\"keys\":{\"executing\":0,\"parked\":0,"
      "\"places\":16384,\"records\":2,\"record_places\":17704,\"full\":{"
      "\"executions\":0,\"evicted\":0,\"too_large\":0}},\"processors\":[{"
      "\"name\":\"acme\",\"breaker\":\"closed\",\"in_flight\":0,"
      "\"max_in_flight\":1024,\"approved\":0,\"declined\":0,\"unknown\":0}],"
      "\"webhooks\":{\"waiting\":0,\"active\":0,\"taken\":0,\"refused\":0,"
      "\"unanswered\":0}}" },

    { "loseDispute", "dis_01M8RWM871ECK93PJCNTNDZ3T0",
      "{\"id\":\"dis_01M8RWM871ECK93PJCNTNDZ3T0\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8RWM861EFFSZ464GZPH1S3W\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"lost\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T13:27:40.001195Z\","
      "\"updated_at\":\"2026-12-01T13:27:40.057321Z\"}" },

    { "winDispute", "dis_01M8RWM8CHE5MR9VY90JS4H63P",
      "{\"id\":\"dis_01M8RWM8CHE5MR9VY90JS4H63P\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8RWM8BAEHNB494W4A3MHBEQ\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"won\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T13:27:40.177087Z\","
      "\"updated_at\":\"2026-12-01T13:27:40.187933Z\"}" },

    { "disputePayment", "pay_01M8RWM8DWF8AANNG40KHR3W40",
      "{\"id\":\"dis_01M8RWM8FGFJMARCGN4CYH7WNQ\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8RWM8DWF8AANNG40KHR3W40\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"open\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T13:27:40.272790Z\","
      "\"updated_at\":\"2026-12-01T13:27:40.272790Z\"}" },

    { "expirePayment", "pay_01M8RWM8FXEV89RE0W6V0GEP7V",
      "{\"id\":\"pay_01M8RWM8FXEV89RE0W6V0GEP7V\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T13:27:40.285426Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RWM8FXEV89RE0W6V0GEP7V\"},"
      "\"created_at\":\"2026-12-01T13:27:40.285426Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"expired\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"dispute\":null,"
      "\"version\":2,\"updated_at\":\"2026-12-01T13:27:40.309466Z\","
      "\"authorized_at\":\"2026-12-01T13:27:40.285426Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "resolveAttempt", "pay_01M8RWXR95E0WVTF0BVS27WK1P",
      "{\"id\":\"pay_01M8RWXR95E0WVTF0BVS27WK1P\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RWXR95E0WVTF0BVS27WK1P\"},"
      "\"created_at\":\"2026-12-01T13:32:51.365014Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"dispute\":null,"
      "\"version\":1,\"updated_at\":\"2026-12-01T13:32:51.365014Z\","
      "\"authorized_at\":\"2026-12-01T13:32:51.365014Z\","
      "\"captured_at\":\"2026-12-01T13:32:51.365014Z\","
      "\"canceled_at\":null}" },

    { "resolvePayment", "pay_01M8RWM8NWF3YT1HP1YW36CBYV",
      "{\"id\":\"pay_01M8RWM8NWF3YT1HP1YW36CBYV\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_timeout\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RWM8NWF3YT1HP1YW36CBYV\"},"
      "\"created_at\":\"2026-12-01T13:27:40.476562Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"dispute\":null,"
      "\"version\":2,\"updated_at\":\"2026-12-01T13:27:40.494643Z\","
      "\"authorized_at\":\"2026-12-01T13:27:40.494643Z\","
      "\"captured_at\":\"2026-12-01T13:27:40.494643Z\","
      "\"canceled_at\":null}" },

    { "settlePayment", "pay_01M8RWM8QYF2R99K2ZTKP3W4HF",
      "{\"id\":\"pay_01M8RWM8QYF2R99K2ZTKP3W4HF\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RWM8QYF2R99K2ZTKP3W4HF\"},"
      "\"created_at\":\"2026-12-01T13:27:40.542543Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"dispute\":null,"
      "\"version\":1,\"updated_at\":\"2026-12-01T13:27:40.542543Z\","
      "\"authorized_at\":\"2026-12-01T13:27:40.542543Z\","
      "\"captured_at\":\"2026-12-01T13:27:40.542543Z\","
      "\"canceled_at\":null}" },

    { "listWebhookDeliveries", NULL,
      "{\"data\":[{\"attempt\":1,"
      "\"attempted_at\":\"2026-12-01T13:27:36.969510Z\",\"duration_ms\":0,"
      "\"endpoint_id\":\"we_01M8RWM3NEFR4AWN3SPDME7MQ4\","
      "\"error\":\"tls_failed\","
      "\"event_id\":\"evt_01M8RWM4QQERM9CQYWS4HKCD85\","
      "\"id\":\"whd_5N1PHCKN7BV1D53P55NDC4MT9P\","
      "\"next_attempt_at\":\"2026-12-01T13:27:42.899952Z\","
      "\"object\":\"webhook_delivery\",\"response_status\":null,"
      "\"status\":\"pending\"},{\"attempt\":1,"
      "\"attempted_at\":\"2026-12-01T13:27:36.937220Z\",\"duration_ms\":0,"
      "\"endpoint_id\":\"we_01M8RWM3NEFR4AWN3SPDME7MQ4\","
      "\"error\":\"tls_failed\","
      "\"event_id\":\"evt_01M8RWM4KZEHDRC85WR3MTQ947\","
      "\"id\":\"whd_4S1ZM79HHX6W9BEQV4S8TV4ZZ1\","
      "\"next_attempt_at\":\"2026-12-01T13:27:42.899952Z\","
      "\"object\":\"webhook_delivery\",\"response_status\":null,"
      "\"status\":\"pending\"}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/webhook_deliveries\"}" },

    { "listWebhookEndpoints", NULL,
      "{\"data\":[{\"behind\":32,"
      "\"created_at\":\"2026-12-01T13:27:35.346662Z\",\"description\":null,"
      "\"disabled_reason\":null,\"enabled_events\":[\"*\"],"
      "\"failing_since\":\"2026-12-01T13:27:35.987790Z\","
      "\"id\":\"we_01M8RWM3NEFR4AWN3SPDME7MQ4\",\"metadata\":{},"
      "\"object\":\"webhook_endpoint\",\"ordered\":false,\"sequence\":10,"
      "\"status\":\"enabled\",\"updated_at\":\"2026-12-01T13:27:35.346662Z\","
      "\"url\":\"https://shop.example.com/hooks\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/webhook_endpoints\"}" },

    { "createWebhookEndpoint", NULL,
      "{\"id\":\"we_01M8RWM9AEE2P8J2Q3NA90WVZY\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":["
      "\"payment.*\",\"refund.*\"],\"status\":\"enabled\","
      "\"disabled_reason\":null,\"ordered\":false,\"description\":null,"
      "\"sequence\":42,\"behind\":0,\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T13:27:41.134197Z\","
      "\"updated_at\":\"2026-12-01T13:27:41.134197Z\","
      "\"secret\":\"whsec_EXAMPLE\"}" },

    { "getWebhookEndpoint", "we_01M8RWM9E1EVMVPY48HQ6QR5T2",
      "{\"id\":\"we_01M8RWM9E1EVMVPY48HQ6QR5T2\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":42,\"behind\":0,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T13:27:41.251736Z\","
      "\"updated_at\":\"2026-12-01T13:27:41.251736Z\"}" },

    { "updateWebhookEndpoint", "we_01M8RWM9G2ER8A77P81JQ2VQSM",
      "{\"id\":\"we_01M8RWM9G2ER8A77P81JQ2VQSM\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":42,\"behind\":0,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T13:27:41.318794Z\","
      "\"updated_at\":\"2026-12-01T13:27:41.350824Z\"}" },

    { "replayWebhookEndpoint", "we_01M8RWM9JVF92SMT0TAMTV68Y9",
      "{\"id\":\"we_01M8RWM9JVF92SMT0TAMTV68Y9\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":0,\"behind\":42,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T13:27:41.407532Z\","
      "\"updated_at\":\"2026-12-01T13:27:41.457220Z\"}" },

    { "rotateWebhookSecret", "we_01M8RWM9NAE7QTX6WK3BD6P0B7",
      "{\"id\":\"we_01M8RWM9NAE7QTX6WK3BD6P0B7\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":42,\"behind\":0,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T13:27:41.484042Z\","
      "\"updated_at\":\"2026-12-01T13:27:41.515016Z\","
      "\"secret\":\"whsec_EXAMPLE\"}" },

    { "testWebhookEndpoint", "we_01M8RWM9QAEEX9JR28NKK1T59R",
      "{\"id\":\"whd_76QJP29N5BJD6WSW65W0AS4XSS\","
      "\"object\":\"webhook_delivery\","
      "\"event_id\":\"evt_01M8RWM9RBEG4A3BH6DZRRE0JB\","
      "\"endpoint_id\":\"we_01M8RWM9QAEEX9JR28NKK1T59R\",\"attempt\":0,"
      "\"status\":\"pending\",\"response_status\":null,\"error\":null,"
      "\"duration_ms\":null,\"attempted_at\":null,"
      "\"next_attempt_at\":\"2026-12-01T13:27:41.579387Z\"}" },

    { NULL, NULL, NULL }
};
