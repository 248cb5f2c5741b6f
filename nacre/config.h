/*
 * What can be set when the library is built. Each may be given on the command line.
 */
#ifndef NACRE_CONFIG_H
#define NACRE_CONFIG_H

#ifndef NACRE_ASSERTS
#define NACRE_ASSERTS 0
#endif

#if NACRE_ASSERTS
#define NACRE_ASSERT(condition) \
    ((condition) ? (void)0 : nacre_assert_failed(__FILE__, __LINE__))
#else
#define NACRE_ASSERT(condition) ((void)0)
#endif

#endif
