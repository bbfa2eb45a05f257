
/* Made by tools/record-examples from a running system: do not edit. */

#include "ngx_payments_api.h"


const ngx_payments_example_t  ngx_payments_examples[] = {
    { "livez", NULL,
      "{\"status\":\"ok\"}" },

    { "readyz", NULL,
      "{\"status\":\"ok\",\"postgres\":\"ok\","
      "\"redis\":\"ok\"}" },

    { "listApiKeys", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-29T09:45:21.541724Z\","
      "\"expires_at\":null,\"id\":\"key_01M8KB3RC6F4P9G1CW734SGJM4\","
      "\"last_used_at\":null,\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"name\":\"admin\","
      "\"object\":\"api_key\",\"prefix\":\"sk_test_0000\","
      "\"revoked_at\":null,\"scopes\":[\"payments:read\",\"payments:write\","
      "\"refunds:read\",\"refunds:write\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"webhooks:read\",\"webhooks:write\","
      "\"idempotency:read\",\"keys:write\",\"admin\"]},{"
      "\"created_at\":\"2026-11-29T09:45:21.536892Z\",\"expires_at\":null,"
      "\"id\":\"key_01M8KB3RC1FAHS31VDGB75MPGR\",\"last_used_at\":null,"
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"name\":\"read only\",\"object\":\"api_key\","
      "\"prefix\":\"rk_test_0000\",\"revoked_at\":null,\"scopes\":["
      "\"payments:read\",\"refunds:read\",\"balances:read\",\"ledger:read\","
      "\"events:read\",\"idempotency:read\"]}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/api_keys\"}" },

    { "createApiKey", NULL,
      "{\"id\":\"key_01M8KB3TD4F32RFNW3EW67GF6H\",\"object\":\"api_key\","
      "\"name\":\"Reports\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:read\",\"refunds:read\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-29T09:45:23.621396Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "getApiKey", "key_01M8KB3TFCFVFBYK649W8Y68BJ",
      "{\"id\":\"key_01M8KB3TFCFVFBYK649W8Y68BJ\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-29T09:45:23.693143Z\","
      "\"revoked_at\":null}" },

    { "rotateApiKey", "key_01M8KB3TFWENMTHXFQXGXBBXVQ",
      "{\"id\":\"key_01M8KB3TG0FSSTWMYQHTETFEA9\",\"object\":\"api_key\","
      "\"name\":\"Till\",\"prefix\":\"rk_test_0000\",\"scopes\":["
      "\"payments:write\"],"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"livemode\":false,"
      "\"expires_at\":null,\"last_used_at\":null,"
      "\"created_at\":\"2026-11-29T09:45:23.713114Z\",\"revoked_at\":null,"
      "\"secret\":\"rk_test_EXAMPLE\"}" },

    { "listBalances", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/balances\"}" },

    { "getBalance", "EUR",
      "{\"object\":\"balance\",\"livemode\":false,\"currency\":\"EUR\","
      "\"exponent\":2,\"available\":0,\"pending\":0,\"reserved\":0,"
      "\"as_of\":\"2026-11-29T09:45:23.725402Z\"}" },

    { "listCurrencies", NULL,
      "{\"data\":[{\"code\":\"AED\",\"exponent\":2,\"name\":\"UAE Dirham\"},{"
      "\"code\":\"AFN\",\"exponent\":2,\"name\":\"Afghani\"}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/currencies\"}" },

    { "listEvents", NULL,
      "{\"data\":[],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/events\"}" },

    { "getEvent", "evt_01M8KB3TJ8FFNVCTR21PZX2DJF",
      "{\"id\":\"evt_01M8KB3TJ8FFNVCTR21PZX2DJF\",\"object\":\"event\","
      "\"type\":\"refund.succeeded\",\"sequence\":2,\"livemode\":false,"
      "\"created_at\":\"2026-11-29T09:45:23.785025Z\",\"data\":{\"object\":{"
      "\"id\":\"ref_01M8KB3TJ8FFQT9F371330B8R7\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8KB3THDFGJ9SQ6AP9TB8SGX\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-11-29T09:45:23.784746Z\","
      "\"updated_at\":\"2026-11-29T09:45:23.784746Z\"},"
      "\"previous_attributes\":null},\"object_type\":\"refund\","
      "\"object_id\":\"ref_01M8KB3TJ8FFQT9F371330B8R7\",\"object_version\":1,"
      "\"request\":{\"id\":\"req_01M8KB3TJ8FC5BK3RX6GBTVH5B\","
      "\"idempotency_key\":\"e5b8c943-a20f-4c32-b956-f23312c7fc3f\"}}" },

    { "getIdempotencyKey", "order-7e26ab90-4f58-4535-b8e8-572d97ce8bd6",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-7e26ab90-4f58-4535-b8e8-572d97ce8bd6\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"completed\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8KB3TKWES2RA7W9SFFP5XQJ\","
      "\"request_id\":\"req_01M8KB3TKWENJ8V5F6C97CV7XN\","
      "\"created_at\":\"2026-11-29T09:45:23.836922Z\","
      "\"completed_at\":\"2026-11-29T09:45:23.836922Z\","
      "\"expires_at\":\"2026-11-30T09:45:23.836922Z\"}" },

    { "cancelIdempotencyKey", "order-45b0e601-2556-4827-b445-f09840a5f5b1",
      "{\"object\":\"idempotency_record\","
      "\"key\":\"order-45b0e601-2556-4827-b445-f09840a5f5b1\","
      "\"method\":\"POST\",\"path\":\"/v1/payments\",\"state\":\"canceled\","
      "\"fingerprint\":\"ea91c3f41ba934c77d1f2170e01171a6eb13a91add2452cd1117"
      "ea8eec656eed\",\"status_code\":201,\"resource_type\":\"payment\","
      "\"resource_id\":\"pay_01M8KB3TMRF3MRQPTYZJHWY9BH\","
      "\"request_id\":\"req_01M8KB3TMRF0E9GYKX1SBFX1Q4\","
      "\"created_at\":\"2026-11-29T09:45:23.865016Z\","
      "\"completed_at\":\"2026-11-29T09:45:23.865016Z\","
      "\"expires_at\":\"2026-11-30T09:45:23.865016Z\"}" },

    { "listLedgerTransactions", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-29T09:45:23.868189Z\","
      "\"currency\":\"EUR\",\"entries\":[{\"account\":\"merchant_reserved\","
      "\"amount\":1099,\"direction\":\"debit\","
      "\"id\":\"le_01M8KB3TMWEC3SANC0KHSYTEFB\"},{"
      "\"account\":\"processor_receivable\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8KB3TMWEC3SANC0KHSYTEFA\"}],"
      "\"id\":\"lt_01M8KB3TMWEC3SANC0KHSYTEF9\","
      "\"kind\":\"refund_succeeded\",\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8KB3TMWEC1S2T26H478V6KR\","
      "\"source_type\":\"refund\"},{"
      "\"created_at\":\"2026-11-29T09:45:23.868189Z\",\"currency\":\"EUR\","
      "\"entries\":[{\"account\":\"merchant_available\",\"amount\":1099,"
      "\"direction\":\"debit\",\"id\":\"le_01M8KB3TMWEC3BNF3MVF4ZTE3H\"},{"
      "\"account\":\"merchant_reserved\",\"amount\":1099,"
      "\"direction\":\"credit\",\"id\":\"le_01M8KB3TMWEC3BNF3MVF4ZTE3G\"}],"
      "\"id\":\"lt_01M8KB3TMWEC3BNF3MVF4ZTE3K\",\"kind\":\"refund\","
      "\"object\":\"ledger_transaction\","
      "\"source_id\":\"ref_01M8KB3TMWEC1S2T26H478V6KR\","
      "\"source_type\":\"refund\"}],\"has_more\":false,\"next_cursor\":null,"
      "\"object\":\"list\","
      "\"url\":\"/v1/ledger/transactions\"}" },

    { "getLedgerTransaction", "lt_01M8KB3TNVF8HBRVJA60N0EM4T",
      "{\"id\":\"lt_01M8KB3TNVF8HBRVJA60N0EM4T\","
      "\"object\":\"ledger_transaction\",\"kind\":\"refund_succeeded\","
      "\"source_type\":\"refund\","
      "\"source_id\":\"ref_01M8KB3TNVF8GB45R45EXPVG3G\",\"currency\":\"EUR\","
      "\"created_at\":\"2026-11-29T09:45:23.899633Z\",\"entries\":[{"
      "\"id\":\"le_01M8KB3TNVF8HBRVJA60N0EM4R\","
      "\"account\":\"merchant_reserved\",\"direction\":\"debit\","
      "\"amount\":400},{\"id\":\"le_01M8KB3TNVF8HBRVJA60N0EM4S\","
      "\"account\":\"processor_receivable\",\"direction\":\"credit\","
      "\"amount\":400}]}" },

    { "trialBalance", NULL,
      "{\"object\":\"trial_balance\",\"livemode\":false,"
      "\"as_of\":\"2026-11-29T09:45:23.918780Z\",\"currencies\":{\"EUR\":{"
      "\"debits\":8194,\"credits\":8194,"
      "\"balanced\":true}}}" },

    { "listMerchants", NULL,
      "{\"data\":[{\"created_at\":\"2026-11-29T09:45:21.810604Z\","
      "\"id\":\"mer_01JC000000E00800000000000C\",\"name\":\"Merchant C\","
      "\"object\":\"merchant\",\"status\":\"active\"},{"
      "\"created_at\":\"2026-11-29T09:45:21.513261Z\","
      "\"id\":\"mer_01JC000000E00800000000000B\",\"name\":\"Merchant B\","
      "\"object\":\"merchant\",\"status\":\"active\"}],\"has_more\":false,"
      "\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/merchants\"}" },

    { "createMerchant", NULL,
      "{\"id\":\"mer_01M8KB3TPPFJJ9RYH7GMCRS2S9\",\"object\":\"merchant\","
      "\"name\":\"Corner Books\",\"status\":\"active\","
      "\"created_at\":\"2026-11-29T09:45:23.926986Z\"}" },

    { "getMerchant", "mer_01M8KB3TPWEGZ938A3FCWH0Y6H",
      "{\"id\":\"mer_01M8KB3TPWEGZ938A3FCWH0Y6H\",\"object\":\"merchant\","
      "\"name\":\"Corner Shop\",\"status\":\"active\","
      "\"created_at\":\"2026-11-29T09:45:23.932569Z\"}" },

    { "updateMerchant", "mer_01M8KB3TQ2EF3TSSFKFE5QNX62",
      "{\"id\":\"mer_01M8KB3TQ2EF3TSSFKFE5QNX62\",\"object\":\"merchant\","
      "\"name\":\"Corner Books and Maps\",\"status\":\"active\","
      "\"created_at\":\"2026-11-29T09:45:23.938395Z\"}" },

    { "listPayments", NULL,
      "{\"data\":[{\"amount\":1099,\"amount_authorized\":1099,"
      "\"amount_canceled\":0,\"amount_capturable\":0,"
      "\"amount_captured\":1099,\"amount_disputed\":0,"
      "\"amount_refundable\":699,\"amount_refunded\":400,"
      "\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-11-29T09:45:23.895414Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-11-29T09:45:23.895414Z\","
      "\"created_at\":\"2026-11-29T09:45:23.895414Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8KB3TNQETFS85RVHTZGANHG\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8KB3TNQETFS85RVHTZGANHG\"},\"reference\":null,"
      "\"refund_status\":\"partial\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-11-29T09:45:23.899633Z\",\"version\":2},{"
      "\"amount\":1099,\"amount_authorized\":1099,\"amount_canceled\":0,"
      "\"amount_capturable\":0,\"amount_captured\":1099,"
      "\"amount_disputed\":0,\"amount_refundable\":0,"
      "\"amount_refunded\":1099,\"authorization_expires_at\":null,"
      "\"authorized_at\":\"2026-11-29T09:45:23.864557Z\","
      "\"canceled_at\":null,\"cancellation_reason\":null,"
      "\"capture_method\":\"automatic\","
      "\"captured_at\":\"2026-11-29T09:45:23.864557Z\","
      "\"created_at\":\"2026-11-29T09:45:23.864557Z\",\"currency\":\"EUR\","
      "\"customer\":null,\"description\":null,\"expiry_action\":\"cancel\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"pay_01M8KB3TMRF3MRQPTYZJHWY9BH\",\"livemode\":false,"
      "\"merchant_id\":\"mer_01JC000000E00800000000000A\",\"metadata\":{},"
      "\"object\":\"payment\",\"payment_method\":{\"brand\":\"visa\","
      "\"last4\":\"4242\",\"token\":\"tok_visa\",\"type\":\"card\"},"
      "\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8KB3TMRF3MRQPTYZJHWY9BH\"},\"reference\":null,"
      "\"refund_status\":\"full\",\"statement_descriptor\":null,"
      "\"status\":\"captured\","
      "\"updated_at\":\"2026-11-29T09:45:23.868189Z\",\"version\":2}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments\"}" },

    { "createPayment", NULL,
      "{\"id\":\"pay_01M8KB3TQHEAY9QAJN6GWK7AS1\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-06T09:45:23.953171Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8KB3TQHEAY9QAJN6GWK7AS1\"},"
      "\"created_at\":\"2026-11-29T09:45:23.953171Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books\",\"metadata\":{\"order\":\"6735\"},"
      "\"failure\":null,\"cancellation_reason\":null,\"version\":1,"
      "\"updated_at\":\"2026-11-29T09:45:23.953171Z\","
      "\"authorized_at\":\"2026-11-29T09:45:23.953171Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "getPayment", "pay_01M8KB3TQNFB0AH1MXNCYXYVEP",
      "{\"id\":\"pay_01M8KB3TQNFB0AH1MXNCYXYVEP\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8KB3TQNFB0AH1MXNCYXYVEP\"},"
      "\"created_at\":\"2026-11-29T09:45:23.957671Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":1,"
      "\"updated_at\":\"2026-11-29T09:45:23.957671Z\","
      "\"authorized_at\":\"2026-11-29T09:45:23.957671Z\","
      "\"captured_at\":\"2026-11-29T09:45:23.957671Z\","
      "\"canceled_at\":null}" },

    { "updatePayment", "pay_01M8KB3TR7ENG94D6BE9DJZDR1",
      "{\"id\":\"pay_01M8KB3TR7ENG94D6BE9DJZDR1\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-06T09:45:23.975336Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8KB3TR7ENG94D6BE9DJZDR1\"},"
      "\"created_at\":\"2026-11-29T09:45:23.975336Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":1099,\"amount_refundable\":0,"
      "\"status\":\"authorized\",\"refund_status\":\"none\","
      "\"description\":\"Two books, gift-wrapped\",\"metadata\":{"
      "\"order\":\"6735\",\"wrapped\":\"yes\"},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-29T09:45:23.978818Z\","
      "\"authorized_at\":\"2026-11-29T09:45:23.975336Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "cancelPayment", "pay_01M8KB3TRJEJDRPX13FJZ7SWXH",
      "{\"id\":\"pay_01M8KB3TRJEJDRPX13FJZ7SWXH\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-06T09:45:23.986288Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8KB3TRJEJDRPX13FJZ7SWXH\"},"
      "\"created_at\":\"2026-11-29T09:45:23.986288Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"canceled\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":\"requested_by_customer\",\"version\":2,"
      "\"updated_at\":\"2026-11-29T09:45:23.989931Z\","
      "\"authorized_at\":\"2026-11-29T09:45:23.986288Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":\"2026-11-29T09:45:23.989931Z\"}" },

    { "capturePayment", "pay_01M8KB3TRVFJ1RVF3SQHHP80CK",
      "{\"id\":\"pay_01M8KB3TRVFJ1RVF3SQHHP80CK\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-06T09:45:23.995782Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8KB3TRVFJ1RVF3SQHHP80CK\"},"
      "\"created_at\":\"2026-11-29T09:45:23.995782Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1000,"
      "\"amount_refunded\":0,\"amount_canceled\":99,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1000,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-29T09:45:23.999331Z\","
      "\"authorized_at\":\"2026-11-29T09:45:23.995782Z\","
      "\"captured_at\":\"2026-11-29T09:45:23.999331Z\","
      "\"canceled_at\":null}" },

    { "listPaymentRefunds", "pay_01M8KB3TS4FWD8NSMG4PNGYA0N",
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-11-29T09:45:24.008331Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8KB3TS8EN5RJY19Q2AYFDMH\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8KB3TS4FWD8NSMG4PNGYA0N\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-11-29T09:45:24.008331Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/payments/pay_01M8KB3TS4FWD8NSMG4PNGYA0N/refunds\"}" },

    { "createRefund", "pay_01M8KB3TSEFXY9E7ZATF084S27",
      "{\"id\":\"ref_01M8KB3TSHF5EBPMMC2Q5A50KS\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8KB3TSEFXY9E7ZATF084S27\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":\"requested_by_customer\","
      "\"reference\":null,\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-11-29T09:45:24.017585Z\","
      "\"updated_at\":\"2026-11-29T09:45:24.017585Z\"}" },

    { "listRefunds", NULL,
      "{\"data\":[{\"amount\":400,"
      "\"created_at\":\"2026-11-29T09:45:24.017585Z\",\"currency\":\"EUR\","
      "\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8KB3TSHF5EBPMMC2Q5A50KS\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8KB3TSEFXY9E7ZATF084S27\","
      "\"reason\":\"requested_by_customer\",\"reference\":null,"
      "\"status\":\"succeeded\","
      "\"updated_at\":\"2026-11-29T09:45:24.017585Z\",\"version\":1},{"
      "\"amount\":400,\"created_at\":\"2026-11-29T09:45:24.008331Z\","
      "\"currency\":\"EUR\",\"exponent\":2,\"failure\":null,"
      "\"id\":\"ref_01M8KB3TS8EN5RJY19Q2AYFDMH\",\"livemode\":false,"
      "\"metadata\":{},\"object\":\"refund\","
      "\"payment_id\":\"pay_01M8KB3TS4FWD8NSMG4PNGYA0N\",\"reason\":null,"
      "\"reference\":null,\"status\":\"succeeded\","
      "\"updated_at\":\"2026-11-29T09:45:24.008331Z\",\"version\":1}],"
      "\"has_more\":false,\"next_cursor\":null,\"object\":\"list\","
      "\"url\":\"/v1/refunds\"}" },

    { "getRefund", "ref_01M8KB3TSYFXM81RX9G3W2QZSC",
      "{\"id\":\"ref_01M8KB3TSYFXM81RX9G3W2QZSC\",\"object\":\"refund\","
      "\"livemode\":false,\"payment_id\":\"pay_01M8KB3TSTFQ3AJXFRVFFWV7X9\","
      "\"amount\":400,\"currency\":\"EUR\",\"exponent\":2,"
      "\"status\":\"succeeded\",\"reason\":null,\"reference\":null,"
      "\"failure\":null,\"metadata\":{},\"version\":1,"
      "\"created_at\":\"2026-11-29T09:45:24.030963Z\","
      "\"updated_at\":\"2026-11-29T09:45:24.030963Z\"}" },

    { "disputePayment", "pay_01M8KB3TT7FYQAZTYE8XXB12ZJ",
      "{\"id\":\"pay_01M8KB3TT7FYQAZTYE8XXB12ZJ\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8KB3TT7FYQAZTYE8XXB12ZJ\"},"
      "\"created_at\":\"2026-11-29T09:45:24.039980Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":1099,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-29T09:45:24.044681Z\","
      "\"authorized_at\":\"2026-11-29T09:45:24.039980Z\","
      "\"captured_at\":\"2026-11-29T09:45:24.039980Z\","
      "\"canceled_at\":null}" },

    { "expirePayment", "pay_01M8KB3TTGEPCR194WEYMG3Y7Z",
      "{\"id\":\"pay_01M8KB3TTGEPCR194WEYMG3Y7Z\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"manual\",\"payment_method\":{\"type\":\"card\","
      "\"token\":\"tok_visa\",\"brand\":\"visa\",\"last4\":\"4242\"},"
      "\"customer\":null,\"reference\":null,\"statement_descriptor\":null,"
      "\"authorization_expires_at\":\"2026-12-06T09:45:24.048350Z\","
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8KB3TTGEPCR194WEYMG3Y7Z\"},"
      "\"created_at\":\"2026-11-29T09:45:24.048350Z\","
      "\"amount_authorized\":1099,\"amount_captured\":0,"
      "\"amount_refunded\":0,\"amount_canceled\":1099,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":0,"
      "\"status\":\"expired\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-29T09:45:24.051411Z\","
      "\"authorized_at\":\"2026-11-29T09:45:24.048350Z\","
      "\"captured_at\":null,"
      "\"canceled_at\":null}" },

    { "resolvePayment", "pay_01M8KB3TTQF18T2B28K3H99MH5",
      "{\"id\":\"pay_01M8KB3TTQF18T2B28K3H99MH5\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_timeout\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8KB3TTQF18T2B28K3H99MH5\"},"
      "\"created_at\":\"2026-11-29T09:45:24.055519Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":2,"
      "\"updated_at\":\"2026-11-29T09:45:24.058321Z\","
      "\"authorized_at\":\"2026-11-29T09:45:24.058321Z\","
      "\"captured_at\":\"2026-11-29T09:45:24.058321Z\","
      "\"canceled_at\":null}" },

    { "settlePayment", "pay_01M8KB3TTYFVJTVWT627HH9V3V",
      "{\"id\":\"pay_01M8KB3TTYFVJTVWT627HH9V3V\",\"object\":\"payment\","
      "\"livemode\":false,\"merchant_id\":\"mer_01JC000000E00800000000000A\","
      "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"
      "\"capture_method\":\"automatic\",\"payment_method\":{"
      "\"type\":\"card\",\"token\":\"tok_visa\",\"brand\":\"visa\","
      "\"last4\":\"4242\"},\"customer\":null,\"reference\":null,"
      "\"statement_descriptor\":null,\"authorization_expires_at\":null,"
      "\"expiry_action\":\"cancel\",\"processor\":{\"name\":\"simulator\","
      "\"reference\":\"sim_01M8KB3TTYFVJTVWT627HH9V3V\"},"
      "\"created_at\":\"2026-11-29T09:45:24.062930Z\","
      "\"amount_authorized\":1099,\"amount_captured\":1099,"
      "\"amount_refunded\":0,\"amount_canceled\":0,\"amount_disputed\":0,"
      "\"amount_capturable\":0,\"amount_refundable\":1099,"
      "\"status\":\"captured\",\"refund_status\":\"none\","
      "\"description\":null,\"metadata\":{},\"failure\":null,"
      "\"cancellation_reason\":null,\"version\":1,"
      "\"updated_at\":\"2026-11-29T09:45:24.062930Z\","
      "\"authorized_at\":\"2026-11-29T09:45:24.062930Z\","
      "\"captured_at\":\"2026-11-29T09:45:24.062930Z\","
      "\"canceled_at\":null}" },

    { NULL, NULL, NULL }
};
