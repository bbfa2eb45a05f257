
/* Made by tools/record-examples from a running system: do not edit. */

#include "ngx_payments_api.h"


const ngx_payments_example_t  ngx_payments_examples[] = {
    { "livez", NULL,
      "{\"status\":\"ok\"}" },

    { "readyz", NULL,
      "{\"status\":\"ok\",\"postgres\":\"ok\","
      "\"redis\":\"ok\"}" },

    { "listApiKeys", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-30T18:39:45.091523Z\","
      "\"expires_at\":null,\"id\":\"key_01M8PW2ZE4FGM9NZSADQDSFHGT\","
      "\"last_used_at\":null,\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"name\":\"admin\","
      "\"object\":\"api_key\",\"prefix\":\"sk_test_0000\","
      "\"revoked_at\":null,\"scopes\":[\"payments:read\",\"payments:write\","
      "\"refunds:read\",\"refunds:write\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"webhooks:read\",\"webhooks:write\","
      "\"idempotency:read\",\"keys:write\",\"admin\"]},{"
      "\"created_at\":\"2026-11-30T18:39:45.088584Z\",\"expires_at\":null,"
      "\"id\":\"key_01M8PW2ZE1F90ASWK7SKJ6Z2QJ\",\"last_used_at\":null,"
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"name\":\"read only\",\"object\":\"api_key\","
      "\"prefix\":\"rk_test_0000\",\"revoked_at\":null,\"scopes\":["
      "\"payments:read\",\"refunds:read\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"idempotency:read\"]}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/api_keys\"}" },

    { "createApiKey", NULL,
      "{\"id\":\"key_01M8PW30F2F8889SDBWYRFSCKB\",\"object\":\"api_key\","
      "\"name\":\"Reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:read\",\"refunds:read\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-30T18:39:46.146927Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "getApiKey", "key_01M8PW30G3FC3AH79SZCQV4A8C",
      "{\"id\":\"key_01M8PW30G3FC3AH79SZCQV4A8C\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-30T18:39:46.179881Z\","
      "\"revoked_at\":null}" },

    { "rotateApiKey", "key_01M8PW30GFFTTT69GTQAHED34A",
      "{\"id\":\"key_01M8PW30GME3ASMYTJP2QZFFBD\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-30T18:39:46.196180Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "listBalances", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/balances\"}" },

    { "getBalance", "EUR",
      "{\"object\":\"balance\",\"livemode\":false,\"currency\":\"EUR\","
      "\"exponent\":2,\"available\":0,\"pending\":0,\"reserved\":0,"
      "\"as_of\":\"2026-11-30T18:39:46.211690Z\"}" },

    { "listCurrencies", NULL,
      "{\"data\":[{\"code\":\"AED\",\"exponent\":2,\"name\":\"UAE Dirham\"},{"
      "\"code\":\"AFN\",\"exponent\":2,\"name\":\"Afghani\"}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/currencies\"}" },

    { "listEvents", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/events\"}" },

    { "getEvent", "evt_01M8PW30JQE0GBG9FMEVRNNVE6",
      "{\"id\":\"evt_01M8PW30JQE0GBG9FMEVRNNVE6\",\"object\":\"event\","
      "\"type\":\"refund.succeeded\",\"sequence\":2,\"livemode\":false,"
      "\"created_at\":\"2026-11-30T18:39:46.263235Z\",\"data\":{\"object\":{"
      "\"id\":\"ref_01M8PW30JQE0GR99VHE7W9KD6M\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8PW30JBEDWAW18PCR4SV33X\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-11-30T18:39:46.263011Z\","
      "\"updated_at\":\"2026-11-30T18:39:46.263011Z\"},"
      "\"previous_attributes\":null},\"object_type\":\"refund\","
      "\"object_id\":\"ref_01M8PW30JQE0GR99VHE7W9KD6M\",\"object_version\":1,"
      "\"request\":{\"id\":\"req_01M8PW30JPFYV9AZYKF9N29ZVW\","
      "\"idempotency_key\":\"1114ad4b-bd52-4790-b910-7343a5541b77\"}}" },

    { "getIdempotencyKey", "order-a322ebda-5848-49c3-9689-2def505b900c",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-a322ebda-5848-49c3-9689-2def505b900c\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"completed\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8PW30KTFFQRCAZT5N7E78WD\","
      "\"request_id\":\"req_01M8PW30KTF73BNW9RG1HV7YMA\",\"undo\":null,"
      "\"created_at\":\"2026-11-30T18:39:46.299118Z\","
      "\"completed_at\":\"2026-11-30T18:39:46.299118Z\","
      "\"expires_at\":\"2026-12-01T18:39:46.299118Z\"}" },

    { "cancelIdempotencyKey", "order-87951881-3dd7-4d8d-995f-fea556dead6a",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-87951881-3dd7-4d8d-995f-fea556dead6a\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"canceled\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8PW30N4FJ5VAFXXTWD0JCQM\","
      "\"request_id\":\"req_01M8PW30N4F8M81NGAJ3CEH7G7\",\"undo\":\"done\","
      "\"created_at\":\"2026-11-30T18:39:46.340965Z\","
      "\"completed_at\":\"2026-11-30T18:39:46.340965Z\","
      "\"expires_at\":\"2026-12-01T18:39:46.340965Z\"}" },

    { "listLedgerTransactions", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-30T18:39:46.344818Z\","
      "\"currency\":\"EUR\",\"entries\":[{\"account\":\"merchant_reserved\","
      "\"amount\":1099,\"direction\":\"debit\","
      "\"id\":\"le_01M8PW30N8FMCRKA5GG86RADMN\"},{"
      "\"account\":\"processor_receivable\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8PW30N8FMCRKA5GG86RADMM\"}],"
      "\"id\":\"lt_01M8PW30N8FMCRKA5GG86RADMQ\","
      "\"kind\":\"refund_succeeded\",\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8PW30N8FMBV0GD3F036XW09\","
      "\"source_type\":\"refund\"},{"
      "\"created_at\":\"2026-11-30T18:39:46.344818Z\",\"currency\":\"EUR\","
      "\"entries\":[{\"account\":\"merchant_available\",\"amount\":1099,"
      "\"direction\":\"debit\",\"id\":\"le_01M8PW30N8FMCAD7GG35WEYHRM\"},{"
      "\"account\":\"merchant_reserved\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8PW30N8FMCAD7GG35WEYHRN\"}],"
      "\"id\":\"lt_01M8PW30N8FMCAD7GG35WEYHRP\",\"kind\":\"refund\","
      "\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8PW30N8FMBV0GD3F036XW09\","
      "\"source_type\":\"refund\"}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/ledger/transactions\"}" },

    { "getLedgerTransaction", "lt_01M8PW30PHFKDS4TJ424T84W54",
      "{\"id\":\"lt_01M8PW30PHFKDS4TJ424T84W54\","
      "\"object\":\"ledger_transaction\",\"kind\":\"refund_succeeded\","
      "\"source_type\":\"refund\","
      "\"source_id\":\"ref_01M8PW30PHFKCR479S7YEEMP6E\",\"currency\":\"EUR\","
      "\"created_at\":\"2026-11-30T18:39:46.385803Z\",\"entries\":[{"
      "\"id\":\"le_01M8PW30PHFKDS4TJ424T84W56\","
      "\"account\":\"merchant_reserved\",\"direction\":\"debit\","
      "\"amount\":400},{\"id\":\"le_01M8PW30PHFKDS4TJ424T84W57\","
      "\"account\":\"processor_receivable\",\"direction\":\"credit\","
      "\"amount\":400}]}" },

    { "trialBalance", NULL,
      "{\"object\":\"trial_balance\",\"livemode\":false,"
      "\"as_of\":\"2026-11-30T18:39:46.404470Z\",\"currencies\":{\"EUR\":{"
      "\"debits\":8194,\"credits\":8194,"
      "\"balanced\":true}}}" },

    { "listMerchants", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-30T18:39:45.132207Z\","
      "\"id\":\"mer_01JC000000E00800000000000C\",\"name\":\"Merchant C\","
      "\"object\":\"merchant\",\"status\":\"active\"},{"
      "\"created_at\":\"2026-11-30T18:39:45.076905Z\","
      "\"id\":\"mer_01JC000000E00800000000000B\",\"name\":\"Merchant B\","
      "\"object\":\"merchant\",\"status\":\"active\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/merchants\"}" },

    { "createMerchant", NULL,
      "{\"id\":\"mer_01M8PW30QHFWWBCPZCN3170SHV\",\"object\":\"merchant\","
      "\"name\":\"Corner Books\",\"status\":\"active\","
      "\"created_at\":\"2026-11-30T18:39:46.418088Z\"}" },

    { "getMerchant", "mer_01M8PW30QTE6599ZF9TE2EK6VX",
      "{\"id\":\"mer_01M8PW30QTE6599ZF9TE2EK6VX\",\"object\":\"merchant\","
      "\"name\":\"Corner Shop\",\"status\":\"active\","
      "\"created_at\":\"2026-11-30T18:39:46.426266Z\"}" },

    { "updateMerchant", "mer_01M8PW30R6FPXTJ7GDFBNBFT09",
      "{\"id\":\"mer_01M8PW30R6FPXTJ7GDFBNBFT09\",\"object\":\"merchant\","
      "\"name\":\"Corner Books and Maps\",\"status\":\"active\","
      "\"created_at\":\"2026-11-30T18:39:46.439191Z\"}" },

    { "listPayments", NULL,
      "{\"data\":[{\"amount\":1099,\"amount_authorized\":1099,"
      "\"amount_canceled\":0,\"amount_capturable\":0,"
      "\"amount_captured\":1099,\"amount_disputed\":0,"
      "\"amount_refundable\":699,\"amount_refunded\":400,"
      "\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-11-30T18:39:46.382072Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-11-30T18:39:46.382072Z\","
      "\"created_at\":\"2026-11-30T18:39:46.382072Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8PW30PEE4KBH5CXZXZ7ZDDQ\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PW30PEE4KBH5CXZXZ7ZDDQ\"},\"reference\":null,"
      "\"refund_status\":\"partial\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-11-30T18:39:46.385803Z\",\"version\":2},{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":0,"
      "\"amount_refunded\":1099,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-11-30T18:39:46.340784Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-11-30T18:39:46.340784Z\","
      "\"created_at\":\"2026-11-30T18:39:46.340784Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8PW30N4FJ5VAFXXTWD0JCQM\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PW30N4FJ5VAFXXTWD0JCQM\"},\"reference\":null,"
      "\"refund_status\":\"full\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-11-30T18:39:46.344818Z\",\"version\":2}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments\"}" },

    { "createPayment", NULL,
      "{\"id\":\"pay_01M8PW30RTFXR8W9KTVZ7W9JEH\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T18:39:46.458965Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PW30RTFXR8W9KTVZ7W9JEH\"},"
      "\"created_at\":\"2026-11-30T18:39:46.458965Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books\",\"metadata\":{\"order\":\"6735\"},"
      "\"failure\":null,\"cancellation_reason\":null,\"version\":1,"
      "\"updated_at\":\"2026-11-30T18:39:46.458965Z\","
      "\"authorized_at\":\"2026-11-30T18:39:46.458965Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "getPayment", "pay_01M8PW30S1FJ9TZJC0KSACFC3M",
      "{\"id\":\"pay_01M8PW30S1FJ9TZJC0KSACFC3M\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PW30S1FJ9TZJC0KSACFC3M\"},"
      "\"created_at\":\"2026-11-30T18:39:46.465786Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":1,"
      "\"updated_at\":\"2026-11-30T18:39:46.465786Z\","
      "\"authorized_at\":\"2026-11-30T18:39:46.465786Z\","
      "\"captured_at\":\"2026-11-30T18:39:46.465786Z\","
      "\"canceled_at\":null}" },

    { "updatePayment", "pay_01M8PW30SAFEMTK3DVP0VX00X3",
      "{\"id\":\"pay_01M8PW30SAFEMTK3DVP0VX00X3\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T18:39:46.474729Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PW30SAFEMTK3DVP0VX00X3\"},"
      "\"created_at\":\"2026-11-30T18:39:46.474729Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books, gift-wrapped\",\"metadata\":{"
      "\"order\":\"6735\",\"wrapped\":\"yes\"},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T18:39:46.477740Z\","
      "\"authorized_at\":\"2026-11-30T18:39:46.474729Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "cancelPayment", "pay_01M8PW30SKERTVJ6RKRSE67XNJ",
      "{\"id\":\"pay_01M8PW30SKERTVJ6RKRSE67XNJ\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T18:39:46.483388Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PW30SKERTVJ6RKRSE67XNJ\"},"
      "\"created_at\":\"2026-11-30T18:39:46.483388Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"canceled\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":\"requested_by_customer\",\"version\":2,"
      "\"updated_at\":\"2026-11-30T18:39:46.486954Z\","
      "\"authorized_at\":\"2026-11-30T18:39:46.483388Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":\"2026-11-30T18:39:46.486954Z\"}" },

    { "capturePayment", "pay_01M8PW30SVEA7V0S57A7JEDP1Y",
      "{\"id\":\"pay_01M8PW30SVEA7V0S57A7JEDP1Y\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T18:39:46.491159Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PW30SVEA7V0S57A7JEDP1Y\"},"
      "\"created_at\":\"2026-11-30T18:39:46.491159Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1000,"
      "\"amount_refunded\":0,\"amount_canceled\":99,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1000,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T18:39:46.494438Z\","
      "\"authorized_at\":\"2026-11-30T18:39:46.491159Z\","
      "\"captured_at\":\"2026-11-30T18:39:46.494438Z\","
      "\"canceled_at\":null}" },

    { "listPaymentRefunds", "pay_01M8PW30T2FKYT7QQZ0R5D3PJW",
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-11-30T18:39:46.502391Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8PW30T6ES1AMXGX7RG95MNT\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8PW30T2FKYT7QQZ0R5D3PJW\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-11-30T18:39:46.502391Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments/pay_01M8PW30T2FKYT7QQZ0R5D3PJW/refunds\"}" },

    { "createRefund", "pay_01M8PW30TFFG4A28T6RA783Y5F",
      "{\"id\":\"ref_01M8PW30TJFEJVDBD7RZNQTB6Y\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8PW30TFFG4A28T6RA783Y5F\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":\"requested_by_customer\","
      "\"reference\":null,\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-11-30T18:39:46.514728Z\","
      "\"updated_at\":\"2026-11-30T18:39:46.514728Z\"}" },

    { "listRefunds", NULL,
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-11-30T18:39:46.514728Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8PW30TJFEJVDBD7RZNQTB6Y\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8PW30TFFG4A28T6RA783Y5F\","
      "\"reason\":\"requested_by_customer\",\"reference\":null,"
      "\"status\":\"succeeded\","
      "\"updated_at\":\"2026-11-30T18:39:46.514728Z\",\"version\":1},{"
      "\"amount\":400,\"created_at\":\"2026-11-30T18:39:46.502391Z\","
      "\"currency\":\"EUR\",\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8PW30T6ES1AMXGX7RG95MNT\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8PW30T2FKYT7QQZ0R5D3PJW\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-11-30T18:39:46.502391Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/refunds\"}" },

    { "getRefund", "ref_01M8PW30TYFR2SW7E00F0N93S1",
      "{\"id\":\"ref_01M8PW30TYFR2SW7E00F0N93S1\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8PW30TVFQKT5HFTJ0PR3H83\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-11-30T18:39:46.526876Z\","
      "\"updated_at\":\"2026-11-30T18:39:46.526876Z\"}" },

    { "disputePayment", "pay_01M8PW30V6EZVR16C0R7PXMDZS",
      "{\"id\":\"pay_01M8PW30V6EZVR16C0R7PXMDZS\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PW30V6EZVR16C0R7PXMDZS\"},"
      "\"created_at\":\"2026-11-30T18:39:46.534498Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":1099,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T18:39:46.537595Z\","
      "\"authorized_at\":\"2026-11-30T18:39:46.534498Z\","
      "\"captured_at\":\"2026-11-30T18:39:46.534498Z\","
      "\"canceled_at\":null}" },

    { "expirePayment", "pay_01M8PW30VDFNWA0RMK41EQXS4Z",
      "{\"id\":\"pay_01M8PW30VDFNWA0RMK41EQXS4Z\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-07T18:39:46.541842Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PW30VDFNWA0RMK41EQXS4Z\"},"
      "\"created_at\":\"2026-11-30T18:39:46.541842Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"expired\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T18:39:46.544267Z\","
      "\"authorized_at\":\"2026-11-30T18:39:46.541842Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "resolvePayment", "pay_01M8PW30VKF1F90YC1CJ0AS73C",
      "{\"id\":\"pay_01M8PW30VKF1F90YC1CJ0AS73C\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_timeout\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PW30VKF1F90YC1CJ0AS73C\"},"
      "\"created_at\":\"2026-11-30T18:39:46.547523Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-30T18:39:46.550063Z\","
      "\"authorized_at\":\"2026-11-30T18:39:46.550063Z\","
      "\"captured_at\":\"2026-11-30T18:39:46.550063Z\","
      "\"canceled_at\":null}" },

    { "settlePayment", "pay_01M8PW30VSEE8R9NBDJXAWNZ39",
      "{\"id\":\"pay_01M8PW30VSEE8R9NBDJXAWNZ39\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8PW30VSEE8R9NBDJXAWNZ39\"},"
      "\"created_at\":\"2026-11-30T18:39:46.553223Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":1,"
      "\"updated_at\":\"2026-11-30T18:39:46.553223Z\","
      "\"authorized_at\":\"2026-11-30T18:39:46.553223Z\","
      "\"captured_at\":\"2026-11-30T18:39:46.553223Z\","
      "\"canceled_at\":null}" },

    { NULL, NULL, NULL }
};
