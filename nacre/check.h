/*
 * Checks for bugs in this code base, at compile time and at run time.
 *
 * NACRE_ASSERT is for arguments, results and relations between fields of our own: never for bytes
 * from a medium, never for data from the application. It is empty unless NACRE_ASSERTS is 1; then
 * the application (or the test) gives nacre_assert_failed.
 */
#ifndef NACRE_CHECK_H
#define NACRE_CHECK_H

#include "nacre/config.h"

#define NACRE_MUST_CHECK __attribute__((warn_unused_result))

/*
 * Called when an assert does not hold. Must not return.
 *
 * file, line  where
 */
_Noreturn void nacre_assert_failed(const char *file, int line);

#endif
