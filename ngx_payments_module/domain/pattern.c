
/* The patterns of request fields, compiled once for the process. */

#define PCRE2_CODE_UNIT_WIDTH  8

#include <string.h>

#include <pcre2.h>

#include "ngx_payments_domain.h"


#define NGX_PAYMENTS_PATTERNS  16


static const char *ngx_payments_pattern_text[NGX_PAYMENTS_PATTERNS];
static pcre2_code *ngx_payments_pattern_code[NGX_PAYMENTS_PATTERNS];
static size_t      ngx_payments_npatterns;

static pcre2_match_data  *ngx_payments_pattern_data;


void *
ngx_payments_pattern_find(const char *pattern)
{
    size_t  i;

    for (i = 0; i < ngx_payments_npatterns; i++) {
        if (strcmp(ngx_payments_pattern_text[i], pattern) == 0) {
            return ngx_payments_pattern_code[i];
        }
    }

    return NULL;
}


void *
ngx_payments_pattern_compile(const char *pattern)
{
    int          error;
    void        *found;
    uint32_t     characters;
    PCRE2_SIZE   offset;
    pcre2_code  *code;

    found = ngx_payments_pattern_find(pattern);

    if (found != NULL) {
        return found;
    }

    if (ngx_payments_npatterns == NGX_PAYMENTS_PATTERNS) {
        return NULL;
    }

    /* one that names characters beyond ASCII, as the documents do, sees
       characters; the others see bytes, which is cheaper */

    characters = (strstr(pattern, "\\u") != NULL)
                 ? PCRE2_UTF | PCRE2_ALT_BSUX : 0;

    code = pcre2_compile((PCRE2_SPTR) pattern, PCRE2_ZERO_TERMINATED,
                         PCRE2_ANCHORED | PCRE2_ENDANCHORED | characters,
                         &error, &offset, NULL);
    if (code == NULL) {
        return NULL;
    }

    /* without JIT the interpreter runs: slower, never wrong */
    (void) pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);

    ngx_payments_pattern_text[ngx_payments_npatterns] = pattern;
    ngx_payments_pattern_code[ngx_payments_npatterns++] = code;

    return code;
}


const char *
ngx_payments_schema_compile(const ngx_payments_field_t *fields)
{
    const char                  *failed;
    const ngx_payments_field_t  *f;

    for (f = fields; f->name != NULL; f++) {

        if (f->pattern != NULL
            && ngx_payments_pattern_compile(f->pattern) == NULL)
        {
            return f->pattern;
        }

        if (f->schema != NULL) {
            failed = ngx_payments_schema_compile(f->schema->fields);

            if (failed != NULL) {
                return failed;
            }
        }
    }

    return NULL;
}


void
ngx_payments_patterns_free(void)
{
    while (ngx_payments_npatterns > 0) {
        pcre2_code_free(ngx_payments_pattern_code[--ngx_payments_npatterns]);
    }

    pcre2_match_data_free(ngx_payments_pattern_data);
    ngx_payments_pattern_data = NULL;
}


int
ngx_payments_pattern_match(const char *pattern, const uint8_t *data,
    size_t len)
{
    int    rc;
    void  *code;

    if (ngx_payments_pattern_data == NULL) {
        ngx_payments_pattern_data = pcre2_match_data_create(1, NULL);
    }

    code = ngx_payments_pattern_find(pattern);

    if (ngx_payments_pattern_data == NULL || code == NULL) {
        return 0;
    }

    /* the JSON that this stood in was checked to be UTF-8 */

    rc = pcre2_match(code, data, len, 0, PCRE2_NO_UTF_CHECK,
                     ngx_payments_pattern_data, NULL);

    return rc >= 0;
}
