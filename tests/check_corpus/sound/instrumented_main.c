/*
 * rule: compiler-call
 * title: Functions that tell when they begin, but not in the blackout
 * sound: The blackout has no_instrument_function.
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

__attribute__((no_instrument_function)) RAM int root(int input)
{
    return input + 1;
}

int main(void)
{
    OUTPUT = (uint32_t)root((int)INPUT);
    return 0;
}
