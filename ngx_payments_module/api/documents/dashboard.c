
/*
 * The dashboard: one page of three files, compiled in, which shows GET
 * /v1/status.  It is served where "payments_dashboard" is on, and asks for an
 * API key by itself.
 */

#include "ngx_payments_documents.h"
#include "ngx_payments_asset.h"
#include "../ngx_payments_request.h"


NGX_PAYMENTS_ASSET(dashboard, "dashboard.html");
NGX_PAYMENTS_ASSET(dashboard_style, "dashboard.css");
NGX_PAYMENTS_ASSET(dashboard_script, "dashboard.js");

typedef struct {
    const char                     *name;      /* of the path; "": the page */
    const char                     *type;
    const u_char                   *start;
    const u_char                   *end;
} ngx_payments_dashboard_file_t;

#define ROW(name, type, symbol)                                               \
    { name, type, ngx_payments_asset_##symbol,                                \
      ngx_payments_asset_##symbol##_end }

static const ngx_payments_dashboard_file_t
    ngx_payments_dashboard_files[NGX_PAYMENTS_DASHBOARD_FILES] = {

    ROW("", "text/html; charset=utf-8", dashboard),
    ROW("dashboard.css", "text/css; charset=utf-8", dashboard_style),
    ROW("dashboard.js", "text/javascript; charset=utf-8", dashboard_script)
};


static ngx_payments_document_t  *ngx_payments_dashboard_served;


ngx_int_t
ngx_payments_dashboard(ngx_conf_t *cf, ngx_payments_document_t *files)
{
    ngx_uint_t                            i;
    const ngx_payments_dashboard_file_t  *file;

    for (i = 0; i < NGX_PAYMENTS_DASHBOARD_FILES; i++) {
        file = &ngx_payments_dashboard_files[i];

        files[i].body.data = (u_char *) file->start;
        files[i].body.len = file->end - file->start;

        if (ngx_payments_document_etag(cf->pool, &files[i].body,
                                       &files[i].etag)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


void
ngx_payments_dashboard_init(ngx_payments_document_t *files)
{
    ngx_payments_dashboard_served = files;
}


static void
ngx_payments_dashboard_answer(ngx_payments_request_t *request, ngx_uint_t i)
{
    ngx_payments_answer_t  *answer = &request->answer;

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));

    answer->status = 200;
    answer->type = ngx_payments_dashboard_files[i].type;
    answer->page = 1;
    answer->dashboard = 1;
    answer->body = ngx_payments_dashboard_served[i].body;
    answer->etag = ngx_payments_dashboard_served[i].etag;

    request->done(request);
}


void
ngx_payments_get_dashboard(ngx_payments_request_t *request)
{
    ngx_payments_dashboard_answer(request, 0);
}


void
ngx_payments_get_dashboard_file(ngx_payments_request_t *request)
{
    ngx_uint_t   i;
    const char  *name;

    for (i = 1; i < NGX_PAYMENTS_DASHBOARD_FILES; i++) {
        name = ngx_payments_dashboard_files[i].name;

        if (ngx_strlen(name) == request->id.len
            && ngx_memcmp(name, request->id.data, request->id.len) == 0)
        {
            ngx_payments_dashboard_answer(request, i);
            return;
        }
    }

    ngx_payments_problem(request, NGX_PAYMENTS_P_ROUTE_NOT_FOUND, NULL, NULL);
    request->done(request);
}
