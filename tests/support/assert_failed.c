/*
 * Where an assert of the library lands in a test: it says where and ends the test.
 */
#include "nacre/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void nacre_assert_failed(const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: assert does not hold\n", file, line);
    abort();
}
