/*
 * The medium that fails: see the header.
 */
#include "tests/support/failing.h"

#include <stddef.h>

static struct failing *failing_of(struct nacre_medium *medium)
{
    return (struct failing *)(void *)medium;
}

static bool fails(struct failing *failing, uint32_t kind, uint32_t addr)
{
    if ((failing->kinds & kind) == 0) return false;
    if (addr < failing->from || addr >= failing->to) return false;
    const uint32_t call = failing->calls++;
    return call >= failing->at && call - failing->at < failing->count;
}

static enum nacre_err op_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    struct failing *const failing = failing_of(medium);
    if (!fails(failing, FAILING_READS, addr)) {
        return failing->under->ops->read(failing->under, addr, buf, n);
    }
    if (failing->calls == failing->at + 1u) failing->hit_a_read = failing->writes == 0;
    if (!failing->turns) return failing->err;
    const enum nacre_err err = failing->under->ops->read(failing->under, addr, buf, n);
    *(uint8_t *)buf ^= 1u;
    return err;
}

static enum nacre_err op_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                 uint32_t n)
{
    struct failing *const failing = failing_of(medium);
    const bool is_bad = fails(failing, FAILING_PROGRAMS, addr);
    failing->writes++;
    enum nacre_err err = NACRE_OK;
    if (!is_bad || failing->acts) err = failing->under->ops->program(failing->under, addr, buf, n);
    return is_bad ? failing->err : err;
}

static enum nacre_err op_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    struct failing *const failing = failing_of(medium);
    failing->writes++;
    if (fails(failing, FAILING_ERASES, addr)) return failing->err;
    return failing->under->ops->erase_start(failing->under, addr);
}

/* The erase has ended below, whatever is said of it. */
static enum nacre_err erase_told(struct failing *failing, enum nacre_err err)
{
    const bool may_be_bad = err != NACRE_BUSY && !failing->puts_off;
    const bool is_bad = may_be_bad && fails(failing, FAILING_ENDS, failing->from);
    return is_bad ? failing->err : err;
}

static bool is_put_off(struct failing *failing)
{
    return failing->puts_off && fails(failing, FAILING_ENDS, failing->from);
}

static enum nacre_err op_erase_poll(struct nacre_medium *medium)
{
    struct failing *const failing = failing_of(medium);
    if (is_put_off(failing)) return failing->err;
    return erase_told(failing, failing->under->ops->erase_poll(failing->under));
}

static enum nacre_err op_erase_wait(struct nacre_medium *medium)
{
    struct failing *const failing = failing_of(medium);
    if (is_put_off(failing)) return failing->err;
    return erase_told(failing, failing->under->ops->erase_wait(failing->under));
}

static bool op_can_access(const struct nacre_medium *medium, const void *buf, uint32_t n,
                          bool write)
{
    const struct failing *const failing = (const struct failing *)(const void *)medium;
    return failing->under->ops->can_access(failing->under, buf, n, write);
}

void failing_open(struct failing *failing, struct nacre_medium *under)
{
    static const struct nacre_medium_ops ops = { op_read, op_program, op_erase_start,
                                                 op_erase_poll, op_erase_wait, op_can_access };
    *failing = (struct failing){ .medium = { &ops, under->geometry }, .under = under,
                                 .kinds = FAILING_ALL, .to = UINT32_MAX };
}
