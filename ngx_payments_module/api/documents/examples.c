
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
      "\"created_at\":\"2026-11-30T19:27:48.976487Z\"},\"scopes\":["
      "\"payments:read\",\"payments:write\",\"refunds:read\","
      "\"refunds:write\",\"balances:read\",\"ledger:read\",\"events:read\","
      "\"webhooks:read\",\"webhooks:write\",\"idempotency:read\","
      "\"keys:write\"]}" },

    { "listApiKeys", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-30T19:27:49.016261Z\","
      "\"expires_at\":null,\"id\":\"key_01M8PYTZRRFH98QWFZ0GWAKSGT\","
      "\"last_used_at\":null,\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"name\":\"admin\","
      "\"object\":\"api_key\",\"prefix\":\"sk_test_0000\","
      "\"revoked_at\":null,\"scopes\":[\"payments:read\",\"payments:write\","
      "\"refunds:read\",\"refunds:write\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"webhooks:read\",\"webhooks:write\","
      "\"idempotency:read\",\"keys:write\",\"admin\"]},{"
      "\"created_at\":\"2026-11-30T19:27:49.001707Z\",\"expires_at\":null,"
      "\"id\":\"key_01M8PYTZRAEW2VW3ZH2EACZPE7\",\"last_used_at\":null,"
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"name\":\"read only\",\"object\":\"api_key\","
      "\"prefix\":\"rk_test_0000\",\"revoked_at\":null,\"scopes\":["
      "\"payments:read\",\"refunds:read\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"idempotency:read\"]}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/api_keys\"}" },

    { "createApiKey", NULL,
      "{\"id\":\"key_01M8PYVM9SFD4AGB77AH6EC9V5\",\"object\":\"api_key\","
      "\"name\":\"Reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:read\",\"refunds:read\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-30T19:28:10.041779Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "getApiKey", "key_01M8PYVMBBER8VSCNBYM4WN9XN",
      "{\"id\":\"key_01M8PYVMBBER8VSCNBYM4WN9XN\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-30T19:28:10.091516Z\","
      "\"revoked_at\":null}" },

    { "updateApiKey", "key_01M8PYVMBNEG6STC7QXASZRMHF",
      "{\"id\":\"key_01M8PYVMBNEG6STC7QXASZRMHF\",\"object\":\"api_key\","
      "\"name\":\"Monthly reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-30T19:28:10.101374Z\","
      "\"revoked_at\":null}" },

    { "rotateApiKey", "key_01M8PYVMC0FJEA8ABCYRWX7GFT",
      "{\"id\":\"key_01M8PYVMC6FN4B9Y6JDQEBHCE1\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-30T19:28:10.118881Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "listBalances", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/balances\"}" },

    { "getBalance", "EUR",
      "{\"object\":\"balance\",\"livemode\":false,\"currency\":\"EUR\","
      "\"exponent\":2,\"available\":0,\"pending\":0,\"reserved\":0,"
      "\"as_of\":\"2026-11-30T19:28:10.158212Z\"}" },

    { "getCapture", "cap_01M8PYVMFEFF1VDEA11HCQ4GY9",
      "{\"id\":\"cap_01M8PYVMFEFF1VDEA11HCQ4GY9\",\"object\":\"capture\","
      "\"amount\":1099,\"final\":true,"
      "\"created_at\":\"2026-11-30T19:28:10.222736Z\"}" },

    { "listCurrencies", NULL,
      "{\"data\":[{\"code\":\"AED\",\"exponent\":2,\"name\":\"UAE Dirham\"},{"
      "\"code\":\"AFN\",\"exponent\":2,\"name\":\"Afghani\"}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/currencies\"}" },

    { "listDisputes", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/disputes\"}" },

    { "getDispute", "dis_01M8PYVMM4EMFSP4DP5QR9MVN0",
      "{\"id\":\"dis_01M8PYVMM4EMFSP4DP5QR9MVN0\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8PYVMKXFF79YCFM9ZJZC1GC\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"open\",\"reason\":\"general\","
      "\"created_at\":\"2026-11-30T19:28:10.372322Z\","
      "\"updated_at\":\"2026-11-30T19:28:10.372322Z\"}" },

    { "listEvents", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-30T19:28:10.372418Z\",\"data\":{"
      "\"object\":{\"amount\":1099,"
      "\"created_at\":\"2026-11-30T19:28:10.372322Z\",\"currency\":\"EUR\","
      "\"id\":\"dis_01M8PYVMM4EMFSP4DP5QR9MVN0\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8PYVMKXFF79YCFM9ZJZC1GC\","
      "\"reason\":\"general\",\"status\":\"open\","
      "\"updated_at\":\"2026-11-30T19:28:10.372322Z\"},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8PYVMM4EMF9W7JQVFXPA2W7\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"dis_01M8PYVMM4EMFSP4DP5QR9MVN0\","
      "\"object_type\":\"dispute\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8PYVMM4EK08B8XTRZE70N0V\","
      "\"idempotency_key\":\"39b71ccf-6c39-429f-a0ca-1bb011dacac7\"},"
      "\"sequence\":4,\"timestamp\":\"2026-11-30T19:28:10.372418Z\","
      "\"type\":\"dispute.created\"},{"
      "\"created_at\":\"2026-11-30T19:28:10.367888Z\",\"data\":{\"object\":{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":1099,"
      "\"amount_refunded\":0,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-11-30T19:28:10.365737Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-11-30T19:28:10.365737Z\","
      "\"created_at\":\"2026-11-30T19:28:10.365737Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8PYVMKXFF79YCFM9ZJZC1GC\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYVMKXFF79YCFM9ZJZC1GC\"},\"reference\":null,"
      "\"refund_status\":\"none\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-11-30T19:28:10.365737Z\",\"version\":1},"
      "\"previous_attributes\":null},"
      "\"id\":\"evt_01M8PYVMKXFF8BY61Q6HRHFB65\",\"livemode\":false,"
      "\"object\":\"event\",\"object_id\":\"pay_01M8PYVMKXFF79YCFM9ZJZC1GC\","
      "\"object_type\":\"payment\",\"object_version\":1,\"request\":{"
      "\"id\":\"req_01M8PYVMKXFC3BGEFCF5DT5DJA\","
      "\"idempotency_key\":\"fcf57beb-ab31-4e75-b2f0-cb0257010bfe\"},"
      "\"sequence\":3,\"timestamp\":\"2026-11-30T19:28:10.367888Z\","
      "\"type\":\"payment.captured\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/events\"}" },

    { "getEvent", "evt_01M8PYVMPJFFFV2AX9X2HAQVAZ",
      "{\"id\":\"evt_01M8PYVMPJFFFV2AX9X2HAQVAZ\",\"object\":\"event\","
      "\"type\":\"refund.succeeded\",\"sequence\":6,\"livemode\":false,"
      "\"created_at\":\"2026-11-30T19:28:10.450897Z\","
      "\"timestamp\":\"2026-11-30T19:28:10.450897Z\",\"data\":{\"object\":{"
      "\"id\":\"ref_01M8PYVMPJFFGBP3S6V1DE6S83\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8PYVMP5FZQRD6AWYKDJ0130\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-11-30T19:28:10.450742Z\","
      "\"updated_at\":\"2026-11-30T19:28:10.450742Z\"},"
      "\"previous_attributes\":null},\"object_type\":\"refund\","
      "\"object_id\":\"ref_01M8PYVMPJFFGBP3S6V1DE6S83\",\"object_version\":1,"
      "\"request\":{\"id\":\"req_01M8PYVMPJFD9SYZNSNCY9R31D\","
      "\"idempotency_key\":\"01629725-030b-46c2-9a7a-9af7423e5642\"}}" },

    { "getIdempotencyKey", "order-a96e1e16-e19a-490f-90d7-05adc2ef5a74",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-a96e1e16-e19a-490f-90d7-05adc2ef5a74\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"completed\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8PYVMR0E5R9JTC9YSV1JE54\","
      "\"request_id\":\"req_01M8PYVMR0E2HRRB9M37F0VZBF\",\"undo\":null,"
      "\"created_at\":\"2026-11-30T19:28:10.496287Z\","
      "\"completed_at\":\"2026-11-30T19:28:10.496287Z\","
      "\"expires_at\":\"2026-12-01T19:28:10.496287Z\"}" },

    { "cancelIdempotencyKey", "order-4379145c-6445-4bc1-92d1-e4a99ec25fd2",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-4379145c-6445-4bc1-92d1-e4a99ec25fd2\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"canceled\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8PYVMSMEBCV759WHRGB3TYN\","
      "\"request_id\":\"req_01M8PYVMSME7HRNRJDMGWZNYP4\",\"undo\":\"done\","
      "\"created_at\":\"2026-11-30T19:28:10.548307Z\","
      "\"completed_at\":\"2026-11-30T19:28:10.548307Z\","
      "\"expires_at\":\"2026-12-01T19:28:10.548307Z\"}" },

    { "listLedgerTransactions", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-30T19:28:10.555273Z\","
      "\"currency\":\"EUR\",\"entries\":[{\"account\":\"merchant_reserved\","
      "\"amount\":1099,\"direction\":\"debit\","
      "\"id\":\"le_01M8PYVMSVEHGV8GKPM06RR7C5\"},{"
      "\"account\":\"processor_receivable\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8PYVMSVEHGV8GKPM06RR7C4\"}],"
      "\"id\":\"lt_01M8PYVMSVEHGV8GKPM06RR7C7\","
      "\"kind\":\"refund_succeeded\",\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8PYVMSVEHFRX26YYTGED46H\","
      "\"source_type\":\"refund\"},{"
      "\"created_at\":\"2026-11-30T19:28:10.555273Z\",\"currency\":\"EUR\","
      "\"entries\":[{\"account\":\"merchant_available\",\"amount\":1099,"
      "\"direction\":\"debit\",\"id\":\"le_01M8PYVMSVEHG9DJ3VDD6RTDTY\"},{"
      "\"account\":\"merchant_reserved\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8PYVMSVEHG9DJ3VDD6RTDTZ\"}],"
      "\"id\":\"lt_01M8PYVMSVEHG9DJ3VDD6RTDTW\",\"kind\":\"refund\","
      "\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8PYVMSVEHFRX26YYTGED46H\","
      "\"source_type\":\"refund\"}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/ledger/transactions\"}" },

    { "getLedgerTransaction", "lt_01M8PYVMWKEH4AY6MZ47GV5CRQ",
      "{\"id\":\"lt_01M8PYVMWKEH4AY6MZ47GV5CRQ\","
      "\"object\":\"ledger_transaction\",\"kind\":\"refund_succeeded\","
      "\"source_type\":\"refund\","
      "\"source_id\":\"ref_01M8PYVMWKEH38GPKX71RB2838\",\"currency\":\"EUR\","
      "\"created_at\":\"2026-11-30T19:28:10.643267Z\",\"entries\":[{"
      "\"id\":\"le_01M8PYVMWKEH4AY6MZ47GV5CRN\","
      "\"account\":\"merchant_reserved\",\"direction\":\"debit\","
      "\"amount\":400},{\"id\":\"le_01M8PYVMWKEH4AY6MZ47GV5CRM\","
      "\"account\":\"processor_receivable\",\"direction\":\"credit\","
      "\"amount\":400}]}" },

    { "trialBalance", NULL,
      "{\"object\":\"trial_balance\",\"livemode\":false,"
      "\"as_of\":\"2026-11-30T19:28:10.685626Z\",\"currencies\":{\"EUR\":{"
      "\"debits\":11491,\"credits\":11491,"
      "\"balanced\":true}}}" },

    { "listMerchants", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-30T19:27:50.091500Z\","
      "\"id\":\"mer_01M8PYV0TDFTVB3QA939A70FBC\",\"name\":\"test\","
      "\"object\":\"merchant\",\"status\":\"active\"},{"
      "\"created_at\":\"2026-11-30T19:27:49.931186Z\","
      "\"id\":\"mer_01M8PYV0NDEWTAG0WTJ9W8FMNN\",\"name\":\"test\","
      "\"object\":\"merchant\",\"status\":\"active\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/merchants\"}" },

    { "createMerchant", NULL,
      "{\"id\":\"mer_01M8PYVMYREM1RG44FM7CZFNS5\",\"object\":\"merchant\","
      "\"name\":\"Corner Books\",\"status\":\"active\","
      "\"created_at\":\"2026-11-30T19:28:10.712403Z\"}" },

    { "getMerchant", "mer_01M8PYVMZHFRVB025BV9W2R4K8",
      "{\"id\":\"mer_01M8PYVMZHFRVB025BV9W2R4K8\",\"object\":\"merchant\","
      "\"name\":\"Corner Shop\",\"status\":\"active\","
      "\"created_at\":\"2026-11-30T19:28:10.740189Z\"}" },

    { "updateMerchant", "mer_01M8PYVN05FJ4B9DT2HD89E0M4",
      "{\"id\":\"mer_01M8PYVN05FJ4B9DT2HD89E0M4\",\"object\":\"merchant\","
      "\"name\":\"Corner Books and Maps\",\"status\":\"active\","
      "\"created_at\":\"2026-11-30T19:28:10.758016Z\"}" },

    { "listPayments", NULL,
      "{\"data\":[{\"amount\":1099,\"amount_authorized\":1099,"
      "\"amount_canceled\":0,\"amount_capturable\":0,"
      "\"amount_captured\":1099,\"amount_disputed\":0,"
      "\"amount_refundable\":699,\"amount_refunded\":400,"
      "\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-11-30T19:28:10.635108Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-11-30T19:28:10.635108Z\","
      "\"created_at\":\"2026-11-30T19:28:10.635108Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8PYVMWBE6ZBYYEMNNN395W3\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYVMWBE6ZBYYEMNNN395W3\"},\"reference\":null,"
      "\"refund_status\":\"partial\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-11-30T19:28:10.643267Z\",\"version\":2},{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":0,"
      "\"amount_refunded\":1099,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-11-30T19:28:10.548178Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-11-30T19:28:10.548178Z\","
      "\"created_at\":\"2026-11-30T19:28:10.548178Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8PYVMSMEBCV759WHRGB3TYN\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYVMSMEBCV759WHRGB3TYN\"},\"reference\":null,"
      "\"refund_status\":\"full\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-11-30T19:28:10.555273Z\",\"version\":2}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments\"}" },

    { "createPayment", NULL,
      "{\"id\":\"pay_01M8PYVN1PEAFSMAP1YHG9ZDEB\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T19:28:10.806164Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYVN1PEAFSMAP1YHG9ZDEB\"},"
      "\"created_at\":\"2026-11-30T19:28:10.806164Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books\",\"metadata\":{\"order\":\"6735\"},"
      "\"failure\":null,\"cancellation_reason\":null,\"version\":1,"
      "\"updated_at\":\"2026-11-30T19:28:10.806164Z\","
      "\"authorized_at\":\"2026-11-30T19:28:10.806164Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "getPayment", "pay_01M8PYVN21FA9T264G56X7D8GX",
      "{\"id\":\"pay_01M8PYVN21FA9T264G56X7D8GX\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYVN21FA9T264G56X7D8GX\"},"
      "\"created_at\":\"2026-11-30T19:28:10.817661Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":1,"
      "\"updated_at\":\"2026-11-30T19:28:10.817661Z\","
      "\"authorized_at\":\"2026-11-30T19:28:10.817661Z\","
      "\"captured_at\":\"2026-11-30T19:28:10.817661Z\","
      "\"canceled_at\":null}" },

    { "updatePayment", "pay_01M8PYVN2PFTT92WT8WR5XH120",
      "{\"id\":\"pay_01M8PYVN2PFTT92WT8WR5XH120\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T19:28:10.838919Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYVN2PFTT92WT8WR5XH120\"},"
      "\"created_at\":\"2026-11-30T19:28:10.838919Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books, gift-wrapped\",\"metadata\":{"
      "\"order\":\"6735\",\"wrapped\":\"yes\"},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T19:28:10.845789Z\","
      "\"authorized_at\":\"2026-11-30T19:28:10.838919Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "cancelPayment", "pay_01M8PYVN3AFW5BK0VDX1XNV69S",
      "{\"id\":\"pay_01M8PYVN3AFW5BK0VDX1XNV69S\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T19:28:10.858940Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYVN3AFW5BK0VDX1XNV69S\"},"
      "\"created_at\":\"2026-11-30T19:28:10.858940Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"canceled\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":\"requested_by_customer\",\"version\":2,"
      "\"updated_at\":\"2026-11-30T19:28:10.868328Z\","
      "\"authorized_at\":\"2026-11-30T19:28:10.858940Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":\"2026-11-30T19:28:10.868328Z\"}" },

    { "capturePayment", "pay_01M8PYVN3TE3TTCKCSSYE523KH",
      "{\"id\":\"pay_01M8PYVN3TE3TTCKCSSYE523KH\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T19:28:10.874060Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYVN3TE3TTCKCSSYE523KH\"},"
      "\"created_at\":\"2026-11-30T19:28:10.874060Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1000,"
      "\"amount_refunded\":0,\"amount_canceled\":99,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1000,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T19:28:10.880374Z\","
      "\"authorized_at\":\"2026-11-30T19:28:10.874060Z\","
      "\"captured_at\":\"2026-11-30T19:28:10.880374Z\","
      "\"canceled_at\":null}" },

    { "listPaymentRefunds", "pay_01M8PYVN49EG086EV7708GXRY4",
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-11-30T19:28:10.894858Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8PYVN4EFPQTJMDR0XZC58V5\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8PYVN49EG086EV7708GXRY4\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-11-30T19:28:10.894858Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments/pay_01M8PYVN49EG086EV7708GXRY4/refunds\"}" },

    { "createRefund", "pay_01M8PYVN4YEWZSVXC5P3P7E67Q",
      "{\"id\":\"ref_01M8PYVN56FMR8P0E4NCQVEX8Y\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8PYVN4YEWZSVXC5P3P7E67Q\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":\"requested_by_customer\","
      "\"reference\":null,\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-11-30T19:28:10.918824Z\","
      "\"updated_at\":\"2026-11-30T19:28:10.918824Z\"}" },

    { "listRefunds", NULL,
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-11-30T19:28:10.918824Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8PYVN56FMR8P0E4NCQVEX8Y\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8PYVN4YEWZSVXC5P3P7E67Q\","
      "\"reason\":\"requested_by_customer\",\"reference\":null,"
      "\"status\":\"succeeded\","
      "\"updated_at\":\"2026-11-30T19:28:10.918824Z\",\"version\":1},{"
      "\"amount\":400,\"created_at\":\"2026-11-30T19:28:10.894858Z\","
      "\"currency\":\"EUR\",\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8PYVN4EFPQTJMDR0XZC58V5\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8PYVN49EG086EV7708GXRY4\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-11-30T19:28:10.894858Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/refunds\"}" },

    { "getRefund", "ref_01M8PYVN61FD2BFE784QVG3Z2N",
      "{\"id\":\"ref_01M8PYVN61FD2BFE784QVG3Z2N\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8PYVN5QENG8WHZ9RQWNR9EF\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-11-30T19:28:10.945704Z\","
      "\"updated_at\":\"2026-11-30T19:28:10.945704Z\"}" },

    { "updateRefund", "ref_01M8PYVN6KFWZVDDKJW1HC990Q",
      "{\"id\":\"ref_01M8PYVN6KFWZVDDKJW1HC990Q\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8PYVN6BEARAA0M55KD0WND6\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{\"case\":\"118\"},\"version\":2,"
      "\"created_at\":\"2026-11-30T19:28:10.963953Z\","
      "\"updated_at\":\"2026-11-30T19:28:10.968618Z\"}" },

    { "loseDispute", "dis_01M8PYVN7YES9AR95HZKX7XAP3",
      "{\"id\":\"dis_01M8PYVN7YES9AR95HZKX7XAP3\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8PYVN7SFE4V7EQRY3G3FXZY\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"lost\",\"reason\":\"general\","
      "\"created_at\":\"2026-11-30T19:28:11.006395Z\","
      "\"updated_at\":\"2026-11-30T19:28:11.012411Z\"}" },

    { "winDispute", "dis_01M8PYVN8KEN4A76FEXGR7876Q",
      "{\"id\":\"dis_01M8PYVN8KEN4A76FEXGR7876Q\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8PYVN8AFXRBHYTP84M2ZK3G\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"won\",\"reason\":\"general\","
      "\"created_at\":\"2026-11-30T19:28:11.027331Z\","
      "\"updated_at\":\"2026-11-30T19:28:11.035307Z\"}" },

    { "disputePayment", "pay_01M8PYVN8YFCVVRDM1D2YMKEF0",
      "{\"id\":\"dis_01M8PYVN95EHSTRXDZGW6K13QH\",\"object\":\"dispute\","
      "\"payment_id\":\"pay_01M8PYVN8YFCVVRDM1D2YMKEF0\",\"amount\":1099,"
      "\"currency\":\"EUR\",\"status\":\"open\",\"reason\":\"general\","
      "\"created_at\":\"2026-11-30T19:28:11.045279Z\","
      "\"updated_at\":\"2026-11-30T19:28:11.045279Z\"}" },

    { "expirePayment", "pay_01M8PYVN99FFXTPQ0TF8X6VAS0",
      "{\"id\":\"pay_01M8PYVN99FFXTPQ0TF8X6VAS0\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T19:28:11.049749Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYVN99FFXTPQ0TF8X6VAS0\"},"
      "\"created_at\":\"2026-11-30T19:28:11.049749Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"expired\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T19:28:11.057031Z\","
      "\"authorized_at\":\"2026-11-30T19:28:11.049749Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "resolvePayment", "pay_01M8PYVN9RE848ZJ9HZKG81581",
      "{\"id\":\"pay_01M8PYVN9RE848ZJ9HZKG81581\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_timeout\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYVN9RE848ZJ9HZKG81581\"},"
      "\"created_at\":\"2026-11-30T19:28:11.064127Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T19:28:11.070778Z\","
      "\"authorized_at\":\"2026-11-30T19:28:11.070778Z\","
      "\"captured_at\":\"2026-11-30T19:28:11.070778Z\","
      "\"canceled_at\":null}" },

    { "settlePayment", "pay_01M8PYVNA8F7DSN20E9Y8CMPF4",
      "{\"id\":\"pay_01M8PYVNA8F7DSN20E9Y8CMPF4\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PYVNA8F7DSN20E9Y8CMPF4\"},"
      "\"created_at\":\"2026-11-30T19:28:11.080616Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":1,"
      "\"updated_at\":\"2026-11-30T19:28:11.080616Z\","
      "\"authorized_at\":\"2026-11-30T19:28:11.080616Z\","
      "\"captured_at\":\"2026-11-30T19:28:11.080616Z\","
      "\"canceled_at\":null}" },

    { NULL, NULL, NULL }
};
