/*
 * The meddler: see the header. It takes the place of the chip's table of operations.
 */
#include "tests/support/meddler.h"

#include <stddef.h>

static struct meddler *meddler_now;
static const struct nacre_medium_ops *under;

static enum nacre_err meddle_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    const struct meddler *const meddler = meddler_now;
    const enum nacre_err err = under->read(medium, addr, buf, n);
    if (err != NACRE_OK || meddler->read == NULL) return err;
    return meddler->read(meddler->context, addr, buf, n);
}

static enum nacre_err meddle_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                     uint32_t n)
{
    const struct meddler *const meddler = meddler_now;
    enum nacre_err err = NACRE_OK;
    if (meddler->program != NULL) err = meddler->program(meddler->context, addr, buf, n);
    return err == NACRE_OK ? under->program(medium, addr, buf, n) : err;
}

static enum nacre_err meddle_erase(struct nacre_medium *medium, uint32_t addr)
{
    const struct meddler *const meddler = meddler_now;
    const enum nacre_err err =
        meddler->erase != NULL ? meddler->erase(meddler->context, addr) : NACRE_OK;
    return err == NACRE_OK ? under->erase_start(medium, addr) : err;
}

void meddler_begin(struct meddler *meddler, struct sim_nor *sim)
{
    static struct nacre_medium_ops ops;
    under = sim->medium.ops;
    ops = *under;
    ops.read = meddle_read;
    ops.program = meddle_program;
    ops.erase_start = meddle_erase;
    meddler_now = meddler;
    sim->medium.ops = &ops;
}

void meddler_end(struct sim_nor *sim)
{
    sim->medium.ops = under;
    meddler_now = NULL;
}
