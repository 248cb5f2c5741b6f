/*
 * Checks of live interrupts, and their vectors. Runs from flash.
 *
 * An exception is live if its priority is more urgent than BASEPRI, which is compared by group:
 * AIRCR PRIGROUP says how many bits count (Armv7-M Architecture Reference Manual, B1.5.4). What is
 * enabled later, or gets another priority later, is not seen here: it finds the dead end in the
 * table.
 */
#include "nacre/ports/stm32h7rs/live.h"

#include "nacre/ports/stm32h7rs/mpu.h"
#include "nacre/ports/stm32h7rs/registers.h"
#include "nacre/ports/stm32h7rs/vectors.h"

#include <stddef.h>

#define PRIORITY_POS 4u /* four bits of a priority are there: __NVIC_PRIO_BITS of CMSIS */
#define PRIORITY_MAX 15u
#define SYSTICK 15u
#define FIRST_EXCEPTION SYSTICK /* those before it are the library's in a blackout */
#define FIRST_IRQ 16u
#define LINES_A_WORD 32u

static enum nacre_err refuse(struct nacre_port *port, enum nacre_err err,
                             const struct nacre_mismatch *mismatch)
{
    port->mismatch = *mismatch;
    return err;
}

static uint32_t vectors_needed(void)
{
    const uint32_t words = (NACRE_REG(NVIC_ICTR) & NVIC_ICTR_INTLINESNUM) + 1u;

    return FIRST_IRQ + words * LINES_A_WORD;
}

/* As BASEPRI is compared with it; the bytes of a register are read as one word. */
static uint32_t priority_of(uint32_t exception)
{
    const uint32_t addr = exception < FIRST_IRQ ? SCB_SHPR1 + exception - 4u
                                                : NVIC_IPR + exception - FIRST_IRQ;

    return NACRE_REG(addr & ~3u) >> (8u * (addr & 3u)) & 0xFFu;
}

static bool is_enabled(uint32_t exception)
{
    const uint32_t irq = exception - FIRST_IRQ;

    if (exception < FIRST_IRQ) return (NACRE_REG(SYST_CSR) & SYST_CSR_TICKINT) != 0;
    return (NACRE_REG(NVIC_ISER + irq / LINES_A_WORD * 4u) >> (irq % LINES_A_WORD) & 1u) != 0;
}

/* The bits of a priority below its group. */
static uint32_t sub_bits(void)
{
    const uint32_t group = NACRE_REG(SCB_AIRCR) >> SCB_AIRCR_PRIGROUP_POS & 7u;

    return (2u << group) - 1u;
}

static enum nacre_err check_priority(struct nacre_port *port, const struct nacre_live *live)
{
    if (live->priority == 0 || live->priority > PRIORITY_MAX) {
        return refuse(port, NACRE_LIVE_PRIORITY, &(struct nacre_mismatch){
            "live.priority", live->priority, PRIORITY_MAX, ~0u});
    }
    if ((live->priority << PRIORITY_POS & sub_bits()) != 0) {
        return refuse(port, NACRE_LIVE_PRIORITY, &(struct nacre_mismatch){
            "AIRCR PRIGROUP", live->priority << PRIORITY_POS, 0, sub_bits()});
    }
    return NACRE_OK;
}

/* VTOR drops its low bits: a table starts at a multiple of its size, made a power of two. */
static enum nacre_err check_table(struct nacre_port *port, const struct nacre_live *live)
{
    const uint32_t addr = (uint32_t)live->vectors;
    uint32_t bytes = 128;

    if (live->vector_count < vectors_needed() || live->vector_count > NACRE_LIVE_VECTORS_MAX) {
        return refuse(port, NACRE_LIVE_VECTORS, &(struct nacre_mismatch){
            "live.vector_count", live->vector_count, vectors_needed(), ~0u});
    }
    while (bytes < live->vector_count * sizeof(live->vectors[0])) {
        bytes *= 2u;
    }
    if (live->vectors == NULL || (addr & (bytes - 1u)) != 0) {
        return refuse(port, NACRE_LIVE_VECTORS, &(struct nacre_mismatch){
            "live.vectors alignment", addr, 0, bytes - 1u});
    }
    if (!nacre_port_is_writable(live->vectors, bytes)) {
        return refuse(port, NACRE_LIVE_VECTORS, &(struct nacre_mismatch){
            "live.vectors memory", addr, 0, 0});
    }
    return NACRE_OK;
}

static bool is_live(const struct nacre_port *port, uint32_t exception)
{
    return (priority_of(exception) & ~sub_bits()) < port->live_basepri;
}

/* No handler is in the table for it. */
static bool is_free(const struct nacre_live *live, uint32_t exception)
{
    return live->vectors[exception] == nacre_ram_vectors[NACRE_RAM_STRAY];
}

static enum nacre_err check_code(struct nacre_port *port, uint32_t addr)
{
    const bool is_in_window =
        (addr - (uint32_t)port->window) >> port->window_bits == 0;

    if (is_in_window || !nacre_port_is_readable((const void *)addr, 2)) {
        return refuse(port, NACRE_LIVE_HANDLER, &(struct nacre_mismatch){
            "live.handlers run", addr, 0, 0});
    }
    return nacre_mpu_check_runs(port, addr, addr + 1u) == NACRE_OK ? NACRE_OK
                                                                     : NACRE_LIVE_HANDLER;
}

/* The table is blank but for the handlers before this one. */
static enum nacre_err check_handler(struct nacre_port *port, const struct nacre_live *live,
                                    const struct nacre_live_handler *handler)
{
    if (handler->exception < FIRST_EXCEPTION || handler->exception >= vectors_needed()) {
        return refuse(port, NACRE_LIVE_HANDLER, &(struct nacre_mismatch){
            "live.handlers exception", handler->exception, vectors_needed() - 1u, ~0u});
    }
    if (!is_free(live, handler->exception)) {
        return refuse(port, NACRE_LIVE_HANDLER, &(struct nacre_mismatch){
            "live.handlers twice", handler->exception, 0, 0});
    }
    if (!is_live(port, handler->exception)) {
        return refuse(port, NACRE_LIVE_HANDLER, &(struct nacre_mismatch){
            "live.handlers priority", priority_of(handler->exception), port->live_basepri, ~0u});
    }
    return check_code(port, (uint32_t)handler->run & ~1u);
}

static uint32_t number_in_ram(uint32_t exception)
{
    if (exception == NACRE_RAM_NMI) return NACRE_RAM_NMI;
    return exception >= NACRE_RAM_FAULT && exception <= NACRE_RAM_FAULT_LAST ? NACRE_RAM_FAULT
                                                                             : NACRE_RAM_STRAY;
}

static enum nacre_err fill(struct nacre_port *port, const struct nacre_live *live)
{
    for (uint32_t i = 0; i < live->vector_count; i++) {
        live->vectors[i] = nacre_ram_vectors[number_in_ram(i)];
    }
    for (uint32_t i = 0; i < live->handler_count; i++) {
        const struct nacre_live_handler *const handler = &live->handlers[i];
        const enum nacre_err err = check_handler(port, live, handler);

        if (err != NACRE_OK) return err;
        live->vectors[handler->exception] = handler->run;
    }
    return NACRE_OK;
}

/* What would be live without a handler would end a blackout in a fault. */
static enum nacre_err check_enabled(struct nacre_port *port, const struct nacre_live *live)
{
    for (uint32_t i = FIRST_EXCEPTION; i < vectors_needed(); i++) {
        if (is_free(live, i) && is_enabled(i) && is_live(port, i)) {
            return refuse(port, NACRE_LIVE_HANDLER, &(struct nacre_mismatch){
                "live interrupt without a handler", i, 0, 0});
        }
    }
    return NACRE_OK;
}

/* Vectors are fetched as instructions are: past what the data cache holds back. */
static void make_table_fetched(const struct nacre_live *live)
{
    const uint32_t first = (uint32_t)live->vectors;
    const uint32_t end = (uint32_t)(live->vectors + live->vector_count);

    for (uint32_t line = first; line < end; line += DCACHE_LINE_BYTES) {
        NACRE_REG(SCB_DCCMVAU) = line;
    }
    __asm volatile("dsb\n\tisb" ::: "memory");
}

enum nacre_err nacre_live_prepare(struct nacre_port *port, const struct nacre_live *live)
{
    port->vtor = (uint32_t)nacre_ram_vectors;
    port->live_basepri = 0;
    port->has_tick = (NACRE_REG(SYST_CSR) & SYST_CSR_TICKING) == SYST_CSR_TICKING;
    if ((live->handlers == NULL) != (live->handler_count == 0)) return NACRE_BAD_ARGUMENT;
    if (live->handler_count == 0) return NACRE_OK;

    enum nacre_err err = check_priority(port, live);
    if (err != NACRE_OK) return err;
    err = check_table(port, live);
    if (err != NACRE_OK) return err;
    port->live_basepri = live->priority << PRIORITY_POS;
    err = fill(port, live);
    if (err == NACRE_OK) err = check_enabled(port, live);
    if (err != NACRE_OK) return err;
    make_table_fetched(live);
    port->has_tick = port->has_tick && !is_live(port, SYSTICK);
    port->vtor = (uint32_t)live->vectors;
    return NACRE_OK;
}
