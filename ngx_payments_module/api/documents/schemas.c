
/*
 * What answers are made of, for the documents and their readers.  The bytes
 * themselves are made in sql/functions; a test compares every answer with these
 * tables.
 */

#include "ngx_payments_documents.h"


static const char *const  refund_parts[] = { "none", "partial", "full", NULL };
static const char *const  directions[] = { "debit", "credit", NULL };
static const char *const  sources[] = { "payment", "refund", NULL };
static const char *const  health[] = { "ok", "degraded", "unavailable", NULL };
static const char *const  alive[] = { "ok", NULL };
static const char *const  postgres[] = {
    "ok", "degraded", "down", "read_only", "standby", "incomplete", "settings",
    "restored", "no_answer", "failing", "schema_missing", "schema_older",
    "schema_newer", "schema_differs", NULL
};
static const char *const  redis[] = { "ok", "down", "refusing", "off", NULL };


static const char *const  accounts[] = {
    "processor_receivable", "merchant_pending", "merchant_available",
    "merchant_reserved", "fees", "cash", NULL
};

static const char *const  transactions[] = {
    "capture", "settlement", "refund", "refund_succeeded", "refund_failed",
    "dispute", "dispute_won", "dispute_lost", "capture_reversed",
    "fee", "fee_reversed", NULL
};

static const char *const  states[] = {
    "in_progress", "completed", "canceled", NULL
};

static const char *const  categories[] = { "hard", "soft", NULL };

static const char *const  undoings[] = {
    "pending", "done", "failed", "nothing", NULL
};

static const char *const  resources[] = {
    "payment", "refund", "dispute", "api_key", "webhook_endpoint", "merchant",
    NULL
};


/* a field that is always there, one that may be null */

#define VALUE(name, type, about)                                              \
    { name, NGX_PAYMENTS_FIELD_##type, 0, 1, 0, 0, 0, NULL, NULL, NULL, about }
#define MAYBE(name, type, about)                                              \
    { name, NGX_PAYMENTS_FIELD_##type, 0, 1, 1, 0, 0, NULL, NULL, NULL, about }
#define TEXT(name, max, about)                                                \
    { name, NGX_PAYMENTS_FIELD_STRING, 0, 1, 0, 0, max, NULL, NULL, NULL,     \
      about }
#define MAYBE_TEXT(name, max, about)                                          \
    { name, NGX_PAYMENTS_FIELD_STRING, 0, 1, 1, 0, max, NULL, NULL, NULL,     \
      about }
#define NUMBER(name, min, max, about)                                         \
    { name, NGX_PAYMENTS_FIELD_INTEGER, 0, 1, 0, min, max, NULL, NULL, NULL,  \
      about }
#define MONEY(name, about)                                                    \
    NUMBER(name, 0, NGX_PAYMENTS_AMOUNT_MAX, about)
#define MAYBE_MONEY(name, about)                                              \
    { name, NGX_PAYMENTS_FIELD_INTEGER, 0, 1, 1, 0, NGX_PAYMENTS_AMOUNT_MAX,  \
      NULL, NULL, NULL, about }
#define SUM(name, about)                                                      \
    NUMBER(name, -NGX_PAYMENTS_SAFE, NGX_PAYMENTS_SAFE, about)
#define ID(name, prefix, about)                                               \
    { name, NGX_PAYMENTS_FIELD_ID, 0, 1, 0, 0, 0, prefix, NULL, NULL, about }
#define MAYBE_ID(name, prefix, about)                                         \
    { name, NGX_PAYMENTS_FIELD_ID, 0, 1, 1, 0, 0, prefix, NULL, NULL, about }
#define ENUM(name, values, about)                                             \
    { name, NGX_PAYMENTS_FIELD_ENUM, 0, 1, 0, 0, 0, NULL, values, NULL, about }
#define MAYBE_ENUM(name, values, about)                                       \
    { name, NGX_PAYMENTS_FIELD_ENUM, 0, 1, 1, 0, 0, NULL, values, NULL, about }
#define PART(name, type, schema, about)                                       \
    { name, NGX_PAYMENTS_FIELD_##type, 0, 1, 0, 0, 0, NULL, NULL, schema,     \
      about }
#define OPTION(name, schema, about)                                           \
    { name, NGX_PAYMENTS_FIELD_OBJECT, 0, 0, 0, 0, 0, NULL, NULL, schema,     \
      about }
#define IS(name)                                                              \
    { "object", NGX_PAYMENTS_FIELD_ENUM, 0, 1, 0, 0, 0, NULL, is_##name,      \
      NULL, NULL }
#define OBJECT(name)                                                          \
    static const char *const  is_##name[] = { #name, NULL }
#define END                                                                   \
    { NULL, NGX_PAYMENTS_FIELD_STRING, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL }


static const char  version[] = "Grows with every change; the `ETag`.";
static const char  livemode[] = "Whether real money moves.";
static const char  exponent[] =
    "Digits of the minor unit: `amount` / 10^`exponent` is what people write.";


static const ngx_payments_field_t  failure_fields[] = {
    TEXT("code", 64, "For programs: `generic_decline`, `insufficient_funds`, "
                     "..."),
    TEXT("message", 500, "For people."),
    ENUM("category", categories, "`soft`: a later try, or other data, may "
         "work; `hard`: no retry with this card can."),
    END
};

static const ngx_payments_schema_t  failure = {
    "Failure", "Why it failed; null where it did not.", failure_fields
};

static const ngx_payments_field_t  processor_fields[] = {
    TEXT("name", 64, NULL),
    MAYBE_TEXT("reference", 64, "The processor's own name for the payment."),
    END
};

static const ngx_payments_schema_t  processor = {
    "Processor", "Who moves the money.", processor_fields
};

static const char *const  pending_types[] = { "capture", "cancel", NULL };

static const ngx_payments_field_t  pending_fields[] = {
    ENUM("type", pending_types, NULL),
    VALUE("amount", AMOUNT, "In minor units."),
    VALUE("since", TIME, NULL),
    END
};

static const ngx_payments_schema_t  pending_action = {
    "PendingAction", "What the processor was asked to do, and has not answered "
    "yet; null where there is nothing.", pending_fields
};

static const char *const  action_types[] = { "redirect", NULL };

static const ngx_payments_field_t  action_fields[] = {
    ENUM("type", action_types, NULL),
    TEXT("url", 2048, "Where to send the customer's browser."),
    VALUE("expires_at", TIME, "When it ends; the payment then expires."),
    END
};

static const ngx_payments_schema_t  next_action = {
    "NextAction", "What the customer must do before the payment goes on; null "
    "where there is nothing.", action_fields
};

static const ngx_payments_field_t  method_fields[] = {
    TEXT("type", 32, "`card`"),
    TEXT("token", 75, NULL),
    MAYBE_TEXT("brand", 32, "`visa`, `mastercard`, `amex`, ..."),
    MAYBE_TEXT("last4", 4, NULL),
    END
};

static const ngx_payments_schema_t  method = {
    "PaymentMethod", "How the customer pays.", method_fields
};


OBJECT(refund);

static const ngx_payments_field_t  refund_fields[] = {
    ID("id", "ref_", NULL),
    IS(refund),
    VALUE("livemode", BOOLEAN, livemode),
    ID("payment_id", "pay_", NULL),
    VALUE("amount", AMOUNT, "In minor units."),
    VALUE("currency", CURRENCY, NULL),
    NUMBER("exponent", 0, 4, exponent),
    ENUM("status", ngx_payments_refund_statuses, NULL),
    MAYBE_ENUM("reason", ngx_payments_refund_reasons, NULL),
    MAYBE_TEXT("reference", 64, NULL),
    PART("failure", OBJECT, &failure, NULL),
    VALUE("metadata", METADATA, NULL),
    NUMBER("version", 1, INT32_MAX, version),
    VALUE("created_at", TIME, NULL),
    VALUE("updated_at", TIME, NULL),
    END
};

const ngx_payments_schema_t  ngx_payments_refund_answer = {
    "Refund", "Money given back.", refund_fields
};


OBJECT(notification);

static const char *const  notification_results[] = {
    "applied", "known", "ignored", "review", NULL
};

static const ngx_payments_field_t  notification_fields[] = {
    IS(notification),
    ENUM("result", notification_results, "What it came to. `known`: it "
         "changes nothing any more. `ignored`: nobody knows for an hour what "
         "it is about. `review`: the books cannot follow, and an operator has "
         "to look."),
    END
};

const ngx_payments_schema_t  ngx_payments_notification_answer = {
    "Notification", "What became of a notification.", notification_fields
};

OBJECT(capture);

static const ngx_payments_field_t  capture_fields[] = {
    ID("id", "cap_", NULL),
    IS(capture),
    VALUE("amount", AMOUNT, "In minor units."),
    VALUE("final", BOOLEAN, "Whether it released the rest."),
    VALUE("created_at", TIME, NULL),
    END
};

const ngx_payments_schema_t  ngx_payments_capture_answer = {
    "Capture", "A part of an authorization that was taken.", capture_fields
};


OBJECT(dispute);

static const ngx_payments_field_t  dispute_fields[] = {
    ID("id", "dis_", NULL),
    IS(dispute),
    ID("payment_id", "pay_", NULL),
    VALUE("amount", AMOUNT, "In minor units."),
    VALUE("currency", CURRENCY, NULL),
    ENUM("status", ngx_payments_dispute_statuses,
         "`won`: the money is yours again; `lost`: it is the customer's."),
    TEXT("reason", 64, "Why, as the processor says."),
    VALUE("created_at", TIME, NULL),
    VALUE("updated_at", TIME, NULL),
    END
};

const ngx_payments_schema_t  ngx_payments_dispute_answer = {
    "Dispute", "What a customer disputes.", dispute_fields
};


OBJECT(list);

#define EXPANSION(schema)                                                     \
    IS(list),                                                                 \
    PART("data", LIST, schema, "The newest 10, newest first."),               \
    VALUE("has_more", BOOLEAN, "Whether there are older ones."),              \
    END

static const ngx_payments_field_t  payment_refunds_fields[] = {
    EXPANSION(&ngx_payments_refund_answer)
};

static const ngx_payments_schema_t  payment_refunds = {
    "PaymentRefunds", "The newest refunds of a payment.", payment_refunds_fields
};

static const ngx_payments_field_t  payment_captures_fields[] = {
    EXPANSION(&ngx_payments_capture_answer)
};

static const ngx_payments_schema_t  payment_captures = {
    "PaymentCaptures", "The newest captures of a payment.",
    payment_captures_fields
};


OBJECT(payment);

static const ngx_payments_field_t  payment_fields[] = {
    ID("id", "pay_", NULL),
    IS(payment),
    VALUE("livemode", BOOLEAN, livemode),
    ID("merchant_id", "mer_", NULL),
    VALUE("amount", AMOUNT, "In minor units."),
    VALUE("currency", CURRENCY, NULL),
    NUMBER("exponent", 0, 4, exponent),
    MONEY("amount_authorized", NULL),
    MONEY("amount_captured", NULL),
    MONEY("amount_refunded", "Refunds that are pending are counted."),
    MONEY("amount_canceled", NULL),
    MONEY("amount_disputed", NULL),
    MONEY("amount_capturable", "authorized - captured - canceled"),
    MONEY("amount_refundable", "captured - refunded - disputed"),
    ENUM("capture_method", ngx_payments_capture_methods, NULL),
    ENUM("status", ngx_payments_payment_statuses, NULL),
    ENUM("refund_status", refund_parts, NULL),
    PART("payment_method", OBJECT, &method, NULL),
    MAYBE_TEXT("customer", 64, NULL),
    MAYBE_TEXT("reference", 64, NULL),
    MAYBE_TEXT("description", 500, NULL),
    MAYBE_TEXT("statement_descriptor", 22, NULL),
    VALUE("metadata", METADATA, NULL),
    PART("failure", OBJECT, &failure, NULL),
    MAYBE_ENUM("cancellation_reason", ngx_payments_cancel_reasons, NULL),
    MAYBE("authorization_expires_at", TIME, NULL),
    ENUM("expiry_action", ngx_payments_expiry_actions, NULL),
    PART("processor", OBJECT, &processor, NULL),
    PART("next_action", OBJECT, &next_action, NULL),
    PART("pending_action", OBJECT, &pending_action, NULL),
    MAYBE_MONEY("fee", "What the acquirer keeps; null where it is not known."),
    MAYBE_ID("dispute", "dis_", "The newest dispute."),
    NUMBER("version", 1, INT32_MAX, version),
    VALUE("created_at", TIME, NULL),
    VALUE("updated_at", TIME, NULL),
    MAYBE("authorized_at", TIME, NULL),
    MAYBE("captured_at", TIME, NULL),
    MAYBE("canceled_at", TIME, NULL),
    OPTION("refunds", &payment_refunds, "With `expand=refunds`."),
    OPTION("captures", &payment_captures, "With `expand=captures`."),
    END
};

const ngx_payments_schema_t  ngx_payments_payment_answer = {
    "Payment", "A payment.", payment_fields
};


OBJECT(balance);

static const ngx_payments_field_t  balance_fields[] = {
    IS(balance),
    VALUE("livemode", BOOLEAN, livemode),
    VALUE("currency", CURRENCY, NULL),
    NUMBER("exponent", 0, 4, exponent),
    SUM("available", "Settled, and not reserved for refunds or disputes."),
    SUM("pending", "Captured, and not settled yet."),
    SUM("reserved", "For refunds under way, and for disputes."),
    VALUE("as_of", TIME, "The moment whose sums these are."),
    END
};

const ngx_payments_schema_t  ngx_payments_balance_answer = {
    "Balance", "What there is of a currency.", balance_fields
};


static const ngx_payments_field_t  entry_fields[] = {
    ID("id", "le_", NULL),
    ENUM("account", accounts, NULL),
    ENUM("direction", directions, NULL),
    VALUE("amount", AMOUNT, "In minor units."),
    END
};

static const ngx_payments_schema_t  entry = {
    "LedgerEntry", "A debit or a credit of one account.", entry_fields
};

OBJECT(ledger_transaction);

static const ngx_payments_field_t  ledger_fields[] = {
    ID("id", "lt_", NULL),
    IS(ledger_transaction),
    ENUM("kind", transactions, NULL),
    ENUM("source_type", sources, NULL),
    TEXT("source_id", 30, "The payment or the refund."),
    VALUE("currency", CURRENCY, NULL),
    VALUE("created_at", TIME, NULL),
    PART("entries", LIST, &entry, "Debits and credits have the same sum."),
    END
};

const ngx_payments_schema_t  ngx_payments_ledger_answer = {
    "LedgerTransaction", "What moved in the ledger at once.", ledger_fields
};


static const ngx_payments_field_t  trial_fields[] = {
    SUM("debits", NULL),
    SUM("credits", NULL),
    VALUE("balanced", BOOLEAN, "Whether they are equal. They always are."),
    END
};

static const ngx_payments_schema_t  trial = {
    "TrialBalanceCurrency", "The sums of a currency.", trial_fields
};

OBJECT(trial_balance);

static const ngx_payments_field_t  trial_balance_fields[] = {
    IS(trial_balance),
    VALUE("livemode", BOOLEAN, livemode),
    VALUE("as_of", TIME, NULL),
    PART("currencies", MAP, &trial, "By ISO 4217 code."),
    END
};

const ngx_payments_schema_t  ngx_payments_trial_answer = {
    "TrialBalance", "All debits and all credits, of one moment.",
    trial_balance_fields
};


static const ngx_payments_field_t  data_fields[] = {
    VALUE("object", ANY, "The object as it was after the change."),
    MAYBE("previous_attributes", ANY, "What differed before it."),
    END
};

static const ngx_payments_schema_t  data = {
    "EventData", "What has changed.", data_fields
};

static const ngx_payments_field_t  cause_fields[] = {
    MAYBE_ID("id", "req_", "null: no request made the change."),
    MAYBE_TEXT("idempotency_key", 255, NULL),
    END
};

static const ngx_payments_schema_t  cause = {
    "EventRequest", "The request that made the change.", cause_fields
};

OBJECT(event);

static const ngx_payments_field_t  event_fields[] = {
    ID("id", "evt_", NULL),
    IS(event),
    ENUM("type", ngx_payments_event_types, NULL),
    NUMBER("sequence", 1, NGX_PAYMENTS_SAFE,
           "1, 2, 3, ... of a merchant and a mode, without gaps."),
    VALUE("livemode", BOOLEAN, livemode),
    VALUE("created_at", TIME, NULL),
    VALUE("timestamp", TIME, "The same."),
    PART("data", OBJECT, &data, NULL),
    TEXT("object_type", 32, NULL),
    TEXT("object_id", 30, NULL),
    NUMBER("object_version", 1, INT32_MAX, NULL),
    PART("request", OBJECT, &cause, NULL),
    END
};

const ngx_payments_schema_t  ngx_payments_event_answer = {
    "Event", "A change of state.", event_fields
};


static const ngx_payments_field_t  currency_fields[] = {
    VALUE("code", CURRENCY, NULL),
    NUMBER("exponent", 0, 4, exponent),
    TEXT("name", 64, NULL),
    END
};

const ngx_payments_schema_t  ngx_payments_currency_answer = {
    "Currency", "A currency that payments can be made in.", currency_fields
};


OBJECT(idempotency_record);

static const ngx_payments_field_t  record_fields[] = {
    IS(idempotency_record),
    TEXT("key", 255, NULL),
    MAYBE_TEXT("method", 8, NULL),
    MAYBE_TEXT("path", 2048, NULL),
    ENUM("state", states, NULL),
    MAYBE_TEXT("fingerprint", 64, "SHA-256 of what was asked for, in hex."),
    { "status_code", NGX_PAYMENTS_FIELD_INTEGER, 0, 1, 1, 100, 599, NULL, NULL,
      NULL, "What was answered." },
    MAYBE_ENUM("resource_type", resources, NULL),
    MAYBE_TEXT("resource_id", 30, "What the key has made or changed."),
    MAYBE_ID("request_id", "req_", NULL),
    MAYBE_ENUM("undo", undoings, "Of a key that was canceled: what became of "
               "the money. `failed`: something is still paid, cancel the key "
               "again. `nothing`: none was moved, or it went back by itself."),
    MAYBE("created_at", TIME, NULL),
    MAYBE("completed_at", TIME, NULL),
    MAYBE("expires_at", TIME, "From then on the key is new again."),
    END
};

const ngx_payments_schema_t  ngx_payments_record_answer = {
    "IdempotencyRecord", "What is known of an idempotency key.", record_fields
};


OBJECT(api_key);

#define API_KEY                                                               \
    ID("id", "key_", NULL),                                                   \
    IS(api_key),                                                              \
    TEXT("name", 100, NULL),                                                  \
    TEXT("prefix", 32, "How the key begins."),                                \
    { "scopes", NGX_PAYMENTS_FIELD_SET, 0, 1, 0, 0, 0, NULL,                  \
      ngx_payments_scopes, NULL, NULL },                                      \
    ID("merchant_id", "mer_", NULL),                                          \
    VALUE("livemode", BOOLEAN, livemode),                                     \
    MAYBE("expires_at", TIME, NULL),                                          \
    MAYBE("last_used_at", TIME, NULL),                                        \
    VALUE("created_at", TIME, NULL),                                          \
    MAYBE("revoked_at", TIME, NULL)

static const ngx_payments_field_t  key_fields[] = {
    API_KEY,
    END
};

const ngx_payments_schema_t  ngx_payments_key_answer = {
    "ApiKey", "An API key, without its secret.", key_fields
};

static const ngx_payments_field_t  new_key_fields[] = {
    API_KEY,
    TEXT("secret", 128, "The key itself. It is shown here and never again."),
    END
};

const ngx_payments_schema_t  ngx_payments_new_key_answer = {
    "ApiKeyWithSecret", "An API key that was just made.", new_key_fields
};


OBJECT(webhook_endpoint);

static const char *const  endpoint_reasons[] = {
    "merchant", "gone", "failing", NULL
};

#define WEBHOOK_ENDPOINT                                                      \
    ID("id", "we_", NULL),                                                    \
    IS(webhook_endpoint),                                                     \
    TEXT("url", NGX_PAYMENTS_URL_MAX, NULL),                                  \
    { "enabled_events", NGX_PAYMENTS_FIELD_SET, 0, 1, 0, 0, 0, NULL,          \
      ngx_payments_endpoint_types, NULL, NULL },                              \
    ENUM("status", ngx_payments_endpoint_statuses, NULL),                     \
    MAYBE_ENUM("disabled_reason", endpoint_reasons, "`gone`: it answered "    \
               "410. `failing`: it has taken nothing for five days."),        \
    VALUE("ordered", BOOLEAN, NULL),                                          \
    MAYBE_TEXT("description", 500, NULL),                                     \
    NUMBER("sequence", 0, NGX_PAYMENTS_SAFE, "Of the event up to which it "   \
           "was sent all."),                                                  \
    NUMBER("behind", 0, NGX_PAYMENTS_SAFE, "Events after that one."),         \
    MAYBE("failing_since", TIME, NULL),                                       \
    VALUE("metadata", METADATA, NULL),                                        \
    VALUE("created_at", TIME, NULL),                                          \
    VALUE("updated_at", TIME, NULL)

static const ngx_payments_field_t  endpoint_fields[] = {
    WEBHOOK_ENDPOINT,
    END
};

const ngx_payments_schema_t  ngx_payments_endpoint_answer = {
    "WebhookEndpoint", "Where events are sent.", endpoint_fields
};

static const ngx_payments_field_t  new_endpoint_fields[] = {
    WEBHOOK_ENDPOINT,
    TEXT("secret", 50, "What messages are signed with. It is shown here and "
         "never again."),
    END
};

const ngx_payments_schema_t  ngx_payments_new_endpoint_answer = {
    "WebhookEndpointWithSecret", "An endpoint with a new secret.",
    new_endpoint_fields
};


OBJECT(webhook_delivery);

static const char *const  delivery_errors[] = {
    "timeout", "connection_failed", "tls_failed", "name_not_found",
    "address_refused", "invalid_answer", "not_sent", NULL
};

static const ngx_payments_field_t  delivery_fields[] = {
    ID("id", "whd_", "The same for all attempts."),
    IS(webhook_delivery),
    ID("event_id", "evt_", NULL),
    ID("endpoint_id", "we_", NULL),
    NUMBER("attempt", 0, INT16_MAX, "The number of the last attempt; 0: there "
           "was none yet. What follows is about it."),
    ENUM("status", ngx_payments_delivery_statuses, "`pending`: it will be sent "
         "again, or is being sent. `failed`: it will not."),
    { "response_status", NGX_PAYMENTS_FIELD_INTEGER, 0, 1, 1, 100, 599, NULL,
      NULL, NULL, NULL },
    MAYBE_ENUM("error", delivery_errors, "Why no answer came."),
    { "duration_ms", NGX_PAYMENTS_FIELD_INTEGER, 0, 1, 1, 0, INT32_MAX, NULL,
      NULL, NULL, NULL },
    MAYBE("attempted_at", TIME, "When it began."),
    MAYBE("next_attempt_at", TIME, "Not before then."),
    END
};

const ngx_payments_schema_t  ngx_payments_delivery_answer = {
    "WebhookDelivery", "An event that an endpoint was sent.", delivery_fields
};


OBJECT(merchant);

static const ngx_payments_field_t  merchant_fields[] = {
    ID("id", "mer_", NULL),
    IS(merchant),
    TEXT("name", 100, NULL),
    ENUM("status", ngx_payments_merchant_statuses, NULL),
    VALUE("created_at", TIME, NULL),
    END
};

const ngx_payments_schema_t  ngx_payments_merchant_answer = {
    "Merchant", "Whose payments these are.", merchant_fields
};


OBJECT(account);

static const ngx_payments_field_t  account_fields[] = {
    IS(account),
    VALUE("livemode", BOOLEAN, livemode),
    PART("merchant", OBJECT, &ngx_payments_merchant_answer, NULL),
    { "scopes", NGX_PAYMENTS_FIELD_SET, 0, 1, 0, 0, 0, NULL,
      ngx_payments_scopes, NULL, NULL },
    END
};

const ngx_payments_schema_t  ngx_payments_account_answer = {
    "Account", "Whose an API key is, and what it may do.", account_fields
};


OBJECT(status);

static const char *const  worker_states[] = {
    "running", "draining", "stuck", NULL
};
static const char *const  shard_states[] = {
    "ok", "unreachable", "refused", "unknown", NULL
};
static const char *const  abilities[] = {
    "writable", "read_only", "no_answer", "failing", NULL
};
static const char *const  schema_states[] = {
    "same", "missing", "older", "newer", "differs", "unknown", NULL
};
static const char *const  roles[] = {
    "primary", "replica", "silent", "unusable", "unknown", NULL
};
static const char *const  holders[] = {
    "this_node", "other_node", "nobody", NULL
};
static const char *const  breakers[] = { "closed", "open", "probing", NULL };

/* a number that only grows, and one that may be missing */

#define COUNT(name, about)  NUMBER(name, 0, NGX_PAYMENTS_SAFE, about)
#define MAYBE_COUNT(name, about)                                              \
    { name, NGX_PAYMENTS_FIELD_INTEGER, 0, 1, 1, 0, NGX_PAYMENTS_SAFE, NULL,  \
      NULL, NULL, about }

static const ngx_payments_field_t  status_worker_fields[] = {
    COUNT("number", NULL),
    COUNT("pid", NULL),
    ENUM("state", worker_states, "`draining`: it serves what it has, and ends. "
         "`stuck`: it has shown nothing for three seconds."),
    COUNT("shown_ms", "How long ago it showed its numbers."),
    END
};

static const ngx_payments_schema_t  status_worker = {
    "StatusWorker", "A worker of this node.", status_worker_fields
};

static const ngx_payments_field_t  status_connections_fields[] = {
    COUNT("connecting", NULL), COUNT("preparing", NULL), COUNT("idle", NULL),
    COUNT("busy", "Calls are under way, and there is room for more."),
    COUNT("full", "No more calls until some end."),
    COUNT("stuck", "A call has no answer; its backend is still there."),
    END
};

static const ngx_payments_schema_t  status_connections = {
    "StatusConnections", "Connections of this node, by state.",
    status_connections_fields
};

static const ngx_payments_field_t  status_server_fields[] = {
    TEXT("name", 0, "As configured."),
    ENUM("role", roles, "`unusable`: it takes writes and is not the primary, "
         "or belongs to another cluster."),
    MAYBE_COUNT("timeline", NULL),
    VALUE("reads", BOOLEAN, "Whether reads are sent to this replica."),
    MAYBE_COUNT("lag_ms", "How old what a replica shows is, by the primary's "
                "heartbeats."),
    MAYBE_COUNT("answered_ms", "How long ago it said what it is; null with "
                "one server, which is not asked."),
    PART("connections", OBJECT, &status_connections, NULL),
    END
};

static const ngx_payments_schema_t  status_server = {
    "StatusServer", "A PostgreSQL server of a shard.", status_server_fields
};

static const ngx_payments_field_t  status_queue_fields[] = {
    COUNT("write", NULL), COUNT("read", NULL), COUNT("list", NULL),
    COUNT("control", NULL), COUNT("background", NULL),
    END
};

static const ngx_payments_schema_t  status_queue = {
    "StatusQueue", "What waits for a connection, by lane.",
    status_queue_fields
};

static const ngx_payments_field_t  status_client_fields[] = {
    TEXT("address", 0, "`local`: by a unix socket."),
    COUNT("connections", NULL),
    END
};

static const ngx_payments_schema_t  status_client = {
    "StatusClient", "From where the primary has sessions of this API: one "
    "address for each node, or for a pooler.", status_client_fields
};

static const ngx_payments_field_t  status_move_fields[] = {
    TEXT("subject", 0, NULL),
    TEXT("state", 0, "`leaving`, `frozen` or `arriving`"),
    VALUE("since", TIME, NULL),
    END
};

static const ngx_payments_schema_t  status_move = {
    "StatusMove", "A merchant, or a bucket, on its way to another shard.",
    status_move_fields
};

static const ngx_payments_field_t  status_unknown_fields[] = {
    TEXT("processor", 0, NULL),
    COUNT("unknown", "Attempts whose end is not known; up to 10,000."),
    VALUE("oldest_at", TIME, NULL),
    END
};

static const ngx_payments_schema_t  status_unknown = {
    "StatusUnknown", "Attempts that an acquirer has not decided.",
    status_unknown_fields
};

static const ngx_payments_field_t  status_endpoint_fields[] = {
    ID("id", "we_", NULL),
    ID("merchant_id", "mer_", NULL),
    VALUE("livemode", BOOLEAN, livemode),
    TEXT("origin", 0, "Of its URL the scheme, host and port: the rest may be "
         "secret."),
    ENUM("status", ngx_payments_endpoint_statuses, NULL),
    MAYBE_ENUM("disabled_reason", endpoint_reasons, NULL),
    COUNT("failures", "In a row."),
    COUNT("behind", "Events that it has not had."),
    VALUE("failing_since", TIME, NULL),
    MAYBE("next_attempt_at", TIME, NULL),
    END
};

static const ngx_payments_schema_t  status_endpoint = {
    "StatusEndpoint", "A webhook endpoint that did not take what it was sent "
    "last.", status_endpoint_fields
};

static const ngx_payments_field_t  status_database_fields[] = {
    COUNT("partition_days", "Days from today on that have partitions. "
          "Payments stop on one that has none."),
    COUNT("events_wait_ms", "Age of the oldest event that has no sequence "
          "yet."),
    MAYBE_COUNT("background_age_ms", "Since the last call for what happens "
                "without a request."),
    ENUM("background_holder", holders, "Who makes these calls."),
    ENUM("webhooks_holder", holders, "Who sends events to endpoints."),
    MAYBE_COUNT("ledger_check_age_ms", "Since all books were last checked, "
                "which is done each hour."),
    COUNT("ledger_unbalanced", "Books whose debits are not their credits."),
    PART("clients", LIST, &status_client, NULL),
    TEXT("server_version", 0, NULL),
    VALUE("standby", BOOLEAN, "It takes no writes."),
    VALUE("restored", BOOLEAN, "It was restored from another cluster, and "
          "events wait for `sql/apply`."),
    PART("moves", LIST, &status_move, NULL),
    PART("unknown_attempts", LIST, &status_unknown, NULL),
    COUNT("retries_due", "Events to be sent again now; up to 10,000."),
    PART("failing_endpoints", LIST, &status_endpoint, "Those that have failed "
         "for the longest, 20 at most."),
    END
};

static const ngx_payments_schema_t  status_database = {
    "StatusDatabase", "What the shard's primary has said at `last_answer_at`; "
    "not there where it has said nothing since nginx was started.",
    status_database_fields
};

static const ngx_payments_field_t  status_shard_fields[] = {
    TEXT("name", 0, NULL),
    ENUM("state", shard_states, "Whether its primary has answered when last "
         "asked: `refused`: with an error. `unreachable`: not within a "
         "second. `unknown`: it was not asked yet."),
    MAYBE("last_answer_at", TIME, NULL),
    ENUM("writes", abilities, "Whether a payment would have a session."),
    ENUM("schema", schema_states, "What its schema is to this module."),
    PART("servers", LIST, &status_server, NULL),
    PART("queue", OBJECT, &status_queue, NULL),
    COUNT("oldest_wait_ms", "What has waited longest for a connection."),
    OPTION("database", &status_database, NULL),
    END
};

static const ngx_payments_schema_t  status_shard = {
    "StatusShard", "A shard, as this node sees it.", status_shard_fields
};

static const ngx_payments_field_t  status_full_fields[] = {
    COUNT("executions", NULL), COUNT("evicted", NULL),
    COUNT("too_large", NULL),
    END
};

static const ngx_payments_schema_t  status_full = {
    "StatusFull", "What has found no place in shared memory, or took it from "
    "another, since nginx was started.", status_full_fields
};

static const ngx_payments_field_t  status_keys_fields[] = {
    COUNT("executing", "Requests with a key that are executed now."),
    COUNT("parked", "Requests that wait for one of the same key."),
    COUNT("places", "For executions."),
    COUNT("records", "Completed answers in memory."),
    COUNT("record_places", "For these."),
    PART("full", OBJECT, &status_full, NULL),
    END
};

static const ngx_payments_schema_t  status_keys = {
    "StatusKeys", "Idempotency keys in the node's shared memory.",
    status_keys_fields
};

static const ngx_payments_field_t  status_processor_fields[] = {
    TEXT("name", 0, NULL),
    ENUM("breaker", breakers, "`open`: it gets no new payments. `probing`: "
         "one finds out."),
    COUNT("in_flight", "Calls under way."),
    COUNT("max_in_flight", NULL),
    COUNT("approved", "Authorizations, by their verdict, since nginx was "
          "started."),
    COUNT("declined", NULL),
    COUNT("unknown", "Verdicts that did not come; they are looked up."),
    END
};

static const ngx_payments_schema_t  status_processor = {
    "StatusProcessor", "An acquirer, as this node sees it.",
    status_processor_fields
};

static const ngx_payments_field_t  status_webhooks_fields[] = {
    COUNT("waiting", "Endpoints that have something to be sent."),
    COUNT("active", "Endpoints that are sent something now."),
    COUNT("taken", "Events sent by this node since it was started, by what "
          "came of it."),
    COUNT("refused", NULL), COUNT("unanswered", NULL),
    END
};

static const ngx_payments_schema_t  status_webhooks = {
    "StatusWebhooks", "Events on their way to endpoints.",
    status_webhooks_fields
};

static const ngx_payments_field_t  status_fields[] = {
    IS(status),
    VALUE("created_at", TIME, NULL),
    TEXT("version", 0, "Of the module."),
    COUNT("schema", "Number of the migration that the module was made for."),
    TEXT("functions", 0, "First digits of the sum of SQL functions that it "
         "was made for."),
    TEXT("node", 0, "The host's name."),
    PART("workers", LIST, &status_worker, NULL),
    ENUM("redis", redis, NULL),
    PART("shards", LIST, &status_shard, NULL),
    PART("keys", OBJECT, &status_keys, NULL),
    PART("processors", LIST, &status_processor, NULL),
    PART("webhooks", OBJECT, &status_webhooks, NULL),
    END
};

const ngx_payments_schema_t  ngx_payments_status_answer = {
    "Status", "How a node and its shards do.", status_fields
};


static const ngx_payments_field_t  live_fields[] = {
    ENUM("status", alive, NULL),
    END
};

const ngx_payments_schema_t  ngx_payments_live_answer = {
    "Liveness", "The process is alive.", live_fields
};

static const ngx_payments_field_t  ready_fields[] = {
    ENUM("status", health, "`degraded`: payments can be made all the same."),
    ENUM("postgres", postgres, "`degraded`: of several shards some take "
         "payments. Where none does, why: it does not answer; it is a "
         "standby, or set to read-only; functions are missing; its sessions "
         "are not as `sql/apply` sets them; a write has had no answer for a "
         "second; writes of several merchants fail one after the other. "
         "`restored`: payments are taken, and events wait for `sql/apply`. "
         "`schema_missing`, `schema_older`: `sql/apply` has not been run, or "
         "that of another version. `schema_newer`, `schema_differs`: payments "
         "are taken, and `sql/apply` or nginx is of another version."),
    ENUM("redis", redis, "`refusing`: it answers, but refuses commands."),
    TEXT("version", 0, "Of the module."),
    END
};

const ngx_payments_schema_t  ngx_payments_ready_answer = {
    "Readiness", "Whether payments can be made.", ready_fields
};


static const ngx_payments_field_t  violation_fields[] = {
    { "pointer", NGX_PAYMENTS_FIELD_STRING, 0, 0, 0, 0, 160, NULL, NULL, NULL,
      "Where it is in the body (RFC 6901)." },
    { "parameter", NGX_PAYMENTS_FIELD_STRING, 0, 0, 0, 0, 64, NULL, NULL, NULL,
      "Or which parameter of the query or the path it is." },
    TEXT("code", 64, "`required`, `type`, `maximum`, ..."),
    TEXT("detail", 256, "For people: what is allowed."),
    END
};

static const ngx_payments_schema_t  violation = {
    "ProblemError", "What is wrong with one member or parameter.",
    violation_fields
};

static const ngx_payments_field_t  original_fields[] = {
    ID("id", "req_", NULL),
    TEXT("method", 8, NULL),
    TEXT("path", 2048, NULL),
    END
};

static const ngx_payments_schema_t  original = {
    "OriginalRequest", "The request that has the key.", original_fields
};

static const char *const  retries[] = { "never", "same_key", "new_key", NULL };

#define EXTRA(name, type, pattern, schema, about)                             \
    { name, NGX_PAYMENTS_FIELD_##type, 0, 0, 0, 0, NGX_PAYMENTS_AMOUNT_MAX,   \
      pattern, NULL, schema, about }

static const ngx_payments_field_t  problem_fields[] = {
    TEXT("type", 128, "`urn:payments:problem:` and the code."),
    TEXT("title", 128, NULL),
    NUMBER("status", 400, 599, NULL),
    TEXT("detail", 1024, "For people: what was wrong with this request."),
    TEXT("instance", 64, NULL),
    ENUM("code", ngx_payments_problem_codes,
         "For programs. `/docs/errors/{code}` says what it means."),
    ID("request_id", "req_", "For whoever looks for it in the logs."),
    ENUM("retry", retries,
         "`same_key`: once the reason is gone, send the same request with the "
         "same key. `new_key`: this answer is final for the key. `never`: it "
         "will never work."),
    EXTRA("errors", LIST, NULL, &violation, NULL),
    EXTRA("payment_id", ID, "pay_", NULL, "The payment that was declined."),
    { "existing_id", NGX_PAYMENTS_FIELD_STRING, 0, 0, 0, 30, 30, NULL, NULL,
      NULL, "The payment, or the refund, that has the reference." },
    EXTRA("amount_capturable", INTEGER, NULL, NULL, NULL),
    EXTRA("amount_refundable", INTEGER, NULL, NULL, NULL),
    EXTRA("current_version", INTEGER, NULL, NULL, NULL),
    { "required_scope", NGX_PAYMENTS_FIELD_ENUM, 0, 0, 0, 0, 0, NULL,
      ngx_payments_scopes, NULL, NULL },
    EXTRA("original_request", OBJECT, NULL, &original, NULL),
    EXTRA("failure", OBJECT, NULL, &failure, NULL),
    END
};

const ngx_payments_schema_t  ngx_payments_problem_answer = {
    "Problem", "Why a request was refused (RFC 9457), and what to do next.",
    problem_fields
};
