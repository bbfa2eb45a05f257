
/*
 * Hosts and URLs over any bytes: what is an address here is the same one for
 * inet_pton(), and what is a name here is no address for inet_aton(), which
 * takes more spellings than any other reader.
 */

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "../../ngx_payments_module/domain/ngx_payments_domain.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
same(const ngx_payments_host_t *host)
{
    char            name[256];
    uint8_t         address[16], mapped[16] = { [10] = 0xff, [11] = 0xff };
    struct in_addr  in;

    if (host->name.len == 0 || host->name.len >= sizeof(name)) {
        abort();
    }

    memcpy(name, host->name.data, host->name.len);
    name[host->name.len] = '\0';

    if (strlen(name) != host->name.len) {
        abort();
    }

    switch (host->kind) {

    case NGX_PAYMENTS_HOST_NAME:
        if (inet_aton(name, &in) != 0) {
            abort();
        }

        break;

    case NGX_PAYMENTS_HOST_IPV4:
        memcpy(mapped + 12, host->address, 4);

        if (inet_pton(AF_INET, name, address) != 1
            || memcmp(address, host->address, 4) != 0
            || ngx_payments_address4_refused(host->address)
               != ngx_payments_address6_refused(mapped))
        {
            abort();
        }

        break;

    default:
        if (inet_pton(AF_INET6, name, address) != 1
            || memcmp(address, host->address, 16) != 0)
        {
            abort();
        }

        (void) ngx_payments_address6_refused(host->address);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ngx_payments_url_t   url;
    ngx_payments_host_t  host;

    if (ngx_payments_host_parse(data, size, &host) == NULL) {
        same(&host);
    }

    if (ngx_payments_url_parse(data, size, &url) != NULL) {
        return 0;
    }

    same(&url.host);

    if (url.port == 0 || url.target.len == 0 || url.target.data[0] != '/'
        || url.authority.len < url.host.name.len
        || memchr(url.target.data, '\n', url.target.len) != NULL)
    {
        abort();
    }

    return 0;
}
