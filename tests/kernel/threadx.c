/*
 * The stated interface of examples/threadx, on the kernel for tests.
 */
#include "tests/kernel/kernel.h"

#include <stddef.h>
#include <tx_api.h>

#define LEAST_URGENT 32u

_Static_assert(sizeof(struct kernel_thread) <= sizeof(TX_THREAD), "a thread holds ours");
_Static_assert(sizeof(struct kernel_mutex) <= sizeof(TX_MUTEX), "a mutex holds ours");

static VOID (*timer_function)(ULONG);
static ULONG timer_argument;

/* The one timer, of one tick. */
static void on_tick(void)
{
    if (timer_function != NULL) timer_function(timer_argument);
}

static void on_idle(void)
{
    __asm volatile("dsb\n\twfi" ::: "memory");
}

VOID tx_kernel_enter(VOID)
{
    tx_application_define(NULL);
    kernel_start(on_tick, on_idle);
}

UINT tx_thread_create(TX_THREAD *thread, CHAR *name, VOID (*function)(ULONG), ULONG argument,
                      VOID *stack, ULONG stack_bytes, UINT priority, UINT preempt_threshold,
                      ULONG time_slice, UINT auto_start)
{
    struct kernel_thread *const one = (struct kernel_thread *)thread;

    (void)name;
    (void)preempt_threshold;
    (void)time_slice;
    (void)auto_start;
    kernel_stack(one, stack, stack_bytes / sizeof(uint32_t));
    kernel_add(one, (void (*)(uint32_t))(uint32_t)function, argument, LEAST_URGENT - priority);
    return TX_SUCCESS;
}

UINT tx_thread_sleep(ULONG ticks)
{
    kernel_sleep(ticks);
    return TX_SUCCESS;
}

UINT tx_mutex_create(TX_MUTEX *mutex, CHAR *name, UINT inherit)
{
    (void)name;
    (void)inherit;
    ((struct kernel_mutex *)mutex)->owner = NULL;
    return TX_SUCCESS;
}

UINT tx_mutex_get(TX_MUTEX *mutex, ULONG ticks)
{
    (void)ticks; /* the example waits for ever */
    kernel_lock((struct kernel_mutex *)mutex);
    return TX_SUCCESS;
}

UINT tx_mutex_put(TX_MUTEX *mutex)
{
    kernel_unlock((struct kernel_mutex *)mutex);
    return TX_SUCCESS;
}

UINT tx_timer_create(TX_TIMER *timer, CHAR *name, VOID (*function)(ULONG), ULONG argument,
                     ULONG first_ticks, ULONG every_ticks, UINT auto_activate)
{
    (void)timer;
    (void)name;
    (void)first_ticks;
    (void)every_ticks;
    (void)auto_activate;
    timer_function = function;
    timer_argument = argument;
    return TX_SUCCESS;
}
