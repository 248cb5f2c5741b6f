/*
 * The stage without the guard, to see what happens then.
 */
#include "examples/boot-guard/stage.h"

bool stage_guard(void)
{
    return true;
}
