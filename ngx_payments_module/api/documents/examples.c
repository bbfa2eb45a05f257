
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
      "\"created_at\":\"2026-12-01T14:00:35.856968Z\"},\"scopes\":["
      "\"payments:read\",\"payments:write\",\"refunds:read\","
      "\"refunds:write\",\"balances:read\",\"ledger:read\",\"events:read\","
      "\"webhooks:read\",\"webhooks:write\",\"idempotency:read\","
      "\"keys:write\"]}" },

    { "listApiKeys", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T14:00:35.898846Z\","
      "\"expires_at\":null,\"id\":\"key_01M8RYGHSVEKHADVEEYXE7MFN3\","
      "\"last_used_at\":null,\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"name\":\"admin\","
      "\"object\":\"api_key\",\"prefix\":\"sk_test_0000\","
      "\"revoked_at\":null,\"scopes\":[\"payments:read\",\"payments:write\","
      "\"refunds:read\",\"refunds:write\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"webhooks:read\",\"webhooks:write\","
      "\"idempotency:read\",\"keys:write\",\"admin\"]},{"
      "\"created_at\":\"2026-12-01T14:00:35.889713Z\",\"expires_at\":null,"
      "\"id\":\"key_01M8RYGHSJF6KA576F5MT46GC9\",\"last_used_at\":null,"
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"name\":\"read only\",\"object\":\"api_key\","
      "\"prefix\":\"rk_test_0000\",\"revoked_at\":null,\"scopes\":["
      "\"payments:read\",\"refunds:read\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"idempotency:read\"]}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/api_keys\"}" },

    { "createApiKey", NULL,
      "{\"id\":\"key_01M8RYGRT9FN5VJM81BPQ3EBZD\",\"object\":\"api_key\","
      "\"name\":\"Reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:read\",\"refunds:read\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T14:00:43.090642Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "getApiKey", "key_01M8RYGS1RFPXTSWX1K5S6PHTY",
      "{\"id\":\"key_01M8RYGS1RFPXTSWX1K5S6PHTY\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T14:00:43.334842Z\","
      "\"revoked_at\":null}" },

    { "updateApiKey", "key_01M8RYGS4JFYDB5K42GJ57K9WZ",
      "{\"id\":\"key_01M8RYGS4JFYDB5K42GJ57K9WZ\",\"object\":\"api_key\","
      "\"name\":\"Monthly reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T14:00:43.413562Z\","
      "\"revoked_at\":null}" },

    { "rotateApiKey", "key_01M8RYGS5YE4DRWVH07DTXVPTZ",
      "{\"id\":\"key_01M8RYGS6FFHQVPHT29TJAP387\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T14:00:43.473153Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "listBalances", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/balances\"}" },

    { "getBalance", "EUR",
      "{\"object\":\"balance\",\"livemode\":false,\"currency\":\"EUR\","
      "\"exponent\":2,\"available\":0,\"pending\":0,\"reserved\":0,"
      "\"as_of\":\"2026-12-01T14:00:43.594650Z\"}" },

    { "getCapture", "cap_01M8RYGSGYEZHT2D3MBGQ3QBPA",
      "{\"id\":\"cap_01M8RYGSGYEZHT2D3MBGQ3QBPA\",\"object\":\"capture\","
      "\"amount\":1099,\"final\":true,"
      "\"created_at\":\"2026-12-01T14:00:43.806492Z\"}" },

    { "listCurrencies", NULL,
      "{\"data\":[{\"code\":\"AED\",\"exponent\":2,\"name\":\"UAE Dirham\"},{"
      "\"code\":\"AFN\",\"exponent\":2,\"name\":\"Afghani\"}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/currencies\"}" },

    { "listDisputes", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/disputes\"}" },

    { "getDispute", "dis_01M8RYGSV9F0280V2GRG3FPWZ0",
      "{\"id\":\"dis_01M8RYGSV9F0280V2GRG3FPWZ0\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8RYGSTJFW7AASSYM0V2J6ZW\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"open\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T14:00:44.137499Z\","
      "\"updated_at\":\"2026-12-01T14:00:44.137499Z\"}" },

    { "listEvents", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T14:00:44.137917Z\",\"data\":{"
      "\"object\":{\"amount\":1099,"
      "\"created_at\":\"2026-12-01T14:00:44.137499Z\",\"currency\":\"EUR\","
      "\"id\":\"dis_01M8RYGSV9F0280V2GRG3FPWZ0\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8RYGSTJFW7AASSYM0V2J6ZW\","
      "\"reason\":\"general\",\"status\":\"open\","
      "\"updated_at\":\"2026-12-01T14:00:44.137499Z\"},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8RYGSV9F008Q9413N8HPK36\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"dis_01M8RYGSV9F0280V2GRG3FPWZ0\","
      "\"object_type\":\"dispute\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8RYGSV9EW3AGMCBGY9XY23Y\","
      "\"idempotency_key\":\"63ffcc4a-85fb-4ca9-9402-ee34982f37dd\"},"
      "\"sequence\":4,\"timestamp\":\"2026-12-01T14:00:44.137917Z\","
      "\"type\":\"dispute.created\"},{"
      "\"created_at\":\"2026-12-01T14:00:44.115351Z\",\"data\":{\"object\":{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":1099,"
      "\"amount_refunded\":0,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T14:00:44.114941Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T14:00:44.114941Z\","
      "\"created_at\":\"2026-12-01T14:00:44.114941Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"dispute\":null,"
      "\"expiry_action\":\"cancel\",\"exponent\":2,\"failure\":null,"
      "\"fee\":null,\"id\":\"pay_01M8RYGSTJFW7AASSYM0V2J6ZW\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"metadata\":{},\"next_action\":null,\"object\":\"payment\","
      "\"payment_method\":{\"brand\":\"visa\",\"last4\":\"4242\","
      "\"token\":\"tok_visa\",\"type\":\"card\"},\"pending_action\":null,"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGSTJFW7AASSYM0V2J6ZW\"},\"reference\":null,"
      "\"refund_status\":\"none\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T14:00:44.114941Z\",\"version\":1},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8RYGSTJFWHV0E3X0B452MD6\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"pay_01M8RYGSTJFW7AASSYM0V2J6ZW\","
      "\"object_type\":\"payment\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8RYGSTJFQSVK1A5W5XHAEEC\","
      "\"idempotency_key\":\"38cd4754-12df-4054-96f3-0b601c2cbedc\"},"
      "\"sequence\":3,\"timestamp\":\"2026-12-01T14:00:44.115351Z\","
      "\"type\":\"payment.captured\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/events\"}" },

    { "getEvent", "evt_01M8RYGT3EFGM8RQZK2RTWRCVJ",
      "{\"id\":\"evt_01M8RYGT3EFGM8RQZK2RTWRCVJ\",\"object\":\"event\","
      "\"type\":\"refund.succeeded\",\"sequence\":6,\"livemode\":false,"
      "\"created_at\":\"2026-12-01T14:00:44.410647Z\","
      "\"timestamp\":\"2026-12-01T14:00:44.410647Z\",\"data\":{\"object\":{"
      "\"id\":\"ref_01M8RYGT3EFGMVN6DKVZVNFX0B\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8RYGT2WF499YRK9QX89FP63\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T14:00:44.398759Z\","
      "\"updated_at\":\"2026-12-01T14:00:44.398759Z\"},"
      "\"previous_attributes\":null},\"object_type\":\"refund\","
      "\"object_id\":\"ref_01M8RYGT3EFGMVN6DKVZVNFX0B\",\"object_version\":1,"
      "\"request\":{\"id\":\"req_01M8RYGT3EFBRTGKV726HZWP1R\","
      "\"idempotency_key\":\"3eaeb5ce-7e93-417b-af09-f7eb5b9b4899\"}}" },

    { "redeliverEvent", "evt_01M8RYGTCZEDRAPC726F7CVA97",
      "{\"data\":[{\"attempt\":0,\"attempted_at\":null,\"duration_ms\":null,"
      "\"endpoint_id\":\"we_01M8RYGTAVEDR8EXYV60T268HB\",\"error\":null,"
      "\"event_id\":\"evt_01M8RYGTCZEDRAPC726F7CVA97\","
      "\"id\":\"whd_0NW0X1ADXFZAF6FC50PVJ7CR8N\","
      "\"next_attempt_at\":\"2026-12-01T14:00:44.899380Z\","
      "\"object\":\"webhook_delivery\",\"response_status\":null,"
      "\"status\":\"pending\"}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/webhook_deliveries\"}" },

    { "getIdempotencyKey", "order-2674dedf-219b-4cd7-b849-016646e66a1f",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-2674dedf-219b-4cd7-b849-016646e66a1f\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"completed\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8RYGTQ7EADTA02843XHVTZQ\","
      "\"request_id\":\"req_01M8RYGTQ7E1BB91KY6STCR6B0\",\"undo\":null,"
      "\"created_at\":\"2026-12-01T14:00:45.031467Z\","
      "\"completed_at\":\"2026-12-01T14:00:45.031467Z\","
      "\"expires_at\":\"2026-12-02T14:00:45.031467Z\"}" },

    { "cancelIdempotencyKey", "order-fe4144f9-4608-4653-b21a-5051e4b9803b",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-fe4144f9-4608-4653-b21a-5051e4b9803b\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"canceled\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8RYGTWGFNRACA69Y9VADZBF\","
      "\"request_id\":\"req_01M8RYGTWGFEER4XAHXNM803YT\",\"undo\":\"done\","
      "\"created_at\":\"2026-12-01T14:00:45.204813Z\","
      "\"completed_at\":\"2026-12-01T14:00:45.204813Z\","
      "\"expires_at\":\"2026-12-02T14:00:45.204813Z\"}" },

    { "listLedgerTransactions", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T14:00:45.237842Z\","
      "\"currency\":\"EUR\",\"entries\":[{\"account\":\"merchant_reserved\","
      "\"amount\":1099,\"direction\":\"debit\","
      "\"id\":\"le_01M8RYGTXNFNXRTTTFCQ74WW4R\"},{"
      "\"account\":\"processor_receivable\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8RYGTXNFNXRTTTFCQ74WW4S\"}],"
      "\"id\":\"lt_01M8RYGTXNFNXRTTTFCQ74WW4T\","
      "\"kind\":\"refund_succeeded\",\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8RYGTXNFNWS2J39S3M2WMQ1\","
      "\"source_type\":\"refund\"},{"
      "\"created_at\":\"2026-12-01T14:00:45.237842Z\",\"currency\":\"EUR\","
      "\"entries\":[{\"account\":\"merchant_available\",\"amount\":1099,"
      "\"direction\":\"debit\",\"id\":\"le_01M8RYGTXNFNXAFH015APCGE4K\"},{"
      "\"account\":\"merchant_reserved\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8RYGTXNFNXAFH015APCGE4J\"}],"
      "\"id\":\"lt_01M8RYGTXNFNXAFH015APCGE4H\",\"kind\":\"refund\","
      "\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8RYGTXNFNWS2J39S3M2WMQ1\","
      "\"source_type\":\"refund\"}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/ledger/transactions\"}" },

    { "getLedgerTransaction", "lt_01M8RYGV4KEVDRBNNRARBJWCSX",
      "{\"id\":\"lt_01M8RYGV4KEVDRBNNRARBJWCSX\","
      "\"object\":\"ledger_transaction\",\"kind\":\"refund_succeeded\","
      "\"source_type\":\"refund\","
      "\"source_id\":\"ref_01M8RYGV4KEVCTXPD7ZQ2334B8\",\"currency\":\"EUR\","
      "\"created_at\":\"2026-12-01T14:00:45.459427Z\",\"entries\":[{"
      "\"id\":\"le_01M8RYGV4KEVDRBNNRARBJWCSZ\","
      "\"account\":\"merchant_reserved\",\"direction\":\"debit\","
      "\"amount\":400},{\"id\":\"le_01M8RYGV4KEVDRBNNRARBJWCSY\","
      "\"account\":\"processor_receivable\",\"direction\":\"credit\","
      "\"amount\":400}]}" },

    { "trialBalance", NULL,
      "{\"object\":\"trial_balance\",\"livemode\":false,"
      "\"as_of\":\"2026-12-01T14:00:45.586145Z\",\"currencies\":{\"EUR\":{"
      "\"debits\":13390,\"credits\":13390,"
      "\"balanced\":true}}}" },

    { "listMerchants", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T14:00:36.144613Z\","
      "\"id\":\"mer_01JC000000E00800000000000C\",\"name\":\"Merchant C\","
      "\"object\":\"merchant\",\"status\":\"active\"},{"
      "\"created_at\":\"2026-12-01T14:00:35.856968Z\","
      "\"id\":\"mer_01JC000000E00800000000000B\",\"name\":\"Merchant B\","
      "\"object\":\"merchant\",\"status\":\"active\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/merchants\"}" },

    { "createMerchant", NULL,
      "{\"id\":\"mer_01M8RYGV9KEXGBTQ8ZBVMM514N\",\"object\":\"merchant\","
      "\"name\":\"Corner Books\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T14:00:45.622684Z\"}" },

    { "getMerchant", "mer_01M8RYGVB7EZYBMEWRA3BGRMDE",
      "{\"id\":\"mer_01M8RYGVB7EZYBMEWRA3BGRMDE\",\"object\":\"merchant\","
      "\"name\":\"Corner Shop\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T14:00:45.672912Z\"}" },

    { "updateMerchant", "mer_01M8RYGVCHF5CSG7FBKGNCFFBC",
      "{\"id\":\"mer_01M8RYGVCHF5CSG7FBKGNCFFBC\",\"object\":\"merchant\","
      "\"name\":\"Corner Books and Maps\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T14:00:45.714023Z\"}" },

    { "listPayments", NULL,
      "{\"data\":[{\"amount\":1099,\"amount_authorized\":1099,"
      "\"amount_canceled\":0,\"amount_capturable\":0,"
      "\"amount_captured\":1099,\"amount_disputed\":0,"
      "\"amount_refundable\":699,\"amount_refunded\":400,"
      "\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T14:00:45.435836Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T14:00:45.435836Z\","
      "\"created_at\":\"2026-12-01T14:00:45.435836Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"dispute\":null,"
      "\"expiry_action\":\"cancel\",\"exponent\":2,\"failure\":null,"
      "\"fee\":null,\"id\":\"pay_01M8RYGV3VFNGBKEAWEHQZPJBC\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"metadata\":{},\"next_action\":null,\"object\":\"payment\","
      "\"payment_method\":{\"brand\":\"visa\",\"last4\":\"4242\","
      "\"token\":\"tok_visa\",\"type\":\"card\"},\"pending_action\":null,"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGV3VFNGBKEAWEHQZPJBC\"},\"reference\":null,"
      "\"refund_status\":\"partial\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T14:00:45.459427Z\",\"version\":2},{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":0,"
      "\"amount_refunded\":1099,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T14:00:45.200840Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T14:00:45.200840Z\","
      "\"created_at\":\"2026-12-01T14:00:45.200840Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"dispute\":null,"
      "\"expiry_action\":\"cancel\",\"exponent\":2,\"failure\":null,"
      "\"fee\":null,\"id\":\"pay_01M8RYGTWGFNRACA69Y9VADZBF\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"metadata\":{},\"next_action\":null,\"object\":\"payment\","
      "\"payment_method\":{\"brand\":\"visa\",\"last4\":\"4242\","
      "\"token\":\"tok_visa\",\"type\":\"card\"},\"pending_action\":null,"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGTWGFNRACA69Y9VADZBF\"},\"reference\":null,"
      "\"refund_status\":\"full\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T14:00:45.237842Z\",\"version\":2}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments\"}" },

    { "createPayment", NULL,
      "{\"id\":\"pay_01M8RYGVFHE23VQ870B11HKC1D\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T14:00:45.809032Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGVFHE23VQ870B11HKC1D\"},"
      "\"created_at\":\"2026-12-01T14:00:45.809032Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books\",\"metadata\":{\"order\":\"6735\"},"
      "\"failure\":null,\"fee\":null,\"next_action\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"dispute\":null,"
      "\"version\":1,\"updated_at\":\"2026-12-01T14:00:45.809032Z\","
      "\"authorized_at\":\"2026-12-01T14:00:45.809032Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "getPayment", "pay_01M8RYGVFVFJR86FJV9AYJC4AE",
      "{\"id\":\"pay_01M8RYGVFVFJR86FJV9AYJC4AE\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGVFVFJR86FJV9AYJC4AE\"},"
      "\"created_at\":\"2026-12-01T14:00:45.819792Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"next_action\":null,\"cancellation_reason\":null,"
      "\"pending_action\":null,\"dispute\":null,\"version\":1,"
      "\"updated_at\":\"2026-12-01T14:00:45.819792Z\","
      "\"authorized_at\":\"2026-12-01T14:00:45.819792Z\","
      "\"captured_at\":\"2026-12-01T14:00:45.819792Z\","
      "\"canceled_at\":null}" },

    { "updatePayment", "pay_01M8RYGVHJEBERY1J8JQ0JB5GC",
      "{\"id\":\"pay_01M8RYGVHJEBERY1J8JQ0JB5GC\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T14:00:45.874179Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGVHJEBERY1J8JQ0JB5GC\"},"
      "\"created_at\":\"2026-12-01T14:00:45.874179Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books, gift-wrapped\",\"metadata\":{"
      "\"order\":\"6735\",\"wrapped\":\"yes\"},\"failure\":null,\"fee\":null,"
      "\"next_action\":null,\"cancellation_reason\":null,"
      "\"pending_action\":null,\"dispute\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T14:00:45.941305Z\","
      "\"authorized_at\":\"2026-12-01T14:00:45.874179Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "cancelPayment", "pay_01M8RYGVNZE36AS8D93JKQVXVM",
      "{\"id\":\"pay_01M8RYGVNZE36AS8D93JKQVXVM\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T14:00:46.015050Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGVNZE36AS8D93JKQVXVM\"},"
      "\"created_at\":\"2026-12-01T14:00:46.015050Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"canceled\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"next_action\":null,"
      "\"cancellation_reason\":\"requested_by_customer\","
      "\"pending_action\":null,\"dispute\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T14:00:46.030010Z\","
      "\"authorized_at\":\"2026-12-01T14:00:46.015050Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":\"2026-12-01T14:00:46.030010Z\"}" },

    { "capturePayment", "pay_01M8RYGVQDFW98SJWJSB5347VN",
      "{\"id\":\"pay_01M8RYGVQDFW98SJWJSB5347VN\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T14:00:46.061942Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGVQDFW98SJWJSB5347VN\"},"
      "\"created_at\":\"2026-12-01T14:00:46.061942Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1000,"
      "\"amount_refunded\":0,\"amount_canceled\":99,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1000,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"next_action\":null,\"cancellation_reason\":null,"
      "\"pending_action\":null,\"dispute\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T14:00:46.099018Z\","
      "\"authorized_at\":\"2026-12-01T14:00:46.061942Z\","
      "\"captured_at\":\"2026-12-01T14:00:46.099018Z\","
      "\"canceled_at\":null}" },

    { "confirmPayment", "pay_01M8RYGVTQEE4S1F1BMVKRTHJX",
      "{\"id\":\"pay_01M8RYGVTQEE4S1F1BMVKRTHJX\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGVTQEE4S1F1BMVKRTHJX\"},"
      "\"created_at\":\"2026-12-01T14:00:46.167221Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"next_action\":null,\"cancellation_reason\":null,"
      "\"pending_action\":null,\"dispute\":null,\"version\":1,"
      "\"updated_at\":\"2026-12-01T14:00:46.167221Z\","
      "\"authorized_at\":\"2026-12-01T14:00:46.167221Z\","
      "\"captured_at\":\"2026-12-01T14:00:46.167221Z\","
      "\"canceled_at\":null}" },

    { "listPaymentRefunds", "pay_01M8RYGVVZFR2A8G3AZJGJW0XB",
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-12-01T14:00:46.223240Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8RYGVWFEFDSFJ16C5HSWMG8\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8RYGVVZFR2A8G3AZJGJW0XB\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T14:00:46.223240Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments/pay_01M8RYGVVZFR2A8G3AZJGJW0XB/refunds\"}" },

    { "createRefund", "pay_01M8RYGVYTFDW9FWS5RG6EQWGM",
      "{\"id\":\"ref_01M8RYGVZVE75SADK8K43YJQRJ\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8RYGVYTFDW9FWS5RG6EQWGM\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":\"requested_by_customer\","
      "\"reference\":null,\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T14:00:46.331111Z\","
      "\"updated_at\":\"2026-12-01T14:00:46.331111Z\"}" },

    { "resolveAttempt", "pay_01M8RYGW09EE6SX77EB39WQWSZ",
      "{\"id\":\"pay_01M8RYGW09EE6SX77EB39WQWSZ\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGW09EE6SX77EB39WQWSZ\"},"
      "\"created_at\":\"2026-12-01T14:00:46.345221Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"next_action\":null,\"cancellation_reason\":null,"
      "\"pending_action\":null,\"dispute\":null,\"version\":1,"
      "\"updated_at\":\"2026-12-01T14:00:46.345221Z\","
      "\"authorized_at\":\"2026-12-01T14:00:46.345221Z\","
      "\"captured_at\":\"2026-12-01T14:00:46.345221Z\","
      "\"canceled_at\":null}" },

    { "notifyProcessor", "acquirer",
      "{\"object\":\"notification\","
      "\"result\":\"applied\"}" },

    { "listRefunds", NULL,
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-12-01T14:00:46.331111Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8RYGVZVE75SADK8K43YJQRJ\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8RYGVYTFDW9FWS5RG6EQWGM\","
      "\"reason\":\"requested_by_customer\",\"reference\":null,"
      "\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T14:00:46.331111Z\",\"version\":1},{"
      "\"amount\":400,\"created_at\":\"2026-12-01T14:00:46.223240Z\","
      "\"currency\":\"EUR\",\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8RYGVWFEFDSFJ16C5HSWMG8\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8RYGVVZFR2A8G3AZJGJW0XB\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T14:00:46.223240Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/refunds\"}" },

    { "getRefund", "ref_01M8RYGW2WFPQ9KJ9GQTWMWJW8",
      "{\"id\":\"ref_01M8RYGW2WFPQ9KJ9GQTWMWJW8\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8RYGW2FFYXA1SV76R0H8TBJ\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T14:00:46.428854Z\","
      "\"updated_at\":\"2026-12-01T14:00:46.428854Z\"}" },

    { "updateRefund", "ref_01M8RYGW4DEWQT19ZAAGWXMW30",
      "{\"id\":\"ref_01M8RYGW4DEWQT19ZAAGWXMW30\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8RYGW3VEW7AZ95M7PK7FBH9\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{\"case\":\"118\"},\"version\":2,"
      "\"created_at\":\"2026-12-01T14:00:46.477448Z\","
      "\"updated_at\":\"2026-12-01T14:00:46.485714Z\"}" },

    { "getStatus", NULL,
      "{\"object\":\"status\",\"created_at\":\"2026-12-01T14:00:46.566688Z\","
      "\"version\":\"0.1\",\"schema\":28,\"functions\":\"0d6399e2\","
      "\"node\":\"vm\",\"workers\":[{\"number\":1,\"pid\":2487,"
      "\"state\":\"running\",\"shown_ms\":38},{\"number\":0,\"pid\":2486,"
      "\"state\":\"running\",\"shown_ms\":37}],\"redis\":\"ok\",\"shards\":[{"
      "\"name\":\"main\",\"state\":\"ok\","
      "\"last_answer_at\":\"2026-12-01T14:00:46.566671Z\","
      "\"writes\":\"writable\",\"schema\":\"same\",\"servers\":[{"
      "\"name\":\"127.0.0.1:20102\",\"role\":\"primary\",\"timeline\":null,"
      "\"reads\":false,\"lag_ms\":null,\"answered_ms\":null,\"connections\":{"
      "\"connecting\":0,\"preparing\":0,\"idle\":7,\"busy\":1,\"full\":1,"
      "\"stuck\":0}}],\"queue\":{\"write\":0,\"read\":0,\"list\":0,"
      "\"control\":0,\"background\":0},\"oldest_wait_ms\":0,\"database\":{"
      "\"partition_days\":15,\"events_wait_ms\":94,\"background_age_ms\":93,"
      "\"background_holder\":\"this_node\",\"webhooks_holder\":\"this_node\","
      "\"ledger_check_age_ms\":8475,\"ledger_unbalanced\":0,\"clients\":[{"
      "\"address\" : \"127.0.0.1\", \"connections\" : 9}],"
      "\"server_version\" : \"15.18 (Debian 15.18-0+deb12u1)\","
      " \"standby\" : false, \"restored\" : false, \"moves\" : [],"
      " \"unknown_attempts\" : [], \"retries_due\" : 0,"
      " \"failing_endpoints\" : [{\"id\" : \"we_01M8RYGTAVEDR8EXYV60T268HB\","
      " \"merchant_id\" : \"mer_01JC000000E00800000000000A\","
      " \"livemode\" : false, \"origin\" : \"https://shop.example.com\","
      " \"status\" : \"enabled\", \"disabled_reason\" : null,"
      " \"failures\" : 5, \"behind\" : 17,"
      " \"failing_since\" : \"2026-12-01T14:00:45.049285Z\","
      " \"next_attempt_at\" : \"2026-12-01T14:00:51.497302Z\"}]}}],\"keys\":{"
      "\"executing\":0,\"parked\":0,\"places\":16384,\"records\":39,"
      "\"record_places\":17704,\"full\":{\"executions\":0,\"evicted\":0,"
      "\"too_large\":0}},\"processors\":[{\"name\":\"acme\","
      "\"breaker\":\"closed\",\"in_flight\":0,\"max_in_flight\":1024,"
      "\"approved\":0,\"declined\":0,\"unknown\":0}],\"webhooks\":{"
      "\"waiting\":0,\"active\":0,\"taken\":0,\"refused\":0,"
      "\"unanswered\":5}}" },

    { "loseDispute", "dis_01M8RYGW87E8GTE06PDSB2GTNT",
      "{\"id\":\"dis_01M8RYGW87E8GTE06PDSB2GTNT\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8RYGW7FEYV879YW4E4APH39\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"lost\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T14:00:46.599132Z\","
      "\"updated_at\":\"2026-12-01T14:00:46.645007Z\"}" },

    { "winDispute", "dis_01M8RYGWBHEQ1ASC77WXRA59MS",
      "{\"id\":\"dis_01M8RYGWBHEQ1ASC77WXRA59MS\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8RYGWB5E7DSQY03TRTFE8JE\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"won\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T14:00:46.705358Z\","
      "\"updated_at\":\"2026-12-01T14:00:46.720386Z\"}" },

    { "disputePayment", "pay_01M8RYGWD4F4BAMG53ADYSE2KC",
      "{\"id\":\"dis_01M8RYGWDRE1HV17ARB9NAJ9J5\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8RYGWD4F4BAMG53ADYSE2KC\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"open\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T14:00:46.776023Z\","
      "\"updated_at\":\"2026-12-01T14:00:46.776023Z\"}" },

    { "expirePayment", "pay_01M8RYGWE4EH2VA1Y2YWTZ68ZC",
      "{\"id\":\"pay_01M8RYGWE4EH2VA1Y2YWTZ68ZC\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T14:00:46.788266Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGWE4EH2VA1Y2YWTZ68ZC\"},"
      "\"created_at\":\"2026-12-01T14:00:46.788266Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"expired\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"next_action\":null,\"cancellation_reason\":null,"
      "\"pending_action\":null,\"dispute\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T14:00:46.811022Z\","
      "\"authorized_at\":\"2026-12-01T14:00:46.788266Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "resolvePayment", "pay_01M8RYGWFVESV8YPHN4A805ZFM",
      "{\"id\":\"pay_01M8RYGWFVESV8YPHN4A805ZFM\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_timeout\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGWFVESV8YPHN4A805ZFM\"},"
      "\"created_at\":\"2026-12-01T14:00:46.843404Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"next_action\":null,\"cancellation_reason\":null,"
      "\"pending_action\":null,\"dispute\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T14:00:46.848521Z\","
      "\"authorized_at\":\"2026-12-01T14:00:46.848521Z\","
      "\"captured_at\":\"2026-12-01T14:00:46.848521Z\","
      "\"canceled_at\":null}" },

    { "settlePayment", "pay_01M8RYGWGDFY4TA664B0F35VJW",
      "{\"id\":\"pay_01M8RYGWGDFY4TA664B0F35VJW\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8RYGWGDFY4TA664B0F35VJW\"},"
      "\"created_at\":\"2026-12-01T14:00:46.861971Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,\"fee\":null,"
      "\"next_action\":null,\"cancellation_reason\":null,"
      "\"pending_action\":null,\"dispute\":null,\"version\":1,"
      "\"updated_at\":\"2026-12-01T14:00:46.861971Z\","
      "\"authorized_at\":\"2026-12-01T14:00:46.861971Z\","
      "\"captured_at\":\"2026-12-01T14:00:46.861971Z\","
      "\"canceled_at\":null}" },

    { "listWebhookDeliveries", NULL,
      "{\"data\":[{\"attempt\":1,"
      "\"attempted_at\":\"2026-12-01T14:00:45.536214Z\",\"duration_ms\":0,"
      "\"endpoint_id\":\"we_01M8RYGTAVEDR8EXYV60T268HB\","
      "\"error\":\"tls_failed\","
      "\"event_id\":\"evt_01M8RYGV08E6YRMPEXMJ0GSGJW\","
      "\"id\":\"whd_2NCK52HR4Q0AP9QAS0EMWT5HNB\","
      "\"next_attempt_at\":\"2026-12-01T14:00:51.497302Z\","
      "\"object\":\"webhook_delivery\",\"response_status\":null,"
      "\"status\":\"pending\"},{\"attempt\":1,"
      "\"attempted_at\":\"2026-12-01T14:00:45.407544Z\",\"duration_ms\":0,"
      "\"endpoint_id\":\"we_01M8RYGTAVEDR8EXYV60T268HB\","
      "\"error\":\"tls_failed\","
      "\"event_id\":\"evt_01M8RYGTWGFP59YQ6EEQN86G77\","
      "\"id\":\"whd_7Q9T1QTXE06S4BM0C82KXGYXQK\","
      "\"next_attempt_at\":\"2026-12-01T14:00:51.497302Z\","
      "\"object\":\"webhook_delivery\",\"response_status\":null,"
      "\"status\":\"pending\"}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/webhook_deliveries\"}" },

    { "listWebhookEndpoints", NULL,
      "{\"data\":[{\"behind\":34,"
      "\"created_at\":\"2026-12-01T14:00:44.635661Z\",\"description\":null,"
      "\"disabled_reason\":null,\"enabled_events\":[\"*\"],"
      "\"failing_since\":\"2026-12-01T14:00:45.049285Z\","
      "\"id\":\"we_01M8RYGTAVEDR8EXYV60T268HB\",\"metadata\":{},"
      "\"object\":\"webhook_endpoint\",\"ordered\":false,\"sequence\":10,"
      "\"status\":\"enabled\",\"updated_at\":\"2026-12-01T14:00:44.635661Z\","
      "\"url\":\"https://shop.example.com/hooks\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/webhook_endpoints\"}" },

    { "createWebhookEndpoint", NULL,
      "{\"id\":\"we_01M8RYGWPPFTT8CZTP6HWKQATX\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":["
      "\"payment.*\",\"refund.*\"],\"status\":\"enabled\","
      "\"disabled_reason\":null,\"ordered\":false,\"description\":null,"
      "\"sequence\":44,\"behind\":0,\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T14:00:47.063088Z\","
      "\"updated_at\":\"2026-12-01T14:00:47.063088Z\","
      "\"secret\":\"whsec_EXAMPLE\"}" },

    { "getWebhookEndpoint", "we_01M8RYGWTGE51RK63YSED8PJTY",
      "{\"id\":\"we_01M8RYGWTGE51RK63YSED8PJTY\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":44,\"behind\":0,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T14:00:47.184468Z\","
      "\"updated_at\":\"2026-12-01T14:00:47.184468Z\"}" },

    { "updateWebhookEndpoint", "we_01M8RYGWV5E8EB8W8FVH1RB5RZ",
      "{\"id\":\"we_01M8RYGWV5E8EB8W8FVH1RB5RZ\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":44,\"behind\":0,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T14:00:47.205467Z\","
      "\"updated_at\":\"2026-12-01T14:00:47.219956Z\"}" },

    { "replayWebhookEndpoint", "we_01M8RYGWW6FPSBG5TYH1E5WR24",
      "{\"id\":\"we_01M8RYGWW6FPSBG5TYH1E5WR24\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":0,\"behind\":44,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T14:00:47.241315Z\","
      "\"updated_at\":\"2026-12-01T14:00:47.260890Z\"}" },

    { "rotateWebhookSecret", "we_01M8RYGWX6FT7V80C6FMKQC231",
      "{\"id\":\"we_01M8RYGWX6FT7V80C6FMKQC231\","
      "\"object\":\"webhook_endpoint\","
      "\"url\":\"https://shop.example.com/hooks\",\"enabled_events\":[\"*\"],"
      "\"status\":\"enabled\",\"disabled_reason\":null,\"ordered\":false,"
      "\"description\":null,\"sequence\":44,\"behind\":0,"
      "\"failing_since\":null,\"metadata\":{},"
      "\"created_at\":\"2026-12-01T14:00:47.274739Z\","
      "\"updated_at\":\"2026-12-01T14:00:47.283095Z\","
      "\"secret\":\"whsec_EXAMPLE\"}" },

    { "testWebhookEndpoint", "we_01M8RYGWXSF6S92DG6JMMJ4C3R",
      "{\"id\":\"whd_1EF7E5XFFGNP32TVN04S86F70M\","
      "\"object\":\"webhook_delivery\","
      "\"event_id\":\"evt_01M8RYGWYAFMKB93T31J5CH1DJ\","
      "\"endpoint_id\":\"we_01M8RYGWXSF6S92DG6JMMJ4C3R\",\"attempt\":0,"
      "\"status\":\"pending\",\"response_status\":null,\"error\":null,"
      "\"duration_ms\":null,\"attempted_at\":null,"
      "\"next_attempt_at\":\"2026-12-01T14:00:47.306937Z\"}" },

    { NULL, NULL, NULL }
};
