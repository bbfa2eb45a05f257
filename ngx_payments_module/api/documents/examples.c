
/* Made by tools/record-examples from a running system: do not edit. */

#include "ngx_payments_documents.h"


const ngx_payments_example_t  ngx_payments_examples[] = {
    { "livez", NULL,
      "{\"status\":\"ok\"}" },

    { "readyz", NULL,
      "{\"status\":\"ok\",\"postgres\":\"ok\","
      "\"redis\":\"ok\"}" },

    { "getAccount", NULL,
      "{\"object\":\"account\",\"livemode\":false,\"merchant\":{"
      "\"id\":\"mer_01JC000000E00800000000000A\",\"object\":\"merchant\","
      "\"name\":\"Merchant A\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T01:45:43.745178Z\"},\"scopes\":["
      "\"payments:read\",\"payments:write\",\"refunds:read\","
      "\"refunds:write\",\"balances:read\",\"ledger:read\",\"events:read\","
      "\"webhooks:read\",\"webhooks:write\",\"idempotency:read\","
      "\"keys:write\"]}" },

    { "listApiKeys", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T01:45:43.762141Z\","
      "\"expires_at\":null,\"id\":\"key_01M8QMEZ2JF7XVQGH8SDYHAB3W\","
      "\"last_used_at\":null,\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"name\":\"admin\","
      "\"object\":\"api_key\",\"prefix\":\"sk_test_0000\","
      "\"revoked_at\":null,\"scopes\":[\"payments:read\",\"payments:write\","
      "\"refunds:read\",\"refunds:write\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"webhooks:read\",\"webhooks:write\","
      "\"idempotency:read\",\"keys:write\",\"admin\"]},{"
      "\"created_at\":\"2026-12-01T01:45:43.756424Z\",\"expires_at\":null,"
      "\"id\":\"key_01M8QMEZ2DET0TZ8GTNPFPKM72\",\"last_used_at\":null,"
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"name\":\"read only\",\"object\":\"api_key\","
      "\"prefix\":\"rk_test_0000\",\"revoked_at\":null,\"scopes\":["
      "\"payments:read\",\"refunds:read\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"idempotency:read\"]}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/api_keys\"}" },

    { "createApiKey", NULL,
      "{\"id\":\"key_01M8QMF0K8FVNAMR2MVHBPKV5C\",\"object\":\"api_key\","
      "\"name\":\"Reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:read\",\"refunds:read\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T01:45:45.321097Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "getApiKey", "key_01M8QMF0MVFKH8EPZCAKG82ZTA",
      "{\"id\":\"key_01M8QMF0MVFKH8EPZCAKG82ZTA\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T01:45:45.371880Z\","
      "\"revoked_at\":null}" },

    { "updateApiKey", "key_01M8QMF0NEFPB9NNNWWVHSBPR6",
      "{\"id\":\"key_01M8QMF0NEFPB9NNNWWVHSBPR6\",\"object\":\"api_key\","
      "\"name\":\"Monthly reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T01:45:45.390990Z\","
      "\"revoked_at\":null}" },

    { "rotateApiKey", "key_01M8QMF0PEE8JR8HFDJ9GZA6RY",
      "{\"id\":\"key_01M8QMF0PMFBHB7SXRXH37MM2Z\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T01:45:45.428718Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "listBalances", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/balances\"}" },

    { "getBalance", "EUR",
      "{\"object\":\"balance\",\"livemode\":false,\"currency\":\"EUR\","
      "\"exponent\":2,\"available\":0,\"pending\":0,\"reserved\":0,"
      "\"as_of\":\"2026-12-01T01:45:45.460373Z\"}" },

    { "getCapture", "cap_01M8QMF0R2ETJ8J88WXS8CZRBY",
      "{\"id\":\"cap_01M8QMF0R2ETJ8J88WXS8CZRBY\",\"object\":\"capture\","
      "\"amount\":1099,\"final\":true,"
      "\"created_at\":\"2026-12-01T01:45:45.474414Z\"}" },

    { "listCurrencies", NULL,
      "{\"data\":[{\"code\":\"AED\",\"exponent\":2,\"name\":\"UAE Dirham\"},{"
      "\"code\":\"AFN\",\"exponent\":2,\"name\":\"Afghani\"}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/currencies\"}" },

    { "listDisputes", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/disputes\"}" },

    { "getDispute", "dis_01M8QMF0TXEDJV09DTHBZKNZH6",
      "{\"id\":\"dis_01M8QMF0TXEDJV09DTHBZKNZH6\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QMF0THFP6TTMDXXSH1QHG2\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"open\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T01:45:45.565212Z\","
      "\"updated_at\":\"2026-12-01T01:45:45.565212Z\"}" },

    { "listEvents", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T01:45:45.565310Z\",\"data\":{"
      "\"object\":{\"amount\":1099,"
      "\"created_at\":\"2026-12-01T01:45:45.565212Z\",\"currency\":\"EUR\","
      "\"id\":\"dis_01M8QMF0TXEDJV09DTHBZKNZH6\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QMF0THFP6TTMDXXSH1QHG2\","
      "\"reason\":\"general\",\"status\":\"open\","
      "\"updated_at\":\"2026-12-01T01:45:45.565212Z\"},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8QMF0TXEDJB49T0VK90QEXD\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"dis_01M8QMF0TXEDJV09DTHBZKNZH6\","
      "\"object_type\":\"dispute\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8QMF0TXECDAM1YQV8QD73WK\","
      "\"idempotency_key\":\"108f3795-0f12-4f6b-a493-b59d036ac787\"},"
      "\"sequence\":4,\"timestamp\":\"2026-12-01T01:45:45.565310Z\","
      "\"type\":\"dispute.created\"},{"
      "\"created_at\":\"2026-12-01T01:45:45.553986Z\",\"data\":{\"object\":{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":1099,"
      "\"amount_refunded\":0,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T01:45:45.553847Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T01:45:45.553847Z\","
      "\"created_at\":\"2026-12-01T01:45:45.553847Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8QMF0THFP6TTMDXXSH1QHG2\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"pending_action\":null,\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMF0THFP6TTMDXXSH1QHG2\"},\"reference\":null,"
      "\"refund_status\":\"none\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T01:45:45.553847Z\",\"version\":1},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8QMF0THFPDBK1WKX6PJ1MWN\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"pay_01M8QMF0THFP6TTMDXXSH1QHG2\","
      "\"object_type\":\"payment\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8QMF0THFJ9V021SHB8HP69M\","
      "\"idempotency_key\":\"5450d2df-b6a0-4f5d-90b0-ab9f721c0874\"},"
      "\"sequence\":3,\"timestamp\":\"2026-12-01T01:45:45.553986Z\","
      "\"type\":\"payment.captured\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/events\"}" },

    { "getEvent", "evt_01M8QMF0WCFECRR6RARANC75HE",
      "{\"id\":\"evt_01M8QMF0WCFECRR6RARANC75HE\",\"object\":\"event\","
      "\"type\":\"refund.succeeded\",\"sequence\":6,\"livemode\":false,"
      "\"created_at\":\"2026-12-01T01:45:45.612974Z\","
      "\"timestamp\":\"2026-12-01T01:45:45.612974Z\",\"data\":{\"object\":{"
      "\"id\":\"ref_01M8QMF0WCFED8SBD1S6MDN5W7\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8QMF0W3E25SH5DN5RN6X3FV\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T01:45:45.612725Z\","
      "\"updated_at\":\"2026-12-01T01:45:45.612725Z\"},"
      "\"previous_attributes\":null},\"object_type\":\"refund\","
      "\"object_id\":\"ref_01M8QMF0WCFED8SBD1S6MDN5W7\",\"object_version\":1,"
      "\"request\":{\"id\":\"req_01M8QMF0WCFD5SX0T3C3NGHMTT\","
      "\"idempotency_key\":\"88b20392-5ee3-41a0-b7f0-7ddd49b32142\"}}" },

    { "getIdempotencyKey", "order-1f3aa554-fb33-40f3-9aaf-908398579e91",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-1f3aa554-fb33-40f3-9aaf-908398579e91\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"completed\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8QMF0XCE3YTPR0RBJ5K76MX\","
      "\"request_id\":\"req_01M8QMF0XCE27SZHEZ05Z57XN4\",\"undo\":null,"
      "\"created_at\":\"2026-12-01T01:45:45.648558Z\","
      "\"completed_at\":\"2026-12-01T01:45:45.648558Z\","
      "\"expires_at\":\"2026-12-02T01:45:45.648558Z\"}" },

    { "cancelIdempotencyKey", "order-7417f45e-3fd4-4f82-85f9-5f97f48a16e6",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-7417f45e-3fd4-4f82-85f9-5f97f48a16e6\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"canceled\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8QMF0YYF60V7TMFPYWJMRT9\","
      "\"request_id\":\"req_01M8QMF0YYF3MT6THZ4348ZF9P\",\"undo\":\"done\","
      "\"created_at\":\"2026-12-01T01:45:45.694787Z\","
      "\"completed_at\":\"2026-12-01T01:45:45.694787Z\","
      "\"expires_at\":\"2026-12-02T01:45:45.694787Z\"}" },

    { "listLedgerTransactions", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T01:45:45.697986Z\","
      "\"currency\":\"EUR\",\"entries\":[{\"account\":\"merchant_reserved\","
      "\"amount\":1099,\"direction\":\"debit\","
      "\"id\":\"le_01M8QMF0Z1FZ2RTHV3GM1BV8AD\"},{"
      "\"account\":\"processor_receivable\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8QMF0Z1FZ2RTHV3GM1BV8AC\"}],"
      "\"id\":\"lt_01M8QMF0Z1FZ2RTHV3GM1BV8AF\","
      "\"kind\":\"refund_succeeded\",\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8QMF0Z1FZ1SC9XWT3VSA28K\","
      "\"source_type\":\"refund\"},{"
      "\"created_at\":\"2026-12-01T01:45:45.697986Z\",\"currency\":\"EUR\","
      "\"entries\":[{\"account\":\"merchant_available\",\"amount\":1099,"
      "\"direction\":\"debit\",\"id\":\"le_01M8QMF0Z1FZ296ZD0SQY7SYER\"},{"
      "\"account\":\"merchant_reserved\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8QMF0Z1FZ296ZD0SQY7SYES\"}],"
      "\"id\":\"lt_01M8QMF0Z1FZ296ZD0SQY7SYET\",\"kind\":\"refund\","
      "\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8QMF0Z1FZ1SC9XWT3VSA28K\","
      "\"source_type\":\"refund\"}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/ledger/transactions\"}" },

    { "getLedgerTransaction", "lt_01M8QMF10FFAESR751DXT3JQ0K",
      "{\"id\":\"lt_01M8QMF10FFAESR751DXT3JQ0K\","
      "\"object\":\"ledger_transaction\",\"kind\":\"refund_succeeded\","
      "\"source_type\":\"refund\","
      "\"source_id\":\"ref_01M8QMF10FFADSCVCPD89XYEH5\",\"currency\":\"EUR\","
      "\"created_at\":\"2026-12-01T01:45:45.743661Z\",\"entries\":[{"
      "\"id\":\"le_01M8QMF10FFAESR751DXT3JQ0H\","
      "\"account\":\"merchant_reserved\",\"direction\":\"debit\","
      "\"amount\":400},{\"id\":\"le_01M8QMF10FFAESR751DXT3JQ0G\","
      "\"account\":\"processor_receivable\",\"direction\":\"credit\","
      "\"amount\":400}]}" },

    { "trialBalance", NULL,
      "{\"object\":\"trial_balance\",\"livemode\":false,"
      "\"as_of\":\"2026-12-01T01:45:45.773087Z\",\"currencies\":{\"EUR\":{"
      "\"debits\":11491,\"credits\":11491,"
      "\"balanced\":true}}}" },

    { "listMerchants", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T01:45:43.818747Z\","
      "\"id\":\"mer_01JC000000E00800000000000C\",\"name\":\"Merchant C\","
      "\"object\":\"merchant\",\"status\":\"active\"},{"
      "\"created_at\":\"2026-12-01T01:45:43.745178Z\","
      "\"id\":\"mer_01JC000000E00800000000000B\",\"name\":\"Merchant B\","
      "\"object\":\"merchant\",\"status\":\"active\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/merchants\"}" },

    { "createMerchant", NULL,
      "{\"id\":\"mer_01M8QMF11NE4T8P1TA2Y2CBHYF\",\"object\":\"merchant\","
      "\"name\":\"Corner Books\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T01:45:45.781120Z\"}" },

    { "getMerchant", "mer_01M8QMF11ZFK4R46BFP37JY34V",
      "{\"id\":\"mer_01M8QMF11ZFK4R46BFP37JY34V\",\"object\":\"merchant\","
      "\"name\":\"Corner Shop\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T01:45:45.791866Z\"}" },

    { "updateMerchant", "mer_01M8QMF12CF6X89ZADB3FS79NZ",
      "{\"id\":\"mer_01M8QMF12CF6X89ZADB3FS79NZ\",\"object\":\"merchant\","
      "\"name\":\"Corner Books and Maps\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T01:45:45.810198Z\"}" },

    { "listPayments", NULL,
      "{\"data\":[{\"amount\":1099,\"amount_authorized\":1099,"
      "\"amount_canceled\":0,\"amount_capturable\":0,"
      "\"amount_captured\":1099,\"amount_disputed\":0,"
      "\"amount_refundable\":699,\"amount_refunded\":400,"
      "\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T01:45:45.737431Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T01:45:45.737431Z\","
      "\"created_at\":\"2026-12-01T01:45:45.737431Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8QMF109EVMTYPTFEK4HPBJ0\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"pending_action\":null,\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMF109EVMTYPTFEK4HPBJ0\"},\"reference\":null,"
      "\"refund_status\":\"partial\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T01:45:45.743661Z\",\"version\":2},{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":0,"
      "\"amount_refunded\":1099,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T01:45:45.694594Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T01:45:45.694594Z\","
      "\"created_at\":\"2026-12-01T01:45:45.694594Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8QMF0YYF60V7TMFPYWJMRT9\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"pending_action\":null,\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMF0YYF60V7TMFPYWJMRT9\"},\"reference\":null,"
      "\"refund_status\":\"full\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T01:45:45.697986Z\",\"version\":2}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments\"}" },

    { "createPayment", NULL,
      "{\"id\":\"pay_01M8QMF13BFHX9QTCV7C82EH3K\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:45:45.835780Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMF13BFHX9QTCV7C82EH3K\"},"
      "\"created_at\":\"2026-12-01T01:45:45.835780Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books\",\"metadata\":{\"order\":\"6735\"},"
      "\"failure\":null,\"cancellation_reason\":null,\"pending_action\":null,"
      "\"version\":1,\"updated_at\":\"2026-12-01T01:45:45.835780Z\","
      "\"authorized_at\":\"2026-12-01T01:45:45.835780Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "getPayment", "pay_01M8QMF13DFYGRRJ3KD5M47AW8",
      "{\"id\":\"pay_01M8QMF13DFYGRRJ3KD5M47AW8\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMF13DFYGRRJ3KD5M47AW8\"},"
      "\"created_at\":\"2026-12-01T01:45:45.837977Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"version\":1,"
      "\"updated_at\":\"2026-12-01T01:45:45.837977Z\","
      "\"authorized_at\":\"2026-12-01T01:45:45.837977Z\","
      "\"captured_at\":\"2026-12-01T01:45:45.837977Z\","
      "\"canceled_at\":null}" },

    { "updatePayment", "pay_01M8QMF13TEJDSE030H4MMKF3V",
      "{\"id\":\"pay_01M8QMF13TEJDSE030H4MMKF3V\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:45:45.850288Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMF13TEJDSE030H4MMKF3V\"},"
      "\"created_at\":\"2026-12-01T01:45:45.850288Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books, gift-wrapped\",\"metadata\":{"
      "\"order\":\"6735\",\"wrapped\":\"yes\"},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:45:45.853664Z\","
      "\"authorized_at\":\"2026-12-01T01:45:45.850288Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "cancelPayment", "pay_01M8QMF143E3RV15YZGEFAN9D9",
      "{\"id\":\"pay_01M8QMF143E3RV15YZGEFAN9D9\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:45:45.859058Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMF143E3RV15YZGEFAN9D9\"},"
      "\"created_at\":\"2026-12-01T01:45:45.859058Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"canceled\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":\"requested_by_customer\","
      "\"pending_action\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:45:45.863595Z\","
      "\"authorized_at\":\"2026-12-01T01:45:45.859058Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":\"2026-12-01T01:45:45.863595Z\"}" },

    { "capturePayment", "pay_01M8QMF14AFPV9HXTGTDF5QCK6",
      "{\"id\":\"pay_01M8QMF14AFPV9HXTGTDF5QCK6\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:45:45.866857Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMF14AFPV9HXTGTDF5QCK6\"},"
      "\"created_at\":\"2026-12-01T01:45:45.866857Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1000,"
      "\"amount_refunded\":0,\"amount_canceled\":99,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1000,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:45:45.869400Z\","
      "\"authorized_at\":\"2026-12-01T01:45:45.866857Z\","
      "\"captured_at\":\"2026-12-01T01:45:45.869400Z\","
      "\"canceled_at\":null}" },

    { "listPaymentRefunds", "pay_01M8QMF14SEKPT8AVMK4WDR0RP",
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-12-01T01:45:45.884610Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8QMF14WF71SRDJM0A5YT30D\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8QMF14SEKPT8AVMK4WDR0RP\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T01:45:45.884610Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments/pay_01M8QMF14SEKPT8AVMK4WDR0RP/refunds\"}" },

    { "createRefund", "pay_01M8QMF15DFZ18SFJ0TKZJEGBN",
      "{\"id\":\"ref_01M8QMF15NF5PR8GZ08NQ33ZSP\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8QMF15DFZ18SFJ0TKZJEGBN\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":\"requested_by_customer\","
      "\"reference\":null,\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T01:45:45.909588Z\","
      "\"updated_at\":\"2026-12-01T01:45:45.909588Z\"}" },

    { "listRefunds", NULL,
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-12-01T01:45:45.909588Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8QMF15NF5PR8GZ08NQ33ZSP\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8QMF15DFZ18SFJ0TKZJEGBN\","
      "\"reason\":\"requested_by_customer\",\"reference\":null,"
      "\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T01:45:45.909588Z\",\"version\":1},{"
      "\"amount\":400,\"created_at\":\"2026-12-01T01:45:45.884610Z\","
      "\"currency\":\"EUR\",\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8QMF14WF71SRDJM0A5YT30D\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8QMF14SEKPT8AVMK4WDR0RP\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T01:45:45.884610Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/refunds\"}" },

    { "getRefund", "ref_01M8QMF169E8V8BGHHXW6YNWH9",
      "{\"id\":\"ref_01M8QMF169E8V8BGHHXW6YNWH9\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8QMF164FVTTD41XHXNKYS5S\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T01:45:45.929138Z\","
      "\"updated_at\":\"2026-12-01T01:45:45.929138Z\"}" },

    { "updateRefund", "ref_01M8QMF16SFQP8DZQ26HNZK25K",
      "{\"id\":\"ref_01M8QMF16SFQP8DZQ26HNZK25K\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8QMF16MEWVVVE4NVR0NVTQB\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{\"case\":\"118\"},\"version\":2,"
      "\"created_at\":\"2026-12-01T01:45:45.945869Z\","
      "\"updated_at\":\"2026-12-01T01:45:45.949436Z\"}" },

    { "loseDispute", "dis_01M8QMF17DF80T6PRPQN93TCYT",
      "{\"id\":\"dis_01M8QMF17DF80T6PRPQN93TCYT\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QMF175FVWS9JE000YA3XYH\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"lost\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T01:45:45.965625Z\","
      "\"updated_at\":\"2026-12-01T01:45:45.971822Z\"}" },

    { "winDispute", "dis_01M8QMF182F3AT9JC6DFBBZQ8W",
      "{\"id\":\"dis_01M8QMF182F3AT9JC6DFBBZQ8W\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QMF17YFPMRBAY4459Y17N5\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"won\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T01:45:45.986551Z\","
      "\"updated_at\":\"2026-12-01T01:45:45.989979Z\"}" },

    { "disputePayment", "pay_01M8QMF189F8E9JR0ME2KS4S0E",
      "{\"id\":\"dis_01M8QMF18DEBDABK685QR17P62\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QMF189F8E9JR0ME2KS4S0E\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"open\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T01:45:45.997177Z\","
      "\"updated_at\":\"2026-12-01T01:45:45.997177Z\"}" },

    { "expirePayment", "pay_01M8QMF18HE2P9VSNAHQWR95GB",
      "{\"id\":\"pay_01M8QMF18HE2P9VSNAHQWR95GB\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:45:46.001041Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMF18HE2P9VSNAHQWR95GB\"},"
      "\"created_at\":\"2026-12-01T01:45:46.001041Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"expired\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:45:46.006257Z\","
      "\"authorized_at\":\"2026-12-01T01:45:46.001041Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "resolvePayment", "pay_01M8QMF18TF4DB4TP5QVYAE0T5",
      "{\"id\":\"pay_01M8QMF18TF4DB4TP5QVYAE0T5\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_timeout\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMF18TF4DB4TP5QVYAE0T5\"},"
      "\"created_at\":\"2026-12-01T01:45:46.010569Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:45:46.012536Z\","
      "\"authorized_at\":\"2026-12-01T01:45:46.012536Z\","
      "\"captured_at\":\"2026-12-01T01:45:46.012536Z\","
      "\"canceled_at\":null}" },

    { "settlePayment", "pay_01M8QMF192EMH9MDEH01FBZB5D",
      "{\"id\":\"pay_01M8QMF192EMH9MDEH01FBZB5D\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMF192EMH9MDEH01FBZB5D\"},"
      "\"created_at\":\"2026-12-01T01:45:46.018321Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"version\":1,"
      "\"updated_at\":\"2026-12-01T01:45:46.018321Z\","
      "\"authorized_at\":\"2026-12-01T01:45:46.018321Z\","
      "\"captured_at\":\"2026-12-01T01:45:46.018321Z\","
      "\"canceled_at\":null}" },

    { "listWebhookEndpoints", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/webhook_endpoints\"}" },

    { "createWebhookEndpoint", NULL,
      "{\"id\":\"we_01M8QMF19MEA5RDVV6BR8PXCF6\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":["
      "\"payment.*\",\"refund.*\"],\"status\":\"enabled\","
      "\"disabled_reason\":null,\"ordered\":false,\"description\":null,"
      "\"sequence\":6,\"behind\":0,\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T01:45:46.036231Z\","
      "\"updated_at\":\"2026-12-01T01:45:46.036231Z\","
      "\"secret\":\"whsec_EXAMPLE\"}" },

    { "getWebhookEndpoint", "we_01M8QMF1A7ENRAKWSZVZ6K9R51",
      "{\"id\":\"we_01M8QMF1A7ENRAKWSZVZ6K9R51\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":6,\"behind\":0,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T01:45:46.055529Z\","
      "\"updated_at\":\"2026-12-01T01:45:46.055529Z\"}" },

    { "updateWebhookEndpoint", "we_01M8QMF1AKEHNBA88GY0R8F4CC",
      "{\"id\":\"we_01M8QMF1AKEHNBA88GY0R8F4CC\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":6,\"behind\":0,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T01:45:46.067377Z\","
      "\"updated_at\":\"2026-12-01T01:45:46.072633Z\"}" },

    { "rotateWebhookSecret", "we_01M8QMF1B4EFXSZV9JQ7J9A1W5",
      "{\"id\":\"we_01M8QMF1B4EFXSZV9JQ7J9A1W5\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":6,\"behind\":0,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T01:45:46.084331Z\","
      "\"updated_at\":\"2026-12-01T01:45:46.095791Z\","
      "\"secret\":\"whsec_EXAMPLE\"}" },

    { NULL, NULL, NULL }
};
