/*
 * A product of three threads that keeps what its panel shows in the flash it runs from: the panel
 * itself, which must never be late; the one that saves, and waits for the flash; and a log, which
 * has what time is left. What each does in a turn is here; threads, locks and waits are the
 * kernel's, see examples/freertos and examples/threadx.
 */
#ifndef EXAMPLES_RTOS_PRODUCT_H
#define EXAMPLES_RTOS_PRODUCT_H

#include "nacre/core/store.h"
#include "nacre/err.h"
#include "nacre/media/nor.h"

#include <stdint.h>

#define PRODUCT_PANEL_MS 5u
#define PRODUCT_SAVE_MS 2u
#define PRODUCT_LOG_MS 3u

/* What the kernel gives. Outlives the product. */
struct product_system {
    const struct nacre_lock *lock;  /* of the store: one thread at a time */
    const struct nacre_nor_os *os;  /* waiting and staying awake */
    const volatile uint32_t *tick;  /* milliseconds, counted by the kernel's tick */
};

/* Board, console and protection. Before the kernel starts; leaves SysTick to the kernel. */
void product_start(void);

/*
 * Open the flash and the store: from a thread, for it may have to wait.
 *
 * Returns  as nacre_nor_open and nacre_mount
 */
enum nacre_err product_open(const struct product_system *system);

/* The thread that saves: what the panel shows is saved, if it has changed; Stop mode if asked. */
void product_save(void);

/* The panel, every PRODUCT_PANEL_MS: a change, and a byte of the console: z asks for Stop mode. */
void product_panel(void);

/* The log: what was saved is read and compared, and now and then there is a line. */
void product_log(void);

/* Where the product would enter Stop mode: nothing of the flash is busy or suspended. */
void product_stop_mode(void);

#endif
