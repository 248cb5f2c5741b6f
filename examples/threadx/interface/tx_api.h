/*
 * STATED INTERFACE: what examples/threadx uses of ThreadX.
 *
 * Written from the public documentation of the kernel's API (ThreadX user guide, description of
 * services), so that the example can be compiled where the kernel is not. It declares and holds
 * nothing else; contracts are those of the guide. The kernel's own header of the same name replaces
 * it.
 */
#ifndef EXAMPLES_THREADX_INTERFACE_TX_API_H
#define EXAMPLES_THREADX_INTERFACE_TX_API_H

#define VOID void
typedef char CHAR;
typedef unsigned int UINT;
typedef unsigned long ULONG;

/* Control blocks; how large they are, is the kernel's affair. */
typedef struct {
    ULONG words[16];
} TX_THREAD;
typedef struct {
    ULONG words[4];
} TX_MUTEX;
typedef struct {
    ULONG words[4];
} TX_TIMER;

#define TX_SUCCESS 0u
#define TX_INHERIT 1u
#define TX_AUTO_START 1u
#define TX_AUTO_ACTIVATE 1u
#define TX_NO_TIME_SLICE 0ul
#define TX_WAIT_FOREVER 0xFFFFFFFFul
#define TX_TIMER_TICKS_PER_SECOND 1000ul /* set where the kernel is built */

/* Calls tx_application_define, starts the threads, and does not return. */
VOID tx_kernel_enter(VOID);

/* Given by the application. */
VOID tx_application_define(VOID *first_unused_memory);

/* A smaller number is a more urgent thread. */
UINT tx_thread_create(TX_THREAD *thread, CHAR *name, VOID (*function)(ULONG), ULONG argument,
                      VOID *stack, ULONG stack_bytes, UINT priority, UINT preempt_threshold,
                      ULONG time_slice, UINT auto_start);
UINT tx_thread_sleep(ULONG ticks);

UINT tx_mutex_create(TX_MUTEX *mutex, CHAR *name, UINT inherit);
UINT tx_mutex_get(TX_MUTEX *mutex, ULONG ticks);
UINT tx_mutex_put(TX_MUTEX *mutex);

UINT tx_timer_create(TX_TIMER *timer, CHAR *name, VOID (*function)(ULONG), ULONG argument,
                     ULONG first_ticks, ULONG every_ticks, UINT auto_activate);

#endif
