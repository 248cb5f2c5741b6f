/*
 * The product of examples/rtos on ThreadX.
 *
 * Interface: what is used of the kernel is declared by interface/tx_api.h, from the public
 * documentation of its API. A project with the kernel puts the kernel's own include folders in its
 * place.
 *
 * SysTick and PendSV are the kernel's, and lie in flash as everything does.
 */
#include "examples/rtos/product.h"

#include <tx_api.h>

#include <stdbool.h>
#include <stddef.h>

int main(void);

#define STACK_BYTES 2048u
#define PANEL_PRIORITY 5u
#define SAVE_PRIORITY 6u
#define LOG_PRIORITY 7u
#define US_A_TICK (1000000u / TX_TIMER_TICKS_PER_SECOND)
#define MS_A_TICK (1000u / TX_TIMER_TICKS_PER_SECOND)
#define SPUN_US 100u /* shorter waits are not worth two changes of thread */

static volatile uint32_t ticks;
static volatile bool is_busy;
static TX_MUTEX store_mutex;

/* ---- what the library asks of the kernel ---- */

static void lock(void *context)
{
    (void)context;
    (void)tx_mutex_get(&store_mutex, TX_WAIT_FOREVER);
}

static void unlock(void *context)
{
    (void)context;
    (void)tx_mutex_put(&store_mutex);
}

/* Rounded up: what is asked may be less than a tick, and the other threads are to have it. */
static void wait(void *context, uint32_t us)
{
    (void)context;
    if (us < SPUN_US) return;
    (void)tx_thread_sleep((us + US_A_TICK - 1u) / US_A_TICK);
}

/* A product that stops its clocks when idle looks at is_busy before it does. */
static void stay_awake(void *context, bool busy)
{
    (void)context;
    is_busy = busy;
}

static const struct nacre_lock store_lock = {lock, unlock, NULL};
static const struct nacre_nor_os nor_os = {wait, stay_awake, NULL};
static const struct product_system around = {&store_lock, &nor_os, &ticks};

/* ---- threads ---- */

static VOID save_thread(ULONG argument)
{
    (void)argument;
    (void)product_open(&around); /* the log tells */
    for (;;) {
        product_save();
        (void)tx_thread_sleep(PRODUCT_SAVE_MS / MS_A_TICK);
    }
}

static VOID panel_thread(ULONG argument)
{
    (void)argument;
    for (;;) {
        (void)tx_thread_sleep(PRODUCT_PANEL_MS / MS_A_TICK);
        product_panel();
    }
}

static VOID log_thread(ULONG argument)
{
    (void)argument;
    for (;;) {
        (void)tx_thread_sleep(PRODUCT_LOG_MS / MS_A_TICK);
        product_log();
    }
}

static VOID on_tick(ULONG argument)
{
    (void)argument;
    ticks = ticks + 1u;
}

static void start_thread(VOID (*function)(ULONG), CHAR *name, UINT priority, uint32_t number)
{
    static TX_THREAD threads[3];
    static ULONG stacks[3][STACK_BYTES / sizeof(ULONG)];

    (void)tx_thread_create(&threads[number], name, function, 0, stacks[number], STACK_BYTES,
                           priority, priority, TX_NO_TIME_SLICE, TX_AUTO_START);
}

/* Called by the kernel before any thread runs. */
VOID tx_application_define(VOID *first_unused_memory)
{
    static TX_TIMER timer;

    (void)first_unused_memory;
    (void)tx_mutex_create(&store_mutex, "store", TX_INHERIT);
    (void)tx_timer_create(&timer, "tick", on_tick, 0, 1, 1, TX_AUTO_ACTIVATE);
    start_thread(panel_thread, "panel", PANEL_PRIORITY, 0);
    start_thread(save_thread, "save", SAVE_PRIORITY, 1);
    start_thread(log_thread, "log", LOG_PRIORITY, 2);
}

int main(void)
{
    product_start();
    tx_kernel_enter();
    return 0;
}
