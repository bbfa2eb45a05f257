
/*
 * base/: what every room may use and no room owns.  It uses domain/ and
 * status/ alone.
 */

#ifndef _NGX_PAYMENTS_BASE_H_INCLUDED_
#define _NGX_PAYMENTS_BASE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "../domain/ngx_payments_domain.h"


/* microseconds since 1970 */
typedef int64_t (*ngx_payments_clock_pt)(void);

/*
 * ids.c: the worker's source of ids and random bytes.  init_process: nothing
 * of what the parent process had left is used; "now" is the clock that ids go
 * by.
 */
void ngx_payments_ids_init(ngx_payments_clock_pt now);
/* that clock's time */
int64_t ngx_payments_clock(void);
/* a UUIDv7.  0, or -1: the system gives no random bytes */
int ngx_payments_new_uuid(u_char uuid[NGX_PAYMENTS_UUID_LEN]);
/* random bytes from the same source; likewise */
int ngx_payments_new_random(u_char *data, size_t len);

/*
 * version.c: the version of CHANGES; the number of the newest migration that
 * there was when this was built, and the first 8 digits of the sum of the
 * functions; labels that say this.
 */
extern const char     ngx_payments_version[];
extern const int64_t  ngx_payments_schema_number;
extern const char     ngx_payments_functions[];
extern const char     ngx_payments_build_labels[];


#endif /* _NGX_PAYMENTS_BASE_H_INCLUDED_ */
