
/*
 * What is served of the documents: two of OpenAPI, the reference for people
 * with its viewer, a page for each problem.  Nothing comes from another host.
 */

#include "ngx_payments_documents.h"
#include "ngx_payments_asset.h"
#include "../ngx_payments_request.h"


#define NGX_PAYMENTS_DOCUMENT  (1024 * 1024)
#define NGX_PAYMENTS_PAGE      (128 * 1024)
#define NGX_PAYMENTS_ETAG      16              /* hexadecimal digits */


NGX_PAYMENTS_ASSET(style, "docs.css");
NGX_PAYMENTS_ASSET(script, "docs.js");

#if (NGX_PAYMENTS_VIEWER)
NGX_PAYMENTS_ASSET(viewer_style, "swagger-ui.css");
NGX_PAYMENTS_ASSET(viewer, "swagger-ui-bundle.js");
#endif

typedef struct {
    const char                     *name;
    const char                     *type;
    const u_char                   *start;
    const u_char                   *end;
    ngx_uint_t                      script;
} ngx_payments_asset_t;

#define JS  "text/javascript; charset=utf-8"
#define CSS "text/css; charset=utf-8"
#define ROW(name, type, symbol, script)                                       \
    { name, type, ngx_payments_asset_##symbol,                                \
      ngx_payments_asset_##symbol##_end, script }

/* in the order in which the page loads them */

static const ngx_payments_asset_t  ngx_payments_assets[] = {
#if (NGX_PAYMENTS_VIEWER)
    ROW("swagger-ui.css", CSS, viewer_style, 0),
    ROW("swagger-ui-bundle.js", JS, viewer, 1),
#endif
    ROW("docs.css", CSS, style, 0),
    ROW("docs.js", JS, script, 1),
    { NULL, NULL, NULL, NULL, 0 }
};


/*
 * Their names in URLs, which have the hash of their bytes and are made once: of
 * what is compiled in, so a configuration that fails changes nothing.
 */

#define NGX_PAYMENTS_ASSETS                                                   \
    (sizeof(ngx_payments_assets) / sizeof(ngx_payments_assets[0]))

static ngx_str_t  ngx_payments_asset_names[NGX_PAYMENTS_ASSETS];
static u_char     ngx_payments_asset_text[NGX_PAYMENTS_ASSETS][64];


static ngx_payments_documents_t  *ngx_payments_served;


void
ngx_payments_documents_init(ngx_payments_documents_t *documents)
{
    ngx_payments_served = documents;
}


ngx_int_t
ngx_payments_document_etag(ngx_pool_t *pool, ngx_str_t *body, ngx_str_t *etag)
{
    u_char   *p;
    uint8_t   digest[NGX_PAYMENTS_SHA256_LEN];

    etag->data = ngx_pnalloc(pool, NGX_PAYMENTS_ETAG + 2);

    if (etag->data == NULL
        || ngx_payments_sha256(body->data, body->len, digest) != 0)
    {
        return NGX_ERROR;
    }

    p = etag->data;
    *p++ = '"';
    p = ngx_hex_dump(p, digest, NGX_PAYMENTS_ETAG / 2);
    *p++ = '"';
    etag->len = p - etag->data;

    return NGX_OK;
}


/* text as HTML; what is in backticks as code */

static void
ngx_payments_docs_text(ngx_payments_out_t *out, const char *text)
{
    ngx_uint_t  code;

    for (code = 0; *text; text++) {
        switch (*text) {
        case '&':
            ngx_payments_out_str(out, "&amp;");
            break;
        case '<':
            ngx_payments_out_str(out, "&lt;");
            break;
        case '>':
            ngx_payments_out_str(out, "&gt;");
            break;
        case '`':
            code = !code;
            ngx_payments_out_str(out, code ? "<code>" : "</code>");
            break;
        default:
            ngx_payments_out_bytes(out, text, 1);
        }
    }
}


static ngx_int_t
ngx_payments_docs_names(void)
{
    u_char                      *p;
    uint8_t                      digest[NGX_PAYMENTS_SHA256_LEN];
    ngx_uint_t                   i;
    const ngx_payments_asset_t  *asset;

    for (i = 0; ngx_payments_assets[i].name != NULL; i++) {
        asset = &ngx_payments_assets[i];

        if (ngx_payments_sha256(asset->start, asset->end - asset->start,
                                digest)
            != 0)
        {
            return NGX_ERROR;
        }

        p = ngx_hex_dump(ngx_payments_asset_text[i], digest,
                         NGX_PAYMENTS_ETAG / 2);
        *p++ = '-';
        p = ngx_cpymem(p, asset->name, ngx_strlen(asset->name));

        ngx_payments_asset_names[i].data = ngx_payments_asset_text[i];
        ngx_payments_asset_names[i].len = p - ngx_payments_asset_text[i];
    }

    return NGX_OK;
}


static void
ngx_payments_docs_head(ngx_payments_out_t *out, const char *title,
    ngx_uint_t scripts)
{
    ngx_uint_t                   i;
    const ngx_payments_asset_t  *asset;

    ngx_payments_out_str(out, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
        "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width="
        "device-width, initial-scale=1\"><meta name=\"color-scheme\" "
        "content=\"light dark\"><link rel=\"icon\" href=\"data:,\"><title>");
    ngx_payments_docs_text(out, title);
    ngx_payments_out_str(out, "</title>");

    for (i = 0; ngx_payments_assets[i].name != NULL; i++) {
        asset = &ngx_payments_assets[i];

        if (asset->script && !scripts) {
            continue;
        }

        ngx_payments_out_str(out, asset->script
                                  ? "\n<script defer src=\"/docs/assets/"
                                  : "\n<link rel=\"stylesheet\" "
                                    "href=\"/docs/assets/");
        ngx_payments_out_bytes(out, ngx_payments_asset_names[i].data,
                               ngx_payments_asset_names[i].len);
        ngx_payments_out_str(out, asset->script ? "\"></script>" : "\">");
    }

    ngx_payments_out_str(out, "</head>\n<body>");
}


static void
ngx_payments_docs_operations(ngx_payments_out_t *out)
{
    ngx_uint_t                       i;
    const ngx_payments_operation_t  *o;

    ngx_payments_out_str(out, "<table id=\"index\"><caption>Operations"
                              "</caption>\n");

    for (i = 0; i < ngx_payments_noperations; i++) {
        o = &ngx_payments_operations[i];

        if (o->tag == NULL) {
            continue;
        }

        ngx_payments_out_str(out, "<tr><td><code>");
        ngx_payments_out_str(out, o->method == NGX_PAYMENTS_GET ? "GET"
                                  : o->method == NGX_PAYMENTS_POST ? "POST"
                                  : o->method == NGX_PAYMENTS_PATCH ? "PATCH"
                                  : "DELETE");
        ngx_payments_out_str(out, "</code></td><td><code>");
        ngx_payments_out_str(out, o->path);
        ngx_payments_out_str(out, "</code></td><td>");
        ngx_payments_docs_text(out, o->summary);
        ngx_payments_out_str(out, "</td></tr>\n");
    }

    ngx_payments_out_str(out, "</table>\n");
}


static void
ngx_payments_docs_problems(ngx_payments_out_t *out)
{
    ngx_uint_t                     i;
    const ngx_payments_problem_t  *p;

    ngx_payments_out_str(out, "<table id=\"problems\"><caption>Problems"
                              "</caption>\n");

    for (i = 0; i < NGX_PAYMENTS_P_LAST; i++) {
        p = &ngx_payments_problems[i];

        ngx_payments_out_str(out, "<tr><td>");
        ngx_payments_out_int(out, (int64_t) p->status);
        ngx_payments_out_str(out, "</td><td><a href=\"/docs/errors/");
        ngx_payments_out_str(out, p->code);
        ngx_payments_out_str(out, "\"><code>");
        ngx_payments_out_str(out, p->code);
        ngx_payments_out_str(out, "</code></a></td><td>");
        ngx_payments_docs_text(out, p->title);
        ngx_payments_out_str(out, "</td></tr>\n");
    }

    ngx_payments_out_str(out, "</table>\n");
}


static void
ngx_payments_docs_page(ngx_payments_out_t *out, ngx_uint_t unused)
{
    (void) unused;

    ngx_payments_docs_head(out, "Payments API", 1);
    ngx_payments_out_str(out,
        "<header><h1>Payments API</h1><p>Version " NGX_PAYMENTS_VERSION ". "
        "<a href=\"/openapi.json\">OpenAPI 3.0</a>, "
        "<a href=\"/openapi-3.1.json\">3.1</a>, "
        "<a href=\"#problems\">problems</a>.</p></header>\n"
        "<main><div id=\"viewer\"></div>\n");
    ngx_payments_docs_operations(out);
    ngx_payments_docs_problems(out);
    ngx_payments_out_str(out, "</main></body></html>\n");
}


static void
ngx_payments_docs_error(ngx_payments_out_t *out,
    const ngx_payments_problem_t *p)
{
    ngx_payments_docs_head(out, p->code, 0);
    ngx_payments_out_str(out, "<header><p><a href=\"/docs\">Payments API</a>"
                              "</p><h1>");
    ngx_payments_docs_text(out, p->title);
    ngx_payments_out_str(out, "</h1></header>\n<main><p>");
    ngx_payments_out_int(out, (int64_t) p->status);
    ngx_payments_out_str(out, " <code>");
    ngx_payments_out_str(out, p->code);
    ngx_payments_out_str(out, "</code>: ");
    ngx_payments_docs_text(out, p->detail);
    ngx_payments_out_str(out, ".</p>\n<h2>What to do</h2>\n<p>");
    ngx_payments_docs_text(out, p->advice);
    ngx_payments_out_str(out, "</p>\n<h2>And the key?</h2>\n<p>");

    ngx_payments_docs_text(out, p->stored == NGX_PAYMENTS_STORED
        ? "The answer is stored under the request's `Idempotency-Key`: a retry "
          "gets it again, for as long as the key is kept."
        : p->stored == NGX_PAYMENTS_STORED_OTHER
        ? "This answer is not stored, but the outcome of the request that has "
          "the `Idempotency-Key` is, or will be if it is executed: repeating "
          "that request with the same key gets it."
        : "Nothing is stored under the request's `Idempotency-Key`: a retry is "
          "treated as a new request.");

    ngx_payments_docs_text(out, ngx_strcmp(p->retry, "new_key") == 0
        ? " `retry` is `new_key`: another attempt needs a key of its own."
        : ngx_strcmp(p->retry, "never") == 0
        ? " `retry` is `never`: the same request will not succeed."
        : p->again
        ? " `retry` is `same_key` and `Payments-Should-Retry` is `true`: "
          "repeat the request as it was, with the same key."
        : " `retry` is `same_key`: once it is put right, the key may be used "
          "again.");

    ngx_payments_out_str(out, "</p></main></body></html>\n");
}


/* NGX_OK: what "write" makes, in memory of the pool */

static ngx_int_t
ngx_payments_document(ngx_conf_t *cf, ngx_payments_document_t *document,
    void (*write)(ngx_payments_out_t *out, ngx_uint_t minor), ngx_uint_t minor)
{
    ngx_pool_t          *pool;
    ngx_payments_out_t   out;

    /* a pool of its own for the buffer, which is many times too large */

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, cf->log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&out, ngx_palloc(pool, NGX_PAYMENTS_DOCUMENT),
                          NGX_PAYMENTS_DOCUMENT);

    if (out.start == NULL) {
        goto failed;
    }

    write(&out, minor);

    if (out.overflow) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "payments document is larger than %d bytes",
                           NGX_PAYMENTS_DOCUMENT);
        goto failed;
    }

    document->body.len = out.pos - out.start;
    document->body.data = ngx_pnalloc(cf->pool, document->body.len);

    if (document->body.data == NULL) {
        goto failed;
    }

    ngx_memcpy(document->body.data, out.start, document->body.len);
    ngx_destroy_pool(pool);

    return ngx_payments_document_etag(cf->pool, &document->body,
                                      &document->etag);

failed:

    ngx_destroy_pool(pool);
    return NGX_ERROR;
}


ngx_int_t
ngx_payments_documents(ngx_conf_t *cf, ngx_payments_documents_t *documents)
{
    if (ngx_payments_docs_names() != NGX_OK
        || ngx_payments_document(cf, &documents->openapi,
                                 ngx_payments_openapi, 0)
           != NGX_OK
        || ngx_payments_document(cf, &documents->openapi31,
                                 ngx_payments_openapi, 1)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_payments_document(cf, &documents->docs, ngx_payments_docs_page,
                                 0);
}


static void
ngx_payments_docs_answer(ngx_payments_request_t *request,
    ngx_payments_document_t *document, ngx_uint_t page, const char *type)
{
    ngx_payments_answer_t  *answer = &request->answer;

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));

    answer->status = 200;
    answer->type = type;
    answer->page = page;
    answer->body = document->body;
    answer->etag = document->etag;

    request->done(request);
}


void
ngx_payments_get_openapi(ngx_payments_request_t *request)
{
    ngx_payments_docs_answer(request, &ngx_payments_served->openapi, 0,
                             "application/json");
}


void
ngx_payments_get_openapi31(ngx_payments_request_t *request)
{
    ngx_payments_docs_answer(request, &ngx_payments_served->openapi31, 0,
                             "application/json");
}


static void
ngx_payments_docs_html(ngx_payments_request_t *request,
    ngx_payments_document_t *document)
{
    ngx_payments_docs_answer(request, document, 1,
                             "text/html; charset=utf-8");
}


void
ngx_payments_get_docs(ngx_payments_request_t *request)
{
    ngx_payments_docs_html(request, &ngx_payments_served->docs);
}


static void
ngx_payments_docs_missing(ngx_payments_request_t *request,
    ngx_payments_problem_e problem)
{
    ngx_payments_problem(request, problem, NULL, NULL);
    request->done(request);
}


void
ngx_payments_get_docs_error(ngx_payments_request_t *request)
{
    ngx_uint_t                i;
    ngx_payments_out_t        out;
    ngx_payments_document_t   document;

    for (i = 0; i < NGX_PAYMENTS_P_LAST; i++) {
        if (ngx_strlen(ngx_payments_problems[i].code) == request->id.len
            && ngx_memcmp(ngx_payments_problems[i].code, request->id.data,
                          request->id.len)
               == 0)
        {
            break;
        }
    }

    if (i == NGX_PAYMENTS_P_LAST) {
        ngx_payments_docs_missing(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND);
        return;
    }

    document.body.data = ngx_pnalloc(request->pool, NGX_PAYMENTS_PAGE / 16);
    if (document.body.data == NULL) {
        goto failed;
    }

    ngx_payments_out_init(&out, document.body.data, NGX_PAYMENTS_PAGE / 16);
    ngx_payments_docs_error(&out, &ngx_payments_problems[i]);
    document.body.len = out.pos - out.start;

    if (!out.overflow
        && ngx_payments_document_etag(request->pool, &document.body,
                                      &document.etag)
           == NGX_OK)
    {
        ngx_payments_docs_html(request, &document);
        return;
    }

failed:

    ngx_payments_docs_missing(request, NGX_PAYMENTS_P_INTERNAL_ERROR);
}


void
ngx_payments_get_docs_asset(ngx_payments_request_t *request)
{
    ngx_str_t                   *name;
    ngx_uint_t                   i;
    const ngx_payments_asset_t  *asset;

    for (i = 0; ngx_payments_assets[i].name != NULL; i++) {
        asset = &ngx_payments_assets[i];
        name = &ngx_payments_asset_names[i];

        if (name->len != request->id.len
            || ngx_memcmp(name->data, request->id.data, name->len) != 0)
        {
            continue;
        }

        ngx_memzero(&request->answer, sizeof(ngx_payments_answer_t));
        request->answer.status = 200;
        request->answer.type = asset->type;
        request->answer.lasting = 1;
        request->answer.body.data = (u_char *) asset->start;
        request->answer.body.len = asset->end - asset->start;
        request->done(request);
        return;
    }

    ngx_payments_docs_missing(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND);
}
