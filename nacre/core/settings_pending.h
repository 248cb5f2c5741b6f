/*
 * Sets that are saved later: a slider that moves sets its row a hundred times and costs one record.
 *
 * A set of a row with the flag NACRE_COALESCED is kept in memory, pending, and every get sees it.
 * It is saved by nacre_settings_idle once it has been quiet for quiet_ms, or latest_ms after the
 * first set; by nacre_flush and nacre_quiesce; and when the memory is full, the oldest first. It
 * counts from the call on that saved it and returned NACRE_OK: a cut before loses it.
 */
#ifndef NACRE_CORE_SETTINGS_PENDING_H
#define NACRE_CORE_SETTINGS_PENDING_H

#include "nacre/core/settings.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_PENDING_HEAD 12u /* bytes of memory beside each pending value */

/* Memory for so many values, of so many bytes together, that are pending at a time. */
#define NACRE_PENDING_BYTES(values, value_bytes) ((values) * NACRE_PENDING_HEAD + (value_bytes))

struct nacre_pending_cfg {
    void *memory;
    uint32_t bytes;
    uint32_t quiet_ms;  /* without another set of the row */
    uint32_t latest_ms; /* after the first set that is not saved */
    uint32_t (*now_ms)(void *context); /* wraps after UINT32_MAX; nacre_settings_idle is called
                                          more often than that */
    void *context;
};

/*
 * What the settings call, so that they name nothing of this file. nacre_pending_open puts it there.
 */
struct nacre_pending_ops {
    /* The pending value of a key; false where there is none. */
    bool (*find)(const struct nacre_pending *pending, uint32_t key, const uint8_t **bytes,
                 uint32_t *n);
    /* Keep a value; what is in its way is saved. Returns NACRE_OK; an error: unchanged. */
    enum nacre_err (*put)(struct nacre_settings *settings, uint32_t key, const void *bytes,
                          uint32_t n);
    /* Forget the pending value of a key, if there is one; of all keys. */
    void (*drop)(struct nacre_pending *pending, uint32_t key);
    void (*drop_all)(struct nacre_pending *pending);
};

/*
 * The pending values lie in memory one behind the other, each behind a head of NACRE_PENDING_HEAD
 * bytes. Invariants: used <= cfg.bytes; no key is there twice; no row of a key is secret.
 */
struct nacre_pending {
    const struct nacre_pending_ops *ops;
    struct nacre_pending_cfg cfg;
    uint32_t used;
};

/*
 * Make the memory ready, with nothing pending. Then give it to nacre_settings_open.
 *
 * cfg      copied; its memory, clock and context are kept
 * Returns  NACRE_OK; NACRE_BAD_ARGUMENT: a pointer is null, or there is no room for one byte
 * Context  any
 */
NACRE_MUST_CHECK enum nacre_err nacre_pending_open(struct nacre_pending *pending,
                                                   const struct nacre_pending_cfg *cfg);

/*
 * Save everything that is pending. Several values are saved as one transaction where cfg.work of
 * the settings and the store have room for it, else one by one.
 *
 * Cost     nacre_set for each value; as a transaction one granule more
 * Returns  NACRE_OK       nothing is pending; also where nothing can be
 *          NACRE_NESTED, NACRE_NOT_MOUNTED, NACRE_BAD_ARGUMENT: unchanged
 *          the first error of nacre_set: what could not be saved stays pending
 * Cut      each value is the old one or the new one; of a transaction, all alike
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_flush(struct nacre_settings *settings);

/*
 * The same for what is due, then nacre_idle. Call it when the application has nothing to do.
 *
 * more     as nacre_idle; a value that is pending and not due is no reason to call again at once
 * Cost     as nacre_flush for what is due, as nacre_idle
 * Returns  NACRE_OK
 *          NACRE_NESTED, NACRE_NOT_MOUNTED, NACRE_BAD_ARGUMENT: neither was done
 *          the first error of both: what could not be saved is due again after quiet_ms
 * Cut      as nacre_flush
 * Context  thread only
 */
enum nacre_err nacre_settings_idle(struct nacre_settings *settings, bool *more);

/*
 * How long until something is due?
 *
 * Returns  milliseconds from now, 0 where something is due; UINT32_MAX where nothing is pending
 * Context  thread only; in on_change too
 */
uint32_t nacre_settings_due_ms(const struct nacre_settings *settings);

/*
 * Before a planned reset or power-off: nacre_flush, then nacre_unmount. The settings are closed.
 *
 * Cost     as both
 * Returns  NACRE_OK; NACRE_NOT_MOUNTED
 *          as nacre_flush   nothing was unmounted, the settings stay open
 *          as nacre_unmount  all is saved; closed all the same
 * Cut      as nacre_flush
 * Context  thread only, and the last call that uses the store
 */
NACRE_MUST_CHECK enum nacre_err nacre_quiesce(struct nacre_settings *settings);

#endif
