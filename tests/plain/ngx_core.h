
/* what there is stands in ngx_config.h */

#include <ngx_config.h>
