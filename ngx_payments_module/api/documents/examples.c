
/* Made by tools/record-examples from a running system: do not edit. */

#include "ngx_payments_documents.h"


const ngx_payments_example_t  ngx_payments_examples[] = {
    { "livez", NULL,
      "{\"status\":\"ok\"}" },

    { "readyz", NULL,
      "{\"status\":\"ok\",\"postgres\":\"ok\","
      "\"redis\":\"ok\",\"version\":\"0.1\"}" },

    { "getAccount", NULL,
      "{\"object\":\"account\",\"livemode\":false,\"merchant\":{"
      "\"id\":\"mer_01JC000000E00800000000000A\",\"object\":\"merchant\","
      "\"name\":\"Merchant A\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T01:52:51.531842Z\"},\"scopes\":["
      "\"payments:read\",\"payments:write\",\"refunds:read\","
      "\"refunds:write\",\"balances:read\",\"ledger:read\",\"events:read\","
      "\"webhooks:read\",\"webhooks:write\",\"idempotency:read\","
      "\"keys:write\"]}" },

    { "listApiKeys", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T01:52:51.562418Z\","
      "\"expires_at\":null,\"id\":\"key_01M8QMW0VBF5PBE34FPX62F08Q\","
      "\"last_used_at\":null,\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"name\":\"admin\","
      "\"object\":\"api_key\",\"prefix\":\"sk_test_0000\","
      "\"revoked_at\":null,\"scopes\":[\"payments:read\",\"payments:write\","
      "\"refunds:read\",\"refunds:write\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"webhooks:read\",\"webhooks:write\","
      "\"idempotency:read\",\"keys:write\",\"admin\"]},{"
      "\"created_at\":\"2026-12-01T01:52:51.552351Z\",\"expires_at\":null,"
      "\"id\":\"key_01M8QMW0V1ESPAW6D9SC6JN68T\",\"last_used_at\":null,"
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"name\":\"read only\",\"object\":\"api_key\","
      "\"prefix\":\"rk_test_0000\",\"revoked_at\":null,\"scopes\":["
      "\"payments:read\",\"refunds:read\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"idempotency:read\"]}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/api_keys\"}" },

    { "createApiKey", NULL,
      "{\"id\":\"key_01M8QMW1QJFMY9YFR5JE1F3SJ8\",\"object\":\"api_key\","
      "\"name\":\"Reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:read\",\"refunds:read\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T01:52:52.467154Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "getApiKey", "key_01M8QMW1RQEBQBWGETEHKAJNW0",
      "{\"id\":\"key_01M8QMW1RQEBQBWGETEHKAJNW0\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T01:52:52.503599Z\","
      "\"revoked_at\":null}" },

    { "updateApiKey", "key_01M8QMW1RXFKDA1T55RMN9X0WA",
      "{\"id\":\"key_01M8QMW1RXFKDA1T55RMN9X0WA\",\"object\":\"api_key\","
      "\"name\":\"Monthly reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T01:52:52.509956Z\","
      "\"revoked_at\":null}" },

    { "rotateApiKey", "key_01M8QMW1S3EYB8B0J6E9AQ1A50",
      "{\"id\":\"key_01M8QMW1S7EK6VX2Z49MADDTN8\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T01:52:52.519345Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "listBalances", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/balances\"}" },

    { "getBalance", "EUR",
      "{\"object\":\"balance\",\"livemode\":false,\"currency\":\"EUR\","
      "\"exponent\":2,\"available\":0,\"pending\":0,\"reserved\":0,"
      "\"as_of\":\"2026-12-01T01:52:52.533511Z\"}" },

    { "getCapture", "cap_01M8QKVQ1BE6187QK01YGQRQFQ",
      "{\"id\":\"cap_01M8QKVQ1BE6187QK01YGQRQFQ\",\"object\":\"capture\","
      "\"amount\":1099,\"final\":true,"
      "\"created_at\":\"2026-12-01T01:35:12.939094Z\"}" },

    { "notifyProcessor", "acquirer",
      "{\"object\":\"notification\",\"result\":\"applied\"}" },

    { "listCurrencies", NULL,
      "{\"data\":[{\"code\":\"AED\",\"exponent\":2,\"name\":\"UAE Dirham\"},{"
      "\"code\":\"AFN\",\"exponent\":2,\"name\":\"Afghani\"}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/currencies\"}" },

    { "listDisputes", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/disputes\"}" },

    { "getDispute", "dis_01M8QMW1WAETEASPHEGZ46KYXX",
      "{\"id\":\"dis_01M8QMW1WAETEASPHEGZ46KYXX\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QMW1VRF2KRRG63J22VNZ7W\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"open\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T01:52:52.618412Z\","
      "\"updated_at\":\"2026-12-01T01:52:52.618412Z\"}" },

    { "listEvents", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T01:52:52.619653Z\",\"data\":{"
      "\"object\":{\"amount\":1099,"
      "\"created_at\":\"2026-12-01T01:52:52.618412Z\",\"currency\":\"EUR\","
      "\"id\":\"dis_01M8QMW1WAETEASPHEGZ46KYXX\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QMW1VRF2KRRG63J22VNZ7W\","
      "\"reason\":\"general\",\"status\":\"open\","
      "\"updated_at\":\"2026-12-01T01:52:52.618412Z\"},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8QMW1WAETDRVEC6Y9Z5MVPN\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"dis_01M8QMW1WAETEASPHEGZ46KYXX\","
      "\"object_type\":\"dispute\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8QMW1WAESKAFHAC24G743KP\","
      "\"idempotency_key\":\"746da8ed-410d-49b1-8d7a-d351c792f5c7\"},"
      "\"sequence\":4,\"timestamp\":\"2026-12-01T01:52:52.619653Z\","
      "\"type\":\"dispute.created\"},{"
      "\"created_at\":\"2026-12-01T01:52:52.601631Z\",\"data\":{\"object\":{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":1099,"
      "\"amount_refunded\":0,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T01:52:52.600541Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T01:52:52.600541Z\","
      "\"created_at\":\"2026-12-01T01:52:52.600541Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8QMW1VRF2KRRG63J22VNZ7W\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"pending_action\":null,"
      "\"fee\":null,\"dispute\":null,\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMW1VRF2KRRG63J22VNZ7W\"},\"reference\":null,"
      "\"refund_status\":\"none\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T01:52:52.600541Z\",\"version\":1},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8QMW1VRF2TTS5SPS0K6T8W1\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"pay_01M8QMW1VRF2KRRG63J22VNZ7W\","
      "\"object_type\":\"payment\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8QMW1VRF0MA8AKDGX6D0DBJ\","
      "\"idempotency_key\":\"3ae77953-57dc-4169-b613-bc7a954294d0\"},"
      "\"sequence\":3,\"timestamp\":\"2026-12-01T01:52:52.601631Z\","
      "\"type\":\"payment.captured\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/events\"}" },

    { "getEvent", "evt_01M8QMW1XNFVMRC6HPX4XEDAMM",
      "{\"id\":\"evt_01M8QMW1XNFVMRC6HPX4XEDAMM\",\"object\":\"event\","
      "\"type\":\"refund.succeeded\",\"sequence\":6,\"livemode\":false,"
      "\"created_at\":\"2026-12-01T01:52:52.662044Z\","
      "\"timestamp\":\"2026-12-01T01:52:52.662044Z\",\"data\":{\"object\":{"
      "\"id\":\"ref_01M8QMW1XNFVN91DAJCX4HNRV1\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8QMW1XFFN9T5CFEC2ANJ9MM\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T01:52:52.661932Z\","
      "\"updated_at\":\"2026-12-01T01:52:52.661932Z\"},"
      "\"previous_attributes\":null},\"object_type\":\"refund\","
      "\"object_id\":\"ref_01M8QMW1XNFVN91DAJCX4HNRV1\",\"object_version\":1,"
      "\"request\":{\"id\":\"req_01M8QMW1XNFV293VTYGC0XMKS5\","
      "\"idempotency_key\":\"2379b8f1-63f2-4204-ba62-6ccdc0b12a94\"}}" },

    { "getIdempotencyKey", "order-a0edac9e-ced2-4e80-8f12-b5e7e6787ecf",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-a0edac9e-ced2-4e80-8f12-b5e7e6787ecf\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"completed\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8QMW1YEF5M9B08SK2D2T9JH\","
      "\"request_id\":\"req_01M8QMW1YEF43942G89S7YF4XP\",\"undo\":null,"
      "\"created_at\":\"2026-12-01T01:52:52.686762Z\","
      "\"completed_at\":\"2026-12-01T01:52:52.686762Z\","
      "\"expires_at\":\"2026-12-02T01:52:52.686762Z\"}" },

    { "cancelIdempotencyKey", "order-e75bd66e-d59f-4c9d-8924-a0e2247a6d42",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-e75bd66e-d59f-4c9d-8924-a0e2247a6d42\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"canceled\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8QMW1Z0FKTT5AN0E5EYPJE0\","
      "\"request_id\":\"req_01M8QMW1Z0FG4ARRQT99D5F7KE\",\"undo\":\"done\","
      "\"created_at\":\"2026-12-01T01:52:52.704891Z\","
      "\"completed_at\":\"2026-12-01T01:52:52.704891Z\","
      "\"expires_at\":\"2026-12-02T01:52:52.704891Z\"}" },

    { "listLedgerTransactions", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T01:52:52.712202Z\","
      "\"currency\":\"EUR\",\"entries\":[{\"account\":\"merchant_reserved\","
      "\"amount\":1099,\"direction\":\"debit\","
      "\"id\":\"le_01M8QMW1Z8ECZB8J6KJRF6AJVN\"},{"
      "\"account\":\"processor_receivable\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8QMW1Z8ECZB8J6KJRF6AJVM\"}],"
      "\"id\":\"lt_01M8QMW1Z8ECZB8J6KJRF6AJVQ\","
      "\"kind\":\"refund_succeeded\",\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8QMW1Z8ECY8RYRKVXR19287\","
      "\"source_type\":\"refund\"},{"
      "\"created_at\":\"2026-12-01T01:52:52.712202Z\",\"currency\":\"EUR\","
      "\"entries\":[{\"account\":\"merchant_available\",\"amount\":1099,"
      "\"direction\":\"debit\",\"id\":\"le_01M8QMW1Z8ECYTJ2B1ZF6H9SMK\"},{"
      "\"account\":\"merchant_reserved\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8QMW1Z8ECYTJ2B1ZF6H9SMJ\"}],"
      "\"id\":\"lt_01M8QMW1Z8ECYTJ2B1ZF6H9SMH\",\"kind\":\"refund\","
      "\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8QMW1Z8ECY8RYRKVXR19287\","
      "\"source_type\":\"refund\"}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/ledger/transactions\"}" },

    { "getLedgerTransaction", "lt_01M8QMW20KE1JBJSBP4HE7PWV0",
      "{\"id\":\"lt_01M8QMW20KE1JBJSBP4HE7PWV0\","
      "\"object\":\"ledger_transaction\",\"kind\":\"refund_succeeded\","
      "\"source_type\":\"refund\","
      "\"source_id\":\"ref_01M8QMW20KE1H8D2GDKT5RJ3RV\",\"currency\":\"EUR\","
      "\"created_at\":\"2026-12-01T01:52:52.755022Z\",\"entries\":[{"
      "\"id\":\"le_01M8QMW20KE1JBJSBP4HE7PWV2\","
      "\"account\":\"merchant_reserved\",\"direction\":\"debit\","
      "\"amount\":400},{\"id\":\"le_01M8QMW20KE1JBJSBP4HE7PWV3\","
      "\"account\":\"processor_receivable\",\"direction\":\"credit\","
      "\"amount\":400}]}" },

    { "trialBalance", NULL,
      "{\"object\":\"trial_balance\",\"livemode\":false,"
      "\"as_of\":\"2026-12-01T01:52:52.773005Z\",\"currencies\":{\"EUR\":{"
      "\"debits\":11491,\"credits\":11491,"
      "\"balanced\":true}}}" },

    { "listMerchants", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T01:52:51.609728Z\","
      "\"id\":\"mer_01JC000000E00800000000000C\",\"name\":\"Merchant C\","
      "\"object\":\"merchant\",\"status\":\"active\"},{"
      "\"created_at\":\"2026-12-01T01:52:51.531842Z\","
      "\"id\":\"mer_01JC000000E00800000000000B\",\"name\":\"Merchant B\","
      "\"object\":\"merchant\",\"status\":\"active\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/merchants\"}" },

    { "createMerchant", NULL,
      "{\"id\":\"mer_01M8QMW21AF9KV7KFX5X6K5CNT\",\"object\":\"merchant\","
      "\"name\":\"Corner Books\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T01:52:52.778680Z\"}" },

    { "getMerchant", "mer_01M8QMW21FEZ3S26AVGNG02JNW",
      "{\"id\":\"mer_01M8QMW21FEZ3S26AVGNG02JNW\",\"object\":\"merchant\","
      "\"name\":\"Corner Shop\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T01:52:52.784028Z\"}" },

    { "updateMerchant", "mer_01M8QMW21TFSQSG3PKS353XYMX",
      "{\"id\":\"mer_01M8QMW21TFSQSG3PKS353XYMX\",\"object\":\"merchant\","
      "\"name\":\"Corner Books and Maps\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T01:52:52.794966Z\"}" },

    { "listPayments", NULL,
      "{\"data\":[{\"amount\":1099,\"amount_authorized\":1099,"
      "\"amount_canceled\":0,\"amount_capturable\":0,"
      "\"amount_captured\":1099,\"amount_disputed\":0,"
      "\"amount_refundable\":699,\"amount_refunded\":400,"
      "\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T01:52:52.751688Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T01:52:52.751688Z\","
      "\"created_at\":\"2026-12-01T01:52:52.751688Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8QMW20FFC1A16PTC59P3WCK\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"pending_action\":null,"
      "\"fee\":null,\"dispute\":null,\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMW20FFC1A16PTC59P3WCK\"},\"reference\":null,"
      "\"refund_status\":\"partial\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T01:52:52.755022Z\",\"version\":2},{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":0,"
      "\"amount_refunded\":1099,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T01:52:52.704810Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T01:52:52.704810Z\","
      "\"created_at\":\"2026-12-01T01:52:52.704810Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8QMW1Z0FKTT5AN0E5EYPJE0\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"pending_action\":null,"
      "\"fee\":null,\"dispute\":null,\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMW1Z0FKTT5AN0E5EYPJE0\"},\"reference\":null,"
      "\"refund_status\":\"full\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T01:52:52.712202Z\",\"version\":2}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments\"}" },

    { "createPayment", NULL,
      "{\"id\":\"pay_01M8QMW226E0CB2GMYG3QVGQ4J\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:52:52.806006Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMW226E0CB2GMYG3QVGQ4J\"},"
      "\"created_at\":\"2026-12-01T01:52:52.806006Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books\",\"metadata\":{\"order\":\"6735\"},"
      "\"failure\":null,\"cancellation_reason\":null,\"pending_action\":null,"
      "\"fee\":null,\"dispute\":null,"
      "\"version\":1,\"updated_at\":\"2026-12-01T01:52:52.806006Z\","
      "\"authorized_at\":\"2026-12-01T01:52:52.806006Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "getPayment", "pay_01M8QMW227FYV94REBZE33DPYV",
      "{\"id\":\"pay_01M8QMW227FYV94REBZE33DPYV\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMW227FYV94REBZE33DPYV\"},"
      "\"created_at\":\"2026-12-01T01:52:52.807982Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,"
      "\"fee\":null,\"dispute\":null,\"version\":1,"
      "\"updated_at\":\"2026-12-01T01:52:52.807982Z\","
      "\"authorized_at\":\"2026-12-01T01:52:52.807982Z\","
      "\"captured_at\":\"2026-12-01T01:52:52.807982Z\","
      "\"canceled_at\":null}" },

    { "updatePayment", "pay_01M8QMW22DEH8SGJTAQQZ62KNQ",
      "{\"id\":\"pay_01M8QMW22DEH8SGJTAQQZ62KNQ\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:52:52.813270Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMW22DEH8SGJTAQQZ62KNQ\"},"
      "\"created_at\":\"2026-12-01T01:52:52.813270Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books, gift-wrapped\",\"metadata\":{"
      "\"order\":\"6735\",\"wrapped\":\"yes\"},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,"
      "\"fee\":null,\"dispute\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:52:52.818639Z\","
      "\"authorized_at\":\"2026-12-01T01:52:52.813270Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "cancelPayment", "pay_01M8QMW22SFA7RJHJB5MQ3YYBX",
      "{\"id\":\"pay_01M8QMW22SFA7RJHJB5MQ3YYBX\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:52:52.825660Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMW22SFA7RJHJB5MQ3YYBX\"},"
      "\"created_at\":\"2026-12-01T01:52:52.825660Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"canceled\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":\"requested_by_customer\","
      "\"pending_action\":null,"
      "\"fee\":null,\"dispute\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:52:52.831465Z\","
      "\"authorized_at\":\"2026-12-01T01:52:52.825660Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":\"2026-12-01T01:52:52.831465Z\"}" },

    { "capturePayment", "pay_01M8QMW236EJHSJNV66PM30B89",
      "{\"id\":\"pay_01M8QMW236EJHSJNV66PM30B89\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:52:52.838290Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMW236EJHSJNV66PM30B89\"},"
      "\"created_at\":\"2026-12-01T01:52:52.838290Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1000,"
      "\"amount_refunded\":0,\"amount_canceled\":99,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1000,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,"
      "\"fee\":null,\"dispute\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:52:52.840479Z\","
      "\"authorized_at\":\"2026-12-01T01:52:52.838290Z\","
      "\"captured_at\":\"2026-12-01T01:52:52.840479Z\","
      "\"canceled_at\":null}" },

    { "listPaymentRefunds", "pay_01M8QMW23DF8A9H13Y07DT6BVJ",
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-12-01T01:52:52.847399Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8QMW23FESKVRFHGKYRWAZER\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8QMW23DF8A9H13Y07DT6BVJ\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T01:52:52.847399Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments/pay_01M8QMW23DF8A9H13Y07DT6BVJ/refunds\"}" },

    { "createRefund", "pay_01M8QMW23MFRYRHX6Z3EK0YSRM",
      "{\"id\":\"ref_01M8QMW23TET4A16AHQ67QJA03\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8QMW23MFRYRHX6Z3EK0YSRM\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":\"requested_by_customer\","
      "\"reference\":null,\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T01:52:52.858407Z\","
      "\"updated_at\":\"2026-12-01T01:52:52.858407Z\"}" },

    { "listRefunds", NULL,
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-12-01T01:52:52.858407Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8QMW23TET4A16AHQ67QJA03\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8QMW23MFRYRHX6Z3EK0YSRM\","
      "\"reason\":\"requested_by_customer\",\"reference\":null,"
      "\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T01:52:52.858407Z\",\"version\":1},{"
      "\"amount\":400,\"created_at\":\"2026-12-01T01:52:52.847399Z\","
      "\"currency\":\"EUR\",\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8QMW23FESKVRFHGKYRWAZER\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8QMW23DF8A9H13Y07DT6BVJ\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T01:52:52.847399Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/refunds\"}" },

    { "getRefund", "ref_01M8QMW240F9FSG6J57K0XVFME",
      "{\"id\":\"ref_01M8QMW240F9FSG6J57K0XVFME\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8QMW23YFJDTT8T1EVNXST0D\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T01:52:52.864647Z\","
      "\"updated_at\":\"2026-12-01T01:52:52.864647Z\"}" },

    { "updateRefund", "ref_01M8QMW24EF47BKD9T6JTWDHBV",
      "{\"id\":\"ref_01M8QMW24EF47BKD9T6JTWDHBV\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8QMW24AE75BFVK8GEJ63Z7T\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{\"case\":\"118\"},\"version\":2,"
      "\"created_at\":\"2026-12-01T01:52:52.878565Z\","
      "\"updated_at\":\"2026-12-01T01:52:52.883181Z\"}" },

    { "loseDispute", "dis_01M8QMW259FZHR38XSDB02N5MX",
      "{\"id\":\"dis_01M8QMW259FZHR38XSDB02N5MX\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QMW254FT9RTNF580F5067S\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"lost\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T01:52:52.905992Z\","
      "\"updated_at\":\"2026-12-01T01:52:52.909353Z\"}" },

    { "winDispute", "dis_01M8QMW25NEF5SC2FAB2NTJ6YQ",
      "{\"id\":\"dis_01M8QMW25NEF5SC2FAB2NTJ6YQ\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QMW25HERE8Y6MRBCX04HHA\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"won\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T01:52:52.917237Z\","
      "\"updated_at\":\"2026-12-01T01:52:52.920372Z\"}" },

    { "disputePayment", "pay_01M8QMW25WEMVVW1VC1Q3SB577",
      "{\"id\":\"dis_01M8QMW25YF4W8GYA8FJEQZBNQ\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QMW25WEMVVW1VC1Q3SB577\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"open\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T01:52:52.926576Z\","
      "\"updated_at\":\"2026-12-01T01:52:52.926576Z\"}" },

    { "expirePayment", "pay_01M8QMW260ERG84KS3JCG94F46",
      "{\"id\":\"pay_01M8QMW260ERG84KS3JCG94F46\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:52:52.928383Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMW260ERG84KS3JCG94F46\"},"
      "\"created_at\":\"2026-12-01T01:52:52.928383Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"expired\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,"
      "\"fee\":null,\"dispute\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:52:52.930453Z\","
      "\"authorized_at\":\"2026-12-01T01:52:52.928383Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "resolvePayment", "pay_01M8QMW268EQFSR4YD87RJ0AKW",
      "{\"id\":\"pay_01M8QMW268EQFSR4YD87RJ0AKW\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_timeout\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMW268EQFSR4YD87RJ0AKW\"},"
      "\"created_at\":\"2026-12-01T01:52:52.936367Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,"
      "\"fee\":null,\"dispute\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:52:52.938258Z\","
      "\"authorized_at\":\"2026-12-01T01:52:52.938258Z\","
      "\"captured_at\":\"2026-12-01T01:52:52.938258Z\","
      "\"canceled_at\":null}" },

    { "settlePayment", "pay_01M8QMW26EE1NBNKW5WJGM0R8R",
      "{\"id\":\"pay_01M8QMW26EE1NBNKW5WJGM0R8R\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QMW26EE1NBNKW5WJGM0R8R\"},"
      "\"created_at\":\"2026-12-01T01:52:52.942026Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,"
      "\"fee\":null,\"dispute\":null,\"version\":1,"
      "\"updated_at\":\"2026-12-01T01:52:52.942026Z\","
      "\"authorized_at\":\"2026-12-01T01:52:52.942026Z\","
      "\"captured_at\":\"2026-12-01T01:52:52.942026Z\","
      "\"canceled_at\":null}" },

    { "listWebhookEndpoints", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/webhook_endpoints\"}" },

    { "createWebhookEndpoint", NULL,
      "{\"id\":\"we_01M8QMW26QF5P8B1DTCA4H87KB\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":["
      "\"payment.*\",\"refund.*\"],\"status\":\"enabled\","
      "\"disabled_reason\":null,\"ordered\":false,\"description\":null,"
      "\"sequence\":27,\"behind\":0,\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T01:52:52.951702Z\","
      "\"updated_at\":\"2026-12-01T01:52:52.951702Z\","
      "\"secret\":\"whsec_EXAMPLE\"}" },

    { "getWebhookEndpoint", "we_01M8QMW277EXPBJ5CX80VJR0P8",
      "{\"id\":\"we_01M8QMW277EXPBJ5CX80VJR0P8\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":27,\"behind\":0,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T01:52:52.967652Z\","
      "\"updated_at\":\"2026-12-01T01:52:52.967652Z\"}" },

    { "updateWebhookEndpoint", "we_01M8QMW27CEYJV82BWP4HDW3WN",
      "{\"id\":\"we_01M8QMW27CEYJV82BWP4HDW3WN\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":27,\"behind\":0,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T01:52:52.972649Z\","
      "\"updated_at\":\"2026-12-01T01:52:52.975867Z\"}" },

    { "rotateWebhookSecret", "we_01M8QMW27KES2SPKZ625WDH0ZF",
      "{\"id\":\"we_01M8QMW27KES2SPKZ625WDH0ZF\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":27,\"behind\":0,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T01:52:52.979584Z\","
      "\"updated_at\":\"2026-12-01T01:52:52.981983Z\","
      "\"secret\":\"whsec_EXAMPLE\"}" },

    { NULL, NULL, NULL }
};
