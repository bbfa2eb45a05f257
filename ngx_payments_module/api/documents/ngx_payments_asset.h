
/* Files that are compiled in. */

#ifndef _NGX_PAYMENTS_ASSET_H_INCLUDED_
#define _NGX_PAYMENTS_ASSET_H_INCLUDED_


/* a file as it was when this was compiled, from the compiler's include path:
   ngx_payments_asset_<symbol> and _end, of bytes */

#define NGX_PAYMENTS_ASSET(symbol, file)                                      \
    __asm__(".pushsection .rodata,\"a\",@progbits\n"                          \
            "ngx_payments_asset_" #symbol ":\n"                               \
            ".incbin \"" file "\"\n"                                          \
            "ngx_payments_asset_" #symbol "_end:\n"                           \
            ".popsection\n");                                                 \
    extern const u_char  ngx_payments_asset_##symbol[]                        \
        __attribute__((visibility("hidden")));                                \
    extern const u_char  ngx_payments_asset_##symbol##_end[]                  \
        __attribute__((visibility("hidden")))


#endif /* _NGX_PAYMENTS_ASSET_H_INCLUDED_ */
