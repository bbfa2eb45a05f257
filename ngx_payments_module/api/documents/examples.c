
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
      "\"created_at\":\"2026-12-01T01:32:08.910072Z\"},\"scopes\":["
      "\"payments:read\",\"payments:write\",\"refunds:read\","
      "\"refunds:write\",\"balances:read\",\"ledger:read\",\"events:read\","
      "\"webhooks:read\",\"webhooks:write\",\"idempotency:read\","
      "\"keys:write\"]}" },

    { "listApiKeys", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T01:32:37.422093Z\","
      "\"expires_at\":null,\"id\":\"key_01M8QKPZ58FKNAFCVBYKPC7KTZ\","
      "\"last_used_at\":null,\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"name\":\"of a mode\",\"object\":\"api_key\","
      "\"prefix\":\"rk_test_0000\",\"revoked_at\":null,\"scopes\":["
      "\"payments:read\"]},{\"created_at\":\"2026-12-01T01:32:24.216557Z\","
      "\"expires_at\":null,\"id\":\"key_01M8QKPJ8REEESYVCAYEMGJJ4X\","
      "\"last_used_at\":null,\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"name\":\"Mode 1\",\"object\":\"api_key\","
      "\"prefix\":\"rk_test_0000\",\"revoked_at\":null,\"scopes\":["
      "\"payments:read\"]}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/api_keys\"}" },

    { "createApiKey", NULL,
      "{\"id\":\"key_01M8QKVPWZE43TYE0BCNERVSRK\",\"object\":\"api_key\","
      "\"name\":\"Reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:read\",\"refunds:read\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T01:35:12.799155Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "getApiKey", "key_01M8QKVPXTFM5SJEPXGCZ1SZ8F",
      "{\"id\":\"key_01M8QKVPXTFM5SJEPXGCZ1SZ8F\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T01:35:12.826900Z\","
      "\"revoked_at\":null}" },

    { "updateApiKey", "key_01M8QKVPY5F41BFA82Y8ZSAZYP",
      "{\"id\":\"key_01M8QKVPY5F41BFA82Y8ZSAZYP\",\"object\":\"api_key\","
      "\"name\":\"Monthly reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T01:35:12.837804Z\","
      "\"revoked_at\":null}" },

    { "rotateApiKey", "key_01M8QKVPYKEEF8XT05RGAC9GWZ",
      "{\"id\":\"key_01M8QKVPYPF7WBF7RZRWA5R023\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-12-01T01:35:12.854672Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "listBalances", NULL,
      "{\"data\":[{\"as_of\":\"2026-12-01T01:35:12.874731Z\",\"available\":0,"
      "\"currency\":\"EUR\",\"exponent\":2,\"livemode\":false,"
      "\"object\":\"balance\",\"pending\":2517,\"reserved\":0},{"
      "\"as_of\":\"2026-12-01T01:35:12.874731Z\",\"available\":0,"
      "\"currency\":\"JPY\",\"exponent\":0,\"livemode\":false,"
      "\"object\":\"balance\",\"pending\":5,\"reserved\":0}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/balances\"}" },

    { "getBalance", "EUR",
      "{\"object\":\"balance\",\"livemode\":false,\"currency\":\"EUR\","
      "\"exponent\":2,\"available\":0,\"pending\":2517,\"reserved\":0,"
      "\"as_of\":\"2026-12-01T01:35:12.926718Z\"}" },

    { "getCapture", "cap_01M8QKVQ1BE6187QK01YGQRQFQ",
      "{\"id\":\"cap_01M8QKVQ1BE6187QK01YGQRQFQ\",\"object\":\"capture\","
      "\"amount\":1099,\"amount_reversed\":0,\"final\":true,"
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

    { "getDispute", "dis_01M8QKVQ31FE2S1SQBTF1YNRRS",
      "{\"id\":\"dis_01M8QKVQ31FE2S1SQBTF1YNRRS\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QKVQ2TEWVVBW5Y97B9KRDE\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"open\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T01:35:12.993719Z\","
      "\"updated_at\":\"2026-12-01T01:35:12.993719Z\"}" },

    { "listEvents", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T01:35:12.993795Z\",\"data\":{"
      "\"object\":{\"amount\":1099,"
      "\"created_at\":\"2026-12-01T01:35:12.993719Z\",\"currency\":\"EUR\","
      "\"id\":\"dis_01M8QKVQ31FE2S1SQBTF1YNRRS\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QKVQ2TEWVVBW5Y97B9KRDE\","
      "\"reason\":\"general\",\"status\":\"open\","
      "\"updated_at\":\"2026-12-01T01:35:12.993719Z\"},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8QKVQ31FE0VTK5PCDV6Z3RV\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"dis_01M8QKVQ31FE2S1SQBTF1YNRRS\","
      "\"object_type\":\"dispute\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8QKVQ31FCVSVZQ4NQC64424\","
      "\"idempotency_key\":\"3b3c2b79-c7a9-464c-8b92-796343a31c3e\"},"
      "\"sequence\":30,\"timestamp\":\"2026-12-01T01:35:12.993795Z\","
      "\"type\":\"dispute.created\"},{"
      "\"created_at\":\"2026-12-01T01:35:12.986604Z\",\"data\":{\"object\":{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":1099,"
      "\"amount_refunded\":0,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T01:35:12.986451Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T01:35:12.986451Z\","
      "\"created_at\":\"2026-12-01T01:35:12.986451Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8QKVQ2TEWVVBW5Y97B9KRDE\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"pending_action\":null,\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QKVQ2TEWVVBW5Y97B9KRDE\"},\"reference\":null,"
      "\"refund_status\":\"none\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T01:35:12.986451Z\",\"version\":1},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8QKVQ2TEX0A3WXNB07B9DKK\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"pay_01M8QKVQ2TEWVVBW5Y97B9KRDE\","
      "\"object_type\":\"payment\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8QKVQ2TEV0AMZDHGKKGFT8Q\","
      "\"idempotency_key\":\"70c8b739-ce4b-413c-8aff-9bf911e24de0\"},"
      "\"sequence\":29,\"timestamp\":\"2026-12-01T01:35:12.986604Z\","
      "\"type\":\"payment.captured\"}],\"has_more\":true,"
      "\"next_cursor\":\"AdngJBfQOoGfAAAAAAAAAAAAAAAAAAAACz8ShJePfdevWC47Sn3s"
      "N18\",\"object\":\"list\","
      "\"url\":\"/v1/events\"}" },

    { "getEvent", "evt_01M8QKVQ6KFH6SQ2GY3DXRDCXX",
      "{\"id\":\"evt_01M8QKVQ6KFH6SQ2GY3DXRDCXX\",\"object\":\"event\","
      "\"type\":\"refund.succeeded\",\"sequence\":32,\"livemode\":false,"
      "\"created_at\":\"2026-12-01T01:35:13.108057Z\","
      "\"timestamp\":\"2026-12-01T01:35:13.108057Z\",\"data\":{\"object\":{"
      "\"id\":\"ref_01M8QKVQ6KFH789N4PYWJSDS4G\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8QKVQ6CFSQ96T103P84P15R\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T01:35:13.107769Z\","
      "\"updated_at\":\"2026-12-01T01:35:13.107769Z\"},"
      "\"previous_attributes\":null},\"object_type\":\"refund\","
      "\"object_id\":\"ref_01M8QKVQ6KFH789N4PYWJSDS4G\",\"object_version\":1,"
      "\"request\":{\"id\":\"req_01M8QKVQ6KFFXSYKGHRPAAE3VF\","
      "\"idempotency_key\":\"d4455d92-2804-4f32-aa5e-64a2312f5c25\"}}" },

    { "getIdempotencyKey", "order-5df2a4d6-5558-4cbe-8910-aa7c6374f0b8",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-5df2a4d6-5558-4cbe-8910-aa7c6374f0b8\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"completed\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8QKVQ9DE0WTDDQNT1YQHB6C\","
      "\"request_id\":\"req_01M8QKVQ9CFYJVJSBGV8XMVCJ0\",\"undo\":null,"
      "\"created_at\":\"2026-12-01T01:35:13.197131Z\","
      "\"completed_at\":\"2026-12-01T01:35:13.197131Z\","
      "\"expires_at\":\"2026-12-02T01:35:13.197131Z\"}" },

    { "cancelIdempotencyKey", "order-2c8d1a73-260f-42d4-8fa1-5d9c8c864f74",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-2c8d1a73-260f-42d4-8fa1-5d9c8c864f74\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"canceled\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8QKVQ9SFSXBRQKNEC10RJPN\","
      "\"request_id\":\"req_01M8QKVQ9SFR8AKPZ1K19MJ68J\",\"undo\":\"done\","
      "\"created_at\":\"2026-12-01T01:35:13.210032Z\","
      "\"completed_at\":\"2026-12-01T01:35:13.210032Z\","
      "\"expires_at\":\"2026-12-02T01:35:13.210032Z\"}" },

    { "listLedgerTransactions", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T01:35:13.217129Z\","
      "\"currency\":\"EUR\",\"entries\":[{\"account\":\"merchant_reserved\","
      "\"amount\":1099,\"direction\":\"debit\","
      "\"id\":\"le_01M8QKVQA1E89SP7KAWAP8FG4H\"},{"
      "\"account\":\"processor_receivable\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8QKVQA1E89SP7KAWAP8FG4G\"}],"
      "\"id\":\"lt_01M8QKVQA1E89SP7KAWAP8FG4K\","
      "\"kind\":\"refund_succeeded\",\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8QKVQA1E88RPQ3HCXG0Q70F\","
      "\"source_type\":\"refund\"},{"
      "\"created_at\":\"2026-12-01T01:35:13.217129Z\",\"currency\":\"EUR\","
      "\"entries\":[{\"account\":\"merchant_available\",\"amount\":1099,"
      "\"direction\":\"debit\",\"id\":\"le_01M8QKVQA1E89ATY842T3F5JX0\"},{"
      "\"account\":\"merchant_reserved\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8QKVQA1E89ATY842T3F5JX1\"}],"
      "\"id\":\"lt_01M8QKVQA1E89ATY842T3F5JX2\",\"kind\":\"refund\","
      "\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8QKVQA1E88RPQ3HCXG0Q70F\","
      "\"source_type\":\"refund\"}],\"has_more\":true,"
      "\"next_cursor\":\"ATzimFhgmRJ6AaIvO3Z1fsCt_qDC97Hwuxqq0IkmSWKUT3pz-FAU"
      "RMY\",\"object\":\"list\","
      "\"url\":\"/v1/ledger/transactions\"}" },

    { "getLedgerTransaction", "lt_01M8QKVQB2FK3SR4KZ6ZYAHQX5",
      "{\"id\":\"lt_01M8QKVQB2FK3SR4KZ6ZYAHQX5\","
      "\"object\":\"ledger_transaction\",\"kind\":\"refund_succeeded\","
      "\"source_type\":\"refund\","
      "\"source_id\":\"ref_01M8QKVQB2FK2S9M4G797GK0C3\",\"currency\":\"EUR\","
      "\"created_at\":\"2026-12-01T01:35:13.250798Z\",\"entries\":[{"
      "\"id\":\"le_01M8QKVQB2FK3SR4KZ6ZYAHQX7\","
      "\"account\":\"merchant_reserved\",\"direction\":\"debit\","
      "\"amount\":400},{\"id\":\"le_01M8QKVQB2FK3SR4KZ6ZYAHQX6\","
      "\"account\":\"processor_receivable\",\"direction\":\"credit\","
      "\"amount\":400}]}" },

    { "trialBalance", NULL,
      "{\"object\":\"trial_balance\",\"livemode\":false,"
      "\"as_of\":\"2026-12-01T01:35:13.276671Z\",\"currencies\":{\"EUR\":{"
      "\"debits\":14008,\"credits\":14008,\"balanced\":true},\"JPY\":{"
      "\"debits\":5,\"credits\":5,\"balanced\":true},\"KWD\":{"
      "\"debits\":999999999999,\"credits\":999999999999,"
      "\"balanced\":true}}}" },

    { "listMerchants", NULL,
      "{\"data\":[{\"created_at\":\"2026-12-01T01:32:55.401690Z\","
      "\"id\":\"mer_01M8QKQGQBFPTSM454TJHSE97H\",\"name\":\"test\","
      "\"object\":\"merchant\",\"status\":\"active\"},{"
      "\"created_at\":\"2026-12-01T01:32:46.361440Z\","
      "\"id\":\"mer_01M8QKQ7WVEFBABCSDXFVNET2S\",\"name\":\"test\","
      "\"object\":\"merchant\",\"status\":\"active\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/merchants\"}" },

    { "createMerchant", NULL,
      "{\"id\":\"mer_01M8QKVQCEFFE83SKQ2SDMBQXZ\",\"object\":\"merchant\","
      "\"name\":\"Corner Books\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T01:35:13.294800Z\"}" },

    { "getMerchant", "mer_01M8QKVQCTF6XVRZF2K0A7F5HB",
      "{\"id\":\"mer_01M8QKVQCTF6XVRZF2K0A7F5HB\",\"object\":\"merchant\","
      "\"name\":\"Corner Shop\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T01:35:13.306815Z\"}" },

    { "updateMerchant", "mer_01M8QKVQDDF9XBK0B980JR35S6",
      "{\"id\":\"mer_01M8QKVQDDF9XBK0B980JR35S6\",\"object\":\"merchant\","
      "\"name\":\"Corner Books and Maps\",\"status\":\"active\","
      "\"created_at\":\"2026-12-01T01:35:13.325733Z\"}" },

    { "listPayments", NULL,
      "{\"data\":[{\"amount\":1099,\"amount_authorized\":1099,"
      "\"amount_canceled\":0,\"amount_capturable\":0,"
      "\"amount_captured\":1099,\"amount_disputed\":0,"
      "\"amount_refundable\":699,\"amount_refunded\":400,"
      "\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T01:35:13.246109Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T01:35:13.246109Z\","
      "\"created_at\":\"2026-12-01T01:35:13.246109Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8QKVQAYE6Z8WZ14J4MS5YX7\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"pending_action\":null,\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QKVQAYE6Z8WZ14J4MS5YX7\"},\"reference\":null,"
      "\"refund_status\":\"partial\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T01:35:13.250798Z\",\"version\":2},{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":0,"
      "\"amount_refunded\":1099,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-12-01T01:35:13.209905Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-12-01T01:35:13.209905Z\","
      "\"created_at\":\"2026-12-01T01:35:13.209905Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8QKVQ9SFSXBRQKNEC10RJPN\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"pending_action\":null,\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QKVQ9SFSXBRQKNEC10RJPN\"},\"reference\":null,"
      "\"refund_status\":\"full\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-12-01T01:35:13.217129Z\",\"version\":2}],"
      "\"has_more\":true,"
      "\"next_cursor\":\"AXJvW7k5mBkYAaIvO18oc8KZ93MewFAdhYo3hORquJehKHX4Jri0"
      "k1o\",\"object\":\"list\","
      "\"url\":\"/v1/payments\"}" },

    { "createPayment", NULL,
      "{\"id\":\"pay_01M8QKVQEPEBRSWV6F2Y3JRN4Q\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:35:13.366184Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QKVQEPEBRSWV6F2Y3JRN4Q\"},"
      "\"created_at\":\"2026-12-01T01:35:13.366184Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books\",\"metadata\":{\"order\":\"6735\"},"
      "\"failure\":null,\"cancellation_reason\":null,\"pending_action\":null,"
      "\"version\":1,\"updated_at\":\"2026-12-01T01:35:13.366184Z\","
      "\"authorized_at\":\"2026-12-01T01:35:13.366184Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "getPayment", "pay_01M8QKVQERFK8A5ATPRADMGKCW",
      "{\"id\":\"pay_01M8QKVQERFK8A5ATPRADMGKCW\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QKVQERFK8A5ATPRADMGKCW\"},"
      "\"created_at\":\"2026-12-01T01:35:13.368801Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"version\":1,"
      "\"updated_at\":\"2026-12-01T01:35:13.368801Z\","
      "\"authorized_at\":\"2026-12-01T01:35:13.368801Z\","
      "\"captured_at\":\"2026-12-01T01:35:13.368801Z\","
      "\"canceled_at\":null}" },

    { "updatePayment", "pay_01M8QKVQF7F7VRXW86JCT1XNBR",
      "{\"id\":\"pay_01M8QKVQF7F7VRXW86JCT1XNBR\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:35:13.383623Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QKVQF7F7VRXW86JCT1XNBR\"},"
      "\"created_at\":\"2026-12-01T01:35:13.383623Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books, gift-wrapped\",\"metadata\":{"
      "\"order\":\"6735\",\"wrapped\":\"yes\"},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:35:13.386172Z\","
      "\"authorized_at\":\"2026-12-01T01:35:13.383623Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "cancelPayment", "pay_01M8QKVQFFE3JR3KRJDMYH4RXJ",
      "{\"id\":\"pay_01M8QKVQFFE3JR3KRJDMYH4RXJ\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:35:13.391055Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QKVQFFE3JR3KRJDMYH4RXJ\"},"
      "\"created_at\":\"2026-12-01T01:35:13.391055Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"canceled\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":\"requested_by_customer\","
      "\"pending_action\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:35:13.395954Z\","
      "\"authorized_at\":\"2026-12-01T01:35:13.391055Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":\"2026-12-01T01:35:13.395954Z\"}" },

    { "capturePayment", "pay_01M8QKVQFSFEMSF3KG8F4TX1R3",
      "{\"id\":\"pay_01M8QKVQFSFEMSF3KG8F4TX1R3\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:35:13.401729Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QKVQFSFEMSF3KG8F4TX1R3\"},"
      "\"created_at\":\"2026-12-01T01:35:13.401729Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1000,"
      "\"amount_refunded\":0,\"amount_canceled\":99,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1000,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:35:13.403738Z\","
      "\"authorized_at\":\"2026-12-01T01:35:13.401729Z\","
      "\"captured_at\":\"2026-12-01T01:35:13.403738Z\","
      "\"canceled_at\":null}" },

    { "listPaymentRefunds", "pay_01M8QKVQG2E9QAX69G5JJDHQM1",
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-12-01T01:35:13.412258Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8QKVQG4EGGVR0BJQGPGEZY6\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8QKVQG2E9QAX69G5JJDHQM1\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T01:35:13.412258Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments/pay_01M8QKVQG2E9QAX69G5JJDHQM1/refunds\"}" },

    { "createRefund", "pay_01M8QKVQGKFPJT6FC2RSNKE3RS",
      "{\"id\":\"ref_01M8QKVQGQEWWAXQDDMJH1WHQF\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8QKVQGKFPJT6FC2RSNKE3RS\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":\"requested_by_customer\","
      "\"reference\":null,\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T01:35:13.431451Z\","
      "\"updated_at\":\"2026-12-01T01:35:13.431451Z\"}" },

    { "listRefunds", NULL,
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-12-01T01:35:13.431451Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8QKVQGQEWWAXQDDMJH1WHQF\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8QKVQGKFPJT6FC2RSNKE3RS\","
      "\"reason\":\"requested_by_customer\",\"reference\":null,"
      "\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T01:35:13.431451Z\",\"version\":1},{"
      "\"amount\":400,\"created_at\":\"2026-12-01T01:35:13.412258Z\","
      "\"currency\":\"EUR\",\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8QKVQG4EGGVR0BJQGPGEZY6\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8QKVQG2E9QAX69G5JJDHQM1\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-12-01T01:35:13.412258Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/refunds\"}" },

    { "getRefund", "ref_01M8QKVQH2F639BXZ2YKAW4J0E",
      "{\"id\":\"ref_01M8QKVQH2F639BXZ2YKAW4J0E\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8QKVQGWFW1ARC624Y50KG8N\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-12-01T01:35:13.442595Z\","
      "\"updated_at\":\"2026-12-01T01:35:13.442595Z\"}" },

    { "updateRefund", "ref_01M8QKVQHJEBD9CQT6XR0E4ZH1",
      "{\"id\":\"ref_01M8QKVQHJEBD9CQT6XR0E4ZH1\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8QKVQHCF41AAK0AENCPPG6X\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{\"case\":\"118\"},\"version\":2,"
      "\"created_at\":\"2026-12-01T01:35:13.458178Z\","
      "\"updated_at\":\"2026-12-01T01:35:13.461800Z\"}" },

    { "loseDispute", "dis_01M8QKVQJ0FMHV1K8S0D0B5MG2",
      "{\"id\":\"dis_01M8QKVQJ0FMHV1K8S0D0B5MG2\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QKVQHVEJFVXC92JG7Y4M5H\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"lost\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T01:35:13.472821Z\","
      "\"updated_at\":\"2026-12-01T01:35:13.478534Z\"}" },

    { "winDispute", "dis_01M8QKVQJGFPZBCRMBPC6JCZDA",
      "{\"id\":\"dis_01M8QKVQJGFPZBCRMBPC6JCZDA\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QKVQJDF8GAZVTP4FNBDDZX\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"won\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T01:35:13.488858Z\","
      "\"updated_at\":\"2026-12-01T01:35:13.490958Z\"}" },

    { "disputePayment", "pay_01M8QKVQJTE5G9JQJDZKZKJQW3",
      "{\"id\":\"dis_01M8QKVQJYEV4STR504519B62W\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8QKVQJTE5G9JQJDZKZKJQW3\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"open\",\"reason\":\"general\","
      "\"created_at\":\"2026-12-01T01:35:13.502424Z\","
      "\"updated_at\":\"2026-12-01T01:35:13.502424Z\"}" },

    { "expirePayment", "pay_01M8QKVQK2EE6SG2SAJD264GD5",
      "{\"id\":\"pay_01M8QKVQK2EE6SG2SAJD264GD5\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-08T01:35:13.506222Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QKVQK2EE6SG2SAJD264GD5\"},"
      "\"created_at\":\"2026-12-01T01:35:13.506222Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"expired\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:35:13.508121Z\","
      "\"authorized_at\":\"2026-12-01T01:35:13.506222Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "resolvePayment", "pay_01M8QKVQK6FEVBDZWA1MJVAX4Z",
      "{\"id\":\"pay_01M8QKVQK6FEVBDZWA1MJVAX4Z\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_timeout\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QKVQK6FEVBDZWA1MJVAX4Z\"},"
      "\"created_at\":\"2026-12-01T01:35:13.510732Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"version\":2,"
      "\"updated_at\":\"2026-12-01T01:35:13.512930Z\","
      "\"authorized_at\":\"2026-12-01T01:35:13.512930Z\","
      "\"captured_at\":\"2026-12-01T01:35:13.512930Z\","
      "\"canceled_at\":null}" },

    { "settlePayment", "pay_01M8QKVQKFE8J9T1XSEAGYMJPW",
      "{\"id\":\"pay_01M8QKVQKFE8J9T1XSEAGYMJPW\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8QKVQKFE8J9T1XSEAGYMJPW\"},"
      "\"created_at\":\"2026-12-01T01:35:13.519134Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"pending_action\":null,\"version\":1,"
      "\"updated_at\":\"2026-12-01T01:35:13.519134Z\","
      "\"authorized_at\":\"2026-12-01T01:35:13.519134Z\","
      "\"captured_at\":\"2026-12-01T01:35:13.519134Z\","
      "\"canceled_at\":null}" },

    { NULL, NULL, NULL }
};
