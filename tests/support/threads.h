/*
 * What the tests with threads share: checks that end the program, mutexes as the library's locks,
 * and roles that run side by side.
 */
#ifndef TESTS_SUPPORT_THREADS_H
#define TESTS_SUPPORT_THREADS_H

#include "nacre/core/store.h"
#include "nacre/crypt.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define THREADS_CHECK(condition) \
    ((condition) ? (void)0 : threads_failed(__FILE__, __LINE__, #condition))

_Noreturn void threads_failed(const char *file, int line, const char *condition);

/* A lock of the library on a mutex that ends the program if a thread takes it twice. */
struct threads_lock {
    pthread_mutex_t mutex;
    struct nacre_lock lock;
};

void threads_lock_make(struct threads_lock *made);

struct threads_role {
    void *(*run)(void *number); /* uint32_t: which of its kind */
    uint32_t number;
    bool ends; /* by itself; the others go on until the last of these has ended */
};

extern atomic_bool threads_over;   /* asked by the roles that do not end by themselves */
extern atomic_uint threads_calls;  /* that were made; for the report */

/* Run all roles, each in a thread, to their end. */
void threads_run(struct threads_role *roles, uint32_t count);

/* n bytes that say which value of which key they are; and its number, if it is a whole one. */
void threads_value_make(uint8_t *value, uint32_t n, uint32_t key, uint32_t number);
uint32_t threads_value_number(const uint8_t *value, uint32_t n, uint32_t key);

/*
 * No cipher: it turns bits and adds them up, so that half a record does not pass. Mbed TLS is not
 * built for ThreadSanitizer.
 */
extern struct nacre_crypt threads_toy_crypt;

#endif
