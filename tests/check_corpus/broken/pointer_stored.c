/*
 * rule: pointer-dark
 * title: A pointer stored in a RAM struct
 * broken: The function stores the address of a callback in flash; another one calls it.
 * cure: Place the callback in RAM.
 */
#include "tests/check_corpus/board.h"

struct job {
    int (*volatile done)(int);
};
static struct job job;

static FLASH int done_in_flash(int value)
{
    return value + (int)STATUS;
}

RAM int job_run(int value)
{
    return job.done(value) + 1;
}

RAM int root(int input)
{
    job.done = done_in_flash;
    return job_run(input);
}
