
/* Made by tools/record-examples from a running system: do not edit. */

#include "ngx_payments_api.h"


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
      "\"created_at\":\"2026-11-30T19:18:53.533705Z\"},\"scopes\":["
      "\"payments:read\",\"payments:write\",\"refunds:read\","
      "\"refunds:write\",\"balances:read\",\"ledger:read\",\"events:read\","
      "\"webhooks:read\",\"webhooks:write\",\"idempotency:read\","
      "\"keys:write\"]}" },

    { "listApiKeys", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-30T19:18:53.555782Z\","
      "\"expires_at\":null,\"id\":\"key_01M8PYAMVMF25BPDVG769PQF0X\","
      "\"last_used_at\":null,\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"name\":\"admin\","
      "\"object\":\"api_key\",\"prefix\":\"sk_test_0000\","
      "\"revoked_at\":null,\"scopes\":[\"payments:read\",\"payments:write\","
      "\"refunds:read\",\"refunds:write\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"webhooks:read\",\"webhooks:write\","
      "\"idempotency:read\",\"keys:write\",\"admin\"]},{"
      "\"created_at\":\"2026-11-30T19:18:53.550893Z\",\"expires_at\":null,"
      "\"id\":\"key_01M8PYAMVFE1GTGY8HS64QYYTQ\",\"last_used_at\":null,"
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"name\":\"read only\",\"object\":\"api_key\","
      "\"prefix\":\"rk_test_0000\",\"revoked_at\":null,\"scopes\":["
      "\"payments:read\",\"refunds:read\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"idempotency:read\"]}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/api_keys\"}" },

    { "createApiKey", NULL,
      "{\"id\":\"key_01M8PYB6B3FA8B7C5HY1DMWJEK\",\"object\":\"api_key\","
      "\"name\":\"Reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:read\",\"refunds:read\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-30T19:19:11.459827Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "getApiKey", "key_01M8PYB6BTEHBVCNSK2JXRX6H5",
      "{\"id\":\"key_01M8PYB6BTEHBVCNSK2JXRX6H5\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-30T19:19:11.482394Z\","
      "\"revoked_at\":null}" },

    { "updateApiKey", "key_01M8PYB6C3FTEA2CNG43XT0BC5",
      "{\"id\":\"key_01M8PYB6C3FTEA2CNG43XT0BC5\",\"object\":\"api_key\","
      "\"name\":\"Monthly reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-30T19:19:11.492157Z\","
      "\"revoked_at\":null}" },

    { "rotateApiKey", "key_01M8PYB6D4F1DRR1287A1K7TQG",
      "{\"id\":\"key_01M8PYB6DGFP9AW4NYG5TWD9YT\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-30T19:19:11.536910Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "listBalances", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/balances\"}" },

    { "getBalance", "EUR",
      "{\"object\":\"balance\",\"livemode\":false,\"currency\":\"EUR\","
      "\"exponent\":2,\"available\":0,\"pending\":0,\"reserved\":0,"
      "\"as_of\":\"2026-11-30T19:19:11.584126Z\"}" },

    { "getCapture", "cap_01M8PYB6FCE528QW83F8TNN3ZB",
      "{\"id\":\"cap_01M8PYB6FCE528QW83F8TNN3ZB\",\"object\":\"capture\","
      "\"amount\":1099,\"final\":true,"
      "\"created_at\":\"2026-11-30T19:19:11.596079Z\"}" },

    { "listCurrencies", NULL,
      "{\"data\":[{\"code\":\"AED\",\"exponent\":2,\"name\":\"UAE Dirham\"},{"
      "\"code\":\"AFN\",\"exponent\":2,\"name\":\"Afghani\"}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/currencies\"}" },

    { "listEvents", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-30T19:19:11.596177Z\",\"data\":{"
      "\"object\":{\"amount\":1099,\"amount_authorized\":1099,"
      "\"amount_canceled\":0,\"amount_capturable\":0,"
      "\"amount_captured\":1099,\"amount_disputed\":0,"
      "\"amount_refundable\":1099,\"amount_refunded\":0,"
      "\"authorization_expires_at\":\"2026-12-07T19:19:11.588410Z\","
      "\"authorized_at\":\"2026-11-30T19:19:11.588410Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"manual\","
      "\"captured_at\":\"2026-11-30T19:19:11.596079Z\","
      "\"created_at\":\"2026-11-30T19:19:11.588410Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8PYB6F4ET7SPNXT82RMR6JM\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6F4ET7SPNXT82RMR6JM\"},\"reference\":null,"
      "\"refund_status\":\"none\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-11-30T19:19:11.596079Z\",\"version\":2},"
      "\"previous_attributes\":{\"amount_capturable\":1099,"
      "\"amount_captured\":0,\"amount_refundable\":0,\"captured_at\":null,"
      "\"status\":\"authorized\","
      "\"updated_at\":\"2026-11-30T19:19:11.588410Z\",\"version\":1}},"
      "\"id\":\"evt_01M8PYB6FCE51VNGBSEQM777SD\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"pay_01M8PYB6F4ET7SPNXT82RMR6JM\","
      "\"object_type\":\"payment\",\"object_version\":2,\"request\":{"
      "\"id\":\"req_01M8PYB6FCE3RS7P3ZZ6NJ99ZC\","
      "\"idempotency_key\":\"ac1edd05-3e29-4802-8ed3-aea9eb8df0ce\"},"
      "\"sequence\":2,\"timestamp\":\"2026-11-30T19:19:11.596177Z\","
      "\"type\":\"payment.captured\"},{"
      "\"created_at\":\"2026-11-30T19:19:11.588544Z\",\"data\":{\"object\":{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":1099,\"amount_captured\":0,"
      "\"amount_disputed\":0,\"amount_refundable\":0,\"amount_refunded\":0,"
      "\"authorization_expires_at\":\"2026-12-07T19:19:11.588410Z\","
      "\"authorized_at\":\"2026-11-30T19:19:11.588410Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"manual\",\"captured_at\":null,"
      "\"created_at\":\"2026-11-30T19:19:11.588410Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8PYB6F4ET7SPNXT82RMR6JM\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6F4ET7SPNXT82RMR6JM\"},\"reference\":null,"
      "\"refund_status\":\"none\",\"statement_descriptor\":null,"
      "\"status\":\"authorized\","
      "\"updated_at\":\"2026-11-30T19:19:11.588410Z\",\"version\":1},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8PYB6F4ETAA50ZR1RDPRNSP\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"pay_01M8PYB6F4ET7SPNXT82RMR6JM\","
      "\"object_type\":\"payment\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8PYB6F4EQBTST1EBEZC9Z8A\","
      "\"idempotency_key\":\"6549bc61-27ca-459d-8d55-f609bbb27851\"},"
      "\"sequence\":1,\"timestamp\":\"2026-11-30T19:19:11.588544Z\","
      "\"type\":\"payment.authorized\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/events\"}" },

    { "getEvent", "evt_01M8PYB6JAEDEB1XQQ263DQ1K3",
      "{\"id\":\"evt_01M8PYB6JAEDEB1XQQ263DQ1K3\",\"object\":\"event\","
      "\"type\":\"refund.succeeded\",\"sequence\":4,\"livemode\":false,"
      "\"created_at\":\"2026-11-30T19:19:11.690302Z\","
      "\"timestamp\":\"2026-11-30T19:19:11.690302Z\",\"data\":{\"object\":{"
      "\"id\":\"ref_01M8PYB6JAEDGA9BS6QW1KR8DE\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8PYB6J6EAWB89V52WW77GG5\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-11-30T19:19:11.690211Z\","
      "\"updated_at\":\"2026-11-30T19:19:11.690211Z\"},"
      "\"previous_attributes\":null},\"object_type\":\"refund\","
      "\"object_id\":\"ref_01M8PYB6JAEDGA9BS6QW1KR8DE\",\"object_version\":1,"
      "\"request\":{\"id\":\"req_01M8PYB6JAEBTT5N57370RPBBX\","
      "\"idempotency_key\":\"d4a5625b-cc62-46eb-aa2e-4b159e4c997e\"}}" },

    { "getIdempotencyKey", "order-c0b35092-9e8c-4524-839c-b952dcc63bfd",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-c0b35092-9e8c-4524-839c-b952dcc63bfd\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"completed\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8PYB6KGFTFRRCK5J4V70C3T\","
      "\"request_id\":\"req_01M8PYB6KGFQXVG8YQHDVMHJDZ\",\"undo\":null,"
      "\"created_at\":\"2026-11-30T19:19:11.730565Z\","
      "\"completed_at\":\"2026-11-30T19:19:11.730565Z\","
      "\"expires_at\":\"2026-12-01T19:19:11.730565Z\"}" },

    { "cancelIdempotencyKey", "order-d8dfe7ad-adf9-4b46-9f53-567c3789c921",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-d8dfe7ad-adf9-4b46-9f53-567c3789c921\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"canceled\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8PYB6KYFC5ANBJT9ABR12CH\","
      "\"request_id\":\"req_01M8PYB6KYFADVPZKK9HTMHRJN\",\"undo\":\"done\","
      "\"created_at\":\"2026-11-30T19:19:11.742804Z\","
      "\"completed_at\":\"2026-11-30T19:19:11.742804Z\","
      "\"expires_at\":\"2026-12-01T19:19:11.742804Z\"}" },

    { "listLedgerTransactions", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-30T19:19:11.745308Z\","
      "\"currency\":\"EUR\",\"entries\":[{\"account\":\"merchant_reserved\","
      "\"amount\":1099,\"direction\":\"debit\","
      "\"id\":\"le_01M8PYB6M1EKQAEMQEBKZWF94R\"},{"
      "\"account\":\"processor_receivable\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8PYB6M1EKQAEMQEBKZWF94S\"}],"
      "\"id\":\"lt_01M8PYB6M1EKQAEMQEBKZWF94T\","
      "\"kind\":\"refund_succeeded\",\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8PYB6M1EKNAXBWT40GJNHC9\","
      "\"source_type\":\"refund\"},{"
      "\"created_at\":\"2026-11-30T19:19:11.745308Z\",\"currency\":\"EUR\","
      "\"entries\":[{\"account\":\"merchant_available\",\"amount\":1099,"
      "\"direction\":\"debit\",\"id\":\"le_01M8PYB6M1EKPR02E0H5MT3G78\"},{"
      "\"account\":\"merchant_reserved\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8PYB6M1EKPR02E0H5MT3G79\"}],"
      "\"id\":\"lt_01M8PYB6M1EKPR02E0H5MT3G7A\",\"kind\":\"refund\","
      "\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8PYB6M1EKNAXBWT40GJNHC9\","
      "\"source_type\":\"refund\"}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/ledger/transactions\"}" },

    { "getLedgerTransaction", "lt_01M8PYB6N4EED8JE69NJ7MGR1N",
      "{\"id\":\"lt_01M8PYB6N4EED8JE69NJ7MGR1N\","
      "\"object\":\"ledger_transaction\",\"kind\":\"refund_succeeded\","
      "\"source_type\":\"refund\","
      "\"source_id\":\"ref_01M8PYB6N4EE9B92R3032VTFXP\",\"currency\":\"EUR\","
      "\"created_at\":\"2026-11-30T19:19:11.780226Z\",\"entries\":[{"
      "\"id\":\"le_01M8PYB6N4EED8JE69NJ7MGR1Q\","
      "\"account\":\"merchant_reserved\",\"direction\":\"debit\","
      "\"amount\":400},{\"id\":\"le_01M8PYB6N4EED8JE69NJ7MGR1P\","
      "\"account\":\"processor_receivable\",\"direction\":\"credit\","
      "\"amount\":400}]}" },

    { "trialBalance", NULL,
      "{\"object\":\"trial_balance\",\"livemode\":false,"
      "\"as_of\":\"2026-11-30T19:19:11.804503Z\",\"currencies\":{\"EUR\":{"
      "\"debits\":9293,\"credits\":9293,"
      "\"balanced\":true}}}" },

    { "listMerchants", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-30T19:18:54.601917Z\","
      "\"id\":\"mer_01M8PYANWCECMAJ669P8HJQ76A\",\"name\":\"test\","
      "\"object\":\"merchant\",\"status\":\"active\"},{"
      "\"created_at\":\"2026-11-30T19:18:54.435315Z\","
      "\"id\":\"mer_01M8PYANQ5FM4V1TD3Q4STYHZD\",\"name\":\"test\","
      "\"object\":\"merchant\",\"status\":\"active\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/merchants\"}" },

    { "createMerchant", NULL,
      "{\"id\":\"mer_01M8PYB6PDE1NTE9AZPP44X3QB\",\"object\":\"merchant\","
      "\"name\":\"Corner Books\",\"status\":\"active\","
      "\"created_at\":\"2026-11-30T19:19:11.821068Z\"}" },

    { "getMerchant", "mer_01M8PYB6PJFWKVMYA0Q2CGYNA4",
      "{\"id\":\"mer_01M8PYB6PJFWKVMYA0Q2CGYNA4\",\"object\":\"merchant\","
      "\"name\":\"Corner Shop\",\"status\":\"active\","
      "\"created_at\":\"2026-11-30T19:19:11.829623Z\"}" },

    { "updateMerchant", "mer_01M8PYB6Q5FJJBNNE5RAT0R8S2",
      "{\"id\":\"mer_01M8PYB6Q5FJJBNNE5RAT0R8S2\",\"object\":\"merchant\","
      "\"name\":\"Corner Books and Maps\",\"status\":\"active\","
      "\"created_at\":\"2026-11-30T19:19:11.845929Z\"}" },

    { "listPayments", NULL,
      "{\"data\":[{\"amount\":1099,\"amount_authorized\":1099,"
      "\"amount_canceled\":0,\"amount_capturable\":0,"
      "\"amount_captured\":1099,\"amount_disputed\":0,"
      "\"amount_refundable\":699,\"amount_refunded\":400,"
      "\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-11-30T19:19:11.777746Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-11-30T19:19:11.777746Z\","
      "\"created_at\":\"2026-11-30T19:19:11.777746Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8PYB6N1FFQSDNYHC8DVT4PZ\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6N1FFQSDNYHC8DVT4PZ\"},\"reference\":null,"
      "\"refund_status\":\"partial\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-11-30T19:19:11.780226Z\",\"version\":2},{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":0,"
      "\"amount_refunded\":1099,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-11-30T19:19:11.742689Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-11-30T19:19:11.742689Z\","
      "\"created_at\":\"2026-11-30T19:19:11.742689Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8PYB6KYFC5ANBJT9ABR12CH\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6KYFC5ANBJT9ABR12CH\"},\"reference\":null,"
      "\"refund_status\":\"full\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-11-30T19:19:11.745308Z\",\"version\":2}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments\"}" },

    { "createPayment", NULL,
      "{\"id\":\"pay_01M8PYB6QTEPCVDMF5J6Y12XDR\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T19:19:11.866350Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6QTEPCVDMF5J6Y12XDR\"},"
      "\"created_at\":\"2026-11-30T19:19:11.866350Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books\",\"metadata\":{\"order\":\"6735\"},"
      "\"failure\":null,\"cancellation_reason\":null,\"version\":1,"
      "\"updated_at\":\"2026-11-30T19:19:11.866350Z\","
      "\"authorized_at\":\"2026-11-30T19:19:11.866350Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "getPayment", "pay_01M8PYB6QZEQVRXX5R6MJ9RCTD",
      "{\"id\":\"pay_01M8PYB6QZEQVRXX5R6MJ9RCTD\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6QZEQVRXX5R6MJ9RCTD\"},"
      "\"created_at\":\"2026-11-30T19:19:11.871373Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":1,"
      "\"updated_at\":\"2026-11-30T19:19:11.871373Z\","
      "\"authorized_at\":\"2026-11-30T19:19:11.871373Z\","
      "\"captured_at\":\"2026-11-30T19:19:11.871373Z\","
      "\"canceled_at\":null}" },

    { "updatePayment", "pay_01M8PYB6RNEW78FA7FDYZZJ7TC",
      "{\"id\":\"pay_01M8PYB6RNEW78FA7FDYZZJ7TC\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T19:19:11.893441Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6RNEW78FA7FDYZZJ7TC\"},"
      "\"created_at\":\"2026-11-30T19:19:11.893441Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books, gift-wrapped\",\"metadata\":{"
      "\"order\":\"6735\",\"wrapped\":\"yes\"},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T19:19:11.902547Z\","
      "\"authorized_at\":\"2026-11-30T19:19:11.893441Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "cancelPayment", "pay_01M8PYB6SDFPVBZZZFJX3TB2Z6",
      "{\"id\":\"pay_01M8PYB6SDFPVBZZZFJX3TB2Z6\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T19:19:11.917857Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6SDFPVBZZZFJX3TB2Z6\"},"
      "\"created_at\":\"2026-11-30T19:19:11.917857Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"canceled\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":\"requested_by_customer\",\"version\":2,"
      "\"updated_at\":\"2026-11-30T19:19:11.928803Z\","
      "\"authorized_at\":\"2026-11-30T19:19:11.917857Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":\"2026-11-30T19:19:11.928803Z\"}" },

    { "capturePayment", "pay_01M8PYB6SYF9D9WQ2FS1824NTZ",
      "{\"id\":\"pay_01M8PYB6SYF9D9WQ2FS1824NTZ\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T19:19:11.934647Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6SYF9D9WQ2FS1824NTZ\"},"
      "\"created_at\":\"2026-11-30T19:19:11.934647Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1000,"
      "\"amount_refunded\":0,\"amount_canceled\":99,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1000,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T19:19:11.944395Z\","
      "\"authorized_at\":\"2026-11-30T19:19:11.934647Z\","
      "\"captured_at\":\"2026-11-30T19:19:11.944395Z\","
      "\"canceled_at\":null}" },

    { "listPaymentRefunds", "pay_01M8PYB6TQE86BW72V2WF8JQJY",
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-11-30T19:19:11.961678Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8PYB6TSFB8RYHHFF5ATYRJD\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8PYB6TQE86BW72V2WF8JQJY\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-11-30T19:19:11.961678Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments/pay_01M8PYB6TQE86BW72V2WF8JQJY/refunds\"}" },

    { "createRefund", "pay_01M8PYB6VCE069N618SC7BAEWR",
      "{\"id\":\"ref_01M8PYB6VPFWNR4J3DBH9TT3BG\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8PYB6VCE069N618SC7BAEWR\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":\"requested_by_customer\","
      "\"reference\":null,\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-11-30T19:19:11.990948Z\","
      "\"updated_at\":\"2026-11-30T19:19:11.990948Z\"}" },

    { "listRefunds", NULL,
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-11-30T19:19:11.990948Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8PYB6VPFWNR4J3DBH9TT3BG\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8PYB6VCE069N618SC7BAEWR\","
      "\"reason\":\"requested_by_customer\",\"reference\":null,"
      "\"status\":\"succeeded\","
      "\"updated_at\":\"2026-11-30T19:19:11.990948Z\",\"version\":1},{"
      "\"amount\":400,\"created_at\":\"2026-11-30T19:19:11.961678Z\","
      "\"currency\":\"EUR\",\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8PYB6TSFB8RYHHFF5ATYRJD\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8PYB6TQE86BW72V2WF8JQJY\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-11-30T19:19:11.961678Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/refunds\"}" },

    { "getRefund", "ref_01M8PYB6WJFV4B0TQXZ22EY5T4",
      "{\"id\":\"ref_01M8PYB6WJFV4B0TQXZ22EY5T4\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8PYB6W9F02A8878CHDZPD1P\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-11-30T19:19:12.018924Z\","
      "\"updated_at\":\"2026-11-30T19:19:12.018924Z\"}" },

    { "updateRefund", "ref_01M8PYB6XEFAPSTCB7V6GCWN9V",
      "{\"id\":\"ref_01M8PYB6XEFAPSTCB7V6GCWN9V\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8PYB6X5E049H1EDX3AVB3RH\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{\"case\":\"118\"},\"version\":2,"
      "\"created_at\":\"2026-11-30T19:19:12.046667Z\","
      "\"updated_at\":\"2026-11-30T19:19:12.049304Z\"}" },

    { "disputePayment", "pay_01M8PYB6XMEYJVHJJ8F2XP7YBF",
      "{\"id\":\"pay_01M8PYB6XMEYJVHJJ8F2XP7YBF\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6XMEYJVHJJ8F2XP7YBF\"},"
      "\"created_at\":\"2026-11-30T19:19:12.052478Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":1099,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T19:19:12.055359Z\","
      "\"authorized_at\":\"2026-11-30T19:19:12.052478Z\","
      "\"captured_at\":\"2026-11-30T19:19:12.052478Z\","
      "\"canceled_at\":null}" },

    { "expirePayment", "pay_01M8PYB6Y3E5Y8VR7Z8PFSHFD7",
      "{\"id\":\"pay_01M8PYB6Y3E5Y8VR7Z8PFSHFD7\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T19:19:12.067093Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6Y3E5Y8VR7Z8PFSHFD7\"},"
      "\"created_at\":\"2026-11-30T19:19:12.067093Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"expired\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T19:19:12.069936Z\","
      "\"authorized_at\":\"2026-11-30T19:19:12.067093Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "resolvePayment", "pay_01M8PYB6YBFM3BC6XPXY8G7K5E",
      "{\"id\":\"pay_01M8PYB6YBFM3BC6XPXY8G7K5E\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_timeout\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6YBFM3BC6XPXY8G7K5E\"},"
      "\"created_at\":\"2026-11-30T19:19:12.075814Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T19:19:12.079132Z\","
      "\"authorized_at\":\"2026-11-30T19:19:12.079132Z\","
      "\"captured_at\":\"2026-11-30T19:19:12.079132Z\","
      "\"canceled_at\":null}" },

    { "settlePayment", "pay_01M8PYB6YQFJRBZWEZ5E3GR80K",
      "{\"id\":\"pay_01M8PYB6YQFJRBZWEZ5E3GR80K\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYB6YQFJRBZWEZ5E3GR80K\"},"
      "\"created_at\":\"2026-11-30T19:19:12.087793Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":1,"
      "\"updated_at\":\"2026-11-30T19:19:12.087793Z\","
      "\"authorized_at\":\"2026-11-30T19:19:12.087793Z\","
      "\"captured_at\":\"2026-11-30T19:19:12.087793Z\","
      "\"canceled_at\":null}" },

    { NULL, NULL, NULL }
};
