
/*
 * The table that is the API, the router over it, and the start of api/.  What a
 * row leaves out is 0 or NULL, which ngx_payments_operation_t explains.
 */

#include "../ngx_payments_handlers.h"
#include "../documents/ngx_payments_documents.h"


#define PROBLEMS(...)                                                         \
    (const ngx_payments_problem_e[]) { __VA_ARGS__, NGX_PAYMENTS_P_LAST }

/* of an action that the state of a payment may not allow */

#define STATES                                                                \
    NGX_PAYMENTS_P_RESOURCE_BUSY, NGX_PAYMENTS_P_PAYMENT_PROCESSING,          \
    NGX_PAYMENTS_P_PAYMENT_REQUIRES_ACTION,                                   \
    NGX_PAYMENTS_P_PAYMENT_CANCELED, NGX_PAYMENTS_P_AUTHORIZATION_EXPIRED,    \
    NGX_PAYMENTS_P_PAYMENT_FAILED


const ngx_payments_operation_t  ngx_payments_operations[] = {

    { .name = "createPayment", .tag = "Payments",
      .method = NGX_PAYMENTS_POST, .path = "/v1/payments",
      .scope = "payments:write", .key = NGX_PAYMENTS_KEY_REQUIRED,
      .write = 1, .body = 1, .versioned = 1,
      .object = "pay_", .location = "/v1/payments",
      .request = &ngx_payments_create_payment_schema,
      .example = "{\"amount\":1099,\"currency\":\"EUR\",\"payment_method\":"
                 "{\"token\":\"tok_visa\"},\"capture_method\":\"manual\","
                 "\"description\":\"Two books\",\"metadata\":"
                 "{\"order\":\"6735\"}}",
      .handler = ngx_payments_create_payment,
      .status = 201, .accepted = 1, .answer = &ngx_payments_payment_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_CARD_DECLINED,
                           NGX_PAYMENTS_P_RESOURCE_BUSY,
                           NGX_PAYMENTS_P_REFERENCE_USED,
                           NGX_PAYMENTS_P_UNKNOWN_TOKEN,
                           NGX_PAYMENTS_P_PROCESSOR_UNAVAILABLE),
      .summary = "Create a payment",
      .about = "Authorizes an amount and, unless `capture_method` is `manual`, "
               "captures it. The payment, its entries in the ledger, its event "
               "and the record of the key commit in one transaction: a retry "
               "with the same key never charges again.\n\n"
               "202: the processor has not answered yet; the payment is "
               "`processing`; an event reports the outcome. Or it is "
               "`requires_action`: send the customer to `next_action.url`. "
               "402: the card was declined; the payment is kept as "
               "`failed`." },

    { .name = "listPayments", .tag = "Payments",
      .method = NGX_PAYMENTS_GET, .path = "/v1/payments",
      .scope = "payments:read", .pages = 1,
      .query = ngx_payments_payments_query,
      .handler = ngx_payments_list_payments,
      .status = 200, .answer = &ngx_payments_payment_answer,
      .summary = "List payments",
      .about = "Newest first. A walk by `next_cursor` gives each payment that "
               "existed when it began exactly once, whatever is made "
               "meanwhile." },

    { .name = "getPayment", .tag = "Payments",
      .method = NGX_PAYMENTS_GET, .path = "/v1/payments/{id}",
      .scope = "payments:read", .versioned = 1,
      .query = ngx_payments_payment_query,
      .handler = ngx_payments_get_payment,
      .status = 200, .answer = &ngx_payments_payment_answer,
      .summary = "Retrieve a payment",
      .about = "As it is now. It always shows what you have written before, "
               "whichever node or replica answers." },

    { .name = "updatePayment", .tag = "Payments",
      .method = NGX_PAYMENTS_PATCH, .path = "/v1/payments/{id}",
      .scope = "payments:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .versioned = 1,
      .request = &ngx_payments_update_schema,
      .example = "{\"description\":\"Two books, gift-wrapped\",\"metadata\":"
                 "{\"order\":\"6735\",\"wrapped\":\"yes\"}}",
      .handler = ngx_payments_update_payment,
      .status = 200, .answer = &ngx_payments_payment_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY),
      .summary = "Update a payment",
      .about = "Metadata are merged. What changes nothing makes no new version "
               "and no event." },

    { .name = "capturePayment", .tag = "Payments",
      .method = NGX_PAYMENTS_POST, .path = "/v1/payments/{id}/capture",
      .scope = "payments:write", .key = NGX_PAYMENTS_KEY_REQUIRED,
      .write = 1, .body = 1, .optional = 1, .versioned = 1,
      .request = &ngx_payments_capture_schema,
      .example = "{\"amount\":1000}",
      .handler = ngx_payments_capture_payment,
      .status = 200, .accepted = 1, .answer = &ngx_payments_payment_answer,
      .problems = PROBLEMS(STATES, NGX_PAYMENTS_P_PAYMENT_ALREADY_CAPTURED,
                           NGX_PAYMENTS_P_CAPTURE_EXCEEDS,
                           NGX_PAYMENTS_P_CAPTURE_DECLINED,
                           NGX_PAYMENTS_P_PROCESSOR_UNAVAILABLE),
      .summary = "Capture a payment",
      .about = "Takes what was authorized, or a part of it. Unless "
               "`final_capture` is `false` the rest is released.\n\n"
               "202: the processor has not answered yet, as `pending_action` "
               "shows; an event reports the outcome." },

    { .name = "cancelPayment", .tag = "Payments",
      .method = NGX_PAYMENTS_POST, .path = "/v1/payments/{id}/cancel",
      .scope = "payments:write", .key = NGX_PAYMENTS_KEY_REQUIRED,
      .write = 1, .returns = 1, .body = 1, .optional = 1, .versioned = 1,
      .request = &ngx_payments_cancel_schema,
      .example = "{\"reason\":\"requested_by_customer\"}",
      .handler = ngx_payments_cancel_payment,
      .status = 200, .accepted = 1, .answer = &ngx_payments_payment_answer,
      .problems = PROBLEMS(STATES, NGX_PAYMENTS_P_PAYMENT_ALREADY_CAPTURED,
                           NGX_PAYMENTS_P_CAPTURE_DECLINED,
                           NGX_PAYMENTS_P_PROCESSOR_UNAVAILABLE),
      .summary = "Cancel a payment",
      .about = "Releases what is authorized and was not captured. 202 as for "
               "a capture." },

    { .name = "confirmPayment", .tag = "Payments",
      .method = NGX_PAYMENTS_POST, .path = "/v1/payments/{id}/confirm",
      .scope = "payments:write", .key = NGX_PAYMENTS_KEY_REQUIRED,
      .write = 1, .body = 1, .optional = 1, .versioned = 1,
      .request = &ngx_payments_confirm_schema,
      .example = "{\"return_data\":\"PaRes=eJx\"}",
      .handler = ngx_payments_confirm_payment,
      .status = 200, .accepted = 1, .answer = &ngx_payments_payment_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY,
                           NGX_PAYMENTS_P_PAYMENT_PROCESSING,
                           NGX_PAYMENTS_P_PAYMENT_CANCELED,
                           NGX_PAYMENTS_P_AUTHORIZATION_EXPIRED,
                           NGX_PAYMENTS_P_PAYMENT_FAILED,
                           NGX_PAYMENTS_P_CARD_DECLINED,
                           NGX_PAYMENTS_P_PROCESSOR_UNAVAILABLE),
      .summary = "Confirm that the customer has come back",
      .about = "After an action (3-D Secure), for processors that need what "
               "the customer has brought back. The result may have come "
               "already, by the processor: then this answers with it, and "
               "changes nothing. 202: the customer has still to act, or the "
               "processor has not answered yet. 402: it was declined." },

    { .name = "resolveAttempt", .tag = "Payments",
      .method = NGX_PAYMENTS_POST, .path = "/v1/payments/{id}/resolve",
      .scope = "admin", .key = NGX_PAYMENTS_KEY_REQUIRED,
      .write = 1, .body = 1,
      .request = &ngx_payments_resolve_schema,
      .example = "{\"verdict\":\"not_executed\",\"reason\":\"Ticket 4711: "
                 "the acquirer never had it.\"}",
      .handler = ngx_payments_resolve_attempt,
      .status = 200, .answer = &ngx_payments_payment_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY),
      .summary = "Decide what became of an attempt",
      .about = "For an operator who has asked the acquirer: ends an "
               "authorization, a capture, a cancellation or a refund whose "
               "outcome is not known, as the acquirer's verdict would. What "
               "comes after that says the same changes nothing. Where nothing "
               "waits the payment stays as it is." },

    { .name = "createRefund", .tag = "Refunds",
      .method = NGX_PAYMENTS_POST, .path = "/v1/payments/{id}/refunds",
      .scope = "refunds:write", .key = NGX_PAYMENTS_KEY_REQUIRED,
      .write = 1, .returns = 1, .body = 1, .optional = 1, .versioned = 1,
      .object = "ref_", .location = "/v1/refunds",
      .request = &ngx_payments_refund_schema,
      .example = "{\"amount\":400,\"reason\":\"requested_by_customer\"}",
      .handler = ngx_payments_refund_payment,
      .status = 201, .answer = &ngx_payments_refund_answer,
      .problems = PROBLEMS(STATES, NGX_PAYMENTS_P_PAYMENT_NOT_CAPTURED,
                           NGX_PAYMENTS_P_REFERENCE_USED,
                           NGX_PAYMENTS_P_REFUND_EXCEEDS,
                           NGX_PAYMENTS_P_CURRENCY_MISMATCH),
      .summary = "Refund a payment",
      .about = "Gives back what was captured, or a part of it. Of two refunds "
               "that do not fit together one succeeds, however close they "
               "come." },

    { .name = "getRefund", .tag = "Refunds",
      .method = NGX_PAYMENTS_GET, .path = "/v1/refunds/{id}",
      .scope = "refunds:read", .versioned = 1,
      .handler = ngx_payments_read_object,
      .object = "ref_", .reads = "refund",
      .status = 200, .answer = &ngx_payments_refund_answer,
      .summary = "Retrieve a refund" },

    { .name = "updateRefund", .tag = "Refunds",
      .method = NGX_PAYMENTS_PATCH, .path = "/v1/refunds/{id}",
      .scope = "refunds:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .versioned = 1, .object = "ref_",
      .request = &ngx_payments_update_refund_schema,
      .example = "{\"metadata\":{\"case\":\"118\"}}",
      .handler = ngx_payments_update_refund,
      .status = 200, .answer = &ngx_payments_refund_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY,
                           NGX_PAYMENTS_P_REFERENCE_USED),
      .summary = "Update a refund",
      .about = "Metadata are merged. What changes nothing makes no new "
               "version." },

    { .name = "notifyProcessor", .tag = "Service",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/processors/{name}/notifications",
      .write = 1, .returns = 1, .body = 1,
      .request = &ngx_payments_notification_schema,
      .example = "{\"type\":\"result\",\"timestamp\":"
                 "\"2026-12-01T12:00:00Z\",\"data\":{\"attempt\":"
                 "\"att_01KD0000000000000000000000\",\"verdict\":"
                 "\"approved\",\"reference\":\"ch_1\",\"amount\":1099,"
                 "\"currency\":\"EUR\"}}",
      .handler = ngx_payments_notify,
      .status = 200, .answer = &ngx_payments_notification_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_AUTHENTICATION_REQUIRED,
                           NGX_PAYMENTS_P_RESOURCE_BUSY,
                           NGX_PAYMENTS_P_DATABASE_UNAVAILABLE,
                           NGX_PAYMENTS_P_OVERLOADED,
                           NGX_PAYMENTS_P_NOT_ACCEPTABLE),
      .summary = "Tell what a processor has learned",
      .about = "For adapters of processors, not for merchants. Signed by "
               "Standard Webhooks (`webhook-id`, `webhook-timestamp`, "
               "`webhook-signature`) with the processor's secret instead of an "
               "API key. 200 is answered after the commit, also for a "
               "duplicate; after any other answer it is to be sent again. 404: "
               "what it is about is not known yet; after an hour it is "
               "answered 200 and ignored." },

    { .name = "getCapture", .tag = "Payments",
      .method = NGX_PAYMENTS_GET, .path = "/v1/captures/{id}",
      .scope = "payments:read",
      .handler = ngx_payments_read_object,
      .object = "cap_", .reads = "capture",
      .status = 200, .answer = &ngx_payments_capture_answer,
      .summary = "Retrieve a capture" },

    { .name = "getAccount", .tag = "API keys",
      .method = NGX_PAYMENTS_GET, .path = "/v1/account",
      .scope = "",
      .handler = ngx_payments_get_account,
      .status = 200, .answer = &ngx_payments_account_answer,
      .summary = "Whose key this is",
      .about = "The merchant, mode and scopes of the API key that is used. No "
               "scope is needed." },

    { .name = "resolvePayment", .tag = "Test helpers",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/test_helpers/payments/{id}/resolve",
      .scope = "payments:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .optional = 1, .test = 1, .versioned = 1,
      .request = &ngx_payments_empty_schema, .example = "{}",
      .handler = ngx_payments_resolve_payment,
      .status = 200, .answer = &ngx_payments_payment_answer,
      .problems = PROBLEMS(STATES, NGX_PAYMENTS_P_PAYMENT_ALREADY_CAPTURED),
      .summary = "Let the processor answer",
      .about = "Ends `processing`, and `requires_action` as the customer "
               "would. Test mode only." },

    /* a customer's browser: not in the documents */

    { .name = "actionPage",
      .method = NGX_PAYMENTS_GET, .path = "/v1/test_helpers/actions/{token}",
      .handler = ngx_payments_get_action, .status = 200,
      .summary = "Where the simulator asks the customer" },

    { .name = "approveAction",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/test_helpers/actions/{token}/approve",
      .write = 1, .handler = ngx_payments_approve_action, .status = 200,
      .summary = "The customer approves" },

    { .name = "failAction",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/test_helpers/actions/{token}/fail",
      .write = 1, .handler = ngx_payments_fail_action, .status = 200,
      .summary = "The customer does not approve" },

    { .name = "expirePayment", .tag = "Test helpers",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/test_helpers/payments/{id}/expire",
      .scope = "payments:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .optional = 1, .test = 1, .versioned = 1,
      .request = &ngx_payments_empty_schema, .example = "{}",
      .handler = ngx_payments_expire_payment,
      .status = 200, .answer = &ngx_payments_payment_answer,
      .problems = PROBLEMS(STATES, NGX_PAYMENTS_P_PAYMENT_ALREADY_CAPTURED),
      .summary = "Let an authorization expire",
      .about = "As if `authorization_expires_at` had come. Test mode only." },

    { .name = "settlePayment", .tag = "Test helpers",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/test_helpers/payments/{id}/settle",
      .scope = "payments:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .optional = 1, .test = 1, .versioned = 1,
      .request = &ngx_payments_empty_schema, .example = "{}",
      .handler = ngx_payments_settle_payment,
      .status = 200, .answer = &ngx_payments_payment_answer,
      .problems = PROBLEMS(STATES, NGX_PAYMENTS_P_PAYMENT_NOT_CAPTURED),
      .summary = "Settle what was captured",
      .about = "The processor pays: what was pending is available. Test mode "
               "only." },

    { .name = "disputePayment", .tag = "Test helpers",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/test_helpers/payments/{id}/dispute",
      .scope = "payments:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .optional = 1, .test = 1, .versioned = 1,
      .request = &ngx_payments_empty_schema, .example = "{}",
      .handler = ngx_payments_dispute_payment,
      .status = 200, .answer = &ngx_payments_dispute_answer,
      .problems = PROBLEMS(STATES, NGX_PAYMENTS_P_PAYMENT_NOT_CAPTURED,
                           NGX_PAYMENTS_P_REFUND_EXCEEDS),
      .summary = "Dispute what was captured",
      .about = "The customer disputes what is refundable. Test mode only." },

    { .name = "winDispute", .tag = "Test helpers",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/test_helpers/disputes/{id}/win",
      .scope = "payments:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .optional = 1, .test = 1, .versioned = 1,
      .object = "dis_",
      .request = &ngx_payments_empty_schema, .example = "{}",
      .handler = ngx_payments_win_dispute,
      .status = 200, .answer = &ngx_payments_dispute_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY),
      .summary = "Win a dispute",
      .about = "The money is the merchant's again. A dispute that has ended "
               "stays as it is. Test mode only." },

    { .name = "loseDispute", .tag = "Test helpers",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/test_helpers/disputes/{id}/lose",
      .scope = "payments:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .optional = 1, .test = 1, .versioned = 1,
      .object = "dis_",
      .request = &ngx_payments_empty_schema, .example = "{}",
      .handler = ngx_payments_lose_dispute,
      .status = 200, .answer = &ngx_payments_dispute_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY),
      .summary = "Lose a dispute",
      .about = "The money is the customer's. A dispute that has ended stays as "
               "it is. Test mode only." },

    { .name = "listDisputes", .tag = "Disputes",
      .method = NGX_PAYMENTS_GET, .path = "/v1/disputes",
      .scope = "payments:read", .pages = 1,
      .query = ngx_payments_disputes_query,
      .handler = ngx_payments_list_disputes,
      .status = 200, .answer = &ngx_payments_dispute_answer,
      .summary = "List disputes" },

    { .name = "getDispute", .tag = "Disputes",
      .method = NGX_PAYMENTS_GET, .path = "/v1/disputes/{id}",
      .scope = "payments:read", .versioned = 1,
      .handler = ngx_payments_read_object,
      .object = "dis_", .reads = "dispute",
      .status = 200, .answer = &ngx_payments_dispute_answer,
      .summary = "Retrieve a dispute" },

    { .name = "listRefunds", .tag = "Refunds",
      .method = NGX_PAYMENTS_GET, .path = "/v1/refunds",
      .scope = "refunds:read", .pages = 1,
      .query = ngx_payments_refunds_query,
      .handler = ngx_payments_list_refunds,
      .status = 200, .answer = &ngx_payments_refund_answer,
      .summary = "List refunds" },

    { .name = "listPaymentRefunds", .tag = "Refunds",
      .method = NGX_PAYMENTS_GET, .path = "/v1/payments/{id}/refunds",
      .scope = "refunds:read", .pages = 1,
      .query = ngx_payments_refunds_query,
      .handler = ngx_payments_list_payment_refunds,
      .status = 200, .answer = &ngx_payments_refund_answer,
      .summary = "List the refunds of a payment" },

    { .name = "listBalances", .tag = "Balances",
      .method = NGX_PAYMENTS_GET, .path = "/v1/balances",
      .scope = "balances:read", .array = 1,
      .query = ngx_payments_no_query,
      .handler = ngx_payments_list_balances,
      .status = 200, .answer = &ngx_payments_balance_answer,
      .summary = "List balances",
      .about = "One for each currency that was ever used." },

    { .name = "getBalance", .tag = "Balances",
      .method = NGX_PAYMENTS_GET, .path = "/v1/balances/{currency}",
      .scope = "balances:read",
      .handler = ngx_payments_get_balance,
      .status = 200, .answer = &ngx_payments_balance_answer,
      .summary = "Retrieve a balance",
      .about = "The exact sums of the ledger at `as_of`." },

    { .name = "trialBalance", .tag = "Ledger",
      .method = NGX_PAYMENTS_GET, .path = "/v1/ledger/trial_balance",
      .scope = "ledger:read",
      .handler = ngx_payments_trial_balance,
      .status = 200, .answer = &ngx_payments_trial_answer,
      .summary = "Sum the ledger up" },

    { .name = "listLedgerTransactions", .tag = "Ledger",
      .method = NGX_PAYMENTS_GET, .path = "/v1/ledger/transactions",
      .scope = "ledger:read", .pages = 1,
      .query = ngx_payments_ledger_query,
      .handler = ngx_payments_list_ledger,
      .status = 200, .answer = &ngx_payments_ledger_answer,
      .summary = "List ledger transactions" },

    { .name = "getLedgerTransaction", .tag = "Ledger",
      .method = NGX_PAYMENTS_GET, .path = "/v1/ledger/transactions/{id}",
      .scope = "ledger:read",
      .handler = ngx_payments_get_ledger,
      .status = 200, .answer = &ngx_payments_ledger_answer,
      .summary = "Retrieve a ledger transaction" },

    { .name = "listEvents", .tag = "Events",
      .method = NGX_PAYMENTS_GET, .path = "/v1/events",
      .scope = "events:read", .pages = 1, .waits = 1,
      .query = ngx_payments_events_query,
      .handler = ngx_payments_list_events,
      .status = 200, .answer = &ngx_payments_event_answer,
      .summary = "List events",
      .about = "With `after`, ascending from that sequence. A reader that "
               "continues after the last event it has seen misses none. With "
               "`Prefer: wait=30` as well, an answer that would be empty waits "
               "for the next event, 30 seconds at most." },

    { .name = "getEvent", .tag = "Events",
      .method = NGX_PAYMENTS_GET, .path = "/v1/events/{id}",
      .scope = "events:read",
      .handler = ngx_payments_get_event,
      .status = 200, .answer = &ngx_payments_event_answer,
      .summary = "Retrieve an event" },

    { .name = "createWebhookEndpoint", .tag = "Webhook endpoints",
      .method = NGX_PAYMENTS_POST, .path = "/v1/webhook_endpoints",
      .scope = "webhooks:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .versioned = 1,
      .reveals = NGX_PAYMENTS_REVEALS_WEBHOOK,
      .object = "we_", .location = "/v1/webhook_endpoints",
      .request = &ngx_payments_create_endpoint_schema,
      .example = "{\"url\":\"https://shop.example.com/hooks\","
                 "\"enabled_events\":[\"payment.*\",\"refund.*\"]}",
      .handler = ngx_payments_create_endpoint,
      .status = 201, .answer = &ngx_payments_new_endpoint_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_INVALID_WEBHOOK_URL,
                           NGX_PAYMENTS_P_TOO_MANY_ENDPOINTS,
                           NGX_PAYMENTS_P_NOT_IMPLEMENTED),
      .summary = "Create a webhook endpoint",
      .about = "It gets the events that happen from now on. Its secret is in "
               "this answer and in no other." },

    { .name = "listWebhookEndpoints", .tag = "Webhook endpoints",
      .method = NGX_PAYMENTS_GET, .path = "/v1/webhook_endpoints",
      .scope = "webhooks:read", .pages = 1,
      .query = ngx_payments_created_query,
      .handler = ngx_payments_list_endpoints,
      .status = 200, .answer = &ngx_payments_endpoint_answer,
      .summary = "List webhook endpoints" },

    { .name = "getWebhookEndpoint", .tag = "Webhook endpoints",
      .method = NGX_PAYMENTS_GET, .path = "/v1/webhook_endpoints/{id}",
      .scope = "webhooks:read", .versioned = 1, .moves = 1,
      .object = "we_", .reads = "webhook_endpoint",
      .handler = ngx_payments_read_object,
      .status = 200, .answer = &ngx_payments_endpoint_answer,
      .summary = "Retrieve a webhook endpoint",
      .about = "`sequence` is the event up to which it was sent all, `behind` "
               "how many there are after it. These change without another "
               "`ETag`, so `If-None-Match` is not heeded here." },

    { .name = "updateWebhookEndpoint", .tag = "Webhook endpoints",
      .method = NGX_PAYMENTS_PATCH, .path = "/v1/webhook_endpoints/{id}",
      .scope = "webhooks:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .versioned = 1, .object = "we_",
      .request = &ngx_payments_update_endpoint_schema,
      .example = "{\"status\":\"enabled\"}",
      .handler = ngx_payments_update_endpoint,
      .status = 200, .answer = &ngx_payments_endpoint_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY,
                           NGX_PAYMENTS_P_INVALID_WEBHOOK_URL),
      .summary = "Update a webhook endpoint" },

    { .name = "deleteWebhookEndpoint", .tag = "Webhook endpoints",
      .method = NGX_PAYMENTS_DELETE, .path = "/v1/webhook_endpoints/{id}",
      .scope = "webhooks:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .optional = 1, .versioned = 1, .object = "we_",
      .request = &ngx_payments_empty_schema,
      .handler = ngx_payments_delete_endpoint,
      .status = 204,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY),
      .summary = "Delete a webhook endpoint" },

    { .name = "rotateWebhookSecret", .tag = "Webhook endpoints",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/webhook_endpoints/{id}/rotate_secret",
      .scope = "webhooks:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .optional = 1, .versioned = 1,
      .reveals = NGX_PAYMENTS_REVEALS_WEBHOOK, .object = "we_",
      .request = &ngx_payments_rotate_secret_schema,
      .example = "{\"overlap_seconds\":3600}",
      .handler = ngx_payments_rotate_endpoint,
      .status = 200, .answer = &ngx_payments_new_endpoint_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY,
                           NGX_PAYMENTS_P_NOT_IMPLEMENTED),
      .summary = "Replace the secret of a webhook endpoint",
      .about = "For `overlap_seconds` messages have two signatures, one by "
               "each secret." },

    { .name = "testWebhookEndpoint", .tag = "Webhook endpoints",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/webhook_endpoints/{id}/test",
      .scope = "webhooks:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .optional = 1, .object = "we_",
      .request = &ngx_payments_empty_schema, .example = "{}",
      .handler = ngx_payments_test_endpoint,
      .status = 202, .answer = &ngx_payments_delivery_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY),
      .summary = "Test a webhook endpoint",
      .about = "An event `webhook.ping` for this endpoint alone, whatever "
               "types it wants. It comes in its turn. An endpoint that fails "
               "is tried at once, with the event that is its next; one that is "
               "disabled gets it when it is enabled." },

    { .name = "replayWebhookEndpoint", .tag = "Webhook endpoints",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/webhook_endpoints/{id}/replay",
      .scope = "webhooks:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .versioned = 1, .object = "we_",
      .request = &ngx_payments_replay_schema, .example = "{\"after\":0}",
      .handler = ngx_payments_replay_endpoint,
      .status = 200, .answer = &ngx_payments_endpoint_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY),
      .summary = "Send events to a webhook endpoint again",
      .about = "All of the types that it wants behind the sequence `after`, "
               "also those from before it was made, as far as events are kept. "
               "Each has the `webhook-id` that it had." },

    { .name = "redeliverEvent", .tag = "Events",
      .method = NGX_PAYMENTS_POST, .path = "/v1/events/{id}/redeliver",
      .scope = "webhooks:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .optional = 1, .array = 1, .object = "evt_",
      .request = &ngx_payments_redeliver_schema, .example = "{}",
      .handler = ngx_payments_redeliver_event,
      .status = 202, .answer = &ngx_payments_delivery_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY),
      .summary = "Send an event again",
      .about = "With the same `webhook-id`, another timestamp and signature. "
               "Its failures do not count against the endpoint." },

    { .name = "listWebhookDeliveries", .tag = "Webhook endpoints",
      .method = NGX_PAYMENTS_GET, .path = "/v1/webhook_deliveries",
      .scope = "webhooks:read", .pages = 1,
      .query = ngx_payments_deliveries_query,
      .handler = ngx_payments_list_deliveries,
      .status = 200, .answer = &ngx_payments_delivery_answer,
      .summary = "List deliveries",
      .about = "What each endpoint was sent, and how that ended: each event "
               "once for each endpoint, as its last attempt. In the order of "
               "the events, newest first. Kept as long as the events. What was "
               "sent to an endpoint that has been deleted is not shown." },

    { .name = "listCurrencies", .tag = "Currencies",
      .method = NGX_PAYMENTS_GET, .path = "/v1/currencies",
      .array = 1, .query = ngx_payments_no_query,
      .handler = ngx_payments_list_currencies,
      .status = 200, .answer = &ngx_payments_currency_answer,
      .summary = "List currencies",
      .about = "Those of ISO 4217 that payments can be made in." },

    { .name = "getIdempotencyKey", .tag = "Idempotency keys",
      .method = NGX_PAYMENTS_GET, .path = "/v1/idempotency_keys/{key}",
      .scope = "idempotency:read",
      .handler = ngx_payments_get_idempotency_key,
      .status = 200, .answer = &ngx_payments_record_answer,
      .summary = "Retrieve what is known of an idempotency key",
      .about = "Did it happen? 404: the key has not been used." },

    { .name = "cancelIdempotencyKey", .tag = "Idempotency keys",
      .method = NGX_PAYMENTS_POST,
      .path = "/v1/idempotency_keys/{key}/cancel",
      .scope = "payments:write", .key = NGX_PAYMENTS_KEY_REQUIRED,
      .write = 1, .returns = 1, .body = 1, .optional = 1,
      .request = &ngx_payments_empty_schema, .example = "{}",
      .handler = ngx_payments_cancel_idempotency_key,
      .status = 200, .answer = &ngx_payments_record_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY,
                           NGX_PAYMENTS_P_PAYMENT_PROCESSING,
                           NGX_PAYMENTS_P_REFUND_EXCEEDS),
      .summary = "Undo what an idempotency key has made, or burn it",
      .about = "What it authorized is canceled, what it captured is refunded, "
               "for which the API key needs `refunds:write` as well. `undo` "
               "says what became of the money; where it is `failed`, cancel "
               "again. A key that was not used yet never will be: a request "
               "that comes late is refused." },

    { .name = "createApiKey", .tag = "API keys",
      .method = NGX_PAYMENTS_POST, .path = "/v1/api_keys",
      .scope = "keys:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .versioned = 1,
      .reveals = NGX_PAYMENTS_REVEALS_KEY,
      .object = "key_", .location = "/v1/api_keys",
      .request = &ngx_payments_create_key_schema,
      .example = "{\"name\":\"Reports\",\"scopes\":[\"payments:read\","
                 "\"refunds:read\"]}",
      .handler = ngx_payments_create_key,
      .status = 201, .answer = &ngx_payments_new_key_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_SCOPE_ESCALATION,
                           NGX_PAYMENTS_P_RESOURCE_NOT_FOUND,
                           NGX_PAYMENTS_P_NOT_IMPLEMENTED),
      .summary = "Create an API key",
      .about = "Its secret is in this answer and in no other." },

    { .name = "listApiKeys", .tag = "API keys",
      .method = NGX_PAYMENTS_GET, .path = "/v1/api_keys",
      .scope = "keys:write", .pages = 1, .query = ngx_payments_created_query,
      .handler = ngx_payments_list_keys,
      .status = 200, .answer = &ngx_payments_key_answer,
      .summary = "List API keys" },

    { .name = "getApiKey", .tag = "API keys",
      .method = NGX_PAYMENTS_GET, .path = "/v1/api_keys/{id}",
      .scope = "keys:write", .versioned = 1,
      .handler = ngx_payments_get_key,
      .status = 200, .answer = &ngx_payments_key_answer,
      .summary = "Retrieve an API key" },

    { .name = "updateApiKey", .tag = "API keys",
      .method = NGX_PAYMENTS_PATCH, .path = "/v1/api_keys/{id}",
      .scope = "keys:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .versioned = 1, .object = "key_",
      .request = &ngx_payments_update_key_schema,
      .example = "{\"name\":\"Monthly reports\"}",
      .handler = ngx_payments_update_key,
      .status = 200, .answer = &ngx_payments_key_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY,
                           NGX_PAYMENTS_P_SCOPE_ESCALATION),
      .summary = "Update an API key",
      .about = "Its name, and when it ends. One that was revoked or has "
               "expired stays so. `If-Match` heeds what requests have "
               "changed: that the key was used since does not matter." },

    { .name = "revokeApiKey", .tag = "API keys",
      .method = NGX_PAYMENTS_DELETE, .path = "/v1/api_keys/{id}",
      .scope = "keys:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .optional = 1, .versioned = 1, .object = "key_",
      .request = &ngx_payments_empty_schema,
      .handler = ngx_payments_revoke_key,
      .status = 204,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY),
      .summary = "Revoke an API key",
      .about = "All nodes refuse it within a second." },

    { .name = "rotateApiKey", .tag = "API keys",
      .method = NGX_PAYMENTS_POST, .path = "/v1/api_keys/{id}/rotate",
      .scope = "keys:write", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .optional = 1, .versioned = 1,
      .reveals = NGX_PAYMENTS_REVEALS_KEY,
      .object = "key_", .location = "/v1/api_keys",
      .request = &ngx_payments_rotate_key_schema,
      .example = "{\"overlap_seconds\":3600}",
      .handler = ngx_payments_rotate_key,
      .status = 201, .answer = &ngx_payments_new_key_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_SCOPE_ESCALATION,
                           NGX_PAYMENTS_P_RESOURCE_BUSY,
                           NGX_PAYMENTS_P_NOT_IMPLEMENTED),
      .summary = "Replace an API key",
      .about = "The new key has the scopes of the old one, which ends, at once "
               "or after `overlap_seconds`." },

    { .name = "createMerchant", .tag = "Merchants",
      .method = NGX_PAYMENTS_POST, .path = "/v1/merchants",
      .scope = "admin", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .versioned = 1,
      .object = "mer_", .location = "/v1/merchants",
      .request = &ngx_payments_create_merchant_schema,
      .example = "{\"name\":\"Corner Books\"}",
      .handler = ngx_payments_create_merchant,
      .status = 201, .answer = &ngx_payments_merchant_answer,
      .summary = "Create a merchant" },

    { .name = "listMerchants", .tag = "Merchants",
      .method = NGX_PAYMENTS_GET, .path = "/v1/merchants",
      .scope = "admin", .pages = 1, .query = ngx_payments_created_query,
      .handler = ngx_payments_list_merchants,
      .status = 200, .answer = &ngx_payments_merchant_answer,
      .summary = "List merchants" },

    { .name = "getMerchant", .tag = "Merchants",
      .method = NGX_PAYMENTS_GET, .path = "/v1/merchants/{id}",
      .scope = "admin", .versioned = 1,
      .handler = ngx_payments_get_merchant,
      .status = 200, .answer = &ngx_payments_merchant_answer,
      .summary = "Retrieve a merchant" },

    { .name = "updateMerchant", .tag = "Merchants",
      .method = NGX_PAYMENTS_PATCH, .path = "/v1/merchants/{id}",
      .scope = "admin", .key = NGX_PAYMENTS_KEY_OPTIONAL,
      .write = 1, .body = 1, .versioned = 1, .object = "mer_",
      .request = &ngx_payments_update_merchant_schema,
      .example = "{\"name\":\"Corner Books and Maps\"}",
      .handler = ngx_payments_update_merchant,
      .status = 200, .answer = &ngx_payments_merchant_answer,
      .problems = PROBLEMS(NGX_PAYMENTS_P_RESOURCE_BUSY),
      .summary = "Update a merchant" },

    { .name = "getStatus", .tag = "Service",
      .method = NGX_PAYMENTS_GET, .path = "/v1/status",
      .scope = "admin", .outage = 1, .query = ngx_payments_no_query,
      .handler = ngx_payments_get_status,
      .status = 200, .answer = &ngx_payments_status_answer,
      .summary = "How the node and its shards do",
      .about = "For operators: servers and their lag, what waits, acquirers, "
               "webhooks, moves, days that have partitions. Each node shows "
               "its own view. A database that does not answer is a row with "
               "`state` and `last_answer_at`, no error; a key that was valid "
               "within the last hour is then taken as it was." },

    { .name = "livez", .tag = "Service",
      .method = NGX_PAYMENTS_GET, .path = "/livez",
      .handler = ngx_payments_livez,
      .status = 200, .answer = &ngx_payments_live_answer,
      .summary = "Is the process alive" },

    { .name = "readyz", .tag = "Service",
      .method = NGX_PAYMENTS_GET, .path = "/readyz",
      .handler = ngx_payments_readyz,
      .status = 200, .answer = &ngx_payments_ready_answer, .unready = 1,
      .summary = "Can it take payments",
      .about = "200 `degraded` without Redis, 503 where a payment would not "
               "succeed." },

    { .name = "metrics", .tag = "Service",
      .method = NGX_PAYMENTS_GET, .path = "/metrics",
      .handler = ngx_payments_metrics,
      .status = 200,
      .summary = "Prometheus metrics" },

    /* what explains all of this; not in the documents themselves */

    { .name = "openapi", .method = NGX_PAYMENTS_GET, .path = "/openapi.json",
      .handler = ngx_payments_get_openapi, .status = 200,
      .summary = "OpenAPI 3.0.3" },

    { .name = "openapi31",
      .method = NGX_PAYMENTS_GET, .path = "/openapi-3.1.json",
      .handler = ngx_payments_get_openapi31, .status = 200,
      .summary = "OpenAPI 3.1" },

    { .name = "docs", .method = NGX_PAYMENTS_GET, .path = "/docs",
      .handler = ngx_payments_get_docs, .status = 200,
      .summary = "The reference, for people" },

    { .name = "docsError",
      .method = NGX_PAYMENTS_GET, .path = "/docs/errors/{code}",
      .handler = ngx_payments_get_docs_error, .status = 200,
      .summary = "What a problem means" },

    { .name = "docsAsset",
      .method = NGX_PAYMENTS_GET, .path = "/docs/assets/{name}",
      .handler = ngx_payments_get_docs_asset, .status = 200,
      .summary = "What the reference is made of" },

    { .name = "dashboard",
      .method = NGX_PAYMENTS_GET, .path = "/dashboard", .dashboard = 1,
      .handler = ngx_payments_get_dashboard, .status = 200,
      .summary = "What an operator looks at" },

    { .name = "dashboardFile",
      .method = NGX_PAYMENTS_GET, .path = "/dashboard/{name}", .dashboard = 1,
      .handler = ngx_payments_get_dashboard_file, .status = 200,
      .summary = "What the dashboard is made of" }
};

const ngx_uint_t  ngx_payments_noperations =
    sizeof(ngx_payments_operations) / sizeof(ngx_payments_operation_t);


/* does a path match a row's, and what is its {id}? */

static ngx_uint_t
ngx_payments_api_match(const char *pattern, ngx_str_t *path, ngx_str_t *id)
{
    u_char  *p, *last;

    p = path->data;
    last = p + path->len;

    ngx_str_null(id);

    for ( /* void */ ; *pattern; pattern++) {

        if (*pattern == '{') {
            id->data = p;

            while (p < last && *p != '/') {
                p++;
            }

            id->len = p - id->data;

            if (id->len == 0) {
                return 0;
            }

            pattern = strchr(pattern, '}');
            continue;
        }

        if (p == last || *p != (u_char) *pattern) {
            return 0;
        }

        p++;
    }

    return p == last;
}


const ngx_payments_operation_t *
ngx_payments_api_route(ngx_str_t *path, ngx_uint_t method,
    ngx_uint_t dashboard, ngx_str_t *id, ngx_uint_t *allowed)
{
    ngx_uint_t  i;

    *allowed = 0;

    for (i = 0; i < ngx_payments_noperations; i++) {

        if ((ngx_payments_operations[i].dashboard && !dashboard)
            || !ngx_payments_api_match(ngx_payments_operations[i].path, path,
                                       id))
        {
            continue;
        }

        if (ngx_payments_operations[i].method == method) {
            return &ngx_payments_operations[i];
        }

        *allowed |= ngx_payments_operations[i].method;
    }

    return NULL;
}


ngx_uint_t
ngx_payments_api_index(const ngx_payments_operation_t *operation)
{
    return operation ? (ngx_uint_t) (operation - ngx_payments_operations)
                     : ngx_payments_noperations;
}


void
ngx_payments_api_init(time_t ttl, ngx_str_t *signing, ngx_str_t *secret)
{
    ngx_payments_answers_init();
    ngx_payments_idempotent_init(ttl);
    ngx_payments_cursor_init(signing);
    ngx_payments_actions_init(signing);
    ngx_payments_seal_init(secret);
}


const char *
ngx_payments_api_compile(void)
{
    ngx_uint_t                    i;
    const char                   *failed;
    const ngx_payments_schema_t  *schema;

    for (i = 0; i < NGX_PAYMENTS_P_LAST; i++) {
        ngx_payments_problem_codes[i] = ngx_payments_problems[i].code;
    }

    for (i = 0; i < ngx_payments_noperations; i++) {
        schema = ngx_payments_operations[i].request;

        if (schema == NULL) {
            continue;
        }

        failed = ngx_payments_schema_compile(schema->fields);
        if (failed != NULL) {
            return failed;
        }
    }

    return NULL;
}
