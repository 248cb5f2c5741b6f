/*
 * See threads.h.
 */
#include "tests/support/threads.h"

#include "tests/support/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROLES_MAX 16u
#define VALUE_BYTES_MAX 512u

atomic_bool threads_over;
atomic_uint threads_calls;

_Noreturn void threads_failed(const char *file, int line, const char *condition)
{
    (void)fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    exit(1);
}

/* ---- locks ---- */

static void mutex_lock(void *context)
{
    THREADS_CHECK(pthread_mutex_lock(context) == 0);
}

static void mutex_unlock(void *context)
{
    THREADS_CHECK(pthread_mutex_unlock(context) == 0);
}

void threads_lock_make(struct threads_lock *made)
{
    pthread_mutexattr_t attributes;
    THREADS_CHECK(pthread_mutexattr_init(&attributes) == 0);
    THREADS_CHECK(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK) == 0);
    THREADS_CHECK(pthread_mutex_init(&made->mutex, &attributes) == 0);
    made->lock = (struct nacre_lock){ mutex_lock, mutex_unlock, &made->mutex };
}

/* ---- roles ---- */

void threads_run(struct threads_role *roles, uint32_t count)
{
    pthread_t threads[ROLES_MAX];
    THREADS_CHECK(count <= ROLES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        THREADS_CHECK(pthread_create(&threads[i], NULL, roles[i].run, &roles[i].number) == 0);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (roles[i].ends) THREADS_CHECK(pthread_join(threads[i], NULL) == 0);
    }
    threads_over = true;
    for (uint32_t i = 0; i < count; i++) {
        if (!roles[i].ends) THREADS_CHECK(pthread_join(threads[i], NULL) == 0);
    }
}

/* ---- values ---- */

void threads_value_make(uint8_t *value, uint32_t n, uint32_t key, uint32_t number)
{
    struct rng rng = { rng_mix(((uint64_t)key << 32) + number) };
    memcpy(value, &number, sizeof number);
    for (uint32_t i = sizeof number; i < n; i++) value[i] = (uint8_t)rng_next(&rng);
}

uint32_t threads_value_number(const uint8_t *value, uint32_t n, uint32_t key)
{
    uint8_t expected[VALUE_BYTES_MAX];
    uint32_t number;
    THREADS_CHECK(n >= sizeof number && n <= sizeof expected);
    memcpy(&number, value, sizeof number);
    threads_value_make(expected, n, key, number);
    THREADS_CHECK(memcmp(value, expected, n) == 0);
    return number;
}

/* ---- the toy cipher ---- */

static void tag_make(uint8_t *tag, const struct nacre_sealing *sealing, const uint8_t *text)
{
    uint64_t sum = sealing->key_id;
    for (uint32_t i = 0; i < NACRE_NONCE_BYTES; i++) sum = rng_mix(sum + sealing->nonce[i]);
    for (uint32_t i = 0; i < sealing->header_bytes; i++) sum = rng_mix(sum + sealing->header[i]);
    for (uint32_t i = 0; i < sealing->n; i++) sum = rng_mix(sum + text[i]);
    memcpy(tag, &sum, 8);
    memcpy(tag + 8, &sum, 8);
}

static void text_turn(const struct nacre_sealing *sealing)
{
    for (uint32_t i = 0; i < sealing->n; i++) {
        sealing->output[i] = (uint8_t)(sealing->input[i] ^ sealing->nonce[0]);
    }
}

static enum nacre_err toy_seal(struct nacre_crypt *crypt, const struct nacre_sealing *sealing)
{
    (void)crypt;
    text_turn(sealing);
    tag_make(sealing->output + sealing->n, sealing, sealing->output);
    return NACRE_OK;
}

static enum nacre_err toy_open(struct nacre_crypt *crypt, const struct nacre_sealing *sealing)
{
    (void)crypt;
    uint8_t tag[NACRE_TAG_BYTES];
    tag_make(tag, sealing, sealing->input);
    if (memcmp(tag, sealing->input + sealing->n, sizeof tag) != 0) return NACRE_WRONG_KEY;
    text_turn(sealing);
    return NACRE_OK;
}

static enum nacre_err toy_random(struct nacre_crypt *crypt, uint8_t *buf, uint32_t n)
{
    (void)crypt;
    for (uint32_t i = 0; i < n; i++) buf[i] = (uint8_t)i;
    return NACRE_OK;
}

static const struct nacre_crypt_ops toy_ops = { toy_seal, toy_open, toy_random };
struct nacre_crypt threads_toy_crypt = { &toy_ops };
