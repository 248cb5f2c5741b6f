/*
 * A kernel for tests: preemptive, priorities, sleep and mutex, and nothing else. It stands in for
 * FreeRTOS and ThreadX behind their stated interfaces, so that the examples run on the twin where
 * neither can be had. One of a kind: a product takes a real one.
 */
#ifndef TESTS_KERNEL_KERNEL_H
#define TESTS_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#define KERNEL_FOREVER UINT32_MAX

struct kernel_mutex {
    struct kernel_thread *owner; /* null: free */
};

struct kernel_thread {
    uint32_t *sp;                /* while it does not run */
    struct kernel_thread *next;
    struct kernel_mutex *wants;  /* null: none */
    uint32_t urgency;            /* the largest runs */
    uint32_t wake_at;
    bool sleeps;
};

/* A thread that is ready when the kernel starts; function does not return. */
void kernel_add(struct kernel_thread *thread, void (*function)(uint32_t), uint32_t argument,
                uint32_t urgency);

/* The stack of a thread that was added: words long, any alignment. */
void kernel_stack(struct kernel_thread *thread, uint32_t *stack, uint32_t words);

/* Start the tick, of 1 ms, and the threads. on_tick runs in its handler; on_idle where none can. */
_Noreturn void kernel_start(void (*on_tick)(void), void (*on_idle)(void));

/* The calling thread lets others run until the tick has come so often. */
void kernel_sleep(uint32_t ticks);

/* Not by the thread that has it. Who waits takes it in the order of urgency. */
void kernel_lock(struct kernel_mutex *mutex);
void kernel_unlock(struct kernel_mutex *mutex);

#endif
