/*
 * rule: compiler-call
 * title: Functions that tell when they begin and end
 * broken: -finstrument-functions calls __cyg_profile_func_enter in flash.
 * cure: Compile the blackout's files without it, or give its functions
 *   no_instrument_function.
 * flags: -finstrument-functions
 */
#include "tests/check_corpus/board.h"

__attribute__((no_instrument_function, noinline)) void __cyg_profile_func_enter(void *f, void *site)
{
    OUTPUT = (uint32_t)f + (uint32_t)site;
}

__attribute__((no_instrument_function, noinline)) void __cyg_profile_func_exit(void *f, void *site)
{
    OUTPUT = (uint32_t)f - (uint32_t)site;
}

RAM int root(int input)
{
    return input + 1;
}
