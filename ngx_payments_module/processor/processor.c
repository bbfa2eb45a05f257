
/* Which processors there are, which is asked, and how they are doing. */

#include "ngx_payments_breaker.h"
#include "../status/ngx_payments_board.h"


#define NGX_PAYMENTS_PROCESSOR_NAMED  1000     /* ms between two messages */

/* authorizations that came to this */
#define COUNTED(processor, verdict)                                           \
    ngx_payments_breaker_counted(processor, NGX_PAYMENTS_AUTHORIZE,           \
                                 NGX_PAYMENTS_VERDICT_##verdict)


static u_char *ngx_payments_processor_text(u_char *p, u_char *last);
static void ngx_payments_processor_show(ngx_payments_board_worker_t *place);


/* this worker's; NULL: none are configured */

static ngx_payments_processors_t  *ngx_payments_processors;


ngx_int_t
ngx_payments_processor_init(ngx_cycle_t *cycle,
    ngx_payments_processors_t *processors)
{
    ngx_uint_t             i;
    ngx_payments_share_t  *calls;

    for (i = 0; i < processors->n; i++) {
        calls = ngx_pcalloc(cycle->pool, sizeof(ngx_payments_share_t));
        if (calls == NULL) {
            return NGX_ERROR;
        }

        calls->size = processors->elts[i]->max_calls;
        processors->elts[i]->calls = calls;
        processors->elts[i]->probe = 0;
    }

    ngx_payments_processors = processors;
    ngx_payments_board_show(ngx_payments_processor_show);

    if (processors->n) {

        /* a line of 256 bytes for each number, and what explains them */

        ngx_payments_status_extend(2048 + 256 * processors->n
                                   * (4 + NGX_PAYMENTS_PROCESSOR_ACTIONS
                                      * NGX_PAYMENTS_PROCESSOR_VERDICTS),
                                   ngx_payments_processor_text);
    }

    return NGX_OK;
}


void
ngx_payments_processor_exit(void)
{
    ngx_payments_processors = NULL;
}


ngx_payments_processor_t *
ngx_payments_processor_named(ngx_payments_processors_t *processors,
    ngx_str_t *name)
{
    ngx_uint_t                 i;
    ngx_payments_processor_t  *processor;

    for (i = 0; i < processors->n; i++) {
        processor = processors->elts[i];

        if (processor->name.len == name->len
            && ngx_memcmp(processor->name.data, name->data, name->len) == 0)
        {
            return processor;
        }
    }

    return NULL;
}


ngx_int_t
ngx_payments_processor_next(ngx_str_t *names, ngx_str_t *name)
{
    u_char  *p, *last;

    p = names->data;
    last = p + names->len;

    while (p < last && (*p == ',' || *p == ' ')) {
        p++;
    }

    name->data = p;

    while (p < last && *p != ',' && *p != ' ') {
        p++;
    }

    name->len = p - name->data;
    names->data = p;
    names->len = last - p;

    return name->len ? NGX_OK : NGX_DONE;
}


ngx_str_t *
ngx_payments_processor_name_of(ngx_uint_t i)
{
    return (ngx_payments_processors && i < ngx_payments_processors->n)
           ? &ngx_payments_processors->elts[i]->name : NULL;
}


ngx_payments_processor_t *
ngx_payments_processor_find(ngx_str_t *name)
{
    return ngx_payments_processors
           ? ngx_payments_processor_named(ngx_payments_processors, name)
           : NULL;
}


ngx_payments_processor_t *
ngx_payments_processor_choose(ngx_str_t *names, int64_t merchant_id)
{
    ngx_str_t                  name;
    const char                *due;
    ngx_payments_processor_t  *processor;

    while (ngx_payments_processor_next(names, &name) == NGX_OK) {
        processor = ngx_payments_processor_find(&name);

        if (processor == NULL) {
            due = ngx_payments_status_due("processor", "name", 0,
                                          NGX_PAYMENTS_PROCESSOR_NAMED);
            if (due != NULL) {
                ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                              "\"payments_processors\" names \"%V\", which is "
                              "no processor%s", &name, due);
            }

            continue;
        }

        if (!ngx_payments_share_full(processor->calls, merchant_id)
            && ngx_payments_breaker_allows(processor))
        {
            return processor;
        }
    }

    return NULL;
}


ngx_str_t *
ngx_payments_processor_name(ngx_payments_processor_t *processor)
{
    return &processor->name;
}


ngx_msec_t
ngx_payments_processor_patience(ngx_payments_processor_t *processor)
{
    return processor->answer;
}


ngx_uint_t
ngx_payments_processor_remembers(ngx_payments_processor_t *processor,
    int64_t age)
{
    return processor->idempotency && age < (int64_t) processor->key_lifetime;
}


ngx_int_t
ngx_payments_processor_view(ngx_uint_t i, ngx_payments_processor_view_t *view)
{
    ngx_payments_processor_t  *processor;

    static const char  *states[] = { "closed", "open", "probing" };

    if (ngx_payments_processors == NULL || i >= ngx_payments_processors->n) {
        return NGX_DECLINED;
    }

    processor = ngx_payments_processors->elts[i];

    view->name = &processor->name;
    view->breaker = states[ngx_payments_breaker_state(processor)];
    view->max_calls = processor->max_calls;

    view->approved = COUNTED(processor, APPROVED);
    view->declined = COUNTED(processor, DECLINED);
    view->unknown = COUNTED(processor, UNKNOWN);

    return NGX_OK;
}


static void
ngx_payments_processor_show(ngx_payments_board_worker_t *place)
{
    ngx_uint_t  i;

    for (i = 0; i < ngx_payments_processors->n; i++) {
        place->calls[i] = (uint32_t) ngx_payments_processors->elts[i]
                                         ->calls->held;
    }
}


static u_char *
ngx_payments_processor_calls_text(u_char *p, u_char *last,
    ngx_payments_processor_t *processor)
{
    ngx_uint_t         a, v;
    ngx_atomic_uint_t  n;

    for (a = 0; a < NGX_PAYMENTS_PROCESSOR_ACTIONS; a++) {
        for (v = 0; v < NGX_PAYMENTS_PROCESSOR_VERDICTS; v++) {
            n = ngx_payments_breaker_counted(processor, a, v);

            if (n == 0) {
                continue;
            }

            p = ngx_slprintf(p, last, "payments_processor_calls_total"
                             "{processor=\"%V\",action=\"%s\",verdict=\"%s\"} "
                             "%uA\n", &processor->name,
                             ngx_payments_processor_actions[a],
                             ngx_payments_processor_verdicts[v], n);
        }
    }

    return p;
}


void
ngx_payments_processor_waiting(ngx_uint_t i,
    const ngx_payments_waiting_t *waiting)
{
    *ngx_payments_breaker_waiting(ngx_payments_processors->elts[i]) = *waiting;
}


static u_char *
ngx_payments_processor_waiting_text(u_char *p, u_char *last)
{
    ngx_uint_t                  i, k;
    ngx_payments_waiting_t     *waiting;
    ngx_payments_processors_t  *all = ngx_payments_processors;

    static const struct {
        const char  *name;
        const char  *help;
        size_t       offset;
    } families[] = {
        { "payments_processor_unknown",
          "Attempts whose end is not known and is looked up.",
          offsetof(ngx_payments_waiting_t, all) },
        { "payments_processor_review",
          "Attempts whose end is not known for three days.",
          offsetof(ngx_payments_waiting_t, review) },
        { "payments_processor_unknown_seconds",
          "Since the oldest attempt whose end is not known was begun.",
          offsetof(ngx_payments_waiting_t, seconds) }
    };

    for (k = 0; k < sizeof(families) / sizeof(families[0]); k++) {
        p = ngx_slprintf(p, last, "# HELP %s %s\n# TYPE %s gauge\n",
                         families[k].name, families[k].help, families[k].name);

        for (i = 0; i < all->n; i++) {
            waiting = ngx_payments_breaker_waiting(all->elts[i]);
            p = ngx_slprintf(p, last, "%s{processor=\"%V\"} %L\n",
                             families[k].name, &all->elts[i]->name,
                             *(int64_t *) ((u_char *) waiting
                                           + families[k].offset));
        }
    }

    return p;
}


static u_char *
ngx_payments_processor_text(u_char *p, u_char *last)
{
    ngx_uint_t                  i;
    ngx_payments_processors_t  *all = ngx_payments_processors;

    if (all == NULL) {
        return p;
    }

    p = ngx_slprintf(p, last, "# HELP payments_processor_calls_total Calls to "
                     "processors by what they came to.\n"
                     "# TYPE payments_processor_calls_total counter\n");

    for (i = 0; i < all->n; i++) {
        p = ngx_payments_processor_calls_text(p, last, all->elts[i]);
    }

    p = ngx_slprintf(p, last, "# HELP payments_processor_breaker Whether a "
                     "processor is asked: 0 it is, 1 it is not, 2 one call "
                     "finds out.\n# TYPE payments_processor_breaker gauge\n");

    for (i = 0; i < all->n; i++) {
        p = ngx_slprintf(p, last, "payments_processor_breaker{processor="
                         "\"%V\"} %d\n", &all->elts[i]->name,
                         (int) ngx_payments_breaker_state(all->elts[i]));
    }

    return ngx_payments_processor_waiting_text(p, last);
}
