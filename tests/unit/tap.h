
/* Results as TAP, of one program. */

#ifndef _TAP_H_INCLUDED_
#define _TAP_H_INCLUDED_


#include <stdio.h>
#include <string.h>


static int  count, failed;


static void
ok(int condition, const char *name)
{
    printf("%s %d - %s\n", condition ? "ok" : "not ok", ++count, name);
    failed += !condition;
}


static void
is(const char *got, const char *want, const char *name)
{
    ok(strcmp(got, want) == 0, name);

    if (strcmp(got, want) != 0) {
        printf("#      got: %s\n# expected: %s\n", got, want);
    }
}


/* the status of the program */

static int
done(void)
{
    printf("1..%d\n", count);

    return failed != 0;
}


#endif /* _TAP_H_INCLUDED_ */
