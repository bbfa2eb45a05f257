
/* What this module is.  tools/version writes the header when it is built. */

#include "ngx_payments_base.h"
#include "ngx_payments_version.h"


#define NGX_PAYMENTS_TEXT_OF(x)   #x
#define NGX_PAYMENTS_DIGITS(x)    NGX_PAYMENTS_TEXT_OF(x)


const char     ngx_payments_version[] = NGX_PAYMENTS_VERSION;
const int64_t  ngx_payments_schema_number = NGX_PAYMENTS_SCHEMA;
const char     ngx_payments_functions[] = NGX_PAYMENTS_FUNCTIONS;

const char     ngx_payments_build_labels[] =
    "version=\"" NGX_PAYMENTS_VERSION "\",schema=\""
    NGX_PAYMENTS_DIGITS(NGX_PAYMENTS_SCHEMA) "\"";
